"""State points that programs get wrong, or that are right and unusual: as data.

Each is a function, because some can be used only once.
"""

import array
import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import ipaddress
import pathlib
import types
import uuid
from collections.abc import Callable
from typing import Any, Final

import numpy as np

__all__ = ["ODD"]

StatepointMaker = Callable[[], Any]


class _Color(enum.Enum):
    RED = "red"


class _Count(enum.IntEnum):
    ONE = 1


class _Flag(enum.Flag):
    UP = 1


class _Word(str):
    __slots__ = ()


class _Integer(int):
    pass


class _Float(float):
    pass


class _Plain:
    def __init__(self) -> None:
        self.x = 1


class _Silent:
    def __repr__(self) -> str:
        raise RuntimeError("no repr")


class _Uncopyable:
    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        raise TypeError("not to be copied")


_Point = collections.namedtuple("_Point", "x y")


@dataclasses.dataclass
class _Fields:
    a: int = 1


class _Raising(dict[str, Any]):
    def items(self) -> Any:
        raise OSError("items() of this mapping fails")


def _cyclic_dict() -> dict[str, Any]:
    value: dict[str, Any] = {}
    value["a"] = {"inner": value}
    return value


def _cyclic_list() -> dict[str, Any]:
    value: list[Any] = [1]
    value.append(value)
    return {"a": value}


def _nested(depth: int, *, lists: bool = False) -> dict[str, Any]:
    value: Any = 1
    for _ in range(depth):
        value = [value] if lists else {"k": value}
    return {"a": value}


def _shared() -> dict[str, Any]:
    part = {"x": 1}
    return {"a": part, "b": part, "c": [part, part]}


ODD: Final[dict[str, StatepointMaker]] = {
    # Keys.
    "key with a dot": lambda: {"a.b": 1},
    "nested key with a dot": lambda: {"a": {"b.c": 1}},
    "key with a dot in a list": lambda: {"a": [{"b.c": 1}]},
    "key that is a dot": lambda: {".": 1},
    "key that ends with a dot": lambda: {"a.": 1},
    "empty key": lambda: {"": 1},
    "nested empty key": lambda: {"a": {"": 1}},
    "key of spaces": lambda: {" ": 1},
    "key with a slash": lambda: {"a/b": 1},
    "key with a backslash": lambda: {"a\\b": 1},
    "key with a newline": lambda: {"a\nb": 1},
    "key with NUL": lambda: {"a\0b": 1},
    "key with an escape sequence": lambda: {"\x1b[31ma": 1},
    "key with a dollar": lambda: {"$a": 1},
    "key like an operator": lambda: {"a": {"$gt": 1}},
    "key like a namespace": lambda: {"sp": 1, "doc": 2},
    "key like a nested namespace": lambda: {"sp": {"a": 1}},
    "key of two underscores": lambda: {"__class__": 1},
    "key with an underscore": lambda: {"_data": 1},
    "keys like methods": lambda: {"keys": 1, "items": 2, "update": 3, "save": 4, "clear": 5},
    "key like a keyword": lambda: {"class": 1, "None": 2},
    "key of 10,000 characters": lambda: {"k" * 10_000: 1},
    "key composed": lambda: {"caf\u00e9": 1},
    "key decomposed": lambda: {"cafe\u0301": 1},
    "key of an emoji": lambda: {"\U0001f600": 1},
    "key with a lone surrogate": lambda: {"\ud800": 1},
    "key written from the right": lambda: {"\u202eabc": 1},
    "key int": lambda: {1: "x"},
    "key float": lambda: {1.5: "x"},
    "key bool": lambda: {True: "x"},
    "key None": lambda: {None: "x"},
    "key NaN": lambda: {float("nan"): "x"},
    "nested key int": lambda: {"a": {1: 2}},
    "key int in a list": lambda: {"a": [{1: 2}]},
    "key tuple": lambda: {(1, 2): "x"},
    "key bytes": lambda: {b"a": 1},
    "key object": lambda: {_Plain(): 1},
    "key NumPy int": lambda: {np.int64(1): 1},
    "key enum": lambda: {_Color.RED: 1},
    "key enum of str": lambda: {_Word("w"): 1},
    "keys of mixed types": lambda: {"a": 1, 1: 2},
    "keys that collide as text": lambda: {"1": "a", 1: "b"},
    # Numbers.
    "NaN": lambda: {"a": float("nan")},
    "NaN in a list": lambda: {"a": [1, float("nan")]},
    "infinity": lambda: {"a": float("inf")},
    "minus infinity": lambda: {"a": float("-inf")},
    "minus zero": lambda: {"a": -0.0},
    "smallest float": lambda: {"a": 5e-324},
    "largest float": lambda: {"a": 1.7976931348623157e308},
    "float of 17 digits": lambda: {"a": 0.1 + 0.2},
    "int beyond 64 bits": lambda: {"a": 2**200},
    "int beyond floats": lambda: {"a": 10**400},
    "int of 4,300 digits": lambda: {"a": 10**4299},
    "int of 5,000 digits": lambda: {"a": 10**5000},
    "minus int of 5,000 digits in a list": lambda: {"a": [-(10**5000)]},
    "bool": lambda: {"a": True},
    "None": lambda: {"a": None},
    "complex": lambda: {"a": 1j},
    "Decimal": lambda: {"a": decimal.Decimal("1.1")},
    "Fraction": lambda: {"a": fractions.Fraction(1, 3)},
    "subclass of int": lambda: {"a": _Integer(3)},
    "subclass of float": lambda: {"a": _Float(3.5)},
    "IntEnum": lambda: {"a": _Count.ONE},
    "Enum": lambda: {"a": _Color.RED},
    "Flag": lambda: {"a": _Flag.UP},
    "NumPy int64": lambda: {"a": np.int64(3)},
    "NumPy uint8": lambda: {"a": np.uint8(3)},
    "NumPy float32": lambda: {"a": np.float32(0.1)},
    "NumPy float64": lambda: {"a": np.float64(0.1)},
    "NumPy bool": lambda: {"a": np.bool_(True)},
    "NumPy longdouble": lambda: {"a": np.longdouble(1)},
    "NumPy complex": lambda: {"a": np.complex128(1j)},
    "NumPy NaN": lambda: {"a": np.float64("nan")},
    "NumPy datetime": lambda: {"a": np.datetime64("2020-01-01")},
    # Text.
    "empty text": lambda: {"a": ""},
    "text with NUL": lambda: {"a": "x\0y"},
    "text with an escape sequence": lambda: {"a": "\x1b]0;title\x07"},
    "text with a lone surrogate": lambda: {"a": "\udcff"},
    "text of a million characters": lambda: {"a": "x" * 1_000_000},
    "text of markup": lambda: {"a": "<script>alert(1)</script>"},
    "text like a path": lambda: {"a": "../../etc/passwd"},
    "text with braces": lambda: {"a": "{auto}{0.__class__}"},
    "subclass of str": lambda: {"a": _Word("w")},
    "NumPy str": lambda: {"a": np.str_("w")},
    "UserString": lambda: {"a": collections.UserString("w")},
    "bytes": lambda: {"a": b"x"},
    "bytearray": lambda: {"a": bytearray(b"x")},
    "memoryview": lambda: {"a": memoryview(b"x")},
    "NumPy bytes": lambda: {"a": np.bytes_(b"x")},
    # Sequences.
    "empty list": lambda: {"a": []},
    "tuple": lambda: {"a": (1, 2)},
    "named tuple": lambda: {"a": _Point(1, 2)},
    "list of unlike elements": lambda: {"a": [1, "1", None, True, [], {}]},
    "set": lambda: {"a": {1, 2}},
    "frozenset": lambda: {"a": frozenset((1, 2))},
    "range": lambda: {"a": range(3)},
    "generator": lambda: {"a": (n for n in range(3))},
    "iterator": lambda: {"a": iter([1, 2])},
    "deque": lambda: {"a": collections.deque((1, 2))},
    "array": lambda: {"a": array.array("d", (1, 2))},
    "NumPy array": lambda: {"a": np.arange(3)},
    "NumPy array of no dimension": lambda: {"a": np.array(3)},
    "NumPy array of no elements": lambda: {"a": np.zeros((0, 3))},
    "NumPy array of objects": lambda: {"a": np.array([object()], dtype=object)},
    "NumPy record": lambda: {"a": np.zeros(1, dtype=[("x", "f8"), ("y", "i4")])},
    "views of a dict": lambda: {"a": {"x": 1}.keys()},
    "set in a list": lambda: {"a": [1, {2}]},
    # Mappings.
    "empty state point": dict,
    "empty mapping": lambda: {"a": {}},
    "OrderedDict": lambda: collections.OrderedDict(b=1, a=2),
    "defaultdict": lambda: collections.defaultdict(list, a=[1]),
    "Counter": lambda: {"a": collections.Counter("aab")},
    "ChainMap": lambda: collections.ChainMap({"a": 1}, {"b": 2}),
    "UserDict": lambda: collections.UserDict(a=1),
    "MappingProxyType": lambda: types.MappingProxyType({"a": 1}),
    "nested MappingProxyType": lambda: {"a": types.MappingProxyType({"b": 1})},
    "SimpleNamespace": lambda: {"a": types.SimpleNamespace(x=1)},
    "dataclass": lambda: {"a": _Fields()},
    "mapping that fails": lambda: _Raising(a=1),
    "one mapping several times": _shared,
    "1,000 keys": lambda: {f"k{number}": number for number in range(1_000)},
    # Other objects.
    "object": lambda: {"a": object()},
    "object with attributes": lambda: {"a": _Plain()},
    "object that cannot be shown": lambda: {"a": _Silent()},
    "object that cannot be copied": lambda: {"a": _Uncopyable()},
    "class": lambda: {"a": int},
    "function": lambda: {"a": len},
    "lambda": lambda: {"a": lambda x: x},
    "module": lambda: {"a": decimal},
    "Ellipsis": lambda: {"a": ...},
    "exception": lambda: {"a": ValueError("x")},
    "slice": lambda: {"a": slice(1, 2)},
    "Path": lambda: {"a": pathlib.Path("x/y")},
    "date": lambda: {"a": datetime.date(2020, 1, 1)},
    "datetime": lambda: {"a": datetime.datetime(2020, 1, 1)},
    "timedelta": lambda: {"a": datetime.timedelta(1)},
    "UUID": lambda: {"a": uuid.UUID(int=1)},
    "IP address": lambda: {"a": ipaddress.ip_address("127.0.0.1")},
    "open file": lambda: {"a": open(__file__, "rb")},  # noqa: SIM115
    # Depth.
    "nesting of 100 mappings": lambda: _nested(100),
    "nesting of 500 mappings": lambda: _nested(500),
    "nesting of 500 lists": lambda: _nested(500, lists=True),
    "nesting of 2,000 mappings": lambda: _nested(2_000),
    "nesting of 100,000 lists": lambda: _nested(100_000, lists=True),
    "mapping in itself": _cyclic_dict,
    "list in itself": _cyclic_list,
    # Not a mapping.
    "list as a state point": lambda: [1, 2],
    "pairs as a state point": lambda: [("a", 1)],
    "text as a state point": lambda: "a",
    "int as a state point": lambda: 5,
    "bool as a state point": lambda: True,
    "set as a state point": lambda: {"a"},
}
