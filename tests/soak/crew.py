"""The processes of a soak, and the reaper that kills them at random and starts others."""

import importlib
import json
import pkgutil
import random
import select
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import h5py  # noqa: F401 - loaded before the forks
import pandas  # noqa: F401

import processes
import signac
from soak import owned, readers, unowned
from soak.desk import Desk, Wrong
from soak.ground import Ground, prepare
from soak.journal import Board, Journal, history, read

# Owners also do all the rest; of the others there is one each, the keeper alone repairs.
ROLES = ("owner", "owner", "owner", "owner", "reader", "reader", "keeper")
OWNERS = ROLES.count("owner")
# Seconds between two kills, on average.
PACE = 0.12
REAPER = 99
# What a check may find beside processes that are killed: the next open deals with it.
PASSING = ("statepoint-pending", "scratch-leftover", "temporary-file", "lock-leftover")


def load_everything() -> None:
    """Import what is imported at first use, which each forked child would do anew."""
    for module in pkgutil.walk_packages(signac.__path__, "signac."):
        importlib.import_module(module.name)


def own(desk: Desk) -> None:
    """Work as an owner until told to stop."""
    owned.take_over(desk)
    numbers = unowned.Numbers(desk)
    for _ in desk.turns():
        chance = desk.draw.random()
        if chance < 0.55:
            owned.work(desk, desk.draw.choice(desk.ground.names(desk.slot)))
        elif chance < 0.75:
            unowned.write(desk, numbers)
        elif chance < 0.80:
            unowned.relocate(desk)
        elif chance < 0.96:
            unowned.contest(desk)
        else:
            readers.ask(desk)


def look(desk: Desk) -> None:
    """Put questions until told to stop."""
    for _ in desk.turns():
        readers.ask(desk)


def keep(desk: Desk) -> None:
    """Update caches, check and repair, which must find nothing to do and harm nothing."""
    for _ in desk.turns():
        project = desk.projects[desk.draw.randrange(2)]
        act = desk.draw.choice(("update_cache", "find_problems", "check", "plan", "repair"))
        desk.journal.note("keep", act=act, path=project.path)
        if act == "update_cache":
            desk.attempt(project.update_cache)
        elif act == "find_problems":
            found = project.find_problems(level=desk.draw.choice(("fast", "full")))
            _require_none(problem for problem in found if problem.kind not in PASSING)
        elif act == "check":
            project.check()
        elif act == "plan":
            _require_none(project.plan_repair().unresolved)
        else:
            project.repair()
        desk.journal.note("kept", act=act)


def _require_none(problems: Any) -> None:
    for problem in problems:
        raise Wrong(problem.job or "-", f"found in a sound project: {problem}")


WORK = {"owner": own, "reader": look, "keeper": keep}


def begin(ground: Ground, board: Board, slot: int, generation: int) -> processes.Child:
    """Start the process of a slot."""

    def child() -> None:
        WORK[ROLES[slot]](Desk(ground, board, slot, generation))

    return processes.start(child)


@dataclass
class Soak:
    """One soak: what was done, and what went wrong while it ran."""

    ground: Ground
    seconds: float
    kills: int = 0
    deaths: int = 0
    complaints: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Let the processes work, kill them at random, and kill all of them at the end."""
        prepare(self.ground)
        load_everything()
        board = self.ground.board()
        draw = random.Random(f"{self.ground.seed}/reaper")
        self._journal = Journal(self.ground.journals, REAPER)
        self._generations = Counter[int]()
        self._crew = {slot: begin(self.ground, board, slot, 0) for slot in range(len(ROLES))}
        end = time.monotonic() + self.seconds
        try:
            while time.monotonic() < end and not self.complaints:
                self._wait(min(end - time.monotonic(), draw.expovariate(1 / PACE)), board)
                if not self.complaints:
                    self._end(draw.choice(sorted(self._crew)))
                    self._fill_up(board)
        finally:
            for slot in sorted(self._crew):
                self._end(slot)

    def _wait(self, seconds: float, board: Board) -> None:
        """Wait for the next kill; a process that dies by itself is replaced at once."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and not self.complaints:
            pipes = {child.pipe: slot for slot, child in self._crew.items()}
            ready, _, _ = select.select(list(pipes), [], [], left)
            for pipe in ready:
                self._end(pipes[pipe])
            self._fill_up(board)

    def _fill_up(self, board: Board) -> None:
        for slot in range(len(ROLES)):
            if slot not in self._crew and not self.complaints:
                self._generations[slot] += 1
                self._crew[slot] = begin(self.ground, board, slot, self._generations[slot])

    def _end(self, slot: int) -> None:
        """Kill the process of a slot, unless it is dead already, and take note of how it ended."""
        child = self._crew.pop(slot)
        ready, _, _ = select.select([child.pipe], [], [], 0)
        self._journal.note("kill", of=slot, victim=child.pid, itself=bool(ready))
        outcome = child.result() if ready else child.kill()
        if outcome.failure is not None:
            self._complain(slot, outcome.failure)
        elif outcome.hangs:
            self.complaints.append(f"slot {slot}: {outcome}")
        elif ready:
            self.deaths += 1
        else:
            self.kills += 1

    def _complain(self, slot: int, failure: processes.Failure) -> None:
        text = f"slot {slot} ({ROLES[slot]}): {failure.text}"
        job = failure.message.partition("job ")[2].partition(":")[0]
        if failure.is_a("Wrong"):
            text += f"\n   what happened to {job}:\n{history(self.ground.journals, job)}"
        else:
            records = list(read(self.ground.journals, slot))[-4:]
            text += "\n   what it did last:\n" + "\n".join(map(json.dumps, records))
        self.complaints.append(text)

    def figures(self) -> dict[str, int]:
        """Count what was done, by the journals."""
        found = Counter(
            {
                "seconds": round(self.seconds),
                "kills at random": self.kills,
                "kills at a change of the disk": self.deaths,
            }
        )
        for record in read(self.ground.journals):
            what, end = record["what"], record.get("end") or record.get("why") or ""
            if what == "done":
                found["acknowledged changes of owned jobs"] += 1
            elif what == "written" and end == "done":
                found["acknowledged writes into shared documents"] += 1
            elif what == "end" and end == "done":
                found["acknowledged changes of contested or shared jobs"] += 1
            elif what == "answered":
                found["questions answered"] += 1
            elif what == "kept":
                found["checks, repairs and cache updates"] += 1
            found["changes that were killed and settled"] += what == "settled" and end == "killed"
            found["errors injected"] += end.startswith("disturbed")
            found["calls refused with a typed error"] += end.startswith("refused")
        return dict(found)
