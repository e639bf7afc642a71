"""Whoever changed a project, by whatever means: the next answer is right, in every program."""

import pytest

from freshness.actors import VIEWS, Actors
from freshness.fleet import Fleet


def run(fleet: Fleet, steps: int, settle_every: int) -> None:
    """Change and ask each project in turn; let stamps settle now and then."""
    for step in range(steps):
        if step % settle_every == 0:
            fleet.settle()
        for ground in fleet.grounds:
            fleet.round(ground)


def judge(fleet: Fleet, record_property: object) -> None:
    """Fail with the wrong answers, and with too few rounds."""
    print(f"{fleet.rounds} rounds, {fleet.looks} looks, {fleet.answers} answers")
    assert not fleet.stale, fleet.report()


def test_no_answer_is_stale(actors: Actors, tmp_path, record_property) -> None:
    """Random changes, times set back, damaged caches: 0 stale answers in 40 rounds."""
    fleet = Fleet(actors, str(tmp_path), seed=11, sizes=[10, 45, 80, 200], questions=2)
    run(fleet, steps=5, settle_every=2)
    assert fleet.rounds == 40
    judge(fleet, record_property)


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_no_answer_is_stale_in_a_thousand_rounds(
    seed: int, actors: Actors, tmp_path, record_property
) -> None:
    """The same for a thousand rounds with each seed, in small and middling projects."""
    # Of small projects there is no index; of those below a hundred jobs one in a single file.
    sizes = [5] * 3 + [40] * 7 + [75] * 11 + [120] * 3 + [400]
    fleet = Fleet(actors, str(tmp_path), seed=seed, sizes=sizes, questions=2)
    run(fleet, steps=20, settle_every=2)
    assert fleet.rounds == 1000
    judge(fleet, record_property)


@pytest.mark.long
def test_no_answer_is_stale_in_a_large_project(actors: Actors, tmp_path, record_property) -> None:
    """The same in a project of three thousand jobs, where an index is extended, not rebuilt."""
    fleet = Fleet(actors, str(tmp_path), seed=3, sizes=[3000], questions=1)
    for step in range(16):
        if step % 4 == 0:
            fleet.settle()
        for ground in fleet.grounds:
            fleet.round(ground, views=fleet.draw.sample(VIEWS, 2))
    judge(fleet, record_property)
