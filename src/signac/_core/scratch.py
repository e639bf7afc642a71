"""Scratch entries: files and directories under construction, and trash on its way out.

They lie in one directory on the file system of the workspace, so that one rename puts them into
place. Their creator holds a ``flock`` on each while it works; an entry whose lock can be taken
was left by a dead process, and `iter_stale` gives it to whoever opens the project next.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from signac._core import atomic
from signac._core.locks import fcntl, try_flock

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Entry", "iter_stale", "new_directory", "new_file"]

#: Where ``flock`` does not work, only age tells the living from the dead.
_STALE_AFTER: Final = 24 * 3600.0
_OPEN: Final = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0)


@dataclass(slots=True)
class Entry:
    """One scratch entry, locked while `descriptor` is open."""

    path: str
    descriptor: int | None

    def close(self) -> None:
        """Let go of the entry."""
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None


def new_directory(scratch: str, label: str) -> Entry:
    """Create an empty scratch directory whose name ends in `label`."""
    while True:
        path = _new_name(scratch, label)
        try:
            atomic.make_directory(path)
        except FileNotFoundError:
            atomic.make_directories(scratch)
            continue
        if fcntl is None:
            return Entry(path, None)
        try:
            descriptor = os.open(path, _OPEN)
        except FileNotFoundError:  # swept between the two calls
            continue
        if try_flock(descriptor) and os.path.isdir(path):
            return Entry(path, descriptor)
        os.close(descriptor)


def new_file(scratch: str, label: str) -> Entry:
    """Create an empty scratch file open for writing, whose name ends in `label`.

    Another process that sweeps just now may take it before it is locked here; the rename of it
    then fails with ``FileNotFoundError``, and the caller starts again.
    """
    while True:
        path = _new_name(scratch, label)
        try:
            descriptor = atomic.create(path)
        except FileNotFoundError:
            atomic.make_directories(scratch)
            continue
        if try_flock(descriptor):
            return Entry(path, descriptor)
        os.close(descriptor)


def iter_stale(scratch: str) -> Iterator[Entry]:
    """Yield the entries that dead processes left, locked until the next one is asked for."""
    try:
        names = os.listdir(scratch)
    except (FileNotFoundError, NotADirectoryError):
        return
    for name in names:
        entry = _take(os.path.join(scratch, name))
        if entry is None:
            continue
        try:
            yield entry
        finally:
            entry.close()


def _new_name(scratch: str, label: str) -> str:
    return os.path.join(scratch, f"{os.urandom(8).hex()}.{label}")


def _take(path: str) -> Entry | None:
    if os.path.islink(path):
        return Entry(path, None)
    try:
        descriptor = os.open(path, _OPEN)
    except OSError:
        return _take_by_age(path)
    if fcntl is None:
        os.close(descriptor)
        return _take_by_age(path)
    if _lock_or_busy(descriptor):
        return Entry(path, descriptor)
    os.close(descriptor)
    return None


def _lock_or_busy(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return time.time() - os.fstat(descriptor).st_mtime > _STALE_AFTER
    return True


def _take_by_age(path: str) -> Entry | None:
    try:
        age = time.time() - os.lstat(path).st_mtime
    except OSError:
        return None
    return Entry(path, None) if age > _STALE_AFTER else None
