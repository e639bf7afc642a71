"""Defects of the released peer that concern jobs, documents and state points, held as mended.

The number of each test is that of the list in the behaviour reference.
"""

import collections
import copy
import errno
import gc
import gzip
import json
import logging
import os
import pathlib
import pickle
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
import tracemalloc
from typing import Any

import numpy as np
import pytest

import processes
import signac
from acceptance.support import (
    DOCUMENT,
    STATE_POINT,
    assert_says,
    job_names,
    read_json,
    temporary_files,
    tree,
    write_json,
)
from signac import JSONDict
from signac.errors import (
    BufferedError,
    InvalidKeyError,
    JobMovedError,
    JobNotFoundError,
    JobsCorruptedError,
    WorkspaceError,
)
from signac.job import Job, calc_id


def full_disk_at(position: int) -> Any:
    """Return an injector that lets all but deletions fail from the given mutation on."""

    def inject(number: int, operation: str, path: str, size: int | None) -> None:
        if number >= position and operation not in ("unlink", "rmdir"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)

    return inject


def let_others_in(path: str) -> None:
    """Make the directories above a path passable for every user, as far as the tests own them."""
    for above in pathlib.Path(path).parents:
        if str(above).startswith(tempfile.gettempdir() + os.sep):
            os.chmod(above, 0o755)


def as_another_user(function: Any) -> Any:
    """Run a function in a child that is not the superuser, and return what it returned."""

    def run() -> Any:
        if os.getuid() == 0:
            os.setgid(65534)
            os.setuid(65534)
        return function()

    return processes.run(run).get()


@pytest.mark.parametrize("position", range(1, 13))
def test_01_full_disk_during_a_change(project: Any, reopen: Any, position: int) -> None:
    """A disk that is full from any step of a state point change on loses nothing."""
    from signac._core import faults

    job = project.open_job({"a": 0}).init()
    job.doc.x = 1
    try:
        with faults.injecting(full_disk_at(position)):
            job.sp.a = 1
    except OSError as error:
        assert_says(error)
    where = reopen()
    (found,) = where
    assert found.sp() in ({"a": 0}, {"a": 1})
    assert found.id == calc_id(found.sp())
    assert found.init().doc() == {"x": 1}
    assert read_json(found.path, STATE_POINT) == found.sp()
    assert temporary_files(where.workspace) == []
    assert job.id == calc_id(job.sp())


@pytest.mark.parametrize("position", range(1, 13))
def test_01_killed_during_a_change(project: Any, reopen: Any, position: int) -> None:
    """A process killed at any step of a state point change loses neither job nor state point."""
    import signal

    from signac._core import faults

    job = project.open_job({"a": 0}).init()
    job.doc.x = 1

    def kill(number: int, operation: str, path: str, size: int | None) -> None:
        if number == position:
            os.kill(os.getpid(), signal.SIGKILL)

    def change() -> None:
        with faults.injecting(kill):
            reopen().open_job(id=job.id).sp.a = 1

    processes.run(change)
    where = reopen()
    (found,) = where
    assert found.sp() in ({"a": 0}, {"a": 1})
    assert found.init().doc() == {"x": 1}
    assert read_json(found.path, STATE_POINT) == found.sp()
    assert temporary_files(where.workspace) == []


def test_02_change_of_a_job_without_state_point_file(project: Any, job: Any) -> None:
    """Changing a job whose state point file is missing never strands its data."""
    job.doc.x = 1
    os.remove(job.fn(STATE_POINT))
    try:
        job.sp.a = 1
    except (JobsCorruptedError, OSError) as error:
        assert_says(error, job.id)
        assert job.sp() == {"a": 0}
    else:
        assert read_json(job.path, STATE_POINT) == {"a": 1}
    assert job_names(project) == {job.id}
    assert job.id == calc_id(job.sp())
    assert read_json(job.path, DOCUMENT) == {"x": 1}
    assert job.init().doc() == {"x": 1}


def test_03_failed_change_leaves_the_handle_true(project: Any, job: Any) -> None:
    """After a refused change the handle shows the old state point, and can be changed."""
    project.open_job({"a": 1}).init()
    with pytest.raises(RuntimeError):
        job.sp.a = 1
    assert job.sp() == {"a": 0}
    with pytest.raises(TypeError):
        job.sp = {"good": 1, "bad": object()}
    assert job.sp() == {"a": 0}
    job.sp.b = 5
    assert job.sp() == {"a": 0, "b": 5}
    assert job.id == calc_id({"a": 0, "b": 5})


def test_03_failed_change_of_a_nested_value(project: Any) -> None:
    """A refused change of a nested value leaves it as it was, also in a held container."""
    job = project.open_job({"n": {"x": 0}, "l": [0]}).init()
    project.open_job({"n": {"x": 1}, "l": [0]}).init()
    project.open_job({"n": {"x": 0}, "l": [0, 1]}).init()
    nested, sequence = job.sp.n, job.sp.l
    with pytest.raises(RuntimeError):
        nested.x = 1
    with pytest.raises(RuntimeError):
        sequence.append(1)
    assert nested() == {"x": 0}
    assert sequence() == [0]
    assert job.sp() == {"n": {"x": 0}, "l": [0]}
    nested.x = 2
    assert job.id == calc_id({"n": {"x": 2}, "l": [0]})


@pytest.mark.parametrize(
    "change",
    [
        lambda j: setattr(j, "sp", {"z": 0.0}),
        lambda j: setattr(j.sp, "z", 0.0),
        lambda j: j.sp.update(z=0.0),
        lambda j: j.sp.reset({"z": 0.0}),
        lambda j: j.update_statepoint({"z": 0.0}, overwrite=True),
    ],
    ids=range(5),
)
def test_04_equal_but_different_state_points(project: Any, change: Any) -> None:
    """A value of another JSON type is a change, though Python calls it equal."""
    job = project.open_job({"z": 0}).init()
    change(job)
    assert type(job.sp.z) is float
    assert job.id == calc_id({"z": 0.0})
    assert type(project.open_job(id=job.id).sp.z) is float
    assert job_names(project) == {calc_id({"z": 0.0})}


@pytest.mark.parametrize(
    "change",
    [
        lambda d: setattr(d, "a", True),
        lambda d: d.update(a=True),
        lambda d: d.reset({"a": True}),
        lambda d: d.update({"a": True}),
    ],
    ids=range(4),
)
def test_04_equal_but_different_values(document: Any, filename: str, change: Any) -> None:
    """A document takes a value of another JSON type in every way of writing."""
    document.a = 1
    change(document)
    assert document.a is True
    assert pathlib.Path(filename).read_text() == '{"a": true}'


def test_04_equal_but_different_nested_values(document: Any, filename: str) -> None:
    """The same holds for nested values and elements of lists."""
    document.reset({"n": {"x": 1}, "l": [1, {"y": 0}]})
    document.update(n={"x": True}, l=[1.0, {"y": False}])
    assert pathlib.Path(filename).read_text() == '{"n": {"x": true}, "l": [1.0, {"y": false}]}'


def test_04_external_change_of_the_type(document: Any, filename: str) -> None:
    """An external change of the type alone is seen, and not undone by the next write."""
    document.a = 1
    assert document.a == 1
    pathlib.Path(filename).write_text('{"a": true}')
    assert document.a is True
    pathlib.Path(filename).write_text('{"a": 1.0}')
    document.b = 2
    assert pathlib.Path(filename).read_text() == '{"a": 1.0, "b": 2}'


def test_05_partial_update(document: Any, filename: str) -> None:
    """An `update` or `reset` with one bad value writes nothing at all."""
    for write in (
        lambda: document.update(a=1, b=object()),
        lambda: document.update({"a": 1, "b": {"c.d": 1}}),
        lambda: document.reset({"a": 1, "b": object()}),
        lambda: document.setdefault("a", object()),
    ):
        with pytest.raises((TypeError, ValueError)):
            write()
        assert document() == {}
        assert not os.path.exists(filename)


def test_05_failed_deletion_creates_no_file(document: Any, filename: str) -> None:
    """A failing deletion neither creates nor rewrites the file."""
    with pytest.raises(KeyError):
        del document["missing"]
    with pytest.raises(KeyError):
        document.popitem()
    assert not os.path.exists(filename)
    document.a = 1
    before = os.stat(filename)
    with pytest.raises(KeyError):
        del document["missing"]
    after = os.stat(filename)
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_06_dots_in_lists(document: Any, filename: str, project: Any) -> None:
    """A dotted key inside a list is refused, so that document and job stay readable."""
    document.l = []
    job = project.open_job({"l": []}).init()
    for place in (document, job.sp):
        for write in (
            lambda place=place: place.l.append({"a.b": 2}),
            lambda place=place: place.l.extend([{"a.b": 2}]),
            lambda place=place: place.l.insert(0, [{"a.b": 2}]),
        ):
            with pytest.raises(InvalidKeyError):
                write()
    assert JSONDict(filename)() == {"l": []}
    assert signac.get_project(project.path).open_job(id=job.id).sp() == {"l": []}


def test_07_file_vanishes(document: Any, filename: str) -> None:
    """When the file is deleted an open object is empty, and a write does not bring it back."""
    document.k = {"n": [1]}
    assert document() == {"k": {"n": [1]}}
    os.remove(filename)
    assert document() == {}
    assert "k" not in document
    document.j = 2
    assert read_json(filename) == {"j": 2}


def test_07_other_handle_removed_the_job(project: Any, job: Any) -> None:
    """A document held by another handle is empty after the removal, and after a new beginning."""
    other = project.open_job({"a": 0})
    job.doc.x = 1
    held = other.doc
    assert held() == {"x": 1}
    job.remove()
    assert held() == {}
    assert job_names(project) == set()
    other.init()
    assert other.doc() == {}
    assert held() == {}


def test_08_buffered_document_and_change(project: Any, job: Any, reopen: Any) -> None:
    """Buffered changes of a document survive a change of the state point."""
    job.doc.x = 1
    with signac.buffered():
        job.doc.y = 2
        job.sp.a = 1
        assert job.doc() == {"x": 1, "y": 2}
        job.doc.z = 3
    assert job.doc() == {"x": 1, "y": 2, "z": 3}
    assert reopen().open_job({"a": 1}).doc() == {"x": 1, "y": 2, "z": 3}
    assert job_names(project) == {calc_id({"a": 1})}


def test_08_buffered_document_and_move(project: Any, other_project: Any, job: Any) -> None:
    """Buffered changes of a document survive a move."""
    job.doc.x = 1
    with signac.buffered():
        job.doc.y = 2
        job.move(other_project)
        assert job.doc() == {"x": 1, "y": 2}
    assert other_project.open_job({"a": 0}).doc() == {"x": 1, "y": 2}
    assert job_names(project) == set()


@pytest.mark.parametrize("existed", [False, True])
def test_08_buffered_document_and_removal(project: Any, job: Any, existed: bool) -> None:
    """Removing a job with a buffered document discards it, without an error at the end."""
    if existed:
        job.doc.x = 1
    with signac.buffered():
        job.doc.y = 2
        job.remove()
        assert job not in project
    assert job_names(project) == set()
    assert project.open_job({"a": 0}).doc() == {}


def test_08_buffered_document_and_clear(job: Any) -> None:
    """Clearing a job with a buffered document empties it, without an error at the end."""
    job.doc.x = 1
    with signac.buffered():
        job.doc.y = 2
        job.clear()
        assert job.doc() == {}
        job.doc.z = 3
    assert job.doc() == {"z": 3}


BAD_CACHES = {
    "empty": b"",
    "junk": b"junk",
    "truncated": gzip.compress(b'{"a": 1}')[:-6],
    "no json": gzip.compress(b"junk"),
    "nothing": gzip.compress(b""),
    "list": gzip.compress(b"[1]"),
    "null": gzip.compress(b"null"),
    "odd values": gzip.compress(json.dumps({"f" * 32: 5, "x": {}, "e" * 32: None}).encode()),
    "binary": gzip.compress(b"\xff\xfe"),
    "deep": gzip.compress(b'{"a": ' * 100_000),
    "digits": gzip.compress(b'{"a": ' + b"9" * 5000 + b"}"),
}


@pytest.mark.parametrize("cache", BAD_CACHES)
def test_18_bad_cache_file(project: Any, job: Any, reopen: Any, cache: str) -> None:
    """A damaged cache file is as good as none, for every way of opening and searching."""
    pathlib.Path(project.fn(project.FN_CACHE)).write_bytes(BAD_CACHES[cache])
    assert reopen().open_job({"a": 0}) == job
    assert reopen().open_job(id=job.id).sp() == {"a": 0}
    assert reopen().open_job(id=job.id[:8]).cached_statepoint == {"a": 0}
    assert list(reopen().find_jobs({"a": 0})) == [job]
    assert list(reopen()) == [job]
    assert reopen().open_job({"b": 0}).init().sp() == {"b": 0}


@pytest.mark.parametrize("wrong", [{"a": 999}, {"a": 0.0}, {"a": 0, "b": 1}, {}])
def test_18_wrong_cache_entry(project: Any, job: Any, reopen: Any, wrong: Any) -> None:
    """A cache entry that does not hash to its id is not believed."""
    with gzip.open(project.fn(project.FN_CACHE), "wt") as stream:
        json.dump({job.id: wrong}, stream)
    found = reopen().open_job(id=job.id)
    assert json.dumps(found.sp()) == '{"a": 0}'
    assert reopen().open_job(id=job.id).cached_statepoint == {"a": 0}
    assert list(reopen().find_jobs({"a": 0})) == [job]
    assert list(reopen().find_jobs({"a": 999})) == []
    found.sp.c = 1
    assert found.sp() == {"a": 0, "c": 1}


@pytest.mark.parametrize(
    "statepoint",
    [{"a.b": 1}, {1: 2}, {"a": {1: 2}}, {"a": object()}, {"l": [{"x.y": 1}]}],
    ids=range(5),
)
def test_19_refused_job_leaves_nothing(project: Any, statepoint: Any) -> None:
    """A refused state point leaves no directory behind."""
    with pytest.raises((TypeError, ValueError)):
        project.open_job(statepoint).init()
    with pytest.raises((TypeError, ValueError)):
        Job(project, statepoint).init()
    assert os.listdir(project.workspace) in ([], [".signac_scratch"])
    assert len(project) == 0
    assert list(project.find_jobs({"a": 0})) == []


@pytest.mark.parametrize(
    "use",
    [
        lambda j: j.init(),
        lambda j: j.init(force=True),
        lambda j: j.init(validate_statepoint=False),
        lambda j: j.doc,
        lambda j: setattr(j, "doc", {"x": 1}),
        lambda j: j.data,
        lambda j: j.open(),
        lambda j: j.reset(),
    ],
    ids=["init", "force", "unvalidated", "doc", "set doc", "data", "open", "reset"],
)
def test_19_unknown_id_leaves_nothing(project: Any, use: Any) -> None:
    """A handle by an id whose state point is nowhere creates no directory."""
    here = os.getcwd()
    with pytest.raises((JobsCorruptedError, LookupError)) as caught:
        use(Job(project, id_="f" * 32))
    assert_says(caught.value, "f" * 32)
    assert job_names(project) == set()
    assert os.getcwd() == here


def test_21_creation_is_never_half_done(project: Any) -> None:
    """At every step of a creation, what has the name of a job is a whole job."""
    from signac._core import faults

    seen = []

    def look(number: int, operation: str, path: str, size: int | None) -> None:
        for name in job_names(project):
            assert calc_id(read_json(project.workspace, name, STATE_POINT)) == name
        seen.append(operation)

    with faults.injecting(look):
        project.open_job({"a": 0}).init()
        project.open_job({"a": 1}).doc.x = 1
    assert len(seen) >= 4
    assert len(project) == 2


def test_21_change_and_removal_are_never_half_done(project: Any, job: Any, reopen: Any) -> None:
    """At every step of a change, document write and removal, a reader finds whole jobs."""
    from signac._core import faults

    seen = []

    def look(number: int, operation: str, path: str, size: int | None) -> None:
        where = processes.run(
            lambda: [(j.id, j.sp(), j.doc()) for j in signac.get_project(project.path)]
        ).get()
        assert len(where) <= 1
        for name, statepoint, content in where:
            assert calc_id(statepoint) == name
            assert content in ({}, {"x": 1})
        seen.append(operation)

    with faults.injecting(look):
        job.doc.x = 1
        job.sp.a = 1
        job.remove()
    assert len(seen) >= 5
    assert len(project) == 0


def test_22_processes_lose_nothing(filename: str) -> None:
    """Processes that each add keys to one document lose none."""

    def work(process: int) -> None:
        document = JSONDict(filename)
        for number in range(25):
            document[f"{process}-{number}"] = number

    for outcome in processes.together([lambda p=p: work(p) for p in range(4)]):
        outcome.get()
    assert len(read_json(filename)) == 100


@pytest.mark.parametrize("other", ["relative", "link", "link to the directory", "dots"])
def test_23_two_names_of_one_file(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    """Two names of one file share the lock and the buffer."""
    (tmp_path / "sub").mkdir()
    absolute = str(tmp_path / "sub" / "d.json")
    monkeypatch.chdir(tmp_path)
    JSONDict(absolute).start = 0
    os.symlink(absolute, tmp_path / "link.json")
    os.symlink(tmp_path / "sub", tmp_path / "link")
    name = {
        "relative": os.path.join("sub", "d.json"),
        "link": str(tmp_path / "link.json"),
        "link to the directory": str(tmp_path / "link" / "d.json"),
        "dots": str(tmp_path / "sub" / ".." / "sub" / "d.json"),
    }[other]
    failures: list[BaseException] = []

    def work(path: str, mark: str) -> None:
        try:
            document = JSONDict(path)
            for number in range(60):
                document[f"{mark}{number}"] = number
        except BaseException as error:
            failures.append(error)

    threads = [
        threading.Thread(target=work, args=arguments)
        for arguments in ((absolute, "x"), (name, "y"), (absolute, "z"), (name, "w"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(read_json(absolute)) == 241
    first, second = JSONDict(absolute), JSONDict(name)
    with signac.buffered():
        first.a = 1
        assert second.a == 1
        second.b = 2
        assert first.b == 2
    stored = read_json(absolute)
    assert (stored["a"], stored["b"]) == (1, 2)


def test_24_second_handle_after_a_change(project: Any, job: Any) -> None:
    """A second handle that changes a moved job is told so, and keeps its own state point."""
    first, second = project.open_job({"a": 0}), project.open_job({"a": 0})
    first.sp(), second.sp()
    first.sp.a = 1
    for change in (
        lambda: setattr(second.sp, "x", 1),
        lambda: setattr(second, "sp", {"q": 1}),
        lambda: second.update_statepoint({"q": 1}),
        lambda: second.sp.clear(),
    ):
        with pytest.raises(JobMovedError):
            change()
        assert second.sp() == {"a": 0}
        assert second.id == calc_id({"a": 0})
        assert job_names(project) == {first.id}
    second.init()
    assert read_json(second.path, STATE_POINT) == {"a": 0}
    assert signac.get_project(project.path).open_job(id=second.id).sp() == {"a": 0}


def test_24_deep_copy_after_a_change(project: Any, job: Any) -> None:
    """A deep copy whose original changed is told so."""
    twin = copy.deepcopy(job)
    twin.sp()
    job.sp.a = 1
    with pytest.raises(JobMovedError):
        twin.sp.z = 1
    assert twin.sp() == {"a": 0}
    assert job_names(project) == {job.id}


def test_24_document_with_another_filename(document: Any, tmp_path: Any) -> None:
    """A document goes on after its file name was set."""
    document.a = 1
    document.filename = str(tmp_path / "second.json")
    document.b = 2
    document.n = {"x": 1}
    document.n.x = 2
    assert read_json(tmp_path / "second.json")["n"] == {"x": 2}


@pytest.mark.parametrize("touched", ["not", "sp", "init", "doc"])
def test_25_stale_handle(project: Any, job: Any, touched: str) -> None:
    """A handle of a moved job never turns into a handle of nothing without a word."""
    second = project.open_job({"a": 0})
    if touched == "sp":
        second.sp()
    elif touched == "init":
        second.init()
    elif touched == "doc":
        second.doc()
    job.sp.a = 1
    with pytest.raises(JobMovedError) as caught:
        second.sp.a = 2
    assert caught.value.new_id == job.id
    assert second.sp() == {"a": 0}
    assert job_names(project) == {job.id}


@pytest.mark.parametrize("action", ["doc", "set doc", "with", "data", "unvalidated"])
def test_26_handles_agree_about_a_vanished_directory(project: Any, action: str) -> None:
    """A handle that created a directory treats its loss like one that found it."""

    def act(job: Any) -> str:
        try:
            if action == "doc":
                job.doc.x = 1
            elif action == "set doc":
                job.doc = {"x": 1}
            elif action == "with":
                with job:
                    pass
            elif action == "data":
                job.data["x"] = 1
            else:
                job.init(validate_statepoint=False)
                assert os.path.isdir(job.path)
        except OSError as error:
            return type(error).__name__
        return "works"

    creator = project.open_job({"a": 0}).init()
    finder = project.open_job({"a": 0}).init()
    outcomes = []
    for job in (creator, finder):
        shutil.rmtree(job.path, ignore_errors=True)
        outcomes.append(act(job))
        for name in job_names(project):
            assert read_json(project.workspace, name, STATE_POINT) == {"a": 0}
    assert outcomes[0] == outcomes[1]
    if action == "unvalidated":
        assert outcomes == ["works", "works"]


def test_31_buffered_contexts_are_objects_of_their_own() -> None:
    """Each context has the capacity that it was given."""
    first, second = signac.buffered(12), signac.buffered(50)
    with first:
        assert signac.get_buffer_capacity() == 12
        with second:
            assert signac.get_buffer_capacity() == 50
        assert signac.get_buffer_capacity() == 12
    assert signac.get_buffer_capacity() == 32 * 2**20


def test_31_conflict_of_equal_size_and_time(document: Any, filename: str) -> None:
    """An external change of the same size, with the time set back, is a conflict too."""
    document.a = 1
    before = os.stat(filename)
    with pytest.raises(BufferedError), signac.buffered():
        document.a = 2
        with open(filename, "r+") as stream:
            stream.write('{"a": 3}')
        os.utime(filename, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert read_json(filename) == {"a": 3}


@pytest.mark.parametrize("position", range(1, 5))
def test_32_failed_write_leaves_no_file(document: Any, filename: str, position: int) -> None:
    """A write that fails leaves the old content, no temporary file, and a usable object."""
    from signac._core import faults

    document.a = 1
    directory = os.path.dirname(filename)
    names = sorted(os.listdir(directory))
    try:
        with faults.injecting(full_disk_at(position)):
            document.a = 2
    except OSError as error:
        assert_says(error, os.path.basename(filename))
        assert document() == {"a": 1}
    assert document() == read_json(filename)
    document.b = 3
    assert sorted(os.listdir(directory)) == names
    assert read_json(filename)["b"] == 3


def test_32_sync_before_rename(project: Any, document: Any) -> None:
    """Every file that a rename puts in place was synced before."""
    from signac._core import faults

    job = project.open_job({"a": 0})
    for work in (
        lambda: setattr(document, "a", 1),
        lambda: setattr(document, "a", 2),
        lambda: job.init(),
        lambda: setattr(job.doc, "x", 1),
        lambda: setattr(job.sp, "b", 1),
    ):
        with faults.record() as steps:
            work()
        operations = [operation for _, operation, _ in steps]
        assert "rename" in operations
        assert "sync" in operations[: operations.index("rename")]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o660, 0o664])
def test_32_mode_is_kept(document: Any, filename: str, job: Any, mode: int) -> None:
    """A write keeps the permissions of the file."""
    document.a = 1
    job.doc.a = 1
    for path in (filename, job.fn(DOCUMENT)):
        os.chmod(path, mode)
    document.a = 2
    job.doc.a = 2
    with signac.buffered():
        document.b = 3
    for path in (filename, job.fn(DOCUMENT)):
        assert stat.S_IMODE(os.stat(path).st_mode) == mode


def test_32_symlink_is_kept(tmp_path: Any) -> None:
    """A write through a symbolic link changes the target and keeps the link."""
    target = tmp_path / "target"
    target.mkdir()
    write_json({"a": 1}, target / "real.json")
    os.symlink(target / "real.json", tmp_path / "link.json")
    document = JSONDict(str(tmp_path / "link.json"))
    document.b = 2
    with signac.buffered():
        document.c = 3
    assert os.path.islink(tmp_path / "link.json")
    assert read_json(target / "real.json") == {"a": 1, "b": 2, "c": 3}
    assert os.listdir(target) == ["real.json"]


def test_33_no_memory_is_kept_per_file(tmp_path: Any) -> None:
    """Documents that are gone leave nothing behind in memory, and no descriptor."""

    def batch(first: int, number: int) -> None:
        for index in range(first, first + number):
            document = JSONDict(str(tmp_path / f"a document with a long name {index}.json"))
            document.a = index
            assert document.a == index

    with signac.durability("fast"):
        batch(0, 300)
        gc.collect()
        descriptors = len(os.listdir("/proc/self/fd"))
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            batch(300, 600)
            gc.collect()
            growth = tracemalloc.get_traced_memory()[0] - before
        finally:
            tracemalloc.stop()
    assert growth < 600 * 100
    assert len(os.listdir("/proc/self/fd")) == descriptors


def test_34_cached_state_point_follows(job: Any) -> None:
    """`cached_statepoint` and `repr` follow a change in place."""
    job.sp.a = 5
    assert job.cached_statepoint == {"a": 5}
    scope = {"Job": Job, "Project": signac.Project}
    assert eval(repr(job), scope) == job
    job.sp.n = {"x": [1]}
    job.sp.n.x.append(2)
    assert job.cached_statepoint == {"a": 5, "n": {"x": [1, 2]}}
    assert eval(repr(job), scope) == job


@pytest.mark.parametrize("by_id", [False, True])
def test_34_nested_values_are_not_shared(project: Any, reopen: Any, by_id: bool) -> None:
    """What a program does with nested values of `cached_statepoint` changes nothing."""
    job = project.open_job({"a": {"b": [1]}}).init()
    if by_id:
        project = reopen()
        job = project.open_job(id=job.id)
    value = job.cached_statepoint["a"]
    try:
        value["b"].append(2)
        value["c"] = 3
    except (TypeError, AttributeError):
        pass
    assert project.open_job(id=job.id).sp() == {"a": {"b": [1]}}
    assert job.cached_statepoint == {"a": {"b": [1]}}
    assert job.sp() == {"a": {"b": [1]}}


def test_34_assigned_values_are_not_shared(job: Any, project: Any) -> None:
    """What a program does with a mapping that it assigned changes nothing."""
    statepoint = {"b": [1]}
    job.sp = statepoint
    statepoint["b"].append(2)
    assert project.open_job(id=job.id).sp() == {"b": [1]}
    assert job.cached_statepoint == {"b": [1]}
    update = {"c": {"d": [1]}}
    job.update_statepoint(update)
    update["c"]["d"].append(2)
    assert job.sp.c.d == [1]
    assert project.open_job(id=job.id).cached_statepoint == {"b": [1], "c": {"d": [1]}}


def test_35_cached_state_point_opens_a_job(project: Any, other_project: Any) -> None:
    """The read-only view is a state point like any mapping."""
    job = project.open_job({"a": {"b": (1, 2)}})
    assert project.open_job(job.cached_statepoint) == job
    assert other_project.open_job(job.cached_statepoint).init().sp() == {"a": {"b": [1, 2]}}


def test_36_change_inside_the_context(job: Any) -> None:
    """A change of the state point inside the context does not disturb the way back."""
    here = os.getcwd()
    with job:
        job.sp.a = 1
        assert os.path.realpath(os.getcwd()) == os.path.realpath(job.path)
        pathlib.Path("x.txt").touch()
    assert os.getcwd() == here
    assert job.isfile("x.txt")


def test_36_change_inside_nested_contexts(job: Any, tmp_path: Any) -> None:
    """The same holds for nested contexts."""
    here = os.getcwd()
    with job:
        os.chdir(tmp_path)
        with job:
            job.sp.a = 1
        assert os.getcwd() == str(tmp_path)
        job.sp.a = 2
    assert os.getcwd() == here
    job.close()
    assert os.getcwd() == here


def test_37_pickling(job: Any) -> None:
    """Jobs with live shallow copies, and state points, can be pickled."""
    job.sp()
    twin = copy.copy(job)
    assert pickle.loads(pickle.dumps(job)) == twin
    assert pickle.loads(pickle.dumps([job, twin])) == [job, twin]
    assert pickle.loads(pickle.dumps(job.sp)) == {"a": 0}


def test_38_copies_are_linked(project: Any, other_project: Any, job: Any) -> None:
    """A shallow copy is linked whenever it was made, and follows a move."""
    for touched in (False, True):
        first = project.open_job({"a": 0})
        if touched:
            first.sp()
        second = copy.copy(first)
        first.sp.b = 1
        assert second.sp() == {"a": 0, "b": 1}
        assert second == first
        del second.sp.b
        assert first.id == calc_id({"a": 0})
    second = copy.copy(job)
    job.move(other_project)
    assert second.project is other_project
    assert second.path == job.path
    assert second in other_project
    assert second.doc() == {}


@pytest.mark.parametrize(
    "value", [b"x", bytearray(b"x"), memoryview(b"x"), np.bytes_(b"x")], ids=range(4)
)
def test_39_bytes_are_refused_everywhere(project: Any, job: Any, document: Any, value: Any) -> None:
    """Bytes are refused alike by state points and documents, with a message."""
    for write in (
        lambda: project.open_job({"a": value}),
        lambda: setattr(job.sp, "a", value),
        lambda: setattr(job, "sp", {"a": [value]}),
        lambda: job.update_statepoint({"b": value}),
        lambda: setattr(job.doc, "a", value),
        lambda: document.update({"a": {"b": value}}),
    ):
        with pytest.raises(TypeError) as caught:
            write()
        assert_says(caught.value)
    assert job.sp() == {"a": 0}
    assert document() == {}


def test_40_list_comparison(document: Any) -> None:
    """Lists are compared in the right direction."""
    document.l = [1, 2, 3]
    document.m = [2]
    assert document.l < [2]
    assert document.l < document.m
    assert document.l <= [2]
    assert not document.l > [2]
    assert not document.l >= [2]
    assert [2] > document.l  # noqa: SIM300
    assert document.l > [1, 2]
    assert not document.l < [1, 2, 3]
    assert document.l <= [1, 2, 3]


@pytest.mark.filterwarnings("ignore::signac.errors.NumpyConversionWarning")
def test_41_arrays_over_existing_keys(document: Any, job: Any) -> None:
    """Arrays replace existing values in every way of writing."""
    document.update(a=5, b=5)
    document.update(b=np.array([5]))
    assert document() == {"a": 5, "b": [5]}
    document.update({"a": np.array([1, 2])})
    assert document() == {"a": [1, 2], "b": [5]}
    document.reset({"a": np.array([3, 4]), "b": np.array([[5]])})
    assert document() == {"a": [3, 4], "b": [[5]]}
    document.a = np.array([3, 4, 5])
    job.update_statepoint({"a": np.array([0])}, overwrite=True)
    job.sp.update(a=np.array([1, 2]))
    assert job.sp() == {"a": [1, 2]}
    job.sp = {"a": np.array([1, 2]), "b": np.array([3])}
    assert job.sp() == {"a": [1, 2], "b": [3]}


@pytest.mark.filterwarnings("ignore::signac.errors.NumpyConversionWarning")
@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
def test_41_matrices_and_user_strings(document: Any) -> None:
    """A matrix is an array, and a user string a text or refused: no endless recursion."""
    document.a = np.matrix([[1, 2], [3, 4]])
    assert document.a == [[1, 2], [3, 4]]
    try:
        document.b = collections.UserString("x")
    except TypeError as error:
        assert_says(error, "b")
    else:
        assert document.b == "x"


def test_41_refused_values_leave_memory_clean(document: Any) -> None:
    """A refused value leaves nothing in memory."""
    document.k = 1
    with pytest.raises(TypeError):
        document.k = np.timedelta64(5, "D")
    with pytest.raises(TypeError):
        document.m = np.timedelta64(5, "D")
    assert document() == {"k": 1}
    document.n = 2
    assert document() == {"k": 1, "n": 2}


def test_42_keywords_of_update(document: Any) -> None:
    """Every keyword of `update` is a key."""
    document.update({"a": 1}, other=2, self=3)
    assert document() == {"a": 1, "other": 2, "self": 3}
    document.update(other=5)
    assert document.other == 5


def test_42_deleting_a_missing_attribute(document: Any, filename: str) -> None:
    """Deleting a missing attribute names it, and is no `AttributeError` of another object."""
    with pytest.raises(KeyError) as caught:
        del document.missing
    assert_says(caught.value, "missing")
    assert not os.path.exists(filename)


@pytest.mark.parametrize("name", ["save", "load"])
def test_42_no_hidden_keys_in_the_state_point(job: Any, name: str) -> None:
    """Ordinary words are keys of the state point by attribute as well."""
    setattr(job.sp, name, 1)
    assert job.sp[name] == 1
    assert getattr(job.sp, name) == 1
    assert job.id == calc_id({"a": 0, name: 1})


def test_43_detached_container(document: Any, filename: str, caplog: Any) -> None:
    """Writes of a container that was replaced stay in memory, and are warned about."""
    for replace in (
        lambda: setattr(document, "n", {"x": 9}),
        lambda: document.__delitem__("n"),
        lambda: document.clear(),
        lambda: document.update(n=5),
    ):
        document.reset({"n": {"x": 1}})
        old = document.n
        replace()
        before = document()
        caplog.clear()
        old.x = 2
        assert old() == {"x": 2}
        assert document() == before == read_json(filename)
        assert [record.levelno for record in caplog.records] == [logging.WARNING]


ACCESSORS = [
    lambda j: j.sp(),
    lambda j: j.statepoint.a,
    lambda j: j.cached_statepoint,
    lambda j: j.init(),
    lambda j: j.update_statepoint({"z": 1}),
]


@pytest.mark.parametrize("damage", ["utf8", "directory", "gone"])
def test_44_one_error_for_one_damage(project: Any, job: Any, reopen: Any, damage: str) -> None:
    """Every accessor of a damaged job raises a typed error of one kind that names the job."""
    path = pathlib.Path(job.fn(STATE_POINT))
    found = reopen().open_job(id=job.id)
    if damage == "utf8":
        path.write_bytes(b'{"a": "\xff"}')
    elif damage == "directory":
        path.unlink()
        path.mkdir()
    else:
        shutil.rmtree(job.path)
    expected = (JobsCorruptedError, JobNotFoundError) if damage == "gone" else JobsCorruptedError
    for use in ACCESSORS:
        with pytest.raises(expected) as caught:
            use(copy.deepcopy(found))
        assert_says(caught.value, job.id)


def test_44_vanished_job_has_no_attributes_by_mistake(job: Any, reopen: Any) -> None:
    """The attributes of the state point of a vanished job are not simply missing."""
    (found,) = reopen()
    shutil.rmtree(job.path)
    with pytest.raises((JobsCorruptedError, JobNotFoundError)) as caught:
        found.sp.a
    assert not isinstance(caught.value, AttributeError)
    with pytest.raises((JobsCorruptedError, JobNotFoundError)):
        hasattr(found.sp, "a")


def test_44_unreadable_file(project: Any, job: Any) -> None:
    """A file that may not be read is a `PermissionError` that names it, not a corrupt job."""
    let_others_in(job.fn("x"))
    os.chmod(job.fn(STATE_POINT), 0o000)
    name = job.id

    def read() -> str:
        where = signac.get_project(project.path)
        try:
            where.open_job(id=name).sp()
        except PermissionError as error:
            return str(error)
        return "no error"

    message = as_another_user(read)
    assert STATE_POINT in message


def test_45_names_are_matched_whole(project: Any, job: Any, reopen: Any) -> None:
    """Only a directory with exactly the form of an id is a job."""
    os.mkdir(job.path + "_backup")
    shutil.copy(job.fn(STATE_POINT), job.path + "_backup")
    pathlib.Path(project.workspace, "f" * 32).write_text("a file")
    for where in (project, reopen()):
        assert len(where) == 1
        assert [found.id for found in where] == [job.id]
        assert list(where.find_jobs({"a": 0})) == [job]
        assert where.open_job(id=job.id[:6]) == job
        with pytest.raises(KeyError):
            where.open_job(id="f")


def test_46_clear_with_links(project: Any, job: Any, tmp_path: Any) -> None:
    """`clear` removes every link, and nothing behind it."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "file.txt").write_text("mine")
    os.symlink(tmp_path / "outside", job.fn("link"))
    os.symlink("/nowhere", job.fn("dangling"))
    pathlib.Path(job.fn("z.txt")).touch()
    job.clear()
    assert set(os.listdir(job.path)) <= {STATE_POINT, DOCUMENT}
    assert (tmp_path / "outside" / "file.txt").read_text() == "mine"


def test_46_clear_makes_no_document(job: Any) -> None:
    """`clear` of a job without a document leaves it without one."""
    pathlib.Path(job.fn("x.txt")).touch()
    job.clear()
    assert os.listdir(job.path) == [STATE_POINT]


@pytest.mark.parametrize("operation", ["remove", "clear", "reset"])
def test_46_job_directory_is_a_link(project: Any, job: Any, tmp_path: Any, operation: str) -> None:
    """A job directory that is a link is never emptied through the link."""
    outside = tmp_path / "outside"
    os.rename(job.path, outside)
    (outside / "file.txt").write_text("mine")
    os.symlink(outside, job.path)
    linked = project.open_job({"a": 0})
    try:
        getattr(linked, operation)()
    except (OSError, RuntimeError, ValueError) as error:
        assert_says(error, job.id)
        assert os.path.islink(job.path)
    else:
        assert operation == "remove"
        assert not os.path.lexists(job.path)
    assert (outside / "file.txt").read_text() == "mine"
    assert (outside / STATE_POINT).is_file()


def test_49_workspace_error() -> None:
    """A `WorkspaceError` can be printed and pickled, with its cause."""
    error = WorkspaceError(FileNotFoundError(errno.ENOENT, "gone", "/some/workspace"))
    found = pickle.loads(pickle.dumps(error))
    for one in (error, found):
        assert_says(one, "/some/workspace")
        assert isinstance(one.error, FileNotFoundError)
        assert one.error.errno == errno.ENOENT
    assert str(found) == str(error)


def test_50_config_values(project: Any, job: Any) -> None:
    """The threshold in a config file is a number, and the config object is really immutable."""
    with open(project.fn(os.path.join(".signac", "config")), "a") as stream:
        stream.write("statepoint_cache_miss_warning_threshold = 1\n")
    where = signac.get_project(project.path)
    assert where.open_job(id=job.id).cached_statepoint == {"a": 0}
    assert len(where.find_jobs({"a": 0})) == 1
    with pytest.raises((TypeError, ValueError, AttributeError)):
        del where.config["schema_version"]
    assert where.config["schema_version"] == "2"


def test_52_loggers() -> None:
    """Every logger of the package lies under its own name, until synchronisation is used."""
    program = """
import logging, signac
with signac.TemporaryProject() as project:
    project.open_job({"a": 0}).init().doc.b = 1
    assert len(project.find_jobs({"a": 0, "doc.b": 1})) == 1
assert "sync" not in logging.root.manager.loggerDict
assert "MORE" not in logging.getLevelName(15)
import signac.sync
assert "sync" in logging.root.manager.loggerDict
assert logging.getLevelName(15) == "MORE" and logging.MORE == 15
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_tree_is_untouched_by_reading(project: Any, job: Any, reopen: Any) -> None:
    """Opening, searching and reading change nothing in a project."""
    job.doc.x = 1
    reopen()
    before = tree(project.path)
    where = reopen()
    assert [found.doc.x for found in where.find_jobs({"a": 0})] == [1]
    assert where.open_job(id=job.id[:5]).cached_statepoint == {"a": 0}
    assert tree(project.path) == before


def test_read_only_project(project: Any, job: Any) -> None:
    """A project whose files may not be written can be read, and a write is a clear error."""
    job.doc.x = 1
    let_others_in(project.path)

    def read() -> Any:
        where = signac.get_project(project.path)
        found = [(j.sp(), j.doc()) for j in where.find_jobs({"doc.x": 1})]
        messages = []
        for write in (
            lambda: where.open_job({"b": 1}).init(),
            lambda: setattr(where.open_job({"a": 0}).doc, "y", 1),
            lambda: setattr(where.open_job({"a": 0}).sp, "a", 1),
            lambda: where.open_job({"a": 0}).remove(),
        ):
            try:
                write()
            except PermissionError as error:
                messages.append(str(error))
        return found, messages

    for directory, _, files in os.walk(project.path):
        os.chmod(directory, 0o555)
        for name in files:
            os.chmod(os.path.join(directory, name), 0o444)
    before = tree(project.path)
    try:
        found, messages = as_another_user(read)
    finally:
        for directory, _, _ in os.walk(project.path):
            os.chmod(directory, 0o755)
    assert found == [({"a": 0}, {"x": 1})]
    assert len(messages) == 4
    assert all(project.path in message for message in messages)
    assert tree(project.path) == before
