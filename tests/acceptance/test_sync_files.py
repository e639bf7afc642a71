"""The files of two jobs: what is copied, what conflicts, what the flags do."""

import logging
import os
import re
import subprocess
import sys
from typing import Any

import pytest

import signac
from acceptance.support import STATE_POINT, assert_says, read_json
from acceptance.syncing import NEW, OLD, logged, names, put, text, unchanged
from signac.errors import FileSyncConflict, SyncConflict
from signac.sync import FileSync, sync_jobs


@pytest.fixture
def src(other_project: Any) -> Any:
    return other_project.open_job({"a": 0}).init()


@pytest.fixture
def dst(project: Any) -> Any:
    return project.open_job({"a": 0}).init()


# Which files are copied.


def test_file_only_in_source(src: Any, dst: Any) -> None:
    """A file that only the source has is copied."""
    put(src, "file.txt", "content")
    put(src, ".hidden", "also")
    dst.sync(src)
    assert text(dst, "file.txt") == "content"
    assert text(dst, ".hidden") == "also"


def test_empty_and_binary_files(src: Any, dst: Any) -> None:
    """Empty files and any bytes arrive as they are."""
    put(src, "empty", "")
    data = bytes(range(256)) * 5000
    with open(src.fn("binary"), "wb") as file:
        file.write(data)
    dst.sync(src)
    assert text(dst, "empty") == ""
    with open(dst.fn("binary"), "rb") as file:
        assert file.read() == data


@pytest.mark.parametrize("strategy", [None, FileSync.always, FileSync.never, FileSync.update])
def test_destination_keeps_what_it_has(src: Any, dst: Any, strategy: Any) -> None:
    """Files and directories that only the destination has are untouched, whatever the strategy."""
    put(dst, "mine", "1")
    put(dst, "sub/mine", "2")
    os.makedirs(dst.fn("empty"))
    put(src, "new", "3")
    with unchanged(dst.fn("sub"), dst.fn("empty")):
        dst.sync(src, strategy=strategy, recursive=True)
    assert names(dst) - {"signac_job_document.json"} == {"mine", "sub", "sub/mine", "empty", "new"}
    assert text(dst, "mine") == "1"


@pytest.mark.parametrize("strategy", [None, FileSync.always, FileSync.never, FileSync.update])
def test_new_files_do_not_ask_the_strategy(src: Any, dst: Any, strategy: Any) -> None:
    """A new file is copied under every strategy."""
    put(src, "new")
    dst.sync(src, strategy=strategy)
    assert dst.isfile("new")


def test_state_point_file_is_never_synced(project: Any, other_project: Any) -> None:
    """The state point file stays, also between different jobs and with a greedy strategy."""
    src = other_project.open_job({"a": 0}).init()
    dst = project.open_job({"a": 1}).init()
    os.utime(src.fn(STATE_POINT), (NEW, NEW))
    dst.sync(src, strategy=FileSync.always, deep=True, recursive=True)
    assert read_json(dst.path, STATE_POINT) == {"a": 1}


# Directories.


def test_directories_are_skipped_with_a_warning(src: Any, dst: Any, caplog: Any) -> None:
    """Without `recursive` a directory of the source alone is skipped, and the log says so."""
    put(src, "folder/file")
    put(src, "file")
    dst.sync(src)
    assert names(dst) - {"signac_job_document.json"} == {"file"}
    assert any("folder" in message for message in logged(caplog, logging.WARNING))


def test_directories_in_both_are_skipped_with_a_warning(src: Any, dst: Any, caplog: Any) -> None:
    """Without `recursive` a directory of both is not looked into, and the log says so."""
    put(src, "folder/file", "one")
    put(src, "folder/new")
    put(dst, "folder/file", "another")
    dst.sync(src)
    assert text(dst, "folder/file") == "another"
    assert not dst.isfile("folder/new")
    assert any("folder" in message for message in logged(caplog, logging.WARNING))


def test_recursive_copies_whole_directories(src: Any, dst: Any) -> None:
    """With `recursive` a directory of the source alone is copied with everything in it."""
    put(src, "folder/file", "1")
    put(src, "folder/deep/er/file", "2")
    os.makedirs(src.fn("folder/empty"))
    os.makedirs(src.fn("bare"))
    dst.sync(src, recursive=True)
    assert text(dst, "folder/file") == "1"
    assert text(dst, "folder/deep/er/file") == "2"
    assert os.path.isdir(dst.fn("folder/empty"))
    assert os.path.isdir(dst.fn("bare"))


def test_recursive_descends_into_directories_of_both(src: Any, dst: Any) -> None:
    """With `recursive` directories of both are compared level by level."""
    put(src, "folder/new", "1")
    put(src, "folder/deep/new", "2")
    put(src, "folder/deep/only/new", "3")
    put(src, "folder/deep/same", "4", mtime=OLD)
    put(dst, "folder/deep/same", "4", mtime=NEW)
    put(dst, "folder/mine", "5")
    dst.sync(src, recursive=True)
    assert text(dst, "folder/new") == "1"
    assert text(dst, "folder/deep/new") == "2"
    assert text(dst, "folder/deep/only/new") == "3"
    assert text(dst, "folder/mine") == "5"
    assert os.stat(dst.fn("folder/deep/same")).st_mtime == NEW


# Conflicts.


@pytest.mark.parametrize("name", ["file.txt", "folder/file.txt", "folder/deep/file.txt"])
def test_conflict_without_a_strategy(src: Any, dst: Any, name: str) -> None:
    """A file that differs is a `FileSyncConflict` with its base name, and is not changed."""
    put(src, name, "one")
    path = put(dst, name, "another", mtime=OLD)
    with pytest.raises(FileSyncConflict) as caught:
        dst.sync(src, recursive=True)
    assert caught.value.filename == "file.txt"
    assert isinstance(caught.value, SyncConflict)
    assert isinstance(caught.value, RuntimeError)
    assert_says(caught.value, "file.txt")
    assert text(dst, name) == "another"
    assert os.stat(path).st_mtime == OLD


def test_resolved_conflict(src: Any, dst: Any) -> None:
    """After a conflict the same call with a strategy completes, whatever was copied before."""
    put(src, "a", "1")
    put(src, "m", "2")
    put(src, "z", "3")
    put(dst, "m", "another")
    with pytest.raises(FileSyncConflict):
        dst.sync(src)
    assert names(dst) <= {"a", "m", "z", "signac_job_document.json"}
    dst.sync(src, strategy=FileSync.always)
    assert [text(dst, name) for name in "amz"] == ["1", "2", "3"]


def test_equal_content_is_no_conflict(src: Any, dst: Any) -> None:
    """Files of equal content are the same whatever their times, and are left alone."""
    put(src, "file", "same", mtime=OLD)
    put(dst, "file", "same", mtime=NEW)
    with unchanged(dst.path):
        dst.sync(src)
        dst.sync(src, strategy=FileSync.always, deep=True)
        sync_jobs(src, dst, FileSync.always)


def test_shallow_comparison(src: Any, dst: Any) -> None:
    """Files of equal size and time count as equal."""
    put(src, "file", "abc", mtime=OLD)
    put(dst, "file", "xyz", mtime=OLD)
    dst.sync(src)
    dst.sync(src, strategy=FileSync.always)
    assert text(dst, "file") == "xyz"


def test_deep_comparison(src: Any, dst: Any) -> None:
    """With `deep` contents are compared in any case."""
    put(src, "file", "abc", mtime=OLD)
    put(dst, "file", "xyz", mtime=OLD)
    with pytest.raises(FileSyncConflict):
        dst.sync(src, deep=True)
    dst.sync(src, strategy=FileSync.never, deep=True)
    assert text(dst, "file") == "xyz"
    dst.sync(src, strategy=FileSync.always, deep=True)
    assert text(dst, "file") == "abc"


def test_deep_comparison_in_directories(src: Any, dst: Any) -> None:
    """`deep` holds in every directory."""
    put(src, "folder/file", "abc", mtime=OLD)
    put(dst, "folder/file", "xyz", mtime=OLD)
    dst.sync(src, strategy=FileSync.always, recursive=True)
    assert text(dst, "folder/file") == "xyz"
    dst.sync(src, strategy=FileSync.always, recursive=True, deep=True)
    assert text(dst, "folder/file") == "abc"


# Strategies.


def test_names_of_the_strategies() -> None:
    """`FileSync.keys` lists the strategies, in order."""
    assert FileSync.keys() == ("always", "never", "update", "Ask")


@pytest.mark.parametrize(
    ("strategy", "source", "destination", "copied"),
    [
        (FileSync.always, OLD, OLD + 1, True),
        (FileSync.always, NEW, OLD, True),
        (FileSync.never, OLD, OLD + 1, False),
        (FileSync.never, NEW, OLD, False),
        (FileSync.update, NEW, OLD, True),
        (FileSync.update, OLD, NEW, False),
        (FileSync.update, OLD, OLD, False),
    ],
)
def test_strategies(
    src: Any, dst: Any, strategy: Any, source: float, destination: float, copied: bool
) -> None:
    """`always` overwrites, `never` does not, `update` does if the source is strictly newer."""
    put(src, "file", "from source", mtime=source)
    put(dst, "file", "mine", mtime=destination)
    put(src, "sub/file", "from source", mtime=source)
    put(dst, "sub/file", "mine", mtime=destination)
    dst.sync(src, strategy=strategy, recursive=True)
    assert text(dst, "file") == ("from source" if copied else "mine")
    assert text(dst, "sub/file") == ("from source" if copied else "mine")


def test_strategies_are_functions(src: Any, dst: Any) -> None:
    """The strategies can be called with two jobs and a relative name."""
    put(src, "sub/file", mtime=NEW)
    put(dst, "sub/file", mtime=OLD)
    assert FileSync.always(src, dst, "sub/file")
    assert not FileSync.never(src, dst, "sub/file")
    assert FileSync.update(src, dst, "sub/file")
    assert not FileSync.update(dst, src, "sub/file")


def test_touched_source_is_copied_by_update(src: Any, dst: Any) -> None:
    """`update` copies once the file in the source was written again."""
    put(src, "file", "one", mtime=OLD)
    put(dst, "file", "another", mtime=NEW)
    dst.sync(src, strategy=FileSync.update)
    assert text(dst, "file") == "another"
    put(src, "file", "one more")
    dst.sync(src, strategy=FileSync.update)
    assert text(dst, "file") == "one more"


def test_own_strategy(src: Any, dst: Any) -> None:
    """A strategy is asked for each file that differs, with both jobs and the relative name."""
    for name in ("same", "differs", "only", "sub/same", "sub/differs", "sub/a/differs"):
        put(src, name, "source", mtime=OLD)
    for name in ("same", "sub/same"):
        put(dst, name, "source", mtime=OLD)
    for name in ("differs", "sub/differs", "sub/a/differs", "mine"):
        put(dst, name, "mine")
    asked = []

    def strategy(source: Any, destination: Any, name: str) -> Any:
        asked.append((source, destination, name))
        return "yes" if "sub" in name else ""

    dst.sync(src, strategy=strategy, recursive=True)
    assert sorted(asked, key=lambda call: call[2]) == [
        (src, dst, "differs"),
        (src, dst, "sub/a/differs"),
        (src, dst, "sub/differs"),
    ]
    assert text(dst, "differs") == "mine"
    assert text(dst, "sub/differs") == text(dst, "sub/a/differs") == "source"


def test_strategy_knows_which_is_which(src: Any, dst: Any, other_project: Any) -> None:
    """The first argument is the job of the source, the second that of the destination."""
    put(src, "file", "one")
    put(dst, "file", "another")
    asked = []
    dst.sync(src, strategy=lambda *arguments: asked.append(arguments))
    ((source, destination, name),) = asked
    assert (source.project, source.path) == (other_project, src.path)
    assert destination.path == dst.path
    assert name == "file"


def test_strategy_that_raises(src: Any, dst: Any) -> None:
    """What a strategy raises comes out, and the file in question is as before."""
    put(src, "file", "one")
    put(dst, "file", "another")

    def strategy(*_: Any) -> bool:
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        dst.sync(src, strategy=strategy)
    assert text(dst, "file") == "another"


@pytest.mark.parametrize("strategy", ["always", FileSync.Ask])
def test_what_is_no_strategy(src: Any, dst: Any, strategy: Any) -> None:
    """The name of a strategy, or the class `Ask` without an instance, is a `TypeError`."""
    put(src, "file", "one")
    put(dst, "file", "another")
    with pytest.raises(TypeError) as caught:
        dst.sync(src, strategy=strategy)
    assert_says(caught.value)
    assert text(dst, "file") == "another"


ASK = """
import signac, sys
from signac.sync import FileSync
source, destination = (signac.get_project(path, search=False) for path in sys.argv[1:])
destination.sync(source, strategy=FileSync.Ask())
"""


@pytest.mark.parametrize(
    ("answers", "taken"),
    [
        ("y\nn\n", "f"),
        ("\nY\n", "g"),
        ("yes\nno\n", "f"),
        ("n\nn\n", ""),
        ("what\ny\ny\n", "fg"),
    ],
)
def test_ask(project: Any, other_project: Any, answers: str, taken: str) -> None:
    """`Ask` asks once for each relative name, and the answer is for all jobs; the default is no."""
    for number in range(3):
        for name in "fg":
            put(other_project.open_job({"a": number}).init(), name, "source")
            put(project.open_job({"a": number}).init(), name, "mine")
    done = subprocess.run(
        [sys.executable, "-c", ASK, other_project.path, project.path],
        input=answers,
        capture_output=True,
        text=True,
        check=True,
    )
    said = done.stdout + done.stderr
    questions = re.findall(r"Overwrite files named '(.*?)'\? \[y/N\] ", said)
    assert set(questions) == {"f", "g"}
    assert len(questions) == len(answers.splitlines())
    # The names come in any order.
    first, second = dict.fromkeys(questions)
    names_taken = {"f": first, "g": second}
    for job in project:
        for name in "fg":
            expected = "source" if name in [names_taken[each] for each in taken] else "mine"
            assert text(job, name) == expected


# Names that are left out.


@pytest.mark.parametrize(
    ("exclude", "left_out"),
    [
        (None, set()),
        ([], set()),
        ("foo", {"foo", "foo2", "foo_dir", "d/foo"}),
        ("foo$", {"foo", "d/foo"}),
        ("oo", set()),
        (".*oo", {"foo", "foo2", "a_foo", "foo_dir", "d/foo"}),
        (["foo2", "a_"], {"foo2", "a_foo"}),
        (["foo_dir", "g"], {"foo_dir", "d/g"}),
        (re.compile("foo2"), {"foo2"}),
        ("d/g", set()),
        ("g", {"d/g"}),
        ("", {"foo", "foo2", "a_foo", "foo_dir", "d/foo", "d/g"}),
    ],
)
def test_exclude(src: Any, dst: Any, exclude: Any, left_out: set[str]) -> None:
    """`exclude` is matched at the start of the base names of files and of new directories."""
    everything = {"foo", "foo2", "a_foo", "foo_dir", "d/foo", "d/g"}
    for name in everything - {"foo_dir"}:
        put(src, name)
    put(src, "foo_dir/any")
    os.makedirs(dst.fn("d"))
    dst.sync(src, exclude=exclude, recursive=True)
    there = names(dst) - {"d", "foo_dir/any", "signac_job_document.json"}
    assert there == everything - left_out


def test_directories_of_both_are_not_excluded(src: Any, dst: Any) -> None:
    """A directory that both have is descended whatever its name; the names in it count."""
    put(src, "folder/file")
    os.makedirs(dst.fn("folder"))
    dst.sync(src, exclude="folder", recursive=True)
    assert dst.isfile("folder/file")


def test_new_directories_are_copied_whole(src: Any, dst: Any) -> None:
    """In a directory that is copied whole nothing is left out."""
    put(src, "folder/skip")
    put(src, "folder/keep")
    dst.sync(src, exclude="skip", recursive=True)
    assert names(dst) >= {"folder/skip", "folder/keep"}


def test_excluded_files_do_not_conflict(src: Any, dst: Any) -> None:
    """A file that is left out is not compared and never overwritten."""
    put(src, "file", "one")
    put(dst, "file", "another")
    dst.sync(src, exclude="file")
    dst.sync(src, exclude=["f"], strategy=FileSync.always)
    assert text(dst, "file") == "another"


@pytest.mark.parametrize("call", ["job", "project"])
def test_bad_exclude(src: Any, dst: Any, call: str) -> None:
    """A pattern that cannot be read is a `re.error`."""
    put(src, "file")
    with pytest.raises(re.error) as caught:
        if call == "job":
            dst.sync(src, exclude="(")
        else:
            dst.project.sync(src.project, exclude=["x", "("])
    assert_says(caught.value)


# Links.


def linked(src: Any) -> None:
    put(src, "file", "content")
    os.symlink("file", src.fn("link"))
    put(src, "folder/file", "in folder")
    os.symlink("folder", src.fn("link_to_folder"))


def test_links_are_followed(src: Any, dst: Any) -> None:
    """By default the destination gets the content of what links point to."""
    linked(src)
    dst.sync(src, recursive=True)
    assert not os.path.islink(dst.fn("link"))
    assert text(dst, "link") == "content"
    assert not os.path.islink(dst.fn("link_to_folder"))
    assert text(dst, "link_to_folder/file") == "in folder"


def test_links_are_made_again(src: Any, dst: Any) -> None:
    """With `follow_symlinks=False` the destination gets the link itself."""
    linked(src)
    dst.sync(src, recursive=True, follow_symlinks=False)
    assert os.readlink(dst.fn("link")) == "file"
    assert text(dst, "link") == "content"
    assert not os.path.islink(dst.fn("file"))
    assert text(dst, "link_to_folder/file") == "in folder"


def test_links_that_differ(src: Any, dst: Any) -> None:
    """A link that leads to other content is replaced by that of the source; its target stays."""
    put(src, "target", "one")
    os.symlink("target", src.fn("link"))
    put(dst, "target", "one")
    put(dst, "other", "another")
    os.symlink("other", dst.fn("link"))
    with pytest.raises(FileSyncConflict):
        dst.sync(src, follow_symlinks=False)
    dst.sync(src, strategy=FileSync.always, follow_symlinks=False)
    assert os.readlink(dst.fn("link")) == "target"
    assert text(dst, "other") == "another"


def test_overwriting_through_a_link(src: Any, dst: Any) -> None:
    """A destination that is a link stays one; the file it leads to gets the content."""
    put(src, "file", "one")
    put(dst, "kept_elsewhere", "another")
    os.symlink("kept_elsewhere", dst.fn("file"))
    dst.sync(src, strategy=FileSync.always)
    assert os.readlink(dst.fn("file")) == "kept_elsewhere"
    assert text(dst, "kept_elsewhere") == "one"


# Modes, times, owners.


@pytest.mark.parametrize("present", [False, True])
@pytest.mark.parametrize("folder", ["", "sub/"])
@pytest.mark.parametrize("flags", [{}, {"preserve_permissions": True}])
def test_modes_are_kept_and_times_are_not(
    src: Any, dst: Any, present: bool, folder: str, flags: dict[str, bool]
) -> None:
    """Copies have the mode of the source, and the time of the copy."""
    os.chmod(put(src, folder + "file", "one", mtime=OLD), 0o640)
    os.makedirs(dst.fn(folder), exist_ok=True)
    if present:
        os.chmod(put(dst, folder + "file", "another"), 0o600)
    dst.sync(src, strategy=FileSync.always, recursive=True, **flags)
    status = os.stat(dst.fn(folder + "file"))
    assert status.st_mode & 0o777 == 0o640
    assert status.st_mtime > NEW


@pytest.mark.parametrize("present", [False, True])
def test_preserve_times(src: Any, dst: Any, present: bool) -> None:
    """With `preserve_times` and `preserve_permissions` copies have the time of the source."""
    os.chmod(put(src, "file", "one", mtime=OLD), 0o640)
    if present:
        put(dst, "file", "another")
    dst.sync(src, strategy=FileSync.always, preserve_permissions=True, preserve_times=True)
    status = os.stat(dst.fn("file"))
    assert status.st_mode & 0o777 == 0o640
    assert status.st_mtime == OLD


def test_times_need_modes(src: Any, dst: Any) -> None:
    """`preserve_times` without `preserve_permissions` is a `ValueError`, and copies nothing."""
    put(src, "file")
    with pytest.raises(ValueError) as caught:
        dst.sync(src, preserve_times=True)
    assert_says(caught.value, "permissions")
    assert not os.path.exists(dst.fn("file"))


def test_times_need_modes_between_projects(src: Any, project: Any) -> None:
    """`preserve_times` without `preserve_permissions` is a `ValueError` for projects too."""
    put(src, "file")
    with pytest.raises(ValueError) as caught:
        project.sync(src.project, preserve_times=True)
    assert_says(caught.value, "permissions")


@pytest.mark.parametrize("owner", [False, True])
@pytest.mark.parametrize("group", [False, True])
def test_owner_and_group(src: Any, dst: Any, owner: bool, group: bool) -> None:
    """With `preserve_owner` and `preserve_group` copies belong to whom the source belongs to."""
    mine = (os.getuid(), os.getgid())
    # Only the superuser can give files away.
    theirs = (12345, 23456) if mine[0] == 0 else mine
    os.chown(put(src, "file"), *theirs)
    dst.sync(src, preserve_owner=owner, preserve_group=group)
    status = os.stat(dst.fn("file"))
    assert status.st_uid == (theirs if owner else mine)[0]
    assert status.st_gid == (theirs if group else mine)[1]


def test_flags_hold_in_new_jobs(src: Any, project: Any) -> None:
    """A job that is copied whole keeps the modes, and the times if that is wanted."""
    os.chmod(put(src, "sub/file", mtime=OLD), 0o640)
    project.sync(src.project)
    job = project.open_job({"a": 0})
    status = os.stat(job.fn("sub/file"))
    assert (status.st_mode & 0o777, status.st_mtime > NEW) == (0o640, True)
    job.remove()
    project.sync(src.project, preserve_permissions=True, preserve_times=True)
    status = os.stat(job.fn("sub/file"))
    assert (status.st_mode & 0o777, status.st_mtime) == (0o640, OLD)


# Logging.


def test_copies_are_logged(src: Any, dst: Any, caplog: Any) -> None:
    """Each copy is logged on `sync` at the level `MORE`, with the name of the file."""
    caplog.set_level(1)
    put(src, "one.txt")
    put(src, "sub/two.txt")
    os.makedirs(dst.fn("sub"))
    dst.sync(src, recursive=True)
    messages = logged(caplog, 15)
    assert any("one.txt" in message for message in messages)
    assert any("two.txt" in message for message in messages)


def test_nothing_is_printed(src: Any, dst: Any, capfd: Any) -> None:
    """A library prints nothing."""
    put(src, "file", "one")
    put(dst, "file", "another")
    dst.sync(src, strategy=FileSync.always)
    signac.get_project(dst.project.path).sync(src.project)
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")
