"""Each means of change by itself, in a project at rest whose index is believed without a look."""

import time
from collections.abc import Callable, Iterator

import pytest

from freshness.actors import VIEWS, Actors
from freshness.changes import (
    ADDING,
    CHANGING,
    EDITING,
    REMOVING,
    Means,
    add_link,
    edit_by_link,
    remove_target,
    remove_tree,
)
from freshness.disturb import TRICKS, set_times, times
from freshness.fleet import SETTLING
from freshness.ground import Ground, make_pair
from freshness.questions import Question, complaints
from freshness.upheavals import DAMAGING, REPLACING

MEANS: tuple[Means, ...] = (*ADDING, *EDITING, *REMOVING, *CHANGING, *REPLACING, *DAMAGING)
# Enough for an index in files, of state points and of documents.
JOBS = 66


def questions(ground: Ground) -> list[Question]:
    """Return questions that tell any change of a job from none."""
    found: list[Question] = [["all", None], ["length", None], ["schema", None], ["groups", "a"]]
    for a in range(6):
        found += [["find", {"a": a}], ["documents", {"a": a}]]
    for x in range(10):
        found.append(["find", {"doc.x": x}])
    found += [["find", {"doc.m.k": k}] for k in range(4)]
    found += [["find", {"$not": {"doc.t": {"$exists": True}}}], ["groups", "doc.x"]]
    found += [["prefixes", sorted(ground.known)[:20]], ["statepoints", {"u": {"$gte": 0}}]]
    return found


class Case:
    """One project at rest, to be changed in one way and seen first in one view."""

    def __init__(self, ground: Ground, means: Means, trick: str, view: str) -> None:
        self.ground = ground
        self.means = means
        self.trick = trick
        self.view = view
        # The view sees the project before, so that it believes what it knows; so do the others.
        self.before = [view, *(other for other in VIEWS if other != view)]

    def __str__(self) -> str:
        return f"{self.means.__name__}, times {self.trick}, seen by {self.view}"

    def change(self, actors: Actors) -> bool:
        """Make the change; tell whether the project gave occasion for it."""
        before = times(self.ground)
        for _ in range(20):
            done = self.means(actors, self.ground)
            if done is not None:
                set_times(self.ground, before, self.trick)
                return True
        return False


def look(actors: Actors, case: Case, view: str) -> list[str]:
    """Ask in one view and return what is wrong."""
    asked = questions(case.ground)
    answers = actors.look(case.ground, view, asked)
    return complaints(case.ground.truth(), asked, answers)


def cases(root: str, tricks: Callable[[int], list[tuple[str, str]]]) -> Iterator[Case]:
    """Yield a case of its own project for each means, trick and view."""
    number = 0
    for place, means in enumerate(MEANS):
        for trick, view in tricks(place):
            number += 1
            ground, _ = make_pair(f"{root}/{number}", 500 + number, JOBS)
            yield Case(ground, means, trick, view)


def run(actors: Actors, chosen: list[Case]) -> list[str]:
    """Let all projects come to rest, see them, change each, and see each again at once."""
    for case in chosen:
        for _ in range(3):
            add_link(actors, case.ground)
            edit_by_link(actors, case.ground)
        remove_target(actors, case.ground)
        remove_tree(actors, case.ground)
        assert look(actors, case, case.view) == []
    time.sleep(SETTLING)
    for case in chosen:
        for view in case.before:
            assert look(actors, case, view) == []
    found = []
    for case in chosen:
        assert case.change(actors), f"{case}: nothing to change"
        found += [f"{case}: {line}" for line in look(actors, case, case.view)]
        found += [f"{case}, then by new: {line}" for line in look(actors, case, "new")]
    return found


def test_each_means_is_seen(actors: Actors, tmp_path) -> None:
    """Every second way to change a project, times set back, is seen by whoever looks first."""
    chosen = list(cases(str(tmp_path), lambda place: [("restored", _view(place))]))
    found = run(actors, chosen[::2])
    assert not found, f"{len(found)} complaints:\n" + "\n".join(found[:12])


@pytest.mark.long
@pytest.mark.parametrize("view", VIEWS)
def test_each_means_is_seen_in_each_view(view: str, actors: Actors, tmp_path) -> None:
    """The same in each view, with one or another setting of times."""
    number = VIEWS.index(view)
    found = run(
        actors,
        list(cases(str(tmp_path), lambda place: [(TRICKS[(place + number) % 4], view)])),
    )
    assert not found, f"{len(found)} complaints:\n" + "\n".join(found[:12])


def _view(place: int) -> str:
    return VIEWS[place % len(VIEWS)]
