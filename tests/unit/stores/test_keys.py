"""Keys of stores and groups, as items and as attributes."""

from pathlib import Path
from typing import Any

import numpy
import pytest

from signac.errors import InvalidKeyError
from signac.h5store import H5Group, H5Store


@pytest.mark.parametrize("key", ["a.b", "a.", ".", "..", "../x", "a/b.c"])
def test_dotted_keys_are_refused_on_setting(store: H5Store, key: str) -> None:
    """A dot anywhere in a key raises InvalidKeyError on stores and groups, item or attribute."""
    store["g"] = {"x": 1}
    for target in (store, store["g"]):
        with pytest.raises(InvalidKeyError, match="dots"):
            target[key] = 1
        with pytest.raises(ValueError, match="dots"):
            setattr(target, key, 1)
        with pytest.raises(InvalidKeyError):
            target.setdefault(key, 1)
        with pytest.raises(InvalidKeyError):
            target.update({"fine": 1, key: 2})
        assert "fine" not in target
    assert list(store) == ["g"]


def test_dotted_keys_are_looked_for_on_getting(store: H5Store) -> None:
    """A dotted key that another program wrote can be read and removed."""
    store["g"] = {"a.b": 1}
    assert store["g"]["a.b"] == 1
    assert "a.b" in store["g"]
    del store["g"]["a.b"]
    assert "a.b" not in store["g"]
    with pytest.raises(KeyError):
        store["a.b"]


@pytest.mark.parametrize("key", [1, None, b"a", ("a", "b"), 2.5])
def test_keys_are_text(store: H5Store, key: Any) -> None:
    """Keys of another type raise TypeError everywhere; only bytes may be looked for."""
    store["a"] = 1
    with pytest.raises(TypeError):
        store[key] = 1
    with pytest.raises(TypeError):
        store[key]
    with pytest.raises(TypeError):
        store.get(key)
    with pytest.raises(TypeError):
        del store[key]
    if isinstance(key, bytes):
        assert key in store
    else:
        with pytest.raises(TypeError):
            key in store


def test_empty_keys(store: H5Store) -> None:
    """The empty key and `/` are the store itself: read, but neither set nor removed."""
    store["a"] = 1
    for key in ("", "/"):
        assert isinstance(store[key], H5Group)
        assert store[key] == {"a": 1}
    assert "" not in store
    assert "/" in store
    with pytest.raises(ValueError, match="empty"):
        store[""] = 1
    with pytest.raises(ValueError, match="empty"):
        del store[""]
    with pytest.raises(KeyError):
        store["/"] = 1
    with pytest.raises(KeyError):
        del store["/"]
    assert dict(store) == {"a": 1}


def test_nul_in_a_key(store: H5Store) -> None:
    """A NUL character, where HDF5 would cut the key off, is refused."""
    store["a"] = 1
    with pytest.raises(InvalidKeyError, match="NUL"):
        store["a\0b"] = 2
    with pytest.raises(KeyError):
        store["a\0b"]
    assert "a\0b" not in store
    assert store["a"] == 1


def test_slashes_separate_levels(store: H5Store) -> None:
    """`s["a/b"]` is `s["a"]["b"]`; missing levels are made; empty parts do not count."""
    store["g/h/i"] = 1
    assert store["g"]["h"]["i"] == 1
    assert "g/h/i" in store
    assert "g/h/j" not in store
    assert "x/y/z" not in store
    assert store.get("x/y/z", 7) == 7
    store["/top"] = 2
    assert store["top"] == store["/top"] == 2
    store["g//h/"] = 3
    assert store["g/h"] == 3
    del store["g/h"]
    assert store["g"] == {}
    assert store["g"]["/top"] == 2


def test_below_a_value_there_is_nothing(store: H5Store) -> None:
    """Storing below a number raises OSError and keeps it; reading there is a KeyError."""
    store["x"] = 1
    with pytest.raises(OSError, match="link"):
        store["x/y"] = 2
    with pytest.raises(KeyError):
        store["x/y"]
    with pytest.raises(KeyError):
        del store["x/y"]
    assert "x/y" not in store
    assert store["x"] == 1


def test_order_is_that_of_the_bytes(store: H5Store) -> None:
    """Keys come in the order of their UTF-8 bytes, not of insertion."""
    keys = ["b", "é", "a", "Z", "ab", "\U0001f600", "10", "9"]
    for key in keys:
        store[key] = 1
    expected = sorted(keys, key=str.encode)
    assert list(store) == list(store.keys()) == [key for key, _ in store.items()] == expected


def test_missing_keys(store: H5Store) -> None:
    """Missing keys raise KeyError with the key, also from an existing file; `get` has a default."""
    for _ in range(2):
        for operation in (
            lambda: store["no"],
            lambda: store.pop("no"),
            lambda: store.__delitem__("no"),
        ):
            with pytest.raises(KeyError, match="no"):
                operation()
        assert store.get("no") is None
        assert store.get("no", 3) == 3
        assert store.pop("no", 4) == 4
        store["a"] = 1
    assert list(store) == ["a"]


def test_attributes_are_keys(store: H5Store) -> None:
    """`s.k` gets, sets and deletes `s["k"]`, names that begin with one underscore included."""
    store.k = 1
    store._x = 2
    assert store["k"] == store.k == 1
    assert store["_x"] == store._x == 2
    del store.k
    del store._x
    assert list(store) == []
    with pytest.raises(KeyError):
        del store.k
    for name in ("a", "_a", "__a__", "__a"):
        with pytest.raises(AttributeError):
            getattr(store, name)
        assert not hasattr(store, name)


def test_own_names_win(store: H5Store) -> None:
    """Methods and properties win on getting; setting such a name stores an item."""
    for name in ("keys", "filename", "mode", "open", "get"):
        setattr(store, name, 5)
        assert store[name] == 5
    assert store.filename.endswith("data.h5")
    assert callable(store.keys)
    assert sorted(store) == ["filename", "get", "keys", "mode", "open"]


def test_dunder_names_are_never_keys(store: H5Store, path: Path) -> None:
    """Names that begin with two underscores raise AttributeError and touch no file."""
    for name in ("__x", "__x__", "__deepcopy__"):
        with pytest.raises(AttributeError):
            setattr(store, name, 1)
        with pytest.raises(AttributeError):
            delattr(store, name)
    assert not path.exists()


def test_mapping_methods(store: H5Store) -> None:
    """`update`, `setdefault`, `pop`, `popitem`, `clear` and the views do what a dict's do."""
    store.update({"a": 1}, b=2)
    store.update([("c", 3)])
    store.update()
    assert dict(store) == {"a": 1, "b": 2, "c": 3}
    assert store.setdefault("a", 9) == 1
    assert store.setdefault("d", 4) == 4
    assert store.pop("b") == 2
    assert store.popitem() == ("a", 1)
    assert list(store.values()) == [3, 4]
    assert "c" in store.keys()  # noqa: SIM118
    assert len(store.items()) == len(store) == 2
    assert store
    store.clear()
    assert not store
    with pytest.raises(TypeError):
        store.setdefault("x")
    with store:
        assert store.setdefault("v", numpy.arange(2))[()].tolist() == [0, 1]


def test_update_from_a_store(store: H5Store, tmp_path: Path) -> None:
    """`update` takes everything from another store, arrays too, both closed."""
    other = H5Store(str(tmp_path / "other.h5"))
    other["v"] = numpy.arange(3)
    other["g"] = {"w": numpy.ones(2)}
    store.update(other)
    with store:
        assert store["v"][()].tolist() == [0, 1, 2]
        assert store["g/w"][()].tolist() == [1, 1]


def test_equality(store: H5Store, tmp_path: Path) -> None:
    """Stores and groups equal mappings of the same content, arrays compared by content."""
    assert store == {}
    store["a"] = 1
    store["v"] = numpy.arange(3)
    store["g"] = {"w": numpy.ones(2), "t": "x"}
    content = {"a": 1, "v": numpy.arange(3), "g": {"w": numpy.ones(2), "t": "x"}}
    assert store == content
    assert content == store
    assert store == store
    other = H5Store(str(tmp_path / "other.h5"))
    other.update(content)
    assert store == other
    assert store["g"] == other["g"]
    with other:
        other["v"][0] = 5
    assert store != other
    assert store != {"a": 1}
    assert store != 5
    assert (store == [("a", 1)]) is False
    with pytest.raises(TypeError):
        hash(store)
