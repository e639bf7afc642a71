"""Equality in filters: which stored values a filter value matches (reference, section 15.2)."""

from typing import Any

import numpy as np
import pytest

from acceptance.finding import found, made

NAN = float("nan")
INF = float("inf")
STORED: list[Any] = [
    0,
    1,
    1.0,
    True,
    False,
    0.0,
    1.5,
    INF,
    NAN,
    10**30,
    1e30,
    "1",
    "",
    "abc",
    None,
    [1, 2],
    [1.0, 2],
    [],
    [[1], [2]],
    [{"x": 1}],
    {},
    {"x": 1},
    {"x": {"y": 2}},
    -1,
    2**53 + 1,
    2.0**53,
    "ab\ncd",
    [True, 2],
    -0.0,
]
MISSING = len(STORED)


@pytest.fixture(scope="module")
def values(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Give a project with one job for each stored value, and one without the key."""
    statepoints = [{"a": value} for value in STORED] + [{}]
    return made(tmp_path_factory.mktemp("values") / "project", statepoints)


EQUAL: list[tuple[Any, list[int]]] = [
    (1, [1, 2, 3]),
    (1.0, [1, 2, 3]),
    (True, [1, 2, 3]),
    (0, [0, 4, 5, 28]),
    (0.0, [0, 4, 5, 28]),
    (-0.0, [0, 4, 5, 28]),
    (False, [0, 4, 5, 28]),
    (1.5, [6]),
    (-1, [23]),
    (INF, [7]),
    (-INF, []),
    (1e30, [10]),
    (2.0**53, [25]),
    ("1", [11]),
    ("", [12]),
    ("abc", [13]),
    ("ab", []),
    ("ab\ncd", [26]),
    ("None", []),
    ("true", []),
    (None, [14]),
    ([1, 2], [15, 16, 27]),
    ([1.0, 2], [15, 16, 27]),
    ((1, 2), [15, 16, 27]),
    ([True, 2.0], [15, 16, 27]),
    ([2, 1], []),
    ([1], []),
    ([], [17]),
    ((), [17]),
    ([[1], [2]], [18]),
    (((1,), (2,)), [18]),
    ([{"x": 1}], [19]),
    ([{"x": 2}], []),
    ({"x": 1}, [21]),
    ({"x": 1.0}, [21]),
    ({"x": {"y": 2}}, [22]),
    ({"x": 2}, []),
    ({"y": 1}, []),
    (np.float64(1), [1, 2, 3]),
]


@pytest.mark.parametrize("spelling", ["implicit", "operator", "key"])
@pytest.mark.parametrize(("value", "expected"), EQUAL, ids=lambda x: repr(x)[:30])
def test_equality(values: Any, value: Any, expected: list[int], spelling: str) -> None:
    """A value matches the equal ones, numbers across their types, nothing else; so does `$eq`."""
    query = {
        "implicit": {"a": value},
        "operator": {"a": {"$eq": value}},
        "key": {"a.$eq": value},
    }[spelling]
    assert found(values, query) == expected


def test_nan_matches_nothing(values: Any) -> None:
    """NaN is equal to nothing, not even to a stored NaN."""
    assert found(values, {"a": NAN}) == []
    assert found(values, {"a": {"$eq": NAN}}) == []
    assert found(values, {"a": {"$in": [NAN]}}) == []


def test_a_missing_key_is_not_null(values: Any) -> None:
    """None matches null only; a job without the key is not found by any value."""
    assert found(values, {"a": None}) == [14]
    assert found(values, {"missing": None}) == []
    assert all(MISSING not in found(values, {"a": value}) for value in STORED)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (10**30, [9]),
        (1e30, [10]),
        (2**53 + 1, [24]),
        (2.0**53, [25]),
        (2**53, [25]),
        (10**400, []),
        (-(10**400), []),
    ],
    ids=["10**30", "1e30", "2**53+1", "2.0**53", "2**53", "10**400", "-10**400"],
)
def test_huge_numbers_are_compared_exactly(values: Any, value: Any, expected: list[int]) -> None:
    """Integers are not rounded to floats: `10**30` is not `1e30`, in neither direction."""
    assert found(values, {"a": value}) == expected
    assert found(values, {"a": {"$eq": value}}) == expected
    assert found(values, {"a": {"$in": [value]}}) == expected


def test_huge_integers_are_ordered_exactly(values: Any) -> None:
    """Comparisons of huge integers with floats are exact too."""
    assert found(values, {"a": {"$gt": 2.0**53, "$lt": 1e29}}) == [24]
    assert found(values, {"a": {"$gte": 10**30, "$lt": INF}}) == [9, 10]
    assert found(values, {"a": {"$gt": 10**30, "$lt": INF}}) == [10]
    assert found(values, {"a": {"$lt": 10**400, "$gt": 10**29}}) == [9, 10]
    assert found(values, {"a": {"$gt": 10**400}}) == [7]


def test_integers_beyond_floats_are_found(project: Any, reopen: Any) -> None:
    """An integer that no float can hold is stored, and found by itself only."""
    for number in (10**400, 10**400 + 1, -(10**400)):
        project.open_job({"n": str(number)[-2:], "a": number}).init()
    where = reopen()
    assert found(where, {"a": 10**400}) == ["00"]
    assert found(where, {"a": 10**400 + 1}) == ["01"]
    assert found(where, {"a": {"$gt": 0}}) == ["00", "01"]
    assert found(where, {"a": {"$lt": INF}}) == ["00", "00", "01"]
    assert found(where, {"a": {"$gt": -INF, "$lt": 0.5}}) == ["00"]


def test_an_empty_mapping_matches_an_empty_mapping(values: Any) -> None:
    """`{"a": {}}` matches the jobs whose `a` is an empty mapping, and no others."""
    assert found(values, {"a": {}}) == [20]
    assert found(values, {"a": {"x": {}}}) == []
    assert found(values, {"sp": {"a": {}}}) == [20]
    assert found(values, {"sp.a": {}}) == [20]


@pytest.mark.parametrize("position", [n for n in range(len(STORED)) if n != 8])
def test_a_state_point_is_a_filter_for_its_job(values: Any, position: int) -> None:
    """A whole state point, whatever is in it, finds its job."""
    statepoint = {"n": position, "a": STORED[position]}
    assert found(values, statepoint) == [position]
    job = values.open_job(statepoint)
    assert found(values, job.sp) == [position]
    assert found(values, job.sp()) == [position]
    assert found(values, job.cached_statepoint) == [position]


@pytest.mark.parametrize(
    "value",
    [{1, 2}, range(3), object(), b"x", 1j],
    ids=["set", "range", "object", "bytes", "complex"],
)
@pytest.mark.parametrize("place", ["value", "operator", "list", "nested", "and"])
def test_values_without_json_form_are_refused(values: Any, value: Any, place: str) -> None:
    """Sets, ranges, bytes and other objects in a filter are a `TypeError`."""
    query = {
        "value": {"a": value},
        "operator": {"a": {"$ne": value}},
        "list": {"a": [value]},
        "nested": {"a": {"b": value}},
        "and": {"$and": [{"a": value}]},
    }[place]
    with pytest.raises(TypeError):
        list(values.find_jobs(query))


def test_numpy_integers(values: Any) -> None:
    """A NumPy integer is a `TypeError` or counts as the integer that it is."""
    try:
        answer = found(values, {"a": np.int64(1)})
    except TypeError:
        return
    assert answer == [1, 2, 3]


@pytest.mark.parametrize("key", [1, None, 1.5, True, ("a",), b"a"], ids=repr)
def test_top_level_keys_are_text(values: Any, key: Any) -> None:
    """A top-level key that is no string is a `ValueError`."""
    with pytest.raises(ValueError):
        list(values.find_jobs({key: 1}))


def test_nested_keys_become_text(project: Any) -> None:
    """Nested keys that are no strings are turned into strings, as JSON does."""
    project.open_job({"n": 0, "a": {"1": 5}}).init()
    project.open_job({"n": 1, "a": {"2": 5}}).init()
    assert found(project, {"a": {1: 5}}) == [0]
    assert found(project, {"a": {"1": 5}}) == [0]
    assert found(project, {"a": {3: 5}}) == []


@pytest.mark.parametrize("wrong", [5, 1.5, True, object()], ids=["5", "1.5", "True", "object"])
def test_a_filter_that_is_no_mapping(values: Any, wrong: Any) -> None:
    """A filter of a wrong type is a `ValueError` at once."""
    with pytest.raises(ValueError):
        values.find_jobs(wrong)


@pytest.mark.parametrize("wrong", [[("a",)], ["a", 1], [("a", 0, 1)], ["a"]], ids=repr)
def test_malformed_pairs(values: Any, wrong: Any) -> None:
    """A sequence of other things than pairs is a `ValueError`."""
    with pytest.raises(ValueError):
        list(values.find_jobs(wrong))


def test_pairs(values: Any) -> None:
    """A sequence of pairs is a filter."""
    assert found(values, [("a", 0), ("n", 0)]) == [0]
    assert found(values, (("a", 0),)) == [0, 4, 5, 28]
    assert found(values, [["a", "abc"]]) == [13]
    assert found(values, iter([("a", "abc")])) == [13]


def test_the_filter_is_not_changed(values: Any) -> None:
    """Searching does not change the mapping that was given."""
    query = {"a": {"x": {"y": 2}}, "$not": {"n": {"$in": (1, 2)}}}
    assert found(values, query) == [22]
    assert query == {"a": {"x": {"y": 2}}, "$not": {"n": {"$in": (1, 2)}}}
