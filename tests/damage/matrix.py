"""All damages together, and the projects on which they are done."""

import os
import shutil
import time
from collections.abc import Iterable
from typing import Any

import pytest

import processes
import signac
from crash.ground import NOBODY
from damage import checking, damages, places, questions, repairing, scene
from damage.damages import SP, Damage
from damage.scene import FEW, MANY, Scene, write
from damage.steps import do

DAMAGES: dict[str, Damage] = {
    damage.name: damage
    for table in (
        damages.STATEPOINTS,
        damages.DOCUMENTS,
        damages.PROJECT_FILES,
        damages.STORES,
        places.DIRECTORIES,
        places.WORKSPACE,
        places.DERIVED,
    )
    for damage in table
}
#: After which an index that was read proves that nothing changed.
SETTLING = 2.1


class Pool:
    """Projects that wait to be damaged, made all at once: some need time to settle.

    There are two kinds: `known` ones have many jobs, an index on the disk and a cache of the
    released program; the others have few jobs and neither.
    """

    def __init__(self, place: str) -> None:
        self.place = place
        self._ready: dict[tuple[str, bool], Scene] = {}
        self._number = 0
        self._prepared: set[bool] = set()

    def template(self, *, known: bool) -> Scene:
        """Return a sound project that stays as it is."""
        root = os.path.join(self.place, f"template-{known}")
        if not os.path.isdir(root):
            made = scene.make(root, MANY if known else FEW)
            if known:
                scene.right_cache(made)
        return Scene(root)

    def prepare_all(self, names: Iterable[str], *, known: bool) -> None:
        """Prepare what was not prepared before, when the first of many tests asks."""
        if known not in self._prepared:
            self._prepared.add(known)
            self.prepare(names, known=known)

    def prepare(self, names: Iterable[str], *, known: bool) -> None:
        """Make one project for each damage; with an index, let all of them settle."""
        made = [self._make(name, known=known) for name in names]
        if known and made:
            time.sleep(SETTLING)
            for one in made:
                search(one)

    def take(self, name: str, *, known: bool) -> Scene:
        """Return a sound project for one damage, still to be done."""
        if (name, known) not in self._ready:
            self._make(name, known=known)
        return self._ready.pop((name, known))

    def _make(self, name: str, *, known: bool) -> Scene:
        self._number += 1
        made = self.template(known=known).copy(os.path.join(self.place, str(self._number)))
        if DAMAGES[name].rights and os.geteuid() == 0:
            made.give(NOBODY)
        if known:
            search(made)
            assert os.path.isdir(made.index)
            if DAMAGES[name].rights and os.geteuid() == 0:
                made.give(NOBODY)
        self._ready[name, known] = made
        return made

    def foreign(self) -> None:
        """Put an index of another project where the forger looks for it."""
        root = os.path.join(self.place, "foreign")
        made = scene.make(root, 60, without=tuple(range(0, 60, 3)))
        search(made)
        shutil.copytree(made.index, os.path.join(self.place, "foreign-index"))


def search(made: Scene) -> None:
    """Search, so that there is an index if there are enough jobs."""
    project = signac.Project(made.path)
    assert len(project.find_jobs({"doc.m.k": 0}))
    assert len(project.find_jobs({"a": 0}))


def harm(pool: Pool, name: str, *, known: bool) -> Scene:
    """Return a project with the damage done."""
    made = pool.take(name, known=known)
    do(DAMAGES[name], made)
    return made


#: Might never come to an end.
_ENDLESS = ("fifo", "device", "socket")


def run(damage: Damage, made: Scene, call: Any, timeout: float = 30.0) -> processes.Outcome:
    """Run a call, in a child if it might hang, and without privileges if it is about rights."""

    def child() -> Any:
        os.environ["HOME"] = made.home
        if damage.rights and os.geteuid() == 0:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        return call()

    if damage.rights or any(word in _ENDLESS for step in damage.steps for word in step):
        return processes.run(child, timeout)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", made.home)
        return processes.Outcome(value=call())


def applies(damage: Damage, *, known: bool) -> bool:
    """Tell whether there is anything to be damaged."""
    return known or not damage.needs


def warm_up(made: Scene) -> None:
    """Import in this process what its children need: another user may not read this interpreter."""
    questions.ask(made.path, kept=True)
    write(made.expand(SP), b"")
    checking.check_all(made)
    repairing.repair(made, apply=True)
