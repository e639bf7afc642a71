"""`diff_jobs`: what tells jobs apart (reference, section 18)."""

from typing import Any

import pytest

import signac


def diff(project: Any, *statepoints: Any) -> list[Any]:
    """Return the differences of jobs in the order of their state points."""
    jobs = [project.open_job(statepoint) for statepoint in statepoints]
    found = signac.diff_jobs(*jobs)
    assert set(found) == {job.id for job in jobs}
    return [found[job.id] for job in jobs]


@pytest.mark.parametrize(
    ("statepoints", "expected"),
    [
        ([{"a": 1}, {"a": 2}], [{"a": 1}, {"a": 2}]),
        ([{"a": 1, "c": 3}, {"a": 2, "c": 3}], [{"a": 1}, {"a": 2}]),
        ([{"a": 1}, {"b": 1}], [{"a": 1}, {"b": 1}]),
        ([{"a": 1}, {"a": 1, "b": 2}], [{}, {"b": 2}]),
        ([{"a": None}, {}], [{"a": None}, {}]),
        ([{"a": 1}, {"a": "1"}], [{"a": 1}, {"a": "1"}]),
        (
            [{"k": 42, "b": {"c": True, "d": 11}}, {"k": 42, "b": {"c": True, "d": 4}}],
            [{"b": {"d": 11}}, {"b": {"d": 4}}],
        ),
        ([{"a": {"x": 1, "y": 2}}, {"a": {"x": 1}}], [{"a": {"y": 2}}, {}]),
        ([{"a": {"b": 1}}, {"a": 5}], [{"a": {"b": 1}}, {"a": 5}]),
        ([{"a": [1, 2]}, {"a": [1, 3]}], [{"a": (1, 2)}, {"a": (1, 3)}]),
        ([{"a": [[1], {"x": 2}]}, {"a": []}], [{"a": ((1,), {"x": 2})}, {"a": ()}]),
        ([{"a": [1]}, {"a": [1], "b": 1}], [{}, {"b": 1}]),
        (
            [{"a": 1}, {"a": 1, "b": 2}, {"a": 1, "c": 3}],
            [{}, {"b": 2}, {"c": 3}],
        ),
        (
            [{"a": 1, "c": 3}, {"a": 2, "c": 3}, {"a": 1, "c": 4}],
            [{"a": 1, "c": 3}, {"a": 2, "c": 3}, {"a": 1, "c": 4}],
        ),
        ([{"a": {"b": {"c": {"d": 1}}}}, {"a": {"b": {"c": {"d": 2}}}}], None),
    ],
    ids=lambda x: repr(x)[:50],
)
def test_differences(project: Any, statepoints: list[Any], expected: list[Any] | None) -> None:
    """Every job is given the items that not all jobs share, nested as in the state point."""
    assert diff(project, *statepoints) == (statepoints if expected is None else expected)


def test_lists_are_tuples(project: Any) -> None:
    """Lists come back as tuples, at every depth."""
    one, _ = diff(project, {"a": [[1], [2]]}, {"a": 1})
    assert type(one["a"]) is tuple
    assert type(one["a"][0]) is tuple


def test_few_jobs(project: Any) -> None:
    """No job has no differences, one job alone neither."""
    job = project.open_job({"a": 1, "b": {"c": [1]}})
    assert signac.diff_jobs() == {}
    assert signac.diff_jobs(job) == {job.id: {}}
    assert signac.diff_jobs(job, job) == {job.id: {}}
    assert signac.diff_jobs(job, project.open_job({"a": 1, "b": {"c": [1]}})) == {job.id: {}}


def test_nothing_is_made(project: Any, other_project: Any) -> None:
    """Jobs that were not initialised are compared, and not created; projects do not matter."""
    one, other = project.open_job({"a": 1, "b": 1}), other_project.open_job({"a": 2, "b": 1})
    assert signac.diff_jobs(one, other) == {one.id: {"a": 1}, other.id: {"a": 2}}
    assert len(project) == len(other_project) == 0
    assert one not in project


def test_jobs_by_id(project: Any, reopen: Any) -> None:
    """Jobs opened by id are compared as others."""
    made = [project.open_job({"a": n, "b": 1}).init() for n in range(2)]
    jobs = [reopen().open_job(id=job.id) for job in made]
    assert signac.diff_jobs(*jobs) == {made[0].id: {"a": 0}, made[1].id: {"a": 1}}
    assert signac.diff_jobs(*reopen()) == signac.diff_jobs(*made)


def test_empty_mappings(project: Any) -> None:
    """An empty mapping is an item as others."""
    assert diff(project, {"a": {}}, {"a": 1}) == [{"a": {}}, {"a": 1}]
    assert diff(project, {"a": {}}, {}) == [{"a": {}}, {}]
    assert diff(project, {"a": {}, "b": 1}, {"a": {}, "b": 2}) == [{"b": 1}, {"b": 2}]
    assert diff(project, {"a": {"b": {}}}, {"a": {"b": {"c": 1}}})[1] == {"a": {"b": {"c": 1}}}
    assert diff(project, {}, {"a": {"b": {}}}) == [{}, {"a": {"b": {}}}]


def test_the_result_is_independent(project: Any) -> None:
    """Changing a result changes no job."""
    job, other = project.open_job({"a": {"b": 1}}), project.open_job({"a": {"b": 2}})
    signac.diff_jobs(job, other)[job.id]["a"]["b"] = 9
    assert job.sp.a.b == 1
    assert signac.diff_jobs(job, other)[job.id] == {"a": {"b": 1}}


@pytest.mark.parametrize("wrong", [5, None, "9bfd29df07674bc4aa960cf661b5acd2", {"a": 1}], ids=repr)
def test_other_things(project: Any, wrong: Any) -> None:
    """What is no job is an `AttributeError`, a list of jobs too."""
    job = project.open_job({"a": 1})
    for arguments in ((wrong,), (job, wrong), ([job],)):
        with pytest.raises(AttributeError):
            signac.diff_jobs(*arguments)


def test_import_paths() -> None:
    """The function has two names."""
    from signac.diff import diff_jobs

    assert diff_jobs is signac.diff_jobs
    assert "diff_jobs" in signac.__all__
