"""Changes by way of the library, on a project object of any process."""

from typing import Any

import signac


def init(project: Any, statepoint: dict[str, Any], document: dict[str, Any]) -> None:
    job = project.open_job(statepoint).init()
    if document:
        job.doc = document


def bulk(project: Any, statepoints: list[dict[str, Any]]) -> None:
    project.create_jobs(statepoints, progress=False)


def remove(project: Any, job: str) -> None:
    project.open_job(id=job).remove()


def assign(project: Any, job: str, document: dict[str, Any]) -> None:
    project.open_job(id=job).doc = document


def put(project: Any, job: str, key: str, value: Any) -> None:
    project.open_job(id=job).doc[key] = value


def buffered(project: Any, job: str, key: str, value: Any) -> None:
    with signac.buffered():
        project.open_job(id=job).doc[key] = value


def transaction(project: Any, job: str, key: str, value: Any) -> None:
    with project.open_job(id=job).doc.transaction() as doc:
        doc["t"] = "pqrs"
        doc[key] = value


def change(project: Any, job: str, key: str, value: Any) -> None:
    project.open_job(id=job).sp[key] = value


def reset(project: Any, job: str) -> None:
    project.open_job(id=job).reset()


def move(project: Any, job: str, destination: str) -> None:
    project.open_job(id=job).move(signac.Project(destination))


def update_cache(project: Any) -> None:
    project.update_cache()


ACTS = {
    function.__name__: function
    for function in (
        init,
        bulk,
        remove,
        assign,
        put,
        buffered,
        transaction,
        change,
        reset,
        move,
        update_cache,
    )
}


def act(project: Any, name: str, arguments: dict[str, Any]) -> None:
    """Make one change; what it may meet on a damaged job is part of the game."""
    ACTS[name](project, **arguments)


__all__ = ["ACTS", "act"]
