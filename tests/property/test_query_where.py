"""The text of a `$where` means what Python means by it."""

import operator
import warnings
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from property import queries
from signac._query.evaluate import matches
from signac._query.parse import parse_filter
from signac._query.where import freeze
from signac.errors import QueryError

COMMON = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=600,
    suppress_health_check=list(HealthCheck),
)
NO_MATCH = (AttributeError, LookupError, OverflowError, TypeError, ValueError)
KNOWN = (abs, all, any, bool, dict, float, int, isinstance, len, list, max, min, round, sorted, str)
NAMES = {each.__name__: each for each in (*KNOWN, sum, tuple, type)}

_leaves = st.sampled_from(
    (
        "x",
        "x",
        "x",
        "(0)",
        "(1)",
        "(2)",
        "(-1)",
        "2.5",
        "'a'",
        "'ab'",
        "''",
        "None",
        "True",
        "[1, 2]",
    )
)
_tests = ("==", "!=", "<", "<=", ">", ">=", "in", "not in")


def _compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, st.sampled_from(_tests), inner).map("({0[0]} {0[1]} {0[2]})".format),
        st.tuples(inner, st.sampled_from(("<", "==", "<=")), inner, st.just(">"), inner).map(
            lambda parts: f"({' '.join(parts)})"
        ),
        st.tuples(inner, st.sampled_from("+-*/"), inner).map("({0[0]} {0[1]} {0[2]})".format),
        inner.map("({} % 2)".format),
        st.tuples(inner, st.sampled_from(("//", "&", "|", "^")), inner).map(
            "({0[0]} {0[1]} {0[2]})".format
        ),
        st.tuples(inner, st.sampled_from(("and", "or")), inner).map(
            "({0[0]} {0[1]} {0[2]})".format
        ),
        st.tuples(inner, inner, inner).map("({0[0]} if {0[1]} else {0[2]})".format),
        st.tuples(st.sampled_from(("not ", "-", "+", "~")), inner).map("({0[0]}{0[1]})".format),
        st.tuples(inner, st.sampled_from(("None", "True", "False"))).map(
            "({0[0]} is not {0[1]})".format
        ),
        st.tuples(
            st.sampled_from(("len", "abs", "min", "max", "round", "int", "float", "bool", "str")),
            inner,
        ).map("{0[0]}({0[1]})".format),
        st.tuples(st.sampled_from(("sum", "any", "all", "sorted", "type")), inner).map(
            "{0[0]}({0[1]})".format
        ),
        st.tuples(inner, inner).map("({0[0]}, {0[1]})".format),
        st.tuples(inner, inner).map("{{'b': {0[0]}, 'c': {0[1]}}}".format),
        st.tuples(inner, st.sampled_from(("0", "-1", "'b'", "1:", ":1", "::2"))).map(
            "{0[0]}[{0[1]}]".format
        ),
        st.tuples(
            inner,
            st.sampled_from(
                ("upper()", "lower()", "strip()", "split()", "isdigit()", "keys()", "count('a')")
            ),
        ).map("{0[0]}.{0[1]}".format),
        st.tuples(inner, inner).map("{0[0]}.startswith({0[1]})".format),
        st.tuples(inner, st.sampled_from(("int", "str", "(int, float)", "(tuple, dict)"))).map(
            "isinstance({0[0]}, {0[1]})".format
        ),
    )


lambdas = st.recursive(_leaves, _compound, max_leaves=6).map("lambda x: {}".format)


def outcome(function: Any, *arguments: Any) -> Any:
    try:
        return bool(function(*arguments))
    except ZeroDivisionError:
        return ZeroDivisionError
    except NO_MATCH:
        return False


@COMMON
@given(lambdas, st.lists(queries.values, min_size=1, max_size=5))
def test_meaning(text: str, values: list[Any]) -> None:
    """Generated lambdas of all that is supported give what Python's own evaluation gives."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of `0[0]` and the like
        expected = eval(text, {"__builtins__": NAMES})
    try:
        query = parse_filter({"a": {"$where": text}})
    except QueryError as error:
        assert "not formatted" in str(error)  # noqa: PT017  # a constant string before %
        return
    for value in values:
        found = outcome(matches, query, {"a": value}, {})
        assert found is outcome(expected, freeze(value)), (text, value)


@COMMON
@given(queries.values, queries.values)
def test_callables(value: Any, other: Any) -> None:
    """A function is called with the value, and nothing of the value can be changed by it."""
    for compare in (operator.eq, operator.ne):
        query = parse_filter({"a": {"$where": lambda x, compare=compare: compare(x, other)}})
        assert matches(query, {"a": value}, {}) is bool(compare(freeze(value), other))
