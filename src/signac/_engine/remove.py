"""Take jobs, or their contents, out of a project in one step."""

from __future__ import annotations

import errno
import logging
import os
from typing import TYPE_CHECKING

from signac._core import atomic, layout, locks, scratch
from signac._core.durability import effective
from signac._core.replace import replace_file
from signac._engine.create import OCCUPIED
from signac._engine.moves import log_departure, log_move

if TYPE_CHECKING:
    from signac._engine.workspace import Workspace

__all__ = ["clear_job", "move_job", "put_back", "remove_job"]

logger = logging.getLogger(__name__)


def remove_job(workspace: Workspace, job_id: str) -> bool:
    """Remove a job directory; False if it is not there.

    Before: the job is there. After: it is not. The directory is renamed into scratch and deleted
    there; dying after the rename leaves trash for the next open to delete. Of a link to a
    directory only the link is removed.
    """
    path = workspace.job(job_id)
    if os.path.islink(path):
        atomic.unlink(path)
        return True
    try:
        lock = locks.acquire(path, fallback=workspace.fallback)
    except FileNotFoundError:
        return False
    try:
        atomic.make_directories(workspace.scratch)
        trash = os.path.join(workspace.scratch, f"{os.urandom(8).hex()}.trash")
        atomic.move(path, trash)
        if effective(workspace.level) == "durable":
            atomic.sync_directory(workspace.path)
        _delete(trash)
    finally:
        locks.release(lock)
    return True


def clear_job(workspace: Workspace, job_id: str) -> bool:
    """Remove everything in a job directory but its state point file; False if it is not there.

    Before: the job with its files. After: the job with its state point. The files are moved
    aside one by one; dying before the last one is moved lets the next open put them back, dying
    after it leaves trash. Links are removed, not followed.
    """
    path = workspace.job(job_id)
    if os.path.islink(path):
        raise OSError(
            errno.ELOOP, "the job directory is a link; clear the directory it points to", path
        )
    try:
        lock = locks.acquire(path, fallback=workspace.fallback)
    except FileNotFoundError:
        return False
    try:
        kept = (layout.STATEPOINT, layout.STATEPOINT_NEXT)
        names = [name for name in os.listdir(path) if name not in kept]
        if names:
            _move_aside(workspace, job_id, names)
        if layout.DOCUMENT in names:
            # peer: a document that was there is there afterwards, and empty.
            document = os.path.join(path, layout.DOCUMENT)
            replace_file(document, b"{}", scratch=workspace.scratch, lock=lock)
    finally:
        locks.release(lock)
    return True


def move_job(workspace: Workspace, job_id: str, other: Workspace) -> OSError | None:
    """Rename a job directory into another workspace on the same file system.

    Returns
    -------
    OSError or None
        What went wrong when everything was done but the last wait for the disk (``durable``).

    Raises
    ------
    FileNotFoundError
        When the job is not there.
    FileExistsError
        When the other project has it already.
    RuntimeError
        When the other project is on another file system.
    """
    path, target = workspace.job(job_id), other.job(job_id)
    with locks.locked(path, fallback=workspace.fallback):
        atomic.make_directories(other.path)
        log_departure(workspace, job_id, target)
        try:
            atomic.move(path, target)
        except OSError as error:
            log_move(workspace, job_id, job_id)
            if error.errno in OCCUPIED:
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target) from None
            if error.errno == errno.EXDEV:
                raise RuntimeError(
                    f"{path} cannot be moved to {target}: they are on different file systems; "
                    "clone the job there and remove it here"
                ) from None
            raise
        log_departure(workspace, job_id, target)
        durable = effective(workspace.level) == "durable"
        return atomic.sync_late(other.path, workspace.path) if durable else None


def put_back(aside: str, path: str) -> None:
    """Return files that were moved aside to a job directory, and remove the emptied directory."""
    for name in os.listdir(aside):
        target = os.path.join(path, name)
        if not os.path.lexists(target):
            atomic.move(os.path.join(aside, name), target)
    if os.listdir(aside):
        logger.warning("%s keeps files whose names were taken again in %s", aside, path)
    else:
        atomic.remove_directory(aside)


def _move_aside(workspace: Workspace, job_id: str, names: list[str]) -> None:
    path = workspace.job(job_id)
    entry = scratch.new_directory(workspace.scratch, f"{job_id}.clear")
    try:
        try:
            for name in names:
                atomic.move(os.path.join(path, name), os.path.join(entry.path, name))
            trash = entry.path.removesuffix(f"{job_id}.clear") + "trash"
            atomic.move(entry.path, trash)
        except OSError:
            put_back(entry.path, path)
            raise
        if effective(workspace.level) == "durable":
            atomic.sync_directory(path)
        _delete(trash)
    finally:
        entry.close()


def _delete(trash: str) -> None:
    try:
        atomic.remove_tree(trash)
    except OSError as error:
        logger.warning("%s could not be deleted yet, the next open tries again: %s", trash, error)
