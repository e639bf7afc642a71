"""The root of a tree that lives in a JSON file.

Reading takes no lock: one ``stat`` tells whether the file is the one that was read before; only a
younger or changed file is read again, and parsed again only if its bytes differ. A change takes
the lock of the directory, reads what others wrote, applies itself, and replaces the file.
"""

from __future__ import annotations

import os
import re
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from signac._core import jsonfile, locks
from signac._core.canonical import validate_keys
from signac._core.replace import replace_file, sweep_beside
from signac._synced.buffer import PROCESS_BUFFER
from signac._synced.node import Snapshot, rebind
from signac._synced.root import Kinds, Root
from signac.errors import InvalidInputError, InvalidKeyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from signac._core.durability import Durability
    from signac._synced.buffer import Entry
    from signac._synced.node import Node

__all__ = ["FileRoot", "may_have_dots", "parse_document"]

#: A dot whose next quote ends a key. One pass: the next look begins behind that quote, else a long
#: list of numbers takes time in proportion to the square of its length.
_find_dotted: Final = re.compile(rb"""(?:[^.]*+\.[^"]*+"(?!\s*:))*+[^.]*+\.[^"]*+"\s*:""").match

#: Transactions under way in this process, by the real path of their file: another object on the
#: same file takes part in the transaction of its thread.
_transactions: dict[str, FileRoot] = {}


def _leave_transactions() -> None:
    """Let a forked child forget the transactions of its parent, which are not its own."""
    for root in _transactions.values():
        root.owner = 0
    _transactions.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_transactions)


class FileRoot(Root):
    """A mapping in a JSON file, shared with every other program that uses the file.

    Parameters
    ----------
    path : str
        The file. It need not exist; missing means empty.
    name : str
        What it is called in errors.
    kinds : dict
        The node classes.
    scratch : str, optional
        Where temporary files go; beside the file when not given.
    fallback : str, optional
        Where lock files go if the directory cannot be locked.
    level : {"fast", "safe", "durable"}, optional
        Durability of the project.
    on_missing : callable, optional
        Called when the directory of the file is gone: with the error at a change, with None at a
        look. It may raise an error that tells more.
    """

    fallible = True

    # perf: where a document starts; set in the class, since most are looked at once
    # (compare.py, iterate-doc).
    stamp: jsonfile.Stamp | None = None
    #: Whether an equal stamp proves equal contents; None if that was not worked out yet.
    settled: bool | None = False
    seen = 0.0
    looked: tuple[float, int] = (0.0, 0)
    raw: bytes | None = None
    held: locks.DirectoryLock | None = None
    owner = 0
    depth = 0
    swept = False
    linked = False
    buffer_depth = 0
    entry: Entry | None = None
    host: FileRoot | None = None
    version = 0
    _directory: str | None = None

    def __init__(
        self,
        path: str,
        name: str,
        kinds: Kinds,
        *,
        scratch: str | None = None,
        fallback: str | None = None,
        level: Durability | None = None,
        on_missing: Callable[[FileNotFoundError | None], None] | None = None,
    ) -> None:
        self.relocate(path)
        self.name = name
        self.kinds = kinds
        self.scratch = scratch
        self.fallback = fallback
        self.level = level
        self.on_missing = on_missing
        self.mutex = threading.RLock()

    def refresh(self) -> None:
        """Bring the nodes up to date with the file, or with the buffer."""
        if self.owner:
            if self.owner == threading.get_ident():
                return
            with self.mutex:  # another thread's transaction: wait for its end
                pass
        if _transactions and self._join():
            return
        if PROCESS_BUFFER.depth or self.buffer_depth:
            PROCESS_BUFFER.enter(self)
            return
        if self.raw is None and self._first_look():
            return
        try:
            status = os.stat(self.path)
        except (FileNotFoundError, NotADirectoryError):
            with self.mutex:
                self.forget_file()
            if self._explain_missing(None, self.directory):
                self.refresh()
            return
        if self.stamp == jsonfile.stamp_of(status) and self._is_settled():
            return
        with self.mutex:
            self.read()

    def _first_look(self) -> bool:
        """Read a file that was not there, or not read yet; False if it is still not there."""
        with self.mutex:
            self.read()
        return self.raw is not None

    def read(self) -> None:
        """Read the file, and parse it if its bytes changed; the caller holds the mutex."""
        try:
            raw, stamp = jsonfile.read_file(self.path)
        except (FileNotFoundError, NotADirectoryError):
            self.forget_file()
            return
        if raw != self.raw:
            data = parse_document(raw, self.path)
            if data is None:
                self.forget_file()
                return
            rebind(self.node, data)
        self._know(raw, stamp)

    def forget_file(self) -> None:
        """Take note that there is no file: the tree is empty."""
        if self.raw is not None:
            rebind(self.node, {})
        self.raw = None
        self.stamp = None
        self.settled = False

    def begin(self, *, blind: bool = False) -> None:
        """Take the lock and read what others wrote; `blind` also goes on if it is damaged."""
        if self.owner and self.owner == threading.get_ident():
            self.depth += 1
            return
        if _transactions:
            self.host = self._join()
            if self.host is not None:
                self.host.depth += 1
                return
        if PROCESS_BUFFER.depth or self.buffer_depth:
            PROCESS_BUFFER.begin(self)
            return
        self.lock()
        self.depth += 1
        try:
            self.read()
        except BaseException as error:
            if blind and isinstance(error, ValueError):
                self.raw = None
                return
            self.end()
            raise

    def commit(self, added: Any = None) -> None:
        """Write the file, unless a transaction will, or it goes to the buffer."""
        if self.host is not None:
            return
        if self.entry is not None and not self.depth:
            PROCESS_BUFFER.commit(self, added)
        elif self.depth == 1:
            self.write()

    def end(self) -> None:
        """Give the lock back."""
        if self.host is not None:
            self.host.depth -= 1
            self.host = None
            return
        if self.entry is not None and not self.depth:
            PROCESS_BUFFER.end(self)
            return
        self.depth -= 1
        if not self.depth:
            self.unlock()

    def write(self) -> None:
        """Replace the file by the tree; the caller holds the lock."""
        data = jsonfile.encode(self.node.__data__)
        if data == self.raw:
            return
        if (self.scratch is None or self.linked) and not self.swept:
            sweep_beside(os.path.realpath(self.path))
            self.swept = True
        try:
            status = replace_file(
                self.path, data, scratch=self.scratch, lock=self.held, level=self.level
            )
        except FileNotFoundError as error:
            self._explain_missing(error, self.directory)
            raise
        self.raw = data
        self.stamp = jsonfile.stamp_of(status)
        self.seen = time.monotonic()
        self.settled = False

    @contextmanager
    def transaction(self) -> Iterator[Node]:
        """Hold the lock for a whole block and write once at its end."""
        host = self if self.owner == threading.get_ident() else self._join()
        if host is not None:
            host.depth += 1
            try:
                yield self.node
            finally:
                host.depth -= 1
            return
        PROCESS_BUFFER.flush_file(self.path)
        self.lock()
        self.depth += 1
        self.owner = threading.get_ident()
        key = os.path.realpath(self.path)
        _transactions[key] = self
        before = snapshot = None
        try:
            self.read()
            before, snapshot = self.raw, Snapshot(self.node)
            yield self.node
            if self.owner:  # else this is a forked child: the parent will write
                self.write()
        except BaseException:
            if snapshot is not None:
                self._roll_back(before, snapshot)
            raise
        finally:
            _transactions.pop(key, None)
            self.owner = 0
            self.depth -= 1
            self.unlock()

    def _join(self) -> FileRoot | None:
        """Show the tree of a transaction that this thread has open on the same file."""
        host = _transactions.get(os.path.realpath(self.path))
        if host is None or host.owner != threading.get_ident():
            return None
        if self.node.__data__ is not host.node.__data__:
            rebind(self.node, host.node.__data__)
        # The tree is shared until the transaction ends: read the file again before the next use.
        self.raw, self.stamp, self.settled = b"", None, False
        return host

    def relocate(self, path: str) -> None:
        """Follow the file to another path; the contents are the same."""
        self.path = path
        self._directory = None

    @property
    def directory(self) -> str:
        """The directory of the file."""
        if self._directory is None:
            path = self.path
            self._directory = os.path.dirname(path) or os.curdir if path is not None else ""
        return self._directory

    def reload_soon(self) -> None:
        """Distrust what was read before."""
        self.settled = False

    def _know(self, raw: bytes, stamp: jsonfile.Stamp) -> None:
        now = time.monotonic()
        if stamp != self.stamp:
            self.stamp = stamp
            self.seen = now
        self.raw = raw
        self.looked = (now, time.time_ns())
        self.settled = None

    def _is_settled(self) -> bool:
        if self.settled is None and self.stamp is not None:
            self.settled = jsonfile.is_settled(self.stamp, self.seen, *self.looked)
        return bool(self.settled)

    def _roll_back(self, before: bytes | None, snapshot: Snapshot) -> None:
        data = None if before is None else parse_document(before, self.path)
        snapshot.restore(self, data or {})
        self.raw = before
        self.settled = False

    def lock(self) -> None:
        """Take the lock of the directory, then the mutex of this tree."""
        if self.path is None:
            raise TypeError("this JSONDict has no file; give it a filename")
        while True:
            directory = self.directory
            self.linked = os.path.islink(self.path)
            if self.linked:
                directory = os.path.dirname(os.path.realpath(self.path))
            try:
                held = locks.acquire(directory, fallback=self.fallback or directory)
                break
            except FileNotFoundError as error:
                if not self._explain_missing(error, directory):
                    raise
        self.mutex.acquire()
        self.held = held

    def unlock(self) -> None:
        """Give back what `lock` took."""
        held, self.held = self.held, None
        self.mutex.release()
        if held is not None:
            locks.release(held)

    def _explain_missing(self, error: FileNotFoundError | None, directory: str) -> bool:
        """Raise what is known of a directory that is gone; True if the file is elsewhere now."""
        if self.on_missing is None or os.path.isdir(directory):
            return False
        self.on_missing(error)
        return self.directory != directory


def may_have_dots(raw: bytes) -> bool:
    """Tell whether a key of a JSON text may have a dot.

    perf: numbers have dots too; only text in which a key may have one is walked (document-by-id).
    An escape, or a zero byte of UTF-16, may hide one.
    """
    return _find_dotted(raw) is not None or b"\\" in raw or b"\0" in raw


def parse_document(raw: bytes, path: str) -> dict[str, Any] | None:
    """Parse the contents of a document file; None stands for an empty one (JSON ``null``)."""
    data = jsonfile.decode(raw, path)
    if data.__class__ is dict:
        dotted = validate_keys(data) if may_have_dots(raw) else []
        if dotted:
            raise InvalidKeyError(
                f"{path}: keys with dots at {', '.join(dotted)}; dots separate nested keys, "
                "rename them in the file"
            )
        return data
    if data is None:
        return None
    raise InvalidInputError(
        f"{path} holds a JSON {type(data).__name__}, not an object; restore the file, or move it "
        "away to start anew"
    )
