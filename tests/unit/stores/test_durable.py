"""What writing inside an HDF5 file waits for, at each level of durability."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest

import signac
from signac._core import faults

KEYS = Callable[[Any], None]


def _one(store: Any) -> None:
    store["x"] = numpy.arange(5)


def _session(store: Any) -> None:
    with store:
        store["x"] = numpy.arange(5)
        store.more = {"deep": 1}


def _delete(store: Any) -> None:
    del store["there"]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.delenv("SIGNAC_DURABILITY", raising=False)
    job = signac.init_project(str(tmp_path)).open_job({"a": 1}).init()
    job.data.there = 1
    return job.data


def _syncs(store: Any, act: KEYS) -> list[str]:
    with faults.record() as points:
        act(store)
    return [operation for _, operation, _ in points if operation.startswith("sync")]


@pytest.mark.parametrize("act", [_one, _session, _delete])
def test_durable_waits_for_the_file(act: KEYS, store: Any) -> None:
    """At `durable` file and directory are synced once, when the file is closed."""
    with signac.durability("durable"):
        assert _syncs(store, act) == ["sync", "sync_directory"]


@pytest.mark.parametrize("level", ["fast", "safe"])
def test_other_levels_do_not_wait(level: Any, store: Any) -> None:
    """HDF5 changes files in place, so below `durable` a sync would make nothing safe."""
    with signac.durability(level):
        assert _syncs(store, _session) == []


def test_reading_does_not_wait(store: Any) -> None:
    """What only reads waits for nothing, at any level."""
    with signac.durability("durable"):
        assert _syncs(store, lambda store: int(store.there)) == []


def test_the_project_decides(store: Any, tmp_path: Path) -> None:
    """The level in the configuration of the project holds for its stores."""
    with (tmp_path / ".signac" / "config").open("a") as config:
        config.write("durability = durable\n")
    again = signac.get_project(str(tmp_path)).open_job({"a": 1}).data
    assert _syncs(again, _one) == ["sync", "sync_directory"]


def test_a_file_that_moved_is_synced(store: Any, tmp_path: Path) -> None:
    """A job whose state point changes while its store is open: the file is synced where it is."""
    job = signac.get_project(str(tmp_path)).open_job({"a": 1})

    def act(store: Any) -> None:
        with store:
            store["x"] = 1
            os.rename(job.path, str(tmp_path / "elsewhere"))

    with signac.durability("durable"):
        assert _syncs(store, act) == ["sync", "sync_directory"]
