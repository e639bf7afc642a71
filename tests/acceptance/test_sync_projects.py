"""Synchronising one project with another: which jobs, the schema, statistics, threads, log."""

import inspect
import logging
import os
import pathlib
import shutil
import threading
from typing import Any

import pytest

import processes
import rawcheck
import signac
from acceptance.support import (
    PROJECT_DOCUMENT,
    STATE_POINT,
    assert_says,
    job_names,
    read_json,
    temporary_files,
    tree,
)
from acceptance.syncing import NEW, OLD, logged, names, put, text, unchanged
from signac.errors import (
    DocumentSyncConflict,
    FileSyncConflict,
    SchemaSyncConflict,
    SyncConflict,
)
from signac.sync import DocSync, FileSync, FileTransferStats, sync_projects


@pytest.fixture
def src(other_project: Any) -> Any:
    return other_project


@pytest.fixture
def dst(project: Any) -> Any:
    return project


def fill(project: Any, statepoints: Any) -> None:
    for statepoint in statepoints:
        project.open_job(statepoint).init()


def values(project: Any) -> list[Any]:
    """Return the values of `a`, read from disk."""
    return sorted(
        read_json(project.workspace, name, STATE_POINT)["a"] for name in job_names(project)
    )


def rich(src: Any, dst: Any) -> None:
    """Make three jobs in the source, of which the destination has one, with files in all."""
    for number in range(3):
        job = src.open_job({"a": number}).init()
        put(job, "file", f"file of {number}")
        put(job, "sub/file", f"deeper in {number}")
        job.doc = {"n": number, "nest": {"k": 1}}
    src.doc.title = "source"
    job = dst.open_job({"a": 0}).init()
    put(job, "mine", "mine")
    job.doc.mine = 1
    dst.doc.mine = 1


# The calls.


def test_signature() -> None:
    """`sync_projects` takes what programs pass, by position or name, with these defaults."""
    parameters = inspect.signature(sync_projects).parameters
    defaults = {
        "strategy": None,
        "exclude": None,
        "doc_sync": None,
        "selection": None,
        "check_schema": True,
        "recursive": False,
        "follow_symlinks": True,
        "preserve_permissions": False,
        "preserve_times": False,
        "preserve_owner": False,
        "preserve_group": False,
        "deep": False,
        "dry_run": False,
        "parallel": False,
        "collect_stats": False,
    }
    assert list(parameters)[:17] == ["source", "destination", *defaults]
    for name, default in defaults.items():
        assert parameters[name].default is default
    assert list(inspect.signature(signac.Project.sync).parameters)[:6] == [
        "self",
        "other",
        "strategy",
        "exclude",
        "doc_sync",
        "selection",
    ]


@pytest.mark.parametrize("call", ["method", "function", "names", "positions"])
def test_calls(src: Any, dst: Any, call: str) -> None:
    """All ways to call do the same, and return nothing."""
    rich(src, dst)
    put(dst.open_job({"a": 0}), "file", "another")
    put(src.open_job({"a": 0}), "left_out")
    always = FileSync.always
    calls: dict[str, Any] = {
        "method": lambda: dst.sync(src, always, "left", None, None, check_schema=False),
        "function": lambda: sync_projects(src, dst, always, "left", check_schema=False),
        "names": lambda: sync_projects(
            source=src, destination=dst, strategy=always, exclude="left", check_schema=False
        ),
        "positions": lambda: sync_projects(src, dst, always, "left", None, None, False),
    }
    assert calls[call]() is None
    assert values(dst) == [0, 1, 2]
    job = dst.open_job({"a": 0})
    assert text(job, "file") == "file of 0"
    assert not job.isfile("left_out")


def test_unknown_keyword(src: Any, dst: Any) -> None:
    """An unknown keyword is a `TypeError`, and nothing is done."""
    fill(src, [{"a": 0}])
    with pytest.raises(TypeError) as caught:
        dst.sync(src, foo=1)
    assert_says(caught.value, "foo")
    assert job_names(dst) == set()


@pytest.mark.parametrize("what", [5, None, "text"])
def test_what_is_no_project(dst: Any, what: Any) -> None:
    """What is no project is an `AttributeError`, as far as programs know."""
    with pytest.raises(AttributeError) as caught:
        dst.sync(what)
    assert_says(caught.value)


@pytest.mark.parametrize("kind", ["handle", "another handle", "through a link"])
def test_project_with_itself(src: Any, tmp_path: Any, kind: str) -> None:
    """A project cannot be synchronised with itself, however it was reached."""
    fill(src, [{"a": 0}])
    os.symlink(src.path, tmp_path / "link")
    path = tmp_path / "link" if kind == "through a link" else src.path
    other = src if kind == "handle" else signac.get_project(path, search=False)
    with unchanged(src.path), pytest.raises(ValueError) as caught:
        src.sync(other)
    assert_says(caught.value)


# Which jobs.


def test_new_and_present_jobs(src: Any, dst: Any) -> None:
    """New jobs come with everything, present ones get files and keys, others are untouched."""
    rich(src, dst)
    fill(dst, [{"a": 7}])
    with unchanged(src.path, dst.open_job({"a": 7}).path):
        dst.sync(src, check_schema=False)
    assert values(dst) == [0, 1, 2, 7]
    for number in (1, 2):
        copy = dst.open_job({"a": number})
        assert tree(copy.path) == tree(src.open_job({"a": number}).path)
        assert copy.doc() == {"n": number, "nest": {"k": 1}}
    job = dst.open_job({"a": 0})
    assert names(job) == {"mine", "file", "signac_job_document.json"}
    assert job.doc() == {"mine": 1, "n": 0, "nest": {"k": 1}}
    assert dst.doc() == {"mine": 1, "title": "source"}
    assert rawcheck.problems(dst.path) == []


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"recursive": False},
        {"exclude": ".*"},
        {"exclude": ["file", "sub", "signac"]},
        {"strategy": FileSync.never},
        {"doc_sync": DocSync.NO_SYNC},
        {"doc_sync": DocSync.COPY},
        {"deep": True},
        {"parallel": True},
    ],
)
def test_new_jobs_are_copied_whole(src: Any, dst: Any, options: Any) -> None:
    """A job that the destination lacks is copied with all there is, whatever the flags."""
    job = src.open_job({"a": 0}).init()
    put(job, "file")
    put(job, "sub/deep/file")
    os.makedirs(job.fn("empty"))
    job.doc.d = 1
    dst.sync(src, **options)
    assert tree(dst.open_job({"a": 0}).path) == tree(job.path)


def test_recursion_into_present_jobs(src: Any, dst: Any) -> None:
    """With `recursive` directories of present jobs are synchronised too."""
    rich(src, dst)
    dst.sync(src, check_schema=False, recursive=True)
    assert text(dst.open_job({"a": 0}), "sub/file") == "deeper in 0"


SELECTIONS: dict[str, tuple[Any, list[int]]] = {
    "none": (lambda src, dst: None, [0, 1, 2, 3, 4]),
    "empty": (lambda src, dst: [], []),
    "jobs of the source": (lambda src, dst: [src.open_job({"a": 1})], [1]),
    "jobs of the destination": (lambda src, dst: [dst.open_job({"a": 1})], [1]),
    "ids": (lambda src, dst: [src.open_job({"a": n}).id for n in (1, 3)], [1, 3]),
    "both": (lambda src, dst: [src.open_job({"a": 1}).id, dst.open_job({"a": 3})], [1, 3]),
    "cursor": (lambda src, dst: src.find_jobs({"a": {"$gt": 2}}), [3, 4]),
    "generator": (lambda src, dst: (job for job in src.find_jobs({"a": {"$gt": 2}})), [3, 4]),
    "set": (lambda src, dst: {src.open_job({"a": 1}).id}, [1]),
    "unknown id": (lambda src, dst: ["f" * 32, src.open_job({"a": 0}).id], [0]),
    "unknown job": (lambda src, dst: [dst.open_job({"a": 77})], []),
    "part of an id": (lambda src, dst: [src.open_job({"a": 1}).id[:8]], []),
}


@pytest.mark.parametrize("kind", SELECTIONS)
def test_selection(src: Any, dst: Any, kind: str) -> None:
    """`selection` takes jobs of either project and ids; what is unknown is ignored."""
    fill(src, [{"a": number} for number in range(5)])
    make, expected = SELECTIONS[kind]
    dst.sync(src, selection=make(src, dst))
    assert values(dst) == expected


def test_selection_of_present_jobs(src: Any, dst: Any) -> None:
    """Jobs outside the selection are not touched, nor do they conflict."""
    for number in range(2):
        put(src.open_job({"a": number}).init(), "file", "one")
        put(dst.open_job({"a": number}).init(), "file", "another")
    job = dst.open_job({"a": 1})
    with unchanged(dst.open_job({"a": 0}).path):
        dst.sync(src, FileSync.always, selection=[job])
    assert text(job, "file") == "one"


def test_bad_selection(src: Any, dst: Any) -> None:
    """What cannot be iterated is a `TypeError`."""
    fill(src, [{"a": 0}])
    with pytest.raises(TypeError) as caught:
        dst.sync(src, selection=5)
    assert_says(caught.value)


@pytest.mark.parametrize("which", ["source", "destination"])
def test_missing_workspace(src: Any, dst: Any, which: str) -> None:
    """A workspace that was deleted counts as empty; that of the destination is made again."""
    fill(src, [{"a": 0}])
    shutil.rmtree(src.workspace if which == "source" else dst.workspace)
    dst.sync(src)
    assert len(dst) == (0 if which == "source" else 1)


# The schema.


@pytest.mark.parametrize(
    ("source", "destination", "conflict"),
    [
        ([{"a": 1}], [{"a": 1}], False),
        ([{"a": 1}], [{"a": 2}], True),
        ([{"a": 1}], [{"b": 1}], True),
        ([{"a": 1}, {"a": 2}], [{"a": 1}], True),
        ([{"a": 1}], [{"a": 1}, {"a": 2}], True),
        ([{"a": 1}], [{"a": 1, "b": 2}], True),
        ([{"a": 1}], [{"a": 1.0}], True),
        ([{"a": {"b": 1}}], [{"a": {"b": 1}}], False),
        ([{"a": {"b": 1}}], [{"a": {"b": 2}}], True),
        ([], [{"a": 1}], False),
        ([{"a": 1}], [], False),
        ([], [], False),
    ],
)
def test_schema_check(src: Any, dst: Any, source: Any, destination: Any, conflict: bool) -> None:
    """Projects whose state points have other keys or values conflict, unless one is empty."""
    fill(src, source)
    fill(dst, destination)
    if not conflict:
        dst.sync(src)
        assert job_names(src) <= job_names(dst)
        return
    before = tree(dst.path)
    with pytest.raises(SchemaSyncConflict) as caught:
        dst.sync(src)
    assert_says(caught.value, "schema")
    assert isinstance(caught.value, SyncConflict)
    assert isinstance(caught.value, RuntimeError)
    assert caught.value.schema_src == src.detect_schema()
    assert caught.value.schema_dst == dst.detect_schema()
    assert tree(dst.path) == before
    dst.sync(src, check_schema=False)
    assert job_names(src) <= job_names(dst)


@pytest.mark.parametrize("selection", [[], "present"])
def test_schema_check_ignores_the_selection(src: Any, dst: Any, selection: Any) -> None:
    """The schemas are those of the projects, whatever is selected."""
    fill(src, [{"a": 1}, {"a": 2}])
    fill(dst, [{"a": 1}])
    chosen = [dst.open_job({"a": 1})] if selection else []
    with pytest.raises(SchemaSyncConflict):
        dst.sync(src, selection=chosen)


def test_schema_comes_before_the_documents(src: Any, dst: Any) -> None:
    """The schema is checked before anything is changed, the project document included."""
    fill(src, [{"a": 1}])
    fill(dst, [{"a": 2}])
    src.doc.x = 1
    with unchanged(src.path), pytest.raises(SchemaSyncConflict):
        dst.sync(src)
    assert not pathlib.Path(dst.fn(PROJECT_DOCUMENT)).exists()


# Conflicts.


def test_file_conflict(src: Any, dst: Any) -> None:
    """A file conflict in a job comes out of the call for the project."""
    put(src.open_job({"a": 0}).init(), "file", "one")
    put(dst.open_job({"a": 0}).init(), "file", "another")
    with pytest.raises(FileSyncConflict) as caught:
        dst.sync(src)
    assert caught.value.filename == "file"
    assert_says(caught.value, "file")


def test_document_conflict(src: Any, dst: Any) -> None:
    """A document conflict in a job comes out of the call for the project."""
    src.open_job({"a": 0}).init().doc = {"n": {"p": 1}}
    dst.open_job({"a": 0}).init().doc = {"n": {"p": 2}}
    with pytest.raises(DocumentSyncConflict) as caught:
        dst.sync(src)
    assert set(caught.value.keys) == {"n.p"}
    assert_says(caught.value, "n.p")


def test_strategy_gets_jobs_of_the_projects(src: Any, dst: Any) -> None:
    """The strategy is called with the job of the source, that of the destination, and the name."""
    put(src.open_job({"a": 0}).init(), "sub/file", "one")
    put(dst.open_job({"a": 0}).init(), "sub/file", "another")
    asked = []
    dst.sync(src, strategy=lambda *arguments: asked.append(arguments), recursive=True)
    ((source, destination, name),) = asked
    assert source.path == src.open_job({"a": 0}).path
    assert destination.path == dst.open_job({"a": 0}).path
    assert source.sp() == destination.sp() == {"a": 0}
    assert name == "sub/file"


@pytest.mark.parametrize("parallel", [False, True, 2])
def test_update_strategy(src: Any, dst: Any, parallel: Any) -> None:
    """`update` decides file by file over all jobs."""
    for number in range(4):
        newer = number % 2
        put(src.open_job({"a": number}).init(), "file", "one", mtime=NEW if newer else OLD)
        put(dst.open_job({"a": number}).init(), "file", "another", mtime=OLD if newer else NEW)
    dst.sync(src, FileSync.update, parallel=parallel)
    contents = [text(dst.open_job({"a": number}), "file") for number in range(4)]
    assert contents == ["another", "one", "another", "one"]


# Statistics.


def test_statistics(src: Any, dst: Any) -> None:
    """The statistics count the files that were copied, and their bytes."""
    job = src.open_job({"a": 0}).init()
    put(job, "file", "xyz")
    put(job, "sub/file", "12345")
    job.doc.x = 1
    src.doc.title = "not a file that is copied"
    size = sum(len(content or b"") for content in tree(job.path).values())
    stats = dst.sync(src, collect_stats=True)
    assert isinstance(stats, FileTransferStats)
    assert stats == (4, size)
    assert (stats.num_files, stats.volume) == (4, size)
    assert dst.sync(src, collect_stats=True) == (0, 0)
    put(job, "new", "abcd")
    put(job, "sub/new", "abcde")
    assert dst.sync(src, collect_stats=True) == (1, 4)
    assert dst.sync(src, collect_stats=True, recursive=True) == (1, 5)


def test_statistics_of_strategies(src: Any, dst: Any) -> None:
    """Files that are overwritten count, those that are not do not, nor do merged keys."""
    put(src.open_job({"a": 0}).init(), "file", "12345")
    put(dst.open_job({"a": 0}).init(), "file", "1")
    src.open_job({"a": 0}).doc.x = 1
    assert dst.sync(src, FileSync.never, collect_stats=True) == (0, 0)
    assert dst.sync(src, FileSync.always, collect_stats=True) == (1, 5)


def test_links_do_not_count(src: Any, dst: Any) -> None:
    """Links that are made again do not count; files do."""
    job = src.open_job({"a": 0}).init()
    put(job, "file", "xyz")
    os.symlink("file", job.fn("link"))
    size = os.path.getsize(job.fn(STATE_POINT))
    assert dst.sync(src, follow_symlinks=False, collect_stats=True) == (2, 3 + size)


# Threads.


@pytest.mark.parametrize(
    ("parallel", "threads"), [(False, False), (None, False), (0, False), (True, True), (3, True)]
)
def test_parallel(src: Any, dst: Any, parallel: Any, threads: bool) -> None:
    """With `parallel` jobs are synchronised in threads, with the same result and statistics."""
    for number in range(12):
        job = src.open_job({"a": number}).init()
        put(job, "file", "one")
        job.doc.n = number
        if number % 2:
            put(dst.open_job({"a": number}).init(), "file", "another")
    seen = set()

    def strategy(*_: Any) -> bool:
        seen.add(threading.current_thread() is threading.main_thread())
        return True

    stats = dst.sync(src, strategy, check_schema=False, parallel=parallel, collect_stats=True)
    assert stats.num_files == 6 * 3 + 6
    assert seen == {not threads}
    assert rawcheck.difference(rawcheck.snapshot(dst.path), rawcheck.snapshot(src.path)) == []


@pytest.mark.parametrize(
    ("parallel", "error"), [(-1, ValueError), ("x", TypeError), (1.5, TypeError)]
)
def test_bad_number_of_threads(src: Any, dst: Any, parallel: Any, error: Any) -> None:
    """A number of threads that makes no sense is an error, and nothing is done."""
    fill(src, [{"a": 0}])
    with pytest.raises(error) as caught:
        dst.sync(src, parallel=parallel)
    assert_says(caught.value)
    assert job_names(dst) == set()


def test_conflict_in_a_thread(src: Any, dst: Any) -> None:
    """A conflict comes out of threads as it does without."""
    for number in range(4):
        put(src.open_job({"a": number}).init(), "file", "one")
        put(dst.open_job({"a": number}).init(), "file", "another")
    with pytest.raises(FileSyncConflict) as caught:
        dst.sync(src, parallel=True)
    assert caught.value.filename == "file"


# What stays.


@pytest.mark.parametrize("parallel", [False, True])
def test_source_is_never_changed(src: Any, dst: Any, parallel: bool) -> None:
    """The source stays as it is, times of files included."""
    rich(src, dst)
    with unchanged(src.path):
        dst.sync(src, FileSync.always, check_schema=False, recursive=True, parallel=parallel)
    assert temporary_files(src.path) == []


def test_new_jobs_are_found(src: Any, dst: Any) -> None:
    """An open project sees the jobs that came in, by every kind of search."""
    assert len(dst.find_jobs({"a": 1})) == 0
    rich(src, dst)
    dst.sync(src, check_schema=False)
    assert len(dst) == 3
    assert len(dst.find_jobs({"a": 1})) == 1
    assert [job.sp.a for job in dst.find_jobs({"doc.n": 2})] == [2]
    assert src.open_job({"a": 2}) not in src.find_jobs({"a": 1})


# Logging.


def test_log(src: Any, dst: Any, caplog: Any) -> None:
    """`sync` tells at INFO what it begins, how far it is, and what it did."""
    rich(src, dst)
    caplog.set_level(logging.INFO)
    caplog.clear()
    dst.sync(src, check_schema=False)
    messages = logged(caplog, logging.INFO)
    assert src.path in messages[0]
    assert dst.path in messages[0]
    progress = [message for message in messages if "progress" in message]
    assert progress == [f"Project sync progress: {number}/3" for number in (1, 2, 3)]
    assert "1" in messages[-1]
    assert "2" in messages[-1]
    assert "progress" not in messages[-1]
    skipped = logged(caplog, logging.WARNING)
    assert len(skipped) == 1
    assert "sub" in skipped[0]


def test_details_in_the_log(src: Any, dst: Any, caplog: Any) -> None:
    """`sync` tells at `MORE` the strategies, each job, each file and each key."""
    rich(src, dst)
    caplog.set_level(1)
    dst.sync(src, FileSync.always, doc_sync=DocSync.ByKey("zzz"), check_schema=False)
    messages = logged(caplog, 15)
    assert any("always" in message for message in messages)
    assert any("ByKey" in message for message in messages)
    assert any("title" in message for message in messages)
    for job in src:
        assert any(job.id in message for message in messages)
    assert any(os.path.join(src.open_job({"a": 0}).id, "file") in message for message in messages)


# Others at work.


def test_readers_see_whole_jobs(src: Any, dst: Any) -> None:
    """While jobs come in, others see each of them whole or not at all, and every read works."""
    for number in range(60):
        job = src.open_job({"a": number}).init()
        for name in ("one", "two", "sub/three"):
            put(job, name, str(number) * 2000)
        job.doc.n = number
    present = dst.open_job({"a": 0}).init()
    for name in ("one", "two", "sub/three"):
        put(present, name, "x" * 3000)

    def read() -> int:
        project = signac.get_project(dst.path, search=False)
        rounds = 0
        while True:
            rounds += 1
            found = list(project.find_jobs())
            for job in found:
                number = job.sp.a
                for name in ("one", "two", "sub/three"):
                    assert text(job, name) in (str(number) * 2000, "x" * 3000 if not number else "")
                assert job.doc() in ({"n": number}, {} if not number else None)
            if len(found) == 60 and all(job.doc() for job in found):
                return rounds

    readers = [processes.start(read) for _ in range(2)]
    dst.sync(src, FileSync.always, check_schema=False, recursive=True)
    for reader in readers:
        assert reader.result().get() > 0
