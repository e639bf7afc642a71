"""Read and verify the state point of a job directory."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from signac._core import jsonfile
from signac._core.ids import id_of_plain
from signac.errors import JobsCorruptedError

if TYPE_CHECKING:
    from signac._engine.workspace import Workspace

__all__ = ["find_problem", "read_pending", "read_statepoint"]


def read_statepoint(workspace: Workspace, job_id: str) -> dict[str, Any]:
    """Return the state point of a job, which is one whose hash is the id.

    A state point change that was interrupted after the directory had been renamed is seen as
    complete: the new state point is then beside the old file.

    Raises
    ------
    JobsCorruptedError
        When the file is missing, does not parse, or belongs to another id.
    PermissionError
        When it may not be read.
    """
    statepoint, problem = _read(workspace.statepoint(job_id), job_id)
    if statepoint is None:
        statepoint = read_pending(workspace, job_id)
    if statepoint is None:
        raise JobsCorruptedError([job_id], {job_id: problem})
    return statepoint


def read_pending(workspace: Workspace, job_id: str) -> dict[str, Any] | None:
    """Return the state point of a change under way, if it belongs to the id."""
    return _read(workspace.statepoint_next(job_id), job_id)[0]


def find_problem(workspace: Workspace, job_id: str) -> str:
    """Return what is wrong with the state point file itself, empty when nothing is."""
    return _read(workspace.statepoint(job_id), job_id)[1]


def _read(path: str, job_id: str) -> tuple[dict[str, Any] | None, str]:
    try:
        raw, _ = jsonfile.read_file(path)
        statepoint = json.loads(raw)
    except PermissionError:
        raise
    except (FileNotFoundError, NotADirectoryError):
        return None, f"{path} is missing; job.init() through its state point writes it again"
    except (OSError, ValueError, RecursionError) as error:
        return None, f"{path} cannot be read ({error}); job.init(force=True) writes it again"
    if statepoint.__class__ is dict and id_of_plain(statepoint) == job_id:
        return statepoint, ""
    return None, f"{path} holds the state point of another job than its directory name says"
