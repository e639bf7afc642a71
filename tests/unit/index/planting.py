"""Jobs that are made, changed and removed with plain file operations, behind the library's back."""

import json
import os
import shutil
from collections.abc import Iterable
from typing import Any

from rawcheck import DOCUMENT, STATEPOINT, id_of

INDEX = os.path.join(".signac", "index")


def plant(project: str, statepoints: Iterable[Any], documents: Iterable[Any] = ()) -> list[str]:
    """Make job directories and return their ids; a document of None is not written."""
    ids = []
    left = iter(documents)
    for statepoint in statepoints:
        ids.append(id_of(statepoint))
        directory = os.path.join(project, "workspace", ids[-1])
        os.mkdir(directory)
        _write(os.path.join(directory, STATEPOINT), statepoint)
        document = next(left, None)
        if document is not None:
            _write(os.path.join(directory, DOCUMENT), document)
    return ids


def document_of(project: str, job_id: str) -> str:
    """Return the path of the document of a job."""
    return os.path.join(project, "workspace", job_id, DOCUMENT)


def rewrite(project: str, job_id: str, document: Any) -> None:
    """Put a document in place of another, as careful programs do: by a rename."""
    path = document_of(project, job_id)
    _write(path + ".new", document)
    os.replace(path + ".new", path)


def uproot(project: str, ids: Iterable[str]) -> None:
    """Remove jobs."""
    for job_id in ids:
        shutil.rmtree(os.path.join(project, "workspace", job_id))


def index_files(project: str, ending: str = "") -> list[str]:
    """Return the paths of the files of the index, by the end of their names."""
    directory = os.path.join(project, INDEX)
    if not os.path.isdir(directory):
        return []
    names = sorted(os.listdir(directory))
    return [os.path.join(directory, name) for name in names if name.endswith(ending)]


def _write(path: str, value: Any) -> None:
    with open(path, "w", encoding="ascii") as file:
        json.dump(value, file)
