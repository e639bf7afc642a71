"""A project that is to be damaged, as the standard library writes it."""

import functools
import io
import os
from dataclasses import dataclass
from typing import Any, Final

import h5py
from raw import make_job, make_project

__all__ = ["HEALTHY", "STATEPOINT", "Scene", "build", "derive"]

STATEPOINT: Final = "signac_statepoint.json"
DOCUMENT: Final = "signac_job_document.json"
#: With fewer than 32 jobs ours has no index.
HEALTHY: Final = 39


@dataclass(frozen=True)
class Scene:
    """A project, and which job of it is to be damaged."""

    project: str
    ids: tuple[str, ...]
    victim: str

    @property
    def workspace(self) -> str:
        return os.path.join(self.project, "workspace")

    @property
    def job(self) -> str:
        return os.path.join(self.workspace, self.victim)

    @property
    def statepoint(self) -> str:
        return os.path.join(self.job, STATEPOINT)

    @property
    def document(self) -> str:
        return os.path.join(self.job, DOCUMENT)

    @property
    def store(self) -> str:
        return os.path.join(self.job, "signac_data.h5")

    @property
    def cache(self) -> str:
        return os.path.join(self.project, ".signac", "statepoint_cache.json.gz")

    @property
    def config(self) -> str:
        return os.path.join(self.project, ".signac", "config")

    @property
    def project_document(self) -> str:
        return os.path.join(self.project, "signac_project_document.json")

    def beside(self, name: str) -> str:
        return os.path.join(self.workspace, name)


def build(path: str) -> Scene:
    """Make a project with the standard library."""
    make_project(path, {"title": "damaged"})
    ids = []
    for number in range(HEALTHY + 1):
        statepoint = {"a": number, "b": {"c": number % 2}}
        job = make_job(path, statepoint, {"n": number, "sub": {"x": [number]}})
        with open(os.path.join(job, "signac_data.h5"), "wb") as file:
            file.write(_store_bytes())
        ids.append(os.path.basename(job))
    return Scene(path, tuple(ids[:HEALTHY]), ids[HEALTHY])


def derive(signac: Any, scene: Scene) -> None:
    """Let a program write what it keeps beside the jobs: the cache file, the index."""
    signac.Project(scene.project).update_cache()
    len(signac.Project(scene.project).find_jobs({"a": 0, "doc.n": 0}))


@functools.cache
def _store_bytes() -> bytes:
    data = io.BytesIO()
    with h5py.File(data, "w") as file:
        file["x"] = 1
    return data.getvalue()
