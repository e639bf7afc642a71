"""Jobs that differ in one key only, found by a join in linear time.

Two jobs are alike but for a key if what is before and what is after it, in some order of all keys,
is the same. Both are numbered: *before* for each key from the number of the key before it, *after*
from the other end. So a pair of numbers stands for a state point without one key.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterable
from itertools import compress
from typing import TYPE_CHECKING, Any

from signac._analysis.diff import stored_text
from signac._analysis.order import order_key
from signac._analysis.schema import LeafKey, find_leaf_keys
from signac._core.collector import pausing_collector
from signac._core.progress import reporting
from signac._query.ast import MISSING, Key
from signac._utility import _to_hashable
from signac.errors import InvalidInputError

if TYPE_CHECKING:
    from signac._engine.selection import Selection

__all__ = ["Neighbors", "find_neighbors"]

Neighbors = dict[str, dict[str, dict[Any, str]]]
_ABSENT = 0


def find_neighbors(
    selection: Selection,
    ignore: str | Iterable[str] | None = None,
    only: Collection[str] | None = None,
) -> Neighbors:
    """Return for each job and key the jobs with the next lower and higher value of that key.

    Parameters
    ----------
    selection : Selection
        The jobs among which neighbors are looked for.
    ignore : str or iterable of str, optional
        Dotted keys that are taken as if no job had them.
    only : collection of str, optional
        Ids of the jobs to give an answer for; all by default.

    Raises
    ------
    InvalidInputError
        When jobs do not differ but for the ignored keys.
    """
    ignored = [ignore] if isinstance(ignore, str) else list(ignore or ())
    leaves = find_leaf_keys(selection)
    _warn_of_unknown(ignored, leaves)
    count = len(selection)
    leaves = [leaf for leaf in leaves if leaf.name not in ignored]
    # A key with one value in all jobs tells no jobs apart.
    telling = [leaf for leaf in leaves if leaf.variety > 1 or leaf.jobs < count]
    with pausing_collector(), reporting("finding neighbors", 2 * len(telling)) as report:
        columns = []
        for done, leaf in enumerate(telling):
            columns.append(_Column(leaf, selection.values(Key("sp", leaf.path))))
            report(done + 1)
        return _join(selection.ids, columns, ignored, only, report)


def _join(
    ids: list[str],
    columns: list[_Column],
    ignored: list[str],
    only: Collection[str] | None,
    report: Any,
) -> Neighbors:
    after = [[0] * len(ids)]
    for column in reversed(columns):
        after.append(_number(column.codes, after[-1]))
    after.reverse()
    if len(set(after[0])) < len(ids):
        _refuse(ids, after[0], ignored)
    found: Neighbors = {job_id: {} for job_id in ids}
    chosen = [only is None or job_id in only for job_id in ids]
    before = [0] * len(ids)
    for place, column in enumerate(columns):
        if column.values_differ:
            column.link(list(zip(before, after[place + 1], strict=True)))
            column.fill(ids, found, chosen)
        before = _number(column.codes, before)
        report(len(columns) + place + 1)
    return found if only is None else {name: found[name] for name in compress(ids, chosen)}


def _number(codes: list[int], others: list[int]) -> list[int]:
    """Return a number for each pair, the same for the same pair."""
    numbers: dict[tuple[int, int], int] = {}
    return [numbers.setdefault(pair, len(numbers)) for pair in zip(codes, others, strict=True)]


class _Column:
    """The values of one key: a code for each job, and the jobs below and above along the key."""

    def __init__(self, leaf: LeafKey, values: list[Any]) -> None:
        self.name = leaf.name
        self.values_differ = len(leaf.tally) > 1
        self._values: list[Any] = [MISSING]
        self.codes = self._encode(values)
        self._below = [-1] * len(values)
        self._above = [-1] * len(values)

    def _encode(self, values: list[Any]) -> list[int]:
        """Return a number for each value: the same for what is stored as the same text."""
        known: dict[Any, int] = {}
        # perf: values of one of these types are equal only if they are stored as the same text.
        kinds = {value.__class__ for value in values} - {MISSING.__class__}
        name = _itself if len(kinds) == 1 and kinds <= {int, str} else _token
        codes = []
        for value in values:
            if value is MISSING or (value.__class__ is dict and value):
                codes.append(_ABSENT)
                continue
            token = name(value)
            code = known.get(token)
            if code is None:
                code = known[token] = len(self._values)
                self._values.append(value)
            codes.append(code)
        return codes

    def link(self, rests: list[tuple[int, int]]) -> None:
        """Find the neighbors along this key; `rests` tells which jobs are alike but for it."""
        positions: list[list[int]] = [[] for _ in self._values]
        for position, code in enumerate(self.codes):
            positions[code].append(position)
        last: dict[tuple[int, int], int] = {}
        for code in self._ascending():
            for position in positions[code]:
                rest = rests[position]
                below = last.get(rest)
                if below is not None:
                    self._below[position] = below
                    self._above[below] = position
                last[rest] = position

    def fill(self, ids: list[str], found: Neighbors, chosen: list[bool]) -> None:
        """Put down what `link` found."""
        shown = [_to_hashable(value) for value in self._values]
        for position in compress(range(len(ids)), chosen):
            code = self.codes[position]
            if code == _ABSENT:
                continue
            below, above = self._below[position], self._above[position]
            entry: dict[Any, str] = {}
            if below >= 0:
                entry[shown[self.codes[below]]] = ids[below]
            if above >= 0:
                value = shown[self.codes[above]]
                if value not in entry:
                    entry[value] = ids[above]
                elif type(value) is type(shown[code]):
                    # A mapping holds one of 1 and 1.0: that of the type that this job has.
                    entry = {value: ids[above]}
            found[ids[position]][self.name] = entry

    def _ascending(self) -> list[int]:
        """Return the codes of values, grouped by the name of the type, ascending inside it."""
        codes = [
            code
            for code, value in enumerate(self._values)
            if code != _ABSENT and value.__class__ is not dict
        ]
        codes.sort(key=lambda code: _chain_key(self._values[code]))
        return codes


def _itself(value: Any) -> Any:
    return value


def _token(value: Any) -> str:
    return stored_text(value) if value.__class__ in (list, dict) else repr(value)


def _chain_key(value: Any) -> tuple[str, Any]:
    return "tuple" if value.__class__ is list else type(value).__name__, order_key(value)


def _warn_of_unknown(ignored: list[str], leaves: list[LeafKey]) -> None:
    names = {leaf.name for leaf in leaves}
    unknown = [name for name in ignored if name not in names]
    if unknown:
        plural = "s" if len(unknown) > 1 else ""
        warnings.warn(
            f"ignored state point parameter{plural} {unknown} not present in the project",
            RuntimeWarning,
            stacklevel=4,
        )


def _refuse(ids: list[str], numbers: list[int], ignored: list[str]) -> None:
    alike: dict[int, list[str]] = {}
    for job_id, number in zip(ids, numbers, strict=True):
        alike.setdefault(number, []).append(job_id)
    groups = [", ".join(group) for group in alike.values() if len(group) > 1]
    raise InvalidInputError(
        f"ignoring {ignored} makes it impossible to distinguish some jobs, which differ in nothing "
        "else:\n" + "\n".join(groups)
    )
