"""Locks that are held too long, by the wrong process, or by one that died."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import processes
import signac
from concurrency.workshop import STATEPOINT, document_of, open_job, open_project
from signac.errors import LockTimeoutError


@contextmanager
def holding(path: str, hold: Callable[[Any], Any] | None = None) -> Iterator[processes.Child]:
    """Keep a transaction of the shared job open in a child, which is killed at the end."""
    inside = os.pipe()

    def child() -> None:
        with open_job(path).doc.transaction() as doc:
            doc["never"] = "written"
            os.write(inside[1], b".")
            (hold or (lambda _: time.sleep(120)))(doc)

    running = processes.start(child)
    os.close(inside[1])
    assert os.read(inside[0], 1) == b".", running.result()
    os.close(inside[0])
    try:
        yield running
    finally:
        running.kill()


def _set(job: Any) -> None:
    job.doc["x"] = 1


def _nested(job: Any) -> None:
    job.doc.sub.k = 1


def _transaction(job: Any) -> None:
    with job.doc.transaction() as doc:
        doc["x"] = 1


def _clear(job: Any) -> None:
    job.doc.clear()


def _statepoint(job: Any) -> None:
    job.sp.b.c = 2


def _remove(job: Any) -> None:
    job.remove()


@pytest.mark.parametrize("change", [_set, _nested, _transaction, _clear, _statepoint, _remove])
def test_a_holder_that_hangs_is_named(change, with_job, locks, monkeypatch):
    """After the timeout the error names file and process, and nothing has changed."""
    monkeypatch.setenv("SIGNAC_LOCK_TIMEOUT", "0.4")
    open_job(with_job).doc.update(sub={"k": 0})
    before = document_of(with_job)
    with holding(with_job) as holder:

        def child() -> tuple[float, str, dict[str, Any]]:
            job = open_job(with_job)
            job.doc()
            began = time.monotonic()
            with pytest.raises(LockTimeoutError) as caught:
                change(job)
            waited = time.monotonic() - began
            assert isinstance(caught.value, TimeoutError)
            assert job.sp() == STATEPOINT
            return waited, str(caught.value), job.doc()

        waited, message, seen = processes.run(child, timeout=20).get()
    assert 0.3 < waited < 3
    assert os.path.join(with_job, "workspace", open_job(with_job).id) in message
    assert str(holder.pid) in message
    assert seen == before == document_of(with_job)


def test_the_project_document_names_its_holder(path, locks, monkeypatch):
    """The same for the document of the project."""
    monkeypatch.setenv("SIGNAC_LOCK_TIMEOUT", "0.4")
    inside = os.pipe()

    def hold() -> None:
        with open_project(path).doc.transaction():
            os.write(inside[1], b".")
            time.sleep(60)

    holder = processes.start(hold)
    os.close(inside[1])
    assert os.read(inside[0], 1) == b".", holder.result()
    os.close(inside[0])

    def child() -> str:
        with pytest.raises(LockTimeoutError) as caught:
            open_project(path).doc.x = 1
        return str(caught.value)

    message = processes.run(child, timeout=20).get()
    holder.kill()
    assert path in message
    assert str(holder.pid) in message
    assert not os.path.exists(os.path.join(path, "signac_project_document.json"))


def test_a_stopped_holder_is_waited_for(with_job, locks, monkeypatch):
    """A holder that goes on within the timeout costs time and no error, and nothing is lost."""
    monkeypatch.setenv("SIGNAC_LOCK_TIMEOUT", "20")
    with holding(with_job, hold=lambda _: os.kill(os.getpid(), signal.SIGSTOP)) as holder:
        waiting = processes.start(lambda: _set(open_job(with_job)))
        time.sleep(0.3)
        assert document_of(with_job) == {}
        os.kill(holder.pid, signal.SIGCONT)
        waiting.result(20).get()
    assert document_of(with_job) == {"never": "written", "x": 1}


def test_a_killed_holder_frees_at_once(with_job, locks, monkeypatch):
    """The kernel frees the lock of a process that died by SIGKILL; a waiting writer goes on."""
    monkeypatch.setenv("SIGNAC_LOCK_TIMEOUT", "30")
    with holding(with_job) as holder:
        waiting = processes.start(lambda: _set(open_job(with_job)))
        time.sleep(0.3)
        holder.kill()
        began = time.monotonic()
        waiting.result(20).get()
        assert time.monotonic() - began < 2
    assert document_of(with_job) == {"x": 1}


def test_a_writer_is_not_starved(with_job, locks):
    """Beside a writer that never pauses, each write of another one gets its turn soon."""
    done = with_job + ".done"

    def hammer() -> None:
        job = open_job(with_job)
        number = 0
        while not os.path.exists(done):
            job.doc.hammer = number = number + 1

    def polite() -> float:
        job = open_job(with_job)
        longest = 0.0
        for number in range(20):
            began = time.monotonic()
            job.doc.polite = number
            longest = max(longest, time.monotonic() - began)
            time.sleep(0.002)
        return longest

    hammers = [processes.start(hammer), processes.start(hammer)]
    outcome = processes.run(polite, timeout=15)
    with open(done, "w"):
        pass
    longest = outcome.get()
    for child in hammers:
        child.result().get()
    # A fair turn takes some milliseconds; two cores with other load may add some tenths.
    assert longest < 1.0


def test_a_held_lock_is_no_obstacle_to_readers_and_others(with_job, locks, monkeypatch):
    """While a holder hangs, reads of that job and writes to other jobs go on at once."""
    monkeypatch.setenv("SIGNAC_LOCK_TIMEOUT", "5")
    with holding(with_job):

        def child() -> float:
            began = time.monotonic()
            project = open_project(with_job)
            job = project.open_job(STATEPOINT)
            assert job.doc() == {}
            assert [one.sp() for one in project] == [STATEPOINT]
            assert job.init().sp() == STATEPOINT
            for number in range(40):
                project.open_job({"other": number}).init().doc.x = number
            project.doc.x = 1
            return time.monotonic() - began

        assert processes.run(child, timeout=60).get() < 3


def test_a_fork_inside_a_transaction_does_not_hold_the_lock(with_job, locks, monkeypatch):
    """A child forked while the parent holds the lock neither has it nor keeps it."""
    monkeypatch.setenv("SIGNAC_LOCK_TIMEOUT", "0.4")

    def parent() -> list[str]:
        job = open_job(with_job)
        words = []

        def write() -> str:
            try:
                job.doc["child"] = 1
            except LockTimeoutError:
                return "waited in vain"
            return "wrote"

        with job.doc.transaction() as doc:
            doc["parent"] = 1
            # The child uses the very handle that holds the lock in the parent.
            words.append(processes.run(write, timeout=20).get())
            # The child is gone; another process must still find the lock taken.
            words.append(processes.run(lambda: _try_write(with_job), timeout=20).get())
            sleeper = processes.start(lambda: time.sleep(60))
        # The sleeper has all descriptors of the parent; the lock must be free all the same.
        words.append(processes.run(lambda: _try_write(with_job), timeout=20).get())
        sleeper.kill()
        return words

    assert processes.run(parent, timeout=60).get() == ["waited in vain", "waited in vain", "wrote"]
    assert document_of(with_job) == {"parent": 1, "other": 1}


def _try_write(path: str) -> str:
    try:
        open_job(path).doc["other"] = 1
    except LockTimeoutError:
        return "waited in vain"
    return "wrote"


def test_a_fork_leaves_the_transaction_to_the_parent(with_job, locks):
    """A child that ends a `with` block it inherited writes nothing and frees nothing."""

    def parent() -> str:
        job = open_job(with_job)
        word = ""
        with job.doc.transaction() as doc:
            doc["parent"] = 1
            child = processes.start(lambda: "left the block by os._exit")
            word = child.result().get()
            assert document_of(with_job) == {}
        return str(word)

    assert processes.run(parent).get() == "left the block by os._exit"
    assert document_of(with_job) == {"parent": 1}


def test_a_program_started_inside_does_not_keep_the_lock(with_job, locks, monkeypatch):
    """A program started within a transaction does not inherit it, whatever `close_fds` says."""
    monkeypatch.setenv("SIGNAC_LOCK_TIMEOUT", "5")
    started: list[subprocess.Popen[bytes]] = []
    told = os.pipe()

    def hold(_: Any) -> None:
        program = [sys.executable, "-c", "import time; time.sleep(60)"]
        started.append(subprocess.Popen(program, close_fds=False))
        os.write(told[1], str(started[0].pid).encode())
        time.sleep(60)

    with holding(with_job, hold) as holder:
        os.close(told[1])
        sleeper = int(os.read(told[0], 20))
        time.sleep(0.2)
        holder.kill()
        began = time.monotonic()
        assert processes.run(lambda: _try_write(with_job), timeout=20).get() == "wrote"
        assert time.monotonic() - began < 2
        os.kill(sleeper, signal.SIGKILL)
    os.close(told[0])


def test_a_fork_in_a_thread_of_a_writer(with_job, locks):
    """Forks while other threads of the parent write: no child deadlocks on a lock of a thread."""

    def parent() -> None:
        job = open_job(with_job)
        stop = threading.Event()

        def work() -> None:
            number = 0
            while not stop.is_set():
                job.doc["thread"] = number = number + 1
                time.sleep(0.001)

        thread = threading.Thread(target=work)
        thread.start()
        try:
            for turn in range(15):
                outcome = processes.run(
                    lambda turn=turn: open_job(with_job).doc.__setitem__(f"child{turn}", turn),
                    timeout=20,
                )
                outcome.get()
        finally:
            stop.set()
            thread.join()

    processes.run(parent).get()
    document = document_of(with_job)
    assert {f"child{turn}" for turn in range(15)} == document.keys() - {"thread"}


def test_transactions_nest(with_job, locks):
    """A transaction inside one of the same document is part of it: one write, one undo."""
    job = open_job(with_job)
    with job.doc.transaction() as outer:
        outer["a"] = 1
        with job.doc.transaction() as inner:
            inner["b"] = 2
        with open_job(with_job).doc.transaction() as second_handle:
            second_handle["c"] = 3
    assert document_of(with_job) == {"a": 1, "b": 2, "c": 3}
    with pytest.raises(ZeroDivisionError), job.doc.transaction() as outer:
        with job.doc.transaction() as inner:
            inner["b"] = 5
        raise ZeroDivisionError
    assert job.doc() == {"a": 1, "b": 2, "c": 3} == document_of(with_job)


def test_crossed_transactions_end(with_job, locks, monkeypatch):
    """Two processes that take two locks in opposite order end: one is told in time."""
    monkeypatch.setenv("SIGNAC_LOCK_TIMEOUT", "1")
    open_project(with_job).open_job({"second": 1}).init()
    meet = processes.Round(2)

    def child(first: dict[str, Any], second: dict[str, Any]) -> bool:
        project = open_project(with_job)
        try:
            with project.open_job(first).doc.transaction() as one:
                one["n"] = 1
                meet.wait()
                with project.open_job(second).doc.transaction() as two:
                    two["n"] = 1
        except LockTimeoutError:
            return False
        return True

    outcomes = processes.together(
        [lambda: child(STATEPOINT, {"second": 1}), lambda: child({"second": 1}, STATEPOINT)],
        timeout=20,
    )
    assert [outcome.get() for outcome in outcomes].count(False) >= 1


def test_other_jobs_are_free_inside_a_transaction(with_job, locks):
    """Inside a transaction of one job many others can be written: their locks are not shared."""

    def child() -> None:
        project = open_project(with_job)
        with project.open_job(STATEPOINT).doc.transaction() as doc:
            for number in range(100):
                project.open_job({"other": number}).init().doc.x = number
            doc["n"] = 100

    processes.run(child, timeout=30).get()
    assert document_of(with_job) == {"n": 100}


def test_the_default_timeout_is_a_minute(with_job, monkeypatch):
    """Without the variable a writer waits, for longer than any ordinary holder takes."""
    monkeypatch.delenv("SIGNAC_LOCK_TIMEOUT", raising=False)
    with holding(with_job):
        waiting = processes.start(lambda: _set(open_job(with_job)))
        time.sleep(2)
        assert waiting.kill().signal == signal.SIGKILL, "it did not wait"


def test_a_wrong_timeout_is_refused(with_job, monkeypatch):
    """A value of the variable that is no number is named, not ignored."""
    monkeypatch.setenv("SIGNAC_LOCK_TIMEOUT", "soon")
    outcome = processes.run(lambda: _set(open_job(with_job)))
    assert outcome.failure is not None
    assert outcome.failure.is_a("signac.errors.Error", "ValueError")
    assert "SIGNAC_LOCK_TIMEOUT" in outcome.failure.message


def test_jobs_in_processes_of_multiprocessing(with_job, locks):
    """Handles go to workers of a pool by pickle, and no increment is lost there."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    job = open_job(with_job)
    job.doc.n = 0
    with ProcessPoolExecutor(3, mp_context=get_context("spawn")) as pool:
        list(pool.map(_increment, [job] * 12))
    assert job.doc.n == 12 == document_of(with_job)["n"]


def _increment(job: Any) -> None:
    with job.doc.transaction() as doc:
        doc["n"] = doc["n"] + 1


def test_no_descriptor_is_left_open(with_job, locks):
    """Writes to many documents leave no more descriptors open than before."""

    def child() -> tuple[int, int]:
        project = open_project(with_job)
        project.open_job({"n": -1}).init().doc.x = 1
        before = len(os.listdir("/proc/self/fd"))
        for number in range(60):
            project.open_job({"n": number}).init().doc.x = number
            signac.JSONDict(os.path.join(with_job, f"d{number}.json"))["x"] = 1
        return before, len(os.listdir("/proc/self/fd"))

    before, after = processes.run(child).get()
    assert after <= before + 2
