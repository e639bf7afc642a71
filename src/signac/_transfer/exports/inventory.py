"""What is in a job directory, and what was written of it: names, sizes, modes, checksums."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from signac._core.layout import STORE_SUFFIX

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

__all__ = ["Contents", "Fact", "Member", "Reader", "list_members", "open_reader", "take"]

_OPEN: Final = (
    os.O_RDONLY
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NONBLOCK", 0)
)
CHUNK: Final = 1 << 20


class Member(NamedTuple):
    """One file, directory or link below a directory; `name` is relative, with slashes."""

    name: str
    path: str
    kind: Literal["file", "directory", "link"]
    status: os.stat_result


class Fact(NamedTuple):
    """What a manifest says of one file."""

    size: int
    mode: int
    sha256: str


class Contents(NamedTuple):
    """What was written of one job, by relative name: files, links with what they lead to."""

    files: dict[str, Fact]
    links: dict[str, str]


def list_members(
    root: str, *, follow: bool | None, leave_out: Collection[str] = ()
) -> Iterator[Member]:
    """Yield everything below a directory, each directory before what is in it, sorted by name.

    Parameters
    ----------
    root : str
        The directory, which is not yielded itself.
    follow : bool or None
        Take what symbolic links lead to; otherwise the links; None takes the links that stay
        below `root`, and what the others lead to. A link that leads nowhere, or to a directory
        that it lies in, is taken as a link in any case.
    leave_out : collection of str
        Names at the top that are not yielded.

    Raises
    ------
    OSError
        Names what cannot be read, or is neither file, directory nor link.
    """
    top = os.stat(root)
    inner = os.path.realpath(root) + os.sep if follow is None else None
    pending: list[tuple[str, str, tuple[tuple[int, int], ...]]] = [
        (root, "", ((top.st_dev, top.st_ino),))
    ]
    while pending:
        here, prefix, above = pending.pop()
        inside = []
        for name in sorted(os.listdir(here)):
            if not prefix and name in leave_out:
                continue
            path = os.path.join(here, name)
            led = _leaves(path, inner) if inner is not None else bool(follow)
            member = _look(path, prefix + name, follow=led, above=above)
            yield member
            if member.kind == "directory":
                seen = (member.status.st_dev, member.status.st_ino)
                inside.append((member.path, member.name + "/", (*above, seen)))
        pending += reversed(inside)


class Reader:
    """A file that is read as long as it was when it was opened, whatever happens to it.

    What cannot be read is replaced by zeros, so that an archive stays readable; `error` tells.

    Attributes
    ----------
    size : int
        How much is read.
    error : OSError or None
        Why not everything could be read.
    """

    def __init__(
        self,
        path: str,
        size: int,
        *,
        descriptor: int | None = None,
        text: bytes = b"",
        hashing: bool = False,
    ) -> None:
        self.path = path
        self.size = size
        self.error: OSError | None = None
        self._descriptor = descriptor
        self._text = text
        self._left = size
        self._hash = hashlib.sha256() if hashing else None

    def read(self, size: int = -1) -> bytes:
        """Return the next `size` bytes, less only at the end."""
        wanted = min(self._left, CHUNK if size < 0 else size)
        data = b""
        while len(data) < wanted:
            data += self._fetch(wanted - len(data), len(data))
        self._left -= len(data)
        if self._hash is not None:
            self._hash.update(data)
        return data

    def _fetch(self, wanted: int, fetched: int) -> bytes:
        if self._descriptor is None:
            start = self.size - self._left + fetched
            return self._text[start : start + wanted]
        if self.error is None:
            try:
                data = os.read(self._descriptor, wanted)
                if data:
                    return data
                reason = "it became shorter while it was copied; copy it when nobody writes to it"
                self.error = OSError(errno.EIO, reason, self.path)
            except OSError as error:
                self.error = OSError(error.errno, error.strerror, self.path)
        return bytes(wanted)

    def fact(self, mode: int) -> Fact:
        """Return what was read; the checksum is empty unless it was asked for."""
        checksum = "" if self._hash is None else self._hash.hexdigest()
        return Fact(self.size, stat.S_IMODE(mode), checksum)


def open_reader(
    path: str, stack: ExitStack, *, hashing: bool = False
) -> tuple[Reader, os.stat_result]:
    """Open a regular file until the end of `stack`; HDF5 does not change it meanwhile."""
    if path.endswith(STORE_SUFFIX):
        from signac._stores.wholefile import undisturbed

        stack.enter_context(undisturbed(path))
    descriptor = os.open(path, _OPEN)
    stack.callback(os.close, descriptor)
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "this is neither a file, a directory nor a link", path)
    return Reader(path, status.st_size, descriptor=descriptor, hashing=hashing), status


def take(root: str, *, follow: bool | None = False, leave_out: Collection[str] = ()) -> Contents:
    """Read a directory through and return what is in it."""
    files: dict[str, Fact] = {}
    links: dict[str, str] = {}
    for member in list_members(root, follow=follow, leave_out=leave_out):
        if member.kind == "link":
            links[member.name] = os.readlink(member.path)
        elif member.kind == "file":
            files[member.name] = _read_through(member.path)
    return Contents(files, links)


def _read_through(path: str) -> Fact:
    with ExitStack() as stack:
        reader, status = open_reader(path, stack, hashing=True)
        while reader.read(CHUNK):
            pass
        if reader.error is not None:
            raise reader.error
        return reader.fact(status.st_mode)


def _leaves(path: str, inner: str) -> bool:
    """Tell whether a link leads out of a directory, in one step or by an absolute path."""
    if not os.path.islink(path):
        return False
    if os.path.isabs(os.readlink(path)):
        return True
    return not (os.path.realpath(path) + os.sep).startswith(inner)


def _look(path: str, name: str, *, follow: bool, above: tuple[tuple[int, int], ...]) -> Member:
    status = os.lstat(path)
    if stat.S_ISLNK(status.st_mode):
        led = _followed(path, above) if follow else None
        if led is None:
            return Member(name, path, "link", status)
        status = led
    if stat.S_ISDIR(status.st_mode):
        return Member(name, path, "directory", status)
    if stat.S_ISREG(status.st_mode):
        return Member(name, path, "file", status)
    raise OSError(errno.EINVAL, "this is neither a file, a directory nor a link", path)


def _followed(path: str, above: tuple[tuple[int, int], ...]) -> os.stat_result | None:
    """Return the status of what a link leads to, None if the link itself is to be taken."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    if stat.S_ISDIR(status.st_mode):
        return None if (status.st_dev, status.st_ino) in above else status
    return status if stat.S_ISREG(status.st_mode) else None
