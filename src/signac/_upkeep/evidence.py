"""Find the state point of a job whose file is damaged: only what hashes to its id counts."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, NamedTuple

from signac._core import jsonfile, layout
from signac._core.ids import has_id, id_of_plain
from signac._index.pages import DamagedIndexError
from signac._upkeep.correction import correct_one_byte

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from signac._engine.home import Home

__all__ = [
    "Evidence",
    "find_statepoint",
    "is_known",
    "is_plausible",
    "read_backup",
    "read_index",
    "stored_id",
]

#: A hash of 32 digits has 14 different ones on average, and fewer than this once in 10^7.
_FEWEST_DIGITS: Final = 8


class Evidence(NamedTuple):
    """The JSON text of a state point, and where it was found."""

    text: bytes
    source: str


def find_statepoint(home: Home, job_id: str) -> Evidence | None:
    """Return the state point that hashes to an id, from the first source that has it."""
    for text, source in _sources(home, job_id):
        if _is_right(text, job_id):
            return Evidence(text, source)
    return None


def is_known(home: Home, job_id: str) -> bool:
    """Tell whether index or cache have a job with this id."""
    return any(_is_right(text, job_id) for text, _ in _derived_sources(home, job_id))


def is_plausible(job_id: str) -> bool:
    """Tell whether a name can be a hash; 32 zeros, for example, were typed by a person."""
    return len(set(job_id)) >= _FEWEST_DIGITS


def stored_id(home: Home, job_id: str) -> str | None:
    """Return the id that the state point file of a job belongs to, None if it cannot be read."""
    return _id_of(_read(home.workspace.statepoint(job_id)))


def read_backup(home: Home, job_id: str) -> tuple[str, bytes] | None:
    """Return id and text of what the released signac kept while it changed the state point."""
    text = _read(home.workspace.statepoint(job_id) + "~")
    found = _id_of(text)
    return None if found is None or text is None else (found, text)


def _sources(home: Home, job_id: str) -> Iterator[tuple[bytes, str]]:
    yield from _neighboring_files(home, job_id)
    yield from _derived_sources(home, job_id)
    raw = _read(home.workspace.statepoint(job_id))
    if raw:
        corrected = correct_one_byte(raw, job_id)
        if corrected is not None:
            yield corrected, "the file itself, with one byte corrected"


def _neighboring_files(home: Home, job_id: str) -> Iterator[tuple[bytes, str]]:
    """Yield what interrupted programs left beside the state point file."""
    directory = home.workspace.job(job_id)
    try:
        names = sorted(os.listdir(directory))
    except OSError:
        return
    for name in names:
        if layout.STATEPOINT in name and name != layout.STATEPOINT:
            text = _read(os.path.join(directory, name))
            if text:
                yield text, f"the file {name} beside it"


def _derived_sources(home: Home, job_id: str) -> Iterator[tuple[bytes, str]]:
    known = home.recall(job_id)
    if known is not None:
        yield jsonfile.encode(known), "the memory of this program"
    text = read_index(home, [job_id]).get(job_id)
    if text is not None:
        yield text, "the index"
    known = home.recall(job_id, from_disk=True)
    if known is not None:
        yield jsonfile.encode(known), "the cache file"


def read_index(home: Home, job_ids: Sequence[str]) -> dict[str, bytes]:
    """Return the state points that the index has of some jobs, given in the order of their ids.

    It is taken as it is on the disk, and not brought up to date.
    """
    found: dict[str, bytes] = {}
    if not job_ids:
        return found
    first, last = bytes.fromhex(job_ids[0]), bytes.fromhex(job_ids[-1])
    catalog = home.catalog
    with catalog.locked():
        catalog.is_current()
        for part in catalog.parts:
            try:
                segment = part.segment
                low, high = segment.first_row(first), segment.first_row(last)
                rows = range(low, min(high + 1, segment.rows))
                found.update(zip(part.hex_ids(rows), segment.texts(rows), strict=True))
            except (DamagedIndexError, OSError):
                continue
    return found


def _read(path: str) -> bytes | None:
    try:
        return jsonfile.read_bytes(path)
    except OSError:
        return None


def _is_right(text: bytes, job_id: str) -> bool:
    try:
        statepoint = jsonfile.parse(text)
        return statepoint.__class__ is dict and has_id(text, statepoint, job_id)
    except (ValueError, RecursionError):
        return False


def _id_of(text: bytes | None) -> str | None:
    if text is None:
        return None
    try:
        statepoint = jsonfile.parse(text)
        return id_of_plain(statepoint) if statepoint.__class__ is dict else None
    except (ValueError, RecursionError):
        return None
