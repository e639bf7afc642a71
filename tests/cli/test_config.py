"""`signac config`: what is printed, what is written, and what is refused."""

import json
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import signac
from cli.running import Run, runner
from dying import run_and_die
from signac._core import faults
from signac.errors import Error

CONFIG = """\
# first
schema_version = 2
x = 1, 2, 3
empty = ""
quoted = "a # b"
l1 = x,

# about the section
[plots]
# inside
format = png
  words = two words
[[deep]]
c = 3
[other]
z = 1
# last
"""


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs ``signac`` with words."""
    return runner(monkeypatch, capsys)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a home directory without a configuration."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    return home


@pytest.fixture
def project(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> signac.Project:
    """Return a project, which is the current directory."""
    project = signac.init_project(tmp_path / "project")
    monkeypatch.chdir(project.path)
    return project


@pytest.fixture
def file(project: signac.Project) -> Path:
    """Return the configuration file of the project, with sections and comments."""
    file = Path(project.fn(".signac/config"))
    file.write_text(CONFIG)
    return file


def open_again(project: signac.Project) -> signac.Project:
    return signac.get_project(project.path, search=False)


def test_show_all(file: Path, run: Run) -> None:
    """The whole configuration comes without comments, sections indented by 4 for each level."""
    for words in (["config", "show"], ["config", "-l", "show"], ["config", "--force", "show"]):
        said = run(*words)
        assert (said.code, said.err) == (0, "")
        assert said.out == (
            'schema_version = 2\nx = 1, 2, 3\nempty = ""\nquoted = "a # b"\nl1 = x,\n'
            "[plots]\n    format = png\n    words = two words\n    [[deep]]\n        c = 3\n"
            "[other]\n    z = 1\n"
        )


@pytest.mark.parametrize(
    ("keys", "out"),
    [
        (["x"], "['1', '2', '3']\n"),
        (["l1"], "['x']\n"),
        (["empty"], "\n"),
        (["quoted"], "a # b\n"),
        (["plots.format"], "png\n"),
        (["plots", "format"], "png\n"),
        (["plots", "deep", "c"], "3\n"),
        (["plots.deep"], "c = 3\n"),
        (["plots"], "format = png\nwords = two words\n[[deep]]\n        c = 3\n"),
        (["nothing"], "None\n"),
        (["nothing.at.all"], "None\n"),
        (["plots", "nothing"], "None\n"),
    ],
    ids=lambda each: ".".join(each) if isinstance(each, list) else "",
)
def test_show_a_part(file: Path, run: Run, keys: list[str], out: str) -> None:
    """Keys are one path; a value is printed bare, a list as in Python, what is not there None."""
    said = run("config", "show", *keys)
    assert (said.code, said.out) == (0, out)


def test_show_below_a_value(file: Path, run: Run) -> None:
    """A path that goes on below a value is an error that names the value."""
    for keys in (["x", "y"], ["plots.format.a"]):
        said = run("config", "show", *keys)
        assert (said.code, said.out) == (1, "")
        assert "is a value" in said.err


def test_show_suggests(file: Path, run: Run) -> None:
    """For a key that is not there the nearest one is told on stderr."""
    assert "did you mean 'durability'?" in run("config", "show", "durabilty").err
    assert "did you mean 'format'?" in run("config", "show", "plots.formt").err
    assert run("config", "show", "something").err == ""


def test_show_as_json(file: Path, run: Run) -> None:
    """``--json`` prints what was asked for as one JSON document, whatever it is."""
    assert json.loads(run("config", "show", "--json").out)["plots"]["deep"] == {"c": "3"}
    assert json.loads(run("config", "show", "x", "--json").out) == ["1", "2", "3"]
    assert json.loads(run("config", "show", "nothing", "--json").out) is None
    assert json.loads(run("config", "-g", "show", "--json").out) == {}


def test_show_merges(file: Path, home: Path, run: Run) -> None:
    """The effective configuration is that of the user overlaid by that of the project."""
    (home / ".signacrc").write_text("u = 5\nschema_version = 7\n[plots]\nformat = pdf\ndpi = 9\n")
    assert run("config", "show", "u").out == "5\n"
    assert run("config", "show", "schema_version").out == "2\n"
    assert run("config", "show", "plots").out.startswith("format = png\ndpi = 9\n")
    assert run("config", "-l", "show", "u").out == "None\n"
    assert run("config", "-g", "show").out == (
        "u = 5\nschema_version = 7\n[plots]\n    format = pdf\n    dpi = 9\n"
    )


def test_show_where_nothing_is(
    home: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a file stdout is empty and stderr says which file was looked for; that is rc 0."""
    monkeypatch.chdir(tmp_path)
    for words, which in (([], "local or global"), (["-l"], "local"), (["-g"], "global")):
        for action in ("show", "verify"):
            said = run("config", *words, action)
            assert said == (0, "", f"Did not find a {which} configuration file.\n")


def test_show_in_directories_of_a_project(
    file: Path, project: signac.Project, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The project is found upward; ``-l`` looks here only, and stderr tells where it is."""
    monkeypatch.chdir(project.workspace)
    assert run("config", "show", "other.z").out == "1\n"
    said = run("config", "-l", "show")
    assert (said.code, said.out) == (0, "")
    assert "Did not find a local configuration file.\n" in said.err
    assert project.path in said.err


def test_show_versions(file: Path, home: Path, run: Run) -> None:
    """A project without a version has 1; the file of a user has none, and none is made up."""
    file.write_text("u = 1\n[s]\nx = 1\n")
    assert run("config", "show").out == "u = 1\nschema_version = 1\n[s]\n    x = 1\n"
    assert run("config", "-l", "show", "schema_version").out == "1\n"
    (home / ".signacrc").write_text("u = 1\n")
    assert run("config", "-g", "show").out == "u = 1\n"


def test_show_values_of_all_kinds(file: Path, run: Run) -> None:
    """Values are quoted as the format needs it; references are replaced, others stay."""
    file.write_text(
        'schema_version = 2\na = %(b)s\nb = é\nm = """two\nlines"""\nc = "a,b", c\nsp = " x"\n'
        "p = 50%\nn = %(nothing)s\n"
    )
    assert run("config", "show").out == (
        "schema_version = 2\na = é\nb = é\nm = '''two\nlines'''\nc = \"a,b\", c\nsp = \" x\"\n"
        "p = 50%\nn = %(nothing)s\n"
    )


def test_set_keeps_the_rest(file: Path, run: Run, project: signac.Project) -> None:
    """Comments, sections, order and all other values stay; stderr says what was written where."""
    said = run("config", "set", "plots.deep.c", "4")
    assert (said.code, said.out) == (0, "")
    assert said.err == (f"Updated value 'plots.deep.c'='4'.\nWriting configuration to '{file}'.\n")
    lines = [line.strip() for line in file.read_text().splitlines()]
    assert lines == [line.strip().replace("c = 3", "c = 4") for line in CONFIG.splitlines()]
    assert run("config", "set", "new", "1").code == 0
    assert run("config", "set", "plots.new", "1", "2").code == 0
    assert run("config", "set", "made.for.it", "1").code == 0
    config = open_again(project).config
    assert config["new"] == "1"
    assert config["plots"]["new"] == ["1", "2"]
    assert config["made"]["for"]["it"] == "1"
    assert config["x"] == ["1", "2", "3"]
    assert "# about the section" in file.read_text()


@pytest.mark.parametrize(
    "value",
    [
        "a,b",
        "a # b",
        'with "quotes"',
        "both \" and '",
        "",
        " x ",
        "two\nlines",
        "é",
        "50%",
        "=",
        "-5",
    ],
)
def test_set_reads_back(file: Path, run: Run, project: signac.Project, value: str) -> None:
    """Any text that is written reads back as it was given, beyond ASCII too."""
    assert run("config", "set", "u", value).code == 0
    assert open_again(project).config["u"] == value
    assert run("config", "show", "u").out == f"{value}\n"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("a=b", "1"),
        ("a\nb", "1"),
        ("u", "'''and\"\"\""),
        ("u", "\u2028x"),
        ("u", "x\ry"),
        ("u", "x" * 5000),
        ("u", "\udc80"),
    ],
    ids=range(7),
)
def test_set_refuses_what_the_format_cannot_hold(
    file: Path, run: Run, key: str, value: str
) -> None:
    """What would read back as something else is never written, even with ``--force``."""
    said = run("config", "--force", "set", key, value)
    assert (said.code, said.out) == (1, "")
    assert "Error: " in said.err
    assert "Updated" not in said.err
    assert file.read_text() == CONFIG


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("schema_version", "nonsense", "not a whole number"),
        ("schema_version", "3", "schema version 3"),
        ("durability", "careful", "choose one of fast, safe, durable"),
        ("u", "%(nothing)s", "no key 'nothing'"),
        ("u", "%(u)s", "%(u)s"),
        ("plots.v", "a%(nothing)sb", "plots.v"),
        ("plots", "1", "all that is in it would be lost"),
    ],
)
def test_set_refuses_what_does_harm(file: Path, run: Run, key: str, value: str, text: str) -> None:
    """What projects cannot be opened with, or replaces a section, needs ``--force``."""
    said = run("config", "set", key, value)
    assert (said.code, said.out) == (1, "")
    assert text in said.err
    assert "--force" in said.err
    assert file.read_text() == CONFIG
    for words in (["config", "-f", "set", key, value], ["config", "set", "-f", key, value]):
        file.write_text(CONFIG)
        assert run(*words).code == 0
        assert run("config", "show", key).out == f"{value}\n"


def test_set_mends(file: Path, project: signac.Project, run: Run) -> None:
    """In a file that is wrong already, other keys can be set, and the wrong one put right."""
    file.write_text("schema_version = nonsense\n")
    with pytest.raises(ValueError, match="nonsense"):
        open_again(project)
    assert run("config", "set", "u", "1").code == 0
    assert run("config", "set", "durability", "careful").code == 1
    assert run("config", "set", "schema_version", "2").code == 0
    assert open_again(project).config == {"schema_version": "2", "u": "1"}


def test_set_below_a_value(file: Path, run: Run) -> None:
    """A value cannot become a section; the error names it."""
    for key in ("x.y", "x.y.w", "plots.format.a"):
        said = run("config", "set", "-f", key, "1")
        assert (said.code, said.out) == (1, "")
        assert "is a value" in said.err
    assert file.read_text() == CONFIG


def test_set_without_a_value(file: Path, run: Run) -> None:
    """A key without a value is an error, and neither is wrong usage."""
    said = run("config", "set", "u")
    assert (said.code, said.err) == (1, "Error: No value argument provided!\n")
    assert run("config", "set").code == 2


def test_set_for_the_user(file: Path, home: Path, run: Run) -> None:
    """``-g`` makes or changes the file of the user; a link stays a link, a mode a mode."""
    user = home / ".signacrc"
    assert run("config", "-g", "set", "u", "v").code == 0
    assert user.read_text() == "u = v\n"
    assert file.read_text() == CONFIG
    user.rename(home / "elsewhere")
    (home / "elsewhere").chmod(0o600)
    user.symlink_to("elsewhere")
    assert run("config", "--global", "set", "s.t", "w").code == 0
    assert user.is_symlink()
    assert (home / "elsewhere").read_text() == "u = v\n[s]\nt = w\n"
    assert stat.S_IMODE((home / "elsewhere").stat().st_mode) == 0o600
    assert run("config", "-g", "set", "durability", "careful").code == 1
    assert sorted(os.listdir(home)) == [".signacrc", "elsewhere"]


def test_set_suggests(file: Path, run: Run) -> None:
    """A key that looks like one that signac reads is written, and the other one is told."""
    said = run("config", "set", "durabilty", "fast")
    assert said.code == 0
    assert "did you mean 'durability'?" in said.err
    assert "did you mean" not in run("config", "set", "durabilty", "fast").err
    assert "did you mean" not in run("config", "set", "plots.durabilty", "fast").err


def test_set_finds_the_project(
    file: Path, project: signac.Project, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In a directory of a project its file is changed; outside of projects that is an error."""
    monkeypatch.chdir(project.workspace)
    assert run("config", "set", "u", "1").code == 0
    assert run("config", "-l", "set", "v", "1").code == 0
    assert open_again(project).config["v"] == "1"
    monkeypatch.chdir(tmp_path)
    said = run("config", "set", "u", "1")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("Error: Unable to find project at path ")


def test_set_in_a_broken_file(file: Path, run: Run) -> None:
    """A file that does not parse is named with the line, and stays as it is."""
    file.write_text("schema_version = 2\nno sign\nk = 1\nk = 2\n")
    before = file.read_text()
    for words in (["set", "u", "1"], ["show"], ["verify"]):
        said = run("config", *words)
        assert (said.code, said.out) == (1, "")
        assert "Failed to read configuration file" in said.err
    assert file.read_text() == before


def test_lines_and_marks_stay(file: Path, run: Run) -> None:
    """Ends of lines and a byte order mark are those that the file had."""
    file.write_bytes(b"\xef\xbb\xbfschema_version = 2\r\na = 1\r\n")
    assert run("config", "set", "b", "2").code == 0
    assert file.read_bytes() == b"\xef\xbb\xbfschema_version = 2\r\na = 1\r\nb = 2\r\n"


def test_verify(file: Path, home: Path, run: Run) -> None:
    """Everything that keeps a project from being opened is a line on stderr, and rc 1."""
    assert run("config", "verify") == (0, "", "Passed.\n")
    said = run("config", "-l", "verify")
    assert said.err == "Verification of config file '.signac/config'.\nPassed.\n"
    file.write_text("schema_version = x\ndurability = y\na = %(nothing)s\n")
    said = run("config", "verify")
    assert (said.code, said.out, len(said.err.splitlines())) == (1, "", 3)
    assert "Passed" not in said.err
    (home / ".signacrc").write_text("durability = z\n")
    assert len(run("config", "verify").err.splitlines()) == 4
    said = run("config", "-g", "verify")
    assert said.err.startswith(f"Verification of config file '{home / '.signacrc'}'.\n")
    assert said.code == 1


def test_usage(file: Path, run: Run) -> None:
    """Without an action the usage goes to stdout, rc 2; ``-l`` and ``-g`` exclude each other."""
    said = run("config")
    assert (said.code, said.err) == (2, "")
    assert said.out.startswith("usage: ")
    assert "{show,set,verify}" in said.out
    assert run("config", "sho").code == 2
    for action in (["show"], ["set", "u", "1"], ["verify"]):
        said = run("config", "-lg", *action)
        assert (said.code, said.out) == (1, "")
        assert "not both" in said.err


def dead_at_each_point(file: Path, run: Run) -> Iterator[str]:
    """Yield the contents of the file after `set` died at each of its changes of the disk."""
    number = 0
    died = True
    while died:
        number += 1
        file.write_text(CONFIG)
        died = run_and_die(lambda: run("config", "set", "u", "1"), number)
        yield file.read_text()


def test_set_dies_anywhere(file: Path, run: Run, project: signac.Project) -> None:
    """Killed at any change of the disk, the file is the old or the new one; then it works."""
    seen = list(dead_at_each_point(file, run))
    assert len(seen) > 3
    new = seen[-1]
    assert "u = 1" in new
    assert set(seen) == {CONFIG, new}
    assert run("config", "set", "u", "2").code == 0
    assert open_again(project).config["u"] == "2"
    assert sorted(os.listdir(file.parent)) == ["config"]


def test_set_fails_anywhere(file: Path, run: Run) -> None:
    """On a full disk the error names the file, which stays as it is, and no other is left."""
    for number in range(1, 10):

        def fail(at: int, _what: str, _path: str, _size: int | None, here: int = number) -> None:
            if at == here:
                raise OSError(28, "No space left on device")

        with faults.injecting(fail):
            said = run("config", "set", "u", "1")
        if said.code == 0:
            break
        assert "No space left on device" in said.err
        assert str(file) in said.err
        assert file.read_text() == CONFIG
    assert number > 3
    assert sorted(os.listdir(file.parent)) == ["config"]


def test_set_at_once(file: Path, project: signac.Project) -> None:
    """Of several that set different keys at once, none undoes what another wrote."""
    from signac._config.edit import write_value

    def write(number: int) -> None:
        try:
            for each in range(5):
                write_value(
                    str(file),
                    f"k{number}.v{each}",
                    str(each),
                    fallback=str(file.parent / "locks"),
                    check=lambda before, after: None,
                )
        except Error as error:
            failed.append(error)

    failed: list[Error] = []
    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    config = open_again(project).config
    for number in range(4):
        assert config[f"k{number}"] == {f"v{each}": str(each) for each in range(5)}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("slots = 4 # of them\n", "slots = 4 # of them\nx = ab\n"),
        ("slots  =  4   # y", "slots  =  4   # y\nx = ab\n"),
        ('x = "a b"\n', "x = ab\n"),
        ("x = 1 # one\ny = 2\n", "x = ab # one\ny = 2\n"),
    ],
    ids=["comment", "no newline", "like the old value", "comment of the key"],
)
def test_other_lines_keep_their_bytes(
    before: str, after: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Setting a key changes no other line, blanks in front of comments included."""
    project = signac.init_project(tmp_path)
    monkeypatch.chdir(project.path)
    path = Path(project.path, ".signac", "config")
    path.write_text("schema_version = 2\n" + before)
    assert run("config", "set", "x", "ab").code == 0
    assert path.read_text() == "schema_version = 2\n" + after
