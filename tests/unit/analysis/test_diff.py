"""What tells jobs apart, where the released signac has no answer."""

import pytest

import signac


def diff(project, *statepoints):
    jobs = [project.open_job(statepoint) for statepoint in statepoints]
    found = signac.diff_jobs(*jobs)
    return [found[job.id] for job in jobs]


def test_values_of_unlike_types_differ(make):
    """Jobs with different ids differ: `1`, `1.0` and `True` are told apart, in lists too."""
    project, _ = make([])
    found = diff(project, {"b": 1}, {"b": 1.0}, {"b": True})
    assert [(type(part["b"]), part["b"]) for part in found] == [(int, 1), (float, 1.0), (bool, 1)]
    assert diff(project, {"b": [1]}, {"b": [1.0]}) == [{"b": (1,)}, {"b": (1.0,)}]


def test_empty_mappings(make):
    """An empty mapping is a value like others."""
    project, _ = make([])
    assert diff(project, {"b": {}}, {"b": 1}) == [{"b": {}}, {"b": 1}]
    assert diff(project, {"b": {}, "a": 1}, {"b": {}, "a": 2}) == [{"a": 1}, {"a": 2}]
    assert diff(project, {"b": {}}, {"b": {"c": 1}}) == [{"b": {}}, {"b": {"c": 1}}]


def test_nan_is_the_same_as_nan(make):
    """What is stored as the same text is no difference."""
    project, _ = make([])
    nan = float("nan")
    assert diff(project, {"b": nan, "c": 1}, {"b": nan, "c": 2}) == [{"c": 1}, {"c": 2}]


@pytest.mark.parametrize("wrong", [5, [], "x", None])
def test_what_is_no_job(wrong):
    """Anything but a job is an `AttributeError`."""
    with pytest.raises(AttributeError):
        signac.diff_jobs(wrong)
