"""Write projects with the standard library alone, so that both sides start from the same bytes."""

import hashlib
import json
import os
from typing import Any

__all__ = [
    "DOCUMENT",
    "STATEPOINT",
    "document_of",
    "id_of",
    "statepoint_of",
    "to_bytes",
    "write_document",
    "write_project",
]

STATEPOINT = "signac_statepoint.json"
DOCUMENT = "signac_job_document.json"


def statepoint_of(number: int) -> dict[str, Any]:
    """Return a state point of eight keys, mixed and nested."""
    return {
        "a": number,
        "T": 0.5 + 0.25 * (number % 8),
        "rho": round(0.1 * (number % 10), 1),
        "seed": number % 7,
        "model": "lennard-jones",
        "periodic": number % 2 == 0,
        "box": {"L": [10.0, 10.0, 12.5], "kind": "orthorhombic"},
        "cutoff": 2.5,
    }


def document_of(number: int) -> dict[str, Any]:
    """Return a document of six keys, one of them nested."""
    return {
        "energy": -1.5 * number,
        "steps": number,
        "done": True,
        "label": f"run {number}",
        "run": {"step": number, "rate": 0.5},
        "tags": ["equilibrated", "sampled"],
    }


def to_bytes(value: Any) -> bytes:
    """Return the bytes of a file that holds a value."""
    return json.dumps(value).encode()


def id_of(statepoint: dict[str, Any]) -> str:
    """Return the id of a state point of plain values."""
    return hashlib.md5(json.dumps(statepoint, sort_keys=True).encode()).hexdigest()


def write_project(folder: str, count: int, *, documents: bool = False) -> list[str]:
    """Write a project with `count` jobs, of the state points 0, 1, ...; return their ids."""
    workspace = os.path.join(folder, "workspace")
    os.makedirs(os.path.join(folder, ".signac"))
    os.mkdir(workspace)
    _write(os.path.join(folder, ".signac", "config"), b"schema_version = 2\n")
    ids = []
    for number in range(count):
        statepoint = statepoint_of(number)
        ids.append(id_of(statepoint))
        directory = os.path.join(workspace, ids[-1])
        os.mkdir(directory)
        _write(os.path.join(directory, STATEPOINT), to_bytes(statepoint))
        if documents:
            write_document(directory, number)
    return ids


def write_document(directory: str, number: int) -> None:
    """Give a job directory a document, in place of the one it has."""
    path = os.path.join(directory, DOCUMENT)
    _write(f"{path}.new", to_bytes(document_of(number)))
    os.replace(f"{path}.new", path)


def _write(path: str, data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(data)
