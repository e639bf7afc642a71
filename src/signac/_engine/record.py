"""Read and verify the state point of a job directory."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from signac._core import atomic, jsonfile, layout, locks
from signac._core.ids import has_id, id_of_plain, md5
from signac._core.jsonfile import NOT_OF_THE_FILE, scan
from signac.errors import JobsCorruptedError, JobVanishedError, LockTimeoutError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from signac._engine.workspace import Workspace

__all__ = [
    "find_problem",
    "has_pending",
    "read_quickly",
    "read_statepoint",
    "settle_pending",
]

#: How often a directory may be replaced by another while it is looked at.
_MOST_LOOKS: Final = 100
#: A longer state point is read the careful way.
_USUAL_SIZE: Final = 8192
#: Without waiting: a pipe that lies where a file should be is read as empty.
_OPEN: Final = (
    os.O_RDONLY
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NONBLOCK", 0)
)


def read_statepoint(workspace: Workspace, job_id: str) -> tuple[dict[str, Any], bytes]:
    """Return the state point of a job, one whose hash is the id, and its JSON text.

    A state point change that was interrupted after the directory had been renamed is seen as
    complete: the new state point is then beside the old file.

    Raises
    ------
    JobsCorruptedError
        When the file is missing, does not parse, or belongs to another id; `JobVanishedError`
        when there is no directory.
    PermissionError
        When it may not be read.
    """
    found = _look(workspace, job_id)
    for _ in range(_MOST_LOOKS):
        if found.__class__ is tuple:
            break
        # What cannot be read may be a job that others remove and make again all the time: only
        # what is wrong twice in one and the same directory is wrong.
        directory = _identity(workspace.job(job_id))
        found = _look(workspace, job_id)
        if directory == _identity(workspace.job(job_id)):
            break
    if found.__class__ is tuple:
        return found
    if directory is None:
        raise JobVanishedError(
            job_id, f"the directory of job {job_id} is gone: {workspace.job(job_id)}"
        )
    raise JobsCorruptedError([job_id], {job_id: str(found)})


def _look(workspace: Workspace, job_id: str) -> Any:
    """Return a state point and its text, or what is wrong."""
    found = _read(workspace.statepoint(job_id), job_id)
    if found.__class__ is tuple:
        return found
    pending = _read(workspace.statepoint_next(job_id), job_id)
    if pending.__class__ is tuple:
        _complete(workspace, job_id)
        return pending
    # A change may have been completed between the two looks: the file is right by now then.
    return _read(workspace.statepoint(job_id), job_id)


def _identity(path: str) -> tuple[int, int, int] | None:
    """Return what tells one directory from another that has its name later, None without one."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_ctime_ns


def read_quickly(
    workspace: Workspace, ids: Sequence[str]
) -> Iterator[tuple[str, dict[str, Any] | None, bytes]]:
    """Yield id, state point and JSON text of many jobs; None for those that need a closer look.

    perf: no stamp, no function call for each step, and no walk along the path of the workspace:
    half the time of `read_statepoint` (compare.py, find-bare).
    """
    directory = atomic.open_directory(workspace.path)
    prefix = "" if directory is not None else workspace.path + os.sep
    suffix = os.sep + layout.STATEPOINT
    as_stored = True
    try:
        for job_id in ids:
            try:
                file = os.open(f"{prefix}{job_id}{suffix}", _OPEN, dir_fd=directory)
                try:
                    raw = os.read(file, _USUAL_SIZE)
                finally:
                    os.close(file)
                text = raw.decode()
                statepoint, end = scan(text, 0)
            except (OSError, ValueError, StopIteration, RecursionError):
                yield job_id, None, b""  # an error that is not of this file comes back there
                continue
            if end != len(text) or len(raw) == _USUAL_SIZE or statepoint.__class__ is not dict:
                yield job_id, None, b""
                continue
            if jsonfile.is_deep(raw, statepoint):
                yield job_id, None, b""
                continue
            # Projects differ in whether keys are stored sorted; then the text is what is hashed.
            if not (as_stored and md5(raw).hexdigest() == job_id):
                as_stored = False
                if _hash(statepoint) != job_id:
                    yield job_id, None, b""
                    continue
            yield job_id, statepoint, raw
    finally:
        if directory is not None:
            os.close(directory)


def has_pending(workspace: Workspace, job_id: str) -> bool:
    """Tell whether a state point of this id is there that did not take its place yet."""
    return _read(workspace.statepoint_next(job_id), job_id).__class__ is tuple


def find_problem(workspace: Workspace, job_id: str) -> str:
    """Return what is wrong with the state point file itself, empty when nothing is."""
    found = _read(workspace.statepoint(job_id), job_id)
    return found if isinstance(found, str) else ""


def settle_pending(workspace: Workspace, job_id: str) -> None:
    """Complete or undo what an interrupted change left in a job directory; needs its lock."""
    pending = workspace.statepoint_next(job_id)
    if not os.path.lexists(pending):
        return
    if find_problem(workspace, job_id) and has_pending(workspace, job_id):
        atomic.replace(pending, workspace.statepoint(job_id))
    else:
        atomic.unlink(pending)


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
    except OSError as error:
        if error.errno in NOT_OF_THE_FILE:
            raise
        return f"{path} cannot be read ({error.strerror}); look at the disk"
    except (ValueError, RecursionError) as error:
        return f"{path} cannot be read ({error}); job.init(force=True) writes it again"
    try:
        if statepoint.__class__ is dict and has_id(raw, statepoint, job_id):
            return statepoint, raw
    except RecursionError:
        return f"{path} is nested too deeply to be hashed; move the job elsewhere"
    return (
        f"{path} holds the state point of another job than its directory name says; job.init("
        "force=True) through the right state point writes it again"
    )


def _hash(statepoint: dict[str, Any]) -> str:
    try:
        return id_of_plain(statepoint)
    except RecursionError:
        return ""
