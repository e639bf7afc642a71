"""Tell about keys of a filter that no job has: most often they are misspelt."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from signac._query.ast import iter_tests
from signac.errors._base import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signac._index.parts import Part
    from signac._index.views import DocumentView
    from signac._query.ast import Key, Query

__all__ = ["report_unknown"]

logger = logging.getLogger("signac.project")

#: Similar names given for one key.
_MOST_NAMES = 3


def report_unknown(
    query: Query,
    chunks: Sequence[tuple[Part, Sequence[int]]],
    views: Sequence[DocumentView],
    told: dict[str, list[str]],
) -> dict[str, list[str]]:
    """Return, and log, the keys that no job of the project has, with similar ones that exist.

    A key that is only tested for being there is not reported. Keys of documents are known only if
    the search looked at documents. A project without jobs knows no keys. Each is logged once:
    `told` has those that were.
    """
    if not chunks:
        return {}
    unknown: dict[str, list[str]] = {}
    for key in dict.fromkeys(t.key for t in iter_tests(query) if t.operator != "exists"):
        if not key.path or _is_known(key, chunks, views):
            continue
        name = _name(key)
        if name in told:
            unknown[name] = told[name]
            continue
        names = unknown[name] = told[name] = _similar(key, chunks, views)
        if names:
            logger.warning(
                "no job has the key %r; similar keys are %s", name, visible(", ".join(names))
            )
        else:
            logger.info("no job has the key %r", name)
    return unknown


def _is_known(
    key: Key, chunks: Sequence[tuple[Part, Sequence[int]]], views: Sequence[DocumentView]
) -> bool:
    if key.namespace == "doc":
        # If only some documents were looked at, the key may be in any of the others.
        total = sum(part.segment.rows - len(part.removed) for part, _ in chunks)
        examined = sum(view.examined for view in views)
        return examined < total or any(view.has_key(key.path) for view in views)
    segments = [part.segment for part, _ in chunks]
    return any(s.is_wide(key.path) or s.column(key.path) is not None for s in segments)


def _similar(
    key: Key, chunks: Sequence[tuple[Part, Sequence[int]]], views: Sequence[DocumentView]
) -> list[str]:
    from difflib import get_close_matches

    names = {".".join(path) for part, _ in chunks for path in part.segment.paths()}
    documents = {"doc." + ".".join(path) for view in views for path in view.paths()}
    candidates = sorted(names | documents)
    found = get_close_matches(_name(key), candidates, _MOST_NAMES)
    # The last word alone may be right, in another place: "energy" for "doc.energy".
    last = key.path[-1]
    found += [name for name in candidates if name.rpartition(".")[2] == last]
    return list(dict.fromkeys(found))[:_MOST_NAMES]


def _name(key: Key) -> str:
    path = ".".join(key.path)
    return f"doc.{path}" if key.namespace == "doc" else path
