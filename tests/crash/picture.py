"""The state of a scene on disk as one flat dictionary, read without the library.

Keys say what a value belongs to, `("p", "job", <id>, "document")`; values compare with `==`. JSON
is kept as canonical text (so 1 is not 1.0), an HDF5 file as its content, any other file as its
bytes with its mode.
"""

import io
import os
import stat
from collections.abc import Iterable, Iterator
from typing import Any

import h5py

import rawcheck

Picture = dict[tuple[str, ...], Any]

# Beside the jobs: names that hold no data and may stay (the directory of scratch entries, the log
# of moves, the notes of interrupted transfers, the fallback locks).
STAYS = (
    os.path.join("workspace"),
    os.path.join("workspace", ".signac_scratch"),
    os.path.join(".signac", "moves.log"),
    os.path.join(".signac", "transfers"),
    os.path.join(".signac", "locks"),
)
#: What lies in these may stay as well.
FULL = tuple(os.path.join(".signac", name) + os.sep for name in ("locks", "transfers"))

same = rawcheck.same


def projects(root: str) -> list[str]:
    """Return the directories of a scene that are projects, or were meant to be."""
    return [path for path, names, _ in sorted(os.walk(root)) if ".signac" in names]


def is_complete(root: str) -> bool:
    """Tell whether every project of a scene has its config, so that it can be opened."""
    return all(os.path.exists(os.path.join(path, ".signac", "config")) for path in projects(root))


def number_of_jobs(root: str) -> int:
    """Return how many job directories all projects of a scene have."""
    return sum(len(rawcheck.snapshot(path)) for path in projects(root))


def picture(root: str) -> Picture:
    """Return the state of all projects and all other files of a scene."""
    found: Picture = {}
    inside = projects(root)
    for path in inside:
        found.update(_project(os.path.relpath(path, root), path))
    for directory, subdirectories, names in os.walk(root):
        subdirectories[:] = [
            name for name in subdirectories if os.path.join(directory, name) not in inside
        ]
        links = [name for name in subdirectories if os.path.islink(os.path.join(directory, name))]
        for name in names + links:
            full = os.path.join(directory, name)
            if not name.startswith("._"):
                found["", os.path.relpath(full, root)] = content(full)
    return found


def _project(name: str, path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    config = os.path.join(path, ".signac", "config")
    if os.path.exists(config):
        yield (name, "config"), content(config)
    for entry in sorted(os.listdir(path)):
        full = os.path.join(path, entry)
        if os.path.isfile(full) and not entry.startswith("._"):
            yield (name, "file", entry), content(full)
    workspace = os.path.join(path, "workspace")
    for entry in sorted(os.listdir(workspace)) if os.path.isdir(workspace) else ():
        if entry != rawcheck.SCRATCH:
            yield (name, "job", entry), "directory"
            yield from _files((name, "job", entry), os.path.join(workspace, entry))


def _files(key: tuple[str, ...], path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    for directory, subdirectories, names in os.walk(path):
        for name in subdirectories:
            full = os.path.join(directory, name)
            yield (*key, os.path.relpath(full, path)), "directory"
        for name in names:
            full = os.path.join(directory, name)
            if not name.startswith("._"):
                yield (*key, os.path.relpath(full, path)), content(full)


def content(path: str) -> Any:
    """Return what a file holds, in a form that compares, with its mode."""
    if os.path.islink(path):
        return ("link", os.readlink(path))
    mode = oct(stat.S_IMODE(os.stat(path).st_mode))
    with open(path, "rb") as file:
        data = file.read()
    if path.endswith(".h5"):
        return _hdf5(data)
    if path.endswith(".json"):
        try:
            return (mode, rawcheck.canonical(rawcheck.json.loads(data)))
        except ValueError:
            return (mode, "damaged", data)
    return (mode, data)


def _hdf5(data: bytes) -> Any:
    try:
        with h5py.File(io.BytesIO(data), "r") as file:
            items: dict[str, Any] = {}
            file.visititems(
                lambda name, item: items.__setitem__(
                    name, repr(item[()]) if isinstance(item, h5py.Dataset) else "group"
                )
            )
    except OSError as error:
        return ("damaged", str(error))
    return ("hdf5", repr(sorted(items.items())))


def names(root: str) -> frozenset[str]:
    """Return the relative names of all that lies in a scene, without the places that may stay."""
    found = set()
    for directory, subdirectories, files in os.walk(root):
        for name in subdirectories + files:
            relative = os.path.relpath(os.path.join(directory, name), root)
            _, _, inside = relative.partition(os.sep)
            if not (inside in STAYS or inside.startswith(FULL)):
                found.add(relative)
    return frozenset(found)


def problems(root: str) -> list[str]:
    """Return what the checker of raw projects finds in all projects of a scene."""
    return [
        line
        for path in projects(root)
        if os.path.exists(os.path.join(path, ".signac", "config"))
        for line in rawcheck.problems(path)
    ]


def equal(left: Picture, right: Picture) -> bool:
    """Tell whether two pictures show the same state."""
    return left == right


def difference(left: Picture, right: Picture) -> str:
    """Say in one line where two pictures differ."""
    lines = [
        f"{'/'.join(key)}: {left.get(key, 'absent')!r} != {right.get(key, 'absent')!r}"
        for key in sorted(left.keys() | right.keys())
        if left.get(key) != right.get(key)
    ]
    return (
        "; ".join(line if len(line) < 300 else line[:300] + " .." for line in lines[:6]) or "none"
    )


def unit(key: tuple[str, ...]) -> tuple[str, ...]:
    """Return the part of a picture that changes as one: a job, or a file outside the jobs."""
    return key[:3] if len(key) > 2 and key[1] == "job" else key


def is_mixture(seen: Picture, before: Picture, after: Picture) -> bool:
    """Tell whether every job and every document by itself is as before or as after."""
    units = {unit(key) for key in (*seen, *before, *after)}
    return all(_part(seen, one) in (_part(before, one), _part(after, one)) for one in units)


def _part(state: Picture, one: tuple[str, ...]) -> Picture:
    return {key: value for key, value in state.items() if unit(key) == one}


def payloads(state: Picture) -> set[Any]:
    """Return all file contents of a picture that a user put there."""
    return {value for key, value in state.items() if value != "directory"}


def read_json(path: str | os.PathLike[str]) -> Any:
    """Read a JSON file with the standard library."""
    return rawcheck._read_json(os.fspath(path))


def job_lies(job: Any, known: Iterable[str] = ()) -> list[str]:
    """List where a handle says something else than the disk.

    Read without initialising: the document is only asked for where the job is on disk.
    """
    found = []
    statepoint = job.sp()
    if rawcheck.id_of(statepoint) != job.id:
        found.append(f"the handle has id {job.id} with state point {statepoint!r}")
    if not same(dict(job.cached_statepoint), statepoint):
        found.append(f"cached_statepoint is {job.cached_statepoint!r}, sp is {statepoint!r}")
    if os.path.basename(job.path) != job.id:
        found.append(f"the handle has id {job.id} and path {job.path}")
    if not os.path.isdir(job.path):
        return found
    on_disk = read_json(os.path.join(job.path, rawcheck.STATEPOINT))
    if not same(on_disk, statepoint):
        found.append(f"state point in memory {statepoint!r}, on disk {on_disk!r}")
    path = os.path.join(job.path, rawcheck.DOCUMENT)
    document = read_json(path) if os.path.exists(path) else {}
    if not same(job.doc(), document):
        found.append(f"document in memory {job.doc()!r}, on disk {document!r}")
    return found
