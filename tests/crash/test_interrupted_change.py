"""A process dies in a change of a state point, and others go on before the project is opened."""

import os
import signal
from typing import Any

import pytest

import processes
import rawcheck
import signac
from crash import scenes
from signac._core import faults

STATEPOINT = {"a": 1}


def die(path: str, at: int) -> bool:
    """Change the state point, dying at a mutation; tell whether it died."""

    def inject(number: int, operation: str, name: str, size: int | None = None) -> None:
        if number == at:
            os.kill(os.getpid(), signal.SIGKILL)

    def change() -> None:
        job = signac.get_project(path).open_job(STATEPOINT)
        with faults.injecting(inject):
            job.sp.b = 2

    return not processes.run(change).ok


@pytest.mark.parametrize("call", ["move", "change"])
def test_the_job_goes_elsewhere(call: str, tmp_path: Any) -> None:
    """Nothing unfinished goes with a job into another project, or to another id."""
    for at in range(1, 40):
        root = tmp_path / str(at)
        path = scenes.project(str(root / "p"))
        scenes.job(path, STATEPOINT, {"old": 1})
        projects = [signac.get_project(path), signac.init_project(root / "q")]
        died = die(path, at)
        (job,) = projects[0]
        if call == "move":
            job.move(projects[1])
        else:
            job.sp.c = 3
        for project in projects:
            signac.get_project(project.path)
            assert rawcheck.problems(project.path) == [], at
            assert not project.find_problems(level="full"), at
        jobs = [*rawcheck.snapshot(path).values(), *rawcheck.snapshot(projects[1].path).values()]
        assert len(jobs) == 1
        assert jobs[0][1] == {"old": 1}
        if not died:
            break
    assert 6 < at < 39, "the change was not disturbed everywhere"
