"""Kill a child at random moments of its work, and count where the kills landed.

The child says over a pipe when it begins an operation and when it has finished one. So afterwards
it is known what was acknowledged, whether an operation was in flight, and how far it had come.
"""

import os
import random
import shutil
import signal
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

import processes
import rawcheck
from crash import scenes
from crash.harness import _reopen

SHORT, LONG = 20, 100
GROUPS = ("init", "document", "statepoint", "removal", "index")
# A child lives up to this many seconds after its first word: some kills hit the opening of the
# project, most the loop.
LONGEST = 0.025
# A project with more jobs than this is left for a new one: each round looks at all of them.
MANY = 250


def kills(share: float) -> Any:
    """Parametrize a test with its number of kills.

    It is 20, and 100 in the long run. `SIGNAC_KILLS` gives a total instead: it is split evenly
    between the groups, and inside a group by the shares of its tests.
    """
    total = int(os.environ.get("SIGNAC_KILLS", "0"))
    sizes: list[Any] = [SHORT, pytest.param(LONG, marks=pytest.mark.long)]
    if total:
        sizes = [max(1, round(total / len(GROUPS) * share))]
    return pytest.mark.parametrize("repetitions", sizes)


@dataclass
class Tally:
    """The random numbers of one test, and what its kills hit."""

    record: Callable[[str, object], None]
    draw: random.Random
    kills: int = 0
    in_flight: int = 0
    # Those that hit the opening of the project and the first operation of a process.
    first: int = 0
    # Of the others in flight: the time since the operation had begun over its usual time.
    reached: list[float] = field(default_factory=list)
    usual: list[float] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)

    def pace(self) -> float:
        """Return how long an operation usually takes, by the latest ones."""
        return statistics.median(self.usual[-200:]) if self.usual else LONGEST / 5

    def close(self) -> None:
        """Give the figures to the summary of the run."""
        self.record("random kills", self.kills)
        self.record("random kills that hit an operation in flight", self.in_flight)
        self.record("random kills in the first operation of a process", self.first)
        for quarter in range(4):
            hits = sum(1 for part in self.reached if int(part * 4) == quarter)
            self.record(f"random kills in quarter {quarter + 1} of a later operation", hits)
        late = sum(1 for part in self.reached if part >= 1)
        self.record("random kills in a later operation that took longer than usual", late)
        self.record("seconds of random kills", round(time.monotonic() - self.started))


class Killed:
    """One child that works until it is killed, and what it acknowledged before.

    `most` is how many operations it has: it is killed before they are all done.
    """

    def __init__(self, work: Callable[[], Iterator[int]], tally: Tally, most: float = 1e9) -> None:
        reading, writing = os.pipe()

        def say(word: str) -> None:
            os.write(writing, f"{word} {time.monotonic_ns()}\n".encode())

        def loop() -> None:
            os.close(reading)
            say("started")
            numbers = work()
            while True:
                say("+")
                number = next(numbers, None)
                say("end" if number is None else f"{number}")
                if number is None:
                    time.sleep(60)

        child = processes.start(loop)
        os.close(writing)
        words = os.read(reading, 100)
        assert words.startswith(b"started"), child.result()
        time.sleep(tally.draw.random() * min(LONGEST, most * tally.pace()))
        killed = time.monotonic_ns()
        self.outcome = child.kill()
        while chunk := os.read(reading, 1 << 16):
            words += chunk
        os.close(reading)
        assert self.outcome.signal == signal.SIGKILL, _text(self.outcome)
        self.acknowledged: list[int] = []
        self._count(words, killed, tally)

    def _count(self, words: bytes, killed: int, tally: Tally) -> None:
        begun = done = 0
        for line in words.decode().splitlines():
            word, moment = line.split()
            if word == "+":
                begun = int(moment)
            elif begun:
                if done:
                    tally.usual.append((int(moment) - begun) / 1e9)
                begun = 0
                done += 1
                if word != "end":
                    self.acknowledged.append(int(word))
        tally.kills += 1
        if begun:
            tally.in_flight += 1
            tally.first += not done
        if begun and done:
            tally.reached.append(max(0.0, (killed - begun) / 1e9) / tally.pace())


def check(root: str, path: str) -> dict[str, Any]:
    """Open the projects in a new process, then require a flawless directory; return its jobs."""
    outcome = processes.run(lambda: _reopen(root))
    assert outcome.ok, _text(outcome)
    assert rawcheck.problems(path) == []
    return rawcheck.snapshot(path)


class Land:
    """Projects, one after the other, so that none gets too large to be looked at each round."""

    def __init__(self, root: str) -> None:
        self._place = root
        self._number = 0
        self.fresh()

    def fresh(self) -> str:
        """Leave the project for a new one, and return its path."""
        if self._number:
            shutil.rmtree(self.root)
        self._number += 1
        self.root = os.path.join(self._place, f"land{self._number}")
        self.path = scenes.project(os.path.join(self.root, "p"))
        return self.path

    def check(self) -> dict[str, Any]:
        """Check the project of now."""
        return check(self.root, self.path)


def _text(outcome: processes.Outcome) -> str:
    return f"{outcome} {outcome.failure.text if outcome.failure else ''}"
