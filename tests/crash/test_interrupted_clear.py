"""A process dies while it clears a job, and others go on before the project is opened again."""

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

import processes
import rawcheck
import signac
from crash import scenes
from signac._core import faults

STATEPOINT = {"a": 1}


@pytest.fixture
def path(tmp_path: Any) -> str:
    """Return a project with one job with some files and a document."""
    path = scenes.project(str(tmp_path / "p"))
    scenes.job(path, STATEPOINT, {"old": 1})
    return path


def renames(path: str, after: int | None) -> int:
    """Clear the job, dying after some renames; return how many there were."""
    seen = 0

    def inject(number: int, operation: str, name: str, size: int | None = None) -> None:
        nonlocal seen
        if seen == after:
            os.kill(os.getpid(), signal.SIGKILL)
        seen += operation == "rename"

    def clear() -> int:
        job = signac.get_project(path).open_job(STATEPOINT)
        with faults.injecting(inject):
            job.clear()
        return seen

    outcome = processes.run(clear)
    assert outcome.ok == (after is None), outcome
    return int(outcome.value or 0)


# The files, the document, the directory with both, the new document.
EACH = range(1, 6)


def others(change: Callable[[Any], object], path: str, after: int) -> Any:
    """Open the job, let another process die in `clear`, change the job, open the project anew."""
    job = signac.get_project(path).open_job(STATEPOINT)
    job.init()
    renames(path, after)
    change(job)
    signac.get_project(path)
    assert rawcheck.problems(path) == []
    assert not signac.get_project(path).find_problems(level="full")
    return rawcheck.snapshot(path)


def test_the_renames_are_counted(path: str) -> None:
    """The tests below kill at each rename of a clear."""
    assert renames(path, None) == len(EACH) + 1


@pytest.mark.parametrize("after", EACH)
def test_a_document_is_written(after: int, path: str) -> None:
    """The document is the old one and more, with all files, or a new one without any."""
    ((_, document, files),) = others(lambda job: job.doc.update(new=2), path, after).values()
    if files:
        assert document == {"old": 1, "new": 2}
        assert set(files) == {"data.txt", ".hidden", "sub/more.txt"}
    else:
        assert document == {"new": 2}


@pytest.mark.parametrize("after", EACH)
def test_it_is_cleared_again(after: int, path: str) -> None:
    """What was cleared for good does not come back."""
    ((_, document, files),) = others(lambda job: job.clear(), path, after).values()
    assert (document or {}, files) == ({}, {})


@pytest.mark.parametrize("after", EACH)
def test_it_is_removed(after: int, path: str) -> None:
    """What was aside goes with the job."""
    assert others(lambda job: job.remove(), path, after) == {}


@pytest.mark.parametrize("call", ["change", "move"])
@pytest.mark.parametrize("after", EACH)
def test_it_goes_elsewhere(after: int, call: str, path: str, tmp_path: Any) -> None:
    """What was aside goes with the job, all of it or nothing."""
    other = signac.init_project(tmp_path / "q")

    def go(job: Any) -> None:
        if call == "move":
            job.move(other)
        else:
            job.sp.b = 2

    found = others(go, path, after) or rawcheck.snapshot(other.path)
    ((_, document, files),) = found.values()
    assert (document or {}, len(files)) in (({"old": 1}, 3), ({}, 0))


def test_files_are_written_anew(path: str) -> None:
    """A file that somebody writes meanwhile stays; the other ones come back around it."""
    directory = os.path.join(path, "workspace", rawcheck.id_of(STATEPOINT))

    def write(job: Any) -> None:
        os.makedirs(job.fn("sub"), exist_ok=True)
        for name in ("data.txt", "sub/new.txt"):
            with open(os.path.join(directory, name), "w", encoding="utf-8") as file:
                file.write("written anew")

    ((_, document, files),) = others(write, path, 3).values()
    assert document == {"old": 1}
    assert set(files) == {"data.txt", ".hidden", "sub/more.txt", "sub/new.txt"}
    assert files["data.txt"] == b"written anew"
