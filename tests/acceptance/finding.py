"""Fill projects with labelled jobs, and tell which of them a search gives."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import signac

StatePoint = Mapping[str, Any]


def fill(
    project: Any,
    statepoints: Sequence[StatePoint],
    documents: Sequence[StatePoint | None] = (),
) -> list[Any]:
    """Make one job for each state point, with its position as the label `n` unless it has one."""
    jobs = []
    for number, statepoint in enumerate(statepoints):
        job = project.open_job({"n": number, **statepoint}).init()
        if number < len(documents) and documents[number] is not None:
            job.doc.update(documents[number])
        jobs.append(job)
    return jobs


def made(directory: Any, *content: Any) -> Any:
    """Make a project in a directory, filled, and return it as a new object."""
    project = signac.init_project(directory)
    fill(project, *content)
    return signac.get_project(project.path, search=False)


def found(where: Any, query: Any = None) -> list[Any]:
    """Return the sorted labels of the jobs that a filter finds; all ways to ask must agree."""
    cursor = where.find_jobs(query)
    jobs = list(cursor)
    assert len(cursor) == len(jobs)
    assert all(job in cursor for job in jobs)
    assert len({job.id for job in jobs}) == len(jobs)
    return labels(jobs)


def labels(jobs: Any) -> list[Any]:
    """Return the sorted labels of jobs."""
    return sorted(job.cached_statepoint["n"] for job in jobs)


def labelled(project: Any, label: int) -> Any:
    """Return the job with a label."""
    (job,) = (job for job in project if job.cached_statepoint["n"] == label)
    return job


def messages(log: Any, level: int = logging.ERROR, name: str = "signac.project") -> list[str]:
    """Return the text of the log records of one level and name."""
    return [
        record.getMessage()
        for record in log.records
        if record.name == name and record.levelno == level
    ]
