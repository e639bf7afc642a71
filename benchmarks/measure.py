"""Run cases in child processes of both environments, in turns."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dataset import write_project
from goals import Case
from states import STATES, Ground, forget

from processes import ChildError, Player, time_process

__all__ = ["Bench", "Result"]

_CHILD = str(Path(__file__).with_name("child.py"))
#: Longer than a file takes to count as settled, by the file system's coarse clock.
_SETTLING = 2.5
_SIDES = ("ours", "peer")


@dataclass
class Result:
    """What was measured of one case: for each round seconds of CPU and wall of one operation.

    Attributes
    ----------
    jobs : int
        The size of the project, for a case whose cost depends on it, else 0.
    failures : dict
        For a side that could not do the work: why.
    """

    case: Case
    jobs: int = 0
    ours: list[dict[str, float]] = field(default_factory=list)
    peer: list[dict[str, float]] = field(default_factory=list)
    rival: list[dict[str, float]] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.case.name}@{self.jobs}" if self.jobs else self.case.name


class Bench:
    """Both interpreters and the data, for the time of a ``with`` block.

    Parameters
    ----------
    pythons : dict
        The interpreter of "ours", of the "peer", or of both.
    directory : str, optional
        Where the data is written.
    quick : bool
        Small sizes.
    seconds : float
        After so many, a case that depends on the number of jobs has no further round.
    """

    def __init__(
        self,
        pythons: dict[str, str],
        directory: str | None,
        *,
        quick: bool = False,
        seconds: float = 30.0,
    ) -> None:
        self.pythons = pythons
        self.quick = quick
        self.seconds = seconds
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
        """Measure cases of a fixed size once in every round, both sides next to each other."""
        results = [Result(case) for case in cases]
        if not results:
            return results
        tell("writing the data")
        shared = os.path.join(self.folder, "shared")
        write_project(shared, 2_000 if self.quick else 10_000, documents=True)
        os.sync()
        time.sleep(_SETTLING)
        projects = dict.fromkeys(_SIDES, shared)
        for result in results:
            if result.case.is_process:  # once for nothing, so that all byte code is there
                self._time_processes(Result(result.case), projects)
        for number in range(rounds):
            for result in results:
                tell(f"round {number + 1} of {rounds}: {result.name}")
                self._measure(result, projects)
        return results

    def run_sizes(
        self,
        cases: Sequence[Case],
        sizes: Iterable[int],
        rounds: int,
        tell: Callable[[str], None],
        *,
        documents: bool = True,
    ) -> list[Result]:
        """Measure cases whose cost depends on the number of jobs at each size."""
        results = []
        for jobs in sizes:
            folder = os.path.join(self.folder, str(jobs))
            ground = Ground(folder, jobs, self.pythons, self.environment, documents)
            fitting = [case for case in cases if case.largest is None or jobs <= case.largest]
            for state in STATES:
                asked = [Result(case, jobs) for case in fitting if case.state == state]
                if asked:
                    tell(f"{jobs} jobs, {state}: preparing")
                    problems = ground.prepare(state)
                    self._repeat(asked, ground, problems, rounds, tell)
                results += asked
            shutil.rmtree(folder, ignore_errors=True)
        order = {case.name: number for number, case in enumerate(cases)}
        return sorted(results, key=lambda result: order[result.case.name])

    def _repeat(
        self,
        results: list[Result],
        ground: Ground,
        problems: dict[str, str],
        rounds: int,
        tell: Callable[[str], None],
    ) -> None:
        projects = {side: ground.project(side) for side in self.pythons}
        for result in results:
            result.failures.update(problems)
            start = time.monotonic()
            for number in range(rounds):
                tell(f"{result.name}: round {number + 1} of {rounds}")
                self._measure(result, projects)
                if time.monotonic() - start > self.seconds:
                    break

    def _measure(self, result: Result, projects: dict[str, str]) -> None:
        if result.case.is_process:
            self._time_processes(result, projects)
        else:
            self._play(result, projects)

    def _time_processes(self, result: Result, projects: dict[str, str]) -> None:
        case = result.case
        for _ in range(case.quick if self.quick else case.count):
            for side in self._able(result):
                command = self._command(side, case, projects[side])
                directory = projects[side] if case.command else None
                if case.state == "bare":
                    forget(projects[side])
                try:
                    times = time_process(command, self.environment, directory)
                except ChildError as error:
                    result.failures[side] = str(error)
                else:
                    getattr(result, side).append(times)

    def _play(self, result: Result, projects: dict[str, str]) -> None:
        """Let both sides do the parts of their work in turns, each as many as it has."""
        last: dict[str, dict[str, Any]] = {}
        with ExitStack() as stack:
            players = {}
            for side in self._able(result):
                try:
                    player = self._start(side, result, projects[side])
                except ChildError as error:
                    result.failures[side] = str(error)
                else:
                    players[side] = stack.enter_context(player)
                    self.versions[side] = player.version
            while players:
                for side, player in list(players.items()):
                    try:
                        times = player.play()
                    except ChildError as error:
                        result.failures[side] = str(error)
                        del players[side]
                    else:
                        if times is not None:
                            last[side] = times
                            del players[side]
        for side, times in last.items():
            getattr(result, side).append(times["work"])
        if last.get("ours", {}).get("rival"):
            result.rival.append(last["ours"]["rival"])

    def _able(self, result: Result) -> list[str]:
        return [side for side in _SIDES if side in self.pythons and side not in result.failures]

    def _command(self, side: str, case: Case, project: str) -> list[str]:
        python = self.pythons[side]
        if case.command and (side == "peer" or not case.program):
            return [str(Path(python).with_name("signac")), *case.command]
        return [python, "-c", case.program.replace("SHARED", repr(project))]

    def _start(self, side: str, result: Result, project: str) -> Player:
        # Nothing is removed before the end: for a minute ext4 takes ten times as long to find an
        # inode where many were freed.
        folder = tempfile.mkdtemp(dir=self.folder)
        count = result.case.quick if self.quick else result.case.count
        words = [result.case.name, side, str(count), project, folder, str(result.jobs)]
        return Player([self.pythons[side], _CHILD, *words], self.environment)
