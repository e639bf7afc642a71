"""Run cases in child processes of both environments, in turns."""

import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cases import Case, Goal
from dataset import write_project

from processes import Player, time_process

__all__ = ["Bench", "Result", "summarize"]

_CHILD = str(Path(__file__).with_name("child.py"))
#: Longer than a file takes to count as settled, by the file system's coarse clock.
_SETTLING = 2.5


@dataclass
class Result:
    """What was measured of one case: for each round seconds of CPU and wall of one operation."""

    case: Case
    ours: list[dict[str, float]] = field(default_factory=list)
    peer: list[dict[str, float]] = field(default_factory=list)
    rival: list[dict[str, float]] = field(default_factory=list)


class Bench:
    """Both interpreters and the data, for the time of a ``with`` block."""

    def __init__(self, ours: str, peer: str, directory: str | None, *, quick: bool) -> None:
        self.pythons = {"ours": ours, "peer": peer}
        self.quick = quick
        self.directory = directory
        self.versions: dict[str, str] = {}
        self.folder = ""
        self.environment = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("PYTHON", "SIGNAC_", "HDF5_"))
        }

    def __enter__(self) -> "Bench":
        self.folder = tempfile.mkdtemp(prefix="signac-benchmark-", dir=self.directory)
        return self

    def __exit__(self, *exception: object) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, cases: Iterable[Case], rounds: int, tell: Callable[[str], None]) -> list[Result]:
        """Measure each case once in every round, ours and the peer next to each other."""
        results = [Result(case) for case in cases]
        tell("writing the data")
        write_project(self._shared, 2_000 if self.quick else 10_000, documents=True)
        os.sync()
        time.sleep(_SETTLING)
        for result in results:
            if result.case.program:  # once for nothing, so that all byte code is there
                for side in self.pythons:
                    time_process(self._command(side, result.case), self.environment)
        for number in range(rounds):
            for result in results:
                tell(f"round {number + 1} of {rounds}: {result.case.name}")
                self._measure(result)
        return results

    @property
    def _shared(self) -> str:
        return os.path.join(self.folder, "shared")

    def _measure(self, result: Result) -> None:
        case = result.case
        count = case.quick if self.quick else case.count
        if case.program:
            for _ in range(count):
                for side, times in (("ours", result.ours), ("peer", result.peer)):
                    times.append(time_process(self._command(side, case), self.environment))
            return
        with self._start("ours", case, count) as ours, self._start("peer", case, count) as peer:
            self.versions = {"ours": ours.version, "peer": peer.version}
            mine = his = None
            while mine is None or his is None:
                mine, his = ours.play(), peer.play()
        result.ours.append(mine["work"])
        result.peer.append(his["work"])
        if mine["rival"]:
            result.rival.append(mine["rival"])

    def _command(self, side: str, case: Case) -> list[str]:
        return [self.pythons[side], "-c", case.program.replace("SHARED", repr(self._shared))]

    def _start(self, side: str, case: Case, count: int) -> Player:
        # Nothing is removed before the end: for a minute ext4 takes ten times as long to find an
        # inode where many were freed.
        folder = tempfile.mkdtemp(dir=self.folder)
        words = [_CHILD, case.name, side, str(count), self._shared, folder]
        return Player([self.pythons[side], *words], self.environment)


def summarize(result: Result, goal: Goal) -> dict[str, Any] | None:
    """Return medians, the ratio with its spread, and whether the targets are reached.

    The ratio is the median of the ratios of the rounds, because the two runs of one round lie
    next to each other in time and see the same machine.
    """
    ours = result.rival if goal.against == "limit" else result.ours
    theirs = result.peer if goal.more_is_better else result.rival
    if not ours or not theirs:
        return None
    pairs = list(zip(ours, theirs, strict=True))
    ratios = [
        his[goal.measure] / mine[goal.measure]
        if goal.more_is_better
        else mine[goal.measure] / his[goal.measure]
        for mine, his in pairs
    ]
    ratio = statistics.median(ratios)
    return {
        "against": goal.against,
        "measure": goal.measure,
        "ours": _medians(ours),
        "theirs": _medians(theirs),
        "ratio": ratio,
        "lowest": min(ratios),
        "highest": max(ratios),
        "at_least": goal.at_least,
        "aim": goal.aim,
        "reached": _reached(goal, ratio, goal.at_least),
        "aim_reached": _reached(goal, ratio, goal.aim),
    }


def _medians(runs: list[dict[str, float]]) -> dict[str, float]:
    return {name: statistics.median(run[name] for run in runs) for name in ("cpu", "wall")}


def _reached(goal: Goal, ratio: float, target: float | None) -> bool | None:
    return None if target is None else goal.reaches(ratio, target)
