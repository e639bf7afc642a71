"""Look into archives, member by member, without a function of a library that unpacks them.

An archive is read from its beginning to its end, once to learn what is in it and once to copy what
is wanted: `Reader.members` does both. Nothing is believed that a header says of a size.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, Protocol

from signac._core import atomic
from signac.errors import Error, ImportRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from signac._transfer.imports.limits import ImportLimits, Meter

__all__ = [
    "CHUNK",
    "Damage",
    "Member",
    "Reader",
    "find_fault",
    "inflated",
    "normalised",
    "write_file",
]

CHUNK: Final = 1 << 20

Kind = Literal["file", "directory", "link", "hard link", "other"]

#: A drive of Windows, followed by a path or by nothing.
_DRIVE: Final = re.compile(r"[A-Za-z]:(?:[\\/]|\Z)")
_LONGEST_NAME: Final = 255


class Member(NamedTuple):
    """One member of an archive.

    Attributes
    ----------
    name : str
        As the archive has it, for messages.
    path : str
        With ``/`` and without what does not matter in a path; empty for the root.
    kind : str
        ``other`` for what is never imported, such as a device.
    size : int
        What the header says.
    mode : int
        Permission bits that the new file may have; the mask of the process comes on top.
    mtime : float or None
        Seconds since 1970, if the archive knows them.
    target : str
        Where a link leads: relative to its directory, a hard link relative to the root.
    fault : str
        Why the member is refused; empty otherwise.
    place : object
        What the reader needs to find it.
    """

    name: str
    path: str
    kind: Kind
    size: int = 0
    mode: int = 0o666
    mtime: float | None = None
    target: str = ""
    fault: str = ""
    place: object = None


class Reader(Protocol):
    """An open archive."""

    #: The path of the archive.
    path: str
    #: Its size.
    volume: int
    #: Whether a member that occurs again replaces the earlier one.
    later_wins: bool
    #: peer: whether a function of the user sees its directories on the disk, unpacked.
    on_disk: bool

    def members(self, meter: Meter) -> Iterator[Member]:
        """Yield all members in the order in which they are stored, from the first one on."""

    def chunks(self, member: Member) -> Iterator[bytes]:
        """Yield the contents of the member that `members` gave last."""

    def close(self) -> None:
        """Close the archive."""


class Damage:
    """Turn what libraries raise about a damaged archive into one error that names it."""

    __slots__ = ("_path",)

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        # The system says a number, and the compressors, which raise the same class, do not.
        if not isinstance(error, Exception) or isinstance(error, (Error, Warning)):
            return
        if isinstance(error, OSError) and error.errno is not None:
            return
        raise ImportRefusedError(
            f"{self._path} is damaged, or not what it looks like ({type(error).__name__}: "
            f"{str(error)[:200]}); make the archive anew"
        ) from error


def normalised(name: str) -> str:
    """Return the path of a member: no empty component, and none that means its own directory."""
    if "//" not in name and "./" not in name and name[-1:] not in ("/", "."):  # perf: most are so
        return name.lstrip("/")
    return "/".join(part for part in name.split("/") if part not in ("", "."))


def find_fault(name: str, limits: ImportLimits) -> str:
    """Return why the name of a member is refused, empty if it leads nowhere but down."""
    if "\0" in name:
        return "its name holds a NUL"
    if name.startswith("/"):
        return "its name is absolute"
    if _DRIVE.match(name):
        return "its name begins with a drive"
    parts = name.split("/")
    if "\\" in name and os.sep == "\\":  # elsewhere it is a character like any other
        return "its name holds a backslash"
    if ".." in parts:
        return "its name holds '..'"
    if os.name == "nt" and ":" in name:
        return "its name holds a colon"
    if len(name) > _LONGEST_NAME // 4 and any(map(_is_long, parts)):
        return f"its name has more than {_LONGEST_NAME} bytes"
    if limits.depth is not None and len(parts) > limits.depth:
        return f"it lies more than {limits.depth} directories deep (ImportLimits.depth)"
    return ""


def write_file(member: Member, chunks: Iterator[bytes], path: str, meter: Meter) -> None:
    """Write a member to a new file, piece by piece; what is too much stops it."""
    descriptor = atomic.create(path, member.mode)
    try:
        for chunk in chunks:
            meter.add(len(chunk))
            atomic.write(descriptor, chunk, path)
    finally:
        os.close(descriptor)
    if member.mtime is not None:
        atomic.change_times(path, member.mtime)


def inflated(decompress: Callable[[bytes, int], bytes], pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield decompressed chunks, none of them large, however much a piece unpacks to."""
    for piece in pieces:
        rest = piece
        while True:
            chunk = decompress(rest, CHUNK)
            rest = b""
            if chunk:
                yield chunk
            if len(chunk) < CHUNK:
                break


def _is_long(part: str) -> bool:
    return len(part.encode(errors="surrogatepass")) > _LONGEST_NAME
