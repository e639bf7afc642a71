"""Tables of pandas in stores."""

import warnings
from pathlib import Path

import h5py
import numpy
import pytest

from signac.h5store import H5Store

pandas = pytest.importorskip("pandas")
pytest.importorskip("tables")

TABLES = {
    "numbers and text": pandas.DataFrame({"a": [1, 2], "b": ["x", "y"], "c": [0.5, None]}),
    "dates": pandas.DataFrame({"t": pandas.date_range("2020-01-01", periods=3)}),
    "named index": pandas.DataFrame({"a": [1.0]}, index=pandas.Index(["k"], name="key")),
    "two levels": pandas.DataFrame(
        {"a": [1, 2]}, index=pandas.MultiIndex.from_tuples([("x", 1), ("y", 2)])
    ),
    "empty": pandas.DataFrame(),
    "series": pandas.Series([1.0, 2.0], index=["a", "b"], name="s"),
    "bools": pandas.Series([True, False]),
}


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("key", ["t", "my key", "deep/er", "1"])
def test_round_trip(store: H5Store, name: str, key: str) -> None:
    """A table comes back equal with its index, columns and types, under any key, closed or open."""
    store[key] = TABLES[name]
    assert store[key].equals(TABLES[name])
    assert type(store[key]) is type(TABLES[name])
    with store:
        store["again"] = TABLES[name]
        assert store["again"].equals(TABLES[name])
    assert store == store


def test_a_table_is_a_copy(store: H5Store) -> None:
    """Each read gives a table of its own."""
    store["t"] = TABLES["numbers and text"]
    first = store["t"]
    first.loc[0, "a"] = 99
    assert store["t"].loc[0, "a"] == 1


def test_tables_anywhere_in_a_mapping(store: H5Store) -> None:
    """Tables in a mapping may stand before, between and after other values."""
    table = TABLES["numbers and text"]
    store["g"] = {"a": table, "b": 1, "c": {"d": table, "e": numpy.arange(3)}, "f": "x"}
    group = store["g"]
    assert group["a"].equals(table)
    assert group["c/d"].equals(table)
    assert group["b"] == 1
    assert group["f"] == "x"


def test_reading_a_table_leaves_the_session_alone(store: H5Store) -> None:
    """Neither mode nor arrays of an open session change when a table is read."""
    store["t"] = TABLES["numbers and text"]
    store["v"] = numpy.arange(3)
    for mode in ("r", "r+"):
        with store.open(mode):
            file, values = store.file, store["v"]
            assert store["t"].equals(TABLES["numbers and text"])
            assert store.mode == mode
            assert store.file is file
            assert values[()].tolist() == [0, 1, 2]


def test_writing_a_table_leaves_the_session_alone(store: H5Store) -> None:
    """Arrays obtained before a table is written stay usable."""
    store["v"] = numpy.arange(3)
    with store:
        values = store["v"]
        store["t"] = TABLES["numbers and text"]
        assert values[()].tolist() == [0, 1, 2]


def test_read_only_sessions_take_no_table(store: H5Store) -> None:
    """A session opened for reading refuses a table and is not upgraded."""
    store["v"] = 1
    with store.open("r"):
        with pytest.raises(ValueError, match="read-only"):
            store["t"] = TABLES["series"]
        assert store.mode == "r"
    assert list(store) == ["v"]


def test_refused_table_leaves_everything(store: H5Store) -> None:
    """A table that the layout cannot hold is refused before anything changes."""
    store["t"] = 1
    bad = pandas.DataFrame({"a": pandas.Categorical(["x"])})
    with pytest.raises(NotImplementedError):
        store["t"] = bad
    with pytest.raises(NotImplementedError):
        store["g"] = {"x": 1, "bad": bad}
    assert dict(store) == {"t": 1}


def test_layout_is_the_one_of_pandas(store: H5Store, path: Path) -> None:
    """Pandas reads our tables from the file, and we read those that pandas wrote there."""
    store["ours"] = TABLES["numbers and text"]
    with pandas.HDFStore(path, mode="a") as tables:
        assert tables["ours"].equals(TABLES["numbers and text"])
        tables.put("theirs", TABLES["dates"], track_times=False)
        tables.put("queryable", TABLES["dates"], format="table", track_times=False)
    assert store["theirs"].equals(TABLES["dates"])
    assert store["queryable"].equals(TABLES["dates"])
    with h5py.File(path, "r") as file:
        assert file["ours"].attrs["pandas_type"] == b"frame"


def test_mixed_columns_warn_as_pandas_does(store: H5Store) -> None:
    """Columns of mixed objects are stored with the warning that pandas gives."""
    mixed = pandas.DataFrame({"a": [1, "x", None]})
    with pytest.warns(pandas.errors.PerformanceWarning):
        store["m"] = mixed
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert store["m"].equals(mixed)


def test_replacing_tables(store: H5Store) -> None:
    """Tables replace other values and are replaced by them, without leaving members behind."""
    store["x"] = {"member": 1}
    store["x"] = TABLES["series"]
    assert store["x"].equals(TABLES["series"])
    store["x"] = TABLES["dates"]
    store["x"] = {"member": 2}
    assert store["x"] == {"member": 2}
