"""HDF5 stores that either program writes are read by the other."""

from pathlib import Path
from typing import Any

import numpy
import pytest

import signac
from interop.peer import Peer

VALUES: dict[str, Any] = {
    "integer": 3,
    "big": 2**63,
    "negative": -(2**40),
    "float": 2.5,
    "infinite": float("inf"),
    "truth": True,
    "text": "ü\U0001f600",
    "empty_text": "",
    "nothing": None,
    "vector": numpy.arange(5),
    "matrix": numpy.linspace(0, 1, 6).reshape(2, 3),
    "single": numpy.float32([0.1, 0.2]),
    "flags": numpy.array([True, False]),
    "empty": numpy.zeros((0,)),
    "group": {"inner": {"x": 1, "v": numpy.ones(3)}, "word": "w"},
    "empty_group": {},
}


def plain(value: Any) -> Any:
    """Return what was stored, read out of an open store."""
    if hasattr(value, "keys"):
        return {key: plain(value[key]) for key in value}
    return value[()] if hasattr(value, "shape") and value.shape != () else value


def same(left: Any, right: Any) -> bool:
    """Tell whether two stored values are equal, arrays with their dtype."""
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, numpy.ndarray) and left.ndim:
        return left.dtype == right.dtype and numpy.array_equal(left, right)
    return bool(left == right) and isinstance(left, str) == isinstance(right, str)


@pytest.fixture
def job(tmp_path: Path) -> Any:
    return signac.init_project(tmp_path).open_job({"a": 1}).init()


@pytest.mark.parametrize("key", VALUES)
def test_our_value_is_read_by_the_peer(peer: Peer, job: Any, key: str) -> None:
    """Each kind of value that we store comes out of the peer equal, with its dtype."""
    job.data[key] = VALUES[key]
    found = peer.store_get(path=job.project.path, job=job.id, store="signac_data", key=key)
    assert same(VALUES[key], found)


@pytest.mark.parametrize("key", VALUES)
def test_their_value_is_read_by_us(peer: Peer, job: Any, key: str) -> None:
    """Each kind of value that the peer stores comes out of ours equal, with its dtype."""
    where = {"path": job.project.path, "job": job.id, "store": "signac_data"}
    peer.store_set(**where, key=key, value=VALUES[key])
    with job.data:
        assert same(VALUES[key], plain(job.data[key]))


def test_turns_on_one_store(peer: Peer, job: Any) -> None:
    """Both add, replace and read keys of one store in turn; neither holds the file in between."""
    where = {"path": job.project.path, "job": job.id, "store": "shared"}
    for turn in range(6):
        value = numpy.full(3, turn)
        if turn % 2:
            job.stores.shared[f"k{turn}"] = value
            job.stores.shared["last"] = {"turn": turn, "v": value}
        else:
            peer.store_set(**where, key=f"k{turn}", value=value)
            peer.store_set(**where, key="last", value={"turn": turn, "v": value})
        found = peer.store_get(**where, key="last")
        assert found["turn"] == turn
        assert found["v"].tolist() == [turn] * 3
        with job.stores.shared as store:
            assert plain(store["last"])["v"].tolist() == [turn] * 3
        names = sorted([f"k{n}" for n in range(turn + 1)] + ["last"])
        assert sorted(job.stores.shared) == names == peer.store_keys(**where)


def test_stores_follow_a_state_point_change_by_either(peer: Peer, job: Any) -> None:
    """A store travels with the job when either program changes the state point."""
    path = job.project.path
    job.data["x"] = numpy.arange(3)
    job.sp.a = 2
    found = peer.store_get(path=path, job=job.id, store="signac_data", key="x")
    assert found.tolist() == [0, 1, 2]
    change = {"what": "sp", "keys": [], "method": "__setitem__", "arguments": ["a", 3]}
    id_ = peer.change(path=path, job=job.id, **change)
    with job.project.open_job(id=id_).data as data:
        assert data["x"][()].tolist() == [0, 1, 2]


def test_a_store_assigned_whole_is_read_by_the_peer(peer: Peer, job: Any) -> None:
    """Assigning one job's store to another gives the peer a whole copy with its arrays."""
    job.data["v"] = numpy.arange(4)
    job.data["g"] = {"w": "word"}
    other = job.project.open_job({"a": 2}).init()
    other.data = job.data
    where = {"path": job.project.path, "job": other.id, "store": "signac_data"}
    assert peer.store_get(**where, key="v").tolist() == [0, 1, 2, 3]
    assert peer.store_get(**where, key="g") == {"w": "word"}


def test_project_store(peer: Peer, job: Any) -> None:
    """`project.data` is one file for both programs."""
    project = job.project
    project.data["v"] = numpy.arange(4)
    peer.store_set(path=project.path, store="signac_data", key="w", value={"x": 1})
    assert peer.store_get(path=project.path, store="signac_data", key="v").tolist() == [0, 1, 2, 3]
    assert project.data.w.x == 1
