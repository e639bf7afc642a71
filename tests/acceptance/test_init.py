"""Creating jobs, and what happens when the state point file is damaged."""

import json
import os
import pathlib
import shutil
import threading
from typing import Any

import pytest

import signac
from acceptance.support import DOCUMENT, STATE_POINT, assert_says, job_names, tree
from signac.errors import JobsCorruptedError
from signac.job import Job


def test_init_creates_directory_and_file(project: Any) -> None:
    """`init` creates the directory with the state point file, and nothing else."""
    job = project.open_job({"b": 1, "a": 2})
    job.init()
    assert tree(job.path) == {STATE_POINT: b'{"b": 1, "a": 2}'}


def test_init_returns_the_handle(project: Any) -> None:
    """`init` can be chained."""
    job = project.open_job({"a": 0})
    assert job.init() is job
    assert job.init() is job
    assert project.open_job({"a": 1}).init() in project


def test_init_is_idempotent(project: Any) -> None:
    """Initialising again writes nothing, also with force."""
    job = project.open_job({"a": 0}).init()
    job.doc.x = 1
    before = os.stat(job.fn(STATE_POINT))
    content = tree(job.path)
    for handle in (job, project.open_job({"a": 0}), project.open_job(id=job.id)):
        handle.init()
        handle.init(force=True)
        handle.init(validate_statepoint=False)
        handle.init(force=True, validate_statepoint=False)
    after = os.stat(job.fn(STATE_POINT))
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert tree(job.path) == content


def test_init_recreates_the_workspace(project: Any) -> None:
    """A workspace that was deleted is made again."""
    shutil.rmtree(project.workspace)
    job = project.open_job({"a": 0}).init()
    assert job in project
    assert job_names(project) == {job.id}


def test_init_registers_the_state_point(project: Any) -> None:
    """A job initialised in this session can be opened by id without a read, also after removal."""
    job = project.open_job({"a": 0}).init()
    job.remove()
    assert project.open_job(id=job.id).sp() == {"a": 0}
    assert project.open_job(id=job.id) not in project
    assert project.open_job(id=job.id).init() in project


def test_init_where_a_file_is(project: Any) -> None:
    """A plain file in place of the directory is a `FileExistsError`, and stays."""
    job = project.open_job({"a": 0})
    pathlib.Path(job.path).write_text("mine")
    with pytest.raises(FileExistsError) as caught:
        job.init()
    assert_says(caught.value, job.id)
    assert pathlib.Path(job.path).read_text() == "mine"


def test_init_in_an_existing_directory(project: Any) -> None:
    """A directory without state point file is completed by `init`, and its files are kept."""
    job = project.open_job({"a": 0})
    os.mkdir(job.path)
    pathlib.Path(job.fn("x.txt")).write_text("mine")
    job.init()
    assert tree(job.path) == {STATE_POINT: b'{"a": 0}', "x.txt": b"mine"}


@pytest.mark.parametrize("use", ["doc", "data", "context"])
def test_implicit_use_does_not_validate(project: Any, use: str) -> None:
    """Document, data and context work in a directory whose state point file is missing."""
    job = project.open_job({"a": 0})
    os.mkdir(job.path)
    if use == "doc":
        job.doc.x = 1
        assert project.open_job({"a": 0}).doc() == {"x": 1}
    elif use == "data":
        job.data["x"] = 1
        assert job.data["x"] == 1
    else:
        with job:
            assert os.getcwd() == os.path.realpath(job.path)


def test_unvalidated_init_verifies_nothing(project: Any) -> None:
    """`init(validate_statepoint=False)` accepts a directory as it is."""
    job = project.open_job({"a": 0}).init()
    pathlib.Path(job.fn(STATE_POINT)).write_text("junk")
    assert project.open_job({"a": 0}).init(validate_statepoint=False).id == job.id
    assert pathlib.Path(job.fn(STATE_POINT)).read_text() == "junk"
    with pytest.raises(JobsCorruptedError):
        project.open_job({"a": 0}).init()


def test_unvalidated_init_creates(project: Any) -> None:
    """`init(validate_statepoint=False)` creates a job that does not exist."""
    job = project.open_job({"a": 0}).init(validate_statepoint=False)
    assert json.loads(pathlib.Path(job.fn(STATE_POINT)).read_text()) == {"a": 0}


def test_many_threads_init_one_job(project: Any) -> None:
    """Any number of threads may initialise the same job at once."""
    failures = []
    barrier = threading.Barrier(8)

    def work() -> None:
        barrier.wait()
        try:
            for number in range(5):
                signac.get_project(project.path).open_job({"a": number}).init()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(project) == 5
    assert {job.sp.a for job in project} == set(range(5))


def test_init_by_an_unknown_id(project: Any) -> None:
    """An id without a directory cannot be initialised, since the state point is not known."""
    job = Job(project, id_="f" * 32)
    with pytest.raises((JobsCorruptedError, LookupError)) as caught:
        job.init()
    assert_says(caught.value, "f" * 32)
    assert job_names(project) == set()


DAMAGES: dict[str, bytes | None] = {
    "missing": None,
    "empty": b"",
    "junk": b"junk",
    "truncated": b'{"a": ',
    "other": b'{"a": 1}',
    "float": b'{"a": 0.0}',
    "list": b"[1]",
    "string": b'"a"',
    "null": b"null",
    "utf8": b'{"a": "\xff"}',
    "nul": b"\x00" * 8,
    "deep": b'{"a": ' * 100_000,
    "digits": b'{"a": ' + b"9" * 5000 + b"}",
}
HARMLESS: dict[str, bytes] = {
    "whitespace": b'{\n  "a" : 0\n}\n',
    "duplicate": b'{"a": 5, "a": 0}',
}


def damaged(project: Any, content: bytes | None) -> Any:
    job = signac.get_project(project.path).open_job({"a": 0}).init()
    job.doc.keep = "me"
    if content is None:
        os.remove(job.fn(STATE_POINT))
    else:
        pathlib.Path(job.fn(STATE_POINT)).write_bytes(content)
    return job


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_file_and_known_state_point(project: Any, damage: str) -> None:
    """A handle that knows its state point shows it, whatever the file holds."""
    damaged(project, DAMAGES[damage])
    job = project.open_job({"a": 0})
    assert job.sp() == {"a": 0}
    assert job.cached_statepoint == {"a": 0}
    assert eval(repr(job), {"Job": Job, "Project": signac.Project}) == job


@pytest.mark.parametrize("damage", [name for name in DAMAGES if name != "missing"])
def test_init_refuses_a_damaged_file(project: Any, damage: str) -> None:
    """`init` raises `JobsCorruptedError` with the id, and leaves the file for inspection."""
    damaged(project, DAMAGES[damage])
    job = project.open_job({"a": 0})
    before = tree(job.path)
    with pytest.raises(JobsCorruptedError) as caught:
        job.init()
    assert list(caught.value.job_ids) == [job.id]
    assert_says(caught.value, job.id)
    assert tree(job.path) == before


@pytest.mark.parametrize("damage", DAMAGES)
def test_init_with_force_repairs(project: Any, reopen: Any, damage: str) -> None:
    """`init(force=True)` rewrites a damaged file from the handle; later `init` passes."""
    damaged(project, DAMAGES[damage])
    job = project.open_job({"a": 0}).init(force=True)
    assert pathlib.Path(job.fn(STATE_POINT)).read_bytes() == b'{"a": 0}'
    assert project.open_job({"a": 0}).init().doc() == {"keep": "me"}
    assert reopen().open_job(id=job.id).sp() == {"a": 0}


def test_init_writes_a_missing_file(project: Any) -> None:
    """A missing state point file is written again by a handle that knows the state point."""
    damaged(project, None)
    job = project.open_job({"a": 0}).init()
    assert pathlib.Path(job.fn(STATE_POINT)).read_bytes() == b'{"a": 0}'
    assert job.doc() == {"keep": "me"}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize(
    "use",
    [
        lambda job: job.sp(),
        lambda job: job.statepoint.a,
        lambda job: job.cached_statepoint,
        lambda job: job.init(),
        lambda job: job.init(force=True),
        lambda job: setattr(job.sp, "b", 1),
    ],
    ids=["sp", "statepoint", "cached", "init", "force", "change"],
)
def test_damaged_file_and_handle_by_id(project: Any, damage: str, use: Any) -> None:
    """A handle opened by id alone raises `JobsCorruptedError`, and changes nothing."""
    name = damaged(project, DAMAGES[damage]).id
    job = project.open_job(id=name)
    before = tree(project.workspace)
    with pytest.raises(JobsCorruptedError) as caught:
        use(job)
    assert list(caught.value.job_ids) == [name]
    assert_says(caught.value, name)
    assert tree(project.workspace) == before
    assert job.id == name


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_job_keeps_its_data(project: Any, damage: str) -> None:
    """Id, path, document, data and context of a damaged job work, by id and by state point."""
    name = damaged(project, DAMAGES[damage]).id
    for job in (project.open_job(id=name), project.open_job({"a": 0})):
        assert str(job) == job.id == name
        assert job.path.endswith(name)
        assert job.doc() == {"keep": "me"}
        job.doc.more = 1
        del job.doc.more
        job.data["x"] = 1
        assert job.data["x"] == 1
        with job:
            assert os.path.isfile(DOCUMENT)
        assert job in project


@pytest.mark.parametrize("damage", HARMLESS)
def test_equivalent_file_is_accepted(project: Any, damage: str) -> None:
    """A file that was reformatted by hand is accepted and not rewritten."""
    name = damaged(project, HARMLESS[damage]).id
    assert project.open_job({"a": 0}).init().sp() == {"a": 0}
    assert project.open_job({"a": 0}).init(force=True).id == name
    job = signac.get_project(project.path).open_job(id=name)
    assert job.sp() == {"a": 0}
    assert job.cached_statepoint == {"a": 0}
    assert pathlib.Path(job.fn(STATE_POINT)).read_bytes() == HARMLESS[damage]


def test_directory_in_place_of_the_file(project: Any) -> None:
    """A directory named like the state point file is an error, and nothing in it is touched."""
    job = damaged(project, None)
    os.mkdir(job.fn(STATE_POINT))
    pathlib.Path(job.fn(STATE_POINT), "mine").touch()
    for handle in (project.open_job({"a": 0}), project.open_job(id=job.id)):
        for force in (False, True):
            with pytest.raises((JobsCorruptedError, IsADirectoryError)) as caught:
                handle.init(force=force)
            assert_says(caught.value, job.id)
    assert os.path.isfile(os.path.join(job.fn(STATE_POINT), "mine"))


def test_other_jobs_go_on(project: Any) -> None:
    """A damaged job does not disturb the others."""
    damaged(project, b"junk")
    good = project.open_job({"a": 1}).init()
    assert good.sp.a == 1
    assert project.open_job(id=good.id) == good
    assert len(project) == 2
    assert good in list(project)
