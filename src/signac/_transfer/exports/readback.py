"""Read an exported directory or archive through: checksums, links, and what describes it."""

from __future__ import annotations

import hashlib
import os
import stat
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, Final

from signac._core import layout
from signac._transfer.exports.inventory import CHUNK, Fact, list_members
from signac._transfer.exports.manifest import parse_manifest
from signac._transfer.exports.writers import JOURNAL, MANIFEST
from signac._transfer.zstd import zstd_reader
from signac.errors import InvalidInputError

if TYPE_CHECKING:
    import tarfile
    from collections.abc import Iterator

    from signac._transfer.exports.manifest import Exported

__all__ = ["Found", "find_manifest", "read_export"]

#: State points and manifests are kept while an export is read; larger ones are damaged.
_MOST_TEXT: Final = 1 << 30
_OURS: Final = frozenset({JOURNAL, layout.SCRATCH})
_ZSTD: Final = b"\x28\xb5\x2f\xfd"


class Found:
    """What is in an export: checksums of files, links, and the texts that describe it."""

    def __init__(self, *, follows: bool | None) -> None:
        self.follows = follows
        self.facts: dict[str, Fact] = {}
        self.links: dict[str, str] = {}
        self.texts: dict[str, bytes] = {}
        self.unreadable: dict[str, str] = {}

    def add(self, name: str, stream: Any, mode: int) -> None:
        """Read a file through."""
        keep = name.rpartition("/")[2] == layout.STATEPOINT or name == MANIFEST
        kept: list[bytes] = []
        size, checksum = 0, hashlib.sha256()
        while data := stream.read(CHUNK):
            size += len(data)
            checksum.update(data)
            if keep and size <= _MOST_TEXT:
                kept.append(data)
        self.facts[name] = Fact(size, stat.S_IMODE(mode), checksum.hexdigest())
        self.links.pop(name, None)
        if keep:
            self.texts[name] = b"".join(kept)

    def names(self) -> Iterator[str]:
        """Yield all files and links but the manifest."""
        yield from (name for name in (*self.facts, *self.links) if name != MANIFEST)

    def manifest(self, target: str) -> list[Exported] | None:
        """Return what the manifest says, None if there is none."""
        if MANIFEST not in self.texts:
            return None
        return parse_manifest(self.texts[MANIFEST], f"{target}: {MANIFEST}")


def find_manifest(path: str) -> bytes | None:
    """Return the text of the manifest in a tar archive that is not compressed."""
    import tarfile

    if not os.path.getsize(path):
        return None
    try:
        with tarfile.open(path, "r:") as archive:
            if MANIFEST not in archive.getnames():
                return None
            content = archive.extractfile(MANIFEST)
            return None if content is None else content.read(_MOST_TEXT)
    except tarfile.ReadError as error:
        raise tarfile.ReadError(
            f"{path} is no tar archive that could be added to ({error}); remove it, or export to "
            "another name"
        ) from error


def read_export(path: str) -> Found:
    """Read everything in an export; what cannot be read is noted."""
    if os.path.isdir(path):
        return _read_directory(path)
    import tarfile
    import zipfile

    if zipfile.is_zipfile(path):
        found = Found(follows=True)
        try:
            with zipfile.ZipFile(path) as archive:
                _read_zip(archive, found)
        except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
            raise InvalidInputError(
                f"{path} is a zip archive that cannot be read ({error}); it is damaged"
            ) from error
        return found
    found = Found(follows=None)
    # Compressed data may be damaged in as many ways as there are compressors.
    try:
        with _opened_tar(path) as tar:
            for member in tar:
                _read_member(tar, member, found)
    except tarfile.ReadError as error:
        if not found.facts:
            raise InvalidInputError(
                f"{path} is neither a directory nor an archive that can be read ({error})"
            ) from error
        found.unreadable[path] = str(error)
    except FileNotFoundError:
        raise
    except Exception as error:  # noqa: BLE001
        found.unreadable[path] = str(error) or type(error).__name__
    return found


@contextmanager
def _opened_tar(path: str) -> Iterator[tarfile.TarFile]:
    import tarfile

    with open(path, "rb") as file:
        if file.read(4) != _ZSTD:
            with tarfile.open(path, "r:*") as archive:
                yield archive
            return
        file.seek(0)
        stream: IO[bytes] = zstd_reader(file)
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            yield archive


def _read_directory(path: str) -> Found:
    found = Found(follows=True)
    for member in list_members(path, follow=True, leave_out=_OURS):
        if member.kind == "link":
            found.links[member.name] = os.readlink(member.path)
        elif member.kind == "file":
            try:
                with open(member.path, "rb") as file:
                    found.add(member.name, file, member.status.st_mode)
            except OSError as error:
                found.unreadable[member.name] = str(error)
    return found


def _read_zip(archive: Any, found: Found) -> None:
    for info in archive.infolist():
        mode = info.external_attr >> 16
        if info.is_dir():
            continue
        try:
            with archive.open(info) as stream:
                if stat.S_ISLNK(mode):
                    found.links[info.filename] = os.fsdecode(stream.read(CHUNK))
                else:
                    found.add(info.filename, stream, mode)
        except Exception as error:  # noqa: BLE001  # checksums, passwords, unknown compression
            found.unreadable[info.filename] = str(error) or type(error).__name__


def _read_member(archive: tarfile.TarFile, member: tarfile.TarInfo, found: Found) -> None:
    if member.issym():
        found.links[member.name] = member.linkname
        found.facts.pop(member.name, None)
    elif member.isreg() or member.islnk():
        stream = archive.extractfile(member)
        if stream is not None:
            found.add(member.name, stream, member.mode)
