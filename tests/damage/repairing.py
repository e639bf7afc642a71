"""What repair owes: nothing is lost, nothing gets another label, and what stays is named."""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import rawcheck
import signac
from aging import let_directories_age
from damage.checking import ERRORS, changes, picture
from damage.damages import Damage
from damage.scene import IDS, VICTIM, Scene, statepoint

_NAMES = {job_id: who for who, job_id in IDS.items()}
_QUARANTINE = os.path.join("workspace", ".signac_quarantine")
#: May be made anew at any time.
_DERIVED = (
    os.path.join(".signac", "index"),
    os.path.join(".signac", "statepoint_cache"),
    os.path.join(".signac", "locks"),
    os.path.join(".signac", "check"),
    os.path.join("workspace", ".signac_scratch", "0123456789abcdef.signac_job"),
)


class Repaired(NamedTuple):
    """What a repair said and did."""

    planned: list[str]
    unresolved: list[Any]
    actions: list[Any]
    failed: list[str]
    raised: tuple[list[str], str] | None
    rest: list[Any]
    again: list[str]


class State(NamedTuple):
    """What must survive a repair."""

    contents: Counter[Any]
    payloads: dict[str, set[str]]
    statepoints: dict[str, bytes | None]


def repair(made: Scene, *, set_aside: bool = False, apply: bool = False) -> Repaired:
    """Plan, repair, and repair once more."""
    let_directories_age(made.path)
    project = signac.Project(made.path)
    before = picture(made.root)
    plan = project.plan_repair(set_aside=set_aside, progress=False)
    planned = changes(before, picture(made.root))
    assert str(plan)
    assert "<" in plan._repr_html_()
    failed = []
    if apply:
        result = plan.apply(progress=False)
        failed = [f"{action}: {error}" for action, error in result.failed]
        kept = result.quarantine
        assert kept is None or os.path.isdir(kept), kept
        assert len(result.done) + len(failed) == len(plan.actions)
    raised = _raised(project, set_aside=set_aside)
    rest = [tuple(one) for one in project.find_problems(progress=False)]
    repaired = picture(made.root)
    again = [] if _raised(project, set_aside=set_aside) == raised else ["raises something else"]
    again += changes(repaired, picture(made.root))
    return Repaired(
        planned,
        [tuple(one) for one in plan.unresolved],
        [tuple(one) for one in plan.actions],
        failed,
        raised,
        rest,
        again,
    )


def _raised(project: Any, *, set_aside: bool) -> tuple[list[str], str] | None:
    try:
        assert project.repair(set_aside=set_aside, progress=False) is None
    except signac.errors.JobsCorruptedError as error:
        return sorted(error.job_ids), str(error)
    return None


def state(made: Scene, damage: Damage | None = None) -> State:
    """Return what is in a project now, of which nothing may be lost but what `damage` undoes."""
    skipped = {made.expand(template) for template in damage.undone} if damage else set()
    contents: Counter[Any] = Counter()
    for path in _files(made.root):
        if path in skipped or _is_derived(os.path.relpath(path, made.path)):
            continue
        contents[_identity(path)] += 1
    payloads: dict[str, set[str]] = {}
    statepoints = {}
    for name in os.listdir(made.workspace):
        directory = os.path.join(made.workspace, name)
        if name.startswith(".") or not os.path.isdir(directory):
            continue
        for path in _files(directory):
            relative = os.path.relpath(path, directory)
            if relative in ("data.txt", os.path.join("sub", "deep.bin")):
                payloads.setdefault(_read(path).decode(), set()).add(name)
        file = os.path.join(directory, rawcheck.STATEPOINT)
        statepoints[name] = _read(file) if os.path.isfile(file) else None
    return State(contents, payloads, statepoints)


def losses(damage: Damage, before: State, after: State) -> list[str]:
    """Return what was lost, and what got another label."""
    found = [f"lost {what}" for what in before.contents - after.contents]
    allowed = {(IDS[old], IDS[new]) for old, new in damage.renames}
    for content, names in after.payloads.items():
        origins = before.payloads.get(content, set())
        for name in names - origins:
            if not any((origin, name) in allowed for origin in origins):
                found.append(f"{content!r} of {origins} is under {name}")
    for name, data in after.statepoints.items():
        same = data is None or before.statepoints.get(name) == data
        if not same and _id_of(data) not in (None, name):
            found.append(f"{name} has the state point {data!r} now")
    return found


def complaints(damage: Damage, repaired: Repaired, *, known: bool) -> list[str]:
    """Return what is wrong with what a repair said."""
    found = [f"planning changed {name}" for name in repaired.planned]
    found += [f"repairing again: {name}" for name in repaired.again]
    if damage.repair == "blocked":
        return found
    if damage.repair != "rights":
        found += [f"failed: {text}" for text in repaired.failed]
    named = {one[:3] for one in repaired.unresolved}
    for one in repaired.rest:
        if one[:3] not in named:
            found.append(f"{one} was not announced")
    jobs = sorted({job for kind, job, *_ in repaired.rest if kind in ERRORS and job})
    errors = [one for one in repaired.rest if one[0] in ERRORS]
    given = None if repaired.raised is None else repaired.raised[0]
    if given != (jobs if errors else None):
        found.append(f"raised {given}, what stays is {errors}")
    stays = _stays(damage, known=known)
    if stays and not errors:
        found.append("nobody can have known how to repair this")
    if not stays and errors:
        found.append(f"could have been repaired: {errors}")
    found += [f"an action says nothing: {one}" for one in repaired.actions if len(one[3]) < 20]
    return found + [f"no reason: {one}" for one in repaired.unresolved if ";" not in one[3]]


def victim_complaints(damage: Damage, made: Scene, *, known: bool) -> list[str]:
    """Return what is wrong with the job that was to be mended."""
    if damage.repair not in ("always", "known") or _stays(damage, known=known):
        return []
    found = []
    directory = made.job(IDS["V"])
    file = os.path.join(directory, rawcheck.STATEPOINT)
    if not os.path.isfile(file) or not rawcheck.same(json.loads(_read(file)), statepoint(VICTIM)):
        found.append("the state point is not there")
    if damage.hurts != "both" and not os.path.isfile(os.path.join(directory, "sub", "deep.bin")):
        found.append("the files are not there")
    return found


def _stays(damage: Damage, *, known: bool) -> bool:
    return damage.repair in ("never", "rights") or (damage.repair == "known" and not known)


def _files(root: str) -> Iterator[str]:
    for directory, subdirectories, names in os.walk(root):
        for name in names:
            yield os.path.join(directory, name)
        for name in subdirectories:
            if os.path.islink(os.path.join(directory, name)):
                yield os.path.join(directory, name)


def _is_derived(relative: str) -> bool:
    in_notes = relative.startswith(_QUARANTINE) and relative.endswith("notes.jsonl")
    return in_notes or relative.startswith(_DERIVED)


def _identity(path: str) -> Any:
    if os.path.islink(path):
        return "link", os.readlink(path)
    if not os.path.isfile(path):
        return ("special", oct(os.lstat(path).st_mode))
    return hashlib.md5(_read(path)).hexdigest()


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _id_of(data: bytes | None) -> str | None:
    try:
        value = json.loads(data or b"")
    except (ValueError, RecursionError):
        return None
    return rawcheck.id_of(value) if isinstance(value, dict) else None
