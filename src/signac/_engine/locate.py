"""Find and make projects."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from signac._config.keys import outdated
from signac._core import atomic, layout
from signac._core.durability import effective
from signac._core.ids import is_id
from signac._core.replace import replace_file
from signac._engine.workspace import Workspace, ensure_workspace
from signac.errors import NotFoundError, ProjectNotFoundError
from signac.version import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signac.typing import PathLike

__all__ = ["absolute", "find_job", "find_project", "make_project", "require_project"]

#: The config file of layouts 0 and 1.
OLD_CONFIG = "signac.rc"
_VERSION = re.compile(r"^\s*schema_version\s*=\s*[\"']?(\d+)", re.MULTILINE)


def absolute(path: PathLike | None) -> str:
    """Return an absolute path, the current directory for None; links are not resolved."""
    return os.path.abspath(os.curdir if path is None else os.fspath(path))


def require_project(path: str) -> None:
    """Raise unless there is a project of the current layout at a path."""
    if os.path.isfile(os.path.join(path, layout.CONFIG)):
        return
    _refuse_old(path)
    raise ProjectNotFoundError(
        f"Unable to find project at path '{path}'. `signac init` there, or "
        "signac.init_project(path), makes one"
    )


def find_project(path: str) -> str:
    """Return the project at, or nearest above, an existing path."""
    if not os.path.exists(path):
        raise ProjectNotFoundError(f"the path '{path}' does not exist, so it is in no project")
    for directory in _upward(path):
        if os.path.isfile(os.path.join(directory, layout.CONFIG)):
            return directory
    for directory in _upward(path):
        _refuse_old(directory)
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
        _refuse_old(path)
        if os.path.lexists(path) and not os.path.isdir(path):
            raise NotADirectoryError(20, "a file is where the project should be", path)
        durable = effective() == "durable"
        atomic.make_directories(os.path.join(path, layout.SIGNAC_DIRECTORY), sync=durable)
        ensure_workspace(workspace, sync=durable)
        text = f"schema_version = {SCHEMA_VERSION}\n".encode()
        replace_file(config, text, scratch=workspace.scratch)
    ensure_workspace(workspace)


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
                return project, name
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


def _refuse_old(path: str) -> None:
    old = os.path.join(path, OLD_CONFIG)
    if not os.path.isfile(old):
        return
    with open(old, encoding="utf-8", errors="replace") as file:
        text = file.read()
    if not re.search(r"^\s*project\s*=", text, re.MULTILINE) and "schema_version" not in text:
        return
    found = _VERSION.search(text)
    raise outdated(path, int(found.group(1)) if found else 0)
