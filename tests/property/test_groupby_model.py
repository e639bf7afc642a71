"""Groups are those of `itertools.groupby` on sorted jobs; sums and counts are those of Python."""

from itertools import groupby
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import signac
from property.analysis_values import filled, leaves, names, numbers, spaces

SETTINGS = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=250,
    suppress_health_check=list(HealthCheck),
)
KEYS = st.sampled_from(("a", "sp.b", "n.c", "n", "doc.x", "doc.m.k"))
documents = st.fixed_dictionaries(
    {}, optional={"x": numbers, "m": st.dictionaries(st.just("k"), numbers)}
)
_MISSING = object()


def value_of(job: Any, key: str) -> Any:
    first, _, rest = key.partition(".")
    data = job.doc() if first == "doc" else job.sp()
    for name in (rest if first in ("sp", "doc") else key).split("."):
        if not isinstance(data, dict) or name not in data:
            return _MISSING
        data = data[name]
    return data


def space(directory: Any, content: Any, notes: Any) -> Any:
    project = filled(directory, content)
    for job, note in zip(sorted(project, key=lambda job: job.id), notes, strict=False):
        if note:
            with signac.durability("fast"):
                job.doc = note
    return project


def by_hand(jobs: list[Any], keys: list[str], default: Any, *, single: bool) -> Any:
    """Label the jobs, sort them by label, and group them, or return the error of sorting."""
    keys = sorted(keys, key=lambda key: key.startswith("doc."))
    labelled = []
    for job in jobs:
        label = [value_of(job, key) for key in keys]
        if default is not None:
            label = [default if value is _MISSING else value for value in label]
        if not any(value is _MISSING for value in label):
            labelled.append((label[0] if single else tuple(label), job.id))
    try:
        labelled.sort(key=lambda pair: pair[0])
    except TypeError:
        return TypeError
    grouped = groupby(labelled, key=lambda pair: pair[0])
    return [(label, [name for _, name in group]) for label, group in grouped]


def has_nan(jobs: list[Any], keys: list[str]) -> bool:
    return any(value_of(job, key) != value_of(job, key) for job in jobs for key in keys)


@SETTINGS
@given(
    content=spaces,
    notes=st.lists(documents, max_size=14),
    keys=st.lists(KEYS, min_size=1, max_size=3),
    default=st.sampled_from((None, -1, "none")),
    single=st.booleans(),
)
def test_groups_are_those_of_itertools(tmp_path_factory, content, notes, keys, default, single):
    """Values, their order, and the jobs of each are those of sorting and grouping by hand."""
    project = space(tmp_path_factory.mktemp("groups"), content, notes)
    keys = keys[:1] if single else keys
    jobs = sorted(project, key=lambda job: job.id)
    if has_nan(jobs, keys):
        return
    expected = by_hand(jobs, keys, default, single=single)
    asked = keys[0] if single else keys
    if expected is TypeError:
        with pytest.raises(TypeError):
            list(project.groupby(asked, default=default))
        return
    found = [(label, [job.id for job in group]) for label, group in project.groupby(asked, default)]
    assert found == expected
    assert [type(label) for label, _ in found] == [type(label) for label, _ in expected]
    if default is None and not any(isinstance(label, dict | list) for label, _ in found):
        counted = project.find_jobs().count_by(*keys)
        if single:
            assert counted == {label: len(group) for label, group in found}


@SETTINGS
@given(content=spaces, keys=st.lists(names, min_size=1, max_size=2), minus=st.booleans())
def test_sorting_is_stable_and_keeps_all_jobs(tmp_path_factory, content, keys, minus):
    """Sorting loses no job; equal ones stay in order; twice is as good as once."""
    project = filled(tmp_path_factory.mktemp("sort"), content)
    signed = [f"-{key}" if minus else key for key in keys]
    cursor = project.find_jobs()
    ids = [job.id for job in cursor.sort(*signed)]
    assert sorted(ids) == [job.id for job in cursor]
    assert [job.id for job in cursor.sort(*signed).sort(*signed)] == ids
    by_turns = cursor
    for key in reversed(signed):
        by_turns = by_turns.sort(key)
    assert [job.id for job in by_turns] == ids
    lacking = [value_of(job, keys[0]) is _MISSING for job in cursor.sort(*signed)]
    assert lacking == sorted(lacking)


@SETTINGS
@given(values=st.lists(leaves, max_size=12))
def test_aggregates_are_those_of_python(tmp_path_factory, values):
    """`min`, `max`, `sum`, `mean` and `distinct` are those of the values that are there."""
    content = [{"i": i, "v": v} for i, v in enumerate(values)]
    project = filled(tmp_path_factory.mktemp("sums"), content)
    numbers = [v for v in values if type(v) in (int, float) and v == v]
    cursor = project.find_jobs()
    assert cursor.min("v") == min(numbers, default=None)
    assert cursor.max("v") == max(numbers, default=None)
    assert cursor.sum("v") == pytest.approx(sum(numbers))
    mean = cursor.mean("v")
    assert mean is None if not numbers else mean == pytest.approx(sum(numbers) / len(numbers))
    stored = {(type(v).__name__, repr(v)) for v in values}
    assert sorted((type(v).__name__, repr(v)) for v in cursor.distinct("v")) == sorted(stored)
    assert cursor.distinct("v") == sorted(cursor.distinct("v"), key=rank) or has_unordered(values)


def rank(value: Any) -> tuple[Any, ...]:
    if value is None:
        return (0,)
    if isinstance(value, bool | int | float):
        return (1, value != value, 0 if value != value else value, type(value).__name__)
    return (2, value) if isinstance(value, str) else (3,)


def has_unordered(values: list[Any]) -> bool:
    return any(isinstance(value, list | dict) or value != value for value in values)
