"""Look for everything that is wrong in a project, without changing it."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Final

from signac._core.collector import pausing_collector
from signac._core.progress import reporting
from signac._upkeep.checkpoint import Checkpoint
from signac._upkeep.derived import check_cache, check_index
from signac._upkeep.evidence import read_index
from signac._upkeep.glance import NOTHING
from signac._upkeep.jobs import check_jobs
from signac._upkeep.report import CheckReport
from signac._upkeep.surroundings import check_surroundings, check_workspace
from signac.errors import InvalidInputError, JobsCorruptedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from signac._engine.home import Home
    from signac._engine.workspace import Workspace
    from signac._upkeep.report import Level, Problem

__all__ = ["find_problems", "look_at_jobs", "look_twice", "raise_errors", "require_level"]

#: peer: problems of jobs are reported by the project.
logger = logging.getLogger("signac.project")

_BATCH: Final = 5_000
#: Seconds in which any program gets done with one file.
_MOMENT: Final = 0.05


def find_problems(
    home: Home, level: Level, *, progress: bool | None = None, resume: bool = False
) -> CheckReport:
    """Return what is wrong in a project.

    Nothing of the project is changed. A check of more than some seconds notes how far it came in
    a file of its own, for `resume`, and removes it at the end.
    """
    require_level(level)
    started = time.monotonic()
    workspace = home.workspace
    checkpoint = Checkpoint(workspace.project, level, resume=resume)
    ids, beside = check_workspace(workspace)
    left = [job_id for job_id in ids if job_id > checkpoint.last]
    with reporting("checking jobs", len(ids), progress) as report, pausing_collector():
        for low in range(0, len(left), _BATCH):
            batch = left[low : low + _BATCH]
            # perf: what is as the index has it was hashed before (compare.py, check).
            texts = read_index(home, batch) if level == "fast" else NOTHING
            checkpoint.problems += look_at_jobs(workspace, batch, level, texts)
            checkpoint.checked += len(batch)
            checkpoint.note(batch[-1])
            report(checkpoint.checked)
    found = [*checkpoint.problems, *beside, *check_cache(workspace, level)]
    found += look_twice(lambda: check_surroundings(workspace, level))
    found += look_twice(lambda: check_index(workspace, level, len(ids)))
    checkpoint.forget()
    seconds = time.monotonic() - started
    return CheckReport(found, checkpoint.checked, level, seconds, workspace.project)


def look_at_jobs(
    workspace: Workspace, ids: Sequence[str], level: Level, texts: Mapping[str, bytes] = NOTHING
) -> list[Problem]:
    """Return what is wrong with some jobs, and stays wrong while one looks away.

    Other programs may be at work: a job that the released signac is making has no state point
    for a moment, and one that is being removed loses its files one by one.
    """
    found = list(check_jobs(workspace, ids, level, texts))
    doubtful = list(dict.fromkeys(problem.job for problem in found if problem.job is not None))
    return _keep(found, lambda: check_jobs(workspace, doubtful, level))


def look_twice(look: Callable[[], Iterable[Problem]]) -> list[Problem]:
    """Return what a look finds, and finds again a moment later."""
    return _keep(list(look()), look)


def _keep(found: list[Problem], look: Callable[[], Iterable[Problem]]) -> list[Problem]:
    """Return the problems that are still there a moment later."""
    if not found:
        return found
    time.sleep(_MOMENT)
    still = {(problem.kind, problem.path) for problem in look()}
    return [problem for problem in found if (problem.kind, problem.path) in still]


def raise_errors(report: CheckReport) -> None:
    """Raise if a report has errors; log its warnings.

    Raises
    ------
    JobsCorruptedError
        With all jobs concerned, and the report.
    """
    for found in report.warnings:
        logger.warning("%s", found.message)
    if not report.errors:
        return
    told: dict[str, str] = {}
    for found in report.errors:
        name = found.job or "project"
        told[name] = f"{told[name]}; {found.message}" if name in told else found.message
    raise JobsCorruptedError(report.jobs, told, report=report)


def require_level(level: str) -> None:
    """Raise for a level that there is not."""
    if level not in ("fast", "full"):
        raise InvalidInputError(f"the level of a check is 'fast' or 'full', not {level!r}")
