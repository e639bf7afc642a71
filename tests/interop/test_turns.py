"""Ours and the released peer take turns on one directory; each reads what the other wrote."""

import base64
import math
import os
import stat
from pathlib import Path
from typing import Any

import pytest

import rawcheck
import signac
from interop.peer import Peer, PeerError

NESTED: dict[str, Any] = {
    "b": 1,
    "a": {"z": [1, 2.5, {"deep": None}], "y": True},
    "text": "ü\U0001f600\ud800",
    "empty": [{}, []],
    "big": 2**80,
    "tiny": 5e-324,
    "nan": math.nan,
    "minus": -0.0,
    "infinite": -math.inf,
}


class Theirs:
    """The peer's side of one project: commands with the path filled in."""

    def __init__(self, peer: Peer, path: str) -> None:
        self._peer = peer
        self._path = path

    def __getattr__(self, command: str) -> Any:
        return lambda **arguments: self._peer.call(command, path=self._path, **arguments)

    def set(self, job: str | None, what: str, *keys: Any, value: Any) -> Any:
        """Set an item of a document ("doc") or state point ("sp") at a list of keys."""
        return self.change(
            job=job, what=what, keys=keys[:-1], method="__setitem__", arguments=[keys[-1], value]
        )


@pytest.fixture
def project(tmp_path: Path) -> signac.Project:
    return signac.init_project(tmp_path / "shared")


@pytest.fixture
def theirs(peer: Peer, project: signac.Project) -> Theirs:
    peer.open_project(path=project.path)
    return Theirs(peer, project.path)


def sound(project: signac.Project, theirs: Theirs) -> None:
    """Both programs and the raw directory agree on all jobs, and nothing is left over."""
    assert rawcheck.problems(project.path) == []
    raw = rawcheck.snapshot(project.path)
    assert sorted(job.id for job in project) == theirs.jobs() == sorted(raw)
    theirs.check()
    for id_, (statepoint, document, _) in raw.items():
        job = project.open_job(id=id_)
        assert rawcheck.same(job.statepoint(), statepoint)
        assert rawcheck.same(theirs.statepoint(job=id_), statepoint)
        assert rawcheck.same(job.doc(), document or {})
        assert rawcheck.same(theirs.document(job=id_), document or {})


def test_project_of_either_opens_in_the_other(peer: Peer, tmp_path: Path) -> None:
    """A project begun by either program is a project for the other, with the same config text."""
    ours, theirs = str(tmp_path / "ours"), str(tmp_path / "theirs")
    signac.init_project(ours)
    peer.init_project(path=theirs)
    peer.open_project(path=ours)
    peer.init_project(path=ours)
    assert len(signac.Project(theirs)) == 0
    assert len(signac.init_project(theirs)) == 0
    for name in (".signac/config", "workspace"):
        first, second = tmp_path / "ours" / name, tmp_path / "theirs" / name
        assert first.is_dir() == second.is_dir()
        assert first.is_dir() or first.read_bytes() == second.read_bytes()
        assert stat.S_IMODE(first.stat().st_mode) == stat.S_IMODE(second.stat().st_mode)


def test_new_jobs_are_read_by_the_other(project: signac.Project, theirs: Theirs) -> None:
    """A job that either creates is there for the other at once, with its whole state point."""
    ours = project.open_job(NESTED).init()
    assert theirs.jobs() == [ours.id]
    assert rawcheck.same(theirs.statepoint(job=ours.id), NESTED)
    assert theirs.contains(statepoint=NESTED)
    other = theirs.init(statepoint={"made": "by the peer", "n": {"x": [1, 2]}})
    assert project.open_job(id=other).sp.n.x == [1, 2]
    assert project.open_job({"n": {"x": (1, 2)}, "made": "by the peer"}) in project
    assert theirs.init(statepoint=NESTED) == ours.id
    assert project.open_job({"made": "by the peer", "n": {"x": [1, 2]}}).init().id == other
    assert len(project) == 2
    sound(project, theirs)


def test_files_and_directories_have_the_peers_modes(
    project: signac.Project, theirs: Theirs
) -> None:
    """What we create can be read and written by the same people as what the peer creates."""
    ours = project.open_job({"by": "us"}).init()
    ours.doc.x = 1
    other = project.open_job(id=theirs.init(statepoint={"by": "them"}))
    theirs.set(other.id, "doc", "x", value=1)
    (bulk,) = project.create_jobs([{"by": "bulk"}], progress=False)
    bulk.doc.x = 1
    for name in ("", ours.FN_STATE_POINT, ours.FN_DOCUMENT):
        modes = [stat.S_IMODE(os.stat(job.fn(name)).st_mode) for job in (ours, bulk, other)]
        assert modes == [modes[-1]] * 3, name


def test_documents_are_read_by_the_other(project: signac.Project, theirs: Theirs) -> None:
    """Whole documents, single keys and nested edits of either are what the other reads."""
    job = project.open_job({"a": 1}).init()
    job.doc = NESTED
    assert rawcheck.same(theirs.document(job=job.id), NESTED)
    theirs.set(job.id, "doc", "a", "z", 2, "deep", value=[7])
    assert job.doc.a.z[2].deep == [7]
    job.doc.a.z.append({"k": (1, 2)})
    del job.doc["big"]
    assert theirs.document(job=job.id)["a"]["z"][-1] == {"k": [1, 2]}
    assert "big" not in theirs.document(job=job.id)
    theirs.change(job=job.id, what="doc", keys=["a"], method="clear", arguments=[])
    assert job.doc.a == {}
    with job.doc.transaction() as doc:
        doc["first"] = 1
        doc["second"] = {"n": 2}
    assert theirs.document(job=job.id)["second"] == {"n": 2}
    theirs.assign(job=job.id, what="doc", content={"only": 1})
    assert job.doc() == {"only": 1}
    sound(project, theirs)


def test_many_turns_on_one_document(project: signac.Project, theirs: Theirs) -> None:
    """Handles that both keep open see each write of the other, without exception, for 60 turns."""
    job = project.open_job({"a": 1}).init()
    job.doc.turns = []
    theirs.hold(job=job.id, name="kept")
    for turn in range(60):
        if turn % 2:
            job.doc.turns.append({"ours": turn})
            job.doc[f"k{turn}"] = turn
        else:
            held = {"handle": "kept", "what": "doc"}
            append = {"keys": ["turns"], "method": "append", "arguments": [{"theirs": turn}]}
            theirs.change(**held, **append)
            theirs.change(**held, keys=[], method="__setitem__", arguments=[f"k{turn}", turn])
        assert len(job.doc.turns) == turn + 1
        assert rawcheck.same(theirs.document(handle="kept"), job.doc())
    assert [next(iter(entry)) for entry in job.doc.turns()] == ["theirs", "ours"] * 30
    sound(project, theirs)


def test_buffered_writes_arrive_at_the_peer(project: signac.Project, theirs: Theirs) -> None:
    """A buffered block of ours gives the peer everything at its end, and nothing before."""
    job = project.open_job({"a": 1}).init()
    job.doc.x = 1
    with signac.buffered():
        job.doc.x = 2
        job.doc.y = {"n": [1]}
        assert theirs.document(job=job.id) == {"x": 1}
    assert theirs.document(job=job.id) == {"x": 2, "y": {"n": [1]}}


def _set_item(job: Any) -> None:
    job.sp["a"] = {"new": [1, 2]}


def _set_nested(job: Any) -> None:
    job.sp.n.x[1].y = "changed"


def _append(job: Any) -> None:
    job.sp.n.x.append((3, 4))


def _delete(job: Any) -> None:
    del job.sp["a"]


def _rename(job: Any) -> None:
    job.sp.b = job.sp.pop("a")


def _assign(job: Any) -> None:
    job.sp = {"z": 0, "a": 2}


def _update(job: Any) -> None:
    job.update_statepoint({"a": 9, "c": None}, overwrite=True)


def _reset(job: Any) -> None:
    job.reset_statepoint({"only": True})


def _retype(job: Any) -> None:
    job.sp.a = 1.0


@pytest.mark.parametrize(
    "edit", [_set_item, _set_nested, _append, _delete, _rename, _assign, _update, _reset, _retype]
)
def test_our_state_point_change_is_whole_for_the_peer(
    project: signac.Project, theirs: Theirs, edit: Any
) -> None:
    """However we change a state point, the peer finds one job, whole, under the new id."""
    job = project.open_job({"a": 1, "n": {"x": [1, {"y": 2}]}}).init()
    job.doc.keep = {"me": 1}
    Path(job.fn("data.bin")).write_bytes(b"\x00\x01")
    old = job.id
    assert theirs.statepoint(job=old)["a"] == 1
    edit(job)
    assert job.id != old
    assert theirs.jobs() == [job.id]
    assert rawcheck.same(theirs.statepoint(job=job.id), job.statepoint())
    assert theirs.document(job=job.id) == {"keep": {"me": 1}}
    assert theirs.read_file(job=job.id, name="data.bin") == base64.b64encode(b"\x00\x01").decode()
    names = {"data.bin", job.FN_STATE_POINT, job.FN_DOCUMENT}
    assert set(os.listdir(job.path)) == names
    sound(project, theirs)


def test_their_state_point_change_is_whole_for_us(project: signac.Project, theirs: Theirs) -> None:
    """The peer's state point changes, nested ones too, are read by a project open since before."""
    id_ = theirs.init(statepoint={"a": 1, "n": {"x": [1, {"y": 2}]}})
    theirs.set(id_, "doc", "keep", value=[1])
    project.open_job(id=id_).sp()
    seen = [id_]
    for change in (
        lambda now: theirs.set(now, "sp", "n", "x", 1, "y", value=3),
        lambda now: theirs.set(now, "sp", "new", value={"k": [None]}),
        lambda now: theirs.assign(job=now, what="sp", content={"q": 1.0}),
        lambda now: theirs.update_statepoint(job=now, update={"r": 1}, overwrite=False),
        lambda now: theirs.change(job=now, what="sp", keys=[], method="pop", arguments=["q"]),
    ):
        seen.append(change(seen[-1]))
        assert [job.id for job in project] == [seen[-1]]
        job = project.open_job(id=seen[-1])
        assert rawcheck.same(job.statepoint(), theirs.statepoint(job=seen[-1]))
        assert job.doc() == {"keep": [1]}
        with pytest.raises(KeyError):
            signac.Project(project.path).open_job(id=seen[-2])
        sound(project, theirs)
    assert len(set(seen)) == 6


def test_a_taken_state_point_is_refused_across_programs(
    project: signac.Project, theirs: Theirs
) -> None:
    """Neither program moves a job onto a job that the other made."""
    ours = project.open_job({"a": 1}).init()
    other = theirs.init(statepoint={"a": 2})
    with pytest.raises(signac.errors.DestinationExistsError):
        ours.sp.a = 2
    assert ours.sp.a == 1
    with pytest.raises(PeerError) as caught:
        theirs.set(other, "sp", "a", value=1)
    assert "DestinationExistsError" in caught.value.names
    assert sorted(rawcheck.snapshot(project.path)) == sorted([ours.id, other])
    sound(project, theirs)


def test_removal_by_either(project: signac.Project, theirs: Theirs) -> None:
    """A job that either removes is gone for the other, and can be made again by either."""
    first, second = (project.open_job({"a": a}).init() for a in (1, 2))
    first.doc.x = second.doc.x = 1
    assert len(theirs.jobs()) == 2
    first.remove()
    assert theirs.jobs() == [second.id]
    theirs.act(job=second.id, method="remove")
    assert second not in project
    assert list(project) == []
    assert theirs.init(statepoint={"a": 1}) == first.id
    assert first.doc() == {}
    sound(project, theirs)


def test_clear_and_reset_by_either(project: signac.Project, theirs: Theirs) -> None:
    """`clear` and `reset` of either leave a job that is empty for the other."""
    for method in ("clear", "reset"):
        for by_us in (True, False):
            job = project.open_job({"method": method, "by_us": by_us}).init()
            job.doc.x = {"y": 1}
            os.makedirs(job.fn("sub/deeper"))
            Path(job.fn("sub/deeper/file")).write_text("text")
            Path(job.fn(".hidden")).write_text("text")
            if by_us:
                getattr(job, method)()
            else:
                theirs.act(job=job.id, method=method)
            assert set(os.listdir(job.path)) <= {job.FN_STATE_POINT, job.FN_DOCUMENT}
            assert theirs.document(job=job.id) == {} == job.doc()
    sound(project, theirs)


def test_move_between_projects_by_either(
    peer: Peer, project: signac.Project, theirs: Theirs, tmp_path: Path
) -> None:
    """A job that either moves to another project is there for both, with its document."""
    other = signac.init_project(tmp_path / "other")
    peer.open_project(path=other.path)
    job = project.open_job({"a": 1}).init()
    job.doc.x = [1]
    job.move(other)
    assert peer.jobs(path=other.path) == [job.id]
    assert theirs.jobs() == []
    assert peer.document(path=other.path, job=job.id) == {"x": [1]}
    peer.move(path=other.path, job=job.id, destination=project.path)
    assert [found.id for found in project] == [job.id]
    assert project.open_job(id=job.id).doc() == {"x": [1]}
    assert len(other) == 0
    sound(project, theirs)


def test_project_document(project: signac.Project, theirs: Theirs) -> None:
    """The project document is shared as the job documents are."""
    project.doc.x = {"n": [1]}
    theirs.set(None, "doc", "x", "n", 0, value={"k": 2})
    assert project.doc() == {"x": {"n": [{"k": 2}]}}
    project.doc.x.n.append(3)
    project.doc.update(y=NESTED)
    assert rawcheck.same(theirs.document(), {"x": {"n": [{"k": 2}, 3]}, "y": NESTED})
    theirs.assign(job=None, what="doc", content={"new": None})
    assert project.doc() == {"new": None}
    assert rawcheck.project_document(project.path) == {"new": None}
    assert rawcheck.problems(project.path) == []


def test_user_files(project: signac.Project, theirs: Theirs) -> None:
    """Ordinary files in a job directory are the same files for both."""
    job = project.open_job({"a": 1}).init()
    Path(job.fn("ours.txt")).write_bytes(b"ours")
    theirs.write_file(job=job.id, name="theirs.txt", content=base64.b64encode(b"theirs").decode())
    assert (job / "theirs.txt").read_bytes() == b"theirs"
    assert job.isfile("theirs.txt")
    assert base64.b64decode(theirs.read_file(job=job.id, name="ours.txt")) == b"ours"


def test_finds_agree(project: signac.Project, theirs: Theirs) -> None:
    """Both find the same jobs by equality, by nested keys and by documents."""
    project.create_jobs(
        [{"a": a, "b": {"c": c}} for a in (0, 1, "1", None, [1]) for c in (True, 2.5)],
        progress=False,
    )
    for count, job in enumerate(sorted(project, key=str)):
        job.doc.even = count % 2 == 0
        job.doc.n = {"m": count}
    for query in (
        {"a": 1},
        {"a": "1"},
        {"a": None},
        {"a": [1]},
        {"b.c": 2.5},
        {"b": {"c": 1}},
        {"sp.b.c": True, "doc.even": True},
        {"doc": {"n": {"m": 3}}},
        {"doc.n.m": 3.0},
        {"missing": None},
        {"a": 0, "b.c": True},
        {},
        None,
    ):
        assert sorted(job.id for job in project.find_jobs(query)) == theirs.find(query=query), query
    assert len(project.find_jobs({"doc.even": True})) == 5


def test_the_peers_cache_is_never_believed_over_the_directory(
    project: signac.Project, theirs: Theirs
) -> None:
    """The peer's cache helps at most: jobs made, moved or removed since are as on disk."""
    first, second, third = (theirs.init(statepoint={"a": a}) for a in (1, 2, 3))
    theirs.update_cache()
    reopened = signac.Project(project.path)
    reopened.open_job(id=first).sp.a = 10
    reopened.open_job(id=second).remove()
    again = signac.Project(project.path)
    assert sorted(job.sp.a for job in again) == [3, 10]
    assert [job.id for job in again.find_jobs({"a": 3})] == [third]
    assert list(again.find_jobs({"a": 2})) == []
    try:
        assert again.open_job(id=second) not in again
    except KeyError:
        pass  # the peer gives a handle to what its cache still knows; either is right
    assert sorted(theirs.statepoint(job=id_)["a"] for id_ in theirs.jobs()) == [3, 10]
    sound(again, theirs)
