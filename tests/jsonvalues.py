"""Hypothesis strategies for what the format holds, and for what it refuses."""

import datetime
import decimal
import fractions
from typing import Any

from hypothesis import strategies as st

names = st.sampled_from(("a", "b", "c", "n", "T", "rho", "x1"))
keys = st.one_of(
    names,
    st.text(max_size=6).filter(lambda key: "." not in key),
    st.sampled_from(("", "0", "with", "pop", "_x", "__q", "é", "\ud800", "\U0001f600", "a b")),
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from((0, 1, 2**53 + 1, 2**64, 10**30)),
    st.floats(),
    st.sampled_from((0.0, -0.0, 1.0, 5e-324, 1e16, 1e22, float("nan"), float("inf"))),
    st.text(st.characters(), max_size=8),
    st.sampled_from(("", "1", "\ud800", "a.b", "\n\x00", "null")),
)


def _containers(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    lists = st.lists(children, max_size=4)
    return st.one_of(st.dictionaries(keys, children, max_size=4), lists, lists.map(tuple))


values = st.recursive(scalars, _containers, max_leaves=12)
mappings = st.dictionaries(keys, values, max_size=5)


class Foreign:
    """A value of no kind that JSON knows."""

    def __repr__(self) -> str:
        return "<foreign>"


# Values that JSON cannot hold, with the name that a message has to call them by.
refused: st.SearchStrategy[Any] = st.sampled_from(
    (
        {1, 2},
        frozenset(),
        1j,
        b"bytes",
        bytearray(b"x"),
        decimal.Decimal("1.5"),
        fractions.Fraction(1, 3),
        datetime.date(2024, 1, 1),
        datetime.timedelta(1),
        Foreign(),
        Foreign,
        len,
        ...,
        (x for x in ()),
    )
)
bad_keys: st.SearchStrategy[Any] = st.sampled_from((1, 1.5, True, None, (1, 2), b"k", 2**70))
dotted_keys = st.sampled_from(("a.b", ".", "x.", ".y", "a.b.c", "n..m"))
