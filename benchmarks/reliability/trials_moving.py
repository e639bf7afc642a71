"""Rows 26 to 29: every file-modifying call is disturbed while data moves or a project is made."""

import os
import shutil
from collections import Counter
from functools import partial
from typing import Any

import moving_scenes as scenes
import raw
from forks import start
from moving_scenes import Move
from outcomes import count_names
from tracer import Fault, Tracer, fitting_modes

import signac

__all__ = ["copies", "init_project", "moves", "present"]

_SIZES = {"quick": (2, 1), "full": (3, 2)}


def copies(scratch: str, size: str) -> dict[str, Any]:
    """Row 26: clone, synchronisation with new jobs, import from directory, zip and tar."""
    return _disturb_all(scratch, size, [scenes.CLONE, scenes.SYNC_NEW, *scenes.IMPORTS])


def present(scratch: str, size: str) -> dict[str, Any]:
    """Row 27: synchronisation with jobs that are there."""
    return _disturb_all(scratch, size, [scenes.SYNC_PRESENT])


def init_project(scratch: str, size: str) -> dict[str, Any]:
    """Row 28: a project is made."""
    return _disturb_all(scratch, size, scenes.INITS)


def moves(scratch: str, size: str) -> dict[str, Any]:
    """Row 29: a job moves to another project."""
    return _disturb_all(scratch, size, scenes.MOVES)


def _disturb_all(scratch: str, size: str, some: list[Move]) -> dict[str, Any]:
    scenes.keep_temporary_files(scratch)
    counts: Counter[str] = Counter()
    refusals: list[str] = []
    for number, move in enumerate(some):
        ground = _Ground(os.path.join(scratch, f"m{number}"), move, size)
        for place, call in enumerate(ground.calls):
            for mode in fitting_modes(call):
                words, refusal = ground.disturb(Fault(place, mode))
                counts.update(["trials", *words])
                refusals.append(refusal)
    names = ("trials", "clean", "between", "raises", "half", "unreported", "blocked", "repair")
    numbers = {name: counts[name] for name in (*names, "source", "leftovers", "unhealed")}
    numbers["unclean"] = numbers["trials"] - numbers["clean"] - numbers["between"]
    return {"figure": _words(numbers, refusals), "numbers": numbers}


def _words(numbers: dict[str, int], refusals: list[str]) -> str:
    parts = [f"{numbers['clean']} of {numbers['trials']} clean"]
    for key, words in (
        ("between", "have some files synchronised, each one whole"),
        ("raises", "leave a project that raises"),
        ("half", "leave a silent half state"),
        ("unreported", "report success and are not done"),
        ("source", "change the source"),
    ):
        if numbers[key]:
            parts.append(f"{numbers[key]} {words}")
    again = numbers["trials"] - numbers["blocked"]
    parts.append(f"the same call again completes {again}{_other(count_names(refusals))}")
    if numbers["unclean"]:
        parts.append(f"repair() heals {numbers['repair']}, neither of both {numbers['unhealed']}")
    parts.append(f"{numbers['leftovers']} have files left behind after it")
    return "; ".join(parts)


def _other(counted: str) -> str:
    return counted.replace(" (", " (else ", 1)


class _Ground:
    """The start of a call, what it does undisturbed, and its trials."""

    def __init__(self, folder: str, move: Move, size: str) -> None:
        self.move = move
        self._folder = folder
        self._scene = os.path.join(folder, "scene")
        os.makedirs(self._scene)
        move.build(self._scene, *_SIZES[size])
        self.before = scenes.picture(self._scene, both=move.both)
        root = self._copy("reference")
        tracer = Tracer(root)
        outcome = tracer.run(partial(move.prepare, root))
        assert not outcome, f"{move.name}: {outcome}"
        self.calls = tracer.calls
        self.after = scenes.picture(root, both=move.both)
        assert self.calls, move.name
        assert not scenes.error_of_use(root), move.name
        assert self.before != self.after or move.grain == "all", move.name

    def _copy(self, name: str) -> str:
        root = os.path.join(self._folder, name)
        shutil.copytree(self._scene, root)
        return root

    def disturb(self, fault: Fault) -> tuple[list[str], str]:
        """Make the call with one fault; return what counts, and what the same call raised then."""
        root = self._copy(f"{fault.mode}{fault.number}")
        outcome = Tracer(root, fault).run(partial(self.move.prepare, root))
        assert not outcome.startswith("not prepared"), outcome
        words = [self._judge(root, outcome)]
        unclean = words[0] not in ("clean", "between")
        if unclean and self._is_repaired(root):
            words.append("repair")
        refusal = ""
        error = scenes.again(self.move, root)
        if not self._is_complete(root):
            words.append("blocked")
            refusal = error or "no error"
            if unclean and "repair" not in words:
                words.append("unhealed")
        if not self.move.both and not self._is_source_kept(root):
            words.append("source")
        if raw.leftovers(root):
            words.append("leftovers")
        shutil.rmtree(root, ignore_errors=True)
        return words, refusal

    def _judge(self, root: str, outcome: str) -> str:
        raised = self._raises(root)
        state = scenes.picture(root, both=self.move.both)
        found = scenes.compare(state, self.before, self.after, self.move.grain)
        if not outcome and (found != "after" or raised):
            return "unreported"
        if raised:
            return "raises"
        if found == "between" and self.move.grain == "job":
            return "clean"  # some jobs are there, others not yet
        return found if found in ("between", "half") else "clean"

    def _raises(self, root: str) -> str:
        """Return what reading raises; that there is no project yet is no fault."""
        raised = scenes.error_of_use(root)
        if raised and self.move in scenes.INITS and scenes.has_no_project(root):
            return ""
        return raised

    def _is_complete(self, root: str) -> bool:
        state = scenes.picture(root, both=self.move.both)
        return state == self.after and not scenes.error_of_use(root)

    def _is_repaired(self, root: str) -> bool:
        other = f"{root}-other"
        shutil.copytree(root, other, symlinks=True)
        start(lambda: signac.get_project(os.path.join(other, "p")).repair()).result()
        state = scenes.picture(other, both=self.move.both)
        found = scenes.compare(state, self.before, self.after, self.move.grain)
        healed = found != "half" and not scenes.error_of_use(other)
        shutil.rmtree(other, ignore_errors=True)
        return healed

    def _is_source_kept(self, root: str) -> bool:
        return all(
            _contents(os.path.join(root, name)) == _contents(os.path.join(self._scene, name))
            for name in os.listdir(self._scene)
            if name != "p"
        )


def _contents(path: str) -> dict[str, bytes]:
    """Return the files at a path, but for what programs keep for themselves."""
    found = {}
    paths = [path] if os.path.isfile(path) else []
    for directory, _, names in os.walk(path):
        paths += [os.path.join(directory, name) for name in names]
    for file in paths:
        inside = os.path.relpath(file, path)
        if not inside.startswith(".signac"):
            with open(file, "rb") as stream:
                found[inside] = stream.read()
    return found
