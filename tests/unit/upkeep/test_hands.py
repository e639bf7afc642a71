"""Several processes look at jobs at once."""

import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

import signac
from signac._engine.workspace import Workspace
from signac._upkeep import hands
from signac._upkeep.glance import glance

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="one process elsewhere")

JOBS = 60


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Workspace, list[str]]:
    """A project with damaged jobs, and four processes for it."""
    project = signac.init_project(tmp_path / "p")
    jobs = sorted(project.create_jobs({"n": n} for n in range(JOBS)), key=lambda job: job.id)
    for job in jobs[::7]:
        Path(job.fn(job.FN_STATE_POINT)).write_text("[")
    monkeypatch.setattr(hands, "_FEWEST", 10)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: range(8))
    return Workspace.of(project.path), [job.id for job in jobs]


def _descriptors() -> list[str]:
    return os.listdir("/proc/self/fd")


def _no_child_is_left() -> bool:
    try:
        return os.waitpid(-1, os.WNOHANG) == (0, 0)
    except ChildProcessError:
        return True


def test_the_same_as_one(place: tuple[Workspace, list[str]]) -> None:
    """They find what one finds, in the same order, and leave neither process nor file open."""
    workspace, ids = place
    assert hands._count_hands(JOBS) == 4
    before = _descriptors()
    found = hands.glance_together(workspace, ids)
    assert found == list(glance(workspace, ids))
    assert [doubt[0] for doubt in found] == ids[::7]
    assert len(_descriptors()) == len(before)
    assert _no_child_is_left()


def test_none() -> None:
    """No jobs need no process."""
    assert hands.glance_together(Workspace.of("/nowhere"), []) == []


@pytest.mark.parametrize("how", ["killed", "raises", "junk"])
def test_a_child_that_fails(
    place: tuple[Workspace, list[str]], monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """What a child did not say is looked at by this process."""
    workspace, ids = place
    parent = os.getpid()

    def fail(theirs: Any, *rest: Any) -> None:
        assert os.getpid() != parent
        if how == "killed":
            theirs.sendall(b'[["')
            os.kill(os.getpid(), signal.SIGKILL)
        if how == "junk":
            theirs.sendall(b"[[]")
        os._exit(1)

    monkeypatch.setattr(hands, "_work", fail)
    assert hands.glance_together(workspace, ids) == list(glance(workspace, ids))
    assert _no_child_is_left()


def test_an_interrupt(place: tuple[Workspace, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupted check leaves no process."""

    def interrupt(*rest: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(hands, "glance", interrupt)
    with pytest.raises(KeyboardInterrupt):
        hands.glance_together(*place)
    assert _no_child_is_left()


@pytest.mark.parametrize("missing", ["fork", "socketpair"])
def test_no_more_processes(
    place: tuple[Workspace, list[str]], monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    """Where no more processes, or files, may be made, this one looks at all jobs."""

    def refuse() -> Any:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    workspace, ids = place
    before = _descriptors()
    monkeypatch.setattr(os if missing == "fork" else socket, missing, refuse)
    assert hands.glance_together(workspace, ids) == list(glance(workspace, ids))
    assert len(_descriptors()) == len(before)
    assert signal.SIGTERM not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_a_child_that_hangs(
    place: tuple[Workspace, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A child that says nothing is not waited for."""
    workspace, ids = place
    monkeypatch.setattr(hands, "_PATIENCE", 0.05)
    monkeypatch.setattr(hands, "_work", lambda *rest: time.sleep(60))
    assert hands.glance_together(workspace, ids) == list(glance(workspace, ids))
    assert _no_child_is_left()


def test_handlers_of_the_program(
    place: tuple[Workspace, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch system sends a signal to all processes; what the program does then is done once."""
    workspace, ids = place
    parent, said = os.getpid(), os.path.join(workspace.project, "said")

    def tell(*rest: Any) -> None:
        with open(said, "a") as file:
            file.write(f"{os.getpid()} ")

    def glance_and_signal(*rest: Any) -> Any:
        os.kill(os.getpid(), signal.SIGUSR1)
        return glance(*rest)

    before = signal.signal(signal.SIGUSR1, tell)
    try:
        monkeypatch.setattr(hands, "glance", glance_and_signal)
        assert hands.glance_together(workspace, ids) == list(glance(workspace, ids))
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert set(Path(said).read_text().split()) == {str(parent)}
    assert _no_child_is_left()


def test_alone_beside_mpi(
    place: tuple[Workspace, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process of an MPI program is not copied."""
    monkeypatch.setitem(sys.modules, "mpi4py", sys)
    assert hands._count_hands(JOBS) == 1


def test_alone_beside_threads(place: tuple[Workspace, list[str]]) -> None:
    """A process with threads is not copied."""
    go = threading.Event()
    thread = threading.Thread(target=go.wait)
    thread.start()
    try:
        assert hands._count_hands(JOBS) == 1
    finally:
        go.set()
        thread.join()


def test_few_jobs_are_not_shared(place: tuple[Workspace, list[str]]) -> None:
    """What is done in a moment is done alone."""
    assert hands._count_hands(15) == 1
    assert hands._count_hands(0) == 1
