"""Imports of directories and archives."""

import json
import os
import pathlib
import shutil
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

import signac
from acceptance.moving import (
    ARCHIVES,
    CONTAINERS,
    TWO,
    add_jobs,
    bare,
    files_below,
    folders_below,
    made,
    picture,
    statepoints,
    target_in,
)
from acceptance.support import STATE_POINT, assert_says, job_names, read_json, tree
from signac.errors import DestinationExistsError, SchemaSyncConflict, StatepointParsingError
from signac.import_export import import_into_project
from signac.job import calc_id


@pytest.fixture
def two(tmp_path: Path) -> Any:
    """Return a project with two jobs that have files, the source of imports."""
    return made(tmp_path / "source", *TWO)


@pytest.fixture
def origin(tmp_path: Path, two: Any) -> str:
    """Return a directory that two jobs were exported to."""
    target = str(tmp_path / "origin")
    two.export_to(target)
    return target


def exported(two: Any, tmp_path: Path, container: str) -> str:
    target = target_in(tmp_path, container)
    two.export_to(target)
    return target


def places(project: Any) -> dict[str, str]:
    """Return the path that each of the two jobs has in a project."""
    return {f"a/{n}": os.path.join(project.workspace, calc_id({"a": n})) for n in (0, 1)}


class TestOrigins:
    def test_directory(self, project: Any, two: Any, origin: str) -> None:
        """The result maps each directory, as walked, to the path of its job."""
        result = project.import_from(origin)
        assert type(result) is dict
        assert result == {f"{origin}/{name}": path for name, path in places(project).items()}
        assert picture(project) == picture(two)
        assert statepoints(project) == list(TWO)

    @pytest.mark.parametrize("text", ["origin", "./origin", "origin/"])
    def test_relative_directory(
        self, project: Any, origin: str, text: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A relative origin stays relative in the result."""
        monkeypatch.chdir(os.path.dirname(origin))
        result = project.import_from(text)
        assert set(result) == {f"{text.rstrip('/')}/a/{n}" for n in (0, 1)}

    def test_current_directory(
        self, project: Any, origin: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Without an origin the current directory is imported."""
        monkeypatch.chdir(origin)
        result = project.import_from()
        assert set(result) == {f"{origin}/a/{n}" for n in (0, 1)}
        assert statepoints(project) == list(TWO)

    def test_origin_is_left_alone(self, project: Any, origin: str) -> None:
        """An import changes nothing in the origin."""
        before = tree(origin)
        project.import_from(origin)
        assert tree(origin) == before

    def test_origin_is_a_link(self, project: Any, origin: str, tmp_path: Path) -> None:
        """The origin itself may be a link."""
        os.symlink(origin, tmp_path / "link")
        result = project.import_from(str(tmp_path / "link"))
        assert set(result) == {f"{tmp_path}/link/a/{n}" for n in (0, 1)}
        assert statepoints(project) == list(TWO)

    def test_linked_directories_below(self, project: Any, origin: str, tmp_path: Path) -> None:
        """Links to directories below the origin are not walked into."""
        (tmp_path / "above").mkdir()
        os.symlink(origin, tmp_path / "above/link")
        assert project.import_from(str(tmp_path / "above")) == {}
        assert job_names(project) == set()

    def test_origin_is_a_job(self, project: Any, tmp_path: Path) -> None:
        """The origin itself may be the directory of a job."""
        origin = files_below(tmp_path / "origin", {STATE_POINT: '{"a": 1}', "f": "x"})
        assert list(project.import_from(origin)) == [origin]
        assert sorted(os.listdir(project.open_job({"a": 1}).path)) == ["f", STATE_POINT]

    @pytest.mark.parametrize("container", CONTAINERS)
    def test_path_object(self, project: Any, two: Any, tmp_path: Path, container: str) -> None:
        """The origin may be a path object."""
        project.import_from(pathlib.Path(exported(two, tmp_path, container)))
        assert statepoints(project) == list(TWO)

    def test_missing(self, project: Any, tmp_path: Path) -> None:
        """An origin that is not there is a `ValueError`."""
        with pytest.raises(ValueError) as caught:
            project.import_from(str(tmp_path / "missing"))
        assert_says(caught.value, "missing")

    @pytest.mark.parametrize("content", [b"junk", b"", b"PK", b"\x1f\x8b"], ids=repr)
    def test_other_file(self, project: Any, tmp_path: Path, content: bytes) -> None:
        """A file that is no archive is a `RuntimeError`."""
        (tmp_path / "junk.zip").write_bytes(content)
        with pytest.raises(RuntimeError) as caught:
            project.import_from(str(tmp_path / "junk.zip"))
        assert_says(caught.value, "junk.zip")

    @pytest.mark.parametrize("container", ARCHIVES)
    def test_archives_are_told_by_content(
        self, project: Any, two: Any, tmp_path: Path, container: str
    ) -> None:
        """An archive may have any name."""
        os.rename(exported(two, tmp_path, container), tmp_path / "data")
        project.import_from(str(tmp_path / "data"))
        assert picture(project) == picture(two)

    def test_sources_in_a_zip(self, project: Any, two: Any, tmp_path: Path) -> None:
        """The sources of a zip are the directories of its members."""
        assert project.import_from(exported(two, tmp_path, "zip")) == places(project)

    @pytest.mark.parametrize("container", ["tar", "tar.gz"])
    def test_sources_in_a_tar(self, project: Any, two: Any, tmp_path: Path, container: str) -> None:
        """The sources of a tar end with the directories of its members."""
        result = project.import_from(exported(two, tmp_path, container))
        assert {source[-3:]: job for source, job in result.items()} == places(project)

    def test_empty(self, project: Any, tmp_path: Path) -> None:
        """Where there is nothing, nothing is imported."""
        (tmp_path / "empty").mkdir()
        with zipfile.ZipFile(tmp_path / "empty.zip", "w"):
            pass
        with tarfile.open(tmp_path / "empty.tar", "w"):
            pass
        for name in ("empty", "empty.zip", "empty.tar"):
            assert project.import_from(str(tmp_path / name)) == {}
        assert job_names(project) == set()


class TestStatePointFiles:
    def test_null_is_skipped(self, project: Any, tmp_path: Path) -> None:
        """A file with `null` makes no job."""
        origin = files_below(
            tmp_path / "origin", {f"x/{STATE_POINT}": "null", f"y/{STATE_POINT}": '{"a": 1}'}
        )
        assert list(project.import_from(origin)) == [f"{origin}/y"]

    def test_no_json(self, project: Any, tmp_path: Path) -> None:
        """A file that is no JSON is a `JSONDecodeError`."""
        origin = files_below(tmp_path / "origin", {f"x/{STATE_POINT}": "{"})
        with pytest.raises(json.JSONDecodeError) as caught:
            project.import_from(origin)
        assert_says(caught.value)
        assert job_names(project) == set()

    def test_empty_mapping(self, project: Any, tmp_path: Path) -> None:
        """An empty mapping is a state point."""
        origin = files_below(tmp_path / "origin", {f"x/{STATE_POINT}": "{}"})
        assert len(project.import_from(origin)) == 1
        assert statepoints(project) == [{}]

    def test_bytes_are_kept(self, project: Any, tmp_path: Path) -> None:
        """A valid file is kept byte for byte."""
        origin = files_below(tmp_path / "origin", {f"x/{STATE_POINT}": ' {"a":  1}\n'})
        project.import_from(origin)
        job = project.open_job({"a": 1})
        assert Path(job.fn(STATE_POINT)).read_text() == ' {"a":  1}\n'

    def test_inner_directories_are_not_examined(self, project: Any, tmp_path: Path) -> None:
        """A state point file inside a job stays a plain file."""
        origin = files_below(
            tmp_path / "origin",
            {f"x/{STATE_POINT}": '{"a": 1}', f"x/sub-dir/{STATE_POINT}": '{"a": 2}'},
        )
        assert list(project.import_from(origin)) == [f"{origin}/x"]
        assert statepoints(project) == [{"a": 1}]
        assert read_json(project.open_job({"a": 1}).fn(f"sub-dir/{STATE_POINT}")) == {"a": 2}

    def test_equal_state_points(self, project: Any, tmp_path: Path) -> None:
        """Two sources with one state point are refused, and nothing is imported."""
        origin = files_below(
            tmp_path / "origin",
            {f"{name}/{STATE_POINT}": '{"a": 1}' for name in ("x", "y")},
        )
        with pytest.raises(StatepointParsingError) as caught:
            project.import_from(origin)
        assert isinstance(caught.value, RuntimeError)
        assert_says(caught.value)
        assert job_names(project) == set()


def last_letter(path: str) -> Any:
    """Tell the state point of a directory that is called `x` or `y`."""
    name = os.path.basename(path)
    return {"name": name} if name in ("x", "y") else None


class TestCallables:
    def test_callable(self, project: Any, tmp_path: Path) -> None:
        """A function that gets a directory says which state point it has, or none."""
        origin = folders_below(tmp_path / "origin", ["x", "y", "z"])
        result = project.import_from(origin, schema=last_letter)
        assert set(result) == {f"{origin}/x", f"{origin}/y"}
        assert statepoints(project) == [{"name": "x"}, {"name": "y"}]
        job = project.open_job({"name": "x"})
        assert sorted(os.listdir(job.path)) == ["file.txt", STATE_POINT]
        assert read_json(job.fn(STATE_POINT)) == {"name": "x"}

    def test_every_directory_is_shown(self, project: Any, tmp_path: Path) -> None:
        """The function sees the origin and every directory below, not those inside a job."""
        origin = folders_below(tmp_path / "origin", ["x/inner", "z/deep", "w"])
        seen = []

        def schema(path: str) -> Any:
            seen.append(os.path.relpath(path, origin))
            return last_letter(path)

        project.import_from(origin, schema=schema)
        assert sorted(seen) == [".", "w", "x", "z", "z/deep"]

    def test_none_for_all(self, project: Any, origin: str) -> None:
        """A function that knows no directory imports nothing."""
        assert project.import_from(origin, schema=lambda path: None) == {}

    def test_empty_mapping(self, project: Any, tmp_path: Path) -> None:
        """An empty mapping counts as a job."""
        origin = folders_below(tmp_path / "origin", ["x"])
        result = project.import_from(origin, schema=lambda path: {} if path.endswith("x") else None)
        assert list(result) == [f"{origin}/x"]
        assert statepoints(project) == [{}]

    @pytest.mark.parametrize("container", CONTAINERS)
    def test_state_point_file_that_disagrees(
        self, project: Any, two: Any, tmp_path: Path, container: str
    ) -> None:
        """A state point file that says something else is refused."""
        origin = exported(two, tmp_path, container)
        with pytest.raises(StatepointParsingError) as caught:
            project.import_from(
                origin, schema=lambda path: {"b": path[-1]} if path[-1] in "01" else None
            )
        assert_says(caught.value)
        assert job_names(project) == set()

    @pytest.mark.parametrize("container", CONTAINERS)
    def test_state_point_file_that_agrees(
        self, project: Any, two: Any, tmp_path: Path, container: str
    ) -> None:
        """A function that says what the state point files say imports the same jobs."""
        origin = exported(two, tmp_path, container)
        project.import_from(
            origin, schema=lambda path: {"a": int(path[-1])} if path[-1:] in ("0", "1") else None
        )
        assert picture(project) == picture(two)

    def test_equal_state_points(self, project: Any, tmp_path: Path) -> None:
        """A function that gives two directories one state point is refused."""
        origin = folders_below(tmp_path / "origin", ["x", "y"])
        with pytest.raises(StatepointParsingError) as caught:
            project.import_from(
                origin, schema=lambda path: {"a": 1} if path[-1:] in ("x", "y") else None
            )
        assert_says(caught.value)
        assert job_names(project) == set()

    def test_function_that_raises(self, project: Any, tmp_path: Path) -> None:
        """An error of the function comes through, and nothing is imported."""
        origin = folders_below(tmp_path / "origin", ["x", "y"])

        def schema(path: str) -> Any:
            if path.endswith("y"):
                raise ZeroDivisionError
            return last_letter(path)

        with pytest.raises(ZeroDivisionError):
            project.import_from(origin, schema=schema)
        assert job_names(project) == set()


@pytest.mark.parametrize("schema", [5, True, False, [], {}, b"a/{a}"], ids=repr)
@pytest.mark.parametrize("container", ["directory", "zip", "tar"])
def test_other_schemas(project: Any, two: Any, tmp_path: Path, container: str, schema: Any) -> None:
    """What is no schema is a `TypeError`."""
    origin = exported(two, tmp_path, container)
    with pytest.raises(TypeError) as caught:
        project.import_from(origin, schema=schema)
    assert_says(caught.value)
    assert job_names(project) == set()


class TestCopying:
    def test_copytree_is_called(self, project: Any, origin: str) -> None:
        """`copytree` is called once for each job, with the directory and the path of the job."""
        calls = []

        def copytree(source: str, destination: str) -> None:
            calls.append((source, destination))
            shutil.copytree(source, destination)

        result = project.import_from(origin, copytree=copytree)
        assert sorted(calls) == sorted(result.items())
        assert len(calls) == 2

    @pytest.mark.parametrize("copytree", [os.replace, shutil.move], ids=["replace", "move"])
    def test_copytree_that_moves(self, project: Any, two: Any, origin: str, copytree: Any) -> None:
        """With a function that moves, the directories leave the origin."""
        project.import_from(origin, copytree=copytree)
        assert picture(project) == picture(two)
        assert os.listdir(f"{origin}/a") == []

    def test_copytree_and_schema(self, project: Any, tmp_path: Path) -> None:
        """A directory without a state point file gets one after `copytree`."""
        origin = folders_below(tmp_path / "origin", ["a/1", "a/2"])
        project.import_from(origin, schema="a/{a:int}", copytree=shutil.copytree)
        assert statepoints(project) == [{"a": 1}, {"a": 2}]
        assert read_json(project.open_job({"a": 1}).fn(STATE_POINT)) == {"a": 1}

    @pytest.mark.parametrize("container", ARCHIVES)
    def test_copytree_of_an_archive(
        self, project: Any, two: Any, tmp_path: Path, container: str
    ) -> None:
        """An archive takes no `copytree`."""
        with pytest.raises(AssertionError):
            project.import_from(exported(two, tmp_path, container), copytree=shutil.copytree)
        assert job_names(project) == set()

    @pytest.mark.parametrize("container", CONTAINERS)
    def test_job_that_exists(self, project: Any, two: Any, tmp_path: Path, container: str) -> None:
        """An existing job is kept; the error holds its handle."""
        job = project.open_job({"a": 1}).init()
        job.doc.mine = True
        before = tree(job.path)
        with pytest.raises(DestinationExistsError) as caught:
            project.import_from(exported(two, tmp_path, container))
        assert caught.value.destination == job
        assert caught.value.destination in project
        assert_says(caught.value, job.id)
        assert tree(job.path) == before

    @pytest.mark.parametrize("container", ARCHIVES)
    def test_conflict_of_an_archive_writes_nothing(
        self, project: Any, two: Any, tmp_path: Path, container: str
    ) -> None:
        """A conflict is found before anything of an archive is written."""
        job = project.open_job({"a": 1}).init()
        with pytest.raises(DestinationExistsError):
            project.import_from(exported(two, tmp_path, container))
        assert job_names(project) == {job.id}

    def test_modes_are_kept(self, project: Any, two: Any, tmp_path: Path) -> None:
        """A file that can be run can still be run."""
        script = two.open_job({"a": 0}).fn("file.txt")
        os.chmod(script, 0o755)
        for number, container in enumerate(["directory", "tar", "tar.gz"]):
            there = signac.init_project(tmp_path / f"there{number}")
            there.import_from(exported(two, tmp_path, container))
            mode = os.stat(there.open_job({"a": 0}).fn("file.txt")).st_mode
            assert mode & 0o700 == 0o700


class TestOwnProject:
    @pytest.mark.parametrize("where", ["path", "workspace"])
    def test_own(self, two: Any, where: str) -> None:
        """Importing from its own workspace or directory does nothing."""
        before = picture(two)
        assert two.import_from(getattr(two, where)) == {}
        assert picture(two) == before

    @pytest.mark.parametrize("where", ["path", "workspace"])
    def test_other(self, project: Any, two: Any, where: str) -> None:
        """Importing the workspace or directory of another project copies its jobs."""
        result = project.import_from(getattr(two, where))
        assert result == {job.path: os.path.join(project.workspace, job.id) for job in two}
        assert picture(project) == picture(two)


class TestSync:
    """`sync`: import into a temporary project, and synchronise with it."""

    @pytest.mark.parametrize("container", ["directory", "zip", "tar"])
    def test_new_jobs(self, project: Any, two: Any, tmp_path: Path, container: str) -> None:
        """New jobs are copied completely."""
        result = project.import_from(exported(two, tmp_path, container), sync=True)
        assert len(result) == 2
        assert {os.path.basename(job) for job in result.values()} == job_names(two)
        assert picture(project) == picture(two)

    def test_existing_jobs(self, project: Any, two: Any, origin: str) -> None:
        """Existing jobs get the files and document keys that they do not have."""
        project.open_job({"a": 0}).init()
        job = project.open_job({"a": 1}).init()
        job.doc.mine = 1
        Path(job.fn("mine")).write_text("mine")
        project.import_from(origin, sync=True)
        assert job_names(project) == job_names(two)
        fresh = signac.get_project(project.path).open_job({"a": 1})
        assert fresh.doc() == {"mine": 1, "which": str({"a": 1})}
        assert Path(fresh.fn("mine")).read_text() == "mine"
        assert os.path.exists(fresh.fn("file.txt"))
        assert not os.path.exists(fresh.fn("sub-dir"))

    def test_recursive(self, project: Any, origin: str) -> None:
        """The items of a mapping are keyword arguments of `Project.sync`."""
        project.open_job({"a": 0}).init()
        job = project.open_job({"a": 1}).init()
        project.import_from(origin, sync={"recursive": True})
        assert os.path.exists(job.fn("sub-dir/deep/file"))

    def test_selection(self, project: Any, origin: str) -> None:
        """A selection takes only some jobs; the result tells of all."""
        result = project.import_from(origin, sync={"selection": [calc_id({"a": 0})]})
        assert len(result) == 2
        assert statepoints(project) == [{"a": 0}]

    def test_empty_selection(self, project: Any, origin: str) -> None:
        """An empty selection takes no job."""
        assert len(project.import_from(origin, sync={"selection": []})) == 2
        assert job_names(project) == set()

    @pytest.mark.parametrize("sync", [{}, False, None, 0], ids=repr)
    def test_plain_import(self, project: Any, two: Any, origin: str, sync: Any) -> None:
        """What is false is a plain import."""
        project.import_from(origin, sync=sync)
        assert picture(project) == picture(two)
        with pytest.raises(DestinationExistsError):
            project.import_from(origin, sync=sync)

    @pytest.mark.parametrize("sync", [{"nope": 1}, 5], ids=repr)
    def test_wrong_arguments(self, project: Any, origin: str, sync: Any) -> None:
        """Unknown names, and what is no mapping, are a `TypeError`."""
        with pytest.raises(TypeError) as caught:
            project.import_from(origin, sync=sync)
        assert_says(caught.value)
        assert job_names(project) == set()

    def test_schema_check(self, project: Any, origin: str) -> None:
        """The schemas are compared as in every synchronisation."""
        project.open_job({"b": 0}).init()
        with pytest.raises(SchemaSyncConflict):
            project.import_from(origin, sync=True)
        assert statepoints(project) == [{"b": 0}]
        project.import_from(origin, sync={"check_schema": False})
        assert len(job_names(project)) == 3

    def test_sync_and_schema(self, project: Any, tmp_path: Path) -> None:
        """A schema works with `sync`, too."""
        origin = folders_below(tmp_path / "origin", ["a/1", "a/2"])
        assert len(project.import_from(origin, schema="a/{a:int}", sync=True)) == 2
        assert statepoints(project) == [{"a": 1}, {"a": 2}]

    @pytest.mark.parametrize("sync", [True, {"nope": 1}], ids=repr)
    def test_nothing_is_left(self, project: Any, origin: str, sync: Any) -> None:
        """The temporary project is gone afterwards."""
        before = set(tree(project.path))
        try:
            project.import_from(origin, sync=sync)
        except TypeError:
            pass
        ids = job_names(project)
        left = {
            name
            for name in set(tree(project.path)) - before
            if not any(part in ids for part in name.split("/"))
        }
        assert {name for name in left if not name.startswith(".signac")} <= {
            "workspace/.signac_scratch"
        }
        assert len(signac.get_project(project.path)) == len(ids)


class TestFunction:
    """The generator of `signac.import_export`."""

    def test_pairs(self, project: Any, two: Any, origin: str) -> None:
        """`import_into_project` yields the pairs that `import_from` returns, when asked for."""
        pairs = import_into_project(origin, project)
        assert iter(pairs) is pairs
        assert job_names(project) == set()
        assert dict(pairs) == {f"{origin}/{name}": path for name, path in places(project).items()}
        assert picture(project) == picture(two)

    @pytest.mark.parametrize("container", ARCHIVES)
    def test_archives(self, project: Any, two: Any, tmp_path: Path, container: str) -> None:
        """It takes archives as well."""
        pairs = list(import_into_project(exported(two, tmp_path, container), project))
        assert sorted(job for _, job in pairs) == sorted(places(project).values())
        assert picture(project) == picture(two)

    def test_keyword_names(self, project: Any, origin: str) -> None:
        """The parameters have the names of the released signac."""
        pairs = import_into_project(origin=origin, project=project, schema=None, copytree=None)
        assert len(list(pairs)) == 2
        other = signac.init_project(project.path + "2")
        assert other.import_from(origin=origin, schema=None, sync=None, copytree=None)


SPACES = {
    "flat": [{"a": n} for n in range(5)],
    "nested": [{"a": {"b": {"c": n}}, "d": n % 2} for n in range(5)],
    "floats": [{"a": n / 7} for n in range(5)] + [{"a": 1e-30}, {"a": 1e22}],
    "mixed": [{"a": 1, "b": 2}, {"a": 2, "b": 2, "c": {"d": 1}}, {"a": 3, "c": {"e": None}}],
    "lists": [{"a": [n, [n, "x"]], "b": []} for n in range(3)],
    "text": [{"a": text} for text in ["x y", "é", "a.b", "-1", "none", "日本"]],
    "truth": [{"a": True, "b": 1}, {"a": False, "b": 2}, {"a": None, "b": 3}],
}


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("container", ["directory", "zip", "tar", "tar.gz"])
def test_spaces_come_back(tmp_path: Path, project: Any, space: str, container: str) -> None:
    """An export of any space imports as the same set of ids."""
    source = bare(tmp_path / "source", *SPACES[space])
    source.export_to(target_in(tmp_path, container))
    project.import_from(target_in(tmp_path, container))
    assert picture(project) == picture(source)
    assert repr(statepoints(project)) == repr(statepoints(source))


@pytest.mark.parametrize("path", [False, "id/{job.id}", "{a}/{{auto}}", "{{auto:_}}"])
def test_paths_come_back(tmp_path: Path, project: Any, path: Any) -> None:
    """The state point files tell the jobs whatever the paths are."""
    source = made(tmp_path / "source", *({"a": n, "b": {"c": n % 2}} for n in range(4)))
    source.export_to("exported", path=path)
    project.import_from("exported")
    assert picture(project) == picture(source)


def test_import_adds_to_a_project(tmp_path: Path, project: Any, two: Any, origin: str) -> None:
    """Jobs that are there already stay as they are."""
    add_jobs(project, [{"a": 5}])
    before = picture(project)
    project.import_from(origin)
    assert picture(project) == {**before, **picture(two)}
    assert len(project.find_jobs({"a": {"$lt": 2}})) == 2
