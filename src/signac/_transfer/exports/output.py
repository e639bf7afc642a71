"""A file that is written from the beginning and takes its name when it is complete."""

from __future__ import annotations

import io
import os
import stat
from typing import TYPE_CHECKING, Any

from signac._core import atomic, layout
from signac._core.scratch import iter_stale, new_file

if TYPE_CHECKING:
    from signac._core.durability import Durability

__all__ = ["Output"]


class Output(io.RawIOBase):
    """A file that takes its name when it is complete.

    Before: the old file, or none. After `commit`: the new one. Dying anywhere leaves the old file,
    and scratch beside it that the next export into this directory removes.
    """

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self._dropped = False
        self._scratch = os.path.join(os.path.dirname(path), layout.SCRATCH)
        for entry in iter_stale(self._scratch):
            try:
                atomic.remove_tree(entry.path)
            except OSError:  # left to the next export
                continue
        try:
            self._entry = new_file(self._scratch, "export")
        except OSError:
            self._clear()
            raise

    def writable(self) -> bool:
        """Tell that this can be written."""
        return True

    def seekable(self) -> bool:
        """Tell that this can be written anywhere."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place."""
        if self._entry.descriptor is None:
            return 0
        return os.lseek(self._entry.descriptor, offset, whence)

    def write(self, data: Any) -> int:
        """Write; after `drop` into nothing, because archives write when they are thrown away."""
        if not self._dropped and self._entry.descriptor is not None:
            atomic.write(self._entry.descriptor, bytes(data), self.path)
        return len(data)

    def commit(self, level: Durability) -> None:
        """Let the file take its name; nothing is written to it any more."""
        assert self._entry.descriptor is not None
        if level != "fast":
            atomic.sync_descriptor(self._entry.descriptor, self.path)
        with atomic.naming(self.path):
            if os.path.exists(self.path):
                atomic.change_mode(self._entry.path, stat.S_IMODE(os.stat(self.path).st_mode))
            self._entry.finish_writing()
            atomic.replace(self._entry.path, self.path)
        self._leave()
        if level == "durable":
            atomic.sync_directory(os.path.dirname(self.path))

    def drop(self) -> None:
        """Forget what was written."""
        if self._dropped:
            return
        self._dropped = True
        self._entry.finish_writing()
        try:
            atomic.unlink(self._entry.path)
        except OSError:  # left to the next export
            pass
        self._leave()

    def _leave(self) -> None:
        self._dropped = True
        self._entry.close()
        self._clear()

    def _clear(self) -> None:
        try:
            atomic.remove_directory(self._scratch)
        except OSError:  # somebody else is at work there
            pass
