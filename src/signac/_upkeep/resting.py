"""Look at a job directory while nobody changes it."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from signac._core.locks import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["at_rest"]

#: Seconds to wait for who changes the directory; one who takes longer hangs.
_PATIENCE: Final = 1.0
_PAUSE: Final = 0.001
_OPEN: Final = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)


@contextmanager
def at_rest(path: str) -> Iterator[None]:
    """Keep others of this library from changing the directory at `path` inside the block.

    Where that cannot be, the block runs all the same. Nothing is written, not even a lock file.
    """
    descriptor = None if fcntl is None else _share(path)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _share(path: str) -> int | None:
    """Return a descriptor with a shared lock on the directory that is at `path` by then."""
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            descriptor = os.open(path, _OPEN)
        except OSError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(descriptor), os.stat(path)):
                return descriptor
        except (BlockingIOError, FileNotFoundError):
            pass
        except OSError:
            end = 0.0
        os.close(descriptor)
        if time.monotonic() >= end:
            return None
        time.sleep(_PAUSE)
