"""Plans that are applied late: what they were made for has changed meanwhile."""

import json
import os
import shutil

import pytest

import processes
import rawcheck
import signac
from crash import mendings
from crash.mendings import MENDINGS, Mending, directory_of, file_of

BY_NAME = {mending.name: mending for mending in MENDINGS if not mending.indexed}
#: What is planned for a job, and what can be moved away.
OF_JOBS = [
    name
    for name in BY_NAME
    if name.startswith(("restore", "rename", "undo", "complete", "set-aside-job", "set-aside-doc"))
]


def planned(mending: Mending, root: str):
    """Make the damage and a plan for it."""
    mending.prepare(root)
    path = os.path.join(root, "p")
    project = signac.get_project(path, search=False)
    if mending.late:
        mending.damage(path)
    plan = project.plan_repair(set_aside=mending.set_aside, progress=False)
    assert mending.kind in [action.kind for action in plan.actions]
    return path, plan


def contents(path: str):
    """Return every file of the jobs; links are not followed."""
    workspace = os.path.join(path, "workspace")
    found = {}
    for top, _, names in os.walk(workspace):
        for name in names:
            full = os.path.join(top, name)
            relative = os.path.relpath(full, workspace)
            if not relative.startswith(".signac") and not os.path.islink(full):
                with open(full, "rb") as file:
                    found[relative] = file.read()
    return found


@pytest.mark.parametrize("name", BY_NAME)
def test_somebody_else_repaired_it(name: str, tmp_path) -> None:
    """A plan whose work another process has done meanwhile does nothing, and is no failure."""
    mending = BY_NAME[name]
    path, plan = planned(mending, str(tmp_path))

    def other() -> None:
        project = signac.get_project(path, search=False)
        project.repair(set_aside=mending.set_aside, progress=False)

    processes.run(other).get()
    before = contents(path)
    result = plan.apply(progress=False)
    assert result.failed == ()
    assert len(result.done) == len(plan.actions)
    assert contents(path) == before
    assert list(signac.get_project(path, search=False).find_problems()) == []


@pytest.mark.parametrize("name", OF_JOBS)
def test_the_job_was_removed(name: str, tmp_path) -> None:
    """A plan for a job that is gone does nothing, and does not bring it back."""
    path, plan = planned(BY_NAME[name], str(tmp_path))
    for action in plan.actions:
        if action.job is not None:
            shutil.rmtree(directory_of(path, action.job), ignore_errors=True)
    before = contents(path)
    result = plan.apply(progress=False)
    assert result.failed == ()
    assert contents(path) == before


@pytest.mark.parametrize("name", OF_JOBS)
def test_the_job_was_made_anew(name: str, tmp_path) -> None:
    """A plan for a job that was removed and made again leaves the new one alone."""
    path, plan = planned(BY_NAME[name], str(tmp_path))
    jobs = {action.job for action in plan.actions if action.job is not None}
    texts = {mendings.VICTIM: mendings.scenes.FIRST, mendings.NEVER: mendings.GHOST}
    for job_id in jobs & texts.keys():
        shutil.rmtree(directory_of(path, job_id), ignore_errors=True)
        job = signac.get_project(path, search=False).open_job(texts[job_id]).init()
        job.doc.new = "whole"
    for job_id in jobs - texts.keys():
        shutil.rmtree(directory_of(path, job_id))
    before = contents(path)
    result = plan.apply(progress=False)
    assert result.failed == ()
    assert contents(path) == before


def test_a_new_document(tmp_path) -> None:
    """A document that was damaged when the plan was made, and was written anew, stays."""
    path, plan = planned(BY_NAME["set-aside-document"], str(tmp_path))
    file = file_of(path, rawcheck.DOCUMENT)
    os.unlink(file)
    signac.get_project(path, search=False).open_job(id=mendings.VICTIM).doc.new = 1
    assert plan.apply(progress=False).failed == ()
    with open(file) as stream:
        assert json.load(stream) == {"new": 1}


def test_a_job_in_place_of_a_file(tmp_path) -> None:
    """A job that was made where a file had its name is not moved away."""
    for name in ("set-aside-file-as-job", "set-aside-link-as-job"):
        path, plan = planned(BY_NAME[name], str(tmp_path / name))
        os.unlink(directory_of(path, mendings.NEVER))
        job = signac.get_project(path, search=False).open_job(mendings.GHOST).init()
        assert plan.apply(progress=False).quarantine is None
        assert job in signac.get_project(path, search=False)


def test_a_right_cache(tmp_path) -> None:
    """A cache that was made anew is not moved away."""
    for name in ("set-aside-damaged-cache", "set-aside-wrong-cache"):
        path, plan = planned(BY_NAME[name], str(tmp_path / name))
        os.unlink(os.path.join(path, ".signac", "statepoint_cache.json.gz"))
        signac.get_project(path, search=False).update_cache()
        assert plan.apply(progress=False).quarantine is None
        assert os.path.isfile(os.path.join(path, ".signac", "statepoint_cache.json.gz"))


def test_the_target_was_taken(tmp_path) -> None:
    """A directory does not get a name that another job took meanwhile: both stay."""
    for name in ("rename-typed", "undo-change"):
        path, plan = planned(BY_NAME[name], str(tmp_path / name))
        job = signac.get_project(path, search=False).open_job(mendings.scenes.FIRST).init()
        job.doc.mine = name
        before = contents(path)
        result = plan.apply(progress=False)
        assert len(result.failed) == 1
        after = contents(path)
        assert {key: after.get(key) for key in before} == before


def test_another_state_point_came(tmp_path) -> None:
    """A directory is not renamed if another state point is in it by now."""
    path, plan = planned(BY_NAME["rename-typed"], str(tmp_path))
    other = {"somebody": "else"}
    with open(file_of(path, job_id=mendings.TYPED), "w") as file:
        json.dump(other, file)
    before = contents(path)
    result = plan.apply(progress=False)
    assert contents(path) == before
    assert result.quarantine is None


def test_applied_twice(tmp_path) -> None:
    """A plan that is applied again does nothing more."""
    path, plan = planned(BY_NAME["everything"], str(tmp_path))
    first = plan.apply(progress=False)
    assert first.quarantine is not None
    before = contents(path)
    second = plan.apply(progress=False)
    assert (second.failed, second.quarantine) == ((), None)
    assert contents(path) == before
