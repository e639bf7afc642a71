"""Change the state point of a job: the directory takes the name of the new id.

The order of steps, and what is true if the process dies after each::

    1  write the new state point to a scratch file, sync          old job, scratch is swept
    2  give it a second name, <job>/signac_statepoint.json.next   old job, the next open removes it
    3  log the move, for those who look for the old id            old job
    4  rename the directory to the new id                         new job: readers use .next
    5  rename .next over the state point file                     new job
    6  log the move once more, remove the scratch file            new job

All of it under the lock of the directory, which stays with the directory.
"""

from __future__ import annotations

import errno
import logging
import os
from typing import TYPE_CHECKING, Any

from signac._core import atomic, jsonfile, locks
from signac._core.durability import effective
from signac._core.replace import discard, write_scratch_file
from signac._engine.create import OCCUPIED
from signac._engine.moves import log_move
from signac._engine.record import find_problem, has_pending
from signac.errors import DestinationExistsError

if TYPE_CHECKING:
    from signac._core.scratch import Entry
    from signac._engine.workspace import Workspace

__all__ = ["change_statepoint", "settle_pending"]

logger = logging.getLogger(__name__)


def change_statepoint(
    workspace: Workspace, old_id: str, new_id: str, statepoint: dict[str, Any]
) -> OSError | None:
    """Rename a job directory to the id of its new state point and write that.

    Before: the job `old_id` is there. After: the job `new_id` is there with the same files.
    Dying anywhere leaves one of the two.

    Returns
    -------
    OSError or None
        What went wrong when everything was done but the last wait for the disk (``durable``).

    Raises
    ------
    FileNotFoundError
        When the job is not there (any more).
    DestinationExistsError
        When a job has the new state point already; nothing was changed.
    """
    old_path, new_path = workspace.job(old_id), workspace.job(new_id)
    with locks.locked(old_path, fallback=workspace.fallback):
        _refuse_occupied(new_path, new_id)
        settle_pending(workspace, old_id)
        level = effective(workspace.level)
        data = jsonfile.encode(statepoint)
        with atomic.naming(old_path):
            entry = write_scratch_file(workspace.scratch, f"{old_id}.{new_id}.rekey", data, level)
        try:
            _link_next(entry, workspace.statepoint_next(old_id), data)
            _rename(workspace, old_id, new_id, durable=level == "durable")
            _put_statepoint(workspace, old_id, new_id)
            log_move(workspace, old_id, new_id)
        finally:
            discard(entry)
        return atomic.sync_late(new_path, workspace.path) if level == "durable" else None


def settle_pending(workspace: Workspace, job_id: str) -> None:
    """Complete or undo what an interrupted change left in a job directory; needs its lock."""
    pending = workspace.statepoint_next(job_id)
    if not os.path.lexists(pending):
        return
    if find_problem(workspace, job_id) and has_pending(workspace, job_id):
        atomic.replace(pending, workspace.statepoint(job_id))
    else:
        atomic.unlink(pending)


def _refuse_occupied(path: str, job_id: str) -> None:
    if not os.path.lexists(path):
        return
    if not os.path.isdir(path):
        raise NotADirectoryError(
            errno.ENOTDIR, "a file has the name of the new job directory; move it away", path
        )
    if os.listdir(path):
        raise _occupied(path, job_id)


def _occupied(path: str, job_id: str) -> DestinationExistsError:
    return DestinationExistsError(
        job_id,
        f"{job_id}: a job with the new state point exists already at {path}; nothing was changed. "
        "Remove or change one of the two jobs first",
    )


def _link_next(entry: Entry, path: str, data: bytes) -> None:
    try:
        atomic.hard_link(entry.path, path)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS):
            raise
        descriptor = atomic.create(path)
        try:
            atomic.write(descriptor, data, path)
            atomic.sync_descriptor(descriptor, path)
        finally:
            os.close(descriptor)


def _rename(workspace: Workspace, old_id: str, new_id: str, *, durable: bool) -> None:
    new_path = workspace.job(new_id)
    try:
        if durable:
            atomic.sync_directory(workspace.job(old_id))
        # Logged before it is true, so that nobody finds the job gone and no word where it went.
        log_move(workspace, old_id, new_id)
        atomic.move(workspace.job(old_id), new_path)
    except OSError as error:
        log_move(workspace, old_id, old_id)
        _quietly_unlink(workspace.statepoint_next(old_id))
        if error.errno in OCCUPIED:
            raise _occupied(new_path, new_id) from None
        raise


def _put_statepoint(workspace: Workspace, old_id: str, new_id: str) -> None:
    try:
        atomic.replace(workspace.statepoint_next(new_id), workspace.statepoint(new_id))
    except OSError as error:
        try:
            atomic.move(workspace.job(new_id), workspace.job(old_id))
        except OSError:
            # crash: the job is at its new id and every reader takes the state point from .next.
            logger.error("%s: its state point file is not in place yet: %s", new_id, error)
            return
        log_move(workspace, old_id, old_id)
        _quietly_unlink(workspace.statepoint_next(old_id))
        raise


def _quietly_unlink(path: str) -> None:
    try:
        atomic.unlink(path)
    except OSError:
        pass
