"""Work on jobs that nobody owns: shared ones, where no write may be lost, and contested ones.

A write into a shared job is journaled with a number of its own. Writes are numbered for each slot
and job and kind, so the document must show the last one that was acknowledged, or a later one
that was in flight.
"""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

import signac
from signac.errors import BufferedError, DestinationExistsError
from soak.desk import GONE, Desk
from soak.ground import CONTESTED, SHARED
from soak.journal import read

# What a document of a shared job holds of each slot is found under these.
KINDS = ("key", "nested", "buffered", "counted")
APPENDS = 60

Write = Callable[[Any, str, int], None]


def write_key(document: Any, slot: str, number: int) -> None:
    document[f"key{slot}"] = number


def write_nested(document: Any, slot: str, number: int) -> None:
    nested = document.setdefault("nested", {})
    nested[slot] = number


def write_buffered(document: Any, slot: str, number: int) -> None:
    with signac.buffered():
        document[f"buffered{slot}"] = number


def count(document: Any, slot: str, number: int) -> None:
    with document.transaction() as inside:
        inside["count"] = inside.get("count", 0) + 1
        inside[f"counted{slot}"] = number
        inside[f"times{slot}"] = inside.get(f"times{slot}", 0) + 1


def append(document: Any, slot: str, number: int) -> None:
    if "log" not in document:
        document.setdefault("log", [])
    document["log"].append([slot, number])


WRITES: dict[str, Write] = {
    "key": write_key,
    "nested": write_nested,
    "buffered": write_buffered,
    "counted": count,
    "append": append,
}


class Numbers:
    """The next number of each kind of write, going on from what the predecessors used."""

    def __init__(self, desk: Desk) -> None:
        self._used: dict[tuple[str, str], int] = {}
        for record in read(desk.ground.journals, desk.slot):
            if record["what"] == "write":
                self._used[record["job"], record["kind"]] = record["number"]

    def next(self, job: str, kind: str) -> int:
        number = self._used.get((job, kind), 0) + 1
        self._used[job, kind] = number
        return number


def find(desk: Desk, number: int) -> Any:
    """Return a shared job where it is now, None if it was on its way."""
    for project in desk.draw.sample(desk.projects, 2):
        for job in project.find_jobs({"shared": number}):
            return job
    return None


def write(desk: Desk, numbers: Numbers) -> None:
    """Write into the document of a shared job, or of a project."""
    kind = desk.draw.choice(sorted(WRITES))
    if desk.draw.random() < 0.15:
        place = desk.draw.randrange(2)
        name, owner = f"project{place}", desk.projects[place]
        refusals: tuple[type[BaseException], ...] = (BufferedError,)
    else:
        which = desk.draw.randrange(SHARED)
        name, owner = f"shared{which}", find(desk, which)
        refusals = (*GONE, BufferedError)
    if owner is None:
        return
    number = numbers.next(name, kind)
    if kind == "append" and number > APPENDS:
        return
    desk.journal.note("write", job=name, kind=kind, number=number)
    try:
        end = desk.attempt(lambda: WRITES[kind](owner.doc, str(desk.slot), number), *refusals)
    except Exception as error:
        desk.journal.note("raised", job=name, kind=kind, number=number, error=repr(error))
        raise
    desk.journal.note("written", job=name, kind=kind, number=number, end=end)


def relocate(desk: Desk) -> None:
    """Change the state point of a shared job, or move it to the other project."""
    which = desk.draw.randrange(SHARED)
    job = find(desk, which)
    if job is None:
        return
    turn = desk.draw.randrange(4)
    if desk.draw.random() < 0.7:
        plan, call = f"turn {turn}", lambda: setattr(job.sp, "turn", turn)
    else:
        (other,) = (one for one in desk.projects if one.path != job.project.path)
        plan, call = f"move to {other.path[-1]}", lambda: job.move(other)
    name = f"shared{which}"
    desk.journal.note("begin", job=name, plan=plan, id=job.id)
    end = desk.attempt(call, *GONE, DestinationExistsError, *_nothing_to_move(plan))
    desk.journal.note("end", job=name, plan=plan, end=end)


def _nothing_to_move(plan: str) -> tuple[type[BaseException], ...]:
    return (RuntimeError,) if plan.startswith("move") else ()


_serial = itertools.count()


def contest(desk: Desk) -> None:
    """Do anything with a job with which everybody does anything."""
    draw = desk.draw
    project = desk.projects[draw.randrange(2)]
    which, turn = draw.randrange(CONTESTED), draw.randrange(2)
    statepoint = {"soak": "contested", "n": which, "turn": turn}
    pair = f"{desk.slot}.{next(_serial)}"
    job = project.open_job(statepoint)

    def both() -> None:
        with job.doc.transaction() as doc:
            doc.a = pair
            doc.b = pair

    def many() -> None:
        project.create_jobs(
            [{**statepoint, "n": number} for number in range(which, which + 3)], progress=False
        )

    calls: dict[str, Callable[[], object]] = {
        "init": job.init,
        "create_jobs": many,
        "remove": job.remove,
        "clear": job.clear,
        "reset": job.reset,
        "pair": both,
        "update": lambda: job.doc.update(a=pair, b=pair),
        "assign": lambda: setattr(job, "doc", {"a": pair, "b": pair}),
        "store": lambda: setattr(job, "data", {"n": which, "deep": {"x": np.full(9, which)}}),
        "turn": lambda: setattr(job.sp, "turn", 1 - turn),
        "move": lambda: job.move(desk.projects[draw.randrange(2)]),
    }
    plan = draw.choice(sorted(calls))
    name = f"contested{which}"
    desk.journal.note("begin", job=name, plan=plan, id=job.id, project=project.path[-1])
    try:
        end = desk.attempt(calls[plan], *GONE, DestinationExistsError, *_nothing_to_move(plan))
    except Exception as error:
        desk.journal.note("raised", job=name, plan=plan, error=repr(error))
        raise
    desk.journal.note("end", job=name, plan=plan, end=end)
