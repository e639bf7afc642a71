"""The cache file `.signac/statepoint_cache.json.gz` serves both programs, whoever wrote it."""

import gzip
import json
import os
import random
from pathlib import Path
from typing import Any

import pytest

import rawcheck
import signac
from interop.peer import Peer, PeerError

JOBS = 90
FILTERS: list[dict[str, Any] | None] = [
    None,
    {"a": 3},
    {"n.c": {"$gte": 2}},
    {"s": {"$regex": "^b"}},
    {"$not": {"a": {"$in": [1, 2]}}},
    {"missing": {"$exists": True}},
    {"doc.x": {"$lt": 4}},
    {"a": {"$lt": 3}, "doc.x": {"$gte": 2}},
]
VALUES: list[Any] = [1.5, None, True, "ü", [1, [2, {"d": None}]], {"deep": {"er": []}}, 10**30]


@pytest.fixture
def project(tmp_path: Path, peer: Peer) -> signac.Project:
    project = signac.init_project(tmp_path / "shared")
    project.create_jobs([statepoint(number) for number in range(JOBS)], progress=False)
    for number, job in enumerate(project.find_jobs({"a": {"$lt": 4}})):
        job.doc.x = number % 7
    peer.open_project(path=project.path)
    return project


def statepoint(number: int) -> dict[str, Any]:
    return {
        "a": number % 6,
        "number": number,
        "n": {"c": number % 4, "v": VALUES[number % len(VALUES)]},
        "s": "abc"[number % 3] * 2,
    }


def cached(project: signac.Project) -> Any:
    """Read the cache file with the standard library."""
    with gzip.open(Path(project.path, project.FN_CACHE)) as file:
        return json.load(file)


def truth(project: signac.Project) -> dict[str, Any]:
    return {id_: job[0] for id_, job in rawcheck.snapshot(project.path).items()}


def hide(project: signac.Project) -> None:
    """Take away all state point files: who still answers did not read them."""
    for id_ in truth(project):
        file = Path(project.workspace, id_, rawcheck.STATEPOINT)
        file.rename(file.with_suffix(".hidden"))


def show(project: signac.Project) -> None:
    """Put the state point files back."""
    for file in Path(project.workspace).glob("*/*.hidden"):
        file.rename(file.with_suffix(".json"))


def expected(project: signac.Project) -> list[list[str]]:
    """Return what each filter finds, by the program that finds it by reading every file."""
    fresh = signac.Project(project.path)
    return [sorted(job.id for job in fresh.find_jobs(filter_)) for filter_ in FILTERS]


def theirs(peer: Peer, project: signac.Project) -> list[list[str]]:
    """Return what each filter finds for a new project object of the peer."""
    peer.open_project(path=project.path)
    return [peer.find(path=project.path, query=filter_) for filter_ in FILTERS]


def test_our_cache_serves_the_peer(project: signac.Project, peer: Peer) -> None:
    """With the cache file that we wrote the peer answers right, and reads no state point file."""
    right = theirs(peer, project)
    assert project.update_cache() == JOBS
    assert rawcheck.same(cached(project), truth(project))
    assert theirs(peer, project) == right == expected(project)
    some = next(iter(truth(project)))
    hide(project)
    assert theirs(peer, project) == right
    peer.open_project(path=project.path)
    assert peer.statepoint(path=project.path, job=some)["number"] >= 0
    show(project)
    before = Path(project.path, project.FN_CACHE).read_bytes()
    peer.open_project(path=project.path)
    peer.update_cache(path=project.path)
    assert Path(project.path, project.FN_CACHE).read_bytes() == before, "the peer wrote it anew"


def test_their_cache_serves_us(project: signac.Project, peer: Peer) -> None:
    """With the cache file of the peer alone we answer from it, and write none of our own."""
    right = expected(project)
    peer.update_cache(path=project.path)
    for name in os.listdir(os.path.join(project.path, ".signac", "index")):
        os.unlink(os.path.join(project.path, ".signac", "index", name))
    before = Path(project.path, project.FN_CACHE).read_bytes()
    hide(project)
    found = expected(project)
    show(project)
    assert found == right
    assert signac.Project(project.path).update_cache() is None
    assert Path(project.path, project.FN_CACHE).read_bytes() == before


@pytest.mark.parametrize("count", [0, 1, 5])
def test_update_cache_returns_what_the_peer_returns(count: int, tmp_path: Path) -> None:
    """The number of jobs when the file was written, None when it was right, 0 without jobs."""
    project = signac.init_project(tmp_path / "small")
    assert not os.path.exists(project.fn(project.FN_CACHE))
    project.create_jobs([statepoint(number) for number in range(count)], progress=False)
    assert project.update_cache() == count
    assert cached(project) == truth(project)
    assert project.update_cache() == (None if count else 0)
    job = project.open_job({"new": 1}).init()
    assert signac.Project(project.path).update_cache() == count + 1
    job.remove()
    assert signac.Project(project.path).update_cache() == count
    assert cached(project) == truth(project)


@pytest.mark.parametrize("turns", [12, pytest.param(80, marks=pytest.mark.long)])
def test_both_write_the_cache_in_turns(turns: int, project: signac.Project, peer: Peer) -> None:
    """Whoever changed jobs and whoever wrote the cache last, both find the same and the right."""
    draw = random.Random(5)
    for turn in range(turns):
        ids = sorted(truth(project))
        for _ in range(draw.randrange(1, 4)):
            kind = draw.choice(("add", "remove", "change", "document"))
            _change(draw, kind, project, peer, f"turn{turn}", ids.pop(draw.randrange(len(ids))))
        writer = draw.choice(("ours", "theirs", "nobody"))
        if writer == "ours":
            draw.choice((project, signac.Project(project.path))).update_cache()
        elif writer == "theirs":
            peer.open_project(path=project.path)
            peer.update_cache(path=project.path)
        if writer != "nobody":
            assert rawcheck.same(cached(project), truth(project)), f"turn {turn}: {writer}"
        assert theirs(peer, project) == expected(project), f"turn {turn}: {writer}"
        kept = [sorted(job.id for job in project.find_jobs(filter_)) for filter_ in FILTERS]
        assert kept == expected(project)
    assert rawcheck.problems(project.path) == []


def _change(
    draw: random.Random, kind: str, project: signac.Project, peer: Peer, tag: str, job: str
) -> None:
    path, new = project.path, {**statepoint(draw.randrange(40)), "tag": [tag, draw.random()]}
    if draw.random() < 0.5:
        handle = project.open_job(id=job)
        if kind == "add":
            project.open_job(new).init()
        elif kind == "remove":
            handle.remove()
        elif kind == "change":
            handle.sp.tag = tag
        else:
            handle.doc.x = draw.randrange(7)
        return
    peer.open_project(path=path)
    put = {"keys": [], "method": "__setitem__"}
    if kind == "add":
        peer.init(path=path, statepoint=new)
    elif kind == "remove":
        peer.act(path=path, job=job, method="remove")
    elif kind == "change":
        peer.change(path=path, job=job, what="sp", arguments=["tag", tag], **put)
    else:
        peer.change(path=path, job=job, what="doc", arguments=["x", draw.randrange(7)], **put)


def test_a_damaged_cache_is_made_whole_by_us(project: signac.Project, peer: Peer) -> None:
    """Where a damaged cache stops the peer, ours answers, and one `update_cache` mends it."""
    right = theirs(peer, project)
    project.update_cache()
    stops = (b"", b"junk", gzip.compress(b"{"))
    for junk in (*stops, gzip.compress(b"[1]"), gzip.compress(b"{}")):
        file = Path(project.path, project.FN_CACHE)
        file.write_bytes(junk)
        if junk in stops:
            with pytest.raises(PeerError):
                theirs(peer, project)
        assert expected(project) == right
        assert signac.Project(project.path).update_cache() == JOBS
        assert cached(project) == truth(project)
        assert theirs(peer, project) == right


def test_wrong_entries_are_not_believed(project: signac.Project, peer: Peer) -> None:
    """An entry whose state point is not that of its id counts for nothing, and is replaced."""
    right = theirs(peer, project)
    poison = {id_: {"a": 3, "s": "bb", "poison": True} for id_ in truth(project)}
    file = Path(project.path, project.FN_CACHE)
    for entries in (poison, {**poison, **truth(project), "0" * 32: {"a": 3}}):
        file.write_bytes(gzip.compress(json.dumps(entries).encode()))
        for name in os.listdir(os.path.join(project.path, ".signac", "index")):
            os.unlink(os.path.join(project.path, ".signac", "index", name))
        assert expected(project) == right
        assert not project.find_jobs({"poison": True})
        assert signac.Project(project.path).update_cache() == JOBS
        assert cached(project) == truth(project)
    assert theirs(peer, project) == right


def test_a_damaged_job_does_not_stop_update_cache(project: signac.Project) -> None:
    """Unlike in the peer, which raises: the healthy jobs are written, and the peer reads them."""
    project.update_cache()
    job = project.open_job({"new": 1}).init()
    healthy = project.open_job({"new": 2}).init()
    Path(job.fn(rawcheck.STATEPOINT)).write_text("[")
    assert signac.Project(project.path).update_cache() == JOBS + 1
    entries = json.loads(gzip.decompress(Path(project.path, project.FN_CACHE).read_bytes()))
    assert healthy.id in entries
    assert job.id not in entries
    assert len(signac.Project(project.path).find_jobs({"a": 3})) == JOBS // 6
