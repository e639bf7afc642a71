"""The lines that were typed in the Python prompt of a project."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from signac._core import atomic, jsonfile, layout
from signac._core.replace import replace_file
from signac._engine.jobstate import home_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signac.project import Project

__all__ = ["add_lines", "read_lines"]

_MOST_LINES: Final = 1000


def read_lines(project: Project) -> list[str]:
    """Return the lines of earlier sessions, the last ones last; none if they cannot be read."""
    try:
        return _read(_path(project))
    except OSError:
        return []


def add_lines(project: Project, lines: Sequence[str]) -> None:
    """Add lines to the history; where that is not possible, it stays as it is.

    The lines that other sessions wrote meanwhile are kept.
    """
    if not lines:
        return
    path = _path(project)
    try:
        if not os.path.lexists(path):
            os.close(atomic.create(path, 0o600))  # what was typed is for the person alone
        # A file of another person that cannot be read is not written over: this raises.
        kept = [*_read(path), *lines][-_MOST_LINES:]
        data = "".join(f"{line}\n" for line in kept).encode("utf-8", "surrogateescape")
        scratch = home_of(project).workspace.scratch
        replace_file(path, data, scratch=scratch, level="fast")
    except OSError:
        pass


def _path(project: Project) -> str:
    return os.path.join(project.path, layout.SIGNAC_DIRECTORY, "shell_history")


def _read(path: str) -> list[str]:
    try:
        data = jsonfile.read_bytes(path)
    except FileNotFoundError:
        return []
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    return [line for line in lines if line][-_MOST_LINES:]
