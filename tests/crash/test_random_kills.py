"""A process is killed with SIGKILL at random moments, over and over, in one project.

The child says over a pipe what it has finished. After each kill the next process opens the
project, the raw checker looks at it, and everything that was acknowledged must be there.
"""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import processes
import rawcheck
import signac
from crash import scenes
from crash.harness import _reopen

SHORT, LONG = 20, 200
# A child lives up to this many seconds after its first word: some kills hit the opening of the
# project, most the loop.
LONGEST = 0.025


class Killed:
    """One child that works until it is killed, and what it acknowledged before."""

    def __init__(self, work: Callable[[], Iterator[int]], chance: random.Random) -> None:
        reading, writing = os.pipe()

        def loop() -> None:
            os.close(reading)
            os.write(writing, b"started\n")
            for number in work():
                os.write(writing, f"{number}\n".encode())
            time.sleep(60)

        child = processes.start(loop)
        os.close(writing)
        words = os.read(reading, 8)
        assert words == b"started\n", child.result()
        time.sleep(chance.random() * LONGEST)
        self.outcome = child.kill()
        while chunk := os.read(reading, 1 << 16):
            words += chunk
        os.close(reading)
        assert self.outcome.signal == signal.SIGKILL, str(self.outcome)
        self.acknowledged = [int(word) for word in words.split() if word != b"started"]


def check(root: str, path: str) -> dict[str, Any]:
    """Open the project in a new process, then require a flawless directory; return its content."""
    outcome = processes.run(lambda: _reopen(root))
    assert outcome.ok, outcome.failure.text if outcome.failure else outcome
    assert rawcheck.problems(path) == []
    return rawcheck.snapshot(path)


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """Return a generator with a seed that a failure prints."""
    seed = random.SystemRandom().randrange(1 << 30)
    print(f"seed {seed}")
    return random.Random(seed)


repetitions = pytest.mark.parametrize(
    "repetitions", [SHORT, pytest.param(LONG, marks=pytest.mark.long)]
)


def project_of(path: str) -> Any:
    return signac.get_project(path, search=False)


@repetitions
def test_kills_during_init(repetitions, tmp_path, chance, record_property):
    """Killed while creating jobs: each job is whole or absent, no acknowledged one absent."""
    path = scenes.project(str(tmp_path / "p"))
    done: set[int] = set()
    for _ in range(repetitions):
        first = max(done, default=-1) + 1

        def work(first: int = first) -> Iterator[int]:
            project = project_of(path)
            for number in range(first, first + 10_000):
                project.open_job({"number": number, "deep": {"er": [number]}}).init()
                yield number

        done |= set(Killed(work, chance).acknowledged)
        there = {job[0]["number"] for job in check(str(tmp_path), path).values()}
        assert done <= there, f"acknowledged and lost: {sorted(done - there)}"
        assert len(there - done) <= 1
        done = there
    record_property("random kills", repetitions)


@repetitions
def test_kills_during_bulk_creation(repetitions, tmp_path, chance, record_property):
    """Killed in the bulk call: each job is whole or absent, and the call run again completes."""
    path = scenes.project(str(tmp_path / "p"))
    for batch in range(repetitions):
        wanted = [{"batch": batch, "number": number} for number in range(20)]

        def work(wanted: list[Any] = wanted, batch: int = batch) -> Iterator[int]:
            project_of(path).create_jobs(wanted, progress=False)
            yield batch

        acknowledged = Killed(work, chance).acknowledged
        there = [job[0] for job in check(str(tmp_path), path).values()]
        if acknowledged:
            assert all(statepoint in there for statepoint in wanted)
        processes.run(lambda work=work: list(work())).get()
        there = [job[0] for job in check(str(tmp_path), path).values()]
        assert all(statepoint in there for statepoint in wanted)
    record_property("random kills", repetitions)


@repetitions
def test_kills_during_document_writes(repetitions, tmp_path, chance, record_property):
    """Killed while writing documents: they parse, and nothing acknowledged is lost."""
    path = scenes.project(str(tmp_path / "p"))
    scenes.job(path, scenes.FIRST, {"seen": [], "count": -1})
    last = -1
    for _ in range(repetitions):

        def work(first: int = last + 1) -> Iterator[int]:
            job = project_of(path).open_job(scenes.FIRST)
            for number in range(first, first + 10_000):
                job.doc[f"key{number}"] = number
                job.doc.seen.append(number)
                with job.doc.transaction() as doc:
                    doc["count"] = number
                    doc["twice"] = 2 * number
                yield number

        acknowledged = Killed(work, chance).acknowledged
        last = max([last, *acknowledged])
        ((_, document, _),) = check(str(tmp_path), path).values()
        assert document["count"] in (last, last + 1)
        assert document.get("twice", -2) == 2 * document["count"]
        assert document["seen"][: last + 1] == list(range(last + 1))
        assert all(document[f"key{number}"] == number for number in range(last + 1))
        last = _repair_tail(path, last, document)
    record_property("random kills", repetitions)


def _repair_tail(path: str, last: int, document: dict[str, Any]) -> int:
    """Go on from a round that was half done between two calls: that is no fault."""
    if document["count"] > last:
        return int(document["count"])
    document["seen"] = document["seen"][: last + 1]
    directory = os.path.join(path, "workspace", rawcheck.id_of(scenes.FIRST))
    scenes.write(os.path.join(directory, rawcheck.DOCUMENT), document)
    return last


@repetitions
def test_kills_during_statepoint_changes(repetitions, tmp_path, chance, record_property):
    """Killed while changing a state point: one job with all its data, at the old or the new one."""
    path = scenes.project(str(tmp_path / "p"))
    directory = scenes.job(path, {"step": 0, "b": {"c": 1}}, scenes.DOCUMENT)
    payload = rawcheck.snapshot(path)[os.path.basename(directory)][1:]
    step = 0
    for _ in range(repetitions):

        def work(step: int = step) -> Iterator[int]:
            (job,) = project_of(path)
            for number in range(step + 1, step + 10_000):
                job.sp.step = number
                yield number

        step = max([step, *Killed(work, chance).acknowledged])
        jobs = check(str(tmp_path), path)
        assert len(jobs) == 1
        ((statepoint, document, files),) = jobs.values()
        assert statepoint["step"] in (step, step + 1)
        assert statepoint["b"] == {"c": 1}
        assert (document, files) == payload
        step = statepoint["step"]
    record_property("random kills", repetitions)


@repetitions
@pytest.mark.parametrize("call", ["remove", "clear"])
def test_kills_during_removal(call, repetitions, tmp_path, chance, record_property):
    """Killed while removing or clearing jobs: each is whole or done, none is half done."""
    path = scenes.project(str(tmp_path / "p"))
    made = 0
    for _ in range(repetitions):
        waiting = [job for job in rawcheck.snapshot(path).values() if "data.txt" in job[2]]
        for _ in range(25 - len(waiting)):
            scenes.job(path, {"number": made}, {"n": made})
            made += 1
        before = rawcheck.snapshot(path)
        numbers = sorted(job[0]["number"] for job in before.values() if "data.txt" in job[2])

        def work(numbers: list[int] = numbers) -> Iterator[int]:
            project = project_of(path)
            for number in numbers:
                getattr(project.open_job({"number": number}), call)()
                yield number

        acknowledged = Killed(work, chance).acknowledged
        after = check(str(tmp_path), path)
        for id_, job in before.items():
            if job[0]["number"] in acknowledged:
                assert _is_done(call, job, after.get(id_)), f"acknowledged, not done: {job}"
            else:
                assert after.get(id_) == job or _is_done(call, job, after.get(id_))
        undone = [id_ for id_, job in before.items() if after.get(id_) != job]
        assert len(undone) <= len(acknowledged) + 1
    record_property("random kills", repetitions)


def _is_done(call: str, before: Any, after: Any) -> bool:
    if call == "remove":
        return after is None
    return after in ((before[0], {}, {}), (before[0], None, {}))
