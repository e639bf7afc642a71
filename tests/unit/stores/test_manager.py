"""The stores of a directory, and assigning whole stores."""

import copy
import os
import pickle
from pathlib import Path
from typing import Any

import h5py
import numpy
import pytest

from signac._core import faults
from signac.errors import InvalidKeyError
from signac.h5store import H5Store, H5StoreClosedError, H5StoreManager


def files(directory: Path) -> list[str]:
    return sorted(os.listdir(directory))


def test_access_creates_nothing(stores: H5StoreManager, tmp_path: Path) -> None:
    """A store is one object for each key, made without touching the disk."""
    assert stores.a is stores["a"]
    assert isinstance(stores.a, H5Store)
    assert stores.a.filename == str(tmp_path / "a.h5")
    assert "a" not in stores
    assert files(tmp_path) == []
    nowhere = H5StoreManager(tmp_path / "no")
    assert nowhere.x.filename == str(tmp_path / "no" / "x.h5")


def test_listing(stores: H5StoreManager, tmp_path: Path) -> None:
    """Keys are the names of the `.h5` files; directories and all other files are ignored."""
    for name in ("xh5", "x.txt", "x.h5~", ".hidden", "x.h5.bak", "x.H5"):
        (tmp_path / name).touch()
    (tmp_path / "dir.h5").mkdir()
    assert list(stores) == list(stores.keys()) == []
    assert not stores
    stores["b"] = {"x": 1}
    stores.a["x"] = 1
    stores._c["x"] = 1
    assert list(stores) == ["_c", "a", "b"]
    assert next(stores.keys()) == "_c"
    assert len(stores) == 3
    assert "b" in stores
    for other in ("x", "dir", "", 5, None, b"b", "b.h5"):
        assert other not in stores


def test_missing_directory(tmp_path: Path) -> None:
    """Without its directory a manager lists nothing but says which directory is missing."""
    stores = H5StoreManager(tmp_path / "no")
    for operation in (
        lambda: list(stores),
        lambda: len(stores),
        lambda: bool(stores),
        lambda: "x" in stores,
        lambda: stores.__setitem__("x", {"a": 1}),
    ):
        with pytest.raises(FileNotFoundError, match="no"):
            operation()
    with pytest.raises(KeyError):
        del stores["x"]
    assert files(tmp_path) == []


def test_names_that_are_methods_elsewhere(stores: H5StoreManager) -> None:
    """`get`, `items`, `values`, `pop` and the like are names of stores."""
    for name in ("get", "items", "values", "pop", "update", "clear", "setdefault"):
        found = getattr(stores, name)
        assert isinstance(found, H5Store)
        assert found is stores[name]
    stores.keys = {"x": 1}
    stores.prefix = {"x": 2}
    assert list(stores.keys()) == ["keys", "prefix"]


@pytest.mark.parametrize(
    ("value", "error"),
    [
        *[(value, ValueError) for value in ("", [], {}, (), set(), "abc", "a", [("a", 1, 2)])],
        *[(value, TypeError) for value in (True, 0, 1.0, None, [1], b"abc", object(), [(1, 2)])],
        ({"a": object()}, TypeError),
        ({"a": 1, "b": {1: 2}}, TypeError),
        ({"a.b": 1}, InvalidKeyError),
        ({1: 1}, TypeError),
        (numpy.arange(2), TypeError),
        (numpy.array([]), ValueError),
    ],
)
def test_refused_content(
    stores: H5StoreManager, tmp_path: Path, value: Any, error: type[Exception]
) -> None:
    """What is no content for a store is refused, the old file is kept, nothing is left behind."""
    stores.old = {"x": 1}
    before = (tmp_path / "old.h5").read_bytes()
    for key in ("old", "new"):
        with pytest.raises(error):
            stores[key] = value
        with pytest.raises(error):
            setattr(stores, key, value)
    assert files(tmp_path) == ["old.h5"]
    assert (tmp_path / "old.h5").read_bytes() == before
    with pytest.raises(ValueError, match="empty"):
        stores.new = stores.never_written


def test_accepted_content(stores: H5StoreManager) -> None:
    """A mapping or pairs replace the whole file; the object held before shows the new content."""
    held = stores.s
    held["old"] = 1
    for value in ({"x": 1}, [("x", 1)], (pair for pair in [("x", 1)]), {"x": 1}.items()):
        stores.s = value
        assert held == {"x": 1}
        assert stores.s is not held
        assert stores["s"] == {"x": 1}
    stores["s"] = {"g/h": numpy.arange(3), "t": {"u": "v"}}
    with stores.s as opened:
        assert opened["g"]["h"][()].tolist() == [0, 1, 2]
        assert opened["t/u"] == "v"


def test_assigning_a_store_copies_all_of_it(stores: H5StoreManager, tmp_path: Path) -> None:
    """Arrays, groups, tables, attributes, links, chunks and references come along."""
    with stores.src as source:
        source["v"] = numpy.arange(3)
        source["g"] = {"w": numpy.ones((2, 2)), "t": "x", "n": None}
        source.file.attrs["unit"] = "nm"
        source["v"].attrs["axis"] = "z"
        source.file["twin"] = source.file["v"]
        source.file["soft"] = h5py.SoftLink("/g/t")
        source.file["reference"] = source.file["v"].ref
        source.file.create_dataset("c", data=numpy.zeros(100), chunks=(10,), compression="gzip")
    other = H5StoreManager(tmp_path)
    other.dst = stores.src
    assert list(other.dst) == list(stores.src)
    with other.dst as copied:
        assert copied["g"] == stores.src["g"]
        assert copied["v"][()].tolist() == [0, 1, 2]
        assert copied.file.attrs["unit"] == "nm"
        assert copied["v"].attrs["axis"] == "z"
        assert copied["c"].compression == "gzip"
        assert copied["soft"] == "x"
        copied["v"][0] = 9
        assert copied["twin"][0] == 9
        assert copied.file[copied["reference"]].name in ("/v", "/twin")
    with stores.src as source:
        assert source["v"][0] == 0
    assert files(tmp_path) == ["dst.h5", "src.h5"]


def test_assigning_an_open_store(stores: H5StoreManager) -> None:
    """A store that is open for writing is copied with what was written a moment ago."""
    with stores.src as source:
        source["v"] = numpy.arange(3)
        stores.dst = source
        stores.part = {"copy": source["v"], "n": 1}
        source["late"] = 1
    with stores.dst as copied:
        assert list(copied) == ["v"]
        assert copied["v"][()].tolist() == [0, 1, 2]
    with stores.part as part:
        assert part["copy"][2] == 2


def test_assigning_a_group(stores: H5StoreManager) -> None:
    """A group becomes the content of a store."""
    stores.src["g"] = {"v": numpy.arange(3), "w": 1}
    stores.dst = stores.src["g"]
    assert list(stores.dst) == ["v", "w"]


def test_assigning_a_store_to_itself(stores: H5StoreManager) -> None:
    """A store assigned to its own name keeps its content, closed or open."""
    stores.s = {"v": numpy.arange(3), "x": 1}
    stores.s = stores.s
    with stores.s as opened:
        stores.s = opened
        assert opened["x"] == 1
        assert opened["v"][()].tolist() == [0, 1, 2]


def test_replacing_an_open_store(stores: H5StoreManager) -> None:
    """A session that is open while its file is replaced goes on with the new file."""
    stores.s = {"old": 1}
    with stores.s as opened:
        stores.s = {"new": 2}
        assert dict(opened) == {"new": 2}
        opened["later"] = 3
        assert opened.mode == "r+"
    assert dict(stores.s) == {"later": 3, "new": 2}
    with stores.s.open("r") as opened:
        stores.s = {"newer": 4}
        assert dict(opened) == {"newer": 4}
        assert opened.mode == "r"


def test_deleting(stores: H5StoreManager, tmp_path: Path) -> None:
    """Deleting removes the file; a missing one is a KeyError with the key, as attribute too."""
    stores.a = {"x": 1}
    stores.b = {"x": 1}
    del stores["a"]
    del stores.b
    assert files(tmp_path) == []
    with pytest.raises(KeyError, match="'a'"):
        del stores["a"]
    with pytest.raises(KeyError, match="'b'"):
        del stores.b
    stores.c["x"] = 1
    with stores.c as opened:
        del stores.c
        with pytest.raises(H5StoreClosedError):
            opened.mode
        assert files(tmp_path) == []
    (tmp_path / "junk.h5").write_bytes(b"junk")
    del stores.junk
    assert files(tmp_path) == []


@pytest.mark.parametrize("key", ["../x", "sub/x", "/abs", "a/", "./a", "..", ".", "x\0y"])
def test_keys_stay_in_the_directory(stores: H5StoreManager, tmp_path: Path, key: str) -> None:
    """A key that would lead out of the directory is refused on every use."""
    (tmp_path / "sub").mkdir()
    for operation in (
        lambda: stores[key],
        lambda: stores.__setitem__(key, {"x": 1}),
        lambda: setattr(stores, key, {"x": 1}),
        lambda: getattr(stores, key),
        lambda: stores.__delitem__(key),
    ):
        with pytest.raises(InvalidKeyError):
            operation()
    assert key not in stores
    assert files(tmp_path) == ["sub"]


def test_other_keys(stores: H5StoreManager, tmp_path: Path) -> None:
    """Dots are refused on setting and accepted on getting; keys are str; `__x` is no key."""
    with pytest.raises(InvalidKeyError, match="dots"):
        stores["a.b"] = {"x": 1}
    assert stores["a.b"].filename == str(tmp_path / "a.b.h5")
    for key in (1, None, b"x"):
        with pytest.raises(TypeError):
            stores[key]
        with pytest.raises(TypeError):
            stores[key] = {"x": 1}
        with pytest.raises(TypeError):
            del stores[key]
    for name in ("__x", "__x__"):
        with pytest.raises(AttributeError):
            getattr(stores, name)
        with pytest.raises(AttributeError):
            setattr(stores, name, {"x": 1})
        with pytest.raises(AttributeError):
            delattr(stores, name)
    stores[""] = {"x": 1}
    assert files(tmp_path) == [".h5"]
    assert "" in stores
    del stores[""]
    with pytest.raises(OSError, match="too long"):
        stores["x" * 300] = {"x": 1}
    assert files(tmp_path) == []


def test_equality_and_representation(
    stores: H5StoreManager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Managers are equal when their directories are the same; repr and str evaluate to equals."""
    monkeypatch.chdir(tmp_path.parent)
    assert repr(stores) == str(stores) == f"H5StoreManager(prefix='{tmp_path.name}')"
    (tmp_path / "link").symlink_to(tmp_path)
    for equal in (
        eval(repr(stores)),
        eval(str(stores)),
        pickle.loads(pickle.dumps(stores)),
        copy.copy(stores),
        copy.deepcopy(stores),
        H5StoreManager(tmp_path / "link"),
        H5StoreManager(str(tmp_path) + "/"),
    ):
        assert equal == stores
        assert (equal != stores) is False
    assert stores != H5StoreManager(tmp_path.parent)
    assert (stores == 5) is False
    assert stores != str(tmp_path)
    with pytest.raises(TypeError):
        hash(stores)
    assert stores.prefix == str(tmp_path)
    assert stores.suffix == ".h5"
    assert stores.cls is H5Store


def test_a_link_stays_a_link(stores: H5StoreManager, tmp_path: Path) -> None:
    """Assigning to a store that is a symbolic link replaces the file it points to."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "s.h5").symlink_to(tmp_path / "elsewhere" / "real.h5")
    stores.s = {"x": 1}
    assert (tmp_path / "s.h5").is_symlink()
    assert files(tmp_path / "elsewhere") == ["real.h5"]
    assert stores.s["x"] == 1


def test_permissions_are_kept(stores: H5StoreManager, tmp_path: Path) -> None:
    """A replaced store has the permissions of the old one."""
    stores.s = {"x": 1}
    (tmp_path / "s.h5").chmod(0o600)
    stores.s = {"x": 2}
    assert (tmp_path / "s.h5").stat().st_mode & 0o777 == 0o600


def test_whole_stores_are_synced_then_renamed(stores: H5StoreManager, tmp_path: Path) -> None:
    """The new file is made under a name that is no store, synced, and takes its name at the end."""
    stores.s = {"x": 1}
    with faults.record() as steps:
        stores.s = {"x": 2}
    operations = [operation for _, operation, _ in steps]
    assert operations == ["create", "sync", "rename"]
    temporary = Path(steps[0][2])
    assert temporary.parent == tmp_path
    assert temporary.suffix != ".h5"
    assert temporary.name.startswith("._signac_")


def test_failing_anywhere_keeps_the_old_store(stores: H5StoreManager, tmp_path: Path) -> None:
    """A full disk at any step of an assignment raises, keeps the old store, leaves nothing."""
    stores.s = {"x": 1}
    for broken in (1, 2, 3):

        def fail(
            number: int, operation: str, path: str, size: int | None, at: int = broken
        ) -> None:
            if number == at:
                raise OSError(28, "No space left on device", path)

        with pytest.raises(OSError, match="No space left"), faults.injecting(fail):
            stores.s = {"x": 2}
        assert files(tmp_path) == ["s.h5"]
        assert dict(stores.s) == {"x": 1}
    stores.s = {"x": 2}
    assert dict(stores.s) == {"x": 2}


def test_leftovers_are_swept(stores: H5StoreManager, tmp_path: Path) -> None:
    """What a dead process left of an assignment is no store, and goes with the next one."""
    leftover = tmp_path / "._signac_0123456789abcdef.h5.new"
    leftover.write_bytes(b"half")
    other = tmp_path / "._signac_0123456789abcdef_data.json"
    other.touch()
    assert list(stores) == []
    stores.s = {"x": 1}
    assert files(tmp_path) == [other.name, "s.h5"]
