"""The directories in which operations start, written with the standard library alone."""

import json
import os
from typing import Any

import h5py

import rawcheck

FIRST: dict[str, Any] = {"a": 0, "b": {"c": 1}, "l": [1, 2]}
SECOND: dict[str, Any] = {"a": 1}
OTHERS: list[dict[str, Any]] = [{"a": number} for number in range(10, 13)]
DOCUMENT: dict[str, Any] = {"n": 1, "nest": {"k": 1}, "list": [1, {"deep": 2}], "text": "x" * 50}
LARGE: dict[str, Any] = {"n": 1, "nest": {"k": 1}, "many": {str(n): "y" * 40 for n in range(4000)}}


def write(path: str, value: Any) -> None:
    """Write a JSON file as the format wants it."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file)


def project(path: str, *, document: Any = None, workspace: bool = True) -> str:
    """Make an empty project."""
    os.makedirs(os.path.join(path, ".signac"))
    with open(os.path.join(path, ".signac", "config"), "w", encoding="utf-8") as file:
        file.write("schema_version = 2\n")
    if workspace:
        os.makedirs(os.path.join(path, "workspace"))
    if document is not None:
        write(os.path.join(path, rawcheck.PROJECT_DOCUMENT), document)
    return path


def job(path: str, statepoint: Any, document: Any = None, files: bool = True) -> str:
    """Make a job in a project and return its directory."""
    directory = os.path.join(path, "workspace", rawcheck.id_of(statepoint))
    write(os.path.join(directory, rawcheck.STATEPOINT), statepoint)
    if document is not None:
        write(os.path.join(directory, rawcheck.DOCUMENT), document)
    if files:
        os.makedirs(os.path.join(directory, "sub"))
        for name in ("data.txt", ".hidden", os.path.join("sub", "more.txt")):
            with open(os.path.join(directory, name), "w", encoding="utf-8") as file:
                file.write(f"{name} of {statepoint}")
    return directory


def ordinary(root: str) -> None:
    """Make project `p` with a full job, a job without a document and three small jobs."""
    path = project(os.path.join(root, "p"), document={"title": "p", "nest": {"k": 1}})
    job(path, FIRST, DOCUMENT)
    job(path, SECOND)
    for statepoint in OTHERS:
        job(path, statepoint, {"n": statepoint["a"]}, files=False)


def large(root: str) -> None:
    """Make project `p` with one job whose document does not fit one page."""
    job(project(os.path.join(root, "p")), FIRST, LARGE)


def two_projects(root: str) -> None:
    """Make projects `p` and `q`, each with a job of its own."""
    ordinary(root)
    job(project(os.path.join(root, "q")), SECOND, {"of": "q"})


def stores(root: str) -> None:
    """Make project `p` with two jobs, of which the first has stored arrays, and a project store."""
    path = project(os.path.join(root, "p"))
    first = job(path, FIRST, DOCUMENT)
    second = job(path, SECOND)
    _hdf5(os.path.join(first, "signac_data.h5"), {"x": [1.0, 2.0], "g/y": [[1, 2], [3, 4]]})
    _hdf5(os.path.join(first, "other.h5"), {"z": [5]})
    _hdf5(os.path.join(second, "signac_data.h5"), {"old": [9.0]})
    _hdf5(os.path.join(path, "signac_data.h5"), {"of": [7]})


def loose_document(root: str) -> None:
    """Make a directory with one JSON document and no project."""
    write(os.path.join(root, "plain", "doc.json"), DOCUMENT)


def nothing(root: str) -> None:
    """Make a directory that holds one foreign file."""
    os.makedirs(os.path.join(root, "plain"))
    with open(os.path.join(root, "plain", "keep.txt"), "w", encoding="utf-8") as file:
        file.write("keep")


def no_workspace(root: str) -> None:
    """Make project `p` whose workspace was deleted."""
    project(os.path.join(root, "p"), document={"title": "p"}, workspace=False)


def _hdf5(path: str, arrays: dict[str, Any]) -> None:
    with h5py.File(path, "w") as file:
        for name, values in arrays.items():
            file[name] = values
