"""Groups: names for places in a store."""

import copy
import pickle

import numpy
import pytest

import signac  # noqa: F401 - the representation is evaluated
from signac.h5store import H5Group, H5Store


@pytest.fixture
def group(store: H5Store) -> H5Group:
    store["g"] = {"a": 1, "h": {"k": 2}}
    return store["g"]


def test_items_and_attributes(group: H5Group) -> None:
    """A group gets, sets and removes its keys as items, and gets and sets them as attributes."""
    assert group["a"] == group.a == 1
    assert group.h.k == group["h/k"] == 2
    group.new = 3
    group._x = 4
    group["h"]["l"] = 5
    assert sorted(group) == ["_x", "a", "h", "new"]
    assert group.h == {"k": 2, "l": 5}
    del group["new"]
    assert "new" not in group
    with pytest.raises(AttributeError):
        del group.a
    with pytest.raises(AttributeError):
        group.__x = 1
    assert group.pop("a") == 1
    assert group.setdefault("a", 7) == 7
    assert group.setdefault("a", 8) == 7
    group.update(q=1)
    assert len(group) == 4
    group.clear()
    assert not group
    with pytest.raises(TypeError):
        group.setdefault("x")
    with pytest.raises(TypeError):
        5 in group


def test_two_accesses_are_equal(store: H5Store, group: H5Group) -> None:
    """Each access gives an equal object of the same type; groups equal mappings and groups."""
    assert type(store["g"]) is type(store.g) is H5Group
    assert store["g"] == store.g == group == {"a": 1, "h": {"k": 2}}
    assert group != {"a": 1}
    assert group != 5
    store["e"] = {}
    assert store["e"] == {}
    assert not store["e"]
    with pytest.raises(TypeError):
        hash(group)


def test_representation_evaluates(group: H5Group, monkeypatch: pytest.MonkeyPatch) -> None:
    """`eval(repr(group))` is an equal group, whatever the working directory was."""
    text = repr(group)
    assert text.endswith("path='/g')")
    assert eval(text) == group
    inner = group["h"]
    assert eval(repr(inner)) == inner == {"k": 2}


def test_groups_are_looked_up_at_each_use(store: H5Store, group: H5Group) -> None:
    """A removed group raises KeyError; one that is put in its place is shown."""
    del store["g"]
    for operation in (
        lambda: group["a"],
        lambda: group.__setitem__("a", 1),
        lambda: len(group),
        lambda: list(group),
        lambda: bool(group),
        lambda: group.name,
        lambda: group == {},
    ):
        with pytest.raises(KeyError):
            operation()
    assert "a" not in group
    store["g"] = {"z": 1}
    assert group == {"z": 1}
    store["g"] = 5
    with pytest.raises(KeyError):
        group["z"]
    with pytest.raises(KeyError):
        group["z"] = 1
    assert store["g"] == 5


def test_other_attributes_are_those_of_h5py(store: H5Store, group: H5Group) -> None:
    """Attributes that are no keys come from the `h5py.Group`, usable while the store is open."""
    assert group.name == "/g"
    with store:
        group.attrs["unit"] = "nm"
        group.create_dataset("made", data=[1, 2])
    with store:
        assert group.attrs["unit"] == "nm"
        assert group["made"][()].tolist() == [1, 2]
    with pytest.raises(AttributeError):
        group.no_such_name
    assert not hasattr(group, "no_such_name")


def test_arrays_in_groups(store: H5Store, group: H5Group) -> None:
    """Arrays are stored into a group of a closed store, and read while it is open."""
    group["v"] = numpy.arange(4)
    with store:
        assert group["v"][1:3].tolist() == [1, 2]
        assert group.get("v")[()].sum() == 6


def test_copies_and_pickles(group: H5Group) -> None:
    """Copies and pickles of a group name the same place."""
    for made in (copy.copy(group), copy.deepcopy(group), pickle.loads(pickle.dumps(group))):
        assert made == group
        assert repr(made) == repr(group)
