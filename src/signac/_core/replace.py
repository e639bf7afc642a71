"""Replace a whole file: after any interruption it is the old one or the new one."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

from signac._core import atomic
from signac._core.durability import Durability, effective
from signac._core.layout import TEMPORARY_PREFIX
from signac._core.scratch import Entry, new_file

if TYPE_CHECKING:
    from signac._core.locks import DirectoryLock

__all__ = ["replace_file", "sweep_beside", "write_scratch_file"]


def replace_file(
    path: str,
    data: bytes,
    *,
    scratch: str | None = None,
    lock: DirectoryLock | None = None,
    level: Durability | None = None,
) -> os.stat_result:
    """Make `data` the contents of the file at `path` and return its new status.

    The data goes to a temporary file, is synced unless the level is ``fast``, and takes the name
    in one rename. Mode and owner of an existing file are kept, and a symbolic link stays a link:
    the file it points to is replaced.

    Parameters
    ----------
    path : str
        The file; its directory must exist.
    data : bytes
        The whole new contents.
    scratch : str, optional
        Directory for the temporary file. Without it, or when it is on another file system, the
        temporary file lies beside the target.
    lock : DirectoryLock, optional
        The lock of the directory that holds the file. The rename goes through its descriptor, so
        a directory that was renamed or removed meanwhile is not made again.
    level : {"fast", "safe", "durable"}, optional
        Level of the project; the current block and process come first.

    Raises
    ------
    FileNotFoundError
        When the directory is gone.
    OSError
        When the disk is full or fails; the file is as it was.
    """
    with atomic.naming(path):
        level = effective(level)
        for _ in range(3):
            try:
                return _replace(path, data, scratch, lock, level)
            except FileNotFoundError as error:
                # A sweep took the temporary file before it was locked: make another one.
                if scratch is None or error.filename == path or not _has_directory(path, lock):
                    raise
        return _replace(path, data, None, lock, level)


def write_scratch_file(
    scratch: str,
    label: str,
    data: bytes,
    level: Durability,
    *,
    like: os.stat_result | None = None,
) -> Entry:
    """Write `data` to a new scratch file, synced unless the level is ``fast``.

    The file has mode and owner of the one it is to replace, `like`, before anything is in it.
    """
    return _fill(new_file(scratch, label), data, level, like)


def sweep_beside(path: str) -> None:
    """Remove temporary files that dead processes left beside the file at `path`.

    The caller holds the lock of the directory, so none of them is in use.
    """
    directory, name = os.path.split(path)
    try:
        names = os.listdir(directory or os.curdir)
    except OSError:
        return
    for other in names:
        if other.startswith(TEMPORARY_PREFIX) and other.endswith("_" + name):
            try:
                atomic.unlink(os.path.join(directory, other))
            except OSError:
                pass


def discard(entry: Entry) -> None:
    """Remove a scratch file that is not needed; a failure leaves it to the next sweep."""
    entry.finish_writing()
    try:
        atomic.unlink(entry.path)
    except OSError:
        pass
    entry.close()


def _replace(
    path: str, data: bytes, scratch: str | None, lock: DirectoryLock | None, level: Durability
) -> os.stat_result:
    try:
        status: os.stat_result | None = os.lstat(path)
    except FileNotFoundError:
        status = None
    if status is not None and stat.S_ISLNK(status.st_mode):
        path, scratch, lock = os.path.realpath(path), None, None
        status = os.stat(path) if os.path.exists(path) else None
    if status is not None and (stat.S_ISCHR(status.st_mode) or stat.S_ISBLK(status.st_mode)):
        # The superuser could: a link to /dev/zero would leave the machine without it.
        raise OSError(errno.EINVAL, "this is a device and stays one", path)
    if scratch is None:
        return _replace_beside(path, data, status, level, lock)
    entry = write_scratch_file(scratch, os.path.basename(path), data, level, like=status)
    try:
        _rename(entry.path, path, lock)
    except OSError as error:
        discard(entry)
        if error.errno == errno.EXDEV:
            return _replace_beside(path, data, status, level, lock)
        raise
    except BaseException:
        discard(entry)
        raise
    return _finish(entry, path, level)


def _replace_beside(
    path: str,
    data: bytes,
    status: os.stat_result | None,
    level: Durability,
    lock: DirectoryLock | None,
) -> os.stat_result:
    directory, name = os.path.split(path)
    temporary = os.path.join(directory, f"{TEMPORARY_PREFIX}{os.urandom(8).hex()}_{name}")
    entry = _fill(Entry(temporary, atomic.create(temporary)), data, level, status)
    try:
        _rename(temporary, path, lock)
    except BaseException:
        discard(entry)
        raise
    return _finish(entry, path, level)


def _fill(entry: Entry, data: bytes, level: Durability, like: os.stat_result | None) -> Entry:
    assert entry.descriptor is not None
    try:
        _keep_mode(entry, like)
        atomic.write(entry.descriptor, data, entry.path)
        if level != "fast":
            atomic.sync_descriptor(entry.descriptor, entry.path)
    except BaseException:
        discard(entry)
        raise
    entry.finish_writing()
    return entry


def _has_directory(path: str, lock: DirectoryLock | None) -> bool:
    if lock is not None and lock.descriptor is not None:
        return os.fstat(lock.descriptor).st_nlink > 0
    return os.path.isdir(os.path.dirname(path) or os.curdir)


def _keep_mode(entry: Entry, status: os.stat_result | None) -> None:
    """Give the temporary file mode and owner of the file it replaces."""
    if status is None or entry.descriptor is None:
        return
    own = os.fstat(entry.descriptor)
    if (own.st_uid, own.st_gid) != (status.st_uid, status.st_gid):
        _keep_owner(entry.path, own, status)
    mode = stat.S_IMODE(status.st_mode)
    if stat.S_IMODE(own.st_mode) != mode:
        atomic.change_mode(entry.path, mode)


def _keep_owner(path: str, own: os.stat_result, status: os.stat_result) -> None:
    try:
        atomic.change_owner(path, status.st_uid, status.st_gid)
    except PermissionError:
        if own.st_gid != status.st_gid:
            try:
                atomic.change_owner(path, -1, status.st_gid)
            except PermissionError:
                pass


def _rename(source: str, path: str, lock: DirectoryLock | None) -> None:
    if lock is not None and lock.descriptor is not None:
        atomic.replace(source, os.path.basename(path), directory=lock.descriptor)
    else:
        atomic.replace(source, path)


def _finish(entry: Entry, path: str, level: Durability) -> os.stat_result:
    status = os.stat(path) if entry.descriptor is None else os.fstat(entry.descriptor)
    entry.close()
    if level == "durable":
        atomic.sync_directory(os.path.dirname(path) or os.curdir)
    return status
