"""What a project holds, read from the raw directory, and what a filter means, in small.

The standard library alone: nothing here is shared with the library under test.
"""

import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from rawcheck import DOCUMENT, STATEPOINT, canonical, id_of

_ID = re.compile(r"[0-9a-f]{32}")
ABSENT: Any = object()
Item = tuple[str, ...]
Bounds = tuple[set[Item], set[Item]]  # what an answer must hold, and the most that it may hold


@dataclass(frozen=True)
class Job:
    """One directory of a workspace; `statepoint` and `document` are None where damaged.

    `known` is the state point that the id stands for, when the file no longer tells it and the
    test does: a search may then find the job by it or leave it out.
    """

    id: str
    statepoint: dict[str, Any] | None
    document: dict[str, Any] | None
    known: dict[str, Any] | None = None


@dataclass(frozen=True)
class Truth:
    """All jobs of a project."""

    jobs: dict[str, Job]

    @property
    def is_healthy(self) -> bool:
        return all(
            job.statepoint is not None and job.document is not None for job in self.jobs.values()
        )

    def healthy(self) -> list[Job]:
        """Return the jobs in which nothing is damaged, in the order of their ids."""
        return [
            job
            for job in self.jobs.values()
            if job.statepoint is not None and job.document is not None
        ]

    def bounds(self, wanted: Callable[[dict[str, Any], dict[str, Any]], bool], parts: str) -> Any:
        """Return the jobs that must be found and those that may be, by a test on their content.

        `parts` says what the test looks at: "sp", "doc" or, when either may decide, "or".
        """
        must, may = [], []
        for job in self.jobs.values():
            statepoint = job.statepoint if job.statepoint is not None else job.known
            if statepoint is None or (job.document is None and parts == "doc"):
                continue
            if job.document is None and parts == "or":
                may.append(job)
            elif wanted(statepoint, job.document or {}):
                (may if job.statepoint is None else must).append(job)
        return must, must + may


def read(path: str, known: dict[str, dict[str, Any]]) -> Truth:
    """Read a project; `known` gives the state points of ids that the test ever used."""
    workspace = os.path.join(path, "workspace")
    names = sorted(os.listdir(workspace)) if os.path.isdir(workspace) else []
    return Truth(
        {
            name: _job(os.path.join(workspace, name), known)
            for name in names
            if _ID.fullmatch(name) and os.path.isdir(os.path.join(workspace, name))
        }
    )


def is_healthy_job(directory: str) -> bool:
    """Tell whether a directory is a job in which nothing is damaged."""
    if not _ID.fullmatch(os.path.basename(directory)) or not os.path.isdir(directory):
        return False
    job = _job(directory, {})
    return job.statepoint is not None and job.document is not None


def _job(directory: str, known: dict[str, dict[str, Any]]) -> Job:
    id_ = os.path.basename(directory)
    statepoint = _read(os.path.join(directory, STATEPOINT))
    if statepoint is None or id_of(statepoint) != id_:
        statepoint = None
    document = {}
    if os.path.lexists(os.path.join(directory, DOCUMENT)):
        document = _read(os.path.join(directory, DOCUMENT))
    return Job(id_, statepoint, document, known.get(id_))


def _read(file: str) -> Any:
    try:
        with open(file, encoding="utf-8") as stream:
            value = json.load(stream)
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None


# The meaning of the filters that these tests use.


def matches(filter_: Any, statepoint: dict[str, Any], document: dict[str, Any]) -> bool:
    """Tell whether a job matches a filter."""
    for key, expected in (filter_ or {}).items():
        if key == "$and":
            holds = all(matches(part, statepoint, document) for part in expected)
        elif key == "$or":
            holds = any(matches(part, statepoint, document) for part in expected)
        elif key == "$not":
            holds = not matches(expected, statepoint, document)
        else:
            source = document if key.startswith("doc.") else statepoint
            holds = _holds(value_at(source, key), expected)
        if not holds:
            return False
    return True


def value_at(source: Any, key: str) -> Any:
    """Return the value of a dotted key, with or without its namespace; `ABSENT` if not there."""
    for name in key.removeprefix("doc.").removeprefix("sp.").split("."):
        if not isinstance(source, dict) or name not in source:
            return ABSENT
        source = source[name]
    return source


def _holds(value: Any, expected: Any) -> bool:
    if not isinstance(expected, dict):
        return value is not ABSENT and bool(value == expected)
    return all(_operate(operator, value, argument) for operator, argument in expected.items())


def _operate(operator: str, value: Any, argument: Any) -> bool:
    if operator == "$exists":
        return (value is not ABSENT) is argument
    if value is ABSENT:
        return False
    try:
        return bool(_OPERATORS[operator](value, argument))
    except TypeError:
        return False


_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "$eq": lambda value, argument: value == argument,
    "$ne": lambda value, argument: value != argument,
    "$lt": lambda value, argument: value < argument,
    "$gte": lambda value, argument: value >= argument,
    "$gt": lambda value, argument: value > argument,
    "$lte": lambda value, argument: value <= argument,
    "$in": lambda value, argument: value in argument,
    "$nin": lambda value, argument: value not in argument,
    "$regex": lambda value, argument: re.search(argument, value),
    "$type": lambda value, argument: isinstance(value, {"str": str, "float": float}[argument]),
}


def parts_of(filter_: Any) -> str:
    """Say what decides about a filter: state points, documents too, or either of them."""
    text = json.dumps(filter_)
    if '"doc.' not in text:
        return "sp"
    return "or" if '"$or"' in text or '"$and"' in text else "doc"


def leaves(data: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield all leaf keys, dotted, with their values."""
    for name, value in data.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


__all__ = [
    "ABSENT",
    "Bounds",
    "Item",
    "Job",
    "Truth",
    "canonical",
    "is_healthy_job",
    "leaves",
    "matches",
    "parts_of",
    "read",
    "value_at",
]
