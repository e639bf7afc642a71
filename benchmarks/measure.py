"""Run cases in child processes of both environments, in turns."""

import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cases import Case, Goal
from dataset import write_project

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
        if any(not case.program for case in (result.case for result in results)):
            tell("writing the data")
            write_project(self._shared, 2_000 if self.quick else 10_000, documents=True)
            os.sync()
            time.sleep(_SETTLING)
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
                result.ours.append(self._time_process("ours", case.program))
                result.peer.append(self._time_process("peer", case.program))
            return
        ours = self._run_child("ours", case, count)
        result.ours.append(ours["work"])
        if ours["rival"]:
            result.rival.append(ours["rival"])
        result.peer.append(self._run_child("peer", case, count)["work"])

    def _run_child(self, side: str, case: Case, count: int) -> dict[str, Any]:
        folder = tempfile.mkdtemp(dir=self.folder)
        command = [_CHILD, case.name, side, str(count), self._shared, folder]
        done = subprocess.run(
            [self.pythons[side], *command],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        shutil.rmtree(folder)
        if done.returncode:
            raise SystemExit(f"{case.name} failed ({side}):\n{done.stderr}")
        measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        self.versions[side] = measured["version"]
        return measured

    def _time_process(self, side: str, program: str) -> dict[str, float]:
        start = time.perf_counter()
        process = subprocess.Popen(
            [self.pythons[side], "-c", program], env=self.environment, stdin=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"`{program}` failed ({side})")
        return {"cpu": usage.ru_utime + usage.ru_stime, "wall": wall, "count": 1}


def summarize(result: Result, goal: Goal) -> dict[str, Any] | None:
    """Return medians, the ratio with its spread, and whether the targets are reached.

    The ratio is the median of the ratios of the rounds, because the two runs of one round lie
    next to each other in time and see the same machine.
    """
    theirs = result.peer if goal.against == "peer" else result.rival
    if not theirs:
        return None
    pairs = list(zip(result.ours, theirs, strict=True))
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
        "ours": _medians(result.ours),
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
