"""The read-only view of the state point."""

import json
import os
import pathlib
from collections.abc import Mapping
from typing import Any

import pytest

from acceptance.support import STATE_POINT, assert_says
from signac.errors import JobsCorruptedError


def test_is_a_read_only_mapping(job: Any) -> None:
    """It is a mapping that refuses assignment and has no attribute access."""
    view = job.cached_statepoint
    assert isinstance(view, Mapping)
    assert view == {"a": 0}
    assert dict(view) == {"a": 0}
    assert view["a"] == 0
    assert view.get("b", 5) == 5
    with pytest.raises(KeyError):
        view["missing"]
    with pytest.raises(TypeError):
        view["a"] = 1
    with pytest.raises(TypeError):
        del view["a"]
    with pytest.raises(AttributeError):
        view.a
    with pytest.raises(TypeError):
        json.dumps(view)
    assert job.sp() == {"a": 0}


def test_keeps_the_order(project: Any) -> None:
    """The keys come in the order in which they were given."""
    job = project.open_job({"b": 1, "a": 2, "c": 3})
    assert list(job.cached_statepoint) == ["b", "a", "c"]


def test_before_the_job_exists(project: Any) -> None:
    """It does not need the job to exist, nor creates it."""
    job = project.open_job({"a": 0})
    assert job.cached_statepoint == {"a": 0}
    assert job not in project


def test_by_id_in_a_fresh_session(job: Any, reopen: Any) -> None:
    """A handle opened by id reads it from the file, with values of exact types."""
    job.sp.n = {"x": [1, {"y": None}]}
    found = reopen().open_job(id=job.id)
    assert found.cached_statepoint == {"a": 0, "n": {"x": [1, {"y": None}]}}
    assert type(found.cached_statepoint["n"]) is dict
    assert type(found.cached_statepoint["n"]["x"]) is list
    assert found.sp() == {"a": 0, "n": {"x": [1, {"y": None}]}}


def test_exact_types_by_state_point(project: Any) -> None:
    """Nested values are plain dicts and lists, never live containers."""
    job = project.open_job({"n": {"x": [1, {"y": 2}]}}).init()
    job.sp.n.x.append(3)
    for handle in (job, project.open_job(job.sp), project.open_job(id=job.id)):
        value = handle.cached_statepoint["n"]
        assert type(value) is dict
        assert type(value["x"]) is list
        assert type(value["x"][1]) is dict


@pytest.mark.parametrize("content", [None, b"", b"junk", b'{"a": 1}', b"[1]", b"\xff\xfe\xff"])
def test_damaged_file(job: Any, reopen: Any, content: bytes | None) -> None:
    """A corrupt or missing state point file is a `JobsCorruptedError` naming the id."""
    if content is None:
        os.remove(job.fn(STATE_POINT))
    else:
        pathlib.Path(job.fn(STATE_POINT)).write_bytes(content)
    found = reopen().open_job(id=job.id)
    with pytest.raises(JobsCorruptedError) as caught:
        found.cached_statepoint
    assert list(caught.value.job_ids) == [job.id]
    assert_says(caught.value, job.id)


def test_missing_directory(project: Any) -> None:
    """An id without a directory is a `KeyError` naming the id."""
    from signac.job import Job

    with pytest.raises(KeyError) as caught:
        Job(project, id_="f" * 32).cached_statepoint
    assert_says(caught.value, "f" * 32)


def test_follows_a_change(job: Any) -> None:
    """After a change of the state point it shows the new one."""
    job.sp.a = 5
    assert job.cached_statepoint == {"a": 5}
    job.update_statepoint({"b": 1})
    assert job.cached_statepoint == {"a": 5, "b": 1}
    job.sp = {"c": 1}
    assert job.cached_statepoint == {"c": 1}
    del job.sp.c
    assert job.cached_statepoint == {}


def test_follows_a_change_through_nested_values(project: Any) -> None:
    """Changes of nested containers show too."""
    job = project.open_job({"n": {"x": 1}, "l": [1]}).init()
    job.sp.n.x = 2
    job.sp.l.append(2)
    assert job.cached_statepoint == {"n": {"x": 2}, "l": [1, 2]}
