"""What must be true after a power cut, of what is on the disk and of what the library says."""

import gzip
import json
import os
import zlib
from typing import Any

import processes
import rawcheck
import signac
from powercut.workload import Picture, Recording, picture

DAMAGED, LOST, MIXED = "damaged", "acknowledged and lost", "neither old nor new"
# After one in so many power cuts everything is changed once more: it takes the longest.
GOING_ON = 4


def complaints(root: str, recording: Recording, names: int, at: int, *, durable: bool) -> list[str]:
    """Open what a power cut left, and list the broken promises.

    Parameters
    ----------
    root
        The directory that was restored.
    recording
        What was done before.
    names, at
        Steps whose names are on the disk, and all steps, before the power cut.
    durable
        Acknowledged calls must be on the disk too.
    """

    def child() -> list[str]:
        os.environ["SIGNAC_DURABILITY"] = "fast"
        return open_again(root)

    outcome = processes.run(child)
    if not outcome.ok:
        return [f"{DAMAGED}: opening again: {outcome}"]
    found = [f"{DAMAGED}: {line}" for line in outcome.value]
    if found:
        return found
    seen = picture(root)
    done = recording.calls_before(names)
    if not _is_between(seen, recording, done):
        found.append(f"{MIXED}: {_difference(seen, recording, done)}")
    acknowledged = recording.calls_before(at)
    if durable and done < acknowledged and not _is_between(seen, recording, acknowledged):
        found.append(f"{LOST}: {recording.calls[done:acknowledged]}")
    if at % GOING_ON == 0:
        found += [f"{DAMAGED}: going on: {line}" for line in going_on(root)]
    return found


def open_again(root: str) -> list[str]:
    """Use every project of a disk as the next program would; return what is wrong with it."""
    found = []
    for name in ("p", "q"):
        path = os.path.join(root, name)
        if not os.path.exists(os.path.join(path, ".signac", "config")):
            workspace = os.path.join(path, "workspace")
            names = os.listdir(workspace) if os.path.isdir(workspace) else []
            found += [f"{path} has jobs and no config" for name in names if name[0] != "."]
            continue
        found += use(path)
    return found


def use(path: str, key: str = "a", below: float = 5, inside: str = "n") -> list[str]:
    """Read all of a project and search it; return what is wrong."""
    found = []
    project = signac.get_project(path, search=False)
    ids = {job.id for job in project}
    for job in project:
        job.sp()
        job.doc()
    project.doc()
    wanted = {
        id_
        for id_, (statepoint, document, _) in _snapshot(path).items()
        if statepoint.get(key, below) < below and inside in (document or {})
    }
    query = {key: {"$lt": below}, f"doc.{inside}": {"$exists": True}}
    if {job.id for job in project.find_jobs(query)} != wanted:
        found.append(f"{path}: the search gives another answer than the files")
    found += [*rawcheck.problems(path), *_cache_problems(path)]
    if set(_snapshot(path)) != ids:
        found.append(f"{path}: the library sees other jobs than there are")
    return found


def going_on(root: str) -> list[str]:
    """Make the projects that were not made, change everything, and return what is wrong then."""

    def child() -> list[str]:
        os.environ["SIGNAC_DURABILITY"] = "fast"  # no second power cut comes
        found = []
        for name in ("p", "q"):
            path = os.path.join(root, name)
            project = signac.init_project(path)
            project.create_jobs([{"after": n} for n in range(3)], progress=False)
            for job in project:
                job.doc.after = True
            project.doc.after = True
            project.open_job({"after": 0}).sp.after = "changed"
            project.open_job({"after": 1}).remove()
            project.update_cache()
            found += rawcheck.problems(path)
            found += [f"{job}: {job.doc()}" for job in project if job.doc.get("after") is not True]
        return found

    outcome = processes.run(child)
    return list(outcome.value) if outcome.ok else [f"{outcome}"]


def _cache_problems(path: str) -> list[str]:
    """Tell whether the released signac would stop at the cache file."""
    file = os.path.join(path, ".signac", "statepoint_cache.json.gz")
    if not os.path.lexists(file):
        return []
    try:
        with gzip.open(file) as stream:
            entries = json.load(stream)
    except (OSError, ValueError, EOFError, zlib.error) as error:
        return [f"{file}: {error}"]
    return [f"{file}: {id_}" for id_, value in entries.items() if rawcheck.id_of(value) != id_]


def _snapshot(path: str) -> dict[str, Any]:
    try:
        return rawcheck.snapshot(path)
    except (OSError, ValueError):
        return {}


def _is_between(seen: Picture, recording: Recording, done: int) -> bool:
    """Tell whether a picture is the one after `done` calls or the next, or on the way there."""
    before = recording.pictures[done]
    after = recording.pictures[min(done + 1, len(recording.pictures) - 1)]
    if seen in (before, after):
        return True
    if done == len(recording.calls) or not recording.each[done]:
        return False
    return all(seen.get(key) in (before.get(key), after.get(key)) for key in seen | before | after)


def _difference(seen: Picture, recording: Recording, done: int) -> str:
    before = recording.pictures[done]
    changed = sorted(key for key in seen | before if seen.get(key) != before.get(key))
    call = recording.calls[done] if done < len(recording.calls) else "the end"
    return f"in {call}: {[(key, before.get(key), seen.get(key)) for key in changed]}"[:1500]
