"""Searches and `update_cache` die, or get an error, at each of their mutations in turn."""

import errno
import functools
import gzip
import json
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import processes
from crash import searching
from crash.harness import CUT, KILL, MODES, WRITING, injector
from crash.searching import SEARCHES, UPDATES, Search
from freshness.ground import Ground
from signac._core import faults

#: A dead search leaves most behind; of the others a sample, but for `make nightly`.
EVERY = "SIGNAC_EVERY_FAULT" in os.environ

Points = list[tuple[int, str, str]]


# The ordinary run disturbs these, the long run all.
ORDINARY = ("extend-documents", "damaged")


def _quick() -> None:
    # As in the other fault trials: the points of the syncs count, not the wait for the disk.
    os.fsync = os.fdatasync = lambda descriptor: None  # type: ignore[assignment]


def _record(search: Search, path: str) -> Any:
    _quick()
    with faults.record() as points:
        answers = search.act(path)
    return answers, [(number, operation, os.fspath(name)) for number, operation, name in points]


def _disturb(search: Search, path: str, mode: str, target: int) -> Any:
    _quick()
    with faults.injecting(injector(mode, target)):
        return search.act(path)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Search], tuple[Ground, Points]]:
    """Return the project in which a search starts, and the mutations that it makes there."""

    @functools.cache
    def of(name: str) -> tuple[Ground, Points]:
        (search,) = (one for one in (*SEARCHES, *UPDATES) if one.name == name)
        root = tmp_path_factory.mktemp(name)
        ground = searching.make(str(root / "scene"))
        search.prepare(ground)
        undisturbed = searching.copy(ground, str(root / "undisturbed"))
        if search.rest:
            time.sleep(searching.SETTLING)
        answers, points = processes.run(lambda: _record(search, undisturbed.path)).get()
        if search.questions:
            assert searching.wrong(undisturbed, answers, list(search.questions)) == []
        assert points, f"{name}: no mutation was recorded, nothing is tested"
        return ground, points

    return lambda search: of(search.name)


def _targets(points: Points, mode: str) -> list[int]:
    wanted = WRITING if mode in (CUT, "short") else None
    return [number for number, operation, _ in points if not wanted or operation in wanted]


def _sample(points: Points, mode: str, *, whole: bool) -> list[int]:
    """Return the points to disturb: all, or the first and the last of each operation.

    Of errors, every third in place of all, unless all are asked for.
    """
    targets = _targets(points, mode)
    if whole:
        return targets if mode == KILL or EVERY else targets[::3]
    last = {points[target - 1][1]: target for target in targets}
    first = {points[target - 1][1]: target for target in reversed(targets)}
    return sorted({*first.values(), *last.values()})


def _disturbances(
    search: Search, mode: str, scene: Any, root: Path, *, whole: bool
) -> Iterator[tuple[str, Ground, processes.Outcome]]:
    """Yield for each trial what was done, the project after it, and how the child ended."""
    ground, points = scene(search)
    chosen = _sample(points, mode, whole=whole)
    copies = (searching.copy(ground, str(root / f"{mode}{target}")) for target in chosen)
    if search.rest:
        copies = iter(list(copies))
        time.sleep(searching.SETTLING)
    for target, trial in zip(chosen, copies, strict=True):
        outcome = processes.run(functools.partial(_disturb, search, trial.path, mode, target))
        yield f"{mode} at {points[target - 1]}", trial, outcome
        shutil.rmtree(os.path.dirname(trial.path))


def _complaints_of_search(
    search: Search, mode: str, scene: Any, root: Path, *, whole: bool
) -> tuple[int, list[str]]:
    number, found = 0, []
    for at, trial, outcome in _disturbances(search, mode, scene, root, whole=whole):
        number += 1
        if mode in (KILL, CUT):
            if outcome.signal != signal.SIGKILL:
                found.append(f"{at}: was to die and did not: {outcome}")
        elif not outcome.ok:
            found.append(f"{at}: {outcome} {outcome.failure and outcome.failure.text}")
        else:
            wrong = searching.wrong(trial, outcome.value, list(search.questions))
            found += [f"{at}: {line}" for line in wrong]
        found += [f"after {at}: {line}" for line in searching.wrong_now(trial)]
        found += [f"after {at} and work: {line}" for line in searching.work_on(trial)]
        found += [f"after {at} left over: {name}" for name in searching.leftovers(trial.path)]
    return number, found


def _complaints_of_update(
    update: Search, mode: str, scene: Any, root: Path, *, whole: bool
) -> tuple[int, list[str]]:
    number, found = 0, []
    before = _cached(scene(update)[0])
    for at, trial, outcome in _disturbances(update, mode, scene, root, whole=whole):
        number += 1
        if mode in (KILL, CUT):
            if outcome.signal != signal.SIGKILL:
                found.append(f"{at}: was to die and did not: {outcome}")
        elif outcome.failure is not None:
            code = outcome.failure.facts.get("errno")
            if not outcome.failure.is_a("OSError") or code not in (errno.ENOSPC, errno.EIO):
                found.append(f"{at}: {outcome.failure.text}")
        elif _cached(trial) != _whole(trial):
            found.append(f"{at}: success reported, but the cache is not the new one")
        if _cached(trial) not in (before, _whole(trial)):
            found.append(f"after {at}: the cache is neither the old nor the new one")
        found += [f"after {at}: {line}" for line in searching.wrong_now(trial)]
        processes.run(functools.partial(update.act, trial.path)).get()
        if _cached(trial) != _whole(trial):
            found.append(f"after {at} and another call the cache is not the new one")
        found += [f"after {at} and work: {line}" for line in searching.work_on(trial)]
        found += [f"after {at} left over: {name}" for name in searching.leftovers(trial.path)]
    return number, found


def _judge(number: int, found: list[str], record_property: Any) -> None:
    record_property("fault trials", number)
    assert not found, f"{len(found)} complaints in {number} trials:\n" + "\n".join(found[:12])


@pytest.mark.parametrize("mode", [KILL, "full"])
@pytest.mark.parametrize("search", [one for one in SEARCHES if one.name in ORDINARY], ids=str)
def test_a_search_survives_a_fault(
    search: Search, mode: str, scene: Any, tmp_path: Path, record_property: Any
) -> None:
    """An error costs a search nothing but the index; a dead one leaves nothing wrong behind.

    The answers with the fault, after it and after later work are right, and what it left is gone.
    """
    _judge(*_complaints_of_search(search, mode, scene, tmp_path, whole=False), record_property)


@pytest.mark.long
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("search", SEARCHES, ids=str)
def test_a_search_survives_a_fault_at_every_mutation(
    search: Search, mode: str, scene: Any, tmp_path: Path, record_property: Any
) -> None:
    """A search dies at every one of its mutations, or gets an error at every third."""
    _judge(*_complaints_of_search(search, mode, scene, tmp_path, whole=True), record_property)


@pytest.mark.parametrize("mode", [KILL, "full"])
@pytest.mark.parametrize("update", UPDATES[1:2], ids=str)
def test_update_cache_survives_a_fault(
    update: Search, mode: str, scene: Any, tmp_path: Path, record_property: Any
) -> None:
    """The cache file is the old or the new one; the error is one of the system, and is told."""
    _judge(*_complaints_of_update(update, mode, scene, tmp_path, whole=False), record_property)


@pytest.mark.long
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("update", UPDATES, ids=str)
def test_update_cache_survives_a_fault_at_every_mutation(
    update: Search, mode: str, scene: Any, tmp_path: Path, record_property: Any
) -> None:
    """So does the update of the cache."""
    _judge(*_complaints_of_update(update, mode, scene, tmp_path, whole=True), record_property)


def _cached(ground: Ground) -> Any:
    try:
        with gzip.open(ground.cache) as file:
            return json.load(file)
    except FileNotFoundError:
        return None


def _whole(ground: Ground) -> dict[str, Any]:
    return {job.id: job.statepoint for job in ground.truth().healthy()}


@pytest.mark.parametrize("rounds", [8, pytest.param(30, marks=pytest.mark.long)])
def test_dead_searches_do_not_pile_up(rounds: int, tmp_path: Path) -> None:
    """What searches leave that die before their last step goes with later searches, once it is old.

    A young file may be one that a living process is about to name.
    """
    ground = searching.make(str(tmp_path / "scene"))
    processes.run(lambda: searching.search(ground.path)).get()
    for _ in range(rounds):
        ground.fill(3)
        searching.rewrite(ground, 3)
        rehearsal = searching.copy(ground, str(tmp_path / "rehearsal"))
        _, points = processes.run(lambda path=rehearsal.path: _record(SEARCHES[5], path)).get()
        shutil.rmtree(os.path.dirname(rehearsal.path))
        last = [number for number, operation, _ in points if operation == "rename"]
        target = last[-1] if last else len(points)
        processes.run(lambda target=target: _disturb(SEARCHES[5], ground.path, KILL, target))
    files = len(os.listdir(ground.index))
    assert files > rounds // 4, "nothing was left, nothing is tested"
    for name in os.listdir(ground.index):
        path = os.path.join(ground.index, name)
        day_ago = os.stat(path).st_mtime - 86400
        os.utime(path, (day_ago, day_ago))
    assert searching.wrong_now(ground) == []
    for _ in range(2):
        assert searching.work_on(ground) == []
    assert searching.leftovers(ground.path) == []
    assert len(os.listdir(ground.index)) < 16
