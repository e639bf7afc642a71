"""The meaning of a tree, and how values are looked up."""

import copy
import pickle
from typing import Any

import pytest

from signac._query.ast import MISSING, And, Key, Not, Or, iter_tests
from signac._query.ast import Test as Condition
from signac._query.evaluate import holds, look_up, matches
from signac._query.parse import parse_filter

DATA = {"a": 1, "n": {"b": {"c": 2}, "": 3}, "l": [{"b": 1}], "s": "text", "none": None, "": 4}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ((), DATA),
        (("a",), 1),
        (("n", "b"), {"c": 2}),
        (("n", "b", "c"), 2),
        (("n", ""), 3),
        (("",), 4),
        (("none",), None),
        (("x",), MISSING),
        (("a", "b"), MISSING),
        (("n", "b", "c", "d"), MISSING),
        (("l", "0"), MISSING),
        (("l", "b"), MISSING),
        (("s", "0"), MISSING),
        (("none", "a"), MISSING),
    ],
)
def test_look_up(path: tuple[str, ...], value: Any) -> None:
    """A path leads through mappings only; anything else on the way means that it is missing."""
    found = look_up(DATA, path)
    assert found is value if value is MISSING else found == value


def test_missing_is_one() -> None:
    """What is missing stays itself in copies and pickles, and is not None."""
    for found in (copy.deepcopy(MISSING), pickle.loads(pickle.dumps(MISSING))):
        assert found is MISSING
    assert MISSING is not None
    assert repr(MISSING) == "MISSING"


def test_conditions_ask_their_own_side() -> None:
    """A key of the document is looked up there and nowhere else."""
    query = parse_filter({"a": 1, "doc.a": 2})
    assert matches(query, {"a": 1}, {"a": 2})
    assert not matches(query, {"a": 2}, {"a": 1})
    assert not matches(query, {"a": 1, "doc": {"a": 2}}, {})


def test_logic() -> None:
    """And, Or and Not are those of logic; without parts, all hold and none does."""
    yes, no = (parse_filter({"a": value}) for value in (1, 2))
    cases = [
        (And(()), True),
        (Or(()), False),
        (And((yes, yes)), True),
        (And((yes, no)), False),
        (Or((no, yes)), True),
        (Or((no, no)), False),
        (Not(no), True),
        (Not(And((yes,))), False),
    ]
    for query, expected in cases:
        assert matches(query, {"a": 1}, {}) is expected, query


def test_nodes_are_frozen_and_equal_by_content() -> None:
    """Nodes cannot be changed; two of the same content are equal, whatever functions they hold."""
    one, two = (parse_filter({"$not": {"a.$lt": 1}}) for _ in range(2))
    assert one == two
    assert hash(one) == hash(two)
    assert one != parse_filter({"$not": {"a.$lt": 2}})
    assert repr(one) == (
        "Not(part=Test(key=Key(namespace='sp', path=('a',)), operator='lt', argument=1))"
    )
    with pytest.raises(AttributeError):
        one.part = two  # type: ignore[misc,union-attr]


def test_conditions_are_listed_from_left_to_right() -> None:
    """All conditions of a tree are found, in the order they were written."""
    query = parse_filter({"a": 1, "$or": [{"b": 1}, {"$not": {"doc.c": 1}}], "d": 1})
    assert [str(test.key) for test in iter_tests(query)] == ["sp.a", "sp.b", "doc.c", "sp.d"]


def test_presence_is_decided_without_the_value() -> None:
    """`$exists` never asks the predicate."""

    def never(_: Any) -> bool:
        raise AssertionError

    for wanted in (True, False):
        test = Condition(Key("sp", ("a",)), "exists", wanted, never)
        assert holds(test, {"a": 1}) is wanted
        assert holds(test, {}) is not wanted
