"""What only we put on disk is invisible to the peer; what a crash of ours leaves does no harm."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import rawcheck
import signac
from dying import run_and_die
from interop.peer import Peer


@pytest.fixture
def project(tmp_path: Path) -> signac.Project:
    project = signac.init_project(tmp_path / "shared")
    for a in range(3):
        project.open_job({"a": a}).init().doc.x = a
    return project


def test_scratch_is_not_a_job_for_the_peer(peer: Peer, project: signac.Project) -> None:
    """Half-built jobs, trash and temporary files in scratch are not seen by the peer."""
    scratch = Path(project.workspace, rawcheck.SCRATCH)
    scratch.mkdir(exist_ok=True)
    statepoint = {"a": 99}
    for name in ("half-built", rawcheck.id_of(statepoint), rawcheck.id_of(statepoint) + ".trash"):
        (scratch / name).mkdir()
        (scratch / name / rawcheck.STATEPOINT).write_text(json.dumps(statepoint))
    (scratch / "._signac_x_document.json").write_text("{")
    peer.open_project(path=project.path)
    expected = sorted(rawcheck.id_of({"a": a}) for a in range(3))
    assert peer.jobs(path=project.path) == expected
    assert peer.find(path=project.path, query={"a": {"$gte": 0}}) == expected
    assert not peer.contains(path=project.path, statepoint=statepoint)
    peer.check(path=project.path)
    peer.update_cache(path=project.path)
    assert peer.init(path=project.path, statepoint=statepoint) == rawcheck.id_of(statepoint)
    assert len(signac.Project(project.path)) == 4


def test_our_own_directory_is_no_burden(peer: Peer, project: signac.Project) -> None:
    """Everything that we keep below `.signac` may be there, or be deleted, without any effect."""
    job = project.open_job({"a": 0})
    job.sp.a = 10
    job.sp.a = 11
    project.open_job({"a": 1}).remove()
    for name in os.listdir(os.path.join(project.path, ".signac")):
        if name == "config":
            continue
        path = Path(project.path, ".signac", name)
        assert name.endswith((".log", "locks", "scratch", "index", ".gz")), f"unknown: {name}"
        if path.is_file():
            path.unlink()
    peer.open_project(path=project.path)
    expected = sorted(rawcheck.id_of({"a": a}) for a in (2, 11))
    assert peer.jobs(path=project.path) == expected
    assert sorted(found.id for found in signac.Project(project.path)) == expected
    peer.check(path=project.path)


def test_a_pending_state_point_is_not_seen_by_the_peer(peer: Peer, project: signac.Project) -> None:
    """A `.next` file beside the state point changes nothing for the peer, whatever it holds."""
    job = project.open_job({"a": 1})
    Path(job.fn(job.FN_STATE_POINT + ".next")).write_text('{"a": 5}')
    peer.open_project(path=project.path)
    assert len(peer.jobs(path=project.path)) == 3
    assert peer.statepoint(path=project.path, job=job.id) == {"a": 1}
    peer.check(path=project.path)
    assert peer.document(path=project.path, job=job.id) == {"x": 1}
    peer.act(path=project.path, job=job.id, method="remove")
    assert len(peer.jobs(path=project.path)) == 2


OPERATIONS: dict[str, Callable[[Any], object]] = {
    "init": lambda project: project.open_job({"a": 7, "n": {"x": 1}}).init(),
    "statepoint": lambda project: setattr(project.open_job({"a": 1}).sp, "a", 8),
    "remove": lambda project: project.open_job({"a": 1}).remove(),
    "document": lambda project: project.open_job({"a": 1}).doc.update({"x": 9}),
    "clear": lambda project: project.open_job({"a": 1}).clear(),
    "bulk": lambda project: project.create_jobs([{"b": b} for b in range(3)], progress=False),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_peer_goes_on_after_a_crash_of_ours(
    peer: Peer, project: signac.Project, name: str
) -> None:
    """Killed at any step, we leave a project that we open once and the peer then finds sound.

    Before anybody of ours opens it again the peer already reads every other job; the one job in
    question is complete for it as soon as we have looked.
    """
    others = {rawcheck.id_of({"a": a}) for a in (0, 2)}
    mutation, died = 0, True
    while died:
        mutation += 1
        project.open_job({"a": 1}).init().doc = {"x": 1}
        died = run_and_die(lambda: OPERATIONS[name](signac.Project(project.path)), mutation)
        peer.open_project(path=project.path)
        assert others <= set(peer.jobs(path=project.path))
        for id_ in others:
            assert peer.document(path=project.path, job=id_)["x"] in (0, 2)
        ours = {job.id: job.statepoint() for job in signac.Project(project.path)}
        assert peer.jobs(path=project.path) == sorted(ours)
        peer.check(path=project.path)
        for id_, statepoint in ours.items():
            assert peer.statepoint(path=project.path, job=id_) == statepoint
        assert rawcheck.problems(project.path) == []
        for id_ in ours.keys() - others:
            peer.act(path=project.path, job=id_, method="remove")
    assert mutation > 2, "the operation was never interrupted"
