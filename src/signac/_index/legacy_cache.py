"""The state point cache of the released signac: ``.signac/statepoint_cache.json.gz``.

It is a gzip file with one JSON object from id to state point. Here it only helps: an entry counts
if its hash is its id, and a file that cannot be read counts as absent.
"""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any, Final

from signac._core import jsonfile, layout
from signac._core.ids import id_of_plain

if TYPE_CHECKING:
    from signac._core.jsonfile import Stamp

__all__ = ["LegacyCache", "unpack"]

logger = logging.getLogger(__name__)


#: Entries kept from one question to the next: some 20 MB.
_MOST_KEPT: Final = 20_000
#: Some 300,000 jobs, 300 MB when parsed.
_MOST_BYTES: Final = 12 * 2**20
#: A small file can unpack to a thousand times its size. Ids do not compress, so caches never do.
_MOST_UNPACKED: Final = 2**28
_MOST_RATIO: Final = 100


def unpack(raw: bytes) -> bytes:
    """Return what a gzip file holds.

    Raises
    ------
    ValueError, EOFError, zlib.error
        When it is damaged, or unpacks to more than a cache file can.
    """
    import zlib

    rest, pieces = raw, list[bytes]()
    room = max(_MOST_UNPACKED, _MOST_RATIO * len(raw))
    while rest:
        member = zlib.decompressobj(wbits=31)
        pieces.append(member.decompress(rest, room + 1))
        room -= len(pieces[-1])
        if room < 0:
            raise ValueError("it unpacks to too much")
        if not member.eof:
            raise EOFError("it ends too early")
        rest = member.unused_data.lstrip(b"\0")
    if not pieces:
        raise EOFError("it is empty")
    return b"".join(pieces)


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

    def is_handy(self) -> bool:
        """Tell whether there is such a file, and it fits into memory easily."""
        try:
            return os.stat(self._path).st_size < _MOST_BYTES
        except OSError:
            return False

    def release(self) -> None:
        """Free the memory if it is much; the next question reads the file again then."""
        if len(self._entries) > _MOST_KEPT:
            self._entries = {}
            self._stamp = None

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
        import zlib

        try:
            raw, _ = jsonfile.read_file(self._path)
            entries = jsonfile.decode(unpack(raw), self._path)
        except (OSError, ValueError, EOFError, zlib.error) as error:
            logger.warning("%s is ignored: %s", self._path, error)
            return {}
        return entries if isinstance(entries, dict) else {}
