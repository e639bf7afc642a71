"""What the pickles inside a table may name, and how each value is made from checked arguments.

Nothing here hands arguments of a file to a function that trusts them. NumPy does: the state of an
array may announce more objects than its list holds, and the state of a dtype may lay pointers over
bytes, and both then read memory that is not theirs. So arrays and dtypes are made anew, from a
name, a shape and bytes of the right length.
"""

from __future__ import annotations

import collections
import datetime
import decimal
import functools
import math
import re
from typing import TYPE_CHECKING, Any, Final

import numpy

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Maker", "Refused", "State", "makers", "set_state"]

#: dtypes of plain values: numbers, bytes and text of fixed length, dates, durations, objects.
_DTYPE: Final = re.compile(
    r"[<>|=]?(?:b1|[iu][1248]|f[248]|f1[26]|c8|c16|c24|c32|[mM]8|[SU]\d{1,9}|O8?)"
)
_UNITS: Final = re.compile("[YMWDhms]|[munpfa]s|generic")
_MAX_DIMENSIONS: Final = 32


class Refused(Exception):
    """The pickle names something that is no plain value; ``args[0]`` says what."""


class Maker:
    """Stands where a pickle names a class or function."""

    __slots__ = ("call", "name")

    def __init__(self, name: str, call: Callable[..., Any]) -> None:
        self.name = name
        self.call = call

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise Refused(self.name)


class State:
    """A value whose state follows in the pickle, and what may be done with that."""

    __slots__ = ("apply", "of")

    def __init__(self, of: Any, apply: Callable[[Any, Any], None]) -> None:
        self.of = of
        self.apply = apply


class _Dtype:
    """A dtype of NumPy, which arrays and scalars take; no value by itself."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise Refused("numpy.dtype")


@functools.cache
def makers() -> dict[str, Any]:
    """Return what stands for each name that a pickle may hold."""
    from signac._stores.plain_pandas import CONSTANTS, PANDAS

    calls = {name: Maker(name, call) for name, call in {**_PLAIN, **PANDAS}.items()}
    return {**calls, **CONSTANTS}


def set_state(waiting: State, state: Any) -> None:
    """Give a value that was just made the state that follows it."""
    waiting.apply(waiting.of, state)


def expect(value: Any, *kinds: type) -> Any:
    """Return a value of exactly one of these types; raise TypeError otherwise."""
    if type(value) not in kinds:
        raise TypeError(f"a {type(value).__name__} is not what stands here")
    return value


def _no_call(*arguments: Any) -> Any:
    raise TypeError("this is not called in plain values")


def _encode(text: str, encoding: str = "latin1") -> bytes:
    if expect(encoding, str) not in ("latin1", "latin-1"):
        raise Refused(f"_codecs.encode with {encoding!r}")
    return bytes(expect(text, str).encode("latin-1"))


def _bytes(*arguments: Any) -> bytes:
    return _encode(*arguments) if arguments else b""


def _bytearray(*arguments: Any) -> bytearray:
    if len(arguments) == 1:
        return bytearray(expect(arguments[0], bytes))
    return bytearray(_bytes(*arguments))


def _set(items: Any = ()) -> set[Any]:
    return set(expect(items, list, tuple))


def _frozenset(items: Any = ()) -> frozenset[Any]:
    return frozenset(expect(items, list, tuple))


def _ordered(items: Any = ()) -> Any:
    return collections.OrderedDict(expect(items, list, tuple))


def _complex(real: Any, imaginary: Any = 0.0) -> complex:
    return complex(expect(real, float, int), expect(imaginary, float, int))


def _range(*ends: Any) -> range:
    return range(*[expect(end, int) for end in ends])


def _decimal(text: Any) -> decimal.Decimal:
    return decimal.Decimal(expect(text, str))


def _packed(data: Any, size: int) -> bytes:
    """Return the fields of a date or time, as bytes also if Python 2 wrote them."""
    packed = _encode(data) if type(data) is str else expect(data, bytes)
    if len(packed) != size:
        raise ValueError("the fields of a date are damaged")
    return bytes(packed)


def _zone(zone: Any) -> datetime.tzinfo | None:
    if zone is not None and not isinstance(zone, datetime.tzinfo):
        raise TypeError("a time zone is something else")
    return zone


# datetime looks at one of the packed fields only; `replace` looks at all.
def _datetime(first: Any, *rest: Any) -> Any:
    make: Any = datetime.datetime
    if type(first) is int:
        fields = [expect(field, int) for field in rest[:6]]
        return make(first, *fields, *[_zone(zone) for zone in rest[6:]])
    return make(_packed(first, 10), *[_zone(zone) for zone in rest]).replace()


def _date(first: Any, *rest: Any) -> Any:
    make: Any = datetime.date
    if type(first) is int:
        return make(first, *[expect(field, int) for field in rest])
    return make(_packed(first, 4)).replace()


def _time(first: Any, *rest: Any) -> Any:
    make: Any = datetime.time
    return make(_packed(first, 6), *[_zone(zone) for zone in rest]).replace()


def _timedelta(*fields: Any) -> datetime.timedelta:
    return datetime.timedelta(*[expect(field, int) for field in fields])


def _timezone(offset: Any, *name: Any) -> datetime.timezone:
    expect(offset, datetime.timedelta)
    return datetime.timezone(offset, *[expect(part, str) for part in name])


def _dtype(text: Any, align: Any = False, copy: Any = True) -> State:
    if not _DTYPE.fullmatch(expect(text, str)):
        raise Refused(f"numpy.dtype({text[:40]!r})")
    return State(_Dtype(numpy.dtype(text)), _set_dtype)


def _set_dtype(holder: Any, state: Any) -> None:
    """Take byte order and unit from the state of a dtype; its sizes and flags are known."""
    order, subarray, names, fields = expect(state, tuple)[1:5]
    if (subarray, names, fields) != (None, None, None):
        raise Refused("numpy.dtype with fields")
    dtype = holder.value
    if expect(order, str) in ("<", ">"):
        dtype = dtype.newbyteorder(order)
    if dtype.kind in "mM" and len(state) > 8:
        unit, count, divisor, _ = expect(expect(state[8], tuple)[1], tuple)
        unit = unit.decode() if type(unit) is bytes else expect(unit, str)
        if (
            not _UNITS.fullmatch(unit)
            or expect(divisor, int) != 1
            or not 0 < expect(count, int) < 1 << 31
        ):
            raise ValueError("a unit of time is damaged")
        if unit != "generic":
            dtype = numpy.dtype(f"{dtype.str}[{count}{unit}]")
    holder.value = dtype


def _shape(shape: Any) -> tuple[int, ...]:
    lengths = tuple(expect(length, int) for length in expect(shape, tuple))
    if len(lengths) > _MAX_DIMENSIONS or any(length < 0 for length in lengths):
        raise ValueError("the shape of an array is damaged")
    return lengths


def _array(kind: Any, shape: Any, code: Any) -> State:
    if type(kind) is not Maker or kind.name != "numpy.ndarray":
        raise Refused(f"an array of the class {getattr(kind, 'name', type(kind).__name__)}")
    return State(numpy.empty(0, "i1"), _set_array)


def _set_array(array: Any, state: Any) -> None:
    _, shape, holder, fortran, data = expect(state, tuple)
    dtype, lengths = expect(holder, _Dtype).value, _shape(shape)
    if dtype.kind == "O":
        right = math.prod(lengths) == len(expect(data, list))
    else:
        data = _encode(data) if type(data) is str else expect(data, bytes)
        right = math.prod(lengths) * dtype.itemsize == len(data)
    if not right:
        raise ValueError("an array announces more or less than it holds")
    array.__setstate__((1, lengths, dtype, bool(fortran), data))


def _array_of_bytes(data: Any, holder: Any, shape: Any, order: Any, axes: Any = None) -> Any:
    dtype = expect(holder, _Dtype).value
    if dtype.kind == "O":
        raise Refused("numpy.ndarray of pointers")
    array = numpy.frombuffer(expect(data, bytes, bytearray), dtype)
    if expect(order, str) == "K" and axes is not None:
        return array.reshape(_shape(shape)).transpose(_shape(axes))
    if order not in ("C", "F", "A"):
        raise ValueError("the order of an array is damaged")
    return array.reshape(_shape(shape), order=order)


def _scalar(holder: Any, data: Any) -> Any:
    dtype = expect(holder, _Dtype).value
    if dtype.kind == "O":
        raise Refused("a NumPy scalar that is a pointer")
    data = _encode(data) if type(data) is str else expect(data, bytes)
    if len(data) != dtype.itemsize:
        raise ValueError("a NumPy scalar has the wrong size")
    return numpy.ndarray((), dtype, data)[()] if data else dtype.type()


_BUILTIN: Final[dict[str, Callable[..., Any]]] = {
    "bytearray": _bytearray,
    "bytes": _bytes,
    "complex": _complex,
    "frozenset": _frozenset,
    "object": _no_call,
    "range": _range,
    "set": _set,
    # Named by the dtype of texts that came from h5py, which is not kept.
    "str": _no_call,
    "unicode": _no_call,
    "xrange": _range,
}
_NUMPY: Final[dict[str, Callable[..., Any]]] = {
    "multiarray._reconstruct": _array,
    "multiarray.scalar": _scalar,
    "numeric._frombuffer": _array_of_bytes,
}
_PLAIN: Final[dict[str, Callable[..., Any]]] = {
    "_codecs.encode": _encode,
    "collections.OrderedDict": _ordered,
    "datetime.date": _date,
    "datetime.datetime": _datetime,
    "datetime.time": _time,
    "datetime.timedelta": _timedelta,
    "datetime.timezone": _timezone,
    "decimal.Decimal": _decimal,
    "numpy.dtype": _dtype,
    "numpy.ndarray": _no_call,
    **{f"builtins.{name}": call for name, call in _BUILTIN.items()},
    **{f"__builtin__.{name}": call for name, call in _BUILTIN.items()},
    **{f"numpy._core.{name}": call for name, call in _NUMPY.items()},
    **{f"numpy.core.{name}": call for name, call in _NUMPY.items()},
}
