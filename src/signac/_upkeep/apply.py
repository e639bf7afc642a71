"""Do what a repair planned: each step under the lock of its directory, and only if still needed.

*Dying anywhere* leaves every byte in the project or in its quarantine, and a project that the
next repair completes.
"""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Final, NamedTuple

from signac._core import atomic, layout, lockfile, locks, owner
from signac._core.ids import is_id
from signac._core.progress import reporting
from signac._core.replace import replace_file
from signac._engine import recover
from signac._engine.moves import log_move
from signac._engine.record import find_problem, has_pending, settle_pending
from signac._upkeep.derived import check_cache
from signac._upkeep.evidence import read_backup, stored_id
from signac._upkeep.jobs import check_document, check_store
from signac._upkeep.quarantine import Quarantine
from signac._upkeep.report import Action
from signac.errors import LockTimeoutError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from signac._core.locks import DirectoryLock
    from signac._engine.home import Home

__all__ = ["RepairResult", "apply_plan"]


_NOT_TRIED: Final = "not tried, since another step for this job failed"


class RepairResult(NamedTuple):
    """What became of a plan.

    Attributes
    ----------
    done : tuple of Action
        What was done, or was not needed any more.
    failed : tuple of (Action, str)
        What could not be done, and why.
    quarantine : str or None
        The directory that holds what was moved or replaced, None if there was no need of it.
    """

    done: tuple[Action, ...]
    failed: tuple[tuple[Action, str], ...]
    quarantine: str | None


def apply_plan(home: Home, actions: Sequence[Action], progress: bool | None) -> RepairResult:
    """Do all of it; one failure does not stop the rest."""
    quarantine = Quarantine(home.workspace)
    done: list[Action] = []
    failed: list[tuple[Action, str]] = []
    # crash: what follows for the same job may take away what the repair is made from.
    stuck: set[str | None] = set()
    with reporting("repairing", len(actions), progress) as report:
        for number, action in enumerate(actions):
            reason = _NOT_TRIED if action.job in stuck else _do(home, quarantine, action)
            if reason:
                failed.append((action, reason))
                stuck |= {action.job, action.target} - {None}
            else:
                done.append(action)
            report(number + 1)
    return RepairResult(tuple(done), tuple(failed), quarantine.path)


def _do(home: Home, quarantine: Quarantine, action: Action) -> str:
    """Do one action; return why it failed, empty if it did not."""
    try:
        _DO[action.kind](home, quarantine, action)
    except FileNotFoundError as error:
        return "" if _is_gone(home, action) else str(error)
    except (OSError, LockTimeoutError) as error:
        return str(error)
    return ""


def _is_gone(home: Home, action: Action) -> bool:
    """Tell whether somebody else was faster and took away what was to be repaired."""
    if action.job is not None and not os.path.lexists(home.workspace.job(action.job)):
        return True
    return action.kind.startswith("set-aside") and not os.path.lexists(action.path)


def _restore_statepoint(home: Home, quarantine: Quarantine, action: Action) -> None:
    """Put the state point into place; what was there gets a name in the quarantine.

    crash: it has that name before the right one lies beside it, as `.next`, where every reader
    finds it and may put it into place.
    """
    workspace, job_id = home.workspace, _job_of(action)
    with locks.locked(workspace.job(job_id), fallback=workspace.fallback) as lock:
        if not find_problem(workspace, job_id):
            return
        path = workspace.statepoint(job_id)
        is_directory = os.path.isdir(path) and not os.path.islink(path)
        if os.path.lexists(path) and not is_directory:
            quarantine.keep(path, action)
        elif not is_directory:
            quarantine.note(action, path, None)
        _put_beside(home, quarantine, action, lock)
        if is_directory:
            quarantine.take(path, action)
        settle_pending(workspace, job_id)


def _put_beside(home: Home, quarantine: Quarantine, action: Action, lock: DirectoryLock) -> None:
    """Write the data of an action as the state point that takes its place next."""
    workspace, job_id = home.workspace, _job_of(action)
    target = workspace.statepoint_next(job_id)
    if os.path.lexists(target):
        if has_pending(workspace, job_id):
            return
        quarantine.take(target, action)
    data = action.data or b""
    replace_file(target, data, scratch=workspace.scratch, lock=lock, level=workspace.level)


def _undo_change(home: Home, quarantine: Quarantine, action: Action) -> None:
    """Give a job its old id and state point back, after an interrupted change of the peer."""
    workspace, job_id, old_id = home.workspace, _job_of(action), _target_of(action)
    with locks.locked(workspace.job(job_id), fallback=workspace.fallback) as lock:
        path = workspace.statepoint(job_id)
        if os.path.lexists(path) or has_pending(workspace, job_id):
            return
        if read_backup(home, job_id) != (old_id, action.data):
            return
        quarantine.keep(path + "~", action)
        _put_beside(home, quarantine, action, lock)
        _move_job(home, quarantine, action, lock)
        settle_pending(workspace, old_id)
        atomic.unlink(workspace.statepoint(old_id) + "~")


def _rename_directory(home: Home, quarantine: Quarantine, action: Action) -> None:
    workspace, job_id = home.workspace, _job_of(action)
    with locks.locked(workspace.job(job_id), fallback=workspace.fallback) as lock:
        if _is_damaged(home, job_id) and stored_id(home, job_id) == action.target:
            _move_job(home, quarantine, action, lock)


def _move_job(home: Home, quarantine: Quarantine, action: Action, lock: DirectoryLock) -> None:
    workspace, job_id, target = home.workspace, _job_of(action), _target_of(action)
    path = workspace.job(target)
    quarantine.note(action, workspace.job(job_id), path)
    with locks.reserved(lock, path, fallback=workspace.fallback):
        log_move(workspace, job_id, target)
        try:
            atomic.move(workspace.job(job_id), path)
        except OSError:
            log_move(workspace, job_id, job_id)
            raise
        log_move(workspace, job_id, target)


def _complete_change(home: Home, quarantine: Quarantine, action: Action) -> None:
    workspace, job_id = home.workspace, _job_of(action)
    with locks.locked(workspace.job(job_id), fallback=workspace.fallback):
        path = workspace.statepoint(job_id)
        if find_problem(workspace, job_id):
            if os.path.isdir(path) and not os.path.islink(path):
                quarantine.take(path, action)  # what was in the way of another repair
            settle_pending(workspace, job_id)
        elif os.path.lexists(workspace.statepoint_next(job_id)):
            quarantine.take(workspace.statepoint_next(job_id), action)


def _set_aside_job(home: Home, quarantine: Quarantine, action: Action) -> None:
    workspace, job_id = home.workspace, _job_of(action)
    with locks.locked(workspace.job(job_id), fallback=workspace.fallback):
        if _is_damaged(home, job_id):
            quarantine.take(action.path, action)


def _set_aside_file(home: Home, quarantine: Quarantine, action: Action) -> None:
    """Move a file away; the lock of its directory keeps writers of documents out."""
    with locks.locked(os.path.dirname(action.path), fallback=home.workspace.fallback):
        if os.path.lexists(action.path) and not _is_sound(home, action):
            if action.path.endswith(layout.STORE_SUFFIX):
                _refuse_open(action.path)
            quarantine.take(action.path, action)


def _refuse_open(path: str) -> None:
    """Raise if a process has an HDF5 file open.

    Without locks of HDF5, as on many network file systems, one that is being written looks damaged.
    """
    who = owner.find_opener(path)
    if who:
        raise OSError(errno.EBUSY, f"{who} has it open; repair again when that is done", path)


def _is_sound(home: Home, action: Action) -> bool:
    """Tell whether what is there by now must stay there."""
    name = os.path.basename(action.path)
    if is_id(name):
        return os.path.isdir(action.path)
    if layout.STATEPOINT in name and action.job is not None:  # it may hold what is missing
        return bool(find_problem(home.workspace, action.job))
    if name in (layout.DOCUMENT, layout.PROJECT_DOCUMENT):
        return not any(check_document(action.path, action.job))
    if name.endswith(layout.STORE_SUFFIX):
        return not any(check_store(action.path, action.job, "full"))
    return False


def _set_aside_cache(home: Home, quarantine: Quarantine, action: Action) -> None:
    if any(check_cache(home.workspace, "full")):
        quarantine.take(action.path, action)


def _drop_index(home: Home, quarantine: Quarantine, action: Action) -> None:
    with home.catalog.locked():
        home.catalog.drop_all()
        try:
            # crash: the manifest first, so that none names what is gone.
            manifest = os.path.join(action.path, "manifest")
            if os.path.isfile(manifest) and not os.path.islink(action.path):
                atomic.unlink(manifest)
            atomic.remove_tree(action.path)
        except OSError as error:
            # Other searches may be making it anew meanwhile.
            if error.errno not in (errno.ENOENT, errno.ENOTEMPTY, errno.EEXIST):
                raise


def _finish_interrupted(home: Home, quarantine: Quarantine, action: Action) -> None:
    recover.sweep(home.workspace)


def _remove_lock(home: Home, quarantine: Quarantine, action: Action) -> None:
    """Take the lock as any other process would, and give it back."""
    if lockfile.try_acquire(action.path):
        lockfile.release(action.path)


def _is_damaged(home: Home, job_id: str) -> bool:
    """Tell whether a job has no state point, not even one that takes its place next."""
    return bool(find_problem(home.workspace, job_id)) and not has_pending(home.workspace, job_id)


def _job_of(action: Action) -> str:
    assert action.job is not None
    return action.job


def _target_of(action: Action) -> str:
    assert action.target is not None
    return action.target


_DO: Final[dict[str, Callable[[Home, Quarantine, Action], None]]] = {
    "restore-statepoint": _restore_statepoint,
    "undo-change": _undo_change,
    "rename-directory": _rename_directory,
    "complete-change": _complete_change,
    "set-aside-job": _set_aside_job,
    "set-aside-file": _set_aside_file,
    "set-aside-cache": _set_aside_cache,
    "drop-index": _drop_index,
    "finish-interrupted": _finish_interrupted,
    "remove-lock": _remove_lock,
}
