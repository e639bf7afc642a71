"""Neighbors are those of the definition: all pairs of jobs that differ in one key."""

import json
import math
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import signac
from property.analysis_values import filled, leaves_of, spaces

SETTINGS = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=250,
    suppress_health_check=list(HealthCheck),
)
TYPES = {type(None): 0, bool: 1, float: 2, int: 3, str: 4, list: 5}
#: Values that Python compares by itself; other lists are only compared with what is found.
KINDS = (type(None), bool, float, int, str)


def text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def naive(jobs: dict[str, dict[str, Any]], ignore: tuple[str, ...]) -> dict[str, Any]:
    """Compare each job with each other one, key by key."""
    leaves = {
        name: {".".join(path): value for path, value in leaves_of(data).items()}
        for name, data in jobs.items()
    }
    for data in leaves.values():
        for key in ignore:
            data.pop(key, None)
    distinct: dict[str, set[str]] = {}
    for data in leaves.values():
        for key, value in data.items():
            distinct.setdefault(key, set()).update(set() if value == {} else {text(value)})
    found: dict[str, Any] = {}
    for name, data in leaves.items():
        found[name] = {}
        for key, value in data.items():
            if len(distinct[key]) < 2:
                continue
            rivals = [
                (order(other[key]), other_name)
                for other_name, other in leaves.items()
                if other_name != name and alike(data, other, key)
            ]
            if value == {}:
                rivals = []
            below = [rival for rival in rivals if rival < (order(value), "")]
            above = [rival for rival in rivals if rival > (order(value), "")]
            found[name][key] = (
                max(below)[1] if below else None,
                min(above)[1] if above else None,
            )
    return found


def alike(one: dict[str, Any], other: dict[str, Any], key: str) -> bool:
    if key not in other or other[key] == {}:
        return False
    return text({**one, key: 0}) == text({**other, key: 0})


def order(value: Any) -> Any:
    """Return what the chain of values is sorted by; lists are given a number by their text."""
    if isinstance(value, float) and math.isnan(value):
        return (TYPES[float], True, 0.0)
    if isinstance(value, list):
        return (TYPES[list], False, RANKS[text(value)])
    return (TYPES[type(value)], False, value if type(value) in KINDS[1:] else 0)


#: The lists of the strategy in order.
RANKS = {
    text(value): rank
    for rank, value in enumerate(
        ([], [None], [1], [1.0], [True], [1, 2], ["x"], [[1]], [{"k": [1]}])
    )
}


def ambiguous(jobs: dict[str, dict[str, Any]]) -> bool:
    """Tell whether equal values of one type are stored in two ways, so that either may be first."""
    texts = {text(value) for data in jobs.values() for value in leaves_of(data).values()}
    return {"0.0", "-0.0"} <= texts or len({"[1]", "[1.0]", "[true]"} & texts) > 1


def ids_of(entry: dict[Any, str]) -> set[str]:
    return set(entry.values())


@SETTINGS
@given(content=spaces, ignore=st.sampled_from(((), ("b",), ("n.c", "a"))))
@example(content=[{"a": 1}, {"a": 1.0}, {"a": True}, {"a": 2}], ignore=())
@example(content=[{"a": {}}, {"a": 1}, {"a": 2}], ignore=())
def test_neighbors_are_those_of_the_definition(tmp_path_factory, content, ignore):
    """For each key the neighbors are the nearest jobs among all that differ in this key only."""
    project = filled(tmp_path_factory.mktemp("neighbors"), content)
    jobs = {job.id: job.sp() for job in project}
    if ambiguous(jobs):
        return
    known = {".".join(path) for data in jobs.values() for path in leaves_of(data)}
    ignore = tuple(key for key in ignore if key in known)
    remaining = [
        text({path: value for path, value in named(data).items() if path not in ignore})
        for data in jobs.values()
    ]
    if len(set(remaining)) < len(remaining):
        with pytest.raises(ValueError, match="impossible to distinguish"):
            project.get_neighbors(ignore=list(ignore))
        return
    expected = naive(jobs, ignore)
    found = project.get_neighbors(ignore=list(ignore))
    assert list(found) == sorted(jobs)
    for name, keys in found.items():
        assert set(keys) == set(expected[name])
        for key, entry in keys.items():
            nearest = {other for other in expected[name][key] if other is not None}
            assert name not in ids_of(entry)
            if equal_values(jobs, nearest, key):
                assert len(entry) == 1
                assert ids_of(entry) <= nearest
            else:
                assert ids_of(entry) == nearest


def named(data: dict[str, Any]) -> dict[str, Any]:
    return {".".join(path): value for path, value in leaves_of(data).items()}


def equal_values(jobs: dict[str, Any], nearest: set[str], key: str) -> bool:
    """Tell whether both neighbors have values, such as 1 and 1.0, that are one key of a mapping."""
    values = [named(jobs[other])[key] for other in nearest]
    return len(values) == 2 and values[0] == values[1]


@SETTINGS
@given(content=spaces)
def test_to_be_a_neighbor_is_mutual(tmp_path_factory, content):
    """If a job is the next one above another, that one is the next one below it."""
    project = filled(tmp_path_factory.mktemp("mutual"), content)
    found = project.get_neighbors()
    values = {job.id: named(job.sp()) for job in project}
    for name, keys in found.items():
        for key, entry in keys.items():
            for value, other in entry.items():
                assert signac._utility._to_hashable(values[other][key]) == value or value != value
                back = found[other][key]
                assert name in back.values() or len(back) == 1
