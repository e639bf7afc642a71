"""Several processes search, build the index, change jobs and write caches in one project."""

import os
import random
import shutil
import threading
from collections.abc import Callable
from typing import Any

import pytest

import processes
import rawcheck
import signac
from concurrency.workshop import PROCESSES, Until, flawless, open_project
from signac.errors import DestinationExistsError, JobMovedError, JobNotFoundError

STILL = 90  # jobs that nobody changes: their part of each answer is known exactly
MOVING = 24
GONE = (JobMovedError, JobNotFoundError, DestinationExistsError, FileNotFoundError)


def still(number: int) -> dict[str, Any]:
    return {"kind": "still", "n": number, "g": number % 5, "s": "xyz"[number % 3]}


def moving(number: int, turn: int = 0) -> dict[str, Any]:
    return {"kind": "moving", "n": number % MOVING, "turn": turn}


def document(number: int) -> dict[str, Any]:
    return {"k": number % 7, "t": {"u": number % 2}}


IDS = {rawcheck.id_of(still(number)): number for number in range(STILL)}
# Each filter with what it says of the jobs that stand still.
FILTERS: list[tuple[dict[str, Any], Callable[[int], bool]]] = [
    ({"kind": "still"}, lambda n: True),
    ({"g": 3}, lambda n: n % 5 == 3),
    ({"n": {"$lt": 40}, "kind": "still"}, lambda n: n < 40),
    ({"s": {"$regex": "[xz]"}}, lambda n: n % 3 != 1),
    ({"$not": {"g": {"$in": [0, 1]}}}, lambda n: n % 5 > 1),
    ({"doc.k": 4}, lambda n: n % 7 == 4),
    ({"doc.k": {"$gte": 2}, "g": 1}, lambda n: n % 7 >= 2 and n % 5 == 1),
    ({"$or": [{"doc.t.u": 1}, {"g": 0}]}, lambda n: n % 2 == 1 or n % 5 == 0),
    ({"$not": {"doc.k": {"$exists": True}}}, lambda n: False),
]


def fill(path: str) -> None:
    """Make all jobs, without an index."""
    project = open_project(path)
    jobs = project.create_jobs([still(number) for number in range(STILL)], progress=False)
    for number, job in enumerate(jobs):
        job.doc = document(number)
    project.create_jobs([moving(number) for number in range(MOVING)], progress=False)


# The roles. Each is called again and again with a project and a turn.


def find(project: Any, draw: random.Random) -> None:
    filter_, wanted = draw.choice(FILTERS)
    found = [job.id for job in project.find_jobs(filter_)]
    assert len(found) == len(set(found))
    expected = {id_ for id_, number in IDS.items() if wanted(number)}
    assert {id_ for id_ in found if id_ in IDS} == expected, filter_
    others = [id_ for id_ in found if id_ not in IDS]
    if filter_.get("kind") == "still" or filter_.keys() & {"g", "s", "doc.k"}:
        assert not others, filter_


def count(project: Any, draw: random.Random) -> None:
    assert len(project) >= STILL
    assert {job.id for job in project} >= IDS.keys()
    groups = {key: len(list(group)) for key, group in project.groupby("g")}
    assert groups == dict.fromkeys(range(5), STILL // 5)
    groups = {key: {job.id for job in group} for key, group in project.groupby("doc.k")}
    assert groups == {k: {i for i, n in IDS.items() if n % 7 == k} for k in range(7)}


def summarise(project: Any, draw: random.Random) -> None:
    schema = project.detect_schema()
    assert schema["g"][int] == set(range(5))
    assert schema["s"][str] == set("xyz")
    assert "still" in schema["kind"][str]
    cursor = project.find_jobs({"kind": "still"})
    assert cursor.distinct("doc.t.u") == [0, 1]
    assert cursor.count_by("s") == dict.fromkeys("xyz", STILL // 3)
    assert [job.sp.n for job in cursor.sort("-n").limit(3)] == [STILL - 1, STILL - 2, STILL - 3]


def read(project: Any, draw: random.Random) -> None:
    for job in project.find_jobs({"g": draw.randrange(5)}):
        assert job.cached_statepoint["n"] == job.sp.n == IDS[job.id]
        assert job.doc() == document(IDS[job.id])
    some = draw.choice(sorted(IDS))
    assert project.open_job(id=some[:20]).id == some


def change(project: Any, draw: random.Random) -> None:
    try:
        kind = draw.choice(("make", "remove", "change", "write"))
        job = project.open_job(moving(draw.randrange(MOVING), draw.randrange(3)))
        if kind == "make":
            job.init()
        elif kind == "remove":
            job.remove()
        elif job in project and kind == "change":
            job.sp.turn = draw.randrange(3)
        elif job in project:
            job.doc.moved = draw.randrange(5)
    except GONE:
        pass


def update(project: Any, draw: random.Random) -> None:
    project.update_cache()


def spoil(project: Any, draw: random.Random) -> None:
    """Damage or delete files of the index and the cache under the eyes of the others."""
    index = os.path.join(project.path, ".signac", "index")
    kind = draw.choice(("all", "one", "cut", "cache"))
    try:
        if kind == "all":
            shutil.rmtree(index)
        elif kind == "cache":
            os.unlink(project.fn(project.FN_CACHE))
        else:
            file = os.path.join(index, draw.choice(sorted(os.listdir(index))))
            if kind == "one":
                os.unlink(file)
            else:
                os.truncate(file, os.path.getsize(file) // 2)
    except (OSError, IndexError):
        pass  # somebody else was faster


Role = Callable[[Any, random.Random], None]
READERS: tuple[Role, ...] = (find, count, find, summarise, find, read)
ROLES: tuple[tuple[Role, ...], ...] = (
    (find,),
    (change,),
    READERS,
    (update, find),
    (find, count),
    (change, find),
    READERS[::-1],
    (summarise, read),
)


def worker(path: str, roles: tuple[Role, ...], number: int, until: Until) -> int:
    """Play roles in turn until told to stop; some with a new project object each time."""
    project = open_project(path)
    draw = random.Random(number)
    done = 0
    for turn in until:
        if number % 3 == 1 or draw.random() < 0.1:
            project = open_project(path)
        roles[turn % len(roles)](project, draw)
        done += 1
    return done


def play(path: str, roles: list[tuple[Role, ...]], seconds: float) -> list[int]:
    """Let processes play their roles at the same time; return how often each did."""
    until = Until(path, seconds)
    outcomes = processes.together(
        [
            lambda roles=one, number=number: worker(path, roles, number, until)
            for number, one in enumerate(roles)
        ],
        timeout=seconds + 90,
    )
    return [outcome.get() for outcome in outcomes]


def judge(path: str, record_property: Any, done: list[int]) -> None:
    """Require work of everybody, right answers afterwards, and nothing left over."""
    assert min(done) > 1, done
    record_property("searches at once", sum(done))
    project = open_project(path)
    draw = random.Random(0)
    for filter_, _ in FILTERS:
        found = {job.id for job in project.find_jobs(filter_)}
        assert found == {job.id for job in open_project(path).find_jobs(filter_)}
    for role in READERS:
        role(project, draw)
    flawless(path)
    index = os.path.join(path, ".signac", "index")
    assert all(name == "manifest" or name.endswith(".seg") for name in os.listdir(index))


@pytest.mark.parametrize("seconds", [1.0, pytest.param(8.0, marks=pytest.mark.long)])
@pytest.mark.parametrize("number", PROCESSES)
def test_searches_beside_changes(
    number: int, seconds: float, path: str, record_property: Any
) -> None:
    """Builders, readers, writers and `update_cache` at once: no exception, no wrong answer."""
    fill(path)
    judge(path, record_property, play(path, list(ROLES[:number]), seconds))


@pytest.mark.parametrize("rounds", [3, pytest.param(25, marks=pytest.mark.long)])
@pytest.mark.parametrize("number", [4])
def test_all_build_the_first_index(
    number: int, rounds: int, path: str, record_property: Any
) -> None:
    """Many processes that meet a project without an index all answer right, again and again."""
    fill(path)

    def build(worker: int) -> None:
        project = open_project(path)
        draw = random.Random(worker)
        for role in (find, find, count, find):
            role(project, draw)

    for turn in range(rounds):
        shutil.rmtree(os.path.join(path, ".signac", "index"), ignore_errors=True)
        for outcome in processes.together(
            [lambda worker=turn * 10 + one: build(worker) for one in range(number)]
        ):
            outcome.get()
    judge(path, record_property, [rounds * number])


@pytest.mark.parametrize("seconds", [1.0, pytest.param(8.0, marks=pytest.mark.long)])
def test_searches_beside_damage(seconds: float, path: str, record_property: Any) -> None:
    """The same while somebody deletes and cuts files of the index and the cache."""
    fill(path)
    roles = [(spoil,), READERS, (change,), (find, update), (find, count)]
    judge(path, record_property, play(path, roles, seconds))


def test_threads_share_a_project(path: str) -> None:
    """Threads that search with one project object, beside one that changes jobs, see the same."""
    fill(path)
    project = open_project(path)
    failures: list[BaseException] = []
    until = Until(path, 1.5)

    def thread(roles: tuple[Role, ...], number: int) -> None:
        draw = random.Random(number)
        try:
            for turn in until:
                roles[turn % len(roles)](project, draw)
        except BaseException as error:
            failures.append(error)
            until.stop()

    threads = [
        threading.Thread(target=thread, args=(roles, number))
        for number, roles in enumerate(((find,), READERS, (change,), (count, find)))
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert not failures, failures
    judge(path, lambda *_: None, [2])


def test_a_cursor_outlives_what_others_do(path: str) -> None:
    """Jobs of a cursor that was settled keep their state points when others change the project."""
    fill(path)
    project = open_project(path)
    cursor = project.find_jobs({"kind": "still", "g": {"$lt": 3}})
    expected = {id_ for id_, number in IDS.items() if number % 5 < 3}
    seen = []
    for position, job in enumerate(cursor):
        if position == 5:
            shutil.rmtree(os.path.join(path, ".signac", "index"))
        if position == 10:
            processes.run(lambda: open_project(path).open_job(still(4)).remove()).get()
            processes.run(lambda: list(signac.Project(path).find_jobs({"g": 1}))).get()
        assert job.sp.n == IDS[job.id]
        seen.append(job.id)
    assert set(seen) == expected
    assert len(seen) == len(cursor)
