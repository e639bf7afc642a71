"""Searches where nothing can be written: no rights, a full disk, a disk mounted read-only."""

import errno
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import processes
import signac
from crash import searching
from crash.ground import NOBODY, as_user, close_for_writing, fill, small_disk, tree
from crash.test_index_damage import MORE
from freshness.ground import Ground, discard
from freshness.questions import ask

# What the project has of an index when it is closed for writing.
STATES: dict[str, Callable[[Ground], None]] = {
    "none": lambda ground: None,
    "current": searching._built,
    "outdated": searching._outdated,
    "pieces": searching._in_pieces,
    "damaged": searching._damaged,
    "cached": lambda ground: searching._cached(ground),
    "empty": lambda ground: os.makedirs(ground.index),
}


@pytest.fixture(scope="module", autouse=True)
def loaded(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Load here what is imported at first use: another user may not read this interpreter."""
    ground = searching.make(str(tmp_path_factory.mktemp("loaded")))
    for _ in range(2):
        look_twice(ground.path)
        ground.fill(10)
    signac.Project(ground.path).update_cache()
    look_twice(ground.path)


def look_twice(path: str) -> Any:
    """Ask with a new object, with the same again, and with another new one."""
    project = signac.Project(path)
    return [ask(project, MORE), ask(project, MORE), ask(signac.Project(path), MORE)]


def judge(ground: Ground, outcome: processes.Outcome) -> None:
    """Require right answers from every look."""
    for answers in outcome.get():
        assert searching.wrong(ground, answers, MORE) == []


@pytest.mark.parametrize("state", STATES)
def test_a_read_only_project_answers(state: str, place: str) -> None:
    """Without the right to write, every question is answered and not a byte is changed."""
    ground = searching.make(place)
    STATES[state](ground)
    close_for_writing(place)
    before = tree(place)
    judge(ground, as_user(lambda: look_twice(ground.path)))
    assert tree(place) == before


@pytest.mark.parametrize("closed", ["index", ".signac", "workspace"])
def test_a_partly_writable_project_answers(closed: str, place: str) -> None:
    """The same where only the index, its parent or the workspace is closed."""
    if os.geteuid() != 0:
        pytest.skip("only the superuser can give files away")
    ground = searching.make(place)
    searching._outdated(ground)
    for directory, _, names in os.walk(place):
        for path in (directory, *(os.path.join(directory, name) for name in names)):
            os.chown(path, NOBODY, NOBODY)
    directory = {"index": ground.index, "workspace": ground.workspace}.get(
        closed, os.path.dirname(ground.index)
    )
    os.chmod(directory, 0o555)
    judge(ground, as_user(lambda: look_twice(ground.path)))
    os.chmod(directory, 0o755)
    judge(ground, as_user(lambda: look_twice(ground.path)))
    assert searching.leftovers(ground.path) == []


def test_update_cache_in_a_read_only_project_says_so(place: str) -> None:
    """It cannot be written: an OSError with the path, and nothing is changed."""
    ground = searching.make(place)
    close_for_writing(place)
    before = tree(place)
    outcome = as_user(lambda: signac.Project(ground.path).update_cache())
    assert outcome.failure is not None, outcome
    assert outcome.failure.is_a("OSError"), outcome.failure.text
    assert outcome.failure.facts.get("errno") == errno.EACCES, outcome.failure.text
    assert ground.path in outcome.failure.message
    assert tree(place) == before


def test_a_file_of_another_user_in_the_index_is_no_obstacle(place: str) -> None:
    """Two people share a project: each reads the index of the other, and adds to it."""
    if os.geteuid() != 0:
        pytest.skip("only the superuser can play two users")
    ground = searching.make(place)
    for directory, _, _ in os.walk(place):
        os.chmod(directory, 0o777)
    old = os.umask(0)
    try:
        searching._built(ground)
        ground.fill(10)
        judge(ground, as_user(lambda: look_twice(ground.path)))
        ground.fill(10)
        judge(ground, processes.run(lambda: look_twice(ground.path)))
    finally:
        os.umask(old)
    assert searching.leftovers(ground.path) == []


@pytest.mark.parametrize("state", ["none", "outdated", "pieces"])
def test_a_full_disk_answers(state: str, tmp_path: Path) -> None:
    """On a full disk every question is answered; with space again the index is made."""
    with small_disk(str(tmp_path / "disk"), size="4m") as disk:
        ground = searching.make(disk)
        STATES[state](ground)
        ballast = fill(disk)
        judge(ground, processes.run(lambda: look_twice(ground.path)))
        outcome = processes.run(lambda: signac.Project(ground.path).update_cache())
        assert outcome.failure is not None
        assert outcome.failure.facts.get("errno") == errno.ENOSPC, outcome.failure.text
        os.unlink(ballast)
        discard(ground.index)
        judge(ground, processes.run(lambda: look_twice(ground.path)))
        assert searching.segments(ground.path)
        assert searching.leftovers(ground.path) == []


@pytest.mark.parametrize("state", ["none", "outdated"])
def test_a_read_only_file_system_answers(state: str, tmp_path: Path) -> None:
    """On a disk that is mounted read-only the superuser, too, gets every answer."""
    with small_disk(str(tmp_path / "disk"), size="4m") as disk:
        ground = searching.make(disk)
        STATES[state](ground)
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        before = tree(disk)
        judge(ground, processes.run(lambda: look_twice(ground.path)))
        assert tree(disk) == before


def test_an_index_that_is_a_link_to_another_disk(tmp_path: Path) -> None:
    """The index may be moved elsewhere and linked: answers stay right, the link stays."""
    ground = searching.make(str(tmp_path))
    searching._built(ground)
    elsewhere = str(tmp_path / "elsewhere")
    shutil.move(ground.index, elsewhere)
    os.symlink(elsewhere, ground.index)
    for _ in range(2):
        ground.fill(5)
        judge(ground, processes.run(lambda: look_twice(ground.path)))
    assert os.path.isdir(ground.index)
