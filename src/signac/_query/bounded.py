"""Operations that a text filter may use, so bounded that none can hang or fill the memory."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

__all__ = ["FUNCTIONS", "METHODS", "TYPES", "Refused", "call_method", "get_item"]

#: Bits of an integer. A division of two such takes a millisecond.
MOST_BITS = 2**15
#: Characters of a string, items of a list.
MOST_ITEMS = 10**5
#: Decimal places of `round`: an integer is rounded by a power of ten of that many digits.
MOST_DIGITS = 1000


class Refused(Exception):
    """An operation whose result would be too large; never leaves the package."""


class Unlike(TypeError):
    """Arithmetic that means something else for strings and lists, and is not done with them.

    A formula of numbers meets them as values of another type.
    """


def add(left: Any, right: Any) -> Any:
    """Add numbers, or join two sequences."""
    if _is_sequence(left) and _is_sequence(right):
        _limit(len(left) + len(right), MOST_ITEMS)
    return left + right


def multiply(left: Any, right: Any) -> Any:
    """Multiply numbers, or repeat a sequence."""
    if _is_sequence(left) and isinstance(right, int):
        _limit_weight(left, right)
    elif _is_sequence(right) and isinstance(left, int):
        _limit_weight(right, left)
    elif isinstance(left, int) and isinstance(right, int):
        _limit(left.bit_length() + right.bit_length(), MOST_BITS)
    return left * right


def modulo(left: Any, right: Any) -> Any:
    """Return the rest of a division; strings are not formatted."""
    if isinstance(left, str):
        raise Unlike("strings are not formatted in filters")
    return left % right


def power(base: Any, exponent: Any) -> Any:
    """Raise to a power."""
    if isinstance(base, int) and isinstance(exponent, int) and exponent > 0 and abs(base) > 1:
        _limit(base.bit_length() * exponent, MOST_BITS)
    return base**exponent


def shift_left(number: Any, places: Any) -> Any:
    """Shift the bits of an integer to the left."""
    if isinstance(number, int) and isinstance(places, int):
        _limit(number.bit_length() + places, MOST_BITS)
    return number << places


def get_item(container: Any, key: Any) -> Any:
    """Return an item, or a slice, of a string, list or mapping."""
    if not isinstance(container, (str, tuple, list, dict)):
        raise TypeError(f"{type(container).__name__} has no items")
    return container[key]


def call_method(name: str, owner: Any, arguments: list[Any]) -> Any:
    """Call a method of a string, list, mapping or number."""
    methods = METHODS.get(owner.__class__, {})
    if name not in methods:
        raise AttributeError(name)
    return methods[name](owner, *arguments)


def _limit(size: int, most: int) -> None:
    if size > most:
        raise Refused("the result would be too large")


def _limit_weight(sequence: Any, times: int) -> None:
    if times > MOST_ITEMS or _weight(sequence) * times > MOST_ITEMS:
        raise Unlike("the result would be too large")


def _weight(value: Any) -> int:
    """Return how many characters and items a value holds, at all levels."""
    if isinstance(value, (tuple, list)):
        return len(value) + sum(map(_weight, value))
    return len(value) if isinstance(value, str) else 1


def _is_sequence(value: Any) -> bool:
    return isinstance(value, (str, tuple, list))


def _length(value: Any, /) -> int:
    return len(value)


def _round(number: Any, digits: Any = None, /) -> Any:
    if digits is None:
        return round(number)
    if isinstance(digits, int):
        _limit(abs(digits), MOST_DIGITS)
    return round(number, digits)


def _to_int(value: Any, /) -> int:
    if isinstance(value, str):
        _limit(len(value), MOST_BITS)
    return int(value)


def _to_float(value: Any, /) -> float:
    return float(value)


def _to_str(value: Any, /) -> str:
    return str(value)


def _to_bool(value: Any, /) -> bool:
    return bool(value)


def _type_of(value: Any, /) -> type:
    return type(value)


def _smallest(first: Any, /, *others: Any) -> Any:
    return min(first, *others)


def _largest(first: Any, /, *others: Any) -> Any:
    return max(first, *others)


def _total(values: Any, /) -> Any:
    return sum(values)


def _sorted(values: Any, /) -> Any:
    return sorted(values)


def _replace(text: str, old: str, new: str, count: int = -1, /) -> str:
    found = text.count(old) if count < 0 else min(text.count(old), count)
    _limit(len(text) + found * (len(new) - len(old)), max(MOST_ITEMS, len(text)))
    return text.replace(old, new, count)


def _join(text: str, parts: Any, /) -> str:
    _limit(len(text) * len(parts) + sum(map(len, parts)), MOST_ITEMS)
    return text.join(parts)


#: What a filter may call by name. None takes a keyword or a function.
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": operator.abs,
    "all": all,
    "any": any,
    "bool": _to_bool,
    "float": _to_float,
    "int": _to_int,
    "isinstance": isinstance,
    "len": _length,
    "max": _largest,
    "min": _smallest,
    "round": _round,
    "sorted": _sorted,
    "str": _to_str,
    "sum": _total,
    "type": _type_of,
}
#: Types a filter may name, to compare with `type` and `isinstance`.
TYPES: dict[str, type] = {
    kind.__name__: kind for kind in (bool, dict, float, int, list, str, tuple)
}
_OF_STRINGS = (  # noqa: SIM905  # forty lines otherwise
    "capitalize casefold count endswith find index isalnum isalpha isascii isdecimal isdigit "
    "isidentifier islower isnumeric isprintable isspace istitle isupper lower lstrip partition "
    "removeprefix removesuffix rfind rindex rpartition rsplit rstrip split splitlines startswith "
    "strip swapcase title upper"
).split()
#: Methods a filter may call, for each type of value. Those that pad or format are left out.
METHODS: dict[type, dict[str, Callable[..., Any]]] = {
    str: {name: getattr(str, name) for name in _OF_STRINGS} | {"join": _join, "replace": _replace},
    tuple: {"count": tuple.count, "index": tuple.index},
    list: {"count": list.count, "index": list.index},
    dict: {name: getattr(dict, name) for name in ("get", "items", "keys", "values")},
}
