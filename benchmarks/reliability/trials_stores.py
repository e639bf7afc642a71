"""Row 21: one HDF5 file that two processes want at the same time."""

import os
import time
from functools import partial
from typing import Any

import h5py
import numpy as np
import raw
from forks import Meeting, together
from outcomes import raised_by

import signac

__all__ = ["second_openers"]

STATEPOINT = {"a": 0}


def second_openers(scratch: str, size: str) -> dict[str, Any]:
    """Row 21: two writers; a writer and a reader; a store held open for a while."""
    times, rounds = (200, 20) if size == "full" else (30, 4)
    numbers: dict[str, float] = {"lost": 0, "acknowledged": 0, "blocked": 0, "other": 0}
    words = []
    for name, call in (
        ("two writers", partial(_two_writers, times)),
        ("writer and reader", partial(_writer_and_reader, times)),
        ("held open", partial(_held_open, rounds)),
    ):
        path = raw.make_project(os.path.join(scratch, name.replace(" ", "-")))
        directory = raw.make_job(path, STATEPOINT)
        with h5py.File(os.path.join(directory, "signac_data.h5"), "w") as file:
            file["first"] = np.arange(100)
        done, kinds = call(path)
        blocked = kinds.count("BlockingIOError")
        numbers["blocked"] += blocked
        numbers["other"] += sum(bool(kind) for kind in kinds) - blocked
        numbers["acknowledged"] += len(done)
        with h5py.File(os.path.join(directory, "signac_data.h5"), "r") as file:
            numbers["lost"] += sum(not _is_whole(file, key) for key in done)
        share = f"{blocked} of {len(kinds)}"
        words.append(f"{name}: {share}")
    figure = f"{'; '.join(words)} raise BlockingIOError"
    figure += f"; {numbers['other']} raise something else" if numbers["other"] else ""
    figure += f"; {numbers['lost']} of {numbers['acknowledged']} datasets lost"
    return {"figure": figure, "numbers": numbers}


def _is_whole(file: h5py.File, key: str) -> bool:
    return key in file and bool((file[key][...] == np.arange(100)).all())


def _job(path: str) -> Any:
    return signac.get_project(path).open_job(STATEPOINT)


def _write(path: str, times: int, meeting: Meeting, worker: int) -> tuple[list[str], list[str]]:
    job = _job(path)
    done, kinds = [], []
    meeting.wait()
    for number in range(times):
        key = f"k{worker}_{number}"
        kinds.append(raised_by(partial(job.data.__setitem__, key, np.arange(100))))
        if not kinds[-1]:
            done.append(key)
    return done, kinds


def _read(path: str, times: int, meeting: Meeting) -> tuple[list[str], list[str]]:
    job = _job(path)
    meeting.wait()

    def read() -> None:
        with job.data:
            assert job.data["first"][5] == 5

    return [], [raised_by(read) for _ in range(times)]


def _both(answers: list[Any]) -> tuple[list[str], list[str]]:
    for answer in answers:
        assert isinstance(answer, tuple), answer
    return answers[0][0] + answers[1][0], answers[0][1] + answers[1][1]


def _two_writers(times: int, path: str) -> tuple[list[str], list[str]]:
    meeting = Meeting(2)
    return _both(together([partial(_write, path, times, meeting, one) for one in (0, 1)]))


def _writer_and_reader(times: int, path: str) -> tuple[list[str], list[str]]:
    meeting = Meeting(2)
    write = partial(_write, path, times, meeting, 0)
    return _both(together([write, partial(_read, path, times, meeting)]))


def _held_open(rounds: int, path: str) -> tuple[list[str], list[str]]:
    """Hold the store open for 0.2 s in each round, while the other sets a key."""
    meeting = Meeting(2)

    def hold() -> tuple[list[str], list[str]]:
        job = _job(path)
        for _ in range(rounds):
            with job.data:
                meeting.wait()
                time.sleep(0.2)
            meeting.wait()
        return [], []

    def write() -> tuple[list[str], list[str]]:
        job = _job(path)
        done, kinds = [], []
        for number in range(rounds):
            meeting.wait()
            kinds.append(raised_by(partial(job.data.__setitem__, f"h{number}", np.arange(100))))
            if not kinds[-1]:
                done.append(f"h{number}")
            meeting.wait()
        return done, kinds

    return _both(together([hold, write]))
