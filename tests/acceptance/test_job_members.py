"""The members of a job handle, its identity, and what they do and do not touch on disk."""

import json
import os
import pathlib
from typing import Any

import pytest

import signac
from acceptance.support import DOCUMENT, STATE_POINT, assert_says, job_names
from signac import Project
from signac.job import Job


def test_constants() -> None:
    """The file names of a job and a project are class attributes."""
    assert Job.FN_STATE_POINT == STATE_POINT
    assert Job.FN_DOCUMENT == DOCUMENT
    assert Job.KEY_DATA == Project.KEY_DATA == "signac_data"
    assert Project.FN_DOCUMENT == "signac_project_document.json"
    assert os.path.join(".signac", "statepoint_cache.json.gz") == Project.FN_CACHE
    assert signac.H5StoreManager.suffix == ".h5"
    assert signac.H5StoreManager.cls is signac.H5Store


def test_id_and_path(project: Any) -> None:
    """The path is the absolute path of the workspace and the id."""
    job = project.open_job({"a": 0})
    assert job.id == "9bfd29df07674bc4aa960cf661b5acd2"
    assert job.path == os.path.join(project.workspace, job.id)
    assert os.path.isabs(job.path)
    assert isinstance(job.path, str)


def test_str_is_the_id(project: Any) -> None:
    """`str(job)` and formatting give the id."""
    job = project.open_job({"a": 0})
    assert str(job) == f"{job}" == job.id


@pytest.mark.parametrize("initialised", [False, True])
def test_repr_evaluates_to_an_equal_job(project: Any, initialised: bool) -> None:
    """`eval(repr(job)) == job`, before and after the job exists."""
    job = project.open_job({"a": 0, "b": {"c": [1, None, "x"]}})
    if initialised:
        job.init()
    assert eval(repr(job)) == job
    assert repr(job) == f"Job(project={project!r}, statepoint={job.statepoint()!r})"
    assert repr(project.open_job(job.sp())) == repr(job)


def test_project_is_the_very_object(project: Any) -> None:
    """`job.project` is the object that opened the job, in each way of opening it."""
    job = project.open_job({"a": 0}).init()
    handles = [job, project.open_job(id=job.id), *project, *project.find_jobs({"a": 0})]
    assert len(handles) == 4
    assert all(handle.project is project for handle in handles)


def test_project_of_a_subclass(tmp_path: Any) -> None:
    """A job that a subclass opened belongs to the object of the subclass."""

    class Special(Project):
        pass

    special = Special.init_project(tmp_path / "special")
    job = special.open_job({"a": 0}).init()
    assert job.project is special
    assert type(special.open_job(id=job.id).project) is Special


@pytest.mark.parametrize("name", ["id", "path", "project", "stores", "cached_statepoint"])
def test_read_only_property(job: Any, name: str) -> None:
    """A read-only property can be neither set nor deleted."""
    with pytest.raises(AttributeError):
        setattr(job, name, "x")
    with pytest.raises(AttributeError):
        delattr(job, name)


@pytest.mark.parametrize("name", ["sp", "statepoint", "doc", "document", "data"])
def test_settable_property_cannot_be_deleted(job: Any, name: str) -> None:
    """The containers can be set, not deleted."""
    with pytest.raises(AttributeError):
        delattr(job, name)


def test_extra_attributes_may_be_set(job: Any) -> None:
    """A handle takes any other attribute, as an ordinary object does."""
    job.note = 5
    assert job.note == 5


@pytest.mark.parametrize("name", ["missing", "_missing", "__missing__", "labels"])
def test_missing_attribute(job: Any, name: str) -> None:
    """An unknown attribute is an `AttributeError`."""
    assert not hasattr(job, name)


def test_aliases_are_the_same_object(job: Any) -> None:
    """`sp`, `doc` and `data` are the same objects as the long names give."""
    assert job.sp is job.statepoint
    assert job.doc is job.document
    assert job.data is job.data
    assert job.data is job.stores.signac_data
    assert job.data is job.stores["signac_data"]


def test_fn(job: Any) -> None:
    """`fn` joins the path and a name, which may be absolute, empty, path-like or missing."""
    assert job.fn("x.txt") == os.path.join(job.path, "x.txt")
    assert job.fn("sub/x.txt") == os.path.join(job.path, "sub", "x.txt")
    assert job.fn("/abs") == "/abs"
    assert job.fn("") == job.path + os.sep
    assert job.fn(pathlib.Path("x.txt")) == os.path.join(job.path, "x.txt")
    assert not os.path.exists(job.fn("x.txt"))


def test_isfile(project: Any) -> None:
    """`isfile` is true for a regular file of an initialised job only."""
    job = project.open_job({"a": 0})
    assert not job.isfile("x.txt")
    assert not job.isfile(STATE_POINT)
    job.init()
    assert job.isfile(STATE_POINT)
    assert not job.isfile("x.txt")
    pathlib.Path(job.fn("x.txt")).touch()
    assert job.isfile("x.txt")
    assert job.isfile(pathlib.Path("x.txt"))
    os.mkdir(job.fn("folder"))
    assert not job.isfile("folder")


def test_job_is_path_like(job: Any) -> None:
    """A job stands for its directory wherever a path is taken, and `/` gives a `pathlib.Path`."""
    assert os.fspath(job) == job.path
    assert isinstance(job / "out.txt", pathlib.Path)
    assert job / "out.txt" == pathlib.Path(job.path) / "out.txt"
    assert job / "sub" / "out.txt" == pathlib.Path(job.fn("sub/out.txt"))
    (job / "out.txt").write_text("hello")
    assert sorted(os.listdir(job)) == sorted(["out.txt", STATE_POINT])
    assert pathlib.Path(job) == pathlib.Path(job.path)


def test_path_follows_the_state_point(job: Any) -> None:
    """The path-like form follows a change of the state point."""
    job.sp.a = 5
    assert os.fspath(job) == job.path
    assert job.path.endswith(job.id)
    assert (job / STATE_POINT).is_file()


def test_equality_and_hash(project: Any, other_project: Any) -> None:
    """Jobs are equal iff id and real path are; the hash is that of the id."""
    job = project.open_job({"a": 0})
    same = signac.get_project(project.path).open_job({"a": 0})
    assert job == same
    assert job == project.open_job({"a": 0})
    assert not job != same  # noqa: SIM202
    assert hash(job) == hash(same) == hash(job.id)
    assert job != project.open_job({"a": 1})
    elsewhere = other_project.open_job({"a": 0})
    assert elsewhere != job
    assert hash(elsewhere) == hash(job)
    assert len({job, same, elsewhere}) == 2


def test_equality_through_a_symlink(project: Any, tmp_path: Any) -> None:
    """The same project reached through a link gives an equal job."""
    (tmp_path / "link").symlink_to(project.path, target_is_directory=True)
    linked = signac.get_project(tmp_path / "link")
    job = project.open_job({"a": 0}).init()
    assert linked.open_job({"a": 0}) == job
    assert linked.open_job({"a": 0}).path != job.path


@pytest.mark.parametrize("other", [None, 5, "9bfd29df07674bc4aa960cf661b5acd2", {"a": 0}, object])
def test_job_is_not_equal_to_anything_else(job: Any, other: Any) -> None:
    """A job compares as different from what is no job, both ways round."""
    assert not job == other  # noqa: SIM201
    assert job != other
    assert other != job


def test_equality_with_a_subclass(project: Any, job: Any) -> None:
    """A job of a subclass is equal in both directions."""

    class Special(Job):
        pass

    special = Special(project, {"a": 0})
    assert special == job
    assert job == special
    assert not special != job  # noqa: SIM202


def test_jobs_have_no_order_and_are_true(project: Any) -> None:
    """A job is true, also before it exists, and two jobs have no order."""
    job = project.open_job({"a": 0})
    assert bool(job) is True
    with pytest.raises(TypeError):
        job < project.open_job({"a": 1})


@pytest.mark.parametrize(
    "use",
    [
        lambda job: job.id,
        lambda job: job.path,
        lambda job: job.fn("x"),
        lambda job: job.isfile("x"),
        lambda job: job.sp.a,
        lambda job: job.statepoint(),
        lambda job: setattr(job.sp, "b", 1),
        lambda job: setattr(job, "sp", {"b": 1}),
        lambda job: job.cached_statepoint["a"],
        lambda job: job.update_statepoint({"c": 1}),
        lambda job: job.clear(),
        lambda job: job.remove(),
        lambda job: str(job) + repr(job),
        lambda job: job in job.project,
        lambda job: os.fspath(job),
        lambda job: job.close(),
        lambda job: hash(job),
        lambda job: job == job,
    ],
    ids=range(18),
)
def test_what_does_not_initialise(project: Any, use: Any) -> None:
    """Looking at a job, or changing the state point of one that does not exist, creates nothing."""
    job = project.open_job({"a": 0})
    use(job)
    assert job_names(project) == set()
    assert job not in project


@pytest.mark.parametrize(
    "use",
    [
        lambda job: job.doc,
        lambda job: job.document,
        lambda job: job.doc.get("x"),
        lambda job: setattr(job, "doc", {"x": 1}),
        lambda job: job.data,
        lambda job: job.stores,
        lambda job: job.open() or job.close(),
        lambda job: job.__enter__() and job.__exit__(None, None, None),
        lambda job: job.reset(),
        lambda job: job.init(),
    ],
    ids=range(10),
)
def test_what_initialises(project: Any, use: Any) -> None:
    """Data, documents and the working-directory context create the job, with its state point."""
    job = project.open_job({"a": 0})
    use(job)
    assert job in project
    assert json.loads(pathlib.Path(job.fn(STATE_POINT)).read_text()) == {"a": 0}


def test_membership(project: Any, other_project: Any) -> None:
    """A job is in a project iff its directory exists there, whoever opened it."""
    job = project.open_job({"a": 0})
    assert job not in project
    job.init()
    assert job in project
    assert project.open_job({"a": 0}) in project
    assert job not in other_project
    other_project.open_job({"a": 0}).init()
    assert job in other_project
    job.remove()
    assert job not in project


def test_job_constructor(project: Any) -> None:
    """`Job(project, statepoint)` and `Job(project, id_=...)` give handles."""
    job = Job(project, {"a": 0})
    assert job.id == "9bfd29df07674bc4aa960cf661b5acd2"
    assert job == project.open_job({"a": 0})
    assert job.project is project
    job.init()
    assert Job(project, id_=job.id).sp() == {"a": 0}
    assert Job(project=project, statepoint={"a": 0}, id_=job.id, directory_known=True) == job
    assert Job(project, id_="f" * 32).id == "f" * 32


def test_job_constructor_needs_an_address(project: Any) -> None:
    """Neither a state point nor an id is a `ValueError`."""
    with pytest.raises(ValueError) as caught:
        Job(project)
    assert_says(caught.value)


def test_older_spellings(job: Any) -> None:
    """The older names give the same as the present ones, without a warning."""
    assert job.get_id() == job.id
    assert job.workspace() == job.path
    assert job.ws == job.path
    job.reset_statepoint({"b": 1})
    assert job.sp() == {"b": 1}
    assert job.workspace() == job.path == os.path.join(job.project.workspace, job.id)
    with pytest.raises(AttributeError):
        job.ws = "x"


def test_older_spellings_create_nothing(project: Any) -> None:
    """`workspace()` and `ws` name the directory without creating it."""
    job = project.open_job({"a": 0})
    assert job.workspace() == job.ws == job.path
    assert not os.path.exists(job.path)


def test_format_fields(job: Any) -> None:
    """State point and document values can be named in format strings."""
    job.doc.a = {"b": 7}
    assert "{job.sp.a}".format(job=job) == "0"  # noqa: UP032
    assert f"{job.sp['a']}" == "0"
    assert f"{job.doc['a']['b']}" == "7"
    assert f"{job.doc.a.b}" == "7"


def test_file_texts(project: Any) -> None:
    """Both files are JSON text as Python writes it, keys in the order they were given."""
    job = project.open_job({"b": 1, "a": {"ü": [None, True, float("nan")]}}).init()
    job.doc["z"] = "é😀"
    job.doc["y"] = 1.0
    text = '{"b": 1, "a": {"\\u00fc": [null, true, NaN]}}'
    assert pathlib.Path(job.fn(STATE_POINT)).read_text() == text
    assert pathlib.Path(job.fn(DOCUMENT)).read_text() == '{"z": "\\u00e9\\ud83d\\ude00", "y": 1.0}'


def test_only_the_promised_files(project: Any) -> None:
    """A job directory holds the state point, and after the first write the document."""
    job = project.open_job({"a": 0}).init()
    assert os.listdir(job.path) == [STATE_POINT]
    assert job.doc.get("x") is None
    assert os.listdir(job.path) == [STATE_POINT]
    job.doc.x = 1
    assert sorted(os.listdir(job.path)) == sorted([STATE_POINT, DOCUMENT])


def test_modes_follow_the_umask(project: Any) -> None:
    """Files and directories get the usual permissions."""
    old = os.umask(0o022)
    try:
        job = project.open_job({"a": 0}).init()
        job.doc.x = 1
    finally:
        os.umask(old)
    assert os.stat(job.path).st_mode & 0o777 == 0o755
    assert os.stat(job.fn(STATE_POINT)).st_mode & 0o777 == 0o644
    assert os.stat(job.fn(DOCUMENT)).st_mode & 0o777 == 0o644
