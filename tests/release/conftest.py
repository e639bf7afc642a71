"""The distribution is built once, and installed once for each Python and set of packages."""

import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from release.building import Distribution, Environment, copy_tree


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the source tree."""
    return copy_tree(tmp_path_factory.mktemp("tree"))


@pytest.fixture(scope="session")
def built(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Distribution:
    """Return a wheel and an archive of the source."""
    return Distribution.build(tree, tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def tests(built: Distribution, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the unpacked archive of the source, without the source of the package."""
    place = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(built.sdist) as archive:
        archive.extractall(place, filter="data")
    (unpacked,) = place.iterdir()
    (unpacked / "src").rename(place / "aside")
    return unpacked


@pytest.fixture(scope="session")
def installed(
    built: Distribution, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Environment]:
    """Return a function that gives an environment with the wheel and further packages."""
    made: dict[tuple[str, ...], Environment] = {}

    def find(python: str, extras: str = "", *packages: str, pinned: bool = True) -> Environment:
        key = (python, extras, *packages, str(pinned))
        if key not in made:
            environment = Environment.make(python, tmp_path_factory.mktemp("environment"))
            environment.install(f"{built.wheel}{extras}", *packages, pinned=pinned)
            made[key] = environment
        return made[key]

    return find
