"""Projects that the library did not make, some of them at rest."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import signac
from unit.index.planting import plant

#: Younger stamps prove nothing.
SETTLING = 2.2
#: More than what would go into a patch of documents.
JOBS = 80


def statepoints(number: int = JOBS) -> list[dict[str, Any]]:
    return [{"n": i, "a": i % 8, "s": f"text {i % 5}", "m": {"k": i % 3}} for i in range(number)]


def documents(number: int = JOBS) -> list[dict[str, Any]]:
    return [{"x": i, "m": {"y": i % 4}} for i in range(number)]


@pytest.fixture
def project(tmp_path: Path) -> Any:
    """Return a project without jobs."""
    return signac.init_project(tmp_path / "project")


@pytest.fixture
def planted(project: Any) -> Any:
    """Return a project of 80 jobs with documents, without an index."""
    plant(project.path, statepoints(), documents())
    return signac.Project(project.path)


@pytest.fixture(scope="session")
def _pool(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return projects like `planted` that were left alone for a while, for one test each."""
    paths = []
    for _ in range(40):
        path = str(tmp_path_factory.mktemp("resting"))
        signac.init_project(path)
        plant(path, statepoints(), documents())
        paths.append(path)
    time.sleep(SETTLING)
    return paths


@pytest.fixture
def resting(_pool: list[str]) -> str:
    """Return the path of a project like `planted` whose stamps are old enough to be believed."""
    return _pool.pop()


@pytest.fixture
def reopen(resting: str) -> Callable[[], Any]:
    """Return a function that opens the project at rest, with nothing in memory."""
    return lambda: signac.Project(resting)
