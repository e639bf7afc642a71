"""Small projects in temporary directories, opened as a user would."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import signac


@pytest.fixture(autouse=True)
def _stay_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start every test in a directory of its own and without a user configuration."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)


@pytest.fixture
def project(tmp_path: Path) -> Any:
    return signac.init_project(tmp_path / "project")


@pytest.fixture
def other_project(tmp_path: Path) -> Any:
    return signac.init_project(tmp_path / "other")


@pytest.fixture
def job(project: Any) -> Any:
    return project.open_job({"a": 0}).init()


@pytest.fixture
def reopen(project: Any) -> Callable[[], Any]:
    """Return a function that opens the project again, with nothing in memory."""
    return lambda: signac.get_project(project.path, search=False)


@pytest.fixture
def filename(tmp_path: Path) -> str:
    return str(tmp_path / "document.json")


@pytest.fixture
def document(filename: str) -> Any:
    return signac.JSONDict(filename)
