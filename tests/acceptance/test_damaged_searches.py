"""Damaged jobs are left out of what reads many jobs, with one record, or raised on request."""

import logging
import pathlib
import pickle
from typing import Any

import pytest

from acceptance.finding import fill, found, labels, messages
from signac.errors import JobsCorruptedError

STATE_POINT = "signac_statepoint.json"
DOCUMENT = "signac_job_document.json"


@pytest.fixture
def log(caplog: Any) -> Any:
    caplog.set_level(logging.INFO, logger="signac")
    return caplog


@pytest.fixture
def jobs(project: Any) -> list[Any]:
    """Give six jobs: 1 and 4 have bad state points, 2 a bad document."""
    made = fill(project, [{"a": n % 2} for n in range(6)], [{"x": n} for n in range(5)])
    pathlib.Path(made[1].fn(STATE_POINT)).write_text("junk")
    pathlib.Path(made[4].fn(STATE_POINT)).unlink()
    pathlib.Path(made[2].fn(DOCUMENT)).write_text('{"x.y": 1}')
    return made


READ_STATE_POINTS: dict[str, Any] = {
    "find": lambda p, **k: labels(p.find_jobs({"a": {"$exists": True}}, **k)),
    "not": lambda p, **k: labels(p.find_jobs({"$not": {"a": 99}}, **k)),
    "membership": lambda p, **k: len(p.find_jobs({"a": {"$in": [0, 1]}}, **k)),
    "schema": lambda p, **k: sorted(p.detect_schema(**k)["n"][int]),
    "neighbors": lambda p, **k: len(p.get_neighbors(**k)),
}
READ_BOTH: dict[str, Any] = {
    "doc": lambda p: labels(p.find_jobs({"doc.x": {"$ne": 99}})),
    "not doc": lambda p: labels(p.find_jobs({"$not": {"doc.x": 99}})),
    "groups": lambda p: sorted(
        n for _, group in p.groupby("doc.x", default=-1) for n in labels(group)
    ),
    "table": lambda p: sorted(p.to_dataframe()["sp.n"]),
    "sum": lambda p: p.find_jobs().sum("doc.x"),
}
ANSWERS: dict[str, Any] = {
    "find": [0, 2, 3, 5],
    "not": [0, 2, 3, 5],
    "membership": 4,
    "schema": [0, 2, 3, 5],
    "neighbors": 4,
    "doc": [0, 3],
    "not doc": [0, 3, 5],
    "groups": [0, 3, 5],
    "table": [0, 3, 5],
    "sum": 3,
}


@pytest.mark.parametrize("reader", [*READ_STATE_POINTS, *READ_BOTH])
def test_damaged_jobs_are_left_out(project: Any, jobs: list[Any], reopen: Any, reader: str) -> None:
    """What reads many jobs gives the answer of the healthy ones."""
    read = {**READ_STATE_POINTS, **READ_BOTH}[reader]
    assert read(reopen()) == ANSWERS[reader]
    assert read(reopen()) == ANSWERS[reader]


@pytest.mark.parametrize("reader", [*READ_STATE_POINTS, *READ_BOTH])
def test_one_record_names_them(
    project: Any, jobs: list[Any], reopen: Any, reader: str, log: Any
) -> None:
    """One ERROR record names the jobs that were left out, each time anew."""
    read = {**READ_STATE_POINTS, **READ_BOTH}[reader]
    for _ in range(2):
        where = reopen()
        log.clear()
        read(where)
        errors = messages(log, logging.ERROR)
        assert len(errors) == 1
        bad = [1, 4] if reader in READ_STATE_POINTS else [1, 2, 4]
        assert all(jobs[n].id in errors[0] for n in bad)
        assert all(jobs[n].id not in errors[0] for n in range(6) if n not in bad)


@pytest.mark.parametrize("reader", READ_STATE_POINTS)
def test_strict(project: Any, jobs: list[Any], reopen: Any, reader: str) -> None:
    """With `strict=True` they are raised as `JobsCorruptedError`, with the reasons."""
    with pytest.raises(JobsCorruptedError) as caught:
        READ_STATE_POINTS[reader](reopen(), strict=True)
    error = caught.value
    assert set(error.job_ids) == {jobs[1].id, jobs[4].id}
    assert set(error.problems) == {jobs[1].id, jobs[4].id}
    assert all(name in str(problem) for name, problem in error.problems.items())
    assert set(pickle.loads(pickle.dumps(error)).job_ids) == set(error.job_ids)


def test_strict_documents(project: Any, jobs: list[Any], reopen: Any) -> None:
    """A document that is asked for, and damaged, counts too."""
    with pytest.raises(JobsCorruptedError) as caught:
        list(reopen().find_jobs({"doc.x": 0}, strict=True))
    assert jobs[2].id in caught.value.job_ids


def test_strict_is_lazy_and_harmless(project: Any, reopen: Any) -> None:
    """`strict` changes nothing in a healthy project, and raises only when evaluated."""
    jobs = fill(project, [{"a": n} for n in range(3)])
    assert labels(project.find_jobs({"a": 1}, strict=True)) == [1]
    assert labels(project.find_jobs(strict=True)) == [0, 1, 2]
    assert project.detect_schema(strict=True) == project.detect_schema()
    assert project.get_neighbors(strict=True) == project.get_neighbors()
    pathlib.Path(jobs[0].fn(STATE_POINT)).write_text("junk")
    cursor = reopen().find_jobs({"a": 1}, strict=True)
    with pytest.raises(JobsCorruptedError):
        len(cursor)


def test_strict_must_be_named(project: Any) -> None:
    """`strict` is given by name."""
    with pytest.raises(TypeError):
        project.find_jobs({}, True)


def test_counting_includes_damaged_jobs(project: Any, jobs: list[Any], reopen: Any) -> None:
    """Counting, unfiltered iteration and membership do not read, and include damaged jobs."""
    where = reopen()
    assert len(where) == len(where.find_jobs()) == len(list(where)) == 6
    assert jobs[1] in where
    assert jobs[1] in where.find_jobs()
    assert where.find_jobs().count() == 6


def test_repaired_jobs_are_back(project: Any, jobs: list[Any], reopen: Any) -> None:
    """A job whose files were mended is found at once."""
    where = reopen()
    assert found(where, {"a": {"$exists": True}}) == [0, 2, 3, 5]
    pathlib.Path(jobs[4].fn(STATE_POINT)).write_text('{"n": 4, "a": 0}')
    assert found(where, {"a": {"$exists": True}}) == [0, 2, 3, 4, 5]
    assert found(reopen(), {"a": {"$exists": True}}) == [0, 2, 3, 4, 5]
    pathlib.Path(jobs[2].fn(DOCUMENT)).write_text('{"x": 2}')
    assert found(where, {"doc.x": 2}) == found(reopen(), {"doc.x": 2}) == [2]


@pytest.mark.parametrize(
    "content", [b"", b"[1]", b'"x"', b"\xff", b'{"a": 1', b'{"b": {"c.d": 1}}']
)
def test_bad_documents(project: Any, reopen: Any, content: bytes, log: Any) -> None:
    """A job whose document cannot be read is in no answer about documents."""
    jobs = fill(project, [{}, {}, {}], [{"x": 1}, {"x": 1}])
    pathlib.Path(jobs[0].fn(DOCUMENT)).write_bytes(content)
    log.clear()
    assert found(reopen(), {"doc.x": 1}) == [1]
    assert found(reopen(), {"doc.x": {"$exists": False}}) == [2]
    assert found(reopen(), {"$not": {"doc.x": 1}}) == [2]
    assert any(jobs[0].id in text for text in messages(log, logging.ERROR))
