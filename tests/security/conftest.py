"""A net below every test here: no step of the library changes anything outside its directory."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from signac._core import faults


class Escaped(BaseException):
    """A step outside the directory of the test, stopped before it was made."""


@pytest.fixture(autouse=True)
def net(tmp_path: Path) -> Iterator[None]:
    """Stop every mutation whose place, links followed, is outside the test's directory.

    What is tested here deletes whatever it is pointed at when it fails.
    """
    inside = os.path.realpath(tmp_path) + os.sep

    def injector(number: int, operation: str, path: str, size: int | None) -> None:
        parent, name = os.path.split(os.path.abspath(path))
        place = os.path.join(os.path.realpath(parent), name)
        if not place.startswith(inside):
            raise Escaped(f"{operation} of {place}")

    with faults.injecting(injector):
        yield


@pytest.fixture
def escaped() -> type[BaseException]:
    """Return the exception with which the net stops."""
    return Escaped
