"""From what programs hand in to plain JSON values, with the place of a bad one.

The rule, for state points and documents alike:

* ``str``, ``int``, ``float``, ``bool``, ``None`` stay; subclasses and enums of them become the
  plain value; any other enum becomes its value.
* mappings, dataclasses, attrs and pydantic objects become ``dict``; keys must be strings without
  a dot.
* lists, tuples and other sequences become ``list``.
* paths (``PurePath``) become their POSIX text.
* NumPy numbers and arrays become the plain numbers they equal, with a `NumpyConversionWarning`.
* everything else is refused, bytes included (they would come back as numbers).
"""

from __future__ import annotations

import sys
import warnings
from collections import UserString
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, NoReturn

from signac.errors import InvalidKeyError, KeyTypeError, NumpyConversionWarning

__all__ = ["copy_plain", "encode_default", "to_plain", "to_plain_mapping", "validate_keys"]

_SCALARS = frozenset({str, float, bool, type(None)})
#: Python refuses to print longer integers (``sys.set_int_max_str_digits``), so JSON cannot.
_HUGE = 10**4300


class _Refused(Exception):  # never leaves this module
    """A bad value; collects its place from the inside out."""

    def __init__(self, error: type[Exception], reason: str) -> None:
        super().__init__(reason)
        self.error = error
        self.reason = reason
        self.place: list[str] = []


def to_plain(value: Any, where: str) -> Any:
    """Return an independent copy of `value` made of plain JSON types.

    Parameters
    ----------
    value : object
        Anything; it is not changed.
    where : str
        What the value is called in errors, such as ``sp`` or ``doc.a``.

    Raises
    ------
    KeyTypeError
        For a value JSON cannot hold, or a key that is not a string.
    InvalidKeyError
        For a key with a dot.
    """
    try:
        return _convert(value)
    except _Refused as refused:
        _raise(refused, where)
    except RecursionError:
        raise KeyTypeError(
            f"{where}: nested too deeply, or it contains itself; state points and documents hold "
            "trees of a few hundred levels at most"
        ) from None


def to_plain_mapping(value: Any, where: str) -> dict[str, Any]:
    """Return `to_plain` of something that must be a mapping."""
    plain = to_plain(value, where)
    if plain.__class__ is not dict:
        raise KeyTypeError(
            f"{where}: {type(value).__name__} is not a mapping of keys to values; "
            'give a dict such as {"a": 0}'
        )
    return plain


def copy_plain(value: Any) -> Any:
    """Return a deep copy of a value made of plain JSON types only."""
    if value.__class__ is dict:
        return {key: copy_plain(item) for key, item in value.items()}
    if value.__class__ is list:
        return [copy_plain(item) for item in value]
    return value


def validate_keys(value: Any) -> list[str]:
    """Return the places of all keys with a dot in a plain value, as dotted text."""
    found: list[str] = []
    _collect_dotted(value, "", found)
    return found


def encode_default(value: Any) -> Any:
    """Serve as ``default`` of a JSON encoder that accepts what `to_plain` accepts."""
    try:
        return _convert_other(value)
    except _Refused as refused:
        raise TypeError(f"{type(value).__name__} is not JSON: {refused.reason}") from None


def _raise(refused: _Refused, where: str) -> NoReturn:
    place = where + "".join(reversed(refused.place))
    raise refused.error(f"{place}: {refused.reason}") from None


def _convert(value: Any) -> Any:
    kind = value.__class__
    if kind in _SCALARS:
        return value
    if kind is dict:
        return _convert_items(value.items())
    if kind is list or kind is tuple:
        return _convert_sequence(value)
    if kind is int:
        return _convert_int(value)
    return _convert_other(value)


def _convert_items(items: Any) -> dict[str, Any]:
    plain = {}
    for key, value in items:
        name = key if key.__class__ is str else _convert_key(key)
        if "." in name:
            raise _Refused(
                InvalidKeyError,
                f"the key {name!r} holds a dot; dots separate nested keys, use a nested mapping "
                "or another character",
            )
        if value.__class__ in _SCALARS:
            plain[name] = value
            continue
        try:
            plain[name] = _convert(value)
        except _Refused as refused:
            refused.place.append(f".{name}")
            raise
    return plain


def _convert_sequence(values: Any) -> list[Any]:
    plain = []
    for index, value in enumerate(values):
        try:
            plain.append(value if value.__class__ in _SCALARS else _convert(value))
        except _Refused as refused:
            refused.place.append(f"[{index}]")
            raise
    return plain


def _convert_key(key: Any) -> str:
    if isinstance(key, str):
        return str.__str__(key)
    raise _Refused(KeyTypeError, f"the key {key!r} is a {type(key).__name__}; keys must be strings")


def _convert_int(value: int) -> int:
    if -_HUGE < value < _HUGE:
        return value
    raise _Refused(KeyTypeError, "int of more than 4300 digits is not JSON; store it as a string")


def _convert_other(value: Any) -> Any:
    """Convert what is not exactly a plain type."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bool):
        return bool(value)
    if isinstance(value, int):
        return _convert_int(int.__int__(value))
    if isinstance(value, float):
        return float.__float__(value)
    if isinstance(value, Enum):
        return _convert(value.value)
    # A value of these libraries can only be there if the library is loaded.
    pathlib = sys.modules.get("pathlib")
    if pathlib is not None and isinstance(value, pathlib.PurePath):
        return value.as_posix()
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, (numpy.generic, numpy.ndarray)):
        return _convert_numpy(value)
    if isinstance(value, Mapping):
        return _convert_items(value.items())
    if isinstance(value, UserString):
        return str(value)
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray, memoryview)):
        return _convert_sequence(value)
    return _convert_object(value)


def _convert_object(value: Any) -> Any:
    kind = type(value)
    if isinstance(value, type):
        raise _refusal(value)
    if is_dataclass(value):
        return _convert_items((field.name, getattr(value, field.name)) for field in fields(value))
    attributes = getattr(kind, "__attrs_attrs__", None)
    if attributes is not None:
        return _convert_items((field.name, getattr(value, field.name)) for field in attributes)
    if hasattr(kind, "model_fields") and hasattr(kind, "model_dump"):
        return _convert_items(value.model_dump().items())
    raise _refusal(value)


def _convert_numpy(value: Any) -> Any:
    kind, size = value.dtype.kind, value.dtype.itemsize
    if kind not in "biufUO" or (kind == "f" and size > 8):
        raise _refusal(value, f"numpy {value.dtype} is not JSON; store it in job.data")
    warnings.warn(
        f"{type(value).__name__} of type {value.dtype} is stored as plain Python values",
        NumpyConversionWarning,
        stacklevel=2,
    )
    plain = value.item() if value.ndim == 0 else value.tolist()
    return _convert(plain)


def _refusal(value: Any, reason: str = "") -> _Refused:
    name = type(value).__name__
    if not reason:
        reason = f"{name} is not JSON; use numbers, strings, booleans, None, lists and mappings"
    if isinstance(value, (bytes, bytearray, memoryview)):
        reason = f"{name} is not JSON; decode it to a string, or store it in job.data or a file"
    return _Refused(KeyTypeError, reason)


def _collect_dotted(value: Any, place: str, found: list[str]) -> None:
    if value.__class__ is dict:
        for key, item in value.items():
            if "." in key:
                found.append(f"{place}[{key!r}]")
            if item.__class__ is dict or item.__class__ is list:
                _collect_dotted(item, f"{place}.{key}", found)
    elif value.__class__ is list:
        for index, item in enumerate(value):
            _collect_dotted(item, f"{place}[{index}]", found)
