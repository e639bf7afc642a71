"""A disk that is full, or fails, while a store is written.

The limit of the size of files that a process may write stands in for a full disk: the system
refuses at the same calls. Each case runs in a child, whose limit dies with it.
"""

import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy
import pytest

from processes import run
from signac.h5store import H5Store, H5StoreManager

CONTENT = {"a": numpy.arange(1000), "b": 5, "g": {"x": 1, "y": numpy.ones(10)}, "t": "text"}


def filled(path: Path) -> H5Store:
    store = H5Store(str(path))
    store.update(CONTENT)
    return store


def check(path: Path) -> None:
    """Hold the file against what was stored, with h5py alone."""
    with h5py.File(path, "r") as file:
        assert sorted(file) == ["a", "b", "g", "t"]
        assert file["a"][()].tolist() == list(range(1000))
        assert file["b"][()] == 5
        assert file["g/x"][()] == 1
        assert file["g/y"][()].tolist() == [1] * 10
        assert file["t"].asstr()[()] == "text"


def on_a_full_disk(path: Path, function: Callable[[H5Store], Any]) -> list[str]:
    """Run a function while no file may grow; return what was raised, then use the store again."""

    def child() -> list[str]:
        store = H5Store(str(path))
        size = path.stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        raised = []
        try:
            function(store)
        except OSError as error:
            raised.append(f"{error.errno} {error}")
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        assert store == CONTENT
        store["after"] = 1
        assert store["after"] == 1
        del store["after"]
        return raised

    filled(path)
    return run(child).get()  # type: ignore[no-any-return]


def table() -> Any:
    return pytest.importorskip("pandas").DataFrame({"u": LARGE})


LARGE = numpy.ones(10**5)
WRITES: dict[str, Callable[[H5Store], Any]] = {
    "number": lambda s: s.__setitem__("n", 1),
    "array": lambda s: s.__setitem__("n", LARGE),
    "text": lambda s: s.__setitem__("n", "x" * 10**6),
    "list": lambda s: s.__setitem__("n", numpy.array(["a"] * 10**5, dtype=object)),
    "mapping": lambda s: s.__setitem__("n", {"u": LARGE, "v": 1}),
    "table": lambda s: s.__setitem__("n", table()),
    "copy of a group": lambda s: s.__setitem__("n", s["g"]),
    "larger array": lambda s: s.__setitem__("a", LARGE),
    "array over a number": lambda s: s.__setitem__("b", LARGE),
    "mapping over a mapping": lambda s: s.__setitem__("g", {"u": LARGE}),
    "text over a text": lambda s: s.__setitem__("t", "x" * 10**6),
    "update": lambda s: s.update(n=1, a=LARGE),
}


@pytest.mark.parametrize("name", WRITES)
def test_one_write(path: Path, name: str) -> None:
    """A write that does not fit raises OSError with the file, and everything is as it was."""
    if name == "table":
        table()
    raised = on_a_full_disk(path, WRITES[name])
    assert len(raised) == 1
    assert raised[0].startswith("27 ")
    assert str(path) in raised[0]
    check(path)


def many_groups(store: H5Store) -> None:
    with store:
        for number in range(300):
            store[f"n{number}"] = {}


def behind_our_back(store: H5Store) -> None:
    with store:
        for number in range(100):
            store.file.create_group(f"n{number}")


def flush(store: H5Store) -> None:
    with store:
        for number in range(100):
            store.file.create_group(f"n{number}")
        store.flush()


def left_open(store: H5Store) -> None:
    store.open()
    store.file.create_group("n")
    for number in range(100):
        store.file.create_group(f"n{number}")
    store.close()


@pytest.mark.parametrize("session", [many_groups, behind_our_back, flush, left_open])
def test_a_session(path: Path, session: Callable[[H5Store], None]) -> None:
    """A session that cannot be written out raises, and the file is as it was before it."""
    raised = on_a_full_disk(path, session)
    assert len(raised) == 1
    assert str(path) in raised[0]
    check(path)


def test_a_refused_write_does_not_end_the_session(path: Path) -> None:
    """After one write that did not fit, the session goes on and keeps what fits."""
    filled(path)

    def child() -> list[str]:
        size = path.stat().st_size + 20_000
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        with H5Store(str(path)) as store:
            store["n1"] = 1
            with pytest.raises(OSError, match="too large"):
                store["big"] = LARGE
            store["n2"] = 2
        return list(H5Store(str(path)))

    assert run(child).get() == ["a", "b", "g", "n1", "n2", "t"]


def test_a_lost_session_says_so_until_its_end(path: Path) -> None:
    """When HDF5 failed in the middle, each further use of the session, and its end, raise."""
    filled(path)

    def child() -> list[str]:
        store = H5Store(str(path))
        raised: list[str] = []
        # HDF5 must not be left with something that it cannot close, and does not survive.
        sys.unraisablehook = lambda problem: raised.append(f"unraisable {problem.exc_value}")
        with pytest.raises(OSError, match="lost"), store:
            store["n"] = 1
            # From here on every write of HDF5 fails.
            os.dup2(os.open(path, os.O_RDONLY), store.file.id.get_vfd_handle())
            for _ in range(2):
                try:
                    store["late"] = numpy.ones(10)
                except OSError as error:
                    raised.append(str(error))
        assert store == CONTENT
        return raised

    raised = run(child).get()
    assert len(raised) == 2
    check(path)


def test_assigning_a_whole_store(path: Path) -> None:
    """A whole store that does not fit raises, keeps the old file and leaves nothing behind."""
    stores = H5StoreManager(path.parent)

    def assign(store: H5Store) -> None:
        stores.data = {"u": LARGE}

    raised = on_a_full_disk(path, assign)
    assert len(raised) == 1
    assert os.listdir(path.parent) == ["data.h5"]
    check(path)

    def copy(store: H5Store) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
        stores.other = store

    assert len(on_a_full_disk(path, copy)) == 1
    assert os.listdir(path.parent) == ["data.h5"]
