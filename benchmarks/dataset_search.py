"""Projects of any size for the cases of search, and changes to them, by the standard library."""

import os
import shutil
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Any

from dataset import DOCUMENT, STATEPOINT, id_of, to_bytes

__all__ = [
    "EDITS",
    "document_of",
    "edit_documents",
    "grid_of",
    "jobs_now",
    "statepoint_of",
    "toggle_jobs",
    "write_jobs",
    "write_sweep",
]

#: How many documents `edit_documents` edits.
EDITS = 100
#: `toggle_jobs` adds 33 jobs, removes 33 and changes 34.
_NEW = 33
_SHIFT = 67

StatepointOf = Callable[[int], dict[str, Any]]


def statepoint_of(number: int) -> dict[str, Any]:
    """Return a state point of eight keys, mixed and nested.

    Of N jobs 1 % have one value of ``a`` (100 values) and of ``model`` (1,000 values), 0.1 % one
    of ``T`` (1,000 values), 2 % one of ``box.shape.rho``; each has a ``seed`` of its own.
    """
    return {
        "a": number % 100,
        "T": number * 37 % 1000 / 1000,
        "seed": number,
        "model": f"model-{number % 1000:03d}",
        "periodic": number % 3 == 0,
        "mixed": (number % 7, f"m{number % 7}", None, 0.5, [1, number % 7])[number % 5],
        "box": {"L": [10.0, 10.0, 12.5], "shape": {"kind": "cube", "rho": number % 50 / 10}},
        "cutoff": 2.5,
    }


def document_of(number: int) -> dict[str, Any]:
    """Return a document of six keys, one of them nested; 1 % have one value of ``steps``."""
    return {
        "energy": -1.5 * number,
        "steps": number % 100,
        "done": number % 2 == 0,
        "label": f"run {number}",
        "run": {"step": number, "rate": 0.5},
        "tags": ["equilibrated", "sampled"],
    }


def grid_of(number: int) -> dict[str, Any]:
    """Return a state point of a grid, ten values along each of its axes."""
    varied = {"a": number % 10, "T": number // 10 % 10 / 10, "seed": number // 100}
    return {**statepoint_of(0), "mixed": None, **varied}


def write_sweep(
    folder: str, count: int, *, documents: bool = True, statepoint: StatepointOf = statepoint_of
) -> None:
    """Write a project with the jobs 0, 1, ..., by two processes."""
    os.makedirs(os.path.join(folder, ".signac"))
    os.mkdir(os.path.join(folder, "workspace"))
    _write(os.path.join(folder, ".signac", "config"), b"schema_version = 2\n")
    if count < 5_000:
        write_jobs(folder, range(count), documents=documents, statepoint=statepoint)
        return
    write = partial(write_jobs, folder, documents=documents, statepoint=statepoint)
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(write, (range(count // 2), range(count // 2, count))))


def write_jobs(
    folder: str,
    numbers: Iterable[int],
    *,
    documents: bool = True,
    statepoint: StatepointOf = statepoint_of,
) -> None:
    """Add jobs to a project."""
    for number in numbers:
        value = statepoint(number)
        directory = os.path.join(folder, "workspace", id_of(value))
        os.mkdir(directory)
        _write(os.path.join(directory, STATEPOINT), to_bytes(value))
        if documents:
            _write(os.path.join(directory, DOCUMENT), to_bytes(document_of(number)))


def toggle_jobs(folder: str, count: int) -> None:
    """Remove 33 jobs of a project, add 33, give 34 another state point; or take that back."""
    there, others = range(_SHIFT), range(count, count + _SHIFT)
    if not os.path.isdir(_job(folder, 0)):
        there, others = others, there
    for number in there[:_NEW]:
        shutil.rmtree(_job(folder, number))
    write_jobs(folder, others[:_NEW])
    for old, new in zip(there[_NEW:], others[_NEW:], strict=True):
        _replace(os.path.join(_job(folder, old), STATEPOINT), to_bytes(statepoint_of(new)))
        os.rename(_job(folder, old), _job(folder, new))


def jobs_now(folder: str, count: int) -> range:
    """Return the numbers of the jobs that `toggle_jobs` left."""
    return range(count) if os.path.isdir(_job(folder, 0)) else range(_SHIFT, count + _SHIFT)


def edit_documents(folder: str, count: int, steps: int) -> None:
    """Set ``steps`` of the documents of 100 jobs that `toggle_jobs` leaves alone."""
    for number in range(count - EDITS, count):
        path = os.path.join(_job(folder, number), DOCUMENT)
        _replace(path, to_bytes({**document_of(number), "steps": steps}))


def _job(folder: str, number: int) -> str:
    return os.path.join(folder, "workspace", id_of(statepoint_of(number)))


def _replace(path: str, data: bytes) -> None:
    _write(f"{path}.new", data)
    os.replace(f"{path}.new", path)


def _write(path: str, data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(data)
