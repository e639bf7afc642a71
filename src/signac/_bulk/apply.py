"""Carry out changes of many state points, complete interrupted ones, take them back.

Each job moves by `_engine.rekey`, so it is whole at all times. The lock of the directory of
journals keeps a second change waiting; a journal that is not settled although the lock is free was
left by a process that died, or has jobs that could not be changed.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from signac._bulk.journal import Entry, create_journal, directory_of, read_journals
from signac._bulk.order import order_steps
from signac._bulk.outcome import ChangeRecord, ChangeResult
from signac._bulk.plan import ChangeStep, find_collisions
from signac._bulk.reshape import changed_keys
from signac._bulk.run import find_locations, run_journal
from signac._core import atomic, locks
from signac._core.durability import effective
from signac._core.ids import is_id
from signac._engine.moves import find_destination
from signac.errors import ChangeRefusedError, JobNotFoundError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from signac._bulk.journal import Journal
    from signac._bulk.outcome import Kind
    from signac._bulk.plan import ChangePlan
    from signac._engine.home import Home

__all__ = ["apply_plan", "find_new_id", "list_changes", "resume_changes", "undo_change"]

_NAMED = 5


def apply_plan(
    home: Home, plan: ChangePlan, name: str | None, progress: bool | None
) -> ChangeResult:
    """Carry out a plan; see `ChangePlan.apply`."""
    if plan.collisions or plan.problems:
        raise ChangeRefusedError(
            f"nothing was changed: {plan}", collisions=plan.collisions, job_ids=plan.problems
        )
    if not plan.steps:
        return ChangeResult("", (), ())
    with _alone(home):
        journals = read_journals(home.workspace)
        _refuse_unfinished(journals)
        _refuse_stale(home, plan)
        entries = [Entry(step.old_id, step.new_id, step.old, step.new) for step in plan.steps]
        order = order_steps([(step.old_id, step.new_id) for step in plan.steps])
        journal = create_journal(home.workspace, journals, entries, order, name=name)
        return run_journal(home, journal, progress)


def resume_changes(home: Home, progress: bool | None = None) -> list[ChangeResult]:
    """Complete what was interrupted, the oldest first; return what was done."""
    if not os.path.isdir(directory_of(home.workspace)):
        return []
    with _alone(home):
        return [
            run_journal(home, journal, progress, again=True)
            for journal in _unfinished(read_journals(home.workspace))
        ]


def undo_change(home: Home, name: str | None = None, progress: bool | None = None) -> ChangeResult:
    """Give jobs their old state points back.

    Raises
    ------
    NotFoundError
        When there is no such change, or none that could be undone.
    ChangeRefusedError
        When another change is unfinished.
    """
    if not os.path.isdir(directory_of(home.workspace)):
        raise NotFoundError(_nothing(name, ()))
    with _alone(home):
        journals = read_journals(home.workspace)
        journal = _choose(journals, name)
        _refuse_unfinished(journals, besides=journal.name)
        entries, left = _reversed(home, journal)
        if not entries:
            return ChangeResult("", (), tuple(left))
        order = order_steps([(entry.old_id, entry.new_id) for entry in entries])
        kind: Kind = "redo" if journal.kind == "undo" else "undo"
        reverse = create_journal(
            home.workspace, journals, entries, order, kind=kind, undoes=journal.name
        )
        result = run_journal(home, reverse, progress)
        return ChangeResult(result.name, result.changed, (*left, *result.failed))


def list_changes(home: Home) -> list[ChangeRecord]:
    """Return all changes, the oldest first."""
    journals = read_journals(home.workspace)
    undone = _undone(journals)
    records = []
    for journal in journals:
        settled = "applied" if journal.is_settled() else "unfinished"
        records.append(
            ChangeRecord(
                name=journal.name,
                time=datetime.fromtimestamp(journal.time, UTC),
                kind=journal.kind,
                state="undone" if journal.name in undone else settled,  # type: ignore[arg-type]
                jobs=len(journal.entries),
                done=sum(
                    move.last and journal.statuses.get(number) == "ok"
                    for number, move in enumerate(journal.moves)
                ),
            )
        )
    return records


def find_new_id(home: Home, old_id: str) -> str:
    """Return the id that a job has now, from one that it had before changes.

    Raises
    ------
    JobNotFoundError
        When there is no such job, nor was there one.
    """
    found = old_id
    for journal in read_journals(home.workspace):
        position = journal.position_of(found)
        if position is not None:
            found = find_locations(home.workspace, journal).get(position, found)
    if is_id(found):
        if os.path.isdir(home.workspace.job(found)):
            return found
        moved = find_destination(home.workspace, found, 0.0)
        if moved is not None and moved[1] is None and os.path.isdir(home.workspace.job(moved[0])):
            return moved[0]
    now = "" if found == old_id else f", which became {found}"
    raise JobNotFoundError(
        old_id, f"there is no job {old_id[:80]!r}{now} in {home.workspace.project}"
    )


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    directory = directory_of(home.workspace)
    atomic.make_directories(directory, sync=effective(home.workspace.level) == "durable")
    with locks.locked(directory, fallback=home.workspace.fallback):
        yield


def _refuse_stale(home: Home, plan: ChangePlan) -> None:
    """Raise if the jobs that the filter finds, or those that are in the way, are others now."""
    planned = {*plan.unchanged, *(step.old_id for step in plan.steps)}
    found = set(plan._again().ids)  # noqa: SLF001  # of this package
    if found != planned:
        others = sorted(found ^ planned)
        raise ChangeRefusedError(
            f"nothing was changed: {_named(others)} came, went or changed since the plan was made; "
            "plan again",
            job_ids=others,
        )
    collisions = find_collisions(plan.steps, home.list_ids())
    if collisions:
        raise ChangeRefusedError(
            "nothing was changed: since the plan was made, jobs have come that are in the way: "
            + "; ".join(map(str, collisions[:_NAMED])),
            collisions=collisions,
            job_ids=[job_id for found in collisions for job_id in found.job_ids],
        )


def _refuse_unfinished(journals: Sequence[Journal], besides: str | None = None) -> None:
    names = [journal.name for journal in _unfinished(journals) if journal.name != besides]
    if names:
        raise ChangeRefusedError(
            f"nothing was changed: the change {names[0]!r} is unfinished; complete it with "
            f"project.resume_changes(), or take it back with project.undo_change({names[0]!r})"
        )


def _unfinished(journals: Sequence[Journal]) -> list[Journal]:
    undone = _undone(journals)
    return [each for each in journals if not each.is_settled() and each.name not in undone]


def _undone(journals: Sequence[Journal]) -> set[str]:
    """Return the names of what was taken back, and not made again."""
    undone: set[str] = set()
    for journal in reversed(journals):
        if journal.undoes is not None and journal.name not in undone:
            undone.add(journal.undoes)
    return undone


def _choose(journals: Sequence[Journal], name: str | None) -> Journal:
    undone = _undone(journals)
    for journal in reversed(journals):
        if journal.name in undone:
            continue
        if journal.name == name or (name is None and journal.kind != "undo"):
            return journal
    raise NotFoundError(_nothing(name, journals))


def _nothing(name: str | None, journals: Iterable[Journal]) -> str:
    if name is None:
        return "there is no change that could be undone"
    if name in [journal.name for journal in journals]:
        return f"the change {name!r} is undone already"
    return f"there is no change {name!r}; project.list_changes() has their names"


def _reversed(
    home: Home, journal: Journal
) -> tuple[list[Entry], list[tuple[ChangeStep, Exception]]]:
    """Return what takes a change back, and the jobs that must be left as they are."""
    entries: list[Entry] = []
    left: list[tuple[ChangeStep, Exception]] = []
    there = set(home.list_ids())
    statepoints = {move.target: move.statepoint for move in journal.moves}
    for position, now in find_locations(home.workspace, journal).items():
        entry = journal.entries[position]
        back = Entry(now, entry.old_id, statepoints[now], entry.old)
        if now in there:
            entries.append(back)
        else:
            left.append((_step(back), JobNotFoundError(now, f"{now} was changed or removed since")))
    while True:
        staying = there - {entry.old_id for entry in entries}
        blocked = [entry for entry in entries if entry.new_id in staying]
        if not blocked:
            return entries, left
        for entry in blocked:
            text = f"{entry.new_id}: another job has the old state point now"
            left.append((_step(entry), ChangeRefusedError(text, job_ids=[entry.old_id])))
        entries = [entry for entry in entries if entry.new_id not in staying]


def _step(entry: Entry) -> ChangeStep:
    keys = changed_keys(entry.old, entry.new)
    return ChangeStep(entry.old_id, entry.new_id, entry.old, entry.new, keys)


def _named(ids: Sequence[str]) -> str:
    shown = ", ".join(ids[:_NAMED])
    return shown if len(ids) <= _NAMED else f"{shown} and {len(ids) - _NAMED} more jobs"
