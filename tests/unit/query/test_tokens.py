"""Filters as words, as `signac.filterparse` and the command line read them."""

import json
from typing import Any

import pytest

from signac import filterparse
from signac.errors import (
    InvalidInputError,
    QueryError,
    QueryIndexError,
    QueryJSONError,
    QueryTypeError,
)

EXISTS = {"$exists": True}
INF = float("inf")
WORDS: list[tuple[list[str], dict[str, Any]]] = [
    (["a"], {"a": EXISTS}),
    (["a", "!"], {"a": EXISTS}),
    (["!"], {"!": EXISTS}),
    (["a", "1"], {"a": 1}),
    (["a", "-5"], {"a": -5}),
    (["a", "+5"], {"a": 5}),
    (["a", "1_000"], {"a": 1000}),
    (["a", "00"], {"a": 0}),
    (["a", " 1 "], {"a": 1}),
    (["a", "\u0661"], {"a": 1}),
    (["a", "1e3"], {"a": 1000.0}),
    (["a", "1."], {"a": 1.0}),
    (["a", ".5"], {"a": 0.5}),
    (["a", "inf"], {"a": INF}),
    (["a", "-inf"], {"a": -INF}),
    (["a", "9" * 5000], {"a": INF}),
    (["a", "0x10"], {"a": "0x10"}),
    (["a", "0b1"], {"a": "0b1"}),
    (["a", "1j"], {"a": "1j"}),
    (["a", "--5"], {"a": "--5"}),
    (["a", '"1"'], {"a": '"1"'}),
    (["a", "''"], {"a": "''"}),
    (["a", "/x"], {"a": "/x"}),
    (["a", "/"], {"a": {"$regex": ""}}),
    (["a", "//"], {"a": {"$regex": ""}}),
    (["a", "/^b$/"], {"a": {"$regex": "^b$"}}),
    (["a", "true"], {"a": True}),
    (["a", "false"], {"a": False}),
    (["a", "null"], {"a": None}),
    (["a", "TRUE"], {"a": "TRUE"}),
    (["a", "Null"], {"a": "Null"}),
    (["null"], {"null": EXISTS}),
    (["5"], {"5": EXISTS}),
    (["a", "  "], {"a": "  "}),
    (["a b", "c d"], {"a b": "c d"}),
    (["a", "1", "b"], {"a": 1, "b": EXISTS}),
    (["a", "!", "b"], {"a": EXISTS, "b": EXISTS}),
    (["a", "1", "b", "2"], {"a": 1, "b": 2}),
    (["a", "1", "a", "2"], {"a": 2}),
    (["a.$lt", "5"], {"a.$lt": 5}),
    (["a.$in", "[1,2]"], {"a.$in": [1, 2]}),
    (["doc.x", "1"], {"doc.x": 1}),
    (["$not", '{"a":1}'], {"$not": {"a": 1}}),
    (["$or", '[{"a":1},{"b":2}]'], {"$or": [{"a": 1}, {"b": 2}]}),
    (["a", "{}"], {"a": {}}),
    (["a", "[ ]"], {"a": []}),
    (["a", " {}"], {"a": " {}"}),
    (["a", "{"], {"a": "{"}),
    (["{a", "1"], {"{a": 1}),
    (["/a/", "1"], {"/a/": 1}),
    ([" {}"], {" {}": EXISTS}),
]


@pytest.mark.parametrize(("words", "expected"), WORDS, ids=lambda value: str(value)[:40])
def test_words(words: list[str], expected: dict[str, Any], capsys: Any) -> None:
    """Words are keys and values in turn; how arguments were understood is told on stderr."""
    assert dict(filterparse.parse_simple(words)) == expected
    assert [type(value) for value in dict(filterparse.parse_simple(words)).values()] == [
        type(value) for value in expected.values()
    ]
    assert capsys.readouterr() == ("", "")
    assert filterparse.parse_filter_arg(words) == expected
    told = f"Interpreted filter arguments as '{json.dumps(expected)}'.\n"
    assert capsys.readouterr() == ("", told)


def test_not_a_number_is_a_number(capsys: Any) -> None:
    """The word `nan` is the number that equals nothing."""
    found = filterparse.parse_filter_arg(["a", "nan"])
    assert found["a"] != found["a"]
    assert "NaN" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("word", "meant"), [("True", "true"), ("False", "false"), ("None", "null"), ("none", "null")]
)
def test_lookalikes(word: str, meant: str, capsys: Any) -> None:
    """Python's constants stay strings, with a question on stderr."""
    assert dict(filterparse.parse_simple(["a", word])) == {"a": word}
    assert capsys.readouterr() == ("", f"Did you mean {meant}?\n")


@pytest.mark.parametrize("args", [None, [], (), ""])
def test_no_arguments(args: Any, capsys: Any) -> None:
    """Without arguments there is no filter, and nothing is said."""
    assert filterparse.parse_filter_arg(args) is None
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a":1}', {"a": 1}),
        ('{"a": {"$lt": 1}}', {"a": {"$lt": 1}}),
        ("{}", {}),
        ("[]", []),
        ('[["a", 1]]', [["a", 1]]),
    ],
)
def test_one_argument_of_json(text: str, expected: Any, capsys: Any) -> None:
    """One argument in JSON is the filter as it stands, and nothing is said."""
    assert filterparse.parse_filter_arg([text]) == expected
    assert capsys.readouterr() == ("", "")


def test_one_argument_that_is_an_expression(capsys: Any) -> None:
    """One argument that is an expression is read as one, and told as a mapping."""
    assert filterparse.parse_filter_arg(["p > 2 and q == 'a'"]) == {"p": {"$gt": 2}, "q": "a"}
    told = """Interpreted filter arguments as '{"p": {"$gt": 2}, "q": "a"}'.\n"""
    assert capsys.readouterr() == ("", told)
    with pytest.raises(QueryError, match="column 2: write =="):
        filterparse.parse_filter_arg(["a=1"])


@pytest.mark.parametrize("words", [["{bad}"], ["a", "{bad}"], ["a", "[1,]"]])
def test_bad_json(words: list[str], capsys: Any) -> None:
    """JSON that cannot be read raises what `json` raises, and is named on stderr."""
    with pytest.raises(json.JSONDecodeError) as caught:
        filterparse.parse_filter_arg(words)
    assert isinstance(caught.value, QueryJSONError)
    assert caught.value.doc == words[-1]
    assert words[-1] in str(caught.value)
    told = f"Failed to parse query argument. Ensure that '{words[-1]}' is valid JSON!\n"
    assert capsys.readouterr() == ("", told)


@pytest.mark.parametrize("depth", [3, 200_000])
def test_deep_json(depth: int) -> None:
    """JSON of any depth is read or refused; it crashes nothing."""
    text = "[" * depth + "]" * depth
    try:
        found = dict(filterparse.parse_simple(["a", text]))
    except QueryError as error:
        found = {"error": str(error)[:20]}
    assert set(found) == ({"a"} if depth == 3 else {"error"})


@pytest.mark.parametrize("words", [['{"a":1}', "b"], ["[a]", "1"], ["{}", "1"]])
def test_json_is_no_key(words: list[str]) -> None:
    """JSON in the place of a key is refused with a ValueError that shows it."""
    with pytest.raises(ValueError, match="JSON expression as a key is not allowed") as caught:
        dict(filterparse.parse_simple(words))
    assert repr(words[0]).strip("'") in str(caught.value)


@pytest.mark.parametrize("words", [["a", ""], ["", "1"], [""]])
def test_empty_words(words: list[str]) -> None:
    """An empty word is refused with words of advice; it is still an IndexError."""
    for parse in (
        filterparse.parse_filter_arg,
        lambda words: dict(filterparse.parse_simple(words)),
    ):
        with pytest.raises(IndexError, match="a word is empty") as caught:
            parse(words)
        assert isinstance(caught.value, QueryIndexError)


@pytest.mark.parametrize("words", [["a", 1], [1, "2"], [None, "a"], [None]])
def test_words_are_strings(words: Any) -> None:
    """A word that is no string is refused with a TypeError."""
    with pytest.raises(TypeError) as caught:
        dict(filterparse.parse_simple(words))
    assert isinstance(caught.value, QueryTypeError)


def test_pairs_of_a_missing_value() -> None:
    """A value of None is a missing one; strings and tuples are sequences of words too."""
    assert dict(filterparse.parse_simple(["a", None])) == {"a": EXISTS}  # type: ignore[list-item]
    assert list(filterparse.parse_simple("ab")) == [("a", "b")]
    assert list(filterparse.parse_simple(("a", "1"))) == [("a", 1)]
    assert list(filterparse.parse_simple([])) == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("", []),
        ("a", [("a", EXISTS)]),
        ("a 1  b\n2", [("a", 1), ("b", 2)]),
        ("a > 2", [("a", ">"), ("2", EXISTS)]),
        ('a {"b":1}', [("a", {"b": 1})]),
        ({}, []),
        ({"a": {"b": 1}, "$not": {"c": 1}}, [("a", {"b": 1}), ("$not", {"c": 1})]),
        ([("a", 1), ["b", 2], 3], [("a", 1), ["b", 2], 3]),
        ([], []),
    ],
    ids=repr,
)
def test_parse_filter(given: Any, expected: Any) -> None:
    """Text is split into words; pairs and mappings are given through."""
    assert list(filterparse.parse_filter(given)) == expected


@pytest.mark.parametrize("given", [None, 5, len])
def test_parse_filter_of_anything_else(given: Any) -> None:
    """Anything else is refused with a ValueError, when the first pair is asked for."""
    pairs = filterparse.parse_filter(given)
    with pytest.raises(InvalidInputError):
        next(pairs)
