"""The judges of this directory notice what they are there to notice."""

import os
import shutil
from typing import Any

import pytest

from damage import forgery, repairing
from damage.checking import changes, picture
from damage.damages import DOC, SP
from damage.matrix import DAMAGES, Pool, search
from damage.scene import IDS, Scene, write

SOUND = DAMAGES["workspace-stray-file"]


@pytest.fixture
def made(pool: Pool, tmp_path: Any) -> Scene:
    """Return a small sound project."""
    return pool.template(known=False).copy(str(tmp_path / "scene"))


def _relabel(made: Scene) -> None:
    os.rename(made.expand("{J}"), made.expand("{W}/{G}"))


def _swap(made: Scene) -> None:
    victim, other, aside = (made.expand(name) for name in ("{J}", "{W}/{O}", "{X}/aside"))
    os.rename(victim, aside)
    os.rename(other, victim)
    os.rename(aside, other)


HARMS: dict[str, Any] = {
    "a lost file": lambda made: os.unlink(made.expand("{J}/data.txt")),
    "a lost document": lambda made: os.unlink(made.expand(DOC)),
    "an overwritten file": lambda made: write(made.expand(DOC), b"{}"),
    "a lost job": lambda made: shutil.rmtree(made.expand("{J}")),
    "another label": _relabel,
    "swapped labels": _swap,
    "another state point": lambda made: write(made.expand(SP), b'{"new": 1}'),
}


@pytest.mark.parametrize("name", HARMS)
def test_losses_are_noticed(name: str, made: Scene) -> None:
    """Each harm that a repair might do is a complaint, and none is none."""
    before = repairing.state(made)
    assert repairing.losses(SOUND, before, repairing.state(made)) == []
    HARMS[name](made)
    assert repairing.losses(SOUND, before, repairing.state(made))


def test_changes_are_noticed(made: Scene) -> None:
    """A picture shows a byte, a mode, a new name and a rewritten file."""
    for change in (
        lambda: write(made.expand(SP), b"{}"),
        lambda: os.chmod(made.expand(DOC), 0o600),
        lambda: os.mkdir(made.expand("{J}/new")),
        lambda: os.utime(made.expand(DOC)),
    ):
        before = picture(made.root)
        assert changes(before, picture(made.root)) == []
        change()
        assert changes(before, picture(made.root))


def test_forgeries_are_read(pool: Pool, tmp_path: Any) -> None:
    """The forged index has right checksums: it differs, and was changed for the victim alone."""
    made = pool.template(known=True).copy(str(tmp_path / "scene"))
    search(made)
    before = picture(made.index)
    assert forgery.wrong_index(made) == 1
    assert changes(before, picture(made.index))
    assert not any(IDS["V"] in name for name in os.listdir(made.index))


def test_there_are_enough_damages() -> None:
    """At least sixty kinds, with names of their own, of every sort."""
    assert len(DAMAGES) >= 130
    sorts = {name.split("-")[0] for name in DAMAGES}
    assert sorts >= {"statepoint", "document", "store", "directory", "workspace", "cache", "index"}
