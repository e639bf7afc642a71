"""Several objects, threads and processes on one file."""

import json
import os
import threading
import time
from typing import Any

import pytest

import processes
import signac
from acceptance.support import assert_says, read_json
from signac import JSONDict
from signac._engine import record
from signac.errors import JobMovedError


def run_threads(*functions: Any) -> None:
    failures: list[BaseException] = []

    def guarded(function: Any) -> None:
        try:
            function()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(function,)) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_two_objects_see_each_other(filename: str) -> None:
    """Two objects on one file see each other's writes at once, nested ones too."""
    first, second = JSONDict(filename), JSONDict(filename)
    first.n = {"l": [1]}
    assert second.n.l == [1]
    held = second.n.l
    first.n.l.append(2)
    assert held == [1, 2]
    held.append(3)
    assert first.n.l == [1, 2, 3]
    del first.n
    assert "n" not in second


def test_threads_on_own_objects(filename: str) -> None:
    """Threads that write distinct keys through objects of their own lose nothing."""

    def work(thread: int) -> None:
        document = JSONDict(filename)
        for number in range(50):
            document[f"{thread}-{number}"] = number

    run_threads(*(lambda thread=thread: work(thread) for thread in range(4)))
    assert len(read_json(filename)) == 200


def test_readers_see_whole_documents(filename: str) -> None:
    """A reader beside a writer always sees a whole document."""
    document = JSONDict(filename)
    document.reset({"a": [0] * 2000, "b": 0})
    done = threading.Event()

    def write() -> None:
        for number in range(100):
            document.reset({"a": [number] * 2000, "b": number})
        done.set()

    def read() -> None:
        mine = JSONDict(filename)
        while not done.is_set():
            plain = mine()
            assert plain["a"] == [plain["b"]] * 2000

    def raw() -> None:
        while not done.is_set():
            plain = read_json(filename)
            assert plain["a"] == [plain["b"]] * 2000

    run_threads(write, read, raw)


def test_processes_lose_nothing(filename: str) -> None:
    """Processes that write distinct keys, elements and nested keys lose nothing."""
    JSONDict(filename).reset({"n": {}, "l": []})

    def work(process: int) -> None:
        document = JSONDict(filename)
        for number in range(20):
            document[f"{process}-{number}"] = number
            document.n[f"{process}-{number}"] = number
            document.l.append([process, number])

    outcomes = processes.together([lambda p=p: work(p) for p in range(3)])
    for outcome in outcomes:
        outcome.get()
    stored = read_json(filename)
    assert len(stored) == 62
    assert len(stored["n"]) == 60
    assert sorted(stored["l"]) == [[p, n] for p in range(3) for n in range(20)]


def test_transaction_of_processes(filename: str) -> None:
    """Increments inside transactions of several processes all count."""
    JSONDict(filename).n = 0

    def work() -> None:
        document = JSONDict(filename)
        for _ in range(20):
            with document.transaction() as inside:
                inside.n += 1

    for outcome in processes.together([work] * 3):
        outcome.get()
    assert read_json(filename) == {"n": 60}


def test_transaction_of_threads(filename: str) -> None:
    """Increments inside transactions of several threads all count, on one object or several."""
    shared = JSONDict(filename)
    shared.n = 0

    def work(document: Any) -> None:
        for _ in range(20):
            with document.transaction() as inside:
                inside["n"] = inside["n"] + 1

    run_threads(
        lambda: work(shared),
        lambda: work(shared),
        lambda: work(JSONDict(filename)),
        lambda: work(JSONDict(filename)),
    )
    assert shared.n == 80


def test_transaction_is_one_write(document: Any, filename: str) -> None:
    """Nothing is on disk before the end of a transaction, all of it after."""
    document.a = 1
    with document.transaction() as inside:
        inside.a = 2
        inside.n = {"x": [1]}
        inside.n.x.append(2)
        assert inside() == {"a": 2, "n": {"x": [1, 2]}}
        assert read_json(filename) == {"a": 1}
    assert read_json(filename) == {"a": 2, "n": {"x": [1, 2]}}
    document.n.x.append(3)
    assert read_json(filename)["n"] == {"x": [1, 2, 3]}


def test_transaction_with_an_exception(document: Any, filename: str) -> None:
    """An exception inside a transaction undoes all of it, in memory and on disk."""
    document.a = 1
    document.n = {"x": [1]}
    held = document.n.x
    with pytest.raises(ZeroDivisionError), document.transaction() as inside:
        inside.a = 2
        inside.n.x.append(2)
        del inside.n
        1 / 0
    assert document() == {"a": 1, "n": {"x": [1]}} == read_json(filename)
    assert held == [1]


def test_refused_value_inside_a_transaction(document: Any, filename: str) -> None:
    """A refused value that the program catches leaves the rest of the transaction."""
    with document.transaction() as inside:
        inside.a = 1
        with pytest.raises(TypeError):
            inside.b = object()
        inside.c = 2
    assert document() == {"a": 1, "c": 2} == read_json(filename)


def test_nested_transactions(document: Any, filename: str) -> None:
    """Transactions nest; the outermost one writes."""
    with document.transaction() as outer:
        outer.a = 1
        with document.transaction() as inner:
            inner.b = 2
        assert not os.path.exists(filename)
    assert read_json(filename) == {"a": 1, "b": 2}


def test_transaction_of_job_and_project_document(project: Any, job: Any) -> None:
    """Documents of jobs and projects have transactions."""
    for document in (job.doc, project.doc):
        with document.transaction() as inside:
            inside.a = 1
            inside.b = inside.a + 1
        assert document() == {"a": 1, "b": 2}


@pytest.mark.parametrize("how", ["set", "update", "nested", "transaction", "buffered", "reset"])
def test_transaction_and_another_object(filename: str, how: str) -> None:
    """A write through another object inside a transaction is refused or kept, never lost."""
    first, second = JSONDict(filename), JSONDict(filename)
    first.reset({"n": {"x": 0}})
    refused = False
    with first.transaction() as inside:
        inside.a = 1
        try:
            if how == "set":
                second.b = 2
            elif how == "update":
                second.update(b=2)
            elif how == "nested":
                second.n.b = 2
            elif how == "transaction":
                with second.transaction() as other:
                    other.b = 2
            elif how == "buffered":
                with signac.buffered():
                    second.b = 2
            else:
                second.reset({"b": 2})
        except (RuntimeError, OSError) as error:
            assert_says(error)
            refused = True
    stored = read_json(filename)
    assert refused or stored.get("b") == 2 or stored["n"].get("b") == 2
    assert stored.get("a") == 1 or how == "reset"


def test_transaction_and_another_handle(project: Any, job: Any) -> None:
    """The same holds for another handle of the job."""
    refused = False
    with job.doc.transaction() as inside:
        inside.a = 1
        try:
            project.open_job({"a": 0}).doc.b = 2
        except (RuntimeError, OSError) as error:
            assert_says(error)
            refused = True
    assert job.doc() == ({"a": 1} if refused else {"a": 1, "b": 2})


def test_transaction_shuts_others_out(filename: str) -> None:
    """A write of another process waits for the end of a transaction."""
    document = JSONDict(filename)
    document.a = 0
    with document.transaction() as inside:
        child = processes.start(lambda: JSONDict(filename).update(b=1))
        inside.a = 1
        assert read_json(filename) == {"a": 0}
    child.result().get()
    assert read_json(filename) == {"a": 1, "b": 1}


def test_job_documents_of_processes(project: Any) -> None:
    """Processes that share a job or project document lose nothing."""
    path = project.path

    def work(process: int) -> None:
        mine = signac.get_project(path)
        job = mine.open_job({"a": 0})
        for number in range(20):
            job.doc[f"{process}-{number}"] = number
            mine.doc[f"{process}-{number}"] = number

    for outcome in processes.together([lambda p=p: work(p) for p in range(3)]):
        outcome.get()
    assert len(project.open_job({"a": 0}).doc) == 60
    assert len(project.doc) == 60
    assert len(project) == 1


def test_update_is_one_operation(filename: str) -> None:
    """Several keys of one `update` appear together."""
    document = JSONDict(filename)
    document.update(a=0, b=0)
    done = threading.Event()

    def write() -> None:
        for number in range(200):
            document.update(a=number, b=number)
        done.set()

    def read() -> None:
        while not done.is_set():
            with open(filename) as stream:
                plain = json.load(stream)
            assert plain["a"] == plain["b"]

    run_threads(write, read)


@pytest.mark.parametrize("through", ["property", "held", "nested"])
def test_document_writes_while_the_state_point_changes(
    project: Any, job: Any, through: str
) -> None:
    """Writes of the document lose nothing while the same handle changes the state point."""
    job.doc.n = {}
    held, nested = job.doc, job.doc.n
    done = threading.Event()
    written: list[str] = []

    def change() -> None:
        try:
            for number in range(1, 31):
                job.sp.a = number
        finally:
            done.set()

    def write(mark: str) -> None:
        number = 0
        while not done.is_set():
            key = f"{mark}{number}"
            if through == "property":
                job.doc[key] = number
            elif through == "held":
                held[key] = number
            else:
                nested[key] = number
            written.append(key)
            number += 1

    run_threads(change, lambda: write("x"), lambda: write("y"))
    assert len(project) == 1
    stored = signac.get_project(project.path).open_job(id=job.id).doc()
    assert set(written) <= set(stored["n"] if through == "nested" else stored)
    assert written


def test_stale_writers_are_told_the_truth(project: Any, job: Any) -> None:
    """A writer whose job changes again and again is told that it moved, never that it is gone."""
    second = project.open_job({"a": 0})
    second.doc.x = 1
    done = threading.Event()
    told: set[type[BaseException]] = set()

    def change() -> None:
        try:
            for number in range(1, 41):
                job.sp.a = number
        finally:
            done.set()

    def write() -> None:
        number = 0
        while not done.is_set():
            try:
                second.doc[f"k{number}"] = number
            except Exception as error:
                told.add(type(error))
            number += 1

    run_threads(change, write)
    assert told == {JobMovedError}
    assert len(project) == 1


def test_containers_are_made_once(project: Any) -> None:
    """Threads that touch a fresh handle at once get the same containers."""
    project.open_job({"a": 0}).init()
    for _ in range(20):
        job = signac.get_project(project.path).open_job({"a": 0})
        seen: list[tuple[Any, Any, Any]] = []
        barrier = threading.Barrier(6)

        def touch(
            job: Any = job, seen: list[tuple[Any, Any, Any]] = seen, barrier: Any = barrier
        ) -> None:
            barrier.wait()
            seen.append((job.doc, job.sp, job.stores))

        run_threads(*[touch] * 6)
        assert len(seen) == 6
        for containers in seen:
            assert all(mine is first for mine, first in zip(containers, seen[0], strict=True))


def test_a_job_that_moved_since_it_was_listed(project: signac.Project) -> None:
    """A job that moved between the listing and its first use is said to have moved."""
    project.open_job({"a": 0}).init()
    cursor = project.find_jobs()
    assert len(cursor._ids) == 1
    project.open_job({"a": 0}).sp.a = 1
    time.sleep(0.05)
    (job,) = cursor
    with pytest.raises(JobMovedError) as caught:
        job.doc.x = 1
    assert caught.value.new_id == project.open_job({"a": 1}).id


def test_an_announced_move_is_believed_when_it_happened(project: signac.Project) -> None:
    """A change whose confirmation is on its way, however long that takes, is no removal."""
    project.open_job({"a": 0}).init()
    log = os.path.join(project.path, ".signac", "moves.log")
    project.open_job({"a": 0}).sp.a = 1
    with open(log, encoding="ascii") as file:
        announced = file.readline()
    job = project.open_job({"a": 1}).init()
    os.rename(job.path, project.open_job({"a": 0}).path)
    with open(log, "w", encoding="ascii") as file:
        file.write(f"{time.time():.6f} {announced.split(' ', 1)[1]}")
    old = project.open_job({"a": 0})
    with open(project.open_job({"a": 0}).fn("signac_statepoint.json"), "w") as file:
        file.write('{"a": 0}')
    assert old.doc() == {}
    old._state.since = time.time()
    os.rename(old.path, job.path)
    with pytest.raises(JobMovedError):
        old.doc.x = 1


def test_a_job_that_others_remove_and_make_again(project: signac.Project, monkeypatch) -> None:
    """A job that is there again after a look that failed is read, and never called damaged."""
    job = project.open_job({"a": 0}).init()
    look, looks = record._look, []

    def meanwhile(workspace: Any, job_id: str) -> Any:
        """Remove the job before a look, and make it again after it."""
        looks.append(job_id)
        if len(looks) > 4:
            return look(workspace, job_id)
        other = project.open_job({"a": 0})
        other.remove()
        found = look(workspace, job_id)
        other.init()
        return found

    monkeypatch.setattr(record, "_look", meanwhile)
    statepoint, _ = record.read_statepoint(project._home.workspace, job.id)
    assert statepoint == {"a": 0}
    assert len(looks) == 5
