"""Several processes run the same synchronisation at once: each is as good as alone."""

import os
import pathlib
from typing import Any

import pytest

import processes
import rawcheck
import signac
from signac.sync import FileSync

JOBS = 8


@pytest.mark.parametrize("workers", [2, 4])
def test_same_synchronisation(workers: int, tmp_path: Any) -> None:
    """What the others have copied meanwhile is equal, so it is no conflict: every call succeeds."""
    source, destination = (signac.init_project(tmp_path / name) for name in ("s", "p"))
    for number in range(JOBS):
        job = source.open_job({"a": number}).init()
        os.makedirs(job.fn("sub/deep"))
        for name in ("file", "sub/file", "sub/deep/file"):
            pathlib.Path(job.fn(name)).write_text(f"{name} of {number}")
        job.doc.n = number
        if number % 2:
            present = destination.open_job({"a": number}).init()
            pathlib.Path(present.fn("file")).write_text("another")

    def work() -> None:
        theirs, mine = (signac.get_project(project.path) for project in (source, destination))
        mine.sync(theirs, FileSync.always, check_schema=False, recursive=True)

    children = [processes.start(work) for _ in range(workers)]
    outcomes = [child.result() for child in children]
    assert [str(outcome) for outcome in outcomes if not outcome.ok] == []
    assert rawcheck.problems(destination.path) == []
    assert (
        rawcheck.difference(rawcheck.snapshot(destination.path), rawcheck.snapshot(source.path))
        == []
    )
