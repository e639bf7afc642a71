"""Answer a filter from a segment: which rows match.

The meaning of a filter is defined by `signac._query.evaluate`; this gives the same rows, from the
distinct values of each key instead of from all jobs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from signac._index.columns import iter_rows
from signac._query.ast import And, Not, Test, uses_documents
from signac._query.evaluate import holds, look_up
from signac._query.operators import is_equal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from signac._index.segment import Column, Segment
    from signac._query.ast import Or, Query

__all__ = ["Evaluation", "Rows", "matching_rows"]

Rows = set[int]

#: A mapping that nobody asks for: stands for all mappings where their contents do not matter.
_SOME_MAPPING: Final = {"": None}
_NUMBERS: Final = (int, float, bool)
#: A longer list of alternatives is tested against each distinct value instead.
_MOST_LOOKUPS: Final = 200


class Evaluation:
    """One filter put to one segment.

    Parameters
    ----------
    everything : callable
        Gives all rows there are; asked only if it must be, because it is a large set.
    test_statepoint : callable
        Gives all rows whose state point satisfies one condition.
    test_document : callable
        Gives those of some rows whose document satisfies one condition. It is asked as late as
        possible, with as few rows as possible, because it looks at a file for each.
    """

    def __init__(
        self,
        everything: Callable[[], Rows],
        test_statepoint: Callable[[Test], Rows],
        test_document: Callable[[Test, Rows], Rows],
    ) -> None:
        self._make_everything = everything
        self._everything: Rows | None = None
        self._test_statepoint = test_statepoint
        self._test_document = test_document

    def rows(self, query: Query) -> Rows:
        """Return the rows for which a filter holds."""
        return self._all(self._evaluate(query, None))

    def _all(self, rows: Rows | None) -> Rows:
        if rows is not None:
            return rows
        if self._everything is None:
            self._everything = self._make_everything()
        return self._everything

    def _evaluate(self, node: Query, candidates: Rows | None) -> Rows | None:
        """Return those of the candidates for which a node holds; None stands for all rows."""
        if isinstance(node, Test):
            if node.key.namespace == "doc":
                return self._test_document(node, self._all(candidates))
            found = self._test_statepoint(node)
            return found if candidates is None else found & candidates
        if isinstance(node, Not):
            base = self._all(candidates)
            return base - self._all(self._evaluate(node.part, base))
        if isinstance(node, And):
            for part in _cheap_first(node.parts):
                if candidates is not None and not candidates:
                    break
                candidates = self._evaluate(part, candidates)
            return candidates
        return self._any(node, candidates)

    def _any(self, node: Or, candidates: Rows | None) -> Rows:
        found: Rows = set()
        for part in _cheap_first(node.parts):
            left = candidates
            if uses_documents(part):
                left = self._all(candidates) - found
            found = found | self._all(self._evaluate(part, left))
        return found


def _cheap_first(parts: tuple[Query, ...]) -> list[Query]:
    return sorted(parts, key=uses_documents)


def matching_rows(segment: Segment, test: Test) -> Rows:
    """Return the rows of a segment that satisfy one condition."""
    if not test.key.path:
        return _whole(segment, test)
    if segment.is_wide(test.key.path):
        values = enumerate(iter_rows(segment, range(segment.rows)))
        return {row for row, value in values if holds(test, value)}
    column = segment.column(test.key.path)
    if test.operator == "exists":
        present = set() if column is None else set(column.all_rows())
        return present if test.argument else set(range(segment.rows)) - present
    if column is None:
        return set()
    if test.operator in _OPPOSITES:
        opposite = _OPPOSITES[test.operator]
        return set(column.all_rows()) - _positive(segment, column, test, opposite)
    return _positive(segment, column, test, test.operator)


def _whole(segment: Segment, test: Test) -> Rows:
    """Ask for all that each row holds: the key is the bare ``sp`` or ``doc``."""
    if test.operator == "exists":
        return set(range(segment.rows)) if test.argument else set()
    values = iter_rows(segment, range(segment.rows))
    return {row for row, value in enumerate(values) if test.accept(value)}


_OPPOSITES: Final = {"ne": "eq", "nin": "in"}


def _positive(segment: Segment, column: Column, test: Test, operator: str) -> Rows:
    """Return the rows for a condition that is not a negation, or for that which it negates."""
    if operator == "eq":
        return _equal(segment, column, test.argument)
    if operator == "in" and test.argument.__class__ is list and len(test.argument) < _MOST_LOOKUPS:
        found: Rows = set()
        for value in test.argument:
            found |= _equal(segment, column, value)
        return found
    if operator in _RANGES:
        return _in_range(column, test)
    accept = test.accept
    if operator != test.operator:
        rejected = test.accept
        accept = lambda value: not rejected(value)  # noqa: E731
    found = _scan(column, accept, ("null", "number", "nan", "string", "list", "empty"))
    return found | _mappings(segment, column, accept, test.sees_mappings)


def _equal(segment: Segment, column: Column, value: Any) -> Rows:
    if isinstance(value, _NUMBERS):
        return _slice(column, *column.find("number", value)) if value == value else set()
    if isinstance(value, str):
        return _slice(column, *column.find("string", value))
    if value is None:
        return _slice(column, *column.bounds["null"])
    if isinstance(value, list):
        return _scan(column, lambda stored: is_equal(stored, value), ("list",))
    if not value:
        return _slice(column, *column.bounds["empty"])
    return _mappings(segment, column, lambda stored: is_equal(stored, value), True)


_RANGES: Final = frozenset({"lt", "lte", "gt", "gte"})


def _in_range(column: Column, test: Test) -> Rows:
    operator, value = test.operator, test.argument
    if isinstance(value, _NUMBERS):
        if value != value:
            return set()
        kind = "number"
    elif isinstance(value, str):
        kind = "string"
    elif isinstance(value, list):
        return _scan(column, test.accept, ("list",))
    else:
        return set()
    low, high = column.bounds[kind]
    border = column.find_first(kind, value, after=operator in ("lte", "gt"))
    return _slice(column, low, border) if operator[0] == "l" else _slice(column, border, high)


def _slice(column: Column, low: int, high: int) -> Rows:
    return set(column.rows_of(low, high)) if low < high else set()


def _scan(column: Column, accept: Callable[[Any], bool], kinds: tuple[str, ...]) -> Rows:
    """Ask for each distinct value; values that follow one another are fetched together."""
    found: Rows = set()
    for kind in kinds:
        low, high = column.bounds[kind]
        for begin, end in _runs(accept, column.values(low, high)):
            found.update(column.rows_of(low + begin, low + end))
    return found


def _runs(accept: Callable[[Any], bool], values: list[Any]) -> Iterator[tuple[int, int]]:
    begin = -1
    for position, value in enumerate(values):
        if accept(value):
            if begin < 0:
                begin = position
        elif begin >= 0:
            yield begin, position
            begin = -1
    if begin >= 0:
        yield begin, len(values)


def _mappings(
    segment: Segment, column: Column, accept: Callable[[Any], bool], contents: bool
) -> Rows:
    """Ask for mappings that are not empty: for each one only if their contents matter."""
    rows = _slice(column, *column.bounds["mapping"])
    if not rows:
        return rows
    if not contents:
        return rows if accept(_SOME_MAPPING) else set()
    ordered = sorted(rows)
    pairs = zip(ordered, iter_rows(segment, ordered), strict=True)
    return {row for row, value in pairs if accept(look_up(value, column.path))}
