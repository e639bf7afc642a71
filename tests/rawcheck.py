"""Check a project directory with the standard library alone.

This module shares no code with the library, on purpose: it is what crash, concurrency, stateful and
interop tests believe. It knows the format on disk and nothing else.

- `problems` lists everything that a person would have to repair by hand.
- `snapshot` gives the content of all jobs, for comparison with a model.
- `same` and `canonical` compare values as the format does: NaN equals NaN, 1 is not 1.0 nor True.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterable
from typing import Any

STATEPOINT = "signac_statepoint.json"
DOCUMENT = "signac_job_document.json"
PROJECT_DOCUMENT = "signac_project_document.json"
SCRATCH = ".signac_scratch"

_ID = re.compile(r"[0-9a-f]{32}")
_LEFTOVER = re.compile(
    r"""
      \._.*                        # unique temporary names: ._<uuid>_<name>
    | .*~                          # the released peer's backup and cache names
    | .*\.(next|trash|tmp|temp|new|part|orig)
    | [0-9a-f]{32}\.h5             # a store assigned by way of a unique name
    | [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}.*
    """,
    re.VERBOSE,
)


def canonical(value: Any) -> str:
    """Return the text that the format hashes; equal texts mean equal values."""
    return json.dumps(value, sort_keys=True)


def same(left: Any, right: Any) -> bool:
    """Tell whether two JSON values are the same to the format (NaN included, types included)."""
    return canonical(left) == canonical(right)


def id_of(statepoint: Any) -> str:
    """Return the id that the format gives to a state point."""
    return hashlib.md5(canonical(statepoint).encode()).hexdigest()


def problems(project_path: str | os.PathLike[str], expected: Iterable[str] = ()) -> list[str]:
    """List what is wrong in a project that was opened again after whatever happened to it.

    Parameters
    ----------
    project_path
        The root of the project.
    expected
        Names of entries of the workspace, besides jobs, that the test itself put there.

    Returns
    -------
    list of str
        One line for each problem, empty if all is well: a job whose state point is missing, cannot
        be parsed or does not hash to the name of its directory; a document that cannot be parsed or
        is no object; a temporary file left in the project root, in `.signac` or in a job; an entry
        of the workspace that is no job; anything left in the scratch directory; a missing or
        damaged config.
    """
    root = os.fspath(project_path)
    workspace = os.path.join(root, "workspace")
    found = _config_problems(root)
    found += _document_problems(os.path.join(root, PROJECT_DOCUMENT))
    found += _leftovers(root, os.listdir(root))
    for directory, _, names in os.walk(os.path.join(root, ".signac")):
        found += _leftovers(directory, names)
    if not os.path.isdir(workspace):
        return found
    for name in sorted(os.listdir(workspace)):
        path = os.path.join(workspace, name)
        if _ID.fullmatch(name):
            found += _job_problems(path)
        elif name == SCRATCH:
            found += [f"{path}: scratch holds {entry}" for entry in sorted(os.listdir(path))]
        elif name not in expected:
            found.append(f"{path}: not a job")
    return found


def snapshot(
    project_path: str | os.PathLike[str],
) -> dict[str, tuple[dict[str, Any], dict[str, Any] | None, dict[str, bytes]]]:
    """Return `{id: (state point, document or None, {relative file name: content})}` of all jobs.

    A symbolic link is given as the bytes `-> target`. A job that cannot be read raises what the
    standard library raises: call `problems` first for a readable answer.
    """
    workspace = os.path.join(os.fspath(project_path), "workspace")
    if not os.path.isdir(workspace):
        return {}
    return {
        name: _job(os.path.join(workspace, name))
        for name in sorted(os.listdir(workspace))
        if _ID.fullmatch(name)
    }


def project_document(project_path: str | os.PathLike[str]) -> dict[str, Any] | None:
    """Return the project document, or None if there is none."""
    path = os.path.join(os.fspath(project_path), PROJECT_DOCUMENT)
    return _read_json(path) if os.path.lexists(path) else None


def difference(left: dict[str, Any], right: dict[str, Any]) -> list[str]:
    """List in which jobs two snapshots differ, and in which part; empty if they agree."""
    lines = []
    for id_ in sorted(left.keys() | right.keys()):
        if id_ not in left:
            lines.append(f"{id_}: only right: {right[id_]!r}")
        elif id_ not in right:
            lines.append(f"{id_}: only left: {left[id_]!r}")
        else:
            lines += [
                f"{id_}: {part}: {a!r} != {b!r}"
                for part, a, b in zip(
                    ("statepoint", "document", "files"), left[id_], right[id_], strict=True
                )
                if (a != b if part == "files" else not same(a, b))
            ]
    return lines


def _job(path: str) -> tuple[dict[str, Any], dict[str, Any] | None, dict[str, bytes]]:
    document = os.path.join(path, DOCUMENT)
    files = {}
    for directory, subdirectories, names in os.walk(path):
        links = [name for name in subdirectories if os.path.islink(os.path.join(directory, name))]
        for name in names + links:
            full = os.path.join(directory, name)
            relative = os.path.relpath(full, path)
            if relative in (STATEPOINT, DOCUMENT):
                continue
            if os.path.islink(full):
                files[relative] = b"-> " + os.fsencode(os.readlink(full))
            else:
                with open(full, "rb") as file:
                    files[relative] = file.read()
    return (
        _read_json(os.path.join(path, STATEPOINT)),
        _read_json(document) if os.path.lexists(document) else None,
        files,
    )


def _job_problems(path: str) -> list[str]:
    if not os.path.isdir(path):
        return [f"{path}: has the name of a job and is no directory"]
    file = os.path.join(path, STATEPOINT)
    found = []
    try:
        statepoint = _read_json(file)
    except FileNotFoundError:
        found.append(f"{file}: missing")
    except (OSError, ValueError) as error:
        found.append(f"{file}: cannot be read: {error}")
    else:
        if not isinstance(statepoint, dict):
            found.append(f"{file}: not an object: {statepoint!r}")
        elif id_of(statepoint) != os.path.basename(path):
            found.append(f"{file}: hashes to {id_of(statepoint)}, the directory says otherwise")
    found += _document_problems(os.path.join(path, DOCUMENT))
    for directory, subdirectories, names in os.walk(path):
        found += _leftovers(directory, names + subdirectories)
    return found


def _document_problems(file: str) -> list[str]:
    if not os.path.lexists(file):
        return []
    try:
        document = _read_json(file)
    except (OSError, ValueError) as error:
        return [f"{file}: cannot be read: {error}"]
    return [] if isinstance(document, dict) else [f"{file}: not an object: {document!r}"]


def _config_problems(root: str) -> list[str]:
    file = os.path.join(root, ".signac", "config")
    try:
        with open(file, encoding="utf-8") as stream:
            text = stream.read()
    except (OSError, ValueError) as error:
        return [f"{file}: cannot be read: {error}"]
    if not re.search(r"^schema_version\s*=\s*[\"']?2[\"']?\s*$", text, re.MULTILINE):
        return [f"{file}: does not give schema version 2: {text!r}"]
    return []


def _leftovers(directory: str, names: Iterable[str]) -> list[str]:
    return [
        f"{os.path.join(directory, name)}: left over"
        for name in sorted(names)
        if _LEFTOVER.fullmatch(name)
    ]


def _read_json(file: str) -> Any:
    with open(file, encoding="utf-8") as stream:
        return json.loads(stream.read())
