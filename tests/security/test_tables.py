"""Tables in HDF5 files that somebody else has prepared."""

import pickle
import subprocess
import sys
import threading
import warnings
from pathlib import Path
from typing import Any

import h5py
import numpy
import pandas
import pytest
from h5py import h5t

import signac
from security import planted_tables as planted
from security.hostile_pickles import HARMFUL, RUNNING
from signac.errors import UnsafeDataError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of a file with a good table."""
    path = tmp_path / "data.h5"
    planted.good(path)
    return path


def assert_refused(path: Path, *words: str) -> None:
    """Reading the table raises the typed error, with file, key and words; other keys are read."""
    store = signac.H5Store(str(path))
    store["other"] = 1
    with pytest.raises(UnsafeDataError) as caught:
        store[planted.KEY]
    error = caught.value
    assert error.filename == str(path)
    assert error.key == f"/{planted.KEY}"
    for word in (str(path), planted.KEY, "pandas.read_hdf", *words):
        assert word in str(error)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    assert store["other"] == 1


@pytest.mark.parametrize("name", ["INST", "eval", "mkdir, protocol 5", "inside a list"])
def test_pandas_runs_them(path: Path, tmp_path: Path, name: str) -> None:
    """Pandas itself runs what is planted, from rows and attributes: the tests below could fail."""
    made = tmp_path / "made"
    for plant in ("row", "attribute"):
        planted.good(path)
        if plant == "row":
            planted.plant_row(path, RUNNING[name](str(made)))
        else:
            planted.plant_attribute(path, "axis0", "any", RUNNING[name](str(made)))
        try:
            pandas.read_hdf(path, planted.KEY)
        except Exception:
            assert made.is_dir()
        assert made.is_dir()
        made.rmdir()


@pytest.mark.parametrize("name", RUNNING)
def test_code_in_a_column(path: Path, tmp_path: Path, name: str) -> None:
    """A column whose pickle runs code is refused, and nothing has run."""
    made = tmp_path / "made"
    planted.plant_row(path, RUNNING[name](str(made)))
    assert_refused(path, "block")
    assert not made.exists()


@pytest.mark.parametrize("name", RUNNING)
def test_code_in_an_attribute(path: Path, tmp_path: Path, name: str) -> None:
    """So is an attribute, whatever its name and owner."""
    made = tmp_path / "made"
    where, attribute = [
        ("", "pandas_type"),
        ("", "any"),
        ("axis0", "name"),
        ("axis1", "freq"),
        ("block0_values", "CLASS"),
        ("block0_values", "FILTERS"),
        ("", "FILTERS"),
    ][len(name) % 7]
    planted.plant_attribute(path, where, attribute, RUNNING[name](str(made)))
    assert_refused(path)
    assert not made.exists()


@pytest.mark.parametrize("name", HARMFUL)
def test_harm_in_a_column(path: Path, name: str) -> None:
    """What would crash, hang or fill memory is refused as well."""
    planted.plant_row(path, HARMFUL[name])
    assert_refused(path)


@pytest.mark.parametrize("padding", [h5t.STR_NULLTERM, h5t.STR_NULLPAD, h5t.STR_SPACEPAD])
@pytest.mark.parametrize(
    "start", [b"(K\x00", b"\x80\x02", b"N0", b"K\x00", b"\x8c\x00", b" 0"[1:] + b"N"]
)
def test_code_behind_a_nul(path: Path, tmp_path: Path, start: bytes, padding: int) -> None:
    """A text ends at a NUL for one library and goes on for another: all of it is looked at."""
    made = tmp_path / "made"
    data = start + b"cposix\nmkdir\n(V" + str(made).encode() + b"\ntR."
    for tail in (b"", b"\0", b"\0\0\0"):
        planted.plant_attribute(path, "axis0", "any", data + tail, padding)
        store = signac.H5Store(str(path))
        try:
            found = store[planted.KEY]
        except UnsafeDataError:
            pass
        else:  # a broken pickle to every reader is bytes
            assert found.equals(planted.TABLE)
        assert not made.exists()


def test_code_in_a_text_of_variable_length(path: Path, tmp_path: Path) -> None:
    """An attribute of variable length is looked at, too."""
    made = tmp_path / "made"
    with h5py.File(path, "r+") as file:
        value = f"cposix\nmkdir\n(V{made}\ntR."
        file[planted.KEY].attrs.create("any", value, dtype=h5py.string_dtype("ascii"))
    assert_refused(path, "posix.mkdir")
    assert not made.exists()


def test_code_beside_the_table(path: Path, tmp_path: Path) -> None:
    """Attributes of the file and of groups above do not come along."""
    made = tmp_path / "made"
    deep = tmp_path / "deep.h5"
    with h5py.File(path) as source, h5py.File(deep, "w") as target:
        source.copy(planted.KEY, target.create_group("above"))
    for where in ("..", "../.."):
        planted_at = {"..": "above", "../..": "/"}[where]
        with h5py.File(deep, "r+") as file:
            data = RUNNING["INST"](str(made))
            file[planted_at].attrs["any"] = numpy.bytes_(data)
    store = signac.H5Store(str(deep))
    assert store["above/table"].equals(planted.TABLE)
    assert not made.exists()


@pytest.mark.parametrize(
    "data", [b"ab.", b"cat.", b"0.", b"a\nb.", b"(.", b"I think, therefore I am.", b"N\x86."]
)
def test_bytes_that_only_end_like_a_pickle(path: Path, data: bytes) -> None:
    """The name of an axis may be bytes with a full stop at the end: they come back as they are."""
    table = planted.TABLE.rename_axis(index=data)
    store = signac.H5Store(str(path))
    store["named"] = table
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert pandas.read_hdf(path, "named").index.name == data
    assert store["named"].index.name == data


LINKS: dict[str, Any] = {
    "soft": h5py.SoftLink("/elsewhere"),
    "soft, to itself": h5py.SoftLink("."),
    "external": h5py.ExternalLink("victim.h5", "/x"),
}


@pytest.mark.parametrize("name", LINKS)
def test_links_in_a_table(path: Path, name: str) -> None:
    """A table with a link is refused: it would lead to other parts of the file, or other files."""
    for member in ("block0_values", "more"):
        planted.good(path)
        with h5py.File(path, "r+") as file:
            if member in file[planted.KEY]:
                del file[planted.KEY][member]
            file[planted.KEY][member] = LINKS[name]
        assert_refused(path, "link", member)


@pytest.mark.parametrize("kind", ["external", "virtual"])
def test_data_of_other_files(path: Path, tmp_path: Path, kind: str) -> None:
    """A table whose data lie in another file is refused, and that file is not read."""
    victim = tmp_path / "victim.h5"
    with h5py.File(victim, "w") as file:
        file["x"] = numpy.full((3, 1), 42.0)
    make = planted.external(victim) if kind == "external" else planted.virtual(victim)
    planted.replace(path, "block0_values", make)
    victim_seen = victim.stat().st_atime_ns
    assert_refused(path, "another file", "block0_values")
    assert victim.stat().st_atime_ns == victim_seen


SHAPES: dict[str, tuple[str, Any, str]] = {
    "a terabyte of nothing": ("block1_values", planted.huge, "announces"),
    "rows of numbers": ("block0_values", planted.rows_of_numbers, "rows"),
    "rows in place of an array": ("block1_values", planted.rows_of_numbers, "rows"),
    "records": ("block1_values", planted.records, "calls itself"),
    "numbers in place of rows": ("block0_values", planted.huge, "calls itself"),
    "texts of variable length": ("block1_values", planted.texts, "type"),
    "references": ("block1_values", planted.references, "type"),
}


@pytest.mark.parametrize("name", SHAPES)
def test_arrays_of_other_kinds(path: Path, name: str) -> None:
    """An array that pandas does not write in a table is refused."""
    member, make, word = SHAPES[name]
    planted.replace(path, member, make)
    assert_refused(path, word, member)


@pytest.mark.parametrize(
    ("where", "called"),
    [
        (where, called)
        for where in ("", "axis0", "block0_values", "block1_values")
        for called in ("VLARRAY", "TABLE", "GROUP", "ARRAY", "SOFTLINK", "IMAGE", "TRANSG", "x")
    ],
)
def test_what_an_array_calls_itself(path: Path, where: str, called: str) -> None:
    """PyTables believes what an array calls itself, so only what it is may stand there."""
    kinds = {"": ("GROUP",), "axis0": ("ARRAY",)}
    with h5py.File(path) as file:
        for name in ("block0_values", "block1_values"):
            is_rows = file[planted.KEY][name].dtype.kind == "O"
            kinds[name] = ("VLARRAY",) if is_rows else ("ARRAY",)
    planted.attribute_text(path, where, "CLASS", called)
    if called in kinds[where]:
        assert signac.H5Store(str(path))[planted.KEY].equals(planted.TABLE)
    else:
        assert_refused(path)


@pytest.mark.parametrize("shape", [(10**12,), (10**6, 10**6), (-1, -5), "x", [0], (1.5,), None])
def test_a_shape_without_data(path: Path, shape: Any) -> None:
    """A shape beside the data may only say that there are none."""
    planted.plant_attribute(path, "axis0", "shape", pickle.dumps(shape, 0))
    assert_refused(path, "shape")


@pytest.mark.parametrize(
    "zone",
    ["dateutil//etc/passwd", "dateutil/../../etc/passwd", "dateutil/:/etc/passwd"],
)
@pytest.mark.parametrize("pickled", [False, True])
def test_zones_in_other_files(path: Path, zone: str, pickled: bool) -> None:
    """Pandas would open a file that the name of a time zone gives."""
    dates = pandas.DataFrame({"t": pandas.date_range("2020", periods=2, tz="UTC")})
    dates.to_hdf(path, key=planted.KEY, mode="w")
    if pickled:
        planted.plant_attribute(path, "block0_values", "tz", pickle.dumps(zone, 0))
    else:
        planted.attribute_text(path, "block0_values", "tz", zone)
    assert_refused(path, "time zone")


def test_a_group_that_holds_itself(path: Path) -> None:
    """A group that is its own member does not make anything endless."""
    with h5py.File(path, "r+") as file:
        file[planted.KEY]["again"] = file[planted.KEY]
    assert signac.H5Store(str(path))[planted.KEY].equals(planted.TABLE)


def test_other_objects_are_not_stored(tmp_path: Path) -> None:
    """What would not be read again is not stored: TypeError, and the file is as it was."""
    store = signac.H5Store(str(tmp_path / "data.h5"))
    store["t"] = 1
    tables = [
        pandas.DataFrame({"a": [Path("x"), "y"]}),
        pandas.Series([object]),
        pandas.DataFrame({"a": [1]}, index=pandas.Index([Path("x")])),
        pandas.Series([1], name=Path("x")),
        pandas.DataFrame({"a": [[1, {"b": Path("x")}]]}),
    ]
    for table in tables:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", pandas.errors.PerformanceWarning)
            with pytest.raises(TypeError, match=r"pathlib|builtins\.object"):
                store["t"] = table
    assert dict(store) == {"t": 1}


def test_reading_leaves_pickle_alone(path: Path) -> None:
    """Other threads unpickle as ever while a table is read; the peer replaces `pickle.loads`."""
    table = pandas.DataFrame({"a": [f"text {number}" for number in range(20_000)]})
    store = signac.H5Store(str(path))
    store["t"] = table
    original, seen, stop = pickle.loads, set(), threading.Event()

    def watch() -> None:
        while not stop.is_set():
            seen.add(pickle.loads)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        for _ in range(3):
            assert store["t"].equals(table)
    finally:
        stop.set()
        thread.join()
    assert seen == {original}


def test_no_foreign_pickle_reaches_pytables(path: Path) -> None:
    """While a table is read, every pickle that PyTables loads is one that we dumped."""
    program = """
import pickle, sys, warnings
warnings.simplefilter("ignore")
import pandas, tables, signac
from signac._stores import table_image
ours, loaded = set(), []
dump, loads = table_image.dump, pickle.loads
def keep(*arguments):
    data = dump(*arguments); ours.add(bytes(data)); return data
def look(data, **options):
    loaded.append(bytes(data)); return loads(data, **options)
table_image.dump, pickle.loads = keep, look
signac.H5Store(sys.argv[1])["table"]
assert len(loaded) > 3 and set(loaded) <= ours, [one[:60] for one in loaded if one not in ours]
"""
    table = pandas.DataFrame(
        {"a": [1, "x", None], "d": pandas.date_range("2020", periods=3)},
        index=pandas.date_range("2020", periods=3, freq="D", name="t", tz="Europe/Berlin"),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table.to_hdf(path, key=planted.KEY, mode="w")
    planted.plant_attribute(path, "axis0", "odd", b"(lNr\xff\xff\x00\x00a.")
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
