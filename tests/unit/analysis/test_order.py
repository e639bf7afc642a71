"""One order for all values of JSON."""

import itertools
import random

import pytest

from signac._analysis.order import arrange, name_key, order_key, sort_distinct, sort_tuples
from signac._query.ast import MISSING, Key
from signac.errors import QueryError

NAN = float("nan")
INF = float("inf")
ASCENDING = [
    None,
    -INF,
    -(10**400),
    -1,
    False,
    0.5,
    True,
    2**60,
    2**60 + 1,
    INF,
    NAN,
    "",
    "a",
    "b",
    [],
    [None],
    [0],
    [0, "x"],
    [0, []],
    ["x"],
    [[0]],
    [{"k": 1}],
    {},
    {"k": None},
    {"k": 1},
    {"l": 0},
]


def test_all_values_have_a_place():
    """Any two values can be compared, and the order is that of the list above."""
    for one, other in itertools.combinations(ASCENDING, 2):
        assert order_key(one) < order_key(other), (one, other)


def test_equal_numbers_are_equal():
    """Numbers are compared by value, whatever their type; tuples are lists."""
    assert order_key(1) == order_key(1.0) == order_key(True)
    assert order_key(NAN) == order_key(float("nan"))
    assert order_key((1, (2,))) == order_key([1, [2]])


@pytest.mark.parametrize("chosen", [ASCENDING, ASCENDING[1:10], ASCENDING[1:11], ["b", "a", "a"]])
def test_arrange_and_its_shortcut(chosen):
    """Positions are sorted by value, missing values last in both directions, equal ones stay."""
    draw = random.Random(1)
    values = [*chosen, MISSING, *chosen, MISSING]
    draw.shuffle(values)
    for descending in (False, True):
        positions = arrange(values, range(len(values)), descending=descending)
        assert sorted(positions) == list(range(len(values)))
        assert [values[i] for i in positions[-2:]] == [MISSING, MISSING]
        keys = [order_key(values[i]) for i in positions[:-2]]
        assert keys == sorted(keys, reverse=descending)
        for one, other in itertools.pairwise(positions):
            if MISSING in (values[one], values[other]):
                continue
            assert order_key(values[one]) != order_key(values[other]) or one < other


def test_only_the_given_positions():
    """Positions that are not asked for do not appear."""
    assert arrange([3, 1, 2, MISSING], [3, 0, 2]) == [2, 0, 3]


def test_distinct_values_of_unlike_types():
    """Equal values are put in order by the name of their type."""
    found = sort_distinct([2, 1, True, 1.0, "1", None])
    assert [(type(value).__name__, value) for value in found] == [
        ("NoneType", None),
        ("bool", True),
        ("float", 1.0),
        ("int", 1),
        ("int", 2),
        ("str", "1"),
    ]
    pairs = [((1, "x"), 1), ((True, "x"), 2), ((0, "y"), 3)]
    sort_tuples(pairs)
    assert [count for _, count in pairs] == [3, 2, 1]


def test_names_of_keys():
    """Dotted names are places; the bare words `sp` and `doc` are keys of the state point."""
    assert name_key("a.b") == name_key("sp.a.b") == Key("sp", ("a", "b"))
    assert name_key("doc.x") == Key("doc", ("x",))
    assert name_key("sp") == Key("sp", ("sp",))
    assert name_key("doc") == Key("sp", ("doc",))
    for wrong in ("a.$lt", 5, None):
        with pytest.raises(QueryError):
            name_key(wrong)
