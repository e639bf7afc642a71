"""Several processes synchronise into one project, while another one reads and writes there."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import processes
import rawcheck
import signac
from signac.sync import DocSync, FileSync

JOBS = 25


def _make(path: Path, name: str, numbers: Any) -> str:
    project = signac.init_project(path)
    for number in numbers:
        job = project.open_job({"a": number}).init()
        job.doc = {name: number, "n": {name: number}}
        for file in (f"{name}.txt", f"tree-{name}/file", "shared.txt"):
            os.makedirs(os.path.dirname(job.fn(file)), exist_ok=True)
            Path(job.fn(file)).write_text(f"{name}" * 10_000)
    return str(path)


def _syncing(source: str, target: str, parallel: int) -> Callable[[], int]:
    def work() -> int:
        project, other = signac.get_project(target), signac.get_project(source)
        for _ in range(3):
            project.sync(
                other,
                FileSync.always,
                doc_sync=DocSync.update,
                recursive=True,
                check_schema=False,
                parallel=parallel,
            )
        return len(project)

    return work


def _reading(target: str) -> Callable[[], int]:
    def work() -> int:
        project = signac.get_project(target)
        end = time.monotonic() + 30
        looks = 0
        while time.monotonic() < end and not os.path.exists(os.path.join(target, "stop")):
            for job in project:
                looks += 1
                assert job.sp.a in range(JOBS)
                assert job.doc  # a job that can be seen has its document
                shared = Path(job.fn("shared.txt")).read_text()
                assert len(shared) == 10_000
                assert len(set(shared)) == 1
                job.doc.seen = looks
        return looks

    return work


def test_two_sources_and_a_reader(tmp_path: Path) -> None:
    """Readers see whole jobs and whole files, no key is lost, and everything arrives."""
    sources = [
        _make(tmp_path / "x", "x", range(JOBS - 5)),
        _make(tmp_path / "y", "y", range(5, JOBS)),
    ]
    target = signac.init_project(tmp_path / "target").path
    children = [
        processes.start(_syncing(source, target, parallel))
        for source, parallel in zip(sources, (0, 2), strict=True)
    ]
    reader = processes.start(_reading(target))
    for child in children:
        child.result().get()
    Path(target, "stop").write_text("")
    assert reader.result().get() > 0
    os.unlink(os.path.join(target, "stop"))
    assert rawcheck.problems(target) == []
    project = signac.get_project(target)
    assert len(project) == JOBS
    for job in project:
        names = {"x": job.sp.a < JOBS - 5, "y": job.sp.a >= 5}
        for name, there in names.items():
            assert job.isfile(f"{name}.txt") == there
            assert job.isfile(f"tree-{name}/file") == there
            assert (name in job.doc) == there
