"""Repair dies, or gets an error, at each of its mutations in turn."""

import functools
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import processes
from crash import scenes
from crash.harness import ALLOCATING, CUT, EIO, FULL, KILL, SHORT, WRITING
from crash.mending_trials import Rehearsal, Trial, complaints, look, rehearse
from crash.mendings import MENDINGS, Mending

BY_NAME = {mending.name: mending for mending in MENDINGS}


@pytest.fixture(scope="session")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Mending], Rehearsal]:
    """Return what a repair does undisturbed, rehearsed once for all modes."""

    @functools.cache
    def of(name: str) -> Rehearsal:
        return rehearse(BY_NAME[name], str(tmp_path_factory.mktemp(name)))

    return lambda mending: of(mending.name)


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[str]:
    """Return a directory that is emptied at once."""
    with tempfile.TemporaryDirectory(dir=tmp_path) as name:
        yield os.path.realpath(name)


def judge(
    mending: Mending,
    mode: str,
    rehearsal: Rehearsal,
    directory: str,
    record_property: Callable[..., None],
) -> None:
    """Run all trials of a repair in a mode, and fail with the promises that were broken."""
    wanted = {CUT: WRITING, SHORT: WRITING, FULL: ALLOCATING}.get(mode)
    points = [point for point in rehearsal.points if wanted is None or point[1] in wanted]
    trials = [
        Trial(mending, rehearsal, mode, point, os.path.join(directory, str(number)))
        for number, point in enumerate(points)
    ]
    found = complaints(trials)
    record_property("fault trials", len(trials))
    assert not found, f"{len(found)} complaints of {len(trials)} trials:\n" + "\n".join(found[:12])


@pytest.mark.parametrize("mode", [KILL, pytest.param(SHORT, marks=pytest.mark.long)])
@pytest.mark.parametrize("mending", MENDINGS, ids=str)
def test_nothing_is_lost_at_any_mutation(mending, mode, rehearsal, directory, record_property):
    """Whatever happens to a repair: every byte is kept, and repairing again completes it."""
    judge(mending, mode, rehearsal(mending), directory, record_property)


@pytest.mark.long
@pytest.mark.parametrize("mode", [CUT, FULL, EIO])
@pytest.mark.parametrize("mending", MENDINGS, ids=str)
def test_nothing_is_lost_in_other_ways(mending, mode, rehearsal, directory, record_property):
    """So it is when a write is cut by a kill, when the disk is full, and when it fails."""
    judge(mending, mode, rehearsal(mending), directory, record_property)


@pytest.mark.parametrize("mending", MENDINGS, ids=str)
def test_check_changes_nothing(mending, directory):
    """Checking and planning change nothing in a damaged project, not even a time of change."""
    mending.prepare(directory)
    points, changed, found = processes.run(functools.partial(look, mending, directory)).get()
    assert (points, changed) == ([], [])
    assert found >= 2


def test_check_changes_nothing_sound(directory):
    """Nor do they in a sound project."""
    scenes.stores(directory)
    sound = Mending("sound", "", lambda path: None)
    points, changed, found = processes.run(functools.partial(look, sound, directory)).get()
    assert (points, changed, found) == ([], [], 0)
