"""Opening jobs by state point, id and path."""

import gzip
import json
import os
import pathlib
import shutil
from typing import Any

import pytest

import signac
from acceptance.support import assert_says, job_names
from signac import get_job
from signac.errors import AmbiguousIdError, JobNotFoundError, JobsCorruptedError


@pytest.fixture
def jobs(project: Any) -> list[Any]:
    return [project.open_job({"a": number}).init() for number in range(20)]


def test_by_state_point(project: Any) -> None:
    """The state point may be given by position or by name; nothing is created."""
    job = project.open_job({"a": 0})
    assert project.open_job(statepoint={"a": 0}) == job
    assert project.open_job({}).sp() == {}
    assert job_names(project) == set()


@pytest.mark.parametrize("arguments", [{}, {"statepoint": {"a": 0}, "id": "f" * 32}], ids=str)
def test_exactly_one_address(project: Any, arguments: Any) -> None:
    """Neither or both of state point and id is a `ValueError`."""
    with pytest.raises(ValueError) as caught:
        project.open_job(**arguments)
    assert_says(caught.value)


@pytest.mark.parametrize("value", [5, 1.5, ["a"], b"x"], ids=repr)
def test_id_must_be_text(project: Any, value: Any) -> None:
    """An id that is no string is a `TypeError`."""
    with pytest.raises(TypeError) as caught:
        project.open_job(id=value)
    assert_says(caught.value)


def test_by_full_id(project: Any, jobs: list[Any], reopen: Any) -> None:
    """A full id gives an equal handle with the state point, in this and a later session."""
    for where in (project, reopen()):
        for job in jobs:
            found = where.open_job(id=job.id)
            assert found == job
            assert hash(found) == hash(job)
            assert found.sp() == job.sp()


def test_by_id_reads_lazily(project: Any, job: Any, reopen: Any) -> None:
    """A handle by id is given before the state point is read."""
    pathlib.Path(job.fn(job.FN_STATE_POINT)).write_text("junk")
    found = reopen().open_job(id=job.id)
    assert found.id == str(found) == job.id
    assert found in project
    with pytest.raises(JobsCorruptedError):
        found.sp()


def test_by_prefix(project: Any, jobs: list[Any], reopen: Any) -> None:
    """Every prefix with a single match gives that job, with its full id; others are errors."""
    for where in (project, reopen()):
        for job in jobs:
            for length in (1, 2, 3, 8, 31):
                prefix = job.id[:length]
                matches = [other for other in jobs if other.id.startswith(prefix)]
                if len(matches) == 1:
                    assert where.open_job(id=prefix) == job
                    assert where.open_job(id=prefix).id == job.id
                else:
                    with pytest.raises(LookupError) as caught:
                        where.open_job(id=prefix)
                    assert isinstance(caught.value, AmbiguousIdError)
                    assert not isinstance(caught.value, KeyError)
                    assert_says(caught.value, prefix)


def test_shortest_unique_prefix(project: Any, jobs: list[Any]) -> None:
    """`min_len_unique_id` is the length at which all prefixes differ."""
    length = project.min_len_unique_id()
    assert len({job.id[:length] for job in jobs}) == len(jobs)
    assert len({job.id[: length - 1] for job in jobs}) < len(jobs)
    for job in jobs:
        assert project.open_job(id=job.id[:length]) == job
    ambiguous = 0
    for job in jobs:
        try:
            project.open_job(id=job.id[: length - 1])
        except LookupError:
            ambiguous += 1
    assert ambiguous >= 2


def test_shortest_unique_prefix_of_few_jobs(project: Any) -> None:
    """No job or one job needs no prefix."""
    assert project.min_len_unique_id() == 0
    project.open_job({"a": 0}).init()
    assert project.min_len_unique_id() == 0


def test_empty_id(project: Any, job: Any) -> None:
    """An empty id is a prefix of all: the only job, or ambiguous."""
    assert project.open_job(id="") == job
    project.open_job({"a": 1}).init()
    with pytest.raises(LookupError):
        project.open_job(id="")


@pytest.mark.parametrize("text", ["abc", "f" * 31, "f" * 32])
def test_unknown_id(project: Any, text: str) -> None:
    """An id or prefix without a job is a `KeyError` naming it."""
    for number in range(3):
        project.open_job({"a": number}).init()
    with pytest.raises(KeyError) as caught:
        project.open_job(id=text)
    assert isinstance(caught.value, JobNotFoundError)
    assert_says(caught.value, text)


@pytest.mark.parametrize(
    "text",
    [
        "../../victim",
        "./" * 14 + "../../victim",
        "../project/" + "/" * 32,
        ".signac_scratch" + "/" * 20,
        "9BFD29DF07674BC4AA960CF661B5ACD2",
        "9bfd29df07674bc4aa960cf661b5acd2/",
        "9bfd29df07674bc4aa960cf661b5acd2\n",
        "9bfd29df07674bc4aa960cf661b5acd2_backup",
        "9bfd29df07674bc4aa960cf661b5acd20",
        "signac_statepoint.json",
        ".",
        "..",
        "*",
        "[0-9]",
        "\x00",
        " ",
    ],
)
def test_id_that_is_not_hexadecimal(project: Any, job: Any, tmp_path: Any, text: str) -> None:
    """What is not at most 32 hex digits is never an id, whatever lies there on disk."""
    victim = pathlib.Path(project.path).parent / "victim"
    victim.mkdir()
    (victim / "file.txt").write_text("mine")
    os.mkdir(job.path + "_backup")
    os.mkdir(job.path + "0")
    with pytest.raises(JobNotFoundError) as caught:
        project.open_job(id=text)
    assert isinstance(caught.value, KeyError)
    assert_says(caught.value)
    assert (victim / "file.txt").read_text() == "mine"


def test_id_of_a_removed_job(project: Any, job: Any) -> None:
    """An id that this session knows gives a handle after the job was removed."""
    job.remove()
    found = project.open_job(id=job.id)
    assert found not in project
    assert found.sp() == {"a": 0}
    assert found.init() in project


def write_cache(project: Any, content: Any) -> None:
    with gzip.open(project.fn(project.FN_CACHE), "wt") as stream:
        json.dump(content, stream)


def test_id_in_the_cache_file(project: Any, reopen: Any) -> None:
    """An id in the state point cache gives a handle, also when its directory is gone."""
    job = project.open_job({"a": 0})
    write_cache(project, {job.id: {"a": 0}})
    found = reopen().open_job(id=job.id)
    assert found.sp() == {"a": 0}
    assert found not in project
    assert len(reopen()) == 0
    assert found.init() in project


def test_handle_does_not_touch_the_job(project: Any, job: Any, reopen: Any) -> None:
    """Opening by state point works for a job that cannot be read."""
    shutil.rmtree(job.path)
    pathlib.Path(job.path).touch()
    assert reopen().open_job({"a": 0}).id == job.id


def test_get_job(project: Any, job: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """`get_job` finds the job of a path in it, or of the current directory."""
    os.makedirs(job.fn("sub/deep"))
    pathlib.Path(job.fn("sub/file.txt")).touch()
    for path in (job.path, job.fn("sub/deep"), job.fn("sub/file.txt"), pathlib.Path(job.path)):
        found = get_job(path)
        assert found == job
        assert found.sp() == {"a": 0}
        assert found.project == project
    assert get_job(path=job.path) == job
    assert signac.Project.get_job(job.path) == job
    assert project.get_job(job.path) == job
    monkeypatch.chdir(job.fn("sub/deep"))
    assert get_job() == job
    assert get_job("..") == job


def test_get_job_inside_the_context(job: Any) -> None:
    """Inside a job's context `get_job()` is that job."""
    with job:
        assert get_job() == job


def test_get_job_with_a_nested_project(project: Any, job: Any) -> None:
    """A project nested in the job is ignored, and its own jobs are found."""
    inner = signac.init_project(job.fn("inner"))
    nested = inner.open_job({"b": 0}).init()
    assert get_job(job.fn("inner")) == job
    assert get_job(nested.path) == nested
    assert get_job(nested.path).project == inner


def test_get_job_through_a_link(project: Any, other_project: Any, job: Any) -> None:
    """A link in another workspace that points to a job gives an equal job."""
    link = os.path.join(other_project.workspace, job.id)
    os.symlink(job.path, link)
    assert get_job(link) == job


@pytest.mark.parametrize("where", ["missing", "project", "outside"])
def test_get_job_where_there_is_none(project: Any, tmp_path: Any, where: str) -> None:
    """A missing path, or one without a job id, is a `LookupError` naming the path."""
    path = {
        "missing": os.path.join(project.workspace, "f" * 32, "missing"),
        "project": project.path,
        "outside": str(tmp_path),
    }[where]
    with pytest.raises(LookupError) as caught:
        get_job(path)
    assert_says(caught.value)


def test_get_job_without_a_project(tmp_path: Any) -> None:
    """An id in a path that lies in no project is a `LookupError`."""
    path = tmp_path / "workspace" / ("f" * 32)
    path.mkdir(parents=True)
    with pytest.raises(LookupError) as caught:
        get_job(path)
    assert_says(caught.value)
