"""Run a repair once per mutation, with one fault there, and look at what is left.

Before and after, everything is read with the standard library. What a repair owes at any moment:
every byte and every link is in the project or in its quarantine, every directory is under the id
it had or is to get, other jobs are as they were, and repairing again completes it.
"""

import functools
import json
import os
import shutil
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import processes
import rawcheck
import signac
from aging import let_directories_age
from crash import picture as raw
from crash.ground import tree
from crash.harness import CUT, KILL, injector
from crash.mendings import VICTIM, Mending
from signac._core import faults
from signac._upkeep import check

QUARANTINE = os.path.join("workspace", ".signac_quarantine")
#: Can be made again at any time, or holds nothing that anybody was promised.
_DERIVED = (
    *(os.path.join(".signac", name) for name in ("index", "locks", "moves.log", "check")),
    *(
        os.path.join("workspace", ".signac_scratch", name)
        for name in ("00112233.new", "8899aabb.trash")
    ),
)


@dataclass(frozen=True)
class Rehearsal:
    """What an undisturbed repair does."""

    scene: str
    points: tuple[tuple[int, str, str], ...]
    payload: set[Any]
    healthy: dict[str, Any]
    after: raw.Picture


def rehearse(mending: Mending, directory: str) -> Rehearsal:
    """Damage a project and repair it once without a fault."""
    scene = os.path.join(directory, "scene")
    os.makedirs(scene)
    mending.prepare(scene)
    root = os.path.join(directory, "after")
    shutil.copytree(scene, root, symlinks=True)
    points, payload, healthy = processes.run(functools.partial(_record, mending, root)).get()
    return Rehearsal(scene, tuple(points), payload, healthy, _picture(root))


def _picture(root: str) -> raw.Picture:
    """Return the state of a project without what may differ from one repair to the next."""
    derived = (QUARANTINE, *_DERIVED)
    return {
        key: value
        for key, value in raw.picture(root).items()
        if ".signac_quarantine" not in key
        and not (key[0] == "" and key[1].removeprefix("p" + os.sep).startswith(derived))
    }


def payload(path: str) -> set[Any]:
    """Return the contents of all files and links of a project that must not be lost."""
    found: set[Any] = set()
    for directory, subdirectories, names in os.walk(path):
        for name in names + subdirectories:
            full = os.path.join(directory, name)
            relative = os.path.relpath(full, path)
            if relative.startswith(_DERIVED) or name == "notes.jsonl":
                continue
            if os.path.islink(full):
                found.add(("link", os.readlink(full)))
            elif os.path.isfile(full):
                with open(full, "rb") as file:
                    found.add(file.read())
    return found


def jobs_of(path: str) -> dict[str, Any]:
    """Return everything in each job directory but the one to be mended, by its name."""
    workspace = os.path.join(path, "workspace")
    found: dict[str, Any] = {}
    for name in os.listdir(workspace):
        directory = os.path.join(workspace, name)
        if name.startswith(".") or os.path.islink(directory) or not os.path.isdir(directory):
            continue
        if os.path.exists(os.path.join(directory, "data.txt")) and _marks_victim(directory):
            continue
        found[name] = {
            os.path.relpath(os.path.join(top, file), directory): raw.content(
                os.path.join(top, file)
            )
            for top, _, files in os.walk(directory)
            for file in files
        }
    return found


def _marks_victim(directory: str) -> bool:
    with open(os.path.join(directory, "data.txt"), encoding="utf-8") as file:
        return "'a': 0" in file.read()


def victim_at(path: str) -> list[str]:
    """Return the names of the directories that hold the files of the job to be mended."""
    workspace = os.path.join(path, "workspace")
    return [
        name
        for name in os.listdir(workspace)
        if not name.startswith(".")
        and os.path.isfile(os.path.join(workspace, name, "data.txt"))
        and _marks_victim(os.path.join(workspace, name))
    ]


@dataclass
class Trial:
    """One fault at one point of one repair."""

    mending: Mending
    rehearsal: Rehearsal
    mode: str
    point: tuple[int, str, str]
    root: str

    @property
    def path(self) -> str:
        """The project directory."""
        return os.path.join(self.root, "p")

    def judge_first(self, outcome: processes.Outcome) -> Iterator[str]:
        """Yield what is wrong with the repair that was disturbed, and with what it left."""
        if self.mode in (KILL, CUT):
            if outcome.signal != signal.SIGKILL:
                yield f"the child was to die there and did not: {outcome}"
        elif not outcome.ok:
            yield f"apply() raised: {outcome} {outcome.failure and outcome.failure.text}"
        else:
            yield from (f"no reason is given: {text}" for text in outcome.value if len(text) < 10)
        yield from self._look("at once")

    def _look(self, when: str) -> Iterator[str]:
        lost = self.rehearsal.payload - payload(self.path)
        yield from (f"{when}: lost {content!r}" for content in lost)
        places = victim_at(self.path)
        allowed = {self.mending.target, *victim_at(os.path.join(self.rehearsal.scene, "p"))}
        if len(places) > 1 or not allowed.issuperset(places):
            yield f"{when}: the job is at {places}"
        if not places and self.mending.target:
            yield f"{when}: the job is gone"
        seen = jobs_of(self.path)
        for name, content in self.rehearsal.healthy.items():
            if seen.get(name) != content:
                yield f"{when}: {name} was {content}, is {seen.get(name)}"
        for name in seen.keys() - self.rehearsal.healthy.keys():
            yield f"{when}: there is a new job {name}"

    def judge_second(self, outcome: processes.Outcome) -> Iterator[str]:
        """Yield what is wrong with the repair that came after it."""
        if not outcome.ok:
            yield f"again: {outcome} {outcome.failure and outcome.failure.text}"
            return
        yield from (f"still there: {line}" for line in outcome.value)
        yield from self._look("after repairing again")
        seen = _picture(self.root)
        if not raw.equal(seen, self.rehearsal.after):
            yield f"not as repaired at once: {raw.difference(self.rehearsal.after, seen)}"
        yield from _judge_notes(self.path)


def complaints(trials: Sequence[Trial]) -> list[str]:
    """Run trials of one mode; return the broken promises, each with the point where it happened.

    A repair that is to be killed has a child of its own, all others share one.
    """
    first = [functools.partial(_disturb, trial) for trial in trials]
    for trial in trials:
        shutil.copytree(trial.rehearsal.scene, trial.root, symlinks=True)
    try:
        if trials and trials[0].mode in (KILL, CUT):
            outcomes = [processes.run(disturb) for disturb in first]
        else:
            outcomes = processes.run_in_turn(first)
        found = [
            list(trial.judge_first(outcome))
            for trial, outcome in zip(trials, outcomes, strict=True)
        ]
        again = [functools.partial(_repair_again, trial.mending, trial.path) for trial in trials]
        for trial, outcome, broken in zip(trials, processes.run_in_turn(again), found, strict=True):
            broken += trial.judge_second(outcome)
    finally:
        for trial in trials:
            shutil.rmtree(trial.root, ignore_errors=True)
    return [
        f"{trial.mode} at {trial.point[0]}/{len(trial.rehearsal.points)} "
        f"{trial.point[1]} {trial.point[2]}: {complaint}"
        for trial, broken in zip(trials, found, strict=True)
        for complaint in broken
    ]


def _judge_notes(path: str) -> Iterator[str]:
    """Yield notes that nobody can read; a line that was cut is one at most."""
    root = os.path.join(path, QUARANTINE)
    for name in os.listdir(root) if os.path.isdir(root) else ():
        file = os.path.join(root, name, "notes.jsonl")
        if not os.path.exists(file):
            continue
        with open(file, encoding="utf-8") as stream:
            lines = stream.read().splitlines()
        damaged = [line for line in lines if not _is_note(line)]
        if len(damaged) > 1:
            yield f"notes that cannot be read: {damaged}"


def _is_note(line: str) -> bool:
    try:
        return {"time", "action", "job", "from", "to", "what"} <= json.loads(line).keys()
    except ValueError:
        return False


# What runs in the children. Only these touch the library.


def _open(mending: Mending, path: str, *, first: bool) -> Any:
    os.environ["SIGNAC_DURABILITY"] = "safe"
    os.fsync = os.fdatasync = lambda descriptor: None  # type: ignore[assignment]
    check._MOMENT = 0.0  # type: ignore[misc]  # nobody else is at work
    project = signac.get_project(path, search=False)
    if mending.late and first:
        mending.damage(path)
    return project


def _plan(mending: Mending, path: str) -> tuple[Any, set[Any], dict[str, Any]]:
    project = _open(mending, path, first=True)
    with faults.record() as points:
        plan = project.plan_repair(set_aside=mending.set_aside, progress=False)
    assert points == [], f"planning changes {points}"
    kinds = [action.kind for action in plan.actions]
    assert mending.kind in kinds, f"{kinds} planned, {plan}"
    before = payload(path), jobs_of(path)
    return plan, *before


def _record(mending: Mending, root: str) -> Any:
    path = os.path.join(root, "p")
    plan, *before = _plan(mending, path)
    with faults.record() as points:
        result = plan.apply(progress=False)
    assert not result.failed, result.failed
    left = [str(found) for found in _open(mending, path, first=False).find_problems()]
    assert not left, left
    assert rawcheck.id_of({}) not in os.listdir(os.path.join(path, "workspace"))
    points_ = [(number, name, os.fspath(file)) for number, name, file in points]
    return points_, before[0] - {mending.superseded}, before[1]


def _disturb(trial: Trial) -> list[str]:
    plan, *_ = _plan(trial.mending, os.path.join(trial.root, "p"))
    with faults.injecting(injector(trial.mode, trial.point[0])):
        result = plan.apply(progress=False)
    return [text for _, text in result.failed]


def _repair_again(mending: Mending, path: str) -> list[str]:
    let_directories_age(path)
    project = _open(mending, path, first=False)
    project.repair(set_aside=mending.set_aside, progress=False)
    project = signac.get_project(path, search=False)
    assert project.open_job(id=VICTIM[:32]) in project if mending.target == VICTIM else True
    return [str(found) for found in project.find_problems(level="full", progress=False)]


def look(mending: Mending, root: str) -> tuple[list[Any], list[str], int]:
    """Check a damaged project at both levels; return mutations, changed names and findings."""
    path = os.path.join(root, "p")
    project = _open(mending, path, first=True)
    before = tree(root)
    with faults.record() as points:
        found = len(project.find_problems(progress=False))
        found += len(project.find_problems(level="full", progress=False))
        project.plan_repair(progress=False)
        try:
            project.check(progress=False)
        except signac.errors.JobsCorruptedError:
            pass
    after = tree(root)
    return points, sorted(key for key in before | after if before.get(key) != after.get(key)), found
