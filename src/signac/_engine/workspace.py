"""Where the jobs of a project are: paths and nothing else, plus the rule on a lost workspace."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, NamedTuple

from signac._core import atomic, layout
from signac._core.ids import ID_LENGTH, is_id
from signac.errors import WorkspaceError, WorkspaceOccupiedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signac._core.durability import Durability

__all__ = ["Workspace", "ensure_workspace", "list_jobs"]

#: peer: problems of the workspace are reported by the project.
logger = logging.getLogger("signac.project")

_OCCUPIED = "the workspace is a file, not a directory; move it out of the way"
#: Written when the workspace is a link or a mount point, so that its absence is noticed later.
ELSEWHERE = os.path.join(layout.SIGNAC_DIRECTORY, "workspace_elsewhere")


class Workspace(NamedTuple):
    """The paths of one project.

    Attributes
    ----------
    project : str
        The project directory.
    path : str
        The directory that holds one directory for each job.
    scratch : str
        Where files and directories are built, on the file system of `path`.
    fallback : str
        Where lock files go if directories cannot be locked.
    moves : str
        The log of state point changes.
    level : {"fast", "safe", "durable"} or None
        Durability chosen in the project's config.
    """

    project: str
    path: str
    scratch: str
    fallback: str
    moves: str
    level: Durability | None = None

    @classmethod
    def of(cls, project: str, level: Durability | None = None) -> Workspace:
        """Return the paths of the project at an absolute path."""
        path = os.path.join(project, layout.WORKSPACE)
        return cls(
            project=project,
            path=path,
            scratch=os.path.join(path, layout.SCRATCH),
            fallback=os.path.join(project, layout.SIGNAC_DIRECTORY, "locks"),
            moves=os.path.join(project, layout.MOVES_LOG),
            level=level,
        )

    def job(self, job_id: str) -> str:
        """Return the directory of a job."""
        return f"{self.path}{os.sep}{job_id}"

    def statepoint(self, job_id: str) -> str:
        """Return the state point file of a job."""
        return f"{self.path}{os.sep}{job_id}{os.sep}{layout.STATEPOINT}"

    def statepoint_next(self, job_id: str) -> str:
        """Return the file of a state point change under way."""
        return f"{self.path}{os.sep}{job_id}{os.sep}{layout.STATEPOINT_NEXT}"


def list_jobs(workspace: Workspace) -> tuple[list[str], bool]:
    """Return the ids of all job directories, in no order, and whether some are links.

    A job is a directory, or a link to one, whose name is an id and nothing else.

    Raises
    ------
    FileNotFoundError
        When there is no workspace.
    WorkspaceError
        When it is a file, or a link that leads nowhere.
    """
    try:
        with os.scandir(workspace.path) as entries:
            return _select(entries)
    except FileNotFoundError as error:
        if os.path.islink(workspace.path):
            raise WorkspaceError(error, _explain_link(workspace.path)) from None
        marker = os.path.join(workspace.project, ELSEWHERE)
        if os.path.exists(marker):
            raise WorkspaceError(error, _explain_unmounted(workspace.path, marker)) from None
        raise
    except NotADirectoryError as error:
        raise WorkspaceError(
            error, f"{workspace.path} is a file, not a directory; move it out of the way"
        ) from None


def _select(entries: Iterator[os.DirEntry[str]]) -> tuple[list[str], bool]:
    found = list(entries)
    names = [entry.name for entry in found if entry.is_dir(follow_symlinks=False)]
    links = False
    if len(names) < len(found):
        for entry in found:
            if entry.is_symlink() and is_id(entry.name):
                # A link that leads nowhere now may lead to a job tomorrow, unseen from here.
                links = True
                if _leads_to_directory(entry):
                    names.append(entry.name)
    names = [name for name in names if len(name) == ID_LENGTH]
    return (names if _are_ids(names) else list(filter(is_id, names))), links


def _leads_to_directory(link: os.DirEntry[str]) -> bool:
    try:
        return link.is_dir()
    except OSError:  # to itself, or to where this user may not look
        return False


def _are_ids(names: list[str]) -> bool:
    """Tell whether names of the right length are all ids.

    perf: one look at all of them takes a twentieth of a look at each (find-changed).
    """
    text = "".join(names)
    try:
        return len(bytes.fromhex(text)) * 2 == ID_LENGTH * len(names) and text == text.lower()
    except ValueError:
        return False


def ensure_workspace(workspace: Workspace, *, sync: bool = False) -> None:
    """Make the workspace directory if it is missing and may be made.

    A plain directory that is missing was removed on purpose and is made again. One that was a
    link or a mount point is not: its data is on a disk that is not there now.

    Raises
    ------
    WorkspaceError
        When it was a link or a mount point.
    WorkspaceOccupiedError
        When it is a file, or a link that leads nowhere (a ``FileExistsError`` too).
    """
    path = workspace.path
    marker = os.path.join(workspace.project, ELSEWHERE)
    if os.path.isdir(path):
        _watch_elsewhere(path, marker)
        return
    if os.path.lexists(path) and not os.path.isdir(path):
        reason = _explain_link(path) if os.path.islink(path) else _OCCUPIED
        logger.error("%s: %s", path, reason)
        raise WorkspaceOccupiedError(path, f"{path}: {reason}")
    if os.path.exists(marker):
        raise WorkspaceError(path, _explain_unmounted(path, marker))
    try:
        atomic.make_directories(path, sync=sync)
    except PermissionError:
        # A project that may only be read has no jobs to show, which is no reason to fail.
        return


def _watch_elsewhere(path: str, marker: str) -> None:
    """Remember that the workspace is on another disk; notice when that is not mounted."""
    elsewhere = os.path.islink(path) or os.path.ismount(path)
    known = os.path.exists(marker)
    if known and not elsewhere and not os.listdir(path):
        raise WorkspaceError(path, _explain_unmounted(path, marker))
    if elsewhere and not known:
        try:
            atomic.write_in_place(marker, os.path.realpath(path).encode() + b"\n")
        except OSError:
            pass


def _explain_link(path: str) -> str:
    target = os.readlink(path) if os.path.islink(path) else path
    return f"the workspace {path} is a link to {target}, which does not exist; is its disk mounted?"


def _explain_unmounted(path: str, marker: str) -> str:
    return (
        f"the workspace {path} was a link or a mount point and is not there now; mount its disk. "
        f"If it is gone for good, delete {marker}"
    )
