"""Rows 35 and 36: kill -9 at a random moment of an import or a synchronisation, then once more."""

import os
import random
import shutil
import time
from collections import Counter
from statistics import median
from typing import Any

import moving_scenes as scenes
import raw
from forks import Child, start
from moving_scenes import Move, State
from outcomes import count_names

__all__ = ["imports", "syncs"]

#: Jobs of a scene, and the files of each.
_SCENE = (6, 8)
_UNDISTURBED = 3


def imports(scratch: str, size: str) -> dict[str, Any]:
    """Row 35: from a directory, a zip archive and a tar archive in turn."""
    return _kill_all(scratch, size, scenes.IMPORTS)


def syncs(scratch: str, size: str) -> dict[str, Any]:
    """Row 36: with new jobs, with jobs that are there, and with some of both in turn."""
    return _kill_all(scratch, size, [scenes.SYNC_NEW, scenes.SYNC_PRESENT, scenes.SYNC_BOTH])


def _kill_all(scratch: str, size: str, some: list[Move]) -> dict[str, Any]:
    kills = 200 if size == "full" else 15
    scenes.keep_temporary_files(scratch)
    chance = random.Random(1)
    grounds = [
        _Ground(os.path.join(scratch, f"m{number}"), move) for number, move in enumerate(some)
    ]
    counts: Counter[str] = Counter()
    refusals: list[str] = []
    for number in range(kills):
        words, refusal = grounds[number % len(grounds)].kill(chance.random())
        counts.update(words)
        refusals.append(refusal)
    names = ("done", "untouched", "raises", "half", "blocked", "leftovers")
    numbers = {"kills": kills, **{name: counts[name] for name in names}}
    completed = f"the same call again completes {kills - counts['blocked']}"
    words = [
        f"{counts['raises']} of {kills} leave a project that raises",
        f"{counts['half']} a half state",
        completed + count_names(refusals).replace(" (", " (else ", 1),
        f"{counts['leftovers']} have files left behind after it",
        f"{counts['done']} were done already, {counts['untouched']} not begun",
    ]
    return {"figure": "; ".join(words), "numbers": numbers}


class _Ground:
    """A scene, what the call makes of it, how long that takes, and its kills."""

    def __init__(self, folder: str, move: Move) -> None:
        self.move = move
        self._folder = folder
        self._scene = os.path.join(folder, "scene")
        os.makedirs(self._scene)
        move.build(self._scene, *_SCENE)
        self.before = scenes.picture(self._scene)
        seconds = []
        for number in range(_UNDISTURBED):
            root = self._copy(f"reference{number}")
            child, ready = self._begin(root)
            os.read(ready, 1)
            begun = time.perf_counter()
            answer = child.result()
            seconds.append(time.perf_counter() - begun)
            os.close(ready)
            assert not answer, f"{move.name}: {answer}"
        self.after = scenes.picture(root)
        assert self.before != self.after, move.name
        self.seconds = median(seconds)

    def _copy(self, name: str) -> str:
        root = os.path.join(self._folder, name)
        shutil.copytree(self._scene, root)
        return root

    def _begin(self, root: str) -> tuple[Child, int]:
        """Start the call in a child that writes one byte when it is about to begin."""
        reading, writing = os.pipe()

        def call() -> str:
            act = self.move.prepare(root)
            os.write(writing, b"!")
            act()
            return ""

        child = start(call)
        os.close(writing)
        return child, reading

    def kill(self, moment: float) -> tuple[list[str], str]:
        """Kill a call; return what counts, and what the same call raised then."""
        root = self._copy("killed")
        child, ready = self._begin(root)
        assert os.read(ready, 1), self.move.name
        time.sleep(moment * self.seconds)
        child.kill()
        ended = child.result()
        assert ended in ("", "!signal 9"), ended
        os.close(ready)
        words = self._judge(root)
        refusal = ""
        error = scenes.again(self.move, root)
        if scenes.picture(root) != self.after or scenes.error_of_use(root):
            words.append("blocked")
            refusal = error or "no error"
        if raw.leftovers(root):
            words.append("leftovers")
        shutil.rmtree(root, ignore_errors=True)
        return words, refusal

    def _judge(self, root: str) -> list[str]:
        if scenes.error_of_use(root):
            return ["raises"]
        state: State = scenes.picture(root)
        found = scenes.compare(state, self.before, self.after, self.move.grain)
        names = {"half": "half", "after": "done", "before": "untouched"}
        return [names[found]] if found in names else []
