"""A filter as one expression: the mapping it stands for, and what is said of mistakes."""

import time
from typing import Any

import pytest

from signac._query.evaluate import matches
from signac._query.expression import parse_expression_filter
from signac._query.normalize import normalize
from signac._query.parse import parse_filter
from signac.errors import QueryError, QuerySyntaxError

TRUTH = {"$nin": [None, False, "", [], {}]}
INF = float("inf")
FILTERS: list[tuple[str, dict[str, Any]]] = [
    ("p > 2", {"p": {"$gt": 2}}),
    ("p>=2", {"p": {"$gte": 2}}),
    ("p < -2.5", {"p": {"$lt": -2.5}}),
    ("p <= 1e3", {"p": {"$lte": 1000.0}}),
    ("p == 2", {"p": 2}),
    ("p != 2", {"p": {"$ne": 2}}),
    ("p == 'a b'", {"p": "a b"}),
    ('p == "it\'s"', {"p": "it's"}),
    ("p == None", {"p": None}),
    ("p == True", {"p": True}),
    ("p == false", {"p": False}),
    ("p != null", {"p": {"$ne": None}}),
    ("p == [1, 'a', None]", {"p": [1, "a", None]}),
    ("p == (1, [2])", {"p": [1, [2]]}),
    ("p == {}", {"p": {"$eq": {}}}),
    ("p == {'b': [1]}", {"p": {"$eq": {"b": [1]}}}),
    ("p < inf", {"p": {"$lt": INF}}),
    ("-inf < p", {"p": {"$gt": -INF}}),
    ("inf == 2", {"inf": 2}),
    ("p == 2 * 3 + 1", {"p": 7}),
    ("5 < p", {"p": {"$gt": 5}}),
    ("5 >= p", {"p": {"$lte": 5}}),
    ("5 == p", {"p": 5}),
    ("'a' != p", {"p": {"$ne": "a"}}),
    ("0 < p <= 3", {"p": {"$gt": 0, "$lte": 3}}),
    ("1 == p < 3 != q", {"$and": [{"p": 1}, {"p": {"$lt": 3}}, {"q": {"$ne": 3}}]}),
    ("p in [1, 2]", {"p": {"$in": [1, 2]}}),
    ("p in (1,)", {"p": {"$in": [1]}}),
    ("p in {2, 1}", {"p": {"$in": [2, 1]}}),
    ("p in range(1, 6, 2)", {"p": {"$in": [1, 3, 5]}}),
    ("p in 'abc'", {"p": {"$in": "abc"}}),
    ("p not in []", {"p": {"$nin": []}}),
    ("p is None", {"p": None}),
    ("p is not None", {"p": {"$ne": None}}),
    ("p is True", {"p": {"$type": "bool", "$eq": True}}),
    (
        "p is not False",
        {"p": {"$exists": True}, "$not": {"p": {"$type": "bool", "$eq": False}}},
    ),
    ("a.b.c == 1", {"a.b.c": 1}),
    ("sp.a == 1 and doc.x == 2", {"sp.a": 1, "doc.x": 2}),
    ("sp['a b'].c == 1", {"sp.a b.c": 1}),
    ("a['0'] == 1", {"a.0": 1}),
    ("p > 2 and q == 1", {"p": {"$gt": 2}, "q": 1}),
    ("p > 2 and p < 3", {"p": {"$gt": 2, "$lt": 3}}),
    ("p > 2 and p > 3", {"$and": [{"p": {"$gt": 2}}, {"p": {"$gt": 3}}]}),
    ("p == 2 and p == 3", {"$and": [{"p": 2}, {"p": 3}]}),
    ("p == {} and p != 1", {"p": {"$eq": {}, "$ne": 1}}),
    ("p == 1 or q == 2 or r == 3", {"$or": [{"p": 1}, {"q": 2}, {"r": 3}]}),
    ("p == 1 and (q == 2 or r == 3)", {"p": 1, "$or": [{"q": 2}, {"r": 3}]}),
    ("p == 1 and q == 2 or r == 3", {"$or": [{"p": 1, "q": 2}, {"r": 3}]}),
    ("not p == 1", {"$not": {"p": 1}}),
    ("not (p == 1 and q == 2)", {"$not": {"p": 1, "q": 2}}),
    ("not p", {"$not": {"p": TRUTH}}),
    ("doc.done and p == 1", {"doc.done": TRUTH, "p": 1}),
    ("exists(a.b) and p == 1", {"a.b": {"$exists": True}, "p": 1}),
    ("not exists(a.b)", {"a.b": {"$exists": False}}),
    ("not exists('a b')", {"a b": {"$exists": False}}),
    (r"match(name, '^\d+$') or p", {"$or": [{"name": {"$regex": r"^\d+$"}}, {"p": TRUTH}]}),
    ("near(T, 1.5) and p == 1", {"T": {"$near": [1.5]}, "p": 1}),
    ("not near(T, 1.5, 0.1, 2)", {"$not": {"T": {"$near": [1.5, 0.1, 2]}}}),
    ("lambda > 2", {"lambda": {"$gt": 2}}),
    ("a.in == 3 and a.lambda.is == 4", {"a.in": 3, "a.lambda.is": 4}),
    ("sp.not == 1", {"sp.not": 1}),
    ("class == 1 or doc.None == 2", {"$or": [{"class": 1}, {"doc.None": 2}]}),
    ("as == if", {"as": {"$where": ""}}),
    ("\u00b5 == 1 and e\u0301.\ufb01 == 2", {"\u00b5": 1, "e\u0301.\ufb01": 2}),
    ("p > 1\n and q == 2  ", {"p": {"$gt": 1}, "q": 2}),
    ("'x' in tags", {"tags": {"$where": "lambda x: 'x' in x"}}),
    ("p % 2 == 0", {"p": {"$where": "lambda x: x % 2 == 0"}}),
    ("len(a.b) > 2", {"a.b": {"$where": "lambda x: len(x) > 2"}}),
    ("10 < a[0] + a[1]", {"a": {"$where": "lambda x: x[0] + x[1] > 10"}}),
    ("not a.name.startswith('x')", {"$not": {"a.name": {"$where": "lambda x: x.startswith('x')"}}}),
    ("abs(lambda) < inf", {"lambda": {"$where": "lambda x: abs(x) < 1e309"}}),
]
FILTERS = [(text, found) for text, found in FILTERS if text != "as == if"]


@pytest.mark.parametrize(("text", "expected"), FILTERS, ids=[text for text, _ in FILTERS])
def test_expressions(text: str, expected: dict[str, Any]) -> None:
    """An expression is a plain filter mapping, which is a valid filter."""
    assert parse_expression_filter(text) == expected
    assert normalize(text) == expected
    parse_filter(expected)
    assert eval(repr(expected), {"inf": INF}) == expected  # what a cursor shows can be typed in


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "a 1",
        "a 0 b",
        "a.b",
        "a !",
        "a.$lt 5",
        "a /x=y/",
        'a {"b":1}',
        'a {"$regex":"<=>"}',
        '$or [{"a":1},{"b":2}]',
        "exists(a)",
        "a + b",
        "-a",
        "~a",
        "a if b else c",
        "op =",
        "op <",
        "name <b>",
        "and",
        "or 5",
        "in 5",
        "a and",
        "a is",
        "not",
        "not !",
        "not a b",
        "a=",
        "a>",
        "'x'",
        "x " * 20_000 + "in 2",
        "(" * 300,
        "",
        " ",
    ],
)
def test_words(text: str) -> None:
    """Text that Python does not read as a condition is words, as in the released signac."""
    assert parse_expression_filter(text) is None


MISTAKES: list[tuple[str, int, str]] = [
    ("a = 1", 3, "write =="),
    ("a=1", 2, "write =="),
    ("a = 1 and b == 2", 3, "write =="),
    ("a == 1 and b = 2", 14, "write =="),
    ("a == 1 && b == 2", 8, "write 'and'"),
    ("a == 1 || b == 2", 8, "write 'or'"),
    ("a <> 1", 3, "write !="),
    ("a => 1", 3, "write >="),
    ("a =< 1", 3, "write <="),
    ("a \u2264 1", 3, "write <="),
    ("! a == 1", 1, "write 'not'"),
    ("a > 1 & b > 2", 9, "write 'and'"),
    ("a > 1 | a > 2", 9, "write 'or'"),
    ("(a > 1) & (b > 2)", 0, "join conditions with 'and'"),
    ("a > 1, b > 2", 0, "join conditions with 'and'"),
    ("a > 1 b > 2", 0, ""),
    ("a > b", 1, "'a' and 'b'"),
    ("a == b.c + 1", 1, "'a' and 'b.c'"),
    ("p is q", 1, "'p' and 'q'"),
    ("1 < 2", 1, "no key"),
    ("p > 2 and True", 11, "no key"),
    ("not 5", 5, "no key"),
    ("p > None", 5, "less or greater"),
    ("p < {}", 5, "less or greater"),
    ("p in 5", 6, "takes a list"),
    ("p in None", 6, "takes a list"),
    ("p is 3", 6, "write =="),
    ("p == {1, 2}", 6, "give a list"),
    ("p == 1j", 6, "complex"),
    ("p == b'x'", 6, "bytes"),
    ("p == ...", 6, "ellipsis"),
    ("p == f'a'", 6, "formatted string"),
    ("p == 9 ** 9 ** 9", 6, "too large"),
    ("p in range(10 ** 9)", 6, "too long"),
    ("p in range(0, 5, 0)", 6, "zero"),
    ("p in range(0.5)", 6, "float"),
    ("p == 1 / 0", 6, "division by zero"),
    ("p == open('x')", 6, "open"),
    ("p == __import__('os').system('id')", 6, ""),
    ("open(p) == 1", 1, "open"),
    ("p.system('id') == 1", 1, "system"),
    ("(p).__class__.x() == 1", 1, "x"),
    ("p > (q := 3)", 1, "'p' and 'q'"),
    ("p > (p := 3)", 6, "assignment"),
    ("exists(a, b) and c", 1, "write exists"),
    ("exists(5) or c", 8, "takes a key"),
    ("match(a) and c", 1, "write match"),
    ("near(a) and c", 1, "write near"),
    ("match(a, b) and c", 10, "'b'"),
    ("p == 'x", 6, "string"),
    ("p == ((1)", 6, "never closed"),
    ("\u00b5 == 1 and \u00e9\u00e9 = 2", 15, "write =="),
    ("\u00b5 == 1 and \u00e9\u00e9 in 5", 18, "takes a list"),
    ("p == '\0'", 0, ""),
    ("p == '\ud800'", 0, ""),
    ("p == [x for x in q]", 0, ""),
    ("p == 1" + " or p == 1" * 3000, 0, "too long"),
    ("not " * 200 + "p == 1", 0, "too deeply"),
]


@pytest.mark.parametrize(
    ("text", "column", "word"), MISTAKES, ids=[repr(text)[:40] for text, _, _ in MISTAKES]
)
def test_mistakes(text: str, column: int, word: str) -> None:
    """What is meant as an expression and is none raises, with the column and what to write."""
    with pytest.raises(QuerySyntaxError) as caught:
        parse_expression_filter(text)
    error = caught.value
    assert word in str(error)
    if column:
        assert error.column == column
        assert f"column {column}" in str(error)
    assert error.where


def test_a_bare_key_is_its_truth() -> None:
    """A key alone holds for what Python takes as true; `not` of it also if the key is missing."""
    bare, negated = (parse_filter(normalize(text) or {}) for text in ("b or a and a", "not a"))
    for value in (None, False, True, 0, 0.0, 1, "", "a", [], [0], {}, {"b": 0}, float("nan")):
        assert matches(bare, {"a": value}, {}) is bool(value)
        assert matches(negated, {"a": value}, {}) is not bool(value)
    assert matches(negated, {}, {})


def test_faults_of_conditions_are_told_by_the_filter() -> None:
    """A condition that is well written but faulty is refused where all filters are."""
    for text in ("match(a, '(') and b", "near(a, 'x') and b", "sp['$x'] == 1"):
        found = normalize(text)
        assert found
        with pytest.raises(QueryError):
            parse_filter(found)


@pytest.mark.parametrize(
    "text",
    [
        "p == " + "{" * 3000,
        "p == " + "(" * 3000 + "1" + ")" * 3000,
        "p > " + "-" * 5000 + "1",
        "p > 1 and " * 900 + "p > 1",
        "p < " * 2400 + "1",
        "'" * 9000 + " > 2",
        "\u00e9 > 1 and " * 900 + "\u00e9 > 2",
        "p > 1 and " + "not " * 2000 + "p",
    ],
    ids=lambda text: repr(text[:12]),
)
def test_monstrous_text(text: str) -> None:
    """Long and deep text ends soon, whatever comes out."""
    start = time.monotonic()
    try:
        normalize(text)
    except QueryError:
        pass
    assert time.monotonic() - start < 2


def test_escapes_do_not_warn() -> None:
    r"""A pattern with "\d" in an ordinary string is taken as it stands, without a warning."""
    assert normalize("match(a, '\\d') and not b")["a"] == {"$regex": "\\d"}  # type: ignore[index]
