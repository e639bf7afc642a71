"""Job ids, and what is accepted as a state point."""

import collections
import dataclasses
import datetime
import decimal
import enum
import hashlib
import json
import math
import pathlib
import types
from typing import Any

import numpy as np
import pytest

import signac
from acceptance.support import STATE_POINT, assert_says, job_names, read_json
from signac.errors import InvalidKeyError, KeyTypeError, NumpyConversionWarning
from signac.job import calc_id

VECTORS = [
    ("{}", "99914b932bd37a50b983c5e7c90ae93b"),
    ('{"a": 0}', "9bfd29df07674bc4aa960cf661b5acd2"),
    ('{"a": 0.0}', "81c9d4e753d6d76901b3987454967b84"),
    ('{"a": -0.0}', "82c4fe5379bdb22b61fd92242a68b5b1"),
    ('{"a": 1}', "42b7b4f2921788ea14dac5566e6f06d0"),
    ('{"a": true}', "ffe0ee7a068e54663a3a6f50d74c3e76"),
    ('{"a": null}', "542bac9c870e9cd102c3909922945a4d"),
    ('{"a": "0"}', "c889d5394ad6b70b4a431117476b25c8"),
    ('{"a": 1e+16}', "b858d08d7a33f61d8dff58c38aab414c"),
    ('{"a": 1e+22}', "d3c81b61f63fcc08d33e9e8fa05e6f14"),
    ('{"a": 5e-324}', "822742d92d06d47b73f149737a4e0ffb"),
    ('{"a": 1e-07}', "1a8134bda210df75dc234f81d3701062"),
    ('{"a": NaN}', "95d74f1b7565806cb282d8bc4822d9bf"),
    ('{"a": Infinity}', "76b9506b00fe9763721b8b7bfe3ea498"),
    ('{"a": 1180591620717411303424}', "b5dc17398200be227a57e0e1ced29ba0"),
    (r'{"\u00fc": "\u00e9\ud83d\ude00"}', "a98b203a2628ffa6d8bfb3788fc63291"),
    (r'{"a": "\n\t\u0001\u007f\"\\/"}', "bd766d6d490cd64d6c39fd3ccf970163"),
    (
        '{"a": [{"x": 2, "y": 1}], "b": {"a": 2, "z": 1}}',
        "5b12b52429300821996c2828a7d395d3",
    ),
    ('{"a": [1, 2]}', "a9010b257d79be275851e1f8eed7c46e"),
    ('{"": 1}', "7026b472ce7326d94920614dd9baa070"),
    ('{"A": 1, "B": 3, "a": 2}', "cd50e6a79ee9c616e027539773fbe41d"),
    ('{"a": []}', "010d0a756b05a29de3bfe60ab24f68ce"),
    ('{"a": {}}', "b64d96a034f7bf16cc5658f10c8236b4"),
    (r'{"a": "\ud800"}', "d5a0776147fdef0125c45836d5e29e50"),
]


def refuse(project: Any, statepoint: Any, kinds: Any, *words: str) -> BaseException:
    """Hold that opening refuses, says where, and leaves nothing in the workspace."""
    with pytest.raises(kinds) as caught:
        project.open_job(statepoint)
    assert_says(caught.value, *words)
    assert job_names(project) == set()
    assert len(project) == 0
    return caught.value


@pytest.mark.parametrize(("text", "expected"), VECTORS)
def test_vector(project: Any, text: str, expected: str) -> None:
    """The id is the MD5 of the JSON text with sorted keys, for each vector of the reference."""
    statepoint = json.loads(text)
    assert calc_id(statepoint) == expected
    assert project.open_job(statepoint).id == expected


@pytest.mark.parametrize(("text", "expected"), VECTORS)
def test_vector_on_disk(project: Any, reopen: Any, text: str, expected: str) -> None:
    """An initialised job lies under its id, and a fresh handle by id reads the same state point."""
    statepoint = json.loads(text)
    project.open_job(statepoint).init()
    assert job_names(project) == {expected}
    found = reopen().open_job(id=expected).statepoint()
    assert json.dumps(found) == json.dumps(statepoint)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({"n": {"x": 1, "y": 2}}, {"n": {"y": 2, "x": 1}}),
        ({"l": [{"x": 1, "y": {"p": 1, "q": 2}}]}, {"l": [{"y": {"q": 2, "p": 1}, "x": 1}]}),
        ({"a": (1, 2)}, {"a": [1, 2]}),
        ({"a": ((1,), [2, (3,)])}, {"a": [[1], [2, [3]]]}),
        ({"a": collections.namedtuple("P", "x y")(1, 2)}, {"a": [1, 2]}),
        ({"a": math.nan}, {"a": float("-nan")}),
        (collections.OrderedDict(b=1, a=2), {"a": 2, "b": 1}),
        (collections.defaultdict(int, a=1), {"a": 1}),
    ],
)
def test_same_id(project: Any, first: Any, second: Any) -> None:
    """Key order at any level, and tuple or list, make no difference to the id."""
    assert calc_id(first) == calc_id(second)
    assert project.open_job(first).id == project.open_job(second).id
    assert project.open_job(first) == project.open_job(second)


@pytest.mark.parametrize(
    "values",
    [
        (0, 0.0, -0.0, False, "0"),
        (1, 1.0, True, "1"),
        (10**16, 1e16),
        ("\u00e9", "e\u0301"),
        (None, "null", "None"),
        ([], {}, ""),
        ([1, 2], [2, 1]),
    ],
)
def test_different_ids(project: Any, values: tuple[Any, ...]) -> None:
    """Values that JSON tells apart give different jobs, also where Python calls them equal."""
    assert len({project.open_job({"a": value}).id for value in values}) == len(values)


def test_id_is_plain_md5() -> None:
    """The id can be computed with the standard library alone."""
    statepoint = {"b": [1, {"y": 2, "x": None}], "a": {"é": 1.5}}
    text = json.dumps(statepoint, sort_keys=True).encode()
    assert calc_id(statepoint) == hashlib.md5(text, usedforsecurity=False).hexdigest()


def test_calc_id_of_what_is_too_deep() -> None:
    """`calc_id` refuses what is nested deeper than JSON can follow, and says so."""
    value: Any = 1
    for _ in range(100_000):
        value = [value]
    with pytest.raises(KeyTypeError, match="nested too deeply"):
        calc_id({"a": value})


def test_calc_id_checks_no_keys() -> None:
    """`calc_id` hashes what JSON can encode, without the rules for keys."""
    assert calc_id({1: "x"}) == calc_id({"1": "x"})
    assert len(calc_id({"a.b": 1})) == 32
    assert len(calc_id([1, 2])) == 32


@pytest.mark.parametrize("value", [{1, 2}, object(), 1j])
def test_calc_id_refuses_values(value: Any) -> None:
    """`calc_id` raises `TypeError` for a value that JSON cannot encode."""
    with pytest.raises(TypeError):
        calc_id({"a": value})


def test_calc_id_of_synced_containers(document: Any) -> None:
    """Synced containers are hashed as their plain content."""
    document["n"] = {"b": [1, {"c": 2}], "a": None}
    assert calc_id(document["n"]) == calc_id({"b": [1, {"c": 2}], "a": None})
    assert calc_id({"x": document["n"]["b"]}) == calc_id({"x": [1, {"c": 2}]})


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (np.int8(3), 3),
        (np.int64(3), 3),
        (np.uint32(3), 3),
        (np.bool_(True), True),
        (np.float16(0.5), 0.5),
        (np.float32(0.1), 0.10000000149011612),
        (np.array(7), 7),
        (np.array([1, 2]), [1, 2]),
        (np.array([[1.5], [2.5]]), [[1.5], [2.5]]),
        (np.array([], dtype=int), []),
        (np.array([True, False]), [True, False]),
    ],
)
def test_numpy_value(project: Any, value: Any, plain: Any) -> None:
    """A NumPy number or array counts as its plain value, is stored so, and the conversion warns."""
    with pytest.warns(NumpyConversionWarning):
        job = project.open_job({"a": value})
    with pytest.warns(NumpyConversionWarning):
        assert calc_id({"a": value}) == job.id
    assert job.id == calc_id({"a": plain})


@pytest.mark.filterwarnings("ignore::signac.errors.NumpyConversionWarning")
def test_numpy_value_on_disk(project: Any) -> None:
    """A NumPy value reads back as its plain value."""
    job = project.open_job({"a": np.array([[1, 2]]), "b": np.int32(4)}).init()
    assert job.sp() == {"a": [[1, 2]], "b": 4}
    assert type(job.sp.b) is int
    assert read_json(job.path, STATE_POINT) == {"a": [[1, 2]], "b": 4}


@pytest.mark.parametrize(("value", "plain"), [(np.float64(0.1), 0.1), (np.str_("x"), "x")])
def test_numpy_value_without_warning(project: Any, value: Any, plain: Any) -> None:
    """`float64` and `str_` are floats and strings already: no warning, the same id."""
    assert calc_id({"a": value}) == calc_id({"a": plain})
    assert project.open_job({"a": value}).id == calc_id({"a": plain})


def test_longdouble_is_refused(project: Any) -> None:
    """Extended precision has no JSON form: `ValueError`, naming the place."""
    refuse(project, {"n": {"a": np.longdouble(1)}}, ValueError, "sp.n.a")


ACCEPTED = [
    {},
    {"a": (1, [2, (3,)])},
    {"a": None, "b": math.nan, "c": math.inf, "d": -math.inf},
    {"a": 2**70, "b": -(2**70)},
    {"ü": "é😀", "": 1, "_key": 2, "a b": 3, "a/b": 4, "0": 5, "with": 6, "keys": 7, "__q": 8},
    {"a": {"b": {"c": {"d": [[], {}, [{}]]}}}},
    collections.OrderedDict(b=1, a=2),
    collections.defaultdict(int, a=1),
]


@pytest.mark.parametrize("statepoint", ACCEPTED, ids=repr)
def test_accepted(project: Any, reopen: Any, statepoint: Any) -> None:
    """The state point of a job equals the JSON round trip of what was given, now and later."""
    job = project.open_job(statepoint)
    expected = json.loads(json.dumps(statepoint))
    assert json.dumps(job.statepoint()) == json.dumps(expected)
    job.init()
    assert json.dumps(read_json(job.path, STATE_POINT)) == json.dumps(expected)
    assert json.dumps(reopen().open_job(id=job.id).statepoint()) == json.dumps(expected)


class Number(enum.IntEnum):
    TWO = 2


class Text(enum.StrEnum):
    HOT = "hot"


def test_integer_and_string_enums(project: Any, reopen: Any) -> None:
    """Enums that are ints or strings have the id of their value and read back as plain values."""
    job = project.open_job({"a": Number.TWO, "b": Text.HOT}).init()
    assert job.id == calc_id({"a": 2, "b": "hot"})
    found = reopen().open_job(id=job.id).sp
    assert (type(found.a), type(found.b)) == (int, str)
    assert found() == {"a": 2, "b": "hot"}


@pytest.mark.parametrize(
    ("statepoint", "words"),
    [
        ({"a.b": 1}, ("a.b",)),
        ({"n": {"a.b": 1}}, ("sp.n", "a.b")),
        ({"l": [0, {"m": [{"a.b": 1}]}]}, ("sp.l[1].m[0]", "a.b")),
        ({".": 1}, ()),
        ({"a.": 1}, ("a.",)),
    ],
)
def test_dotted_key_is_refused_at_once(project: Any, statepoint: Any, words: Any) -> None:
    """A dot in a key, at any depth, is an `InvalidKeyError` when the job is opened."""
    error = refuse(project, statepoint, InvalidKeyError, *words)
    assert isinstance(error, ValueError)


@pytest.mark.parametrize(
    ("statepoint", "words"),
    [
        ({1: "x"}, ("int",)),
        ({True: 1}, ("bool",)),
        ({None: 1}, ("None",)),
        ({1.5: 1}, ("float",)),
        ({"a": {1: 2}}, ("sp.a", "int")),
        ({"l": [{}, {2: 3}]}, ("sp.l[1]", "int")),
        ({(1, 2): 1}, ("tuple",)),
        ({b"x": 1}, ("bytes",)),
        ({np.int64(1): 1}, ("int64",)),
        ({"a": 1, 1: 2}, ("int",)),
        ({frozenset(): 1}, ("frozenset",)),
    ],
    ids=repr,
)
def test_key_that_is_no_string_is_refused_at_once(
    project: Any, statepoint: Any, words: Any
) -> None:
    """A key that is not a string, at any depth, is a `KeyTypeError` when the job is opened."""
    error = refuse(project, statepoint, KeyTypeError, *words)
    assert isinstance(error, TypeError)


@pytest.mark.parametrize(
    "value",
    [
        1j,
        b"x",
        bytearray(b"x"),
        memoryview(b"x"),
        {1, 2},
        frozenset({1}),
        decimal.Decimal(1),
        datetime.date(2020, 1, 1),
        datetime.timedelta(1),
        object(),
        len,
        int,
        (x for x in "ab"),
        {}.keys(),
        np.complex128(1j),
        np.datetime64("2020-01-01"),
        np.timedelta64(5, "D"),
        np.bytes_(b"x"),
        np.array([1j]),
        np.array(["2020-01-01"], dtype="datetime64[D]"),
        np.array([object()], dtype=object),
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.filterwarnings("ignore::signac.errors.NumpyConversionWarning")
def test_value_without_json_form_is_refused_at_once(project: Any, value: Any) -> None:
    """A value that JSON cannot hold is a `KeyTypeError` that names its place and its type."""
    error = refuse(project, {"a": [0, 1, {"b": value}]}, KeyTypeError, "sp.a[2].b")
    assert isinstance(error, TypeError)


def test_message_for_a_set(project: Any) -> None:
    """The message gives the place and the type, in the form `sp.a[3].b: set is not JSON`."""
    refuse(project, {"a": [0, 0, 0, {"b": {1}}]}, KeyTypeError, "sp.a[3].b", "set", "JSON")


@pytest.mark.parametrize(
    "statepoint",
    [[1, 2], [], "a", 5, 1.5, object(), [("a", 1)], {1, 2}],
    ids=lambda value: f"{type(value).__name__}",
)
def test_state_point_must_be_a_mapping(project: Any, statepoint: Any) -> None:
    """What is not a mapping of keys to values is refused when the job is opened."""
    refuse(project, statepoint, (TypeError, ValueError))


def test_cyclic_state_point_is_refused(project: Any) -> None:
    """A state point that contains itself is refused clearly, never by a `RecursionError`."""
    cycle: dict[str, Any] = {"a": {}}
    cycle["a"]["back"] = cycle
    refuse(project, cycle, (TypeError, ValueError))
    ring: list[Any] = []
    ring.append(ring)
    refuse(project, {"l": ring}, (TypeError, ValueError))


@pytest.mark.parametrize("depth", [100, 500, 1500, 50_000])
@pytest.mark.parametrize("kind", ["dict", "list"])
def test_deep_nesting(project: Any, reopen: Any, depth: int, kind: str) -> None:
    """Deep nesting either works to the end or is refused at once; there is no `RecursionError`."""
    value: Any = 1
    for _ in range(depth):
        value = {"k": value} if kind == "dict" else [value]
    try:
        job = project.open_job({"a": value})
    except (TypeError, ValueError) as error:
        assert depth > 100
        assert_says(error)
        assert job_names(project) == set()
    else:
        job.init()
        found = reopen().open_job(id=job.id)
        found.sp()
        assert found in project


def test_number_with_thousands_of_digits_is_refused(project: Any) -> None:
    """An integer that Python does not print is refused when the job is opened, naming the place."""
    refuse(project, {"a": {"b": 10**5000}}, ValueError, "sp.a.b")


@pytest.mark.parametrize(
    "wrap",
    [
        collections.UserDict,
        collections.ChainMap,
        types.MappingProxyType,
    ],
)
def test_any_mapping_is_accepted(project: Any, reopen: Any, wrap: Any) -> None:
    """Every Mapping counts as the dict with its items, at the top and nested."""
    inner = {"b": [1, 2]}
    job = project.open_job(wrap({"a": wrap(inner)})).init()
    assert job.id == calc_id({"a": inner})
    assert job.sp() == {"a": inner}
    assert reopen().open_job(id=job.id).sp() == {"a": inner}


@dataclasses.dataclass
class Point:
    x: int
    y: Any = None


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    point: Point
    tags: tuple[str, ...] = ("t",)


def test_dataclass(project: Any) -> None:
    """A dataclass is the mapping of its fields, at the top and nested."""
    assert project.open_job(Point(1, 2.5)).id == calc_id({"x": 1, "y": 2.5})
    job = project.open_job(Frozen(Point(1, [Point(2)]))).init()
    expected = {"point": {"x": 1, "y": [{"x": 2, "y": None}]}, "tags": ["t"]}
    assert job.sp() == expected
    assert job.id == calc_id(expected)


def test_bad_value_in_a_dataclass(project: Any) -> None:
    """The place of a bad value inside a dataclass is named like any other."""
    refuse(project, Frozen(Point(1, {"z": {1}})), KeyTypeError, "sp.point.y.z")


def test_attrs_class(project: Any) -> None:
    """An attrs class is the mapping of its fields, at the top and nested."""
    attrs = pytest.importorskip("attrs")
    inner = attrs.make_class("Inner", ["p"])
    outer = attrs.make_class("Outer", ["x", "inner"])
    job = project.open_job(outer(1, inner([1, 2]))).init()
    assert job.sp() == {"x": 1, "inner": {"p": [1, 2]}}
    assert job.id == calc_id({"x": 1, "inner": {"p": [1, 2]}})


def test_pydantic_model(project: Any) -> None:
    """A pydantic model is the mapping of its fields, at the top and nested."""
    pydantic = pytest.importorskip("pydantic")
    inner = pydantic.create_model("Inner", p=(list[int], ...))
    outer = pydantic.create_model("Outer", x=(float, ...), inner=(inner, ...))
    job = project.open_job(outer(x=1, inner=inner(p=[1, 2]))).init()
    assert job.sp() == {"x": 1.0, "inner": {"p": [1, 2]}}
    assert job.id == calc_id({"x": 1.0, "inner": {"p": [1, 2]}})


class Colour(enum.Enum):
    RED = "red"
    PAIR = (1, 2)
    BAD = frozenset({1})


def test_enum_counts_as_its_value(project: Any) -> None:
    """A plain enum is its value; one whose value JSON cannot hold is refused."""
    job = project.open_job({"a": Colour.RED, "b": [Colour.PAIR]}).init()
    assert job.id == calc_id({"a": "red", "b": [[1, 2]]})
    assert job.sp() == {"a": "red", "b": [[1, 2]]}
    assert read_json(job.path, STATE_POINT) == {"a": "red", "b": [[1, 2]]}


def test_enum_with_a_bad_value_is_refused(project: Any) -> None:
    """An enum whose value JSON cannot hold is refused like that value."""
    refuse(project, {"a": Colour.BAD}, KeyTypeError, "sp.a")


def test_pure_path_counts_as_posix_text(project: Any) -> None:
    """A path is its text with forward slashes, on every system."""
    job = project.open_job(
        {"a": pathlib.PurePosixPath("x/y.txt"), "b": pathlib.PureWindowsPath("x\\y")}
    ).init()
    assert job.id == calc_id({"a": "x/y.txt", "b": "x/y"})
    assert job.sp() == {"a": "x/y.txt", "b": "x/y"}


def test_job_is_no_value(project: Any) -> None:
    """A job is path-like but not converted: it is refused as a value."""
    refuse(project, {"a": project.open_job({"b": 1})}, KeyTypeError, "sp.a")


def test_synced_containers_as_state_point(project: Any) -> None:
    """The state point or document of a job, whole or nested, makes a new independent job."""
    source = project.open_job({"n": {"x": [1]}}).init()
    source.doc.m = {"y": 2}
    copies = [
        project.open_job(source.sp),
        project.open_job(source.doc),
        project.open_job({"s": source.sp.n, "d": source.doc.m}),
    ]
    assert copies[0] == source
    assert copies[1].sp() == {"m": {"y": 2}}
    assert copies[2].sp() == {"s": {"x": [1]}, "d": {"y": 2}}
    copies[1].init().sp.m.y = 3
    assert source.doc.m.y == 2
    source.sp.n.x.append(2)
    assert copies[2].sp() == {"s": {"x": [1]}, "d": {"y": 2}}


def test_caller_keeps_its_own_mapping(project: Any) -> None:
    """What the caller does with its mapping after opening has no effect on the job."""
    statepoint: dict[str, Any] = {"a": {"b": [1]}}
    job = project.open_job(statepoint)
    expected = job.id
    statepoint["a"]["b"].append(2)
    statepoint["c"] = 1
    job.init()
    assert job.id == expected
    assert job.sp() == {"a": {"b": [1]}}
    job.sp.a.b.append(3)
    assert statepoint == {"a": {"b": [1, 2]}, "c": 1}


def test_opening_touches_nothing(project: Any) -> None:
    """Opening a job by its state point leaves the disk as it is."""
    job = project.open_job({"a": 1})
    assert job.id == calc_id({"a": 1})
    assert job.sp() == {"a": 1}
    assert job_names(project) == set()


def test_every_type_of_state_point_value(project: Any) -> None:
    """The state point reads back with the types of JSON, at two levels."""
    values = {"i": 1, "f": 1.5, "b": True, "n": None, "s": "x", "l": [1, "2", None], "d": {"k": 1}}
    job = project.open_job({**values, "nested": values}).init()
    for place in (job.sp, job.sp.nested):
        for key, value in values.items():
            assert place[key] == value
            assert getattr(place, key) == value
            assert key in place
            assert place.get(key) == value
        assert "missing" not in place
        assert place.get("missing") is None
        assert place.get("missing", 7) == 7


def test_state_points_of_two_projects(project: Any, other_project: Any) -> None:
    """The same state point has the same id in every project."""
    assert project.open_job({"a": 1}).id == other_project.open_job({"a": 1}).id


def test_module_level_names() -> None:
    """The width and form of an id are public."""
    from signac.project import JOB_ID_LENGTH, JOB_ID_REGEX

    assert JOB_ID_LENGTH == 32
    assert JOB_ID_REGEX is not None
    assert signac.job.calc_id is calc_id
