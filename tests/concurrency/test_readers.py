"""Programs that read the whole project while others create, change and remove jobs in it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import processes
import rawcheck
from concurrency.workshop import Until, flawless, open_project
from signac.errors import DestinationExistsError, JobMovedError, JobNotFoundError

STABLE = 10


def _create(project: Any, turn: int) -> None:
    project.open_job({"kind": "moving", "n": turn % 12}).init()


def _bulk(project: Any, turn: int) -> None:
    project.create_jobs([{"kind": "bulk", "n": (turn + n) % 30} for n in range(5)], progress=False)


def _remove(project: Any, turn: int) -> None:
    for kind in ("moving", "bulk"):
        project.open_job({"kind": kind, "n": turn % 30}).remove()


def _change(project: Any, turn: int) -> None:
    job = project.open_job({"kind": "moving", "n": turn % 12})
    try:
        job.sp.changed = turn % 3
    except (JobMovedError, DestinationExistsError, FileNotFoundError):
        job.remove()


def _write(project: Any, turn: int) -> None:
    project.open_job({"kind": "stable", "n": turn % STABLE}).doc.turn = turn


def _length(project: Any) -> None:
    assert len(project) >= STABLE


def _iterate(project: Any) -> None:
    ids = [job.id for job in project]
    assert len(ids) == len(set(ids))
    assert stable_ids() <= set(ids)


def _contains(project: Any) -> None:
    for job in stable_jobs(project):
        assert job in project


def _find_all(project: Any) -> None:
    assert stable_ids() <= {job.id for job in project.find_jobs()}


def _find_stable(project: Any) -> None:
    found = {job.id: job.sp() for job in project.find_jobs({"kind": "stable"})}
    assert found.keys() == stable_ids()
    assert all(rawcheck.id_of(statepoint) == id_ for id_, statepoint in found.items())


def _find_moving(project: Any) -> None:
    for job in project.find_jobs({"kind": "moving"}):
        assert job.sp.kind == "moving"
        assert rawcheck.id_of(job.sp()) == job.id


def _find_in_documents(project: Any) -> None:
    assert {job.id for job in project.find_jobs({"doc.stable": True})} == stable_ids()


def _read_statepoints(project: Any) -> None:
    """Read the state point of each listed job; one that is gone says so by its class."""
    seen = set()
    for job in project:
        try:
            statepoint = job.sp()
        except (JobMovedError, JobNotFoundError):
            # A listed job may be gone by now; it is never called corrupted.
            assert job.id not in stable_ids()
            continue
        assert rawcheck.id_of(statepoint) == job.id
        seen.add(job.id)
    assert stable_ids() <= seen


def _read_documents(project: Any) -> None:
    for job in stable_jobs(project):
        assert job.doc.stable is True


def stable_jobs(project: Any) -> Iterator[Any]:
    return (project.open_job({"kind": "stable", "n": n}) for n in range(STABLE))


def stable_ids() -> set[str]:
    return {rawcheck.id_of({"kind": "stable", "n": n}) for n in range(STABLE)}


READS: list[Callable[[Any], None]] = [
    _length,
    _iterate,
    _contains,
    _find_all,
    _find_stable,
    _find_moving,
    _find_in_documents,
    _read_statepoints,
    _read_documents,
]


@pytest.mark.parametrize("seconds", [2.5, pytest.param(30.0, marks=pytest.mark.long)])
@pytest.mark.parametrize("handle", ["one project", "a new project each time"])
def test_readers_beside_every_change(handle, seconds, path):
    """Row 16: 0 exceptions and 0 wrong results in every reading call, whatever others do."""
    project = open_project(path)
    for job in stable_jobs(project):
        job.init().doc.update(stable=True, turn=-1)
    until = Until(path, seconds)

    def mutator(change: Callable[[Any, int], None]) -> int:
        own = open_project(path)
        done = 0
        for turn in until:
            change(own, turn)
            done += 1
        return done

    def reader(calls: list[Callable[[Any], None]]) -> dict[str, int]:
        own = open_project(path)
        counts = dict.fromkeys((call.__name__ for call in calls), 0)
        for _ in until:
            if handle != "one project":
                own = open_project(path)
            for call in calls:
                call(own)
                counts[call.__name__] += 1
        return counts

    changes = (_create, _bulk, _remove, _change, _write)
    outcomes = processes.together(
        [
            *(lambda change=change: mutator(change) for change in changes),
            lambda: reader(READS),
            lambda: reader(READS[::-1]),
        ],
        timeout=seconds + 60,
    )
    values = [outcome.get() for outcome in outcomes]
    assert min(values[:5]) > 3
    for counts in values[5:]:
        assert min(counts.values()) >= 3, counts
    jobs = flawless(path)
    assert stable_ids() <= set(jobs)
