"""Many processes make the same view, clone the same job, and move the same job."""

import errno
import os
import tempfile
from collections.abc import Callable
from typing import Any

import pytest

import processes
import signac
from concurrency.workshop import PROCESSES, Until, attempts, flawless, open_project
from signac.errors import DestinationExistsError

rounds = pytest.mark.parametrize("rounds", [5, pytest.param(50, marks=pytest.mark.long)])
number = pytest.mark.parametrize("number", PROCESSES)


def links_below(prefix: str) -> set[str]:
    """Return the links of a view that lead to a job."""
    found = set()
    for directory, names, _ in os.walk(prefix):
        for name in names:
            path = os.path.join(directory, name)
            if os.path.islink(path):
                assert os.path.isfile(os.path.join(path, "signac_statepoint.json")), path
                found.add(os.path.relpath(path, prefix))
    return found


@rounds
@number
def test_the_same_view_at_once(number, rounds, path, tmp_path):
    """Row 19: all processes get the whole view and none an error, whatever was there before."""
    prefix = str(tmp_path / "view")
    jobs = open_project(path).create_jobs({"a": i, "b": i % 3} for i in range(12))
    selections = [None, [job.id for job in jobs[:5]], [], [job.id for job in jobs[3:]]]
    meet = processes.Round(number)

    def child(worker: int) -> None:
        project = open_project(path)
        for turn in range(rounds):
            chosen = selections[turn % len(selections)]
            meet.wait()
            links = project.create_linked_view(prefix, job_ids=chosen)
            meet.wait()
            assert links_below(prefix) == set(links)
            meet.wait()

    for outcome in processes.together(
        [lambda worker=worker: child(worker) for worker in range(number)]
    ):
        outcome.get()
    assert not os.path.exists(os.path.join(path, ".signac", "transfers"))


def test_different_views_of_one_prefix(path, tmp_path):
    """Processes that want different links in one place raise nothing; the last call decides."""
    prefix = str(tmp_path / "view")
    jobs = open_project(path).create_jobs({"a": i} for i in range(8))
    ids = [job.id for job in jobs]
    until = Until(path, 1.5)

    def child(chosen: list[str]) -> int:
        project = open_project(path)
        return sum(1 for _ in until if project.create_linked_view(prefix, job_ids=chosen))

    outcomes = processes.together(
        [lambda chosen=chosen: child(chosen) for chosen in (ids[:5], ids[3:], ids[:2])]
    )
    assert min(outcome.get() for outcome in outcomes) > 3
    links = open_project(path).create_linked_view(prefix)
    assert links_below(prefix) == set(links)
    assert len(links) == 8


@rounds
def test_one_clone_and_a_reader(rounds, path, tmp_path):
    """Row 20: one of two clones is made, the other told; a reader sees the whole job or none."""
    source = signac.init_project(tmp_path / "source")
    for turn in range(rounds):
        job = source.open_job({"turn": turn}).init()
        job.doc.n = turn
        for name in range(20):
            with open(job.fn(f"file{name}"), "w") as file:
                file.write("x" * 1000)
    meet, begin = processes.Round(2), processes.Round(3)
    until = Until(path, 100)

    def cloner() -> int:
        here, there = open_project(path), open_project(source.path)
        made = 0
        begin.wait()
        for turn in range(rounds):
            job = there.open_job({"turn": turn})
            meet.wait()
            error = attempts(lambda job=job: here.clone(job), DestinationExistsError)
            made += error is None
            meet.wait()
        until.stop()
        return made

    def reader() -> int:
        seen = 0
        begin.wait()
        for _ in until:
            project = open_project(path)
            for job in project:
                seen += 1
                assert len(os.listdir(job.path)) == 22
                assert job.doc.n == job.sp.turn
            assert len(project.find_jobs({"doc.n": {"$gte": 0}})) <= rounds
        return seen

    outcomes = processes.together([cloner, cloner, reader])
    first, second, seen = [outcome.get() for outcome in outcomes]
    assert first + second == rounds
    assert seen
    assert len(flawless(path)) == rounds


def test_one_move_over(path):
    """Of processes that move one job to another file system one succeeds, the others are told."""
    shared = "/dev/shm"
    if not os.path.isdir(shared) or os.stat(shared).st_dev == os.stat(path).st_dev:
        pytest.skip(os.strerror(errno.EXDEV) + ": no second file system here")
    rounds = 6
    with tempfile.TemporaryDirectory(dir=shared) as directory:
        target = signac.init_project(directory).path
        for job in open_project(path).create_jobs({"turn": turn} for turn in range(rounds)):
            job.doc.n = job.sp.turn
        meet = processes.Round(3)

        def mover() -> int:
            here, there = open_project(path), open_project(target)
            moved = 0
            for turn in range(rounds):
                job: Any = here.open_job({"turn": turn})
                job.doc()
                meet.wait()
                move: Callable[[], None] = lambda job=job: job.move(there)  # noqa: E731
                moved += attempts(move, RuntimeError) is None
                meet.wait()
            return moved

        moved = [outcome.get() for outcome in processes.together([mover] * 3)]
        assert sum(moved) == rounds
        assert flawless(path) == {}
        jobs = flawless(target)
        assert all(document == {"n": sp["turn"]} for sp, document, _ in jobs.values())
        assert len(jobs) == rounds
