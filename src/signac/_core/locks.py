"""Exclusive locks on directories: one for everything that may change inside one.

The lock is ``flock`` on the directory itself. So there is no lock file to clean up, the kernel
frees it when a process dies, it belongs to the directory and not to a name (a symbolic link or a
relative path lock the same thing), and it stays with a directory that is renamed. Inside a
process it is re-entrant for a thread and exclusive between threads.

Where a directory cannot be locked (some network file systems, other systems), a lock file in
`fallback` is created exclusively instead; see `_core.lockfile`.
"""

from __future__ import annotations

import errno
import logging
import os
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from signac._core import owner
from signac.errors import InvalidInputError, LockTimeoutError

if TYPE_CHECKING:
    from collections.abc import Iterator

fcntl: Any
try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

__all__ = [
    "DirectoryLock",
    "acquire",
    "default_timeout",
    "fcntl",
    "locked",
    "release",
    "reserved",
    "try_flock",
]

logger = logging.getLogger(__name__)

_OPEN: Final = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
#: What ``flock`` answers on a file system that cannot lock directories.
_UNSUPPORTED: Final = {errno.EBADF, errno.EINVAL, errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP}
#: Seconds between two looks of one who waits.
_FIRST_PAUSE: Final = 0.0003
_LONGEST_PAUSE: Final = 0.002
#: One who takes the same lock again and again lets go of it for so long, after so long, so that
#: those who wait get a turn: there is no queue behind ``flock``.
_TURN: Final = 0.02
_GAP: Final = 0.0006

Key = tuple[int, int] | str


class DirectoryLock:
    """A lock that is held; `descriptor` is open on the directory (None where that cannot be)."""

    __slots__ = ("depth", "descriptor", "key", "lock_file", "path", "thread_lock", "users")

    def __init__(self, path: str, key: Key) -> None:
        self.path = path
        self.key = key
        self.thread_lock = threading.RLock()
        self.descriptor: int | None = None
        self.lock_file: str | None = None
        self.depth = 0
        self.users = 0


class _Table:
    """The locks of this process; entries live only while somebody holds or awaits them."""

    def __init__(self) -> None:
        self.mutex = threading.Lock()
        self.entries: dict[Key, DirectoryLock] = {}
        self.without_flock: set[int] = set()
        self.last: Key | None = None
        self.last_since = 0.0
        self.last_release = 0.0

    def join(self, path: str, key: Key) -> DirectoryLock:
        with self.mutex:
            entry = self.entries.get(key)
            if entry is None:
                entry = self.entries[key] = DirectoryLock(path, key)
            entry.users += 1
            return entry

    def leave(self, entry: DirectoryLock) -> None:
        with self.mutex:
            entry.users -= 1
            if not entry.users:
                self.entries.pop(entry.key, None)

    def give_way(self, key: Key) -> None:
        """Pause for a moment if this process holds one lock nearly all the time."""
        now = time.monotonic()
        if key != self.last or now - self.last_release > _GAP:
            self.last, self.last_since = key, now
        elif now - self.last_since > _TURN:
            time.sleep(_GAP)
            self.last_since = time.monotonic()

    def after_fork(self) -> None:
        """Close what a forked child inherited, without unlocking what the parent holds."""
        self.mutex = threading.Lock()
        entries, self.entries = self.entries, {}
        for entry in entries.values():
            if entry.descriptor is not None:
                os.close(entry.descriptor)
                entry.descriptor = None


#: Locks belong to a process, so their table does too.
_table = _Table()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=lambda: _table.after_fork())


def default_timeout() -> float:
    """Return how many seconds to wait for a lock: ``SIGNAC_LOCK_TIMEOUT``, else 60."""
    text = os.environ.get("SIGNAC_LOCK_TIMEOUT") or "60"
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not seconds >= 0:
        raise InvalidInputError(f"SIGNAC_LOCK_TIMEOUT={text!r} is not a number of seconds")
    return seconds


@contextmanager
def locked(path: str, *, fallback: str, timeout: float | None = None) -> Iterator[DirectoryLock]:
    """Hold the lock of the directory at `path` inside a ``with`` block."""
    lock = acquire(path, fallback=fallback, timeout=timeout)
    try:
        yield lock
    finally:
        release(lock)


@contextmanager
def reserved(lock: DirectoryLock, path: str, *, fallback: str) -> Iterator[None]:
    """Keep others from the directory that is going to be renamed to `path`, inside the block.

    The lock of a directory goes with it; a lock file belongs to a name, and needs another one.
    """
    if lock.lock_file is None:
        yield
        return
    from signac._core import lockfile

    name = _wait_for_file(path, fallback, _Patience(None))
    try:
        yield
    finally:
        lockfile.release(name)


def acquire(path: str, *, fallback: str, timeout: float | None = None) -> DirectoryLock:
    """Wait for the lock of the directory that is at `path` once the lock is held.

    Parameters
    ----------
    path : str
        An existing directory.
    fallback : str
        The directory for a lock file where the directory itself cannot be locked.
    timeout : float, optional
        Seconds; `default_timeout` when not given.

    Raises
    ------
    FileNotFoundError
        When there is no directory at `path`, or it was renamed or removed while waiting.
    LockTimeoutError
        When somebody else held the lock for the whole time.
    """
    wait = _Patience(timeout)
    while True:
        lock = _acquire_once(path, fallback, wait)
        if _is_at(lock, path):
            return lock
        release(lock)


def release(lock: DirectoryLock) -> None:
    """Give back one hold of a lock."""
    lock.depth -= 1
    if not lock.depth:
        if lock.lock_file is not None:
            from signac._core import lockfile

            lockfile.release(lock.lock_file)
            lock.lock_file = None
        if lock.descriptor is not None:
            descriptor, lock.descriptor = lock.descriptor, None
            if fcntl is not None:
                # A forked child may still hold a copy of the descriptor: closing is not enough.
                _flock_quietly(descriptor, fcntl.LOCK_UN)
            os.close(descriptor)
        _table.last_release = time.monotonic()
    lock.thread_lock.release()
    _table.leave(lock)


def try_flock(descriptor: int) -> bool:
    """Lock an open file or directory if nobody else has; True also where locks do not work."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        return error.errno in _UNSUPPORTED
    return True


class _Patience:
    """How long to go on waiting; the clock starts when there is something to wait for."""

    __slots__ = ("deadline", "pause", "seconds")

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds
        self.deadline = 0.0
        self.pause = _FIRST_PAUSE

    def remaining(self) -> float:
        """Return the seconds that are left."""
        if not self.deadline:
            if self.seconds is None:
                self.seconds = default_timeout()
            self.deadline = time.monotonic() + self.seconds
        return max(0.0, self.deadline - time.monotonic())

    def sleep(self) -> bool:
        """Sleep a little longer than the last time; False, at once, when the time is over."""
        if not self.remaining():
            return False
        time.sleep(self.pause * (0.5 + os.urandom(1)[0] / 256))
        self.pause = min(self.pause * 1.002, _LONGEST_PAUSE)
        return True


def _acquire_once(path: str, fallback: str, wait: _Patience) -> DirectoryLock:
    descriptor, key = _open(path)
    lock = _table.join(path, key)
    try:
        if not lock.thread_lock.acquire(blocking=False):
            remaining = wait.remaining()
            if not lock.thread_lock.acquire(timeout=remaining):
                raise LockTimeoutError(path, "another thread of this process", wait.seconds)
        try:
            if not lock.depth:
                _table.give_way(key)
                lock.descriptor, descriptor = descriptor, None
                _lock_first(lock, path, fallback, wait)
            lock.depth += 1
        except BaseException:
            if not lock.depth and lock.descriptor is not None:
                os.close(lock.descriptor)
                lock.descriptor = None
            lock.thread_lock.release()
            raise
    except BaseException:
        _table.leave(lock)
        raise
    finally:
        if descriptor is not None:
            os.close(descriptor)
    return lock


def _open(path: str) -> tuple[int | None, Key]:
    if fcntl is None:
        if not os.path.isdir(path):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return None, os.path.realpath(path)
    descriptor = os.open(path, _OPEN)
    status = os.fstat(descriptor)
    return descriptor, (status.st_dev, status.st_ino)


def _is_at(lock: DirectoryLock, path: str) -> bool:
    """Tell whether the locked directory is still the one at `path`."""
    if lock.descriptor is None:
        return os.path.isdir(path)
    try:
        status = os.stat(path)
    except FileNotFoundError:
        release(lock)
        raise
    return (status.st_dev, status.st_ino) == lock.key


def _lock_first(lock: DirectoryLock, path: str, fallback: str, wait: _Patience) -> None:
    descriptor = lock.descriptor
    device = lock.key[0]
    if (
        descriptor is None
        or os.environ.get("SIGNAC_LOCKS") == "file"
        or device in _table.without_flock
    ):
        lock.lock_file = _wait_for_file(path, fallback, wait)
        return
    try:
        _wait_for_flock(descriptor, path, wait)
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            if isinstance(error, LockTimeoutError):
                raise
            raise OSError(error.errno, error.strerror, path) from None
        _table.without_flock.add(int(device))
        logger.warning("%s: this file system cannot lock directories, using lock files", path)
        lock.lock_file = _wait_for_file(path, fallback, wait)


def _wait_for_flock(descriptor: int, path: str, wait: _Patience) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if not wait.sleep():
                raise LockTimeoutError(
                    path, owner.find_flock_holder(os.fstat(descriptor)), wait.seconds
                ) from None


def _wait_for_file(path: str, fallback: str, wait: _Patience) -> str:
    from signac._core import lockfile

    name = lockfile.name_for(path, fallback)
    while not lockfile.try_acquire(name):
        if not wait.sleep():
            raise LockTimeoutError(path, lockfile.find_holder(name), wait.seconds)
    return name


def _flock_quietly(descriptor: int, operation: int) -> None:
    try:
        fcntl.flock(descriptor, operation)
    except OSError:
        pass
