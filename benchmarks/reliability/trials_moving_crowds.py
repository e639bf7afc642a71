"""Rows 19 and 20: several processes make one linked view, and clone one job beside a reader."""

import os
from functools import partial
from typing import Any

import raw
from forks import name_of, start, together
from outcomes import count_names, raised_by

import signac

__all__ = ["clones", "views"]

_VIEWERS = 4
_JOBS = 20
#: Of the job that is cloned.
_FILES = 40


def views(scratch: str, size: str) -> dict[str, Any]:
    """Row 19: a new view, then the same view after jobs came and went, by four processes each."""
    rounds = 25 if size == "full" else 4
    kinds: list[str] = []
    wrong = 0
    path = raw.make_project(os.path.join(scratch, "p"))
    for number in range(_JOBS):
        raw.make_job(path, {"n": number, "kind": {"odd": number % 2}})
    for turn in range(rounds):
        # Every second round brings the view of the round before it up to date.
        prefix = os.path.join(scratch, f"view{turn // 2}")
        if turn % 2:
            start(partial(_exchange_jobs, path, turn)).result()
        kinds += together([partial(_make_view, path, prefix)] * _VIEWERS)
        wrong += not _is_right(path, prefix)
    raised = sum(bool(kind) for kind in kinds)
    return {
        "figure": f"{raised} of {len(kinds)} calls raise{count_names(kinds)}; "
        f"{wrong} of {rounds} views are not right afterwards",
        "numbers": {"raised": raised, "calls": len(kinds), "wrong": wrong},
    }


def _make_view(path: str, prefix: str) -> str:
    project = signac.get_project(path)
    return raised_by(lambda: project.create_linked_view(prefix))


def _exchange_jobs(path: str, turn: int) -> None:
    project = signac.get_project(path)
    for job in sorted(project, key=lambda job: job.id)[:5]:
        job.remove()
    for number in range(5):
        project.open_job({"n": 1000 * turn + number, "kind": {"odd": number % 2}}).init()


def _is_right(path: str, prefix: str) -> bool:
    """Tell whether the links lead to all jobs, each once, and nothing else is there."""
    led = []
    for directory, names, files in os.walk(prefix):
        if not names and not files:
            return False  # an empty directory
        if any(os.path.islink(os.path.join(directory, name)) for name in names):
            led += [os.path.realpath(os.path.join(directory, name)) for name in names]
    jobs = [os.path.join(path, "workspace", id_) for id_ in raw.job_ids(path)]
    return sorted(led) == sorted(map(os.path.realpath, jobs))


def clones(scratch: str, size: str) -> dict[str, Any]:
    """Row 20: two processes clone the same job while a third reads the project in a loop."""
    rounds = 50 if size == "full" else 8
    source = raw.make_project(os.path.join(scratch, "source"))
    job = raw.make_job(source, {"a": 0}, {"of": "source"})
    for part in range(_FILES):
        with open(os.path.join(job, f"f{part}.txt"), "w", encoding="ascii") as file:
            file.write("x" * 2000)
    losers: list[str] = []
    raised: list[str] = []
    untold = parts = reads = 0
    for number in range(rounds):
        path = raw.make_project(os.path.join(scratch, f"p{number}"))
        ends = [os.path.join(path, f"end{worker}") for worker in range(2)]
        cloning = [partial(_clone, source, path, end) for end in ends]
        *cloned, read = together([*cloning, partial(_read, path, ends)])
        losers += cloned
        untold += sum(not kind for kind in cloned) != 1
        parts += read["part"]
        raised += read["raised"]
        reads += read["reads"]
    figure = (
        f"the reader: {len(raised)} of {reads} reads raise{count_names(raised)}, {parts} see a "
        f"part of the job; {untold} of {rounds} rounds without exactly one clone"
        f"{count_names(losers)}"
    )
    numbers = {"raised": len(raised), "reads": reads, "parts": parts, "untold": untold}
    return {"figure": figure, "numbers": numbers}


def _clone(source: str, path: str, end: str) -> str:
    job = signac.get_project(source).open_job({"a": 0})
    project = signac.get_project(path)
    error = raised_by(lambda: project.clone(job))
    with open(end, "w", encoding="ascii"):
        pass
    return error


def _read(path: str, ends: list[str]) -> dict[str, Any]:
    """Read all jobs until both clones are made; a job without all its files counts as a part."""
    answer: dict[str, Any] = {"reads": 0, "part": 0, "raised": []}
    last = False
    while not last:
        last = all(map(os.path.exists, ends))
        answer["reads"] += 1
        try:
            for job in signac.get_project(path):
                files = sum(name.startswith("f") for name in os.listdir(job.path))
                whole = job.sp() == {"a": 0} and job.doc() == {"of": "source"}
                answer["part"] += not whole or files != _FILES
        except Exception as error:
            answer["raised"].append(name_of(error))
    return answer
