"""Operations for another process: what to run there, and the states that may come of it."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import pytest
from hypothesis import strategies as st

import rawcheck
from property.edits import at, draw_edit, pick, plain
from signac.errors import DestinationExistsError
from stateful.changes import STATEPOINTS, draw_change
from stateful.model import Job, State, add, clone

Run = Callable[[dict[str, Any]], object]


@dataclass(frozen=True)
class Operation:
    """One operation; an interruption may also leave a state of `between`."""

    name: str
    run: Run
    after: State
    between: tuple[State, ...] = ()
    moved: tuple[str, str, str] | None = None  # project, old id, new id


def draw_operation(draw: Any, state: State) -> Operation:
    """Draw an operation that succeeds, or is refused for a known reason, in this state."""
    where = draw(st.sampled_from(sorted(state)))
    if not state[where] or draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from((_init, _bulk)))(draw, state, where)
    id_ = draw(st.sampled_from(sorted(state[where])))
    makers = (_change, _change, _document, _transaction, _empty, _remove, _move)
    return draw(st.sampled_from(makers))(draw, state, where, id_)


def _init(draw: Any, state: State, where: str) -> Operation:
    statepoint, after = draw(STATEPOINTS), clone(state)
    add(after[where], statepoint)
    return Operation("init", lambda on: on[where].open_job(statepoint).init(), after)


def _bulk(draw: Any, state: State, where: str) -> Operation:
    statepoints = draw(st.lists(STATEPOINTS, min_size=1, max_size=3))
    between = []
    for size in range(len(statepoints) + 1):
        for some in combinations(statepoints, size):
            between.append(clone(state))
            for statepoint in some:
                add(between[-1][where], statepoint)
    run = lambda on: on[where].create_jobs(statepoints, progress=False)  # noqa: E731
    return Operation("create_jobs", run, between[-1], tuple(between))


def _change(draw: Any, state: State, where: str, id_: str) -> Operation:
    after = clone(state)
    change = draw_change(draw, state[where][id_].statepoint)
    error, new = change.error, rawcheck.id_of(change.result)
    if error is None and new != id_ and new in after[where]:
        error = DestinationExistsError
    if error is None:
        job = after[where].pop(id_)
        job.statepoint = change.result
        after[where][new] = job

    def run(on: dict[str, Any]) -> None:
        job = on[where].open_job(id=id_)
        if error is None:
            change.live(job)
            return
        with pytest.raises(error):
            change.live(job)

    moved = (where, id_, new) if error is None and new != id_ else None
    return Operation(change.name, run, after, moved=moved)


def _document(draw: Any, state: State, where: str, id_: str) -> Operation:
    return _edited(draw, state, where, id_, 1)


def _transaction(draw: Any, state: State, where: str, id_: str) -> Operation:
    return _edited(draw, state, where, id_, 3)


def _edited(draw: Any, state: State, where: str, id_: str, count: int) -> Operation:
    after = clone(state)
    job = after[where][id_]
    edits = []
    for _ in range(count):
        place = pick(draw, job.document)
        name, edit = draw_edit(draw, at(job.document, place))
        if name == "x.popitem()":
            continue  # which item is last is not part of the model
        edits.append((place, edit))
        edit(at(job.document, place))
        job.document = plain(job.document)

    def run(on: dict[str, Any]) -> None:
        with on[where].open_job(id=id_).doc.transaction() as document:
            for place, edit in edits:
                edit(at(document, place))

    def run_one(on: dict[str, Any]) -> None:
        for place, edit in edits:
            edit(at(on[where].open_job(id=id_).doc, place))

    return Operation(f"{count} edits", run_one if count == 1 else run, after)


def _empty(draw: Any, state: State, where: str, id_: str) -> Operation:
    after, method = clone(state), draw(st.sampled_from(("clear", "reset")))
    after[where][id_] = Job(after[where][id_].statepoint)
    return Operation(method, lambda on: getattr(on[where].open_job(id=id_), method)(), after)


def _remove(draw: Any, state: State, where: str, id_: str) -> Operation:
    after = clone(state)
    del after[where][id_]
    return Operation("remove", lambda on: on[where].open_job(id=id_).remove(), after)


def _move(draw: Any, state: State, where: str, id_: str) -> Operation:
    (other,) = set(state) - {where}
    after = clone(state)
    if id_ not in after[other]:
        after[other][id_] = after[where].pop(id_)
        return Operation("move", lambda on: on[where].open_job(id=id_).move(on[other]), after)

    def run(on: dict[str, Any]) -> None:
        with pytest.raises(DestinationExistsError):
            on[where].open_job(id=id_).move(on[other])

    return Operation("refused move", run, after)
