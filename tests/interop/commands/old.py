"""Scenes of projects that have another version than the one that is read."""

from pathlib import Path

from interop.commands import statepoints
from interop.commands.building import job, project, write


def version_1(place: Path) -> None:
    """A project of version 1 with a workspace of another name and a section of settings."""
    write(
        place / "signac.rc",
        "project = old name\nworkspace_dir = ws\nschema_version = 1\nauthor = me\n[flow]\nx = 1\n",
    )
    for statepoint in statepoints.PLAIN[:2]:
        job(place, statepoint, {"x": 1}, workspace="ws")
    (place / "sub").mkdir()
    write(place / ".signac_shell_history", "print(1)\n")


def version_0(place: Path) -> None:
    """A project of version 0: no version, no name of the workspace."""
    write(place / "signac.rc", "project = None\n")
    job(place, statepoints.PLAIN[0])
    (place / "sub").mkdir()


def blocked(place: Path) -> None:
    """A project of version 1 that cannot be migrated: the new workspace exists."""
    version_1(place)
    write(place / "workspace" / "in the way", "x")


def version_9999(place: Path) -> None:
    """A project of a version that is yet to come."""
    project(place)
    job(place, statepoints.PLAIN[0])
    write(place / ".signac" / "config", "schema_version = 9999\n")


def version_word(place: Path) -> None:
    """A project whose version is no number."""
    project(place)
    write(place / ".signac" / "config", "schema_version = two\n")


def old_inside_new(place: Path) -> None:
    """A project of version 1 below a project of version 2."""
    project(place)
    job(place, statepoints.PLAIN[3])
    version_1(place / "inner")


SCENES = (version_1, version_0, blocked, version_9999, version_word, old_inside_new)
