"""Journals of changes: written before the first job is touched, and followed afterwards.

``.signac/changes/<name>.json`` has all state points, old and new, and the order of moves. It is
written once. ``<name>.log`` beside it has a line for each move that was made: its number and what
became of it. A process that dies leaves at most one move without its line; since ids are hashes of
state points, a look at the workspace tells whether that one was made. Before a job takes an id that
another one has left, the lines so far are waited for on the disk, so the same holds after a power
cut.
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from signac._core import atomic, jsonfile, layout
from signac._core.durability import effective
from signac._core.ids import id_of_plain, is_id
from signac._core.replace import replace_file, sweep_beside
from signac.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signac._bulk.outcome import Kind
    from signac._engine.workspace import Workspace

__all__ = ["Entry", "Journal", "Move", "create_journal", "directory_of", "read_journals"]

logger = logging.getLogger(__name__)

Status = Literal["ok", "gone", "failed"]

_FORMAT: Final = 1
#: Seconds since 1970; a time beyond that year 5138 is none.
_LATEST: Final = 1e11
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}").fullmatch
_STATUSES: Final[tuple[Status, ...]] = ("ok", "gone", "failed")
#: Marks the state point of a job that waits aside until its new id is free.
_ASIDE: Final = "signac_change"


@dataclass(frozen=True, slots=True)
class Entry:
    """One job of a change: ids and state points, before and after."""

    old_id: str
    new_id: str
    old: dict[str, Any]
    new: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Move:
    """One change of an id; a job that goes aside has two.

    Attributes
    ----------
    entry : int
        The position of the job among the entries.
    source, target : str
        The ids.
    statepoint : dict
        That of the target.
    last : bool
        Whether the job is where it is to be afterwards.
    """

    entry: int
    source: str
    target: str
    statepoint: dict[str, Any]
    last: bool


@dataclass(slots=True)
class Journal:
    """The journal of one change, with what is known of its moves."""

    path: str
    name: str
    number: int
    time: float
    kind: Kind
    undoes: str | None
    entries: tuple[Entry, ...]
    moves: tuple[Move, ...]
    statuses: dict[int, Status] = field(default_factory=dict)
    #: Moves whose line could not be written yet.
    unwritten: list[int] = field(default_factory=list)
    _unsynced: bool = False

    def is_settled(self) -> bool:
        """Tell whether nothing is left to be done."""
        known = self.statuses
        return all(known.get(number, "failed") != "failed" for number in range(len(self.moves)))

    def position_of(self, old_id: str) -> int | None:
        """Return the position of the job that had an id, None without one."""
        found = (i for i, entry in enumerate(self.entries) if entry.old_id == old_id)
        return next(found, None)

    def mark(self, number: int, status: Status) -> None:
        """Note what became of a move; an error is kept for `write_rest`."""
        self.statuses[number] = status
        self.unwritten.append(number)
        try:
            self.write_rest()
        except OSError as error:
            logger.warning("cannot note in %s what was done: %s", self._log, error)

    def write_rest(self) -> None:
        """Write the lines that are missing in the log."""
        if self.unwritten:
            text = "".join(f"{number} {self.statuses[number]}\n" for number in self.unwritten)
            # A line that was cut short is ended here, and not taken for the beginning of this one.
            lead = "" if _ends_with_a_line(self._log) else "\n"
            atomic.append(self._log, (lead + text).encode("ascii"))
            self.unwritten.clear()
            self._unsynced = True

    def secure(self) -> None:
        """Wait until all lines are on the disk."""
        self.write_rest()
        if self._unsynced and effective() != "fast":
            atomic.sync_file(self._log)
        self._unsynced = False

    @property
    def _log(self) -> str:
        return f"{self.path.removesuffix('.json')}.log"

    def read_statuses(self) -> None:
        """Learn from the log what was done; a line that is not whole is left out."""
        try:
            lines = jsonfile.read_bytes(self._log).decode("ascii", errors="replace").split("\n")
        except OSError:
            return
        for line in lines[:-1]:
            number, _, status = line.partition(" ")
            if number.isdecimal() and status in _STATUSES and int(number) < len(self.moves):
                self.statuses[int(number)] = status


def directory_of(workspace: Workspace) -> str:
    """Return the directory of the journals."""
    return os.path.join(workspace.project, layout.CHANGES)


def create_journal(
    workspace: Workspace,
    known: Sequence[Journal],
    entries: Sequence[Entry],
    order: Sequence[int],
    *,
    name: str | None = None,
    kind: Kind = "change",
    undoes: str | None = None,
) -> Journal:
    """Write a new journal; the lock of the directory is held.

    Raises
    ------
    InvalidInputError
        When the name cannot be that of a file, or is taken.
    """
    number = 1 + max((journal.number for journal in known), default=0)
    name = f"{number:04d}" if name is None else name
    if not isinstance(name, str) or not _NAME(name):
        raise InvalidInputError(
            f"{name!r} cannot be the name of a change; use letters, digits, '-', '_' and '.'"
        )
    path = os.path.join(directory_of(workspace), f"{name}.json")
    if os.path.lexists(path) or os.path.lexists(f"{path.removesuffix('.json')}.log"):
        raise InvalidInputError(f"there is a change {name!r} already, {path}; take another name")
    now = time.time()
    text = {
        "format": _FORMAT,
        "name": name,
        "number": number,
        "time": now,
        "kind": kind,
        "undoes": undoes,
        "order": list(order),
        "entries": [[each.old_id, each.new_id, each.old, each.new] for each in entries],
    }
    sweep_beside(path)
    replace_file(path, jsonfile.encode(text), scratch=workspace.scratch, level=workspace.level)
    moves = _moves(name, entries, order)
    return Journal(path, name, number, now, kind, undoes, tuple(entries), moves)


def read_journals(workspace: Workspace) -> list[Journal]:
    """Return the journals of a project, the oldest first; one that cannot be read is logged."""
    directory = directory_of(workspace)
    try:
        names = os.listdir(directory)
    except OSError:
        return []
    found = []
    for name in names:
        if name.endswith(".json") and _NAME(name.removesuffix(".json")):
            path = os.path.join(directory, name)
            try:
                journal = _parse(path, jsonfile.parse(jsonfile.read_bytes(path)))
            except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
                logger.error("%s is no journal of a change (%s); it is left out", path, error)
                continue
            journal.read_statuses()
            found.append(journal)
    return sorted(found, key=lambda journal: (journal.number, journal.name))


def _parse(path: str, text: Any) -> Journal:
    if text["format"] != _FORMAT or text["kind"] not in ("change", "undo", "redo"):
        raise ValueError("it was made by another release")
    entries = tuple(Entry(*each) for each in text["entries"])
    for entry in entries:
        for job_id, statepoint in ((entry.old_id, entry.old), (entry.new_id, entry.new)):
            if not isinstance(statepoint, dict) or not isinstance(job_id, str) or not is_id(job_id):
                raise ValueError("an entry is damaged")
    order, undoes = text["order"], text["undoes"]
    if not all(isinstance(number, int) and 0 <= number < len(entries) for number in order):
        raise ValueError("the order is damaged")
    name = os.path.basename(path).removesuffix(".json")
    moves = _moves(name, entries, order)
    undoes = undoes if isinstance(undoes, str) else None
    number, when = int(text["number"]), float(text["time"])
    if not 0 <= when < _LATEST:
        raise ValueError("its time is damaged")
    return Journal(path, name, number, when, text["kind"], undoes, entries, moves)


def _moves(name: str, entries: Sequence[Entry], order: Sequence[int]) -> tuple[Move, ...]:
    moves = []
    waiting: dict[int, str] = {}
    times = Counter(order)
    for number in order:
        entry = entries[number]
        if times[number] > 1 and number not in waiting:
            statepoint = {**entry.new, _ASIDE: {"name": name, "from": entry.old_id}}
            waiting[number] = id_of_plain(statepoint)
            moves.append(Move(number, entry.old_id, waiting[number], statepoint, last=False))
        else:
            source = waiting.get(number, entry.old_id)
            moves.append(Move(number, source, entry.new_id, entry.new, last=True))
    return tuple(moves)


def _ends_with_a_line(path: str) -> bool:
    """Tell whether a file is empty, absent, or ends with the end of a line."""
    try:
        with open(path, "rb") as file:
            if not file.seek(0, os.SEEK_END):
                return True
            file.seek(-1, os.SEEK_END)
            return file.read(1) == b"\n"
    except FileNotFoundError:
        return True
