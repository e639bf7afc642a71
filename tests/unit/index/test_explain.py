"""`print(cursor.explain())` in the situations one wants to tell apart."""

import copy
import os
import pickle
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import signac
from rawcheck import STATEPOINT
from unit.index.conftest import JOBS
from unit.index.planting import document_of, index_files, plant, rewrite


def lines(project: Any, query: Any = None) -> list[str]:
    """Return what is printed, with the time it took left out."""
    told = str(project.find_jobs(query).explain())
    first, *rest = told.splitlines()
    match = re.fullmatch(r"(\d+ of \d+ jobs) in \d+\.\d ms", first)
    assert match, first
    return [match[1], *rest]


def test_first_and_later(reopen: Callable[[], Any]) -> None:
    """The first search reads all state points; the next one, in any process, reads none."""
    assert lines(reopen(), {"a": 1}) == [
        "10 of 80 jobs",
        "jobs: workspace listed",
        f"state points: index on disk, 1 segment(s), {JOBS} read from files",
    ]
    assert lines(reopen(), {"a": 1}) == [
        "10 of 80 jobs",
        "jobs: unchanged since the last listing",
        "state points: index on disk, 1 segment(s), 0 read from files",
    ]


def test_documents(reopen: Callable[[], Any], resting: str) -> None:
    """It tells how many documents were looked at, and how many of these had to be read."""
    last = "documents: {} looked at, {} read"
    assert lines(reopen(), {"a": 2, "doc.x": {"$gt": 50}})[-1] == last.format(10, 10)
    assert lines(reopen(), {"doc.x": {"$gt": 50}})[-1].startswith("documents: 80 looked at, ")
    assert lines(reopen(), {"doc.x": {"$gt": 50}})[-1] == last.format(80, 0)
    rewrite(resting, reopen().find_jobs({"n": 5}).one().id, {"x": 500})
    assert lines(reopen(), {"doc.x": {"$gt": 50}})[-1] == last.format(80, 1)
    assert not [line for line in lines(reopen(), {"a": 2}) if line.startswith("documents")]


def test_small_projects(project: Any) -> None:
    """A small project is in memory, one without jobs has nothing to say."""
    assert lines(project, {"a": 1}) == [
        "0 of 0 jobs",
        "jobs: workspace listed",
        "state points: index in memory, 0 segment(s), 0 read from files",
    ]
    plant(project.path, [{"n": n} for n in range(3)])
    assert lines(project, {"n": 1}) == [
        "1 of 3 jobs",
        "jobs: workspace listed",
        "state points: index in memory, 1 segment(s), 3 read from files",
    ]


def test_additions(planted: Any) -> None:
    """Jobs that came since make a segment of their own, and only they are read."""
    began = time.monotonic()
    assert lines(planted)[0] == "80 of 80 jobs"
    plant(planted.path, [{"n": 1000}])
    told = lines(planted, {"n": 1000})
    assert told[0] == "1 of 81 jobs"
    assert told[2] == "state points: index on disk, 2 segment(s), 1 read from files"
    if time.monotonic() - began < 1.9:
        assert told[1] == "jobs: workspace listed"


def test_a_project_that_may_not_be_written(planted: Any) -> None:
    """Where the index cannot be written it is in memory."""
    directory = Path(planted.path, ".signac", "index")
    directory.write_bytes(b"a file in the way")
    told = lines(signac.Project(planted.path), {"a": 1})
    assert told[2] == f"state points: index in memory, 1 segment(s), {JOBS} read from files"
    directory.unlink()


def test_damaged_jobs(planted: Any) -> None:
    """Jobs that were left out are named: those with a damaged document where it was asked."""
    first, second = sorted(job.id for job in planted.find_jobs({"n": {"$in": [3, 4]}}))
    Path(document_of(planted.path, first)).write_bytes(b"[")
    told = lines(planted, {"doc.x": {"$gte": 0}})
    assert told[0] == "79 of 80 jobs"
    assert told[-1] == f"damaged jobs left out: {first}"
    assert "damaged" not in str(planted.find_jobs({"n": {"$gte": 0}}).explain())
    Path(planted.workspace, second, STATEPOINT).write_bytes(b"[")
    for path in index_files(planted.path):
        os.unlink(path)
    fresh = signac.Project(planted.path)
    assert lines(fresh, {"doc.x": {"$gte": 0}})[-1] == f"damaged jobs left out: {first}, {second}"
    assert lines(fresh, {"a": {"$gte": 0}})[-1] == f"damaged jobs left out: {second}"


def test_unknown_keys(planted: Any) -> None:
    """A key that no job has is told last, with similar ones."""
    assert lines(planted, {"mm.k": 1, "qqqq": 1})[-2:] == [
        "no job has the key 'mm.k'; similar keys are m.k",
        "no job has the key 'qqqq'",
    ]


def test_parts(planted: Any) -> None:
    """The parts can be asked for by name."""
    told = planted.find_jobs({"a": 1, "doc.x": 1}).explain()
    assert (told.found, told.jobs, told.listed, told.statepoints_read) == (1, JOBS, True, JOBS)
    assert (told.documents_examined, told.documents_read) == (10, 10)
    assert (told.on_disk, told.segments, told.damaged, told.unknown) == (True, 1, [], {})
    assert told.seconds > 0


def test_it_is_asked_anew(planted: Any) -> None:
    """Each explanation answers the filter again, as of now."""
    cursor = planted.find_jobs({"a": 1})
    assert cursor.explain().found == 10
    plant(planted.path, [{"n": 1000, "a": 1}])
    assert cursor.explain().found == 11


def test_it_can_be_kept(planted: Any) -> None:
    """An explanation can be copied, and sent to other processes."""
    told = planted.find_jobs({"a": 1, "$not": {"n": {"$lt": 5}}}).explain()
    for other in (copy.copy(told), copy.deepcopy(told), pickle.loads(pickle.dumps(told))):
        assert str(other) == str(told)
        assert other.found == told.found == 9
