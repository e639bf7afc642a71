"""Tests of programs that others wrote on top of signac, unmodified.

They need an environment of their own, with signac-flow and signac-dashboard: `make test-downstream`
makes it and runs them there. In any other environment nothing of this directory is collected.
"""

from collections.abc import Callable, Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import pytest

if find_spec("flow") is None or find_spec("signac_dashboard") is None:
    collect_ignore_glob = ["test_*.py"]
elif version("signac") == "2.4.1":  # the manual is about this package
    collect_ignore_glob = ["test_manual_page.py"]


@pytest.fixture(scope="session")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], object]:
    """Return a function that gives the workflow at a stage; each is reached once."""
    from downstream.stages import Stages

    return Stages(tmp_path_factory.mktemp("stages")).reach


@pytest.fixture
def at(stages: Callable[[str], object], tmp_path: Path) -> Iterator[Callable[[str], object]]:
    """Return a function that gives a copy of the workflow at a stage, free to be changed."""
    return lambda stage: stages(stage).copy(tmp_path / "study")
