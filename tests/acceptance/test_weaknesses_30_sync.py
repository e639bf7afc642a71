"""Defects of the released peer that concern synchronisation, held as mended.

The number of each test is that of the list in the behaviour reference on projects; what begins
with `job` has the number of the list on jobs.
"""

import logging
import os
import pathlib
import shutil
import subprocess
import sys
from typing import Any

import pytest

import rawcheck
import signac
from acceptance.support import (
    DOCUMENT,
    PROJECT_DOCUMENT,
    STATE_POINT,
    assert_says,
    job_names,
    read_json,
    temporary_files,
)
from acceptance.syncing import NEW, OLD, logged, names, put, text, unchanged
from signac.errors import (
    DocumentSyncConflict,
    Error,
    FileSyncConflict,
    SchemaSyncConflict,
    SyncConflict,
)
from signac.sync import DocSync, FileSync, sync_jobs, sync_projects


@pytest.fixture
def src(other_project: Any) -> Any:
    return other_project.open_job({"a": 0}).init()


@pytest.fixture
def dst(project: Any) -> Any:
    return project.open_job({"a": 0}).init()


# 7: a dry run.


def new_job(src: Any, dst: Any) -> list[str]:
    job = src.project.open_job({"a": 1}).init()
    put(job, "in_new_job")
    put(job, "sub/deep_in_new_job")
    job.doc.x = 1
    return [job.id]


def new_file(src: Any, dst: Any) -> list[str]:
    put(src, "new_file")
    return ["new_file"]


def new_directory(src: Any, dst: Any) -> list[str]:
    put(src, "new_folder/deep/file")
    os.makedirs(src.fn("empty_folder"))
    return ["new_folder"]


def new_in_directory(src: Any, dst: Any) -> list[str]:
    put(src, "folder/new_file")
    put(dst, "folder/mine")
    return ["new_file"]


def other_file(src: Any, dst: Any) -> list[str]:
    put(src, "other_file", "one")
    put(dst, "other_file", "another")
    return ["other_file"]


def new_link(src: Any, dst: Any) -> list[str]:
    put(src, "target")
    os.symlink("target", src.fn("new_link"))
    return ["new_link", "target"]


def keys(src: Any, dst: Any) -> list[str]:
    src.doc = {"new_key": 1, "n": {"new": 1}, "other_key": 1}
    dst.doc = {"n": {"mine": 1}, "other_key": 2}
    return []


def new_document(src: Any, dst: Any) -> list[str]:
    src.doc.new_key = 1
    return []


def project_keys(src: Any, dst: Any) -> list[str]:
    src.project.doc.new_key = 1
    return []


def nothing(src: Any, dst: Any) -> list[str]:
    return []


def everything(src: Any, dst: Any) -> list[str]:
    said = []
    for change in (new_job, new_file, new_directory, new_in_directory, other_file, new_link, keys):
        said += change(src, dst)
    src.project.doc.title = "source"
    return said


CHANGES = [
    nothing,
    new_job,
    new_file,
    new_directory,
    new_in_directory,
    other_file,
    new_link,
    keys,
    new_document,
    project_keys,
    everything,
]
WET: dict[str, Any] = {
    "strategy": FileSync.always,
    "recursive": True,
    "doc_sync": DocSync.update,
    "check_schema": False,
    "collect_stats": True,
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"doc_sync": DocSync.COPY},
        {"doc_sync": DocSync.ByKey(".*")},
        {"parallel": True},
        {"deep": True, "follow_symlinks": False},
        {"preserve_permissions": True, "preserve_times": True},
    ],
    ids=["update", "copy", "by key", "parallel", "deep", "preserving"],
)
def test_7_dry_run_changes_nothing(src: Any, dst: Any, change: Any, options: Any) -> None:
    """A dry run changes not a file and not a time, and counts what the real one copies."""
    change(src, dst)
    source, destination = src.project, dst.project
    with unchanged(source.path, destination.path):
        dry = destination.sync(source, **{**WET, **options}, dry_run=True)
    assert destination.sync(source, **{**WET, **options}) == dry
    assert rawcheck.problems(destination.path) == []


@pytest.mark.parametrize("change", CHANGES)
def test_7_dry_run_says_everything(src: Any, dst: Any, change: Any, caplog: Any) -> None:
    """A dry run logs the name of each file, directory and job that would be copied."""
    said = change(src, dst)
    caplog.set_level(logging.INFO)
    dst.project.sync(src.project, **WET, dry_run=True)
    messages = logged(caplog)
    for name in said:
        assert any(name in message for message in messages), (name, messages)


@pytest.mark.parametrize("change", CHANGES)
def test_7_dry_run_of_jobs(src: Any, dst: Any, change: Any) -> None:
    """A dry run of two jobs changes nothing and returns nothing."""
    change(src, dst)
    options = {"strategy": FileSync.always, "recursive": True, "doc_sync": DocSync.update}
    with unchanged(src.project.path, dst.project.path):
        assert dst.sync(src, **options, dry_run=True) is None
        assert sync_jobs(src, dst, **options, dry_run=True) is None


def test_7_dry_run_with_a_new_job(src: Any, project: Any) -> None:
    """A dry run with a destination that does not exist does not create it."""
    put(src, "file")
    src.doc.x = 1
    dst = project.open_job({"a": 0})
    with unchanged(src.project.path, project.path):
        dst.sync(src, dry_run=True)
        project.sync(src.project, dry_run=True)
    assert dst not in project


def test_7_dry_run_without_a_workspace(src: Any, project: Any) -> None:
    """A dry run does not even create a missing workspace."""
    shutil.rmtree(project.workspace)
    project.sync(src.project, dry_run=True)
    assert not os.path.lexists(project.workspace)


def test_7_dry_run_with_an_own_function(src: Any, dst: Any) -> None:
    """A function of one's own may do what it likes to the document: nothing of it is kept."""
    src.doc.x = 1
    dst.doc = {"y": {"k": [1]}}
    src.project.doc.x = 1

    def merge(theirs: Any, mine: Any) -> None:
        mine["own"] = 1
        mine.update({"more": 1})
        if "y" in mine:
            mine["y"]["k"] = 2

    with unchanged(src.project.path, dst.project.path):
        dst.sync(src, doc_sync=merge, dry_run=True)
        dst.project.sync(src.project, doc_sync=merge, dry_run=True)
    assert dst.doc() == {"y": {"k": [1]}}
    assert dst.project.doc() == {}


@pytest.mark.parametrize("call", ["job", "project"])
def test_7_dry_run_finds_conflicts(src: Any, dst: Any, call: str) -> None:
    """A dry run raises the conflicts of the real one."""
    source, destination = (src, dst) if call == "job" else (src.project, dst.project)
    put(src, "file", "one")
    put(dst, "file", "another")
    with unchanged(src.project.path, dst.project.path):
        with pytest.raises(FileSyncConflict) as caught:
            destination.sync(source, dry_run=True)
        assert caught.value.filename == "file"
    src.doc.a = 1
    dst.doc.a = 2
    with unchanged(src.project.path, dst.project.path):
        with pytest.raises(DocumentSyncConflict) as caught_keys:
            destination.sync(source, FileSync.always, dry_run=True)
        assert set(caught_keys.value.keys) == {"a"}


# 14: nothing is skipped silently.

SPECIAL = ["tags", "RCS", "CVS", ".git", ".hg", ".bzr", "_darcs", "__pycache__", ".svn", "SCCS"]


@pytest.mark.parametrize("present", [False, True])
@pytest.mark.parametrize("name", SPECIAL)
def test_14_special_names(src: Any, dst: Any, name: str, present: bool) -> None:
    """Files and directories are synchronised whatever they are called."""
    put(src, name, "a file")
    put(src, f"sub/{name}/file", "in a directory")
    if present:
        put(dst, name, "mine")
        put(dst, f"sub/{name}/file", "mine")
    dst.sync(src, FileSync.always, recursive=True)
    assert text(dst, name) == "a file"
    assert text(dst, f"sub/{name}/file") == "in a directory"


@pytest.mark.parametrize("name", SPECIAL)
def test_14_special_names_conflict(src: Any, dst: Any, name: str) -> None:
    """Files conflict whatever they are called."""
    put(src, name, "one")
    put(dst, name, "another")
    with pytest.raises(FileSyncConflict) as caught:
        dst.sync(src)
    assert caught.value.filename == name


@pytest.mark.parametrize(
    "name",
    [
        f"{STATE_POINT}.bak",
        f"{DOCUMENT}_old",
        "signac_statepointXjson",
        f"sub/{STATE_POINT}",
        f"sub/{DOCUMENT}",
    ],
)
def test_14_names_like_those_of_the_format(src: Any, dst: Any, name: str) -> None:
    """Only the two files of the format itself are left out, not what has similar names."""
    put(src, name, "one")
    os.makedirs(dst.fn("sub"))
    dst.sync(src, recursive=True)
    assert text(dst, name) == "one"


@pytest.mark.parametrize("directory_in", ["source", "destination"])
@pytest.mark.parametrize("strategy", [None, FileSync.always, FileSync.update])
def test_14_file_against_directory(src: Any, dst: Any, directory_in: str, strategy: Any) -> None:
    """A file where the other has a directory is a conflict, and nothing is deleted."""
    file_in, folder_in = (dst, src) if directory_in == "source" else (src, dst)
    put(file_in, "clash", "file", mtime=OLD)
    put(folder_in, "clash/file", "in it")
    put(src, "fine")
    with unchanged(src.path), pytest.raises(FileSyncConflict) as caught:
        dst.sync(src, strategy, recursive=True)
    assert caught.value.filename == "clash"
    assert_says(caught.value, "clash")
    assert text(file_in, "clash") == "file"
    assert text(folder_in, "clash/file") == "in it"


def test_14_file_against_directory_never(src: Any, dst: Any) -> None:
    """`never` leaves the destination as it is, and goes on."""
    put(src, "clash", "file")
    put(dst, "clash/file", "in it")
    put(src, "fine")
    dst.sync(src, FileSync.never, recursive=True)
    assert text(dst, "clash/file") == "in it"
    assert dst.isfile("fine")


@pytest.mark.parametrize("follow", [False, True])
def test_14_dangling_links(src: Any, dst: Any, follow: bool, caplog: Any) -> None:
    """A link to nothing is made again, or named; the other files come in any case."""
    os.symlink("nowhere", src.fn("dangling"))
    put(src, "fine")
    message = ""
    try:
        dst.sync(src, follow_symlinks=follow)
    except (Error, OSError) as error:
        assert follow, "a link that is made again needs no target"
        message = str(error)
    assert dst.isfile("fine")
    if not follow:
        assert os.readlink(dst.fn("dangling")) == "nowhere"
    elif not os.path.lexists(dst.fn("dangling")):
        warned = logged(caplog, logging.WARNING)
        assert "dangling" in " ".join([message, *warned])


# 30 and job 47: the rest.


@pytest.mark.parametrize("parallel", [False, True])
def test_30_deep_for_projects(src: Any, dst: Any, parallel: bool) -> None:
    """`deep` holds for projects: equal size and time do not hide other content."""
    for name in ("file", "sub/file"):
        put(src, name, "abc", mtime=OLD)
        put(dst, name, "xyz", mtime=OLD)
    source, destination = src.project, dst.project
    destination.sync(source, FileSync.always, recursive=True, parallel=parallel)
    assert text(dst, "file") == text(dst, "sub/file") == "xyz"
    with pytest.raises(FileSyncConflict):
        destination.sync(source, recursive=True, deep=True, parallel=parallel)
    sync_projects(source, destination, FileSync.always, recursive=True, deep=True)
    assert text(dst, "file") == text(dst, "sub/file") == "abc"


@pytest.mark.parametrize("call", ["job", "project document"])
def test_30_keys_keep_their_parents(src: Any, dst: Any, call: str) -> None:
    """Keys are reported, and matched, under their full dotted names at any depth."""
    source, destination = (src, dst) if call == "job" else (src.project, dst.project)
    source.doc = {"a": {"b": {"c": {"d": 1}, "e": 1}, "f": 1}}
    destination.doc = {"a": {"b": {"c": {"d": 2}, "e": 2}, "f": 2}}
    with pytest.raises(DocumentSyncConflict) as caught:
        destination.sync(source)
    assert set(caught.value.keys) == {"a.b.c.d", "a.b.e", "a.f"}
    assert_says(caught.value, "a.b.c.d", "a.b.e", "a.f")
    asked = set()
    destination.sync(source, doc_sync=DocSync.ByKey(asked.add))
    assert asked == {"a.b.c.d", "a.b.e", "a.f"}
    by_key = DocSync.ByKey(r"a\.b\.c")
    destination.sync(source, doc_sync=by_key)
    assert by_key.skipped_keys == {"a.b.e", "a.f"}
    assert destination.doc() == {"a": {"b": {"c": {"d": 1}, "e": 2}, "f": 2}}


@pytest.mark.parametrize(
    ("source", "destination", "keys"),
    [
        ({"a": {"x": 1}}, {"a": 2}, {"a"}),
        ({"a": {"x": 1}}, {"a": [1]}, {"a"}),
        ({"a": {"x": 1}}, {"a": None}, {"a"}),
        ({"a": {"x": 1}}, {"a": "x"}, {"a"}),
        ({"n": {"a": {}}}, {"n": {"a": 2}}, {"n.a"}),
        ({"a": [1]}, {"a": {"x": 1}}, {"a"}),
    ],
)
def test_30_mapping_against_value(
    src: Any, dst: Any, source: Any, destination: Any, keys: set[str]
) -> None:
    """A mapping against a value is a conflict like any other, which a rule resolves."""
    src.doc = source
    dst.doc = destination
    with pytest.raises(DocumentSyncConflict) as caught:
        dst.sync(src)
    assert set(caught.value.keys) == keys
    assert dst.doc() == destination
    dst.sync(src, doc_sync=DocSync.ByKey("zzz"))
    assert dst.doc() == destination
    dst.sync(src, doc_sync=DocSync.ByKey(".*"))
    assert dst.doc() == source


def test_30_rule_used_again(project: Any, other_project: Any) -> None:
    """One `ByKey()` that met a conflict does not carry it to other documents."""
    rule = DocSync.ByKey()
    for number, theirs, mine in ((0, {"a": 1}, {"a": 2}), (1, {"b": 1}, {"c": 1})):
        other_project.open_job({"a": number}).init().doc = theirs
        project.open_job({"a": number}).init().doc = mine
    first, second = ({"a": 0}, {"a": 1})
    with pytest.raises(DocumentSyncConflict):
        project.open_job(first).sync(other_project.open_job(first), doc_sync=rule)
    project.open_job(second).sync(other_project.open_job(second), doc_sync=rule)
    assert project.open_job(second).doc() == {"b": 1, "c": 1}


@pytest.mark.parametrize("call", ["job", "project"])
def test_30_exclude_is_not_changed(src: Any, dst: Any, call: str) -> None:
    """A list given as `exclude` is left as it is."""
    exclude = ["foo", "bar"]
    put(src, "foo")
    put(src, "file")
    source, destination = (src, dst) if call == "job" else (src.project, dst.project)
    for _ in range(2):
        destination.sync(source, exclude=exclude)
    assert exclude == ["foo", "bar"]
    assert names(dst) - {DOCUMENT} == {"file"}


def test_30_exclude_as_a_tuple(src: Any, dst: Any) -> None:
    """A tuple of patterns is as good as a list."""
    put(src, "foo")
    put(src, "file")
    dst.sync(src, exclude=("foo", "bar"))
    assert names(dst) - {DOCUMENT} == {"file"}


@pytest.mark.parametrize("content", ["{}", '{"d": 9}', "junk", ""])
@pytest.mark.parametrize("rule", [None, DocSync.update, DocSync.COPY])
def test_job_47_leftover_backup(src: Any, dst: Any, content: str, rule: Any) -> None:
    """A backup that the released peer left behind does not block, and is not believed."""
    src.doc.a = 1
    dst.doc = {"b": 2}
    pathlib.Path(dst.fn(DOCUMENT + "~")).write_text(content)
    src.project.doc.a = 1
    pathlib.Path(dst.project.fn(PROJECT_DOCUMENT + "~")).write_text(content)
    dst.project.sync(src.project, FileSync.always, doc_sync=rule)
    assert read_json(dst.path, DOCUMENT) == ({"a": 1} if rule == "copy" else {"a": 1, "b": 2})
    assert dst.project.doc() == ({} if rule == "copy" else {"a": 1})


# What other lists of the reference and the promises of this project say.


@pytest.mark.parametrize("rule", [None, DocSync.update, DocSync.ByKey("a")])
def test_modes_of_documents_are_kept(src: Any, dst: Any, rule: Any) -> None:
    """Merging keys into a document keeps its mode."""
    src.doc.a = 1
    dst.doc.b = 2
    os.chmod(dst.fn(DOCUMENT), 0o600)
    dst.sync(src, doc_sync=rule)
    assert read_json(dst.path, DOCUMENT) == {"a": 1, "b": 2}
    assert os.stat(dst.fn(DOCUMENT)).st_mode & 0o777 == 0o600


@pytest.mark.parametrize("parallel", [False, True])
def test_again(src: Any, dst: Any, parallel: bool) -> None:
    """A second call finds nothing to do, and writes no file and no document again."""
    put(src, "file")
    put(src, "sub/file")
    src.doc = {"a": 1}
    dst.doc = {"mine": 1}
    src.project.doc.a = 1
    dst.project.doc.mine = 1
    options = {"recursive": True, "parallel": parallel, "collect_stats": True}
    dst.project.sync(src.project, **options)
    document = dst.project.fn(PROJECT_DOCUMENT)
    written = os.stat(document).st_mtime_ns
    with unchanged(src.project.path, dst.path):
        assert dst.project.sync(src.project, **options) == (0, 0)
        dst.project.sync(src.project, doc_sync=DocSync.update, **options)
    assert os.stat(document).st_mtime_ns == written


def conflicting(src: Any, dst: Any) -> None:
    """Make five jobs: a file conflict, two document conflicts, one new and one present job."""
    for number in range(5):
        theirs = src.project.open_job({"a": number}).init()
        put(theirs, "file", "one")
        theirs.doc.n = number
        if number < 4:
            mine = dst.project.open_job({"a": number}).init()
            put(mine, "mine")
            if number == 0:
                put(mine, "file", "another")
            elif number < 3:
                mine.doc.n = -1


@pytest.mark.parametrize("parallel", [False, True])
def test_one_conflict_does_not_stop_the_others(src: Any, dst: Any, parallel: bool) -> None:
    """All other jobs are synchronised; the error is a conflict and names every job in question."""
    conflicting(src, dst)
    with pytest.raises(SyncConflict) as caught:
        dst.project.sync(src.project, check_schema=False, parallel=parallel)
    assert isinstance(caught.value, (FileSyncConflict, DocumentSyncConflict))
    assert len(caught.value.conflicts) == 3
    assert all(isinstance(conflict, SyncConflict) for conflict in caught.value.conflicts)
    for number in range(3):
        assert_says(caught.value, dst.project.open_job({"a": number}).id)
    for number in (3, 4):
        job = dst.project.open_job({"a": number})
        assert text(job, "file") == "one"
        assert job.doc() == {"n": number}
    dst.project.sync(
        src.project, FileSync.always, doc_sync=DocSync.update, check_schema=False, parallel=parallel
    )
    for number in range(5):
        job = dst.project.open_job({"a": number})
        assert text(job, "file") == "one"
        assert job.doc() == {"n": number}


def test_one_damaged_job_does_not_stop_the_others(src: Any, dst: Any) -> None:
    """A job that cannot be read is named by an error, once the others are there."""
    jobs = [src.project.open_job({"a": number}).init() for number in range(6)]
    bad = sorted(jobs, key=lambda job: job.id)[2]
    for job in jobs:
        put(job, "file")
    pathlib.Path(bad.fn(STATE_POINT)).write_text("junk")
    dst.remove()
    source = signac.get_project(src.project.path)
    with pytest.raises(Error) as caught:
        dst.project.sync(source, check_schema=False)
    assert_says(caught.value, bad.id)
    assert job_names(dst.project) == job_names(source) - {bad.id}
    assert rawcheck.problems(dst.project.path) == []


@pytest.mark.parametrize("parallel", [False, True])
def test_one_failing_file_does_not_stop_the_others(src: Any, dst: Any, parallel: bool) -> None:
    """A strategy that raises for one job does not keep the others from being synchronised."""
    for number in range(4):
        put(src.project.open_job({"a": number}).init(), "file", "one")
        put(dst.project.open_job({"a": number}).init(), "file", "another")

    def strategy(source: Any, *_: Any) -> bool:
        if source.sp.a == 1:
            raise ZeroDivisionError("mine")
        return True

    with pytest.raises((ZeroDivisionError, Error)) as caught:
        dst.project.sync(src.project, strategy, check_schema=False, parallel=parallel)
    assert "mine" in str(caught.value)
    contents = [text(dst.project.open_job({"a": number}), "file") for number in range(4)]
    assert contents == ["one", "another", "one", "one"]


@pytest.mark.parametrize(
    ("theirs", "mine", "conflict"),
    [
        ([{"a": 1}], [{"a": 2}], False),
        ([{"a": 1, "n": {"b": 1}}], [{"a": 2, "n": {"b": 3}}], False),
        ([{"a": 1}], [{"a": "text"}], False),
        ([{"a": 1}], [{"b": 1}], True),
        ([{"a": 1}], [{"a": 1, "b": 2}], True),
        ([{"n": {"b": 1}}], [{"n": {"c": 1}}], True),
        ([], [{"b": 1}], False),
    ],
)
def test_check_of_keys(
    project: Any, other_project: Any, theirs: Any, mine: Any, conflict: bool
) -> None:
    """`check_schema="keys"` compares the keys alone, so that other values are no conflict."""
    for owner, statepoints in ((other_project, theirs), (project, mine)):
        for statepoint in statepoints:
            owner.open_job(statepoint).init()
    if conflict:
        with pytest.raises(SchemaSyncConflict):
            project.sync(other_project, check_schema="keys")
        assert len(project) == len(mine)
    else:
        project.sync(other_project, check_schema="keys")
        assert len(project) == len(theirs) + len(mine)


@pytest.mark.parametrize("check", ["values", 2, "Keys"])
def test_bad_check(src: Any, dst: Any, check: Any) -> None:
    """A check that does not exist is an error, or means the full check; never less."""
    src.project.open_job({"b": 1}).init()
    with pytest.raises((SchemaSyncConflict, ValueError, TypeError)) as caught:
        dst.project.sync(src.project, check_schema=check)
    assert_says(caught.value)
    assert len(dst.project) == 1


def test_buffered_documents(src: Any, dst: Any) -> None:
    """Keys that wait in the buffer are part of the documents."""
    src.doc.old = 1
    with signac.buffered():
        src.doc.waiting = 1
        dst.doc.mine = 1
        dst.sync(src)
        assert dst.doc() == {"old": 1, "waiting": 1, "mine": 1}
    assert read_json(dst.path, DOCUMENT) == {"old": 1, "waiting": 1, "mine": 1}


def test_keys_written_meanwhile_are_kept(src: Any, dst: Any) -> None:
    """What others write into the destination while a rule decides is not lost."""
    src.doc = {"a": 1, "b": 1}
    dst.doc = {"a": 2}
    other = (
        "import signac, sys\n"
        "job = signac.get_project(sys.argv[1], search=False).open_job(id=sys.argv[2])\n"
        "job.doc.others = 1\n"
    )
    started = []

    def rule(_: str) -> bool:
        command = [sys.executable, "-c", other, dst.project.path, dst.id]
        started.append(subprocess.Popen(command))
        try:
            # It is done at once, or waits for the document until the call is over.
            started[0].wait(1)
        except subprocess.TimeoutExpired:
            pass
        return True

    dst.sync(src, doc_sync=DocSync.ByKey(rule))
    assert started[0].wait(60) == 0
    assert read_json(dst.path, DOCUMENT) == {"a": 1, "b": 1, "others": 1}


def test_overwritten_files_are_whole(src: Any, dst: Any) -> None:
    """A file is replaced, not written in place: who has it open goes on reading the old one."""
    put(src, "file", "one" * 10000, mtime=NEW)
    put(dst, "file", "another", mtime=OLD)
    with open(dst.fn("file")) as held:
        dst.sync(src, FileSync.update)
        assert held.read() == "another"
    assert text(dst, "file") == "one" * 10000
    assert temporary_files(dst.project.path) == []
