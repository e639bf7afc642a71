"""A damaged configuration or workspace: an error that names the file, and nothing is changed."""

import os
from typing import Any

import pytest

import processes
import signac
from damage import scene
from damage.checking import changes, picture
from damage.damages import CONFIG, JUNK
from damage.matrix import Pool
from damage.scene import Scene, statepoint
from damage.steps import apply
from signac.errors import Error, JobsCorruptedError

CONFIGS: dict[str, tuple[tuple[Any, ...], ...]] = {
    "empty": (("write", CONFIG, b""),),
    "junk": (("write", CONFIG, JUNK),),
    "nul-bytes": (("nul", CONFIG),),
    "truncated": (("cut", CONFIG, 9),),
    "not-utf8": (("write", CONFIG, b"schema_version = 2\nname = caf\xe9\n"),),
    "junk-line": (("append", CONFIG, b"garbage garbage\n"),),
    "twice": (("twice", CONFIG),),
    "open-section": (("append", CONFIG, b"[a\n"),),
    "without-version": (("write", CONFIG, b"a = 1\n"),),
    "version-is-text": (("write", CONFIG, b"schema_version = two\n"),),
    "version-is-a-list": (("write", CONFIG, b"schema_version = 1, 2\n"),),
    "version-is-a-section": (("write", CONFIG, b"[schema_version]\na = 1\n"),),
    "unknown-level": (("append", CONFIG, b"durability = huge\n"),),
}
GONE: dict[str, tuple[tuple[Any, ...], ...]] = {
    "missing": (("remove", CONFIG),),
    "directory": (("remove", CONFIG), ("mkdir", CONFIG)),
    "fifo": (("remove", CONFIG), ("fifo", CONFIG)),
    "device": (("remove", CONFIG), ("device", CONFIG)),
    "dangling-link": (("remove", CONFIG), ("link", CONFIG, "{X}/nowhere")),
    "link-loop": (("remove", CONFIG), ("link", CONFIG, CONFIG)),
}


@pytest.fixture
def made(pool: Pool, tmp_path: Any) -> Scene:
    """Return a small sound project."""
    return pool.template(known=False).copy(str(tmp_path / "scene"))


def _harm(made: Scene, steps: tuple[tuple[Any, ...], ...]) -> None:
    for operation, path, *arguments in steps:
        apply(made, operation, made.expand(path), *arguments)


@pytest.mark.parametrize("name", CONFIGS)
def test_a_damaged_config_is_named(name: str, made: Scene) -> None:
    """Opening raises a typed error with the file, the fault and the next step; all is left alone.

    Mending the one line brings everything back.
    """
    opened = signac.Project(made.path)
    _harm(made, CONFIGS[name])
    before = picture(made.root)
    for open_it in (signac.get_project, signac.init_project, signac.Project):
        with pytest.raises((Error, ValueError)) as caught:
            open_it(made.path)
        message = str(caught.value)
        assert made.path in message
        assert ".signac/config" in message or "durability" in message
        assert "; " in message or ". " in message
    assert changes(before, picture(made.root)) == []
    # Who has the project open goes on, and learns of it.
    assert len(opened) == len(opened.find_jobs({"model": "water"})) == scene.FEW
    problems = opened.find_problems()
    assert [(one.kind, one.job, one.severity) for one in problems] == [
        ("config-damaged", None, "error")
    ]
    assert problems[0].path == made.expand(CONFIG)
    with pytest.raises(JobsCorruptedError) as damaged:
        opened.check()
    assert damaged.value.job_ids == []
    scene.write(made.expand(CONFIG), b"schema_version = 2\n")
    assert len(signac.Project(made.path).find_jobs({"a": 1})) == scene.FEW // 4


@pytest.mark.parametrize("name", GONE)
def test_a_config_that_is_gone(name: str, made: Scene) -> None:
    """It is no project then, as the error says; making one there brings the jobs back."""
    opened = signac.Project(made.path)
    _harm(made, GONE[name])
    before = picture(made.root)
    outcome = processes.run(lambda: signac.get_project(made.path, search=False), timeout=20)
    assert outcome.failure is not None, outcome
    assert outcome.failure.is_a("LookupError", "OSError"), outcome.failure.text
    assert made.path in outcome.failure.message
    assert changes(before, picture(made.root)) == []
    found = processes.run(lambda: [one[:2] for one in opened.find_problems()], timeout=20).get()
    assert found == [("config-damaged", None)]
    if name in ("directory", "device"):
        apply(made, "discard", made.expand(CONFIG))
    again = processes.run(lambda: len(signac.init_project(made.path)), timeout=20)
    assert again.get() == scene.FEW


def _find(project: Any) -> list[tuple[str, str | None]]:
    return [(one.kind, one.job) for one in project.find_problems()]


def test_a_workspace_that_was_moved_away(made: Scene) -> None:
    """An open project names it and makes none; a repair says so and changes nothing."""
    project = signac.Project(made.path)
    os.rename(made.workspace, made.expand("{X}/moved"))
    before = picture(made.root)
    assert _find(project) == [("workspace-missing", None)]
    with pytest.raises(JobsCorruptedError) as caught:
        project.check()
    assert caught.value.job_ids == []
    assert made.workspace in str(caught.value)
    assert changes(before, picture(made.root)) == []
    with pytest.raises(JobsCorruptedError):
        project.repair()
    os.rmdir(made.workspace) if os.path.isdir(made.workspace) else None
    os.rename(made.expand("{X}/moved"), made.workspace)
    assert _find(project) == []
    assert len(project) == scene.FEW


@pytest.mark.parametrize("kind", ["file", "dangling-link", "link-loop"])
def test_a_workspace_that_is_no_directory(kind: str, made: Scene) -> None:
    """Opening raises `WorkspaceError`; an open project names it; what is there is kept."""
    project = signac.Project(made.path)
    os.rename(made.workspace, made.expand("{X}/moved"))
    if kind == "file":
        scene.write(made.workspace, b"precious")
    else:
        target = made.workspace if kind == "link-loop" else made.expand("{X}/nowhere")
        os.symlink(target, made.workspace)
    before = picture(made.root)
    with pytest.raises(signac.errors.WorkspaceError) as caught:
        signac.Project(made.path)
    assert made.workspace in str(caught.value)
    assert _find(project) == [("workspace-missing", None)]
    with pytest.raises(JobsCorruptedError):
        project.repair()
    assert changes(before, picture(made.root)) == []


def test_nothing_else_is_lost_with_the_index(made: Scene) -> None:
    """Without `.signac` but for the config everything is as it was."""
    whole = {job.id: job.sp() for job in signac.Project(made.path)}
    for name in os.listdir(made.expand("{S}")):
        if name != "config":
            apply(made, "discard", os.path.join(made.expand("{S}"), name))
    project = signac.Project(made.path)
    assert _find(project) == []
    assert {job.id: job.sp() for job in project} == whole
    assert project.open_job(statepoint(3)) in project
