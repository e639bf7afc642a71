"""Time one piece of work, and what it is compared with in the same process, in turns."""

import gc
import os
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

__all__ = ["Stage", "Trial", "iter_turns"]

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
    jobs : int
        How many jobs the shared project has, for cases whose cost depends on it.
    """

    ours: bool
    count: int
    shared: str
    folder: str
    jobs: int = 0


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
        Operations in a row before the rival's turn; not more than a turn has.
    before : callable, optional
        Called before each block, not timed.
    turns : int
        Into how many parts the work is cut; the other process has its turn after each.
    writes : bool
        Whether the work changes files; then nothing unwritten is left over from the other side.
    """

    work: Work
    count: int
    rival: Work | None = None
    block: int = 0
    before: Callable[[], object] | None = None
    turns: int = 10
    writes: bool = False


def _cpu_time() -> float:
    """Return the CPU time of this process and of its children that have ended, in seconds."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


class _Watch:
    def __init__(self) -> None:
        self.cpu = 0.0
        self.wall = 0.0
        self.count = 0

    def time(self, work: Work, numbers: range) -> None:
        wall, cpu = time.perf_counter(), _cpu_time()
        work(numbers)
        self.cpu += _cpu_time() - cpu
        self.wall += time.perf_counter() - wall
        self.count += len(numbers)

    def read(self) -> dict[str, float] | None:
        if not self.count:
            return None
        return {"cpu": self.cpu / self.count, "wall": self.wall / self.count}


def iter_turns(trial: Trial) -> Iterator[dict[str, Any] | None]:
    """Do one turn of the work for each item that is asked for.

    The last item has the seconds of CPU and wall time of one operation, of the work and of its
    rival; the others are None.
    """
    work, rival = _Watch(), _Watch()
    length = -(-trial.count // trial.turns)
    starts = range(0, trial.count, length)
    gc.collect()
    for start in starts:
        if trial.writes:
            os.sync()
        _do_turn(trial, range(start, min(start + length, trial.count)), work, rival)
        last = start == starts[-1]
        yield {"work": work.read(), "rival": rival.read()} if last else None


def _do_turn(trial: Trial, turn: range, work: _Watch, rival: _Watch) -> None:
    block = trial.block or len(turn)
    for number, start in enumerate(range(turn.start, turn.stop, block)):
        numbers = range(start, min(start + block, turn.stop))
        players = [(work, trial.work)]
        if trial.rival is not None:
            players.append((rival, trial.rival))
        for watch, function in players if number % 2 == 0 else reversed(players):
            if trial.before is not None:
                trial.before()
            watch.time(function, numbers)
