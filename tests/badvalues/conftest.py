"""One project for all odd values: it stays empty but for one job, or a test has failed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import signac


@pytest.fixture(scope="module")
def _shared(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return signac.init_project(tmp_path_factory.mktemp("odd"))


@pytest.fixture
def project(_shared: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return a project without jobs."""
    monkeypatch.chdir(tmp_path)
    with signac.durability("fast"):
        yield _shared
        for job in _shared:
            job.remove()
        _shared.doc.clear()
