"""Emptying, removing and moving jobs."""

import errno
import os
import pathlib
import shutil
import tempfile
from typing import Any

import pytest

import signac
from acceptance.support import (
    DOCUMENT,
    STATE_POINT,
    assert_says,
    job_names,
    read_json,
    temporary_files,
    tree,
)
from signac.errors import DestinationExistsError, JobsCorruptedError
from signac.job import calc_id


def full(project: Any, statepoint: Any = None) -> Any:
    job = project.open_job(statepoint or {"a": 0}).init()
    job.doc = {"d": 1}
    job.data["x"] = 5
    job.stores.other["y"] = 6
    os.makedirs(job.fn("folder/sub"))
    pathlib.Path(job.fn("folder/sub/file.txt")).write_text("mine")
    pathlib.Path(job.fn(".hidden")).write_text("mine")
    return job


def test_clear(project: Any) -> None:
    """`clear` keeps the job and its state point, and empties everything else."""
    job = full(project)
    assert job.clear() is None
    assert job in project
    assert job.sp() == {"a": 0}
    assert job.doc() == {}
    assert len(job.data) == 0
    assert set(os.listdir(job.path)) <= {STATE_POINT, DOCUMENT, "signac_data.h5"}
    assert read_json(job.path, STATE_POINT) == {"a": 0}
    assert len(project) == 1


def test_clear_leaves_only_the_two_files(project: Any) -> None:
    """Nothing but state point and document is left on disk."""
    job = full(project)
    job.clear()
    assert set(os.listdir(job.path)) == {STATE_POINT, DOCUMENT}
    assert read_json(job.path, DOCUMENT) == {}
    assert temporary_files(project.workspace) == []


def test_held_document_after_clear(project: Any) -> None:
    """A held document is empty after `clear` and can be used again."""
    job = full(project)
    held = job.doc
    job.clear()
    assert held() == {}
    held.x = 2
    assert project.open_job({"a": 0}).doc() == {"x": 2}


def test_clear_of_a_job_that_does_not_exist(project: Any) -> None:
    """`clear` does nothing for a job that does not exist."""
    project.open_job({"a": 0}).clear()
    assert job_names(project) == set()


def test_clear_spares_what_links_point_to(project: Any, tmp_path: Any) -> None:
    """Links in a job directory are removed; what they point to is not touched."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file.txt").write_text("mine")
    job = full(project)
    os.symlink(outside, job.fn("to_directory"))
    os.symlink(outside / "file.txt", job.fn("to_file"))
    os.symlink("/nowhere", job.fn("dangling"))
    job.clear()
    assert set(os.listdir(job.path)) == {STATE_POINT, DOCUMENT}
    assert (outside / "file.txt").read_text() == "mine"


def test_reset(project: Any) -> None:
    """`reset` empties an existing job and creates one that does not exist."""
    job = full(project)
    assert job.reset() is None
    assert job.doc() == {}
    assert set(os.listdir(job.path)) <= {STATE_POINT, DOCUMENT}
    new = project.open_job({"a": 1})
    new.reset()
    assert new in project
    assert read_json(new.path, STATE_POINT) == {"a": 1}


def test_reset_with_a_bad_state_point_file(project: Any) -> None:
    """`reset` raises when the state point file is damaged."""
    job = full(project)
    pathlib.Path(job.fn(STATE_POINT)).write_text("junk")
    with pytest.raises(JobsCorruptedError):
        project.open_job({"a": 0}).reset()


def test_remove(project: Any) -> None:
    """`remove` deletes the job with everything in it, and may be repeated."""
    job = full(project)
    assert job.remove() is None
    assert job not in project
    assert not os.path.exists(job.path)
    assert len(project) == 0
    job.remove()
    assert tree(project.workspace).keys() <= {".signac_scratch"}


def test_remove_of_a_job_that_does_not_exist(project: Any) -> None:
    """`remove` does nothing for a job that does not exist."""
    project.open_job({"a": 0}).remove()
    assert job_names(project) == set()


def test_handle_after_remove(project: Any) -> None:
    """After `remove` the handle keeps id and state point, and can be used for a new empty job."""
    job = full(project)
    job.remove()
    assert job.id == calc_id({"a": 0})
    assert job.sp() == {"a": 0}
    assert job not in project
    assert job.doc() == {}
    assert job in project
    job.doc.x = 1
    job.data["y"] = 2
    assert project.open_job({"a": 0}).doc() == {"x": 1}
    assert list(job.data) == ["y"]


def test_data_after_remove(project: Any) -> None:
    """After `remove` the first thing used may be the data."""
    job = full(project)
    job.remove()
    job.data["y"] = 2
    assert job in project
    assert list(job.data) == ["y"]
    assert read_json(job.path, STATE_POINT) == {"a": 0}


def test_held_document_after_remove(project: Any) -> None:
    """A held document object of a removed job is empty."""
    job = full(project)
    held = job.doc
    job.remove()
    assert held() == {}
    assert job_names(project) == set()


@pytest.mark.parametrize("operation", ["remove", "clear"])
def test_with_open_data(project: Any, operation: str) -> None:
    """`remove` and `clear` succeed while the data are open."""
    job = full(project)
    data = job.data.open()
    try:
        getattr(job, operation)()
    finally:
        data.close()
    assert (job in project) is (operation == "clear")


def test_remove_a_damaged_job(project: Any, reopen: Any) -> None:
    """A job with a damaged state point file can be removed."""
    job = full(project)
    pathlib.Path(job.fn(STATE_POINT)).write_text("junk")
    reopen().open_job(id=job.id).remove()
    assert job_names(project) == set()


def test_remove_spares_what_links_point_to(project: Any, tmp_path: Any) -> None:
    """Removing a job with links removes the links only."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file.txt").write_text("mine")
    job = full(project)
    os.symlink(outside, job.fn("to_directory"))
    job.remove()
    assert (outside / "file.txt").read_text() == "mine"
    assert job_names(project) == set()


def test_move(project: Any, other_project: Any) -> None:
    """`move` renames the directory into the other project, and the handle follows."""
    job = full(project)
    content = tree(job.path)
    assert job.move(other_project) is None
    assert job.project is other_project
    assert job.path == os.path.join(other_project.workspace, job.id)
    assert job in other_project
    assert job not in project
    assert tree(job.path) == content
    assert job_names(project) == set()
    assert job.doc() == {"d": 1}
    assert job.data["x"] == 5
    job.doc.e = 2
    assert other_project.open_job(id=job.id).doc() == {"d": 1, "e": 2}


def test_move_there_and_back(project: Any, other_project: Any) -> None:
    """A job can be moved forth and back."""
    job = full(project)
    job.move(other_project)
    job.move(project)
    assert job in project
    assert job not in other_project
    assert job.project is project
    assert job.doc() == {"d": 1}
    job.sp.a = 7
    assert job_names(project) == {calc_id({"a": 7})}


def test_move_to_the_same_project(project: Any) -> None:
    """Moving into its own project does nothing."""
    job = full(project)
    content = tree(project.workspace)
    job.move(project)
    assert tree(project.workspace) == content
    assert job.project is project


def test_move_of_a_job_that_does_not_exist(project: Any, other_project: Any) -> None:
    """A job that does not exist cannot be moved."""
    with pytest.raises(RuntimeError) as caught:
        project.open_job({"a": 0}).move(other_project)
    assert_says(caught.value)
    assert job_names(other_project) == set()


def test_move_onto_an_existing_job(project: Any, other_project: Any) -> None:
    """An existing job at the destination is kept; the error holds its handle."""
    job = full(project)
    there = other_project.open_job({"a": 0}).init()
    before = tree(project.workspace), tree(other_project.workspace)
    with pytest.raises(DestinationExistsError) as caught:
        job.move(other_project)
    assert caught.value.destination == there
    assert caught.value.destination in other_project
    assert_says(caught.value, job.id)
    assert (tree(project.workspace), tree(other_project.workspace)) == before
    assert job.project is project
    assert job.doc() == {"d": 1}


def test_move_onto_an_empty_directory(project: Any, other_project: Any) -> None:
    """An empty directory at the destination is replaced."""
    job = full(project)
    os.mkdir(os.path.join(other_project.workspace, job.id))
    job.move(other_project)
    assert job.doc() == {"d": 1}
    assert job_names(project) == set()


def test_move_makes_the_workspace(project: Any, other_project: Any) -> None:
    """A missing workspace at the destination is created."""
    job = full(project)
    shutil.rmtree(other_project.workspace)
    job.move(other_project)
    assert job_names(other_project) == {job.id}


def test_move_with_a_bad_state_point_file(project: Any, other_project: Any, reopen: Any) -> None:
    """A handle that knows the state point moves the directory as it is; one by id is refused."""
    job = full(project)
    pathlib.Path(job.fn(STATE_POINT)).write_text("junk")
    with pytest.raises(JobsCorruptedError):
        reopen().open_job(id=job.id).move(other_project)
    assert job_names(project) == {job.id}
    known = reopen().open_job({"a": 0})
    known.move(other_project)
    assert job_names(other_project) == {job.id}
    assert pathlib.Path(known.fn(STATE_POINT)).read_text() == "junk"
    assert known.doc() == {"d": 1}


def test_move_to_another_file_system(project: Any) -> None:
    """The job is copied to another file system and removed here; the handle goes with it."""
    shared = "/dev/shm"
    if not os.path.isdir(shared) or os.stat(shared).st_dev == os.stat(project.path).st_dev:
        pytest.skip(os.strerror(errno.EXDEV) + ": no second file system here")
    job = full(project)
    before = tree(job.path)
    with tempfile.TemporaryDirectory(dir=shared) as directory:
        there = signac.init_project(directory)
        job.move(there)
        assert job_names(there) == {job.id}
        assert job_names(project) == set()
        assert job.project is there
        assert tree(job.path) == before
        assert job.doc() == {"d": 1}


def test_moved_job_can_be_opened_by_id(project: Any, other_project: Any) -> None:
    """The project that received a job knows it."""
    job = full(project)
    job.move(other_project)
    assert other_project.open_job(id=job.id).sp() == {"a": 0}
    assert other_project.open_job(id=job.id[:8]) == job
    assert [found.id for found in other_project.find_jobs({"a": 0})] == [job.id]


def test_another_handle_after_move(project: Any, other_project: Any) -> None:
    """Another handle of the moved job stays in the old project, where the job is no more."""
    job = full(project)
    other = project.open_job({"a": 0})
    job.move(other_project)
    assert other not in project
    assert other != job
    assert hash(other) == hash(job)
