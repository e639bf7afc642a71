"""What `find_problems` owes, and pictures of a project that show every change of a byte."""

import hashlib
import os
import stat
from typing import Any, NamedTuple

import signac
from damage.damages import Damage
from damage.scene import IDS, Scene

ERRORS = {
    "statepoint-missing",
    "statepoint-damaged",
    "statepoint-mismatch",
    "statepoint-unreadable",
    "document-damaged",
    "document-unreadable",
    "directory-unreadable",
    "store-damaged",
    "store-unreadable",
    "job-not-directory",
    "job-link-broken",
    "config-damaged",
    "scratch-blocked",
    "workspace-missing",
}
WARNINGS = {
    "statepoint-pending",
    "temporary-file",
    "backup-file",
    "scratch-leftover",
    "cache-damaged",
    "cache-wrong",
    "index-damaged",
    "index-wrong",
    "wrong-name",
    "stray-entry",
    "lock-leftover",
    "user-config-damaged",
}
Pair = tuple[str, str | None]


class Checked(NamedTuple):
    """What checks of one project gave, in a form that survives the way to the parent."""

    fast: list[Any]
    full: list[Any]
    checked: int
    raised: tuple[list[str], list[str]] | None
    changed: list[str]


def picture(root: str) -> dict[str, Any]:
    """Return kind, mode, size, time and content of everything below a directory."""
    found: dict[str, Any] = {}
    for directory, subdirectories, names in os.walk(root):
        for name in subdirectories + names:
            path = os.path.join(directory, name)
            relative = os.path.relpath(path, root)
            try:
                status = os.lstat(path)
            except PermissionError:
                found[relative] = "closed"
                continue
            content: Any = None
            if stat.S_ISLNK(status.st_mode):
                content = os.readlink(path)
            elif stat.S_ISREG(status.st_mode):
                content = _content(path)
            facts = (status.st_mode, status.st_ino, status.st_mtime_ns, status.st_uid)
            found[relative] = (facts, content)
    return found


def _content(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return hashlib.md5(file.read()).hexdigest()
    except PermissionError:
        return "closed"


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Name what differs between two pictures."""
    return sorted(
        name for name in before.keys() | after.keys() if before.get(name) != after.get(name)
    )


def check_all(made: Scene) -> Checked:
    """Check a project in every way."""
    project = signac.Project(made.path)
    before = picture(made.root)
    fast = project.find_problems(progress=False)
    full = project.find_problems(level="full", progress=False)
    raised = None
    try:
        project.check(progress=False)
    except signac.errors.JobsCorruptedError as error:
        same = [tuple(one) for one in error.report] == [tuple(one) for one in fast]
        raised = (list(error.job_ids) if same and str(error) else ["?"], sorted(error.problems))
    assert bool(fast) == (len(fast) > 0)
    assert set(fast.errors) | set(fast.warnings) == set(fast)
    assert fast.jobs == sorted({one.job for one in fast.errors if one.job})
    assert (fast.level, full.level) == ("fast", "full")
    assert str(fast).splitlines()[0]
    assert "<" in fast._repr_html_()
    assert fast.seconds >= 0
    assert list(fast) == sorted(fast, key=lambda one: (one.job or "", one.path, one.kind))
    return Checked(
        [tuple(one) for one in fast],
        [tuple(one) for one in full],
        fast.checked,
        raised,
        changes(before, picture(made.root)),
    )


def complaints(damage: Damage, checked: Checked) -> list[str]:
    """Return what is wrong with the checks of a damaged project."""
    found = [f"changed {name}" for name in checked.changed]
    found += [f"fast: {line}" for line in _compare(damage.finds, damage.may, checked.fast)]
    expected = damage.finds + damage.full
    found += [f"full: {line}" for line in _compare(expected, damage.may, checked.full)]
    for problem in checked.full:
        found += _judge(*problem)
    jobs = sorted({job for kind, job, *_ in checked.fast if kind in ERRORS and job})
    if any(kind in ERRORS for kind, *_ in checked.fast):
        if checked.raised is None or sorted(checked.raised[0]) != jobs:
            found.append(f"check raised {checked.raised}, the jobs are {jobs}")
    elif checked.raised is not None:
        found.append(f"check raised {checked.raised} without an error")
    return found


def _compare(expected: tuple[str, ...], may: tuple[str, ...], problems: list[Any]) -> list[str]:
    given = {(problem[0], problem[1]) for problem in problems}
    known: set[Pair] = {pair for text in (*expected, *may) for pair in _pairs(text)}
    missing = [text for text in expected if not given & _pairs(text)]
    found = [f"{text} is not found" for text in missing]
    return found + [f"{one} is not expected" for one in sorted(given - known, key=repr)]


def _pairs(text: str) -> set[Pair]:
    kinds, _, who = text.partition("@")
    return {(kind, IDS.get(who)) for kind in kinds.split("|")}


def _judge(kind: str, job: str | None, path: str, message: str, severity: str) -> list[str]:
    found = []
    if kind not in ERRORS | WARNINGS:
        found.append(f"{kind} is no kind")
    if severity != ("error" if kind in ERRORS else "warning"):
        found.append(f"{kind} is of severity {severity}")
    if not os.path.isabs(path):
        found.append(f"{path} is not absolute")
    name = os.path.basename(path)
    # What a terminal would obey is written in another way.
    named = name in message or str(job) in message or not name.isprintable()
    if not named or len(message) < len(os.path.basename(path)) + 20:
        found.append(f"{kind}: the message does not tell what and where: {message!r}")
    if ";" not in message:
        found.append(f"{kind}: the message does not tell what to do: {message!r}")
    return found
