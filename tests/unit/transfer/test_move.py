"""Moves between file systems."""

import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import signac
from signac._core import faults
from signac._engine import relocate
from signac.errors import DestinationExistsError, JobMovedError

SHARED = "/dev/shm"


@pytest.fixture
def here(tmp_path: Path) -> Any:
    """Return a project with one job that has files, links and stores."""
    project = signac.init_project(tmp_path / "here")
    job = project.open_job({"a": 0}).init()
    job.doc.n = 1
    job.data["x"] = 1.5
    Path(job.fn("data.txt")).write_text("data")
    os.makedirs(job.fn("sub/empty"))
    os.chmod(job.fn("data.txt"), 0o640)
    os.symlink("data.txt", job.fn("link"))
    os.symlink("nowhere", job.fn("dangling"))
    return project


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Any]:
    """Return an empty project on another file system."""
    if not os.path.isdir(SHARED) or os.stat(SHARED).st_dev == os.stat(tmp_path).st_dev:
        pytest.skip("no second file system here")
    with tempfile.TemporaryDirectory(dir=SHARED) as directory:
        yield signac.init_project(os.path.join(directory, "there"))


def names_in(project: Any) -> list[str]:
    """Return what is in a workspace, and in its scratch."""
    found = sorted(os.listdir(project.workspace))
    scratch = os.path.join(project.workspace, ".signac_scratch")
    return [name for name in found if name[0] != "."] + (
        os.listdir(scratch) if os.path.isdir(scratch) else []
    )


def test_everything_goes_along(here: Any, there: Any) -> None:
    """Files, modes, times, links and stores are there as they were; nothing is left here."""
    (job,) = here
    modified = os.stat(job.fn("data.txt")).st_mtime_ns
    job.move(there)
    assert names_in(here) == []
    assert names_in(there) == [job.id]
    assert job.project is there
    assert (job.sp(), job.doc()) == ({"a": 0}, {"n": 1})
    assert job.data["x"] == 1.5
    assert os.readlink(job.fn("link")) == "data.txt"
    assert os.readlink(job.fn("dangling")) == "nowhere"
    assert os.path.isdir(job.fn("sub/empty"))
    status = os.stat(job.fn("data.txt"))
    assert (status.st_mode & 0o777, status.st_mtime_ns) == (0o640, modified)


def test_another_handle_is_told(here: Any, there: Any) -> None:
    """The log of moves says where the job went."""
    other = here.open_job({"a": 0})
    other.doc()
    (job,) = here
    job.move(there)
    with pytest.raises(JobMovedError, match="there"):
        other.doc.n = 2


def test_existing_jobs_are_kept(here: Any, there: Any) -> None:
    """A job that is there already, even the same one, is an error, and both stay."""
    (job,) = here
    there.clone(job)
    with pytest.raises(DestinationExistsError) as caught:
        job.move(there)
    assert caught.value.destination.project is there
    assert names_in(here) == names_in(there) == [job.id]
    assert job.project is here


def test_a_store_that_is_open(here: Any, there: Any) -> None:
    """A store that is open is closed, and not written to where the job was."""
    (job,) = here
    with job.data as store:
        store["y"] = 3
        job.move(there)
        assert len(here) == 0
    assert job.data["y"] == 3


def test_what_is_no_file(here: Any, there: Any) -> None:
    """A pipe is named, and the job stays."""
    (job,) = here
    os.mkfifo(job.fn("pipe"))
    with pytest.raises(OSError, match="pipe"):
        job.move(there)
    assert (names_in(here), names_in(there)) == ([job.id], [])
    assert job.doc() == {"n": 1}


def test_a_job_that_changes(here: Any, there: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy that is not the same is made again; if that goes on, the job stays."""
    (job,) = here
    real, calls = relocate.copy_tree, []

    def disturbed(*arguments: Any, **options: Any) -> Any:
        calls.append(1)
        copied = real(*arguments, **options)
        if len(calls) <= limit:
            Path(job.fn("data.txt")).write_text(f"data {len(calls)}")
        return copied

    monkeypatch.setattr(relocate, "copy_tree", disturbed)
    limit = 3
    with pytest.raises(OSError, match=r"data\.txt") as caught:
        job.move(there)
    assert caught.value.errno == errno.EBUSY
    assert (names_in(here), names_in(there)) == ([job.id], [])
    calls.clear()
    limit = 1
    job.move(there)
    assert (names_in(here), names_in(there)) == ([], [job.id])
    assert Path(job.fn("data.txt")).read_text() == "data 1"


def test_a_link_to_a_job(here: Any, there: Any, tmp_path: Path) -> None:
    """A job directory that is a link is not moved to another file system."""
    (job,) = here
    os.rename(job.path, tmp_path / "elsewhere")
    os.symlink(tmp_path / "elsewhere", job.path)
    with pytest.raises(OSError, match="is a link"):
        job.move(there)
    assert os.path.islink(job.path)
    assert (tmp_path / "elsewhere" / "data.txt").exists()


def test_interrupted_before_the_removal(here: Any, there: Any) -> None:
    """When the job is whole in both places, the same call removes it here."""
    (job,) = here

    def fail(number: int, name: str, path: str, size: int | None = None) -> None:
        if name == "rename" and path.startswith(here.path):
            raise OSError(errno.EIO, os.strerror(errno.EIO), path)

    def only_the_last(number: int, name: str, path: str, size: int | None = None) -> None:
        if os.path.isdir(os.path.join(there.workspace, job.id)):
            fail(number, name, path, size)

    with faults.injecting(only_the_last), pytest.raises(OSError, match="Input/output"):
        job.move(there)
    assert names_in(here) == names_in(there) == [job.id]
    job.move(there)
    assert (names_in(here), names_in(there)) == ([], [job.id])


def test_back_again(here: Any, there: Any) -> None:
    """A job can go there and back, and there again."""
    (job,) = here
    for project in (there, here, there):
        job.move(project)
        assert job.project is project
    assert (names_in(here), names_in(there)) == ([], [job.id])
