"""One project under change: its paths, its objects, and what the test knows of it."""

import itertools
import json
import os
import random
import shutil
from dataclasses import dataclass, field
from typing import Any

import signac
from freshness import truth
from rawcheck import DOCUMENT, STATEPOINT, id_of

LETTERS = "pqrs"
_unique = itertools.count()


@dataclass
class Ground:
    """A project, and beside it (`outside`) a place for what links lead to.

    Attributes
    ----------
    path
        The project directory.
    known
        Every state point that ever had a directory here, by id.
    sibling
        Another project, for moving jobs and swapping workspaces.
    cache_is_sound
        Whether the released program can read its cache file: a damaged one stops it.
    history
        What was done, for the message of a failure.
    """

    path: str
    draw: random.Random
    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    sibling: "Ground | None" = None
    cache_is_sound: bool = True
    history: list[str] = field(default_factory=list)

    @property
    def workspace(self) -> str:
        return os.path.join(self.path, "workspace")

    @property
    def index(self) -> str:
        return os.path.join(self.path, ".signac", "index")

    @property
    def cache(self) -> str:
        return os.path.join(self.path, ".signac", "statepoint_cache.json.gz")

    def job(self, id_: str) -> str:
        return os.path.join(self.workspace, id_)

    def document(self, id_: str) -> str:
        return os.path.join(self.workspace, id_, DOCUMENT)

    def outside(self) -> str:
        """Return a new path beside the projects."""
        place = os.path.join(os.path.dirname(self.path), "outside")
        os.makedirs(place, exist_ok=True)
        return os.path.join(place, f"entry{next(_unique)}")

    def truth(self) -> truth.Truth:
        return truth.read(self.path, self.known)

    def note(self, text: str) -> None:
        self.history.append(text)

    def pick(self, number: int = 1) -> list[str]:
        """Return the ids of some healthy jobs, of less if there are few."""
        names = sorted(os.listdir(self.workspace))
        self.draw.shuffle(names)
        found: list[str] = []
        for name in names:
            if len(found) == number:
                break
            if os.path.islink(self.job(name)) and self.draw.random() < 0.7:
                continue
            if truth.is_healthy_job(self.job(name)):
                found.append(name)
        return found

    def new_statepoint(self) -> dict[str, Any]:
        """Draw a state point that no job has, and remember it."""
        draw = self.draw
        number = next(_unique)
        statepoint: dict[str, Any] = {
            "a": draw.randrange(6),
            "s": draw.choice(LETTERS) + str(draw.randrange(2)),
            "u": number % 60,
            "serial": number,
        }
        if draw.random() < 0.7:
            statepoint["n"] = {"c": draw.choice((0, 1, 1.5, 2, 3)), "d": draw.randrange(3)}
        if draw.random() < 0.3:
            statepoint["l"] = [draw.randrange(4), 1]
        if draw.random() < 0.5:
            statepoint["mixed"] = draw.choice((0, 2, 0.5, "text", None, [1]))
        return self.remember(statepoint)

    def remember(self, statepoint: dict[str, Any]) -> dict[str, Any]:
        self.known[id_of(statepoint)] = statepoint
        return statepoint

    def new_document(self) -> dict[str, Any]:
        draw = self.draw
        document: dict[str, Any] = {"x": draw.randrange(10)}
        if draw.random() < 0.6:
            document["t"] = "".join(draw.sample(LETTERS, 3))
        if draw.random() < 0.5:
            document["m"] = {"k": draw.randrange(4)}
        return document

    def write_job(self, directory: str, statepoint: dict[str, Any]) -> None:
        """Make a job directory with plain file operations, with or without a document."""
        os.mkdir(directory)
        write(os.path.join(directory, STATEPOINT), statepoint)
        if self.draw.random() < 0.8:
            write(os.path.join(directory, DOCUMENT), self.new_document())

    def fill(self, number: int) -> None:
        """Make jobs with plain file operations."""
        for _ in range(number):
            statepoint = self.new_statepoint()
            self.write_job(self.job(id_of(statepoint)), statepoint)


def make(path: str, seed: int, jobs: int) -> Ground:
    """Make a project with some jobs, without the library."""
    os.makedirs(os.path.join(path, ".signac"))
    with open(os.path.join(path, ".signac", "config"), "w", encoding="utf-8") as file:
        file.write("schema_version = 2\ndurability = fast\n")
    ground = Ground(path, random.Random(seed))
    os.mkdir(ground.workspace)
    ground.fill(jobs)
    return ground


def make_pair(root: str, seed: int, jobs: int) -> tuple[Ground, Ground]:
    """Make two projects side by side that know of each other."""
    first, second = (
        make(os.path.join(root, name), seed * 2 + number, jobs)
        for number, name in enumerate(("p", "q"))
    )
    second.known = first.known = {**first.known, **second.known}
    first.sibling, second.sibling = second, first
    return first, second


def write(path: str, value: Any) -> None:
    """Write a JSON file in place."""
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file)


def read(path: str) -> Any:
    """Read a JSON file."""
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def discard(path: str) -> None:
    """Remove whatever lies at a path."""
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)


def open_project(path: str) -> Any:
    """Open a project object of ours."""
    return signac.Project(path)
