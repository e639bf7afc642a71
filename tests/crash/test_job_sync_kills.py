"""A process dies while `Job.sync` fills a job that was not there: it is whole, or not there."""

import functools
import os
import shutil
from typing import Any

import processes
import rawcheck
from crash.harness import _reopen
from crash.test_transfer_kills import always, project_of, statepoint, two_projects
from dying import run_and_die


def _sync(root: str) -> None:
    source, destination = (project_of(root, name).open_job(statepoint(0)) for name in "sp")
    destination.sync(source, strategy=always, recursive=True)


def test_new_job_is_whole(tmp_path: Any) -> None:
    """Dead at any mutation: no job that looks valid lacks files, and the same call completes."""
    scene, root = str(tmp_path / "scene"), str(tmp_path / "killed")
    os.makedirs(scene)
    two_projects(scene, range(4, 5))
    whole = rawcheck.snapshot(os.path.join(scene, "s"))[rawcheck.id_of(statepoint(0))]
    mutation, half = 0, []
    died = True
    while died:
        mutation += 1
        shutil.copytree(scene, root, symlinks=True)
        died = run_and_die(functools.partial(_sync, root), mutation)
        processes.run(functools.partial(_reopen, root)).get()
        there = rawcheck.snapshot(os.path.join(root, "p")).get(rawcheck.id_of(statepoint(0)))
        if there not in (None, whole):
            half.append(mutation)
        processes.run(functools.partial(_sync, root)).get()
        assert rawcheck.snapshot(os.path.join(root, "p"))[rawcheck.id_of(statepoint(0))] == whole
        shutil.rmtree(root)
    assert half == []
