"""Schemas as text, in the form of the released signac."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signac._analysis.order import is_nan
from signac.errors._base import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["format_flat", "format_nested"]

_NUMBERS = (bool, int, float)


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


def _enumerate(values: Iterable[Any], precision: int | None, most: int) -> str:
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


def _show(value: Any, precision: int | None) -> str:
    if precision is not None and isinstance(value, _NUMBERS):
        return str(round(value, precision))
    return visible(str(value))
