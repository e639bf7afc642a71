"""`signac check`, `repair`, `recover`, `status`."""

from __future__ import annotations

import os

import pytest

import signac
from cli.command import on_terminal, run
from dying import run_and_die


def damage(project: signac.Project) -> list[str]:
    """Empty one state point file that the index knows, and break one document."""
    project.update_cache()
    jobs = list(project)
    open(jobs[0].fn("signac_statepoint.json"), "w").close()
    with open(jobs[1].fn("signac_job_document.json"), "w") as file:
        file.write("{")
    return [job.id for job in jobs]


def test_a_sound_project(study: signac.Project) -> None:
    """Nothing wrong is exit code 0, and said."""
    assert "6 jobs checked" in run(study.path, "check").out
    assert run(study.path, "check", "--full", "--json").json()["problems"] == []
    assert run(study.path, "repair").out == "nothing to repair\n"
    assert run(study.path, "recover").out == "Nothing is unfinished.\n"


def test_all_problems_are_named(study: signac.Project) -> None:
    """A check prints all problems, exits with 1, and names the next step."""
    ids = damage(study)
    output = run(study.path, "check", code=1)
    assert ids[0] in output.out
    assert ids[1] in output.out
    assert "signac repair --dry-run" in output.err
    found = run(study.path, "check", "--json", code=1).json()
    assert {(each["kind"], each["job"]) for each in found["problems"]} >= {
        ("statepoint-damaged", ids[0]),
        ("document-damaged", ids[1]),
    }
    assert found["errors"] == 2


def test_a_dry_run_changes_nothing(study: signac.Project) -> None:
    """--dry-run prints the plan, and what stays; no file changes."""
    ids = damage(study)
    output = run(study.path, "repair", "--dry-run", code=1)
    assert ids[0] in output.out
    assert os.path.getsize(study.open_job(id=ids[2]).fn("signac_statepoint.json")) > 0
    assert os.path.getsize(os.path.join(study.workspace, ids[0], "signac_statepoint.json")) == 0
    found = run(study.path, "repair", "--dry-run", "--json", code=1).json()
    assert [each["kind"] for each in found["actions"]] == ["restore-statepoint"]
    assert [each["kind"] for each in found["unresolved"]] == ["document-damaged"]


def test_repair(study: signac.Project) -> None:
    """What can be repaired is; what is left makes exit code 1 until it is set aside."""
    ids = damage(study)
    run(study.path, "repair", code=1)
    assert signac.get_project(study.path).open_job(id=ids[0]).sp.model == "lj"
    output = run(study.path, "repair", "--set-aside")
    assert "kept in" in output.err
    run(study.path, "check")


def test_repair_of_one_job(study: signac.Project) -> None:
    """Ids limit a repair to these jobs; an id that no job has is a problem."""
    ids = damage(study)
    run(study.path, "repair", ids[0])
    output = run(study.path, "repair", "0" * 32, code=1)
    assert "0" * 32 in output.out


def test_a_person_is_asked(study: signac.Project) -> None:
    """On a terminal a repair asks; no is no."""
    ids = damage(study)
    code, screen = on_terminal(study.path, "repair", keys="n\n")
    assert code == 1
    assert "Carry this out? [y/N]" in screen
    assert os.path.getsize(os.path.join(study.workspace, ids[0], "signac_statepoint.json")) == 0
    on_terminal(study.path, "repair", keys="y\n")
    assert os.path.getsize(os.path.join(study.workspace, ids[0], "signac_statepoint.json")) > 0


def test_status(study: signac.Project) -> None:
    """The status has jobs, size, keys with their ranges, and problems."""
    lines = run(study.path, "status").lines
    assert lines[0] == f"Project:    {study.path}"
    assert lines[1] == "Jobs:       6"
    assert lines[3] == "Problems:   none"
    assert any(line.split()[:6] == ["T", "float", "2", "0.9", "…", "1.2"] for line in lines)
    assert any(line.split()[0] == "energy" for line in lines if line)
    damage(study)
    output = run(study.path, "status", code=1)
    assert "1 statepoint-damaged" in output.out
    assert "1 document-damaged" in output.out


def test_status_as_data(study: signac.Project) -> None:
    """--json has the same facts."""
    facts = run(study.path, "status", "--json").json()
    size = sum(
        os.path.getsize(os.path.join(directory, name))
        for directory, _, names in os.walk(study.workspace)
        for name in names
    )
    assert (facts["jobs"], facts["files"], facts["bytes"]) == (6, 12, size)
    assert {each["key"]: each["values"] for each in facts["keys"]} == {
        "T": 2,
        "model": 1,
        "seed": 3,
    }
    assert facts["problems"] == {"errors": 0, "warnings": 0, "kinds": {}}


def test_status_of_an_empty_project(tmp_path: object) -> None:
    """A project without jobs has a status, too."""
    with signac.TemporaryProject() as project:
        assert "Jobs:       0" in run(project.path, "status").out


@pytest.mark.parametrize("mutation", [8, 12, 16])
def test_recover_completes_a_change(mutation: int, study: signac.Project) -> None:
    """A change of many jobs that was killed is named in the status, listed, and completed."""
    change = study.plan_change(rename={"seed": "number"}).apply
    assert run_and_die(lambda: change(name="half"), mutation)
    assert "change half; 'signac recover' completes it" in run(study.path, "status", code=None).out
    (record,) = run(study.path, "recover", "--dry-run", "--json").json()
    assert record == {"name": "half", "jobs": 6}
    assert "change half" in run(study.path, "recover").out
    assert run(study.path, "recover", "--json").json() == []
    assert all(job.sp.keys() == {"T", "number", "model"} for job in signac.get_project(study.path))
