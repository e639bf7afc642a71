"""The raw checker itself: silent on what the peer makes, and one line for each kind of damage."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import rawcheck
from interop.peer import Peer

ID = rawcheck.id_of({"a": 1})


@pytest.fixture
def root(peer: Peer, tmp_path: Path) -> Path:
    """Return a project that the peer made, with documents, files and a link."""
    peer.init_project(path=str(tmp_path))
    assert peer.init(path=str(tmp_path), statepoint={"a": 1}) == ID
    peer.init(path=str(tmp_path), statepoint={"a": float("nan"), "b": ["\ud800", -0.0]})
    peer.assign(path=str(tmp_path), job=ID, what="doc", content={"x": float("nan")})
    peer.assign(path=str(tmp_path), what="doc", content={"p": 1})
    job = tmp_path / "workspace" / ID
    (job / "sub").mkdir()
    (job / "sub" / "file").write_bytes(b"content")
    (job / "link").symlink_to("sub")
    return tmp_path


def test_a_project_of_the_peer_has_no_problems(root: Path) -> None:
    """What the peer made is sound, and the snapshot has everything in it."""
    assert rawcheck.problems(root) == []
    statepoint, document, files = rawcheck.snapshot(root)[ID]
    assert statepoint == {"a": 1}
    assert rawcheck.same(document, {"x": float("nan")})
    assert files == {"sub/file": b"content", "link": b"-> sub"}
    assert rawcheck.project_document(root) == {"p": 1}
    other = next(id_ for id_ in rawcheck.snapshot(root) if id_ != ID)
    assert rawcheck.snapshot(root)[other][1] is None


DAMAGES: dict[str, Callable[[Path, Path], object]] = {
    "missing state point": lambda root, job: os.unlink(job / rawcheck.STATEPOINT),
    "half a state point": lambda root, job: (job / rawcheck.STATEPOINT).write_text('{"a"'),
    "empty state point": lambda root, job: (job / rawcheck.STATEPOINT).write_text(""),
    "another state point": lambda root, job: (job / rawcheck.STATEPOINT).write_text('{"a": 1.0}'),
    "a list": lambda root, job: (job / rawcheck.STATEPOINT).write_text("[]"),
    "half a document": lambda root, job: (job / rawcheck.DOCUMENT).write_text('{"x": 1'),
    "a document list": lambda root, job: (job / rawcheck.DOCUMENT).write_text("[]"),
    "half a project document": lambda root, job: (root / rawcheck.PROJECT_DOCUMENT).write_text("{"),
    "pending": lambda root, job: (job / f"{rawcheck.STATEPOINT}.next").write_text("{}"),
    "temporary": lambda root, job: (job / "sub" / "._x_signac.json").write_text("{}"),
    "backup": lambda root, job: (job / f"{rawcheck.STATEPOINT}~").write_text("{}"),
    "temporary in the root": lambda root, job: (root / "._1_document.json").write_text("{}"),
    "temporary below .signac": lambda root, job: (root / ".signac" / "config~").write_text(""),
    "scratch": lambda root, job: os.makedirs(root / "workspace" / rawcheck.SCRATCH / "x"),
    "longer name": lambda root, job: os.mkdir(root / "workspace" / f"{ID}.bak"),
    "stray file": lambda root, job: (root / "workspace" / "10").write_text(""),
    "file as a job": lambda root, job: (root / "workspace" / ("0" * 32)).write_text(""),
    "no config": lambda root, job: os.unlink(root / ".signac" / "config"),
    "empty config": lambda root, job: (root / ".signac" / "config").write_text(""),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_each_damage_is_one_problem(root: Path, name: str) -> None:
    """Each kind of damage gives one line that names the file."""
    DAMAGES[name](root, root / "workspace" / ID)
    (problem,) = rawcheck.problems(root)
    assert problem.startswith(str(root))


def test_differences_are_told_by_part(root: Path) -> None:
    """Snapshots differ in the part that changed, and type changes count."""
    before = rawcheck.snapshot(root)
    assert rawcheck.difference(before, rawcheck.snapshot(root)) == []
    job = root / "workspace" / ID
    (job / rawcheck.DOCUMENT).write_text(json.dumps({"x": 1.0}))
    one = rawcheck.snapshot(root)
    assert [line.split(": ")[1] for line in rawcheck.difference(before, one)] == ["document"]
    (job / rawcheck.DOCUMENT).write_text(json.dumps({"x": 1}))
    assert len(rawcheck.difference(one, rawcheck.snapshot(root))) == 1
    (job / "sub" / "file").write_bytes(b"other")
    shutil.rmtree(next(p for p in (root / "workspace").iterdir() if p.name != ID))
    lines = rawcheck.difference(before, rawcheck.snapshot(root))
    assert sorted(line.split(": ")[1] for line in lines) == ["document", "files", "only left"]
