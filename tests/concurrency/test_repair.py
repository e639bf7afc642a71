"""Check and repair beside each other, and beside programs at work."""

import json
import os
import shutil
import time
from typing import Any

import numpy as np
import pytest

import processes
import rawcheck
from aging import let_directories_age
from concurrency.workshop import Until, open_project
from signac.errors import DestinationExistsError, JobMovedError, JobsCorruptedError

seconds = pytest.mark.parametrize("seconds", [2.0, pytest.param(20.0, marks=pytest.mark.long)])
QUARANTINE = os.path.join("workspace", ".signac_quarantine")
_MOVED = (JobMovedError, DestinationExistsError, FileNotFoundError)


def write(path: str, data: bytes, age: float = 0.0) -> None:
    """Write a file behind the library's back, and make it an old one."""
    with open(path, "wb") as file:
        file.write(data)
    moment = time.time() - age
    os.utime(path, (moment, moment))


def kept(path: str) -> set[bytes]:
    """Return the contents of all files of the workspace, the quarantine included."""
    found = set()
    for top, _, names in os.walk(os.path.join(path, "workspace")):
        for name in names:
            with open(os.path.join(top, name), "rb") as file:
                found.add(file.read())
    return found


def damage(path: str, number: int) -> tuple[list[str], set[bytes]]:
    """Make a project with damage of all kinds; return the ids of its jobs and what must stay."""
    project = open_project(path)
    jobs = project.create_jobs([{"n": n} for n in range(number)], progress=False)
    for job in jobs:
        job.doc.n = job.sp.n
        write(job.fn("data.txt"), f"data of {job.sp.n}".encode())
    project.update_cache()
    statepoint, document = rawcheck.STATEPOINT, rawcheck.DOCUMENT
    for n, job in enumerate(jobs):
        if n % 8 == 0:
            write(job.fn(statepoint), f"junk {n}".encode())
        elif n % 8 == 1:
            os.unlink(job.fn(statepoint))
        elif n % 8 == 2:
            write(job.fn(document), f"junk document {n}".encode())
        elif n % 8 == 3:
            write(job.fn(statepoint + "~"), f"backup {n}".encode(), age=600)
        elif n % 8 == 4:
            os.unlink(job.fn(statepoint))
            os.mkdir(job.fn(statepoint))
            write(os.path.join(job.fn(statepoint), "inside"), f"inside {n}".encode())
    write(os.path.join(path, "workspace", rawcheck.id_of({"file": 1})), b"a file as a job")
    scratch = os.path.join(path, "workspace", ".signac_scratch")
    os.makedirs(os.path.join(scratch, "0011.trash", "d"), exist_ok=True)
    let_directories_age(path)
    return [job.id for job in jobs], kept(path)


@pytest.mark.parametrize("number", [2, 4])
@pytest.mark.parametrize("repetition", range(2))
def test_repair_in_many_processes(number: int, repetition: int, path: str) -> None:
    """Several processes repair one project: none raises, nothing is lost, all is whole."""
    ids, before = damage(path, 40)
    meet = processes.Round(number)

    def child() -> str:
        project = open_project(path)
        meet.wait()
        try:
            project.repair(set_aside=True, progress=False)
        except JobsCorruptedError as error:
            return str(error)
        return ""

    outcomes = processes.together([child] * number)
    assert [outcome.get() for outcome in outcomes] == [""] * number
    assert before <= kept(path)
    assert list(open_project(path).find_problems(level="full")) == []
    snapshot = rawcheck.snapshot(path)
    assert sorted(snapshot) == sorted(ids)
    assert rawcheck.problems(path, expected=[".signac_quarantine"]) == []
    assert all(
        f"data of {sp['n']}".encode() in files.values() for sp, _, files in snapshot.values()
    )


@pytest.mark.parametrize("number", [2, 4])
def test_plans_in_many_processes(number: int, path: str) -> None:
    """Plans that were all made before the first is applied do no more harm than one."""
    ids, before = damage(path, 24)
    meet = processes.Round(number)

    def child() -> list[str]:
        plan = open_project(path).plan_repair(set_aside=True, progress=False)
        meet.wait()
        return [error for _, error in plan.apply(progress=False).failed]

    outcomes = processes.together([child] * number)
    assert [outcome.get() for outcome in outcomes] == [[]] * number
    assert before <= kept(path)
    assert list(open_project(path).find_problems(level="full")) == []
    assert sorted(rawcheck.snapshot(path)) == sorted(ids)


def creator(path: str, until: Until) -> int:
    """Make jobs and remove them again."""
    project = open_project(path)
    turn = 0
    for turn in until:
        job = project.open_job({"made": turn % 7}).init()
        if turn % 3 == 0:
            job.remove()
    return turn


def changer(path: str, until: Until) -> int:
    """Change the state point of one job to and fro, as fast as it goes."""
    project = open_project(path)
    turn = 0
    for _ in until:
        turn += 1
        for there in (True, False):
            job = project.open_job({"hot": there})
            try:
                job.sp.hot = not there
            except _MOVED:
                pass
    return turn


def writer(path: str, until: Until) -> int:
    """Write documents and stores."""
    project = open_project(path)
    job = project.open_job({"written": 1}).init()
    turn = 0
    for turn in until:
        job.doc.turn = turn
        job.data["x"] = np.arange(turn % 50 + 1.0)
        if turn % 5 == 0:
            job.data = {"y": np.ones(100)}
        if turn % 11 == 0:
            job.clear()
        project.doc.turn = turn
    return turn


def mover(path: str, until: Until) -> int:
    """Move a job to another project and back."""
    project, other = open_project(path), open_project(path + "-other")
    turn = 0
    for _ in until:
        turn += 1
        job = project.open_job({"moved": 1}).init()
        job.move(other)
        other.open_job({"moved": 1}).move(project)
    return turn


def searcher(path: str, until: Until) -> int:
    """Search, and write caches."""
    project = open_project(path)
    turn = 0
    for _ in until:
        turn += 1
        assert project.find_jobs({"n": {"$gte": 5}}).count() == 45
        project.update_cache()
    return turn


WORKERS = (creator, changer, writer, mover, searcher)


def prepare(path: str) -> set[str]:
    """Make jobs that nobody touches, and another project; return their ids."""
    import signac

    signac.init_project(path + "-other")
    project = open_project(path)
    jobs = project.create_jobs([{"n": n} for n in range(50)], progress=False)
    project.open_job({"hot": True}).init()
    return {job.id for job in jobs}


def at_work(path: str, until: Until, supervisors: list[Any]) -> list[Any]:
    """Run all workers beside some others; return what the others return."""
    tasks = [lambda worker=worker: worker(path, until) for worker in WORKERS]
    outcomes = processes.together([*supervisors, *tasks], timeout=120)
    values = [outcome.get() for outcome in outcomes]
    assert all(turns > 0 for turns in values[len(supervisors) :]), values
    return values[: len(supervisors)]


@seconds
@pytest.mark.parametrize("level", ["fast", "full"])
def test_check_beside_programs_at_work(level: str, seconds: float, path: str) -> None:
    """A job that is made, changed, written, moved or removed just now is never called damaged."""
    ids = prepare(path)
    until = Until(path, seconds)

    def supervisor() -> tuple[int, list[str]]:
        project = open_project(path)
        rounds, wrong = 0, []
        for _ in until:
            rounds += 1
            report = project.find_problems(level=level, progress=False)
            assert report.checked >= len(ids)
            wrong += [str(found) for found in report.errors]
            project.check(level=level, progress=False)
        return rounds, wrong

    for rounds, wrong in at_work(path, until, [supervisor, supervisor]):
        assert rounds > 0
        assert wrong == []
    assert ids <= set(rawcheck.snapshot(path))


@seconds
def test_repair_beside_programs_at_work(seconds: float, path: str) -> None:
    """Repair moves nothing of those who are at work, and mends what is damaged beside them."""
    ids = prepare(path)
    open_project(path).update_cache()
    until = Until(path, seconds)
    victims = sorted(ids)[:6]
    texts = {job_id: json.dumps(rawcheck.snapshot(path)[job_id][0]) for job_id in victims}

    def file_of(job_id: str) -> str:
        return os.path.join(path, "workspace", job_id, rawcheck.STATEPOINT)

    def supervisor() -> int:
        rounds = 0
        project = open_project(path)
        for rounds in until:
            job_id = victims[rounds % len(victims)]
            write(file_of(job_id), texts[job_id][:-2].encode())
            project.repair(set_aside=True, progress=False)
            project.check(progress=False)
        return rounds

    assert at_work(path, until, [supervisor])[0] > 0
    assert ids <= set(rawcheck.snapshot(path))
    root = os.path.join(path, QUARANTINE)
    moved = [
        os.path.join(top, name)
        for top, _, names in os.walk(root)
        for name in names
        if name not in ("notes.jsonl",) and not name.startswith(rawcheck.STATEPOINT)
    ]
    assert moved == []
    for top, _, names in os.walk(root):
        if "notes.jsonl" in names:
            with open(os.path.join(top, "notes.jsonl")) as notes:
                actions = [json.loads(line)["action"] for line in notes]
            assert set(actions) == {"restore-statepoint"}
    shutil.rmtree(root)
    assert list(open_project(path).find_problems(level="full")) == []
    assert rawcheck.problems(path) == []
