"""Tidy up after processes that died: undo, complete, or delete what they left in scratch."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

from signac._core import atomic, jsonfile, layout, lockfile, locks, scratch
from signac._core.ids import id_of_plain, is_id
from signac._core.replace import replace_file
from signac._engine.moves import trim
from signac._engine.record import find_problem, settle_pending
from signac._engine.remove import discard_cleared, settle_clear, was_cleared
from signac._index.manifest import remove_unfinished
from signac.errors import LockTimeoutError

if TYPE_CHECKING:
    from signac._engine.workspace import Workspace

__all__ = ["sweep"]

logger = logging.getLogger(__name__)


def sweep(workspace: Workspace) -> None:
    """Deal with every scratch entry whose process is gone; never raises.

    Entries of living processes are locked and left alone. A project that may only be read stays
    as it is: readers see an interrupted change as complete without this.
    """
    for entry in scratch.iter_stale(workspace.scratch):
        try:
            _settle(workspace, entry.path)
        except (OSError, LockTimeoutError) as error:
            logger.info("%s is left for later: %s", entry.path, error)
    lockfile.sweep(workspace.fallback)
    remove_unfinished(os.path.join(workspace.project, layout.INDEX))
    trim(workspace)


def _settle(workspace: Workspace, path: str) -> None:
    if os.path.islink(path):  # never made here; it may lead to anything
        atomic.unlink(path)
        return
    words = os.path.basename(path).split(".")
    if words[-1] == "rekey" and len(words) == 4 and is_id(words[1]) and is_id(words[2]):
        _settle_rekey(workspace, path, words[1], words[2])
        atomic.unlink(path)
    elif words[-1] == "clear" and len(words) == 3 and is_id(words[1]):
        _settle_clear(workspace, path, words[1])
    else:
        atomic.remove_tree(path)


def _settle_rekey(workspace: Workspace, path: str, old_id: str, new_id: str) -> None:
    for job_id in (new_id, old_id):
        if not os.path.isdir(workspace.job(job_id)):
            continue
        with locks.locked(workspace.job(job_id), fallback=workspace.fallback, timeout=0) as lock:
            settle_pending(workspace, job_id)
            if job_id == new_id and find_problem(workspace, job_id):
                _restore_statepoint(workspace, path, job_id, lock)


def _restore_statepoint(
    workspace: Workspace, path: str, job_id: str, lock: locks.DirectoryLock
) -> None:
    """Write the state point file from the scratch copy, if that belongs to the id."""
    try:
        raw, _ = jsonfile.read_file(path)
        statepoint = jsonfile.decode(raw, path)
    except ValueError:
        return
    if id_of_plain(statepoint) == job_id:
        replace_file(
            workspace.statepoint(job_id),
            raw,
            scratch=workspace.scratch,
            lock=lock,
            level=workspace.level,
        )


def _settle_clear(workspace: Workspace, path: str, job_id: str) -> None:
    target = workspace.job(job_id)
    if was_cleared(path):
        discard_cleared(path, job_id)
        return
    # A link is never cleared, so these files do not belong where it leads.
    if os.path.islink(target) or not os.path.isdir(target):
        logger.warning("%s holds files of job %s, which is gone; delete them by hand", path, job_id)
        return
    with locks.locked(target, fallback=workspace.fallback, timeout=0):
        settle_clear(workspace, job_id)
