"""A migration dies, or gets an error, at each of its changes: old or new, and repeatable."""

import functools
import json
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import processes
import signac
from crash.harness import CUT, FULL, KILL, MODES, SHORT, injector
from signac._core import faults
from signac.errors import IncompatibleSchemaVersion
from signac.migration import apply_migrations, plan_migrations

ID = "9bfd29df07674bc4aa960cf661b5acd2"
LOCK = ".SIGNAC_PROJECT_MIGRATION_LOCK"
WRITING = ("write", "append")
#: By name: where the workspace is, whether that is a link.
SCENES = {"moved": ("runs", False), "linked": ("link", True), "in-place": ("workspace", False)}


def quiet(text: str) -> None:
    """Take what a migration tells."""


def prepare(root: Path, scene: str) -> None:
    """Make a project of layout 0 with everything that a migration changes."""
    place, is_link = SCENES[scene]
    root.mkdir()
    (root / "signac.rc").write_text(f"# mine\nproject = melt\nworkspace_dir = {place}\nx = 1\n")
    (root / "signac_project_document.json").write_text('{"q": 1}')
    (root / ".signac_shell_history").write_text("h")
    (root / ".signac_sp_cache.json.gz").write_text("c")
    if is_link:
        os.symlink("far", root / place)
    jobs = root / ("far" if is_link else place)
    (jobs / ID).mkdir(parents=True)
    (jobs / ID / "signac_statepoint.json").write_text('{"a": 0}')
    (jobs / ID / "signac_job_document.json").write_text('{"n": [1]}')


def picture(root: Path) -> dict[str, Any]:
    """Return all names with what is in them."""
    found: dict[str, Any] = {}
    for directory, subdirectories, names in os.walk(root):
        for name in subdirectories + names:
            path = os.path.join(directory, name)
            key = os.path.relpath(path, root)
            if name == "workspace_elsewhere":  # holds the path of this very directory
                continue
            if os.path.islink(path):
                found[key] = os.path.realpath(path).removeprefix(str(root))
            else:
                found[key] = None if os.path.isdir(path) else Path(path).read_bytes()
    return found


def jobs(root: Path) -> list[bytes]:
    """Return what is in the files of the job, wherever the workspace is."""
    for place in ("workspace", "runs", "link"):
        if os.path.isdir(root / place):
            job = root / place / ID
            return [path.read_bytes() for path in sorted(job.iterdir())]
    return []


def migrate(root: Path) -> None:
    """Migrate a project, without waiting for the disk: a kill loses nothing that was written."""
    os.fsync = lambda descriptor: None  # type: ignore[assignment]
    apply_migrations(root, report=quiet)


def record(root: Path) -> list[tuple[int, str, str]]:
    """Migrate a project, and return its changes of the disk."""
    with faults.record() as points:
        migrate(root)
    return [(number, name, os.path.basename(path)) for number, name, path in points]


def disturb(root: Path, mode: str, number: int) -> None:
    """Migrate a project with a fault at one change."""
    with faults.injecting(injector(mode, number)):
        migrate(root)


def standing(root: Path) -> str:
    """Tell whether a project is seen as old or as new; all entry points agree."""
    seen = set()
    for use in (signac.Project, signac.get_project):
        try:
            use(root)
            seen.add("new")
        except IncompatibleSchemaVersion:
            seen.add("old")
    assert len(seen) == 1
    return seen.pop()


def judge(
    root: Path, mode: str, outcome: processes.Outcome, point: Any, before: Any
) -> Iterator[str]:
    """List what is wrong after a fault."""
    if mode in (KILL, CUT):
        if outcome.signal != signal.SIGKILL:
            yield f"the child was to die: {outcome}"
    elif outcome.failure is None:
        if point[1:] != ("unlink", LOCK) and mode != FULL:
            yield "success after a fault"
    elif not outcome.failure.is_a("OSError", "Error"):
        yield f"neither OSError nor Error: {outcome.failure.text}"
    elif str(root) not in outcome.failure.message:
        yield f"the message names no file: {outcome.failure.message}"
    if jobs(root) != before:
        yield "a job is not whole"
    old, plan = standing(root) == "old", plan_migrations(root)
    if old and not plan.steps:
        yield "refused as old, and nothing to do"
    if plan.problems:
        yield f"in the way: {plan.problems}"


TRIALS = [
    pytest.param(scene, mode, marks=() if scene == "moved" or mode == KILL else pytest.mark.long)
    for scene in SCENES
    for mode in MODES
]


@pytest.mark.parametrize(("scene", "mode"), TRIALS)
def test_old_or_new_at_every_mutation(
    scene: str, mode: str, tmp_path: Path, record_property: Any
) -> None:
    """Wherever it is disturbed the project is seen as old or as new; run again it is complete."""
    start = tmp_path / "start"
    prepare(start, scene)
    whole = tmp_path / "whole"
    shutil.copytree(start, whole, symlinks=True)
    points = processes.run(functools.partial(record, whole)).get()
    signac.Project(whole)
    expected, before = picture(whole), jobs(start)
    assert standing(whole) == "new"
    complaints = []
    chosen = [point for point in points if mode not in (CUT, SHORT) or point[1] in WRITING]
    for point in chosen:
        root = tmp_path / "project"
        shutil.copytree(start, root, symlinks=True)
        outcome = processes.run(functools.partial(disturb, root, mode, point[0]))
        found = list(judge(root, mode, outcome, point, before))
        again = processes.run(functools.partial(migrate, root))
        if not again.ok:
            found.append(f"run again: {again}")
        signac.Project(root)
        seen = picture(root)
        if seen != expected:
            odd = {key for key in seen | expected if seen.get(key) != expected.get(key)}
            found.append(f"run again, these differ: {sorted(odd)}")
        complaints += [f"{mode} at {point}: {line}" for line in found]
        shutil.rmtree(root)
    record_property("fault trials", len(chosen))
    assert len(chosen) >= (4 if mode in (CUT, SHORT) else 20)
    assert not complaints, "\n".join(complaints)


def test_a_note_is_there_from_before_the_first_change_of_layout(tmp_path: Path) -> None:
    """The note is written before anything that it tells of, and goes last."""
    root = tmp_path / "project"
    prepare(root, "moved")
    names = [(name, path) for _, name, path in processes.run(lambda: record(root)).get()]
    renames = [path.rpartition(".")[0] and path for name, path in names if name == "rename"]
    assert len(renames) == 7  # version, note, document, workspace, history, cache, config
    removed = [path for name, path in names if name == "unlink"]
    assert removed == ["signac.rc", "migration.json", LOCK]
    assert json.loads((root / "signac_project_document.json").read_text())["q"] == 1
