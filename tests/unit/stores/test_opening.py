"""When a store is open: sessions, single operations, iteration; modes and missing files."""

import copy
import gc
import os
import pathlib
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import h5py
import numpy
import pytest

from signac.errors import H5StoreAlreadyOpenError, H5StoreClosedError
from signac.h5store import H5Store


def is_open(store: H5Store) -> bool:
    try:
        store.mode
    except H5StoreClosedError:
        return False
    return True


@pytest.mark.parametrize("name", [None, "", b"x", 1, pathlib.Path("x.h5"), ["x"]])
def test_file_names_are_text(name: Any) -> None:
    """Only a non-empty str names a store; everything else is a ValueError."""
    with pytest.raises(ValueError, match="non-empty string"):
        H5Store(name)
    with pytest.raises(TypeError):
        H5Store()


def test_names(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is made absolute at once, gets no suffix; repr evaluates, str is short."""
    monkeypatch.chdir(path.parent)
    store = H5Store("sub.data")
    assert store.filename == str(path.parent / "sub.data")
    assert repr(store) == "H5Store(filename='sub.data')"
    assert str(H5Store(str(path))) == "H5Store(filename='data.h5')"
    monkeypatch.chdir(path.parent.parent)
    assert repr(store) == f"H5Store(filename='{path.parent.name}/sub.data')"
    assert eval(repr(store)).filename == store.filename


def test_missing_file_reads_as_empty(store: H5Store, path: Path) -> None:
    """Every read of a missing file finds an empty store, and no file is made."""
    assert len(store) == 0
    assert not store
    assert "x" not in store
    assert list(store) == list(store.items()) == list(store.keys()) == []
    assert dict(store) == {}
    assert store == {}
    assert store.get("x") is None
    assert store.get("x", 3) == 3
    with pytest.raises(KeyError):
        store["x"]
    with pytest.raises(AttributeError):
        store.x
    with pytest.raises(KeyError):
        del store["x"]
    store.clear()
    store.update({})
    assert not path.exists()
    assert list(H5Store(str(path.parent / "no" / "directory.h5"))) == []


def test_stores_that_expect_their_file(path: Path) -> None:
    """With mode "r" or "r+" a missing file is an error, except for `len` and `in`."""
    for mode in ("r", "r+"):
        store = H5Store(str(path), mode=mode)
        assert len(store) == 0
        assert "x" not in store
        for operation in (
            lambda store=store: store["x"],
            lambda store=store: list(store),
            lambda store=store: store.open(),
            lambda store=store: store.__setitem__("x", 1),
        ):
            with pytest.raises(FileNotFoundError):
                operation()
    assert not path.exists()


@pytest.mark.parametrize("content", [b"", b"hello"])
def test_other_files_are_errors(store: H5Store, path: Path, content: bytes) -> None:
    """A file that is not HDF5, or a directory, is an OSError that names it, never empty."""
    path.write_bytes(content)
    for operation in (
        lambda: len(store),
        lambda: "x" in store,
        lambda: store["x"],
        lambda: store.get("x"),
        lambda: list(store),
        lambda: bool(store),
    ):
        with pytest.raises(OSError, match=r"data\.h5"):
            operation()
    if content:
        with pytest.raises(OSError, match=r"data\.h5"):
            store["x"] = 1
        assert path.read_bytes() == content
    else:
        store["x"] = 1
        assert store["x"] == 1


def test_a_directory_is_not_an_empty_store(store: H5Store, path: Path) -> None:
    """A directory in place of the file is an error for reads and writes."""
    path.mkdir()
    for operation in (lambda: len(store), lambda: "x" in store, lambda: store["x"]):
        with pytest.raises(IsADirectoryError):
            operation()
    with pytest.raises(OSError, match=r"data\.h5"):
        store["x"] = 1


def test_running_out_of_descriptors_is_not_emptiness(store: H5Store) -> None:
    """With no file descriptor left, reads raise; they never find the store empty."""
    import resource

    store["x"] = 1
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    used = len(os.listdir("/proc/self/fd"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (used + 3, hard))
    held = []
    try:
        with pytest.raises(OSError, match="Too many open files"):
            while True:
                held.append(os.open(os.devnull, os.O_RDONLY))
        for operation in (lambda: len(store), lambda: "x" in store, lambda: store["x"]):
            with pytest.raises(OSError, match="Too many open files"):
                operation()
    finally:
        for descriptor in held:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert store["x"] == 1


def test_reads_open_for_reading(store: H5Store, path: Path) -> None:
    """Reading works on a file and directory that cannot be written, and changes no byte."""
    store["x"] = 1
    store["g"] = {"y": 2}
    before = path.read_bytes(), path.stat().st_mtime_ns
    for key in store:
        assert store.mode == "r"
        store[key]
    assert store["g"]["y"] == 2
    assert len(store) == 2
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert not is_open(store)


def test_open_and_close(store: H5Store) -> None:
    """`open` begins a session, twice is an error; `close` ends it, twice is none."""
    with pytest.raises(H5StoreClosedError, match=r"data\.h5"):
        store.file
    with pytest.raises(H5StoreClosedError):
        store.flush()
    store.close()
    assert store.open() == store
    assert store.mode == "r+"
    assert isinstance(store.file, h5py.File)
    store["x"] = 1
    store.flush()
    with pytest.raises(H5StoreAlreadyOpenError, match="open already"):
        store.open()
    with pytest.raises(OSError, match="open already"):
        store.open("r")
    store.close()
    store.close()
    assert not is_open(store)
    assert store["x"] == 1


def test_what_open_returns_is_the_store(store: H5Store) -> None:
    """The object that `open` returns reads, writes and closes the store."""
    opened = store.open()
    opened["x"] = 1
    assert isinstance(opened, H5Store)
    assert opened.filename == store.filename
    assert store["x"] == 1
    assert opened.mode == store.mode == "r+"
    opened.close()
    assert not is_open(store)
    opened["y"] = 2
    with opened:
        assert is_open(store)
    assert not is_open(store)
    with H5Store(store.filename).open("r") as alone:
        gc.collect()
        assert alone["x"] == 1


def test_modes(store: H5Store, path: Path) -> None:
    """The modes are those of h5py, an explicit one wins, invalid ones are a ValueError."""
    store["x"] = 1
    with store.open(mode="r") as opened:
        assert opened is store
        assert store.mode == "r"
        for write in (
            lambda: store.__setitem__("y", 1),
            lambda: store.__delitem__("x"),
            lambda: store.clear(),
            lambda: store.update(y=1),
            lambda: store.setdefault("y", 1),
        ):
            with pytest.raises(ValueError, match="read-only"):
                write()
        assert store.setdefault("x", 2) == 1
    with pytest.raises(FileExistsError):
        store.open("x")
    with pytest.raises(ValueError, match="mode"):
        store.open("q")
    with pytest.raises(ValueError, match="mode"):
        H5Store(str(path), mode="q")["x"]
    with pytest.raises(TypeError):
        H5Store(str(path), bogus=1).open()
    with pytest.raises(TypeError):
        H5Store(str(path), bogus=1)["x"]
    assert not is_open(store)
    reader = H5Store(str(path), mode="r")
    with pytest.raises(ValueError, match="mode 'r'"):
        reader["y"] = 1
    with reader:
        assert reader.mode == "r"
    with store.open("w"):
        assert store.mode == "r+"
        assert list(store) == []
    with pytest.raises(FileNotFoundError):
        H5Store(str(path.parent / "no" / "x.h5"))["x"] = 1


def test_with_counts(store: H5Store) -> None:
    """An inner `with` leaves the outer session open, whoever began that, also on an exception."""
    with store:
        with store as inner:
            assert inner is store
            store["x"] = numpy.arange(2)
            values = store["x"]
        assert values[0] == 0
        with pytest.raises(ZeroDivisionError), store:
            1 / 0
        assert is_open(store)
    assert not is_open(store)
    store.open()
    with store:
        pass
    assert store.mode == "r+"
    with store, store:
        pass
    assert is_open(store)
    store.close()
    with store.open("r"):
        with store:
            assert store.mode == "r"
        assert is_open(store)
    assert not is_open(store)


def test_close_inside_with(store: H5Store) -> None:
    """Closing inside a block ends the session; leaving the block is then a no-op."""
    with store:
        store["x"] = 1
        store.close()
        assert not is_open(store)
        store["y"] = 2
    assert dict(store) == {"x": 1, "y": 2}
    with store:
        store.close()
        iterator = iter(store)
        next(iterator)
    assert is_open(store)
    del iterator
    assert not is_open(store)


def test_mode_w_begins_each_session_empty(path: Path) -> None:
    """With mode "w" each explicit session empties the file when it begins, as in h5py."""
    H5Store(str(path))["old"] = 1
    store = H5Store(str(path), mode="w")
    with store:
        store["a"] = 1
        with store:
            store["b"] = 2
        assert list(store) == ["a", "b"]
    with store:
        assert list(store) == []


def test_mode_w_empties_once_outside_sessions(path: Path) -> None:
    """Outside sessions mode "w" empties the file at the first write only; reads never do."""
    H5Store(str(path))["old"] = 1
    store = H5Store(str(path), mode="w")
    assert store["old"] == 1
    assert len(store) == 1
    store["a"] = 1
    store["b"] = 2
    assert list(store) == ["a", "b"]
    del store["a"]
    assert dict(store) == {"b": 2}


def test_mode_x_makes_the_file_once(path: Path) -> None:
    """With mode "x" the first write makes the file, or fails because there is one."""
    store = H5Store(str(path), mode="x")
    store["a"] = 1
    store["b"] = 2
    assert list(store) == ["a", "b"]
    with pytest.raises(FileExistsError):
        H5Store(str(path), mode="x")["c"] = 1


def test_iterating_a_closed_store(store: H5Store) -> None:
    """While a closed store or group is iterated, arrays can be read from it."""
    store["g"] = {"u": numpy.arange(2), "v": numpy.arange(3)}
    store["a"] = numpy.arange(4)
    group = store["g"]
    assert [group[key][:].sum() for key in group] == [1, 3]
    assert [value[()].sum() for _, value in group.items()] == [1, 3]
    assert [value[()].sum() for value in group.values()] == [1, 3]
    assert [store[key][:].sum() for key in store.keys() if key == "a"] == [6]  # noqa: SIM118
    total = 0
    for key in store:
        for inner in store["g"]:
            total += store["g"][inner][-1]
        assert is_open(store), key
    assert total == 6
    assert not is_open(store)


def test_leaving_an_iteration_closes(store: H5Store) -> None:
    """`break`, an exception, and dropping the iterator close the file at once."""
    store.update(a=1, b=2)
    for _ in store:
        break
    assert not is_open(store)
    with pytest.raises(ZeroDivisionError):
        for _ in store:
            1 / 0
    gc.collect()
    assert not is_open(store)
    iterator = iter(store)
    assert next(iterator) == "a"
    assert is_open(store)
    del iterator
    assert not is_open(store)


def test_writing_while_iterating(store: H5Store, path: Path) -> None:
    """A write during an iteration reopens the file; the keys are those of the beginning."""
    store.update(a=1, b=2)
    other = H5Store(str(path))
    seen = []
    for key in store:
        seen.append(key)
        store[key + "2"] = store[key] * 10
        other[key + "3"] = store[key + "2"]
        assert store.mode == "r+"
    assert seen == ["a", "b"]
    assert dict(store) == {"a": 1, "a2": 10, "a3": 10, "b": 2, "b2": 20, "b3": 20}
    for _ in store:
        other["c"] = 1
        with store:
            assert store.mode == "r+"
            store["d"] = 2
        assert is_open(store)
    for key in list(store):
        del store[key]
    assert not store


def test_session_around_an_unfinished_iteration(store: H5Store) -> None:
    """The end of a session closes the file even if an iterator is left over."""
    store.update(a=1, b=2)
    with store:
        iterator = iter(store)
        next(iterator)
    assert not is_open(store)
    assert next(iterator) == "b"
    iterator = iter(store)
    next(iterator)
    store.close()
    assert list(iterator) == ["b"]


def test_several_handles_of_one_file(store: H5Store, path: Path) -> None:
    """Handles of one thread share the file: each sees at once what another one writes."""
    other = H5Store(str(path))
    with store:
        store["x"] = 1
        with other.open("r"):
            assert other.mode == "r+"
            assert other["x"] == 1
            store["y"] = 2
            assert other["y"] == 2
        other["z"] = 3
        assert store["z"] == 3
    with store.open("r"):
        assert other["x"] == 1
        with pytest.raises(OSError, match="read-only"):
            other["x"] = 2
    assert other["x"] == 1


def test_copies_of_an_open_store(store: H5Store) -> None:
    """Copies and pickles are closed stores of the same file; the original stays open."""
    store["x"] = 1
    for make in (copy.copy, copy.deepcopy, lambda s: pickle.loads(pickle.dumps(s))):
        with store:
            made = make(store)
            assert not is_open(made)
            assert made["x"] == 1
            with made:
                pass
            del made
            gc.collect()
            assert store.mode == "r+"
            assert store["x"] == 1
        assert make(store) == store
    kept = pickle.loads(pickle.dumps(H5Store(store.filename, mode="r")))
    with kept:
        assert kept.mode == "r"


def test_the_finaliser_closes(store: H5Store, path: Path) -> None:
    """A store that is forgotten while it is open is closed and its content kept."""
    other = H5Store(str(path))
    other.open()
    other["x"] = 1
    del other
    gc.collect()
    with h5py.File(path, "r+") as file:
        assert file["x"][()] == 1


def test_a_replaced_file_is_noticed(store: H5Store, path: Path) -> None:
    """A file that was replaced, moved or removed since it was opened is not the current one."""
    from signac._stores.h5file import open_h5

    store["x"] = 1
    opened = open_h5(str(path), "r+", {})
    assert opened.is_current()
    path.rename(path.with_suffix(".moved"))
    assert not opened.is_current()
    path.write_bytes(path.with_suffix(".moved").read_bytes())
    assert not opened.is_current()
    opened.finish()


def test_swmr(path: Path) -> None:
    """A writer in SWMR mode and readers with `swmr=True` work at the same time."""
    writer = H5Store(str(path), libver="latest")
    with writer:
        values = writer.file.create_dataset("x", shape=(0,), maxshape=(None,), dtype="i8")
        writer.file.swmr_mode = True
        for count in (1, 5):
            values.resize((count,))
            values[:] = numpy.arange(count)
            values.flush()
            code = (
                "import sys; from signac.h5store import H5Store\n"
                "with H5Store(sys.argv[1], mode='r', swmr=True) as reader:\n"
                "    print(reader['x'][()].tolist())"
            )
            command = [sys.executable, "-c", code, str(path)]
            found = subprocess.run(command, capture_output=True, text=True, check=False)
            assert found.stdout.strip() == str(list(range(count))), found.stderr


def test_creation_arguments_outlive_the_creation(path: Path) -> None:
    """Arguments that h5py takes only for new files do not hinder later operations."""
    store = H5Store(str(path), fs_strategy="page", fs_page_size=4096)
    store["x"] = 1
    assert store["x"] == 1
    with store:
        store["y"] = 2
    assert dict(store) == {"x": 1, "y": 2}


def test_files_kept_in_memory(path: Path) -> None:
    """A store with h5py's core driver works inside a session and leaves no file."""
    store = H5Store(str(path), driver="core", backing_store=False)
    with store:
        store["x"] = numpy.arange(3)
        assert store["x"][()].tolist() == [0, 1, 2]
    assert not path.exists()


def test_a_dangling_link_is_a_missing_file(store: H5Store, path: Path) -> None:
    """A symbolic link to nothing reads as empty; writing makes the file it points to."""
    path.symlink_to(path.parent / "target.h5")
    assert list(store) == []
    store["x"] = 1
    assert path.is_symlink()
    assert H5Store(str(path.parent / "target.h5"))["x"] == 1


def test_importing_loads_nothing_heavy() -> None:
    """Importing the stores loads neither h5py nor numpy nor pandas; making a store neither."""
    code = (
        "import sys, signac.h5store as h\n"
        "m = h.H5StoreManager('.'); s = m.x; repr(s); s.get('k'); len(s)\n"
        "print(sorted({'h5py', 'numpy', 'pandas', 'tables'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
