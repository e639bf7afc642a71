"""Every reader of bytes and text: bad input gives a typed error, and never anything else.

By default each reader gets a few inputs, the same ones each time. `make test-long` gives it more.
`SIGNAC_FUZZ_SECONDS` is the size for a night: seconds for each reader, with the seed of
`SIGNAC_FUZZ_SEED`, which is the date when it is not given. A fault is repeated with

    SIGNAC_FUZZ_SEED=<seed> SIGNAC_FUZZ_FIRST=<number> pytest tests/fuzz -k "one_input and <reader>"
"""

import os
import random
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import signac
from fuzz import files, stores, texts
from fuzz.engine import Report, quiet, run, run_one
from fuzz.found import FOUND
from fuzz.ground import Ground

READERS: dict[str, Any] = {kind.name: kind for kind in (*files.READERS, *texts.READERS)}
#: Inputs by default; about half a second of CPU each.
FEW = {
    "statepoint": 8,
    "next": 15,
    "document": 10,
    "project-document": 8,
    "config": 30,
    "user-config": 60,
    "cache": 12,
    "index": 4,
    "moves": 50,
    "lock": 60,
    "scratch": 40,
    "filter": 20,
    "json-filter": 120,
    "where": 150,
    "regex": 40,
    "key": 25,
    "sweep": 150,
    "environment": 25,
}
LONG_SECONDS = 2.5
NIGHT = float(os.environ.get("SIGNAC_FUZZ_SECONDS") or 0)
SEED = int(os.environ.get("SIGNAC_FUZZ_SEED") or time.strftime("%Y%m%d"))
FIRST = int(os.environ.get("SIGNAC_FUZZ_FIRST") or 0)


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return a function that makes a reader on a new project."""
    monkeypatch.chdir(tmp_path)
    with signac.durability("fast"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some inputs are warned of, as good ones would be
        yield lambda name: READERS[name](Ground(tmp_path / "ground", READERS[name].more))


def test_all_readers_have_a_size() -> None:
    """No reader is left out of the default run."""
    assert FEW.keys() == READERS.keys()
    assert {name for name, _ in FOUND} <= READERS.keys()


@pytest.mark.parametrize("name", READERS)
def test_a_few(make: Any, name: str) -> None:
    """Typed errors only, no hang, healthy jobs answered, no other file changed."""
    report = run(make(name), seed=1, count=FEW[name])
    assert report.inputs == FEW[name]
    assert not report.faults, report


@pytest.mark.parametrize("name", sorted({name for name, _ in FOUND}))
def test_found_before(make: Any, name: str) -> None:
    """What was a fault once is none now."""
    reader = make(name)
    report = Report(name)
    with quiet():
        for number, (_, data) in enumerate(entry for entry in FOUND if entry[0] == name):
            run_one(reader, data, report, 0, number)
    assert not report.faults, report


@pytest.mark.long
@pytest.mark.parametrize("name", READERS)
def test_more(make: Any, name: str) -> None:
    """The same with other inputs each day, for some seconds."""
    report = run(make(name), seed=SEED, seconds=LONG_SECONDS)
    assert report.inputs
    assert not report.faults, report


def test_the_same_seed_gives_the_same_inputs(make: Any) -> None:
    """A fault can be repeated: inputs depend on seed and number alone."""
    reader = make("document")
    first = [reader.inputs(random.Random(f"7:document:{number}")) for number in range(50)]
    second = [reader.inputs(random.Random(f"7:document:{number}")) for number in range(50)]
    assert first == second
    assert len(set(first)) > 45


def test_hdf5_files(tmp_path: Path) -> None:
    """Damaged HDF5 files raise errors that name the file; a child that dies is told of."""
    report, lost = stores.run_in_children(tmp_path, seed=2, count=6)
    assert report.inputs == 6
    assert not report.faults, report
    assert not lost, lost


@pytest.mark.long
def test_more_hdf5_files(tmp_path: Path) -> None:
    """The same for longer. What libhdf5 itself does not survive is shown, and is no fault."""
    report, lost = stores.run_in_children(tmp_path, seed=3, seconds=10 * LONG_SECONDS)
    print(report, *lost, sep="\n")
    assert report.inputs
    assert not report.faults, report


@pytest.mark.skipif(not NIGHT, reason="SIGNAC_FUZZ_SECONDS is not set")
@pytest.mark.timeout(2 * NIGHT + 600)
@pytest.mark.parametrize("name", [*READERS, "hdf5"])
def test_a_night(make: Any, tmp_path: Path, name: str) -> None:
    """As long as one likes: `SIGNAC_FUZZ_SECONDS` for each reader."""
    if name == "hdf5":
        report, lost = stores.run_in_children(tmp_path, SEED, seconds=NIGHT)
        print(*lost, sep="\n")
    else:
        report = run(make(name), SEED, seconds=NIGHT)
    print(report)
    assert not report.faults, report


@pytest.mark.skipif("SIGNAC_FUZZ_FIRST" not in os.environ, reason="no input is asked for")
@pytest.mark.parametrize("name", READERS)
def test_one_input(make: Any, name: str) -> None:
    """Repeat one input by its seed and number."""
    report = run(make(name), SEED, count=1, first=FIRST)
    assert not report.faults, report
