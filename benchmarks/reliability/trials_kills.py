"""Rows 31 to 34, 37, 38: a process works in a loop and is killed at a random moment, 200 times."""

import gzip
import json
import os
import random
import shutil
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import h5py
import numpy as np
import raw
from forks import start
from trials_faults import use

import signac

__all__ = ["caches", "documents", "init", "removals", "statepoints", "stores"]

#: A child lives so many seconds after its first step, at most.
_LONGEST = 0.03
#: Of a job that is removed.
_FILES = 400
_PAYLOAD = "payload"
Work = Callable[[str], Iterator[Any]]


def _kill(path: str, work: Work, delay: float) -> list[Any]:
    """Let a child work in a project, kill it, and return what it had acknowledged."""
    reading, writing = os.pipe()

    def loop() -> None:
        os.close(reading)
        for done in work(path):
            os.write(writing, f"{json.dumps(done)}\n".encode())

    child = start(loop)
    os.close(writing)
    words = os.read(reading, 1 << 16)
    time.sleep(delay)
    child.kill()
    ended = child.result()
    assert ended == "!signal 9", ended
    while chunk := os.read(reading, 1 << 16):
        words += chunk
    os.close(reading)
    lines = words.decode().split("\n")[:-1]  # the last one may be half
    return [done for done in map(json.loads, lines) if done is not None]


def _repeat(
    scratch: str,
    size: str,
    prepare: Callable[[str], object],
    work: Work,
    judge: Callable[[str, list[Any]], dict[str, int]],
) -> dict[str, int]:
    """Kill in a new project each time and add up what the judge says."""
    kills = 200 if size == "full" else 25
    chance = random.Random(1)
    numbers: dict[str, int] = {"kills": kills, "raises": 0, "leftovers": 0, "repaired": 0}
    for number in range(kills):
        path = raw.make_project(os.path.join(scratch, f"p{number}"))
        prepare(path)
        acknowledged = _kill(path, work, chance.random() * _LONGEST)
        raises = bool(start(partial(use, path)).result())
        numbers["raises"] += raises
        numbers["leftovers"] += bool(raw.leftovers(path))
        counts = judge(path, acknowledged)
        for key, value in counts.items():
            numbers[key] = numbers.get(key, 0) + value
        if raises or any(counts.values()):
            start(lambda path=path: signac.get_project(path).repair()).result()
            healed = not start(partial(use, path)).result()
            numbers["repaired"] += healed and not any(judge(path, acknowledged).values())
        shutil.rmtree(path, ignore_errors=True)
    return numbers


def _result(numbers: dict[str, int], names: dict[str, str]) -> dict[str, Any]:
    parts = [f"{numbers['raises']} of {numbers['kills']} leave a project that raises"]
    parts += [f"{numbers.get(name, 0)} {words}" for name, words in names.items()]
    if numbers["raises"] or any(numbers.get(name, 0) for name in names):
        parts.append(f"repair() heals {numbers['repaired']}")
    parts.append(f"{numbers['leftovers']} leave files behind")
    return {"figure": "; ".join(parts), "numbers": {**dict.fromkeys(names, 0), **numbers}}


def init(scratch: str, size: str) -> dict[str, Any]:
    """Row 31: killed while it creates jobs."""

    def work(path: str) -> Iterator[Any]:
        project = signac.get_project(path)
        yield None
        for number in range(100_000):
            project.open_job({"n": number, "deep": {"er": [number]}}).init()
            yield number

    def judge(path: str, acknowledged: list[Any]) -> dict[str, int]:
        there = set(raw.job_ids(path)) - raw.broken_jobs(path).keys()
        ids = [raw.id_of({"n": number, "deep": {"er": [number]}}) for number in acknowledged]
        return {"lost": sum(id_ not in there for id_ in ids)}

    numbers = _repeat(scratch, size, _nothing, work, judge)
    return _result(numbers, {"lost": "acknowledged jobs lost"})


def _nothing(path: str) -> None:
    pass


def documents(scratch: str, size: str) -> dict[str, Any]:
    """Row 32: killed while it sets keys of a document."""

    def prepare(path: str) -> None:
        raw.make_job(path, {"a": 0}, {"start": 1})

    def work(path: str) -> Iterator[Any]:
        job = signac.get_project(path).open_job({"a": 0})
        job.doc()
        yield None
        for number in range(100_000):
            job.doc[f"k{number}"] = number
            yield number

    def judge(path: str, acknowledged: list[Any]) -> dict[str, int]:
        try:
            document = raw.read_json(os.path.join(raw.job_path(path, {"a": 0}), raw.DOCUMENT))
        except (OSError, ValueError):
            return {"damaged": 1, "lost": len(acknowledged)}
        return {"lost": sum(document.get(f"k{number}") != number for number in acknowledged)}

    numbers = _repeat(scratch, size, prepare, work, judge)
    return _result(numbers, {"damaged": "damaged", "lost": "acknowledged writes lost"})


def statepoints(scratch: str, size: str) -> dict[str, Any]:
    """Row 33: killed while it changes the state point of one job over and over."""

    def prepare(path: str) -> None:
        directory = raw.make_job(path, {"step": 0, "b": {"c": 1}}, {"d": 1})
        with open(os.path.join(directory, "data.txt"), "w") as file:
            file.write(_PAYLOAD)

    def work(path: str) -> Iterator[Any]:
        (job,) = signac.get_project(path)
        job.sp()
        yield None
        for number in range(1, 100_000):
            job.sp.step = number
            yield number

    def judge(path: str, acknowledged: list[Any]) -> dict[str, int]:
        step = max(acknowledged, default=0)
        good = [
            id_
            for id_ in set(raw.job_ids(path)) - raw.broken_jobs(path).keys()
            if os.path.exists(os.path.join(path, "workspace", id_, "data.txt"))
        ]
        counts = {"unreachable": not good, "nowhere": not good and _is_nowhere(path)}
        if good:
            statepoint = os.path.join(path, "workspace", good[0], raw.STATEPOINT)
            counts["lost"] = raw.read_json(statepoint)["step"] not in (step, step + 1)
        return {key: int(value) for key, value in counts.items()}

    numbers = _repeat(scratch, size, prepare, work, judge)
    names = {
        "unreachable": "make data unreachable",
        "nowhere": "have the state point nowhere on disk",
        "lost": "acknowledged changes lost",
    }
    return _result(numbers, names)


def _is_nowhere(path: str) -> bool:
    """Tell whether no file in a job holds the state point that the name of the job stands for."""
    for id_ in raw.job_ids(path):
        directory = os.path.join(path, "workspace", id_)
        for name in os.listdir(directory):
            try:
                if raw.id_of(raw.read_json(os.path.join(directory, name))) == id_:
                    return False
            except (OSError, ValueError):
                continue
    return True


def removals(scratch: str, size: str) -> dict[str, Any]:
    """Row 34: killed while it removes jobs of 400 files each."""

    def prepare(path: str) -> None:
        os.mkdir(os.path.join(path, "beside"))
        with open(os.path.join(path, "source"), "w") as file:
            file.write(_PAYLOAD)

    def work(path: str) -> Iterator[Any]:
        project = signac.get_project(path)
        yield None
        for number in range(100_000):
            _rename_into_place(path, number)
            project.open_job({"n": number}).remove()
            yield number

    def judge(path: str, acknowledged: list[Any]) -> dict[str, int]:
        workspace = os.path.join(path, "workspace")
        half = sum(
            sum(not raw.is_leftover(name) for name in os.listdir(os.path.join(workspace, id_)))
            != _FILES
            for id_ in raw.job_ids(path)
        )
        back = sum(os.path.exists(raw.job_path(path, {"n": number})) for number in acknowledged)
        return {"half": half, "back": back}

    numbers = _repeat(scratch, size, prepare, work, judge)
    return _result(numbers, {"half": "jobs half removed", "back": "acknowledged, still there"})


def _rename_into_place(path: str, number: int) -> None:
    """Make a job that is whole at every moment at which it is there.

    Its files are hard links, which takes no longer than to remove them.
    """
    new = os.path.join(path, "beside", str(number))
    os.mkdir(new)
    raw.write_json(os.path.join(new, raw.STATEPOINT), {"n": number})
    raw.write_json(os.path.join(new, raw.DOCUMENT), {"d": number})
    for part in range(_FILES - 2):
        os.link(os.path.join(path, "source"), os.path.join(new, f"{part}.txt"))
    os.rename(new, raw.job_path(path, {"n": number}))


def caches(scratch: str, size: str) -> dict[str, Any]:
    """Row 37: killed while it creates jobs and updates the cache file."""

    def prepare(path: str) -> None:
        for number in range(100):
            raw.make_job(path, {"n": number})

    def work(path: str) -> Iterator[Any]:
        project = signac.get_project(path)
        yield None
        for number in range(100_000):
            project.open_job({"new": number}).init()
            project.update_cache()
            yield number

    def judge(path: str, acknowledged: list[Any]) -> dict[str, int]:
        file = os.path.join(path, ".signac", "statepoint_cache.json.gz")
        try:
            with gzip.open(file, "rt") as stream:
                json.load(stream)
        except FileNotFoundError:
            return {"unreadable": int(bool(acknowledged))}
        except (OSError, EOFError, ValueError):
            return {"unreadable": 1}
        return {"unreadable": 0}

    numbers = _repeat(scratch, size, prepare, work, judge)
    return _result(numbers, {"unreadable": "cache files missing or unreadable"})


def stores(scratch: str, size: str) -> dict[str, Any]:
    """Row 38: killed while it writes keys into a store, and while it assigns whole stores."""
    ways = {"inside": _write_keys, "whole": _assign_whole}
    numbers: dict[str, float] = {}
    figures = []
    for way, work in ways.items():
        counts = _repeat(os.path.join(scratch, way), size, _prepare_store, work, _judge_store)
        names = {"unreadable": "unreadable", "lost": "acknowledged datasets lost"}
        result = _result(counts, names)
        numbers.update({f"{key}_{way}": value for key, value in result["numbers"].items()})
        figures.append(result["figure"])
    return {
        "figure": f"inside a file: {figures[0]}. A whole file: {figures[1]}",
        "numbers": numbers,
    }


def _prepare_store(path: str) -> None:
    directory = raw.make_job(path, {"a": 0})
    with h5py.File(os.path.join(directory, "signac_data.h5"), "w") as file:
        file["k0"] = np.arange(100)


def _write_keys(path: str) -> Iterator[Any]:
    job = signac.get_project(path).open_job({"a": 0})
    yield None
    for number in range(1, 100_000):
        job.data[f"k{number}"] = np.arange(100)
        yield f"k{number}"


def _assign_whole(path: str) -> Iterator[Any]:
    job = signac.get_project(path).open_job({"a": 0})
    yield None
    for number in range(1, 100_000):
        job.data = {"k0": np.arange(100), f"k{number}": np.arange(100)}
        yield "k0"


def _judge_store(path: str, acknowledged: list[Any]) -> dict[str, int]:
    answer = start(partial(_read_store, path, {"k0", *acknowledged})).result()
    if isinstance(answer, int):
        return {"unreadable": 0, "lost": answer}
    return {"unreadable": 1, "lost": len(acknowledged)}


def _read_store(path: str, keys: set[str]) -> int:
    """Return how many of the keys are not there with their values."""
    lost = 0
    name = os.path.join(raw.job_path(path, {"a": 0}), "signac_data.h5")
    with h5py.File(name, "r", locking=False) as file:
        for key in keys:
            lost += key not in file or not bool((file[key][...] == np.arange(100)).all())
    return lost
