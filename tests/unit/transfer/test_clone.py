"""Clones: what the acceptance tests do not show."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

import signac
from signac._core import faults
from signac._engine.jobstate import home_of
from signac.errors import DestinationExistsError, JobsCorruptedError


@pytest.fixture
def here(tmp_path: Path) -> Any:
    """Return a project with one job that has files."""
    project = signac.init_project(tmp_path / "here")
    job = project.open_job({"a": 0}).init()
    job.doc.n = 1
    Path(job.fn("data.txt")).write_text("data")
    return project


@pytest.fixture
def there(tmp_path: Path) -> Any:
    """Return an empty project."""
    return signac.init_project(tmp_path / "there")


def names_in(project: Any) -> list[str]:
    """Return what is in a workspace besides scratch, and in scratch."""
    scratch = home_of(project).workspace.scratch
    left = os.listdir(scratch) if os.path.isdir(scratch) else []
    return [name for name in os.listdir(project.workspace) if name[0] != "."] + left


def test_buffered_changes_are_cloned(here: Any, there: Any) -> None:
    """A document in the buffer is written before the job is copied."""
    (job,) = here
    with signac.buffered():
        job.doc.late = True
        assert there.clone(job).doc() == {"n": 1, "late": True}


def test_the_function_gets_the_final_place(here: Any, there: Any) -> None:
    """A function of the user works on the place of the job, where it may move or link it."""
    (job,) = here
    called = []
    there.clone(job, copytree=lambda source, target: called.append((source, target)))
    assert called == [(job.path, os.path.join(there.workspace, job.id))]
    clone = there.clone(job, copytree=os.rename)
    assert len(here) == 0
    assert clone.doc() == {"n": 1}


def test_a_job_by_id_that_is_moved(here: Any, there: Any) -> None:
    """The state point is known although the function took the job away."""
    (job,) = here
    by_id = signac.get_project(here.path).open_job(id=job.id)
    assert there.clone(by_id, copytree=os.rename).sp() == {"a": 0}
    assert not os.path.exists(job.path)


def test_the_default_function_makes_whole_jobs(here: Any, there: Any) -> None:
    """`shutil.copytree` given by name is the default, so the job appears whole all the same."""
    (job,) = here
    with faults.record() as points:
        there.clone(job, copytree=shutil.copytree)
    renames = [path for _, name, path in points if name == "rename"]
    assert [os.path.basename(path) for path in renames] == [job.id]
    assert names_in(there) == [job.id]


def test_an_error_of_the_function_is_that_of_the_function(here: Any, there: Any) -> None:
    """A FileExistsError about something else is not taken for a job that exists."""
    (job,) = here

    def fail(source: str, target: str) -> None:
        raise FileExistsError("of the user")

    with pytest.raises(FileExistsError, match="of the user"):
        there.clone(job, copytree=fail)
    assert names_in(there) == []


def test_an_empty_directory_is_no_job(here: Any, there: Any) -> None:
    """A directory without anything in it is in nobody's way."""
    (job,) = here
    os.mkdir(os.path.join(there.workspace, job.id))
    assert there.clone(job).doc() == {"n": 1}
    with pytest.raises(DestinationExistsError):
        there.clone(job)


def test_a_handle_knows_better_than_a_damaged_file(here: Any, there: Any) -> None:
    """The clone has the right state point if the handle knows it; otherwise there is no clone."""
    (job,) = here
    by_id = signac.get_project(here.path).open_job(id=job.id)
    job.sp()
    Path(job.fn("signac_statepoint.json")).write_text("junk")
    with pytest.raises(JobsCorruptedError):
        there.clone(by_id)
    assert names_in(there) == []
    clone = there.clone(here.open_job({"a": 0}))
    assert there.open_job(id=clone.id).sp() == {"a": 0}
    there.check()


def test_links(here: Any, there: Any) -> None:
    """Links are followed as always; those that lead nowhere are no obstacle."""
    (job,) = here
    os.symlink("data.txt", job.fn("link"))
    os.symlink("nowhere", job.fn("dangling"))
    os.symlink(".", job.fn("itself"))
    clone = there.clone(job)
    assert not os.path.islink(clone.fn("link"))
    assert Path(clone.fn("link")).read_text() == "data"
    assert os.readlink(clone.fn("dangling")) == "nowhere"
    assert os.readlink(clone.fn("itself")) == "."


def test_a_failed_clone_leaves_nothing(here: Any, there: Any) -> None:
    """A file that cannot be copied is named, and there is no half job; later it works."""
    (job,) = here
    os.mkfifo(job.fn("pipe"))
    with pytest.raises(OSError, match="pipe"):
        there.clone(job)
    assert names_in(there) == []
    os.unlink(job.fn("pipe"))
    assert there.clone(job).isfile("data.txt")


def test_a_moved_job(here: Any, there: Any, tmp_path: Path) -> None:
    """Of a job that has another id by now the clone says so."""
    other = here.open_job({"a": 0})
    other.sp()
    (job,) = here
    job.sp.a = 1
    with pytest.raises(signac.errors.JobMovedError):
        there.clone(other)
