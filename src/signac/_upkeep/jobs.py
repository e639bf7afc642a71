"""Check the directories of jobs."""

from __future__ import annotations

import errno
import os
import re
import stat
from typing import TYPE_CHECKING, Final

from signac._core import jsonfile, layout, scratch
from signac._engine.record import find_problem, has_pending
from signac._stores.integrity import find_fault
from signac._synced.backend import parse_document
from signac._upkeep.glance import NOTHING, USUAL
from signac._upkeep.hands import glance_together
from signac._upkeep.report import problem
from signac._upkeep.resting import at_rest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from signac._engine.workspace import Workspace
    from signac._upkeep.report import Level, Problem

__all__ = ["check_document", "check_jobs", "check_leftovers", "check_statepoint", "check_store"]

#: peer: what it writes before it renames; `._<uuid>_` and the name of the target.
_TEMPORARY: Final = re.compile(
    re.escape(layout.TEMPORARY_PREFIX) + ".*|"
    r"\._[0-9a-f-]{8,36}_.*(?:"
    + "|".join(map(re.escape, (*sorted(USUAL), layout.PROJECT_DOCUMENT)))
    + ")"
)
#: peer: what it keeps while it changes a state point or synchronises a document.
_BACKUPS: Final = frozenset(name + "~" for name in (*USUAL, layout.PROJECT_DOCUMENT))

_DOCUMENT_NEXT: Final = {
    "document-damaged": "mend it, restore it from a copy, or let repair(set_aside=True) move it "
    "away",
    "document-unreadable": "change its permissions, or ask its owner to; or look at the disk",
}
_STORE_NEXT: Final = {
    "damaged": "restore it from a copy, or move it away and compute it again",
    "unreadable": "look at its permissions and at the disk",
    "busy": "check it later",
}


def check_jobs(
    workspace: Workspace, ids: Sequence[str], level: Level, texts: Mapping[str, bytes] = NOTHING
) -> Iterator[Problem]:
    """Yield what is wrong with some jobs; those that vanish meanwhile are left out.

    `texts` are state points that were verified before, see `glance`.
    """
    for job_id, names, sound, known in glance_together(workspace, ids, texts):
        path = workspace.job(job_id)
        try:
            if names is None:
                names = os.listdir(path)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            yield problem(
                "directory-unreadable", job_id, path, f"{path} cannot be listed "
                f"({error.strerror}); change its permissions, or ask its owner to"
            )  # fmt: skip
            continue
        if not sound:
            yield from check_statepoint(workspace, job_id)
        if not known and layout.DOCUMENT in names:
            yield from check_document(os.path.join(path, layout.DOCUMENT), job_id)
        others = [name for name in names if name not in USUAL]
        if sound and layout.STATEPOINT_NEXT in others:
            yield from _check_next(os.path.join(path, layout.STATEPOINT_NEXT), job_id)
        yield from check_leftovers(path, others, job_id)
        yield from _check_stores(path, others, job_id, level)


def check_statepoint(workspace: Workspace, job_id: str) -> Iterator[Problem]:
    """Yield what is wrong with the state point file of a job, after the quick look failed."""
    path = workspace.statepoint(job_id)
    try:
        with at_rest(workspace.job(job_id)):
            fault = find_problem(workspace, job_id)
            pending = bool(fault) and has_pending(workspace, job_id)
            kind = _kind_of(path)
    except OSError as error:
        yield problem(
            "statepoint-unreadable", job_id, path, f"{path} cannot be read ({error.strerror}); "
            "change its permissions, or ask its owner to"
        )  # fmt: skip
        return
    if not fault or not os.path.isdir(workspace.job(job_id)):
        return
    if pending:
        path = workspace.statepoint_next(job_id)
        yield problem(
            "statepoint-pending", job_id, path, f"{path} belongs to a change that was "
            "interrupted; readers see it as done, repair() completes it"
        )  # fmt: skip
        return
    yield problem(kind, job_id, path, _advise(fault))


def _kind_of(path: str) -> str:
    """Tell in which way a state point file is wrong."""
    if not os.path.lexists(path):
        return "statepoint-missing"
    try:
        parsed = jsonfile.parse(jsonfile.read_bytes(path))
    except FileNotFoundError:
        return "statepoint-damaged"  # a link that leads nowhere
    except (OSError, ValueError, RecursionError):
        return "statepoint-damaged"
    return "statepoint-mismatch" if isinstance(parsed, dict) else "statepoint-damaged"


def _advise(fault: str) -> str:
    """Return the fault, with what finds out more in place of what mends one job."""
    return f"{fault.partition('; ')[0]}; print(project.plan_repair()) shows what can be done"


def check_document(path: str, job_id: str | None) -> Iterator[Problem]:
    """Yield what is wrong with a document that is there."""
    kind, reason = "document-damaged", ""
    try:
        parse_document(jsonfile.read_bytes(path), path)
    except FileNotFoundError:
        if not os.path.islink(path):
            return
        reason = "is a link that leads nowhere"
    except IsADirectoryError:
        reason = "is a directory"
    except OSError as error:
        if error.errno == errno.ELOOP:
            reason = "is a link that leads in a circle"
        elif error.errno == errno.EINVAL:
            reason = "is a pipe or a device"
        else:
            kind, reason = "document-unreadable", f"cannot be read ({error.strerror})"
    except (ValueError, RecursionError) as error:
        reason = f"cannot be read ({str(error).partition(';')[0].removeprefix(path + ' ')})"
    if reason:
        yield problem(kind, job_id, path, f"{path} {reason}; {_DOCUMENT_NEXT[kind]}")


def check_leftovers(directory: str, names: Iterable[str], job_id: str | None) -> Iterator[Problem]:
    """Yield temporary files and backups that dead programs left among some names."""
    for name in names:
        path = os.path.join(directory, name)
        if _TEMPORARY.fullmatch(name):
            yield _left_behind(path, job_id)
        elif name in _BACKUPS:
            yield problem(
                "backup-file", job_id, path, f"{path} was left by an interrupted program; "
                "repair() moves it into the quarantine"
            )  # fmt: skip


def _check_next(path: str, job_id: str) -> Iterator[Problem]:
    """Yield a state point that should have taken its place, if nobody is at work on it."""
    entry = scratch.take_stale(path)
    if entry is not None:
        entry.close()
        yield problem(
            "statepoint-pending", job_id, path, f"{path} was left by a change of the state point "
            "that did not happen; repair() moves it into the quarantine"
        )  # fmt: skip


def _left_behind(path: str, job_id: str | None) -> Problem:
    return problem(
        "temporary-file", job_id, path, f"{path} was left by an interrupted program; repair() "
        "moves it into the quarantine"
    )  # fmt: skip


def _check_stores(
    directory: str, names: Iterable[str], job_id: str | None, level: Level
) -> Iterator[Problem]:
    """Yield what is wrong with HDF5 files; with those in subdirectories too at level full."""
    for name in names:
        path = os.path.join(directory, name)
        if name.endswith(layout.STORE_SUFFIX):
            yield from check_store(path, job_id, level)
        elif level == "full" and _is_directory(path):
            yield from _check_stores(path, _list(path), job_id, level)


def check_store(path: str, job_id: str | None, level: Level) -> Iterator[Problem]:
    """Yield what is wrong with an HDF5 file."""
    fault = find_fault(path, full=level == "full")
    if fault is not None:
        yield problem(
            f"store-{fault.kind}", job_id, path, f"{path} {fault.text}; {_STORE_NEXT[fault.kind]}"
        )


def _is_directory(path: str) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return False


def _list(path: str) -> list[str]:
    try:
        return os.listdir(path)
    except OSError:
        return []  # what is in directories of the user's own is the user's
