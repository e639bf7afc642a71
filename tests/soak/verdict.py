"""What must hold in the raw directories when a soak is over and all its processes are dead."""

import fcntl
import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import processes
import rawcheck
import signac
from crash.harness import _reopen
from soak import unowned
from soak.crew import OWNERS
from soak.ground import (
    CONTESTED,
    SHARED,
    STILL,
    STORE,
    Ground,
    differences,
    nowhere,
    still_document,
    still_statepoint,
    store_number,
)
from soak.journal import history, read

Jobs = list[dict[str, Any]]


def complaints(ground: Ground) -> list[str]:
    """Return everything that is wrong, with what happened to the job in question."""
    found = list(_locks(ground))
    outcome = processes.run(lambda: _reopen(ground.land), timeout=120)
    if not outcome.ok:
        found.append(f"opened again: {outcome} {outcome.failure and outcome.failure.text}")
    for path in ground.paths:
        found += [f"left behind: {line}" for line in rawcheck.problems(path)]
        found += _quarantine(path)
    jobs = [rawcheck.snapshot(path) for path in ground.paths]
    for name, line in (
        *_owned(ground, jobs),
        *_shared(ground, jobs),
        *_project_documents(ground),
        *_contested(jobs),
        *_still(jobs),
    ):
        found.append(f"{name}: {line}\n{history(ground.journals, name)}")
    outcome = processes.run(lambda: _work_on(ground), timeout=300)
    if not outcome.ok:
        found.append(f"working on: {outcome} {outcome.failure and outcome.failure.text}")
    else:
        found += outcome.value
    return found


def _locks(ground: Ground) -> Iterator[str]:
    """Find locks of directories that are held although everybody is dead."""
    for path in ground.paths:
        workspace = os.path.join(path, "workspace")
        for directory in (path, *(os.path.join(workspace, name) for name in os.listdir(workspace))):
            descriptor = os.open(directory, os.O_RDONLY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield f"{directory}: still locked"
            finally:
                os.close(descriptor)


def _quarantine(path: str) -> Iterator[str]:
    """Find what a repair took away: there was nothing to repair."""
    place = os.path.join(path, "workspace", ".signac_quarantine")
    for directory, _, names in os.walk(place):
        yield from (f"taken away: {os.path.join(directory, name)}" for name in names)


def _owned(ground: Ground, jobs: Jobs) -> Iterator[tuple[str, str]]:
    places = _places(jobs, "name")
    for slot in range(OWNERS):
        latest = {name: [nowhere(name)] for name in ground.names(slot)}
        for record in read(ground.journals, slot):
            if record.get("job") not in latest:
                continue
            if record["what"] == "begin":
                latest[record["job"]] = [record["before"], record["after"]]
            elif record["what"] in ("done", "settled"):
                latest[record["job"]] = [record["state"]]
        for name, states in latest.items():
            found = [_differ(state, places[name]) for state in states]
            if [] not in found:
                yield name, f"not as acknowledged: {found}"


def _differ(state: dict[str, Any], there: list[tuple[int, Any]]) -> list[str]:
    wanted = [] if state["project"] is None else [state["project"]]
    if [place for place, _ in there] != wanted:
        return [f"it is in {[place for place, _ in there]}, not in {wanted}"]
    return differences(state, *there[0][1]) if there else []


def _places(jobs: Jobs, key: str) -> dict[Any, list[tuple[int, Any]]]:
    """Return the jobs by the value of a key that stays, with their project."""
    found = defaultdict(list)
    for place, snapshot in enumerate(jobs):
        for job in snapshot.values():
            if key in job[0]:
                found[job[0][key]].append((place, job))
    return found


def _shared(ground: Ground, jobs: Jobs) -> Iterator[tuple[str, str]]:
    places = _places(jobs, "shared")
    for number in range(SHARED):
        there = places[number]
        if len(there) != 1:
            yield f"shared{number}", f"there are {len(there)} of it: {[p for p, _ in there]}"
            continue
        for line in _writes(ground, f"shared{number}", there[0][1][1] or {}):
            yield f"shared{number}", line


def _project_documents(ground: Ground) -> Iterator[tuple[str, str]]:
    for place, path in enumerate(ground.paths):
        for line in _writes(ground, f"project{place}", rawcheck.project_document(path) or {}):
            yield f"project{place}", line


def _writes(ground: Ground, job: str, document: dict[str, Any]) -> Iterator[str]:
    """Compare a document with what the journals say was written into it."""
    times = 0
    for slot in range(OWNERS):
        # For each kind the number acknowledged last, and the later ones that may be there.
        possible: dict[str, list[int | None]] = {kind: [None] for kind in unowned.KINDS}
        appended: dict[int, tuple[int, int]] = {}
        counted = [0, 0]
        for record in read(ground.journals, slot):
            if record.get("job") != job or "number" not in record:
                continue
            kind, number, end = record["kind"], record["number"], record.get("end", "")
            fate = _fate(record["what"], end)
            if kind == "append":
                appended[number] = {"yes": (1, 1), "maybe": (0, 1), "no": (0, 0)}[fate]
            elif fate == "yes":
                possible[kind] = [number]
            elif fate == "maybe":
                possible[kind].append(number)
            else:
                possible[kind].remove(number)
            if kind == "counted":
                counted[0] += fate == "yes"
                counted[1] += record["what"] == "write"
                counted[1] -= fate == "no"
        for kind, numbers in possible.items():
            mapping = document.get("nested", {}) if kind == "nested" else document
            is_ = mapping.get(str(slot) if kind == "nested" else f"{kind}{slot}")
            if is_ not in numbers:
                yield f"{kind} of slot {slot} is {is_}, not one of {numbers}"
        yield from _appends(document, slot, appended)
        own = document.get(f"times{slot}", 0)
        times += own
        if not counted[0] <= own <= counted[1]:
            yield f"slot {slot} counted {own} times, not {counted}"
    if document.get("count", 0) != times:
        yield f"half a transaction: count is {document.get('count')}, the sum is {times}"


def _fate(what: str, end: str) -> str:
    if what == "write" or end.startswith("disturbed"):
        return "maybe"
    return "no" if end.startswith("refused") else "yes"


def _appends(document: dict[str, Any], slot: int, wanted: Any) -> Iterator[str]:
    log = [number for who, number in document.get("log", []) if who == str(slot)]
    if log != sorted(log):
        yield f"the entries of slot {slot} are out of order: {log}"
    there = Counter(log)
    for number, (least, most) in wanted.items():
        if not least <= there[number] <= most:
            yield f"entry {number} of slot {slot} is there {there[number]} times"


def _contested(jobs: Jobs) -> Iterator[tuple[str, str]]:
    for snapshot in jobs:
        for id_, (statepoint, document, files) in snapshot.items():
            if statepoint["soak"] != "contested":
                continue
            name = f"contested{statepoint['n']}"
            if statepoint["n"] >= CONTESTED + 2 or set(files) - {STORE}:
                yield name, f"{id_} has {list(files)}"
            if (document or {}).get("a") != (document or {}).get("b"):
                yield name, f"{id_} has half of a change: {document}"
            if STORE in files and not isinstance(store_number(files[STORE]), int):
                yield name, f"{id_} has half of a store"


def _still(jobs: Jobs) -> Iterator[tuple[str, str]]:
    for place, snapshot in enumerate(jobs):
        wanted = {}
        for number in range(STILL[place]):
            statepoint = still_statepoint(number)
            wanted[rawcheck.id_of(statepoint)] = statepoint, still_document(number), {}
        there = {id_: job for id_, job in snapshot.items() if job[0]["soak"] == "still"}
        for line in rawcheck.difference(wanted, there):
            yield "still", line


def _work_on(ground: Ground) -> list[str]:
    """Let the next program check everything, and write into every job: no lock may be stuck."""
    os.environ.update(SIGNAC_LOCK_TIMEOUT="5", SIGNAC_DURABILITY="fast")
    found = []
    for path in ground.paths:
        project = signac.get_project(path, search=False)
        for level in ("fast", "full"):
            problems = project.find_problems(level=level)
            found += [f"{level}: {one}" for one in problems if not _is_dead_lock_file(one.kind)]
        project.check()
        actions = project.plan_repair().actions
        found += [f"to repair: {one}" for one in actions if not _is_dead_lock_file(one.kind)]
        project.repair()
        for job in project:
            job.doc.afterwards = True
        assert len(project.find_jobs({"doc.afterwards": True})) == len(project)
        project.update_cache()
        found += [f"at the end: {problem}" for problem in project.find_problems(level="full")]
        found += [f"at the end: {line}" for line in rawcheck.problems(path)]
    return found


def _is_dead_lock_file(kind: str) -> bool:
    """Tell whether this is about a lock file of a killed process: whoever comes next takes it."""
    return os.environ.get("SIGNAC_LOCKS") == "file" and kind in ("lock-leftover", "remove-lock")
