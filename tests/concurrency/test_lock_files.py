"""Lock files: what they say, who may take one over, and what becomes of those that are damaged."""

import errno
import json
import logging
import os
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest

import dying
import processes
import rawcheck
from concurrency import nolocks
from concurrency.workshop import STATEPOINT, document_of, flawless, open_job, open_project
from crash.ground import as_user, fill, small_disk
from signac._core import faults, lockfile, owner
from signac.errors import LockTimeoutError


@pytest.fixture
def lock(with_job: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return where the lock file of the shared job is; lock files are chosen."""
    monkeypatch.setenv("SIGNAC_LOCKS", "file")
    monkeypatch.setenv("SIGNAC_LOCK_TIMEOUT", "0.4")
    locks = os.path.join(with_job, ".signac", "locks")
    os.makedirs(locks)
    return lockfile.name_for(open_job(with_job).path, locks)


def write(path: str) -> str:
    """Set a key of the shared document; return the text of the error when the lock is held."""
    try:
        open_job(path).doc["x"] = 1
    except LockTimeoutError as error:
        return str(error)
    return ""


def plant(lock: str, content: bytes, age: float = 0) -> None:
    """Put a lock file there that is some seconds old."""
    with open(lock, "wb") as file:
        file.write(content)
    then = time.time() - age
    os.utime(lock, (then, then))


def holder(**changes: Any) -> bytes:
    """Return the lock file that this process would make, with another owner."""
    who = owner.this_one()._replace(**changes)
    return json.dumps({**json.loads(lockfile._me()), "owner": str(who)}).encode()


def dead_pid() -> int:
    """Return the number of a process that is gone."""
    child = processes.start(lambda: None)
    child.result().get()
    return child.pid


def test_what_it_says(with_job, lock):
    """A held lock file names the process, the program, the host and the time, as JSON."""
    with open_job(with_job).doc.transaction(), open(lock, encoding="utf-8") as file:
        found = json.load(file)
    assert owner.parse(found["owner"]) == owner.this_one()
    assert found["host"] == os.uname().nodename
    assert found["program"]
    assert found["since"].startswith(time.strftime("%Y-"))
    assert os.listdir(os.path.dirname(lock)) == []


@pytest.mark.parametrize("kind", ["directory", "file"])
def test_a_stopped_holder_is_named(kind, with_job, monkeypatch):
    """The error says which process holds the lock, its program, since when, and that it hangs."""
    monkeypatch.setenv("SIGNAC_LOCKS", "file" if kind == "file" else "")
    monkeypatch.setenv("SIGNAC_LOCK_TIMEOUT", "0.4")
    inside = os.pipe()

    def hold() -> None:
        with open_job(with_job).doc.transaction():
            os.write(inside[1], b".")
            os.kill(os.getpid(), signal.SIGSTOP)

    child = processes.start(hold)
    os.close(inside[1])
    os.read(inside[0], 1)
    os.close(inside[0])
    time.sleep(0.1)
    message = write(with_job)
    child.kill()
    assert f"process {child.pid} (" in message
    assert "pytest" in message
    assert f"running since {time.strftime('%Y-%m-%d')}" in message
    assert "stopped" in message
    assert ".lock" in message or kind == "directory"
    assert write(with_job) == "", "the kernel, or the lock file, tells that the holder is dead"


@pytest.mark.parametrize("age", [0, 120])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"owner": "',
        b"junk",
        bytes(40),
        b"\xff\xfe",
        b"[1]",
        b"null",
        b"7",
        b"[" * 9999,
    ],
    ids=["empty", "brace", "cut", "junk", "zeros", "bytes", "list", "null", "number", "deep"],
)
def test_a_lock_file_that_names_nobody(content, age, with_job, lock):
    """What a power cut left of a lock file is taken over: junk at once, a beginning after a minute.

    A beginning may be a lock file that is being written, where a file system has no hard links.
    """
    plant(lock, content, age)
    young = content in (b"", b"{", b'{"owner": "') and not age
    message = write(with_job)
    if young:
        assert lock in message
        assert "names nobody" in message
        assert "delete" in message
        assert document_of(with_job) == {}
    else:
        assert message == ""
        assert document_of(with_job) == {"x": 1}
        assert os.listdir(os.path.dirname(lock)) == []


@pytest.mark.parametrize(
    "content",
    [
        b"{}",
        b'{"owner": 7}',
        b'{"owner": "me", "host": 3}',
        b'{"host": "x", "pid": 1, "start": ""}',
    ],
)
def test_a_lock_file_of_another_form(content, with_job, lock):
    """A lock file that is whole and names nobody we know is never taken over, and is named."""
    plant(lock, content, 9e6)
    message = write(with_job)
    assert lock in message
    assert "delete" in message


def test_a_directory_or_link_in_place_of_a_lock_file(with_job, lock):
    """Neither is removed, neither hangs, and the error names it."""
    os.mkdir(lock)
    assert lock in write(with_job)
    os.rmdir(lock)
    os.symlink("nowhere", lock)
    assert lock in write(with_job)
    os.unlink(lock)
    os.mkfifo(lock)
    assert lock in write(with_job) or not os.path.lexists(lock)


def test_a_lock_file_that_may_not_be_read(place, monkeypatch):
    """One of another user, who lets nobody read it, is waited for and named."""
    monkeypatch.setenv("SIGNAC_LOCKS", "file")
    monkeypatch.setenv("SIGNAC_LOCK_TIMEOUT", "0.4")
    import signac

    root = os.path.join(place, "p")
    job = signac.init_project(root).open_job(STATEPOINT).init()
    locks = os.path.join(root, ".signac", "locks")
    os.mkdir(locks)
    for directory, _, names in os.walk(root):
        os.chmod(directory, 0o777)
        for name in names:
            os.chmod(os.path.join(directory, name), 0o666)
    lock = lockfile.name_for(job.path, locks)
    plant(lock, holder(pid=dead_pid()))
    os.chmod(lock, 0o000)
    if os.geteuid() != 0:
        pytest.skip("another user is needed")
    message = as_user(lambda: write(root)).get()
    assert lock in message
    assert "delete" in message


def test_a_dead_holder_is_taken_over(with_job, lock):
    """The lock of a process that is gone, or whose number belongs to another one now, is free."""
    plant(lock, holder(pid=dead_pid()))
    assert write(with_job) == ""
    plant(lock, holder(start="1"))
    assert write(with_job) == ""
    assert os.listdir(os.path.dirname(lock)) == []


def test_a_dead_holder_that_nobody_buried(with_job, lock):
    """A zombie holds nothing: its parent may never ask for it."""
    told = os.pipe()

    def parent() -> None:
        zombie = processes.start(lambda: os.write(told[1], b"."))
        os.read(told[0], 1)
        time.sleep(0.2)
        who = owner._owner(zombie.pid, owner.host_name())
        plant(lock, json.dumps({**json.loads(lockfile._me()), "owner": str(who)}).encode())
        assert write(with_job) == ""

    processes.run(parent).get()


def test_a_living_holder_is_not(with_job, lock):
    """The lock of a living process is not taken over, however old it is."""
    plant(lock, holder(), 9e6)
    assert str(os.getpid()) in processes.run(lambda: write(with_job)).get()
    assert os.path.exists(lock)


@pytest.mark.parametrize("rounds", [25, pytest.param(250, marks=pytest.mark.long)])
def test_many_find_a_dead_holder(rounds, with_job, lock, monkeypatch):
    """Of many processes that find the lock of a dead one at once, one after the other gets it."""
    monkeypatch.setenv("SIGNAC_LOCK_TIMEOUT", "60")
    gone = holder(pid=dead_pid())
    inside = os.path.join(with_job, "inside")
    meet = processes.Round(6)

    def work(me: int) -> int:
        clashes = 0
        for _ in range(rounds):
            meet.wait()
            if me == 0:
                plant(lock, gone)
            meet.wait()
            while not lockfile.try_acquire(lock):
                time.sleep(0.0002)
            try:
                os.close(os.open(inside, os.O_CREAT | os.O_EXCL))
                os.unlink(inside)
            except FileExistsError:
                clashes += 1
            lockfile.release(lock)
        return clashes

    outcomes = processes.together([lambda me=me: work(me) for me in range(6)], timeout=120)
    assert [outcome.get() for outcome in outcomes] == [0] * 6
    assert os.listdir(os.path.dirname(lock)) == []


@pytest.mark.parametrize("chain", [False, True], ids=["lock", "guard"])
def test_two_find_a_dead_holder(chain, with_job, lock):
    """Stopped at any step of taking a lock over, a process lets another in or gets in, not both.

    The same when the process died while it was taking over from another dead one.
    """
    gone = holder(pid=dead_pid())
    number, both = 0, 0
    while True:
        number += 1
        for name in (lock, lock + ".break") if chain else (lock,):
            plant(name, gone)
        inside, outside = os.pipe(), os.pipe()

        def first(number: int = number, inside: Any = inside, outside: Any = outside) -> bool:
            def inject(step: int, what: str, name: str, size: int | None) -> None:
                if step == number:
                    os.write(inside[1], b"p")
                    os.read(outside[0], 1)

            with faults.injecting(inject):
                got = lockfile.try_acquire(lock)
            os.write(inside[1], b"e")
            os.read(outside[0], 1)  # alive until the other one has looked
            return got

        child = processes.start(first)
        paused = os.read(inside[0], 1) == b"p"
        stay = os.pipe()
        answer = os.pipe()

        def second(answer: Any = answer, stay: Any = stay) -> None:
            got = lockfile.try_acquire(lock)
            os.write(answer[1], b"1" if got else b"0")
            os.read(stay[0], 1)

        other = processes.start(second)
        got = os.read(answer[0], 1) == b"1"
        os.write(outside[1], b"..")
        mine = child.result().get()
        os.write(stay[1], b".")
        other.result().get()
        both += got and mine
        for descriptor in (*inside, *outside, *stay, *answer):
            os.close(descriptor)
        for name in os.listdir(os.path.dirname(lock)):
            os.unlink(os.path.join(os.path.dirname(lock), name))
        if not paused:
            break
    assert both == 0
    assert number > 8


def test_killed_at_each_step(with_job, lock):
    """Killed anywhere while it takes or gives back a lock, a process is in nobody's way.

    What it left is gone after the next open.
    """
    for content in (None, holder(pid=dead_pid())):
        number = 0
        while True:
            number += 1
            if content is not None:
                plant(lock, content)

            def both() -> None:
                assert lockfile.try_acquire(lock)
                lockfile.release(lock)

            died = dying.run_and_die(both, number)
            assert processes.run(lambda: write(with_job)).get() == ""
            processes.run(lambda: open_project(with_job) and None).get()
            assert os.listdir(os.path.dirname(lock)) == []
            if not died:
                break
        assert number > 4
    assert rawcheck.problems(with_job) == []


def test_a_lock_that_a_person_deleted(with_job, lock, caplog):
    """If the file of a living holder is deleted, its end does not remove the lock of the next."""
    with open_job(with_job).doc.transaction() as doc:
        doc["first"] = 1
        os.unlink(lock)
        plant(lock, holder(pid=1))
    assert os.path.exists(lock)
    assert any("deleted" in record.getMessage() for record in caplog.records)


def test_a_place_for_locks_that_is_read_only(place, monkeypatch):
    """Where no lock file can be made, the error names it, and nothing is changed."""
    import signac

    root = os.path.join(place, "p")
    job = signac.init_project(root).open_job(STATEPOINT).init()
    os.chmod(job.path, 0o777)
    monkeypatch.setenv("SIGNAC_LOCKS", "file")

    def child() -> str:
        with pytest.raises(PermissionError) as caught:
            open_job(root).doc.x = 1
        return str(caught.value.filename)

    assert os.path.join(root, ".signac", "locks") in as_user(child).get()
    assert rawcheck.problems(root) == []


def test_a_full_disk(tmp_path, monkeypatch):
    """On a full disk a lock file cannot be made: the error names it, and no part of it stays."""
    import signac

    monkeypatch.setenv("SIGNAC_LOCKS", "file")
    with small_disk(str(tmp_path / "disk")) as disk:
        root = os.path.join(disk, "p")
        job = signac.init_project(root).open_job(STATEPOINT).init()
        job.doc.x = 0
        ballast = fill(disk)

        def child() -> str:
            with pytest.raises(OSError) as caught:
                open_job(root).doc.x = 1
            assert caught.value.errno == errno.ENOSPC
            return str(caught.value.filename)

        name = processes.run(child).get()
        locks = os.path.join(root, ".signac", "locks")
        assert locks in name
        assert os.listdir(locks) == []
        os.unlink(ballast)
        assert processes.run(lambda: write(root)).get() == ""
        assert document_of(root) == {"x": 1}


def test_no_hard_links(with_job, lock):
    """Where the file system has no hard links, lock files work as well."""

    def child() -> None:
        def refuse(number: int, what: str, path: str, size: int | None) -> None:
            if what == "link":
                raise OSError(errno.EPERM, os.strerror(errno.EPERM), path)

        with faults.injecting(refuse):
            job = open_job(with_job)
            for _ in range(20):
                with job.doc.transaction() as doc:
                    doc["n"] = doc.get("n", 0) + 1

    for outcome in processes.together([child] * 3):
        outcome.get()
    assert document_of(with_job) == {"n": 60}


@pytest.fixture(params=[errno.ENOLCK, errno.EOPNOTSUPP, errno.EBADF, errno.ENOSYS])
def no_flock(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Return a function that runs another where `flock` fails as on some file systems."""
    nolocks.check_that_it_works()
    return lambda function: nolocks.without_flock(function, request.param)


def test_a_file_system_without_locks(no_flock, with_job, caplog):
    """Lock files are used by themselves, nothing is lost, and the log says so, once."""

    def work(me: int) -> list[str]:
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            project = open_project(with_job)
            for number in range(12):
                project.open_job(STATEPOINT).doc[f"{me}-{number}"] = number
                with project.doc.transaction() as doc:
                    doc["n"] = doc.get("n", 0) + 1
            job = project.open_job({"own": me}).init()
            job.doc.x = 1
            job.sp.changed = True
            job.clear()
            job.remove()
        return [record.getMessage() for record in caplog.records]

    outcomes = processes.together([no_flock(lambda me=me: work(me)) for me in range(3)])
    for outcome in outcomes:
        (message,) = outcome.get()
        assert "lock files" in message
    assert len(document_of(with_job)) == 36
    assert rawcheck.project_document(with_job) == {"n": 36}
    assert os.listdir(os.path.join(with_job, ".signac", "locks")) == []


def test_leftovers_without_locks(no_flock, path):
    """There the process that made a scratch entry is looked for: a dead one's is swept at once."""
    inside, outside = os.pipe(), os.pipe()

    def stop() -> None:
        def inject(number: int, what: str, name: str, size: int | None) -> None:
            if what == "rename":
                os.write(inside[1], b".")
                os.read(outside[0], 1)

        with faults.injecting(inject):
            open_project(path).open_job({"slow": 1}).init()

    child = processes.start(no_flock(stop))
    os.read(inside[0], 1)
    scratch = os.path.join(path, "workspace", rawcheck.SCRATCH)
    reopen = no_flock(lambda: open_project(path) and None)
    processes.run(reopen).get()
    assert len(os.listdir(scratch)) == 1, "a living process was disturbed"
    child.kill()
    processes.run(reopen).get()
    assert os.listdir(scratch) == []
    assert flawless(path) == {}


def test_a_lock_that_fails_otherwise(with_job):
    """Any other error of `flock` is raised, with the file, and nothing is changed."""
    nolocks.check_that_it_works()

    def child() -> None:
        with pytest.raises(OSError) as caught:
            open_job(with_job).doc.x = 1
        assert caught.value.errno == errno.EIO
        assert with_job in str(caught.value.filename)

    processes.run(nolocks.without_flock(child, errno.EIO)).get()
    assert document_of(with_job) == {}


def test_a_state_point_that_changes_twice(with_job, locks, monkeypatch):
    """Whoever finds a job at its new id waits until the change that brought it there is done.

    Else it would complete that change itself, and the first process, whose last step fails then,
    would take the job back to the old id.
    """
    monkeypatch.setenv("SIGNAC_LOCK_TIMEOUT", "20")
    project = open_project(with_job)
    done = with_job + ".done"
    renamed = os.pipe()

    def slow() -> None:
        def inject(number: int, what: str, name: str, size: int | None) -> None:
            if what == "rename" and name.endswith(".next"):
                os.write(renamed[1], b".")
                time.sleep(0.5)

        with faults.injecting(inject):
            project.open_job(STATEPOINT).sp.step = 1
        with open(done, "w"):
            pass

    def fast() -> None:
        def inject(number: int, what: str, name: str, size: int | None) -> None:
            end = time.monotonic() + 5
            while name == job.path and not os.path.exists(done) and time.monotonic() < end:
                time.sleep(0.005)

        (job,) = open_project(with_job)
        with faults.injecting(inject):
            job.sp.step = 2

    first = processes.start(slow)
    os.read(renamed[0], 1)
    second = processes.start(fast)
    first.result().get()
    second.result().get()
    ((statepoint, _, _),) = flawless(with_job).values()
    assert statepoint == {**STATEPOINT, "step": 2}
