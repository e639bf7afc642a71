"""The meaning of a filter: whether it holds for a state point and a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signac._query.ast import MISSING, And, Not, Or, Test

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signac._query.ast import Query

__all__ = ["holds", "look_up", "matches"]


def matches(query: Query, statepoint: Any, document: Any) -> bool:
    """Tell whether a filter holds for a job."""
    if isinstance(query, And):
        return all(matches(part, statepoint, document) for part in query.parts)
    if isinstance(query, Or):
        return any(matches(part, statepoint, document) for part in query.parts)
    if isinstance(query, Not):
        return not matches(query.part, statepoint, document)
    return holds(query, document if query.key.namespace == "doc" else statepoint)


def holds(test: Test, data: Any) -> bool:
    """Tell whether one condition holds for a state point, or for a document."""
    value = look_up(data, test.key.path)
    if test.operator == "exists":
        return bool((value is not MISSING) == test.argument)
    return value is not MISSING and bool(test.accept(value))


def look_up(data: Any, path: Sequence[str]) -> Any:
    """Return the value at a place of nested mappings, `MISSING` where there is none."""
    for name in path:
        if data.__class__ is not dict or name not in data:
            return MISSING
        data = data[name]
    return data
