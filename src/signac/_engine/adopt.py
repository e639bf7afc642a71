"""Make whole job directories out of copies: built in scratch, verified, renamed into place."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from signac._core import atomic, layout, scratch
from signac._core.durability import effective
from signac._core.ids import require_id
from signac._engine.copying import copy_tree, loosen, sync_tree
from signac._engine.create import put_into_place, require_workspace
from signac._engine.record import find_problem, read_statepoint
from signac._engine.workspace import Workspace
from signac.errors import JobsCorruptedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    #: Writes everything of a job, its state point file included, into an empty directory.
    Fill = Callable[[str], object]

__all__ = ["adopt_job", "adopt_jobs", "as_seen", "copy_job", "is_taken", "take_back"]


def adopt_job(workspace: Workspace, job_id: str, fill: Fill) -> None:
    """Make one job; see `adopt_jobs`. Raises what went wrong."""
    for error in adopt_jobs(workspace, [(job_id, fill)]).values():
        raise error


def adopt_jobs(workspace: Workspace, jobs: Sequence[tuple[str, Fill]]) -> dict[str, Exception]:
    """Make jobs from what functions put into directories, sharing one sync; return what failed.

    Before: no directory of these ids, or an empty one. After: each job is there with everything
    that its function wrote. Dying anywhere leaves some jobs whole and the others not there at all,
    and scratch for the next open to remove. A job that cannot be made does not stop the others.

    Returns
    -------
    dict of str to Exception
        By id: ``FileExistsError`` where a job is there already, `JobsCorruptedError` where the
        function did not write the state point of the id, otherwise what the function raised.
    """
    level = effective(workspace.level)
    require_workspace(workspace, level)
    failed: dict[str, Exception] = {}
    entry = scratch.new_directory(workspace.scratch, "batch")
    try:
        for job_id, fill in jobs:
            try:
                _build(workspace, job_id, fill, os.path.join(entry.path, require_id(job_id)))
            except Exception as error:  # noqa: BLE001  # one bad job never stops the others
                failed[job_id] = error
                _discard(os.path.join(entry.path, job_id))
        built = [job_id for job_id, _ in jobs if job_id not in failed]
        if built:
            sync_tree(entry.path, level)
        for job_id in built:
            if not _place(os.path.join(entry.path, job_id), workspace.job(job_id)):
                failed[job_id] = _taken(workspace, job_id)
        if built and level == "durable":
            atomic.sync_directory(workspace.path)
    finally:
        _discard(entry.path)
        entry.close()
    return failed


def copy_job(source: Workspace, job_id: str, target: str, text: bytes | None = None) -> None:
    """Copy a job into a directory: its files, and at last the state point the id stands for.

    Links are followed. A change of the state point that was interrupted is seen as complete.
    `text` is written instead of what the file holds.

    Raises
    ------
    FileNotFoundError
        When the job is not there, or vanishes meanwhile.
    JobsCorruptedError
        When its state point cannot be read.
    """
    if text is None:
        _, text = read_statepoint(source, job_id)
    path, file = source.job(job_id), os.path.join(target, layout.STATEPOINT)
    copy_tree(path, target, leave_out={layout.STATEPOINT_NEXT, layout.STATEPOINT}, top=False)
    atomic.write_in_place(file, text)
    try:
        atomic.copy_status(source.statepoint(job_id), file)
    except FileNotFoundError:
        if not os.path.isdir(path):
            raise
    atomic.copy_status(path, target)


def take_back(source: str, target: str) -> None:
    """Remove what a function of the user left of a copy that failed.

    Only if the source still has every file of it, as long as there: it may be half a move.
    """
    if os.path.islink(target) or not os.path.isdir(target):
        return
    for directory, _, names in os.walk(target):
        there = os.path.join(source, os.path.relpath(directory, target))
        for name in names:
            try:
                size = os.stat(os.path.join(there, name)).st_size
            except OSError:
                return
            if size < os.lstat(os.path.join(directory, name)).st_size:
                return
    atomic.remove_tree(target)


def is_taken(workspace: Workspace, job_id: str) -> bool:
    """Tell whether the directory of a job is there and holds anything."""
    path = workspace.job(job_id)
    try:
        return bool(os.listdir(path))
    except FileNotFoundError:
        return os.path.lexists(path)
    except NotADirectoryError:
        return True


def _build(workspace: Workspace, job_id: str, fill: Fill, directory: str) -> None:
    if is_taken(workspace, job_id):
        raise _taken(workspace, job_id)
    atomic.make_directory(directory)
    try:
        fill(directory)
    except OSError as error:
        raise as_seen(error, directory, workspace.job(job_id)) from error
    _require_statepoint(directory, job_id)


def _place(directory: str, path: str) -> bool:
    mode = loosen(directory)
    placed = put_into_place(directory, path)
    if placed and mode is not None:
        atomic.change_mode(path, mode)
    return placed


def _require_statepoint(directory: str, job_id: str) -> None:
    """Raise unless a directory that was built holds the state point of its id."""
    here = Workspace.of(os.path.dirname(directory))._replace(path=os.path.dirname(directory))
    problem = find_problem(here, job_id)
    if problem:
        raise JobsCorruptedError([job_id], {job_id: problem})


def as_seen(error: OSError, directory: str, path: str) -> OSError:
    """Return an error that names the job directory and not the scratch directory."""
    name = error.filename
    if not isinstance(name, str) or not name.startswith(directory) or error.errno is None:
        return error
    return type(error)(error.errno, error.strerror, path + name[len(directory) :])


def _taken(workspace: Workspace, job_id: str) -> FileExistsError:
    return FileExistsError(errno.EEXIST, "there is a job already", workspace.job(job_id))


def _discard(path: str) -> None:
    """Remove what is not needed; a failure leaves it to the next sweep."""
    try:
        atomic.remove_tree(path)
    except OSError:
        pass
