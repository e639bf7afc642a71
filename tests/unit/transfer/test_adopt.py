"""Whole jobs out of copies."""

import os
from pathlib import Path

import pytest

import signac
from signac._core import faults
from signac._engine.adopt import adopt_job, adopt_jobs, copy_job, is_taken
from signac._engine.jobstate import home_of
from signac.errors import JobsCorruptedError


@pytest.fixture
def here(tmp_path: Path) -> signac.Project:
    """Return a project with one job that has files."""
    project = signac.init_project(tmp_path / "here")
    job = project.open_job({"a": 0, "b": {"c": [1, None]}}).init()
    job.doc.n = 1
    Path(job.fn("data.txt")).write_text("data")
    return project


@pytest.fixture
def there(tmp_path: Path) -> signac.Project:
    """Return an empty project."""
    return signac.init_project(tmp_path / "there")


def scratch_of(project: signac.Project) -> list[str]:
    """Return what is left in scratch."""
    path = home_of(project).workspace.scratch
    return os.listdir(path) if os.path.isdir(path) else []


def test_a_job_is_copied_whole(here: signac.Project, there: signac.Project) -> None:
    """Files, document and state point are there, and nothing is left in scratch."""
    (job,) = here
    source, target = home_of(here).workspace, home_of(there).workspace
    adopt_job(target, job.id, lambda path: copy_job(source, job.id, path))
    (copy,) = there
    assert copy.sp() == job.sp()
    assert copy.doc() == {"n": 1}
    assert Path(copy.fn("data.txt")).read_text() == "data"
    assert scratch_of(there) == []
    there.check()


def test_an_interrupted_change_is_copied_as_complete(
    here: signac.Project, there: signac.Project
) -> None:
    """A state point that did not take its place yet is what the copy gets."""
    (job,) = here
    os.replace(job.fn("signac_statepoint.json"), job.fn("signac_statepoint.json.next"))
    Path(job.fn("signac_statepoint.json")).write_text('{"a": 7}')
    source, target = home_of(here).workspace, home_of(there).workspace
    adopt_job(target, job.id, lambda path: copy_job(source, job.id, path))
    (copy,) = there
    assert copy.sp() == {"a": 0, "b": {"c": [1, None]}}
    assert not copy.isfile("signac_statepoint.json.next")


def test_what_is_there_is_not_touched(here: signac.Project) -> None:
    """A job that is there stays as it is; an empty directory counts as free."""
    (job,) = here
    workspace = home_of(here).workspace
    with pytest.raises(FileExistsError, match=job.id):
        adopt_job(workspace, job.id, lambda path: pytest.fail("nothing is to be copied"))
    assert is_taken(workspace, job.id)
    os.mkdir(workspace.job("0" * 32))
    assert not is_taken(workspace, "0" * 32)
    Path(workspace.job("1" * 32)).write_text("a file")
    assert is_taken(workspace, "1" * 32)


def test_one_that_fails_does_not_stop_the_others(
    here: signac.Project, there: signac.Project
) -> None:
    """Each failure is told with its id and names the job directory, not scratch."""
    (job,) = here
    source, target = home_of(here).workspace, home_of(there).workspace

    def broken(path: str) -> None:
        with open(os.path.join(path, "missing", "file"), "rb"):
            pass

    jobs = [
        ("0" * 32, broken),
        (job.id, lambda path: copy_job(source, job.id, path)),
        ("1" * 32, lambda path: None),
    ]
    failed = adopt_jobs(target, jobs)
    assert [copy.id for copy in there] == [job.id]
    assert list(failed) == ["0" * 32, "1" * 32]
    assert failed["0" * 32].filename == target.job("0" * 32) + "/missing/file"
    assert isinstance(failed["1" * 32], JobsCorruptedError)
    assert scratch_of(there) == []


def test_a_wrong_state_point_is_refused(here: signac.Project, there: signac.Project) -> None:
    """What hashes to another id gets no name."""
    (job,) = here
    source, target = home_of(here).workspace, home_of(there).workspace
    with pytest.raises(JobsCorruptedError):
        adopt_job(target, "0" * 32, lambda path: copy_job(source, job.id, path))
    assert len(there) == 0


@pytest.mark.parametrize("level", ["fast", "safe", "durable"])
def test_files_are_synced_before_the_rename(
    level: str, here: signac.Project, there: signac.Project
) -> None:
    """At the level ``safe`` each file is on the disk before its job gets its name."""
    (job,) = here
    source, target = home_of(here).workspace, home_of(there).workspace
    with signac.durability(level), faults.record() as points:
        adopt_job(target, job.id, lambda path: copy_job(source, job.id, path))
    kinds = [name for _, name, _ in points]
    before = kinds[: kinds.index("rename")]
    assert before.count("sync") == (0 if level == "fast" else 3)
    assert ("sync_directory" in kinds) == (level == "durable")
