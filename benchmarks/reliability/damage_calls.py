"""What programs ask of a project: each call must give its answer for the jobs that are healthy."""

import os
from collections.abc import Callable
from typing import Any, Final

from damage_scene import HEALTHY, Scene

import signac

__all__ = ["CALLS", "fails"]

#: A call gets a project opened anew and the scene; it raises or returns False where a healthy job
#: is missing or wrong.
Call = Callable[[Any, Scene], bool]


def _ids(jobs: Any) -> set[str]:
    return {job.id for job in jobs}


def _all(found: Any, scene: Scene) -> bool:
    return set(scene.ids) <= set(found)


def _length(project: Any, scene: Scene) -> bool:
    return len(project) >= HEALTHY


def _iterate(project: Any, scene: Scene) -> bool:
    return _all(_ids(project), scene)


def _contains(project: Any, scene: Scene) -> bool:
    return all(project.open_job({"a": n, "b": {"c": n % 2}}) in project for n in range(HEALTHY))


def _open_statepoint(project: Any, scene: Scene) -> bool:
    job = project.open_job({"a": 1, "b": {"c": 1}}).init()
    return job.id == scene.ids[1] and job.doc.n == 1


def _open_id(project: Any, scene: Scene) -> bool:
    return all(project.open_job(id=i).sp.a == n for n, i in enumerate(scene.ids[:5]))


def _open_prefix(project: Any, scene: Scene) -> bool:
    return project.open_job(id=scene.ids[2][:20]).doc.n == 2


def _find(project: Any, scene: Scene) -> bool:
    return _all(_ids(project.find_jobs({"a": {"$lt": HEALTHY}})), scene)


def _find_one(project: Any, scene: Scene) -> bool:
    return _ids(project.find_jobs({"b.c": 1, "a": 3})) == {scene.ids[3]}


def _find_document(project: Any, scene: Scene) -> bool:
    return _all(_ids(project.find_jobs({"doc.n": {"$lt": HEALTHY}})), scene)


def _group(project: Any, scene: Scene) -> bool:
    groups = {key: _ids(group) for key, group in project.groupby("a")}
    return all(scene.ids[number] in groups[number] for number in range(HEALTHY))


def _group_document(project: Any, scene: Scene) -> bool:
    groups = {key: _ids(group) for key, group in project.groupby("doc.n")}
    return all(scene.ids[number] in groups[number] for number in range(HEALTHY))


def _schema(project: Any, scene: Scene) -> bool:
    return set(range(HEALTHY)) <= set(project.detect_schema()["a"][int])


def _frame(project: Any, scene: Scene) -> bool:
    table = project.to_dataframe()
    return all(table.loc[i, "doc.n"] == n for n, i in enumerate(scene.ids))


def _neighbors(project: Any, scene: Scene) -> bool:
    return _all(project.get_neighbors(), scene)


def _update_cache(project: Any, scene: Scene) -> bool:
    project.update_cache()
    return True


def _write(project: Any, scene: Scene) -> bool:
    project.open_job(id=scene.ids[0]).doc.later = 1
    job = project.open_job({"a": 77}).init()
    return job in project and os.path.isfile(job.fn("signac_statepoint.json"))


def _read_store(project: Any, scene: Scene) -> bool:
    return all(project.open_job(id=i).data["x"] == 1 for i in scene.ids[:5])


CALLS: Final[dict[str, Call]] = {
    "len(project)": _length,
    "for job in project": _iterate,
    "job in project": _contains,
    "open_job(statepoint).init()": _open_statepoint,
    "open_job(id=...).sp": _open_id,
    "open_job(id=prefix).doc": _open_prefix,
    "find_jobs, range": _find,
    "find_jobs, nested key": _find_one,
    "find_jobs, document key": _find_document,
    "groupby": _group,
    "groupby, document key": _group_document,
    "detect_schema": _schema,
    "to_dataframe": _frame,
    "get_neighbors": _neighbors,
    "update_cache": _update_cache,
    "write a document, make a job": _write,
    "read HDF5": _read_store,
}


def fails(name: str, scene: Scene) -> str | None:
    """Return how a call fails on healthy jobs, or None where it does not."""
    try:
        right = CALLS[name](signac.get_project(scene.project), scene)
    except Exception as error:
        return type(error).__name__
    return None if right else "wrong answer"
