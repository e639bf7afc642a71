"""Remember how far a long check came, so that it can be resumed."""

from __future__ import annotations

import logging
import os
import time
from typing import TYPE_CHECKING, Any, Final

from signac._core import atomic, jsonfile, layout
from signac._core.ids import is_id
from signac._core.replace import replace_file, sweep_beside
from signac._upkeep.report import KINDS, Problem

if TYPE_CHECKING:
    from signac._upkeep.report import Level

__all__ = ["Checkpoint"]

logger = logging.getLogger(__name__)

#: Seconds between two notes; a check that takes less leaves none.
_INTERVAL: Final = 5.0


class Checkpoint:
    """What a check has found up to a job, in a file that goes when the check is done.

    Attributes
    ----------
    last : str
        The id of the last job that was looked at, empty at the beginning.
    problems : list of Problem
        What was found until then.
    checked : int
        How many jobs were looked at.
    """

    def __init__(self, project: str, level: Level, *, resume: bool) -> None:
        self._path = os.path.join(project, layout.CHECKPOINT)
        self._level = level
        self._noted = time.monotonic()
        self.last = ""
        self.problems: list[Problem] = []
        self.checked = 0
        if resume:
            self._load()

    def note(self, last: str) -> None:
        """Write down that all jobs up to this id were looked at, if it was not done just now."""
        self.last = last
        if time.monotonic() - self._noted < _INTERVAL or self._is_elsewhere():
            return
        state = [self._level, last, self.checked, [list(found) for found in self.problems]]
        try:
            atomic.make_directories(os.path.dirname(self._path))
            replace_file(self._path, jsonfile.encode(state))
        except OSError as error:
            logger.info("the check cannot be resumed if it is interrupted: %s", error)
        self._noted = time.monotonic()

    def forget(self) -> None:
        """Remove the file: the check is complete."""
        directory = os.path.dirname(self._path)
        if self._is_elsewhere() or not os.path.isdir(directory):
            return
        try:
            sweep_beside(self._path)
            if os.path.lexists(self._path):
                atomic.unlink(self._path)
            atomic.remove_directory(directory)
        except OSError as error:
            logger.info("%s stays: %s", self._path, error)

    def _is_elsewhere(self) -> bool:
        """Tell whether a link leads from here to a file that is not of this check."""
        return os.path.islink(os.path.dirname(self._path)) or os.path.islink(self._path)

    def _load(self) -> None:
        try:
            state: Any = jsonfile.parse(jsonfile.read_bytes(self._path))
            level, last, checked, problems = state
            if level == self._level and is_id(last) and checked.__class__ is int:
                self.problems = [_problem_of(found) for found in problems]
                self.last, self.checked = last, checked
        except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
            logger.info("the check begins anew: %s", error)


def _problem_of(found: Any) -> Problem:
    """Return a problem that was noted; raises for anything else."""
    kind, job, path, message, severity = found
    if KINDS[kind] != severity or not (job is None or is_id(job)):
        raise ValueError(f"{found!r} is no problem")
    return Problem(kind, job, str(path), str(message), severity)
