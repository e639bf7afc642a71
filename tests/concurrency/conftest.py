"""Projects for several processes, with both kinds of locks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from concurrency.workshop import STATEPOINT, open_project
from crash.ground import open_place


@pytest.fixture
def path(tmp_path: Path) -> str:
    """Return the path of an empty project."""
    import signac

    root = tmp_path / "project"
    signac.init_project(root)
    return str(root)


@pytest.fixture
def with_job(path: str) -> str:
    """Return the path of a project with the one job that the document tests share."""
    open_project(path).open_job(STATEPOINT).init()
    return path


@pytest.fixture(params=["directory", "file"])
def locks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run a test with locks on directories, and with the lock files of the fallback."""
    if request.param == "file":
        monkeypatch.setenv("SIGNAC_LOCKS", "file")
    else:
        monkeypatch.delenv("SIGNAC_LOCKS", raising=False)
    return str(request.param)


@pytest.fixture
def place() -> Iterator[str]:
    """Return a directory that an unprivileged child can enter."""
    with open_place() as root:
        yield root
