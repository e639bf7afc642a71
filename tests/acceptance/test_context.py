"""The working-directory context of a job."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from acceptance.support import STATE_POINT


def inside(job: Any) -> bool:
    return os.path.realpath(os.getcwd()) == os.path.realpath(job.path)


def test_with_changes_the_directory(project: Any) -> None:
    """`with job` initialises the job, changes into its directory, and goes back."""
    job = project.open_job({"a": 0})
    here = os.getcwd()
    with job as entered:
        assert entered is job
        assert inside(job)
        assert job in project
        Path("file.txt").write_text("x")
    assert os.getcwd() == here
    assert job.isfile("file.txt")
    assert job.isfile(STATE_POINT)


def test_open_and_close(job: Any) -> None:
    """`open` and `close` do by hand what the context does."""
    here = os.getcwd()
    assert job.open() is None
    assert inside(job)
    assert job.close() is None
    assert os.getcwd() == here


def test_close_without_open(job: Any) -> None:
    """`close` does nothing when nothing is open."""
    here = os.getcwd()
    job.close()
    job.close()
    assert os.getcwd() == here


def test_nested_and_re_entrant(project: Any, job: Any) -> None:
    """Contexts of one job and of several nest and restore step by step."""
    other = project.open_job({"a": 1})
    here = os.getcwd()
    with job:
        with job:
            with other:
                assert inside(other)
                with job:
                    assert inside(job)
                assert inside(other)
            assert inside(job)
        assert inside(job)
    assert os.getcwd() == here


def test_user_changes_directory_inside(job: Any, tmp_path: Any) -> None:
    """A change of directory inside the block does not disturb the way back."""
    here = os.getcwd()
    with job:
        os.chdir(tmp_path)
        with job:
            assert inside(job)
        assert os.getcwd() == str(tmp_path)
    assert os.getcwd() == here


def test_close_inside_the_block(job: Any) -> None:
    """`close` inside the block is allowed; leaving the block then does nothing."""
    here = os.getcwd()
    with job:
        job.close()
        assert os.getcwd() == here
    assert os.getcwd() == here


def test_exception_passes_and_directory_is_restored(job: Any) -> None:
    """An exception in the block propagates, and the directory is restored."""
    here = os.getcwd()
    with pytest.raises(ZeroDivisionError), job:
        assert inside(job)
        1 / 0
    assert os.getcwd() == here


def test_remove_inside_the_block(job: Any, project: Any) -> None:
    """A job may be removed inside its own context."""
    here = os.getcwd()
    with job:
        job.remove()
    assert os.getcwd() == here
    assert job not in project


def test_remembered_directory_vanished(job: Any, tmp_path: Any) -> None:
    """When the directory to return to was deleted, `close` raises `FileNotFoundError`."""
    gone = tmp_path / "gone"
    gone.mkdir()
    os.chdir(gone)
    job.open()
    gone.rmdir()
    with pytest.raises(FileNotFoundError):
        job.close()


def test_current_directory_vanished(job: Any, tmp_path: Any) -> None:
    """Opening while the current directory is deleted raises `FileNotFoundError`."""
    gone = tmp_path / "gone"
    gone.mkdir()
    os.chdir(gone)
    shutil.rmtree(gone)
    with pytest.raises(FileNotFoundError):
        job.open()
    os.chdir(tmp_path)


def test_context_and_containers(project: Any) -> None:
    """State point, document and data work inside the context."""
    job = project.open_job({"a": 0})
    with job:
        job.doc.x = job.sp.a + 1
        job.data["y"] = 2
    assert job.doc.x == 1
    assert job.data["y"] == 2
