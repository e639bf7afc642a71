"""The operators of the query language: what each takes, and which values satisfy it.

An operator is asked only about values that are there. A value that cannot be compared with the
argument does not match, whatever the operator.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any, NamedTuple

from signac._query.plain import show, to_plain
from signac.errors import QueryError, QueryKeyError, QueryTypeError

__all__ = ["OPERATORS", "Condition", "is_equal"]

Accept = Callable[[Any], bool]


class Condition(NamedTuple):
    """An operator with its argument.

    Attributes
    ----------
    argument : Any
        What was given, as plain JSON; the callable or its text for ``$where``.
    accept : callable
        Tells whether a value that is present satisfies the condition.
    sees_mappings : bool
        Whether the answer depends on what a mapping holds.
    """

    argument: Any
    accept: Accept
    sees_mappings: bool = False


def is_equal(value: Any, argument: Any) -> bool:
    """Tell whether a stored value equals the argument of a filter.

    As ``==`` of Python, so ``1``, ``1.0`` and ``True`` are equal. NaN equals nothing, but a list
    or mapping that holds NaN equals one with NaN at the same place.
    """
    return bool(value == argument) or (_holds_nan(argument) and _is_same(value, argument))


def _equal(argument: Any, where: str) -> Condition:
    plain = _to_operand(argument, where)
    return Condition(plain, _equality(plain), _is_filled(plain))


def _unequal(argument: Any, where: str) -> Condition:
    plain = _to_operand(argument, where)
    equal = _equality(plain)
    return Condition(plain, lambda value: not equal(value), _is_filled(plain))


def _ordered(compare: Callable[[Any, Any], Any]) -> Callable[[Any, str], Condition]:
    def prepare(argument: Any, where: str) -> Condition:
        plain = to_plain(argument, where)
        if plain is None or plain.__class__ is dict:
            name = "null" if plain is None else "a mapping"
            raise QueryTypeError(
                f"filter: {where}: no value is less or greater than {name}; give a number, "
                "a string or a list",
                where,
            )

        def accept(value: Any) -> bool:
            try:
                return bool(compare(value, plain))
            except TypeError:
                return False

        return Condition(plain, accept)

    return prepare


def _contained(argument: Any, where: str) -> Condition:
    plain, member = _membership(argument, where)
    if plain.__class__ is str:
        return Condition(plain, lambda value: value.__class__ is str and value in plain)
    return Condition(plain, member, any(map(_is_filled, plain)))


def _not_contained(argument: Any, where: str) -> Condition:
    plain, member = _membership(argument, where)
    if plain.__class__ is str:
        return Condition(plain, lambda value: value.__class__ is str and value not in plain)
    return Condition(plain, lambda value: not member(value), any(map(_is_filled, plain)))


def _pattern(argument: Any, where: str) -> Condition:
    from signac._query.patterns import searcher

    plain = to_plain(argument, where)
    if plain.__class__ is not str:
        raise QueryTypeError(
            f"filter: {where}: the pattern must be a string, not {show(plain)}", where
        )
    search = searcher(plain, where)
    return Condition(plain, lambda value: value.__class__ is str and search(value))


#: Booleans are also integers, as everywhere in Python and in the peer.
_TYPES: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (float,),
    "bool": (bool,),
    "str": (str,),
    "list": (list, tuple),
    "null": (type(None),),
}


def _typed(argument: Any, where: str) -> Condition:
    plain = to_plain(argument, where)
    if plain.__class__ is not str or plain not in _TYPES:
        names = ", ".join(f'"{name}"' for name in _TYPES)
        raise QueryError(f"filter: {where}: {show(plain)} is no type; the types are {names}", where)
    kinds = _TYPES[plain]
    return Condition(plain, lambda value: isinstance(value, kinds))


def _present(argument: Any, where: str) -> Condition:
    if argument.__class__ is not bool:
        raise QueryError(f"filter: {where}: give True or False, not {show(argument)}", where)
    return Condition(argument, lambda _: bool(argument))


def _where(argument: Any, where: str) -> Condition:
    from signac._query.where import predicate

    return Condition(argument, predicate(argument, where), sees_mappings=True)


def _near(argument: Any, where: str) -> Condition:
    from signac._query.closeness import closeness

    plain = to_plain(argument, where)
    return Condition(plain, closeness(plain, where))


#: One row for each operator: it validates the argument and prepares the condition.
OPERATORS: dict[str, Callable[[Any, str], Condition]] = {
    "$eq": _equal,
    "$ne": _unequal,
    "$lt": _ordered(operator.lt),
    "$lte": _ordered(operator.le),
    "$gt": _ordered(operator.gt),
    "$gte": _ordered(operator.ge),
    "$in": _contained,
    "$nin": _not_contained,
    "$regex": _pattern,
    "$type": _typed,
    "$where": _where,
    "$near": _near,
    "$exists": _present,
}


def _to_operand(argument: Any, where: str) -> Any:
    """Return what values are compared with; a mapping there may hold no operators."""
    plain = to_plain(argument, where)
    if plain.__class__ is dict:
        for key in plain:
            if "$" in key:
                raise QueryKeyError(
                    f"filter: {where}: an operator cannot stand inside the argument of another, "
                    f"as {key!r} does",
                    where,
                )
    return plain


def _equality(plain: Any) -> Accept:
    if _holds_nan(plain):
        return lambda value: is_equal(value, plain)
    return lambda value: bool(value == plain)


def _membership(argument: Any, where: str) -> tuple[Any, Accept]:
    plain = to_plain(argument, where)
    if plain.__class__ is str or plain == {}:
        return plain, lambda _: False
    if plain.__class__ is not list:
        raise QueryTypeError(f"filter: {where}: give a list of values, not {show(plain)}", where)
    # perf: a set finds a value among thousands in no time; NaN would equal itself there.
    scalars = frozenset(
        item for item in plain if item.__class__ not in (list, dict) and not _is_nan(item)
    )
    others = [item for item in plain if item.__class__ in (list, dict)]

    def member(value: Any) -> bool:
        if value.__class__ is list or value.__class__ is dict:
            return any(is_equal(value, item) for item in others)
        return value in scalars

    return plain, member


def _is_filled(plain: Any) -> bool:
    return plain.__class__ is dict and bool(plain)


def _is_nan(value: Any) -> bool:
    return value.__class__ is float and math.isnan(value)


def _holds_nan(value: Any) -> bool:
    """Tell whether NaN is somewhere inside a list or mapping."""
    if value.__class__ is dict:
        value = list(value.values())
    if value.__class__ is not list:
        return False
    return any(_is_nan(item) or _holds_nan(item) for item in value)


def _is_same(value: Any, argument: Any) -> bool:
    """Compare like ``==``, but NaN is the same as NaN inside lists and mappings."""
    if argument.__class__ is list:
        return (
            value.__class__ is list
            and len(value) == len(argument)
            and all(map(_is_same_item, value, argument))
        )
    if argument.__class__ is dict:
        return (
            value.__class__ is dict
            and value.keys() == argument.keys()
            and all(_is_same_item(value[key], item) for key, item in argument.items())
        )
    return bool(value == argument)


def _is_same_item(value: Any, argument: Any) -> bool:
    return (_is_nan(value) and _is_nan(argument)) or _is_same(value, argument)
