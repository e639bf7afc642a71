"""From what programs hand in to plain JSON values, with the place of a bad one.

The rule, for state points and documents alike:

* ``str``, ``int``, ``float``, ``bool``, ``None`` stay; subclasses and enums of them become the
  plain value; any other enum becomes its value.
* mappings, dataclasses, attrs and pydantic objects become ``dict``; keys must be strings without
  a dot.
* lists, tuples and other sequences become ``list``, a ``range`` excepted.
* paths (``PurePath``) become their POSIX text.
* NumPy numbers and arrays become the plain numbers they equal, with a `NumpyConversionWarning`.
* everything else is refused, bytes and ranges included (they would come back as numbers), and
  whatever raises while it is read, changes meanwhile, or is nested too deeply.
"""

from __future__ import annotations

import sys
import warnings
from collections import UserString
from collections.abc import Mapping, Sequence
from enum import Enum
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NoReturn

from signac.errors import InvalidKeyError, KeyTypeError, NumpyConversionWarning

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "MOST_LEVELS",
    "copy_plain",
    "encode_default",
    "find_non_finite",
    "to_plain",
    "to_plain_mapping",
    "validate_keys",
]

#: Nested containers in a state point or document. The released signac stops at 164; Python's own
#: recursion limit of 1,000 leaves room for what walks a tree with three calls for each level.
MOST_LEVELS: Final = 256

_SCALARS: Final = frozenset({str, float, bool, type(None)})
#: Python refuses to print longer integers (``sys.set_int_max_str_digits``), so JSON cannot.
_HUGE: Final = 10**4300
#: Characters of a key, a value or a place that a message shows.
_SHOWN: Final = 60
_LONGEST_PLACE: Final = 200
_TOO_DEEP: Final = (
    f"nested more than {MOST_LEVELS} levels deep, or it contains itself; flatten it, or store it "
    "in a file"
)


class _Refused(Exception):  # never leaves this module
    """A bad value; collects its place from the inside out."""

    def __init__(self, error: type[Exception], reason: str) -> None:
        super().__init__(reason)
        self.error = error
        self.reason = reason
        self.place: list[str] = []


def to_plain(value: Any, where: str | Callable[[], str]) -> Any:
    """Return an independent copy of `value` made of plain JSON types.

    Parameters
    ----------
    value : object
        Anything; it is not changed.
    where : str or callable
        What the value is called in errors, such as ``sp`` or ``doc.a``, or a function that says
        so.

    Raises
    ------
    KeyTypeError
        For a value JSON cannot hold, or a key that is not a string.
    InvalidKeyError
        For a key with a dot.
    """
    try:
        return _convert(value, MOST_LEVELS)
    except Exception as error:
        refused = _at("", value, error)
        if not isinstance(refused, _Refused):
            raise
        _raise(refused, where if isinstance(where, str) else where())


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


def find_non_finite(value: Any) -> str | None:
    """Return place and name of the first NaN or infinity in a plain value, None without one."""
    if type(value) is float:
        return None if value - value == 0 else f": {value!r}"
    items: Any = ()
    if type(value) is dict:
        items = ((_step(key), item) for key, item in value.items())
    elif type(value) is list:
        items = ((f"[{index}]", item) for index, item in enumerate(value))
    for step, item in items:
        found = find_non_finite(item)
        if found is not None:
            return f"{step}{found}"
    return None


def encode_default(value: Any) -> Any:
    """Serve as ``default`` of a JSON encoder that accepts what `to_plain` accepts."""
    try:
        return _convert_other(value, MOST_LEVELS)
    except _Refused as refused:
        raise TypeError(f"{_name_of(value)} is not JSON: {refused.reason}") from None


def _raise(refused: _Refused, where: str) -> NoReturn:
    place = where + "".join(reversed(refused.place))
    if len(place) > _LONGEST_PLACE:
        place = f"{place[: _LONGEST_PLACE // 2]}...{place[-_LONGEST_PLACE // 4 :]}"
    raise refused.error(f"{place}: {refused.reason}") from refused.__cause__


def _at(step: str, value: Any, error: Exception) -> Exception:
    """Return an error with the place of the value it is about; any that is not ours explained."""
    if isinstance(error, (MemoryError, Warning)):
        return error
    if isinstance(error, RecursionError):
        error = _Refused(KeyTypeError, _TOO_DEEP)
    elif not isinstance(error, _Refused):
        reason = f"{type(error).__name__}: {_show(error, str)}"
        refused = _refusal(value, f"{_name_of(value)} cannot be read as a value ({reason})")
        refused.__cause__ = error
        error = refused
    if step:
        error.place.append(step)
    return error


def _convert(value: Any, levels: int) -> Any:
    # Not ``__class__``: an object may lie about that.
    kind = type(value)
    if kind in _SCALARS:
        return value
    if kind is dict:
        return _convert_items(value.items(), levels)
    if kind is list or kind is tuple:
        return _convert_sequence(value, levels)
    if kind is int:
        return _convert_int(value)
    return _convert_other(value, levels)


def _convert_items(items: Any, levels: int) -> dict[str, Any]:
    if not levels:
        raise _Refused(KeyTypeError, _TOO_DEEP)
    plain: dict[str, Any] = {}
    for key, value in items:
        name = key if type(key) is str else _convert_key(key, plain)
        if "." in name:
            raise _Refused(
                InvalidKeyError,
                f"the key {_show(name)} holds a dot; dots separate nested keys, use a nested "
                "mapping or another character",
            )
        if type(value) in _SCALARS:
            plain[name] = value
            continue
        try:
            plain[name] = _convert(value, levels - 1)
        except Exception as error:  # noqa: BLE001  # it may come from the value
            raise _at(_step(name), value, error)  # noqa: B904  # it has its cause
    return plain


def _convert_mapping(value: Any, levels: int) -> dict[str, Any]:
    if isinstance(value, dict):
        return _convert_items(value.items(), levels)
    length = len(value)
    plain = _convert_items(islice(value.items(), length + 1), levels)
    if len(plain) != length:
        raise _unsteady(value)
    return plain


def _convert_sequence(values: Any, levels: int) -> list[Any]:
    if not levels:
        raise _Refused(KeyTypeError, _TOO_DEEP)
    length = len(values)
    plain: list[Any] = []
    for index, value in enumerate(islice(values, length + 1)):
        if type(value) in _SCALARS:
            plain.append(value)
            continue
        try:
            plain.append(_convert(value, levels - 1))
        except Exception as error:  # noqa: BLE001  # it may come from the value
            raise _at(f"[{index}]", value, error)  # noqa: B904  # it has its cause
    if len(plain) != length or len(values) != length:
        raise _unsteady(values)
    return plain


def _convert_key(key: Any, known: dict[str, Any]) -> str:
    if isinstance(key, str):
        name = str.__str__(key)
        if name in known:
            raise _Refused(KeyTypeError, f"the key {_show(name)} is there twice")
        return name
    reason = f"the key {_show(key)} is a {_name_of(key)}; keys must be strings"
    raise _Refused(KeyTypeError, reason)


def _convert_int(value: int) -> int:
    if -_HUGE < value < _HUGE:
        return value
    raise _Refused(KeyTypeError, "int of more than 4300 digits is not JSON; store it as a string")


def _convert_other(value: Any, levels: int) -> Any:
    """Convert what is not exactly a plain type."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return _convert_int(int.__int__(value))
    if isinstance(value, float):
        return float.__float__(value)
    if isinstance(value, Enum):
        return _convert(value.value, levels)
    # A value of these libraries can only be there if the library is loaded.
    pathlib = sys.modules.get("pathlib")
    if pathlib is not None and isinstance(value, pathlib.PurePath):
        return value.as_posix()
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, (numpy.generic, numpy.ndarray)):
        return _convert_numpy(value, levels)
    if isinstance(value, Mapping):
        return _convert_mapping(value, levels)
    if isinstance(value, UserString):
        return str.__str__(value.data)
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray, memoryview, range)):
        return _convert_sequence(value, levels)
    return _convert_object(value, levels)


def _convert_object(value: Any, levels: int) -> Any:
    kind = type(value)
    if isinstance(value, type):
        raise _refusal(value)
    if hasattr(kind, "__dataclass_fields__"):
        from dataclasses import fields  # 3 ms, needed by those who have it already

        names = [field.name for field in fields(value)]
        return _convert_items(((name, getattr(value, name)) for name in names), levels)
    attributes = getattr(kind, "__attrs_attrs__", None)
    if attributes is not None:
        names = [field.name for field in attributes]
        return _convert_items(((name, getattr(value, name)) for name in names), levels)
    if hasattr(kind, "model_fields") and hasattr(kind, "model_dump"):
        return _convert_items(value.model_dump().items(), levels)
    raise _refusal(value)


def _convert_numpy(value: Any, levels: int) -> Any:
    kind, size = value.dtype.kind, value.dtype.itemsize
    if kind not in "biufUO" or (kind == "f" and size > 8):
        raise _refusal(value, f"numpy {_show(value.dtype, str)} is not JSON; store it in job.data")
    warnings.warn(
        f"{type(value).__name__} of type {value.dtype} is stored as plain Python values",
        NumpyConversionWarning,
        stacklevel=2,
    )
    plain = value.tolist()
    if plain is value:
        raise _Refused(KeyTypeError, _TOO_DEEP)
    return _convert(plain, levels)


def _refusal(value: Any, reason: str = "") -> _Refused:
    name = _name_of(value)
    if not reason:
        reason = f"{name} is not JSON; use numbers, strings, booleans, None, lists and mappings"
        if isinstance(value, (bytes, bytearray, memoryview)):
            reason = f"{name} is not JSON; decode it to a string, or store it in job.data or a file"
        elif isinstance(value, range):
            reason = f"{name} is not JSON; write list({value!r})"
    return _Refused(KeyTypeError, reason)


def _unsteady(value: Any) -> _Refused:
    reason = "changed while it was read, or has another length than it says; give a copy of it"
    return _Refused(KeyTypeError, f"{_name_of(value)} {reason}")


def _step(name: str) -> str:
    """Return the step to a key as a message shows it."""
    if len(name) <= _SHOWN and name.isprintable() and name:
        return f".{name}"
    return f"[{_show(name)}]"


def _show(value: Any, form: Any = repr) -> str:
    """Return a short text for a value that may be anything."""
    try:
        text = str.__str__(form(value))
    except Exception:  # noqa: BLE001  # the message is about another fault
        return f"<{_name_of(value)}>"
    text = text if text.isprintable() else ascii(text)[1:-1]
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _name_of(value: Any) -> str:
    return str(type.__dict__["__name__"].__get__(type(value)))


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
