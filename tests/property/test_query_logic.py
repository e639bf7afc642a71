"""Laws of the query language, on generated filters and jobs."""

import copy
import json
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from property import queries
from signac._query.ast import MISSING
from signac._query.evaluate import look_up, matches
from signac._query.parse import parse_filter, parse_key

COMMON = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=150,
    suppress_health_check=list(HealthCheck),
)
jobs = st.tuples(queries.statepoints, queries.documents)
Job = tuple[dict[str, Any], dict[str, Any]]


def hits(query: Any, job: Job) -> bool:
    return matches(parse_filter(query), *job)


@COMMON
@given(queries.filters, jobs)
def test_negation(query: Any, job: Job) -> None:
    """`$not` is the complement, whatever is inside; twice, it is nothing."""
    assert hits({"$not": query}, job) is not hits(query, job)
    assert hits({"$not": {"$not": query}}, job) is hits(query, job)


@COMMON
@given(st.lists(queries.filters, min_size=1, max_size=3), jobs)
def test_and_or(parts: list[Any], job: Job) -> None:
    """`$and` and `$or` are those of logic, in any order, and De Morgan's laws hold."""
    answers = [hits(part, job) for part in parts]
    assert hits({"$and": parts}, job) is all(answers)
    assert hits({"$or": parts[::-1]}, job) is any(answers)
    negated = [{"$not": part} for part in parts]
    assert hits({"$not": {"$and": parts}}, job) is hits({"$or": negated}, job)
    assert hits({"$not": {"$or": parts}}, job) is hits({"$and": negated}, job)


@COMMON
@given(queries.flat_filters, jobs)
def test_keys_are_joined(query: Any, job: Job) -> None:
    """A filter of several keys holds if each of them does, in any order."""
    answers = [hits({key: value}, job) for key, value in query.items()]
    assert hits(query, job) is all(answers)
    assert hits(dict(reversed(query.items())), job) is all(answers)


@COMMON
@given(queries.keys, queries.values, jobs)
def test_operators_belong_together(key: str, value: Any, job: Job) -> None:
    """The operators that are made of others agree with them."""
    present = hits({key: {"$exists": True}}, job)
    equal = hits({key: {"$eq": value}}, job)
    place = parse_key(key)
    found = look_up(job[0] if place.namespace == "sp" else job[1], place.path)
    assert present is (found is not MISSING)
    assert hits({key: {"$exists": False}}, job) is not present
    assert hits({key: {"$ne": value}}, job) is (present and not equal)
    assert hits({key: {"$in": [value]}}, job) is equal
    assert hits({key: {"$nin": [value]}}, job) is (present and not equal)
    assert hits({key: {"$in": []}}, job) is False
    assert hits({key: {"$nin": []}}, job) is present
    if not isinstance(value, dict) or not value:
        assert hits({key: value}, job) is equal


@COMMON
@given(queries.keys, st.lists(queries.values, max_size=4), jobs)
def test_membership(key: str, values: list[Any], job: Job) -> None:
    """`$in` is equality with one of the values, `$nin` with none of them."""
    one_of = any(hits({key: {"$eq": value}}, job) for value in values)
    assert hits({key: {"$in": values}}, job) is one_of
    present = hits({key: {"$exists": True}}, job)
    assert hits({key: {"$nin": values}}, job) is (present and not one_of)


@COMMON
@given(queries.keys, st.sampled_from((*queries.NUMBERS, *queries.TEXTS)), jobs)
def test_order(key: str, value: Any, job: Job) -> None:
    """Less, equal and greater exclude each other, and what is comparable is one of them."""
    less, equal, greater = (hits({key: {name: value}}, job) for name in ("$lt", "$eq", "$gt"))
    assert less + equal + greater <= 1
    assert hits({key: {"$lte": value}}, job) is (less or equal)
    assert hits({key: {"$gte": value}}, job) is (greater or equal)
    kind = "str" if isinstance(value, str) else "float"
    same_kind = hits({key: {"$type": kind}}, job) or (
        kind == "float" and hits({key: {"$type": "int"}}, job)
    )
    not_a_number = hits({key: {"$where": "lambda x: x != x"}}, job)
    assert (less or equal or greater) is (same_kind and not not_a_number)


def without_nan(value: Any) -> bool:
    return "NaN" not in json.dumps(value)


@COMMON
@given(queries.statepoints, queries.documents)
def test_a_job_matches_itself(statepoint: Any, document: Any) -> None:
    """A state point or document is a filter that its own job matches, with any values in it."""
    assume(without_nan([statepoint, document]))
    assume(statepoint)
    assume(document)
    job = (statepoint, document)
    assert hits(statepoint, job)
    assert hits({"sp": statepoint, "doc": document}, job)
    assert hits({"sp.$eq": statepoint}, job)
    assert hits({key: {"$eq": value} for key, value in statepoint.items()}, job)


def nested(key: str, condition: Any, cut: int) -> dict[str, Any]:
    """Return a filter of one key, with the dots up to one of them spelled as nested mappings."""
    names = key.split(".")
    for name in reversed(names[cut:]):
        condition = {name: condition}
    return {".".join(names[:cut]): condition} if cut else condition


@COMMON
@given(queries.keys, queries.conditions, st.integers(0, 4))
def test_spellings_of_a_key(key: str, condition: Any, cut: int) -> None:
    """Dots and nested mappings are the same filter, as is `sp` spelled out or not."""
    tree = parse_filter({key: condition})
    assert parse_filter(nested(key, condition, min(cut, len(key.split("."))))) == tree
    if not key.startswith(("sp.", "doc.")):
        assert parse_filter({f"sp.{key}": condition}) == tree
    if isinstance(condition, dict) and len(condition) == 1:
        ((inner, value),) = condition.items()
        assert parse_filter({f"{key}.{inner}": value}) == tree


@COMMON
@given(queries.filters, jobs)
def test_filters_are_plain_data(query: Any, job: Job) -> None:
    """Parsing changes no filter; one that went through JSON, or has tuples, means the same."""
    before = copy.deepcopy(query)
    tree = parse_filter(query)
    assert repr(query) == repr(before)
    assert repr(parse_filter(json.loads(json.dumps(query)))) == repr(tree)
    assert repr(parse_filter(_tuples(query))) == repr(tree)
    job_before = copy.deepcopy(job)
    matches(tree, *job)
    assert repr(job) == repr(job_before)


def _tuples(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_tuples, value))
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    return value


@COMMON
@given(queries.flat_filters, st.dictionaries(st.sampled_from("xyz"), queries.values), jobs)
def test_other_keys_do_not_matter(query: Any, more: dict[str, Any], job: Job) -> None:
    """Keys that a filter does not name change nothing."""
    statepoint, document = job
    assert hits(query, ({**statepoint, **more}, {**document, **more})) is hits(query, job)
