"""Copying a job into another project."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

import signac
from acceptance.moving import add_jobs, picture
from acceptance.support import STATE_POINT, assert_says, job_names, tree
from signac.errors import DestinationExistsError, JobsCorruptedError


@pytest.fixture
def full(project: Any) -> Any:
    """Return a job with files."""
    (job,) = add_jobs(project, [{"a": 0}])
    return job


def test_clone(project: Any, other_project: Any, full: Any) -> None:
    """The copy has every file, and the handle is one of the other project."""
    before = tree(full.path)
    copy = other_project.clone(full)
    assert type(copy) is type(full)
    assert copy.project is other_project
    assert copy.id == full.id
    assert copy.path == os.path.join(other_project.workspace, full.id)
    assert copy in other_project
    assert copy.sp() == {"a": 0}
    assert copy.doc() == full.doc()
    assert tree(copy.path) == before


def test_source_is_left_alone(project: Any, other_project: Any, full: Any) -> None:
    """The source stays as it is, in its project."""
    before = picture(project)
    copy = other_project.clone(full)
    copy.doc.new = 1
    Path(copy.fn("file.txt")).write_text("changed")
    assert picture(project) == before
    assert full.project is project
    assert full in project


def test_copy_can_be_found(other_project: Any, full: Any) -> None:
    """The other project knows the copy at once."""
    assert len(other_project) == 0
    assert len(other_project.find_jobs({"a": 0})) == 0
    other_project.clone(full)
    assert len(other_project) == 1
    assert [job.id for job in other_project.find_jobs({"a": 0})] == [full.id]
    assert other_project.open_job(id=full.id[:6]).doc.which == "{'a': 0}"


def test_source_that_does_not_exist(project: Any, other_project: Any) -> None:
    """A job that does not exist cannot be copied."""
    with pytest.raises(ValueError) as caught:
        other_project.clone(project.open_job({"a": 9}))
    assert_says(caught.value)
    assert job_names(other_project) == set()
    assert job_names(project) == set()


def test_job_that_exists(other_project: Any, full: Any) -> None:
    """An existing job is kept; the error holds the handle of the destination."""
    there = other_project.open_job({"a": 0}).init()
    there.doc.mine = 1
    before = picture(other_project)
    with pytest.raises(DestinationExistsError) as caught:
        other_project.clone(full)
    assert caught.value.destination == there
    assert caught.value.destination.project == other_project
    assert caught.value.destination in other_project
    assert_says(caught.value, full.id)
    assert picture(other_project) == before


def test_clone_twice(other_project: Any, full: Any) -> None:
    """The second copy is refused, and the first stays."""
    copy = other_project.clone(full)
    copy.doc.mine = 1
    before = picture(other_project)
    with pytest.raises(DestinationExistsError):
        other_project.clone(full)
    assert picture(other_project) == before


def test_clone_into_its_own_project(project: Any, full: Any) -> None:
    """A project has its own jobs already."""
    before = picture(project)
    with pytest.raises(DestinationExistsError) as caught:
        project.clone(full)
    assert caught.value.destination == full
    assert picture(project) == before


def test_copytree(other_project: Any, full: Any) -> None:
    """`copytree` is called once, with the path of the job and that of the copy."""
    calls = []

    def copytree(source: str, destination: str) -> None:
        calls.append((source, destination))
        shutil.copytree(source, destination)

    copy = other_project.clone(full, copytree=copytree)
    assert calls == [(full.path, copy.path)]
    assert tree(copy.path) == tree(full.path)


def test_copytree_as_keyword(other_project: Any, full: Any) -> None:
    """The parameters have the names of the released signac."""
    assert other_project.clone(job=full, copytree=None) in other_project


@pytest.mark.parametrize("copytree", [shutil.move, os.rename], ids=["move", "rename"])
def test_copytree_that_moves(project: Any, other_project: Any, full: Any, copytree: Any) -> None:
    """A function may move instead of copy."""
    before = tree(full.path)
    copy = other_project.clone(full, copytree=copytree)
    assert tree(copy.path) == before
    assert job_names(project) == set()
    assert job_names(other_project) == {copy.id}


def test_copytree_that_raises(other_project: Any, full: Any) -> None:
    """An error of the function comes through."""

    def copytree(source: str, destination: str) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        other_project.clone(full, copytree=copytree)
    assert len(other_project) == 0


def test_links_to_files_are_followed(other_project: Any, full: Any) -> None:
    """A link to a file of the job becomes a file with the same content."""
    os.symlink("file.txt", full.fn("link"))
    copy = other_project.clone(full)
    assert Path(copy.fn("link")).read_text() == Path(full.fn("file.txt")).read_text()
    assert not os.path.islink(copy.fn("link"))


def test_linked_directories_are_followed(other_project: Any, full: Any) -> None:
    """A link to a directory of the job becomes a directory with the same content."""
    os.symlink("sub-dir", full.fn("link"))
    copy = other_project.clone(full)
    assert tree(copy.fn("link")) == tree(full.fn("sub-dir"))
    assert not os.path.islink(copy.fn("link"))


def test_modes_and_times_are_kept(other_project: Any, full: Any) -> None:
    """The copies have the mode and the time of the files."""
    os.chmod(full.fn("file.txt"), 0o751)
    os.utime(full.fn("file.txt"), (1e9, 1e9))
    status = os.stat(other_project.clone(full).fn("file.txt"))
    assert status.st_mode & 0o777 == 0o751
    assert status.st_mtime == 1e9


def test_missing_workspace(other_project: Any, full: Any) -> None:
    """A missing workspace at the destination is created."""
    shutil.rmtree(other_project.workspace)
    copy = other_project.clone(full)
    assert job_names(other_project) == {copy.id}


@pytest.mark.parametrize("thing", [None, "x", 5, {"a": 0}], ids=repr)
def test_no_job(other_project: Any, thing: Any) -> None:
    """What is no job is an `AttributeError`."""
    with pytest.raises(AttributeError) as caught:
        other_project.clone(thing)
    assert_says(caught.value)
    assert job_names(other_project) == set()


def test_bad_state_point_file(other_project: Any, project: Any, full: Any) -> None:
    """A job whose state point cannot be read is refused."""
    Path(full.fn(STATE_POINT)).write_text("junk")
    unknown = signac.get_project(project.path).open_job(id=full.id)
    with pytest.raises(JobsCorruptedError) as caught:
        other_project.clone(unknown)
    assert_says(caught.value, full.id)
    assert job_names(other_project) == set()


def test_subclasses(tmp_path: Path, full: Any) -> None:
    """The copy is a handle of the class that the project opens."""

    class Mine(signac.Project):
        def open_job(self, *args: Any, **kwargs: Any) -> Any:
            job = super().open_job(*args, **kwargs)
            job.__dict__.setdefault("mine", True)
            return job

    there = Mine.init_project(tmp_path / "there")
    assert there.clone(full).mine
