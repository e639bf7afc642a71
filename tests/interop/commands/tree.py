"""What lies below a directory, as text that can be compared: names, contents, modes, old times."""

import gzip
import io
import json
import os
import stat
import tarfile
import time
import zipfile
from pathlib import Path
from typing import Any

import rawcheck
from interop.commands.case import ROOT

#: What both programs keep in `.signac`; everything else there is one program's own affair.
KEPT = ("config", "statepoint_cache.json.gz", "shell_history")
PRIVATE = (".signac_scratch", ".signac_quarantine", "__pycache__")
_YEAR = 365 * 24 * 3600


def snapshot(root: str) -> dict[str, str]:
    """Return a description of everything below the root, by relative path.

    A file is told by its mode, the time of its last change if that is more than a year ago, and its
    content: JSON by value, archives by their members, caches by what they hold.
    """
    found = {}
    for directory, names, files in os.walk(root):
        names[:] = sorted(name for name in names if name not in PRIVATE)
        if os.path.basename(directory) == ".signac":
            names[:] = []
            files = [name for name in files if name in KEPT]
        for name in sorted(files + names):
            path = os.path.join(directory, name)
            found[os.path.relpath(path, root)] = _describe(path, root)
    return found


def _describe(path: str, root: str) -> str:
    status = os.lstat(path)
    if stat.S_ISLNK(status.st_mode):
        return f"-> {os.readlink(path).replace(root, ROOT)}"
    if stat.S_ISDIR(status.st_mode):
        return "directory"
    changed = "now" if time.time() - status.st_mtime < _YEAR else f"{status.st_mtime:.1f}"
    return f"{status.st_mode & 0o777:o} {changed} {content(path, root)}"


def content(path: str, root: str) -> str:
    """Return the content of a file in a form that has one spelling for each meaning."""
    data = Path(path).read_bytes()
    try:
        if path.endswith(".json"):
            return f"json {_value(json.loads(data))}"
        if path.endswith(".json.gz"):
            return f"cache {_value(json.loads(gzip.decompress(data)))}"
        if data[:2] == b"PK" or path.endswith(".zip"):
            return "zip\n" + "\n".join(_zip_members(data, root))
        if any(path.endswith(f".{suffix}") for suffix in ("tar", "gz", "bz2", "xz")):
            return "tar\n" + "\n".join(_tar_members(data, root))
    except (ValueError, OSError, EOFError, tarfile.TarError, zipfile.BadZipFile) as error:
        return f"unreadable ({type(error).__name__}) {_text(data, root)}"
    return _text(data, root)


def _value(value: Any) -> str:
    return rawcheck.canonical(value)


def _text(data: bytes, root: str) -> str:
    return repr(data.replace(os.fsencode(root), ROOT.encode()))


def _zip_members(data: bytes, root: str) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return sorted(
            f"  {name.rstrip('/')} directory"
            if name.endswith("/")
            else f"  {name} {_text(archive.read(name), root)}"
            for name in archive.namelist()
        )


def _tar_members(data: bytes, root: str) -> list[str]:
    lines = []
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for member in archive:
            if member.issym() or member.islnk():
                told = f"-> {member.linkname}"
            elif member.isdir():
                told = "directory"
            else:
                file = archive.extractfile(member)
                told = f"{member.mode:o} {_text(file.read(), root)}" if file else "special"
            lines.append(f"  {member.name} {told}")
    return sorted(lines)
