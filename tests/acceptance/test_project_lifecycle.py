"""Creating, opening and comparing projects."""

import os
import pathlib
import shutil
from typing import Any

import pytest

import signac
from acceptance.support import assert_says, tree
from signac import Project, get_project, init_project
from signac.errors import IncompatibleSchemaVersion, WorkspaceError


class Special(Project):
    """A subclass, as downstream programs make them."""


def test_init_project(tmp_path: Any) -> None:
    """`init_project` creates the directory with parents, the config and the workspace."""
    project = init_project(tmp_path / "x" / "y")
    assert isinstance(project, Project)
    assert project.path == str(tmp_path / "x" / "y")
    assert project.workspace == os.path.join(project.path, "workspace")
    entries = {name for name in tree(project.path) if "scratch" not in name}
    assert entries == {".signac", os.path.join(".signac", "config"), "workspace"}
    assert len(project) == 0


def test_init_project_here(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a path the current directory becomes the project."""
    monkeypatch.chdir(tmp_path)
    assert init_project().path == str(tmp_path)
    assert Project().path == str(tmp_path)
    assert get_project().path == str(tmp_path)


def test_init_project_again(project: Any) -> None:
    """Initialising again changes nothing; further keys of the configuration survive."""
    project.open_job({"a": 0}).init().doc.x = 1
    config = pathlib.Path(project.path, ".signac", "config")
    config.write_text("# mine\nschema_version = 2\nextra = 1\n")
    before = tree(project.path)
    again = init_project(project.path)
    assert again == project
    assert again.config["extra"] == "1"
    assert tree(project.path) == before


def test_init_project_completes_an_empty_directory(tmp_path: Any) -> None:
    """An empty `.signac` is no project; `init_project` completes it."""
    (tmp_path / "p" / ".signac").mkdir(parents=True)
    with pytest.raises(LookupError):
        Project(tmp_path / "p")
    assert init_project(tmp_path / "p").path == str(tmp_path / "p")
    assert Project(tmp_path / "p").config["schema_version"] == "2"


def test_init_project_on_a_file(tmp_path: Any) -> None:
    """A file cannot become a project."""
    (tmp_path / "file").write_text("mine")
    with pytest.raises(NotADirectoryError) as caught:
        init_project(tmp_path / "file")
    assert_says(caught.value, "file")
    assert (tmp_path / "file").read_text() == "mine"


def test_nested_projects(project: Any) -> None:
    """A project may lie inside another one, even inside a job."""
    job = project.open_job({"a": 0}).init()
    inner = init_project(job.fn("inner"))
    assert inner != project
    assert inner.path == job.fn("inner")
    inner.open_job({"b": 0}).init()
    assert get_project(job.fn("inner/workspace")) == inner
    assert get_project(job.path) == project
    assert len(project) == 1


@pytest.mark.parametrize("entry", [Project, Special], ids=["Project", "Special"])
def test_project_needs_a_project(tmp_path: Any, entry: Any) -> None:
    """`Project(path)` searches nowhere; no project there is a `LookupError` naming the path."""
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(LookupError) as caught:
            entry(path)
        assert_says(caught.value, str(path))
    assert not (tmp_path / "missing").exists()


def test_project_does_not_search(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """`Project()` in a directory below a project is a `LookupError`."""
    sub = pathlib.Path(project.path, "sub")
    sub.mkdir()
    monkeypatch.chdir(sub)
    with pytest.raises(LookupError) as caught:
        Project()
    assert_says(caught.value, str(sub))
    assert get_project() == project


def test_get_project_searches_upwards(project: Any) -> None:
    """`get_project` finds the project of a directory or a file in it."""
    deep = pathlib.Path(project.path, "a", "b")
    deep.mkdir(parents=True)
    (deep / "file.txt").touch()
    assert get_project(deep) == project
    assert get_project(str(deep)) == project
    assert get_project(deep / "file.txt") == project
    assert get_project(path=deep, search=True) == project
    assert get_project(project.path, search=False) == project


def test_get_project_without_search(project: Any) -> None:
    """`search=False` looks at the path only."""
    sub = pathlib.Path(project.path, "sub")
    sub.mkdir()
    with pytest.raises(LookupError) as caught:
        get_project(sub, search=False)
    assert_says(caught.value, str(sub))


def test_get_project_where_there_is_none(tmp_path: Any) -> None:
    """No project above, or no such path, is a `LookupError` naming the path."""
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(LookupError) as caught:
            get_project(path)
        assert_says(caught.value, str(path))


def test_get_project_passes_arguments_on(project: Any) -> None:
    """Unknown keywords reach the constructor."""
    with pytest.raises(TypeError):
        get_project(project.path, foo=1)


def test_opening_creates_the_workspace(project: Any) -> None:
    """A plain missing workspace is created when the project is opened."""
    shutil.rmtree(project.workspace)
    assert os.path.isdir(Project(project.path).workspace)


def test_opening_with_a_file_as_workspace(project: Any, caplog: Any) -> None:
    """A file in place of the workspace is a `FileExistsError`, logged, and kept."""
    shutil.rmtree(project.workspace)
    pathlib.Path(project.workspace).write_text("mine")
    with pytest.raises(FileExistsError) as caught:
        Project(project.path)
    assert_says(caught.value, "workspace")
    assert pathlib.Path(project.workspace).read_text() == "mine"
    assert any(record.levelname == "ERROR" for record in caplog.records)


def test_opening_with_a_dangling_workspace(project: Any, tmp_path: Any) -> None:
    """A workspace that is a link to nowhere is refused, and not replaced by an empty one."""
    shutil.rmtree(project.workspace)
    os.symlink(tmp_path / "not mounted", project.workspace)
    with pytest.raises(OSError) as caught:
        Project(project.path)
    assert_says(caught.value, "workspace")
    assert os.path.islink(project.workspace)
    assert not (tmp_path / "not mounted").exists()


def test_workspace_link_that_breaks_later(project: Any, tmp_path: Any) -> None:
    """When the target of a linked workspace vanishes, listing and creating are errors."""
    target = tmp_path / "disk"
    shutil.move(project.workspace, target)
    os.symlink(target, project.workspace)
    linked = Project(project.path)
    linked.open_job({"a": 0}).init()
    assert len(linked) == 1
    os.rename(target, tmp_path / "unmounted")
    with pytest.raises(WorkspaceError):
        len(linked)
    with pytest.raises(OSError):
        linked.open_job({"a": 1}).init()
    assert not target.exists()
    os.rename(tmp_path / "unmounted", target)
    assert len(linked) == 1


@pytest.mark.parametrize(
    "text", ["project = old\n", "project = old\nschema_version = 0\n", "schema_version = 1\n"]
)
def test_old_project(tmp_path: Any, text: str) -> None:
    """A project of an older layout is recognised by every entry point, and not touched."""
    if "project" not in text:
        text = "project = old\n" + text
    (tmp_path / "sub").mkdir()
    (tmp_path / "signac.rc").write_text(text)
    before = tree(tmp_path)
    for use in (
        lambda: Project(tmp_path),
        lambda: get_project(tmp_path),
        lambda: get_project(tmp_path / "sub"),
        lambda: init_project(tmp_path),
    ):
        with pytest.raises(IncompatibleSchemaVersion) as caught:
            use()
        assert_says(caught.value, "igrat")
    assert tree(tmp_path) == before


@pytest.mark.parametrize("kind", [str, pathlib.Path])
def test_path_arguments(project: Any, kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Strings and paths are accepted; relative ones are made absolute."""
    assert Project(kind(project.path)) == project
    monkeypatch.chdir(os.path.dirname(project.path))
    for found in (
        Project(kind("project")),
        get_project(kind("project")),
        init_project(kind("project")),
    ):
        assert found.path == project.path
        assert found == project


def test_symlinks_are_not_resolved(project: Any, tmp_path: Any) -> None:
    """A project reached through a link keeps the path of the link, and is not equal."""
    os.symlink(project.path, tmp_path / "link")
    linked = get_project(tmp_path / "link")
    assert linked.path == str(tmp_path / "link")
    assert linked != project
    job = project.open_job({"a": 0}).init()
    assert job in linked


def test_text_forms(project: Any) -> None:
    """`str` is the path; `repr` evaluates to an equal project."""
    assert str(project) == project.path
    assert repr(project) == f"Project('{project.path}')"
    assert eval(repr(project)) == project


def test_equality(project: Any, other_project: Any) -> None:
    """Projects are equal iff class name and path are; they have no hash."""
    assert project == Project(project.path)
    assert not project != Project(project.path)  # noqa: SIM202
    assert project != other_project
    assert project != Special(project.path)
    assert Special(project.path) == Special(project.path)
    assert project != 5
    assert project is not None
    assert project != project.path
    with pytest.raises(TypeError):
        hash(project)


def test_subclass(tmp_path: Any) -> None:
    """The class methods give objects of the subclass."""
    special = Special.init_project(tmp_path / "special")
    assert type(special) is Special
    assert repr(special) == f"Special('{special.path}')"
    assert type(Special.get_project(path=special.path)) is Special
    assert type(Special.get_project(special.path, search=False)) is Special
    assert type(Special.get_job(special.open_job({"a": 0}).init().path).project) is Special


def test_methods_go_through_open_job(tmp_path: Any) -> None:
    """Iteration and search give what an overridden `open_job` gives."""
    from signac.job import Job

    class MyJob(Job):
        pass

    class Mine(Project):
        def open_job(self, statepoint: Any = None, id: Any = None) -> Any:  # noqa: A002
            job = super().open_job(statepoint, id)
            return MyJob(self, id_=job.id) if id is not None else MyJob(self, job.statepoint())

    project = Mine.init_project(tmp_path / "mine")
    project.open_job({"a": 0}).init()
    assert [type(job) for job in (*project, *project.find_jobs({"a": 0}))] == [MyJob, MyJob]


@pytest.mark.parametrize("name", ["path", "workspace", "config", "stores"])
def test_read_only_properties(project: Any, name: str) -> None:
    """Path, workspace, config and stores cannot be set."""
    with pytest.raises(AttributeError):
        setattr(project, name, "x")


def test_fn_and_isfile(project: Any) -> None:
    """`fn` joins the project path and a name; `isfile` is true for regular files only."""
    assert project.fn("x.txt") == os.path.join(project.path, "x.txt")
    assert project.fn("") == os.path.join(project.path, "")
    assert project.fn("/abs") == "/abs"
    assert not project.isfile("x.txt")
    pathlib.Path(project.fn("x.txt")).touch()
    assert project.isfile("x.txt")
    assert not project.isfile("workspace")
    assert not project.isfile("missing/x.txt")


def test_project_is_a_plain_class(project: Any) -> None:
    """The class has no metaclass, and objects take any attribute."""
    assert type(Project) is type
    project.anything = 1
    assert project.anything == 1
    assert not hasattr(project, "labels")


def test_extension_attributes_do_not_disturb(project: Any) -> None:
    """Names that programs set on a project do not disturb it."""
    for name in (
        "_is_buffered",
        "_jobs_cursor",
        "_operations",
        "_groups",
        "_buffered",
        "_environment",
    ):
        assert not hasattr(project, name)
        setattr(project, name, name)
    job = project.open_job({"a": 0}).init()
    assert list(project) == [job]
    assert list(project.find_jobs({"a": 0})) == [job]


def test_removed_names(project: Any) -> None:
    """Names that the present version of the interface removed do not exist."""
    for name in (
        "root_directory",
        "num_jobs",
        "find_job_ids",
        "groupbydoc",
        "get_id",
        "id",
        "name",
    ):
        assert not hasattr(project, name)
    assert not hasattr(signac, "Job")
    with pytest.raises(TypeError):
        project.find_jobs(doc_filter={"a": 1})
