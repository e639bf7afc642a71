"""Projects that are filled without waiting for the disk."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import signac


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Return a function that makes a project with one job for each state point, in this order."""

    def fill(statepoints: Any, documents: Any = ()) -> tuple[Any, list[Any]]:
        project = signac.init_project(tmp_path / f"p{len(list(tmp_path.iterdir()))}")
        jobs = project.create_jobs(statepoints)
        for job, document in zip(jobs, documents, strict=False):
            if document is not None:
                job.doc = document
        return project, jobs

    with signac.durability("fast"):
        yield fill
