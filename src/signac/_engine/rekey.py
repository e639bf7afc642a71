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
import stat
from typing import TYPE_CHECKING, Any, Final

from signac._core import atomic, jsonfile, locks
from signac._core.durability import effective
from signac._core.ids import require_id
from signac._core.replace import discard, write_scratch_file
from signac._engine.create import OCCUPIED
from signac._engine.moves import log_move
from signac._engine.record import settle_pending
from signac._engine.remove import settle_clear
from signac.errors import DestinationExistsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signac._core.scratch import Entry
    from signac._engine.workspace import Workspace

__all__ = ["change_statepoint", "prepare_changes"]

logger = logging.getLogger(__name__)

#: For less, a wait for each file takes no longer than one for the whole file system.
_FEW: Final = 8


def prepare_changes(
    workspace: Workspace, changes: Sequence[tuple[str, str, dict[str, Any]]]
) -> list[Entry]:
    """Write the new state points of changes (old id, new id, state point) to scratch files.

    perf: all share one wait for the disk, which is most of the time of a change. Dying leaves
    scratch. The caller gives each entry to `change_statepoint`, and closes those it does not need.

    Returns
    -------
    list of Entry
        One for each of the first changes, all of which can be made; empty if a wait cannot be
        shared here, or is not wanted.
    """
    entries: list[Entry] = []
    if effective(workspace.level) == "fast" or len(changes) < _FEW:
        return entries
    try:
        for old_id, new_id, statepoint in changes:
            label = f"{require_id(old_id)}.{require_id(new_id)}.rekey"
            like = _status(workspace.statepoint(old_id))
            data = jsonfile.encode(statepoint)
            entries.append(write_scratch_file(workspace.scratch, label, data, "fast", like=like))
        if atomic.sync_filesystem(workspace.scratch):
            return entries
    except OSError as error:
        logger.info("%s: state points cannot be prepared: %s", workspace.path, error)
    for entry in entries:
        discard(entry)
    return []


def change_statepoint(
    workspace: Workspace,
    old_id: str,
    new_id: str,
    statepoint: dict[str, Any],
    prepared: Entry | None = None,
) -> OSError | None:
    """Rename a job directory to the id of its new state point and write that.

    Before: the job `old_id` is there. After: the job `new_id` is there with the same files.
    Dying anywhere leaves one of the two. A file that was `prepared` is used up.

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
    old_path, new_path = workspace.job(require_id(old_id)), workspace.job(require_id(new_id))
    fallback = workspace.fallback
    with locks.locked(old_path, fallback=fallback) as lock:
        _refuse_occupied(new_path, new_id)
        settle_pending(workspace, old_id)
        settle_clear(workspace, old_id)
        level = effective(workspace.level)
        data = jsonfile.encode(statepoint)
        # crash: from the rename on others find the job at its new name, where .next is not settled.
        with locks.reserved(lock, new_path, fallback=fallback):
            entry = prepared or _write(workspace, old_id, new_id, data)
            try:
                _link_next(entry, workspace.statepoint_next(old_id), data)
                _rename(workspace, old_id, new_id, durable=level == "durable")
                _put_statepoint(workspace, old_id, new_id)
                log_move(workspace, old_id, new_id)
            finally:
                discard(entry)
        return atomic.sync_late(new_path, workspace.path) if level == "durable" else None


def _write(workspace: Workspace, old_id: str, new_id: str, data: bytes) -> Entry:
    label = f"{old_id}.{new_id}.rekey"
    like = _status(workspace.statepoint(old_id))
    with atomic.naming(workspace.job(old_id)):
        return write_scratch_file(
            workspace.scratch, label, data, effective(workspace.level), like=like
        )


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


def _status(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except OSError:
        return None


def _link_next(entry: Entry, path: str, data: bytes) -> None:
    try:
        atomic.hard_link(entry.path, path)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS):
            raise
        descriptor = atomic.create(path)
        try:
            mode = stat.S_IMODE(os.stat(entry.path).st_mode)
            if mode != stat.S_IMODE(os.fstat(descriptor).st_mode):
                atomic.change_mode(path, mode)
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
