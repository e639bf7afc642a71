"""Where segments are kept: in files under ``.signac/index``, or in memory where that may not be."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

from signac._index import manifest as manifests
from signac._index.pages import DamagedIndexError
from signac._index.segment import Segment

if TYPE_CHECKING:
    from signac._core.jsonfile import Stamp
    from signac._core.scratch import Entry
    from signac._index.manifest import Manifest

__all__ = ["Store"]

logger = logging.getLogger(__name__)


class Store:
    """The files of one index, seen from one process.

    What is added is locked, so that others do not take it for garbage, until a manifest that
    names it was published.

    Attributes
    ----------
    writable : bool
        Whether files may be written, as far as is known.
    """

    def __init__(self, directory: str) -> None:
        self.directory = directory
        self.writable = True
        self._pending: list[Entry] = []

    def segment(self, name: str) -> Segment:
        """Return the segment in a file, which must be the one that got this name."""
        segment = Segment(os.path.join(self.directory, name))
        if segment.pages.fingerprint != name.split(".")[1]:
            raise DamagedIndexError(f"{name} is another segment than its name says")
        return segment

    def names(self) -> set[str]:
        """Return the names of all files there are."""
        try:
            return set(os.listdir(self.directory))
        except OSError:
            return set()

    def add(
        self, pieces: list[bytes], *, to_disk: bool = True, mode: int = 0o666
    ) -> tuple[Segment, str | None]:
        """Keep a new segment; return it with the name of its file, None for one in memory.

        `mode` says who may read it, at most.
        """
        if to_disk and self.writable:
            try:
                entry = manifests.write_segment(self.directory, pieces, mode)
                self._pending.append(entry)
                return Segment(entry.path), os.path.basename(entry.path)
            except (OSError, DamagedIndexError) as error:
                self._stay_in_memory(error)
        return Segment(b"".join(pieces)), None

    def publish(self, manifest: Manifest) -> Stamp | None:
        """Make a manifest the current one; return its stamp, None if that may not be."""
        stamp = None
        own = {os.path.basename(entry.path) for entry in self._pending}
        if self.writable:
            with manifests.holding(self.directory, manifest.names() - own) as all_there:
                try:
                    stamp = manifests.save(self.directory, manifest) if all_there else None
                except OSError as error:
                    self._stay_in_memory(error)
        self.release()
        if stamp is not None:
            manifests.remove_garbage(self.directory, manifest.names())
        return stamp

    def release(self) -> None:
        """Let go of what was added."""
        while self._pending:
            self._pending.pop().close()

    def _stay_in_memory(self, error: Exception) -> None:
        """Do without the file; and without others if this will not get better soon.

        A project may be readable only, or a disk full. But a file that vanished was taken for
        garbage by another process, between its creation and its lock.
        """
        if not isinstance(error, (FileNotFoundError, DamagedIndexError)):
            self.writable = False
        logger.info("a part of the index %s is kept in memory: %s", self.directory, error)
