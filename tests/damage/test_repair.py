"""Repair loses nothing, gives nothing another label, and says what it cannot do."""

from typing import Any

import pytest

from damage import checking, forgery, repairing
from damage.matrix import DAMAGES, Pool, applies, harm, run
from damage.scene import Scene

#: Right: index and cache know the jobs. None: neither is there. Wrong: both give the victim
#: another state point, with right checksums.
KNOWLEDGE = ("right", "none", "wrong")


def _cases() -> list[Any]:
    found = []
    for number, (name, damage) in enumerate(DAMAGES.items()):
        kinds = [k for k in KNOWLEDGE if applies(damage, known=k == "right")]
        for kind in kinds:
            short = number % 3 == 1 and kind == kinds[number // 3 % len(kinds)]
            found.append(pytest.param(name, kind, marks=() if short else pytest.mark.long))
    return found


def _damaged(name: str, knowledge: str, pool: Pool) -> Scene:
    if knowledge != "wrong":
        return harm(pool, name, known=knowledge == "right")
    made = harm(pool, name, known=True)
    forgery.wrong_cache(made)
    assert forgery.wrong_index(made) == 1
    return made


@pytest.mark.parametrize(("name", "knowledge"), _cases())
def test_nothing_is_lost(name: str, knowledge: str, pool: Pool) -> None:
    """Every byte is in the project or its quarantine, every directory under the name it had.

    What was named as left to a person stays, and all of it is raised at the end; the rest is
    right. Moving it aside leaves a project that checks clean, and loses nothing either.
    """
    damage = DAMAGES[name]
    known = knowledge == "right"
    made = _damaged(name, knowledge, pool)
    before = repairing.state(made, damage)
    apply = list(DAMAGES).index(name) % 2 == 0
    repaired = run(damage, made, lambda: repairing.repair(made, apply=apply)).get()
    found = repairing.complaints(damage, repaired, known=known)
    found += repairing.losses(damage, before, repairing.state(made))
    found += repairing.victim_complaints(damage, made, known=known)
    assert not found, "\n".join(found)
    _set_aside(name, made, before)


def _set_aside(name: str, made: Scene, before: repairing.State) -> None:
    damage = DAMAGES[name]
    aside = run(damage, made, lambda: repairing.repair(made, set_aside=True)).get()
    found = [f"planning changed {path}" for path in aside.planned]
    found += [f"repairing again: {path}" for path in aside.again]
    found += repairing.losses(damage, before, repairing.state(made))
    if damage.repair not in ("rights", "blocked"):
        found += [f"stays: {one}" for one in aside.rest if one[0] in checking.ERRORS]
        found += [f"raised {aside.raised}"] if aside.raised else []
    assert not found, "\n".join(["aside:", *found])
