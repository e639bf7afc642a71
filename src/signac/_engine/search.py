"""Find jobs by what is in their state points and documents, by reading them all."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any

from signac._core import jsonfile, layout
from signac._query.evaluate import matches, uses_documents
from signac._synced.backend import parse_document
from signac.errors import JobsCorruptedError

if TYPE_CHECKING:
    from signac._engine.home import Home
    from signac._query.ast import Query

__all__ = ["find_ids"]

#: peer: damaged jobs are reported by the project.
logger = logging.getLogger("signac.project")

_MOST_SHOWN = 5


def find_ids(home: Home, query: Query | None) -> list[str]:
    """Return the ids of the jobs that match, in the order of the workspace.

    Jobs that vanish meanwhile are left out. So are jobs that cannot be read; each is named in
    one log record.
    """
    ids = home.list_ids()
    if query is None:
        return ids
    with_documents = uses_documents(query)
    found = []
    problems: dict[str, Exception] = {}
    for job_id in ids:
        try:
            statepoint = home.statepoint(job_id)
            document = _read_document(home, job_id) if with_documents else {}
        except (JobsCorruptedError, OSError, ValueError) as error:
            if os.path.isdir(home.workspace.job(job_id)):
                problems[job_id] = error
            continue
        if matches(query, statepoint, document):
            found.append(job_id)
    if problems:
        _log_problems(problems)
    return found


def _log_problems(problems: dict[str, Exception]) -> None:
    """Name all damaged jobs in one record, with what is wrong with the first few."""
    shown = [f"{job_id} ({error})" for job_id, error in list(problems.items())[:_MOST_SHOWN]]
    shown += list(problems)[_MOST_SHOWN:]
    logger.error("%d damaged jobs are left out of the search: %s", len(problems), "; ".join(shown))


def _read_document(home: Home, job_id: str) -> dict[str, Any]:
    path = f"{home.workspace.job(job_id)}{os.sep}{layout.DOCUMENT}"
    try:
        raw, _ = jsonfile.read_file(path)
    except FileNotFoundError:
        return {}
    return parse_document(raw, path) or {}
