"""`$where`: functions as they are; text only as far as it is harmless."""

import time
from typing import Any

import pytest

from signac._query.evaluate import matches
from signac._query.parse import parse_filter
from signac.errors import QueryError, QuerySyntaxError


def holds(text: Any, value: Any) -> bool:
    return matches(parse_filter({"a": {"$where": text}}), {"a": value}, {})


MEANINGS: list[tuple[str, Any, bool]] = [
    ("lambda x: x", 5, True),
    ("lambda x: x", 0, False),
    ("lambda x: 'yes'", None, True),
    ("lambda x: None", 1, False),
    (" (lambda x: True) ", 1, True),
    ("lambda value: value > 2", 3, True),
    ("lambda len: len == 3", 3, True),
    ("lambda x, /: x == 3", 3, True),
    ("bool", 1, True),
    ("len", [], False),
    ("lambda x: 0 < x <= 3 != 4", 3, True),
    ("lambda x: x > 1 and x < 3 or x == 9", 9, True),
    ("lambda x: not x", "", True),
    ("lambda x: -x + 2 * x - x // 2 == x - x // 2", 7, True),
    ("lambda x: x % 2 == 1 and x ** 2 == 49 and x / 2 == 3.5", 7, True),
    ("lambda x: x << 2 == 28 and x >> 1 == 3 and x & 1 and x | 8 == 15 and x ^ 1 == 6", 7, True),
    ("lambda x: ~x == -8 and +x == 7", 7, True),
    ("lambda x: x in (1, 2) or x in [3] or x in {4} or x not in 'ab'", "c", True),
    ("lambda x: 'b' in x", "abc", True),
    ("lambda x: 2 in x", [1, 2], True),
    ("lambda x: x is None", None, True),
    ("lambda x: x is not True", 1, True),
    ("lambda x: type(x) is int", 1, True),
    ("lambda x: type(x) is int", True, False),
    ("lambda x: isinstance(x, (int, str))", "a", True),
    ("lambda x: isinstance(x, list)", [1], False),
    ("lambda x: isinstance(x, tuple)", [1], True),
    ("lambda x: 'big' if x > 5 else ''", 6, True),
    (
        "lambda x: x[0] == 1 and x[-1] == 3 and x[1:] == (2, 3) and x[::2] == (1, 3)",
        [1, 2, 3],
        True,
    ),
    ("lambda x: x[0][1] == 2", [[1, 2]], True),
    ("lambda x: x['b']['c'] == (1,)", {"b": {"c": [1]}}, True),
    ("lambda x: x.get('z', 4) == 4 and len(x.keys()) == 1", {"b": 1}, True),
    ("lambda x: x == {'b': 1}", {"b": 1}, True),
    ("lambda x: len(x) == 2 and max(x) == 3 and min(x) == 1 and sum(x) == 4", [3, 1], True),
    ("lambda x: sorted(x) == [1, 3] and any(x) and all(x)", [3, 1], True),
    ("lambda x: max(x, 5) == 5 and abs(-x) == x and round(x / 3, 2) == 0.67", 2, True),
    ("lambda x: int(x) == 12 and float(x) == 12.0 and str(12) == x", "12", True),
    ("lambda x: x.startswith('a') and x.endswith('c') and x.upper() == 'ABC'", "abc", True),
    ("lambda x: x.split('-')[1].strip() == 'b'", "a- b", True),
    ("lambda x: x.replace('a', 'bb') == 'bbc' and x.find('c') == 1", "ac", True),
    ("lambda x: '-'.join(x) == 'a-b'", ["a", "b"], True),
    ("lambda x: x.isdigit() and x.count('1') == 2", "101", True),
    ("lambda x: 'é' in x", "café", True),
    ("lambda x: x * 3 == 'ababab'", "ab", True),
    ("lambda x: 2 * x == (1, 'a', 1, 'a')", [1, "a"], True),
]


@pytest.mark.parametrize(("text", "value", "expected"), MEANINGS)
def test_meaning(text: str, value: Any, expected: bool) -> None:
    """What text may hold means what it means in Python, with lists as tuples."""
    assert holds(text, value) is expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("lambda x: x > 2", "a"),
        ("lambda x: x > 2", None),
        ("lambda x: x['b'] == 1", 5),
        ("lambda x: x['b'] == 1", {"c": 1}),
        ("lambda x: x[3] == 1", [1]),
        ("lambda x: int(x) > 0", "a"),
        ("lambda x: x.upper() == 'A'", 5),
        ("lambda x: x.keys()", "a"),
        ("lambda x: x * 1.5 > 1", 10**400),
        ("lambda x: len(x, x)", [1]),
        ("lambda x: x > 2 or True", None),
        ("lambda x: not (x > 2)", None),
        ("lambda x: int[0]", 1),
    ],
)
def test_what_cannot_be_computed_does_not_match(text: str, value: Any) -> None:
    """A value for which the text fails does not match, and spoils nothing for the others."""
    assert not holds(text, value)


REFUSED: list[tuple[str, int, str]] = [
    ("__import__('os')", 1, "no function"),
    ("x > 2", 1, "no function"),
    ("", 1, ""),
    ("lambda x: __import__('os').system('id')", 11, "__import__"),
    ("lambda x: open('/etc/passwd').read()", 11, "open"),
    ("lambda x: x.__class__", 11, "an attribute"),
    ("lambda x: x.__class__.__mro__[1].__subclasses__()", 11, "an attribute"),
    ("lambda x: ().__class__", 11, "an attribute"),
    ("lambda x: x > 1 and eval('1')", 21, "eval"),
    ("lambda x: exec('1')", 11, "exec"),
    ("lambda x: getattr(x, 'a')", 11, "getattr"),
    ("lambda x: x.format(1)", 11, "format"),
    ("lambda x: x.format_map({})", 11, "format_map"),
    ("lambda x: 'a'.ljust(10 ** 9)", 11, "ljust"),
    ("lambda x: x.zfill(9)", 11, "zfill"),
    ("lambda x: f'{x}'", 11, "formatted string"),
    ("lambda x: '%1000000000d' % x", 11, "not formatted"),
    ("lambda x: [y for y in x]", 11, "a loop"),
    ("lambda x: any(y for y in x)", 14, "a loop"),
    ("lambda x: (lambda y: y)(x)", 12, "called"),
    ("lambda x: (y := 3)", 12, "an assignment"),
    ("lambda x: max(*x)", 15, "*"),
    ("lambda x: max(x, key=len)", 22, "keywords"),
    ("lambda x: {**x}", 14, "**"),
    ("lambda x: x @ x", 11, "matrix"),
    ("lambda x: 1j", 11, "complex"),
    ("lambda x: b'a'", 11, "bytes"),
    ("lambda x: ...", 11, "ellipsis"),
    ("lambda x: y > 2", 11, "'y'"),
    ("lambda x: x is 3", 16, "write =="),
    ("lambda x: x > math.pi", 15, "an attribute"),
    ("lambda é: é > math", 15, "'math'"),
    ("lambda x: range(10 ** 9)", 11, "range"),
    ("lambda x: print(x)", 11, "print"),
    ("lambda x: len", 11, "'len'"),
    ("lambda: True", 1, "one argument"),
    ("lambda x, y: True", 1, "one argument"),
    ("lambda x, y=1: True", 1, "one argument"),
    ("lambda x=1: True", 1, "one argument"),
    ("lambda *x: True", 1, "one argument"),
    ("lambda **x: True", 1, "one argument"),
    ("lambda *, x: True", 1, "one argument"),
    ("lambda x: (x", 11, "never closed"),
    ("import os", 1, "invalid"),
]


@pytest.mark.parametrize(("text", "column", "word"), REFUSED)
def test_refused_text(text: str, column: int, word: str) -> None:
    """Everything else is refused before anything is searched, with its name and column."""
    with pytest.raises(QuerySyntaxError) as caught:
        parse_filter({"a": {"$where": text}})
    assert word in str(caught.value)
    if text:
        assert caught.value.column == column
        assert "sp.a.$where" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("lambda x: x ** 9 ** 9", 9),
        ("lambda x: 1 << x", 10**9),
        ("lambda x: 2 ** x * 2 ** x", 30_000),
        ("lambda x: round(7, -x)", 10**9),
        ("lambda x: x.replace('a', x)", "a" * 9999),
        ("lambda x: x.join(x)", "a" * 9999),
        ("lambda x: " + " + ".join(["x"] * 50), "a" * 9999),
        ("lambda x: " + " + ".join(["x"] * 50), [1] * 9999),
        ("lambda x: int(x)", "9" * 50_000),
    ],
)
def test_nothing_hangs_or_fills_the_memory(text: str, value: Any) -> None:
    """A result that would be too large is refused: on a value, or at once if it needs none."""
    start = time.monotonic()
    with pytest.raises(QueryError, match="too large"):
        holds(text, value)
    constant = text.replace("x", repr(value)).replace(f"lambda {value!r}", "lambda y")
    if len(constant) < 10_000 and "[1]" not in constant:
        with pytest.raises(QuerySyntaxError, match="too large"):
            parse_filter({"a": {"$where": constant}})
    assert time.monotonic() - start < 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("lambda x: 'a' * x == 1", 10**9),
        ("lambda x: x * 'a' == 1", 10**9),
        ("lambda x: x * 1000 == 1", [["a" * 100]]),
        ("lambda x: x % 2 == 0", "%d"),
    ],
)
def test_formulas_of_numbers_meet_strings_and_lists(text: str, value: Any) -> None:
    """A string or list in a formula of numbers does not match, and is neither grown nor formatted.

    The same with a constant is a mistake of the text, and refused.
    """
    start = time.monotonic()
    assert not holds(text, value)
    constant = text.replace("x", repr(value)).replace(f"lambda {value!r}", "lambda y")
    with pytest.raises(QuerySyntaxError, match=r"too large|not formatted"):
        parse_filter({"a": {"$where": constant}})
    assert time.monotonic() - start < 1


def test_large_operands_are_refused_on_the_value() -> None:
    """What is small in the text may be too large with a value: then the search says so."""
    query = parse_filter({"a": {"$where": "lambda x: x ** x > 0"}})
    assert matches(query, {"a": 100}, {})
    with pytest.raises(QueryError, match=r"sp\.a\.\$where.*on the value 100000: .*too large"):
        matches(query, {"a": 10**5}, {})


@pytest.mark.parametrize(
    "text",
    [
        "lambda x: " + "(" * 500 + "x" + ")" * 500,
        "lambda x: " + "not " * 500 + "x",
        "lambda x: " + "-" * 9000 + "x",
        "lambda x: x" + " + x" * 1500,
        "lambda x: x" + "[0]" * 500,
        "lambda x: " + "[" * 5000,
        "lambda x: x > 2 #" + "a" * 20_000,
        "lambda x: '\0'",
        "lambda x: '\ud800'",
    ],
    ids=lambda text: repr(text[:24]),
)
def test_monstrous_text(text: str) -> None:
    """Text that is deep, long or no text at all is refused, and crashes nothing."""
    with pytest.raises(QuerySyntaxError):
        parse_filter({"a": {"$where": text}})


@pytest.mark.parametrize("text", ["lambda x: 1 / x < 1", "lambda x: 7 % x", "lambda x: x // 0"])
def test_divisions_by_zero_are_raised(text: str) -> None:
    """A mistake of the formula, not of the type of a value, is raised as it is."""
    assert holds(text.replace("0", "1"), 5)
    with pytest.raises(ZeroDivisionError):
        holds(text, 0)


def test_functions_get_frozen_values() -> None:
    """A function sees lists as tuples at every level, and cannot change what is stored."""
    seen: list[Any] = []

    def look(value: Any) -> bool:
        seen.append(value)
        if isinstance(value, dict):
            value.clear()
        return True

    stored = {"a": [1, [2], {"b": [3]}], "m": {"c": [4]}, "n": None}
    for key in stored:
        assert matches(parse_filter({key: {"$where": look}}), stored, {})
    assert seen == [(1, (2,), {"b": (3,)}), {}, None]
    assert stored["m"] == {"c": [4]}


def test_what_a_function_raises_is_raised() -> None:
    """An error of a function of the caller is the caller's."""

    class Own(Exception):
        pass

    def fail(_: Any) -> bool:
        raise Own

    for function, kind in ((fail, Own), (lambda x: x > 2, TypeError)):
        with pytest.raises(kind):
            holds(function, "a")


def test_any_truth_of_a_function_counts() -> None:
    """A function may return anything; its truth decides."""
    assert holds(lambda x: [x], 0)
    assert not holds(lambda x: [], 0)
    assert holds(str.isdigit, "12")
    assert holds(bool, 1)


def test_escapes_in_text_do_not_warn() -> None:
    r"""A backslash that Python would warn of, as in "\d", is taken as it stands."""
    assert holds("lambda x: x == '\\d'", "\\d")
