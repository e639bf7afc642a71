"""A project is checked and repaired while others search in it and change it."""

import random
from typing import Any

import pytest

import processes
from concurrency.test_searches import STILL, change, fill, find, update
from concurrency.workshop import Until, flawless, open_project


@pytest.mark.parametrize("seconds", [2.0, pytest.param(12.0, marks=pytest.mark.long)])
def test_a_sound_project_under_change_needs_no_repair(
    seconds: float, path: str, record_property: Any
) -> None:
    """Nothing that is on its way is called damaged, and repair finds nothing to take away."""
    fill(path)
    until = Until(path, seconds)

    def search(number: int) -> int:
        draw = random.Random(number)
        done = 0
        for turn in until:
            project = open_project(path)
            (change, find, change, update)[turn % 4](project, draw)
            done += 1
        return done

    def keep() -> int:
        done = 0
        for _ in until:
            project = open_project(path)
            assert [str(one) for one in project.find_problems(level="full").errors] == []
            plan = project.plan_repair()
            assert not plan.unresolved, str(plan)
            assert all(action.kind == "finish-interrupted" for action in plan.actions), str(plan)
            project.repair()
            done += 1
        return done

    outcomes = processes.together([lambda: search(1), lambda: search(2), keep], timeout=120)
    assert min(outcome.get() for outcome in outcomes) > 1
    assert len(flawless(path)) >= STILL
    assert not open_project(path).find_problems(level="full")
