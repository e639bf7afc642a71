"""Odd values as data: what each is, and what becomes of it in a state point and in a document.

Each `Case` has a name, a factory and an answer. The factory is called anew for each use, since
some of the values can be read only once, or change while they are read. The same file is imported
in the environment of the released peer, so it uses the standard library, numpy and pandas only;
`attrs` and `pydantic` are imported by the factories that need them.
"""

import array
import collections
import datetime
import decimal
import fractions
import functools
import ipaddress
import math
import pathlib
import re
import sys
import threading
import types
import uuid
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy
import pandas

from badvalues.odd import (
    AllEqual,
    Anything,
    Bits,
    Broken,
    Chameleon,
    Colour,
    Dotted,
    Endless,
    EndlessRow,
    Frozen,
    Half,
    IntBits,
    Lazy,
    Miscopied,
    Missing,
    NoItems,
    NotPairs,
    Number,
    OtherItems,
    Pairs,
    Plain,
    Point,
    Real,
    Row,
    Silent,
    Text,
    Unclassed,
    Uncopied,
    Unequal,
    Untruthful,
    Whole,
    Word,
    changing,
    cyclic,
    make_attrs,
    make_pydantic,
    masked,
    shrinking,
)

#: How deep a value may be nested, the state point or document itself included.
MOST_LEVELS = 256
#: Levels around a value where `placed` puts it.
AROUND = 3


class Stored(NamedTuple):
    """The value is accepted and becomes this JSON text.

    `peer` says what the released signac does with it in a state point: ``same``, or ``refuses``.
    `warns` tells that a `NumpyConversionWarning` is given.
    """

    text: str
    rule: str
    peer: str = "same"
    warns: bool = False


class Refused(NamedTuple):
    """The value is refused with this class of error, at this place, for this reason."""

    error: str
    where: str
    reason: str
    rule: str


class Case(NamedTuple):
    """One odd value; a `whole` one is the state point or document itself."""

    name: str
    make: Callable[[], Any]
    answer: Stored | Refused
    whole: bool = False


def placed(value: Any) -> dict[str, Any]:
    """Return a state point that holds a value in the depth, at ``n[1].v``."""
    return {"ok": 1, "n": [0, {"v": value}]}


def given(case: Case) -> Any:
    """Return the state point of a case."""
    value = case.make()
    return value if case.whole else placed(value)


def stored_text(case: Case) -> str:
    """Return the JSON text of the state point of an accepted case."""
    assert isinstance(case.answer, Stored)
    text = case.answer.text
    return text if case.whole else f'{{"ok": 1, "n": [0, {{"v": {text}}}]}}'


@functools.cache
def nested(depth: int, kind: str) -> Any:
    """Return containers within containers; a depth of 1 is one empty container.

    The same object each time: nothing may change what it is given.
    """
    value: Any = {} if kind == "mapping" else []
    for _ in range(depth - 1):
        value = {"k": value} if kind == "mapping" else [value]
    return value


def nested_text(depth: int, kind: str) -> str:
    """Return the JSON text of `nested`."""
    if kind == "mapping":
        return '{"k": ' * (depth - 1) + "{}" + "}" * (depth - 1)
    return "[" * depth + "]" * depth


_PLAIN = "a plain value"
_SEQUENCE = "sequences become lists"
_MAPPING = "mappings become dictionaries"
_SUBCLASS = "subclasses become the plain value"
_ENUM = "enumerations become their value"
_FIELDS = "objects with fields become dictionaries"
_PATH = "paths become text"
_NUMPY = "NumPy values become plain numbers"
_KEY = "keys are strings"
_DOT = "keys have no dots"
_DEPTH = "256 levels"
_DIGITS = "4300 digits"
_BYTES = "no bytes"
_OTHER = "nothing else"
_HOSTILE = "what raises is refused"
_TOP = "a mapping at the top"

K, DOTTED, NOT = "KeyTypeError", "InvalidKeyError", "is not JSON"


def _ok(name: str, make: Callable[[], Any], text: str, rule: str, **more: Any) -> Case:
    return Case(name, make, Stored(text, rule, **more))


def _no(
    name: str, make: Callable[[], Any], reason: str = NOT, rule: str = _OTHER, **more: Any
) -> Case:
    error, where = more.get("error", K), more.get("where", "")
    return Case(name, make, Refused(error, where, reason, rule), more.get("whole", False))


PLAIN = [
    _ok("none", lambda: None, "null", _PLAIN),
    _ok("true", lambda: True, "true", _PLAIN),
    _ok("one", lambda: 1, "1", _PLAIN),
    _ok("one-point-zero", lambda: 1.0, "1.0", _PLAIN),
    _ok("text-one", lambda: "1", '"1"', _PLAIN),
    _ok("nan", lambda: math.nan, "NaN", _PLAIN),
    _ok("infinity", lambda: math.inf, "Infinity", _PLAIN),
    _ok("minus-infinity", lambda: -math.inf, "-Infinity", _PLAIN),
    _ok("minus-zero", lambda: -0.0, "-0.0", _PLAIN),
    _ok("subnormal", lambda: 5e-324, "5e-324", _PLAIN),
    _ok("largest-float", lambda: sys.float_info.max, "1.7976931348623157e+308", _PLAIN),
    _ok("beyond-64-bits", lambda: 2**64, "18446744073709551616", _PLAIN),
    _ok("4300-digits", lambda: 10**4299, "1" + "0" * 4299, _DIGITS),
    _ok("empty-text", lambda: "", '""', _PLAIN),
    _ok("huge-text", lambda: "x" * 2_000_000, '"' + "x" * 2_000_000 + '"', _PLAIN),
    _ok("nul-in-text", lambda: "a\0b", '"a\\u0000b"', _PLAIN),
    _ok("control-characters", lambda: "\n\x1b[31m\x7f", '"\\n\\u001b[31m\\u007f"', _PLAIN),
    _ok("lone-surrogate", lambda: "\ud800", '"\\ud800"', _PLAIN),
    _ok("reversed-surrogates", lambda: "\udc00\ud800", '"\\udc00\\ud800"', _PLAIN),
    _ok("not-a-character", lambda: "\uffff\U0010ffff", '"\\uffff\\udbff\\udfff"', _PLAIN),
    _ok("right-to-left", lambda: "\u202eabc", '"\\u202eabc"', _PLAIN),
    _ok("decomposed", lambda: "e\u0301", '"e\\u0301"', _PLAIN),
    _ok("empty-list", list, "[]", _PLAIN),
    _ok("empty-mapping", dict, "{}", _PLAIN),
    _ok("long-list", lambda: [0] * 50_000, "[" + ", ".join(["0"] * 50_000) + "]", _PLAIN),
    _ok("shared-list", lambda: [[1]] * 3, "[[1], [1], [1]]", _PLAIN),
    _ok("operator-as-text", lambda: "$where", '"$where"', _PLAIN),
]

SEQUENCES = [
    _ok("tuple", lambda: (1, (2, [3])), "[1, [2, [3]]]", _SEQUENCE),
    _ok("empty-tuple", tuple, "[]", _SEQUENCE),
    _ok("named-tuple", lambda: Point(1, {"z": (2,)}), '[1, {"z": [2]}]', _SEQUENCE),
    _ok("struct-sequence", lambda: sys.version_info[:2], f"[3, {sys.version_info[1]}]", _SEQUENCE),
    _ok("deque", lambda: collections.deque([1, 2]), "[1, 2]", _SEQUENCE, peer="refuses"),
    _ok("user-list", lambda: collections.UserList([1]), "[1]", _SEQUENCE, peer="refuses"),
    _ok("array-module", lambda: array.array("i", [1, 2]), "[1, 2]", _SEQUENCE, peer="refuses"),
    _ok("own-sequence", lambda: Row([1, "b"]), '[1, "b"]', _SEQUENCE, peer="refuses"),
    _ok("list-subclass", lambda: type("L", (list,), {})([1]), "[1]", _SEQUENCE),
    _no("range", lambda: range(3), "list(range(0, 3))", _OTHER),
    _no("slice", lambda: slice(1)),
]

MAPPINGS = [
    _ok("ordered-dict", lambda: collections.OrderedDict(b=1, a=2), '{"b": 1, "a": 2}', _MAPPING),
    _ok("default-dict", lambda: collections.defaultdict(list, a=[1]), '{"a": [1]}', _MAPPING),
    _ok("counter", lambda: collections.Counter("ccd"), '{"c": 2, "d": 1}', _MAPPING),
    _ok("user-dict", lambda: collections.UserDict(a=1), '{"a": 1}', _MAPPING, peer="refuses"),
    _ok(
        "chain-map",
        lambda: collections.ChainMap({"a": 1}, {"a": 2}),
        '{"a": 1}',
        _MAPPING,
        peer="refuses",
    ),
    _ok(
        "mapping-proxy",
        lambda: types.MappingProxyType({"a": (1,)}),
        '{"a": [1]}',
        _MAPPING,
        peer="refuses",
    ),
    _ok("own-mapping", lambda: Pairs([("a", 1)]), '{"a": 1}', _MAPPING, peer="refuses"),
    _ok("mapping-with-default", lambda: Missing(a=2), '{"a": 2}', _MAPPING),
    _ok("uncopied-mapping", lambda: Uncopied(a=1), '{"a": 1}', _MAPPING, peer="refuses"),
    _ok("unequal-mapping", lambda: Unequal(a=1), '{"a": 1}', _MAPPING),
    _ok("all-equal-mapping", lambda: AllEqual(a=1), '{"a": 1}', _MAPPING),
    _no("dictionary-keys", {"a": 1}.keys),
    _no("dictionary-values", {"a": 1}.values),
    _no("dictionary-items", {"a": 1}.items),
]

SUBCLASSES = [
    _ok("own-text", lambda: Text("true"), '"true"', _SUBCLASS),
    _ok("own-whole-number", lambda: Whole(5), "5", _SUBCLASS),
    _ok("own-real-number", lambda: Real(2.5), "2.5", _SUBCLASS),
    _ok("user-string", lambda: collections.UserString("ab"), '"ab"', _SUBCLASS, peer="refuses"),
    _ok("int-enum", lambda: Number.ONE, "1", _ENUM),
    _ok("str-enum", lambda: Word.A, '"a"', _ENUM),
    _ok("float-enum", lambda: Half.HALF, "0.5", _ENUM),
    _ok("int-flag", lambda: IntBits.X | IntBits.Y, "3", _ENUM),
    _ok("enum", lambda: Colour.RED, '"red"', _ENUM, peer="refuses"),
    _ok("enum-of-containers", lambda: Colour.NESTED, '[1, {"a": 2}]', _ENUM, peer="refuses"),
    _ok("flag", lambda: Bits.X | Bits.Y, "3", _ENUM, peer="refuses"),
    _no("enum-of-object", lambda: Colour.BAD, "object is not JSON"),
    _no("enum-class", lambda: Colour),
]

FIELDS = [
    _ok("dataclass", lambda: Plain(1, (2,)), '{"x": 1, "y": [2]}', _FIELDS, peer="refuses"),
    _ok("frozen-dataclass", lambda: Frozen(1), '{"x": 1}', _FIELDS, peer="refuses"),
    _ok("attrs", make_attrs, '{"x": [1, 2]}', _FIELDS, peer="refuses"),
    _ok("pydantic", make_pydantic, '{"x": 1}', _FIELDS, peer="refuses"),
    _no("dataclass-of-set", lambda: Plain(1, {2}), "set is not JSON", where=".y"),
    _no(
        "dataclass-with-property", lambda: Dotted({"a.b": 1}), "dot", _DOT, error=DOTTED, where=".x"
    ),
    _no("dataclass-without-value", lambda: Lazy(1), "AttributeError", _HOSTILE),
    _no("dataclass-class", lambda: Plain),
    _no("broken-dataclass", Broken, "cannot be read", _HOSTILE),
    _no("cyclic-dataclass", lambda: cyclic("dataclass"), "256 levels", _DEPTH, where=".up"),
]

PATHS = [
    _ok("path", lambda: pathlib.Path("a/b"), '"a/b"', _PATH, peer="refuses"),
    _ok("windows-path", lambda: pathlib.PureWindowsPath("a\\b"), '"a/b"', _PATH, peer="refuses"),
]

NUMPY = [
    _ok("int64", lambda: numpy.int64(1), "1", _NUMPY, warns=True),
    _ok("uint64", lambda: numpy.uint64(2**64 - 1), "18446744073709551615", _NUMPY, warns=True),
    _ok("float64", lambda: numpy.float64(0.1), "0.1", _NUMPY),
    _ok("float32", lambda: numpy.float32(0.1), "0.10000000149011612", _NUMPY, warns=True),
    _ok("float16", lambda: numpy.float16(0.1), "0.0999755859375", _NUMPY, warns=True),
    _ok("float64-nan", lambda: numpy.float64("nan"), "NaN", _NUMPY),
    _ok("float32-infinity", lambda: numpy.float32("inf"), "Infinity", _NUMPY, warns=True),
    _ok("numpy-bool", lambda: numpy.bool_(True), "true", _NUMPY, warns=True),
    _ok("numpy-str", lambda: numpy.str_("ab"), '"ab"', _NUMPY),
    _ok("array", lambda: numpy.arange(3), "[0, 1, 2]", _NUMPY, warns=True),
    _ok("array-2d", lambda: numpy.eye(2), "[[1.0, 0.0], [0.0, 1.0]]", _NUMPY, warns=True),
    _ok("array-0d", lambda: numpy.array(7), "7", _NUMPY, warns=True),
    _ok("array-empty", lambda: numpy.empty((0, 3)), "[]", _NUMPY, warns=True),
    _ok("array-one", lambda: numpy.array([5]), "[5]", _NUMPY, warns=True),
    _ok("array-text", lambda: numpy.array(["a", "bc"]), '["a", "bc"]', _NUMPY, warns=True),
    _ok("array-bool", lambda: numpy.array([True]), "[true]", _NUMPY, warns=True),
    _ok("array-big-endian", lambda: numpy.array([1], dtype=">i4"), "[1]", _NUMPY, warns=True),
    _ok(
        "array-object",
        lambda: numpy.array([1, "a", None], dtype=object),
        '[1, "a", null]',
        _NUMPY,
        warns=True,
    ),
    _ok("array-masked", masked, "[1, null, 3]", _NUMPY, warns=True),
    _ok("masked", lambda: numpy.ma.masked, "null", _NUMPY, warns=True),
    _ok("matrix", lambda: numpy.asmatrix([[1, 2]]), "[[1, 2]]", _NUMPY, peer="refuses", warns=True),
    _ok("array-nan", lambda: numpy.array([numpy.nan]), "[NaN]", _NUMPY, warns=True),
    _no("longdouble", lambda: numpy.longdouble(1), "numpy", _NUMPY),
    _no("array-longdouble", lambda: numpy.ones(2, dtype=numpy.longdouble), "numpy", _NUMPY),
    _no("complex64", lambda: numpy.complex64(1j), "numpy", _NUMPY),
    _no("array-complex", lambda: numpy.array([1j]), "numpy", _NUMPY),
    _no("datetime64", lambda: numpy.datetime64("2020-01-01"), "numpy", _NUMPY),
    _no("not-a-time", lambda: numpy.datetime64("NaT"), "numpy", _NUMPY),
    _no("timedelta64", lambda: numpy.timedelta64(5, "D"), "numpy", _NUMPY),
    _no("array-datetime64", lambda: numpy.array(["2020"], dtype="M8[Y]"), "numpy", _NUMPY),
    _no("numpy-bytes", lambda: numpy.bytes_(b"x"), "numpy", _BYTES),
    _no("array-bytes", lambda: numpy.array([b"x"]), "numpy", _BYTES),
    _no("void", lambda: numpy.void(b"abc"), "numpy", _NUMPY),
    _no("array-structured", lambda: numpy.zeros(1, dtype="i4,f8"), "numpy", _NUMPY),
    _no("record", lambda: numpy.zeros(1, dtype="i4,f8")[0], "numpy", _NUMPY),
    _no("recarray", lambda: numpy.rec.array([(1, 2.0)]), "numpy", _NUMPY),
    _no(
        "array-object-set",
        lambda: numpy.array([1, {2}], dtype=object),
        "set is not JSON",
        where="[1]",
    ),
    _no("array-object-itself", lambda: cyclic("array"), "256 levels", _DEPTH),
    _no("dtype", lambda: numpy.dtype("f8")),
    _no("numpy-class", lambda: numpy.float64),
    _no("numpy-function", lambda: numpy.sin),
    _no("numpy-generator", lambda: numpy.random.default_rng(1)),
    _no("numpy-iterator", lambda: numpy.nditer(numpy.arange(2))),
]

PANDAS = [
    _no("timestamp", lambda: pandas.Timestamp("2020-01-01")),
    _no("pandas-timedelta", lambda: pandas.Timedelta("1D")),
    _no("pandas-na", lambda: pandas.NA),
    _no("pandas-not-a-time", lambda: pandas.NaT),
    _no("interval", lambda: pandas.Interval(0, 1)),
    _no("period", lambda: pandas.Period("2020")),
    _no("series", lambda: pandas.Series([1, 2])),
    _no("index", lambda: pandas.Index([1, 2])),
    _no("data-frame", lambda: pandas.DataFrame({"a": [1]})),
    _no("categorical", lambda: pandas.Categorical(["a"])),
    _no("pandas-array", lambda: pandas.array([1, None])),
]

BYTES = [
    _no("bytes", lambda: b"x", "decode it", _BYTES),
    _no("bytearray", lambda: bytearray(b"x"), "decode it", _BYTES),
    _no("memoryview", lambda: memoryview(b"x"), "decode it", _BYTES),
    _no("bytes-in-tuple", lambda: (1, b"x"), "decode it", _BYTES, where="[1]"),
]

OTHERS = [
    _no("set", lambda: {1}),
    _no("frozenset", lambda: frozenset([1])),
    _no("complex", lambda: 1j),
    _no("decimal", lambda: decimal.Decimal("0.1")),
    _no("fraction", lambda: fractions.Fraction(1, 3)),
    _no("datetime", lambda: datetime.datetime(2020, 1, 1)),
    _no("date", lambda: datetime.date(2020, 1, 1)),
    _no("time", lambda: datetime.time(1)),
    _no("timedelta", lambda: datetime.timedelta(1)),
    _no("timezone", lambda: datetime.UTC),
    _no("uuid", lambda: uuid.UUID(int=1)),
    _no("ip-address", lambda: ipaddress.ip_address("127.0.0.1")),
    _no("pattern", lambda: re.compile("a")),
    _no("generator", lambda: (x for x in "ab")),
    _no("iterator", lambda: iter([1])),
    _no("zip", lambda: zip("a", "b", strict=True)),
    _no("map", lambda: map(str, [1])),
    _no("enumerate", lambda: enumerate("a")),
    _no("class", lambda: int),
    _no("function", lambda: given),
    _no("lambda", lambda: lambda x: x),
    _no("builtin", lambda: len),
    _no("method", lambda: [].append),
    _no("module", lambda: math),
    _no("ellipsis", lambda: ...),
    _no("not-implemented", lambda: NotImplemented),
    _no("object", object),
    _no("exception", lambda: ValueError("x")),
    _no("namespace", lambda: types.SimpleNamespace(a=1)),
    _no("generic-alias", lambda: list[int]),
    _no("union", lambda: int | None),
    _no("lock", threading.Lock),
    _no("file", lambda: sys.__stdout__),
    _no("code", lambda: given.__code__),
    _no("type-variable", lambda: Any),
    _no("set-in-depth", lambda: [0, {"b": ({1},)}], "set is not JSON", where="[1].b[0]"),
]

KEYS = [
    _ok("empty-key", lambda: {"": 1}, '{"": 1}', _KEY),
    _ok("spaces-in-key", lambda: {" a b ": 1}, '{" a b ": 1}', _KEY),
    _ok("slash-in-key", lambda: {"../a": 1} and {"/a/b": 1}, '{"/a/b": 1}', _KEY),
    _ok("nul-in-key", lambda: {"a\0b": 1}, '{"a\\u0000b": 1}', _KEY),
    _ok("newline-in-key", lambda: {"a\nb": 1}, '{"a\\nb": 1}', _KEY),
    _ok("operator-as-key", lambda: {"$gt": 1}, '{"$gt": 1}', _KEY),
    _ok("dunder-key", lambda: {"__class__": 1}, '{"__class__": 1}', _KEY),
    _ok("init-key", lambda: {"__init__": {"__dict__": 1}}, '{"__init__": {"__dict__": 1}}', _KEY),
    _ok("method-key", lambda: {"items": 1, "get": 2}, '{"items": 1, "get": 2}', _KEY),
    _ok("reserved-key", lambda: {"sp": 1, "doc": 2}, '{"sp": 1, "doc": 2}', _KEY),
    _ok("number-as-key", lambda: {"1": 1, "-0": 2}, '{"1": 1, "-0": 2}', _KEY),
    _ok("long-key", lambda: {"k" * 300: 1}, '{"%s": 1}' % ("k" * 300), _KEY),
    _ok("huge-key", lambda: {"k" * 100_000: 1}, '{"%s": 1}' % ("k" * 100_000), _KEY),
    _ok("surrogate-key", lambda: {"\udcff": 1}, '{"\\udcff": 1}', _KEY),
    _ok("unicode-key", lambda: {"\u03c1\U0001f600": 1}, '{"\\u03c1\\ud83d\\ude00": 1}', _KEY),
    _ok("str-subclass-key", lambda: {Text("k"): 1}, '{"k": 1}', _KEY),
    _ok("str-enum-key", lambda: {Word.A: 1}, '{"a": 1}', _KEY),
    _ok("numpy-str-key", lambda: {numpy.str_("a"): 1}, '{"a": 1}', _KEY),
    _no("int-key", lambda: {1: 2}, "the key 1 is a int", _KEY),
    _no("bool-key", lambda: {True: 2}, "the key True is a bool", _KEY),
    _no("none-key", lambda: {None: 2}, "the key None is a NoneType", _KEY),
    _no("float-key", lambda: {1.5: 2}, "the key 1.5 is a float", _KEY),
    _no("nan-key", lambda: {math.nan: 2}, "the key nan is a float", _KEY),
    _no("tuple-key", lambda: {(1, 2): 3}, "the key (1, 2) is a tuple", _KEY),
    _no("bytes-key", lambda: {b"a": 1}, "the key b'a' is a bytes", _KEY),
    _no("numpy-key", lambda: {numpy.int64(1): 2}, "is a int64", _KEY),
    _no("enum-key", lambda: {Colour.RED: 1}, "is a Colour", _KEY),
    _no("int-enum-key", lambda: {Number.ONE: 1}, "is a Number", _KEY),
    _no("mixed-keys", lambda: {"a": 1, 2: 3}, "the key 2 is a int", _KEY),
    _no("keys-of-one-text", lambda: {"1": 1, 1: 2}, "the key 1 is a int", _KEY),
    _no("key-without-repr", lambda: {Silent(): 1}, "is a Silent", _KEY),
    _no("key-of-5000-digits", lambda: {10**5000: 1}, "is a int", _KEY),
    _no("huge-bad-key", lambda: {("x" * 100_000,): 1}, "is a tuple", _KEY),
    _no("user-string-key", lambda: {collections.UserString("a"): 1}, "is a UserString", _KEY),
    _no("dot-in-key", lambda: {"a.b": 1}, "'a.b' holds a dot", _DOT, error=DOTTED),
    _no("dot-as-key", lambda: {".": 1}, "'.' holds a dot", _DOT, error=DOTTED),
    _no("dots-in-huge-key", lambda: {"x." * 50_000: 1}, "holds a dot", _DOT, error=DOTTED),
    _no("dot-behind-subclass", lambda: {Text("a.b"): 1}, "'a.b' holds a dot", _DOT, error=DOTTED),
    _no("dot-in-depth", lambda: [{"a": {"b.c": 1}}], "'b.c'", _DOT, error=DOTTED, where="[0].a"),
    _no("set-below-odd-key", lambda: {"a\nb": {1}}, "set", where="['a\\nb']"),
    _no("set-below-empty-key", lambda: {"": {1}}, "set", where="['']"),
    _no("set-below-surrogate", lambda: {"\ud800": {1}}, "set", where="['\\ud800']"),
    _no("keys-that-collide", lambda: Pairs([("a", 1), (Text("a"), 2)]), "twice", _KEY),
]

#: The value lies below three containers.
_FITS = MOST_LEVELS - AROUND

DEPTH = [
    _ok(
        "deepest-mappings",
        lambda: nested(_FITS, "mapping"),
        nested_text(_FITS, "mapping"),
        _DEPTH,
        peer="refuses",
    ),
    _ok(
        "deepest-lists",
        lambda: nested(_FITS, "list"),
        nested_text(_FITS, "list"),
        _DEPTH,
        peer="refuses",
    ),
    _ok("150-mappings", lambda: nested(150, "mapping"), nested_text(150, "mapping"), _DEPTH),
    *(
        _no(f"{depth}-{kind}s", lambda d=depth, k=kind: nested(d, k), "256 levels", _DEPTH)
        for depth in (_FITS + 1, 400, 500, 900, 990, 5_000, 100_000)
        for kind in ("mapping", "list")
    ),
    *(
        _no(f"cyclic-{kind}", lambda k=kind: cyclic(k), "256 levels", _DEPTH)
        for kind in ("list", "mapping", "tuple", "user-dict")
    ),
    _no("4301-digits", lambda: 10**4300, "4300 digits", _DIGITS),
    _no("minus-5000-digits", lambda: -(10**5000), "4300 digits", _DIGITS),
    _no("own-5000-digits", lambda: Whole(10**5000), "4300 digits", _DIGITS),
]

HOSTILE = [
    _no("raises-always", Untruthful),
    _no("repr-raises", Silent),
    _no("says-it-is-a-dict", lambda: Chameleon(dict), "cannot be read", _HOSTILE),
    _no("says-it-is-a-str", lambda: Chameleon(str), "cannot be read", _HOSTILE),
    _no("says-it-is-none", lambda: Chameleon(type(None))),
    _no("says-it-is-a-list", lambda: Chameleon(list), "cannot be read", _HOSTILE),
    _no("says-it-is-an-int", lambda: Chameleon(int), "cannot be read", _HOSTILE),
    _no("says-it-is-a-float", lambda: Chameleon(float), "cannot be read", _HOSTILE),
    _no("says-it-is-a-bool", lambda: Chameleon(bool), "cannot be read", _HOSTILE),
    _no("says-it-is-an-array", lambda: Chameleon(numpy.ndarray), "cannot be read", _HOSTILE),
    _no("class-raises", Unclassed, "cannot be read", _HOSTILE),
    _no("has-every-attribute", Anything),
    _no("iteration-raises", lambda: NoItems([("a", 1)]), "not today", _HOSTILE),
    _no("items-are-no-pairs", lambda: NotPairs([("a", 1)]), "cannot be read", _HOSTILE),
    _no("length-raises", lambda: Row([1], ValueError("none")), "ValueError: none", _HOSTILE),
    _no("item-raises", lambda: Row([1, OSError("gone")]), "gone", _HOSTILE),
    _no("length-too-large", lambda: Row([1, 2], 3), "changed", _HOSTILE),
    _no("length-too-small", lambda: Row([1, 2, 3], 1), "changed", _HOSTILE),
    _no("endless-sequence", EndlessRow, "changed", _HOSTILE),
    _no("endless-mapping", Endless, "changed", _HOSTILE),
    _no("mapping-length-lies", lambda: Pairs([("a", 1)], 7), "changed", _HOSTILE),
    _no("mapping-length-raises", lambda: Pairs([("a", 1)], KeyError("x")), "KeyError", _HOSTILE),
    _no("grows-while-read", changing, "changed", _HOSTILE),
    _no("shrinks-while-read", shrinking, "changed", _HOSTILE),
    _ok("shows-other-items", lambda: OtherItems(held=2), '{"shown": 1}', _MAPPING),
    _ok("copies-to-another", lambda: Miscopied(a=1), '{"a": 1}', _MAPPING, peer="other"),
]


def _top(name: str, make: Callable[[], Any], reason: str = "is not a mapping") -> Case:
    return Case(name, make, Refused(K, "", reason, _TOP), whole=True)


WHOLE = [
    Case("top-empty", dict, Stored("{}", _TOP), whole=True),
    Case(
        "top-user-dict",
        lambda: collections.UserDict(a=1),
        Stored('{"a": 1}', _TOP, "refuses"),
        whole=True,
    ),
    Case(
        "top-proxy",
        lambda: types.MappingProxyType({"a": 1}),
        Stored('{"a": 1}', _TOP, "refuses"),
        whole=True,
    ),
    Case(
        "top-dataclass",
        lambda: Plain(1),
        Stored('{"x": 1, "y": null}', _TOP, "refuses"),
        whole=True,
    ),
    Case("top-empty-key", lambda: {"": 1}, Stored('{"": 1}', _TOP), whole=True),
    Case("top-uncopied", lambda: Uncopied(a=1), Stored('{"a": 1}', _TOP, "refuses"), whole=True),
    Case("top-all-equal", lambda: AllEqual(a=(1,)), Stored('{"a": [1]}', _TOP), whole=True),
    Case("top-int-key", lambda: {1: 2}, Refused(K, "", "the key 1 is a int", _KEY), whole=True),
    Case("top-dot", lambda: {"x.y": 1}, Refused(DOTTED, "", "holds a dot", _DOT), whole=True),
    Case(
        "top-cyclic",
        lambda: cyclic("mapping"),
        Refused(K, ".again.and", "256 levels", _DEPTH),
        whole=True,
    ),
    Case(
        "top-deep",
        lambda: nested(257, "mapping"),
        Refused(K, ".k.k", "256 levels", _DEPTH),
        whole=True,
    ),
    Case(
        "top-deepest",
        lambda: nested(256, "mapping"),
        Stored(nested_text(256, "mapping"), _DEPTH, "refuses"),
        whole=True,
    ),
    _top("top-list", lambda: [1]),
    _top("top-empty-list", list),
    _top("top-tuple", lambda: ("a", 1)),
    _top("top-pairs", lambda: [("a", 1)]),
    _top("top-text", lambda: "a"),
    _top("top-empty-text", str),
    _top("top-number", lambda: 5),
    _top("top-nan", lambda: math.nan),
    _top("top-true", lambda: True),
    _top("top-array", lambda: numpy.arange(2)),
    _top("top-enum", lambda: Colour.RED),
    _top("top-path", lambda: pathlib.Path("a")),
    _top("top-bytes", lambda: b"x", "decode it"),
    _top("top-set", lambda: {1}, NOT),
    _top("top-object", object, NOT),
    _top("top-class", lambda: dict, NOT),
    _top("top-series", lambda: pandas.Series({"a": 1}), NOT),
    _top("top-generator", lambda: (pair for pair in [("a", 1)]), NOT),
]

CASES: tuple[Case, ...] = (
    *PLAIN,
    *SEQUENCES,
    *MAPPINGS,
    *SUBCLASSES,
    *FIELDS,
    *PATHS,
    *NUMPY,
    *PANDAS,
    *BYTES,
    *OTHERS,
    *KEYS,
    *DEPTH,
    *HOSTILE,
    *WHOLE,
)
ACCEPTED = tuple(case for case in CASES if isinstance(case.answer, Stored))
REFUSED = tuple(case for case in CASES if isinstance(case.answer, Refused))
