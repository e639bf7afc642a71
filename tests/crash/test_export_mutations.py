"""An export dies, or gets an error, at each of its changes: old or new, and repeatable."""

import errno
import os
import shutil
import signal
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

import processes
from crash.harness import CUT, EIO, FULL, KILL, MODES, NEVER_SILENT, SHORT, injector
from crash.operations_export import EXPORTS, MANIFEST, STATE_POINT, Export
from signac._core import faults
from signac.errors import Error

ALLOCATING = {"mkdir", "create", "write", "append", "symlink", "link"}
WANTED = {CUT: {"write"}, SHORT: {"write"}, FULL: ALLOCATING}
#: The ordinary run takes a sample; a child for each trial makes some modes slow.
STRIDE = {KILL: 11, CUT: 3, FULL: 4, SHORT: 3, EIO: 6}


def tree(path: str) -> dict[str, Any]:
    """Return the files below a directory; of a manifest only that it is there."""
    found: dict[str, Any] = {}
    for directory, directories, names in os.walk(path):
        for name in (*directories, *names):
            full = os.path.join(directory, name)
            is_file = os.path.isfile(full) and name != MANIFEST
            found[os.path.relpath(full, path)] = Path(full).read_bytes() if is_file else None
    return found


def content(path: str) -> dict[str, Any] | None:
    """Return what a target holds, None if it is not there; a damaged archive raises."""
    if os.path.isdir(path):
        return tree(path)
    if not os.path.exists(path):
        return None
    if path.endswith(".zip"):
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            found: dict[str, Any] = {name: archive.read(name) for name in archive.namelist()}
    else:
        with tarfile.open(path) as tar:
            files = [member for member in tar if member.isreg()]
            found = {member.name: tar.extractfile(member).read() for member in files}  # type: ignore[union-attr]
    if MANIFEST in found:
        found[MANIFEST] = None
    return found


def half_made(seen: dict[str, Any] | None, after: dict[str, Any]) -> list[str]:
    """Name the job directories in an unfinished directory that are neither whole nor absent."""
    found = []
    jobs = [name[: -len(STATE_POINT)] for name in after if name.endswith(STATE_POINT)]
    for job in jobs:
        whole = {name for name in after if name.startswith(job) and name != MANIFEST}
        there = {name for name in seen or {} if name.startswith(job) and name != job.rstrip("/")}
        there = {name for name in there if not name.startswith(".signac")} - {MANIFEST}
        if there and (there != whole or any((seen or {})[name] != after[name] for name in there)):
            found.append(job)
    return found


def disturb(export: Export, root: str, mode: str, number: int) -> tuple[bool, Exception | None]:
    """Export with one fault; return whether the process lives, and the error."""
    if mode in (KILL, CUT):

        def dying() -> None:
            with faults.injecting(injector(mode, number)):
                export.act(root)

        outcome = processes.run(dying)
        assert outcome.signal == signal.SIGKILL, outcome
        return False, None
    try:
        with faults.injecting(injector(mode, number)):
            export.act(root)
    except Exception as error:
        return True, error
    return True, None


def judge_error(error: Exception, root: str) -> list[str]:
    """Return what is wrong with an error."""
    wrong = []
    if not isinstance(error, OSError | Error):
        wrong.append(f"neither OSError nor Error: {error!r}")
    if isinstance(error, OSError) and error.errno not in (errno.ENOSPC, errno.EIO):
        wrong.append(f"the number is lost: {error!r}")
    if root not in str(error):
        wrong.append(f"no file is named: {error}")
    return wrong


def without_traces(seen: dict[str, Any] | None) -> dict[str, Any]:
    """Leave out what the library keeps for itself."""
    return {name: value for name, value in (seen or {}).items() if ".signac_" not in name}


def repeat(export: Export, root: str, after: dict[str, Any], *, whole: bool) -> list[str]:
    """Run the same call again; return what is wrong with what there is then."""
    target = os.path.join(root, export.target)
    wrong = []
    try:
        export.act(root)
    except Exception as error:
        if not whole or not isinstance(error, FileExistsError):
            wrong.append(f"again: {error!r}")
    if content(target) != after:
        wrong.append(f"again: {sorted(content(target) or {})}")
    left = set(os.listdir(os.path.join(root, "t"))) - {os.path.basename(target)}
    return wrong + [f"left over: {name}" for name in left]


def try_one(
    export: Export, scene: str, root: str, mode: str, point: tuple[int, str, str], after: Any
) -> list[str]:
    """Run one trial and return what is wrong."""
    shutil.copytree(scene, root, symlinks=True)
    target = os.path.join(root, export.target)
    jobs, before = tree(os.path.join(root, "p", "workspace")), content(target)
    lives, error = disturb(export, root, mode, point[0])
    seen = content(target)
    wrong = [f"half made: {job}" for job in half_made(seen, after)]
    if os.path.splitext(target)[1] and seen not in (before, after):
        wrong.append(f"neither old nor new: {seen}")
    if tree(os.path.join(root, "p", "workspace")) != jobs:
        wrong.append("the project changed")
    whole = without_traces(seen) == after
    if lives and error is None:
        if point[1] in NEVER_SILENT:
            wrong.append("success reported after a failed write or sync")
        if not whole:
            wrong.append(f"success reported, and there is {sorted(seen or {})}")
        return wrong
    if error is not None:
        wrong += judge_error(error, root)
    return wrong + repeat(export, root, after, whole=whole)


def run_all(export: Export, mode: str, directory: Path, stride: int) -> None:
    """Disturb the mutations of an export, every `stride`-th of them, in one mode."""
    scene = str(directory / "scene")
    os.makedirs(scene)
    export.prepare(scene)
    rehearsed = str(directory / "rehearsed")
    shutil.copytree(scene, rehearsed, symlinks=True)
    with faults.record() as points:
        export.act(rehearsed)
    after = content(os.path.join(rehearsed, export.target))
    chosen = [point for point in points if mode not in WANTED or point[1] in WANTED[mode]]
    found = []
    for point in chosen[::stride]:
        root = str(directory / "trial")
        wrong = try_one(export, scene, root, mode, point, after)
        found += [f"{mode} at {point[0]}/{len(points)} {point[1:]}: {what}" for what in wrong]
        shutil.rmtree(root)
    assert chosen
    assert not found, f"{len(found)} complaints:\n" + "\n".join(found[:12])


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let syncs be points and not waits."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("export", [one for one in EXPORTS if one.ordinary], ids=str)
def test_old_or_new_at_a_sample(export: Export, mode: str, tmp_path: Path) -> None:
    """Jobs are whole or not there, archives old or new, and the same call completes them."""
    run_all(export, mode, tmp_path, STRIDE[mode])


@pytest.mark.long
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("export", EXPORTS, ids=str)
def test_old_or_new_at_every_mutation(export: Export, mode: str, tmp_path: Path) -> None:
    """The same holds at each mutation, not only at a sample."""
    run_all(export, mode, tmp_path, 1)
