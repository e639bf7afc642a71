"""Read and verify the state point of a job directory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signac._core import atomic, jsonfile, locks
from signac._core.ids import has_id
from signac.errors import JobsCorruptedError, LockTimeoutError

if TYPE_CHECKING:
    from signac._engine.workspace import Workspace

__all__ = ["find_problem", "has_pending", "read_statepoint"]


def read_statepoint(workspace: Workspace, job_id: str) -> tuple[dict[str, Any], bytes]:
    """Return the state point of a job, one whose hash is the id, and its JSON text.

    A state point change that was interrupted after the directory had been renamed is seen as
    complete: the new state point is then beside the old file.

    Raises
    ------
    JobsCorruptedError
        When the file is missing, does not parse, or belongs to another id.
    PermissionError
        When it may not be read.
    """
    found = _read(workspace.statepoint(job_id), job_id)
    if found.__class__ is tuple:
        return found
    pending = _read(workspace.statepoint_next(job_id), job_id)
    if pending.__class__ is tuple:
        _complete(workspace, job_id)
        return pending
    # A change may have been completed between the two looks: the file is right by now then.
    found = _read(workspace.statepoint(job_id), job_id)
    if found.__class__ is tuple:
        return found
    raise JobsCorruptedError([job_id], {job_id: str(found)})


def has_pending(workspace: Workspace, job_id: str) -> bool:
    """Tell whether a state point of this id is there that did not take its place yet."""
    return _read(workspace.statepoint_next(job_id), job_id).__class__ is tuple


def find_problem(workspace: Workspace, job_id: str) -> str:
    """Return what is wrong with the state point file itself, empty when nothing is."""
    found = _read(workspace.statepoint(job_id), job_id)
    return found if isinstance(found, str) else ""


def _complete(workspace: Workspace, job_id: str) -> None:
    """Put a pending state point into place if nobody else is at it and the disk may be written."""
    try:
        with locks.locked(workspace.job(job_id), fallback=workspace.fallback, timeout=0):
            if find_problem(workspace, job_id) and has_pending(workspace, job_id):
                atomic.replace(workspace.statepoint_next(job_id), workspace.statepoint(job_id))
    except (OSError, LockTimeoutError):
        return


def _read(path: str, job_id: str) -> tuple[dict[str, Any], bytes] | str:
    """Return a state point and its text, or what is wrong."""
    try:
        raw = jsonfile.read_bytes(path)
        statepoint = jsonfile.parse(raw)
    except PermissionError:
        raise
    except (FileNotFoundError, NotADirectoryError):
        return f"{path} is missing; job.init() through its state point writes it again"
    except (OSError, ValueError, RecursionError) as error:
        return f"{path} cannot be read ({error}); job.init(force=True) writes it again"
    if statepoint.__class__ is dict and has_id(raw, statepoint, job_id):
        return statepoint, raw
    return (
        f"{path} holds the state point of another job than its directory name says; job.init("
        "force=True) through the right state point writes it again"
    )
