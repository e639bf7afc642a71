"""Buffered mode: documents change in memory and are written when the block ends.

The buffer belongs to the process, as in the released signac: other threads see it too. An entry
stands for one file; all documents on that file share its contents while it is buffered. When a
block ends, each file whose contents changed is written under its lock, unless it is no longer
the file that was read: then it is left alone and the unwritten contents travel in the error.
"""

from __future__ import annotations

import logging
import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from signac._core import jsonfile
from signac._synced.node import rebind
from signac.errors import BufferedError, InvalidInputError, MetadataError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signac._synced.backend import FileRoot

__all__ = ["PROCESS_BUFFER", "Buffer", "Entry"]

logger = logging.getLogger(__name__)

DEFAULT_CAPACITY: Final = 32 * 2**20


class Entry:
    """One buffered file."""

    __slots__ = (
        "bound",
        "closed",
        "data",
        "dirty",
        "key",
        "lock",
        "original",
        "roots",
        "version",
    )

    def __init__(self, key: str, data: Any, original: bytes | None, bound: int) -> None:
        self.key = key
        self.data = data
        self.original = original
        self.bound = bound
        self.roots: list[FileRoot] = []
        self.lock = threading.RLock()
        self.version = 1
        self.dirty = False
        self.closed = False

    @property
    def size(self) -> int:
        """Length of the JSON text, in bytes."""
        if not self.dirty:
            return len(self.original or b"")
        return len(jsonfile.encode(self.data))


class Buffer:
    """All buffered files of the process."""

    def __init__(self) -> None:
        self.mutex = threading.Lock()
        self.depth = 0
        self.capacity = DEFAULT_CAPACITY
        self.entries: dict[str, Entry] = {}
        self.bound = 0

    def enter(self, root: FileRoot) -> Entry:
        """Bring a root up to date with the entry of its file, which is made if need be."""
        entry = root.entry
        if entry is None or entry.closed:
            entry = self._join(root)
        if entry.version != root.version:
            with entry.lock:
                rebind(root.node, entry.data)
                root.version = entry.version
        return entry

    def begin(self, root: FileRoot) -> None:
        """Take the entry for a change."""
        while True:
            entry = self.enter(root)
            entry.lock.acquire()
            if not entry.closed:
                break
            entry.lock.release()
        if entry.version != root.version:
            rebind(root.node, entry.data)
            root.version = entry.version

    def commit(self, root: FileRoot, added: Any) -> None:
        """Take note of a change made to the shared contents."""
        entry = root.entry
        assert entry is not None
        entry.dirty = True
        entry.version += 1
        root.version = entry.version
        grown = _size_bound(added) + 300
        entry.bound += grown
        with self.mutex:
            self.bound += grown

    def end(self, root: FileRoot) -> None:
        """Let go of the entry, and flush everything if the buffer grew too large."""
        entry = root.entry
        assert entry is not None
        entry.lock.release()
        if self.bound > self.capacity:
            self._enforce_capacity()

    def contents(self) -> list[tuple[set[str], Any]]:
        """Return the paths of changed files that are not written yet, and a copy of each."""
        if not self.entries:
            return []
        with self.mutex:
            entries = [entry for entry in self.entries.values() if entry.dirty]
        found = []
        for entry in entries:
            with entry.lock:
                paths = {entry.key, *(root.path for root in entry.roots)}
                found.append((paths, jsonfile.copy(entry.data)))
        return found

    def size(self) -> int:
        """Return the bytes of JSON text held, of read and of changed files."""
        with self.mutex:
            entries = list(self.entries.values())
        return sum(entry.size for entry in entries)

    def set_capacity(self, capacity: int) -> None:
        """Set how many bytes may be held; more are flushed at once."""
        if isinstance(capacity, bool) or not isinstance(capacity, int) or capacity < 0:
            raise InvalidInputError(f"buffer capacity: {capacity!r} is not a number of bytes")
        self.capacity = capacity
        self._enforce_capacity()

    @contextmanager
    def buffered(self, capacity: int | None = None) -> Iterator[None]:
        """Buffer all documents of the process inside a block."""
        before = self.capacity
        if capacity is not None:
            self.set_capacity(capacity)
        with self.mutex:
            self.depth += 1
        try:
            yield
        finally:
            with self.mutex:
                self.depth -= 1
            self.capacity = before
            self.flush_uncovered()

    @contextmanager
    def buffered_root(self, root: FileRoot) -> Iterator[None]:
        """Buffer one document inside a block."""
        with self.mutex:
            root.buffer_depth += 1
        try:
            yield
        finally:
            with self.mutex:
                root.buffer_depth -= 1
            if not root.buffer_depth and not self.depth and root.entry is not None:
                self.flush_entry(root.entry)

    def flush_uncovered(self) -> None:
        """Write the entries of which some document is no longer buffered."""
        if self.depth:
            return
        with self.mutex:
            chosen = [
                entry
                for entry in self.entries.values()
                if not all(root.buffer_depth for root in entry.roots)
            ]
        self._flush(chosen)

    def flush_file(self, path: str) -> None:
        """Write the entry of one file, if there is one."""
        entry = self.entries.get(_key(path)) if self.entries else None
        if entry is not None:
            self.flush_entry(entry)

    def discard_file(self, path: str) -> None:
        """Drop the entry of a file that was removed on purpose."""
        entry = self.entries.get(_key(path)) if self.entries else None
        if entry is not None:
            with entry.lock:
                self._drop(entry)

    def flush_entry(self, entry: Entry) -> None:
        """Write one entry; raises `MetadataError` when its file was changed by others."""
        with entry.lock:
            if entry.closed:
                return
            try:
                if entry.dirty:
                    self._write(entry)
            finally:
                self._drop(entry)

    def _join(self, root: FileRoot) -> Entry:
        key = _key(root.path)
        while True:
            with self.mutex:
                entry = self.entries.get(key)
            if entry is None:
                entry = self._load(root, key)
            with entry.lock:
                if entry.closed:
                    continue
                if root not in entry.roots:
                    entry.roots.append(root)
                root.entry = entry
                root.version = 0
                return entry

    def _load(self, root: FileRoot, key: str) -> Entry:
        with root.mutex:
            root.read()
            raw = root.raw
            entry = Entry(key, root.node.__data__, raw, len(raw or b""))
        with self.mutex:
            known = self.entries.setdefault(key, entry)
            if known is entry:
                self.bound += entry.bound
        return known

    def _write(self, entry: Entry) -> None:
        data = jsonfile.encode(entry.data)
        if data == entry.original:
            return
        root = entry.roots[0]
        try:
            root.lock()
        except FileNotFoundError as error:
            raise MetadataError(root.path, data) from error
        root.depth += 1
        try:
            if _current(root.path) != entry.original:
                raise MetadataError(root.path, data)
            root.raw = entry.original
            root.write()
        finally:
            root.depth -= 1
            root.unlock()

    def _drop(self, entry: Entry) -> None:
        entry.closed = True
        with self.mutex:
            self.entries.pop(entry.key, None)
            self.bound -= entry.bound
        for root in entry.roots:
            root.entry = None
            # The tree was shared: each document reads the file again before it is used.
            root.raw = b""
            root.stamp = None
            root.settled = False

    def _enforce_capacity(self) -> None:
        size = self.size()
        with self.mutex:
            entries = list(self.entries.values())
            for entry in entries:
                entry.bound = entry.size
            self.bound = size
        if size > self.capacity:
            self._flush(entries)

    def _flush(self, entries: list[Entry]) -> None:
        failed: dict[str, Exception] = {}
        for entry in entries:
            try:
                self.flush_entry(entry)
            except (MetadataError, OSError) as error:
                failed[entry.roots[0].path] = error
        if failed:
            logger.error("buffered documents that could not be written: %s", ", ".join(failed))
            raise BufferedError(failed)


def _key(path: str) -> str:
    return os.path.realpath(path)


def _current(path: str) -> bytes | None:
    try:
        return jsonfile.read_file(path)[0]
    except FileNotFoundError:
        return None


def _size_bound(value: Any) -> int:
    """Return a number of bytes that the JSON text of a value does not exceed."""
    kind = value.__class__
    if kind is str:
        return 12 * len(value) + 2
    if kind is dict or kind is list:
        return len(jsonfile.encode(value))
    return 40 if kind is not int else value.bit_length() // 3 + 3


#: Buffered mode is process-wide, as in the released signac: threads share it.
PROCESS_BUFFER: Final = Buffer()
