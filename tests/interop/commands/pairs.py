"""Scenes of two projects, `source` and `here`, of which one is to receive from the other."""

import os
from pathlib import Path
from typing import Any

from interop.commands.building import LONG_AGO, job, project, write
from interop.commands.statepoints import SHARED

LATER = LONG_AGO + 1000


def _pair(
    place: Path, source: dict[str, Any] | None = None, here: dict[str, Any] | None = None
) -> tuple[Path, Path]:
    return (
        project(place / "source", document=source),
        project(place / "here", document=here),
    )


def pair_same(place: Path) -> None:
    """Two projects with the same jobs, files and documents."""
    for path in _pair(place, {"k": 1}, {"k": 1}):
        for statepoint in SHARED:
            job(path, statepoint, {"x": 1}, {"f.txt": "same\n"})


def pair_new_jobs(place: Path) -> None:
    """A source with jobs, and a project without any."""
    source, _ = _pair(place, {"k": 1, "n": {"x": 1}})
    job(source, SHARED[0], {"x": 1}, {"f.txt": "0\n", "inner/g.txt": "g\n"})
    job(source, SHARED[1], None, {"f.txt": "1" * 2000})


def pair_new_files(place: Path) -> None:
    """The same jobs in both; the source has more files, and a directory."""
    for number, path in enumerate(_pair(place)):
        for statepoint in SHARED:
            job(path, statepoint, {"x": 1}, {"f.txt": "same\n"})
        if number == 0:
            found = path / "workspace" / "9bfd29df07674bc4aa960cf661b5acd2"
            write(found / "new.txt", "new\n")
            write(found / "other.dat", "d" * 3000)
            write(found / "inner" / "g.txt", "g\n")
        else:
            write(path / "workspace" / "9bfd29df07674bc4aa960cf661b5acd2" / "own.txt", "own\n")


def pair_files(place: Path) -> None:
    """A file that differs, newer at the source for one job and older for the other."""
    for number, path in enumerate(_pair(place)):
        for index, statepoint in enumerate(SHARED):
            found = job(path, statepoint)
            content = ("from the source\n", "here\n")[number]
            write(found / "f.txt", content, LATER if (number + index) % 2 == 0 else LONG_AGO)


def pair_deep(place: Path) -> None:
    """Files of equal size that differ, with equal times, and with times in the same second."""
    for number, path in enumerate(_pair(place)):
        found = job(path, SHARED[0])
        write(found / "same_time.txt", ("aaa\n", "bbb\n")[number])
        fine = write(found / "same_second.txt", ("ccc\n", "ddd\n")[number])
        when = LONG_AGO * 10**9 + (1, 400_000_000)[number]
        os.utime(fine, ns=(when, when))


def pair_directories(place: Path) -> None:
    """A directory in both that differs below, and one only in the source."""
    for number, path in enumerate(_pair(place)):
        found = job(path, SHARED[0])
        write(found / "both" / "x.txt", ("source\n", "here\n")[number])
        if number == 0:
            write(found / "both" / "new.txt", "new\n")
            write(found / "only" / "deep" / "y.txt", "y\n")


def pair_links(place: Path) -> None:
    """Symbolic links, and files with modes of their own, only in the source."""
    source, here = _pair(place)
    found = job(source, SHARED[0], None, {"target.txt": "t\n"})
    os.symlink("target.txt", found / "link.txt")
    os.chmod(write(found / "run.sh", "#!/bin/sh\n"), 0o755)
    os.chmod(write(found / "secret", "s\n"), 0o600)
    job(here, SHARED[0])


def pair_documents(place: Path) -> None:
    """Documents of jobs and project with new, equal and differing keys, some nested."""
    documents = (
        {"same": 1, "new": 2, "differs": "source", "nested": {"a": 1, "b": 2, "same": 0}},
        {"same": 1, "own": 3, "differs": "here", "nested": {"a": 9, "c": 3, "same": 0}},
    )
    pair = _pair(place, {"k": 1, "n": {"x": 1}}, {"k": 2, "n": {"y": 2}})
    for number, path in enumerate(pair):
        job(path, SHARED[0], documents[number])
        job(path, SHARED[1], {"new": 1} if number == 0 else None)


def pair_job_documents(place: Path) -> None:
    """Documents of jobs with differing keys; the projects have none."""
    for number, path in enumerate(_pair(place)):
        job(path, SHARED[0], {"differs": number, "nested": {"a": number}, "both": 0})
        job(path, SHARED[1], {"differs": number})


def pair_schemas(place: Path) -> None:
    """Schemas that differ in keys and values."""
    source, here = _pair(place)
    job(source, {"a": 0, "src": 1}, {"x": 1})
    job(source, {"a": 1, "src": 1, "both": 2})
    job(here, {"a": 0, "dst": 1})
    job(here, {"a": 5, "both": 3})


def pair_values(place: Path) -> None:
    """The same keys with other values."""
    source, here = _pair(place)
    job(source, {"a": 0}, None, {"f.txt": "0\n"})
    job(source, {"a": 7}, None, {"f.txt": "7\n"})
    job(here, {"a": 0})
    job(here, {"a": 3})


def pair_clash(place: Path) -> None:
    """A file on one side that is a directory on the other."""
    for number, path in enumerate(_pair(place)):
        found = job(path, SHARED[0])
        write(found / "x" if number == 0 else found / "x" / "y", "y\n")


def no_destination(place: Path) -> None:
    """A source, and a directory that is no project."""
    source = project(place / "source")
    job(source, SHARED[0])
    (place / "here").mkdir()


SCENES = (
    pair_same,
    pair_new_jobs,
    pair_new_files,
    pair_files,
    pair_deep,
    pair_directories,
    pair_links,
    pair_documents,
    pair_job_documents,
    pair_schemas,
    pair_values,
    pair_clash,
    no_destination,
)
