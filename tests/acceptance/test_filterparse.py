"""The simple filter syntax of the command line and of texts (reference, section 16)."""

import json
import math
from typing import Any

import pytest

import signac
from acceptance.finding import fill, found


def ids(value: Any) -> str:
    return repr(value)[:40]


EXISTS = {"$exists": True}
TOKENS: list[tuple[list[str], Any]] = [
    (["a"], {"a": EXISTS}),
    (["a", "!"], {"a": EXISTS}),
    (["a", "1"], {"a": 1}),
    (["a", "-5"], {"a": -5}),
    (["a", "1_000"], {"a": 1000}),
    (["a", "1e3"], {"a": 1000.0}),
    (["a", "1.5"], {"a": 1.5}),
    (["a", ".5"], {"a": 0.5}),
    (["a", "1."], {"a": 1.0}),
    (["a", " 1 "], {"a": 1}),
    (["a", "inf"], {"a": math.inf}),
    (["a", "-inf"], {"a": -math.inf}),
    (["a", "0x10"], {"a": "0x10"}),
    (["a", '"1"'], {"a": '"1"'}),
    (["a", "/x"], {"a": "/x"}),
    (["a", "/x/"], {"a": {"$regex": "x"}}),
    (["a", "/x y/"], {"a": {"$regex": "x y"}}),
    (["a", "/"], {"a": {"$regex": ""}}),
    (["a", "//"], {"a": {"$regex": ""}}),
    (["a", "true"], {"a": True}),
    (["a", "false"], {"a": False}),
    (["a", "null"], {"a": None}),
    (["a", "True"], {"a": "True"}),
    (["a", "False"], {"a": "False"}),
    (["a", "None"], {"a": "None"}),
    (["a", "none"], {"a": "none"}),
    (["a", "x y"], {"a": "x y"}),
    (["a", "1", "b"], {"a": 1, "b": EXISTS}),
    (["a", "1", "b", "2"], {"a": 1, "b": 2}),
    (["a", "1", "a", "2"], {"a": 2}),
    (["a.$lt", "5"], {"a.$lt": 5}),
    (["a.$in", "[1,2]"], {"a.$in": [1, 2]}),
    (["doc.x", "1"], {"doc.x": 1}),
    (["$not", '{"a":1}'], {"$not": {"a": 1}}),
    (["$or", '[{"a":1},{"b":2}]'], {"$or": [{"a": 1}, {"b": 2}]}),
    (["a", '{"$lt": 5}'], {"a": {"$lt": 5}}),
    (["a", "[1, 2]"], {"a": [1, 2]}),
    (["a", "{}"], {"a": {}}),
    (["a", "[1, 2"], {"a": "[1, 2"}),
    (["a", "{"], {"a": "{"}),
    (["doc.sum.$where", "lambda x: x == 1"], {"doc.sum.$where": "lambda x: x == 1"}),
    (["a b", "1"], {"a b": 1}),
    (["/a/", "1"], {"/a/": 1}),
    (["b", "-1"], {"b": -1}),
]


def typed(value: Any) -> Any:
    """Return a value that is equal only to values of the same types."""
    return json.dumps(value, sort_keys=True)


@pytest.mark.parametrize(("tokens", "expected"), TOKENS, ids=ids)
def test_words(tokens: list[str], expected: Any, capsys: Any) -> None:
    """Words alternate key and value; how they were understood is printed to stderr."""
    result = signac.filterparse.parse_filter_arg(tokens)
    assert type(result) is dict
    assert typed(result) == typed(expected)
    printed = capsys.readouterr()
    assert f"Interpreted filter arguments as '{json.dumps(expected)}'." in printed.err
    assert printed.out == ""


@pytest.mark.parametrize(("tokens", "expected"), TOKENS, ids=ids)
def test_pairs(tokens: list[str], expected: Any, capsys: Any) -> None:
    """`parse_simple` yields the pairs of key and value."""
    pairs = list(signac.filterparse.parse_simple(tokens))
    assert all(type(pair) is tuple and len(pair) == 2 for pair in pairs)
    assert typed(dict(pairs)) == typed(expected)
    assert len(pairs) == (len(tokens) + 1) // 2
    assert "Interpreted" not in capsys.readouterr().err


@pytest.mark.parametrize("nothing", [None, []], ids=ids)
def test_nothing(nothing: Any, capsys: Any) -> None:
    """No words are no filter."""
    assert signac.filterparse.parse_filter_arg(nothing) is None
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ('{"a":1}', {"a": 1}),
        ('{"a": 1, "b": {"$lt": 2}}', {"a": 1, "b": {"$lt": 2}}),
        ("{}", {}),
        ('{"a": [1, null, true]}', {"a": [1, None, True]}),
    ],
    ids=ids,
)
def test_one_json_word(token: str, expected: Any, capsys: Any) -> None:
    """One word that looks like JSON is parsed as JSON, and nothing is printed."""
    assert typed(signac.filterparse.parse_filter_arg([token])) == typed(expected)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("word", "meant"), [("True", "true"), ("False", "false"), ("None", "null"), ("none", "null")]
)
def test_python_spellings(word: str, meant: str, capsys: Any) -> None:
    """Python's names of constants stay texts, with a question on stderr."""
    assert signac.filterparse.parse_filter_arg(["a", word]) == {"a": word}
    assert f"Did you mean {meant}?" in capsys.readouterr().err


@pytest.mark.parametrize("tokens", [["a", "{bad}"], ["a", "[bad]"], ["{bad}"], ["a", "{'b': 1}"]])
def test_broken_json(tokens: list[str], capsys: Any) -> None:
    """A word in braces or brackets that is no JSON is explained, and a `JSONDecodeError`."""
    with pytest.raises(json.JSONDecodeError):
        signac.filterparse.parse_filter_arg(tokens)
    printed = capsys.readouterr()
    assert "Failed to parse query argument" in printed.err
    assert tokens[-1] in printed.err
    assert printed.out == ""


@pytest.mark.parametrize(
    "tokens", [['{"a":1}', "b"], ["[1]", "b"], ["a", "1", '{"b":1}', "2"]], ids=ids
)
def test_json_as_key(tokens: list[str]) -> None:
    """JSON in the place of a key is a `ValueError` that shows it."""
    with pytest.raises(ValueError) as caught:
        signac.filterparse.parse_filter_arg(tokens)
    assert next(token for token in tokens if token[0] in "{[") in str(caught.value)


@pytest.mark.parametrize("tokens", [["", "1"], [""], ["a", "1", "", "2"]], ids=ids)
def test_empty_keys(tokens: list[str]) -> None:
    """An empty word in the place of a key is no bare `IndexError`."""
    try:
        result = signac.filterparse.parse_filter_arg(tokens)
    except ValueError as error:
        result = str(error)
    assert result


@pytest.mark.parametrize("tokens", [["a", ""], ["a", "1", "b", ""]], ids=ids)
def test_empty_values(tokens: list[str]) -> None:
    """An empty word in the place of a value is the empty text, or an error that explains it."""
    try:
        result = signac.filterparse.parse_filter_arg(tokens)[tokens[-2]]
    except ValueError as error:
        result = str(error)
    assert result == "" or "empty" in result


def test_parse_filter() -> None:
    """`parse_filter` gives the pairs of a text, a mapping or pairs, else a `ValueError`."""
    parse = signac.filterparse.parse_filter
    assert list(parse("a 1 b")) == [("a", 1), ("b", EXISTS)]
    assert list(parse("")) == []
    assert list(parse({"a": {"b": 1}})) == [("a", {"b": 1})]
    assert list(parse([("a", 1), ("b", 2)])) == [("a", 1), ("b", 2)]
    assert list(parse(iter([("a", 1)]))) == [("a", 1)]
    assert dict(parse("a.$lt 5 doc.x true")) == {"a.$lt": 5, "doc.x": True}
    for wrong in (5, None, 0, 1.5):
        with pytest.raises(ValueError):
            list(parse(wrong))


def test_the_result_is_json(project: Any) -> None:
    """What is parsed can be dumped as JSON, as a dashboard does."""
    import shlex

    for text in ("a 1 b", "doc.sum.$where 'lambda x: x == 1'", "a.$near '[1, 0.5]' b true"):
        result = signac.filterparse.parse_filter_arg(shlex.split(text))
        assert json.loads(json.dumps(result)) == result


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a 1", [1]),
        ("a 1 b.c", [1]),
        ("a", [0, 1, 2, 3]),
        ("a !", [0, 1, 2, 3]),
        ("  a   1  ", [1]),
        (" ", [0, 1, 2, 3]),
        ("b.c 2", [2]),
        ("sp.a 1", [1]),
        ("doc.d 1", [1]),
        ("a 1 doc.d 1", [1]),
        ("a 1 doc.d 2", []),
        ("a.$lt 2", [0, 1]),
        ('a {"$lt":2}', [0, 1]),
        ('$or [{"a":1},{"a":2}]', [1, 2]),
        ('$not {"a":1}', [0, 2, 3]),
        ("s /^x/", [0, 2]),
        ("s xy", [0, 2]),
        ("a -1", []),
        ("t true", [0, 2]),
        ("t null", [1]),
        ("t", [0, 1, 2]),
        ("missing", []),
    ],
    ids=ids,
)
def test_texts_as_filters(project: Any, text: str, expected: list[int], capsys: Any) -> None:
    """A text given to `find_jobs` is split at white space and parsed as words, silently."""
    statepoints = [
        {"a": 0, "b": {"c": 0}, "s": "xy", "t": True},
        {"a": 1, "b": {"c": 1}, "s": "y", "t": None},
        {"a": 2, "b": {"c": 2}, "s": "xy", "t": True},
        {"a": 3},
    ]
    fill(project, statepoints, [{"d": 0}, {"d": 1}])
    assert found(project, text) == expected
    assert capsys.readouterr() == ("", "")


def test_a_text_is_its_mapping(project: Any) -> None:
    """The filter of a cursor made from a text is the mapping that it stands for."""
    fill(project, [{"a": 0}, {"a": 1, "b": 1}])
    assert project.find_jobs("a 0 b") == project.find_jobs({"a": 0, "b": EXISTS})
    assert repr(project.find_jobs("a 0")) == repr(project.find_jobs({"a": 0}))
    assert "filter={'a': 0, 'b': {'$exists': True}}" in repr(project.find_jobs("a 0 b"))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a {bad}", json.JSONDecodeError),
        ("a [1,]", json.JSONDecodeError),
        ("[1]", ValueError),
        ('[{"a":1}]', ValueError),
        ("a.$foo 1", KeyError),
        ("$and 5", ValueError),
        ("a.$type dict", ValueError),
    ],
    ids=ids,
)
def test_faulty_texts(project: Any, text: str, kind: type[Exception]) -> None:
    """A text that cannot be parsed raises when the search is evaluated, or before."""
    fill(project, [{"a": 0}])
    with pytest.raises(kind):
        list(project.find_jobs(text))


def test_import_paths() -> None:
    """`import signac` is enough to use `signac.filterparse`."""
    import subprocess
    import sys

    code = "import signac; assert signac.filterparse.parse_filter_arg(['a', '1']) == {'a': 1}"
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, capture_output=True)
