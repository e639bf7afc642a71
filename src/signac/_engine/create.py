"""Make job directories appear whole."""

from __future__ import annotations

import errno
import logging
import os
from typing import TYPE_CHECKING, Any, Final

from signac._core import atomic, jsonfile, layout, locks, scratch
from signac._core.canonical import find_non_finite
from signac._core.durability import Durability, effective
from signac._core.ids import require_id
from signac._core.replace import replace_file
from signac._engine.record import find_problem, has_pending
from signac._engine.workspace import ensure_workspace
from signac.errors import JobsCorruptedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from signac._engine.workspace import Workspace

#: peer: what concerns a job is reported by the job.
logger = logging.getLogger("signac.job")

__all__ = ["create_job", "create_jobs", "initialise", "put_into_place", "require_workspace"]

#: Jobs that share one sync of the file system.
BATCH: Final = 1000
#: Others may remove the job again and again while it is made; not so often.
_MOST_ATTEMPTS: Final = 100
#: What a rename onto a directory that holds something answers.
OCCUPIED: Final = {errno.EEXIST, errno.ENOTEMPTY}

#: The first NaN or infinity that a log record told of.
_told: Final[list[str]] = []


def initialise(
    workspace: Workspace, job_id: str, statepoint: dict[str, Any] | None, *, force: bool = False
) -> bool:
    """Make sure that a job is there with a valid state point file; True if it was made.

    Before: anything. After: the job directory holds a state point file whose hash is the id.
    Dying anywhere leaves the job as it was, or whole.

    Raises
    ------
    JobsCorruptedError
        When the file there is bad and may not be replaced: without `force`, or because the state
        point is not known.
    """
    for _ in range(_MOST_ATTEMPTS):
        try:
            return _initialise_once(workspace, job_id, statepoint, force=force)
        except FileNotFoundError:
            continue  # another process removed the job between two looks
    return _initialise_once(workspace, job_id, statepoint, force=force)


def _initialise_once(
    workspace: Workspace, job_id: str, statepoint: dict[str, Any] | None, *, force: bool
) -> bool:
    problem = find_problem(workspace, job_id)
    if not problem:
        return False
    if not os.path.isdir(workspace.job(job_id)):
        if statepoint is None:
            raise JobsCorruptedError([job_id], {job_id: problem})
        if create_job(workspace, job_id, statepoint):
            return True
    return _mend(workspace, job_id, statepoint, force=force)


def create_job(workspace: Workspace, job_id: str, statepoint: dict[str, Any]) -> bool:
    """Create a job directory with its state point file; False if it is there already.

    Before: no such directory, or an empty one. After: directory and file. The directory is built
    in scratch and renamed into place; dying before the rename leaves only scratch.
    """
    with atomic.naming(workspace.job(require_id(job_id))):
        return _create_job(workspace, job_id, statepoint)


def _create_job(workspace: Workspace, job_id: str, statepoint: dict[str, Any]) -> bool:
    level = effective(workspace.level)
    require_workspace(workspace, level)
    entry = scratch.new_directory(workspace.scratch, f"{job_id}.new")
    try:
        _write_statepoint(entry.path, statepoint, level)
        if level == "durable":
            atomic.sync_directory(entry.path)
        made = put_into_place(entry.path, workspace.job(job_id))
    except BaseException:
        _discard(entry)
        raise
    if not made:
        _discard(entry)
        return False
    entry.close()
    if level == "durable":
        atomic.sync_directory(workspace.path)
    return True


def create_jobs(
    workspace: Workspace,
    jobs: Sequence[tuple[str, dict[str, Any]]],
    report: Callable[[int], None],
) -> None:
    """Make sure that all jobs are there, sharing one sync for each thousand of them.

    Before: anything. After: every job is there. Dying anywhere leaves some whole jobs and the
    others untouched; running again completes. `report` receives the number of jobs done.
    """
    for start in range(0, len(jobs), BATCH):
        batch = jobs[start : start + BATCH]
        missing = []
        for job_id, statepoint in batch:
            if os.path.isdir(workspace.job(job_id)):
                initialise(workspace, job_id, statepoint)
            else:
                missing.append((job_id, statepoint))
        if missing:
            with atomic.naming(workspace.path):
                _create_batch(workspace, missing)
        report(start + len(batch))


def _create_batch(workspace: Workspace, jobs: list[tuple[str, dict[str, Any]]]) -> None:
    level = effective(workspace.level)
    require_workspace(workspace, level)
    entry = scratch.new_directory(workspace.scratch, "batch")
    try:
        for job_id, statepoint in jobs:
            directory = os.path.join(entry.path, job_id)
            atomic.make_directory(directory)
            _write_statepoint(directory, statepoint, "fast")
        if level != "fast":
            _sync_batch(entry.path, jobs)
        for job_id, statepoint in jobs:
            if not put_into_place(os.path.join(entry.path, job_id), workspace.job(job_id)):
                initialise(workspace, job_id, statepoint)
        if level == "durable":
            atomic.sync_directory(workspace.path)
    finally:
        _discard(entry)


def require_workspace(workspace: Workspace, level: Durability) -> None:
    """Make the directories in which jobs are made, as far as they are missing."""
    if not os.path.isdir(workspace.path):
        ensure_workspace(workspace, sync=level == "durable")
    if level == "durable":
        scratch.ensure(workspace.scratch, sync=True)


def _sync_batch(path: str, jobs: list[tuple[str, dict[str, Any]]]) -> None:
    # perf: one syncfs for 1,000 jobs costs 0.01 ms a job, an fsync each 0.4 ms (compare.py, bulk).
    if len(jobs) > 8 and atomic.sync_filesystem(path):
        return
    for job_id, _ in jobs:
        atomic.sync_file(os.path.join(path, job_id, layout.STATEPOINT))


def _write_statepoint(directory: str, statepoint: dict[str, Any], level: Durability) -> None:
    path = os.path.join(directory, layout.STATEPOINT)
    data = jsonfile.encode(statepoint)
    if b"NaN" in data or b"Infinity" in data:
        _tell_non_finite(statepoint)
    descriptor = atomic.create(path)
    try:
        atomic.write(descriptor, data, path)
        if level != "fast":
            atomic.sync_descriptor(descriptor, path)
    finally:
        os.close(descriptor)


def _tell_non_finite(statepoint: dict[str, Any]) -> None:
    """Say once in a process that a new state point is not standard JSON, then more quietly."""
    found = find_non_finite(statepoint)
    if found is None:
        return
    said = (
        f"a new state point has sp{found}, which is not standard JSON and hard to search for; "
        "open_job(..., strict=True) refuses it"
    )
    if _told:
        logger.info("%s", said)
    else:
        _told.append(found)
        logger.warning("%s", said)


def put_into_place(source: str, target: str) -> bool:
    """Rename a directory to the name of a job; False if a job is there already."""
    while True:
        try:
            atomic.move(source, target)
            return True
        except NotADirectoryError:
            raise FileExistsError(
                errno.EEXIST, "a file has the name of the job directory; move it away", target
            ) from None
        except OSError as error:
            if error.errno not in OCCUPIED:
                raise
            if os.path.isdir(target):
                return False
            # Another process removed the job between the two calls: the place is free again.


def _mend(
    workspace: Workspace, job_id: str, statepoint: dict[str, Any] | None, *, force: bool
) -> bool:
    """Write the state point file of a directory that has none, or a bad one with `force`."""
    path = workspace.job(job_id)
    with locks.locked(path, fallback=workspace.fallback) as lock:
        problem = find_problem(workspace, job_id)
        if not problem:
            return False
        file = workspace.statepoint(job_id)
        if has_pending(workspace, job_id):
            atomic.replace(workspace.statepoint_next(job_id), file)
            return False
        if statepoint is None or (os.path.lexists(file) and not force):
            raise JobsCorruptedError([job_id], {job_id: problem})
        replace_file(
            file,
            jsonfile.encode(statepoint),
            scratch=workspace.scratch,
            lock=lock,
            level=workspace.level,
        )
    return True


def _discard(entry: scratch.Entry) -> None:
    """Remove a scratch directory; a failure leaves it to the next sweep."""
    try:
        atomic.remove_tree(entry.path)
    except OSError:
        pass
    entry.close()
