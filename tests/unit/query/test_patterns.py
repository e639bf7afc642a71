r"""`$regex`: what `re.search` says, from patterns that cannot hang."""

import re
import sys
import time
from typing import Any

import pytest

from signac._query import patterns
from signac._query.parse import parse_filter
from signac._query.patterns import searcher
from signac._query.shape import MOST_WAYS, shape_of
from signac.errors import QueryError, QueryPatternError

#: Patterns that take `re` longer than anyone waits, with a string for each.
ENDLESS = [
    ("(a+)+$", "a" * 40 + "b"),
    ("(a|aa)+$", "a" * 60 + "b"),
    ("(a|a)*$", "a" * 40 + "b"),
    ("(.*a){20}$", "a" * 40 + "b"),
    ("(x+x+)+y", "x" * 60),
    ("a?" * 40 + "a" * 40 + "b", "a" * 40),
    ("(?=(a+)+$)b", "a" * 60 + "c"),
    (".*.*.*.*.*.*=.", "x" * 3000),
    ("(((a{1,100}){1,100}){1,100}){1,100}$", "a" * 200 + "b"),
    ("(?x) ( a | a ) * $ # [", "a" * 40 + "b"),
    ("(a)(\\1*)*b", "a" * 60),
    ("(a+(?#x))+$", "a" * 60 + "b"),
    ("(a+)(?#x)+$", "a" * 60 + "b"),
    ("(?i:A+)*$", "a" * 60 + "b"),
    (r"^(\w+\s?)*$", "word " * 20 + "!"),
]


@pytest.mark.parametrize(("pattern", "text"), ENDLESS, ids=[pattern for pattern, _ in ENDLESS])
def test_no_pattern_hangs(monkeypatch: pytest.MonkeyPatch, pattern: str, text: str) -> None:
    """A pattern that might never end gives an answer, or an error that names it, within seconds."""
    monkeypatch.setattr(patterns, "SECONDS_EACH", 0.2)
    start = time.monotonic()
    try:
        found: object = searcher(pattern, "sp.a.$regex")(text)
    except QueryError as error:
        found = str(error)
    assert time.monotonic() - start < 3
    assert isinstance(found, bool) or ("sp.a.$regex" in found and repr(pattern)[1:30] in found)


def test_a_slow_search_says_so() -> None:
    """The error of a search that takes too long names pattern, value and place."""
    with pytest.raises(QueryError, match=r"sp\.a\.\$regex.*takes more than 0\.5 s") as caught:
        searcher("(a|aa)+$", "sp.a.$regex")("a" * 60 + "b")
    assert caught.value.where == "sp.a.$regex"


def test_many_slow_searches_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Searches that are all slow, but none of them too slow, end together."""
    monkeypatch.setattr(patterns, "SECONDS_IN_ALL", 0.3)
    search = searcher("(a|aa)+$", "sp.a.$regex")
    start = time.monotonic()
    with pytest.raises(QueryError, match="in all"):
        for _ in range(1000):
            search("a" * 24 + "b")
    assert time.monotonic() - start < 5


@pytest.mark.parametrize(
    "pattern",
    [
        "gold",
        "^gold$",
        r"^T=\d+\.\d*_p=\d+$",
        "[0-9]{3}",
        "a|b|c",
        "^(run|test)_[a-z]+$",
        "(?i)gold",
        r"\.txt$",
    ],
)
def test_ordinary_patterns_use_the_fast_engine(pattern: str) -> None:
    """Patterns as people write them need no limit of time on strings of ordinary length."""
    shape = shape_of(pattern)
    assert shape.is_simple
    assert shape.choices * 31**shape.loops <= MOST_WAYS


@pytest.mark.parametrize("pattern", [pattern for pattern, _ in ENDLESS])
def test_endless_patterns_are_told(pattern: str) -> None:
    """No pattern that may not end goes to `re` with a string on which it does not."""
    shape = shape_of(pattern)
    text = dict(ENDLESS)[pattern]
    assert not shape.is_simple or shape.choices * (len(text) + 1) ** shape.loops > MOST_WAYS


def test_the_limit_of_the_fast_engine_is_fast() -> None:
    """At the limit where a pattern still goes to `re`, a search takes less than seconds."""
    for pattern in (".*.*.*=.", "a*a*a*b", "a?" * 20 + "b", "[ab]*[bc]*x$", "a{1,50}a{1,50}b"):
        shape = shape_of(pattern)
        length = int((MOST_WAYS / shape.choices) ** (1 / shape.loops)) - 2
        start = time.monotonic()
        searcher(pattern, "")("a" * length)
        assert time.monotonic() - start < 2, pattern


@pytest.mark.parametrize(
    "pattern",
    ["(", "[", "a**", "\\p", "[z-a]", "x{2,1}", "(?P<a>b)(?P<a>c)", "(?<=a+)b", "a\\"],
)
def test_bad_patterns(pattern: str) -> None:
    """A bad pattern raises `re.error`, with what `re` says, before anything is searched."""
    with pytest.raises(re.error) as mine:
        parse_filter({"a": {"$regex": pattern}})
    with pytest.raises(re.error) as theirs:
        re.compile(pattern)
    assert isinstance(mine.value, QueryPatternError)
    assert str(theirs.value) in str(mine.value)
    assert (mine.value.pattern, mine.value.pos) == (pattern, theirs.value.pos)


@pytest.mark.parametrize("pattern", ["(" * 5000, "a{99999999999}", "a" * 200_000, "(?:" * 5000])
def test_monstrous_patterns(pattern: str) -> None:
    """A pattern that no engine can hold is refused."""
    with pytest.raises(QueryPatternError):
        searcher(pattern, "")


#: Patterns that the two engines read differently, each repeated so that it takes the slow way.
READ_DIFFERENTLY: list[tuple[str, str]] = [
    (r"\w", "²"),
    (r"\w", "\u0301"),
    (r"\W", "\u0301"),
    (r"[^\w]", "½"),
    (r"[^\W\d]", "ß"),
    (r"(?i)[^\W\d]", "ß"),
    (r"\s", "\x1c"),
    (r"[\s]", "\x1f"),
    (r"\S", "\x1d"),
    (r"\b", "²"),
    (r"\ba\b", "a²"),
    (r"\B", ""),
    (r"a\Bb", "ab"),
    ("a{e}", "a{e}"),
    ("a{e<=1}", "b"),
    ("a{,2}b", "aab"),
    ("[[:alpha:]]", "a"),
    ("[[:alpha:]]", "a]"),
    ("[a[]", "["),
    ("(?a)[\\[x]", "\\"),
    ("[\\W^]", "^"),
    ("[]a]", "]"),
    ("[^]a]", "b"),
    (r"\N{DIGIT ONE}", "1"),
    (r"[\N{DIGIT ONE}]", "1"),
    (r"(?a)\w", "é"),
    (r"(?a)\B", ""),
    (r"(?x) a b # c", "ab"),
    (r"\d", "\u0661"),
    (r"\d", "²"),
]


@pytest.mark.filterwarnings("ignore:Possible nested set")
@pytest.mark.parametrize(("pattern", "text"), READ_DIFFERENTLY)
def test_both_engines_read_the_same(pattern: str, text: str) -> None:
    """A pattern means the same whether or not it must be watched."""
    flags = re.match(r"\(\?[aix]\)", pattern)
    start = flags[0] if flags else ""
    watched = f"{start}(?:(?:{pattern.removeprefix(start)}\n)|zz)+"
    plain = f"{start}(?:{pattern.removeprefix(start)}\n)"
    assert not shape_of(watched).is_simple
    for candidate in (text, "", "a", f"{text}{text}", " "):
        expected = re.search(plain, f"{candidate}\n") is not None
        assert searcher(watched, "")(f"{candidate}\n") is expected, candidate


def test_only_strings_are_searched() -> None:
    """Values that are no strings never match, not even an empty pattern."""
    query: Any = parse_filter({"a": {"$regex": ""}})
    assert query.accept("")
    for value in (None, 1, 1.5, True, [], ["a"], {}, {"a": "b"}):
        assert not query.accept(value)


def test_simple_patterns_load_nothing() -> None:
    """The second engine is loaded at the first pattern that needs it."""
    code = (
        "import sys; from signac._query.parse import parse_filter as p; "
        "assert p({'a.$regex': '^a[0-9]+$'}).accept('a1'); assert 'regex' not in sys.modules; "
        "assert p({'a.$regex': '^(a|b)+$'}).accept('ab'); assert 'regex' in sys.modules"
    )
    import subprocess

    subprocess.run([sys.executable, "-c", code], check=True)
