"""Races around one state point: one wins, the others are told, nothing is lost or doubled."""

import os
import time
from collections.abc import Callable
from typing import Any

import pytest

import processes
import rawcheck
from concurrency.workshop import PROCESSES, attempts, flawless, open_project
from signac._core import faults
from signac.errors import DestinationExistsError, JobMovedError

rounds = pytest.mark.parametrize("rounds", [8, pytest.param(50, marks=pytest.mark.long)])
number = pytest.mark.parametrize("number", PROCESSES)


@rounds
@number
@pytest.mark.parametrize("opened", ["by-statepoint", "by-id"])
def test_exactly_one_change_wins(opened, number, rounds, path):
    """Row 11: of P changes of one state point exactly one is done; all others get JobMovedError."""
    open_project(path).open_job({"round": -1, "by": None}).init().doc.payload = "kept"
    meet = processes.Round(number)

    def child(worker: int) -> list[bool]:
        project = open_project(path)
        won = []
        for turn in range(rounds):
            (current,) = rawcheck.snapshot(path)
            statepoint = rawcheck.snapshot(path)[current][0]
            job = (
                project.open_job(id=current) if opened == "by-id" else project.open_job(statepoint)
            )
            assert job.sp() == statepoint
            meet.wait()
            wanted = {"round": turn, "by": worker}
            told = attempts(
                lambda job=job, wanted=wanted: setattr(job, "sp", wanted), JobMovedError
            )
            won.append(told is None)
            meet.wait()
            (now,) = rawcheck.snapshot(path)
            if told is None:
                assert (job.id, job.sp()) == (now, wanted)
            else:
                assert (told.old_id, told.new_id) == (current, now)
                assert (job.id, job.sp()) == (current, statepoint), "the loser's handle lies"
            meet.wait()
        return won

    outcomes = processes.together([lambda worker=worker: child(worker) for worker in range(number)])
    won = [outcome.get() for outcome in outcomes]
    assert [sum(turn) for turn in zip(*won, strict=True)] == [1] * rounds
    ((statepoint, document, _),) = flawless(path).values()
    assert (statepoint["round"], document) == (rounds - 1, {"payload": "kept"})


@rounds
def test_one_change_wins_in_every_form(rounds, path):
    """The rule holds for each way to change a state point, and between different ways."""
    forms = [
        lambda job: job.sp.__setitem__("a", 1),
        lambda job: job.sp.__delitem__("a"),
        lambda job: job.update_statepoint({"a": 2}, overwrite=True),
        lambda job: job.reset_statepoint({"a": 3, "turn": job.sp.turn}),
        lambda job: job.sp.b.__setitem__("c", 4),
        lambda job: job.sp.l.append(5),
    ]
    start = {"a": 0, "b": {"c": 0}, "l": []}
    meet = processes.Round(len(forms))

    def child(form: Any) -> list[bool]:
        project = open_project(path)
        won = []
        for turn in range(rounds):
            meet.wait()
            job = project.open_job({**start, "turn": turn}).init()
            meet.wait()
            try:
                form(job)
                won.append(True)
            except JobMovedError:
                won.append(False)
        return won

    outcomes = processes.together([lambda form=form: child(form) for form in forms])
    won = [outcome.get() for outcome in outcomes]
    assert [sum(turn) for turn in zip(*won, strict=True)] == [1] * rounds
    assert len(flawless(path)) == rounds


@rounds
@number
def test_the_same_change_by_all_gives_one_job(number, rounds, path):
    """All change one job to the same state point: one job, and who got no error stands on it."""
    meet = processes.Round(number)

    def child() -> int:
        project = open_project(path)
        done = 0
        for turn in range(rounds):
            job = project.open_job({"turn": turn}).init()
            meet.wait()
            try:
                job.sp.target = turn
                done += 1
                assert os.path.isdir(job.path)
            except (JobMovedError, DestinationExistsError):
                assert job.sp() == {"turn": turn}
            meet.wait()
        return done

    outcomes = processes.together([child] * number)
    assert sum(outcome.get() for outcome in outcomes) >= rounds
    jobs = flawless(path)
    assert sorted(job[0]["turn"] for job in jobs.values()) == list(range(rounds))
    assert all(job[0]["target"] == job[0]["turn"] for job in jobs.values())


@rounds
@number
def test_two_jobs_onto_one_state_point(number, rounds, path):
    """Row 12: one gets there; the losers get DestinationExistsError and are unchanged."""
    meet = processes.Round(number)

    def child(worker: int) -> list[bool]:
        project = open_project(path)
        won = []
        for turn in range(rounds):
            start = {"turn": turn, "worker": worker}
            job = project.open_job(start).init()
            job.doc.payload = [turn, worker]
            before = job.id
            meet.wait()
            wanted = {"turn": turn, "all": True}
            told = attempts(
                lambda job=job, wanted=wanted: setattr(job, "sp", wanted), DestinationExistsError
            )
            won.append(told is None)
            if told is not None:
                assert str(told.destination) == rawcheck.id_of(wanted)
                assert (job.id, job.sp(), dict(job.cached_statepoint)) == (before, start, start)
                job.sp.later = 1
                assert job.sp() == {**start, "later": 1}, "the refused value came back"
            assert job.doc() == {"payload": [turn, worker]}
            meet.wait()
        return won

    outcomes = processes.together([lambda worker=worker: child(worker) for worker in range(number)])
    won = [outcome.get() for outcome in outcomes]
    assert [sum(turn) for turn in zip(*won, strict=True)] == [1] * rounds
    jobs = flawless(path)
    assert len(jobs) == rounds * number
    payloads = sorted(tuple(job[1]["payload"]) for job in jobs.values())
    assert payloads == [(turn, worker) for turn in range(rounds) for worker in range(number)]
    for statepoint, document, _ in jobs.values():
        if "worker" in statepoint:
            assert document["payload"] == [statepoint["turn"], statepoint["worker"]]


@pytest.mark.parametrize("changes", [40, pytest.param(500, marks=pytest.mark.long)])
@pytest.mark.parametrize("writers", [1, 3])
def test_statepoint_change_beside_document_writers(writers, changes, path):
    """Row 13: a writer follows the move or is told; no zombie job, no acknowledged write lost."""
    open_project(path).open_job({"step": 0}).init()
    done = path + ".done"

    def changer() -> None:
        (job,) = open_project(path)
        try:
            for step in range(1, changes + 1):
                job.sp.step = step
                job.doc[f"changer{step}"] = step
                time.sleep(0.002)
        finally:
            with open(done, "w"):
                pass

    def writer(worker: int) -> tuple[int, int]:
        project = open_project(path)
        (job,) = project
        told = written = 0
        while not os.path.exists(done) or written < 5:
            name = f"w{worker}_{written}"
            moved = attempts(
                lambda job=job, name=name, value=written: job.doc.__setitem__(name, value),
                JobMovedError,
            )
            if moved is None:
                written += 1
                continue
            told += 1
            assert moved.old_id == job.id
            assert moved.new_id != job.id
            (job,) = project
        return written, told

    outcomes = processes.together(
        [changer, *(lambda worker=worker: writer(worker) for worker in range(writers))], timeout=200
    )
    _, *counts = [outcome.get() for outcome in outcomes]
    ((statepoint, document, files),) = flawless(path).values()
    assert statepoint == {"step": changes}
    assert files == {}
    expected = {f"changer{step}": step for step in range(1, changes + 1)}
    for worker, (written, _) in enumerate(counts):
        expected |= {f"w{worker}_{key}": key for key in range(written)}
    assert document == expected
    assert sum(told for _, told in counts) > 0, "the writers never met a change"


def test_an_old_handle_is_told(path):
    """A handle whose job was moved by another process: every writing call raises JobMovedError."""
    start = {"a": 0, "l": [1]}
    calls = [
        lambda job: job.doc.__setitem__("x", 1),
        lambda job: job.doc.update(x=1),
        lambda job: job.doc.clear(),
        lambda job: job.doc.reset({"x": 1}),
        lambda job: job.sp.__setitem__("b", 1),
        lambda job: job.sp.l.append(2),
        lambda job: job.reset_statepoint({"c": 1}),
        lambda job: job.update_statepoint({"c": 1}),
    ]
    for turn, call in enumerate(calls):
        project = open_project(path)
        job = project.open_job({**start, "turn": turn}).init()
        job.doc.kept = turn
        job.sp()

        def change(turn: int = turn) -> str:
            other = open_project(path).open_job({**start, "turn": turn})
            other.sp.moved = True
            return str(other.id)

        new = processes.run(change).get()
        with pytest.raises(JobMovedError) as caught:
            call(job)
        assert (caught.value.old_id, caught.value.new_id) == (job.id, new)
        assert job.id in str(caught.value)
        assert new in str(caught.value)
        assert job.sp() == {**start, "turn": turn}
        jobs = flawless(path)
        assert len(jobs) == turn + 1, "a second job appeared"
        assert jobs[new][1] == {"kept": turn}


def test_init_after_a_move_creates_on_purpose(path):
    """Only `init()` on the old handle makes a second job, and that one is empty and whole."""
    job = open_project(path).open_job({"a": 0}).init()
    job.doc.kept = 1

    def change() -> None:
        open_project(path).open_job({"a": 0}).sp.a = 1

    processes.run(change).get()
    job.init()
    jobs = flawless(path)
    assert jobs[rawcheck.id_of({"a": 0})] == ({"a": 0}, None, {})
    assert jobs[rawcheck.id_of({"a": 1})] == ({"a": 1}, {"kept": 1}, {})
    job.doc.again = 2
    assert flawless(path)[job.id][1] == {"again": 2}


def _open_by_statepoint(project: Any, statepoint: dict[str, Any]) -> Any:
    job = project.open_job(statepoint)
    assert job.doc() == {"kept": statepoint["step"]}
    return job


OPENERS: dict[str, Callable[[Any, dict[str, Any]], Any]] = {
    "by-id": lambda project, statepoint: project.open_job(id=rawcheck.id_of(statepoint)),
    "by-iteration": lambda project, statepoint: next(
        job for job in project if job.id == rawcheck.id_of(statepoint)
    ),
    "by-statepoint": _open_by_statepoint,
}


def _steps_of_a_change(path: str) -> list[int]:
    """Return the numbers of the mutations up to the rename of the directory."""

    def rehearsal() -> list[tuple[int, str, str]]:
        job = open_project(path).open_job({"rehearsal": 1}).init()
        with faults.record() as points:
            job.sp.b = 1
        return list(points)

    steps = []
    for number, operation, name in processes.run(rehearsal).get():
        steps.append(number)
        if operation == "rename" and len(os.path.basename(name)) == 32:
            return steps
    raise AssertionError("the directory was never renamed")


@pytest.mark.parametrize("opened", OPENERS)
def test_a_handle_opened_while_the_move_is_under_way(opened, path):
    """Opened at any step before the directory is renamed, a handle is told JobMovedError later."""
    steps = _steps_of_a_change(path)
    assert len(steps) > 2
    for step in steps:
        statepoint = {"a": 0, "step": step}
        open_project(path).open_job(statepoint).init().doc.kept = step
        there, go = os.pipe(), os.pipe()

        def pause(number: int, *_: Any, step: int = step, there: Any = there, go: Any = go) -> None:
            if number == step:
                os.write(there[1], b".")
                os.read(go[0], 1)

        def change(statepoint: Any = statepoint, pause: Any = pause) -> str:
            job = open_project(path).open_job(statepoint)
            with faults.injecting(pause):
                job.sp.b = 1
            return str(job.id)

        changer = processes.start(change)
        os.close(there[1])
        assert os.read(there[0], 1) == b".", changer.result()
        handle = OPENERS[opened](open_project(path), statepoint)
        os.write(go[1], b".")
        new = changer.result().get()
        for descriptor in (there[0], *go):
            os.close(descriptor)
        with pytest.raises(JobMovedError) as caught:
            handle.doc.late = step
        assert (caught.value.old_id, caught.value.new_id) == (rawcheck.id_of(statepoint), new)
        assert flawless(path)[new][1] == {"kept": step}
    assert len(flawless(path)) == len(steps) + 1
