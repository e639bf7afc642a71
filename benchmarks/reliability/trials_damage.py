"""Rows 47 to 50: one damaged job or file, and what it does to the healthy ones."""

import os
import subprocess
import time
from collections.abc import Callable
from typing import Any

from apart import answer_of, apart, at_most, fresh, logged, show
from damage_calls import CALLS, fails
from damage_scene import HEALTHY, Scene, build, derive
from damages import DAMAGES, LEVELS, Damage

import signac

__all__ = ["missing_workspace", "odd_names", "spoilt", "unreadable"]

#: A call that takes so long waits for something that never comes, such as the end of a pipe.
_LONG = 5.0
#: Only what has not changed for two seconds is taken into the index of ours.
_SETTLING = 2.5
#: The quick size tries every so-many-th kind of damage.
_STEP = 6


# Row 47.


def spoilt(scratch: str, size: str) -> dict[str, Any]:
    """Do each kind of damage to a project of its own, check it, then make every call.

    Each kind is done with cache and index beside the jobs, and once more without either, unless it
    is one of these.
    """
    kinds = DAMAGES if size == "full" else DAMAGES[::_STEP]
    scenes = {
        (damage.name, bare): build(os.path.join(fresh(scratch), "project"))
        for damage in kinds
        for bare in ((False,) if damage.traceless else (False, True))
    }
    time.sleep(_SETTLING)
    tried = {
        damage.name: _try_all(
            damage, {bare: scene for (name, bare), scene in scenes.items() if name == damage.name}
        )
        for damage in kinds
    }
    applying = [damage for damage in kinds if tried[damage.name]["applies"]]
    failing = {damage.name: len(tried[damage.name]["failing"]) for damage in applying}
    silent = [
        damage.name
        for damage in applying
        if tried[damage.name]["checked"] == "nothing" and not damage.harmless
    ]
    numbers = {
        "kinds": len(applying),
        "calls": len(CALLS),
        "kinds that make calls fail": sum(map(bool, failing.values())),
        "kinds that make 9 calls fail": sum(count >= 9 for count in failing.values()),
        "calls failing where a job, a stray entry, cache or index is damaged": sum(
            failing[damage.name] for damage in applying if damage.level != "project"
        ),
        "calls failing where the project is damaged": sum(
            failing[damage.name] for damage in applying if damage.level == "project"
        ),
        "damages that check does not tell": len(silent),
        "damages that make calls fail and check does not tell": sum(
            bool(failing[name]) for name in silent
        ),
    }
    show(
        {
            "failing": {name: tried[name]["failing"] for name, count in failing.items() if count},
            "silent": silent,
            "skipped": [damage.name for damage in kinds if damage not in applying],
        }
    )
    among = {
        level: (
            sum(damage.level == level for damage in applying),
            sum(damage.level == level and failing[damage.name] > 0 for damage in applying),
            sum(failing[damage.name] for damage in applying if damage.level == level),
        )
        for level in LEVELS
    }
    parts = [
        f"{LEVELS[level]}: {bad} of {count} kinds, {calls} calls"
        for level, (count, bad, calls) in among.items()
    ]
    return {
        "figure": f"{'; '.join(parts)}. {numbers['kinds that make 9 calls fail']} kinds fail 9 or "
        f"more of {len(CALLS)} calls. check silent on {len(silent)} kinds, "
        f"{numbers['damages that make calls fail and check does not tell']} of which make calls "
        "fail",
        "numbers": numbers,
    }


def _try_all(damage: Damage, scenes: dict[bool, Scene]) -> dict[str, Any]:
    """Try a damage with and without cache and index; a call that fails in one way fails."""
    tried: dict[str, Any] = {"applies": False, "failing": {}, "checked": "raises"}
    for bare, scene in scenes.items():
        answer = apart(_try_damage, damage, scene, bare, seconds=180, powerless=True)
        how = answer.get("value") or {
            "applies": True,
            "failing": dict.fromkeys(CALLS, str(answer)),
            "checked": "nothing",
        }
        tried["applies"] |= how["applies"]
        tried["failing"].update(how["failing"])
        if how["checked"] != "raises" and tried["checked"] != "nothing":
            tried["checked"] = how["checked"]
    return tried


def _try_damage(damage: Damage, scene: Scene, bare: bool) -> dict[str, Any]:
    if not bare:
        derive(signac, scene)
    if damage.spoil(scene) is False:
        return {"applies": False, "failing": {}, "checked": ""}
    checked = _check(scene.project)
    failing = {}
    for name in CALLS:
        try:
            with at_most(_LONG), logged():
                how = fails(name, scene)
        except TimeoutError:
            how = "hangs"
        if how and name != damage.own_call:
            failing[name] = how
    return {"applies": True, "failing": failing, "checked": checked}


def _check(path: str) -> str:
    """Return how `check` tells of a damage: "raises", "logs" or "nothing"."""
    with logged() as messages:
        try:
            with at_most(_LONG):
                project = signac.get_project(path)
                project.check(**({"level": "full"} if hasattr(project, "find_problems") else {}))
        except TimeoutError:
            return "nothing"
        except Exception:
            return "raises"
    return "logs" if messages else "nothing"


# Row 48.

_NAMES = (
    "<id>.bak",
    "<id>_backup",
    "33 hex digits",
    "64 hex digits",
    "file of 33 hex digits",
    "upper case id",
    "id and a newline",
)


def odd_names(scratch: str, size: str) -> dict[str, Any]:
    """Put entries into the workspace whose names are nearly ids."""
    outcomes = {}
    for damage in DAMAGES:
        if damage.name in _NAMES:
            outcomes[damage.name] = apart(_count_names, scratch, damage, seconds=120)["value"]
    numbers = {
        "names": len(outcomes),
        "counted as jobs": sum(outcome["counted"] for outcome in outcomes.values()),
        "calls failing": sum(len(outcome["failing"]) for outcome in outcomes.values()),
    }
    return {
        "figure": f"{numbers['counted as jobs']} of {len(outcomes)} names counted as jobs; "
        f"{numbers['calls failing']} of {len(outcomes) * len(CALLS)} calls fail",
        "numbers": numbers,
    }


def _count_names(scratch: str, damage: Damage) -> dict[str, Any]:
    scene = build(os.path.join(fresh(scratch), "project"))
    derive(signac, scene)
    damage.spoil(scene)
    project = signac.get_project(scene.project)
    counted = len(project) != len(scene.ids) + 1 or len(list(project)) != len(scene.ids) + 1
    with logged():
        return {"counted": counted, "failing": [name for name in CALLS if fails(name, scene)]}


# Row 49.


def unreadable(scratch: str, size: str) -> dict[str, Any]:
    """Take the right to read something away, and ask for it directly."""
    outcomes = {
        name: apart(_ask_unreadable, scratch, name, seconds=60, powerless=True) for name in _ASKED
    }
    right = [
        name
        for name, outcome in outcomes.items()
        if outcome.get("value", {}).get("permission") and outcome["value"]["named"]
    ]
    numbers = {"asked": len(outcomes), "not a PermissionError with the path": len(outcomes)}
    numbers["not a PermissionError with the path"] -= len(right)
    show({name: outcome for name, outcome in outcomes.items() if name not in right})
    return {
        "figure": f"{len(right)} of {len(outcomes)} are a PermissionError with the path",
        "numbers": numbers,
    }


def _job_of(scene: Any) -> Any:
    return signac.get_project(scene.project).open_job(id=scene.victim)


_ASKED: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "state point: sp": ("statepoint", lambda scene: _job_of(scene).sp.a),
    "state point: statepoint()": ("statepoint", lambda scene: _job_of(scene).statepoint()),
    "state point: init": ("statepoint", lambda scene: _job_of(scene).init()),
    "state point: init by state point": (
        "statepoint",
        lambda scene: (
            signac.get_project(scene.project).open_job({"a": HEALTHY, "b": {"c": 1}}).init()
        ),
    ),
    "state point: change": ("statepoint", lambda scene: setattr(_job_of(scene).sp, "a", 50)),
    "state point: cached_statepoint": (
        "statepoint",
        lambda scene: _job_of(scene).cached_statepoint["a"],
    ),
    "state point: repr": ("statepoint", lambda scene: repr(_job_of(scene))),
    "document: read": ("document", lambda scene: _job_of(scene).doc.n),
    "document: call": ("document", lambda scene: _job_of(scene).doc()),
    "document: write": ("document", lambda scene: setattr(_job_of(scene).doc, "n", 1)),
    "HDF5: read": ("store", lambda scene: _job_of(scene).data["x"]),
    "job directory: document": ("job", lambda scene: _job_of(scene).doc.n),
    "job directory: sp": ("job", lambda scene: _job_of(scene).sp.a),
    "project document: read": (
        "project_document",
        lambda scene: signac.get_project(scene.project).doc.title,
    ),
    "config: open": ("config", lambda scene: signac.get_project(scene.project)),
    "workspace: len": ("workspace", lambda scene: len(signac.get_project(scene.project))),
}


def _ask_unreadable(scratch: str, name: str) -> dict[str, Any]:
    place, ask = _ASKED[name]
    scene = build(os.path.join(fresh(scratch), "project"))
    path = getattr(scene, place)
    os.chmod(path, 0)
    with logged():
        answer = answer_of(ask, scene)
    os.chmod(path, 0o700)
    error = answer.get("error", ["nothing"])
    told = f"{answer.get('message')} {answer.get('file')}"
    return {"permission": "PermissionError" in error, "named": path in told, "class": error[0]}


# Row 50.


def missing_workspace(scratch: str, size: str) -> dict[str, Any]:
    """Open a project whose workspace is gone: a link, a mount point, or a plain directory."""
    outcomes = {
        name: apart(_open_without, scratch, take_away, seconds=60)["value"]
        for name, take_away in _GONE.items()
    }
    asked = {name: outcome for name, outcome in outcomes.items() if outcome != "not possible"}
    silent = [n for n, outcome in asked.items() if "plain" not in n and outcome == "0 jobs"]
    recreated = [n for n, outcome in asked.items() if "plain" in n and outcome == "0 jobs"]
    show(outcomes)
    numbers = {
        "ways": len(asked),
        "links and mounts taken for an empty project": len(silent),
        "plain directories not made again": sum("plain" in n for n in asked) - len(recreated),
    }
    return {
        "figure": f"{len(silent)} of {len(asked) - 1} lost links and mounts are taken for an empty "
        f"project without a word; plain directory made again: {'yes' if recreated else 'no'}",
        "numbers": numbers,
    }


def _link_dangles(project: str) -> None:
    os.rename(os.path.join(os.path.dirname(project), "disk"), project + ".away")


def _link_gone(project: str) -> None:
    os.unlink(os.path.join(project, "workspace"))


def _disk_unmounted(project: str) -> None:
    """Leave the mount point of a disk empty, to a directory of which the link leads."""
    os.rename(os.path.join(os.path.dirname(project), "disk"), project + ".away")
    os.mkdir(os.path.join(os.path.dirname(project), "disk"))


def _unmount(project: str) -> None:
    subprocess.run(["umount", os.path.join(project, "workspace")], check=True)


def _plain_gone(project: str) -> None:
    os.rename(os.path.join(project, "workspace"), project + ".away")


_GONE: dict[str, Callable[[str], None]] = {
    "the disk of a link is not mounted": _disk_unmounted,
    "what a link leads to is gone": _link_dangles,
    "a link is gone": _link_gone,
    "a mount point is not mounted": _unmount,
    "a plain directory is gone": _plain_gone,
}


def _open_without(scratch: str, take_away: Callable[[str], None]) -> str:
    place = fresh(scratch)
    project = os.path.join(place, "project")
    workspace = os.path.join(project, "workspace")
    os.mkdir(project)
    if take_away is _unmount:
        os.mkdir(workspace)
        mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "none", workspace]
        if os.getuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
            return "not possible"
    elif take_away is not _plain_gone:
        os.makedirs(os.path.join(place, "disk", "data"))
        os.symlink(os.path.join(place, "disk", "data"), workspace)
    try:
        for number in range(3):
            signac.init_project(project).open_job({"a": number}).init()
        len(signac.get_project(project).find_jobs({"a": 1}))
        take_away(project)
        with logged() as messages:
            answer = answer_of(lambda: len(list(signac.get_project(project))))
    finally:
        if os.path.ismount(workspace):
            subprocess.run(["umount", workspace], check=True)
    if "error" in answer:
        return answer["error"][0]
    return f"{answer['value']} jobs{', logged' if messages else ''}"
