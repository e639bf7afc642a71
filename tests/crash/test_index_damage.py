"""The files of the index are disposable: whatever happens to them, no answer changes."""

import functools
import os
import random
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import processes
import rawcheck
import signac
from crash import searching
from crash.ground import NOBODY, as_user
from freshness.ground import Ground, discard
from freshness.questions import Question, ask
from freshness.questions import complaints as judge_answers
from freshness.truth import Truth, read

MORE: list[Question] = [
    *searching.QUESTIONS,
    ["schema", None],
    ["groups", "a"],
    ["groups", "doc.x"],
    ["distinct", "doc.m.k"],
    ["counts", "n.c"],
]


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Return a project at rest, with an index in several parts; a copy of it lies beside."""
    ground = searching.make(str(tmp_path_factory.mktemp("damage")))
    processes.run(lambda: searching.search(ground.path)).get()
    ground.fill(20)
    searching.rewrite(ground, 5)
    processes.run(lambda: searching.search(ground.path)).get()
    time.sleep(searching.SETTLING)
    processes.run(lambda: searching.search(ground.path)).get()
    assert len(searching.segments(ground.path)) >= 2
    shutil.copytree(ground.index, _aside(ground))
    yield ground
    assert rawcheck.problems(ground.path) == []


def _aside(ground: Ground) -> str:
    return ground.path + ".index"


def restore(ground: Ground) -> list[str]:
    """Put the sound index in place and return its files."""
    discard(ground.index)
    shutil.copytree(_aside(ground), ground.index)
    return [os.path.join(ground.index, name) for name in sorted(os.listdir(ground.index))]


def complaints(ground: Ground, kept: Any = None) -> list[str]:
    """Return what is wrong in the answers of a new project object, or of one that was kept."""
    try:
        answers = ask(kept or signac.Project(ground.path), MORE)
    except Exception as error:
        notes = " ".join(getattr(error, "__notes__", ()))
        return [f"{type(error).__name__}: {error} {notes}"]
    return judged(ground, MORE, answers)


def judged(ground: Ground, questions: list[Question], answers: Any) -> list[str]:
    """Return what is wrong in answers about the project at rest."""
    return judge_answers(_truth(ground.path), questions, answers)


@functools.cache
def _truth(path: str) -> Truth:
    return read(path, {})  # nothing is damaged: no other state points are needed


def both(ground: Ground, damage: Any) -> list[str]:
    """Do damage to a sound index, under the eyes of an object that used it and before a new one."""
    found = []
    restore(ground)
    damage()
    found += [f"new: {line}" for line in complaints(ground)]
    found += [f"again: {line}" for line in complaints(ground)]
    restore(ground)
    kept = signac.Project(ground.path)
    assert complaints(ground, kept) == []
    damage()
    found += [f"kept: {line}" for line in complaints(ground, kept)]
    found += [f"kept again: {line}" for line in complaints(ground, kept)]
    restore(ground)
    half = signac.Project(ground.path)
    assert judged(ground, MORE[:3], ask(half, MORE[:3])) == []
    damage()
    found += [f"half used: {line}" for line in complaints(ground, half)]
    return found


def lengths(size: int, *, every: bool) -> list[int]:
    """Return lengths to cut a file to: all of a small one, all classes of a larger one."""
    if every:
        return list(range(0, size, max(1, size // 40)))
    return sorted({0, 8, size // 2, size - 1})


def _cut(ground: Ground, record_property: Any, *, every: bool) -> None:
    found, trials = [], 0
    sizes = {file: os.path.getsize(file) for file in restore(ground)}
    for file, size in sizes.items():
        for length in lengths(size, every=every):
            name = os.path.basename(file)
            trials += 1
            for line in both(ground, lambda file=file, length=length: os.truncate(file, length)):
                found.append(f"{name} of {size} cut to {length}: {line}")
    record_property("fault trials", trials)
    assert not found, f"{len(found)} complaints in {trials} trials:\n" + "\n".join(found[:12])


def test_a_cut_file_changes_no_answer(indexed: Ground, record_property: Any) -> None:
    """A file of the index that was cut short is as good as none."""
    _cut(indexed, record_property, every=False)


@pytest.mark.long
def test_a_file_cut_anywhere_changes_no_answer(indexed: Ground, record_property: Any) -> None:
    """The same for forty lengths of each file."""
    _cut(indexed, record_property, every=True)


def flip(file: str, draw: random.Random) -> None:
    """Change some bytes of a file in place."""
    with open(file, "r+b") as stream:
        data = bytearray(stream.read())
        for _ in range(draw.choice((1, 1, 1, 4, 40))):
            data[draw.randrange(len(data))] ^= draw.randrange(1, 256)
        stream.seek(0)
        stream.write(data)


@pytest.mark.parametrize("trials", [24, pytest.param(200, marks=pytest.mark.long)])
def test_flipped_bytes_change_no_answer(trials: int, indexed: Ground, record_property: Any) -> None:
    """Random other bytes in random files are noticed."""
    found = []
    names = sorted(os.listdir(_aside(indexed)))
    for trial in range(trials):
        file = os.path.join(indexed.index, names[trial % len(names)])
        for line in both(indexed, lambda file=file, trial=trial: flip(file, random.Random(trial))):
            found.append(f"flip {trial} in {os.path.basename(file)}: {line}")
    record_property("fault trials", trials)
    assert not found, f"{len(found)} complaints in {trials} trials:\n" + "\n".join(found[:12])


FILE_DAMAGES: dict[str, Callable[[str], Any]] = {
    "deleted": os.unlink,
    "a directory": lambda file: (os.unlink(file), os.mkdir(file)),
    "a full directory": lambda file: (os.unlink(file), os.makedirs(os.path.join(file, "x"))),
    "junk": lambda file: _write(file, b"junk" * 300),
    "zeros": lambda file: _write(file, bytes(os.path.getsize(file))),
    "longer": lambda file: _write(file, _read(file) + b"\0" * 70000),
    "twice itself": lambda file: _write(file, _read(file) * 2),
    "a link to nowhere": lambda file: _link(file, file + ".gone"),
    "a link to itself": lambda file: _link(file, file),
}


def _damages(ground: Ground, other: Ground, *, every: bool) -> Iterator[tuple[str, Any]]:
    """Yield the other ways to spoil an index: one file by each, or each file, and all of it."""
    files = restore(ground)
    foreign = [os.path.join(other.index, name) for name in sorted(os.listdir(other.index))]
    for number, (name, damage) in enumerate(FILE_DAMAGES.items()):
        for file in files if every else files[number % len(files) :][:2]:
            yield f"{os.path.basename(file)} is {name}", functools.partial(damage, file)
    for number, file in enumerate(files):
        next_ones = (files[number - 1], foreign[number % len(foreign)])
        for rest in (*files, *foreign) if every else next_ones:
            yield (
                f"{os.path.basename(file)} is {os.path.relpath(rest, ground.path)}",
                functools.partial(shutil.copyfile, _sound(ground, rest), file),
            )
    yield "all deleted", lambda: discard(ground.index)
    yield "a file in its place", lambda: (discard(ground.index), _write(ground.index, b""))
    yield "a link to nowhere", lambda: (discard(ground.index), _link(ground.index, "/nowhere"))
    yield "an empty directory", lambda: (discard(ground.index), os.mkdir(ground.index))
    yield (
        "that of another project",
        lambda: (discard(ground.index), shutil.copytree(other.index, ground.index)),
    )
    yield (
        "mixed with that of another project",
        lambda: shutil.copytree(other.index, ground.index, dirs_exist_ok=True),
    )


def _sound(ground: Ground, file: str) -> str:
    """Return a file of an index, or its copy where the index is the one that gets damaged."""
    if os.path.dirname(file) == ground.index:
        return os.path.join(_aside(ground), os.path.basename(file))
    return file


def _write(file: str, data: bytes) -> None:
    with open(file, "wb") as stream:
        stream.write(data)


def _read(file: str) -> bytes:
    with open(file, "rb") as stream:
        return stream.read()


def _link(file: str, target: str) -> None:
    if os.path.lexists(file):
        os.unlink(file)
    os.symlink(target, file)


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.long)])
def test_a_spoiled_index_changes_no_answer(
    every: bool, indexed: Ground, tmp_path: Path, record_property: Any
) -> None:
    """Deleted, swapped, a directory, a link, or that of another project: no answer changes."""
    other = searching.make(str(tmp_path), seed=2)
    processes.run(lambda: searching.search(other.path)).get()
    damages = list(_damages(indexed, other, every=every))
    found = []
    for name, damage in damages:
        found += [f"{name}: {line}" for line in both(indexed, damage)]
    record_property("fault trials", len(damages))
    assert not found, f"{len(found)} complaints in {len(damages)}:\n" + "\n".join(found[:12])


def test_a_damaged_index_is_made_again(indexed: Ground) -> None:
    """A search that met a damaged index leaves a sound one, and nothing besides."""
    for file in restore(indexed):
        restore(indexed)  # again: the search before has left another one
        os.truncate(file, os.path.getsize(file) // 2)
        for _ in range(3):
            assert processes.run(lambda: complaints(indexed)).get() == []
        assert searching.leftovers(indexed.path) == []
        sizes = [os.path.getsize(os.path.join(indexed.index, n)) for n in os.listdir(indexed.index)]
        assert min(sizes) > 20, f"after {file} was cut"
        assert len(sizes) <= 2 * len(os.listdir(_aside(indexed)))


# Rights.


@pytest.mark.parametrize("owner", ["user", "other"])
@pytest.mark.parametrize("what", ["file", "directory", "everything"])
def test_an_unreadable_index_changes_no_answer(what: str, owner: str, place: str) -> None:
    """Files of the index without the right to read them are as good as none."""
    if os.geteuid() != 0:
        pytest.skip("only the superuser can give files away")
    ground = searching.make(place)
    # Here, to load what is imported at first use: another user may not read this interpreter.
    ask(signac.Project(ground.path), MORE)
    for directory, _, names in os.walk(place):
        for path in (directory, *(os.path.join(directory, name) for name in names)):
            if owner == "user":
                os.chown(path, NOBODY, NOBODY)
    for number in range(len(os.listdir(ground.index)) if what == "file" else 1):
        files = [os.path.join(ground.index, name) for name in sorted(os.listdir(ground.index))]
        assert len(files) >= 2
        spoiled = {"file": files[number % len(files) :][:1], "directory": [ground.index]}
        paths = spoiled.get(what, [*files, ground.index])
        modes = {path: os.stat(path).st_mode for path in paths}
        for path in paths:
            os.chmod(path, 0)
        for _ in range(2):
            outcome = as_user(lambda: ask(signac.Project(ground.path), MORE))
            assert searching.wrong(ground, outcome.get(), MORE) == []
        for path, mode in modes.items():
            if os.path.lexists(path):
                os.chmod(path, mode)
