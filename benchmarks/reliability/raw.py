"""Look at a project and build one with the standard library alone."""

import hashlib
import json
import os
import re
from typing import Any

__all__ = [
    "broken_jobs",
    "id_of",
    "is_leftover",
    "job_ids",
    "job_path",
    "leftovers",
    "make_job",
    "make_project",
    "read_json",
    "write_json",
]

STATEPOINT = "signac_statepoint.json"
DOCUMENT = "signac_job_document.json"
PROJECT_DOCUMENT = "signac_project_document.json"
_ID = re.compile(r"[0-9a-f]{32}")


def id_of(statepoint: Any) -> str:
    """Return the id of a state point of plain JSON values."""
    return hashlib.md5(json.dumps(statepoint, sort_keys=True).encode()).hexdigest()


def read_json(path: str) -> Any:
    """Return the content of a JSON file."""
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def write_json(path: str, value: Any) -> None:
    """Write a JSON file in place."""
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file)


def make_project(path: str, document: Any = None) -> str:
    """Make an empty project and return its path."""
    os.makedirs(os.path.join(path, ".signac"))
    os.makedirs(os.path.join(path, "workspace"))
    with open(os.path.join(path, ".signac", "config"), "w", encoding="utf-8") as file:
        file.write("schema_version = 2\n")
    if document is not None:
        write_json(os.path.join(path, PROJECT_DOCUMENT), document)
    return path


def job_path(project: str, statepoint: Any) -> str:
    """Return where a job of a project is."""
    return os.path.join(project, "workspace", id_of(statepoint))


def make_job(project: str, statepoint: Any, document: Any = None) -> str:
    """Make a job and return its directory."""
    path = job_path(project, statepoint)
    os.makedirs(path)
    write_json(os.path.join(path, STATEPOINT), statepoint)
    if document is not None:
        write_json(os.path.join(path, DOCUMENT), document)
    return path


def job_ids(project: str) -> list[str]:
    """Return the names in the workspace that are ids."""
    return sorted(filter(_ID.fullmatch, os.listdir(os.path.join(project, "workspace"))))


def broken_jobs(project: str) -> dict[str, str]:
    """Return what is wrong with each job whose state point or document is no good."""
    broken = {}
    for id_ in job_ids(project):
        path = os.path.join(project, "workspace", id_)
        try:
            if id_of(read_json(os.path.join(path, STATEPOINT))) != id_:
                broken[id_] = "the state point is of another id"
            elif os.path.lexists(os.path.join(path, DOCUMENT)):
                read_json(os.path.join(path, DOCUMENT))
        except (OSError, ValueError) as error:
            broken[id_] = f"{type(error).__name__}: {error}"
    return broken


def is_leftover(name: str) -> bool:
    """Tell whether a file has the name of a temporary one, of either program."""
    return name.endswith(("~", ".next")) or name.startswith("._") or ".tmp" in name


def leftovers(project: str) -> list[str]:
    """Return the files below a project whose names or places are those of temporary files."""
    found = []
    for directory, _, names in os.walk(project):
        inside = ".signac_scratch" in directory.split(os.sep)
        found += [os.path.join(directory, name) for name in names if inside or is_leftover(name)]
    return found
