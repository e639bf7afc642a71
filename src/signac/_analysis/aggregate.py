"""Numbers and counts that sum up the values of a key."""

from __future__ import annotations

import math
from itertools import compress
from typing import TYPE_CHECKING, Any

from signac._analysis.order import is_nan, sort_distinct, sort_tuples
from signac._query.ast import MISSING
from signac._utility import _to_hashable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from signac._engine.selection import Selection
    from signac._query.ast import Key

__all__ = ["add_up", "average", "count_by", "distinct", "greatest", "least"]

Number = int | float


def distinct(selection: Selection, key: Key) -> list[Any]:
    """Return the distinct values of a key in order; mappings that are not empty are none."""
    return sort_distinct(value for value, _ in selection.tally(key))


def least(selection: Selection, key: Key) -> Number | None:
    """Return the smallest number, None if there is none."""
    return min((number for number, _ in _numbers(selection, key)), default=None)


def greatest(selection: Selection, key: Key) -> Number | None:
    """Return the largest number, None if there is none."""
    return max((number for number, _ in _numbers(selection, key)), default=None)


def add_up(selection: Selection, key: Key) -> Number:
    """Return the sum of the numbers: exact for integers, rounded once or twice otherwise."""
    numbers = _numbers(selection, key)
    total = _total(numbers)
    return _exact(numbers, 1) if total is None else total


def average(selection: Selection, key: Key) -> float | None:
    """Return the mean of the numbers, None if there is none."""
    numbers = _numbers(selection, key)
    if not numbers:
        return None
    count = sum(number for _, number in numbers)
    total = _total(numbers)
    if total is not None:
        try:
            return total / count
        except OverflowError:
            pass
    return _exact(numbers, count)


def count_by(selection: Selection, keys: Sequence[Key]) -> dict[Any, int]:
    """Return how many jobs have each value, or each tuple of values, in the order of the values.

    Jobs that lack one of the keys, or have a mapping there, are left out. Lists appear as tuples.
    """
    if not keys:
        return {(): len(selection)} if len(selection) else {}
    if len(keys) == 1:
        pairs = [((value,), count) for value, count in selection.tally(keys[0])]
    else:
        pairs = _count_tuples([selection.values(key) for key in keys])
    sort_tuples(pairs)
    counts: dict[Any, int] = {}
    for values, count in pairs:
        shown = tuple(_to_hashable(value) for value in values)
        name = shown if len(keys) > 1 else shown[0]
        counts[name] = counts.get(name, 0) + count
    return counts


def _count_tuples(columns: list[list[Any]]) -> list[tuple[tuple[Any, ...], int]]:
    counts: dict[Any, list[Any]] = {}
    for column in columns:
        column[:] = [_countable(value) for value in column]
    has_all = [MISSING not in values for values in zip(*columns, strict=True)]
    for values in compress(zip(*columns, strict=True), has_all):
        try:
            entry = counts.get(values)
            name: Any = values
        except TypeError:
            name = _to_hashable(list(values))
            entry = counts.get(name)
        if entry is None:
            counts[name] = [values, 1]
        else:
            entry[1] += 1
    return [(values, count) for values, count in counts.values()]


def _countable(value: Any) -> Any:
    if value.__class__ is dict and value:
        return MISSING
    return math.nan if is_nan(value) else value


def _numbers(selection: Selection, key: Key) -> list[tuple[Number, int]]:
    """Return the distinct numbers of a key and how often they occur; booleans are no numbers."""
    return [
        (value, count)
        for value, count in selection.tally(key)
        if (value.__class__ is int or value.__class__ is float) and value == value
    ]


def _total(numbers: list[tuple[Number, int]]) -> Number | None:
    """Return the sum, None where floating-point numbers on the way are too large."""
    if all(number.__class__ is int for number, _ in numbers):
        return sum(number * count for number, count in numbers)
    infinite = [number for number, _ in numbers if number in (math.inf, -math.inf)]
    if infinite:
        return sum(infinite)
    try:
        total = math.fsum(number * count for number, count in numbers)
    except OverflowError:
        return None
    return total if math.isfinite(total) else None


def _exact(numbers: list[tuple[Number, int]], divisor: int) -> float:
    # perf: this module takes as long to import as a search takes.
    from fractions import Fraction

    total: Fraction = sum((Fraction(number) * count for number, count in numbers), Fraction(0))
    try:
        return float(total / divisor)
    except OverflowError:
        return math.inf if total > 0 else -math.inf
