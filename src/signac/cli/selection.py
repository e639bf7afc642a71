"""Which jobs a command is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signac.errors import InvalidInputError, JobsCorruptedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from signac.cli.context import Context
    from signac.job import Job
    from signac.project import Project

__all__ = ["open_jobs", "parse_words", "selected_jobs", "work_on"]


def parse_words(words: Sequence[str] | None) -> Any:
    """Return the filter that words stand for; without words ``None``."""
    from signac.filterparse import parse_filter_arg

    return parse_filter_arg(words)


def open_jobs(project: Project, ids: Iterable[str]) -> list[Job]:
    """Return the jobs with these ids, all of them or none.

    Raises
    ------
    JobNotFoundError, AmbiguousIdError
        For the first id that stands for no job, or for several.
    """
    return [project.open_job(id=each) for each in ids]


def selected_jobs(
    project: Project, ids: Sequence[str] | None, words: Sequence[str] | None
) -> Iterable[Job]:
    """Return the jobs that are named, or found; all jobs if neither is asked for."""
    if ids and words:
        raise InvalidInputError("Can't provide both 'job-id' and filter arguments!")
    if ids:
        return open_jobs(project, ids)
    return project.find_jobs(parse_words(words))


def work_on(context: Context, jobs: Iterable[Job], work: Callable[[Job], object]) -> int:
    """Do something for each job; a damaged one is named and does not stop the others.

    Returns
    -------
    int
        The exit code: 1 if there were damaged jobs.
    """
    damaged: list[str] = []
    for job in jobs:
        try:
            work(job)
        except JobsCorruptedError as error:
            damaged.append(job.id)
            context.note(f"Error: {error}")
    if damaged:
        context.note(
            f"{len(damaged)} damaged job(s) left out; '{context.program} check' tells more."
        )
    return 1 if damaged else 0
