"""Find and make projects."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from signac._core import atomic, layout
from signac._core.durability import effective
from signac._core.ids import is_id
from signac._core.replace import replace_file
from signac._engine.older import refuse_older
from signac._engine.ownership import admit
from signac._engine.workspace import Workspace, ensure_workspace
from signac.errors import NotFoundError, ProjectNotFoundError
from signac.version import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signac.typing import PathLike

__all__ = ["absolute", "find_job", "find_project", "make_project", "require_project"]


def absolute(path: PathLike | None) -> str:
    """Return an absolute path, the current directory for None; links are not resolved."""
    return os.path.abspath(os.curdir if path is None else os.fspath(path))


def require_project(path: str) -> None:
    """Raise unless there is a project of the current layout at a path."""
    if os.path.isfile(os.path.join(path, layout.CONFIG)):
        return
    refuse_older(path)
    raise ProjectNotFoundError(
        f"Unable to find project at path '{path}'. `signac init` there, or "
        "signac.init_project(path), makes one"
    )


def find_project(path: str, *, named: bool = True) -> str:
    """Return the project at, or nearest above, an existing path.

    Unless it is at a path that the caller `named`, it must not be a trap of another user.
    """
    if not os.path.exists(path):
        raise ProjectNotFoundError(f"the path '{path}' does not exist, so it is in no project")
    for directory in _upward(path):
        if os.path.isfile(os.path.join(directory, layout.CONFIG)):
            if directory != path or not named:
                admit(directory)
            return directory
        # peer: an outer project of the current layout hides an older one in the released signac.
        refuse_older(directory)
    raise ProjectNotFoundError(
        f"Unable to find project at path '{path}', nor in the directories above it. "
        "`signac init`, or signac.init_project(path), makes one"
    )


def make_project(path: str) -> None:
    """Make a project at a path, as far as it is not there.

    Before: anything. After: directory, config and workspace are there; an existing config is not
    touched. Dying anywhere, and any number of processes doing the same, end in a project once one
    of them runs to its end.
    """
    config = os.path.join(path, layout.CONFIG)
    workspace = Workspace.of(path)
    if not os.path.isfile(config):
        refuse_older(path)
        if os.path.lexists(path) and not os.path.isdir(path):
            raise NotADirectoryError(20, "a file is where the project should be", path)
        durable = effective() == "durable"
        atomic.make_directories(os.path.join(path, layout.SIGNAC_DIRECTORY), sync=durable)
        ensure_workspace(workspace, sync=durable)
        text = f"schema_version = {SCHEMA_VERSION}\n".encode()
        replace_file(config, text, scratch=workspace.scratch)


def find_job(path: str) -> tuple[str, str]:
    """Return project and id of the job whose directory an existing path is in.

    The innermost job counts; a project inside a job directory does not hide the job.
    """
    if not os.path.exists(path):
        raise NotFoundError(f"the path '{path}' does not exist, so it is in no job")
    for place in dict.fromkeys((path, os.path.realpath(path))):
        for directory in _upward(place):
            parent, name = os.path.split(directory)
            project = _project_of_workspace(parent) if is_id(name) else None
            if project is not None:
                admit(project)
                return project, name
    for directory in _upward(path):
        refuse_older(directory)
    raise NotFoundError(f"'{path}' is not inside the directory of a job of any project")


def _project_of_workspace(directory: str) -> str | None:
    """Return the project whose workspace a directory is, if there is one above it."""
    for above in _upward(directory):
        if os.path.isfile(os.path.join(above, layout.CONFIG)):
            workspace = os.path.join(above, layout.WORKSPACE)
            return above if os.path.realpath(workspace) == os.path.realpath(directory) else None
    return None


def _upward(path: str) -> Iterator[str]:
    while True:
        yield path
        parent = os.path.dirname(path)
        if parent == path:
            return
        path = parent
