"""What a synchronisation says that it would do, and that this changes nothing."""

import logging
import os
from pathlib import Path

import pytest

import signac
from signac._core import faults
from signac.errors import DocumentSyncConflict, FileSyncConflict, SchemaSyncConflict
from signac.sync import DocSync, FileSync, FileTransferStats, plan_sync, sync_jobs


@pytest.fixture
def here(tmp_path: Path) -> signac.Project:
    """Return the project to read."""
    return signac.init_project(tmp_path / "here")


@pytest.fixture
def there(tmp_path: Path) -> signac.Project:
    """Return the project to write to."""
    return signac.init_project(tmp_path / "there")


def fill(project: signac.Project, text: str, *names: str, number: int = 0) -> signac.job.Job:
    """Make a job with files."""
    job = project.open_job({"a": number}).init()
    for name in names:
        path = Path(job.fn(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return job


def test_plan_has_everything(here: signac.Project, there: signac.Project) -> None:
    """Files, directories, what is skipped and kept, conflicts and keys are all in the plan."""
    fill(here, "theirs!", "new", "other", "kept", "tree/x", "tree/deep/y").doc = {
        "a": 1,
        "n": {"b": 2},
    }
    fill(there, "mine", "other", "kept", "mine").doc = {"n": {"c": 1}}
    fill(here, "", "file", number=1)
    here.doc.title = "here"
    strategy = {"other": True, "kept": False}
    with faults.record() as points:
        plan = plan_sync(
            here,
            there,
            lambda src, dst, name: strategy[name],
            recursive=True,
            check_schema=False,
        )
    assert points == []
    assert plan.document.keys == ("title",)
    old, new = sorted(plan.jobs, key=lambda job: job.is_new)
    assert [(step.name, step.is_new) for step in old.files] == [("new", True), ("other", False)]
    assert [tree.name for tree in old.trees] == ["tree"]
    assert [step.name for step in old.iter_files()] == [
        "new",
        "other",
        os.path.join("tree", "x"),
        os.path.join("tree", "deep", "y"),
    ]
    assert old.kept == ("kept",)
    assert sorted(old.document.keys) == ["a", "n.b"]
    assert [step.name for step in new.iter_files()] == ["file", "signac_statepoint.json"]
    assert plan.stats == FileTransferStats(6, 4 * len("theirs!") + len('{"a": 1}'))
    assert plan.conflicts == ()
    assert (
        there.sync(
            here,
            lambda src, dst, name: strategy[name],
            recursive=True,
            check_schema=False,
            collect_stats=True,
        )
        == plan.stats
    )
    again = plan_sync(here, there, FileSync.never, recursive=True)
    assert (again.unchanged, [job.kept for job in again.jobs]) == (1, [("kept",)])


def test_conflicts_are_in_the_plan(here: signac.Project, there: signac.Project) -> None:
    """A plan does not raise for what differs; the call does, with the same conflicts."""
    for number in range(2):
        fill(here, "theirs!", "sub/file", number=number).doc = {"k": 1}
        fill(there, "mine", "sub/file", number=number).doc = {"k": 2}
    plan = plan_sync(here, there, recursive=True)
    assert [type(one) for one in plan.conflicts] == [FileSyncConflict, DocumentSyncConflict] * 2
    with faults.record() as points, pytest.raises(FileSyncConflict) as caught:
        there.sync(here, recursive=True, dry_run=True)
    assert points == []
    assert caught.value.filename == "file"
    assert caught.value.path == there.open_job(id=plan.jobs[0].id).fn(os.path.join("sub", "file"))
    assert len(caught.value.conflicts) == 4
    assert str(caught.value).startswith("4 conflicts")


def test_dry_run_says_everything(
    here: signac.Project, there: signac.Project, caplog: pytest.LogCaptureFixture
) -> None:
    """Each file and key is named in the log, and the statistics are those of the real call."""
    fill(here, "text", "new", "tree/x").doc.k = 1
    fill(there, "text", "mine")
    fill(here, "text", "new", number=1)
    caplog.set_level(logging.INFO, logger="sync")
    with faults.record() as points:
        stats = there.sync(
            here, recursive=True, check_schema=False, dry_run=True, collect_stats=True
        )
    assert points == []
    assert len(there) == 1
    for word in ("'new'", f"'{os.path.join('tree', 'x')}'", "'k'", "Would make job"):
        assert word in caplog.text
    assert stats == there.sync(here, recursive=True, check_schema=False, collect_stats=True)


def test_dry_run_of_a_job_that_is_not_there(here: signac.Project, there: signac.Project) -> None:
    """It is not made."""
    job = fill(here, "text", "new")
    with faults.record() as points:
        sync_jobs(job, there.open_job({"a": 0}), dry_run=True)
    assert points == []
    assert len(there) == 0


def test_damaged_jobs_are_in_the_plan(here: signac.Project, there: signac.Project) -> None:
    """A job that cannot be read is a problem of its own; the others are planned."""
    bad, _ = (fill(here, "text", "new", number=number) for number in range(2))
    os.unlink(bad.fn("signac_statepoint.json"))
    plan = plan_sync(here, there)
    assert [name for name, _ in plan.problems] == [bad.id]
    assert len(plan.jobs) == 1


def test_keys_of_schemas(here: signac.Project, there: signac.Project) -> None:
    """`check_schema="keys"` lets values differ, and nothing else."""
    fill(here, "", number=1)
    fill(there, "", number=2)
    with pytest.raises(SchemaSyncConflict) as caught:
        there.sync(here)
    assert set(caught.value.schema_src) == set(caught.value.schema_dst) == {"a"}
    assert '"keys"' in str(caught.value)
    there.sync(here, check_schema="keys")
    assert len(there) == 2
    here.open_job({"a": 1, "b": 1}).init()
    with pytest.raises(SchemaSyncConflict):
        there.sync(here, check_schema="keys")
    with pytest.raises(ValueError, match="keys"):
        there.sync(here, check_schema="kesy")


def test_rules_are_tried_on_copies(here: signac.Project, there: signac.Project) -> None:
    """A rule that changes both documents changes neither."""
    fill(here, "").doc = {"a": {"x": 1}}
    fill(there, "").doc = {"a": {"y": 1}}

    def swap(src: signac.JSONDict, dst: signac.JSONDict) -> None:
        dst.a.y = src.a.x + 1
        src.clear()

    (job,) = plan_sync(here, there, doc_sync=swap).jobs
    assert job.document.keys == ("a.y",)
    assert here.open_job({"a": 0}).doc() == {"a": {"x": 1}}
    assert there.open_job({"a": 0}).doc() == {"a": {"y": 1}}


def test_copied_document_is_planned_as_a_file(here: signac.Project, there: signac.Project) -> None:
    """Under `COPY` the document is one of the files."""
    fill(here, "").doc.a = 1
    fill(there, "")
    (job,) = plan_sync(here, there, doc_sync=DocSync.COPY).jobs
    assert [step.name for step in job.files] == ["signac_job_document.json"]
    assert job.document.keys == ()
