"""Counting, iterating, membership and search by equality, in sound and damaged workspaces."""

import os
import pathlib
import shutil
from typing import Any

import pytest

import signac
from acceptance.support import STATE_POINT
from signac.errors import InvalidInputError, WorkspaceError


@pytest.fixture
def jobs(project: Any) -> list[Any]:
    made = []
    for number in range(6):
        job = project.open_job({"a": number, "n": {"x": number % 2}, "l": [number, {"y": 1}]})
        job.init().doc = {"d": number % 3, "m": {"z": number}}
        made.append(job)
    return made


def test_len_and_iteration(project: Any, jobs: list[Any], reopen: Any) -> None:
    """`len`, iteration and truth tell the jobs of the workspace, in a stable order."""
    for where in (project, reopen()):
        assert len(where) == 6
        assert bool(where) is True
        assert set(where) == set(jobs)
        assert [job.id for job in where] == [job.id for job in where]
        assert [job.id for job in where] == [job.id for job in where.find_jobs()]


def test_empty_project(project: Any) -> None:
    """A project without jobs is false."""
    assert len(project) == 0
    assert not project
    assert list(project) == []
    assert list(project.find_jobs({"a": 1})) == []


def test_live(project: Any, reopen: Any) -> None:
    """Counting sees at once what other objects create and remove."""
    other = reopen()
    job = other.open_job({"a": 0}).init()
    assert len(project) == 1
    assert job in project
    assert list(project) == [job]
    job.remove()
    assert len(project) == 0
    assert list(project) == []


@pytest.mark.parametrize("thing", [5, "9bfd29df07674bc4aa960cf661b5acd2", {"a": 0}, None], ids=repr)
def test_membership_of_no_job(project: Any, thing: Any) -> None:
    """Asking for what is no job is an `AttributeError`."""
    with pytest.raises(AttributeError):
        thing in project


def test_other_entries_do_not_count(project: Any, jobs: list[Any]) -> None:
    """Only directories named by exactly 32 lower-case hex digits are jobs."""
    for name in ("x", "f" * 31, "f" * 33, "F" * 32, "g" * 32, "f" * 32 + ".bak", ".hidden"):
        os.mkdir(os.path.join(project.workspace, name))
    pathlib.Path(project.workspace, "file.txt").touch()
    assert len(project) == 6
    assert set(project) == set(jobs)
    assert set(project.find_jobs({"n": {"x": 0}})) == {job for job in jobs if job.sp.n.x == 0}


@pytest.mark.parametrize("nothing", [None, {}, "", [], 0], ids=repr)
def test_find_all(project: Any, jobs: list[Any], nothing: Any) -> None:
    """An empty filter finds every job."""
    assert set(project.find_jobs(nothing)) == set(jobs)
    assert len(project.find_jobs(nothing)) == 6


FILTERS: list[tuple[dict[str, Any], Any]] = [
    ({"a": 1}, lambda j: j.sp.a == 1),
    ({"a": 99}, lambda j: False),
    ({"missing": 1}, lambda j: False),
    ({"sp.a": 1}, lambda j: j.sp.a == 1),
    ({"n.x": 1}, lambda j: j.sp.n.x == 1),
    ({"n": {"x": 1}}, lambda j: j.sp.n.x == 1),
    ({"sp.n.x": 0}, lambda j: j.sp.n.x == 0),
    ({"sp": {"n": {"x": 0}}}, lambda j: j.sp.n.x == 0),
    ({"l": [2, {"y": 1}]}, lambda j: j.sp.a == 2),
    ({"doc.d": 2}, lambda j: j.doc.d == 2),
    ({"doc": {"d": 2}}, lambda j: j.doc.d == 2),
    ({"doc.m.z": 3}, lambda j: j.sp.a == 3),
    ({"n.x": 0, "doc.d": 0}, lambda j: j.sp.n.x == 0 and j.doc.d == 0),
    ({"a": 3, "n.x": 1, "doc.m.z": 3}, lambda j: j.sp.a == 3),
    ({"a": 1.0}, lambda j: j.sp.a == 1),
    ({"doc.missing": 1}, lambda j: False),
]


@pytest.mark.parametrize("number", range(len(FILTERS)))
def test_find_by_equality(project: Any, jobs: list[Any], reopen: Any, number: int) -> None:
    """Equality of plain, nested, dotted and prefixed keys finds the jobs that have it."""
    query, holds = FILTERS[number]
    expected = {job for job in jobs if holds(job)}
    for where in (project, reopen()):
        cursor = where.find_jobs(query)
        assert set(cursor) == expected
        assert len(cursor) == len(expected)
        assert bool(cursor) is bool(expected)
        assert all((job in cursor) is (job in expected) for job in jobs)
        assert all(job.project is where for job in cursor)


def test_find_by_a_live_container(project: Any, jobs: list[Any]) -> None:
    """Any mapping is a filter, a state point too."""
    assert list(project.find_jobs(jobs[2].sp)) == [jobs[2]]
    assert list(project.find_jobs(jobs[2].cached_statepoint)) == [jobs[2]]
    assert list(project.find_jobs([("a", 2)])) == [jobs[2]]


def test_find_sees_documents_of_now(project: Any, jobs: list[Any]) -> None:
    """A search sees document changes at once."""
    assert len(project.find_jobs({"doc.new": 1})) == 0
    jobs[1].doc.new = 1
    assert list(project.find_jobs({"doc.new": 1})) == [jobs[1]]
    jobs[1].doc.new = 2
    assert len(project.find_jobs({"doc.new": 1})) == 0


@pytest.mark.parametrize(
    "query",
    [
        {"$unknown": 1},
        {"a": {"$unknown": 1}},
        {"a": {"$gt$lt": 1}},
    ],
    ids=repr,
)
def test_unknown_operators_raise(project: Any, jobs: list[Any], query: Any) -> None:
    """An operator that there is not is an error when the search is evaluated."""
    for use in (len, list, bool):
        with pytest.raises(InvalidInputError) as caught:
            use(project.find_jobs(query))
        assert str(caught.value)


def test_filter_of_a_wrong_type(project: Any) -> None:
    """A filter that is no mapping is a `ValueError`."""
    with pytest.raises(ValueError):
        list(project.find_jobs(5))


def test_cursor(project: Any, jobs: list[Any]) -> None:
    """A cursor is sized and re-iterable, has positions and slices, and is no iterator."""
    cursor = project.find_jobs({"n.x": 1})
    assert list(cursor) == list(cursor)
    assert cursor[0] == next(iter(cursor))
    assert cursor[-1] == list(cursor)[-1]
    assert list(cursor[1:]) == list(cursor)[1:]
    assert list(cursor[::-1]) == list(cursor)[::-1]
    assert cursor[0] in cursor[0:1]
    with pytest.raises(IndexError):
        cursor[99]
    with pytest.raises(TypeError):
        cursor["a"]
    with pytest.raises(TypeError):
        next(cursor)
    with pytest.raises(TypeError):
        hash(cursor)


def test_cursor_equality_and_repr(project: Any, jobs: list[Any]) -> None:
    """Cursors are equal iff project and filter are; `repr` evaluates back."""
    from signac.project import JobsCursor, Project

    cursor = project.find_jobs({"a": 1})
    assert cursor == project.find_jobs({"a": 1})
    assert cursor != project.find_jobs({"a": 2})
    assert cursor != project.find_jobs({"sp.a": 1})
    assert project.find_jobs() == project.find_jobs({}) == project.find_jobs(None)
    assert repr(cursor) == f"JobsCursor(project={project!r}, filter={{'a': 1}})"
    assert eval(repr(cursor), {"JobsCursor": JobsCursor, "Project": Project}) == cursor
    assert JobsCursor(project) == project.find_jobs()
    assert JobsCursor(project, filter={"a": 1}) == cursor


def test_cursor_of_a_job_that_does_not_exist(project: Any, jobs: list[Any]) -> None:
    """A job that does not exist is in no cursor until it is initialised."""
    job = project.open_job({"a": 1, "b": 1})
    assert job not in project.find_jobs()
    assert job not in project.find_jobs({"a": 1})
    job.init()
    assert job in project.find_jobs()
    assert job in project.find_jobs({"a": 1})


DAMAGES = ["missing", "junk", "other", "list", "binary", "directory", "deep", "digits"]
BAD_DOCUMENTS = {
    "junk": b"junk",
    "list": b"[1]",
    "empty": b"",
    "binary": b"\xff",
    "dotted key": b'{"a.b": 1}',
    "deep": b'{"a": ' * 100_000,
    "digits": b'{"a": ' + b"9" * 5000 + b"}",
}


def damage(job: Any, how: str) -> None:
    path = pathlib.Path(job.fn(STATE_POINT))
    if how == "missing":
        path.unlink()
    elif how == "junk":
        path.write_text("junk")
    elif how == "other":
        path.write_text('{"a": 99}')
    elif how == "list":
        path.write_text("[1]")
    elif how == "binary":
        path.write_bytes(b"\xff\x00")
    elif how == "deep":
        path.write_text('{"a": ' * 100_000)
    elif how == "digits":
        path.write_text('{"a": ' + "9" * 5000 + "}")
    else:
        path.unlink()
        path.mkdir()


@pytest.mark.parametrize("how", DAMAGES)
def test_damaged_jobs(project: Any, jobs: list[Any], reopen: Any, how: str) -> None:
    """A damaged job counts and is iterated, is skipped by searches, and disturbs no other job."""
    damage(jobs[0], how)
    where = reopen()
    assert len(where) == len(list(where)) == len(where.find_jobs()) == 6
    assert jobs[0] in where
    assert jobs[0] in list(where)
    assert set(where.find_jobs({"n.x": 0})) == {jobs[2], jobs[4]}
    assert set(where.find_jobs({"doc.d": 0, "n.x": 1})) == {jobs[3]}
    assert where.find_jobs({"a": 0, "missing": 1})[0:0] is not None
    assert len(where.find_jobs({"a": 0})) == 0
    for job in jobs[1:]:
        found = where.open_job(id=job.id)
        assert found.sp.a == job.sp.a
        assert found.doc.m.z == job.sp.a


@pytest.mark.parametrize("content", BAD_DOCUMENTS)
def test_damaged_document(project: Any, jobs: list[Any], reopen: Any, content: str) -> None:
    """A damaged document does not disturb searches over other jobs, nor over state points."""
    pathlib.Path(jobs[0].fn(jobs[0].FN_DOCUMENT)).write_bytes(BAD_DOCUMENTS[content])
    where = reopen()
    assert set(where.find_jobs({"n.x": 0})) == {jobs[0], jobs[2], jobs[4]}
    assert set(where.find_jobs({"doc.d": 0})) == {jobs[3]}
    assert len(where) == 6


def test_removed_workspace(project: Any, jobs: list[Any]) -> None:
    """A workspace that was deleted has no jobs, and is made again by the next one."""
    shutil.rmtree(project.workspace)
    assert len(project) == 0
    assert list(project) == []
    assert list(project.find_jobs()) == []
    assert list(project.find_jobs({"a": 1})) == []
    assert project.open_job({"a": 1}).init() in project
    assert len(project) == 1


def test_removed_project(project: Any, jobs: list[Any]) -> None:
    """A project directory that vanished has no jobs."""
    shutil.rmtree(project.path)
    assert len(project) == 0
    assert list(project.find_jobs({"a": 1})) == []
    assert not os.path.exists(project.path)


@pytest.mark.parametrize("kind", ["file", "dangling link"])
@pytest.mark.parametrize("use", [len, list, lambda p: list(p.find_jobs({"a": 1}))], ids=range(3))
def test_broken_workspace(project: Any, tmp_path: Any, kind: str, use: Any) -> None:
    """A workspace that is a file or a link to nowhere is a `WorkspaceError`, and stays as it is."""
    shutil.rmtree(project.workspace)
    if kind == "file":
        pathlib.Path(project.workspace).touch()
    else:
        os.symlink(tmp_path / "nowhere", project.workspace)
    with pytest.raises(WorkspaceError) as caught:
        use(project)
    assert isinstance(caught.value, OSError)
    assert "workspace" in str(caught.value)
    assert not os.path.isdir(project.workspace)


def test_vanishing_jobs(project: Any, jobs: list[Any]) -> None:
    """Jobs that vanish between listing and reading do not disturb a search."""
    name = os.path.join(project.workspace, "f" * 32)
    os.symlink("/nowhere", name)
    pathlib.Path(project.workspace, "e" * 32).touch()
    assert set(project.find_jobs({"n.x": 1})) == {jobs[1], jobs[3], jobs[5]}
    assert set(signac.get_project(project.path).find_jobs({"n.x": 1})) == {
        jobs[1],
        jobs[3],
        jobs[5],
    }
