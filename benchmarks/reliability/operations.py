"""The operations of one job or document that are disturbed, killed and audited."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import h5py
import numpy as np
import raw

import signac

__all__ = [
    "DOCUMENTS",
    "FIRST",
    "INIT",
    "OTHERS",
    "PAYLOAD",
    "REMOVALS",
    "STATEPOINTS",
    "STORES",
    "WHOLE_STORES",
    "Operation",
    "build",
]

FIRST = {"a": 0, "b": {"c": 1}}
NEW = {"a": 2, "deep": {"er": [1.5, None]}}
OTHERS = [{"a": number} for number in (10, 11)]
#: A file of the user, by which the job is found again wherever it is.
PAYLOAD = "payload of the first job"


@dataclass(frozen=True)
class Operation:
    """One operation: what it is called, how a project path gives handles and the call."""

    name: str
    prepare: Callable[[str], Callable[[], object]]
    #: The cache file of state points is there before.
    cached: bool = False


def build(path: str, *, cached: bool = False) -> str:
    """Write the project in which operations start: a full job and two small ones."""
    raw.make_project(path, {"title": "p"})
    first = raw.make_job(path, FIRST, {"n": 1, "nest": {"k": 1}, "list": [1, {"d": 2}]})
    os.mkdir(os.path.join(first, "sub"))
    for name in ("data.txt", os.path.join("sub", "more.txt")):
        with open(os.path.join(first, name), "w") as file:
            file.write(PAYLOAD)
    with h5py.File(os.path.join(first, "signac_data.h5"), "w") as file:
        file["x"] = np.arange(500.0)
        file["g/y"] = np.arange(20)
    for statepoint in OTHERS:
        raw.make_job(path, statepoint, {"n": statepoint["a"]})
    if cached:
        signac.get_project(path).update_cache()
    return path


def _on_job(
    name: str, change: Callable[[Any], object], statepoint: Any = FIRST, *, cached: bool = False
) -> Operation:
    def prepare(path: str) -> Callable[[], object]:
        job = signac.get_project(path).open_job(statepoint)
        job.sp()
        if os.path.isdir(job.path):
            job.init()
            job.doc()
        return lambda: change(job)

    return Operation(name, prepare, cached)


def _put_project(path: str) -> Callable[[], object]:
    project = signac.get_project(path)
    project.doc()
    return lambda: project.doc.__setitem__("n", 5)


def _assign(job: Any) -> None:
    job.data = {"x": np.arange(600.0), "new": 5}


def _assign_new(job: Any) -> None:
    job.stores["other"] = {"x": np.arange(600.0)}


DOCUMENTS = [
    _on_job("doc-set", lambda job: job.doc.__setitem__("n", 2)),
    _on_job("doc-update", lambda job: job.doc.update({"n": 3, "m": [1, 2]})),
    _on_job("doc-reset", lambda job: job.doc.reset({"z": 1})),
    Operation("project-doc-set", _put_project),
]
INIT = [_on_job("init", lambda job: job.init(), NEW)]
STATEPOINTS = [
    _on_job("sp-set", lambda job: setattr(job.sp, "b", 5)),
    _on_job("update-statepoint", lambda job: job.update_statepoint({"z": 1})),
    _on_job("sp-set-cached", lambda job: setattr(job.sp, "b", 5), cached=True),
    _on_job("update-statepoint-cached", lambda job: job.update_statepoint({"z": 1}), cached=True),
]
REMOVALS = [
    _on_job("remove", lambda job: job.remove()),
    _on_job("clear", lambda job: job.clear()),
    _on_job("reset", lambda job: job.reset()),
]
#: Written inside the file, which HDF5 changes in place.
STORES = [
    _on_job("data-new-key", lambda job: job.data.__setitem__("new", np.arange(600.0))),
    _on_job("data-replace-key", lambda job: job.data.__setitem__("x", np.arange(600.0))),
    _on_job("data-group", lambda job: job.data.__setitem__("h", {"deep": {"er": 5}})),
]
#: A whole file.
WHOLE_STORES = [
    _on_job("data-assign", _assign),
    _on_job("store-assign-new", _assign_new),
]
