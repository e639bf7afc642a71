"""Damage to one job, or to what is derived, never stops work on the other jobs."""

import os
from typing import Any

import pytest

from damage import questions, scene
from damage.damages import DOC
from damage.judging import Twins, complaints
from damage.matrix import DAMAGES, Pool, applies, harm, run
from damage.scene import FEW, MANY, OTHER, VICTIM, Scene

KINDS = (True, False)


def _is_short(name: str, *, known: bool) -> bool:
    """Tell whether a case is one of the ordinary run, which takes half of the damages.

    They are done in turn with and without an index and a cache.
    """
    number = list(DAMAGES).index(name)
    with_index = bool(DAMAGES[name].needs) or number % 4 == 0
    return number % 2 == 0 and known == with_index


def _cases(*, known: bool) -> list[Any]:
    return [
        pytest.param(name, marks=() if _is_short(name, known=known) else pytest.mark.long)
        for name, damage in DAMAGES.items()
        if applies(damage, known=known)
    ]


@pytest.fixture(scope="module")
def twins(pool: Pool) -> dict[bool, Twins]:
    """Return the answers of sound projects."""
    return {known: _twins(f"{pool.place}/twin-{known}", MANY if known else FEW) for known in KINDS}


def _twins(root: str, count: int) -> Twins:
    bare, swapped = scene.make(root + "-bare", count), scene.make(root + "-swapped", count)
    os.unlink(bare.expand(DOC))
    other = swapped.expand(DOC.replace("{J}", "{W}/{O}"))
    os.rename(other, other + "-aside")
    os.rename(swapped.expand(DOC), other)
    os.rename(other + "-aside", swapped.expand(DOC))
    return Twins(
        whole=_sound_answers(scene.make(root, count)),
        without=_sound_answers(scene.make(root + "-1", count, without=(VICTIM,))),
        without_both=_sound_answers(scene.make(root + "-2", count, without=(VICTIM, OTHER))),
        undocumented=_sound_answers(bare),
        swapped=_sound_answers(swapped),
    )


def _sound_answers(made: Scene) -> Any:
    answers = questions.ask(made.path, kept=False)
    assert all(answer.error is None for answer in answers.values()), answers
    return answers


def _ask(made: Scene, name: str, *, kept: bool) -> Any:
    outcome = run(DAMAGES[name], made, lambda: questions.ask(made.path, kept=kept))
    return outcome.get()


@pytest.mark.parametrize("name", _cases(known=False))
def test_the_rest_is_served(name: str, pool: Pool, twins: dict[bool, Twins]) -> None:
    """Every reading call answers for all healthy jobs, and the log names the damaged one."""
    made = harm(pool, name, known=False)
    answers = _ask(made, name, kept=list(DAMAGES).index(name) % 4 == 1)
    found = complaints(DAMAGES[name], answers, twins[False], known=False)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", _cases(known=True))
def test_the_rest_is_served_with_index_and_cache(
    name: str, pool: Pool, twins: dict[bool, Twins]
) -> None:
    """The same where an index and a cache know the jobs from before the damage."""
    pool.prepare_all([one for one in DAMAGES if _is_short(one, known=True)], known=True)
    made = harm(pool, name, known=True)
    answers = _ask(made, name, kept=list(DAMAGES).index(name) % 4 == 2)
    found = complaints(DAMAGES[name], answers, twins[True], known=True)
    assert not found, "\n".join(found)
