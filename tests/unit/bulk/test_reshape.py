"""What a change makes of one state point, and in which order jobs take each other's ids."""

import itertools
import random
from typing import Any

import pytest

from signac._bulk.order import order_steps
from signac._bulk.reshape import UnfitError, changed_keys, parse_change, reshape
from signac.errors import InvalidInputError


def change(statepoint: Any, **what: Any) -> Any:
    """Return the state point after a change."""
    parts = {"add": None, "rename": None, "remove": (), "compute": None, **what}
    return reshape(parse_change(**parts), statepoint)


CASES: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ({"a": 1}, {"add": {"b": [1, {"c": None}]}}, {"a": 1, "b": [1, {"c": None}]}),
    ({"a": 1}, {"add": {"a": 2}}, {"a": 1}),
    ({"a": None}, {"add": {"a": 2}}, {"a": None}),
    ({}, {"add": {"a.b.c": 1}}, {"a": {"b": {"c": 1}}}),
    ({"a": {"x": 0}}, {"add": {"a.b": 1}}, {"a": {"x": 0, "b": 1}}),
    ({"a": 1}, {"rename": {"a": "b"}}, {"b": 1}),
    ({"c": 1}, {"rename": {"a": "b"}}, {"c": 1}),
    ({"a": 1, "b": 2}, {"rename": {"a": "b", "b": "a"}}, {"b": 1, "a": 2}),
    ({"a": {"b": 1}}, {"rename": {"a.b": "b"}}, {"a": {}, "b": 1}),
    ({"a": 1}, {"rename": {"a": "a.value"}}, {"a": {"value": 1}}),
    ({"a": {"b": 1}}, {"rename": {"a": "c.d"}}, {"c": {"d": {"b": 1}}}),
    ({"a": 1, "b": 2}, {"remove": ["a", "x", "b.c"]}, {"b": 2}),
    ({"a": {"b": 1, "c": 2}}, {"remove": "a.b"}, {"a": {"c": 2}}),
    ({"a": 1, "b": 2}, {"remove": ["b"], "rename": {"a": "b"}}, {"b": 1}),
    ({"a": 1}, {"rename": {"a": "b"}, "add": {"a": 5}}, {"b": 1, "a": 5}),
    ({"a": 2}, {"compute": lambda sp: {"twice": 2 * sp["a"]}}, {"twice": 4}),
    (
        {"a": 2},
        {"compute": {"a": lambda sp: sp["a"] + 1, "b": lambda sp: sp["a"]}},
        {"a": 3, "b": 2},
    ),
    (
        {"a": 2},
        {"rename": {"a": "b"}, "compute": {"c.d": lambda sp: sp["b"]}},
        {"b": 2, "c": {"d": 2}},
    ),
    ({"a": 1}, {"compute": {"a": lambda sp: (1, 2)}}, {"a": [1, 2]}),
]


@pytest.mark.parametrize(("before", "what", "after"), CASES)
def test_reshape(before: Any, what: Any, after: Any) -> None:
    """Keys are removed, renamed, added, computed, in this order; the old state point stays."""
    kept = repr(before)
    assert change(before, **what) == after
    assert repr(before) == kept


def raising(statepoint: dict[str, Any]) -> Any:
    raise KeyError("oops")


def mutating(statepoint: dict[str, Any]) -> Any:
    statepoint["a"] = 5


@pytest.mark.parametrize(
    ("before", "what", "says"),
    [
        ({"a": 1, "b": 2}, {"rename": {"a": "b"}}, "has both a and b"),
        ({"a": 1}, {"add": {"a.b": 1}}, "a is 1, no mapping"),
        ({"a": 1, "c": 2}, {"rename": {"a": "c.d"}}, "c is 2, no mapping"),
        ({}, {"compute": raising}, "compute raised KeyError: 'oops'"),
        ({}, {"compute": {"k": raising}}, "k raised KeyError"),
        ({}, {"compute": mutating}, "returned NoneType"),
        ({}, {"compute": lambda sp: {"a": object()}}, "sp.a"),
        ({}, {"compute": lambda sp: {"a.b": 1}}, "holds a dot"),
        ({}, {"compute": {"k": lambda sp: {1, 2}}}, "sp.k"),
    ],
)
def test_what_does_not_fit(before: Any, what: Any, says: str) -> None:
    """A change that does not fit a state point says why."""
    with pytest.raises(UnfitError, match=says):
        change(before, **what)


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ({}, "nothing to change"),
        ({"add": {"": 1}}, "is not a key"),
        ({"add": {"a..b": 1}, "remove": [3]}, "remove: 3 .* add: 'a..b'"),
        ({"add": [1]}, "add must be a mapping"),
        ({"rename": {"a": "c", "b": "c"}}, "two keys the name 'c'"),
        ({"rename": {"a": "c"}, "remove": ["a"]}, "removed and renamed"),
        ({"compute": 5}, "compute must be a function"),
        ({"compute": {"a": 5}}, "is not a function"),
    ],
)
def test_what_makes_no_sense(what: Any, says: str) -> None:
    """A change that says nothing or contradicts itself is refused, with everything in it."""
    with pytest.raises(InvalidInputError, match=says):
        change({}, **what)


def test_values_are_not_shared() -> None:
    """A value that is added to many jobs is a new one for each."""
    what = parse_change({"a": [1]}, None, (), None)
    first, second = reshape(what, {}), reshape(what, {})
    assert first["a"] is not second["a"]


def test_changed_keys() -> None:
    """Keys that differ are named, dotted; 1, 1.0 and True differ."""
    old = {"a": 1, "b": {"c": 1, "d": 2}, "e": {}, "same": [1]}
    new = {"a": 1.0, "b": {"c": 1, "d": True}, "e": {"f": 1}, "same": [1]}
    assert changed_keys(old, new) == ("a", "b.d", "e", "e.f")


def walk(pairs: list[tuple[str, str]]) -> None:
    """Play an order through; each id is free when a job takes it, and all arrive."""
    jobs = {old: old for old, _ in pairs}
    order = order_steps(pairs)
    waiting = set()
    for number in order:
        old, new = pairs[number]
        if order.count(number) == 2 and number not in waiting:
            waiting.add(number)
            source, target = old, f"aside {number}"
        else:
            source, target = f"aside {number}" if number in waiting else old, new
        assert target not in jobs
        jobs[target] = jobs.pop(source)
    assert jobs == {new: old for old, new in pairs}


def test_every_order_of_few() -> None:
    """Chains, swaps and circles come out right, for every way in which four ids can be mapped."""
    ids = ["a", "b", "c", "d", "e", "f"]
    for size in range(5):
        for targets in itertools.permutations(ids, size):
            pairs = [pair for pair in zip(ids, targets, strict=False) if pair[0] != pair[1]]
            walk(pairs)


def test_no_step_aside_without_need() -> None:
    """Only a circle needs a place aside, and one for each circle."""
    chain = [(str(i), str(i + 1)) for i in range(50)]
    random.Random(7).shuffle(chain)
    assert len(order_steps(chain)) == 50
    circles = [(f"{c}{i}", f"{c}{(i + 1) % 5}") for c in "xy" for i in range(5)]
    assert len(order_steps(circles)) == 12


def test_a_long_chain_is_no_deep_recursion() -> None:
    """A chain of all jobs of a large project is ordered at once."""
    chain = [(str(i), str(i + 1)) for i in range(100_000)]
    assert order_steps(chain) == list(range(99_999, -1, -1))
