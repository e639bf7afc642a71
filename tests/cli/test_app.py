"""The command line as a whole: help, mistakes, logging, what is loaded."""

from __future__ import annotations

import subprocess
import sys

import pytest

import signac
from cli.command import on_terminal, run
from signac.cli.table import COMMANDS, load

PEER = (  # noqa: SIM905  # words as they are typed
    "init job statepoint neighbors diff document rm move clone find view schema shell sync import "
    "export update-cache config migrate"
).split()


def test_the_commands_of_the_peer_come_first() -> None:
    """The table begins with the commands of the released signac, in its order."""
    assert [entry.name for entry in COMMANDS][: len(PEER)] == PEER


@pytest.mark.parametrize("entry", COMMANDS, ids=[entry.name for entry in COMMANDS])
def test_help(entry: object, study: signac.Project) -> None:
    """Each command has help with a sentence for each argument."""
    output = run(study.path, entry.name, "--help")  # type: ignore[attr-defined]
    assert "options:" in output.out
    assert output.err == ""


@pytest.mark.parametrize("entry", COMMANDS, ids=[entry.name for entry in COMMANDS])
def test_every_argument_is_explained(entry: object) -> None:
    """No argument is without help."""
    import argparse

    parser = argparse.ArgumentParser()
    load(entry).fill(parser)  # type: ignore[arg-type]
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                assert below.description
                assert all(each.help for each in below._actions)
        else:
            assert action.help, action.dest


def test_no_command(study: signac.Project) -> None:
    """Without a command the usage goes to standard output; exit code 2."""
    output = run(study.path, code=2)
    assert output.out.startswith("usage: signac ")
    assert output.err == ""


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["fnid"], "did you mean 'find'?"),
        (["find", "--limt", "3"], "did you mean '--limit'?"),
        (["schema", "--exclude-cnst"], "did you mean '--exclude-const'?"),
        (["zzz"], "see 'signac --help'"),
        (["update-cache", "now"], "see 'signac update-cache --help'"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_misspelt(words: list[str], told: str, study: signac.Project) -> None:
    """What is misspelt is answered with the nearest name, or where to look; exit code 2."""
    output = run(study.path, *words, code=2)
    assert output.err.rstrip().endswith(told)


def test_outside_a_project(tmp_path: object) -> None:
    """Commands that need a project say where they looked, in one line."""
    for name in ("find", "schema", "status", "check", "change", "recover", "repair"):
        output = run(str(tmp_path), name, code=1)
        assert output.err.startswith("Error: ")
        assert output.err.count("\n") == 1
        assert str(tmp_path) in output.err


def test_debug_shows_where(study: signac.Project) -> None:
    """--debug shows a traceback after the error, otherwise there is none."""
    assert "Traceback" not in run(study.path, "statepoint", "x", code=1).err
    output = run(study.path, "--debug", "statepoint", "x", code=1)
    assert output.err.index("Error: ") < output.err.index("Traceback")


def test_version(study: signac.Project) -> None:
    """--version prints one line."""
    assert run(study.path, "--version").out == f"signac {signac.__version__}\n"


def test_all_ids_are_looked_up_first(study: signac.Project) -> None:
    """A wrong id among others removes nothing."""
    ids = [job.id for job in study]
    run(study.path, "rm", ids[0], "zz", ids[1], code=1)
    assert len(study) == 6
    output = run(study.path, "rm", "--dry-run", ids[0])
    assert output.out == f"{ids[0]} would be removed\n"
    assert len(study) == 6
    run(study.path, "rm", ids[0], ids[1])
    assert len(study) == 4


def test_ids_do_not_leave_the_workspace(study: signac.Project) -> None:
    """What is no id is refused, whatever path it makes."""
    before = sorted(job.id for job in study)
    for text in ("../../study", "../" * 11, "/", ".", "*"):
        run(study.path, "rm", text, code=1)
    assert sorted(job.id for job in study) == before


def test_a_missing_answer_is_no(study: signac.Project) -> None:
    """Standard input that ends is no answer: nothing is removed, and -y is named."""
    job = next(iter(study))
    output = run(study.path, "rm", "-i", job.id, code=1)
    assert "-y" in output.err
    assert job in study
    run(study.path, "-y", "rm", "-i", job.id)
    assert job not in study


def test_a_state_point_over_several_lines(study: signac.Project) -> None:
    """A state point from standard input may be pretty-printed JSON."""
    job = study.open_job({"a": 1, "b": {"c": 2}})
    assert run(study.path, "job", stdin='{\n "a": 1,\n "b": {\n  "c": 2}}\n').out == f"{job.id}\n"
    facts = run(study.path, "job", "--json", "-c", '{"a": 1, "b": {"c": 2}}').json()
    assert facts["exists"] is True
    assert job in study


@pytest.mark.parametrize("text", ["5", "[1]", "null", "{", ""], ids=str)
def test_what_is_no_state_point(text: str, study: signac.Project) -> None:
    """Anything but a mapping is refused, and nothing is created."""
    run(study.path, "job", "-c", text or "-", code=1)
    assert len(study) == 6


def test_reading_as_data(study: signac.Project) -> None:
    """--json of the commands that print jobs is one document."""
    items = run(study.path, "statepoint", "--json").json()
    assert {item["id"] for item in items} == {job.id for job in study}
    items = run(study.path, "document", "-f", "T > 1", "--json").json()
    assert [item["document"].keys() for item in items] == [{"energy"}] * 3
    items = run(study.path, "diff", "--json").json()
    assert items[0]["diff"].keys() == {"T", "seed"}
    job = study.open_job({"T": 0.9, "seed": 1, "model": "lj"})
    (item,) = run(study.path, "neighbors", job.id, "--json").json()
    assert {key: [each["value"] for each in near] for key, near in item["neighbors"].items()} == {
        "T": [1.2],
        "seed": [0, 2],
    }
    schema = run(study.path, "schema", "--json").json()
    assert schema["seed"] == {"int": [0, 1, 2]}


def test_only_what_runs_is_loaded() -> None:
    """`signac --version` loads no engine, and `find` in a pipe neither rich nor numpy nor h5py."""
    code = (
        "import sys\nfrom signac.cli.app import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "print(*sorted(sys.modules), file=sys.stderr)"
    )

    def loaded(*words: str, directory: str = ".") -> set[str]:
        done = subprocess.run(
            [sys.executable, "-c", code, *words],
            cwd=directory,
            capture_output=True,
            text=True,
            check=True,
        )
        return set(done.stderr.split())

    assert not {"signac.project", "signac._engine", "json", "rich"} & loaded("--version")
    with signac.TemporaryProject() as project:
        project.create_jobs({"a": a} for a in range(3))
        found = loaded("find", "a", "1", directory=project.path)
    assert not {"rich", "numpy", "h5py", "pandas", "pprint", "dataclasses"} & found
    assert not {name for name in found if name.startswith("signac.cli.commands.")} - {
        "signac.cli.commands",
        "signac.cli.commands.find",
    }


def test_a_terminal_gets_a_status_table(study: signac.Project) -> None:
    """On a terminal the keys of a status are a table with a rule below its head."""
    code, screen = on_terminal(study.path, "status")
    assert code == 0
    assert "─" in screen
    assert "Problems:   none" in screen
