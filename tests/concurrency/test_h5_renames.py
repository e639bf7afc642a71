"""A store is opened while its job is on the way to another name."""

import os
from pathlib import Path

import h5py
import pytest

import processes
from concurrency.workshop import Until
from signac._stores.h5file import open_h5


@pytest.mark.parametrize("seconds", [1.5, pytest.param(10.0, marks=pytest.mark.long)])
def test_a_store_whose_directory_is_renamed(seconds: float, tmp_path: Path) -> None:
    """It opens, or there is no such file: never an error without a number and a name."""
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    with h5py.File(here / "x.h5", "w") as file:
        file["n"] = 1
    until = Until(str(tmp_path / "u"), seconds)

    def rename() -> None:
        for _ in until:
            os.rename(here, there)
            os.rename(there, here)

    def read() -> list[int]:
        counts = [0, 0]
        for _ in until:
            try:
                open_h5(str(here / "x.h5"), "r", {}).finish()
                counts[0] += 1
            except FileNotFoundError:
                counts[1] += 1
        return counts

    outcomes = processes.together([rename, read, read])
    for outcome in outcomes[1:]:
        assert all(outcome.get()), "nothing met a rename, nothing is tested"
    outcomes[0].get()
