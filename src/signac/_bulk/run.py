"""Make the moves of a journal, one job after the other."""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from signac._bulk.outcome import ChangeResult
from signac._bulk.plan import ChangeStep
from signac._bulk.reshape import changed_keys
from signac._core import layout
from signac._core.ids import id_of_plain
from signac._core.progress import reporting
from signac._core.replace import discard
from signac._engine.rekey import change_statepoint, prepare_changes
from signac._synced.buffer import PROCESS_BUFFER
from signac.errors import ChangeRefusedError, Error, JobNotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signac._bulk.journal import Journal, Move
    from signac._core.scratch import Entry
    from signac._engine.home import Home
    from signac._engine.workspace import Workspace

__all__ = ["find_locations", "run_journal"]

logger = logging.getLogger(__name__)

#: State points that share one wait for the disk; each keeps a file open until it is used.
_BATCH: Final = 200


def run_journal(
    home: Home, journal: Journal, progress: bool | None, *, again: bool = False
) -> ChangeResult:
    """Make the moves that are not made yet; the lock of the directory of journals is held.

    Before: each job is at its old or its new id, or aside. After: each that could be moved is at
    its new one. Dying anywhere leaves them so that this, `again`, does the rest.

    Raises
    ------
    OSError
        When the log could not be written; the jobs are moved, and `again` finds that out.
    """
    run = _Run(home, journal, again=again)
    with reporting("changing jobs", len(journal.moves), progress) as report:
        for start in range(0, len(journal.moves), _BATCH):
            with run.prepared(start):
                for number in range(start, min(start + _BATCH, len(journal.moves))):
                    run.make(number)
                    report(number + 1)
    journal.write_rest()
    result = ChangeResult(journal.name, tuple(run.changed), tuple(run.failed.values()))
    logger.info("%s", str(result).split("\n", 1)[0])
    return result


def find_locations(workspace: Workspace, journal: Journal) -> dict[int, str]:
    """Return, by the position of an entry, where its last move took the job."""
    trail = _Trail(workspace, journal)
    return {
        move.entry: move.target
        for number, move in enumerate(journal.moves)
        if trail.was_made(number)
    }


class _Trail:
    """Tells which moves of a journal were made, from the log and from what is there."""

    def __init__(self, workspace: Workspace, journal: Journal) -> None:
        self._workspace = workspace
        self._journal = journal
        self._leaving = {move.source: number for number, move in enumerate(journal.moves)}
        self._aside = {
            move.entry: number for number, move in enumerate(journal.moves) if not move.last
        }

    def frees(self, number: int) -> int | None:
        """Return the earlier move by which another job left the target of a move."""
        earlier = self._leaving.get(self._journal.moves[number].target, number)
        return earlier if earlier < number else None

    def goes_aside(self, number: int) -> int | None:
        """Return the earlier move of the same job, if there is one."""
        move = self._journal.moves[number]
        return self._aside.get(move.entry) if move.last else None

    def was_made(self, number: int) -> bool:
        """Tell whether a move was made."""
        statuses = self._journal.statuses
        if number in statuses:
            return statuses[number] == "ok"
        move, job = self._journal.moves[number], self._workspace.job
        if os.path.isdir(job(move.source)) or not os.path.isdir(job(move.target)):
            return False
        # What is at the target may be another job, which was to leave and could not.
        earlier, aside = self.frees(number), self.goes_aside(number)
        is_free = earlier is None or statuses.get(earlier) in ("ok", "gone")
        return is_free and (aside is None or statuses.get(aside) == "ok")


class _Run:
    """One walk through the moves of a journal."""

    def __init__(self, home: Home, journal: Journal, *, again: bool) -> None:
        self.home = home
        self.journal = journal
        self.again = again
        self.changed: list[ChangeStep] = []
        self.failed: dict[int, tuple[ChangeStep, Exception]] = {}
        self._trail = _Trail(home.workspace, journal)
        self._entries: dict[int, Entry] = {}

    @contextmanager
    def prepared(self, start: int) -> Iterator[None]:
        """Have the state points of some moves, from one on, on the disk inside the block."""
        moves, job = self.journal.moves, self.home.workspace.job
        numbers = [
            number
            for number in range(start, min(start + _BATCH, len(moves)))
            if self.journal.statuses.get(number) not in ("ok", "gone")
            and os.path.isdir(job(moves[number].source))
        ]
        changes = [(moves[i].source, moves[i].target, moves[i].statepoint) for i in numbers]
        entries = prepare_changes(self.home.workspace, changes)
        self._entries = dict(zip(numbers, entries, strict=False))
        try:
            yield
        finally:
            for entry in self._entries.values():
                discard(entry)
            self._entries = {}

    def make(self, number: int) -> None:
        """Make one move unless it is settled; what is in its way is kept for the result."""
        journal, move = self.journal, self.journal.moves[number]
        if journal.statuses.get(number) in ("ok", "gone"):
            return
        aside = self._trail.goes_aside(number)
        if aside is not None and journal.statuses.get(aside) == "gone":
            journal.mark(number, "gone")
            return
        try:
            unsure = self.again and number not in journal.statuses
            made = unsure and self._trail.was_made(number)
            late = None if made else self._change(number, move)
        except JobNotFoundError as error:
            self._fail(move, error)
            journal.mark(number, "gone")
        except (OSError, Error) as error:
            self._fail(move, error)
            journal.mark(number, "failed")
        else:
            journal.mark(number, "ok")
            if late is not None:
                self._fail(move, late)
            elif move.last:
                self.changed.append(self._step(move))

    def _change(self, number: int, move: Move) -> OSError | None:
        journal, workspace = self.journal, self.home.workspace
        aside = self._trail.goes_aside(number)
        if aside is not None and journal.statuses.get(aside) != "ok":
            raise ChangeRefusedError(f"{journal.moves[aside].source} could not be put aside")
        if id_of_plain(move.statepoint) != move.target:
            raise ChangeRefusedError(
                f"{journal.path} is damaged: what it has for {move.target} is not its state point"
            )
        if not os.path.isdir(workspace.job(move.source)):
            raise _vanished(move)
        if self._trail.frees(number) is not None:
            # crash: the id is used again, so what the log says of its first job must be known.
            journal.secure()
        PROCESS_BUFFER.flush_file(os.path.join(workspace.job(move.source), layout.DOCUMENT))
        try:
            entry = self._entries.get(number)
            late = change_statepoint(workspace, move.source, move.target, move.statepoint, entry)
        except FileNotFoundError:
            if os.path.isdir(workspace.job(move.source)):
                raise
            raise _vanished(move) from None
        self._entries.pop(number, None)
        return late

    def _fail(self, move: Move, error: Exception) -> None:
        self.failed[move.entry] = (self._step(move), error)

    def _step(self, move: Move) -> ChangeStep:
        entry = self.journal.entries[move.entry]
        keys = changed_keys(entry.old, entry.new)
        return ChangeStep(entry.old_id, entry.new_id, entry.old, entry.new, keys)


def _vanished(move: Move) -> JobNotFoundError:
    return JobNotFoundError(
        move.source, f"{move.source} was changed or removed by somebody else meanwhile"
    )
