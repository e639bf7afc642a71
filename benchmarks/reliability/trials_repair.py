"""Row 51: what `repair` does to jobs that are damaged, with sound and with wrong caches."""

import gzip
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from apart import apart, fresh, logged, show
from damage_scene import Scene, build, derive
from damages import DAMAGES
from raw import id_of, read_json

import signac

__all__ = ["repaired"]

_SPOIL = {damage.name: damage.spoil for damage in DAMAGES}
_KILLED = _SPOIL["killed state point change of the released program"]
#: Files that are derived from others, or belong to operations under way.
_DERIVED = (".signac" + os.sep, os.path.join("workspace", ".signac_scratch"))


@dataclass(frozen=True)
class Case:
    """One project to repair: what is beside it, how it is spoilt, and what must come of it."""

    spoil: Callable[[Scene], Any]
    cache: bool = False
    must_heal: bool = False


def _wrong_file_and_cache(scene: Scene) -> None:
    _SPOIL["cache with another state point"](scene)
    os.unlink(scene.statepoint)


def _wrong_by_public_names(scene: Scene) -> None:
    """Change what is read-only, and let the cache be written: only public names are used."""
    project = signac.Project(scene.project)
    job = project.open_job(id=scene.victim)
    try:
        job.cached_statepoint["b"]["c"] = 99
    except TypeError:
        pass  # it is read-only indeed
    project.update_cache()


def _wrong_index(scene: Scene) -> bool:
    """Put the index of another project in place."""
    other = scene.project + ".other"
    shutil.copytree(scene.project, other, symlinks=True)
    for name in scene.ids:
        path = os.path.join(other, "workspace", name, "signac_statepoint.json")
        statepoint = read_json(path)
        with open(path, "w", encoding="utf-8") as file:
            json.dump({**statepoint, "more": 1}, file)
    index = os.path.join(scene.project, ".signac", "index")
    if not os.path.isdir(index):
        return False
    foreign = os.path.join(other, ".signac", "index")
    for name in os.listdir(foreign):
        shutil.copy(os.path.join(foreign, name), os.path.join(index, name))
    _SPOIL["state point missing"](scene)
    return True


def _every_entry_wrong(scene: Scene) -> None:
    """Give each job the state point of its neighbor, in the cache; one file is missing."""
    names = [*scene.ids, scene.victim]
    with gzip.open(scene.cache, "rb") as file:
        entries = json.loads(file.read())
    turned = {name: entries[names[at - 1]] for at, name in enumerate(names)}
    with gzip.open(scene.cache, "wb") as file:
        file.write(json.dumps(turned).encode())
    os.unlink(scene.statepoint)


def _cut_cache_and_file(scene: Scene) -> None:
    _SPOIL["cache cut off"](scene)
    os.unlink(scene.statepoint)


def _spoil_many(scene: Scene) -> None:
    """Spoil several jobs: one that nothing heals comes first."""
    for name in scene.ids[:3]:
        path = os.path.join(scene.workspace, name, "signac_job_document.json")
        with open(path, "wb") as file:
            file.write(b"{")
    os.unlink(scene.statepoint)


CASES: dict[str, Case] = {
    "rotten digit": Case(_SPOIL["state point with a rotten digit"]),
    "rotten digit, cache": Case(_SPOIL["state point with a rotten digit"], True, True),
    "another type": Case(_SPOIL["state point of another type"]),
    "another type, cache": Case(_SPOIL["state point of another type"], True, True),
    "state point of another job": Case(_SPOIL["state point of another job"]),
    "state point of another job, cache": Case(_SPOIL["state point of another job"], True, True),
    "state point {}": Case(_SPOIL["state point {}"]),
    "state point {}, cache": Case(_SPOIL["state point {}"], True, True),
    "missing": Case(_SPOIL["state point missing"]),
    "missing, cache": Case(_SPOIL["state point missing"], True, True),
    "empty, cache": Case(_SPOIL["state point empty"], True, True),
    "not JSON, cache": Case(_SPOIL["state point not JSON"], True, True),
    "wrong cache": Case(_SPOIL["cache with another state point"], True),
    "wrong cache, missing": Case(_wrong_file_and_cache, True),
    "wrong cache, all exchanged, missing": Case(_every_entry_wrong, True),
    "cache with two exchanged": Case(_SPOIL["cache with two state points exchanged"], True),
    "cache spoilt by public names": Case(_wrong_by_public_names),
    "wrong index, missing": Case(_wrong_index, True, True),
    "damaged cache, missing": Case(_cut_cache_and_file, True),
    "renamed to zeros": Case(_SPOIL["job under another id"], False, True),
    "renamed to zeros, cache": Case(_SPOIL["job under another id"], True, True),
    "killed change": Case(_KILLED, False, True),
    "killed change, cache": Case(_KILLED, True, True),
    "copy under another id": Case(_SPOIL["copy under another id"]),
    "copy under another id, cache": Case(_SPOIL["copy under another id"], True),
    "empty directory": Case(_SPOIL["empty directory with an id as name"], True),
    "file with an id as name": Case(_SPOIL["file with an id as name"], True),
    "document not JSON": Case(_SPOIL["document not JSON"], True),
    "several jobs": Case(_spoil_many, True, True),
}


def repaired(scratch: str, size: str) -> dict[str, Any]:
    """Repair each case, and look where every job and every content is afterwards."""
    chosen = CASES if size == "full" else dict(list(CASES.items())[::4])
    outcomes = {name: _repair(scratch, case) for name, case in chosen.items()}
    outcomes = {name: outcome for name, outcome in outcomes.items() if outcome["applies"]}
    relabelled = [name for name, outcome in outcomes.items() if outcome["relabelled"]]
    lost = [name for name, outcome in outcomes.items() if outcome["lost"]]
    heals = [name for name in outcomes if chosen[name].must_heal]
    unhealed = [name for name in heals if not outcomes[name]["healed"]]
    silent = [n for n, o in outcomes.items() if not o["sound"] and o["said"] == "nothing"]
    numbers = {
        "cases": len(outcomes),
        "cases with jobs under another id": len(relabelled),
        "cases with contents overwritten or gone": len(lost),
        "cases that can be healed and are not": len(unhealed),
        "cases not sound afterwards, without a word": len(silent),
    }
    show({"relabelled": relabelled, "lost": lost, "unhealed": unhealed, "silent": silent})
    show({name: outcome["said"] for name, outcome in outcomes.items()})
    return {
        "figure": f"of {len(outcomes)} cases: jobs re-labelled in {len(relabelled)}, contents "
        f"overwritten or gone in {len(lost)}, still wrong without a word in {len(silent)}; healed "
        f"{len(heals) - len(unhealed)} of {len(heals)} that can be",
        "numbers": numbers,
    }


def _repair(scratch: str, case: Case) -> dict[str, Any]:
    scene = build(os.path.join(fresh(scratch), "project"))
    for name in (*scene.ids, scene.victim):
        with open(os.path.join(scene.workspace, name, "payload.txt"), "w") as file:
            file.write(name)
    if case.cache:
        apart(derive, signac, scene)
    spoilt = apart(_spoil, case.spoil, scene)
    if "value" not in spoilt:
        raise RuntimeError(f"cannot make a case: {spoilt}")
    if spoilt["value"] is False:
        return {"applies": False}
    before = _contents(scene.project)
    answer = apart(_call_repair, scene.project)
    after = _contents(scene.project)
    places = _places(scene.project)
    return {
        "applies": True,
        "relabelled": _relabelled(scene, places),
        "lost": sorted(before - after),
        "healed": _is_sound(scene, scene.victim),
        "sound": all(_is_sound(scene, name) for name in _ids_in(scene)),
        "said": answer.get("error", [answer.get("value")])[0],
    }


def _spoil(spoil: Callable[[Scene], Any], scene: Scene) -> Any:
    return spoil(scene) is not False


def _call_repair(path: str) -> str:
    project = signac.get_project(path)
    with logged() as messages:
        project.repair()
    return "logged" if messages else "nothing"


def _ids_in(scene: Scene) -> list[str]:
    return [n for n in os.listdir(scene.workspace) if len(n) == 32 and n.isalnum()]


def _is_sound(scene: Scene, name: str) -> bool:
    path = os.path.join(scene.workspace, name)
    try:
        read_json(os.path.join(path, "signac_job_document.json"))
        return id_of(read_json(os.path.join(path, "signac_statepoint.json"))) == name
    except (OSError, ValueError):
        return False


def _relabelled(scene: Scene, places: dict[str, list[str]]) -> list[str]:
    """Return the jobs whose payload is now under an id that was not its own before or after.

    A payload that stayed where the damage had put it was not moved by `repair`.
    """
    names = {*scene.ids, scene.victim}
    start = {"0" * 32, "ab" * 16, "0123456789abcdef" * 2}
    return [
        name
        for name, found in places.items()
        if any(place != name and place not in start for place in found) and name in names
    ]


def _places(project: str) -> dict[str, list[str]]:
    """Return for each payload the job directories that hold it."""
    places: dict[str, list[str]] = {}
    workspace = os.path.join(project, "workspace")
    for name in os.listdir(workspace):
        path = os.path.join(workspace, name, "payload.txt")
        if len(name) == 32 and os.path.isfile(path):
            with open(path, encoding="ascii") as file:
                places.setdefault(file.read(), []).append(name)
    return places


def _contents(project: str) -> set[str]:
    """Return the hashes of all files that are no derived ones."""
    found = set()
    for directory, _, names in os.walk(project):
        for name in names:
            path = os.path.join(directory, name)
            if os.path.relpath(path, project).startswith(_DERIVED) or not os.path.isfile(path):
                continue
            with open(path, "rb") as file:
                found.add(hashlib.sha256(file.read()).hexdigest())
    return found
