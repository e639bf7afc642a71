"""Text filters: expressions mean what Python means, words come back, and nothing crashes."""

import json
import math
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from property import queries
from signac import filterparse
from signac._query.ast import MISSING
from signac._query.evaluate import look_up, matches
from signac._query.expression import parse_expression_filter
from signac._query.normalize import normalize
from signac._query.parse import parse_filter, parse_key
from signac._query.patterns import searcher
from signac._query.where import freeze
from signac.errors import InvalidInputError, QueryError

COMMON = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=250,
    suppress_health_check=list(HealthCheck),
)
NOTHING = {"__builtins__": {}, "inf": math.inf, "len": len, "abs": abs}
NO_MATCH = (AttributeError, LookupError, OverflowError, TypeError, ValueError)
LITERALS = ("0", "1", "-1", "2.5", "'a'", "''", "True", "[1, 2]", "[]", "inf", "1e30")

#: A condition on one key: its text with the key as ``{}``, and when it holds for a value.
_comparisons = st.one_of(
    st.tuples(st.sampled_from(("{} == ", "{} != ")), st.sampled_from((*LITERALS, "None"))).map(
        "".join
    ),
    st.tuples(
        st.sampled_from(("{} < ", "{} <= ", "{} > ", "{} >= ")), st.sampled_from(LITERALS)
    ).map("".join),
    st.tuples(st.sampled_from(LITERALS), st.sampled_from((" == {}", " < {}", " >= {}"))).map(
        "".join
    ),
    st.sampled_from(
        (
            "0 < {} <= 2",
            "{} in [1, 'a', None]",
            "{} not in [1, 'a', []]",
            "{} in (1, 2)",
            "{} in 'ab'",
            "{} is None",
            "{} is not None",
            "{} is True",
            "{}",
            "{} % 2 == 1",
            "len({}) > 1",
            "'a' in {}",
            "{}[0] == 1",
            "{}.startswith('a')",
            "abs({}) >= 1",
        )
    ),
)
conditions = st.tuples(_comparisons, queries.keys)


def _holds(template: str, key: str, job: Any) -> bool:
    """Evaluate one condition with Python itself; a missing key and unlike types do not match."""
    place = parse_key(key)
    value = look_up(job[0] if place.namespace == "sp" else job[1], place.path)
    if value is MISSING:
        return False
    name = "value"
    if "None" in template or "is " in template or "in '" in template or "[0]" in template:
        value = freeze(value)
    if template == "{} in 'ab'" and not isinstance(value, str):
        return False
    value = json.loads(json.dumps(value)) if isinstance(value, tuple) else value
    if isinstance(value, dict) and any(part in template for part in ("in {}", "[0]", "len(")):
        value = freeze(value)
    try:
        return bool(eval(template.format(name), {**NOTHING, name: value}))
    except NO_MATCH:
        return False


def _text(parts: Any) -> str:
    if isinstance(parts[0], str):
        template, key = parts
        return str(template.format(key))
    operator, inner = parts[0][0], parts[1]
    if operator == "not":
        return f"not ({_text(inner[0])})"
    return f" {operator} ".join(f"({_text(part)})" for part in inner)


def _value(parts: Any, job: Any) -> bool:
    if isinstance(parts[0], str):
        return _holds(*parts, job)
    operator, inner = parts[0][0], parts[1]
    answers = [_value(part, job) for part in inner]
    return not answers[0] if operator == "not" else {"and": all, "or": any}[operator](answers)


trees = st.recursive(
    conditions,
    lambda inner: st.tuples(
        st.sampled_from((("and",), ("or",), ("not",))), st.lists(inner, min_size=1, max_size=3)
    ),
    max_leaves=5,
)


@COMMON
@given(trees, st.lists(st.tuples(queries.statepoints, queries.documents), min_size=1, max_size=4))
def test_expressions(tree: Any, jobs: list[Any]) -> None:
    """An expression gives what Python gives, condition by condition, on generated jobs."""
    text = f"({_text(tree)}) or ({_text(tree)})"
    found = parse_expression_filter(text)
    assert found is not None, text
    query = parse_filter(found)
    assert eval(repr(found), {"inf": math.inf}) == found
    for job in jobs:
        assert matches(query, *job) is _value(tree, job), (text, found, job)


_numbers = st.one_of(
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False),
)
_containers = st.recursive(
    st.one_of(_numbers, st.booleans(), st.none(), st.text(max_size=4)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=6,
).filter(lambda value: isinstance(value, list | dict))


@COMMON
@given(
    st.dictionaries(
        st.text(st.characters(categories=("L", "N", "Pc")), min_size=1, max_size=6),
        st.one_of(_numbers, st.booleans(), st.none(), _containers),
        max_size=4,
    )
)
def test_words_come_back(content: dict[str, Any]) -> None:
    """Keys and JSON values given as words are the same mapping again."""
    words = [word for key, value in content.items() for word in (key, json.dumps(value))]
    words = [{"Infinity": "inf", "-Infinity": "-inf"}.get(word, word) for word in words]
    found = dict(filterparse.parse_simple(words))
    assert found == content
    assert repr(list(found.values())) == repr(list(content.values()))


_WORDS = r"""
a b.c doc.x sp p $lt $not $ . _ lambda in is not and or None True inf x
== = != < > <= >= <> && || ! + - * ** / // % @ ~ : := , ; # \ ' " ` ( ) [ ] { }
0 1 -5 1e9 0x1 'a' "b" [1] {} {'a':1} {"a":1} /x/ f'{a}' b'' 9**9**9 lambda:0
exists(a) match(a,'(') near(a,1) range(9) len(a) open('x') a.b() \u00b5
"""
_PIECES = [*_WORDS.split(), "\n", "\t", "\0", "\ud800", "\u00b5", " "]
noise = st.one_of(
    st.lists(st.sampled_from(_PIECES), max_size=9).map(" ".join),
    st.lists(st.sampled_from(_PIECES), max_size=9).map("".join),
    st.text(max_size=30),
)


@COMMON
@given(noise)
def test_any_text(text: str) -> None:
    """Any text is a filter or an `InvalidInputError`, as a filter, a lambda and a pattern."""
    try:
        found = normalize(text)
        assert found is None or isinstance(found, dict)
        parse_filter(found or {})
    except InvalidInputError as error:
        assert str(error)  # noqa: PT017
    for use in (
        lambda: parse_filter({"a": {"$where": text}}),
        lambda: parse_filter({"a": {"$where": f"lambda x: {text}"}}),
        lambda: parse_filter({text: {"$regex": text}}),
        lambda: searcher(text, "")(text),
        lambda: parse_key(text),
        lambda: dict(filterparse.parse_simple(text.split("."))),
    ):
        try:
            use()
        except QueryError as error:
            assert str(error)  # noqa: PT017
        except FutureWarning:
            pass  # of Python, about sets in patterns that look nested


_anything = st.recursive(
    st.one_of(
        queries.scalars,
        st.sampled_from((object(), len, {1}, b"a", 1j, range(2), int)),
        st.sampled_from(("$lt", "$and", "a.$in", "lambda x: x")),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.tuples(inner, inner),
        st.dictionaries(
            st.one_of(
                queries.keys,
                st.sampled_from(
                    ("$and", "$or", "$not", "$lt", "$in", "$eq", "$near", "$where", "$type", "")
                ),
                st.sampled_from((1, None, True, 1.5, (1, 2))),
            ),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=8,
)


@COMMON
@given(_anything)
def test_any_object(query: Any) -> None:
    """Any object is a filter or an `InvalidInputError`, and a filter that is one can be asked."""
    try:
        found = normalize(query)
        tree = parse_filter(found or {})
    except InvalidInputError as error:
        assert str(error)  # noqa: PT017
        return
    for statepoint in ({}, {"a": 1, "b": {"c": "x"}}, {"a": [1], "b": None}):
        try:
            assert isinstance(matches(tree, statepoint, statepoint), bool)
        except (TypeError, ValueError) as error:
            assert callable(len)
            assert error.__traceback__  # noqa: PT017  # of a function that was given


def test_the_generated_filters_say_something() -> None:
    """Both answers occur among the generated filters and jobs, in good number."""
    answers = []

    @settings(COMMON, max_examples=300)
    @given(queries.filters, queries.statepoints, queries.documents)
    def ask(query: Any, statepoint: Any, document: Any) -> None:
        answers.append(matches(parse_filter(query), statepoint, document))

    ask()
    assert min(answers.count(True), answers.count(False)) > 40


@pytest.mark.parametrize("text", ["a == 1 or a == 2", "not a"])
def test_reading_twice_is_the_same(text: str) -> None:
    """A text gives equal mappings that share nothing."""
    first, second = parse_expression_filter(text), parse_expression_filter(text)
    assert first == second
    assert first is not None
    for value in first.values():
        value.clear()
    assert second == parse_expression_filter(text)
