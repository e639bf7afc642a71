"""Write the state point cache of the released signac, which saves it from reading all jobs."""

from __future__ import annotations

import logging
import os
import time
import zlib
from typing import TYPE_CHECKING, Final

from signac._core import atomic, jsonfile, layout
from signac._core.ids import id_of_plain, md5
from signac._core.progress import reporting
from signac._core.replace import replace_file
from signac._engine.search import find
from signac._index.legacy_cache import unpack
from signac._query.ast import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from signac._engine.home import Home

__all__ = ["update_cache"]

#: peer: it reports this as the project.
logger = logging.getLogger("signac.project")

#: Level 1 takes a quarter of the time of level 9, for a file a fifth larger.
_COMPRESSION: Final = 1
#: What zlib calls the container of gzip.
_GZIP: Final = 31
_BATCH: Final = 10_000


def update_cache(home: Home, *, strict: bool = False) -> int | None:
    """Make the cache file, and what is known in memory, hold exactly the jobs there are.

    Returns the number of jobs in it if it was written, None if it was right. With `strict`, jobs
    that cannot be read raise before anything is written.
    """
    logger.info("Update cache...")
    started = time.monotonic()
    selection = find(home, EVERYTHING)
    if strict:
        selection.require_sound()
    home.forget_others(selection.ids)  # peer: a removed job cannot be opened from here on
    path = os.path.join(home.workspace.project, layout.STATEPOINT_CACHE)
    ids = _digest("".join(selection.ids).encode("ascii"))
    catalog = home.catalog
    present = _read(path)
    if present is not None and len(selection):
        file = _digest(present)
        if catalog.cache != (file, ids) and _has_exactly(present, selection.ids):
            _note(home, file, ids)
        if catalog.cache == (file, ids):
            logger.info("Cache is up to date.")
            return None
    data = _encode(selection.ids, selection.texts())
    if os.path.islink(path):  # to any file of anybody, which is not to be replaced
        atomic.unlink(path)
    # crash: synced like all files, because the released signac stops at a damaged one.
    level = home.workspace.level
    scratch = home.workspace.scratch  # a temporary file beside the cache would never be swept
    if os.path.isdir(catalog.store.directory):
        scratch = catalog.store.directory
    try:
        replace_file(path, data, scratch=scratch, level=level)
    except (FileExistsError, FileNotFoundError, NotADirectoryError):
        # Somebody is removing the index just now.
        replace_file(path, data, scratch=home.workspace.scratch, level=level)
    _note(home, _digest(data), ids)
    logger.info("Updated cache in %.3f seconds.", time.monotonic() - started)
    return len(selection)


def _note(home: Home, file: str, ids: str) -> None:
    """Remember that the file with this digest has these ids, for the next call."""
    with home.catalog.locked():
        home.catalog.cache = (file, ids)
        home.catalog.publish()


def _read(path: str) -> bytes | None:
    try:
        return jsonfile.read_bytes(path)
    except OSError:
        return None


def _has_exactly(data: bytes, ids: list[str]) -> bool:
    try:
        entries = jsonfile.parse(unpack(data))
    except Exception:  # noqa: BLE001  # whatever is wrong with it, it is written anew
        return False
    if not isinstance(entries, dict) or entries.keys() != set(ids):
        return False
    # The released signac believes every entry, so a wrong one must not stay.
    return all(
        statepoint.__class__ is dict and id_of_plain(statepoint) == job_id
        for job_id, statepoint in entries.items()
    )


def _encode(ids: list[str], texts: Iterable[bytes]) -> bytes:
    """Return the gzip file; the texts of the state points are copied as they are."""
    compressor = zlib.compressobj(_COMPRESSION, wbits=_GZIP)
    compressed: list[bytes] = []
    with reporting("writing the cache", len(ids)) as report:
        start = b"{"
        pieces: list[bytes] = []
        for number, (job_id, text) in enumerate(zip(ids, texts, strict=True)):
            pieces += (start, b'"', job_id.encode("ascii"), b'": ', text)
            start = b", "
            if number % _BATCH == _BATCH - 1:
                compressed.append(compressor.compress(b"".join(pieces)))
                pieces.clear()
                report(number + 1)
    pieces.append(b"}" if ids else b"{}")
    compressed += (compressor.compress(b"".join(pieces)), compressor.flush())
    return b"".join(compressed)


def _digest(data: bytes) -> str:
    return str(md5(data).hexdigest())
