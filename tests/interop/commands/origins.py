"""Scenes with things to import."""

import io
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import rawcheck
from interop.commands import statepoints
from interop.commands.building import LONG_AGO, job, project, write

JOBS = statepoints.PLAIN[:3]


def loose(place: Path) -> None:
    """An empty project, and beside it directories whose names hold the parameters."""
    project(place)
    for a in (0, 1, 2):
        write(place / "data" / "a" / str(a) / "out.txt", f"{a}\n")
        write(place / "data" / "a" / str(a) / "inner" / "more.txt", "more\n")
    write(place / "data" / "a" / "word" / "out.txt", "w\n")
    write(place / "data" / "a" / "1.5" / "out.txt", "f\n")
    for name in ("T_1.5_p_2", "T_-3.0_p_4", "T_x_p_5"):
        write(place / "runs" / name / "out.txt", name)
    for name in ("true", "False", "1"):
        write(place / "flags" / name / "f", name)
    write(place / "pairs" / "x" / "1" / "y" / "red" / "f", "1")
    write(place / "pairs" / "x" / "2" / "y" / "blue" / "f", "2")


def exported(place: Path) -> None:
    """An empty project, and beside it three jobs as directories, and archives of them."""
    project(place)
    members = _members()
    for name, content in members.items():
        write(place / "jobs" / name, content)
    write(place / "plain.txt", "no archive\n")
    (place / "nothing").mkdir()
    for suffix, mode in (
        ("tar", "w"),
        ("tar.gz", "w:gz"),
        ("tar.bz2", "w:bz2"),
        ("tar.xz", "w:xz"),
    ):
        _tar(place / f"jobs.{suffix}", mode, members)
    with zipfile.ZipFile(place / "jobs.zip", "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def exported_beside(place: Path) -> None:
    """The same beside a project that has one of the jobs, with another file of the same name."""
    exported(place)
    job(place, JOBS[1], {"x": 2}, {"out.txt": "here\n"})


def exported_beside_like(place: Path) -> None:
    """The same beside a project that has all of the jobs, with nothing that conflicts."""
    exported(place)
    for statepoint in JOBS:
        job(place, statepoint, None, {"own.txt": "here\n"})


def two_alike(place: Path) -> None:
    """An empty project, and two directories with the same state point."""
    project(place)
    for name in ("one", "two"):
        write(place / "jobs" / name / rawcheck.STATEPOINT, json.dumps({"a": 0}))
    write(place / "broken" / "x" / rawcheck.STATEPOINT, "{")


def another_project(place: Path) -> None:
    """An empty project and another one, to be imported from."""
    project(place)
    other = project(place / "other")
    for statepoint in JOBS:
        job(other, statepoint, {"x": 1}, {"f": "1\n"})


def _members() -> dict[str, str]:
    found: dict[str, str] = {}
    for number, statepoint in enumerate(JOBS):
        directory = f"a/{number}"
        found[f"{directory}/{rawcheck.STATEPOINT}"] = json.dumps(statepoint)
        found[f"{directory}/out.txt"] = f"{number}\n"
        found[f"{directory}/inner/more.txt"] = "more\n"
    found[f"a/0/{rawcheck.DOCUMENT}"] = json.dumps({"x": 1})
    return found


def _tar(path: Path, mode: Any, members: dict[str, str]) -> None:
    with tarfile.open(path, mode) as archive:
        directories = sorted(
            {"/".join(parts[:n]) for name in members for parts in [name.split("/")]
             for n in range(1, len(parts))}
        )  # fmt: skip
        for name in directories:
            entry = tarfile.TarInfo(name)
            entry.type, entry.mode, entry.mtime = tarfile.DIRTYPE, 0o755, LONG_AGO
            archive.addfile(entry)
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime = len(content), LONG_AGO
            archive.addfile(entry, io.BytesIO(content.encode()))


SCENES = (loose, exported, exported_beside, exported_beside_like, two_alike, another_project)
