"""Group jobs by the values of keys: sorted by value, and then as `itertools.groupby` does."""

from __future__ import annotations

import math
from functools import partial
from itertools import groupby, starmap
from typing import TYPE_CHECKING, Any, Final, NoReturn

from signac._analysis.order import is_nan
from signac._query.ast import MISSING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from signac._engine.selection import Selection
    from signac._query.ast import Key

__all__ = ["group_by_keys", "group_items"]

#: The id of a job, and where the index has its state point.

_NUMBERS: Final = frozenset({bool, int, float})


Opening = tuple[str, Any]


def group_by_keys(
    selection: Selection,
    keys: Sequence[Key],
    default: Any,
    open_job: Callable[..., Any],
    *,
    single: bool,
    name: str,
) -> Iterator[tuple[Any, Iterator[Any]]]:
    """Yield each label with its jobs, sorted by label; jobs with one label keep their order.

    A label is the value of the key if `single`, else the tuple of values. Without a default, jobs
    that lack a key are left out.
    """
    if single and default is None:
        # perf: the index has the jobs in this order (groupby-sp).
        ordered = selection.sorted_openings(keys[0])
        if ordered is not None:
            labels, openings = ordered
            for label, group in groupby(openings, _labels_of(labels)):
                yield label, starmap(open_job, group)
            return
    found, jobs = _label_jobs(selection, keys, default, single=single)
    for label, group in group_items(found, jobs, name):
        yield label, starmap(open_job, group)


def group_items(
    labels: Sequence[Any], items: Sequence[Any], name: str
) -> Iterator[tuple[Any, Iterator[Any]]]:
    """Yield each label with its items, sorted by label; items with one label keep their order.

    Going on to the next label ends the group before it.

    Parameters
    ----------
    labels, items : sequence
        One label for each item.
    name : str
        What the labels are called in errors.

    Raises
    ------
    TypeError
        When two labels cannot be compared.
    """
    labels, sortable = _separate_nan(labels)
    try:
        order = sorted(range(len(labels)), key=sortable.__getitem__)
    except TypeError as error:
        _refuse(labels, name, error)
    ordered = iter([labels[position] for position in order])
    return groupby([items[position] for position in order], _labels_of(ordered))


def _labels_of(labels: Iterator[Any]) -> Callable[[Any], Any]:
    """Return a function that gives the next label for whatever item."""
    # `next(labels, item)` is called once for each item, in order, by C alone.
    return partial(next, labels)


def _label_jobs(
    selection: Selection, keys: Sequence[Key], default: Any, *, single: bool
) -> tuple[Sequence[Any], list[Opening]]:
    """Return a label for each job that has all keys, and what is needed to open these jobs."""
    columns = [selection.values(key) for key in keys]
    jobs = selection.openings()
    if default is not None:
        columns = [[default if v is MISSING else v for v in column] for column in columns]
    else:
        kept: Sequence[int] = range(len(jobs))
        for column in columns:
            kept = [i for i in kept if column[i] is not MISSING]
        if len(kept) < len(jobs):
            jobs = [jobs[i] for i in kept]
            columns = [[column[i] for i in kept] for column in columns]
    if single:
        return columns[0], jobs
    return list(zip(*columns, strict=True)) if columns else [()] * len(jobs), jobs


def _separate_nan(labels: Sequence[Any]) -> tuple[Sequence[Any], Sequence[Any]]:
    """Return the labels, and what to sort them by: NaN behind all numbers.

    NaN equals nothing, so each one is a label of its own; the values of a key may share an object.
    """
    kinds = {label.__class__ for label in labels}
    if float in kinds and any(map(is_nan, labels)):
        return [_renew(label) for label in labels], [_behind(label) for label in labels]
    if tuple in kinds and any(any(map(is_nan, label)) for label in labels):
        return (
            [tuple(map(_renew, label)) for label in labels],
            [tuple(map(_behind, label)) for label in labels],
        )
    return labels, labels


def _renew(value: Any) -> Any:
    return float("nan") if is_nan(value) else value


def _behind(value: Any) -> tuple[Any, bool]:
    return (math.inf, True) if is_nan(value) else (value, False)


def _refuse(labels: Iterable[Any], name: str, error: TypeError) -> NoReturn:
    kinds = sorted({type(label).__name__ for label in labels})
    raise TypeError(
        f"groupby: the values of {name} cannot be sorted ({error}; types: {', '.join(kinds)}); "
        "group by a function that returns comparable values"
    ) from None
