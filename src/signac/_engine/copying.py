"""Copy files and directory trees through the gate.

The copy of a tree is built where nobody looks yet (scratch), so nothing here has to be atomic;
what makes it safe is the rename that puts the whole copy into place.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import nullcontext
from typing import TYPE_CHECKING, Final, NamedTuple

from signac._core import atomic
from signac._core.layout import STORE_SUFFIX

if TYPE_CHECKING:
    from collections.abc import Collection
    from contextlib import AbstractContextManager

    from signac._core.durability import Durability

__all__ = ["Copied", "copy_entry", "copy_tree", "loosen", "same_content", "sync_tree"]

_OPEN: Final = (
    os.O_RDONLY
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NONBLOCK", 0)
)
_CHUNK: Final = 1 << 20
#: From so many files on, one sync of the file system costs less than one for each file.
_FEW: Final = 8


class Copied(NamedTuple):
    """What was copied: regular files, and their bytes."""

    files: int
    volume: int


def copy_tree(
    source: str,
    target: str,
    *,
    follow: bool = True,
    leave_out: Collection[str] = (),
    top: bool = True,
) -> Copied:
    """Copy what is in a directory into a new or empty one, with modes and times.

    Parameters
    ----------
    source, target : str
        The directories; that of `target` must exist.
    follow : bool
        Copy what symbolic links lead to, as ``shutil.copytree`` does; otherwise the links. A link
        that leads nowhere, or to a directory that it lies in, is copied as a link in any case.
    leave_out : collection of str
        Names at the top that are not copied.
    top : bool
        Give `target` itself the mode and times of the source.

    Raises
    ------
    OSError
        Names the file that cannot be read or written, or is no file: a pipe, a device.
    """
    made: list[tuple[str, str]] = []
    pending: list[tuple[str, str, tuple[tuple[int, int], ...]]] = [(source, target, ())]
    files = volume = 0
    while pending:
        here, there, above = pending.pop()
        status = os.stat(here)
        above += ((status.st_dev, status.st_ino),)
        atomic.make_directory(there, exist_ok=there == target)
        made.append((here, there))
        with os.scandir(here) as found:
            entries = sorted(found, key=lambda entry: entry.name)
        for entry in entries:
            if here == source and entry.name in leave_out:
                continue
            copy = f"{there}{os.sep}{entry.name}"
            if _is_directory(entry, follow=follow, above=above):
                pending.append((entry.path, copy, above))
            else:
                link = entry.is_symlink()
                copied = copy_entry(entry.path, copy, follow=follow, link=link)
                files, volume = files + copied.files, volume + copied.volume
    # A directory that may only be read gets its mode when everything is in it.
    for here, there in reversed(made if top else made[1:]):
        atomic.copy_status(here, there)
    return Copied(files, volume)


def copy_entry(
    source: str,
    target: str,
    *,
    follow: bool = True,
    times: bool = True,
    link: bool | None = None,
) -> Copied:
    """Copy a file, or a link as `copy_tree` does, to a name that is not there yet.

    Without `times` a file has its mode and the time of the copy. `link` tells whether the source
    is a link, if that is known.
    """
    if (os.path.islink(source) if link is None else link) and not (
        follow and os.path.isfile(source)
    ):
        atomic.symbolic_link(os.readlink(source), target)
        return Copied(0, 0)
    with _writers_excluded(source):
        descriptor = os.open(source, _OPEN)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise OSError(
                    errno.EINVAL, "this is neither a file, a directory nor a link", source
                )
            copy = atomic.create(target, stat.S_IMODE(status.st_mode) & 0o777 | stat.S_IWUSR)
            try:
                volume = atomic.copy(descriptor, copy, target)
                if times:
                    atomic.copy_status_of(descriptor, status, copy, (source, target))
            finally:
                os.close(copy)
        finally:
            os.close(descriptor)
    if not times:
        atomic.change_mode(target, stat.S_IMODE(status.st_mode))
    return Copied(1, volume)


def sync_tree(path: str, level: Durability) -> None:
    """Wait until a tree that was just written is on the disk, as far as the level asks for it."""
    if level == "fast":
        return
    directories: list[str] = []
    files: list[str] = []
    for directory, _, names in os.walk(path):
        directories.append(directory)
        files += (os.path.join(directory, name) for name in names)
        if len(files) > _FEW and atomic.sync_filesystem(path):
            return
    files = [name for name in files if not os.path.islink(name)]
    for name in files:
        atomic.sync_file(name)
    if level == "durable":
        for name in reversed(directories):
            atomic.sync_directory(name)


def loosen(path: str) -> int | None:
    """Let the owner rename a directory; return the mode that it is to have afterwards, if any.

    A directory that may not be written to cannot get another parent.
    """
    mode = stat.S_IMODE(os.lstat(path).st_mode)
    if mode & stat.S_IRWXU == stat.S_IRWXU:
        return None
    atomic.change_mode(path, mode | stat.S_IRWXU)
    return mode


def same_content(one: str, other: str) -> bool:
    """Tell whether two files hold the same bytes."""
    with open(one, "rb") as first, open(other, "rb") as second:
        if os.fstat(first.fileno()).st_size != os.fstat(second.fileno()).st_size:
            return False
        while chunk := first.read(_CHUNK):
            if chunk != second.read(_CHUNK):
                return False
        return not second.read(1)


def _is_directory(
    entry: os.DirEntry[str], *, follow: bool, above: tuple[tuple[int, int], ...]
) -> bool:
    if not entry.is_symlink():
        return entry.is_dir(follow_symlinks=False)
    if not follow:
        return False
    try:
        status = os.stat(entry.path)
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and (status.st_dev, status.st_ino) not in above


def _writers_excluded(path: str) -> AbstractContextManager[object]:
    """Keep HDF5 from changing a store while it is copied: its files are written in place."""
    if not path.endswith(STORE_SUFFIX):
        return nullcontext()
    from signac._stores.wholefile import undisturbed

    return undisturbed(path)
