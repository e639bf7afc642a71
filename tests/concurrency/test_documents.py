"""Writers of one document, in processes and threads: no write is lost or seen half done."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

import processes
import rawcheck
import signac
from concurrency.workshop import (
    PROCESSES,
    STATEPOINT,
    document_of,
    flawless,
    open_job,
    open_project,
)

# Keys of each process: the ordinary run proves the order of things, the long one the figure.
keys = pytest.mark.parametrize("keys", [15, pytest.param(100, marks=pytest.mark.long)])
number = pytest.mark.parametrize("number", PROCESSES)

Change = Callable[[Any, int, int], object]


def _set(doc: Any, worker: int, key: int) -> None:
    doc[f"k{worker}_{key}"] = key


def _set_and_look(doc: Any, worker: int, key: int) -> None:
    doc[f"k{worker}_{key}"] = key
    seen = doc()
    mine = [seen.get(f"k{worker}_{earlier}") for earlier in range(key + 1)]
    assert mine == list(range(key + 1)), f"own writes vanished: {mine}"


def _nested(doc: Any, worker: int, key: int) -> None:
    doc.sub[f"k{worker}_{key}"] = key


def _update(doc: Any, worker: int, key: int) -> None:
    doc.update({f"k{worker}_{key}": key, f"twin{worker}_{key}": key})


def _append(doc: Any, worker: int, key: int) -> None:
    doc.list.append([worker, key])


def _increment(doc: Any, worker: int, key: int) -> None:
    with doc.transaction() as inside:
        inside["n"] = inside["n"] + 1


def _set_then_delete(doc: Any, worker: int, key: int) -> None:
    doc[f"k{worker}_{key}"] = key
    doc[f"gone{worker}_{key}"] = key
    del doc[f"gone{worker}_{key}"]


def _setdefault(doc: Any, worker: int, key: int) -> None:
    doc.setdefault(f"k{worker}_{key}", key)


START: dict[str, Any] = {"sub": {}, "list": [], "n": 0}


def work(document: Callable[[], Any], change: Change, worker: int, keys: int) -> None:
    doc = document()
    for key in range(keys):
        change(doc, worker, key)


def write_together(document: Callable[[], Any], change: Change, number: int, keys: int) -> None:
    for outcome in processes.together(
        [
            lambda worker=worker: work(document, change, worker, keys)  # type: ignore[misc]
            for worker in range(number)
        ]
    ):
        outcome.get()


def require_all(document: dict[str, Any], change: Change, number: int, keys: int) -> None:
    """Require what `number` workers wrote, and nothing else."""
    pairs = [(worker, key) for worker in range(number) for key in range(keys)]
    flat = {f"k{worker}_{key}": key for worker, key in pairs}
    if change is _append:
        assert sorted(map(tuple, document["list"])) == pairs
        for worker in range(number):
            assert [key for by, key in document["list"] if by == worker] == list(range(keys))
    elif change is _increment:
        assert document["n"] == number * keys
    elif change is _nested:
        assert document["sub"] == flat
    else:
        rest = {name: value for name, value in document.items() if name not in START}
        if change is _update:
            flat |= {f"twin{worker}_{key}": key for worker, key in pairs}
        lost = sorted(flat.keys() - rest.keys())
        assert rest == flat, f"lost {len(lost)} of {len(flat)}: {lost[:10]}"


CHANGES = [_set, _nested, _append, _increment, _update, _set_then_delete, _setdefault]


@keys
@number
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__.strip("_"))
def test_no_write_to_a_job_document_is_lost(change, number, keys, with_job):
    """Rows 1, 3, 4: every change of every process is there, none was undone by another."""
    open_job(with_job).doc.update(START)
    write_together(lambda: open_job(with_job).doc, change, number, keys)
    require_all(document_of(with_job), change, number, keys)


@keys
@number
@pytest.mark.parametrize("change", [_set, _nested, _append, _increment])
def test_no_write_to_the_project_document_is_lost(change, number, keys, path):
    """Row 2: the same for the document of the project."""
    open_project(path).doc.update(START)
    write_together(lambda: open_project(path).doc, change, number, keys)
    flawless(path)
    require_all(rawcheck.project_document(path) or {}, change, number, keys)


@keys
@pytest.mark.parametrize("change", [_set, _append, _increment])
def test_no_write_to_a_loose_document_is_lost(change, keys, tmp_path):
    """A JSONDict outside any project is serialised like a document of a job."""
    name = str(tmp_path / "loose.json")
    signac.JSONDict(name).update(START)
    write_together(lambda: signac.JSONDict(name), change, 4, keys)
    with open(name) as file:
        require_all(json.load(file), change, 4, keys)
    assert os.listdir(tmp_path) == ["loose.json"]


@keys
@pytest.mark.parametrize("change", [_set, _append, _increment])
def test_relative_and_linked_names_are_one_document(change, keys, tmp_path, monkeypatch):
    """Two names of one file, relative and through a link, take the same lock."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    monkeypatch.chdir(tmp_path)
    names = ["real/loose.json", "link/loose.json", str(tmp_path / "real" / "loose.json")]
    signac.JSONDict(names[0]).update(START)
    for outcome in processes.together(
        [
            lambda worker=worker, name=name: work(
                lambda: signac.JSONDict(name), change, worker, keys
            )
            for worker, name in enumerate(names)
        ]
    ):
        outcome.get()
    with open(names[0]) as file:
        require_all(json.load(file), change, 3, keys)


@keys
@pytest.mark.parametrize("change", [_set, _nested, _append, _increment])
def test_the_fallback_locks_lose_nothing(change, keys, with_job, monkeypatch):
    """Where a directory cannot be locked, lock files in `.signac/locks` lose nothing either."""
    monkeypatch.setenv("SIGNAC_LOCKS", "file")
    open_job(with_job).doc.update(START)
    write_together(lambda: open_job(with_job).doc, change, 4, keys)
    require_all(document_of(with_job), change, 4, keys)
    assert os.path.isdir(os.path.join(with_job, ".signac", "locks")), "the fallback was not in use"


def test_directory_locks_leave_no_lock_file(with_job):
    """Locks on directories need no file: none lies in the job or under `.signac`."""
    write_together(lambda: open_job(with_job).doc, _set, 2, 3)
    assert "locks" not in os.listdir(os.path.join(with_job, ".signac"))
    assert sorted(os.listdir(open_job(with_job).path)) == [
        "signac_job_document.json",
        "signac_statepoint.json",
    ]


@keys
def test_writers_verify_each_other_in_new_interpreters(keys, with_job):
    """Four programs of their own write, look at what the others wrote, and lose nothing."""
    program = f"""
import sys, signac
worker, path = int(sys.argv[1]), sys.argv[2]
job = signac.get_project(path).open_job({STATEPOINT!r})
largest = [-1] * 4
for key in range({keys}):
    job.doc[f"k{{worker}}_{{key}}"] = key
    seen = job.doc()
    for other in range(4):
        there = [int(k.split("_")[1]) for k in seen if k.startswith(f"k{{other}}_")]
        assert there == list(range(len(there))), (other, there)
        assert len(there) - 1 >= largest[other], "a write that was seen is gone"
        largest[other] = len(there) - 1
    assert largest[worker] == key
"""
    running = [
        subprocess.Popen([sys.executable, "-c", program, str(worker), with_job])
        for worker in range(4)
    ]
    assert [one.wait(timeout=120) for one in running] == [0] * 4
    require_all(document_of(with_job), _set, 4, keys)


@pytest.mark.parametrize("handles", ["job", "jobs", "projects"])
@pytest.mark.parametrize("change", [_set, _append, _increment])
@number
@keys
def test_threads_lose_nothing(change, handles, number, keys, with_job):
    """Rows 5 and 6: threads with one shared job, a job each or a project each lose no write."""
    open_job(with_job).doc.update(START)

    def child() -> None:
        project = open_project(with_job)
        job = project.open_job(STATEPOINT)
        errors: list[BaseException] = []

        def thread(worker: int) -> None:
            own = {
                "job": lambda: job,
                "jobs": lambda: project.open_job(STATEPOINT),
                "projects": lambda: open_job(with_job),
            }[handles]()
            try:
                work(lambda: own.doc, change, worker, keys)
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=thread, args=(worker,)) for worker in range(number)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        if errors:
            raise errors[0]

    processes.run(child).get()
    require_all(document_of(with_job), change, number, keys)


@keys
def test_threads_and_processes_together(keys, with_job):
    """Two processes of two threads each write to one document and lose nothing."""
    open_job(with_job).doc.update(START)

    def child(first: int) -> None:
        threads = [
            threading.Thread(target=work, args=(lambda: open_job(with_job).doc, _set, worker, keys))
            for worker in (first, first + 1)
        ]
        for one in threads:
            one.start()
        for one in threads:
            one.join()

    for outcome in processes.together([lambda: child(0), lambda: child(2)]):
        outcome.get()
    require_all(document_of(with_job), _set, 4, keys)


@pytest.mark.parametrize("reads", [300, pytest.param(20_000, marks=pytest.mark.long)])
def test_readers_never_see_half_a_document(reads, with_job):
    """Row 8: beside two writers of 100 KB each read is one whole version, never an older one."""
    filler = {str(index): "x" * 40 for index in range(2000)}
    open_job(with_job).doc.reset({"left": 0, "right": 0, "filler": filler})
    file = open_job(with_job).fn("signac_job_document.json")
    assert os.path.getsize(file) > 100_000
    done = with_job + ".done"

    def writer() -> int:
        job = open_job(with_job)
        rounds = 0
        while not os.path.exists(done):
            with job.doc.transaction() as doc:
                doc["left"] = doc["right"] = doc["left"] + 1
            rounds += 1
        return rounds

    def reader(read: Callable[[], dict[str, Any]]) -> int:
        last = 0
        for _ in range(reads):
            seen = read()
            assert seen["left"] == seen["right"], (seen["left"], seen["right"])
            assert seen["filler"] == filler
            assert seen["left"] >= last, "an older version came back"
            last = seen["left"]
        return last

    def by_api() -> int:
        job = open_job(with_job)
        return reader(lambda: job.doc())

    def by_file() -> int:
        return reader(lambda: rawcheck._read_json(file))

    writers = [processes.start(writer), processes.start(writer)]
    readers = [processes.start(by_api), processes.start(by_file)]
    try:
        last = [one.result(timeout=250).get() for one in readers]
    finally:
        with open(done, "w"):
            pass
    rounds = sum(one.result().get() for one in writers)
    assert min(last) > 1, "the readers saw no writer at work"
    assert document_of(with_job)["left"] == rounds


def test_readers_do_not_wait_for_a_writer(with_job):
    """A read takes no lock: it answers at once while another process is inside a transaction."""
    open_job(with_job).doc.n = 1
    inside, leave = os.pipe(), os.pipe()

    def holder() -> None:
        with open_job(with_job).doc.transaction() as doc:
            doc["n"] = 2
            os.write(inside[1], b".")
            os.read(leave[0], 1)

    child = processes.start(holder)
    os.close(inside[1])
    assert os.read(inside[0], 1) == b".", child.result()
    began = time.monotonic()
    assert processes.run(lambda: open_job(with_job).doc()).get() == {"n": 1}
    assert processes.run(lambda: [job.id for job in open_project(with_job)]).get()
    assert time.monotonic() - began < 5
    os.write(leave[1], b".")
    child.result().get()
    assert document_of(with_job) == {"n": 2}
    for descriptor in (inside[0], *leave):
        os.close(descriptor)


def test_a_transaction_is_alone(with_job):
    """Nothing another process does comes between the reads and the write of a transaction."""
    open_job(with_job).doc.n = 0

    def child() -> None:
        job = open_job(with_job)
        for _ in range(15):
            with job.doc.transaction() as doc:
                first = doc["n"]
                time.sleep(0.001)
                assert doc["n"] == first
                doc["n"] = first + 1

    for outcome in processes.together([child, child, child]):
        outcome.get()
    assert document_of(with_job) == {"n": 45}


def test_a_transaction_that_raises_writes_nothing(with_job):
    """An exception inside undoes all changes in memory and on disk, and frees the lock."""
    job = open_job(with_job)
    job.doc.reset({"n": 1, "sub": {"k": 1}})
    with pytest.raises(ZeroDivisionError), job.doc.transaction() as doc:
        doc["n"] = 2
        doc.sub.k = 2
        raise ZeroDivisionError
    assert job.doc() == {"n": 1, "sub": {"k": 1}} == document_of(with_job)
    processes.run(lambda: open_job(with_job).doc.__setitem__("n", 3)).get()
    assert job.doc.n == 3
