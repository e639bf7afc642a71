"""HDF5 stores used by several threads at a time."""

import gc
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy
import pytest

from signac._stores import locks
from signac.errors import LockTimeoutError
from signac.h5store import H5Store


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "data.h5")


def in_thread(function: Callable[[], Any], timeout: float = 10.0) -> Any:
    """Run a function in a thread of its own; fail when it does not end."""
    answers: list[Any] = []

    def keep() -> None:
        try:
            answers.append((function(), None))
        except BaseException as error:
            answers.append((None, error))

    thread = threading.Thread(target=keep, daemon=True)
    thread.start()
    thread.join(timeout)
    assert not thread.is_alive(), "the thread waits for ever"
    value, error = answers[0]
    if error is not None:
        raise error
    return value


def test_different_files_are_independent(path: str, tmp_path: Path) -> None:
    """A thread that has one file open does not hinder others with other files."""
    other = H5Store(str(tmp_path / "other.h5"))
    with H5Store(path) as store:
        store["x"] = 1
        in_thread(lambda: other.__setitem__("y", 2), timeout=5)
        assert in_thread(lambda: other["y"], timeout=5) == 2


def test_one_file_is_for_one_thread(path: str, tmp_path: Path) -> None:
    """A session excludes other threads from its file, under each name and through each object."""
    link = tmp_path / "link.h5"
    link.symlink_to(path)
    store = H5Store(path)
    store["n"] = 0

    def count(one: H5Store) -> None:
        for _ in range(20):
            with one:
                number = int(one["n"])
                time.sleep(0.0001)
                one["n"] = number + 1

    objects = [store, store, H5Store(path), H5Store(str(link))]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count, objects))
    assert store["n"] == 80


def test_single_operations_of_many_threads(path: str) -> None:
    """Threads that share one store object, or not, lose nothing and get no error."""
    shared = H5Store(path)

    def write(name: int) -> None:
        store = shared if name % 2 else H5Store(path)
        for number in range(10):
            store[f"{name}/{number}"] = numpy.full(10, number)
            with store:
                assert store[f"{name}/{number}"][0] == number

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(6)))
    assert [len(shared[str(name)]) for name in range(6)] == [10] * 6


def test_a_clear_error_after_the_wait(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that waits too long gets a LockTimeoutError with the file and the other thread."""
    monkeypatch.setenv("SIGNAC_LOCK_TIMEOUT", "0.2")
    store = H5Store(path)
    with store:
        store["x"] = 1
        for operation in (lambda: store["x"], lambda: H5Store(path).open()):
            with pytest.raises(LockTimeoutError, match="another thread") as raised:
                in_thread(operation)
            assert raised.value.path == path
            assert threading.current_thread().name in str(raised.value)
        assert store["x"] == 1
    assert in_thread(lambda: store["x"]) == 1


def test_two_threads_that_wait_for_each_other(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two threads that hold one file each and want the other's do not wait for ever."""
    monkeypatch.setenv("SIGNAC_LOCK_TIMEOUT", "0.5")
    paths = [path, str(tmp_path / "other.h5")]
    barrier = threading.Barrier(2)

    def cross(mine: str, other: str) -> str:
        with H5Store(mine) as store:
            store["x"] = 1
            barrier.wait(10)
            try:
                H5Store(other)["y"] = 1
            except LockTimeoutError:
                return "told"
            return "done"

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(cross, paths, reversed(paths)))
    assert "told" in answers
    assert all(H5Store(one)["x"] == 1 for one in paths)


def test_closing_from_another_thread(path: str) -> None:
    """A store that another thread closes is closed, and its file is free for all."""
    store = H5Store(path)
    store.open()
    store["x"] = 1
    in_thread(store.close)
    assert in_thread(lambda: H5Store(path)["x"]) == 1
    assert store["x"] == 1
    with store:
        in_thread(store.close)
        assert in_thread(lambda: store["x"]) == 1
    in_thread(lambda: store.__setitem__("y", 2))
    assert dict(store) == {"x": 1, "y": 2}


def test_an_iterator_that_ends_in_another_thread(path: str) -> None:
    """An iterator dropped by another thread gives the file back."""
    store = H5Store(path)
    store.update(a=1, b=2)
    held = [iter(store)]
    next(held[0])
    in_thread(lambda: (held.clear(), gc.collect()))
    assert in_thread(lambda: H5Store(path)["a"]) == 1


def test_locks_of_unused_files_are_dropped(tmp_path: Path) -> None:
    """However many files were used, nothing is kept for those that are not in use."""
    for number in range(50):
        store = H5Store(str(tmp_path / f"{number}.h5"))
        store["x"] = 1
        list(store)
        assert store["x"] == 1
    with H5Store(str(tmp_path / "0.h5")), pytest.raises(KeyError):
        H5Store(str(tmp_path / "1.h5"))["no"]
    assert locks._table.entries == {}
    names = [f"/proc/self/fd/{descriptor}" for descriptor in os.listdir("/proc/self/fd")]
    held = [os.readlink(name) for name in names if os.path.lexists(name)]
    assert not [name for name in held if name.startswith(str(tmp_path))]
