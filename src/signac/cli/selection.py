"""Which jobs a command is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signac.errors import InvalidInputError, JobNotFoundError, JobsCorruptedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from signac.cli.context import Context
    from signac.job import Job
    from signac.project import Project

__all__ = ["open_jobs", "parse_words", "selected_jobs", "work_on"]

#: Ids of larger projects are not compared with one that is misspelt.
_MOST_COMPARED = 20_000


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
    return [_open_job(project, each) for each in ids]


def _open_job(project: Project, text: str) -> Job:
    try:
        return project.open_job(id=text)
    except JobNotFoundError as error:
        near = _similar_ids(project, text)
        if not near:
            raise
        raise JobNotFoundError(text, f"{error}; did you mean {' or '.join(near)}?") from None


def _similar_ids(project: Project, text: str) -> list[str]:
    """Return at most three ids that are written alike, abbreviated to the same length."""
    if not 4 <= len(text) <= 32 or len(project) > _MOST_COMPARED:
        return []
    from difflib import get_close_matches

    known = {job_id[: len(text)]: job_id for job_id in project.find_jobs()._ids}  # noqa: SLF001
    return [f"'{known[near]}'" for near in get_close_matches(text, known, 3, 0.7)]


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
