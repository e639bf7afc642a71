"""What is logged, under which names."""

import logging
import os
import pathlib
import shutil
import subprocess
import sys
from typing import Any

import pytest

import signac
from signac.errors import JobsCorruptedError, WorkspaceError


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Any:
    caplog.set_level(logging.INFO, logger="signac")
    return caplog


def records(log: Any, name: str, level: int) -> list[str]:
    return [
        record.getMessage()
        for record in log.records
        if record.name == name and record.levelno == level
    ]


def test_entering_and_leaving(job: Any, log: Any) -> None:
    """`signac.job` tells at INFO when a job directory is entered and left."""
    log.clear()
    with job:
        entered = records(log, "signac.job", logging.INFO)
        assert len(entered) == 1
        assert job.path in entered[0] or job.id in entered[0]
    assert len(records(log, "signac.job", logging.INFO)) == 2


def test_state_point_change(job: Any, log: Any) -> None:
    """`signac.job` tells at INFO the old and the new id."""
    old = job.id
    log.clear()
    job.sp.a = 1
    messages = [m for m in records(log, "signac.job", logging.INFO) if old in m and job.id in m]
    assert len(messages) == 1


def test_failed_init(job: Any, reopen: Any, log: Any) -> None:
    """`signac.job` tells at ERROR when a job cannot be initialised."""
    pathlib.Path(job.fn(job.FN_STATE_POINT)).write_text("junk")
    log.clear()
    with pytest.raises(JobsCorruptedError):
        reopen().open_job({"a": 0}).init()
    assert any(job.id in message for message in records(log, "signac.job", logging.ERROR))


def test_missing_workspace(project: Any, log: Any) -> None:
    """Listing the jobs of a project whose workspace was deleted tells it at INFO."""
    shutil.rmtree(project.workspace)
    log.clear()
    assert list(project.find_jobs()) == []
    messages = records(log, "signac.project", logging.INFO)
    assert 2 <= len(messages) <= 3
    assert all("workspace" in message for message in messages)


def test_missing_project_directory(project: Any, log: Any) -> None:
    """A project directory that vanished is a WARNING."""
    shutil.rmtree(project.path)
    log.clear()
    assert len(project) == 0
    assert records(log, "signac.project", logging.WARNING)


def test_broken_workspace(project: Any, log: Any) -> None:
    """A workspace that is no directory is an ERROR."""
    shutil.rmtree(project.workspace)
    pathlib.Path(project.workspace).touch()
    log.clear()
    with pytest.raises(WorkspaceError):
        list(project)
    assert records(log, "signac.project", logging.ERROR)


def test_damaged_jobs_are_named_once(project: Any, reopen: Any, log: Any) -> None:
    """A filtered read skips damaged jobs, and names each of them in one ERROR record."""
    names = []
    for number in range(3):
        job = project.open_job({"a": number}).init()
        if number:
            pathlib.Path(job.fn(job.FN_STATE_POINT)).write_text("junk")
            names.append(job.id)
    log.clear()
    assert len(reopen().find_jobs({"a": 0})) == 1
    messages = [r.getMessage() for r in log.records if r.levelno == logging.ERROR]
    assert len(messages) <= len(names)
    for name in names:
        assert sum(name in message for message in messages) == 1


def test_detached_container(document: Any, log: Any) -> None:
    """A write through a container that was replaced is a WARNING."""
    document.n = {"x": 1}
    old = document.n
    document.n = {"x": 2}
    log.clear()
    old.x = 3
    assert [record.levelno for record in log.records] == [logging.WARNING]
    assert log.records[0].name.startswith("signac")
    assert document() == {"n": {"x": 2}}


def test_not_a_number_is_logged(project: Any, log: Any) -> None:
    """A state point value that is not a number is accepted, with a record."""
    project.open_job({"a": float("nan")}).init()
    assert any(record.name.startswith("signac") for record in log.records)
    log.clear()
    project.open_job({"a": 1.0}).init()
    assert log.records == []


def test_ordinary_work_is_silent(tmp_path: Any, log: Any) -> None:
    """Ordinary operations log nothing at WARNING or above, and print nothing."""
    project = signac.init_project(tmp_path / "quiet")
    job = project.open_job({"a": 0}).init()
    with job:
        job.doc.x = 1
    job.sp.a = 1
    list(project.find_jobs({"a": 1}))
    job.remove()
    assert [record for record in log.records if record.levelno >= logging.WARNING] == []


def test_import_leaves_logging_alone() -> None:
    """Importing adds no handler, no level and no logger outside the package's own name."""
    code = (
        "import logging\n"
        "before = set(logging.root.manager.loggerDict), logging.getLevelName(15)\n"
        "import signac\n"
        "signac.Project, signac.JSONDict\n"
        "names = set(logging.root.manager.loggerDict) - before[0]\n"
        "assert not [n for n in names if n.split('.')[0] == 'sync'], names\n"
        "assert logging.getLevelName(15) == before[1]\n"
        "assert not logging.root.handlers\n"
        "assert logging.getLogger('signac').level == logging.NOTSET\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ})
