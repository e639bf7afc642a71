"""What goes into a store, and what comes back: the table, for each way a value can be assigned."""

from pathlib import Path
from typing import Any

import h5py
import numpy
import pytest

import signac
from h5values import VALUES, describe, evaluate, try_to_store
from signac.h5store import H5Store

WITHOUT_PANDAS = [row for row in VALUES if "pd." not in row[0]]
STORED = [row for row in VALUES if not row[1].endswith("Error")]
REFUSED = [row for row in VALUES if row[1].endswith("Error")]


def ids(rows: list[tuple[str, str, str]]) -> list[str]:
    return [row[0] for row in rows]


@pytest.mark.parametrize(("expression", "found", "warning"), VALUES, ids=ids(VALUES))
def test_table(store: H5Store, expression: str, found: str, warning: str) -> None:
    """Each value comes back as the table says, or is refused and leaves nothing behind."""
    assert try_to_store(store, "key", expression) == [found, warning]


@pytest.mark.parametrize(("expression", "found", "warning"), REFUSED, ids=ids(REFUSED))
def test_refused_value_keeps_what_was_there(
    store: H5Store, expression: str, found: str, warning: str
) -> None:
    """A value that cannot be stored leaves the old value, of any kind, and all other keys."""
    for old in ("'old'", "np.arange(4)", "{'x': 1, 'v': np.arange(2)}"):
        store["key"] = evaluate(old)
        store["other"] = 5
        with store:
            before = describe(store["key"])
        with pytest.raises(Exception) as raised:
            store["key"] = evaluate(expression)
        assert found in [kind.__name__ for kind in raised.type.__mro__]
        with store:
            assert describe(store["key"]) == before
        assert list(store) == ["key", "other"]


@pytest.mark.filterwarnings("ignore:Storage for object")
@pytest.mark.parametrize(("expression", "found", "warning"), STORED, ids=ids(STORED))
def test_each_value_replaces_each_kind(
    store: H5Store, expression: str, found: str, warning: str
) -> None:
    """A value comes back the same whether its key was free or held a value of whatever kind."""
    for old in ("1", "2.5", "'old'", "np.arange(3)", "np.zeros(9)", "{'x': 1}", "None"):
        store["key"] = evaluate(old)
        store["key"] = evaluate(expression)
        with store:
            assert describe(store["key"]) == found
        assert list(store) == ["key"]


@pytest.mark.filterwarnings("ignore:Storage for object")
@pytest.mark.parametrize(("expression", "found", "warning"), STORED, ids=ids(STORED))
def test_inside_a_mapping(store: H5Store, expression: str, found: str, warning: str) -> None:
    """A value inside a mapping comes back as it does alone, whatever else the mapping holds."""
    store["group"] = {"before": 1, "key": evaluate(expression), "z": {"after": "x"}}
    with store:
        assert describe(store["group"]["key"]) == found
        assert list(store["group"]) == ["before", "key", "z"]
        assert store["group/z/after"] == "x"


@pytest.mark.filterwarnings("ignore:Storage for object")
@pytest.mark.parametrize(("expression", "found", "warning"), STORED, ids=ids(STORED))
def test_assigned_to_other_keys_and_files(
    tmp_path: Path, store: H5Store, expression: str, found: str, warning: str
) -> None:
    """What was read from an open store can be assigned to itself, another key, another file."""
    other = signac.H5Store(str(tmp_path / "other.h5"))
    store["key"] = evaluate(expression)
    with store, other:
        store["key"] = store["key"]
        store["twin"] = store["key"]
        store["group"] = {"member": store["key"]}
        other["key"] = store["key"]
        for place in (store["key"], store["twin"], store["group/member"], other["key"]):
            assert describe(place) == found


def test_array_content_is_exact(store: H5Store) -> None:
    """Arrays of every numeric dtype keep dtype, shape and bits, contiguous or not."""
    generator = numpy.random.default_rng(3)
    for code in ("i1", "u1", "<i2", ">i4", "u8", "f2", "f4", ">f8", "longdouble", "c8", "c16", "?"):
        bits = generator.integers(0, 2, size=(4, 6, 3))
        original = (bits * 3 if code != "?" else bits).astype(code)[::2, ::-1].transpose(2, 0, 1)
        store["x"] = original
        with store:
            found = store["x"][()]
        assert found.dtype == original.dtype
        assert found.tobytes() == original.tobytes()


def test_an_array_is_read_by_reference(store: H5Store) -> None:
    """An array from an open store is sliced in the file, and assigning into it changes the file."""
    store["x"] = numpy.zeros((3, 4))
    with store:
        store["x"][1, 2] = 7
        found = store["x"]
        assert found[1].tolist() == [0, 0, 7, 0]
    with store:
        assert store["x"][1, 2] == 7
    assert not found


def test_an_array_from_a_closed_store_is_dead(store: H5Store) -> None:
    """An array read from a closed store cannot be used, and says so."""
    store["x"] = numpy.arange(3)
    found = store["x"]
    assert not found
    with pytest.raises((RuntimeError, ValueError)):
        found[()]
    with pytest.raises(ValueError, match="keep its store open"):
        store["y"] = found
    with pytest.raises(ValueError, match="closed"):
        store["x"] = store["x"]
    with store:
        assert store["x"][()].tolist() == [0, 1, 2]
    assert list(store) == ["x"]


def test_assigning_an_array_of_the_store_copies_it(store: H5Store) -> None:
    """`s["b"] = s["a"]` makes an independent array, and replaces one that is there already."""
    with store:
        store["a"] = numpy.arange(5)
        store["b"] = numpy.arange(2)
        store["b"] = store["a"]
        assert store["b"][()].tolist() == [0, 1, 2, 3, 4]
        store["b"][0] = 99
        assert store["a"][0] == 0
        del store["a"]
        assert store["b"][0] == 99


def test_assigning_a_group_copies_its_arrays(store: H5Store) -> None:
    """A group assigned to another key is independent, with arrays, attributes and groups."""
    store["g"] = {"v": numpy.arange(3), "deep": {"w": numpy.ones(2)}, "n": 1}
    with store:
        store["g"].attrs["unit"] = "nm"
        store["h"] = store["g"]
        store["h"]["v"][0] = 99
        assert store["g"]["v"][0] == 0
        assert store["h"].attrs["unit"] == "nm"
    store["closed"] = store["g"]
    with store:
        assert store["closed/deep/w"][()].tolist() == [1, 1]


def test_a_group_can_be_put_into_itself(store: H5Store) -> None:
    """Nesting a group, or the whole store, in itself keeps everything."""
    store["g"] = {"x": 1, "v": numpy.arange(3)}
    store["g"] = {"inner": store["g"]}
    assert list(store["g"]) == ["inner"]
    assert store["g/inner/x"] == 1
    store["g/sub"] = store["g"]
    assert store["g/sub/inner/x"] == 1
    store["all"] = store
    assert store["all/g/inner/x"] == 1
    with store:
        assert store["all/g/inner/v"][()].tolist() == [0, 1, 2]


@pytest.mark.parametrize("value", [{"x": 1, "x/y": 2}, h5py.SoftLink("")], ids=["below", "link"])
def test_what_fails_while_it_is_written_keeps_the_old_value(store: H5Store, value: Any) -> None:
    """A value that HDF5 refuses only when it is written leaves the old value too."""
    store["g"] = {"old": 1}
    with pytest.raises((OSError, ValueError)):
        store["g"] = value
    assert store == {"g": {"old": 1}}


def test_numbers_that_are_equal_are_not_the_same(store: H5Store) -> None:
    """Replacing a number by an equal one of another type changes the stored type."""
    for value, name in ((1, "int64"), (True, "bool"), (1.0, "float64"), (numpy.uint8(1), "uint8")):
        store["x"] = value
        assert store["x"].dtype.name == name


def test_replaced_array_seen_through_an_old_reference(store: H5Store) -> None:
    """An array obtained before its key is replaced still shows the old content."""
    with store:
        store["x"] = numpy.zeros(3)
        old = store["x"]
        store["x"] = numpy.ones(3)
        assert old[()].tolist() == [0, 0, 0]
        assert store["x"][()].tolist() == [1, 1, 1]


def test_hard_linked_twin_is_not_changed(store: H5Store) -> None:
    """Replacing one of two names of an array (as the peer makes them) leaves the other."""
    store["a"] = numpy.zeros(3)
    with store:
        store.file["b"] = store.file["a"]
    store["a"] = numpy.ones(3)
    with store:
        assert store["b"][()].tolist() == [0, 0, 0]


def test_attributes_go_with_the_replaced_value(store: H5Store) -> None:
    """A replaced array does not pass its attributes on to the new one."""
    store["a"] = numpy.zeros(3)
    with store:
        store["a"].attrs["unit"] = "nm"
        store["a"] = numpy.ones(3)
        assert dict(store["a"].attrs) == {}


@pytest.mark.parametrize(
    "value",
    [1, 2.5, numpy.zeros(1000), {"mean": 1.0, "n": {"k": 2}}, {"v": numpy.zeros(500), "w": 1}],
    ids=["int", "float", "array", "mapping", "mapping with array"],
)
def test_replacing_does_not_grow_the_file(store: H5Store, value: Any) -> None:
    """Replacing a value by one of its size again and again does not make the file larger."""
    for _ in range(3):
        store["x"] = value
    size = Path(store.filename).stat().st_size
    for _ in range(30):
        store["x"] = value
    assert Path(store.filename).stat().st_size <= size + 4096


@pytest.mark.parametrize("other", [numpy.ma.array([1]), [1, 2], 1j])
def test_warning_names_the_type(store: H5Store, other: Any) -> None:
    """A value that is converted on the way is stored with a warning that names its class."""
    with pytest.warns(UserWarning, match=f"'{type(other).__module__}.*|{type(other).__name__}'"):
        store["x"] = other
    assert "x" in store
