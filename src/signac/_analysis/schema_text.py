"""Schemas as text, in the form of the released signac."""

from __future__ import annotations

from heapq import nlargest, nsmallest
from typing import TYPE_CHECKING, Any, Final

from signac._analysis.order import is_nan
from signac.errors._base import visible

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = ["format_flat", "format_nested"]

_NUMBERS = (bool, int, float)
_ORDERED: Final = frozenset({int, float, str})
_MANY: Final = 1_000


def format_flat(schema: Mapping[str, Mapping[type, Any]], precision: int | None, most: int) -> str:
    """Return a line for each key that has values."""
    lines = [
        f" '{visible(key)}': '{_describe(schema[key], precision, most)}',\n"
        for key in sorted(schema)
        if schema[key]
    ]
    return "{\n" + "".join(lines) + "}"


def format_nested(
    schema: Mapping[str, Mapping[type, Any]], depth: int, precision: int | None, most: int
) -> str:
    """Return nested keys as nested dictionaries, as `pprint` shows them."""
    from pprint import pformat

    tree: dict[str, Any] = {}
    for key in sorted(schema):
        _put(tree, key.split("."), _describe(schema[key], precision, most))
    return pformat(tree, depth=depth)


def _put(tree: dict[str, Any], names: list[str], text: str) -> None:
    """Put a text at its place, which is that of nested keys only if there are no values."""
    # peer: a key with values of its own hides those below it.
    *above, last = names
    for name in above:
        inner = tree.get(name)
        if inner and not isinstance(inner, dict):
            return
        if not inner:
            inner = tree[name] = {}
        tree = inner
    tree[last] = text


def _describe(values: Mapping[type, Any], precision: int | None, most: int) -> str:
    """Return types, values and counts: ``int([0, 1, 2], 3), str([x], 1)``."""
    return ", ".join(
        f"{kind.__name__}([{_enumerate(found, precision, most)}], {len(found)})"
        for kind, found in values.items()
    )


def _enumerate(values: Collection[Any], precision: int | None, most: int) -> str:
    if len(values) > max(most, _MANY) and most > 2:
        ends = _find_ends(values, most)
        if ends is not None:
            first, last = (", ".join(_show(value, precision) for value in end) for end in ends)
            return f"{first}, ..., {last}"
    try:
        ordered = sorted(values, key=lambda value: (is_nan(value), value))
    except TypeError:
        ordered = sorted(values, key=repr)
    if len(ordered) <= most:
        return ", ".join(_show(value, precision) for value in ordered)
    # peer: for a range of 2 or less this shows an empty place, or more than asked for.
    first = ", ".join(_show(value, precision) for value in ordered[: most - 2])
    last = ", ".join(_show(value, precision) for value in ordered[-2:])
    return f"{first}, ..., {last}"


def _find_ends(values: Collection[Any], most: int) -> tuple[list[Any], list[Any]] | None:
    """Return the first values and the last two, None where values have no plain order.

    perf: all of a million values need not be sorted for that (a schema in a notebook).
    """
    if type(next(iter(values))) not in _ORDERED:
        return None
    nans = [value for value in values if value != value]
    if len(nans) > 1:
        return None
    ordered = [value for value in values if value == value] if nans else values
    try:
        first, last = nsmallest(most - 2, ordered), nlargest(2, ordered)
    except TypeError:
        return None
    return first, [*reversed(last), *nans][-2:]


def _show(value: Any, precision: int | None) -> str:
    if precision is not None and isinstance(value, _NUMBERS):
        return str(round(value, precision))
    return visible(str(value))
