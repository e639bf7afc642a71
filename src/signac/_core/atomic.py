"""The gate: the only module that creates, replaces, renames or removes files of a project.

Each function announces its mutation with `faults.point` and then makes exactly one system call
that changes the disk, so that a test can interrupt the library between any two of them.
HDF5 writes the inside of its files itself; whole HDF5 files are moved by this module.
"""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING, Any, Final

from signac._core.faults import point
from signac.errors import Error

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "append",
    "change_mode",
    "change_owner",
    "change_times",
    "copy",
    "copy_status",
    "copy_status_of",
    "create",
    "hard_link",
    "make_directories",
    "make_directory",
    "move",
    "naming",
    "open_directory",
    "remove_directory",
    "remove_tree",
    "replace",
    "symbolic_link",
    "sync_descriptor",
    "sync_directory",
    "sync_file",
    "sync_filesystem",
    "sync_late",
    "unlink",
    "write",
    "write_in_place",
]

_BY_DESCRIPTOR: Final = (
    hasattr(os, "listxattr") and hasattr(os, "fchmod") and os.utime in os.supports_fd
)
_CLOEXEC: Final = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_CHUNK: Final = 1 << 24
#: Windows syncs only what is open for writing.
_SYNCABLE: Final = (os.O_RDWR if os.name == "nt" else os.O_RDONLY) | _CLOEXEC
_DIRECTORY: Final = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | _CLOEXEC


def make_directory(path: str, *, exist_ok: bool = False) -> bool:
    """Create one directory; return False when `exist_ok` and it is there already."""
    point("mkdir", path)
    try:
        os.mkdir(path)
    except FileExistsError:
        if exist_ok and os.path.isdir(path):
            return False
        raise
    return True


def make_directories(path: str, *, sync: bool = False) -> None:
    """Create a directory and its parents, as far as they are missing.

    With `sync` wait until each new one is listed in its parent on the disk.
    """
    if os.path.isdir(path):
        return
    parent = os.path.dirname(path)
    if parent and parent != path:
        make_directories(parent, sync=sync)
    if make_directory(path, exist_ok=True) and sync:
        sync_directory(parent or os.curdir)


def create(path: str, mode: int = 0o666) -> int:
    """Create a file that is not there yet and return a descriptor open for writing."""
    point("create", path)
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _CLOEXEC, mode)


def write(descriptor: int, data: bytes, path: str) -> None:
    """Write all of `data`; `path` only names the file in errors."""
    cut = point("write", path, len(data))
    _write_all(descriptor, data if cut is None else data[: cut.length], path)
    if cut is not None:
        cut.finish()


def copy(source: int, target: int, path: str) -> int:
    """Write all of an open file into another; `path` only names the target in errors.

    Returns the number of bytes.
    """
    size = os.fstat(source).st_size
    cut = point("copy", path, size)
    with naming(path):
        done = _copy_all(source, target, size, None if cut is None else cut.length)
    if cut is not None:
        cut.finish()
    return done


def copy_status(source: str, target: str, *, follow: bool = True) -> None:
    """Give a file the mode, the times and, where there are any, the attributes of another."""
    import shutil  # 5 ms, needed for copies only

    point("copystat", target)
    shutil.copystat(source, target, follow_symlinks=follow)


def copy_status_of(
    source: int, status: os.stat_result, target: int, names: tuple[str, str]
) -> None:
    """Do as `copy_status` does for open files; `status` is that of the source.

    perf: by names each of them is looked up five times (compare.py, transfer-export-directory).
    """
    if not _BY_DESCRIPTOR or os.listxattr(source):
        copy_status(*names)
        return
    point("copystat", names[1])
    with naming(names[1]):
        os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
        os.fchmod(target, stat.S_IMODE(status.st_mode))


def append(path: str, data: bytes) -> None:
    """Add `data` to the end of a file in one system call, creating the file."""
    cut = point("append", path, len(data))
    # A pipe in place of the file must not be waited for, and a link may lead to any file.
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | _CLOEXEC
    flags |= getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(path, flags, 0o666)
    try:
        _write_all(descriptor, data if cut is None else data[: cut.length], path)
    finally:
        os.close(descriptor)
    if cut is not None:
        cut.finish()


def write_in_place(path: str, data: bytes, mode: int = 0o666) -> None:
    """Create a small disposable file (a log, a lock) without any promise but its name."""
    descriptor = create(path, mode)
    try:
        write(descriptor, data, path)
    finally:
        os.close(descriptor)


def sync_descriptor(descriptor: int, path: str) -> None:
    """Wait until the contents of an open file are on the disk."""
    point("sync", path)
    with naming(path):
        os.fsync(descriptor)


def sync_file(path: str) -> None:
    """Wait until the contents of a file are on the disk."""
    descriptor = os.open(path, _SYNCABLE)
    try:
        sync_descriptor(descriptor, path)
    finally:
        os.close(descriptor)


def sync_directory(path: str) -> None:
    """Wait until the entries of a directory are on the disk, where the system can do that."""
    point("sync_directory", path)
    if os.name == "nt":
        return
    descriptor = os.open(path, _DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_directory(path: str) -> int | None:
    """Return a descriptor for the ``dir_fd`` of other calls, None where that cannot be."""
    if os.open not in os.supports_dir_fd:
        return None
    try:
        return os.open(path, _DIRECTORY)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return None


def sync_late(*paths: str) -> OSError | None:
    """Sync directories after a change that is complete; return the error that undoes nothing."""
    try:
        for path in paths:
            sync_directory(path)
    except OSError as error:
        return error
    return None


def sync_filesystem(path: str) -> bool:
    """Wait until everything written so far to the file system of `path` is on the disk.

    Returns False, having done nothing, where the system has no ``syncfs``. ``sync`` is never
    used: it would wait for every other disk of the machine too.
    """
    syncfs = _find_syncfs()
    if syncfs is None:
        return False
    point("sync_filesystem", path)
    descriptor = os.open(path, os.O_RDONLY | _CLOEXEC)
    try:
        number = syncfs(descriptor)
    finally:
        os.close(descriptor)
    if number:
        raise OSError(number, os.strerror(number), path)
    return True


def replace(source: str, target: str, *, directory: int | None = None) -> None:
    """Rename a file over `target`, which may exist.

    With `directory`, a descriptor of the directory that holds the target, `target` is the bare
    name: a directory that was renamed meanwhile receives the file, and one that was removed is
    not made again.
    """
    point("rename", source)
    try:
        os.replace(source, target, dst_dir_fd=directory)
    except NotImplementedError:  # a system that renames by paths only
        os.replace(source, target)


def move(source: str, target: str) -> None:
    """Rename a file or directory; an empty directory at `target` is replaced, nothing else is.

    Raises
    ------
    FileExistsError or OSError with ENOTEMPTY
        When `target` is a directory that holds anything.
    NotADirectoryError
        When a directory would replace a file.
    """
    point("rename", source)
    if os.name == "nt" and os.path.isdir(target):
        os.rmdir(target)
    elif os.name == "nt" and os.path.lexists(target) and os.path.isdir(source):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), target)
    os.rename(source, target)


def hard_link(source: str, target: str) -> None:
    """Give a file a second name."""
    point("link", target)
    os.link(source, target)


def symbolic_link(destination: str, path: str) -> None:
    """Create a symbolic link that leads to `destination`."""
    point("symlink", path)
    os.symlink(destination, path)


def unlink(path: str) -> None:
    """Remove a file or a symbolic link."""
    point("unlink", path)
    os.unlink(path)


def remove_directory(path: str) -> None:
    """Remove an empty directory."""
    point("rmdir", path)
    os.rmdir(path)


def remove_tree(path: str) -> None:
    """Remove a file or a directory with everything in it; links are not followed."""
    mode = os.lstat(path).st_mode
    if not stat.S_ISDIR(mode):
        unlink(path)
        return
    if mode & 0o700 != 0o700:
        change_mode(path, stat.S_IMODE(mode) | 0o700)
    with os.scandir(path) as entries:
        names = [entry.path for entry in entries]
    for name in names:
        remove_tree(name)
    remove_directory(path)


def change_mode(path: str, mode: int) -> None:
    """Set the permission bits of a file."""
    point("chmod", path)
    os.chmod(path, mode)


def change_owner(path: str, user: int, group: int) -> None:
    """Set owner and group of a file; -1 leaves one as it is."""
    point("chown", path)
    os.chown(path, user, group)


def change_times(path: str, modified: float) -> None:
    """Set when a file was modified, in seconds since 1970."""
    point("utime", path)
    os.utime(path, (modified, modified))


class naming:  # noqa: N801  # used as a function
    """Let system errors inside the block name `path`, what the caller knows, and not scratch."""

    __slots__ = ("path",)

    def __init__(self, path: str) -> None:
        self.path = path

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, OSError) and error.errno is not None and not isinstance(error, Error):
            raise OSError(error.errno, error.strerror, self.path) from error


def _write_all(descriptor: int, data: bytes, path: str) -> None:
    with naming(path):
        _write_whole(descriptor, data)


def _write_whole(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _copy_all(source: int, target: int, expected: int, most: int | None) -> int:
    """Copy an open file, or its first bytes, inside the kernel where that can be done.

    Once `expected` bytes are there that is all: what is appended meanwhile came later.
    """
    done, size = 0, _CHUNK
    inside = getattr(os, "copy_file_range", None)
    while size:
        size = _CHUNK if most is None else min(_CHUNK, most - done)
        try:
            copied = inside(source, target, size) if inside is not None and size else 0
        except OSError as error:
            if done or error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
                raise
            inside, copied = None, 0
        if not copied and size:  # the end of the file, or a file that only `read` can read
            inside = None
            data = os.read(source, size)
            copied = len(data)
            _write_whole(target, data)
        done += copied
        size = 0 if expected and done >= expected else copied
    return done


def _find_syncfs() -> Callable[[int], int] | None:
    """Return a function from a descriptor to an error number, 0 for success."""
    if os.name != "posix":
        return None
    import ctypes  # 5 ms, needed for batches only

    try:
        function = ctypes.CDLL(None, use_errno=True).syncfs
    except (OSError, AttributeError):
        return None
    return lambda descriptor: ctypes.get_errno() if function(descriptor) else 0
