"""Projects of older schema versions: found, refused, migrated."""

import gzip
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

import signac
from acceptance.moving import TWO, add_jobs, picture
from acceptance.support import PROJECT_DOCUMENT, assert_says, job_names, read_json, tree
from signac.errors import IncompatibleSchemaVersion
from signac.migration import apply_migrations

LOCK = ".SIGNAC_PROJECT_MIGRATION_LOCK"
FIRST = "Applying migration for version 0 to 1... OK\n"
SECOND = "Applying migration for version 1 to 2... OK\n"


def older(
    where: Path, config: str = "project = name\n", workspace: str | None = "workspace"
) -> tuple[str, Any]:
    """Make a project of an older version, and return its directory and a picture of its jobs."""
    maker = signac.init_project(where.with_name(where.name + "_maker"))
    add_jobs(maker, TWO)
    before = picture(maker)
    where.mkdir()
    (where / "signac.rc").write_text(config)
    if workspace is not None:
        (where / workspace).parent.mkdir(parents=True, exist_ok=True)
        os.rename(maker.workspace, where / workspace)
    shutil.rmtree(maker.path)
    return str(where), before


def contents(root: str) -> dict[str, bytes | None]:
    return {name: data for name, data in tree(root).items() if ".signac_scratch" not in name}


VERSIONS = {
    "0": ("project = name\n", FIRST + SECOND),
    "0 explicit": ("project = name\nschema_version = 0\n", FIRST + SECOND),
    "1": ("project = name\nschema_version = 1\n", SECOND),
}


@pytest.mark.parametrize("version", VERSIONS)
def test_migration(tmp_path: Path, capfd: Any, version: str) -> None:
    """A project of version 0 or 1 becomes one of version 2; each step is reported."""
    config, report = VERSIONS[version]
    root, before = older(tmp_path / "old", config)
    assert apply_migrations(root) is None
    shown = capfd.readouterr()
    assert shown.err == report
    assert shown.out == ""
    assert Path(root, ".signac/config").read_text() == "schema_version = 2\n"
    assert sorted(os.listdir(root)) == [".signac", PROJECT_DOCUMENT, "workspace"]
    project = signac.get_project(root)
    assert picture(project) == before
    assert sorted(job.sp.a for job in project) == [0, 1]
    assert {job.doc.which for job in project} == {str(sp) for sp in TWO}
    assert project.doc() == {"signac_project_name": "name"}


@pytest.mark.parametrize("kind", ["text", "path object", "relative"])
def test_root(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The root is a text or a path object, relative or absolute."""
    root, before = older(tmp_path / "old")
    given: Any = {"text": root, "path object": Path(root), "relative": "."}[kind]
    if kind == "relative":
        monkeypatch.chdir(root)
    apply_migrations(given)
    assert picture(signac.get_project(root)) == before


def test_keyword_name(tmp_path: Path) -> None:
    """The parameter has the name of the released signac."""
    root, _ = older(tmp_path / "old")
    assert apply_migrations(root_directory=root) is None


def test_again(tmp_path: Path, capfd: Any) -> None:
    """A project of version 2 is left alone, and nothing is said."""
    root, _ = older(tmp_path / "old")
    apply_migrations(root)
    before = contents(root)
    capfd.readouterr()
    assert apply_migrations(root) is None
    assert capfd.readouterr() == ("", "")
    assert contents(root) == before


def test_current_project(project: Any, capfd: Any) -> None:
    """A project made in version 2 is left alone."""
    before = contents(project.path)
    assert apply_migrations(project.path) is None
    assert capfd.readouterr() == ("", "")
    assert contents(project.path) == before


WORKSPACES = {
    "other name": "ws",
    "nested": "x/y/ws",
    "the same name": "workspace",
    "hidden": ".ws",
}


@pytest.mark.parametrize("case", WORKSPACES)
@pytest.mark.parametrize("version", [0, 1])
def test_workspace(tmp_path: Path, case: str, version: int) -> None:
    """A workspace of another name becomes `workspace`."""
    name = WORKSPACES[case]
    config = f"project = n\nworkspace_dir = {name}\nschema_version = {version}\n"
    root, before = older(tmp_path / "old", config, name)
    apply_migrations(root)
    project = signac.get_project(root)
    assert picture(project) == before
    assert not os.path.exists(os.path.join(root, name)) or name == "workspace"
    assert Path(root, ".signac/config").read_text() == "schema_version = 2\n"


def test_workspace_elsewhere(tmp_path: Path) -> None:
    """A workspace with an absolute path is brought into the project."""
    elsewhere = tmp_path / "elsewhere/ws"
    config = f"project = n\nworkspace_dir = {elsewhere}\n"
    root, before = older(tmp_path / "old", config, str(elsewhere))
    apply_migrations(root)
    assert picture(signac.get_project(root)) == before
    assert not elsewhere.exists()


def test_workspace_in_the_way(tmp_path: Path, capfd: Any) -> None:
    """When `workspace` is taken, nothing moves, and the project can be migrated afterwards."""
    root, before = older(tmp_path / "old", "project = n\nworkspace_dir = ws\n", "ws")
    os.mkdir(f"{root}/workspace")
    Path(f"{root}/workspace/mine").write_text("mine")
    jobs = tree(f"{root}/ws")
    with pytest.raises(RuntimeError) as caught:
        apply_migrations(root)
    assert_says(caught.value)
    assert tree(f"{root}/ws") == jobs
    assert os.listdir(f"{root}/workspace") == ["mine"]
    assert LOCK not in os.listdir(root)
    with pytest.raises(IncompatibleSchemaVersion):
        signac.get_project(root)
    shutil.rmtree(f"{root}/workspace")
    apply_migrations(root)
    assert picture(signac.get_project(root)) == before


@pytest.mark.parametrize("name", ["ws", "x/y/ws", "$HOME/ws"])
def test_workspace_that_is_missing(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A configured workspace that is not there is an error."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    root, _ = older(tmp_path / "old", f"project = n\nworkspace_dir = {name}\n", None)
    with pytest.raises(RuntimeError) as caught:
        apply_migrations(root)
    assert_says(caught.value)
    with pytest.raises(IncompatibleSchemaVersion):
        signac.get_project(root)
    assert LOCK not in os.listdir(root)


def test_default_workspace_that_is_missing(tmp_path: Path) -> None:
    """A project that never had a job has no workspace, and is migrated."""
    root, _ = older(tmp_path / "old", workspace=None)
    apply_migrations(root)
    assert len(signac.get_project(root)) == 0


class TestConfig:
    def test_other_keys(self, tmp_path: Path) -> None:
        """Other keys and sections are kept."""
        config = "project = n\nfoo = bar\n[section]\nx = 1\n[[inner]]\ny = 2\n"
        root, _ = older(tmp_path / "old", config)
        apply_migrations(root)
        config = signac.get_project(root).config
        assert config["foo"] == "bar"
        assert config["section"]["x"] == "1"
        assert config["section"]["inner"]["y"] == "2"
        assert config["schema_version"] == "2"
        assert "project" not in config
        assert "workspace_dir" not in config

    def test_name(self, tmp_path: Path) -> None:
        """The name of the project is kept in the project document, beside what is there."""
        root, _ = older(tmp_path / "old", "project = MyProject\n")
        Path(root, PROJECT_DOCUMENT).write_text('{"z": 1, "signac_project_name": "old"}')
        apply_migrations(root)
        assert read_json(root, PROJECT_DOCUMENT) == {"z": 1, "signac_project_name": "MyProject"}

    def test_no_name(self, tmp_path: Path) -> None:
        """The name `None` is no name."""
        root, _ = older(tmp_path / "old", "project = None\n")
        apply_migrations(root)
        assert signac.get_project(root).doc() == {}

    def test_history_and_cache(self, tmp_path: Path) -> None:
        """The history of the shell and the cache move into `.signac`."""
        root, _ = older(tmp_path / "old")
        Path(root, ".signac_shell_history").write_text("history")
        cache = gzip.compress(b"{}")
        Path(root, ".signac_sp_cache.json.gz").write_bytes(cache)
        apply_migrations(root)
        assert Path(root, ".signac/shell_history").read_text() == "history"
        assert Path(root, ".signac/statepoint_cache.json.gz").read_bytes() == cache
        assert not os.path.exists(f"{root}/.signac_shell_history")
        assert not os.path.exists(f"{root}/.signac_sp_cache.json.gz")


class TestRefusals:
    def test_no_config(self, tmp_path: Path, capfd: Any) -> None:
        """A directory without a project is a `RuntimeError`, and left alone."""
        (tmp_path / "empty").mkdir()
        with pytest.raises(RuntimeError) as caught:
            apply_migrations(str(tmp_path / "empty"))
        assert_says(caught.value)
        assert os.listdir(tmp_path / "empty") == []

    @pytest.mark.parametrize("layout", ["old", "new"])
    def test_newer(self, tmp_path: Path, layout: str) -> None:
        """A project of a newer version is a `RuntimeError`, and left alone."""
        if layout == "old":
            root, _ = older(tmp_path / "old", "project = n\nschema_version = 9999\n")
        else:
            root = signac.init_project(tmp_path / "new").path
            Path(root, ".signac/config").write_text("schema_version = 9999\n")
        before = contents(root)
        with pytest.raises(RuntimeError) as caught:
            apply_migrations(root)
        assert_says(caught.value, "9999")
        assert contents(root) == before

    def test_lock_is_removed(self, tmp_path: Path) -> None:
        """The lock file is gone afterwards, whatever happened."""
        root, _ = older(tmp_path / "old")
        apply_migrations(root)
        assert LOCK not in os.listdir(root)
        apply_migrations(root)
        assert LOCK not in os.listdir(root)


class TestDetection:
    @pytest.mark.parametrize("config", [text for text, _ in VERSIONS.values()], ids=list(VERSIONS))
    @pytest.mark.parametrize("how", ["get", "get below", "open", "init"])
    def test_older(self, tmp_path: Path, how: str, config: str) -> None:
        """Every way to open an older project says that it has to be migrated."""
        root, _ = older(tmp_path / "old", config)
        os.makedirs(f"{root}/sub/deep")
        ways: dict[str, Any] = {
            "get": lambda: signac.get_project(root),
            "get below": lambda: signac.get_project(f"{root}/sub/deep"),
            "open": lambda: signac.Project(root),
            "init": lambda: signac.init_project(root),
        }
        everything = contents(root)
        with pytest.raises(IncompatibleSchemaVersion) as caught:
            ways[how]()
        assert_says(caught.value, "migrate", "2")
        assert contents(root) == everything

    @pytest.mark.parametrize("version", ["9999", "3", "1", "0"])
    @pytest.mark.parametrize("how", ["get", "open", "init"])
    def test_other_versions(self, project: Any, version: str, how: str) -> None:
        """Another version in the new layout is refused; the message has both."""
        Path(project.path, ".signac/config").write_text(f"schema_version = {version}\n")
        ways: dict[str, Any] = {
            "get": signac.get_project,
            "open": signac.Project,
            "init": signac.init_project,
        }
        with pytest.raises(IncompatibleSchemaVersion) as caught:
            ways[how](project.path)
        assert_says(caught.value, version, "2", *(["migrate"] if version < "2" else []))

    def test_version_that_is_no_number(self, project: Any) -> None:
        """A version that is no integer is a `ValueError`."""
        Path(project.path, ".signac/config").write_text("schema_version = x\n")
        with pytest.raises(ValueError) as caught:
            signac.get_project(project.path)
        assert_says(caught.value, "x")

    def test_new_project_below(self, tmp_path: Path) -> None:
        """A new project may be made below an older one."""
        root, before = older(tmp_path / "old")
        project = signac.init_project(f"{root}/new")
        assert signac.get_project(f"{root}/new") == project
        assert job_names(project) == set()
        apply_migrations(root)
        assert set(picture(signac.get_project(root))) == set(before)
