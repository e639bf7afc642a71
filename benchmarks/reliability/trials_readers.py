"""Rows 16 to 18: readers during changes, the cache file, and the making of one project."""

import gzip
import json
import os
from collections.abc import Callable
from functools import partial
from typing import Any

import raw
from forks import name_of, start, together
from outcomes import count_names, raised_by

import signac

__all__ = ["init_project", "readers", "update_cache"]

_STABLE = 20


def readers(scratch: str, size: str) -> dict[str, Any]:
    """Row 16: calls that read the whole project while another process changes it."""
    rounds = 60 if size == "full" else 6
    path = raw.make_project(os.path.join(scratch, "p"))
    ids = set()
    for number in range(_STABLE):
        raw.make_job(path, {"stable": True, "n": number}, {"d": number})
        ids.add(raw.id_of({"stable": True, "n": number}))
    stop = os.path.join(scratch, "stop")
    writer = start(lambda: _change_all(path, stop))
    counts: dict[str, list[int]] = {}
    kinds: list[str] = []
    for _ in range(rounds):
        answers = start(lambda: _read_all(path, ids)).result()
        assert isinstance(answers, dict), answers
        for name, (error, right) in answers.items():
            count = counts.setdefault(name, [0, 0, 0])
            count[0] += 1
            count[1] += bool(error)
            count[2] += not error and not right
            kinds.append(error)
    with open(stop, "w"):
        pass
    changes = writer.result()
    calls, raised, wrong = (sum(count[part] for count in counts.values()) for part in range(3))
    figure = f"{raised} of {calls} calls raise{count_names(kinds)}"
    figure += f", {wrong} wrong answers, beside {changes} changes"
    return {"figure": figure, "numbers": {"raised": raised, "wrong": wrong, "calls": calls}}


def _change_all(path: str, stop: str) -> Any:
    """Create, change and remove jobs until told to stop."""
    project = signac.get_project(path)
    number = 0
    while not os.path.exists(stop):
        number += 1
        job = project.open_job({"stable": False, "n": number}).init()
        job.sp.n = -number
        job.remove()
    return 3 * number


def _read_all(path: str, ids: set[str]) -> dict[str, tuple[str, bool]]:
    """Call everything that reads many jobs, in one project, four times."""
    project = signac.get_project(path)
    calls: dict[str, Callable[[], bool]] = {
        "iterate": lambda: ids <= {job.id for job in project},
        "find": lambda: {job.id for job in project.find_jobs({"stable": True})} == ids,
        "find document": lambda: (
            {job.id for job in project.find_jobs({"doc.d": {"$gte": 0}})} == ids
        ),
        "len": lambda: len(project) >= _STABLE,
        "groupby": lambda: any(
            key is True and {job.id for job in group} == ids
            for key, group in project.groupby("stable")
        ),
        "schema": lambda: "stable" in project.detect_schema(),
        "frame": lambda: ids <= set(project.to_dataframe().index),
        "open": lambda: all(project.open_job(id=one).sp()["stable"] for one in ids),
    }
    answers = {}
    for turn in range(4):
        for name, call in calls.items():
            try:
                answers[f"{name} {turn}"] = ("", call())
            except Exception as error:
                answers[f"{name} {turn}"] = (name_of(error), False)
    return answers


def update_cache(scratch: str, size: str) -> dict[str, Any]:
    """Row 17: several processes write the cache file; then others open jobs and search."""
    times = 15 if size == "full" else 4
    kinds: list[str] = []
    damaged = calls = 0
    for workers in (2, 4, 8):
        path = raw.make_project(os.path.join(scratch, f"p{workers}"))
        for number in range(100):
            raw.make_job(path, {"n": number})

        def write(worker: int, path: str = path) -> list[str]:
            project = signac.get_project(path)
            names = []
            for number in range(times):
                new = {"w": worker, "n": number}
                names.append(raised_by(lambda new=new: project.open_job(new).init()))
                names.append(raised_by(project.update_cache))
            return names

        def read(path: str = path) -> list[str]:
            names = []
            for number in range(100):
                project = signac.get_project(path)
                id_ = raw.id_of({"n": number})
                old = partial(project.open_job, id=id_)
                new = partial(project.open_job, {"late": number})
                names.append(raised_by(lambda old=old: old().sp()))
                names.append(raised_by(lambda new=new: new().init()))
            names.append(raised_by(lambda: list(signac.get_project(path).find_jobs({"n": 5}))))
            return names

        during = together([partial(write, one) for one in range(workers)])
        damaged += not _cache_is_good(path)
        for names in [*during, start(read).result()]:
            assert isinstance(names, list), names
            kinds += names
            calls += len(names)
    raised = sum(bool(kind) for kind in kinds)
    figure = f"cache destroyed in {damaged} of 3 runs; {raised} of {calls} calls raise"
    return {
        "figure": figure + count_names(kinds),
        "numbers": {"destroyed": damaged, "raised": raised, "calls": calls},
    }


def _cache_is_good(path: str) -> bool:
    """Tell whether the cache file is gzipped JSON, each entry the state point of its id."""
    try:
        with gzip.open(os.path.join(path, ".signac", "statepoint_cache.json.gz"), "rt") as file:
            entries = json.load(file)
    except (OSError, EOFError, ValueError):
        return False
    return all(raw.id_of(statepoint) == id_ for id_, statepoint in entries.items())


def init_project(scratch: str, size: str) -> dict[str, Any]:
    """Row 18: eight processes make one project, in many rounds."""
    rounds = 50 if size == "full" else 8
    kinds: list[str] = []
    broken = 0
    for number in range(rounds):
        path = os.path.join(scratch, f"p{number}")
        kinds += together([partial(raised_by, partial(signac.init_project, path))] * 8)
        broken += bool(start(partial(raised_by, partial(signac.get_project, path))).result())
    raised = sum(bool(kind) for kind in kinds)
    return {
        "figure": f"{raised} of {len(kinds)} calls raise{count_names(kinds)}",
        "numbers": {"raised": raised, "calls": len(kinds), "broken": broken},
    }
