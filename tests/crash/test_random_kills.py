"""A process is killed with SIGKILL at random moments, over and over, in one project.

The child says over a pipe what it has finished. After each kill the next process opens the
project, the raw checker looks at it, and everything that was acknowledged must be there.

`SIGNAC_KILLS=10000` runs so many in all, the same number of each group: creation, documents and
stores, state points and moves, removal, index.
"""

import gzip
import json
import os
import shutil
from collections.abc import Iterator
from typing import Any

import h5py
import numpy as np
import pytest

import processes
import rawcheck
import signac
from crash import scenes, searching
from crash.killing import MANY, Killed, Land, Tally, check, kills

pytestmark = pytest.mark.timeout(7200)


def project_of(path: str) -> Any:
    return signac.get_project(path, search=False)


def directory_of(path: str, statepoint: Any) -> str:
    return os.path.join(path, "workspace", rawcheck.id_of(statepoint))


# Creation.


@kills(0.5)
def test_kills_during_init(repetitions: int, tmp_path: Any, tally: Tally) -> None:
    """Killed while creating jobs: each job is whole or absent, no acknowledged one absent."""
    land = Land(str(tmp_path))
    done: set[int] = set()
    for _ in range(repetitions):
        if len(done) > MANY:
            land.fresh()
            done = set()

        def work(first: int = max(done, default=-1) + 1, path: str = land.path) -> Iterator[int]:
            project = project_of(path)
            for number in range(first, first + 10_000):
                project.open_job({"number": number, "deep": {"er": [number]}}).init()
                yield number

        done |= set(Killed(work, tally).acknowledged)
        there = {job[0]["number"] for job in land.check().values()}
        assert done <= there, f"acknowledged and lost: {sorted(done - there)}"
        assert len(there - done) <= 1
        done = there


@kills(0.3)
def test_kills_during_bulk_creation(repetitions: int, tmp_path: Any, tally: Tally) -> None:
    """Killed in the bulk call: each job is whole or absent, and the call run again completes."""
    land = Land(str(tmp_path))
    first = 0

    def wanted(batch: int) -> list[dict[str, Any]]:
        return [{"batch": batch, "number": number} for number in range(20)]

    for _ in range(repetitions):
        if len(os.listdir(os.path.join(land.path, "workspace"))) > MANY:
            land.fresh()

        def work(first: int = first, path: str = land.path) -> Iterator[int]:
            project = project_of(path)
            for batch in range(first, first + 10_000):
                project.create_jobs(wanted(batch), progress=False)
                yield batch

        acknowledged = Killed(work, tally).acknowledged
        there = set(land.check())
        for batch in acknowledged:
            assert {rawcheck.id_of(statepoint) for statepoint in wanted(batch)} <= there
        last = max(acknowledged, default=first - 1) + 1
        processes.run(lambda work=work, last=last: next(work(last))).get()
        there = set(land.check())
        assert {rawcheck.id_of(statepoint) for statepoint in wanted(last)} <= there
        first = last + 1


@kills(0.2)
def test_kills_during_project_creation(repetitions: int, tmp_path: Any, tally: Tally) -> None:
    """Killed while making projects: made again they are whole, and the acknowledged ones are."""
    root = str(tmp_path)
    first = 0
    for _ in range(repetitions):

        def work(first: int = first) -> Iterator[int]:
            for number in range(first, first + 10_000):
                signac.init_project(os.path.join(root, str(number), "p"))
                yield number

        acknowledged = Killed(work, tally).acknowledged
        last = max(acknowledged, default=first - 1) + 1
        for number in range(first, last):
            assert rawcheck.problems(os.path.join(root, str(number), "p")) == []
        processes.run(lambda work=work, last=last: next(work(last))).get()
        assert rawcheck.problems(os.path.join(root, str(last), "p")) == []
        assert os.path.isdir(os.path.join(root, str(last), "p", "workspace"))
        for number in range(first, last + 1):
            shutil.rmtree(os.path.join(root, str(number)))
        first = last + 1


# Documents and stores.


@kills(0.5)
def test_kills_during_document_writes(repetitions: int, tmp_path: Any, tally: Tally) -> None:
    """Killed while writing documents: they parse, and nothing acknowledged is lost."""
    land = Land(str(tmp_path))
    directory = scenes.job(land.path, scenes.FIRST, {"seen": [], "count": -1, "twice": -2})
    first = last = -1
    for _ in range(repetitions):

        def work(start: int = last + 1) -> Iterator[int]:
            job = project_of(land.path).open_job(scenes.FIRST)
            for number in range(start, start + 10_000):
                job.doc[f"key{number}"] = number
                job.doc.seen.append(number)
                with job.doc.transaction() as doc:
                    doc["count"] = number
                    doc["twice"] = 2 * number
                yield number

        last = max([last, *Killed(work, tally).acknowledged])
        ((_, document, _),) = land.check().values()
        assert document["count"] in (last, last + 1)
        assert document["twice"] == 2 * document["count"]
        seen = list(range(first + 1, last + 1))
        assert document["seen"][: len(seen)] == seen
        assert all(document[f"key{number}"] == number for number in seen)
        # Go on from a round that was half done between two calls, which is no fault; and before
        # the document gets long.
        last = max(last, document["count"])
        if last - first > MANY:
            first = last
            document = {"seen": [], "count": last, "twice": 2 * last}
        document["seen"] = document["seen"][: last - first]
        scenes.write(os.path.join(directory, rawcheck.DOCUMENT), document)


@kills(0.2)
def test_kills_during_buffered_writes(repetitions: int, tmp_path: Any, tally: Tally) -> None:
    """Killed at the end of buffered blocks: each document is old or new, acknowledged ones new."""
    land = Land(str(tmp_path))
    statepoints = [{"a": number} for number in range(4)]
    for statepoint in statepoints:
        scenes.job(land.path, statepoint, {"n": -1, "m": -1})
    last = begun = -1
    for _ in range(repetitions):

        def work(first: int = begun + 1) -> Iterator[int]:
            project = project_of(land.path)
            jobs = [project.open_job(statepoint) for statepoint in statepoints]
            for number in range(first, first + 10_000):
                with signac.buffered():
                    for job in jobs:
                        job.doc.n = number
                        job.doc.m = number
                yield number

        first = begun
        last = max([last, *Killed(work, tally).acknowledged])
        documents = [job[1] for job in land.check().values()]
        assert all(document["n"] == document["m"] for document in documents)
        begun = max(begun, *(document["n"] for document in documents))
        assert begun <= max(last, first) + 1
        # Several documents are several writes: some may be as they were before earlier kills.
        assert all(last <= document["n"] for document in documents)


@kills(0.3)
def test_kills_during_store_assignment(repetitions: int, tmp_path: Any, tally: Tally) -> None:
    """Killed while assigning a whole store: the file opens, and holds the old or the new arrays."""
    land = Land(str(tmp_path))
    file = os.path.join(scenes.job(land.path, scenes.FIRST), "signac_data.h5")
    last = -1
    for _ in range(repetitions):

        def work(first: int = last + 1) -> Iterator[int]:
            job = project_of(land.path).open_job(scenes.FIRST)
            for number in range(first, first + 10_000):
                job.data = {"n": number, "deep": {"x": np.full(3000, number)}}
                yield number

        last = max([last, *Killed(work, tally).acknowledged])
        land.check()
        if not os.path.exists(file):
            assert last == -1
            continue
        with h5py.File(file, "r") as store:
            found = int(store["n"][()])
            assert found in (last, last + 1)
            assert (store["deep/x"][:] == found).all()
        last = found


# State points and moves.


@kills(0.7)
def test_kills_during_statepoint_changes(repetitions: int, tmp_path: Any, tally: Tally) -> None:
    """Killed while changing a state point: one job with all its data, at the old or the new one."""
    land = Land(str(tmp_path))
    directory = scenes.job(land.path, {"step": 0, "b": {"c": 1}}, scenes.DOCUMENT)
    payload = rawcheck.snapshot(land.path)[os.path.basename(directory)][1:]
    step = 0
    for _ in range(repetitions):

        def work(step: int = step) -> Iterator[int]:
            (job,) = project_of(land.path)
            for number in range(step + 1, step + 10_000):
                job.sp.step = number
                yield number

        step = max([step, *Killed(work, tally).acknowledged])
        jobs = land.check()
        assert len(jobs) == 1
        ((statepoint, document, files),) = jobs.values()
        assert statepoint["step"] in (step, step + 1)
        assert statepoint["b"] == {"c": 1}
        assert (document, files) == payload
        step = statepoint["step"]


@kills(0.3)
def test_kills_during_moves(repetitions: int, tmp_path: Any, tally: Tally) -> None:
    """Killed while moving a job to and fro: it is in one of the two projects, with everything."""
    root = str(tmp_path)
    paths = [scenes.project(os.path.join(root, name)) for name in "pq"]
    scenes.job(paths[0], scenes.FIRST, scenes.DOCUMENT)
    payload = rawcheck.snapshot(paths[0])
    moves = 0
    for _ in range(repetitions):

        def work(first: int = moves) -> Iterator[int]:
            projects = [project_of(path) for path in paths]
            for number in range(first, first + 10_000):
                (job,) = projects[number % 2]
                job.move(projects[(number + 1) % 2])
                yield number + 1

        moves = max([moves, *Killed(work, tally).acknowledged])
        there = [check(root, path) for path in paths]
        assert sorted(there, key=len) == [{}, payload]
        moves += there[moves % 2] != payload


# Removal.


@kills(1 / 3)
@pytest.mark.parametrize("call", ["remove", "clear", "reset"])
def test_kills_during_removal(call: str, repetitions: int, tmp_path: Any, tally: Tally) -> None:
    """Killed while removing or clearing jobs: each is whole or done, none is half done."""
    land = Land(str(tmp_path))
    made = 0
    most = 25
    for _ in range(repetitions):
        before = rawcheck.snapshot(land.path)
        for id_, job in before.items():
            if "data.txt" not in job[2]:
                shutil.rmtree(os.path.join(land.path, "workspace", id_))
        for _ in range(most - sum("data.txt" in job[2] for job in before.values())):
            scenes.job(land.path, {"number": made}, {"n": made})
            made += 1
        before = rawcheck.snapshot(land.path)
        numbers = sorted(job[0]["number"] for job in before.values())

        def work(numbers: list[int] = numbers) -> Iterator[int]:
            project = project_of(land.path)
            for number in numbers:
                getattr(project.open_job({"number": number}), call)()
                yield number

        acknowledged = Killed(work, tally, most).acknowledged
        after = land.check()
        for id_, job in before.items():
            if job[0]["number"] in acknowledged:
                assert _is_done(call, job, after.get(id_)), f"acknowledged, not done: {job}"
            else:
                assert after.get(id_) == job or _is_done(call, job, after.get(id_))
        undone = [id_ for id_, job in before.items() if after.get(id_) != job]
        assert len(undone) <= len(acknowledged) + 1


def _is_done(call: str, before: Any, after: Any) -> bool:
    if call == "remove":
        return after is None
    return after in ((before[0], {}, {}), (before[0], None, {}))


# The index and the cache file.


@kills(0.5)
@pytest.mark.parametrize("call", ["search", "update_cache"])
def test_kills_during_index_builds(
    call: str, repetitions: int, tmp_path: Any, tally: Tally
) -> None:
    """Killed while the index or the cache is written: the next answers are right, the cache whole.

    Beside each child others have changed jobs, so that it extends an index or builds one anew.
    """
    ground = searching.make(str(tmp_path))
    for _ in range(repetitions):
        ground.fill(2)
        searching.rewrite(ground, 3)
        for id_ in ground.pick(2):
            shutil.rmtree(ground.job(id_))
        truth = ground.truth()

        def work(truth: Any = truth) -> Iterator[int]:
            for number in range(10_000):
                if call == "search":
                    answers = searching.search(ground.path)
                    assert searching.complaints(truth, searching.QUESTIONS, answers) == []
                    shutil.rmtree(ground.index, ignore_errors=True)
                else:
                    project_of(ground.path).update_cache()
                    assert _cached(ground) == {job.id for job in truth.healthy()}
                    os.unlink(ground.cache)
                yield number

        known = {*truth.jobs, *_cached(ground)}
        Killed(work, tally)
        assert _cached(ground) <= known
        assert searching.wrong_now(ground) == []
        assert rawcheck.problems(ground.path) == []
    _require_no_leftovers(ground)


def _cached(ground: Any) -> set[str]:
    """Return the ids in the cache file, which must be whole and right if it is there."""
    try:
        with gzip.open(ground.cache) as file:
            entries = json.load(file)
    except FileNotFoundError:
        return set()
    assert all(rawcheck.id_of(statepoint) == id_ for id_, statepoint in entries.items())
    return set(entries)


def _require_no_leftovers(ground: Any) -> None:
    """Let what dead processes left in the index get old: the next searches remove it."""
    for name in os.listdir(ground.index):
        path = os.path.join(ground.index, name)
        os.utime(path, (os.stat(path).st_mtime - 86400,) * 2)
    for _ in range(2):
        assert searching.work_on(ground) == []
    assert searching.leftovers(ground.path) == []
    assert len(os.listdir(ground.index)) < 16
