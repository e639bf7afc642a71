"""Which values satisfy an operator; what the released signac gives is the rule where it answers."""

import re
from typing import Any

import pytest

from signac._query.evaluate import matches
from signac._query.parse import parse_filter


def _name(value: object) -> str:
    """Return the same name for a case in every process."""
    return re.sub(r" at 0x[0-9a-f]+", "", str(value) if isinstance(value, dict) else repr(value))


NAN = float("nan")
INF = float("inf")
BIG = 10**30
HUGE = 10**400
#: One of each kind that a state point or document can hold.
VALUES: dict[str, Any] = {
    "null": None,
    "true": True,
    "false": False,
    "zero": 0,
    "one": 1,
    "float one": 1.0,
    "half": 2.5,
    "big": BIG,
    "float big": 1e30,
    "huge": HUGE,
    "nan": NAN,
    "inf": INF,
    "empty text": "",
    "text": "s",
    "digit": "1",
    "empty list": [],
    "list": [1, 2],
    "float list": [1.0, 2],
    "nan list": [NAN],
    "text list": ["s"],
    "nested list": [[1, 2]],
    "mapping list": [{"b": 1}],
    "empty mapping": {},
    "mapping": {"b": 1},
    "other mapping": {"b": 2, "c": None},
}
ONES = "true,one,float one"
MAPPINGS = "empty mapping,mapping,other mapping"


def accepted(condition: Any) -> set[str]:
    query = parse_filter({"a": condition})
    return {name for name, value in VALUES.items() if matches(query, {"a": value}, {})}


def named(text: str) -> set[str]:
    return set(filter(None, text.split(",")))


EVERY = set(VALUES)
HITS: list[tuple[Any, str]] = [
    # equality
    (1, ONES),
    (True, ONES),
    (1.0, ONES),
    (0, "false,zero"),
    (None, "null"),
    (BIG, "big"),
    (1e30, "float big"),
    (HUGE, "huge"),
    (INF, "inf"),
    (NAN, ""),
    ("1", "digit"),
    ("", "empty text"),
    ([], "empty list"),
    ([1, 2], "list,float list"),
    ((1.0, 2.0), "list,float list"),
    ([NAN], "nan list"),
    ([[1, 2.0]], "nested list"),
    ([{"b": True}], "mapping list"),
    ([{}], ""),
    ({}, "empty mapping"),
    ({"b": 1}, "mapping"),
    ({"b": {"$gte": 1}}, "mapping,other mapping"),
    ({"b": {}}, ""),
    ({"$eq": 1}, ONES),
    ({"$eq": {}}, "empty mapping"),
    ({"$eq": {"b": 1.0}}, "mapping"),
    ({"$eq": {"b": 2}}, ""),
    # membership
    ({"$in": []}, ""),
    ({"$in": [1, "s", None]}, f"{ONES},text,null"),
    ({"$in": [NAN]}, ""),
    ({"$in": [[1, 2], []]}, "list,float list,empty list"),
    ({"$in": [[NAN]]}, "nan list"),
    ({"$in": [{"b": 1}]}, "mapping"),
    ({"$in": [{}]}, "empty mapping"),
    ({"$in": [[{"b": 1}]]}, "mapping list"),
    ({"$in": "xs1"}, "empty text,text,digit"),
    ({"$in": ""}, "empty text"),
    ({"$in": {}}, ""),
    ({"$nin": "xs"}, "digit"),
    # order
    ({"$lt": 1}, "false,zero"),
    ({"$lte": 1}, f"false,zero,{ONES}"),
    ({"$gt": 2.5}, "big,float big,huge,inf"),
    ({"$gte": BIG}, "big,float big,huge,inf"),
    ({"$gt": 1e30}, "huge,inf"),
    ({"$gt": HUGE}, "inf"),
    ({"$lt": NAN}, ""),
    ({"$lt": "1"}, "empty text"),
    ({"$gte": "1"}, "text,digit"),
    ({"$lt": [1, 2]}, "empty list"),
    ({"$gte": [1]}, "list,float list"),
    ({"$gt": True}, "half,big,float big,huge,inf"),
    # nearness
    ({"$near": 1}, ONES),
    ({"$near": [1]}, ONES),
    ({"$near": ["1"]}, ONES),
    ({"$near": [2, 0.5]}, f"{ONES},half"),
    ({"$near": [0, 0, 1]}, f"{ONES},zero,false"),
    ({"$near": [BIG]}, "big,float big"),
    ({"$near": [HUGE]}, "huge"),
    ({"$near": [HUGE + 1, 0]}, ""),
    ({"$near": [1, 1]}, f"{ONES},zero,false,half,big,float big,huge"),
    ({"$near": [1, INF]}, f"{ONES},zero,false,half,big,float big,huge"),
    ({"$near": [0, 0, HUGE]}, f"{ONES},zero,false,half,big,float big,huge"),
    ({"$near": [0, 0, HUGE - 1]}, f"{ONES},zero,false,half,big,float big"),
    ({"$near": INF}, "inf"),
    ({"$near": NAN}, ""),
    ({"$near": [HUGE, NAN]}, "huge"),
    # type
    ({"$type": "int"}, "true,false,zero,one,big,huge"),
    ({"$type": "bool"}, "true,false"),
    ({"$type": "float"}, "float one,half,float big,nan,inf"),
    ({"$type": "str"}, "empty text,text,digit"),
    ({"$type": "null"}, "null"),
    (
        {"$type": "list"},
        "empty list,list,float list,nan list,text list,nested list,mapping list",
    ),
    # patterns
    ({"$regex": ""}, "empty text,text,digit"),
    ({"$regex": "^[0-9]$"}, "digit"),
    # functions
    ({"$where": "lambda x: x == 1"}, ONES),
    ({"$where": "lambda x: x == (1, 2)"}, "list,float list"),
    ({"$where": "lambda x: x == ((1, 2),)"}, "nested list"),
    ({"$where": "lambda x: x[0] == 's'"}, "text,text list"),
    ({"$where": "lambda x: x['b'] > 1"}, "other mapping"),
    ({"$where": "lambda x: x > 2"}, "half,big,float big,huge,inf"),
    ({"$where": "lambda x: isinstance(x, dict)"}, MAPPINGS),
    ({"$where": "lambda x: x != x"}, "nan"),
    ({"$where": "lambda x: x / 2 > 1e40"}, "inf"),
]


@pytest.mark.parametrize(("condition", "names"), HITS, ids=lambda value: str(value)[:50])
def test_hits(condition: Any, names: str) -> None:
    """An operator accepts exactly these values; one it cannot compare does not match."""
    assert accepted(condition) == named(names)


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ({"$ne": 1}, ONES),
        ({"$ne": None}, "null"),
        ({"$ne": NAN}, ""),
        ({"$ne": [NAN]}, "nan list"),
        ({"$ne": {}}, "empty mapping"),
        ({"$ne": {"b": 1}}, "mapping"),
        ({"$ne": [1, 2]}, "list,float list"),
        ({"$nin": []}, ""),
        ({"$nin": {}}, ""),
        ({"$nin": [1, "s", [1, 2], {"b": 1}]}, f"{ONES},text,list,float list,mapping"),
        ({"$nin": [NAN]}, ""),
        ({"$exists": True}, ""),
        ({"$where": "lambda x: x is not None"}, "null"),
    ],
    ids=_name,
)
def test_all_but(condition: Any, names: str) -> None:
    """An operator of difference accepts every value that is there except these."""
    assert accepted(condition) == EVERY - named(names)


@pytest.mark.parametrize(
    "condition",
    [
        1,
        None,
        {},
        {"$eq": None},
        {"$ne": 1},
        {"$nin": []},
        {"$lt": 5},
        {"$type": "null"},
        {"$regex": ""},
        {"$near": 1},
        {"$where": lambda _: True},
        {"$exists": True},
    ],
    ids=_name,
)
def test_what_is_not_there_never_matches(condition: Any) -> None:
    """No operator but `$exists: False` accepts a key that is missing, whatever is in its way."""
    query = parse_filter({"a.b.c": condition})
    for data in ({}, {"a": 1}, {"a": None}, {"a": []}, {"a": {"b": "c"}}, {"a": [{"b": {"c": 1}}]}):
        assert not matches(query, data, {"a": {"b": {"c": 1}}})
    assert matches(parse_filter({"$not": {"a.b.c": condition}}), {}, {})


def test_exists() -> None:
    """`$exists` asks whether a key is there, with any value, at any depth."""
    for name, value in VALUES.items():
        for data, path in (({"a": value}, "a"), ({"a": {"b": value}}, "a.b")):
            assert matches(parse_filter({path: {"$exists": True}}), data, {}), name
            assert not matches(parse_filter({path: {"$exists": False}}), data, {}), name
    assert matches(parse_filter({"a.b": {"$exists": False}}), {"a": 1}, {})


def test_the_whole_state_point() -> None:
    """A condition without a key is about the whole: its function may compare several keys."""
    larger = parse_filter({"sp.$where": "lambda x: x['a'] > x['b']"})
    assert matches(larger, {"a": 2, "b": 1}, {})
    assert not matches(larger, {"a": 1, "b": 1}, {})
    assert not matches(larger, {"a": 1}, {})
    assert matches(parse_filter({"$eq": {"a": 1}}), {"a": 1.0}, {})
    assert not matches(parse_filter({"$eq": {"a": 1}}), {"a": 1, "b": 2}, {})
    assert matches(parse_filter({"doc": {}}), {"a": 1}, {})
    assert not matches(parse_filter({"doc": {}}), {"a": 1}, {"b": 1})


def test_not_is_the_complement_over_documents() -> None:
    """`$not` around a key of the document matches exactly the jobs that the key does not."""
    for document in ({}, {"x": 1}, {"x": 2}, {"y": {"x": 1}}):
        for condition in ({"doc.x": 1}, {"doc": {"x": {"$exists": True}}}, {"doc.y.x": 1, "a": 0}):
            inside = matches(parse_filter(condition), {"a": 0}, document)
            assert matches(parse_filter({"$not": condition}), {"a": 0}, document) is not inside


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"$and": [{"a": 0}, {"a": 1}]}, 0),
        ({"$or": [{"a": 0}, {"a": 1}]}, 2),
        ({"$or": [{"sp.b": {"c": 0}}, {"sp.b.c": 1}]}, 2),
        ({"$and": [{"sp": {"a": 0}}, {"doc": {"d": 0}}]}, 1),
        ({"$or": [{"sp.a": 0}, {"doc.d": 1}]}, 2),
        ({"$and": [{"$not": {"a": 5}}]}, 9),
        ({"$not": {"$not": {"a": {"$lt": 3}}}}, 3),
        ({"a.$near": [5, 0.2]}, 3),
    ],
    ids=_name,
)
def test_counts_of_the_reference(query: Any, count: int) -> None:
    """The combinations that the released signac documents give the same counts."""
    jobs = [({"a": i, "b": {"c": i}}, {"d": i}) for i in range(10)]
    assert sum(matches(parse_filter(query), *job) for job in jobs) == count


@pytest.mark.parametrize(
    ("argument", "count"), [([10, 0.5], 16), ([10.5, 0.005], 0), (10, 1), ("10", 1)]
)
def test_near_among_a_hundred(argument: Any, count: int) -> None:
    """`$near` takes a relative tolerance of the larger number."""
    query = parse_filter({"a": {"$near": argument}})
    assert sum(matches(query, {"a": i}, {}) for i in range(100)) == count


def test_mappings_are_seen_where_it_matters() -> None:
    """A condition says whether what a mapping holds can change its answer."""
    blind = [1, {"$ne": 1}, {"$exists": True}, {"$type": "int"}, {}, {"$ne": {}}, {"$in": [{}, 1]}]
    seeing = [{"$eq": {"b": 1}}, {"$ne": {"b": 1}}, {"$nin": [{"b": 1}]}, {"$where": bool}]
    assert [parse_filter({"a": each}).sees_mappings for each in blind] == [False] * len(blind)
    assert [parse_filter({"a": each}).sees_mappings for each in seeing] == [True] * len(seeing)
    filled = [{"b": 1}, {"b": 2}, {"c": {"d": 1}}]
    for each in blind:
        assert len({matches(parse_filter({"a": each}), {"a": data}, {}) for data in filled}) == 1
