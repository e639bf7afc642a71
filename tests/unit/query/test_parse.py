"""From a filter as a mapping to its tree: keys, namespaces, logic, and what is refused."""

import collections
import enum
import pathlib
import re
from collections.abc import Mapping
from typing import Any

import numpy
import pytest

from signac._query.ast import EVERYTHING, And, Key, Not, Or, uses_documents
from signac._query.ast import Test as Condition
from signac._query.evaluate import matches
from signac._query.parse import parse_filter, parse_key
from signac.errors import QueryError, QueryTypeError


def eq(key: Key, value: Any) -> Condition:
    return Condition(key, "eq", value, lambda _: True)


def sp(*path: str) -> Key:
    return Key("sp", path)


def doc(*path: str) -> Key:
    return Key("doc", path)


KEYS = [
    ({"a": 1}, sp("a")),
    ({"sp.a": 1}, sp("a")),
    ({"sp": {"a": 1}}, sp("a")),
    ({"doc.a": 1}, doc("a")),
    ({"doc": {"a": 1}}, doc("a")),
    ({"a.b": 1}, sp("a", "b")),
    ({"a": {"b": 1}}, sp("a", "b")),
    ({"sp": {"a.b": 1}}, sp("a", "b")),
    ({"doc": {"a": {"b": 1}}}, doc("a", "b")),
    ({"doc2.x": 1}, sp("doc2", "x")),
    ({"spa": 1}, sp("spa")),
    ({"sp.sp": 1}, sp("sp")),
    ({"sp.doc.x": 1}, sp("doc", "x")),
    ({"doc.sp": 1}, doc("sp")),
    ({"sp": 1}, sp()),
    ({"doc": 1}, doc()),
    ({"": 1}, sp("")),
    ({"sp.": 1}, sp("")),
    ({"a.": 1}, sp("a", "")),
    ({"a..b": 1}, sp("a", "", "b")),
    ({"a b": 1}, sp("a b")),
    ({"a": {0: 1}}, sp("a", "0")),
    ({"a": {1.5: 1}}, sp("a", "1", "5")),
    ({"a": {True: 1}}, sp("a", "true")),
    ({"a": {None: 1}}, sp("a", "null")),
]


@pytest.mark.parametrize(("query", "key"), KEYS)
def test_keys(query: Any, key: Key) -> None:
    """Namespaces, dots and nested mappings name a place, in every spelling."""
    assert parse_filter(query) == eq(key, 1)


@pytest.mark.parametrize(
    "query",
    [{"a.b.$lt": 1}, {"a.b": {"$lt": 1}}, {"a": {"b": {"$lt": 1}}}, {"sp": {"a.b.$lt": 1}}],
)
def test_operators_stand_in_keys_or_values(query: Any) -> None:
    """An operator is the last part of a key, or a key of its own."""
    tree = parse_filter(query)
    assert isinstance(tree, Condition)
    assert (tree.key, tree.operator, tree.argument) == (sp("a", "b"), "lt", 1)


def test_conditions_of_one_key_are_joined() -> None:
    """Several operators in one mapping must all hold, as must keys beside them."""
    tree = parse_filter({"a": {"$gt": 0, "$lt": 2, "b": 1}})
    assert isinstance(tree, And)
    assert [str(part.key) for part in tree.parts] == ["sp.a", "sp.a", "sp.a.b"]


def test_empty_filters() -> None:
    """An empty filter matches everything; the negation of one matches nothing."""
    assert parse_filter({}) == EVERYTHING
    assert parse_filter({"$and": [{}]}) == EVERYTHING
    assert matches(parse_filter({"$or": [{}, {"a": 0}]}), {}, {})
    assert not matches(parse_filter({"$not": {}}), {}, {})


def test_logic() -> None:
    """`$and`, `$or` and `$not` hold filters, each with namespaces of its own."""
    a, b, c = eq(sp("a"), 1), eq(doc("b"), 2), eq(sp("c"), 3)
    assert parse_filter({"$and": [{"a": 1}, {"doc.b": 2}]}) == And((a, b))
    assert parse_filter({"$or": ({"sp": {"a": 1}}, {"doc": {"b": 2}})}) == Or((a, b))
    assert parse_filter({"$not": {"doc.b": 2}}) == Not(b)
    assert parse_filter({"$or": [{"a": 1}, {"doc.b": 2}], "c": 3}) == And((Or((a, b)), c))


def test_needless_levels_vanish() -> None:
    """A negation of a negation, and logic inside the same logic, are one level."""
    a, b, c = eq(sp("a"), 1), eq(sp("b"), 2), eq(sp("c"), 3)
    assert parse_filter({"$not": {"$not": {"a": 1}}}) == a
    assert parse_filter({"$or": [{"a": 1}, {"$or": [{"b": 2}, {"c": 3}]}]}) == Or((a, b, c))
    assert parse_filter({"$and": [{"a": 1, "b": 2}, {"c": 3}]}) == And((a, b, c))


@pytest.mark.parametrize("logic", ["$not", "$or", "$and", "mixed"])
def test_filters_made_by_programs(logic: str) -> None:
    """Logic nested hundreds of times is parsed, where each level says something new or not."""
    query: dict[str, Any] = {"a": 1}
    for _ in range(480):
        query = {
            "$not": {"$not": query},
            "$or": {"$or": [query, {"a": 2}]},
            "$and": {"$and": [query, {"a": {"$lt": 5}}]},
            "mixed": {"$or": [{"$not": {"$not": query}}, {"a": 3}]},
        }[logic]
    tree = parse_filter(query)
    assert matches(tree, {"a": 1}, {})
    assert not matches(tree, {"a": 9}, {})


def test_too_deep() -> None:
    """A filter that contains itself, or has thousands of levels, is refused and not followed."""
    alternating: dict[str, Any] = {"a": 1}
    for _ in range(3000):
        alternating = {"$not": {"b": 1, "$or": [alternating, {"c": 1}]}}
    nested: Any = 1
    for _ in range(3000):
        nested = {"k": nested}
    circular: dict[str, Any] = {}
    circular["a"] = circular
    in_list: list[Any] = []
    in_list.append(in_list)
    for query in (alternating, nested, circular, {"a": in_list}, {"a": {"$in": in_list}}):
        with pytest.raises(QueryError, match="nested too deeply"):
            parse_filter(query)


class Label(str):
    __slots__ = ()


class Number(enum.IntEnum):
    ONE = 1


class Phase(enum.Enum):
    FLUID = "fluid"


class Strange(Mapping[str, int]):
    """A mapping that is no dict."""

    def __getitem__(self, key: str) -> int:
        return {"b": 1}[key]

    def __iter__(self) -> Any:
        return iter(["b"])

    def __len__(self) -> int:
        return 1


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ((1, (2, 3)), [1, [2, 3]]),
        (Label("s"), "s"),
        (Number.ONE, 1),
        (Phase.FLUID, "fluid"),
        (numpy.float64(1.5), 1.5),
        (numpy.str_("s"), "s"),
        (pathlib.PurePosixPath("a/b"), "a/b"),
        ([{1: (2,)}], [{"1": [2]}]),
        (collections.UserList([1, 2]), [1, 2]),
        (10**400, 10**400),
    ],
)
def test_values_become_plain(value: Any, plain: Any) -> None:
    """Values become what JSON would make of them, with exactly the plain types."""
    tree = parse_filter({"a": value})
    assert isinstance(tree, Condition)
    assert tree.argument == plain
    assert type(tree.argument) is type(plain)


def test_any_mapping_is_a_filter() -> None:
    """A filter, and a value in it, may be any mapping."""
    for query in (
        {"a": Strange()},
        {"a": collections.UserDict(b=1)},
        collections.ChainMap({"a.b": 1}),
        collections.UserDict({"a": Strange()}),
    ):
        assert parse_filter(query) == eq(sp("a", "b"), 1)


def test_the_filter_is_not_kept() -> None:
    """Lists of the caller are copied: changing them later changes no query."""
    values = [1]
    tree = parse_filter({"a": {"$in": values}, "b": values})
    values.append(2)
    assert not matches(tree, {"a": 2, "b": [1]}, {})
    assert matches(tree, {"a": 1, "b": [1]}, {})


NOT_JSON = [
    {1, 2},
    frozenset(),
    range(3),
    numpy.int64(1),
    numpy.bool_(True),
    numpy.array([1.0]),
    b"s",
    1j,
    object(),
    int,
    len,
]


@pytest.mark.parametrize("value", NOT_JSON, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("place", ["plain", "list", "nested", "in"])
def test_values_that_are_not_json(value: Any, place: str) -> None:
    """A value JSON cannot hold raises a TypeError that names its place."""
    query, where = {
        "plain": ({"a": value}, "sp.a"),
        "list": ({"doc.a": [0, value]}, "doc.a[1]"),
        "nested": ({"$or": [{"a": {"b": value}}]}, "$or[0].sp.a.b"),
        "in": ({"a": {"$in": [value]}}, "sp.a.$in[0]"),
    }[place]
    with pytest.raises(TypeError) as caught:
        parse_filter(query)
    assert isinstance(caught.value, QueryTypeError)
    assert where in str(caught.value)


FAULTY: list[tuple[Any, type[Exception], str]] = [
    ({1: 2}, ValueError, "1"),
    ({"$and": [{None: 2}]}, ValueError, "$and[0].None"),
    ({"a": {(1, 2): 3}}, TypeError, "sp.a"),
    ({"a": {"$foo": 1}}, KeyError, "sp.a.$foo"),
    ({"zzz.$foo": 1}, KeyError, "sp.zzz.$foo"),
    ({"$x": 1}, KeyError, "sp.$x"),
    ({"$": 1}, KeyError, "sp.$"),
    ({"a.$": 1}, KeyError, "sp.a.$"),
    ({"k$x": 1}, KeyError, "sp.k$x"),
    ({"a.lt$": 1}, KeyError, "sp.a.lt$"),
    ({"a.$lt.b": 1}, KeyError, "sp.a.$lt.b"),
    ({"a": {"$lt": {"b": 1}}}, KeyError, "sp.a.$lt.b"),
    ({"a.$$lt": 1}, KeyError, "sp.a.$$lt"),
    ({"a.$not.$lt": 1}, KeyError, "sp.a.$not.$lt"),
    ({"a": {"$and": [{"b": 1}]}}, KeyError, "sp.a.$and"),
    ({"a": {"$not": 1}}, KeyError, "sp.a.$not"),
    ({"sp.$or": [{"a": 1}]}, KeyError, "sp.$or"),
    ({"$and.x": 1}, KeyError, "sp.$and.x"),
    ({"doc": {"$not": {"a": 1}}}, KeyError, "doc.$not.a"),
    ({"a": {"$eq": {"$lt": 1}}}, KeyError, "sp.a.$eq"),
    ({"$and": []}, ValueError, "$and"),
    ({"$or": {}}, ValueError, "$or"),
    ({"$or": {"a": 1}}, ValueError, "$or"),
    ({"$or": "a"}, ValueError, "$or"),
    ({"$and": None}, ValueError, "$and"),
    ({"$and": [1]}, AttributeError, "$and[0]"),
    ({"$or": [{"a": 1}, [("a", 1)]]}, AttributeError, "$or[1]"),
    ({"$not": []}, AttributeError, "$not"),
    ({"$not": None}, AttributeError, "$not"),
    ({"$or": [{"a": 1}, {"$not": "a"}]}, AttributeError, "$or[1].$not"),
    ({"$lt": 1}, TypeError, "sp.$lt"),
    ({"doc.$near": 1}, TypeError, "doc.$near"),
    ({"a": {"$lt": None}}, TypeError, "sp.a.$lt"),
    ({"a": {"$gte": {}}}, TypeError, "sp.a.$gte"),
    ({"a": {"$in": 5}}, TypeError, "sp.a.$in"),
    ({"a": {"$nin": None}}, TypeError, "sp.a.$nin"),
    ({"a": {"$regex": 5}}, TypeError, "sp.a.$regex"),
    ({"a": {"$regex": "("}}, re.error, "sp.a.$regex"),
    ({"a": {"$type": "dict"}}, ValueError, "sp.a.$type"),
    ({"a": {"$type": ["int"]}}, ValueError, "sp.a.$type"),
    ({"a": {"$exists": 1}}, ValueError, "sp.a.$exists"),
    ({"a": {"$exists": "true"}}, ValueError, "sp.a.$exists"),
    ({"a": {"$where": 5}}, TypeError, "sp.a.$where"),
    ({"a": {"$where": "x +"}}, SyntaxError, "sp.a.$where"),
    ({"a": {"$near": []}}, ValueError, "sp.a.$near"),
    ({"a": {"$near": [1, 2, 3, 4]}}, ValueError, "sp.a.$near"),
    ({"a": {"$near": [1, -1]}}, ValueError, "sp.a.$near"),
    ({"a": {"$near": "x"}}, ValueError, "sp.a.$near"),
    ({"a": {"$near": None}}, TypeError, "sp.a.$near"),
    ({"a": {"$near": [[1]]}}, TypeError, "sp.a.$near"),
]


@pytest.mark.parametrize(("query", "kind", "where"), FAULTY, ids=lambda value: str(value)[:40])
def test_faulty_filters(query: Any, kind: type[Exception], where: str) -> None:
    """A faulty filter raises the builtin class that programs catch, and names its place."""
    with pytest.raises(kind) as caught:
        parse_filter(query)
    error = caught.value
    assert isinstance(error, QueryError)
    assert error.where == where
    assert where in str(error)
    assert not str(error).startswith(("'", '"'))


@pytest.mark.parametrize("query", [5, None, [("a", 1)], "a 1"])
def test_only_mappings_are_parsed(query: Any) -> None:
    """Anything but a mapping is refused here; `normalize` makes one of the other forms."""
    with pytest.raises(QueryError, match="not a mapping"):
        parse_filter(query)


def test_near_names_of_operators() -> None:
    """A mistyped operator is answered with the one that was meant."""
    with pytest.raises(KeyError, match=r"did you mean \$exists\?"):
        parse_filter({"a.$exist": True})


def test_messages_stay_short() -> None:
    """A huge value makes no huge message."""
    with pytest.raises(QueryError) as caught:
        parse_filter({"a": {"$type": "x" * 10**6}})
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("a", sp("a")),
        ("a.b", sp("a", "b")),
        ("sp.a.b", sp("a", "b")),
        ("doc.x", doc("x")),
        ("sp.doc", sp("doc")),
        ("sp", sp()),
        ("", sp("")),
    ],
)
def test_single_keys(text: str, key: Key) -> None:
    """A dotted key names the same place as in a filter."""
    assert parse_key(text) == key


@pytest.mark.parametrize("text", [5, None, ("a", "b")])
def test_a_single_key_is_a_string(text: Any) -> None:
    """Anything else raises a TypeError."""
    with pytest.raises(TypeError):
        parse_key(text)


def test_a_single_key_holds_no_operator() -> None:
    """A key with an operator raises a KeyError."""
    with pytest.raises(KeyError):
        parse_key("a.$lt")


def test_documents_are_needed_for_their_keys_only() -> None:
    """A filter says whether it asks documents, at any depth."""
    assert uses_documents(parse_filter({"$not": {"$or": [{"a": 1}, {"b": 1, "doc.c": 1}]}}))
    assert not uses_documents(parse_filter({"a": 1, "$or": [{"sp.doc": 1}, {"doc2.a": 1}]}))
