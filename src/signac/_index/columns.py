"""The values of one key for all rows of a segment, from its distinct values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from signac._core.canonical import copy_plain
from signac._index.pages import DamagedIndexError
from signac._index.segment import parse_rows
from signac._query.ast import MISSING
from signac._query.evaluate import look_up

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from signac._index.segment import Column, Segment

__all__ = ["counts", "iter_leaves", "iter_rows", "leaf_keys", "pick", "scatter"]

_BATCH: Final = 500


def scatter(segment: Segment, path: tuple[str, ...]) -> list[Any]:
    """Return the value of a key for each row, `MISSING` where it is absent.

    Lists and mappings are new for each row, so that nobody changes those of another.
    """
    if segment.is_wide(path):
        return [look_up(values, path) for values in iter_rows(segment, range(segment.rows))]
    column = segment.column(path)
    spread: list[Any] = [MISSING] * segment.rows
    if column is None:
        return spread
    try:
        _spread_column(spread, segment, column, path)
    except IndexError:
        raise DamagedIndexError("a column names rows that are not there") from None
    return spread


def _spread_column(
    spread: list[Any], segment: Segment, column: Column, path: tuple[str, ...]
) -> None:
    """Put each value of a column at the rows that have it."""
    offsets = column.offsets()
    rows = column.all_rows()
    for kind in ("null", "number", "nan", "string"):
        low, high = column.bounds[kind]
        start = offsets[low]
        for value, end in zip(column.values(low, high), offsets[low + 1 : high + 1], strict=True):
            if end - start == 1:
                spread[rows[start]] = value
            else:
                for row in rows[start:end]:
                    spread[row] = value
            start = end
    low, high = column.bounds["list"]
    for number, value in enumerate(column.values(low, high), low):
        for row in rows[offsets[number] : offsets[number + 1]]:
            spread[row] = copy_plain(value)
    for row in column.rows_of(*column.bounds["empty"]):
        spread[row] = {}
    mapped = column.rows_of(*column.bounds["mapping"])
    for row, values in zip(mapped, iter_rows(segment, mapped), strict=True):
        spread[row] = look_up(values, path)


def iter_rows(segment: Segment, rows: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Yield what some rows hold."""
    for start in range(0, len(rows), _BATCH):
        yield from parse_rows(segment.texts(rows[start : start + _BATCH]))


def pick(segment: Segment, path: tuple[str, ...], rows: Sequence[int]) -> list[Any]:
    """Return the value of a key for some rows, `MISSING` where it is absent."""
    if len(rows) * 8 < segment.rows:
        return [look_up(values, path) for values in iter_rows(segment, rows)]
    spread = scatter(segment, path)
    if rows == range(segment.rows):
        return spread
    return [spread[row] for row in rows]


def counts(segment: Segment, path: tuple[str, ...]) -> list[tuple[Any, int]]:
    """Return the distinct values of a key and how many rows have each; mappings are left out."""
    column = segment.column(path)
    if column is None:
        return []
    offsets = column.offsets()
    end = column.bounds["mapping"][0]
    values = [
        value
        for kind in ("null", "number", "nan", "string", "list", "empty")
        for value in _own_values(column, kind)
    ]
    return [(values[i], offsets[i + 1] - offsets[i]) for i in range(end)]


def leaf_keys(segment: Segment, rows: set[int] | None) -> dict[tuple[str, ...], int]:
    """Return the keys of values that are no mappings, with how many rows have each."""
    found = {}
    for path in segment.paths():
        column = segment.column(path)
        assert column is not None
        end = column.bounds["mapping"][0]
        if rows is None:
            count = column.offsets()[end]
        else:
            count = sum(map(rows.__contains__, column.rows_of(0, end)))
        if count:
            found[path] = count
    if segment.wide:
        chosen = range(segment.rows) if rows is None else sorted(rows)
        for values in iter_rows(segment, chosen):
            for path in filter(segment.is_wide, iter_leaves(values)):
                found[path] = found.get(path, 0) + 1
    return found


def iter_leaves(values: dict[str, Any], prefix: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the keys of values that are no mappings; an empty mapping is a value."""
    for name, value in values.items():
        if value.__class__ is dict and value:
            yield from iter_leaves(value, (*prefix, name))
        else:
            yield (*prefix, name)


def _own_values(column: Column, kind: str) -> list[Any]:
    """Return values that may be given away: lists are decoded anew."""
    low, high = column.bounds[kind]
    values = column.values(low, high)
    return [copy_plain(value) for value in values] if kind in ("list", "empty") else values
