"""The meaning of a filter: whether it holds for a state point and a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from signac._query.ast import Equals, Query

__all__ = ["matches", "uses_documents"]

_MISSING = object()


def uses_documents(query: Query) -> bool:
    """Tell whether the document is needed to decide."""
    return any(part.namespace == "doc" for part in query.parts)


def matches(query: Query, statepoint: Any, document: Any) -> bool:
    """Tell whether a filter holds; a missing key never matches, not even ``None``."""
    for part in query.parts:
        if not _holds(part, document if part.namespace == "doc" else statepoint):
            return False
    return True


def _holds(part: Equals, data: Any) -> bool:
    for key in part.path:
        if data.__class__ is not dict:
            return False
        data = data.get(key, _MISSING)
    if data is _MISSING:
        return False
    return bool(data == part.value)
