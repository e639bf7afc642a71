"""The state point cache of the released signac: ``.signac/statepoint_cache.json.gz``.

It is a gzip file with one JSON object from id to state point. Here it only helps: an entry counts
if its hash is its id, and a file that cannot be read counts as absent.
"""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any

from signac._core import jsonfile, layout
from signac._core.ids import id_of_plain

if TYPE_CHECKING:
    from signac._core.jsonfile import Stamp

__all__ = ["LegacyCache"]

logger = logging.getLogger(__name__)


class LegacyCache:
    """The cache file of one project, read at first use and again when it changed."""

    def __init__(self, project: str) -> None:
        self._path = os.path.join(project, layout.STATEPOINT_CACHE)
        self._stamp: Stamp | None = None
        self._entries: dict[str, Any] = {}

    def get(self, job_id: str) -> dict[str, Any] | None:
        """Return the state point of an id, if the file has it and it is right."""
        self._refresh()
        statepoint = self._entries.get(job_id)
        if statepoint.__class__ is not dict or id_of_plain(statepoint) != job_id:
            return None
        return statepoint

    def _refresh(self) -> None:
        try:
            stamp = jsonfile.stamp_of(os.stat(self._path))
        except OSError:
            self._entries = {}
            self._stamp = None
            return
        if stamp == self._stamp:
            return
        self._stamp = stamp
        self._entries = self._read()

    def _read(self) -> dict[str, Any]:
        import gzip
        import zlib

        try:
            raw, _ = jsonfile.read_file(self._path)
            entries = jsonfile.decode(gzip.decompress(raw), self._path)
        except (OSError, ValueError, EOFError, zlib.error) as error:
            logger.warning("%s is ignored: %s", self._path, error)
            return {}
        return entries if isinstance(entries, dict) else {}
