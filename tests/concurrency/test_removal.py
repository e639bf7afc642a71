"""Removal beside everything else: a job is whole or gone, for every process."""

import os
import shutil

import pytest

import processes
import rawcheck
from concurrency.workshop import PROCESSES, Until, attempts, flawless, open_project
from signac.errors import DestinationExistsError, JobMovedError

rounds = pytest.mark.parametrize("rounds", [10, pytest.param(50, marks=pytest.mark.long)])
seconds = pytest.mark.parametrize("seconds", [1.0, pytest.param(20.0, marks=pytest.mark.long)])


@rounds
@pytest.mark.parametrize("writers", [1, 3])
def test_remove_beside_document_writers(writers, rounds, path):
    """Row 14: `remove()` succeeds, a writer gets FileNotFoundError, nothing half is left."""
    meet = processes.Round(writers + 1)
    statepoint = {"a": 0}

    def remover() -> None:
        project = open_project(path)
        for _ in range(rounds):
            job = project.open_job(statepoint).init()
            with open(job.fn("data.txt"), "w") as file:
                file.write("x")
            meet.wait()
            meet.wait()
            job.remove()
            meet.wait()
            assert rawcheck.snapshot(path) == {}, "the job is back, and nobody called init()"
            assert rawcheck.problems(path) == []
            meet.wait()

    def writer() -> int:
        told = 0
        for _ in range(rounds):
            meet.wait()
            job = open_project(path).open_job(statepoint)
            job.doc()
            meet.wait()
            for key in range(10_000):
                error = attempts(
                    lambda job=job, key=key: job.doc.__setitem__(f"k{key % 20}", key),
                    FileNotFoundError,
                )
                if error:
                    assert path in str(error)
                    told += 1
                    break
            meet.wait()
            meet.wait()
        return told

    outcomes = processes.together([remover, *[writer] * writers], timeout=200)
    _, *told = [outcome.get() for outcome in outcomes]
    assert told == [rounds] * writers


@seconds
@pytest.mark.parametrize("number", [3, 6])
def test_init_and_remove_storm(number, seconds, path):
    """Row 15: processes that create and remove one job over and over never get an exception."""
    until = Until(path, seconds)

    def child() -> int:
        job = open_project(path).open_job({"a": 0})
        for _ in until:
            job.init()
            job.remove()
        return 1

    def fresh() -> int:
        for _ in until:
            job = open_project(path).open_job({"a": 0})
            job.init()
            job.clear()
            job.remove()
        return 1

    outcomes = processes.together([fresh, *[child] * (number - 1)], timeout=seconds + 60)
    assert [outcome.get() for outcome in outcomes] == [1] * number
    flawless(path)


@seconds
def test_storm_with_documents_and_changes(seconds, path):
    """Init, remove, document writes and state point changes at once do no damage."""
    until = Until(path, seconds)

    def creator() -> int:
        project = open_project(path)
        for turn in until:
            project.open_job({"n": turn % 4}).init()
        return 1

    def remover() -> int:
        project = open_project(path)
        for turn in until:
            project.open_job({"n": turn % 4}).remove()
            project.open_job({"n": turn % 4, "moved": True}).remove()
        return 1

    def changer() -> int:
        project = open_project(path)
        for turn in until:
            job = project.open_job({"n": turn % 4})
            try:
                job.sp.moved = True
            except (JobMovedError, DestinationExistsError, FileNotFoundError):
                pass
        return 1

    def writer() -> int:
        project = open_project(path)
        for turn in until:
            job = project.open_job({"n": turn % 4})
            try:
                job.doc.n = turn
            except (JobMovedError, FileNotFoundError):
                pass
        return 1

    outcomes = processes.together([creator, remover, changer, writer], timeout=seconds + 60)
    assert all(outcome.get() for outcome in outcomes)
    flawless(path)


@rounds
@pytest.mark.parametrize("number", PROCESSES)
def test_all_remove_the_same_jobs(number, rounds, path):
    """Several processes remove the same jobs: each is removed, nobody gets an exception."""
    project = open_project(path)
    project.create_jobs([{"n": n} for n in range(rounds)], progress=False)

    def child() -> None:
        for job in list(open_project(path)):
            job.remove()

    for outcome in processes.together([child] * number):
        outcome.get()
    assert flawless(path) == {}


def test_removed_means_gone_for_other_handles(path):
    """A write through a handle whose job another process removed raises and creates nothing."""
    job = open_project(path).open_job({"a": 0}).init()
    job.doc.x = 1
    processes.run(lambda: open_project(path).open_job({"a": 0}).remove()).get()
    with pytest.raises(FileNotFoundError):
        job.doc.x = 2
    assert flawless(path) == {}
    assert dict(job.doc) == {} or job not in open_project(path)
    job.init()
    assert flawless(path)[job.id] == ({"a": 0}, None, {})
    assert job.doc() == {}


def test_deleted_by_hand_is_not_resurrected(path):
    """A job directory that was deleted with other means does not come back by a document write."""
    job = open_project(path).open_job({"a": 0}).init()
    job.doc.x = 1
    shutil.rmtree(job.path)
    with pytest.raises(FileNotFoundError):
        job.doc.x = 2
    assert not os.path.exists(job.path)
