"""What a project ought to hold: plain dictionaries, compared with the raw directory."""

import copy
import json
from dataclasses import dataclass, field
from typing import Any

import rawcheck


@dataclass
class Job:
    """One job of the model; a missing document is an empty one."""

    statepoint: dict[str, Any]
    document: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)


Jobs = dict[str, Job]  # id -> job
State = dict[str, Jobs]  # name of a project -> its jobs


def normal(value: Any) -> Any:
    """Return the JSON form of a value (tuples are lists)."""
    return json.loads(json.dumps(value))


def add(jobs: Jobs, statepoint: dict[str, Any]) -> Job:
    """Add a job unless it is there, and return it."""
    return jobs.setdefault(rawcheck.id_of(statepoint), Job(normal(statepoint)))


def clone(state: State) -> State:
    """Return an independent copy of a state."""
    return copy.deepcopy(state)


def differences(state: State, roots: dict[str, str]) -> list[str]:
    """List where the raw directories hold something else than a state."""
    lines: list[str] = []
    for name, jobs in state.items():
        raw = {
            id_: (statepoint, document or {}, files)
            for id_, (statepoint, document, files) in rawcheck.snapshot(roots[name]).items()
        }
        expected = {id_: (job.statepoint, job.document, job.files) for id_, job in jobs.items()}
        lines += [f"{name}: {line}" for line in rawcheck.difference(expected, raw)]
    return lines


def adopt_key_order(state: State, roots: dict[str, str]) -> None:
    """Take key order from the directory, which equals the state otherwise."""
    for name, jobs in state.items():
        for id_, (statepoint, document, _) in rawcheck.snapshot(roots[name]).items():
            jobs[id_].statepoint, jobs[id_].document = statepoint, document or {}
