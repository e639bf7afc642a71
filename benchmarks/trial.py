"""Time one piece of work, and what it is compared with in the same process, in turns."""

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["Stage", "Trial", "run_trial"]

Work = Callable[[range], object]


@dataclass(frozen=True, slots=True)
class Stage:
    """What a piece of work is given.

    Attributes
    ----------
    ours : bool
        Whether this process has the signac of this repository, or the released one.
    count : int
        Operations to time.
    shared : str
        A project that only may be read, with documents, all of it written seconds ago.
    folder : str
        An empty directory on the same disk, for this process alone.
    """

    ours: bool
    count: int
    shared: str
    folder: str


@dataclass(frozen=True, slots=True)
class Trial:
    """A piece of work that is set up and ready to be timed.

    Attributes
    ----------
    work : callable
        Does the operations whose numbers are in the range it is given.
    count : int
        How many operations there are.
    rival : callable, optional
        Does the same number of operations in the plainest way; timed in turns with `work`.
    block : int
        Operations in a row before the other one's turn.
    before : callable, optional
        Called before each block, not timed.
    """

    work: Work
    count: int
    rival: Work | None = None
    block: int = 0
    before: Callable[[], object] | None = None


class _Watch:
    def __init__(self) -> None:
        self.cpu = 0.0
        self.wall = 0.0
        self.count = 0

    def time(self, work: Work, numbers: range) -> None:
        wall, cpu = time.perf_counter(), time.process_time()
        work(numbers)
        self.cpu += time.process_time() - cpu
        self.wall += time.perf_counter() - wall
        self.count += len(numbers)

    def read(self) -> dict[str, float]:
        return {"cpu": self.cpu / self.count, "wall": self.wall / self.count, "count": self.count}


def run_trial(trial: Trial) -> dict[str, Any]:
    """Return seconds of CPU and wall time for each operation, of `work` and of its rival."""
    ours, rival = _Watch(), _Watch()
    block = trial.block or trial.count
    gc.collect()
    for turn, start in enumerate(range(0, trial.count, block)):
        numbers = range(start, min(start + block, trial.count))
        turns = [(ours, trial.work)]
        if trial.rival is not None:
            turns.append((rival, trial.rival))
        for watch, work in turns if turn % 2 == 0 else reversed(turns):
            if trial.before is not None:
                trial.before()
            watch.time(work, numbers)
    return {"work": ours.read(), "rival": rival.read() if rival.count else None}
