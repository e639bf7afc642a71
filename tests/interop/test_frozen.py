"""Projects that older releases made are migrated and read back as those releases read them."""

import functools
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

import dying
import processes
import rawcheck
import signac
from signac._core import faults
from signac.errors import IncompatibleSchemaVersion
from signac.migration import apply_migrations

FROZEN = Path(__file__).parent / "frozen"
RELEASES = sorted(path.name for path in FROZEN.iterdir() if path.is_dir())
LAYOUTS = {"0.5.0": 0, "0.9.5": 0, "1.0.0": 0, "1.7.0": 1, "1.8.0": 1}


def quiet(text: str) -> None:
    """Take what a migration tells."""


def thaw(release: str, root: Path) -> Any:
    """Copy the project of a release; return what the release reads from it."""
    shutil.copytree(FROZEN / release / "project", root)
    return json.loads((FROZEN / release / "expected.json").read_text())


def check(root: Path, expected: Any) -> None:
    """Compare a migrated project with what the old release reads."""
    assert not rawcheck.problems(root)
    project = signac.get_project(root)
    assert project.config["schema_version"] == "2"
    assert project.doc() == {**expected["document"], "signac_project_name": expected["name"]}
    assert sorted(job.id for job in project) == sorted(expected["jobs"])
    for job in project:
        known = expected["jobs"][job.id]
        assert rawcheck.same(job.sp(), known["statepoint"])
        assert rawcheck.same(job.doc(), known["document"])
        if known["data"]:
            with job.data:
                assert list(job.data["series"][()]) == known["data"]["series"]
                assert job.data["inner/name"] == known["data"]["inner/name"]
        with open(job.fn("result.txt")) as file:
            assert file.read().startswith("result ")
    assert len(project.find_jobs({"model.name": "lj"})) == 2
    assert len(project.find_jobs({"doc.energy": {"$lt": -1}})) == 3
    project.check()


def test_all_are_there() -> None:
    """Releases of both lines, 0.x and 1.x, and of both layouts are tested."""
    assert set(LAYOUTS) == set(RELEASES)
    for release in RELEASES:
        assert json.loads((FROZEN / release / "expected.json").read_text())["release"] == release


@pytest.mark.parametrize("release", RELEASES)
def test_migrates_and_reads_back(release: str, tmp_path: Path) -> None:
    """What the old release reads is what is read after the migration."""
    root = tmp_path / "project"
    expected = thaw(release, root)
    with pytest.raises(IncompatibleSchemaVersion, match=f"schema version {LAYOUTS[release]}"):
        signac.get_project(root)
    told: list[str] = []
    apply_migrations(root, report=told.append)
    assert "".join(told).count("OK\n") == 2 - LAYOUTS[release]
    check(root, expected)
    assert (root / ".signac/shell_history").exists()


@pytest.mark.parametrize("release", ["0.9.5", "1.8.0"])
def test_killed_at_each_change(release: str, tmp_path: Path) -> None:
    """Killed at any change of the disk, the project is refused or whole; run again it is new."""
    start = tmp_path / "start"
    expected = thaw(release, start)
    whole = tmp_path / "whole"
    shutil.copytree(start, whole)
    number = processes.run(functools.partial(count, whole)).get()
    for mutation in range(1, number + 1):
        root = tmp_path / f"project{mutation}"
        shutil.copytree(start, root)
        assert dying.run_and_die(functools.partial(apply_migrations, root, report=quiet), mutation)
        try:
            assert len(signac.get_project(root)) == len(expected["jobs"])
        except IncompatibleSchemaVersion:
            pass
        apply_migrations(root, report=quiet)
        check(root, expected)
        shutil.rmtree(root)
    assert number > 15


def count(root: Path) -> int:
    """Migrate a project, and return the number of changes of the disk."""
    with faults.record() as points:
        apply_migrations(root, report=quiet)
    return len(points)


def test_the_released_signac_opens_it(tmp_path: Path, peer: Any) -> None:
    """What was migrated here is a project of the released signac."""
    root = tmp_path / "project"
    expected = thaw("0.9.5", root)
    apply_migrations(os.fspath(root), report=quiet)
    peer.open_project(path=os.fspath(root))
    assert peer.jobs(path=os.fspath(root)) == sorted(expected["jobs"])
