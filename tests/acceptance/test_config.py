"""Configuration files and the config object of a project."""

import os
import pathlib
import subprocess
import sys
from typing import Any

import pytest

import signac
from acceptance.support import assert_says
from signac.errors import ConfigError, IncompatibleSchemaVersion


def write(project: Any, text: str) -> None:
    pathlib.Path(project.path, ".signac", "config").write_text(text)


def test_init_writes_the_schema_version(project: Any) -> None:
    """A new project has exactly one line of configuration."""
    config = pathlib.Path(project.path, ".signac", "config")
    assert config.read_text() == "schema_version = 2\n"


def test_config_object(project: Any) -> None:
    """`project.config` is dict-like and holds strings."""
    assert project.config["schema_version"] == "2"
    assert project.config.get("schema_version") == "2"
    assert project.config.get("missing") is None
    assert project.config.get("missing", {}) == {}
    assert "schema_version" in project.config
    assert "missing" not in project.config
    with pytest.raises(KeyError):
        project.config["missing"]
    assert "schema_version" in str(project.config)


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c.__setitem__("foo", 1),
        lambda c: c.__setitem__("schema_version", "3"),
        lambda c: c.update({"foo": 1}),
        lambda c: c.setdefault("foo", 1),
    ],
    ids=range(4),
)
def test_config_is_immutable(project: Any, change: Any) -> None:
    """Changing the config object is a `ValueError`."""
    with pytest.raises(ValueError) as caught:
        change(project.config)
    assert_says(caught.value)
    assert project.config["schema_version"] == "2"
    assert "foo" not in project.config


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c.__delitem__("schema_version"),
        lambda c: c.pop("schema_version"),
        lambda c: c.clear(),
        lambda c: c.popitem(),
    ],
    ids=range(4),
)
def test_config_cannot_lose_keys(project: Any, change: Any) -> None:
    """Deleting from the config object is refused as well."""
    with pytest.raises((ValueError, TypeError, AttributeError)):
        change(project.config)
    assert project.config["schema_version"] == "2"


@pytest.mark.parametrize(
    "text",
    [
        "schema_version = 2",
        "schema_version=2\n",
        "schema_version = '2'\n",
        'schema_version = "2"\n',
        "# comment\nschema_version = 2  # the version\n",
        "schema_version = 2\nextra = 1\n",
        "\n\nschema_version = 2\n[section]\nkey = value\n",
    ],
)
def test_accepted(project: Any, text: str) -> None:
    """Spelling, comments and further keys do not matter, and the file is left as it is."""
    write(project, text)
    for found in (
        signac.Project(project.path),
        signac.get_project(project.path),
        signac.init_project(project.path),
    ):
        assert found.config["schema_version"] == "2"
    assert pathlib.Path(project.path, ".signac", "config").read_text() == text


def test_values(project: Any) -> None:
    """Values are strings, lists of strings, or sections, which keep their keys."""
    write(
        project,
        "schema_version = 2\nn = 5\nl = 1, 2, x\nq = \"a, b # c\"\ne = ''\n"
        "[flow]\nkey = 1.5  # comment\n[[environment]]\nname = x\n",
    )
    config = signac.get_project(project.path).config
    assert config["n"] == "5"
    assert list(config["l"]) == ["1", "2", "x"]
    assert config["q"] == "a, b # c"
    assert config["e"] == ""
    assert config["flow"]["key"] == "1.5"
    assert config["flow"]["environment"]["name"] == "x"
    assert dict(**config.get("flow", {}))["key"] == "1.5"
    with pytest.raises(KeyError):
        config["flow"]["missing"]
    assert config.get("other", {}) == {}


def test_references_into_sections(project: Any) -> None:
    """A reference means the key of its own section, of `DEFAULT`, or of the sections around."""
    write(
        project,
        "schema_version = 2\nroot = /x\n[DEFAULT]\ncommon = c\n"
        "[s]\nroot = /s\na = %(root)s/%(common)s\nl = %(a)s, %(root)s\n[[t]]\nb = %(root)s\n",
    )
    section = signac.get_project(project.path).config["s"]
    assert section["a"] == "/s/c"
    assert list(section["l"]) == ["/s/c", "/s"]
    assert section["t"]["b"] == "/s"


def test_references_cannot_fill_the_memory(project: Any) -> None:
    """Row 68: lines that double each other stay as they are written once they are too long."""
    lines = [f"x{n} = %(x{n - 1})s%(x{n - 1})s\n" for n in range(1, 60)]
    circles = "y = %(x59)s%(z)s\nz = %(y)s\n"
    chain = "".join(f"k{n} = %(k{n + 1})s\n" for n in range(3_000))
    write(project, "schema_version = 2\nx0 = 0123456789\n" + "".join(lines) + circles + chain)
    config = signac.get_project(project.path).config
    assert config["x3"] == "0123456789" * 8
    assert config["x59"] == "%(x58)s%(x58)s"
    assert config["z"] == "%(y)s"
    assert config["k0"] == "%(k1)s"


def test_interpolation(project: Any) -> None:
    """`%(name)s` stands for another key."""
    write(project, "schema_version = 2\nroot = /x\nsub = %(root)s/y\n")
    assert signac.get_project(project.path).config["sub"] == "/x/y"


def test_harmless_percent(project: Any) -> None:
    """A percent sign that is no interpolation, or one of a missing key, does not stop opening."""
    write(project, "schema_version = 2\np = 50%\ni = %(missing)s\n")
    found = signac.get_project(project.path)
    assert found.config["p"] == "50%"


ENTRIES = [signac.Project, signac.get_project, signac.init_project]


@pytest.mark.parametrize("entry", ENTRIES, ids=["Project", "get_project", "init_project"])
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", IncompatibleSchemaVersion),
        ("extra = 1\n", IncompatibleSchemaVersion),
        ("[section]\nschema_version = 2\n", IncompatibleSchemaVersion),
        ("schema_version = 0\n", IncompatibleSchemaVersion),
        ("schema_version = 1\n", IncompatibleSchemaVersion),
        ("schema_version = 3\n", IncompatibleSchemaVersion),
        ("schema_version = 9999\n", IncompatibleSchemaVersion),
        ("schema_version = abc\n", ValueError),
        ("schema_version = 2.0\n", ValueError),
        ("schema_version = 1, 2\n", ConfigError),
        ("no config\n", ConfigError),
        ("schema_version = 2\nschema_version = 2\n", ConfigError),
        ("schema_version = 2\n[section\n", ConfigError),
        ("schema_version = 2\n[[section]]\n", ConfigError),
    ],
)
def test_refused(project: Any, entry: Any, text: str, kind: Any) -> None:
    """A wrong version or an unreadable file is refused by every entry point, and left as it is."""
    write(project, text)
    with pytest.raises(kind) as caught:
        entry(project.path)
    assert_says(caught.value)
    assert pathlib.Path(project.path, ".signac", "config").read_text() == text


def test_config_error_names_the_file(project: Any) -> None:
    """The message of an unreadable file names it."""
    write(project, "no config\n")
    with pytest.raises(ConfigError) as caught:
        signac.get_project(project.path)
    assert_says(caught.value, os.path.join(".signac", "config"))


@pytest.mark.parametrize(("version", "word"), [("1", "migrat"), ("9999", "pdat")])
def test_version_error_tells_the_remedy(project: Any, version: str, word: str) -> None:
    """The message gives both versions, and advises to migrate or to update."""
    write(project, f"schema_version = {version}\n")
    with pytest.raises(IncompatibleSchemaVersion) as caught:
        signac.get_project(project.path)
    assert_says(caught.value, version, "2")
    assert word in str(caught.value) or "pgrade" in str(caught.value)


def in_home(home: Any, code: str, *arguments: str) -> str:
    """Run code in a fresh interpreter that has the given home directory."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


SHOW = (
    "import sys, signac; c = signac.get_project(sys.argv[1]).config;"
    "print(c['schema_version'], c.get('a'), c.get('b'), dict(c.get('s', {})))"
)


def test_user_file(project: Any, tmp_path: Any) -> None:
    """The user file is overlaid by the project file, section by section."""
    home = tmp_path / "home"
    home.mkdir()
    assert "2 None None {}" in in_home(home, SHOW, project.path)
    (home / ".signacrc").write_text("a = user\nb = user\n[s]\nx = user\ny = user\n")
    write(project, "schema_version = 2\na = project\n[s]\nx = project\nz = project\n")
    shown = in_home(home, SHOW, project.path)
    assert "2 project user" in shown
    assert eval(shown[shown.index("{") :]) == {"x": "project", "y": "user", "z": "project"}


def test_broken_user_file(project: Any, tmp_path: Any) -> None:
    """A broken user file is named in the log and left out; the project is served."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".signacrc").write_text("no config\n")
    shown = in_home(home, SHOW, project.path)
    assert "2 None None {}" in shown
    assert ".signacrc" in shown


def test_only_the_project_directory_counts(project: Any) -> None:
    """The configuration of a directory above is not consulted."""
    write(project, "schema_version = 2\na = outer\n")
    inner = signac.init_project(os.path.join(project.path, "sub", "inner"))
    assert inner.config.get("a") is None


def test_cache_threshold(project: Any) -> None:
    """The threshold for the cache warning may be set in the file."""
    project.open_job({"a": 0}).init()
    write(project, "schema_version = 2\nstatepoint_cache_miss_warning_threshold = 5\n")
    found = signac.get_project(project.path)
    assert [job.sp.a for job in found.find_jobs({"a": 0})] == [0]
