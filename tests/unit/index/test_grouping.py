"""Distinct values in order, and the rows that have each (`signac._index.grouping`)."""

import json
import math
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import jsonvalues
from rawcheck import canonical
from signac._index.grouping import KINDS, MAPPING, group

STEADY = settings(derandomize=True, database=None, deadline=None)
HUGE = 10**40
#: What is equal without being the same, and what is the same without being equal.
TWINS = [0, 0.0, -0.0, False, 1, 1.0, True, math.nan, -math.nan, float("nan"), HUGE, float(HUGE)]
#: What a column holds: no mapping that has something in it, only the mark of one.
COLUMN = st.one_of(
    st.sampled_from([*TWINS, None, "", "1", [], [1], [1.0], [True], [[]], {}, MAPPING]),
    jsonvalues.scalars,
    st.lists(jsonvalues.values, max_size=3).map(lambda value: json.loads(json.dumps(value))),
)


def kind_of(value: Any) -> str:
    if value is MAPPING:
        return "mapping"
    if isinstance(value, float) and value != value:
        return "nan"
    names = {type(None): "null", str: "string", list: "list", dict: "empty"}
    return names.get(type(value), "number")


def text_of(value: Any) -> str:
    return "{}" if value is MAPPING else canonical(value)


def naive(values: list[Any]) -> dict[str, dict[str, list[int]]]:
    """Return the rows of each distinct value of each kind, from the definition."""
    found: dict[str, dict[str, list[int]]] = {kind: {} for kind in KINDS}
    for row, value in enumerate(values):
        found[kind_of(value)].setdefault(text_of(value), []).append(row)
    return found


def check(values: list[Any]) -> list[list[Any]]:
    """Compare groups with the definition; return the values of each kind in their order."""
    rows = [3 * number + 5 for number in range(len(values))]
    groups = group(rows, values)
    assert len(groups) == len(KINDS)
    expected = naive(values)
    ordered = []
    for kind, (texts, sizes, of_kind) in zip(KINDS, groups, strict=True):
        assert len(texts) == len(sizes)
        assert sum(sizes) == len(of_kind)
        found, start = {}, 0
        for text, size in zip(texts, sizes, strict=True):
            own = of_kind[start : start + size]
            start += size
            assert own == sorted(own)
            found[canonical(json.loads(text))] = own
        assert len(found) == len(texts), f"{kind}: a value occurs twice in {texts}"
        assert found == {
            canonical(json.loads(text)): [3 * row + 5 for row in own]
            for text, own in expected[kind].items()
        }
        ordered.append([json.loads(text) for text in texts])
    return ordered


@settings(STEADY, max_examples=300)
@given(st.lists(COLUMN, min_size=1, max_size=30))
@example(TWINS * 2)
@example([-0.0, 0.0, False, 0])
@example([0.0, -0.0])
@example([math.nan, float("nan"), 1.0])
@example([math.inf, -math.inf, HUGE, -HUGE, 10**400])
@example(["\ud800", "\U0001f600", "\uffff", "é"])
def test_mixed_columns(values: list[Any]) -> None:
    """Any values of JSON: each distinct one once, with the rows that have it, ascending."""
    check(values)


@pytest.mark.parametrize(
    "strategy",
    [
        st.integers(-3, 3),
        st.integers(),
        st.booleans(),
        st.floats(),
        st.sampled_from([0.0, -0.0, 1.5]),
        st.text(max_size=3),
        st.sampled_from(TWINS),
        st.one_of(st.integers(-2, 2), st.booleans(), st.floats(-2, 2)),
        st.lists(st.sampled_from([0, -0.0, 0.0, True, 1, "a"]), max_size=2),
    ],
    ids=["few", "integers", "bools", "floats", "zeros", "texts", "twins", "numbers", "lists"],
)
def test_columns_of_one_kind(strategy: Any) -> None:
    """The ways taken when all values are alike give the same."""

    @settings(STEADY, max_examples=60)
    @given(st.lists(strategy, min_size=1, max_size=250))
    def compare(values: list[Any]) -> None:
        check(values)

    compare()


@settings(STEADY, max_examples=200)
@given(st.lists(st.one_of(st.sampled_from(TWINS), st.integers(), st.floats()), min_size=1))
def test_numbers_ascend(values: list[Any]) -> None:
    """Numbers ascend exactly, also huge ones; of equal ones booleans come first, floats last."""
    numbers = check(values)[KINDS.index("number")]
    rank = {bool: 0, int: 1, float: 2}
    for left, right in pairwise(numbers):
        assert left <= right
        if left == right:
            order = [(rank[type(v)], math.copysign(1, v)) for v in (left, right)]
            assert order[0] < order[1]


@settings(STEADY, max_examples=200)
@given(st.lists(st.text(st.characters(), max_size=4), min_size=1))
def test_strings_ascend(values: list[str]) -> None:
    """Strings ascend by code points, lone surrogates too."""
    strings = check(values)[KINDS.index("string")]
    assert strings == sorted(set(values))


def test_what_looks_alike_is_apart() -> None:
    """Values that Python takes for equal, in lists too, are kept apart where their types differ."""
    values = [[1], [1.0], [True], [0.0], [-0.0], [0], [False], ["1"], [None], [[]], [{}]]
    values += [[{"a": 1, "b": 2}], [{"a": 1.0, "b": 2}]]
    assert len(check([*values, *values])[KINDS.index("list")]) == len(values)


def test_all_nan_are_one_value() -> None:
    """NaN equals nothing, but is one value, wherever it comes from."""
    several = [math.nan, float("nan"), -math.nan, math.inf - math.inf, json.loads("NaN")]
    nans = check(several)[KINDS.index("nan")]
    assert len(nans) == 1
    assert math.isnan(nans[0])
    lists = [json.loads("[NaN]") for _ in range(3)]
    assert len(check(lists)[KINDS.index("list")]) == 1


@pytest.mark.parametrize("size", [1, 199, 200, 201, 500])
def test_a_late_repetition_is_seen(size: int) -> None:
    """A column whose first values all differ may yet have one twice."""
    check([*range(size), 0])
    check([*map(str, range(size)), "0"])
    check([*(number / 7 for number in range(size)), 0.0])
    check([*range(size), size])
