"""`find_jobs` by equality and nested keys gives what a naive evaluator gives, or raises."""

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import signac

SETTINGS = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=250,
    suppress_health_check=list(HealthCheck),
)
JOBS = 120
NAMES = ("a", "b", "c", "x y")
SCALARS = (
    0,
    1,
    2,
    0.0,
    -0.0,
    1.0,
    True,
    False,
    None,
    "",
    "1",
    "a",
    2.5,
    float("inf"),
    10**30,
    1e30,
)
LISTS = ([], [1, 2], [1.0, 2], [True], [[1]], ["a"], [{"a": 1}], [None])

Job = tuple[dict[str, Any], dict[str, Any]]


def drawn(draw: random.Random, depth: int) -> Any:
    kind = draw.random()
    if depth and kind < 0.4:
        return {name: drawn(draw, depth - 1) for name in draw.sample(NAMES, draw.randint(0, 3))}
    return draw.choice(LISTS) if kind < 0.5 else draw.choice(SCALARS)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, dict[str, Job]]:
    """Return a project of jobs with few keys and values, so that filters hit, and its content."""
    draw = random.Random(5)
    project = signac.init_project(tmp_path_factory.mktemp("find"))
    content: dict[str, Job] = {}
    statepoints = [
        {"i": i, **{name: drawn(draw, 2) for name in draw.sample(NAMES, draw.randint(1, 4))}}
        for i in range(JOBS)
    ]
    for job, statepoint in zip(project.create_jobs(statepoints), statepoints, strict=True):
        document = {name: drawn(draw, 2) for name in draw.sample(NAMES, draw.randint(0, 3))}
        if document:
            job.doc = document
        content[job.id] = statepoint, document
    return project, content


def filters() -> st.SearchStrategy[dict[str, Any]]:
    """Draw filters: plain and dotted keys, nested mappings, both namespaces in all spellings."""
    leaf = st.sampled_from((*SCALARS, *LISTS[:-2]))
    places = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3)
    condition = st.tuples(places, leaf, st.integers(0, 2))
    named = st.tuples(st.sampled_from(("", "sp.", "doc.", "sp", "doc")), condition)
    return st.lists(named, max_size=2).map(_filter)


def _filter(conditions: list[tuple[str, tuple[list[str], Any, int]]]) -> dict[str, Any]:
    query: dict[str, Any] = {}
    for namespace, (place, value, dotted) in conditions:
        head, nested = place[: dotted + 1], place[dotted + 1 :]
        for name in reversed(nested):
            value = {name: value}
        key = ".".join(head)
        if namespace in ("sp", "doc"):
            query[namespace] = {key: value}
        else:
            query[namespace + key] = value
    return query


def matches(job: Job, query: dict[str, Any]) -> bool:
    """Tell whether a job matches, the slow and obvious way."""
    statepoint, document = job
    for key, expected in query.items():
        if key == "sp" or key.startswith("sp."):
            source, rest = statepoint, key[3:]
        elif key == "doc" or key.startswith("doc."):
            source, rest = document, key[4:]
        else:
            source, rest = statepoint, key
        steps = rest.split(".") if rest else []
        if not holds(source, steps, expected):
            return False
    return True


def holds(value: Any, steps: list[str], expected: Any) -> bool:
    """Follow the steps, then compare: mappings match partly, everything else by Python's `==`."""
    for step in steps:
        if not isinstance(value, dict) or step not in value:
            return False
        value = value[step]
    if isinstance(expected, dict):
        return all(holds(value, key.split("."), inner) for key, inner in expected.items())
    return not isinstance(value, dict) and bool(value == expected)


@SETTINGS
@given(query=filters())
def test_find_equals_the_naive_evaluator(filled: Any, query: dict[str, Any]) -> None:
    """A filter by equality gives exactly the jobs that the obvious evaluation of it gives."""
    project, content = filled
    expected = {id_ for id_, job in content.items() if matches(job, query)}
    cursor = project.find_jobs(query)
    assert {job.id for job in cursor} == expected
    assert len(cursor) == len(expected)
    for id_ in list(content)[:5]:
        assert (project.open_job(id=id_) in cursor) is (id_ in expected)


@SETTINGS
@given(data=st.data())
def test_a_job_is_found_by_what_it_holds(filled: Any, data: st.DataObject) -> None:
    """Each value of a job, under its dotted or nested key, finds that job among the others."""
    project, content = filled
    id_ = data.draw(st.sampled_from(sorted(content)))
    which = data.draw(st.sampled_from((0, 1)))
    place: list[str] = []
    value: Any = content[id_][which]
    while isinstance(value, dict):
        if not value:
            return
        place.append(data.draw(st.sampled_from(sorted(value))))
        value = value[place[-1]]
    namespace = ("sp", "doc")[which]
    nested = value
    for name in reversed(place):
        nested = {name: nested}
    for query in ({f"{namespace}.{'.'.join(place)}": value}, {namespace: nested}):
        found = {job.id for job in project.find_jobs(query)}
        assert id_ in found
        assert found == {other for other, job in content.items() if matches(job, query)}


def test_the_filters_do_hit(filled: Any) -> None:
    """The data are good: conditions hit some jobs and not all of them, in both namespaces."""
    project, content = filled
    assert len(content) == JOBS == len(project)
    for query in ({"a": 1}, {"doc.a": 1}, {"b.a": 0}, {"a": None}, {"x y": "a"}):
        assert 0 < len(project.find_jobs(query)) < JOBS / 2, query


@pytest.mark.parametrize("empty", [None, {}])
def test_no_filter_is_every_job(filled: Any, empty: Any) -> None:
    """No filter and an empty filter both give all jobs."""
    project, content = filled
    assert {job.id for job in project.find_jobs(empty)} == set(content)
