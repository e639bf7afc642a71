"""Tables of pandas with every kind of index and column, exchanged with the released peer."""

import subprocess
import warnings
from pathlib import Path
from typing import Any

import pandas
import pytest

from interop.peer import peer_python
from signac.h5store import H5Store

MAKE = """
import datetime, decimal
import numpy, pandas

def tables():
    day = datetime.date(2020, 1, 1)
    columns = pandas.MultiIndex.from_tuples([("x", 1), ("y", 2)])
    dates = lambda **options: pandas.date_range("2020", periods=3, **options)
    frame = lambda index: pandas.DataFrame({"v": [1, 2, 3]}, index=index)
    mixed = [1, "x", None, 2.5, b"b", day, decimal.Decimal("1.5"), pandas.NaT, [1, {"k": (2,)}],
             numpy.arange(3), numpy.float32(1.5), pandas.Timestamp("2020", tz="Europe/Berlin"),
             datetime.timedelta(1), {1, 2}, 1 + 2j, numpy.datetime64("2020"), pandas.Period("2020")]
    return {
        "texts": pandas.DataFrame({"a": ["x", None, float("nan"), "ü"], "b": list("abcd")}),
        "series of texts": pandas.Series(["x", None], index=["p", "q"], name="s"),
        "mixed": pandas.Series(mixed, dtype=object),
        "levels": frame(
            pandas.MultiIndex.from_tuples([("x", 1), ("x", 2), ("y", 1)], names=["a", "b"])
        ),
        "levels of columns": pandas.DataFrame([[1, "t"]], columns=columns),
        "categories as index": frame(pandas.CategoricalIndex(["a", "b", "a"], ordered=True)),
        "zone as index": frame(dates(tz="Europe/Berlin")),
        "zone as column": pandas.DataFrame(
            {"t": dates(tz="UTC"), "u": dates(tz="America/New_York")}
        ),
        "zone of dateutil": frame(dates(tz="dateutil/Europe/Berlin")),
        "months": frame(dates(freq="ME")),
        "weeks": frame(dates(freq="W-TUE")),
        "business days": frame(
            dates(freq=pandas.offsets.CustomBusinessDay(holidays=["2020-01-01"]))
        ),
        "steps": frame(dates(freq=pandas.DateOffset(months=1, days=2))),
        "durations": frame(pandas.timedelta_range("1s", periods=3)),
        "periods": frame(pandas.period_range("2020", periods=3, freq="M")),
        "dates as index": frame(pandas.Index([day, day.replace(day=2), day.replace(day=3)])),
        "mixed index": frame(pandas.Index([1, "x", None], dtype=object)),
        "empty columns": pandas.DataFrame({"a": pandas.Series([], dtype=object)}),
        "bytes as name": pandas.Series([1], name=b"ab.", index=pandas.Index([1], name=("a", 1))),
    }

def same(left, right):
    def look(one):
        freq = getattr(one.index, "freq", None)
        return [repr(part) for part in (type(one), one.dtypes, one.index, freq, one.to_dict())]
    return look(left) == look(right)
"""
PROGRAM = (
    MAKE
    + """
import sys, warnings
from signac import H5Store
warnings.simplefilter("ignore")
store = H5Store(sys.argv[1])
for name, table in tables().items():
    assert same(store["ours"][name], pandas.read_hdf(sys.argv[1], "ours/" + name)), name
    store["theirs/" + name] = table
"""
)


def test_every_kind_of_table(tmp_path: Path) -> None:
    """Texts with gaps, mixed objects, zones, categories, levels and frequencies go both ways."""
    path = str(tmp_path / "data.h5")
    names: dict[str, Any] = {}
    exec(MAKE, names)
    tables = names["tables"]()
    store = H5Store(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, table in tables.items():
            store[f"ours/{name}"] = table
    done = subprocess.run(
        [peer_python(), "-c", PROGRAM, path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-800:]
    for name, table in tables.items():
        for writer in ("ours", "theirs"):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                expected = pandas.read_hdf(path, f"{writer}/{name}")
            found = store[writer][name]
            assert names["same"](found, expected), (writer, name)
            assert repr(found) == repr(table)


@pytest.mark.parametrize(
    ("layout", "library"),
    [("fixed", "zlib"), *(("table", name) for name in ("zlib", "bzip2", "blosc"))],
)
def test_compressed_tables(tmp_path: Path, layout: str, library: str) -> None:
    """Tables that pandas has compressed, in either of its layouts, are read."""
    path = tmp_path / "data.h5"
    table = pandas.DataFrame({"n": range(1000), "t": [f"text {n}" for n in range(1000)]})
    table.to_hdf(path, key="t", format=layout, complib=library, complevel=5, data_columns=True)
    assert H5Store(str(path))["t"].equals(table)
