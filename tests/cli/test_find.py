"""`signac find`: what is beyond the released command."""

from __future__ import annotations

import csv
import io

import pytest

import signac
from cli.command import on_terminal, run


def test_ids_are_lines(study: signac.Project) -> None:
    """In a pipe a search prints ids, one on each line, in their order."""
    assert run(study.path, "find").lines == sorted(job.id for job in study)


def test_sort_and_limit(study: signac.Project) -> None:
    """Jobs come in the order of several keys, each in either direction, and not more than asked."""
    found = run(study.path, "find", "--sort=-doc.energy", "--limit", "2").lines
    assert found == [job.id for job in study.find_jobs().sort("-doc.energy").limit(2)]
    found = run(study.path, "find", "--sort", "T", "seed", "--limit", "3").lines
    assert found == [job.id for job in study.find_jobs().sort("T", "seed").limit(3)]
    assert run(study.path, "find", "--sort=-T,seed").lines == [
        job.id for job in study.find_jobs().sort("-T", "seed")
    ]


def test_a_negative_limit_is_refused(study: signac.Project) -> None:
    """The message names the option and what it wants."""
    assert "--limit -1 is negative" in run(study.path, "find", "--limit=-1", code=1).err


def test_json_items(study: signac.Project) -> None:
    """--json is one document: an object for each job, with what was asked for."""
    items = run(study.path, "find", "T", "0.9", "--json").json()
    assert [set(item) for item in items] == [{"id", "statepoint"}] * 3
    for item in items:
        assert study.open_job(item["statepoint"]).id == item["id"]
    items = run(study.path, "find", "--sp", "T", "--doc", "--json").json()
    assert items[0].keys() == {"id", "statepoint", "document"}
    assert items[0]["statepoint"].keys() == {"T"}
    job = study.open_job(id=items[0]["id"])
    assert items[0]["document"] == job.doc()
    assert run(study.path, "find", "--doc", "--json").json()[0].keys() == {"id", "document"}


def test_json_of_nothing(study: signac.Project) -> None:
    """No match is an empty array."""
    assert run(study.path, "find", "T", "7", "--json").json() == []


def test_json_columns(study: signac.Project) -> None:
    """With --columns the objects have these keys; what a job lacks is null."""
    job = study.open_job({"T": 5}).init()
    items = run(study.path, "find", "--columns", "T,doc.energy", "--json").json()
    assert len(items) == 7
    (lacking,) = (item for item in items if item["id"] == job.id)
    assert lacking == {"id": job.id, "T": 5, "doc.energy": None}


def test_csv(study: signac.Project) -> None:
    """--csv has a header and can be read by any reader of CSV."""
    odd = study.open_job({"T": 'a "b", c', "list": [1, "x"]}).init()
    rows = list(csv.DictReader(io.StringIO(run(study.path, "find", "--csv").out)))
    assert len(rows) == 7
    (row,) = (row for row in rows if row["id"] == odd.id)
    assert row == {"id": odd.id, "T": 'a "b", c', "list": '[1, "x"]', "seed": "", "model": ""}
    rows = list(csv.DictReader(io.StringIO(run(study.path, "find", "--csv", "--doc").out)))
    assert set(rows[0]) == {"id", "doc.energy"}
    rows = list(csv.DictReader(io.StringIO(run(study.path, "find", "--csv", "-s").out)))
    assert set(rows[0]) == {"id", "T", "seed", "model", "list", "doc.energy"}


def test_one_form_only(study: signac.Project) -> None:
    """Two forms at once are refused."""
    assert "choose one" in run(study.path, "find", "--csv", "--json", code=1).err


def test_columns_in_a_pipe(study: signac.Project) -> None:
    """In a pipe a table is plain: whole ids, all rows, no rules."""
    lines = run(study.path, "find", "T > 1", "--columns", "seed", "doc.energy").lines
    assert lines[0].split() == ["id", "seed", "doc.energy"]
    assert sorted(line.split()[0] for line in lines[1:]) == sorted(
        job.id for job in study.find_jobs("T > 1")
    )


def test_count(study: signac.Project) -> None:
    """--count prints a number."""
    assert run(study.path, "find", "T > 1", "--count").out == "3\n"


def test_unknown_columns_are_told(study: signac.Project) -> None:
    """A column that no job has is told with names like it, and is no failure."""
    told = run(study.path, "find", "--columns", "sede", "energy", "--csv").err
    assert "no job has the key 'sede'; did you mean 'seed'?" in told
    assert "no job has the key 'energy'; did you mean 'doc.energy'?" in told


def test_unknown_keys_are_told(study: signac.Project) -> None:
    """A key of the filter that no job has is told with names like it."""
    output = run(study.path, "find", "sede", "1")
    assert output.out == ""
    assert "seed" in output.err.splitlines()[-1]


def test_explain(study: signac.Project) -> None:
    """--explain tells how the search was done, apart from its result."""
    output = run(study.path, "find", "seed", "1", "--explain")
    assert "2 of 6 jobs" in output.err
    assert len(output.lines) == 2


def test_a_damaged_job_is_named_and_the_others_are_printed(study: signac.Project) -> None:
    """One damaged job does not stop the others; the exit code tells that it is there."""
    jobs = list(study)
    with open(jobs[0].fn("signac_statepoint.json"), "w") as file:
        file.write("{")
    output = run(study.path, "find", "--sp", code=1)
    assert [line for line in output.lines if len(line) == 32] == [job.id for job in jobs[1:]]
    assert jobs[0].id in output.err
    output = run(study.path, "find", "--json", code=1)
    assert len(output.json()) == 5
    assert jobs[0].id in output.err


def test_a_closed_pipe_is_no_failure(study: signac.Project) -> None:
    """`signac find | head -1` ends quietly."""
    import shlex
    import subprocess
    import sys

    command = (
        f"{shlex.quote(sys.executable)} -m signac find --csv | head -1; exit ${{PIPESTATUS[0]}}"
    )
    for job in study.create_jobs({"long": "x" * 2000, "n": n} for n in range(200)):
        assert job in study
    done = subprocess.run(
        ["bash", "-c", command], cwd=study.path, capture_output=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("words", [(), ("T > 1",)], ids=["all", "some"])
def test_a_table_on_a_terminal(study: signac.Project, words: tuple[str, ...]) -> None:
    """On a terminal a search is a table of the keys in which the jobs differ."""
    code, screen = on_terminal(study.path, "find", *words)
    assert code == 0
    assert "seed" in screen
    assert "model" not in screen
    assert f"{3 if words else 6} jobs" in screen
    for job in study.find_jobs(*words):
        assert job.id[:8] in screen
        assert job.id not in screen


def test_a_long_table_is_cut(tmp_path: object) -> None:
    """Of many jobs a terminal shows the first, and how to get all."""
    with signac.TemporaryProject() as project:
        project.create_jobs({"a": a} for a in range(80))
        _, screen = on_terminal(project.path, "find")
        assert "80 jobs, the first 50 shown" in screen
        _, screen = on_terminal(project.path, "find", "--limit", "70")
        assert "70 jobs" in screen
        assert sum(line.strip()[:8].isalnum() for line in screen.splitlines()) >= 70


def test_a_terminal_is_not_driven(study: signac.Project) -> None:
    """What would move the cursor of a terminal is escaped on one."""
    study.open_job({"T": "\x1b[2Jgone", "x\x1by": 1}).init()
    for form in ((), ("--sp",), ("-1", "--sp"), ("-p", "--sp")):
        _, screen = on_terminal(study.path, "find", *form)
        assert "\x1b[2J" not in screen
        assert "x\x1by" not in screen
