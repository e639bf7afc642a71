"""The reader of pickles: plain values, and nothing else."""

import collections
import datetime
import decimal
import os
import pickle
import time
import zoneinfo
from pathlib import Path
from typing import Any

import numpy
import pandas
import pytest

from security.hostile_pickles import BROKEN, HARMFUL, RUNNING
from signac._stores.unpickle import Malformed, Refused, dump, read


@pytest.mark.parametrize("name", RUNNING)
def test_the_attacks_are_real(tmp_path: Path, name: str) -> None:
    """Each pickle of the list runs code when Python reads it; otherwise it would test nothing."""
    made = tmp_path / "made"
    try:
        pickle.loads(RUNNING[name](str(made)))
    except Exception:
        assert made.is_dir(), name
    assert made.is_dir()


@pytest.mark.parametrize("name", RUNNING)
def test_nothing_runs(tmp_path: Path, name: str) -> None:
    """None of them runs here: each is refused with the name of what it wanted."""
    made = tmp_path / "made"
    with pytest.raises(Refused) as caught:
        read(RUNNING[name](str(made)))
    assert str(caught.value)
    assert not made.exists()


@pytest.mark.parametrize("name", [*HARMFUL, *BROKEN])
def test_nothing_breaks(name: str) -> None:
    """What would crash, hang or fill memory ends in one of two errors, and soon."""
    began = time.process_time()
    with pytest.raises((Refused, Malformed)) as caught:
        dump(read({**HARMFUL, **BROKEN}[name]))
    assert str(caught.value)
    assert time.process_time() - began < 5


def test_the_process_stays_as_it_was() -> None:
    """No pickle of the lists has changed a function, class or shared object of this process."""
    from numpy._core.numeric import _frombuffer

    before = (_frombuffer.__defaults__, dict(vars(_frombuffer)), str(datetime.UTC))
    for data in HARMFUL.values():
        with pytest.raises((Refused, Malformed)):
            dump(read(data))
    assert (_frombuffer.__defaults__, dict(vars(_frombuffer)), str(datetime.UTC)) == before
    assert numpy.dtype("f8").fields is None
    assert not hasattr(decimal.Decimal, "x")


def test_a_huge_memo_costs_nothing() -> None:
    """A pickle may number its values as it likes: what is handed on has our numbers."""
    data = b"Nr\xff\xff\xff\x7f."
    assert read(data) is None
    assert dump(read(data)) == pickle.dumps(None, 5)


BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
VALUES: list[Any] = [
    None,
    True,
    0,
    -(2**31),
    2**80,
    -(2**80),
    1.5,
    float("inf"),
    1 + 2j,
    "",
    "text",
    "ü\U0001f600",
    "a" * 300,
    "\ud800",
    "\0",
    b"",
    b"bytes\0",
    bytearray(b"x"),
    (),
    (1,),
    (1, 2),
    (1, 2, 3),
    (1, 2, 3, 4),
    [],
    [1, [2, [3]]],
    {},
    {"a": {1: (2, None)}},
    set(),
    {1, 2},
    frozenset({1}),
    range(1, 10, 2),
    collections.OrderedDict([("b", 1), ("a", 2)]),
    datetime.date(2020, 2, 29),
    datetime.datetime(2020, 2, 29, 1, 2, 3, 4),
    datetime.datetime(2020, 10, 25, 2, 30, tzinfo=BERLIN, fold=1),
    datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC),
    datetime.time(1, 2, 3, 4),
    datetime.time(1, tzinfo=datetime.UTC),
    datetime.timedelta(-1, 2, 3),
    datetime.timezone(datetime.timedelta(hours=5, minutes=30), "IST"),
    BERLIN,
    decimal.Decimal("1.50"),
    decimal.Decimal("NaN"),
    numpy.float64(0.1),
    numpy.float32(0.1),
    numpy.longdouble(0.1),
    numpy.int8(-3),
    numpy.uint64(2**63),
    numpy.bool_(True),
    numpy.complex64(1 + 2j),
    numpy.str_("text"),
    numpy.str_(""),
    numpy.bytes_(b"bytes"),
    numpy.datetime64("2020-01-01T00:00:00.123"),
    numpy.datetime64("NaT"),
    numpy.datetime64("2020", "25s"),
    numpy.timedelta64(5, "us"),
    numpy.arange(3),
    numpy.zeros((0, 3)),
    numpy.array(5),
    numpy.arange(6.0).reshape(2, 3).T,
    numpy.arange(3, dtype=">i2"),
    numpy.array(["a", "bcd"]),
    numpy.array([b"a", b"bcd"]),
    numpy.array(["2020-01-01"], dtype="M8[D]"),
    numpy.array([True, False]),
    numpy.array([1, "x", None, [1], numpy.arange(2)], dtype=object),
    numpy.array([["x", 1], ["y", 2]], dtype=object, order="F"),
    pandas.Timestamp("2020-01-01 12:00"),
    pandas.Timestamp("2020-01-01", tz="Europe/Berlin"),
    pandas.Timestamp("2020-01-01", tz="UTC").as_unit("ns"),
    pandas.Timestamp("2020-01-01").as_unit("s"),
    pandas.Timedelta("1 days 00:00:00.5"),
    pandas.NaT,
    pandas.NA,
    pandas.Period("2020-01", "M"),
    pandas.Interval(0, 1, "left"),
    pandas.Interval(pandas.Timestamp("2020"), pandas.Timestamp("2021")),
    pandas.offsets.Day(3),
    pandas.offsets.MonthEnd(),
    pandas.offsets.Week(weekday=2),
    pandas.offsets.BusinessHour(start="08:30"),
    pandas.offsets.CustomBusinessDay(holidays=["2020-01-01"]),
    pandas.offsets.DateOffset(months=1, days=2),
    pandas.offsets.DateOffset(2, True, weeks=1),
    pandas.offsets.FY5253(weekday=1, startingMonth=1),
]


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("number", range(len(VALUES)))
def test_plain_values(number: int, protocol: int) -> None:
    """A plain value comes out of a pickle of each protocol, as it comes out of Python's reader."""
    data = pickle.dumps(VALUES[number], protocol)
    value = pickle.loads(data)
    found = read(data)
    assert type(found) is type(value)
    again = pickle.loads(dump(found))
    for one in (found, again):
        if isinstance(value, numpy.ndarray):
            assert one.dtype == value.dtype
            assert one.shape == value.shape
            assert repr(one.tolist()) == repr(value.tolist())
        else:
            assert repr(one) == repr(value)
    assert (value is pandas.NaT) == (found is pandas.NaT)


@pytest.mark.parametrize("protocol", range(6))
def test_shared_and_circular_values(protocol: int) -> None:
    """What is one object twice stays one, and a list that holds itself does."""
    shared = [1]
    array = numpy.array([shared, shared, None], dtype=object)
    array[2] = array
    circle: list[Any] = [array]
    circle.append(circle)
    found = read(pickle.dumps(circle, protocol))
    assert found[1] is found
    assert found[0][0] is found[0][1]
    assert found[0][2] is found[0]


@pytest.mark.parametrize("protocol", range(6))
def test_names_of_older_releases(protocol: int) -> None:
    """Names that NumPy 1, pandas 1 and Python 2 gave to the same things are known."""
    array = numpy.array(["x", 1.5, numpy.float64(2)], dtype=object)
    data = pickle.dumps(array, protocol)
    if protocol < 4:
        data = data.replace(b"numpy._core.", b"numpy.core.")
    assert read(data).tolist() == ["x", 1.5, 2.0]
    stamp = b"cpandas._libs.tslibs.timestamps\nTimestamp\n(L1577836800000000000L\nNNtR."
    assert read(stamp) == pandas.Timestamp("2020-01-01")
    assert read(b"cpandas._libs.tslibs.nattype\n__nat_unpickle\n(NtR.") is pandas.NaT
    assert read(b"U\x02\xe9a.") == "\xe9a"


def test_texts_of_h5py() -> None:
    """The dtype of texts that came from h5py names `str`; that is not taken for a call."""
    dtype = numpy.dtype("O", metadata={"vlen": str})
    array = numpy.array(["x", "y"], dtype=dtype)
    found = read(pickle.dumps(array, 5))
    assert found.tolist() == ["x", "y"]
    assert found.dtype == object


def test_zones_of_other_libraries() -> None:
    """Time zones of dateutil are taken by their name, not by the rules in the pickle."""
    from dateutil import tz

    for zone in (tz.gettz("Europe/Berlin"), tz.UTC, tz.tzoffset("x", 3600)):
        for protocol in range(6):
            moment = datetime.datetime(2020, 7, 1, tzinfo=zone)
            found = read(pickle.dumps(moment, protocol))
            assert found == moment
            assert found.utcoffset() == moment.utcoffset()


def test_nothing_is_imported() -> None:
    """A module that only a pickle names is not imported."""
    import sys

    assert "antigravity" not in sys.modules
    with pytest.raises(Refused, match="antigravity"):
        read(b"cantigravity\nfly\n.")
    assert "antigravity" not in sys.modules


def test_extension_codes_of_the_process() -> None:
    """A code that this process has registered for a function is refused all the same."""
    import copyreg

    copyreg.add_extension("posix", "mkdir", 77)
    try:
        with pytest.raises(Refused):
            read(b"\x80\x02\x82\x4d(X\x01\x00\x00\x00xtR.")
    finally:
        copyreg.remove_extension("posix", "mkdir", 77)
    assert not os.path.exists("x")
