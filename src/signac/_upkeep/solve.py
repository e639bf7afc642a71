"""Choose an action for each problem, or say why there is none."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Final

from signac._core import layout
from signac._core.ids import is_id
from signac._upkeep import evidence
from signac._upkeep.report import Action, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signac._engine.home import Home
    from signac._upkeep.report import Problem

__all__ = ["Solver"]

#: Seconds after which a temporary file of another program is not in use any more.
_LIVELY: Final = 60.0
_STATEPOINT: Final = frozenset({"statepoint-missing", "statepoint-damaged", "statepoint-mismatch"})
#: Damaged files that can be moved out of the way, if that is asked for.
_MOVABLE: Final = {
    "document-damaged": "set-aside-file",
    "store-damaged": "set-aside-file",
    "job-not-directory": "set-aside-file",
    "job-link-broken": "set-aside-file",
}
_SIMPLE: Final = {
    "statepoint-pending": ("complete-change", "complete the interrupted change of the state point"),
    "scratch-leftover": ("finish-interrupted", "undo or complete what left this"),
    "cache-damaged": ("set-aside-cache", "move the cache away"),
    "cache-wrong": ("set-aside-cache", "move the cache away"),
    "index-damaged": ("drop-index", "delete the index, which the next search makes anew"),
    "index-wrong": ("drop-index", "delete the index, which the next search makes anew"),
    "scratch-blocked": ("set-aside-file", "move it into the quarantine"),
    "lock-leftover": ("remove-lock", "remove the lock of a process that is gone"),
}
_WAIT: Final = "its directory changed less than a minute ago; look again later"
_ASK: Final = "or move it into the quarantine with repair(set_aside=True)"


class Solver:
    """Finds out what to do about problems of one project."""

    def __init__(self, home: Home, *, set_aside: bool) -> None:
        self._home = home
        self._set_aside = set_aside
        self._index_dropped = False

    def solve(self, problems: Sequence[Problem]) -> tuple[list[Action], list[Problem]]:
        """Return what to do about the problems of one job, and what is left of them.

        What becomes of the directory is decided first: a job that is moved away as a whole needs
        no other action, and files in one that gets another name are found under that.
        """
        actions: list[Action] = []
        left: list[Problem] = []
        for found in problems:
            if found.kind in _STATEPOINT:
                self._solve_statepoint(found, actions, left)
        if actions and actions[0].kind == "set-aside-job":
            return actions, left
        moved_to = actions[0].target if actions else None
        for found in problems:
            if found.kind not in _STATEPOINT:
                self._solve_other(found, moved_to, actions, left)
        return actions, left

    def _solve_other(
        self, found: Problem, moved_to: str | None, actions: list[Action], left: list[Problem]
    ) -> None:
        path = found.path
        if moved_to is not None and found.job is not None:
            path = os.path.join(self._home.workspace.job(moved_to), os.path.basename(path))
        job = moved_to or found.job
        if found.kind in ("temporary-file", "backup-file"):
            if moved_to is not None and os.path.basename(path) == layout.STATEPOINT + "~":
                return  # the change is undone with it
            # peer: what it renames keeps its age, but the directory changes.
            directory, name = os.path.split(found.path)
            renamed = name == layout.STATEPOINT + "~" and _is_young(directory + os.sep)
            if renamed or _is_young(found.path):
                left.append(_say(found, "it may be in use: it is younger than a minute"))
            else:
                actions.append(_action("set-aside-file", job, path, "move it into the quarantine"))
        elif found.kind == "scratch-leftover" and self._is_orphan(path):
            what = "it has files of a job that is gone: move it into the quarantine"
            actions.append(_action("set-aside-file", None, path, what))
        elif found.kind in _SIMPLE:
            kind, what = _SIMPLE[found.kind]
            if kind == "drop-index":
                if not self._index_dropped:
                    index = os.path.join(self._home.workspace.project, layout.INDEX)
                    actions.append(_action(kind, None, index, what))
                self._index_dropped = True
            else:
                actions.append(_action(kind, job, path, what))
        elif found.kind in _MOVABLE and self._set_aside:
            what = "move it into the quarantine"
            actions.append(_action(_MOVABLE[found.kind], job, path, what))
        elif found.kind in _MOVABLE:
            left.append(_say(found, f"mend it by hand, {_ASK}"))
        else:
            left.append(found)

    def _is_orphan(self, path: str) -> bool:
        """Tell whether a scratch entry has what `clear` took out of a job that is gone."""
        words = os.path.basename(path).split(".")
        if words[-1] != "clear" or len(words) != 3 or not is_id(words[1]):
            return False
        return not os.path.lexists(self._home.workspace.job(words[1]))

    def _solve_statepoint(self, found: Problem, actions: list[Action], left: list[Problem]) -> None:
        assert found.job is not None
        path = self._home.workspace.job(found.job)
        # peer: while it makes a job, or changes a state point, there is no state point file.
        at_work = found.kind == "statepoint-missing" and _is_young(path + os.sep)
        if at_work and os.path.lexists(os.path.join(path, layout.STATEPOINT + "~")):
            left.append(_say(found, f"another program may be changing it just now: {_WAIT}"))
            return
        action = self._restore(found, found.job) or self._rename(found, found.job)
        if action is not None:
            actions.append(action)
        elif self._set_aside and at_work:
            left.append(_say(found, f"another program may be making it just now: {_WAIT}"))
        elif self._set_aside:
            what = "its state point is not known: move the whole job into the quarantine"
            actions.append(_action("set-aside-job", found.job, path, what))
        else:
            left.append(self._explain(found, found.job))

    def _restore(self, found: Problem, job_id: str) -> Action | None:
        """Return what writes the state point of the id again, if it is known."""
        stored = evidence.stored_id(self._home, job_id)
        if stored is not None and self._may_be_swapped(job_id, stored):
            return None
        known = evidence.find_statepoint(self._home, job_id)
        if known is None:
            return None
        what = f"write the state point again, from {known.source}"
        return _action("restore-statepoint", job_id, found.path, what, data=known.text)

    def _may_be_swapped(self, job_id: str, stored: str) -> bool:
        """Tell whether the file belongs to another job that is not at its place.

        Then the directories may have been renamed, and the data here be that of the other job.
        """
        if not evidence.is_known(self._home, stored):
            return False
        return evidence.stored_id(self._home, stored) != stored

    def _rename(self, found: Problem, job_id: str) -> Action | None:
        """Return what gives the directory the name of the state point it holds, if it may."""
        workspace = self._home.workspace
        backup = evidence.read_backup(self._home, job_id)
        if found.kind == "statepoint-missing" and backup is not None:
            # peer: a change of the state point was interrupted after the rename.
            old_id, text = backup
            if not os.path.lexists(workspace.job(old_id)):
                what = f"undo an interrupted change of the state point: the job becomes {old_id}"
                path = workspace.job(job_id)
                return _action("undo-change", job_id, path, what, target=old_id, data=text)
        stored = evidence.stored_id(self._home, job_id)
        if stored is None or _is_occupied(workspace.job(stored)):
            return None
        if evidence.is_known(self._home, job_id):
            return None
        typed = not evidence.is_plausible(job_id)
        if typed or evidence.is_known(self._home, stored):
            why = "its name is no hash" if typed else "the project knows that job"
            what = f"rename the directory to {stored}, the id of its state point; {why}"
            return _action("rename-directory", job_id, workspace.job(job_id), what, target=stored)
        return None

    def _explain(self, found: Problem, job_id: str) -> Problem:
        """Return the problem with what can be said about a state point that is not known."""
        stored = evidence.stored_id(self._home, job_id)
        if stored is None:
            return _say(
                found,
                "no copy of its state point was found; project.open_job(statepoint).init("
                f"force=True) with the right one writes it again, {_ASK}",
            )
        place = "exists too" if _is_occupied(self._home.workspace.job(stored)) else "is free"
        return _say(
            found,
            f"it belongs to job {stored}, whose directory {place}, and nothing tells whether the "
            "file or the name of the directory is wrong. If it is the name, rename the directory; "
            f"if it is the file, write the right one with init(force=True), {_ASK}",
        )


def _is_occupied(path: str) -> bool:
    """Tell whether there is anything but an empty directory."""
    try:
        return bool(os.listdir(path))
    except FileNotFoundError:
        return os.path.lexists(path)
    except OSError:
        return True


def _is_young(path: str) -> bool:
    """Tell whether something changed just now; a link is followed if the path ends in a slash."""
    try:
        return time.time() - os.lstat(path).st_mtime < _LIVELY
    except OSError:
        return True


def _say(found: Problem, reason: str) -> Problem:
    """Return a problem with the reason why it stays."""
    return found._replace(message=f"{found.message.partition('; ')[0]}; {printable(reason)}")


def _action(
    kind: str,
    job: str | None,
    path: str,
    what: str,
    *,
    target: str | None = None,
    data: bytes | None = None,
) -> Action:
    return Action(kind, job, path, printable(f"{path}: {what}"), target, data)
