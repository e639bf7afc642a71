"""HDF5 stores used by several processes at a time."""

import atexit
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy
import pytest

from processes import Round, run, start, together
from signac.errors import LockTimeoutError
from signac.h5store import H5Store, H5StoreManager

PROCESSES = 4


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "data.h5")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for locks only a moment."""
    monkeypatch.setenv("SIGNAC_LOCK_TIMEOUT", "0.3")


@contextmanager
def held_elsewhere(path: str, mode: str = "a", seconds: float = 30.0) -> Iterator[Any]:
    """Keep the file open in another process for the time of the block, or for some seconds."""
    ready, signal_ready = os.pipe()
    until, end = os.pipe()

    def hold() -> None:
        os.close(end)
        store = H5Store(path)
        with store.open(mode):
            if mode != "r":
                store["holder"] = os.getpid()
            os.write(signal_ready, b"x")
            select.select([until], [], [], seconds)
            if mode != "r":
                store["last"] = "word"

    child = start(hold)
    os.close(until)
    os.read(ready, 1)
    try:
        yield child
    finally:
        os.close(end)
        os.close(ready)
        os.close(signal_ready)
        child.result().get()


def test_writers_from_nothing(path: str) -> None:
    """Processes that write to one missing file at once all succeed, and no value is lost."""
    rounds = Round(PROCESSES)

    def write(name: int) -> None:
        rounds.wait()
        store = H5Store(path)
        for number in range(25):
            store[f"{name}-{number}"] = numpy.full(50, number)

    for outcome in together([lambda name=name: write(name) for name in range(PROCESSES)]):
        outcome.get()
    with H5Store(path) as store:
        assert len(store) == 25 * PROCESSES
        for key in store:
            assert store[key][()].tolist() == [int(key.split("-")[1])] * 50


@pytest.mark.parametrize("beginning", [None, b""], ids=["missing", "empty"])
def test_first_write_of_many(tmp_path: Path, beginning: bytes | None) -> None:
    """Many rounds of making one file: whoever comes first, everybody's value is in it."""
    rounds = Round(PROCESSES)
    count = 15
    if beginning is not None:
        for number in range(count):
            (tmp_path / f"{number}.h5").write_bytes(beginning)

    def write(name: int) -> None:
        for number in range(count):
            rounds.wait()
            H5Store(str(tmp_path / f"{number}.h5"))[str(name)] = name

    for outcome in together([lambda name=name: write(name) for name in range(PROCESSES)]):
        outcome.get()
    for number in range(count):
        found = dict(H5Store(str(tmp_path / f"{number}.h5")))
        assert found == {str(name): name for name in range(PROCESSES)}


def test_readers_beside_a_writer(path: str) -> None:
    """Readers beside a writer never raise and always find a whole value."""
    H5Store(path)["x"] = numpy.zeros(1000)
    rounds = Round(3)

    def write() -> None:
        store = H5Store(path)
        rounds.wait()
        for number in range(60):
            store["x"] = numpy.full(1000 + number, number)

    def read() -> int:
        store = H5Store(path)
        rounds.wait()
        last = 0
        for _ in range(60):
            with store.open("r"):
                found = store["x"][()]
            assert len(set(found.tolist())) == 1
            assert found[0] >= last
            last = found[0]
        return int(last)

    for outcome in together([write, read, read]):
        outcome.get()
    with H5Store(path) as store:
        assert store["x"][0] == 59


def test_readers_hold_a_file_together(path: str) -> None:
    """Any number of processes have one file open for reading, and single reads pass too."""
    H5Store(path)["x"] = numpy.arange(3)
    rounds = Round(PROCESSES, timeout=20)

    def read() -> list[int]:
        store = H5Store(path)
        with store.open("r"):
            rounds.wait()
            found = store["x"][()].tolist()
            assert dict(H5Store(path).open("r"))
            rounds.wait()
        return found

    outcomes = together([read] * PROCESSES, timeout=30)
    assert [outcome.get() for outcome in outcomes] == [[0, 1, 2]] * PROCESSES


@pytest.mark.parametrize("operation", ["read", "write", "len", "open", "assign", "delete"])
def test_a_locked_file_is_waited_for(path: str, operation: str) -> None:
    """Each operation on a file that another process writes waits until that is done."""
    H5Store(path)["x"] = 1
    stores = H5StoreManager(os.path.dirname(path))
    with held_elsewhere(path, seconds=0.4):
        begin = time.monotonic()
        store = stores.data
        if operation == "read":
            assert store["last"] == "word"
        elif operation == "write":
            store["y"] = 2
            assert dict(store).keys() == {"holder", "last", "x", "y"}
        elif operation == "len":
            assert len(store) == 3
        elif operation == "open":
            with store:
                assert store["last"] == "word"
        elif operation == "assign":
            stores.data = {"new": 1}
            assert dict(store) == {"new": 1}
        else:
            del stores.data
            assert list(stores) == []
        assert 0.2 < time.monotonic() - begin < 10


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("operation", ["read", "write", "len", "open", "w", "assign", "delete"])
def test_a_clear_error_after_the_wait(path: str, operation: str) -> None:
    """After the time a LockTimeoutError names file, holder and next step; nothing is changed."""
    H5Store(path)["x"] = 1
    stores = H5StoreManager(os.path.dirname(path))
    operations = {
        "read": lambda: stores.data["x"],
        "write": lambda: stores.data.__setitem__("x", 2),
        "len": lambda: len(stores.data),
        "open": lambda: stores.data.open(),
        "w": lambda: H5Store(path, mode="w").open(),
        "assign": lambda: stores.__setitem__("data", {"y": 1}),
        "delete": lambda: stores.__delitem__("data"),
    }
    with held_elsewhere(path) as child:
        with pytest.raises(LockTimeoutError) as raised:
            operations[operation]()
        error = raised.value
        assert isinstance(error, TimeoutError)
        assert isinstance(error, OSError)
        assert error.path == path
        assert path in str(error)
        assert f"process {child.pid}" in str(error)
        assert "SIGNAC_LOCK_TIMEOUT" in str(error)
    assert dict(H5Store(path)).keys() == {"holder", "last", "x"}
    assert os.listdir(os.path.dirname(path)) == ["data.h5"]


@pytest.mark.usefixtures("impatient")
def test_a_reader_elsewhere_hinders_only_writers(path: str) -> None:
    """While another process reads, reads pass, writes wait, and the whole file can be replaced."""
    H5Store(path)["x"] = 1
    stores = H5StoreManager(os.path.dirname(path))
    with held_elsewhere(path, "r"):
        assert dict(stores.data) == {"x": 1}
        with pytest.raises(LockTimeoutError):
            stores.data["y"] = 2
        stores.data = {"z": 3}
        stores.data["y"] = 2
    assert dict(stores.data) == {"y": 2, "z": 3}


def test_writes_reach_the_file_that_replaced_theirs(path: str) -> None:
    """Writers beside processes that replace the whole file never write into the old one."""
    stores = H5StoreManager(os.path.dirname(path))
    stores.data = {"generation": 0}
    rounds = Round(2)

    def replace() -> None:
        rounds.wait()
        for number in range(40):
            stores.data = {"generation": number + 1}

    def write() -> int:
        rounds.wait()
        missed = 0
        for number in range(40):
            with stores.data as data:
                generation = int(data["generation"])
                data["mine"] = number
                assert data["mine"] == number
            with stores.data.open("r") as data:
                if data["generation"] == generation and data.get("mine") != number:
                    missed += 1
        return missed

    outcomes = together([replace, write])
    assert [outcome.get() for outcome in outcomes] == [None, 0]


def test_the_lock_of_a_dead_process_is_free(path: str) -> None:
    """A process that is killed with the file open hinders nobody."""
    H5Store(path)["x"] = 1

    def hold() -> None:
        H5Store(path).open("r")
        os.kill(os.getpid(), signal.SIGKILL)

    assert run(hold).signal == signal.SIGKILL
    H5Store(path)["y"] = 2
    assert dict(H5Store(path)) == {"x": 1, "y": 2}


@pytest.mark.usefixtures("impatient")
def test_forked_children(path: str) -> None:
    """A forked child reads through the parent's session, cannot write, and does it no harm."""
    store = H5Store(path)
    with store:
        store["x"] = numpy.arange(100)
        store["y"] = 1

        def child() -> tuple[int, str]:
            total = int(store["x"][()].sum())
            try:
                store["y"] = 2
            except LockTimeoutError as error:
                message = str(error)
            else:
                message = "written"
            store.close()
            return total, message

        def third() -> str:
            try:
                return str(dict(H5Store(path)))
            except LockTimeoutError as error:
                return str(error)

        total, message = run(child).get()
        assert total == 4950
        assert f"process {os.getpid()}" in message
        # The lock of this process survives the child, and so does what is not written yet.
        assert f"process {os.getpid()}" in run(third).get()
        store["z"] = 3
        assert store["y"] == 1
    assert run(lambda: (list(H5Store(path)), int(H5Store(path)["y"]))).get() == (["x", "y", "z"], 1)


@pytest.mark.parametrize("ending", ["close", "collect", "exit"])
def test_a_forked_child_writes_nothing_back(path: str, ending: str) -> None:
    """However a child ends what it inherited, it does not undo what the parent wrote since."""
    go, let_go = os.pipe()
    store = H5Store(path)
    store.open()
    store.update({f"k{number}": number for number in range(50)})

    def child() -> int:
        found = int(store["k7"])
        os.read(go, 1)
        if ending == "close":
            store.close()
        elif ending == "collect":
            store.__del__()
        else:
            atexit._run_exitfuncs()
        return found

    forked = start(child)
    for number in range(50, 300):
        store[f"k{number}"] = numpy.full(number, number)
    store.close()
    os.write(let_go, b"x")
    assert forked.result().get() == 7
    with H5Store(path) as again:
        assert len(again) == 300
        assert again["k299"][()].tolist() == [299] * 299
    for descriptor in (go, let_go):
        os.close(descriptor)


def test_locking_can_be_switched_off(path: str) -> None:
    """With HDF5_USE_FILE_LOCKING=FALSE nothing is locked, by us as by HDF5."""
    H5Store(path)["x"] = 1
    code = (
        "import sys; from signac.h5store import H5StoreManager\n"
        "stores = H5StoreManager(sys.argv[1])\n"
        "stores.data['y'] = 2\n"
        "assert dict(stores.data) == {'x': 1, 'y': 2}\n"
        "stores.data = {'z': 3}\n"
        "del stores.data"
    )
    settings = {"HDF5_USE_FILE_LOCKING": "FALSE", "SIGNAC_LOCK_TIMEOUT": "0.3"}
    with H5Store(path):
        subprocess.run(
            [sys.executable, "-c", code, os.path.dirname(path)],
            env={**os.environ, **settings},
            check=True,
        )
    assert not os.path.exists(path)
