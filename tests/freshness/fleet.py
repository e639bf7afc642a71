"""Many projects under change, so that one wait for settled stamps serves them all."""

import random
import time
import traceback
from collections.abc import Sequence

from freshness.actors import VIEWS, Actors
from freshness.changes import ADDING, CHANGING, EDITING, REMOVING, Means
from freshness.disturb import DISTURBANCES, TRICKS, set_times, times
from freshness.ground import Ground, make_pair
from freshness.questions import complaints, draw_questions
from freshness.upheavals import DAMAGING, REPLACING, repair

# A stamp this old, by the clock of the file system, is one that an index may trust.
SETTLING = 2.2
RECENT = 14


def draw_means(draw: random.Random) -> Means:
    """Draw a way to change a project; upheavals and damage are rarer."""
    (kind,) = draw.choices(
        (ADDING, EDITING, REMOVING, CHANGING, REPLACING, DAMAGING), (6, 9, 5, 4, 1, 1)
    )
    return draw.choice(kind)


class Fleet:
    """Pairs of projects, of which both are changed and asked.

    Attributes
    ----------
    rounds
        How many times a project was changed and asked at once.
    looks
        How many times a set of questions was put and judged.
    answers
        How many single answers were judged.
    stale
        One line for each wrong answer, with what happened before it.
    """

    def __init__(
        self, actors: Actors, root: str, seed: int, sizes: Sequence[int], questions: int
    ) -> None:
        self.actors = actors
        self.draw = random.Random(seed)
        self.questions = questions
        self.rounds = self.looks = self.answers = 0
        self.stale: list[str] = []
        self.grounds: list[Ground] = []
        for number, jobs in enumerate(sizes):
            self.grounds += make_pair(f"{root}/{number}", seed * 1000 + number, jobs)

    def settle(self) -> None:
        """Wait until all stamps are old, then look at each project in some of the ways."""
        time.sleep(SETTLING)
        for ground in self.grounds:
            ground.note("settled")
            self.look(ground, self.draw.sample(VIEWS, self.draw.randrange(1, 4)))

    def round(self, ground: Ground, views: Sequence[str] = VIEWS) -> None:
        """Change a project by some means, disturb what must not matter, and ask at once."""
        draw = self.draw
        before = times(ground)
        sibling = ground.sibling
        assert sibling is not None
        if draw.random() < 0.15:
            self._do(ground, repair)
        for _ in range(draw.choice((1, 1, 1, 2, 3, 5))):
            self._do(ground, draw_means(draw))
        set_times(ground, before, draw.choice((*TRICKS, "restored", "none")))
        if draw.random() < 0.2:
            self._do(ground, draw.choice(DISTURBANCES))
        self.rounds += 1
        chosen = draw.sample(views, len(views))
        if draw.random() < 0.03:
            chosen.insert(0, "anew")
        self.look(ground, chosen)

    def _do(self, ground: Ground, means: Means) -> None:
        done = means(self.actors, ground)
        if done is not None:
            ground.note(f"{means.__name__}: {done}")

    def look(self, ground: Ground, views: Sequence[str]) -> None:
        """Put questions in several ways, one after the other, and judge the answers."""
        truth = ground.truth()
        for view in views:
            questions = draw_questions(self.draw, self.questions, ground.known)
            try:
                answers = self.actors.look(ground, view, questions)
            except Exception as error:
                text = "".join(traceback.format_exception(error))
                self._complain(ground, view, f"raised .. {text[-1200:]}")
                continue
            self.looks += 1
            self.answers += len(answers)
            for line in complaints(truth, questions, answers):
                self._complain(ground, view, line)
            ground.note(f"looked by {view}")

    def _complain(self, ground: Ground, view: str, text: str) -> None:
        history = "\n      ".join(ground.history[-RECENT:])
        self.stale.append(f"{ground.path} by {view}: {text}\n      {history}")

    def report(self) -> str:
        """Return the wrong answers, the first few in full."""
        shown = "\n".join(self.stale[:5])
        return f"{len(self.stale)} wrong answers in {self.rounds} rounds:\n{shown}"
