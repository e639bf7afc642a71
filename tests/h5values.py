"""The table of values that go into an HDF5 store, and what comes back, for us and for the peer.

This module also runs in the environment of the peer, as a program: `h5values.py store FILE` stores
every value with the library it finds, `h5values.py look FILE` describes what is in the file.
"""

import array
import collections
import datetime
import decimal
import enum
import json
import sys
import warnings
from typing import Any

import h5py
import numpy

import signac

try:
    import pandas
except ImportError:  # an extra: its rows are left out below
    pandas = None


class Level(enum.IntEnum):
    LOW = 3


class Text(str):
    __slots__ = ()


class Plain(numpy.ndarray):
    pass


Pair = collections.namedtuple("Pair", "x y")

NAMES = {
    "array": array,
    "collections": collections,
    "datetime": datetime,
    "decimal": decimal,
    "h5py": h5py,
    "np": numpy,
    "pd": pandas,
    "Level": Level,
    "Text": Text,
    "Plain": Plain,
    "Pair": Pair,
}

UNOFFICIAL = "UserWarning"

#: Expression, what reading gives (or the builtin class that storing raises), warning on storing.
VALUES: list[tuple[str, str, str]] = [
    ("1", "int64 1", ""),
    ("-2**63", "int64 -9223372036854775808", ""),
    ("2**63", "uint64 9223372036854775808", ""),
    ("2**64 - 1", "uint64 18446744073709551615", ""),
    ("2**64", "TypeError", ""),
    ("-2**63 - 1", "TypeError", ""),
    ("True", "bool True", ""),
    ("1.5", "float64 1.5", ""),
    ("float('nan')", "float64 nan", ""),
    ("float('-inf')", "float64 -inf", ""),
    ("-0.0", "float64 -0.0", ""),
    ("'text'", "str 'text'", ""),
    ("''", "str ''", ""),
    ("'\\u00e9\\U0001f600'", "str 'é😀'", ""),
    ("'a\\0b'", "ValueError", ""),
    ("'\\ud800'", "UnicodeEncodeError", ""),
    ("b'ab\\0c'", "bytes_ b'ab\\x00c'", ""),
    ("b'ab\\0\\0'", "bytes_ b'ab'", ""),
    ("b''", "bytes_ b''", ""),
    ("None", "NoneType None", ""),
    ("1 + 2j", "complex128 (1+2j)", UNOFFICIAL),
    ("{}", "group []", ""),
    ("{'x': {'y': 1}}", "group ['x']", ""),
    ("collections.UserDict(a=1, b=2)", "group ['a', 'b']", ""),
    ("{'l': [1, 2]}", "group ['l']", UNOFFICIAL),
    ("{'dots.are.fine': 1}", "group ['dots.are.fine']", ""),
    ("{'x/y': 1, 'z': 2}", "group ['x', 'z']", ""),
    ("{1: 2}", "TypeError", ""),
    ("{'': 2}", "ValueError", ""),
    ("{'a': object()}", "TypeError", ""),
    ("np.arange(3)", "array int64 (3,) [0, 1, 2]", ""),
    ("np.arange(6, dtype='f4').reshape(2, 3).T", "array float32 (3, 2)", ""),
    ("np.array([1, 2], dtype='>i2')", "array >i2 (2,) [1, 2]", ""),
    ("np.array([True, False])", "array bool (2,) [True, False]", ""),
    ("np.array([1 + 1j])", "array complex128 (1,)", ""),
    ("np.array([b'a', b'bc'])", "array |S2 (2,) [b'a', b'bc']", ""),
    ("np.array([b'ab'], dtype='V2')", "array |V2 (1,)", ""),
    ("np.zeros(2, dtype=[('a', 'i4'), ('b', 'S3')])", "array [('a', '<i4'), ('b', 'S3')] (2,)", ""),
    ("np.array(['a', 'b'], dtype=object)", "array object (2,) [b'a', b'b']", ""),
    ("np.array([])", "array float64 (0,) []", ""),
    ("np.zeros((0, 3), dtype='i4')", "array int32 (0, 3) []", ""),
    ("np.array(5)", "int64 5", ""),
    ("np.float64(0.5)", "float64 0.5", ""),
    ("np.float16(1.5)", "float16 1.5", ""),
    ("np.longdouble(0.25)", "longdouble 0.25", ""),
    ("np.uint8(7)", "uint8 7", ""),
    ("np.bool_(True)", "bool True", ""),
    ("np.complex64(1)", "complex64 (1+0j)", ""),
    ("np.bytes_(b'xy')", "bytes_ b'xy'", ""),
    ("np.void(b'abc')", "void", ""),
    ("np.array((1, 2.0), dtype='i4,f8')", "void", ""),
    ("np.arange(3).view(Plain)", "array int64 (3,) [0, 1, 2]", UNOFFICIAL),
    ("np.ma.array([1, 2], mask=[0, 1])", "array int64 (2,) [1, 2]", UNOFFICIAL),
    ("np.array(['a'])", "TypeError", ""),
    ("np.str_('x')", "TypeError", ""),
    ("np.datetime64('2020-01-01')", "TypeError", ""),
    ("np.array([1, None], dtype=object)", "TypeError", ""),
    ("array.array('d', [1.0, 2.0])", "array float64 (2,) [1.0, 2.0]", ""),
    ("array.array('B', [1, 2])", "array uint8 (2,) [1, 2]", ""),
    ("[1, 2]", "array int64 (2,) [1, 2]", UNOFFICIAL),
    ("(1.0, 2)", "array float64 (2,) [1.0, 2.0]", UNOFFICIAL),
    ("[]", "array float64 (0,) []", UNOFFICIAL),
    ("range(3)", "array int64 (3,) [0, 1, 2]", UNOFFICIAL),
    ("['a', 'bc']", "array object (2,) [b'a', b'bc']", UNOFFICIAL),
    ("bytearray(b'ab')", "array uint8 (2,) [97, 98]", UNOFFICIAL),
    ("memoryview(b'ab')", "array uint8 (2,) [97, 98]", UNOFFICIAL),
    ("Pair(1, 2)", "array int64 (2,) [1, 2]", UNOFFICIAL),
    ("h5py.Empty('i4')", "NoneType None", UNOFFICIAL),
    ("[[1], [1, 2]]", "ValueError", ""),
    ("[1, 'a']", "TypeError", ""),
    ("[None]", "TypeError", ""),
    ("{1, 2}", "TypeError", ""),
    ("object()", "TypeError", ""),
    ("decimal.Decimal(1)", "TypeError", ""),
    ("datetime.datetime(2020, 1, 1)", "TypeError", ""),
    ("Level.LOW", "int64 3", ""),
    ("Text('x')", "TypeError", ""),
    ("pd.DataFrame({'a': [1, 2], 'b': ['x', 'y']})", "DataFrame (2, 2)", ""),
    ("pd.Series([1.0, 2.0], name='q')", "Series (2,)", ""),
    ("pd.DataFrame()", "DataFrame (0, 0)", ""),
    ("{'table': pd.DataFrame({'a': [1]})}", "group ['table']", ""),
    ("pd.Index([1])", "TypeError", ""),
    ("pd.Timestamp('2020')", "TypeError", ""),
    ("pd.DataFrame({'a': pd.Categorical(['x'])})", "NotImplementedError", ""),
]
if pandas is None:
    VALUES = [row for row in VALUES if "pd." not in row[0]]


def evaluate(expression: str) -> Any:
    return eval(expression, dict(NAMES))


def describe(value: Any) -> str:
    """Say what was read: type and content of scalars, dtype, shape and short content of arrays."""
    if isinstance(value, h5py.Dataset):
        text = f"array {value.dtype} {value.shape}"
        short = value.dtype.kind in "iubfSO" and value.ndim == 1
        return f"{text} {value[()].tolist()}" if short or not value.size else text
    if type(value).__module__.partition(".")[0] == "pandas":
        return f"{type(value).__name__} {value.shape}"
    if hasattr(value, "keys"):
        return f"group {list(value)}"
    if isinstance(value, numpy.void):
        return "void"
    plain = value.item() if isinstance(value, numpy.generic) else value
    name = "bool" if isinstance(value, numpy.bool_) else type(value).__name__  # NumPy 1: bool_
    return f"{name} {plain if isinstance(plain, numpy.longdouble) else repr(plain)}"


def try_to_store(store: Any, key: str, expression: str) -> list[str]:
    """Store a value; return what reading it gives, or the class that storing it raised."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            store[key] = evaluate(expression)
        except Exception as error:
            return [first_builtin(error), "" if key not in store else "left something behind"]
    with store:
        found = describe(store[key])
    return [found, " ".join(sorted({one.category.__name__ for one in caught}))]


def first_builtin(error: BaseException) -> str:
    """Name the class that a program written for the peer would catch."""
    kinds = type(error).__mro__
    names = [kind.__name__ for kind in kinds if kind.__module__ == "builtins"]
    return "TypeError" if "TypeError" in names else names[0]


def look(path: str) -> dict[str, str]:
    """Describe everything in a file."""
    found = {}
    with signac.H5Store(path) as store:
        for key in store:
            try:
                found[key] = describe(store[key])
            except (AttributeError, OSError):  # half of a table that the peer refused
                found[key] = "unreadable"
    return found


if __name__ == "__main__":
    what, filename = sys.argv[1:]
    if what == "store":
        target = signac.H5Store(filename)
        answer: Any = [
            try_to_store(target, f"k{number:03}", expression)
            for number, (expression, _, _) in enumerate(VALUES)
        ]
    else:
        answer = look(filename)
    print(json.dumps(answer))
