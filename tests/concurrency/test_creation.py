"""Many processes create the same and different jobs, and the project itself."""

import os
import shutil
import subprocess
import sys

import pytest

import processes
import rawcheck
import signac
from concurrency.workshop import PROCESSES, flawless, open_project

rounds = pytest.mark.parametrize("rounds", [10, pytest.param(50, marks=pytest.mark.long)])
number = pytest.mark.parametrize("number", PROCESSES)


@rounds
@number
@pytest.mark.parametrize("workspace", ["warm", "cold"])
def test_the_same_job_is_created_once(workspace, number, rounds, path):
    """Row 9: all processes get the job and none an error, also without a workspace."""
    meet = processes.Round(number)

    def child(worker: int) -> list[str]:
        project = open_project(path)
        ids = []
        for turn in range(rounds):
            job = project.open_job({"round": turn, "deep": {"er": [turn]}})
            meet.wait()
            if worker == 0 and workspace == "cold":
                shutil.rmtree(os.path.join(path, "workspace"))
            meet.wait()
            ids.append(job.init().id)
            assert rawcheck.id_of(rawcheck._read_json(job.fn(rawcheck.STATEPOINT))) == job.id
        return ids

    outcomes = processes.together([lambda worker=worker: child(worker) for worker in range(number)])
    ids = [outcome.get() for outcome in outcomes]
    assert all(one == ids[0] for one in ids)
    assert set(flawless(path)) == set(ids[0] if workspace == "warm" else ids[0][-1:])


@rounds
@number
def test_different_jobs_are_all_created(number, rounds, path):
    """Row 10: no job that a process created is missing, whatever the others created meanwhile."""
    shutil.rmtree(os.path.join(path, "workspace"))

    def child(worker: int) -> None:
        project = open_project(path)
        for turn in range(rounds):
            job = project.open_job({"worker": worker, "turn": turn}).init()
            job.doc.by = worker
            assert project.open_job(id=job.id).sp() == {"worker": worker, "turn": turn}

    for outcome in processes.together(
        [lambda worker=worker: child(worker) for worker in range(number)]
    ):
        outcome.get()
    jobs = flawless(path)
    assert len(jobs) == number * rounds
    assert all(
        document == {"by": statepoint["worker"]} for statepoint, document, _ in jobs.values()
    )


@number
def test_overlapping_bulk_calls_complete(number, path):
    """Bulk calls with common state points give every caller all its jobs, each made once."""
    size = 20

    def child(worker: int) -> int:
        wanted = [{"n": n} for n in range(worker * size // 2, worker * size // 2 + size)]
        jobs = open_project(path).create_jobs(wanted, progress=False)
        assert [job.sp() for job in jobs] == wanted
        return sum(os.path.isfile(job.fn(rawcheck.STATEPOINT)) for job in jobs)

    outcomes = processes.together([lambda worker=worker: child(worker) for worker in range(number)])
    assert [outcome.get() for outcome in outcomes] == [size] * number
    assert len(flawless(path)) == (number + 1) * size // 2


@rounds
def test_the_project_is_created_once(rounds, tmp_path):
    """Row 18: eight processes initialise one project; each gets it and none an error."""
    meet = processes.Round(8)

    def child(worker: int) -> None:
        for turn in range(rounds):
            meet.wait()
            project = signac.init_project(tmp_path / str(turn) / "deep")
            job = project.open_job({"worker": worker}).init()
            assert signac.get_project(project.path, search=False).open_job(id=job.id) == job

    for outcome in processes.together([lambda worker=worker: child(worker) for worker in range(8)]):
        outcome.get()
    for turn in range(rounds):
        path = str(tmp_path / str(turn) / "deep")
        with open(os.path.join(path, ".signac", "config")) as file:
            assert file.read() == "schema_version = 2\n"
        assert len(flawless(path)) == 8


def test_the_project_is_created_once_by_new_interpreters(tmp_path):
    """The same with eight programs of their own."""
    path = str(tmp_path / "project")
    program = "import sys, signac; signac.init_project(sys.argv[1]).open_job({'a': 1}).init()"
    running = [subprocess.Popen([sys.executable, "-c", program, path]) for _ in range(8)]
    assert [one.wait(timeout=100) for one in running] == [0] * 8
    assert len(flawless(path)) == 1


@pytest.mark.parametrize("seconds", [1.0, pytest.param(15.0, marks=pytest.mark.long)])
def test_opening_sweeps_no_work_of_the_living(seconds, path):
    """Programs that open the project over and over sweep nothing that another one is building."""
    from concurrency.workshop import Until

    until = Until(path, seconds)

    def opener() -> int:
        return sum(1 for _ in until if open_project(path))

    def creator(worker: int) -> int:
        project = open_project(path)
        made = 0
        for turn in until:
            project.create_jobs(
                [{"w": worker, "t": turn, "n": n} for n in range(5)], progress=False
            )
            project.open_job({"w": worker, "t": turn}).init().doc.n = turn
            made += 6
        return made

    outcomes = processes.together([opener, opener, lambda: creator(1), lambda: creator(2)])
    opened, again, *made = [outcome.get() for outcome in outcomes]
    assert min(opened, again, *made) > 5
    assert len(flawless(path)) == sum(made)
