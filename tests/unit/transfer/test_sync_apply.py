"""How files and jobs get to the destination, and what happens when something is in the way."""

import errno
import os
import threading
from pathlib import Path
from typing import Any

import pytest

import signac
from signac._core import faults
from signac._engine.jobstate import home_of
from signac.errors import (
    DocumentSyncConflict,
    FileSyncConflict,
    JobsCorruptedError,
    SchemaSyncConflict,
    TransferError,
)
from signac.sync import DocSync, FileSync


@pytest.fixture
def here(tmp_path: Path) -> signac.Project:
    """Return the project to read."""
    return signac.init_project(tmp_path / "here")


@pytest.fixture
def there(tmp_path: Path) -> signac.Project:
    """Return the project to write to."""
    return signac.init_project(tmp_path / "there")


def fill(project: signac.Project, text: str, *names: str, number: int = 0) -> signac.job.Job:
    """Make a job with files."""
    job = project.open_job({"a": number}).init()
    for name in names:
        path = Path(job.fn(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return job


def text(job: Any, name: str) -> str:
    """Return what a file of a job holds."""
    return Path(job.fn(name)).read_text()


def scratch_of(project: signac.Project) -> list[str]:
    """Return what is left in scratch."""
    path = home_of(project).workspace.scratch
    return os.listdir(path) if os.path.isdir(path) else []


@pytest.mark.parametrize("level", ["fast", "safe", "durable"])
def test_files_are_synced_before_their_rename(
    level: str, here: signac.Project, there: signac.Project
) -> None:
    """At the level ``safe`` a file is on the disk before it has its name."""
    fill(here, "theirs!", "file")
    fill(there, "mine", "file")
    with signac.durability(level), faults.record() as points:
        there.sync(here, FileSync.always)
    kinds = [name for _, name, _ in points]
    assert kinds.count("rename") == 1
    assert kinds[: kinds.index("rename")].count("sync") == (level != "fast")
    assert ("sync_directory" in kinds[kinds.index("rename") :]) == (level == "durable")
    assert scratch_of(there) == []


def test_readers_see_whole_files(here: signac.Project, there: signac.Project) -> None:
    """An open file goes on showing what it was; the name leads to the new one."""
    fill(here, "theirs!", "file")
    job = fill(there, "mine", "file")
    with open(job.fn("file")) as file:
        there.sync(here, FileSync.always)
        assert file.read() == "mine"
    assert text(job, "file") == "theirs!"


def test_links_at_the_destination(
    here: signac.Project, there: signac.Project, tmp_path: Path
) -> None:
    """A link stays one and what it leads to is replaced, unless that is a state point."""
    fill(here, "theirs!", "file", "state")
    job = fill(there, "mine", "real")
    os.symlink("real", job.fn("file"))
    os.symlink("signac_statepoint.json", job.fn("state"))
    there.sync(here, FileSync.always)
    assert os.readlink(job.fn("file")) == "real"
    assert text(job, "real") == text(job, "state") == "theirs!"
    assert signac.get_project(there.path).open_job(id=job.id).sp() == {"a": 0}


def test_links_in_loops(here: signac.Project, there: signac.Project) -> None:
    """A link to a directory that it lies in is copied as a link, also into a new job."""
    for number in range(2):
        os.symlink(".", fill(here, "x", "sub/file", number=number).fn("loop"))
    fill(there, "x", "sub/file")
    there.sync(here, recursive=True, check_schema=False)
    assert {os.readlink(job.fn("loop")) for job in there} == {"."}


def test_links_that_lead_nowhere(here: signac.Project, there: signac.Project) -> None:
    """They are copied as links, and are the same if they lead to the same place."""
    job = fill(here, "")
    mine = fill(there, "")
    os.symlink("nowhere", job.fn("link"))
    there.sync(here)
    assert os.readlink(mine.fn("link")) == "nowhere"
    with faults.record() as points:
        there.sync(here)
    assert points == []


def test_a_pipe_does_not_stop_the_rest(here: signac.Project, there: signac.Project) -> None:
    """What is no file is an error that names it; the other files are copied."""
    job = fill(here, "x", "a", "z")
    mine = fill(there, "")
    os.mkfifo(job.fn("pipe"))
    with pytest.raises(OSError, match="pipe") as caught:
        there.sync(here)
    assert caught.value.errno == errno.EINVAL
    assert text(mine, "a") == text(mine, "z") == "x"
    assert scratch_of(there) == []


def test_somebody_makes_the_file_meanwhile(here: signac.Project, there: signac.Project) -> None:
    """A file that appears while it is copied is not overwritten without a strategy."""
    fill(here, "theirs", "file")
    job = fill(there, "")

    def interfere(number: int, operation: str, path: str, size: int | None) -> None:
        if operation == "copy":
            Path(job.fn("file")).write_text("mine")

    with (
        faults.injecting(interfere),
        pytest.raises(FileSyncConflict, match="differs on both sides"),
    ):
        there.sync(here)
    assert text(job, "file") == "mine"


def test_somebody_makes_the_job_meanwhile(here: signac.Project, there: signac.Project) -> None:
    """A new job that appears meanwhile is synchronised like any other."""
    fill(here, "theirs", "file")

    def interfere(number: int, operation: str, path: str, size: int | None) -> None:
        if operation == "copy" and len(there) == 0:
            fill(there, "", "mine")

    with faults.injecting(interfere):
        there.sync(here)
    (job,) = there
    assert text(job, "file") == "theirs"
    assert job.isfile("mine")


def test_bad_jobs_do_not_stop_the_others(here: signac.Project, there: signac.Project) -> None:
    """The damaged ones are all named; everything else is copied."""
    jobs = [fill(here, "x", "file", number=number) for number in range(5)]
    for job in jobs[:2]:
        os.unlink(job.fn("signac_statepoint.json"))
    with pytest.raises(JobsCorruptedError) as caught:
        there.sync(here)
    assert sorted(caught.value.job_ids) == sorted(job.id for job in jobs[:2])
    assert len(there) == 3


def test_errors_of_the_system_are_collected(here: signac.Project, there: signac.Project) -> None:
    """Where several jobs fail, one error has all of them and the number of the first."""
    for number in range(3):
        fill(here, "theirs", "file", number=number)
        fill(there, "", number=number)

    def full(number: int, operation: str, path: str, size: int | None) -> None:
        if operation == "create":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)

    with faults.injecting(full), pytest.raises(TransferError) as caught:
        there.sync(here)
    assert caught.value.errno == errno.ENOSPC
    assert sorted(caught.value.job_ids) == sorted(job.id for job in there)
    assert there.open_job({"a": 0}).fn("file") in str(caught.value)
    there.sync(here)
    assert all(job.isfile("file") for job in there)


def test_first_conflict_has_all(here: signac.Project, there: signac.Project) -> None:
    """The first conflict is raised, with all; the rest is done; the document waits."""
    for number in range(3):
        fill(here, "theirs!", "file", "new", number=number).doc = {"k": number, "new": 1}
        fill(there, "mine", *["file"] * (number == 1), number=number).doc = {"k": 1}
    with pytest.raises((FileSyncConflict, DocumentSyncConflict)) as caught:
        there.sync(here)
    assert sorted(type(one).__name__ for one in caught.value.conflicts) == [
        "DocumentSyncConflict",
        "DocumentSyncConflict",
        "FileSyncConflict",
    ]
    assert caught.value.conflicts[0] is caught.value
    assert all(job.isfile("new") for job in there)
    assert not any("new" in job.doc for job in there)


@pytest.mark.parametrize("parallel", [False, 1, 3, True])
def test_threads_give_the_same(parallel: Any, here: signac.Project, there: signac.Project) -> None:
    """Results and errors do not depend on the number of threads."""
    for number in range(12):
        fill(here, "theirs!", "file", number=number).doc.n = number
    for number in range(0, 12, 2):
        fill(there, "mine", *["file"] * (number % 4 == 0), number=number)
    with pytest.raises(FileSyncConflict) as caught:
        there.sync(here, check_schema=False, parallel=parallel)
    assert len(caught.value.conflicts) == 3
    assert [one.path for one in caught.value.conflicts] == sorted(
        one.path for one in caught.value.conflicts
    )
    assert len(there) == 12
    stats = there.sync(
        here, FileSync.always, check_schema=False, parallel=parallel, collect_stats=True
    )
    assert stats == (3, 21)
    assert all(job.doc.n == job.sp.a for job in there)


def test_blocks_hold_in_threads(here: signac.Project, there: signac.Project) -> None:
    """The durability of a block is that of the threads, too."""
    fill(here, "x", "file")
    fill(there, "")
    with signac.durability("fast"), faults.record() as points:
        there.sync(here, parallel=2)
    assert points
    assert "sync" not in {name for _, name, _ in points}


def test_buffered_documents_are_written_first(here: signac.Project, there: signac.Project) -> None:
    """What is in the buffer of this process is synchronised, and not written over it later."""
    job, mine = fill(here, ""), fill(there, "")
    fill(here, "", number=1).doc.n = 0
    with signac.buffered():
        job.doc.a = 1
        mine.doc.b = 2
        here.open_job({"a": 1}).doc.n = 1
        there.sync(here, check_schema=False)
    assert mine.doc() == {"a": 1, "b": 2}
    assert there.open_job({"a": 1}).doc() == {"n": 1}


def test_rules_may_use_the_document(here: signac.Project, there: signac.Project) -> None:
    """A rule gets documents with all that documents can do."""
    fill(here, "").doc = {"n": {"x": 1}}
    mine = fill(there, "")
    mine.doc = {"l": [1]}

    def merge(src: signac.JSONDict, dst: signac.JSONDict) -> None:
        dst.l.append(src.n.x + 1)
        dst.setdefault("n", {}).update(src.n)

    there.sync(here, doc_sync=merge)
    assert mine.doc() == {"l": [1, 2], "n": {"x": 1}}


def test_conflicts_pickle(here: signac.Project, there: signac.Project) -> None:
    """A conflict with others can be sent to another process."""
    import pickle

    for number in range(2):
        fill(here, "theirs!", "file", number=number)
        fill(there, "mine", "file", number=number)
    with pytest.raises(FileSyncConflict) as caught:
        there.sync(here)
    copy = pickle.loads(pickle.dumps(caught.value))
    assert str(copy) == str(caught.value)
    assert [one.path for one in copy.conflicts] == [one.path for one in caught.value.conflicts]


def test_empty_mapping_against_a_value() -> None:
    """An empty mapping and a number differ; neither is passed over."""
    for mine, theirs in (({}, 1), (1, {}), ({"x": 1}, 1), (1, {"x": 1})):
        with pytest.raises(DocumentSyncConflict) as caught:
            DocSync.ByKey()({"n": theirs}, {"n": mine})
        assert caught.value.keys == {"n"}


def test_one_question_for_each_name() -> None:
    """Threads that ask at once wait for the one answer."""
    asked = []

    def answer(question: str) -> str:
        asked.append(question)
        return "perhaps" if len(asked) == 1 else "y"

    strategy = FileSync.Ask(answer)
    threads = [threading.Thread(target=strategy, args=(None, None, "f")) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(asked) == 2
    assert strategy.yes == {"f"}


def test_nothing_is_written_again(here: signac.Project, there: signac.Project) -> None:
    """A second call changes nothing on the disk."""
    for number in range(3):
        fill(here, "x", "file", "sub/file", number=number).doc.n = number
    here.doc.n = 1
    there.sync(here, recursive=True)
    with faults.record() as points:
        there.sync(here, recursive=True)
    assert points == []


def test_the_same_under_another_name(
    here: signac.Project, there: signac.Project, tmp_path: Path
) -> None:
    """A project is not synchronised with itself, and a job that is a link is left alone."""
    os.symlink(here.path, tmp_path / "link")
    with pytest.raises(ValueError, match="same project"):
        here.sync(signac.get_project(tmp_path / "link"))
    job = fill(here, "x", "file")
    os.symlink(job.path, os.path.join(there.workspace, job.id))
    fill(here, "x", "file", number=1)
    there.sync(here, check_schema=False)
    assert len(there) == 2
    with pytest.raises(ValueError, match="same job"):
        there.open_job({"a": 0}).sync(job)


def test_modes_of_what_may_only_be_read(here: signac.Project, there: signac.Project) -> None:
    """Directories and files that may only be read are copied, with their modes."""
    for number in range(2):
        job = fill(here, "x", "tree/file", number=number)
        for name, mode in (
            ("tree/file", 0o444),
            ("tree", 0o555),
            ("signac_statepoint.json", 0o640),
        ):
            os.chmod(job.fn(name), mode)
    fill(there, "")
    there.sync(here, recursive=True, check_schema=False)
    for job in there:
        assert os.stat(job.fn("tree")).st_mode & 0o777 == 0o555
        assert os.stat(job.fn("tree/file")).st_mode & 0o777 == 0o444
    mode = os.stat(there.open_job({"a": 1}).fn("signac_statepoint.json")).st_mode
    assert mode & 0o777 == 0o640


def test_what_is_no_project(there: signac.Project) -> None:
    """A path in place of a project is an error that says what to do."""
    with pytest.raises(AttributeError, match="get_project"):
        there.sync("somewhere")


def test_an_interrupted_call_completes(here: signac.Project, there: signac.Project) -> None:
    """An empty project that was filled in part has another schema, and the same call completes."""
    for number in range(3):
        fill(here, "x", "file", number=number)

    class Killed(BaseException):
        """Ends the call as a signal would."""

    def kill(number: int, operation: str, path: str, size: int | None) -> None:
        if operation == "rename" and len(there):
            raise Killed

    with faults.injecting(kill), pytest.raises(Killed):
        there.sync(here)
    assert 0 < len(there) < 3
    there.sync(here)
    assert len(there) == 3
    assert not os.path.exists(os.path.join(there.path, ".signac", "transfers"))
    there.open_job({"b": 1}).init()
    with pytest.raises(SchemaSyncConflict):
        there.sync(here)
