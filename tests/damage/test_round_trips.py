"""The round trips of damage and repair that programs for the released signac rely on."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

import rawcheck
import signac
from damage.checking import changes, picture
from damage.damages import JUNK
from interop.peer import Peer, peer_python, running_peer
from signac.errors import JobsCorruptedError

ZEROS = "0" * 32


@pytest.fixture(scope="module")
def peer() -> Iterator[Peer]:
    """Return the released program, started once."""
    yield from running_peer()


@pytest.fixture
def project(tmp_path: Any) -> Any:
    """Return a small project whose jobs have documents."""
    made = signac.init_project(tmp_path / "p")
    for number in range(5):
        made.open_job({"a": number, "b": "text"}).init().doc.n = number
    return made


def fresh(project: Any) -> Any:
    """Open the project anew, as another session would."""
    return signac.get_project(project.path)


def damage(project: Any, number: int, content: bytes | None) -> str:
    """Spoil the state point of one job and return its id."""
    job_id = rawcheck.id_of({"a": number, "b": "text"})
    file = os.path.join(project.workspace, job_id, rawcheck.STATEPOINT)
    os.unlink(file)
    if content is not None:
        with open(file, "wb") as stream:
            stream.write(content)
    return job_id


@pytest.mark.parametrize("content", [None, b"", JUNK, b'{"a": 77}'])
@pytest.mark.parametrize("source", ["cache", "cache of the peer", "memory"])
def test_known_state_points_are_written_again(
    source: str, content: bytes | None, project: Any, peer: Peer
) -> None:
    """From the cache file, whoever wrote it, or from the memory of this session."""
    before = rawcheck.snapshot(project.path)
    session = project
    if source == "cache":
        project.update_cache()
    elif source == "cache of the peer":
        peer.forget()
        peer.update_cache(path=project.path)
    else:
        session = fresh(project)
        assert {job.sp.a for job in session} == set(range(5))
    job_id = damage(project, 2, content)
    if source != "memory":
        session = fresh(project)
    with pytest.raises(JobsCorruptedError) as caught:
        session.check()
    assert caught.value.job_ids == [job_id]
    assert session.repair() is None
    assert session.check() is None
    assert rawcheck.snapshot(project.path) == before
    peer.forget()
    peer.check(path=project.path)


@pytest.mark.parametrize("content", [None, b"", JUNK])
def test_unknown_state_points_are_raised(content: bytes | None, project: Any) -> None:
    """All of them in one error; nothing is touched, and giving the state point mends it."""
    ids = sorted(damage(project, number, content) for number in (1, 3))
    before = picture(project.path)
    session = fresh(project)
    with pytest.raises(JobsCorruptedError) as caught:
        session.repair()
    assert sorted(caught.value.job_ids) == ids
    assert changes(before, picture(project.path)) == []
    for number in (1, 3):
        session.open_job({"a": number, "b": "text"}).init(force=True)
    assert session.repair() is None
    assert session.check() is None


def test_what_can_be_repaired_is(project: Any) -> None:
    """One job that cannot be repaired does not keep another from it, whatever their order."""
    project.update_cache()
    known = [damage(project, number, JUNK) for number in (0, 4)]
    late = project.open_job({"late": 1}).init()
    os.unlink(late.fn(rawcheck.STATEPOINT))
    with pytest.raises(JobsCorruptedError) as caught:
        fresh(project).repair()
    assert caught.value.job_ids == [late.id]
    with pytest.raises(JobsCorruptedError) as caught:
        fresh(project).check()
    assert caught.value.job_ids == [late.id]
    assert all(fresh(project).open_job(id=job_id).sp.b == "text" for job_id in known)


def test_zeros(project: Any, peer: Peer) -> None:
    """A directory renamed to 32 zeros: check fails, repair brings it back, check passes."""
    before = rawcheck.snapshot(project.path)
    job_id = rawcheck.id_of({"a": 2, "b": "text"})
    os.rename(project.open_job(id=job_id).path, os.path.join(project.workspace, ZEROS))
    with pytest.raises(JobsCorruptedError) as caught:
        fresh(project).check()
    assert caught.value.job_ids == [ZEROS]
    fresh(project).repair()
    fresh(project).check()
    assert rawcheck.snapshot(project.path) == before
    peer.forget()
    peer.check(path=project.path)


def test_zeros_with_a_duplicate(project: Any) -> None:
    """If the right job was made again, repair fails until the duplicate is removed."""
    before = rawcheck.snapshot(project.path)
    job = project.open_job({"a": 2, "b": "text"})
    os.rename(job.path, os.path.join(project.workspace, ZEROS))
    again = fresh(project).open_job({"a": 2, "b": "text"}).init()
    for _ in range(2):
        with pytest.raises(JobsCorruptedError) as caught:
            fresh(project).repair()
        assert caught.value.job_ids == [ZEROS]
    again.remove()
    fresh(project).repair()
    fresh(project).check()
    assert rawcheck.snapshot(project.path) == before


def test_repair_of_some(project: Any) -> None:
    """Any iterable of full ids chooses; what is not among them stays as it is."""
    project.update_cache()
    ids = [damage(project, number, JUNK) for number in (0, 1, 2)]
    assert fresh(project).repair(job_ids=(one for one in ids[:1])) is None
    with pytest.raises(JobsCorruptedError) as caught:
        fresh(project).check()
    assert sorted(caught.value.job_ids) == sorted(ids[1:])
    assert fresh(project).repair(ids[1:2]) is None
    assert fresh(project).repair({ids[2], rawcheck.id_of({"a": 3, "b": "text"})}) is None
    assert fresh(project).check() is None
    assert fresh(project).repair([]) is None


@pytest.mark.parametrize(
    "unknown", ["f" * 32, "abc", "", "../../x", "F" * 32, "0" * 33, "./" * 14 + "../x"]
)
def test_unknown_ids(unknown: str, project: Any) -> None:
    """An id that no job has is raised, and nothing is done elsewhere."""
    before = picture(os.path.dirname(project.path))
    with pytest.raises(JobsCorruptedError) as caught:
        project.repair([unknown])
    assert caught.value.job_ids == [unknown]
    assert changes(before, picture(os.path.dirname(project.path))) == []


def test_bit_rot_never_makes_another_job(project: Any, tmp_path: Any) -> None:
    """A digit that flipped is mended by the id.

    The released program gives the data to another id instead. That is held here, too, since it is
    the reason for the difference.
    """
    job_id = damage(project, 2, b'{"a": 6, "b": "text"}')
    copy = str(tmp_path / "copy")
    shutil.copytree(project.path, copy)
    fresh(project).repair()
    assert rawcheck.problems(project.path, [".signac_quarantine"]) == []
    assert fresh(project).open_job(id=job_id).sp() == {"a": 2, "b": "text"}
    code = "import signac, sys; signac.Project(sys.argv[1]).repair()"
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    subprocess.run(
        [peer_python(), "-c", code, copy], check=True, capture_output=True, env=environment
    )
    relabelled = rawcheck.id_of({"a": 6, "b": "text"})
    assert rawcheck.snapshot(copy)[relabelled][1] == {"n": 2}


def test_the_quarantine_keeps_what_was_replaced(project: Any) -> None:
    """With notes that say what was done, one JSON object a line; other programs ignore it."""
    import json

    project.update_cache()
    damage(project, 2, JUNK)
    result = fresh(project).plan_repair().apply()
    assert (len(result.done), list(result.failed)) == (1, [])
    kept = [
        os.path.join(directory, name)
        for directory, _, names in os.walk(result.quarantine)
        for name in names
    ]
    notes = [path for path in kept if path.endswith("notes.jsonl")]
    others = [path for path in kept if path not in notes]
    with open(notes[0], encoding="utf-8") as file:
        assert all(isinstance(json.loads(line), dict) for line in file)
    contents = []
    for path in others:
        with open(path, "rb") as file:
            contents.append(file.read())
    assert contents == [JUNK]
    assert len(fresh(project)) == 5
    assert list(fresh(project).find_problems(level="full")) == []
