"""What the tests of synchronisation need: jobs with files, and pictures that show any change."""

import os
import pathlib
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

OLD, NEW = 1_000_000_000, 1_000_000_100

# What a strategy is.
Strategy = Callable[[Any, Any, str], Any]


def put(job: Any, name: str, content: str = "x", *, mtime: float | None = None) -> str:
    """Write a file of a job, with the directories it needs, and return its path."""
    path = pathlib.Path(job.fn(name))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    if mtime is not None:
        os.utime(path, (mtime, mtime))
    return str(path)


def text(job: Any, name: str) -> str:
    """Return the content of a file of a job."""
    return pathlib.Path(job.fn(name)).read_text()


def names(job: Any) -> set[str]:
    """Return the relative names of all there is in a job besides its state point file."""
    top = pathlib.Path(job.path)
    return {str(path.relative_to(top)) for path in top.rglob("*")} - {"signac_statepoint.json"}


def picture(top: str | os.PathLike[str]) -> dict[str, Any]:
    """Return kind, mode, times, owner and content of everything below and at a directory."""
    paths = [pathlib.Path(top), *pathlib.Path(top).rglob("*")]
    found = {}
    for path in paths:
        status = path.lstat()
        content: Any = None
        if stat.S_ISREG(status.st_mode):
            content = path.read_bytes()
        elif stat.S_ISLNK(status.st_mode):
            content = os.readlink(path)
        found[str(path.relative_to(top))] = (
            status.st_mode,
            status.st_uid,
            status.st_gid,
            status.st_mtime_ns,
            content,
        )
    return found


@contextmanager
def unchanged(*tops: str | os.PathLike[str]) -> Iterator[None]:
    """Hold that nothing below some directories changes meanwhile, times of files included."""
    before = [picture(top) for top in tops]
    yield
    for top, picture_before in zip(tops, before, strict=True):
        after = picture(top)
        assert after.keys() == picture_before.keys()
        assert after == picture_before


def logged(caplog: Any, level: int | None = None) -> list[str]:
    """Return the messages of the logger of synchronisation."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name == "sync" and level in (None, record.levelno)
    ]
