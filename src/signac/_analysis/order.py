"""One order for all values of JSON, so that values of unlike types can be sorted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from signac._query.ast import MISSING, Key
from signac._query.parse import parse_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["arrange", "is_nan", "name_key", "order_key", "sort_distinct", "sort_tuples"]

_NUMBERS: Final = frozenset({bool, int, float})


def name_key(text: str) -> Key:
    """Return the place that a dotted key names, such as ``a.b``, ``sp.a.b`` or ``doc.x``.

    Raises
    ------
    QueryError
        If it is not a string, or holds an operator.
    """
    # peer: the bare words are keys of the state point.
    return Key("sp", (text,)) if text in ("sp", "doc") else parse_key(text)


def is_nan(value: Any) -> bool:
    """Tell whether a value is the number that equals nothing."""
    return value.__class__ is float and value != value


def order_key(value: Any) -> tuple[Any, ...]:
    """Return what a plain value is sorted by: null, numbers, strings, lists, mappings.

    Booleans are numbers, NaN is behind all other numbers, and tuples count as lists.
    """
    if value is None:
        return (0,)
    if value.__class__ in _NUMBERS:
        return (1, 1, 0) if value != value else (1, 0, value)
    if isinstance(value, str):
        return (2, value)
    if isinstance(value, (list, tuple)):
        return (3, tuple(map(order_key, value)))
    return (4, tuple(sorted((key, order_key(item)) for key, item in value.items())))


def arrange(
    values: Sequence[Any], positions: Iterable[int], *, descending: bool = False
) -> list[int]:
    """Return positions sorted by the values there, equal ones in the order they came.

    Missing values are last in either direction.
    """
    positions = list(positions)
    present = [i for i in positions if values[i] is not MISSING]
    lacking = [i for i in positions if values[i] is MISSING]
    kinds = {values[i].__class__ for i in present}
    # perf: what Python can compare is compared without a key of its own.
    comparable = kinds <= _NUMBERS or kinds == {str}
    if comparable and not (float in kinds and any(map(is_nan, values))):
        present.sort(key=values.__getitem__, reverse=descending)
    else:
        keys = {i: order_key(values[i]) for i in present}
        present.sort(key=keys.__getitem__, reverse=descending)
    return present + lacking


def sort_distinct(values: Iterable[Any]) -> list[Any]:
    """Return distinct values in order; equal ones of unlike types by the name of the type."""
    return sorted(values, key=_distinct_key)


def sort_tuples(pairs: list[tuple[tuple[Any, ...], int]]) -> None:
    """Sort counts of distinct tuples by the tuples."""
    pairs.sort(key=lambda pair: tuple(map(_distinct_key, pair[0])))


def _distinct_key(value: Any) -> tuple[Any, str]:
    return order_key(value), type(value).__name__
