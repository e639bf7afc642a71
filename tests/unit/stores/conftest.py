"""Stores of each test, in a directory of their own."""

from pathlib import Path

import pytest

from signac.h5store import H5Store, H5StoreManager


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data.h5"


@pytest.fixture
def store(path: Path) -> H5Store:
    return H5Store(str(path))


@pytest.fixture
def stores(tmp_path: Path) -> H5StoreManager:
    return H5StoreManager(tmp_path)
