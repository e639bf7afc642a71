"""Changes of the jobs that a slot owns: the state before and after each is written down.

A plan draws a change: it edits the state to what it must be afterwards, and returns the call.
"""

import os
import time
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np

import rawcheck
import signac
from soak.desk import Desk, Wrong
from soak.ground import lies, nowhere
from soak.journal import State, read

Call = Callable[[Any], object]
Plan = Callable[[Desk, State], Call]
# So long another process may take that is just undoing what a dead one left.
PATIENCE = 20.0


def put(desk: Desk, state: State) -> Call:
    turn = desk.draw.randrange(10)
    state["doc"]["turn"] = turn
    return lambda job: job.doc.__setitem__("turn", turn)


def put_group(desk: Desk, state: State) -> Call:
    group = desk.draw.randrange(5)
    state["doc"]["k"] = group
    return lambda job: setattr(job.doc, "k", group)


def nest(desk: Desk, state: State) -> Call:
    number = desk.draw.randrange(1000)
    if not isinstance(state["doc"].get("nest"), dict):
        state["doc"]["nest"] = {"n": number}
        return lambda job: job.doc.setdefault("nest", {"n": number})
    state["doc"]["nest"]["n"] = number
    return lambda job: setattr(job.doc.nest, "n", number)


def append(desk: Desk, state: State) -> Call:
    number = desk.draw.randrange(1000)
    log = state["doc"].setdefault("log", [])
    if len(log) > 8:
        del log[:]
        return lambda job: job.doc.log.clear()
    log.append(number)
    if len(log) == 1:
        return lambda job: job.doc.update(log=[number])
    return lambda job: job.doc.log.append(number)


def update(desk: Desk, state: State) -> Call:
    new = {"turn": desk.draw.randrange(10), "k": desk.draw.randrange(5), "u": [1, {"v": None}]}
    state["doc"].update(new)
    return lambda job: job.doc.update(new)


def drop(desk: Desk, state: State) -> Call:
    if not state["doc"]:
        return put(desk, state)
    key = desk.draw.choice(sorted(state["doc"]))
    del state["doc"][key]
    return lambda job: job.doc.__delitem__(key)


def assign(desk: Desk, state: State) -> Call:
    new = {"turn": desk.draw.randrange(10), "k": desk.draw.randrange(5), "text": "ä" * 40}
    state["doc"] = new
    return lambda job: setattr(job, "doc", new)


def transaction(desk: Desk, state: State) -> Call:
    turn, group = desk.draw.randrange(10), desk.draw.randrange(5)
    state["doc"].update(turn=turn, k=group, n=state["doc"].get("n", 0) + 1)

    def call(job: Any) -> None:
        with job.doc.transaction() as doc:
            doc.turn = turn
            doc["k"] = group
            doc.n = doc.get("n", 0) + 1

    return call


def buffered(desk: Desk, state: State) -> Call:
    turn, group = desk.draw.randrange(10), desk.draw.randrange(5)
    state["doc"].update(turn=turn, k=group)

    def call(job: Any) -> None:
        with signac.buffered():
            job.doc.turn = turn
            job.doc.k = group

    return call


def change(desk: Desk, state: State) -> Call:
    state["sp"]["turn"] = turn = (state["sp"]["turn"] + desk.draw.randrange(1, 10)) % 10
    return lambda job: setattr(job.sp, "turn", turn)


def change_deep(desk: Desk, state: State) -> Call:
    state["sp"]["deep"]["k"] = group = (state["sp"]["deep"]["k"] + 1) % 4
    return lambda job: setattr(job.sp.deep, "k", group)


def change_all(desk: Desk, state: State) -> Call:
    state["sp"]["turn"] = (state["sp"]["turn"] + 1) % 10
    state["sp"]["deep"] = {"k": desk.draw.randrange(4)}
    new = deepcopy(state["sp"])
    if desk.draw.random() < 0.5:
        return lambda job: job.update_statepoint(new, overwrite=True)
    return lambda job: setattr(job, "statepoint", new)


def move(desk: Desk, state: State) -> Call:
    state["project"] = 1 - state["project"]
    return lambda job: job.move(desk.projects[state["project"]])


def _empty(state: State) -> None:
    state.update(doc={}, files={}, store=None)


def clear(desk: Desk, state: State) -> Call:
    _empty(state)
    return lambda job: job.clear()


def reset(desk: Desk, state: State) -> Call:
    _empty(state)
    return lambda job: job.reset()


def remove(desk: Desk, state: State) -> Call:
    _empty(state)
    state["project"] = None
    return lambda job: job.remove()


def store(desk: Desk, state: State) -> Call:
    number = desk.draw.randrange(1000)
    state["store"] = number
    content = {"n": number, "deep": {"x": np.full(200, number)}}
    return lambda job: setattr(job, "data", content)


def file(desk: Desk, state: State) -> Call:
    """Put a file into the job as a user would who is careful."""
    name = desk.draw.choice(("notes.txt", "out.log"))
    state["files"][name] = text = f"{desk.draw.randrange(10**6)}\n"

    def call(job: Any) -> None:
        aside = os.path.join(desk.ground.aside, f"{desk.slot}")
        with open(aside, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.replace(aside, job / name)

    return call


CHANGES: tuple[Plan, ...] = (
    *(put, put_group, nest, append, update, drop, assign, transaction, buffered),
    *(change, change_deep, change_all, change, move, move),
    *(clear, reset, remove, store, store, file, file),
)


def handle(desk: Desk, name: str, state: State) -> Any:
    """Return a handle of a job that is there: kept from before, or new by one of three ways."""
    kept = desk.handles.get(name)
    if kept is not None and desk.draw.random() < 0.6:
        return kept
    project = desk.projects[state["project"]]
    way = desk.draw.randrange(3)
    if way == 0:
        job = project.open_job(state["sp"])
    elif way == 1:
        job = project.open_job(id=rawcheck.id_of(state["sp"]))
    else:
        found = list(project.find_jobs({"name": name}))
        if [one.id for one in found] != [rawcheck.id_of(state["sp"])]:
            raise Wrong(name, f"a search for its name finds {found}; its state is {state}")
        (job,) = found
    desk.handles[name] = job
    return job


def work(desk: Desk, name: str) -> None:
    """Make one change to a job that this slot owns."""
    before = desk.board.state(name)
    assert before is not None
    if before["project"] is None:
        make(desk, desk.draw.sample(desk.ground.names(desk.slot), desk.draw.choice((1, 1, 3))))
        return
    plan = desk.draw.choice(CHANGES)
    after = deepcopy(before)
    call = plan(desk, after)
    job = handle(desk, name, before)
    _carry_out(desk, {name: (before, after)}, plan.__name__, lambda: call(job))
    if after["project"] is None and desk.draw.random() < 0.7:
        desk.handles.pop(name, None)


def make(desk: Desk, names: list[str]) -> None:
    """Make jobs that are not there, in one call if there are several."""
    changes = {}
    place = desk.draw.randrange(2)
    for name in names:
        before = desk.board.state(name)
        if before is not None and before["project"] is None:
            changes[name] = before, {**deepcopy(before), "project": place}
    project = desk.projects[place]
    statepoints = [after["sp"] for _, after in changes.values()]
    for name in changes:
        desk.handles.pop(name, None)
    if len(statepoints) == 1:
        _carry_out(desk, changes, "init", lambda: project.open_job(statepoints[0]).init())
    elif statepoints:
        call = lambda: project.create_jobs(statepoints, progress=False)  # noqa: E731
        _carry_out(desk, changes, "create_jobs", call)


def _carry_out(
    desk: Desk, changes: dict[str, tuple[State, State]], plan: str, call: Callable[[], object]
) -> None:
    for name, (before, after) in changes.items():
        desk.board.busy(name)
        desk.journal.note("begin", job=name, plan=plan, before=before, after=after)
    try:
        end = desk.attempt(call)
    except Exception as error:
        name = next(iter(changes))
        desk.journal.note("raised", job=name, plan=plan, error=repr(error))
        raise Wrong(name, f"{plan} raised {error!r}") from error
    for name, (before, after) in changes.items():
        if end == "done":
            desk.journal.note("done", job=name, state=after)
            desk.board.show(name, after)
        else:
            settle(desk, name, before, after, end)


def settle(desk: Desk, name: str, before: State, after: State, why: str) -> None:
    """Find out from the disk whether a change that was interrupted took place."""
    deadline = time.monotonic() + PATIENCE
    while True:
        if not (wrong_after := lies(desk.ground, after, [before])):
            state = after
            break
        if not (wrong_before := lies(desk.ground, before, [after])):
            state = before
            break
        if time.monotonic() > deadline:
            desk.journal.note("neither", job=name, why=why, after=wrong_after, before=wrong_before)
            raise Wrong(
                name,
                f"neither as before nor as after ({why})\n   before: {wrong_before}\n"
                f"   after: {wrong_after}\n   before {before}\n   after {after}",
            )
        time.sleep(0.05)
        desk.reopen()
    desk.journal.note("settled", job=name, state=state, why=why)
    desk.board.show(name, state)
    if state is not before:
        desk.handles.pop(name, None)


def take_over(desk: Desk) -> None:
    """Settle what the predecessor of this process had in flight."""
    latest: dict[str, Any] = {}
    for record in read(desk.ground.journals, desk.slot):
        if record["what"] in ("begin", "done", "settled") and "job" in record:
            latest[record["job"]] = record
    for name in desk.ground.names(desk.slot):
        record = latest.get(name)
        if record is None:
            desk.board.show(name, nowhere(name))
        elif record["what"] == "begin":
            settle(desk, name, record["before"], record["after"], "killed")
        else:
            desk.board.show(name, record["state"])
