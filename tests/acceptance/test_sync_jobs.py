"""Synchronising one job with another: the calls, and what they do to the two jobs."""

import inspect
import os
import pathlib
import subprocess
import sys
from typing import Any

import pytest

import signac
from acceptance.support import (
    DOCUMENT,
    STATE_POINT,
    assert_says,
    job_names,
    read_json,
    temporary_files,
)
from acceptance.syncing import NEW, names, put, text, unchanged
from signac.errors import DocumentSyncConflict, FileSyncConflict, JobsCorruptedError
from signac.sync import DocSync, FileSync, sync_jobs

FLAGS = {
    "recursive": False,
    "follow_symlinks": True,
    "preserve_permissions": False,
    "preserve_times": False,
    "preserve_owner": False,
    "preserve_group": False,
    "deep": False,
    "dry_run": False,
}


@pytest.fixture
def src(other_project: Any) -> Any:
    job = other_project.open_job({"a": 0}).init()
    put(job, "file", "content")
    put(job, "sub/file", "deeper")
    job.doc = {"d": 1, "n": {"k": 1}}
    return job


@pytest.fixture
def dst(project: Any) -> Any:
    return project.open_job({"a": 0}).init()


# The calls.


def test_module() -> None:
    """The module has its four public names, and is reached from the package."""
    assert set(signac.sync.__all__) >= {"FileSync", "DocSync", "sync_jobs", "sync_projects"}
    assert "sync" in signac.__all__
    assert signac.sync.FileTransferStats._fields == ("num_files", "volume")


def test_module_is_loaded_when_it_is_used() -> None:
    """`signac.sync` is there after `import signac`, and brings the level `MORE` once it is used."""
    code = (
        "import logging, signac\n"
        "signac.sync.FileSync\n"
        "assert logging.MORE == 15\n"
        "assert logging.getLevelName(15) == 'MORE'\n"
        "assert 'sync' in logging.root.manager.loggerDict\n"
        "assert not logging.root.handlers\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ})


def test_signature() -> None:
    """`sync_jobs` takes what programs pass, by position or name, with these defaults."""
    parameters = inspect.signature(sync_jobs).parameters
    defaults = {"strategy": None, "exclude": None, "doc_sync": None, **FLAGS}
    assert list(parameters)[:13] == ["src", "dst", *defaults]
    for name, default in defaults.items():
        assert parameters[name].default is default
    assert list(inspect.signature(signac.job.Job.sync).parameters)[:5] == [
        "self",
        "other",
        "strategy",
        "exclude",
        "doc_sync",
    ]


@pytest.mark.parametrize("call", ["method", "function", "names", "positions"])
def test_calls(src: Any, dst: Any, call: str) -> None:
    """All ways to call do the same, and return nothing."""
    put(src, "differs", "one")
    put(dst, "differs", "another")
    calls: dict[str, Any] = {
        "method": lambda: dst.sync(src, FileSync.always, "left", DocSync.update, recursive=True),
        "function": lambda: sync_jobs(src, dst, FileSync.always, "left", recursive=True),
        "names": lambda: sync_jobs(
            src=src, dst=dst, strategy=FileSync.always, exclude="left", recursive=True
        ),
        "positions": lambda: sync_jobs(src, dst, FileSync.always, "left", None, True),
    }
    put(src, "left_out")
    assert calls[call]() is None
    assert names(dst) == {"file", "sub", "sub/file", "differs", DOCUMENT}
    assert text(dst, "differs") == "one"
    assert read_json(dst.path, DOCUMENT) == {"d": 1, "n": {"k": 1}}


@pytest.mark.parametrize("name", FLAGS)
@pytest.mark.parametrize("value", [False, True])
def test_flags_are_accepted(src: Any, dst: Any, name: str, value: bool) -> None:
    """Each flag can be given as a keyword."""
    if name == "dry_run":
        value = False
    also = {"preserve_permissions": True} if name == "preserve_times" else {}
    dst.sync(src, **{**also, name: value})
    assert text(dst, "file") == "content"


@pytest.mark.parametrize("name", ["foo", "selection", "check_schema", "parallel", "collect_stats"])
def test_unknown_keyword(src: Any, dst: Any, name: str) -> None:
    """A keyword that jobs do not know is a `TypeError`, and nothing is done."""
    with pytest.raises(TypeError) as caught:
        dst.sync(src, **{name: None})
    assert_says(caught.value, name)
    assert names(dst) == set()


@pytest.mark.parametrize("what", [5, None, "text"])
def test_what_is_no_job(dst: Any, what: Any) -> None:
    """What is no job is an `AttributeError`, as far as programs know."""
    with pytest.raises(AttributeError) as caught:
        dst.sync(what)
    assert_says(caught.value)


# Which jobs.


@pytest.mark.parametrize("kind", ["handle", "another handle", "by id", "through a link"])
def test_job_with_itself(src: Any, tmp_path: Any, kind: str) -> None:
    """A job cannot be synchronised with itself, however it was reached."""
    os.symlink(src.project.path, tmp_path / "link")
    linked = signac.get_project(tmp_path / "link", search=False)
    other = {
        "handle": src,
        "another handle": src.project.open_job({"a": 0}),
        "by id": src.project.open_job(id=src.id),
        "through a link": linked.open_job({"a": 0}),
    }[kind]
    with unchanged(src.path), pytest.raises(ValueError) as caught:
        src.sync(other)
    assert_says(caught.value)


def test_uninitialised_job_with_itself(project: Any) -> None:
    """The same holds for a job that does not exist."""
    with pytest.raises(ValueError):
        project.open_job({"a": 0}).sync(project.open_job({"a": 0}))
    assert job_names(project) == set()


@pytest.mark.parametrize("there", [False, True])
def test_source_that_does_not_exist(project: Any, other_project: Any, there: bool) -> None:
    """A source that was not initialised changes nothing and creates nothing."""
    src, dst = other_project.open_job({"a": 0}), project.open_job({"a": 0})
    if there:
        put(dst.init(), "mine")
    with unchanged(project.path, other_project.path):
        dst.sync(src)
    assert src not in other_project
    assert (dst in project) is there


def test_destination_that_does_not_exist(src: Any, project: Any) -> None:
    """A destination that was not initialised is."""
    dst = project.open_job({"a": 0})
    dst.sync(src, recursive=True)
    assert dst in project
    assert read_json(dst.path, STATE_POINT) == {"a": 0}
    assert names(dst) == {"file", "sub", "sub/file", DOCUMENT}


def test_other_state_point(src: Any, project: Any) -> None:
    """The two jobs may have different state points; each keeps its own."""
    dst = project.open_job({"b": 5, "c": {"d": 1}})
    dst.sync(src)
    assert read_json(dst.path, STATE_POINT) == {"b": 5, "c": {"d": 1}}
    assert dst.sp() == {"b": 5, "c": {"d": 1}}
    assert text(dst, "file") == "content"
    assert src.sp() == {"a": 0}


def test_jobs_of_one_project(src: Any) -> None:
    """Two jobs of one project can be synchronised."""
    dst = src.project.open_job({"a": 1})
    dst.sync(src, recursive=True)
    assert names(dst) == names(src)
    assert len(src.project) == 2


# What stays, what follows.


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"strategy": FileSync.always, "recursive": True, "deep": True},
        {"strategy": FileSync.update, "doc_sync": DocSync.COPY},
        {"strategy": FileSync.never, "doc_sync": DocSync.update},
        {"doc_sync": DocSync.NO_SYNC, "follow_symlinks": False, "recursive": True},
    ],
)
def test_source_is_never_changed(src: Any, dst: Any, options: Any) -> None:
    """The source stays as it is, times of files included."""
    put(dst, "mine")
    os.symlink("file", src.fn("link"))
    with unchanged(src.project.path):
        dst.sync(src, **options)


@pytest.mark.parametrize("error", [FileSyncConflict, DocumentSyncConflict])
def test_source_is_not_changed_by_a_conflict(src: Any, dst: Any, error: Any) -> None:
    """The source stays as it is when the call raises, and nothing is left beside the files."""
    if error is FileSyncConflict:
        put(dst, "file", "another")
    dst.doc.d = 2
    with unchanged(src.project.path), pytest.raises(error):
        dst.sync(src)
    assert temporary_files(dst.project.path) == []


def test_again(src: Any, dst: Any) -> None:
    """A second call finds nothing to do and changes nothing."""
    dst.sync(src, recursive=True)
    with unchanged(dst.project.path):
        dst.sync(src, recursive=True)
        dst.sync(src, strategy=FileSync.always, recursive=True)


def test_both_ways(src: Any, dst: Any) -> None:
    """One call in each direction makes two jobs equal."""
    put(dst, "mine", "mine")
    dst.doc.mine = 1
    dst.sync(src, recursive=True)
    src.sync(dst, recursive=True)
    assert names(src) == names(dst)
    assert text(src, "mine") == "mine"
    assert src.doc() == dst.doc() == {"d": 1, "n": {"k": 1}, "mine": 1}


def test_stores(src: Any, dst: Any) -> None:
    """HDF5 files are files."""
    src.data["x"] = 5
    src.stores.other["y"] = 7
    dst.sync(src)
    assert dst.data["x"] == 5
    assert dst.stores.other["y"] == 7
    src.data["x"] = 6
    os.utime(src.fn("signac_data.h5"), (NEW, NEW))
    with pytest.raises(FileSyncConflict) as caught:
        dst.sync(src)
    assert caught.value.filename == "signac_data.h5"
    dst.sync(src, strategy=FileSync.always)
    assert dst.data["x"] == 6


def test_handles_stay_good(src: Any, dst: Any) -> None:
    """The handles can be used after the call as before."""
    dst.sync(src)
    assert dst.id == src.id
    assert dst.isfile("file")
    dst.sp.a = 1
    assert text(dst, "file") == "content"
    assert dst.doc() == {"d": 1, "n": {"k": 1}}


def test_damaged_source(src: Any, dst: Any) -> None:
    """A destination gets no state point from a source that has lost its own."""
    pathlib.Path(src.fn(STATE_POINT)).unlink()
    dst.sync(src)
    assert read_json(dst.path, STATE_POINT) == {"a": 0}
    assert text(dst, "file") == "content"


def test_damaged_destination(src: Any, dst: Any) -> None:
    """A destination with a damaged state point file is refused, as by `init`."""
    pathlib.Path(dst.fn(STATE_POINT)).write_text("junk")
    again = signac.get_project(dst.project.path).open_job({"a": 0})
    with pytest.raises(JobsCorruptedError) as caught:
        again.sync(src)
    assert_says(caught.value, dst.id)
    assert pathlib.Path(dst.fn(STATE_POINT)).read_text() == "junk"
