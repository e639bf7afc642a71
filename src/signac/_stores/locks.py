"""Locks of HDF5 files: between the threads of this process, and against other processes.

HDF5 locks a file for other processes while it is open, and refuses at once. Inside a process it
shares one open file between all handles, so the order of threads is kept here: one re-entrant
lock for each file (its directory and name, links followed), held while a store has it open. The
entry of a file lives as long as somebody holds or awaits it.

A hold belongs to the open file and not to a thread: whoever closes the file gives the lock back.
"""

from __future__ import annotations

import atexit
import errno
import os
import random
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from signac._core.locks import default_timeout
from signac._core.owner import find_flock_holder
from signac.errors import LockTimeoutError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signac._stores.session import Session

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

__all__ = [
    "FileLock",
    "Key",
    "Patience",
    "acquire",
    "key_of",
    "let_go_of_inherited",
    "locking_is_off",
    "release",
    "writers_excluded",
]

_FIRST_PAUSE: Final = 0.0005
_LONGEST_PAUSE: Final = 0.03
#: What ``flock`` answers on a file system without locks; HDF5 goes on without one as well.
_UNSUPPORTED: Final = {errno.EBADF, errno.EINVAL, errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP}


#: Device and inode of the directory, and the name in it.
Key = tuple[int, int, str]


@dataclass(slots=True, eq=False)
class FileLock:
    """The lock of one file in this process, and the sessions that have the file open."""

    key: Key
    owner: int | None = None
    count: int = 0
    users: int = 0
    sessions: list[Session] = field(default_factory=list)


class _Table:
    """The locks of this process."""

    __slots__ = ("entries", "inherited", "mutex", "released", "waiting")

    def __init__(self) -> None:
        #: In a forked child, what the parent had open when it forked.
        self.inherited: dict[Key, list[Session]] = {}
        self.reset()

    def reset(self) -> None:
        """Begin with no lock held."""
        # Re-entrant: the collector may close a forgotten store in the middle of `acquire`.
        self.mutex = threading.RLock()
        self.released = threading.Condition(self.mutex)
        self.entries: dict[Key, FileLock] = {}
        self.waiting = 0

    def after_fork(self) -> None:
        """Start anew in a forked child: the locks belong to the parent's threads."""
        for key, lock in self.entries.items():
            self.inherited.setdefault(key, []).extend(lock.sessions)
        self.reset()
        if self.inherited:
            # HDF5 closes what is open when a program ends, and would write the parent's file.
            atexit.register(let_go_of_inherited)


#: Locks belong to a process, so their table does too.
_table = _Table()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_table.after_fork)


def key_of(path: str) -> Key:
    """Return what identifies the file at `path` in this process, whether it exists or not."""
    if os.path.islink(path):
        path = os.path.realpath(path)
    directory, name = os.path.split(path)
    try:
        status = os.stat(directory)
    except OSError:  # nothing can be opened there, whatever the lock
        return 0, 0, path
    return status.st_dev, status.st_ino, name


def acquire(path: str) -> FileLock:
    """Wait until no other thread of this process uses the file at `path`.

    Raises
    ------
    LockTimeoutError
        When another thread kept it open for the whole time.
    """
    key = key_of(path)
    me = threading.get_ident()
    with _table.mutex:
        lock = _table.entries.get(key)
        if lock is None:
            lock = FileLock(key)
        lock.users += 1
        _table.entries[key] = lock
        if lock.owner is not None and lock.owner != me:
            try:
                _wait_for_thread(lock, path)
            except BaseException:
                _leave(lock)
                raise
        lock.owner = me
        lock.count += 1
    return lock


def release(lock: FileLock) -> None:
    """Give back one hold of a lock; any thread may do that."""
    with _table.mutex:
        lock.count -= 1
        if not lock.count:
            lock.owner = None
            if _table.waiting:
                _table.released.notify_all()
        _leave(lock)


def _leave(lock: FileLock) -> None:
    lock.users -= 1
    if not lock.users and _table.entries.get(lock.key) is lock:
        del _table.entries[lock.key]


def _wait_for_thread(lock: FileLock, path: str) -> None:
    timeout = default_timeout()
    _table.waiting += 1
    try:
        free = _table.released.wait_for(lambda: lock.owner is None, timeout)
    finally:
        _table.waiting -= 1
    if not free:
        holder = next((t.name for t in threading.enumerate() if t.ident == lock.owner), "ended")
        raise LockTimeoutError(path, f"another thread of this process ({holder})", timeout)


def let_go_of_inherited(key: Key | None = None) -> None:
    """In a forked child, forget that HDF5 has a file (or any) open: that is the parent's.

    HDF5 would use the parent's open file, without a lock, for whoever opens it again here.
    """
    if not _table.inherited:
        return
    for one in [key] if key is not None else list(_table.inherited):
        for session in _table.inherited.pop(one, ()):
            session.leave_to_parent()


class Patience:
    """Waits between attempts to open a file that another process has locked."""

    __slots__ = ("_deadline", "_path", "_pause", "_start")

    def __init__(self, path: str) -> None:
        self._path = path
        self._start = time.monotonic()
        self._deadline = self._start + default_timeout()
        self._pause = _FIRST_PAUSE

    def wait(self) -> None:
        """Sleep a little, each time a little longer; raise when the time is over.

        Raises
        ------
        LockTimeoutError
            With the process that holds the file, where the system tells.
        """
        now = time.monotonic()
        if now >= self._deadline:
            raise LockTimeoutError(self._path, _find_holder(self._path), now - self._start)
        time.sleep(min(self._pause * random.uniform(0.5, 1.5), self._deadline - now))
        self._pause = min(self._pause * 1.5, _LONGEST_PAUSE)


@contextmanager
def writers_excluded(path: str, *, alone: bool = False) -> Iterator[Any]:
    """Keep other processes from opening the file at `path` for writing, inside the block.

    With `alone` they cannot read it either. The lock is the one that HDF5 takes. A missing file
    needs no lock; one that was replaced while waiting is locked again under its name.
    """
    descriptor = _lock_named(path, alone=alone)
    try:
        yield descriptor
    finally:
        if descriptor is not None:
            os.close(descriptor)


def locking_is_off() -> bool:
    """Tell whether the user switched HDF5's file locks off."""
    return os.environ.get("HDF5_USE_FILE_LOCKING", "").upper() in ("FALSE", "0")


def _lock_named(path: str, *, alone: bool) -> int | None:
    if fcntl is None or locking_is_off():
        return None
    operation = (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB
    patience = Patience(path)
    while True:
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            if _try_lock(descriptor, operation) and _is_named(descriptor, path):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
        patience.wait()


def _try_lock(descriptor: int, operation: int) -> bool:
    try:
        fcntl.flock(descriptor, operation)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise
    return True


def _is_named(descriptor: int, path: str) -> bool:
    """Tell whether an open file is still the one at `path`."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


def _find_holder(path: str) -> str:
    """Name the process that has the file locked, as far as the system tells."""
    try:
        return find_flock_holder(os.stat(path))
    except OSError:
        return ""
