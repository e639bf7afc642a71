"""Move a job into another project, on the same file system or on another one."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

from signac._core import atomic, layout, locks, scratch
from signac._core.durability import effective
from signac._core.ids import require_id
from signac._engine.adopt import as_seen, is_taken
from signac._engine.copying import copy_tree, same_content, sync_tree
from signac._engine.create import OCCUPIED, put_into_place, require_workspace
from signac._engine.moves import find_destination, log_departure, log_move
from signac._engine.record import settle_pending
from signac._engine.remove import delete_trash, settle_clear

if TYPE_CHECKING:
    from signac._engine.workspace import Workspace

__all__ = ["move_job"]

#: How often a job is copied that others are writing to.
_MOST_ATTEMPTS: Final = 3


def move_job(workspace: Workspace, job_id: str, other: Workspace) -> OSError | None:
    """Move a job directory into another workspace.

    Before: the job is here. After: it is there. On one file system that is one rename. Otherwise
    the job is copied into scratch there, compared byte by byte, renamed into place and then
    removed here; dying anywhere leaves it whole in one of the places, or the same in both, and
    running again completes.

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
    OSError
        When it holds what is no file, directory or link, or changes all the time while it is
        copied to another file system.
    """
    path, target = workspace.job(require_id(job_id)), other.job(job_id)
    with locks.locked(path, fallback=workspace.fallback), ExitStack() as stores:
        # The other project knows nothing of what is unfinished here.
        settle_pending(workspace, job_id)
        settle_clear(workspace, job_id)
        atomic.make_directories(other.path)
        taken = is_taken(other, job_id)
        interrupted = taken and find_destination(workspace, job_id, 0.0) == (job_id, target)
        log_departure(workspace, job_id, target)
        try:
            renamed = _rename(path, target)
            if not renamed:
                _close_stores(path, stores)
                _copy_over(workspace, job_id, other, interrupted=interrupted)
        except OSError as error:
            log_move(workspace, job_id, job_id)
            if error.errno in OCCUPIED:
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target) from None
            raise
        if not renamed:
            # crash: from here on the note stays as it is: by it the same call, run again, knows
            # that the job there is its own copy, and removes what is here.
            if effective(other.level) != "fast":
                atomic.sync_directory(other.path)
            _remove(workspace, path)
        log_departure(workspace, job_id, target)
        durable = effective(workspace.level) == "durable"
        return atomic.sync_late(other.path, workspace.path) if durable else None


def _rename(path: str, target: str) -> bool:
    """Rename a directory; False if the target is on another file system."""
    try:
        atomic.move(path, target)
    except OSError as error:
        if error.errno == errno.EXDEV:
            return False
        raise
    return True


def _copy_over(workspace: Workspace, job_id: str, other: Workspace, *, interrupted: bool) -> None:
    """Make the same job on another file system."""
    path, target = workspace.job(job_id), other.job(job_id)
    if os.path.islink(path):
        raise OSError(
            errno.EXDEV,
            "the job directory is a link, which is not moved to another file system; move what "
            "it leads to",
            path,
        )
    if not (interrupted and find_difference(path, target) is None):
        try:
            _copy_whole(path, job_id, other)
        except OSError as error:
            raise as_seen(error, other.scratch, target) from error


def _copy_whole(path: str, job_id: str, other: Workspace) -> None:
    """Make the same job in the other workspace, whole from the first moment."""
    level = effective(other.level)
    require_workspace(other, level)
    if is_taken(other, job_id):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), other.job(job_id))
    difference: str | None = None
    for _ in range(_MOST_ATTEMPTS):
        entry = scratch.new_directory(other.scratch, f"{job_id}.new")
        try:
            copy = os.path.join(entry.path, job_id)
            atomic.make_directory(copy)
            copy_tree(path, copy, follow=False)
            difference = find_difference(path, copy)
            if difference is None:
                # crash: two disks keep no order, so all of it is there before it is removed here.
                sync_tree(copy, "fast" if level == "fast" else "durable")
                if not put_into_place(copy, other.job(job_id)):
                    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
                return
        finally:
            delete_trash(entry.path)
            entry.close()
    raise OSError(
        errno.EBUSY,
        "this changed again and again while the job was copied to another file system; stop what "
        "is writing to it and move the job then",
        difference,
    )


def _remove(workspace: Workspace, path: str) -> None:
    """Remove the job here, in one step."""
    scratch.ensure(workspace.scratch)
    trash = scratch.name_in(workspace.scratch, "trash")
    atomic.move(path, trash)
    delete_trash(trash)


def find_difference(one: str, other: str) -> str | None:
    """Return the first path below `one` that is not the same below `other`, None if all are.

    Names, kinds, bytes, and what links say; not modes and times.
    """
    pending = [(one, other)]
    while pending:
        here, there = pending.pop()
        names = sorted(os.listdir(here))
        if names != sorted(os.listdir(there)):
            return here
        for name in names:
            first, second = os.path.join(here, name), os.path.join(there, name)
            kind = stat.S_IFMT(os.lstat(first).st_mode)
            if kind != stat.S_IFMT(os.lstat(second).st_mode):
                return first
            if kind == stat.S_IFDIR:
                pending.append((first, second))
            elif kind == stat.S_IFLNK:
                if os.readlink(first) != os.readlink(second):
                    return first
            elif kind != stat.S_IFREG or not same_content(first, second):
                return first
    return None


def _close_stores(path: str, until: ExitStack) -> None:
    """Keep others from writing to the stores of a job until the end of a block.

    Whoever has one open would go on to write into a file that is removed.
    """
    names = _stores_in(path)
    if names:
        from signac._stores.wholefile import undisturbed

        for name in names:
            until.enter_context(undisturbed(name, ends=True))


def _stores_in(path: str) -> list[str]:
    """Return the HDF5 files below a directory."""
    found = []
    for directory, _, names in os.walk(path):
        found += [
            os.path.join(directory, name)
            for name in names
            if name.endswith(layout.STORE_SUFFIX)
            and not os.path.islink(os.path.join(directory, name))
        ]
    return sorted(found)
