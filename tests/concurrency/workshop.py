"""What the concurrency tests share: projects, job contents and workers that go on until told."""

import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import rawcheck
import signac

for _name in signac.__all__:  # lazy names are loaded before the forks
    getattr(signac, _name)

STATEPOINT: dict[str, Any] = {"a": 0, "b": {"c": 1}}
# How many work at once; `SIGNAC_PROCESSES=32` tries so many.
PROCESSES = tuple(map(int, os.environ.get("SIGNAC_PROCESSES", "2 4 8").split()))


def open_project(path: str) -> Any:
    """Open the project as a program would that knows where it is."""
    return signac.get_project(path, search=False)


def open_job(path: str) -> Any:
    """Open the one job that the document tests share."""
    return open_project(path).open_job(STATEPOINT)


def flawless(path: str) -> dict[str, Any]:
    """Open the project once more, require a flawless directory and return all jobs."""
    project = open_project(path)
    ids = {job.id for job in project}
    assert rawcheck.problems(path) == []
    content = rawcheck.snapshot(path)
    assert ids == set(content)
    return content


def document_of(path: str, statepoint: dict[str, Any] = STATEPOINT) -> dict[str, Any]:
    """Return the document of a job from the raw file."""
    return flawless(path)[rawcheck.id_of(statepoint)][1] or {}


class Until:
    """A time limit and a file that says stop, for workers that repeat something."""

    def __init__(self, path: str, seconds: float) -> None:
        self._path = path + ".stop"
        self._end = time.monotonic() + seconds

    def __iter__(self) -> Iterator[int]:
        number = 0
        while time.monotonic() < self._end and not os.path.exists(self._path):
            yield number
            number += 1

    def stop(self) -> None:
        with open(self._path, "w"):
            pass


def attempts(call: Callable[[], object], *expected: type[BaseException]) -> Any:
    """Run a call and return the expected exception that it raised, or None."""
    try:
        call()
    except expected as error:
        return error
    return None
