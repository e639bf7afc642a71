"""What happened to the jobs of a synchronisation, and how it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from signac._engine.copying import Copied
from signac.errors import JobsCorruptedError, SyncConflict, TransferError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Outcome", "raise_problems"]

#: So many further problems are told with the first one.
_MOST_SHOWN = 10

Problem = tuple[str, Exception]


class Outcome(NamedTuple):
    """What happened to one job.

    Attributes
    ----------
    id : str
        The job.
    copied : Copied
        Its files.
    cloned : bool
        Whether it is new.
    problems : sequence of Exception
        What went wrong, in order.
    """

    id: str
    copied: Copied = Copied(0, 0)
    cloned: bool = False
    problems: Sequence[Exception] = ()


def raise_problems(problems: Sequence[Problem]) -> None:
    """Raise what went wrong with some of many, when the rest is done; do nothing for nothing.

    Conflicts come first: the first one is raised and has the others. What a function of the
    caller raised comes next, as it is; then damaged jobs, and errors of the system.

    Parameters
    ----------
    problems : sequence of (str, Exception)
        Where, an id or a path, and what.
    """
    if not problems:
        return
    errors = [error for _, error in problems]
    conflicts = [error for error in errors if isinstance(error, SyncConflict)]
    if conflicts:
        first = conflicts[0]
        first.others = tuple(conflicts[1:])
        _raise_with_notes(first, [one for one in problems if one[1] not in conflicts])
    foreign = [error for error in errors if not isinstance(error, OSError | JobsCorruptedError)]
    if foreign:
        _raise_with_notes(foreign[0], [one for one in problems if one[1] is not foreign[0]])
    if len(problems) == 1:
        raise errors[0]
    damaged = [error for error in errors if isinstance(error, JobsCorruptedError)]
    if len(damaged) == len(errors):
        raise JobsCorruptedError(
            [job_id for error in damaged for job_id in error.job_ids],
            {job_id: text for error in damaged for job_id, text in error.problems.items()},
        )
    failed: dict[str, Exception] = {}
    for where, error in problems:
        failed.setdefault(where, error)
    if len(failed) == 1:
        raise errors[0]
    raise TransferError(failed)


def _raise_with_notes(error: Exception, others: Sequence[Problem]) -> None:
    for where, other in others[:_MOST_SHOWN]:
        error.add_note(f"also: {where}: {type(other).__name__}: {other}")
    if len(others) > _MOST_SHOWN:
        error.add_note(f"also: {len(others) - _MOST_SHOWN} more")
    raise error
