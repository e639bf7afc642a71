"""Copies, deep copies and pickles of jobs, projects and containers."""

import copy
import pickle
from typing import Any

import pytest

import signac
from acceptance.support import assert_says, job_names
from signac.job import calc_id

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)


class Special(signac.Project):
    """A subclass, as downstream programs make them."""


@pytest.mark.parametrize("touched", ["init", "sp", "not at all"])
def test_shallow_copies_share_the_state_point(project: Any, touched: str) -> None:
    """A change through one shallow copy shows in all of them, whenever the copy was made."""
    project.open_job({"a": 0}).init()
    job = project.open_job({"a": 0})
    if touched == "init":
        job.init()
    elif touched == "sp":
        job.sp()
    twin = copy.copy(job)
    assert twin == job
    assert twin is not job
    assert twin.project is job.project
    job.sp.a = 1
    for handle in (job, twin):
        assert handle.id == calc_id({"a": 1})
        assert handle.sp() == {"a": 1}
        assert handle.path.endswith(calc_id({"a": 1}))
        assert handle in project
    assert twin == job
    twin.sp.a = 2
    assert twin == job
    assert job.sp() == {"a": 2}
    assert job_names(project) == {calc_id({"a": 2})}


def test_shallow_copies_of_a_handle_opened_by_id(job: Any, reopen: Any) -> None:
    """Copies of a handle opened by id share too."""
    first = reopen().open_job(id=job.id)
    second = copy.copy(first)
    second.sp.b = 1
    assert first.sp() == {"a": 0, "b": 1}
    assert first == second


def test_shallow_copies_before_the_job_exists(project: Any) -> None:
    """Copies of a handle whose job does not exist share as well."""
    job = project.open_job({"a": 0})
    job.sp()
    twin = copy.copy(job)
    job.sp.a = 1
    assert twin.sp() == {"a": 1}
    assert twin.id == job.id


def test_documents_of_shallow_copies(job: Any) -> None:
    """Shallow copies see the same document, before and after a change of the state point."""
    job.doc.x = 1
    twin = copy.copy(job)
    twin.doc.y = 2
    assert job.doc() == {"x": 1, "y": 2}
    job.sp.a = 1
    twin.doc.z = 3
    assert job.doc() == twin.doc() == {"x": 1, "y": 2, "z": 3}


def test_copy_survives_the_original(project: Any, job: Any) -> None:
    """A copy works when the first Python object is gone."""
    twin = copy.copy(job)
    del job
    twin.sp.a = 1
    twin.doc.x = 1
    assert job_names(project) == {twin.id}


def test_deep_copy_is_independent(project: Any, job: Any) -> None:
    """A deep copy is equal, with a project of its own; a change leaves the other at the old id."""
    job.doc.x = 1
    twin = copy.deepcopy(job)
    assert twin == job
    assert twin.project == job.project
    assert twin.project is not job.project
    twin.sp.a = 1
    assert twin in project
    assert job not in project
    assert job != twin
    assert job.id == calc_id({"a": 0})
    assert twin.doc() == {"x": 1}


PREPARE = {
    "fresh": lambda project: project.open_job({"a": 0}),
    "initialised": lambda project: project.open_job({"a": 0}).init(),
    "by id": lambda project: project.open_job(id=project.open_job({"a": 0}).init().id),
    "by id, new session": lambda project: signac.get_project(project.path).open_job(
        id=project.open_job({"a": 0}).init().id
    ),
}


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("state", PREPARE)
def test_pickle_of_a_job(project: Any, state: str, protocol: int) -> None:
    """A pickled job comes back equal, with an equal project of its own, at every protocol."""
    job = PREPARE[state](project)
    found = pickle.loads(pickle.dumps(job, protocol))
    assert found == job
    assert type(found) is type(job)
    assert found.project == project
    assert found.project is not job.project
    assert found.sp() == {"a": 0}
    found.init().doc.x = 1
    assert job.doc() == {"x": 1}


def test_pickle_with_containers_in_use(job: Any) -> None:
    """Documents and closed stores in use do not hinder pickling."""
    job.doc.x = {"y": [1]}
    job.data["z"] = 2
    job.sp.n = {"p": 1}
    held = job.doc.x, job.sp.n
    found = pickle.loads(pickle.dumps(job))
    assert found == job
    assert found.doc() == {"x": {"y": [1]}}
    assert found.data["z"] == 2
    found.sp.n.p = 2
    assert found in job.project
    assert held[1]() == {"p": 1}


@pytest.mark.parametrize(
    "how", [copy.copy, copy.deepcopy, lambda job: pickle.loads(pickle.dumps(job))], ids=range(3)
)
def test_copies_with_open_data(job: Any, how: Any) -> None:
    """Copying a job whose data are open is refused or gives an equal job; the data stay open."""
    with job.data:
        job.data["x"] = 1
        try:
            found = how(job)
        except TypeError as error:
            assert_says(error)
        else:
            assert found == job
            del found
        assert job.data.mode == "r+"
        assert job.data["x"] == 1
    assert job.data["x"] == 1


def test_pickle_keeps_extra_attributes(job: Any) -> None:
    """Attributes that a program set on a handle survive."""
    job.note = {"mine": 1}
    assert pickle.loads(pickle.dumps(job)).note == {"mine": 1}
    assert copy.copy(job).note == {"mine": 1}


def test_pickle_with_a_live_shallow_copy(job: Any) -> None:
    """A live shallow copy does not hinder pickling."""
    job.sp()
    twin = copy.copy(job)
    found = pickle.loads(pickle.dumps(job))
    assert found == job == twin
    found.sp.a = 1
    assert twin.id == calc_id({"a": 0})


def test_copy_of_the_state_point_shares(project: Any, job: Any) -> None:
    """A shallow copy of the state point belongs to the job."""
    shallow = copy.copy(job.sp)
    shallow.a = 1
    assert job.id == calc_id({"a": 1})
    assert job_names(project) == {job.id}


def test_deep_copy_of_the_state_point(project: Any, job: Any) -> None:
    """A deep copy of the state point belongs to another handle of the same job."""
    deep = copy.deepcopy(job.sp)
    assert deep == job.sp
    deep.a = 1
    assert job_names(project) == {calc_id({"a": 1})}
    assert job.id == calc_id({"a": 0})
    assert job.sp() == {"a": 0}
    assert job not in project


def test_pickle_of_the_state_point(job: Any) -> None:
    """A state point container can be pickled."""
    job.sp.n = {"x": [1]}
    assert pickle.loads(pickle.dumps(job.sp)) == {"a": 0, "n": {"x": [1]}}


@pytest.mark.parametrize(
    "how",
    [copy.copy, copy.deepcopy, lambda document: pickle.loads(pickle.dumps(document))],
    ids=["copy", "deepcopy", "pickle"],
)
def test_copies_of_a_document(job: Any, how: Any) -> None:
    """Each copy of a document is another live object on the same file."""
    job.doc.x = 1
    twin = how(job.doc)
    twin.y = 2
    assert job.doc() == {"x": 1, "y": 2}
    job.doc.z = {"w": [3]}
    assert twin() == {"x": 1, "y": 2, "z": {"w": [3]}}
    twin.z.w.append(4)
    assert job.doc.z.w == [3, 4]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_pickle_of_a_project(project: Any, job: Any, protocol: int) -> None:
    """A pickled project comes back equal and works."""
    found = pickle.loads(pickle.dumps(project, protocol))
    assert found == project
    assert repr(found) == repr(project)
    assert list(found) == [job]
    assert found.open_job(id=job.id) == job


@pytest.mark.parametrize("how", [copy.copy, copy.deepcopy])
def test_copies_of_a_project(project: Any, job: Any, how: Any) -> None:
    """A copied project is equal and works."""
    found = how(project)
    assert found == project
    assert job in found
    assert found.open_job({"a": 0}) == job


def test_pickle_of_a_cursor(project: Any, job: Any) -> None:
    """A cursor can be pickled and copied."""
    cursor = project.find_jobs({"a": 0})
    for found in (
        pickle.loads(pickle.dumps(cursor)),
        copy.copy(cursor),
        copy.deepcopy(cursor),
    ):
        assert found == cursor
        assert list(found) == [job]


def test_two_independent_handles(project: Any, job: Any) -> None:
    """Two handles opened separately share nothing but the job."""
    other = project.open_job({"a": 0})
    other.sp()
    job.sp.a = 1
    assert other.id == calc_id({"a": 0})
    assert other.sp() == {"a": 0}
    assert other not in project
    assert other != job


def test_extra_attributes_of_a_subclassed_project(tmp_path: Any) -> None:
    """Attributes set by a subclass of Project survive pickling and copying."""
    special = Special.init_project(tmp_path / "special")
    special.mine = [1]
    for found in (pickle.loads(pickle.dumps(special)), copy.copy(special), copy.deepcopy(special)):
        assert type(found) is Special
        assert found.mine == [1]
        assert found == special
