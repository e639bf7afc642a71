"""`$near`: numbers within a tolerance, as `math.isclose` says, for integers of any size."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from signac._query.plain import show
from signac.errors import QueryError, QueryTypeError

__all__ = ["closeness"]

_DEFAULTS = (1e-9, 0.0)


def closeness(argument: Any, where: str) -> Callable[[Any], bool]:
    """Return the test whether a value is near ``x``, ``[x, relative]`` or ``[x, rel, absolute]``.

    Raises
    ------
    QueryError
        For an argument of another form, or a negative tolerance.
    """
    given = argument if argument.__class__ is list else [argument]
    if not 1 <= len(given) <= 1 + len(_DEFAULTS):
        raise QueryError(
            f"filter: {where}: give x, [x], [x, relative tolerance] or [x, relative tolerance, "
            f"absolute tolerance], not a list of {len(given)}",
            where,
        )
    numbers = [_to_number(item, where) for item in given]
    numbers.extend(_DEFAULTS[len(numbers) - 1 :])
    middle, relative, absolute = numbers
    if relative < 0 or absolute < 0:
        raise QueryError(f"filter: {where}: a tolerance cannot be negative", where)

    def accept(value: Any) -> bool:
        if not isinstance(value, (int, float)):
            return False
        try:
            return math.isclose(value, middle, rel_tol=relative, abs_tol=absolute)
        except OverflowError:
            return _is_close(value, middle, relative, absolute)

    return accept


def _to_number(value: Any, where: str) -> Any:
    if isinstance(value, (int, float, str)):
        try:
            return float(value)
        except OverflowError:
            return value
        except ValueError:
            raise QueryError(f"filter: {where}: {show(value)} is not a number", where) from None
    raise QueryTypeError(f"filter: {where}: {show(value)} is not a number", where)


def _is_close(value: Any, middle: Any, relative: Any, absolute: Any) -> bool:
    """Do what `math.isclose` does, exactly, for integers that no float can hold."""
    from fractions import Fraction

    if value == middle:
        return True
    if not all(isinstance(item, int) or math.isfinite(item) for item in (value, middle)):
        return False
    difference = abs(Fraction(value) - Fraction(middle))
    size = max(abs(Fraction(value)), abs(Fraction(middle)))
    return _is_within(difference, relative, size) or _is_within(difference, absolute, 1)


def _is_within(difference: Any, tolerance: Any, size: Any) -> bool:
    if isinstance(tolerance, float) and not math.isfinite(tolerance):
        return tolerance > 0  # NaN is not
    from fractions import Fraction

    return bool(difference <= Fraction(tolerance) * size)
