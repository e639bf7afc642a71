r"""`$regex` answers what `re.search` answers, on both of its ways."""

import re
import warnings

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from signac._query.patterns import searcher
from signac._query.shape import shape_of

COMMON = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=600,
    suppress_health_check=list(HealthCheck),
)
#: Letters that the engines see differently, and some that they do not.
LETTERS = (
    "abcAB01_ \t\n.-{}[]^$\u00e9\u00b2\u00df\u017f\u00c5\u212a\x1c\u00b5\u0130\u0131\u03a3\u0301"
)
_ESCAPED = r"""
\w \W \s \S \d \D \b \B \A \Z \. \n \t \x41 \u00e9 [ab] [^a] [\w-] [^\w] [\W] [^\W\d] [\s\d]
[[:alpha:]] [a[] []a] [^]a] [a-c] [\W^] [^\s] [&&a] [\[x] (?=a) (?!b) (?<=a) (?<!b) (?#c) {e}
"""
ATOMS = [
    *"abcA01_ -{}.^$",
    *_ESCAPED.split(),
    r"\N{DIGIT ONE}",
    "\u00e9",
    "\u00b2",
    "\u00df",
]
REPEATS = ("*", "+", "?", "{2}", "{1,2}", "{,2}", "{1,}", "{,}", "*?", "+?", "??", "*+")


def _compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map("(?:{0[0]}|{0[1]})".format),
        st.tuples(st.sampled_from(("(", "(?:", "(?i:", "(?>", "(?=", "(?!")), inner).map(
            "{0[0]}{0[1]})".format
        ),
        st.tuples(inner, st.sampled_from(REPEATS)).map("".join),
    )


_patterns = st.recursive(st.sampled_from(ATOMS), _compound, max_leaves=8)
patterns = st.tuples(
    st.sampled_from(("", "", "", "(?i)", "(?m)", "(?s)", "(?a)", "(?x)")), _patterns
).map("".join)
texts = st.lists(st.text(st.sampled_from(LETTERS), max_size=7), min_size=1, max_size=4)


def compiled(pattern: str) -> re.Pattern[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of sets that look nested
        try:
            return re.compile(pattern)
        except re.error:
            assume(False)
            raise


@COMMON
@given(patterns, texts)
def test_answers(pattern: str, texts: list[str]) -> None:
    """A pattern answers as `re` does, and so does one that must be watched."""
    flags = re.match(r"\(\?[imsax]\)", pattern)
    start = flags[0] if flags else ""
    watched = f"{start}(?:(?:{pattern.removeprefix(start)}\n)|\n)+"
    for each in (pattern, watched):
        expected = compiled(each)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            search = searcher(each, "")
        for text in texts:
            for candidate in (text, f"{text}\n"):
                assert search(candidate) is (expected.search(candidate) is not None), candidate
    assert not shape_of(watched).is_simple
