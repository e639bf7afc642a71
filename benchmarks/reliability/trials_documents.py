"""Rows 1 to 8: documents that several processes or threads change or read at the same time."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import raw
from forks import name_of, start, together

import signac

__all__ = [
    "buffered_processes",
    "increments",
    "job_document",
    "nested",
    "project_document",
    "readers",
    "thread_increments",
    "threads",
]

STATEPOINT = {"a": 0}
Work = Callable[[str, int, int], Any]


def job_document(scratch: str, size: str) -> dict[str, Any]:
    """Row 1: distinct keys in one job document."""
    return _races(scratch, size, {"": _set_keys})


def project_document(scratch: str, size: str) -> dict[str, Any]:
    """Row 2: distinct keys in the project document."""
    return _races(scratch, size, {"": _set_project_keys})


def nested(scratch: str, size: str) -> dict[str, Any]:
    """Row 3: distinct keys of a nested mapping, and values appended to one list."""
    return _races(scratch, size, {"keys": _set_nested_keys, "append": _append})


def increments(scratch: str, size: str) -> dict[str, Any]:
    """Row 4: one number counted up, in a transaction where there is one."""
    return _races(scratch, size, _ways_to_count(), counted="sum")


def threads(scratch: str, size: str) -> dict[str, Any]:
    """Row 5: distinct keys by threads, with one job object, one each, or one project each."""
    ways = {"one job": _thread_shared, "own jobs": _thread_jobs, "own projects": _thread_projects}
    return _races(scratch, size, ways, run=_in_threads)


def thread_increments(scratch: str, size: str) -> dict[str, Any]:
    """Row 6: one number counted up by threads, in a transaction where there is one."""
    return _races(scratch, size, _ways_to_count(), run=_in_threads, counted="sum")


def _set_keys(path: str, worker: int, keys: int) -> Any:
    return _set_in(_job(path).doc, worker, keys)


def _set_project_keys(path: str, worker: int, keys: int) -> Any:
    return _set_in(signac.get_project(path).doc, worker, keys)


def _set_in(document: Any, worker: int, keys: int) -> tuple[list[Any], list[str]]:
    done, raised = [], []
    for number in range(keys):
        key = f"k{worker}_{number}"
        try:
            document[key] = number
            done.append(key)
        except Exception as error:
            raised.append(name_of(error))
    return done, raised


def _set_nested_keys(path: str, worker: int, keys: int) -> Any:
    return _set_in(_Nested(_job(path).doc), worker, keys)


class _Nested:
    """Writes into the mapping below "sub", reached anew each time, as people write it."""

    def __init__(self, document: Any) -> None:
        self.document = document

    def __setitem__(self, key: str, value: Any) -> None:
        self.document["sub"][key] = value


def _append(path: str, worker: int, keys: int) -> Any:
    document = _job(path).doc
    done, raised = [], []
    for number in range(keys):
        value = f"k{worker}_{number}"
        try:
            document["list"].append(value)
            done.append(value)
        except Exception as error:
            raised.append(name_of(error))
    return done, raised


def _count(path: str, worker: int, keys: int) -> Any:
    document = _job(path).doc
    done, raised = [], []
    for number in range(keys):
        try:
            document["n"] = document["n"] + 1
            done.append(number)
        except Exception as error:
            raised.append(name_of(error))
    return done, raised


def _count_in_transaction(path: str, worker: int, keys: int) -> Any:
    document = _job(path).doc
    done = []
    for number in range(keys):
        with document.transaction() as inside:
            inside["n"] = inside["n"] + 1
        done.append(number)
    return done, []


def _ways_to_count() -> dict[str, Work]:
    ways: dict[str, Work] = {"plain": _count}
    if hasattr(signac.JSONDict, "transaction"):
        ways["transaction"] = _count_in_transaction
    return ways


_SHARED: dict[str, Any] = {}


def _thread_shared(path: str, worker: int, keys: int) -> Any:
    return _set_in(_SHARED["job"].doc, worker, keys)


def _thread_jobs(path: str, worker: int, keys: int) -> Any:
    return _set_in(_SHARED["project"].open_job(STATEPOINT).doc, worker, keys)


def _thread_projects(path: str, worker: int, keys: int) -> Any:
    return _set_keys(path, worker, keys)


def _in_processes(work: Work, path: str, workers: int, keys: int) -> list[Any]:
    return together([partial(work, path, one, keys) for one in range(workers)])


def _in_threads(work: Work, path: str, workers: int, keys: int) -> list[Any]:
    """Run in threads of one child, so that a crash of the interpreter hits nobody else."""

    def child() -> list[Any]:
        _SHARED["project"] = signac.get_project(path)
        _SHARED["job"] = _SHARED["project"].open_job(STATEPOINT)
        gate = threading.Barrier(workers)
        answers: list[Any] = [None] * workers

        def body(worker: int) -> None:
            gate.wait()
            answers[worker] = work(path, worker, keys)

        crew = [threading.Thread(target=body, args=(one,)) for one in range(workers)]
        for thread in crew:
            thread.start()
        for thread in crew:
            thread.join()
        return answers

    return start(child).result()


def _races(
    scratch: str,
    size: str,
    ways: dict[str, Work],
    run: Callable[..., list[Any]] = _in_processes,
    counted: str = "",
) -> dict[str, Any]:
    """Run each way with 2, 4 and 8 workers and compare what was told with what is there."""
    repetitions, keys = (3, 100) if size == "full" else (1, 30)
    numbers: dict[str, float] = {"raised": 0}
    words = []
    for way, work in ways.items():
        cells = []
        key = f"lost_{way.replace(' ', '_')}" if way else "lost"
        for workers in (2, 4, 8):
            lost = told = 0
            for _ in range(repetitions):
                path = _new_project(scratch)
                answers = run(work, path, workers, keys)
                done = [one for answer in _good(answers, numbers) for one in answer[0]]
                told += len(done)
                lost += len(done) - _found(path, done, counted)
            cells.append(f"{lost}/{told}")
            numbers[key] = numbers.get(key, 0) + lost
            numbers["told"] = numbers.get("told", 0) + told
        words.append(f"{way + ': ' if way else ''}{', '.join(cells)}")
    figure = "; ".join(words)
    figure += f"; {numbers['raised']} raised" if numbers["raised"] else ""
    return {"figure": figure, "numbers": numbers}


def _good(answers: Iterable[Any], numbers: dict[str, float]) -> list[Any]:
    """Count what was raised and return the answers of the workers that came to their end."""
    good = []
    for answer in answers:
        if isinstance(answer, str):
            numbers["raised"] += 1
        else:
            numbers["raised"] += len(answer[1])
            good.append(answer)
    return good


def _found(path: str, done: list[Any], counted: str) -> int:
    """Return how many of the changes are in the files."""
    document = raw.read_json(os.path.join(raw.job_path(path, STATEPOINT), raw.DOCUMENT))
    if counted:
        return int(document["n"])
    name = os.path.join(path, raw.PROJECT_DOCUMENT)
    there = {**document, **document["sub"], **dict.fromkeys(document["list"])}
    if os.path.exists(name):
        there.update(raw.read_json(name))
    return sum(key in there for key in done)


def _new_project(scratch: str) -> str:
    path = raw.make_project(os.path.join(scratch, f"p{len(os.listdir(scratch))}"))
    raw.make_job(path, STATEPOINT, {"n": 0, "sub": {}, "list": []})
    return path


def _job(path: str) -> Any:
    return signac.get_project(path).open_job(STATEPOINT)


def buffered_processes(scratch: str, size: str) -> dict[str, Any]:
    """Row 7: processes that each set keys of one document in buffered mode."""
    repetitions, keys = (3, 100) if size == "full" else (1, 30)
    numbers = {"all": 0, "silently_lost": 0, "refused": 0, "refused_without_data": 0}

    def child(path: str, worker: int) -> Any:
        document = _job(path).doc
        names = [f"k{worker}_{number}" for number in range(keys)]
        try:
            with signac.buffered():
                for name in names:
                    document[name] = 1
        except Exception as error:
            return names, name_of(error), _has_data(error)
        return names, "", True

    for workers in (2, 4, 8):
        for _ in range(repetitions):
            path = _new_project(scratch)
            answers = together([partial(child, path, one) for one in range(workers)])
            document = raw.read_json(os.path.join(raw.job_path(path, STATEPOINT), raw.DOCUMENT))
            for names, error, with_data in answers:
                lost = sum(name not in document for name in names)
                numbers["all"] += len(names)
                numbers["refused" if error else "silently_lost"] += lost
                numbers["refused_without_data"] += lost if error and not with_data else 0
    figure = (
        f"{numbers['refused']} of {numbers['all']} keys refused with an error, "
        f"{numbers['silently_lost']} lost without one"
    )
    return {"figure": figure, "numbers": numbers}


def _has_data(error: Exception) -> bool:
    """Tell whether an error carries the values that were not stored."""
    causes = getattr(error, "files", {})
    every = [error, *(causes.values() if isinstance(causes, dict) else [])]
    return any(getattr(one, "buffer_contents", None) for one in every)


def readers(scratch: str, size: str) -> dict[str, Any]:
    """Row 8: one reader by the library and one of the raw file while two processes write."""
    wanted = 10_000 if size == "full" else 1_000
    path = _new_project(scratch)
    file = os.path.join(raw.job_path(path, STATEPOINT), raw.DOCUMENT)
    block = ["x" * 1000] * 100
    os.remove(file)
    raw.write_json(file, {"first": 0, "block": block, "last": 0})
    stop = os.path.join(scratch, "stop")

    def write(worker: int) -> int:
        document = _job(path).doc
        number = 0
        while not os.path.exists(stop):
            number += 1
            value = worker * 1_000_000 + number
            document.reset({"first": value, "block": block, "last": value})
        return number

    def read_by_library() -> tuple[int, int]:
        document = _job(path).doc
        return _read_all(wanted, document)

    def read_raw() -> tuple[int, int]:
        return _read_all(wanted, lambda: raw.read_json(file))

    writers = [start(partial(write, one)) for one in (1, 2)]
    counts = together([read_by_library, read_raw], timeout=600)
    with open(stop, "w"):
        pass
    written = [writer.result() for writer in writers]
    bad = sum(count[1] for count in counts)
    reads = sum(count[0] for count in counts)
    numbers = {"partial": bad, "reads": reads, "writes": sum(written)}
    figure = f"{bad} of {reads} reads partial or failed, beside {sum(written)} writes"
    return {"figure": figure, "numbers": numbers}


def _read_all(wanted: int, read: Callable[[], Any]) -> tuple[int, int]:
    """Read so often, for at most two minutes, and count what was not one whole document."""
    bad = number = 0
    end = time.monotonic() + 120
    while number < wanted and time.monotonic() < end:
        number += 1
        try:
            content = read()
            whole = content["first"] == content["last"] and len(content["block"]) == 100
            bad += not whole
        except (Exception, json.JSONDecodeError):
            bad += 1
    return number, bad
