"""A change of many state points dies, or gets an error, at each of its changes of the disk."""

import functools
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import processes
import rawcheck
import signac
from crash.harness import CUT, KILL, MODES, SHORT, injector
from dying import run_and_die
from signac._core import faults

WRITING = ("write", "append")
#: How many changes of the disk the ordinary run takes, evenly spread.
SAMPLE = 5

#: Two jobs that change places, a chain of three, ten that have nothing to do with one another.
STATEPOINTS: list[dict[str, Any]] = [
    {"swap": 0},
    {"swap": 1},
    *({"chain": number} for number in range(3)),
    *({"own": number} for number in range(6)),
]


def shift(statepoint: dict[str, Any]) -> dict[str, Any]:
    """Return the new state point of each of the jobs above."""
    if "swap" in statepoint:
        return {"swap": 1 - statepoint["swap"]}
    if "chain" in statepoint:
        return {"chain": statepoint["chain"] + 1}
    return {**statepoint, "new": [1, None]}


BEFORE = {rawcheck.id_of(statepoint): statepoint for statepoint in STATEPOINTS}
AFTER = {mark: shift(statepoint) for mark, statepoint in BEFORE.items()}


def prepare(root: Path) -> None:
    """Make the jobs, each with its first id as a mark in its document and in a file."""
    project = signac.init_project(root)
    for job in project.create_jobs(STATEPOINTS):
        job.doc.mark = job.id
        Path(job.fn("mark.txt")).write_text(job.id)


def change(root: Path) -> list[str]:
    """Make the change or complete it; return the ids of jobs that failed."""
    project = ready(root)
    if project.list_changes():
        results = project.resume_changes()
    else:
        results = [project.plan_change(compute=shift).apply(name="shift")]
    return [step.old_id for result in results for step, _ in result.failed]


def undo(root: Path) -> list[str]:
    """Take the change back or complete that; return the ids of jobs that failed."""
    project = ready(root)
    results = project.resume_changes()
    if project.list_changes()[0].state != "undone":
        results.append(project.undo_change())
    return [step.old_id for result in results for step, _ in result.failed]


def ready(root: Path) -> Any:
    """Open the project, without waiting for the disk: a kill loses nothing that was written."""
    os.fsync = lambda descriptor: None  # type: ignore[assignment]
    signac._core.atomic._find_syncfs = lambda: lambda descriptor: 0  # type: ignore[attr-defined]
    return signac.Project(root)


def content(root: Path) -> tuple[dict[str, Any], list[str]]:
    """Open the project, and return the state point of each mark and what is wrong."""
    signac.Project(root)
    wrong = rawcheck.problems(root)
    found: dict[str, Any] = {}
    for statepoint, document, files in rawcheck.snapshot(root).values():
        mark = (document or {}).get("mark")
        if mark in found or files.get("mark.txt") != str(mark).encode():
            wrong.append(f"{statepoint}: mixed up or twice: {mark}")
        found[mark] = statepoint
    return found, wrong


def is_old_new_or_aside(mark: str, statepoint: Any) -> bool:
    """Tell whether a job is in one of the states that it may be in on the way."""
    if statepoint in (BEFORE[mark], AFTER[mark]):
        return True
    return "swap" in statepoint and statepoint.get("signac_change", {}).get("from") in BEFORE


def record(root: Path, act: Callable[[Path], Any]) -> list[tuple[int, str, str]]:
    """Return the changes of the disk that a call makes."""
    ready(root)
    with faults.record() as points:
        assert not act(root)
    return [(number, name, os.path.basename(path)) for number, name, path in points]


def disturb(root: Path, act: Callable[[Path], Any], mode: str, number: int) -> Any:
    """Make a call with a fault at one change of the disk; opening is tested elsewhere."""
    ready(root)
    with faults.injecting(injector(mode, number)):
        return act(root)


def judge(mode: str, outcome: processes.Outcome, root: Path, done: dict[str, Any]) -> Iterator[str]:
    """List what is wrong after a fault."""
    found, wrong = content(root)
    yield from wrong
    if found.keys() != BEFORE.keys():
        yield f"jobs are lost: {BEFORE.keys() - found.keys()}, or made"
    yield from (
        f"{mark} is {statepoint}"
        for mark, statepoint in found.items()
        if mark in BEFORE and not is_old_new_or_aside(mark, statepoint)
    )
    if mode in (KILL, CUT):
        if outcome.signal != signal.SIGKILL:
            yield f"the child was to die: {outcome}"
    elif outcome.failure is not None:
        if not outcome.failure.is_a("OSError", "Error"):
            yield f"neither OSError nor Error: {outcome.failure.text}"
        elif str(root) not in outcome.failure.message:
            yield f"the message names no file: {outcome.failure.message}"
    elif not outcome.value and found != done:
        yield "success was reported, and not everything is done"


def run(
    start: Path,
    act: Callable[[Path], Any],
    mode: str,
    done: dict[str, Any],
    most: int | None = None,
) -> int:
    """Disturb a call at its changes, complete it, take it back; return the number of trials."""
    whole = start.with_name("whole")
    shutil.copytree(start, whole)
    points = processes.run(functools.partial(record, whole, act)).get()
    assert content(whole) == (done, [])
    chosen = [point for point in points if mode not in (CUT, SHORT) or point[1] in WRITING]
    complaints = []
    root = start.with_name("project")
    chosen = chosen[:: max(1, len(chosen) // most if most else 1)]
    for point in chosen:
        shutil.copytree(start, root)
        outcome = processes.run(functools.partial(disturb, root, act, mode, point[0]))
        found = list(judge(mode, outcome, root, done))
        again = processes.run(functools.partial(act, root))
        if not again.ok or again.value:
            found.append(f"run again: {again}")
        elif content(root) != (done, []):
            found.append(f"run again: {content(root)}")
        found += _judge_end(root, act)
        complaints += [f"{mode} at {point}: {line}" for line in found]
        shutil.rmtree(root)
    assert not complaints, "\n".join(complaints[:10])
    return len(chosen)


def _judge_end(root: Path, act: Callable[[Path], Any]) -> Iterator[str]:
    """Follow the old ids, and take a change back that was completed."""
    project = ready(root)
    if act is not undo:
        for mark, statepoint in AFTER.items():
            if project.find_new_id(mark) != rawcheck.id_of(statepoint):
                yield f"{mark} is looked for at a wrong place"
        project.undo_change().raise_failed()
    if content(root) != (BEFORE, []):
        yield f"taken back: {content(root)}"
    yield from (f"{record}" for record in project.list_changes() if record.state == "unfinished")


def halfway(root: Path) -> None:
    """Make the change, and die in the middle of the two that change places."""
    whole = root.with_name("rehearsal")
    shutil.copytree(root, whole)
    points = processes.run(functools.partial(record, whole, change)).get()
    renames = [number for number, name, path in points if name == "rename" and path in BEFORE]
    shutil.rmtree(whole)
    assert run_and_die(functools.partial(change, root), renames[1])


ACTS: dict[str, tuple[Callable[[Path], None], Callable[[Path], Any], dict[str, Any]]] = {
    "apply": (lambda root: None, change, AFTER),
    "resume": (halfway, change, AFTER),
    "undo": (change, undo, BEFORE),  # type: ignore[dict-item]
}


@pytest.fixture
def start(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Return the project before the call that is disturbed."""
    root = tmp_path / "start"
    prepare(root)
    processes.run(functools.partial(ACTS[request.param][0], root))
    return root


USUAL = [("apply", mode) for mode in MODES] + [("resume", KILL), ("undo", KILL)]


@pytest.mark.parametrize(("start", "mode"), USUAL, indirect=["start"])
def test_old_or_new_at_a_sample(
    start: Path, mode: str, record_property: Any, request: pytest.FixtureRequest
) -> None:
    """Wherever it is disturbed all jobs are whole; run again it is complete, and can be undone."""
    _, act, done = ACTS[request.node.callspec.params["start"]]
    record_property("fault trials", run(start, act, mode, done, SAMPLE))


@pytest.mark.long
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("start", ACTS, indirect=True)
def test_old_or_new_at_every_mutation(
    start: Path, mode: str, record_property: Any, request: pytest.FixtureRequest
) -> None:
    """The same holds at every change of the disk."""
    _, act, done = ACTS[request.node.callspec.params["start"]]
    record_property("fault trials", run(start, act, mode, done))
