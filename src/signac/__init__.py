"""A data-space manager for computational research.

A *job* is a directory addressed by the hash of its parameters, the *state point*. Beside its files
it has a JSON *document* and HDF5 arrays. A *project* holds the jobs and searches them.

>>> import signac
>>> with signac.TemporaryProject() as project:
...     for job in project.create_jobs(signac.grid(T=[0.9, 1.2], seed=range(2))):
...         job.doc.energy = -job.sp.T
...     print(len(project.find_jobs({"T": 0.9})))
2
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from signac.version import __version__

if TYPE_CHECKING:
    from signac import errors, sync
    from signac._core.durability import durability
    from signac._stores.h5 import H5Store
    from signac._stores.manager import H5StoreManager
    from signac._synced.document import (
        JSONDict,
        buffered,
        get_buffer_capacity,
        get_current_buffer_size,
        is_buffered,
        set_buffer_capacity,
    )
    from signac.diff import diff_jobs
    from signac.project import Project, TemporaryProject, get_job, get_project, init_project
    from signac.sweep import Sweep, grid

__all__ = [
    "H5Store",
    "H5StoreManager",
    "JSONDict",
    "Project",
    "Sweep",
    "TemporaryProject",
    "__version__",
    "buffered",
    "diff_jobs",
    "durability",
    "errors",
    "get_buffer_capacity",
    "get_current_buffer_size",
    "get_job",
    "get_project",
    "grid",
    "init_project",
    "is_buffered",
    "set_buffer_capacity",
    "sync",
]

# perf: `import signac` loads nothing; each name brings its module when it is first used.
_HOMES = {
    "H5Store": "signac._stores.h5",
    "H5StoreManager": "signac._stores.manager",
    "JSONDict": "signac._synced.document",
    "Project": "signac.project",
    "Sweep": "signac.sweep",
    "TemporaryProject": "signac.project",
    "buffered": "signac._synced.document",
    "diff_jobs": "signac.diff",
    "durability": "signac._core.durability",
    "get_buffer_capacity": "signac._synced.document",
    "get_current_buffer_size": "signac._synced.document",
    "get_job": "signac.project",
    "get_project": "signac.project",
    "grid": "signac.sweep",
    "init_project": "signac.project",
    "is_buffered": "signac._synced.document",
    "set_buffer_capacity": "signac._synced.document",
}
#: Modules that programs reach as attributes after a plain ``import signac``.
_MODULES = frozenset(
    {
        "cursor",
        "diff",
        "errors",
        "filterparse",
        "h5store",
        "import_export",
        "job",
        "project",
        "schema",
        "sweep",
        "sync",
        "typing",
    }
)


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"signac.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'signac' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_MODULES})
