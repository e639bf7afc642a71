"""`signac change`: keys of many state points."""

from __future__ import annotations

import signac
from cli.command import on_terminal, run


def keys(project: signac.Project) -> set[str]:
    return {key for job in signac.get_project(project.path) for key in job.statepoint()}


def test_a_preview_changes_nothing(study: signac.Project) -> None:
    """--dry-run prints what would change."""
    output = run(study.path, "change", "--rename", "seed=number", "--dry-run")
    assert "6 jobs change" in output.out
    assert keys(study) == {"T", "seed", "model"}
    plan = run(study.path, "change", "--rename", "seed=number", "-n", "--json").json()
    assert sorted(plan["changes"]) == sorted(job.id for job in study)
    assert plan["collisions"] == []


def test_there_and_back(study: signac.Project) -> None:
    """A change has a name, can be listed and taken back, and old ids lead to new ones."""
    old = {job.id: job.doc.energy for job in study}
    words = ("--rename", "seed=number", "--add", "cut=2.5", "kind=fluid", "--name", "better")
    done = run(study.path, "change", *words, "--json").json()
    assert done["name"] == "better"
    assert done["changed"].keys() == old.keys()
    assert keys(study) == {"T", "number", "model", "cut", "kind"}
    first = next(iter(old))
    new = run(study.path, "change", "--new-id", first).out.strip()
    assert signac.get_project(study.path).open_job(id=new).doc.energy == old[first]
    (record,) = run(study.path, "change", "--list", "--json").json()
    assert (record["name"], record["state"], record["jobs"]) == ("better", "applied", 6)
    assert "better" in run(study.path, "change", "--list").out
    run(study.path, "change", "--undo", "better")
    assert {job.id: job.doc.energy for job in signac.get_project(study.path)} == old


def test_a_selection(study: signac.Project) -> None:
    """Words of a filter choose the jobs."""
    run(study.path, "change", "T > 1", "--add", "hot=true")
    assert len(signac.get_project(study.path).find_jobs({"hot": True})) == 3


def test_collisions_are_refused(study: signac.Project) -> None:
    """A change that would make two jobs one is refused, with the jobs named; nothing changes."""
    output = run(study.path, "change", "--remove", "seed", "--dry-run", code=1)
    assert "2 collisions" in output.out
    output = run(study.path, "change", "--remove", "seed", code=1)
    assert output.err.startswith("Error: ")
    assert keys(study) == {"T", "seed", "model"}


def test_what_is_no_change(study: signac.Project) -> None:
    """Words that say nothing, or are no pairs, are refused with an example of what is wanted."""
    assert run(study.path, "change", code=1).err.startswith("Error: ")
    assert "'seed'" in run(study.path, "change", "--rename", "seed", code=1).err


def test_a_person_is_asked(study: signac.Project) -> None:
    """On a terminal the plan is shown and asked for; -y answers."""
    code, screen = on_terminal(study.path, "change", "--rename", "seed=n", keys="n\n")
    assert code == 1
    assert "[y/N]" in screen
    assert keys(study) == {"T", "seed", "model"}
    code, screen = on_terminal(study.path, "-y", "change", "--rename", "seed=n")
    assert code == 0
    assert "[y/N]" not in screen
    assert keys(study) == {"T", "n", "model"}
