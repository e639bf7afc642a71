"""When the file of a store is open, and for whom.

A store is either closed, open in a session that the program asked for (``open()``, ``with``), or
open for the time of a single operation or of an iteration. This module counts these uses, holds
the lock of the file while there are any, and opens the file for reading only until it is written.
"""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from threading import get_ident
from typing import TYPE_CHECKING, Any, Final, cast

from signac._core import atomic, extras
from signac._core.durability import effective
from signac._stores import locks
from signac.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from types import TracebackType

    from signac._core.durability import Durability
    from signac._stores.h5file import H5File

__all__ = ["Opened", "Session", "Use"]

_MODES: Final = ("r", "r+", "w", "w-", "x", "a")
#: A store with one of these modes says that its file exists.
_EXPECTING: Final = ("r", "r+")
_CREATING: Final = ("w", "w-", "x")
#: Drivers that keep one file under the given name.
PLAIN_DRIVERS: Final = (None, "sec2", "stdio", "direct", "core")


class Opened:
    """An open file with the number of its uses."""

    __slots__ = ("explicit", "failure", "h5", "implicit", "lock", "thread", "ticket")

    def __init__(self, h5: H5File, lock: locks.FileLock) -> None:
        self.h5 = h5
        self.lock = lock
        self.thread = get_ident()
        self.explicit = 0
        self.implicit = 0
        self.failure: OSError | None = None
        #: Known to who opened the file with `Session.open`.
        self.ticket: object | None = None


class Use:
    """One use of the file, as a context manager that gives the open file or None."""

    __slots__ = ("_counted", "_opened", "_session", "_strict", "_write")

    def __init__(self, session: Session, *, write: bool, strict: bool = False) -> None:
        self._session = session
        self._write = write
        self._strict = strict
        self._opened: Opened | None = None
        self._counted = False

    def __enter__(self) -> H5File | None:
        self._opened, self._counted = self._session.begin(write=self._write, strict=self._strict)
        return None if self._opened is None else self._opened.h5

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        failure = None
        if error is not None and self._opened is not None and not isinstance(error, GeneratorExit):
            failure = self._session.note_failure(error, self._opened, self._write)
        if self._counted and self._opened is not None:
            self._opened.implicit -= 1
            if failure is None:
                try:
                    self._session.end_unused(self._opened)
                except (RuntimeError, OSError) as late:
                    explained = self._explained(late)
                    if explained is late:
                        raise
                    raise explained from late
            else:
                self._session.discard_unused(self._opened)
        if failure is not None and failure is not error:
            raise failure from error
        if error is not None:
            explained = self._explained(error)
            if explained is not error:
                raise explained from error

    def _explained(self, error: BaseException) -> BaseException:
        """Return what libhdf5 found wrong with a file as an error that names the file."""
        filename = self._session.filename
        system = isinstance(error, OSError) and (error.errno is not None or filename in str(error))
        if type(error) not in (RuntimeError, OSError) or system:
            return error
        return OSError(f"{filename}: {error}; the file may be damaged")


class Session:
    """The way of one store to its file."""

    __slots__ = ("filename", "level", "mode", "opened", "options", "truncated")

    def __init__(self, filename: str, options: dict[str, Any]) -> None:
        self.filename = filename
        self.options = {key: value for key, value in options.items() if key != "mode"}
        self.mode: str | None = options.get("mode")
        self.opened: Opened | None = None
        #: The durability that the project's config asks for.
        self.level: Durability | None = None
        #: Whether a store with mode "w" or "x" has made its file.
        self.truncated = False

    def reading(self, *, strict: bool = False) -> AbstractContextManager[H5File | None]:
        """Use the file for reading: None stands for a missing file.

        With `strict`, a store whose own mode says that the file exists raises instead.
        """
        return Use(self, write=False, strict=strict)

    def writing(self) -> AbstractContextManager[H5File]:
        """Use the file for writing, creating it when it is missing."""
        return cast("AbstractContextManager[H5File]", Use(self, write=True))

    def open(self, mode: str | None = None) -> object | None:
        """Begin a session that lasts until `close`; None when one is running already.

        The returned ticket makes a ``with`` block take over the session, see `enter`.
        """
        opened, running = self._begin_explicit(mode)
        if running:
            return None
        opened.explicit = 1
        opened.ticket = object()
        return opened.ticket

    def enter(self, ticket: object | None = None) -> None:
        """Begin a ``with`` block, inside another one or not.

        With the ticket of a session that `open` began, the block is that session.
        """
        opened = self.opened
        if ticket is not None and opened is not None and opened.ticket is ticket:
            opened.ticket = None
            return
        opened, running = self._begin_explicit(None)
        if running and not opened.explicit and not opened.h5.writable and self.mode != "r":
            self._reopen(opened)
        opened.explicit += 1

    def exit(self, error: BaseException | None) -> None:
        """End a ``with`` block; the outermost one closes the file."""
        opened = self.opened
        if opened is None or not opened.explicit:  # closed inside the block
            return
        opened.explicit -= 1
        if not opened.explicit:
            if not opened.implicit:
                self._end(opened)
            if opened.failure is not None and error is None:
                raise opened.failure

    def close(self) -> None:
        """Close the file, whoever uses it; no-op when it is closed."""
        opened = self.opened
        if opened is not None:
            self._end(opened)
            if opened.failure is not None:
                raise opened.failure

    def begin(self, *, write: bool, strict: bool = False) -> tuple[Opened | None, bool]:
        """Return the open file, opened when it is not; and whether this use was counted."""
        opened = self.opened
        if opened is not None and opened.thread == get_ident() and not self._is_inherited(write):
            return self._join(opened, write=write)
        lock = locks.acquire(self.filename)
        try:
            if self.opened is not None and not self._is_inherited(write):
                locks.release(lock)
                return self._join(self.opened, write=write)
            self.leave_to_parent()
            opened = self._begin_alone(lock, write=write, strict=strict)
        except BaseException:
            locks.release(lock)
            raise
        if opened is None:
            locks.release(lock)
            return None, False
        opened.implicit = 1
        return opened, True

    def flush(self) -> bool:
        """Hand everything written to the system; False when the file is closed."""
        opened = self.opened
        if opened is None:
            return False
        if opened.failure is not None:
            raise opened.failure
        try:
            opened.h5.flush()
        except OSError as error:
            self.note_failure(error, opened)
            raise
        return True

    def end_unused(self, opened: Opened) -> None:
        """Close the file when nobody uses it any more."""
        if not opened.explicit and not opened.implicit and self.opened is opened:
            self._end(opened)

    def discard_unused(self, opened: Opened) -> None:
        """Let go of a file that failed when nobody uses it any more."""
        if not opened.explicit and not opened.implicit and self.opened is opened:
            self._forget(opened)

    def note_failure(
        self, error: BaseException, opened: Opened, write: bool = True
    ) -> OSError | None:
        """Return the failure of the disk behind `error`; the file is not used any more then."""
        from signac._stores.h5file import as_io_error

        failure = as_io_error(error, self.filename)
        if failure is None or error is opened.failure or not (write and opened.h5.writable):
            return failure
        if failure is error and opened.h5.id.valid and failure.filename == opened.h5.path:
            return failure  # refused before anything was written: the file is as good as before
        for other in list(opened.lock.sessions):
            if other.opened is not None:
                # HDF5 shares one open file between all handles of the process.
                other.opened.h5.abandon()
                other.opened.failure = OSError(
                    failure.errno,
                    f"{failure.strerror}; what was written since the file was opened or flushed "
                    "is lost, it was closed as it was before",
                    self.filename,
                )
        return failure

    def leave_to_parent(self) -> None:
        """In a forked child, let go of a file that the parent has open."""
        opened, self.opened = self.opened, None
        if opened is not None and opened.h5.pid != os.getpid():
            opened.h5.abandon()

    def suspend(self) -> None:
        """Close the file for a moment; `resume` opens it again."""
        if self.opened is not None:
            self.opened.h5.finish()

    def resume(self) -> None:
        """Open the file that is at the path now, as it was open before `suspend`."""
        opened = self.opened
        if opened is not None:
            opened.h5 = self._open_file("r+" if opened.h5.writable else "r")

    def _begin_explicit(self, mode: str | None) -> tuple[Opened, bool]:
        """Return the open file, and whether it was open before."""
        lock = locks.acquire(self.filename)
        try:
            opened = self.opened
            if opened is not None and opened.h5.pid == os.getpid():
                locks.release(lock)
                return opened, True
            if opened is not None:
                self.leave_to_parent()
            return self._start(lock, mode or self.mode or "a"), False
        except BaseException:
            locks.release(lock)
            raise

    def _begin_alone(self, lock: locks.FileLock, *, write: bool, strict: bool) -> Opened | None:
        expected = strict and self.mode in _EXPECTING
        mode = self._implicit_mode(write=write)
        if not write and not expected and not self._exists():
            return None
        try:
            return self._start(lock, mode)
        except FileNotFoundError:
            if write or expected:
                raise
            return None

    def _is_inherited(self, write: bool) -> bool:
        """Tell whether this is a forked child that may not use what the parent has open."""
        return write and self.opened is not None and self.opened.h5.pid != os.getpid()

    def _join(self, opened: Opened, *, write: bool) -> tuple[Opened, bool]:
        if opened.failure is not None:
            raise opened.failure
        if write and not opened.h5.writable:
            if opened.explicit or self.mode == "r":
                raise InvalidInputError(
                    f"{self.filename} is open read-only; open it with mode 'r+' or 'a' to write"
                )
            self._reopen(opened)
        if opened.explicit:
            return opened, False
        opened.implicit += 1
        return opened, True

    def _implicit_mode(self, *, write: bool) -> str:
        """Return the mode for a single operation."""
        mode = self.mode or "a"
        if mode not in _MODES:
            raise InvalidInputError(f"invalid mode {mode!r}; must be one of {', '.join(_MODES)}")
        if not write:
            return "r"
        if mode == "r" and self._exists():
            raise InvalidInputError(f"{self.filename} was given mode 'r', it cannot be written")
        return "a" if mode in _CREATING and self.truncated else mode

    def _exists(self) -> bool:
        if self.options.get("driver") not in PLAIN_DRIVERS:
            return True
        try:
            os.stat(self.filename)
        except FileNotFoundError:
            return False
        return True

    def _start(self, lock: locks.FileLock, mode: str) -> Opened:
        """Open the file; `lock` is kept until it is closed."""
        locks.let_go_of_inherited(lock.key)
        readers = [] if mode == "r" or not lock.sessions else _implicit_readers(lock)
        for reader in readers:
            reader.suspend()
        try:
            opened = Opened(self._open_file(mode), lock)
        finally:
            for reader in readers:
                reader.resume()
        self.opened = opened
        lock.sessions.append(self)
        self.truncated = self.truncated or mode in _CREATING
        return opened

    def _reopen(self, opened: Opened) -> None:
        """Open a file for writing that was open for reading; objects obtained from it are dead."""
        mode = "r+" if self.mode == "r+" else "a"
        readers = _implicit_readers(opened.lock)
        for reader in readers:
            reader.suspend()
        try:
            opened.h5 = self._open_file(mode)
            self.truncated = True
        finally:
            for reader in readers:
                if reader is not self or not opened.h5.writable:
                    reader.resume()

    def _open_file(self, mode: str) -> H5File:
        return _opener()(self.filename, mode, self.options)

    def _end(self, opened: Opened) -> None:
        self.opened = None
        durable = opened.h5.writable and effective(self.level) == "durable"
        try:
            opened.h5.finish(durable=durable)
            if durable and opened.h5.pid == os.getpid():
                with suppress(FileNotFoundError):  # moved meanwhile, with the job
                    atomic.sync_directory(os.path.dirname(self.filename))
        finally:
            self._release(opened)

    def _forget(self, opened: Opened) -> None:
        self.opened = None
        self._release(opened)

    def _release(self, opened: Opened) -> None:
        if opened.h5.pid == os.getpid():
            opened.lock.sessions.remove(self)
            locks.release(opened.lock)


@cache
def _opener() -> Callable[[str, str, dict[str, Any]], H5File]:
    extras.load("h5py", "HDF5 stores")  # when the first file is opened
    from signac._stores.h5file import open_h5

    return open_h5


def _implicit_readers(lock: locks.FileLock) -> list[Session]:
    """Return the sessions that only iterate over the file: HDF5 refuses a writer beside them."""
    return [
        session
        for session in lock.sessions
        if session.opened is not None
        and not session.opened.explicit
        and not session.opened.h5.writable
    ]
