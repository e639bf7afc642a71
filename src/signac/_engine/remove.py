"""Take jobs, or their contents, out of a project in one step."""

from __future__ import annotations

import errno
import logging
import os
from typing import TYPE_CHECKING

from signac._core import atomic, layout, locks, scratch
from signac._core.durability import effective
from signac._core.ids import require_id
from signac._core.replace import replace_file

if TYPE_CHECKING:
    from signac._engine.workspace import Workspace

__all__ = [
    "clear_job",
    "delete_trash",
    "discard_cleared",
    "remove_job",
    "settle_clear",
    "was_cleared",
]

logger = logging.getLogger(__name__)


def remove_job(workspace: Workspace, job_id: str) -> bool:
    """Remove a job directory; False if it is not there.

    Before: the job is there. After: it is not. The directory is renamed into scratch and deleted
    there; dying after the rename leaves trash for the next open to delete. Of a link to a
    directory only the link is removed.
    """
    path = workspace.job(require_id(job_id))
    if os.path.islink(path):
        atomic.unlink(path)
        return True
    try:
        lock = locks.acquire(path, fallback=workspace.fallback)
    except FileNotFoundError:
        return False
    try:
        settle_clear(workspace, job_id)
        scratch.ensure(workspace.scratch)
        trash = scratch.name_in(workspace.scratch, "trash")
        atomic.move(path, trash)
        if effective(workspace.level) == "durable":
            atomic.sync_directory(workspace.path)
        delete_trash(trash)
    finally:
        locks.release(lock)
    return True


def clear_job(workspace: Workspace, job_id: str) -> bool:
    """Remove everything in a job directory but its state point file; False if it is not there.

    Before: the job with its files. After: the job with its state point. The files are moved
    aside one by one, the document last; dying before the last one is moved lets the next open
    put them back, dying after it leaves trash. Links are removed, not followed.
    """
    path = workspace.job(require_id(job_id))
    if os.path.islink(path):
        raise OSError(
            errno.ELOOP, "the job directory is a link; clear the directory it points to", path
        )
    try:
        lock = locks.acquire(path, fallback=workspace.fallback)
    except FileNotFoundError:
        return False
    try:
        settle_clear(workspace, job_id)
        kept = (layout.STATEPOINT, layout.STATEPOINT_NEXT)
        names = [name for name in os.listdir(path) if name not in kept]
        if names:
            _move_aside(workspace, job_id, names)
        if layout.DOCUMENT in names:
            # peer: a document that was there is there afterwards, and empty.
            document = os.path.join(path, layout.DOCUMENT)
            replace_file(
                document, b"{}", scratch=workspace.scratch, lock=lock, level=workspace.level
            )
    finally:
        locks.release(lock)
    return True


def settle_clear(workspace: Workspace, job_id: str) -> None:
    """Complete or undo a clear that died; needs the lock of the job, which a living one holds.

    Otherwise what it moved aside would come back after a later clear, or be left without a job.
    """
    try:
        names = os.listdir(workspace.scratch)
    except OSError:
        return
    for name in names:
        aside = os.path.join(workspace.scratch, name)
        if not (name.endswith(f".{job_id}.clear") and _is_directory(aside)):
            continue
        try:
            if was_cleared(aside):
                discard_cleared(aside, job_id)
            else:
                _put_back(aside, workspace.job(job_id))
        except FileNotFoundError:  # another process was at it, too
            continue


def was_cleared(aside: str) -> bool:
    """Tell whether all files of a job are aside: the document is the last to be moved.

    From then on others may write a new document into the job, so there is no way back.
    """
    return os.path.lexists(os.path.join(aside, layout.DOCUMENT))


def discard_cleared(aside: str, job_id: str) -> None:
    """Delete what was moved aside."""
    delete_trash(_rename_to_trash(aside, job_id))


def _put_back(aside: str, path: str) -> None:
    """Return files that were moved aside; what was written anew under a name stays there."""
    # crash: the document first, since with the document aside the clear counts as done.
    for name in sorted(os.listdir(aside), key=lambda name: name != layout.DOCUMENT):
        source, target = os.path.join(aside, name), os.path.join(path, name)
        if not os.path.lexists(target):
            atomic.move(source, target)
        elif _is_directory(source) and _is_directory(target):
            _put_back(source, target)
        else:
            logger.warning("%s was written anew while its removal was interrupted", target)
    atomic.remove_tree(aside)


def _is_directory(path: str) -> bool:
    return os.path.isdir(path) and not os.path.islink(path)


def _move_aside(workspace: Workspace, job_id: str, names: list[str]) -> None:
    path = workspace.job(job_id)
    entry = scratch.new_directory(workspace.scratch, f"{job_id}.clear")
    try:
        try:
            for name in sorted(names, key=lambda name: name == layout.DOCUMENT):
                atomic.move(os.path.join(path, name), os.path.join(entry.path, name))
            trash = _rename_to_trash(entry.path, job_id)
        except OSError:
            _put_back(entry.path, path)
            raise
        if effective(workspace.level) == "durable":
            atomic.sync_directory(path)
        delete_trash(trash)
    finally:
        entry.close()


def _rename_to_trash(aside: str, job_id: str) -> str:
    trash = aside.removesuffix(f"{job_id}.clear") + "trash"
    atomic.move(aside, trash)
    return trash


def delete_trash(trash: str) -> None:
    """Delete what was moved into scratch; a failure leaves it to the next sweep."""
    try:
        atomic.remove_tree(trash)
    except FileNotFoundError:  # another machine is at it too
        return
    except OSError as error:
        logger.warning("%s could not be deleted yet, the next open tries again: %s", trash, error)
