"""Two machines with one project, as far as one machine can show it: see `hosts`.

`flock` succeeds on both and excludes nobody, so everything rests on lock files, which is what
SIGNAC_LOCKS=file asks for.
"""

import json
import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import processes
import rawcheck
import signac
from concurrency import hosts
from concurrency.hosts import Host
from concurrency.workshop import STATEPOINT, flawless, open_job, open_project
from signac.errors import JobMovedError, LockTimeoutError

HERE, THERE = Host("first"), Host("second")
DAY = 24 * 3600


@pytest.fixture(autouse=True)
def _two_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    hosts.require()
    monkeypatch.setenv("SIGNAC_LOCKS", "file")
    monkeypatch.setenv("SIGNAC_LOCK_TIMEOUT", "60")
    monkeypatch.setenv("SIGNAC_DURABILITY", "fast")  # what is tested is not the disk


def on_both(functions: list[Callable[[], Any]], timeout: float = 200) -> list[Any]:
    """Run functions at the same time, one half on each host, and return what they return."""
    meet = processes.Round(len(functions))

    def worker(function: Callable[[], Any]) -> Callable[[], Any]:
        def run() -> Any:
            meet.wait()
            return function()

        return run

    half = len(functions) // 2

    def host(some: list[Callable[[], Any]]) -> Callable[[], list[Any]]:
        return lambda: [
            child.result(timeout).get() for child in [processes.start(worker(one)) for one in some]
        ]

    children = [HERE.start(host(functions[:half])), THERE.start(host(functions[half:]))]
    return [value for child in children for value in child.result(timeout).get()]


@pytest.mark.parametrize("writes", [64, pytest.param(300, marks=pytest.mark.long)])
def test_no_write_is_lost(writes, with_job):
    """Two processes on each host write keys and counters of shared documents: none is lost."""

    def work(me: int) -> Callable[[], None]:
        def run() -> None:
            project = open_project(with_job)
            job = project.open_job(STATEPOINT)
            for number in range(writes // 2):
                job.doc[f"{me}.{number}".replace(".", "_")] = number
                with project.doc.transaction() as doc:
                    doc["count"] = doc.get("count", 0) + 1
                    doc.setdefault("seen", []).append([me, number])

        return run

    on_both([work(me) for me in range(4)])
    document = flawless(with_job)[rawcheck.id_of(STATEPOINT)][1]
    wanted = {f"{me}_{number}" for me in range(4) for number in range(writes // 2)}
    assert set(document or {}) == wanted
    shared = rawcheck.project_document(with_job) or {}
    assert shared["count"] == len(wanted) == len(shared["seen"])
    assert _left_in(with_job) == []


@pytest.mark.parametrize("rounds", [12, pytest.param(60, marks=pytest.mark.long)])
def test_jobs_come_change_and_go(rounds, path):
    """Both hosts create, change and remove the same jobs at once: each job is whole or gone.

    Of those who change the state point of one job one wins, and readers see no half job.
    """

    def change(me: int) -> Callable[[], int]:
        def run() -> int:
            project = open_project(path)
            chance = random.Random(me)
            won = 0
            for turn in range(rounds):
                job = project.open_job({"turn": turn}).init()
                try:
                    job.doc[f"of{me}"] = turn
                    job.sp.changed = me
                    won += 1
                except (JobMovedError, FileNotFoundError):
                    pass
                project.open_job({"passing": chance.randrange(3)}).init()
                project.open_job({"passing": chance.randrange(3)}).remove()
            return won

        return run

    def read() -> int:
        project = open_project(path)
        looks = 0
        end = time.monotonic() + 2 + rounds / 30
        while time.monotonic() < end:
            len(project)
            for job in project.find_jobs({"turn": {"$gte": 0}}):
                try:
                    assert "turn" in job.sp
                    job.doc()
                except (JobMovedError, FileNotFoundError):  # since it was found
                    pass
            looks += 1
        return looks

    *won, first, second = on_both([change(0), change(1), change(2), change(3), read, read])
    assert min(first, second) > 0
    jobs = flawless(path)
    changed = [job[0] for job in jobs.values() if "changed" in job[0]]
    # Whoever finds the job gone makes it again: a turn has up to one job for each of four.
    assert len(changed) == sum(won) >= rounds
    assert {statepoint["turn"] for statepoint in changed} == set(range(rounds))


def test_one_job_goes_one_way(path):
    """Of all that change the state point of one job at once, on both hosts, exactly one wins."""
    for turn in range(4):
        open_project(path).open_job({"turn": turn}).init().doc.kept = turn
        all_opened = processes.Round(4)

        def change(me: int, turn: int = turn, meet: Any = all_opened) -> Callable[[], bool]:
            def run() -> bool:
                job = open_project(path).open_job({"turn": turn})
                job.doc()
                meet.wait()
                try:
                    job.sp.changed = me
                except (JobMovedError, FileNotFoundError):
                    return False
                return True

            return run

        assert sum(on_both([change(me) for me in range(4)])) == 1
    documents = [document for statepoint, document, _ in flawless(path).values()]
    assert sorted(document["kept"] for document in documents if document) == [0, 1, 2, 3]


def test_a_scratch_entry_of_another_host_is_left_alone(path):
    """While a host builds jobs, another one that opens the project takes nothing away from it."""

    def build(count: int) -> int:
        project = open_project(path)
        for batch in range(count):
            project.create_jobs([{"batch": batch, "n": n} for n in range(20)], progress=False)
            for n in range(20):
                project.open_job({"batch": batch, "n": n}).clear()
        return count

    def open_again() -> int:
        number = 0
        end = time.monotonic() + 2.5
        while time.monotonic() < end:
            open_project(path)
            number += 1
        return number

    opened = THERE.start(open_again)
    assert HERE.start(lambda: build(12)).result(60).get() == 12
    assert opened.result(60).get() > 50
    assert len(flawless(path)) == 12 * 20


def _leave(path: str, host: Host, *, kill_at: str = "rename") -> None:
    """Kill a process of a host while it makes a job."""
    from signac._core import faults

    def die() -> None:
        def inject(number: int, what: str, name: str, size: int | None) -> None:
            if what == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)

        project = open_project(path)
        with faults.injecting(inject):
            project.open_job({"new": 1}).init()

    def on_host() -> None:
        assert processes.start(die).result().signal == signal.SIGKILL

    host.start(on_host).result().get()


def _scratch(path: str) -> list[str]:
    return sorted(os.listdir(os.path.join(path, "workspace", rawcheck.SCRATCH)))


def test_what_a_dead_process_left_is_swept_by_its_own_host(path):
    """What a killed process left goes when its host opens the project, also after a restart."""
    for boot in (1, 2):
        _leave(path, HERE)
        assert len(_scratch(path)) == 1
        again = Host(HERE.name, boot)
        again.start(lambda: open_project(path) and None).result().get()
        assert _scratch(path) == []


@pytest.mark.parametrize("flock", [hosts.nolocks.IGNORED, None], ids=["no-flock", "flock"])
def test_another_host_sweeps_after_a_day(flock, path):
    """Another host takes it away after a day, by the clock of the file system, and not before."""
    _leave(path, HERE)
    (name,) = _scratch(path)
    other = Host("third", flock=flock)

    def open_after(seconds: float) -> list[str]:
        entry = os.path.join(path, "workspace", rawcheck.SCRATCH, name)
        then = time.time() - seconds
        os.utime(entry, (then, then))
        other.start(lambda: open_project(path) and None).result().get()
        return _scratch(path)

    assert open_after(0) == [name]
    assert open_after(DAY - 600) == [name]
    assert open_after(DAY + 600) == []


def test_a_clock_that_goes_wrong_takes_nothing_away(path):
    """A host whose clock is days ahead or behind leaves the entries of others alone."""
    _leave(path, HERE)
    names = _scratch(path)

    def with_clock(seconds: float) -> Callable[[], None]:
        def run() -> None:
            real = time.time
            time.time = lambda: real() + seconds  # type: ignore[assignment]
            open_project(path)

        return run

    for days in (-9, 9):
        THERE.start(with_clock(days * DAY)).result().get()
        assert _scratch(path) == names


def _hold(path: str, host: Host) -> tuple[processes.Child, int]:
    """Hold the lock of the shared job on a host; return the child, and the end that lets it go."""
    inside, outside = os.pipe(), os.pipe()

    def hold() -> None:
        with open_job(path).doc.transaction() as doc:
            doc["held"] = True
            os.write(inside[1], b".")
            os.read(outside[0], 1)

    child = host.start(hold)
    os.close(inside[1])
    assert os.read(inside[0], 1) == b".", child.result()
    os.close(inside[0])
    return child, outside[1]


def _message(path: str) -> str:
    os.environ["SIGNAC_LOCK_TIMEOUT"] = "0.4"
    with pytest.raises(LockTimeoutError) as caught:
        open_job(path).doc.x = 1
    return str(caught.value)


def test_a_holder_elsewhere_is_named(with_job):
    """The error names host, process, program and since when, and the lock file to delete."""
    child, let_go = _hold(with_job, HERE)
    message = THERE.start(lambda: _message(with_job)).result().get()
    os.write(let_go, b".")
    child.result().get()
    assert f" on {HERE.name}, since {time.strftime('%Y-')}" in message
    assert "process " in message
    assert "pytest" in message
    (lock,) = {word.rstrip(";,") for word in message.split() if word.rstrip(";,").endswith(".lock")}
    assert os.path.dirname(lock) == os.path.join(with_job, ".signac", "locks")
    assert "delete" in message
    assert open_job(with_job).doc() == {"held": True}


def _abandon(path: str) -> None:
    """Let a process be killed while it holds the lock of the shared job."""

    def die() -> None:
        with open_job(path).doc.transaction():
            os.kill(os.getpid(), signal.SIGKILL)

    assert processes.run(die).signal == signal.SIGKILL


def _write(path: str) -> str:
    try:
        job = open_job(path)
        os.environ["SIGNAC_LOCK_TIMEOUT"] = "0.4"
        job.doc.x = 1
    except LockTimeoutError as error:
        return str(error)
    return ""


def test_the_lock_of_a_dead_process_is_taken_over(with_job):
    """On the host of the process that died, also after the host was started again."""

    def both() -> str:
        _abandon(with_job)
        return _write(with_job)

    assert HERE.start(both).result().get() == ""
    HERE.start(lambda: _abandon(with_job)).result().get()
    assert len(_left_in(with_job)) == 1
    assert Host(HERE.name, boot=2).start(lambda: _write(with_job)).result().get() == ""
    assert _left_in(with_job) == []
    assert flawless(with_job)[rawcheck.id_of(STATEPOINT)][1] == {"x": 1}


@pytest.mark.parametrize("who", [THERE, HERE], ids=["another-host", "another-container"])
def test_the_lock_of_a_dead_process_elsewhere_is_not(who, with_job):
    """Elsewhere, and in another container, nobody can know that a process is dead.

    The error names the file, and once a person has deleted it, work goes on.
    """
    done = os.pipe(), os.pipe()

    def abandon_and_stay() -> None:
        _abandon(with_job)
        os.write(done[0][1], b".")
        os.read(done[1][0], 1)

    staying = HERE.start(abandon_and_stay)
    os.read(done[0][0], 1)
    (name,) = _left_in(with_job)
    lock = os.path.join(with_job, ".signac", "locks", name)
    message = who.start(lambda: _write(with_job)).result().get()
    assert lock in message
    assert HERE.name in message
    assert "delete" in message
    with open(lock, encoding="utf-8") as file:
        assert json.load(file)["host"] == HERE.name
    os.unlink(lock)
    assert who.start(lambda: _write(with_job)).result().get() == ""
    os.write(done[1][1], b".")
    staying.result().get()
    assert _left_in(with_job) == []
    assert flawless(with_job)[rawcheck.id_of(STATEPOINT)][1] == {"x": 1}


def test_the_same_share_under_another_path(with_job, tmp_path):
    """Hosts that see the project under different paths exclude each other all the same."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    def work(root: str) -> Callable[[], None]:
        def run() -> None:
            for _ in range(40):
                with open_job(root).doc.transaction() as doc:
                    doc["n"] = doc.get("n", 0) + 1

        return run

    def mounted() -> None:
        os.system(f"mount --bind '{Path(with_job).parent}' '{elsewhere}'")
        work(str(elsewhere / Path(with_job).name))()

    first, second = THERE.start(mounted), HERE.start(work(with_job))
    first.result().get()
    second.result().get()
    assert open_job(with_job).doc.n == 80


def _left_in(path: str) -> list[str]:
    directory = os.path.join(path, ".signac", "locks")
    return sorted(os.listdir(directory)) if os.path.isdir(directory) else []


def test_init_project_on_two_hosts(tmp_path):
    """Both hosts make the same project at once, and both get it."""
    for number in range(4):
        root = str(tmp_path / f"{number}")
        os.makedirs(root)
        on_both([lambda root=root: signac.init_project(root) and None] * 4)
        assert rawcheck.problems(root) == []
