"""Rows 9 to 15: jobs that several processes create, change and remove at the same time."""

import os
import shutil
from functools import partial
from typing import Any

import raw
from forks import Meeting, together
from outcomes import count_names, raised_by

import signac

__all__ = [
    "change_one",
    "change_under_writer",
    "init_and_remove",
    "init_different",
    "init_same",
    "meet",
    "remove_under_writer",
]

#: Document writes of one round of the rows with a writer.
_WRITES = 40


def _project(scratch: str) -> str:
    return raw.make_project(os.path.join(scratch, f"p{len(os.listdir(scratch))}"))


def _open(path: str, statepoint: dict[str, Any]) -> Any:
    return signac.get_project(path).open_job(statepoint)


def init_same(scratch: str, size: str) -> dict[str, Any]:
    """Row 9: the same state point, with the workspace there and without."""
    rounds = 50 if size == "full" else 5
    names: list[str] = []
    broken = 0
    for cold in (False, True):
        for workers in (2, 4, 8):
            path = _project(scratch)
            for number in range(rounds):
                if cold:
                    shutil.rmtree(os.path.join(path, "workspace"))

                def child(path: str = path, number: int = number) -> str:
                    job = _open(path, {"n": number})
                    return raised_by(job.init)

                names += together([child] * workers)
                there = raw.job_path(path, {"n": number})
                broken += not os.path.isdir(there) or bool(raw.broken_jobs(path))
    failures = sum(bool(name) for name in names)
    figure = f"{failures} of {len(names)} calls raise{count_names(names)}, {broken} broken jobs"
    return {
        "figure": figure,
        "numbers": {"raised": failures, "calls": len(names), "broken": broken},
    }


def init_different(scratch: str, size: str) -> dict[str, Any]:
    """Row 10: state points of their own."""
    count = 100 if size == "full" else 20
    lost = total = 0
    for workers in (2, 4, 8):
        path = _project(scratch)

        def child(worker: int, path: str = path) -> None:
            project = signac.get_project(path)
            for number in range(count):
                project.open_job({"worker": worker, "n": number}).init()

        answers = together([partial(child, one) for one in range(workers)])
        broken = raw.broken_jobs(path)
        for worker in range(workers):
            assert answers[worker] is None, answers[worker]
            ids = [raw.id_of({"worker": worker, "n": number}) for number in range(count)]
            there = set(raw.job_ids(path)) - broken.keys()
            lost += sum(id_ not in there for id_ in ids)
            total += count
    return {
        "figure": f"{lost} of {total} lost or broken",
        "numbers": {"lost": lost, "jobs": total},
    }


def change_one(scratch: str, size: str) -> dict[str, Any]:
    """Row 11: several processes change the state point of one job."""
    rounds = 50 if size == "full" else 8
    losers = untold = without_one = 0
    kinds: list[str] = []
    for workers in (2, 4, 8):
        path = _project(scratch)
        for number in range(rounds):
            raw.make_job(path, {"n": number, "b": -1})
            meeting = Meeting(workers)

            def child(
                worker: int, path: str = path, number: int = number, meeting: Meeting = meeting
            ) -> str:
                job = _open(path, {"n": number, "b": -1}).init()
                job.sp()
                meeting.wait()  # all have opened the job before one changes it
                return raised_by(lambda: setattr(job.sp, "b", worker))

            answers = together([partial(child, one) for one in range(workers)])
            kinds += answers
            told_done = answers.count("")
            ids = {raw.id_of({"n": number, "b": one}) for one in range(workers)}
            there = ids & set(raw.job_ids(path))
            without_one += len(there) != 1
            losers += workers - 1
            untold += max(told_done - len(there), 0)
    figure = f"{untold} of {losers} losers told it was done{count_names(kinds)}"
    numbers = {"untold": untold, "losers": losers, "rounds_without_one_job": without_one}
    return {"figure": figure, "numbers": numbers}


def meet(scratch: str, size: str) -> dict[str, Any]:
    """Row 12: two jobs are moved onto one new state point."""
    rounds = 50 if size == "full" else 10
    untold = wrong = lost = 0
    kinds: list[str] = []
    path = _project(scratch)
    for number in range(rounds):
        meeting = Meeting(2)
        for side in (0, 1):
            raw.make_job(path, {"n": number, "side": side}, {"of": side})

        def child(side: int, number: int = number, meeting: Meeting = meeting) -> Any:
            job = _open(path, {"n": number, "side": side}).init()
            before = job.sp()
            meeting.wait()
            error = raised_by(lambda: setattr(job.sp, "side", 2))
            same = job.sp() == before and job.id == raw.id_of(before)
            return error, bool(error) and not same

        answers = together([partial(child, one) for one in (0, 1)])
        kinds += [error for error, _ in answers]
        untold += sum(not error for error, _ in answers) != 1
        wrong += sum(handle for _, handle in answers)
        lost += _payloads(path, number) != [0, 1]
    figure = f"{untold} not told, {lost} payloads lost, {wrong} wrong handles of {rounds}"
    return {
        "figure": figure + count_names(kinds),
        "numbers": {"untold": untold, "lost": lost, "wrong_handles": wrong, "rounds": rounds},
    }


def _payloads(path: str, number: int) -> list[int]:
    found = []
    for side in (0, 1, 2):
        document = os.path.join(raw.job_path(path, {"n": number, "side": side}), raw.DOCUMENT)
        if os.path.exists(document):
            found.append(raw.read_json(document)["of"])
    return sorted(found)


def _write_document(job: Any, meeting: Meeting, wait_at: int) -> tuple[list[str], list[str]]:
    """Set keys one after the other; return the acknowledged ones and what was raised."""
    done, raised = [], []
    for number in range(_WRITES):
        if number == wait_at:
            meeting.wait()
        key = f"k{number}"
        error = raised_by(lambda key=key, number=number: job.doc.__setitem__(key, number))
        if error:
            raised.append(error)
        else:
            done.append(key)
    return done, raised


def change_under_writer(scratch: str, size: str) -> dict[str, Any]:
    """Row 13: one process changes the state point while another writes the document."""
    rounds = 50 if size == "full" else 8
    zombies = lost = acknowledged = 0
    raised: list[str] = []
    for number in range(rounds):
        path = _project(scratch)
        raw.make_job(path, {"n": number}, {"start": 1})

        meeting = Meeting(2)

        def write(path: str = path, number: int = number, meeting: Meeting = meeting) -> Any:
            return _write_document(_open(path, {"n": number}), meeting, number % 10 * (number % 2))

        def change(path: str = path, number: int = number, meeting: Meeting = meeting) -> str:
            job = _open(path, {"n": number})
            job.sp()
            meeting.wait()
            return raised_by(lambda: setattr(job.sp, "n", -1))

        (done, errors), changed = together([write, change])
        raised += errors
        jobs = raw.job_ids(path)
        zombies += len(jobs) != 1 or bool(changed)
        acknowledged += len(done)
        target = os.path.join(raw.job_path(path, {"n": -1}), raw.DOCUMENT)
        document = raw.read_json(target) if os.path.exists(target) else {}
        lost += sum(key not in document for key in done)
    untyped = [kind for kind in raised if kind != "JobMovedError"]
    figure = (
        f"a second job in {zombies} of {rounds} rounds; {lost} of {acknowledged} acknowledged "
        f"writes not in the job; {len(raised)} writes refused{count_names(raised)}"
    )
    numbers = {"zombies": zombies, "lost": lost, "untyped": len(untyped), "rounds": rounds}
    return {"figure": figure, "numbers": {**numbers, "refused": len(raised)}}


def remove_under_writer(scratch: str, size: str) -> dict[str, Any]:
    """Row 14: one process removes the job while another writes its document."""
    rounds = 50 if size == "full" else 8
    broken = 0
    raised: list[str] = []
    removing: list[str] = []
    for number in range(rounds):
        path = _project(scratch)
        raw.make_job(path, {"n": number}, {"start": 1})

        meeting = Meeting(2)

        def write(path: str = path, number: int = number, meeting: Meeting = meeting) -> Any:
            return _write_document(_open(path, {"n": number}), meeting, number % 10 * (number % 2))

        def remove(path: str = path, number: int = number, meeting: Meeting = meeting) -> str:
            job = _open(path, {"n": number})
            meeting.wait()
            return raised_by(job.remove)

        (_, errors), removed = together([write, remove])
        raised += errors
        removing.append(removed)
        broken += bool(raw.broken_jobs(path))
    refused = sum(bool(name) for name in removing)
    figure = (
        f"{broken} of {rounds} projects broken; {refused} of {rounds} removals raise"
        f"{count_names(removing)}; {len(raised)} writes refused{count_names(raised)}"
    )
    return {
        "figure": figure,
        "numbers": {"broken": broken, "removals_raised": refused, "rounds": rounds},
    }


def init_and_remove(scratch: str, size: str) -> dict[str, Any]:
    """Row 15: three processes create and remove one job over and over."""
    times = 496 if size == "full" else 60
    path = _project(scratch)

    def child() -> list[str]:
        names = []
        for _ in range(times):
            names.append(raised_by(lambda: _open(path, {"a": 1}).init()))
            names.append(raised_by(lambda: _open(path, {"a": 1}).remove()))
        return names

    names = [name for answer in together([child] * 3) for name in answer]
    raised = sum(bool(name) for name in names)
    broken = len(raw.broken_jobs(path))
    figure = f"{raised} of {len(names)} calls raise{count_names(names)}"
    return {"figure": figure, "numbers": {"raised": raised, "calls": len(names), "broken": broken}}
