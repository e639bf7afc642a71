"""Check what is around the jobs: workspace, configuration, project document, leftovers."""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING, Final

from signac._config.keys import check_schema_version, parse_level
from signac._config.load import read_config_file, user_config_path
from signac._core import layout, lockfile, scratch
from signac._core.ids import ID_LENGTH, is_id
from signac._engine.workspace import list_jobs
from signac._upkeep.jobs import check_document, check_leftovers, check_store
from signac._upkeep.report import problem
from signac.errors import Error, WorkspaceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signac._engine.workspace import Workspace
    from signac._upkeep.report import Level, Problem

__all__ = ["check_surroundings", "check_workspace"]

_OWN: Final = frozenset({layout.SCRATCH, layout.QUARANTINE})
#: Names that a person, or an older program, made of an id.
_LIKE_AN_ID: Final = re.compile(rf"[0-9a-f]{{{ID_LENGTH}}}.*", re.IGNORECASE | re.DOTALL)


def check_workspace(workspace: Workspace) -> tuple[list[str], list[Problem]]:
    """Return the sorted ids of all job directories, and what else lies beside them."""
    found: list[Problem] = []
    try:
        ids = sorted(list_jobs(workspace)[0])
        names = _names_beside(workspace.path, set(ids))
    except FileNotFoundError:
        message = (
            f"{workspace.path} is not there; if it was deleted on purpose, opening the project "
            "makes it again, otherwise restore it"
        )
        return [], [problem("workspace-missing", None, workspace.path, message)]
    except OSError as error:
        reason = str(error) if isinstance(error, WorkspaceError) else error.strerror
        message = f"{workspace.path} cannot be listed: {reason}"
        return [], [problem("workspace-missing", None, workspace.path, message)]
    for name in names:
        entry = _check_entry(os.path.join(workspace.path, name), name)
        if entry is not None:
            found.append(entry)
    return ids, found


def _names_beside(path: str, ids: set[str]) -> list[str]:
    """Return the names in the workspace that are neither jobs nor the library's own."""
    with os.scandir(path) as entries:
        return [entry.name for entry in entries if entry.name not in ids and entry.name not in _OWN]


def _check_entry(path: str, name: str) -> Problem | None:
    """Return what is wrong with an entry of the workspace that is no job."""
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return None
    if is_id(name):
        if stat.S_ISDIR(mode) or os.path.isdir(path):
            return None  # made since the workspace was listed
        if stat.S_ISLNK(mode):
            message = f"{path} is a link that leads to no directory; restore its target, or "
            return problem("job-link-broken", name, path, message + "remove the link")
        message = f"{path} has the name of a job but is no directory; move it away"
        return problem("job-not-directory", name, path, message)
    if name.startswith(layout.TEMPORARY_PREFIX):
        message = f"{path} was left by an interrupted program; repair() moves it into the "
        return problem("temporary-file", None, path, message + "quarantine")
    if _LIKE_AN_ID.fullmatch(name):
        message = f"{path} is no job, as its name is not exactly an id; rename or move it"
        return problem("wrong-name", None, path, message)
    if os.path.isfile(os.path.join(path, layout.CONFIG)):
        return None  # a project inside the workspace, as `temporary_project` makes them
    return problem("stray-entry", None, path, f"{path} is no job; move it out of the workspace")


def check_surroundings(workspace: Workspace, level: Level) -> Iterator[Problem]:
    """Yield what is wrong with the project, apart from its jobs and what is derived from them."""
    yield from _check_configs(workspace)
    yield from _check_project_files(workspace, level)
    yield from _check_scratch(workspace)
    yield from _check_locks(workspace)


def _check_configs(workspace: Workspace) -> Iterator[Problem]:
    own = os.path.join(workspace.project, layout.CONFIG)
    reason = _find_config_fault(own, of_project=True) if os.path.lexists(own) else "is not there"
    if reason:
        message = f"{own} {reason}; mend it by hand"
        yield problem("config-damaged", None, own, message)
    user = user_config_path()
    reason = _find_config_fault(user, of_project=False) if os.path.lexists(user) else ""
    if reason:
        yield problem("user-config-damaged", None, user, f"{user} {reason}; mend it by hand")


def _find_config_fault(path: str, *, of_project: bool) -> str:
    try:
        config = read_config_file(path)
        if of_project:
            project = os.path.dirname(os.path.dirname(path))
            check_schema_version(config, project)
            parse_level(config, project)
    except (Error, OSError, ValueError) as error:
        return f"cannot be used ({str(error).partition(';')[0]})"
    return ""


def _check_project_files(workspace: Workspace, level: Level) -> Iterator[Problem]:
    for directory in (workspace.project, os.path.join(workspace.project, layout.SIGNAC_DIRECTORY)):
        try:
            names = os.listdir(directory)
        except OSError:
            continue
        yield from check_leftovers(directory, names, None)
        if directory != workspace.project:
            continue
        if layout.PROJECT_DOCUMENT in names:
            yield from check_document(os.path.join(directory, layout.PROJECT_DOCUMENT), None)
        for name in names:
            if name.endswith(layout.STORE_SUFFIX):
                yield from check_store(os.path.join(directory, name), None, level)
    cache = os.path.join(workspace.project, layout.STATEPOINT_CACHE + "~")
    if os.path.lexists(cache):
        message = f"{cache} was left by an interrupted program; repair() moves it into the "
        yield problem("temporary-file", None, cache, message + "quarantine")


def _check_scratch(workspace: Workspace) -> Iterator[Problem]:
    is_link = os.path.islink(workspace.scratch)
    if is_link or (os.path.lexists(workspace.scratch) and not os.path.isdir(workspace.scratch)):
        yield problem(
            "scratch-blocked", None, workspace.scratch, f"{workspace.scratch} is no directory, so "
            "nothing can be written; move it away"
        )  # fmt: skip
    for entry in scratch.iter_stale(workspace.scratch):
        yield problem(
            "scratch-leftover", None, entry.path, f"{entry.path} was left by an interrupted "
            "program; the next open, or repair(), undoes or completes what it was doing"
        )  # fmt: skip


def _check_locks(workspace: Workspace) -> Iterator[Problem]:
    if os.path.islink(workspace.fallback):
        return
    try:
        names = os.listdir(workspace.fallback)
    except OSError:
        return
    for name in names:
        path = os.path.join(workspace.fallback, name)
        if lockfile.is_stale(path):
            yield problem(
                "lock-leftover", None, path, f"{path} belongs to a process that is gone; whoever "
                "needs the lock takes it over"
            )  # fmt: skip
