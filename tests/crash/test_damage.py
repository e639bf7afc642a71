"""Unreadable, locked and damaged files: the error names the file, the rest goes on."""

import os
import time
from collections.abc import Callable
from typing import Any

import pytest

import processes
import rawcheck
import signac
from crash import scenes
from crash.ground import (
    as_user,
    first_of,
    project_of,
    tree,
)

# Files that may not be read.

READS: dict[str, Callable[[str], object]] = {
    "sp-by-id": lambda root: project_of(root).open_job(id=rawcheck.id_of(scenes.FIRST)).sp(),
    "cached": lambda root: dict(
        project_of(root).open_job(id=rawcheck.id_of(scenes.FIRST)).cached_statepoint
    ),
    "init-by-id": lambda root: project_of(root).open_job(id=rawcheck.id_of(scenes.FIRST)).init(),
    "init-by-sp": lambda root: first_of(root).init(),
    "force": lambda root: first_of(root).init(force=True),
    "iterate": lambda root: [job.sp() for job in project_of(root)],
}


@pytest.mark.parametrize("read", READS)
def test_an_unreadable_state_point_is_a_permission_error(read, place):
    """Row 49: not "corrupted": PermissionError with the path, and the file is left alone."""
    scenes.ordinary(place)
    file = os.path.join(place, "p", "workspace", rawcheck.id_of(scenes.FIRST), rawcheck.STATEPOINT)
    os.chmod(file, 0)
    before = tree(place)
    outcome = as_user(lambda: READS[read](place))
    assert outcome.failure is not None, outcome
    assert outcome.failure.is_a("PermissionError"), outcome.failure.text
    assert file in outcome.failure.message
    assert tree(place) == before


def test_an_unreadable_job_does_not_stop_the_others(place, caplog):
    """Blast radius one: queries answer for the other jobs and log the one in an ERROR record."""
    scenes.ordinary(place)
    directory = os.path.join(place, "p", "workspace", rawcheck.id_of(scenes.FIRST))
    os.chmod(os.path.join(directory, rawcheck.STATEPOINT), 0)

    def child() -> tuple[list[int], int, int]:
        project = project_of(place)
        found = [job.sp.a for job in project.find_jobs({"a": 1})]
        everything = len(list(project.find_jobs({"a": {}}))) if False else len(list(project))
        return found, everything, len(project)

    assert as_user(child).get() == ([1], 5, 5)


@pytest.mark.parametrize("what", ["document", "project document", "config", "workspace"])
def test_unreadable_files_are_named(what, place):
    """A document, config or workspace without the right to read: PermissionError with the path."""
    scenes.ordinary(place)
    path = os.path.join(place, "p")
    file, call = {
        "document": (
            os.path.join(path, "workspace", rawcheck.id_of(scenes.FIRST), rawcheck.DOCUMENT),
            lambda: first_of(place).doc(),
        ),
        "project document": (
            os.path.join(path, rawcheck.PROJECT_DOCUMENT),
            lambda: project_of(place).doc(),
        ),
        "config": (os.path.join(path, ".signac", "config"), lambda: project_of(place)),
        "workspace": (os.path.join(path, "workspace"), lambda: len(project_of(place))),
    }[what]
    os.chmod(file, 0)
    outcome = as_user(call)
    assert outcome.failure is not None, outcome
    assert outcome.failure.is_a("PermissionError", "signac.errors.WorkspaceError"), (
        outcome.failure.text
    )
    assert file in outcome.failure.message


# Stores that are locked.


@pytest.mark.parametrize("use", ["read", "write", "length"])
def test_a_locked_store_is_waited_for_then_named(use, place, monkeypatch):
    """A store that another process holds open for writing: wait, then an error with its path."""
    monkeypatch.setenv("SIGNAC_LOCK_TIMEOUT", "0.5")
    scenes.stores(place)
    file = first_of(place).fn("signac_data.h5")
    import h5py

    inside = os.pipe()

    def hold() -> None:
        with h5py.File(file, "r+"):
            os.write(inside[1], b".")
            time.sleep(60)

    holder = processes.start(hold)
    os.close(inside[1])
    assert os.read(inside[0], 1) == b".", holder.result()

    def child() -> str:
        job = first_of(place)
        uses: dict[str, Callable[[], object]] = {
            "read": lambda: job.data["x"],
            "write": lambda: job.data.__setitem__("y", 1),
            "length": lambda: len(job.data),
        }
        with pytest.raises(OSError) as caught:
            uses[use]()
        assert isinstance(caught.value, signac.errors.Error), repr(caught.value)
        assert not isinstance(caught.value, BlockingIOError)
        return str(caught.value)

    message = processes.run(child, timeout=30).get()
    assert file in message
    holder.kill()
    os.close(inside[0])
    assert processes.run(lambda: len(first_of(place).data)).get() == 2


def test_a_store_that_becomes_free_costs_no_error(place, monkeypatch):
    """A store that is released within the timeout is read and written, not given up."""
    monkeypatch.setenv("SIGNAC_LOCK_TIMEOUT", "20")
    scenes.stores(place)
    first_of(place)

    def writer(worker: int) -> None:
        job = first_of(place)
        for key in range(10):
            job.data[f"w{worker}_{key}"] = key

    outcomes = processes.together([lambda worker=worker: writer(worker) for worker in range(3)])
    for outcome in outcomes:
        outcome.get()
    with first_of(place).data.open(mode="r") as data:
        assert len(data) == 2 + 30


# Files that are damaged.

DAMAGES: dict[str, bytes | None] = {
    "empty": b"",
    "truncated": b'{"a": 0, "b": {"c"',
    "junk": b"\x00\x01\x02garbage",
    "another": b'{"a": 999}',
    "list": b"[1, 2]",
    "null": b"null",
    "number": b"7",
    "not-utf8": b'{"a": "\xff\xfe"}',
    "zeros": b"\0" * 40,
    "missing": None,
}


def _damage(file: str, content: bytes | None) -> None:
    os.unlink(file)
    if content is not None:
        with open(file, "wb") as stream:
            stream.write(content)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_state_point_names_the_job(damage, place):
    """By id every access says which job and file are damaged, and the file is kept as it is."""
    scenes.ordinary(place)
    id_ = rawcheck.id_of(scenes.FIRST)
    file = os.path.join(place, "p", "workspace", id_, rawcheck.STATEPOINT)
    _damage(file, DAMAGES[damage])
    before = tree(os.path.join(place, "p", "workspace", id_))
    calls: list[Callable[[Any], object]] = [
        lambda job: job.sp(),
        lambda job: job.init(),
        lambda job: dict(job.cached_statepoint),
        lambda job: job.init(force=True),
        lambda job: job.sp.__setitem__("a", 5),
    ]
    for call in calls:
        job = project_of(place).open_job(id=id_)
        # UnicodeDecodeError is a ValueError: the peer's class for bytes that are no text.
        with pytest.raises((signac.errors.JobsCorruptedError, UnicodeDecodeError)) as caught:
            call(job)
        assert id_ in str(caught.value)
        assert tree(os.path.join(place, "p", "workspace", id_)) == before


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_state_point_does_not_stop_the_others(damage, place):
    """Blast radius one: the other jobs are found, counted, read and written as ever."""
    scenes.ordinary(place)
    id_ = rawcheck.id_of(scenes.FIRST)
    _damage(os.path.join(place, "p", "workspace", id_, rawcheck.STATEPOINT), DAMAGES[damage])
    project = project_of(place)
    assert len(project) == len(list(project)) == 5
    assert [job.sp.a for job in project.find_jobs({"a": 1})] == [1]
    assert [job.sp.a for job in project.find_jobs({"doc.n": 11})] == [11]
    other = project.open_job(scenes.SECOND)
    other.doc.x = 1
    other.sp.y = 2
    other.remove()
    assert project.open_job({"new": 1}).init() in project


@pytest.mark.parametrize("damage", DAMAGES)
def test_force_repairs_by_the_known_state_point(damage, place):
    """`init(force=True)` on a handle that knows the state point writes it and loses nothing."""
    scenes.ordinary(place)
    id_ = rawcheck.id_of(scenes.FIRST)
    path = os.path.join(place, "p")
    before = rawcheck.snapshot(path)[id_]
    file = os.path.join(path, "workspace", id_, rawcheck.STATEPOINT)
    _damage(file, DAMAGES[damage])
    if DAMAGES[damage] is not None:
        with pytest.raises((signac.errors.JobsCorruptedError, UnicodeDecodeError)) as caught:
            first_of(place).init()
        assert id_ in str(caught.value)
        with open(file, "rb") as stream:
            assert stream.read() == DAMAGES[damage]
    assert first_of(place).init(force=True).sp() == scenes.FIRST
    assert rawcheck.snapshot(path)[id_] == before
    assert rawcheck.problems(path) == []


@pytest.mark.parametrize(
    "damage", ["empty", "truncated", "junk", "list", "number", "not-utf8", "zeros"]
)
@pytest.mark.parametrize("which", ["job", "project", "loose"])
def test_a_damaged_document_names_the_file(which, damage, place):
    """Reading and changing a damaged document is a ValueError with its path; the file is kept."""
    scenes.ordinary(place)
    path = os.path.join(place, "p")
    file = {
        "job": os.path.join(path, "workspace", rawcheck.id_of(scenes.FIRST), rawcheck.DOCUMENT),
        "project": os.path.join(path, rawcheck.PROJECT_DOCUMENT),
        "loose": os.path.join(path, "loose.json"),
    }[which]
    if which == "loose":
        scenes.write(file, {})

    def document() -> Any:
        if which == "job":
            return first_of(place).doc
        return project_of(place).doc if which == "project" else signac.JSONDict(file)

    _damage(file, DAMAGES[damage])
    before = tree(place)
    calls: list[Callable[[Any], object]] = [
        lambda doc: doc(),
        lambda doc: doc.get("n"),
        lambda doc: doc.__setitem__("n", 1),
        lambda doc: doc.update(n=1),
        lambda doc: doc.pop("n"),
    ]
    for call in calls:
        with pytest.raises(ValueError) as caught:
            call(document())
        assert file in str(caught.value), repr(caught.value)
        assert tree(place) == before
    document().reset({"whole": 1})
    assert rawcheck._read_json(file) == {"whole": 1}


def test_a_damaged_config_names_the_file(place):
    """A config that cannot be parsed is a ConfigError with its path."""
    scenes.ordinary(place)
    file = os.path.join(place, "p", ".signac", "config")
    for text in ("schema_version = 2\nschema_version = 2\n", "[[[broken\n", "no equals sign\n"):
        with open(file, "w") as stream:
            stream.write(text)
        with pytest.raises(signac.errors.ConfigError) as caught:
            project_of(place)
        assert file in str(caught.value)
        with open(file) as stream:
            assert stream.read() == text
