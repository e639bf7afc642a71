"""NaN and infinities: readable, told of, refused on request, and no search stumbles over them."""

import logging
import math
from typing import Any

import pytest

import signac
from signac._engine import create
from signac.errors import KeyTypeError

VALUES = (math.nan, math.inf, -math.inf)
FILTERS: tuple[dict[str, Any], ...] = (
    {"a": math.nan},
    {"a": math.inf},
    {"a": 1},
    {"a": {"$ne": 1}},
    {"a": {"$gt": 0}},
    {"a": {"$lte": math.inf}},
    {"a": {"$gte": math.nan}},
    {"a": {"$in": [1, math.nan]}},
    {"a": {"$nin": [1, math.nan]}},
    {"a": {"$near": 1.0}},
    {"a": {"$near": [math.nan, 0.1]}},
    {"a": {"$type": "float"}},
    {"a": {"$exists": True}},
    {"a": {"$regex": "n"}},
    {"a": {"$where": "lambda x: x > 0"}},
    {"$not": {"a": math.nan}},
    {"$or": [{"a": math.nan}, {"a": 1}]},
    {"doc.a": math.nan},
    {"doc.a": {"$ne": 1}},
    {"doc.a": {"$gt": 0}},
)


@pytest.fixture
def jobs(project: Any) -> list[Any]:
    """Make a job for each of these numbers and for some others, with the same in its document."""
    found = project.create_jobs(
        [{"a": value} for value in (*VALUES, 1, 1.0, "x", None, [math.nan])]
    )
    for job in found:
        job.doc.a = job.sp.a
    return found


@pytest.mark.usefixtures("jobs")
def test_no_question_raises(project: Any) -> None:
    """Filters, groups, tables, schema and neighbors give an answer, cold and warm."""
    total = len(project)
    asked = 0
    for _ in range(2):
        project = signac.get_project(project.path)
        for query in FILTERS:
            assert 0 <= len(project.find_jobs(query)) <= total
            asked += 1
        numbers = project.find_jobs({"a": {"$type": "float"}})
        for key in ("sp.a", "doc.a", "a"):
            assert sum(len(list(group)) for _, group in numbers.groupby(key)) == len(numbers)
            asked += 1
        assert len(project.to_dataframe()) == total
        assert len(project.detect_schema()) == 1
        assert len(project.get_neighbors()) == total
        asked += 3
    assert asked == 52


@pytest.mark.usefixtures("jobs")
def test_answers(project: Any) -> None:
    """NaN equals nothing and is not equal to anything; infinities are numbers like others."""
    total = len(project)
    assert len(project.find_jobs({"a": math.nan})) == 0
    assert len(project.find_jobs({"a": {"$ne": math.nan}})) == total
    assert [job.sp.a for job in project.find_jobs({"a": math.inf})] == [math.inf]
    assert {job.sp.a for job in project.find_jobs({"a": {"$gt": 0}})} == {1, math.inf}


def test_jobs_are_read_again(jobs: list[Any]) -> None:
    """A new process reads the same numbers, and NaN gives one id."""
    for job in jobs:
        found = signac.get_project(job.project.path).open_job(id=job.id)
        assert repr(found.sp()) == repr(job.sp())
        assert repr(found.doc()) == repr(job.doc())
    assert jobs[0].project.open_job({"a": float("nan")}).id == jobs[0].id


@pytest.mark.parametrize("value", VALUES, ids=str)
def test_strict_refuses(project: Any, value: float) -> None:
    """`open_job(..., strict=True)` refuses them with the place; other values pass."""
    with pytest.raises(KeyTypeError, match=r"^sp\.n\[1\]\.v: -?(nan|inf) is not standard JSON"):
        project.open_job({"ok": 1, "n": [0.5, {"v": value}]}, strict=True)
    assert len(project) == 0
    project.open_job({"ok": 1e308, "n": ["NaN", 10**400]}, strict=True).init()
    assert len(project) == 1


def test_new_ones_are_told_of(project: Any, caplog: pytest.LogCaptureFixture) -> None:
    """The first one in a process is a warning that names the place, the next are less loud."""
    create._told.clear()
    with caplog.at_level(logging.INFO, "signac.job"):
        project.open_job({"a": "NaN"}).init()
        assert not caplog.records
        project.open_job({"a": [math.nan]}).init()
        project.open_job({"a": math.inf}).init()
    assert [record.levelno for record in caplog.records] == [logging.WARNING, logging.INFO]
    assert "sp.a[0]: nan" in caplog.records[0].getMessage()
