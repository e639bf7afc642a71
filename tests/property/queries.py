"""Strategies for filters, and for the state points and documents they are asked about."""

import math
from typing import Any

from hypothesis import strategies as st

#: Few names, so that filters hit.
NAMES = ("a", "b", "c")
NUMBERS = (
    0,
    1,
    2,
    -1,
    0.0,
    -0.0,
    1.0,
    2.5,
    True,
    False,
    10**30,
    1e30,
    10**400,
    math.inf,
    -math.inf,
)
TEXTS = ("", "a", "ab", "1", "\u00e9", "A-1")
SCALARS = (*NUMBERS, *TEXTS, None)
NAN = math.nan

scalars = st.sampled_from((*SCALARS, NAN))
#: Any plain value that a key may have.
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.sampled_from(NAMES), inner, max_size=2)
    ),
    max_leaves=5,
)
statepoints = st.dictionaries(st.sampled_from(NAMES), values, max_size=3)
documents = statepoints
paths = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3).map(".".join)
keys = st.tuples(st.sampled_from(("", "", "sp.", "doc.")), paths).map("".join)

_orderable = st.one_of(
    st.sampled_from((*NUMBERS, *TEXTS, NAN)),
    st.lists(st.sampled_from(SCALARS), max_size=2),
)
_numbers = st.sampled_from((*NUMBERS, NAN))
_tolerances = st.sampled_from((0, 1e-9, 0.5, 1, 10**400, math.inf, NAN))
_LAMBDAS = (
    "lambda x: x == 1",
    "lambda x: x > 0",
    "lambda x: isinstance(x, (int, str))",
    "lambda x: len(x) > 1",
    "lambda x: x",
    "lambda x: 'a' in x",
)
#: An operator with an argument it takes.
operations = st.one_of(
    st.tuples(st.sampled_from(("$eq", "$ne")), values),
    st.tuples(st.sampled_from(("$lt", "$lte", "$gt", "$gte")), _orderable),
    st.tuples(st.sampled_from(("$in", "$nin")), st.lists(values, max_size=3)),
    st.tuples(st.sampled_from(("$in", "$nin")), st.sampled_from(TEXTS)),
    st.tuples(st.just("$regex"), st.sampled_from(("", "a", "^[0-9]$", "^(a|b)+$", "\u00e9"))),
    st.tuples(st.just("$type"), st.sampled_from(("int", "float", "bool", "str", "list", "null"))),
    st.tuples(st.just("$exists"), st.booleans()),
    st.tuples(st.just("$where"), st.sampled_from(_LAMBDAS)),
    st.tuples(
        st.just("$near"),
        st.one_of(
            _numbers,
            st.tuples(_numbers, _tolerances).map(list),
            st.tuples(_numbers, _tolerances, _tolerances).map(list),
        ),
    ),
)
conditions = st.one_of(
    values, st.lists(operations, min_size=1, max_size=2).map(lambda pairs: dict(pairs))
)
#: Filters without logic.
flat_filters = st.dictionaries(keys, conditions, max_size=2)


def _logic(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        several.map(lambda parts: {"$and": parts}),
        several.map(lambda parts: {"$or": parts}),
        inner.map(lambda part: {"$not": part}),
        st.tuples(several, inner).map(lambda pair: {"$or": pair[0], "$not": pair[1]}),
    )


#: Valid filters of the whole language.
filters = st.recursive(flat_filters, _logic, max_leaves=4)
