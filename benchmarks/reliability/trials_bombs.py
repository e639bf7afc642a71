"""Row 56: small archives that unpack to very much."""

import io
import os
import resource
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import raw
from apart import apart, fresh, logged, show
from bad_archives import STATEPOINT
from moving_scenes import keep_temporary_files

import signac

__all__ = ["bombs"]

_LARGE: Final = 400 << 20
_MANY: Final = 20_000
_HONEST: Final = 128 << 20
_STATE: Final = b'{"a": 5}'


class _Zeros(io.RawIOBase):
    """A stream of zeros that takes no memory."""

    def __init__(self, size: int) -> None:
        self._left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = min(len(buffer), self._left)
        buffer[:count] = bytes(count)
        self._left -= count
        return count


def _zip(path: str, method: int, size: int = _LARGE, parts: int = 1) -> None:
    """Write zeros, as one member or as many."""
    with zipfile.ZipFile(path, "w", method, compresslevel=9) as archive:
        archive.writestr(f"j/{STATEPOINT}", _STATE)
        for part in range(parts):
            with archive.open(f"j/zeros{part}", "w", force_zip64=True) as file:
                for _ in range(size // parts >> 20):
                    file.write(bytes(1 << 20))


def _zip_statepoint(path: str) -> None:
    """Write a state point of 400 MB of spaces."""
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open(f"j/{STATEPOINT}", "w", force_zip64=True) as file,
    ):
        file.write(_STATE)
        for _ in range(_LARGE >> 20):
            file.write(b" " * (1 << 20))


def _tar(path: str, mode: Any, size: int = _LARGE) -> None:
    with tarfile.open(path, mode, compresslevel=9) as archive:
        _add(archive, f"j/{STATEPOINT}", _STATE)
        entry = tarfile.TarInfo("j/zeros")
        entry.size = size
        archive.addfile(entry, io.BufferedReader(_Zeros(size), 1 << 20))


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    if archive.getnames() == []:
        entry = tarfile.TarInfo("j")
        entry.type, entry.mode = tarfile.DIRTYPE, 0o755
        archive.addfile(entry)
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    archive.addfile(entry, io.BytesIO(data))


def _many_zip(path: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"j/{STATEPOINT}", _STATE)
        for number in range(_MANY):
            archive.writestr(f"j/{number}", "")


def _many_tar(path: str) -> None:
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        _add(archive, f"j/{STATEPOINT}", _STATE)
        for number in range(_MANY):
            archive.addfile(tarfile.TarInfo(f"j/{number}"))


def _honest(path: str) -> None:
    """Write random bytes, which no one can compress: large, and no bomb."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(f"j/{STATEPOINT}", _STATE)
        with archive.open("j/data", "w", force_zip64=True) as file:
            for _ in range(_HONEST >> 20):
                file.write(os.urandom(1 << 20))


#: By name: how it is written, and whether it has to be refused.
_BOMBS: Final[dict[str, tuple[Callable[[str], None], bool]]] = {
    "zip": (partial(_zip, method=zipfile.ZIP_DEFLATED), True),
    "zip of bzip2": (partial(_zip, method=zipfile.ZIP_BZIP2), True),
    "zip of many": (partial(_zip, method=zipfile.ZIP_DEFLATED, parts=40), True),
    "zip, state point": (_zip_statepoint, True),
    "tar.gz": (partial(_tar, mode="w:gz"), True),
    "tar.bz2": (partial(_tar, mode="w:bz2"), True),
    "20,000 files, zip": (_many_zip, False),
    "20,000 files, tar": (_many_tar, False),
    "honest": (_honest, False),
}


def bombs(scratch: str, size: str) -> dict[str, Any]:
    """Import each, and see how much memory that takes and what is written to the disk."""
    keep_temporary_files(scratch)
    answers: dict[str, Any] = {}
    for name, (write, _) in _BOMBS.items():
        place = fresh(scratch)
        archive = os.path.join(place, "bomb.tar.gz" if "tar" in name else "bomb.zip")
        apart(write, archive, seconds=200)
        project = raw.make_project(os.path.join(place, "project"))
        answer = apart(_import, project, archive, seconds=200)
        error = answer["value"][1] if "value" in answer else f"{answer}"
        memory = answer["value"][0] if "value" in answer else float("inf")
        answers[name] = {
            "memory": round(memory / (1 << 20), 1),
            "error": error,
            "archive": os.path.getsize(archive),
            "unpacked": _volume(project),
        }
        shutil.rmtree(place)
    show(answers)
    wanted = [name for name, (_, hostile) in _BOMBS.items() if hostile]
    unpacked = [name for name in wanted if answers[name]["unpacked"] >= _LARGE]
    refused = [name for name in _BOMBS if name not in wanted and answers[name]["error"]]
    memory = max(answer["memory"] for answer in answers.values())
    figure = (
        f"{memory:.0f} MB of memory at most; {len(unpacked)} of {len(wanted)} bombs unpacked "
        f"whole; {len(refused)} of {len(_BOMBS) - len(wanted)} that only are large refused"
    )
    numbers = {"memory": memory, "unpacked": len(unpacked), "honest refused": len(refused)}
    return {"figure": figure, "numbers": {**numbers, "bombs": len(wanted)}}


def _import(project: str, archive: str) -> tuple[int, str]:
    """Return by how many bytes the memory of this process grew, and what was raised."""
    opened = signac.get_project(project, search=False)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    error = ""
    try:
        with logged():
            opened.import_from(archive)
    except Exception as raised:
        error = type(raised).__name__
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) << 10, error


def _volume(path: str) -> int:
    return sum(
        os.path.getsize(os.path.join(directory, name))
        for directory, _, names in os.walk(path)
        for name in names
    )
