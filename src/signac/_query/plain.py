"""The values of a filter as plain JSON values, read as JSON text would be."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from signac.errors import KeyTypeError, QueryTypeError

__all__ = ["show", "to_key", "to_plain"]

_SCALARS = frozenset({str, int, float, bool, type(None)})
_MOST_SHOWN = 80


def show(value: Any) -> str:
    """Return a value as Python writes it, short enough for a message."""
    try:
        text = repr(value)
    except (RecursionError, ValueError):  # nested deeply; an integer of thousands of digits
        return f"<{type(value).__name__}>"
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"


def to_plain(value: Any, where: str) -> Any:
    """Return a copy of a value of a filter, made of plain JSON types.

    Tuples become lists and keys that are not strings become those that JSON writes for them.
    Subclasses of plain types become the plain type, enums their value and paths their POSIX text.

    Raises
    ------
    QueryTypeError
        For a value that JSON cannot hold; sets, ranges and NumPy arrays and integers among them.
    """
    if value.__class__ in _SCALARS:
        return value
    if isinstance(value, Mapping):
        return {to_key(key, where): to_plain(item, f"{where}.{key}") for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(item, f"{where}[{index}]") for index, item in enumerate(value)]
    for kind in (str, bool, int, float):
        if isinstance(value, kind):
            return kind(value) if kind is bool else getattr(kind, f"__{kind.__name__}__")(value)
    return _to_plain_other(value, where)


def to_key(key: Any, where: str) -> str:
    """Return a key of a mapping as JSON writes it.

    Raises
    ------
    QueryTypeError
        For a key that is no string, number, boolean or ``None``.
    """
    if isinstance(key, str):
        return str.__str__(key)
    if key is None or isinstance(key, bool):
        return {None: "null", True: "true", False: "false"}[key]
    if isinstance(key, int):
        return int.__repr__(key)
    if isinstance(key, float):
        from json import dumps

        return dumps(float.__float__(key))
    raise QueryTypeError(
        f"filter: {where}: the key {show(key)} is a {type(key).__name__}; keys must be strings",
        where,
    )


def _to_plain_other(value: Any, where: str) -> Any:
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, (numpy.generic, numpy.ndarray)):
        raise _refusal(value, where, "convert it, with .item() or .tolist()")
    if isinstance(value, (set, frozenset, range)):
        raise _refusal(value, where, "give a list")
    if isinstance(value, (bytes, bytearray, memoryview)):
        raise _refusal(value, where, "decode it to a string")
    if callable(value):
        raise _refusal(value, where, "a function is called by the operator $where")
    if isinstance(value, Sequence):
        return [to_plain(item, f"{where}[{index}]") for index, item in enumerate(value)]
    # perf: this module brings dataclasses and enums, which ordinary filters do not have.
    from signac._core import canonical

    try:
        return canonical.to_plain(value, where)
    except KeyTypeError as error:
        raise QueryTypeError(f"filter: {error}", where) from None


def _refusal(value: Any, where: str, advice: str) -> QueryTypeError:
    name = type(value).__name__
    return QueryTypeError(f"filter: {where}: {name} is not JSON; {advice}", where)
