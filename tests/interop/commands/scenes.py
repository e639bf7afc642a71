"""The scenes: what lies in the place where command lines are run, by name."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import rawcheck
from interop.commands import old, origins, pairs, statepoints
from interop.commands.building import job, project, write

Scene = Callable[[Path], object]


def outside(place: Path) -> None:
    """No project, here or above."""
    (place / "sub").mkdir()
    write(place / "note.txt", "nothing\n")


def empty(place: Path) -> None:
    """A project without jobs."""
    project(place)
    (place / "sub" / "deeper").mkdir(parents=True)


def plain(place: Path) -> None:
    """Seven jobs with two keys; two hold files, one a document."""
    project(place, document={"name": "plain"})
    (place / "sub" / "deeper").mkdir(parents=True)
    first, second, third, *others = statepoints.PLAIN
    job(place, first, files={"data.txt": "first\n", "inner/more.txt": "more\n"})
    job(place, second, files={"data.txt": "second\n"})
    job(place, third, {"x": 1, "list": [1, 2]})
    for statepoint in others:
        job(place, statepoint)


def with_destination(place: Path) -> None:
    """The plain scene, and beside it a project that has one of the jobs, with another file."""
    plain(place)
    other = project(place / "other")
    job(other, statepoints.PLAIN[1], files={"data.txt": "other\n"})
    old.version_1(place / "older")


def nested(place: Path) -> None:
    """Six jobs of unlike keys, some nested."""
    project(place)
    for statepoint in statepoints.NESTED:
        job(place, statepoint)


def mixed(place: Path) -> None:
    """Jobs with values of every type under one key."""
    project(place)
    for statepoint in statepoints.MIXED:
        job(place, statepoint)


def documented(place: Path) -> None:
    """Five jobs, four with documents, one of them empty."""
    project(place, document={"about": {"title": "documents"}})
    documents = [
        {"x": 1, "name": "é ü", "nested": {"k": [1, 2, 3], "flag": True}},
        {"x": 2, "wide": [round(i * 1.1, 3) for i in range(25)], "b": None},
        None,
        {"x": -1, "nested": {"k": [], "in": {"more": {"still": 1}}}},
        {},
    ]
    for statepoint, document in zip(statepoints.DOCUMENTED, documents, strict=True):
        job(place, statepoint, document)


def wide(place: Path) -> None:
    """Two jobs whose state points take several lines."""
    project(place)
    for statepoint in statepoints.WIDE:
        job(place, statepoint, {"text": "word " * 30, "n": {"a": {"b": {"c": {"d": 1}}}}})


def grid(place: Path) -> None:
    """Six jobs on a grid, with a key that goes with another and one that is constant."""
    project(place)
    for statepoint in statepoints.GRID:
        job(place, statepoint)


def alone(place: Path) -> None:
    """One job, with a document and a file."""
    project(place)
    job(place, statepoints.LONE[0], {"done": True}, {"out.txt": "text\n"})


def alike(place: Path) -> None:
    """Two jobs whose ids begin with the same seven characters."""
    project(place)
    for statepoint in statepoints.ALIKE:
        job(place, statepoint)


def many(place: Path) -> None:
    """So many jobs that their ids do not fit in a buffer."""
    project(place)
    for number in range(300):
        job(place, {"i": number})


def damaged(place: Path) -> None:
    """Two good jobs, one without state point, one with half of one, one with that of another."""
    project(place)
    good, also_good, missing, cut, wrong, *_ = statepoints.PLAIN
    job(place, good, {"x": 1})
    job(place, also_good)
    (job(place, missing) / rawcheck.STATEPOINT).unlink()
    write(job(place, cut) / rawcheck.STATEPOINT, '{"a": ')
    write(job(place, wrong) / rawcheck.STATEPOINT, json.dumps({"a": "another"}))


def linked(place: Path) -> None:
    """A project that is reached by way of a symbolic link."""
    project(place / "real")
    job(place / "real", statepoints.PLAIN[0], files={"data.txt": "x\n"})
    os.symlink("real", place / "link")


def settings(place: Path) -> None:
    """A project whose configuration holds comments, sections and values of many kinds."""
    project(
        place,
        '# about everything\nauthor = "A, B"\nnumbers = 1, 2, 3\nempty = ""\n'
        "[flow]\nslots = 4 # of them\n[[deeper]]\nkey = value\n[other]\nx = y\n",
    )
    (place / "sub").mkdir()


def twice_set(place: Path) -> None:
    """A project and a user file that set the same and other keys."""
    settings(place)
    write(
        place.parent / "home" / ".signacrc",
        "author = user\neditor = vi\n[flow]\nslots = 1\nmore = 2\n",
    )


def misspelt(place: Path) -> None:
    """A project whose configuration has a line that is none."""
    project(place, "a line that says nothing\n[unclosed\n")


def unknown_keys(place: Path) -> None:
    """A project whose configuration has keys that the program does not know, and a bad value."""
    project(place, "nobody = knows\nstatepoint_cache_miss_warning_threshold = many\n")


def home_only(place: Path) -> None:
    """No project, but a user file."""
    write(place.parent / "home" / ".signacrc", "author = user\n")


def scripts(place: Path) -> None:
    """A project with three jobs and scripts beside it."""
    project(place)
    for statepoint in statepoints.PLAIN[:3]:
        job(place, statepoint, files={"sub/f": ""})
    write(place / "good.py", "print(str(project), len(list(jobs)), job)\nprint(signac.__name__)\n")
    write(place / "bad.py", "print('before')\nraise ValueError('of the script')\n")
    write(place / "leave.py", "import sys\nsys.exit(3)\n")
    guarded = "if __name__ == '__main__':\n    print('main', sorted(j.sp.a for j in jobs))\n"
    write(place / "main.py", guarded)
    write(place / "syntax.py", "print('never')\ndef (:\n")


SCENES: dict[str, Scene] = {
    scene.__name__: scene
    for scene in (
        outside, empty, plain, many, with_destination, nested, mixed, documented, wide, grid, alone,
        alike, damaged, linked, settings, twice_set, misspelt, unknown_keys, home_only, scripts,
        *old.SCENES, *origins.SCENES, *pairs.SCENES,
    )
}  # fmt: skip
