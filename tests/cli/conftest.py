"""Projects for the commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import signac

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def study(tmp_path: Path) -> signac.Project:
    """A project of six jobs, with documents, in a directory of its own."""
    project = signac.init_project(tmp_path / "study")
    for job in project.create_jobs(signac.grid(T=[0.9, 1.2], seed=range(3), model=["lj"])):
        job.doc.energy = round(job.sp.T * (job.sp.seed + 1), 3)
    return project
