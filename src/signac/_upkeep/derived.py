"""Check what is derived from the jobs: the index, and the cache file of the released signac.

Both can be deleted at any moment. A damaged one costs this library nothing, but the released
signac stops at a damaged cache and believes a wrong one.
"""

from __future__ import annotations

import os
import stat
import zlib
from typing import TYPE_CHECKING, Any, Final

from signac._core import jsonfile, layout
from signac._core.ids import has_id, id_of_plain
from signac._index import manifest as manifests
from signac._index.legacy_cache import unpack
from signac._index.pages import DamagedIndexError
from signac._index.store import Store
from signac._upkeep.report import problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signac._engine.workspace import Workspace
    from signac._index.segment import Segment
    from signac._upkeep.report import Level, Problem

__all__ = ["check_cache", "check_index"]

_NEXT_CACHE: Final = "it is ignored here, but stops the released signac; repair() sets it aside"
_NEXT_INDEX: Final = "it is not used; the next search, or repair(), makes it anew"
#: Compressed bytes of a cache that is compared entry by entry at level fast too.
_SMALL: Final = 1 << 20
_ROWS: Final = 2_000


def check_cache(workspace: Workspace, level: Level) -> Iterator[Problem]:
    """Yield what is wrong with the cache file; its entries are compared if it is small, or full."""
    path = os.path.join(workspace.project, layout.STATEPOINT_CACHE)
    try:
        raw = jsonfile.read_bytes(path)
    except FileNotFoundError:
        if os.path.islink(path):
            yield _cache("cache-damaged", path, "is a link that leads nowhere")
        return
    except OSError as error:
        yield _cache("cache-damaged", path, f"cannot be read ({error.strerror})")
        return
    try:
        text = unpack(raw)
        if level == "fast" and len(raw) > _SMALL:
            return
        entries = jsonfile.parse(text)
    except (OSError, EOFError, zlib.error, ValueError, RecursionError) as error:
        yield _cache("cache-damaged", path, f"does not hold a JSON object in gzip ({error})")
        return
    if not isinstance(entries, dict):
        yield _cache("cache-damaged", path, f"holds a {type(entries).__name__}, not an object")
        return
    wrong = [key for key, statepoint in entries.items() if not _is_right(key, statepoint)]
    if wrong:
        named = ", ".join(map(ascii, wrong[:3]))
        yield _cache(
            "cache-wrong", path, f"has {len(wrong)} entries that are not of their ids ({named})"
        )


def _is_right(job_id: str, statepoint: Any) -> bool:
    try:
        return statepoint.__class__ is dict and id_of_plain(statepoint) == job_id
    except RecursionError:
        return False


def _cache(kind: str, path: str, reason: str) -> Problem:
    return problem(kind, None, path, f"{path} {reason}; {_NEXT_CACHE}")


def check_index(workspace: Workspace, level: Level, jobs: int = 1) -> Iterator[Problem]:
    """Yield what is wrong with the files of the index; at level full all of them are read.

    An index of many beside a workspace with no `jobs` tells that the workspace was taken away.
    """
    directory = os.path.join(workspace.project, layout.INDEX)
    if not os.path.lexists(directory):
        return
    try:
        if not stat.S_ISDIR(os.stat(directory).st_mode):
            yield _index("index-damaged", directory, "is a file, not a directory")
            return
        names = os.listdir(directory)
    except OSError as error:
        yield _index("index-damaged", directory, f"cannot be listed ({error.strerror})")
        return
    if not names:
        return
    loaded = manifests.load(directory, None)
    if loaded is None:
        # Files that no manifest names are those of an index that is being made.
        if "manifest" in names:
            path = os.path.join(directory, "manifest")
            yield _index("index-damaged", path, "cannot be read")
        return
    if loaded[0].parts and not jobs:
        message = (
            f"{workspace.path} has no jobs, but the index {directory} knows of some; if they were "
            "not removed on purpose, look for the workspace under another name, or on another disk"
        )
        yield problem("jobs-missing", None, workspace.path, message)
    for entry in loaded[0].parts:
        yield from _check_segment(directory, entry.segment, level)
        for name in (entry.documents, entry.patch):
            if name is not None:
                yield from _check_documents(directory, name, level)


def _check_segment(directory: str, name: str, level: Level) -> Iterator[Problem]:
    path = os.path.join(directory, name)
    try:
        segment = Store(directory).segment(name)
        wrong = sum(1 for _ in _iter_wrong(segment)) if level == "full" else 0
    except (OSError, DamagedIndexError) as error:
        yield _index("index-damaged", path, f"cannot be read ({error})")
        return
    if wrong:
        yield _index("index-wrong", path, f"has {wrong} state points that are not of their ids")


def _iter_wrong(segment: Segment) -> Iterator[str]:
    ids = segment.ids().hex()
    for low in range(0, segment.rows, _ROWS):
        rows = range(low, min(low + _ROWS, segment.rows))
        for row, text in zip(rows, segment.texts(rows), strict=True):
            job_id = ids[32 * row : 32 * row + 32]
            try:
                right = has_id(text, jsonfile.parse(text), job_id)
            except (ValueError, RecursionError):
                right = False
            if not right:
                yield job_id


def _check_documents(directory: str, name: str, level: Level) -> Iterator[Problem]:
    path = os.path.join(directory, name)
    try:
        segment = Store(directory).segment(name)
        if level == "full":
            for low in range(0, segment.rows, _ROWS):
                segment.texts(range(low, min(low + _ROWS, segment.rows)))
    except (OSError, DamagedIndexError) as error:
        yield _index("index-damaged", path, f"cannot be read ({error})")


def _index(kind: str, path: str, reason: str) -> Problem:
    return problem(kind, None, path, f"{path} {reason}; {_NEXT_INDEX}")
