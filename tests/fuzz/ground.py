"""A small project whose files are replaced by bad ones, one at a time."""

import os
import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import signac

#: State points of the jobs; the third is the one that is damaged.
STATEPOINTS: tuple[dict[str, Any], ...] = (
    {"a": 0, "b": "x"},
    {"a": 1, "b": "y", "n": {"c": [1, 2.5], "d": None}},
    {"a": 2, "b": "z", "n": {"c": [], "d": True}, "t": "é"},
    {"a": 3, "b": "x", "n": {"c": [{"e": 1}]}},
    {"a": 4, "b": ["x"], "f": 1.5},
)
VICTIM = 2


class Ground:
    """A project, a directory beside it, and what both should hold."""

    def __init__(self, top: Path, more: int = 0) -> None:
        self.top = top
        more_of_them = [{"a": 5 + number, "b": f"w{number % 7}"} for number in range(more)]
        self.statepoints: tuple[dict[str, Any], ...] = (*STATEPOINTS, *more_of_them)
        self.root = str(top / "project")
        self.outside = top / "outside"
        self.outside.mkdir(parents=True)
        (self.outside / "precious.txt").write_text("keep")
        (self.outside / ("0" * 32)).mkdir()
        (self.outside / ("0" * 32) / "file").write_text("keep")
        with signac.durability("fast"):
            project = signac.init_project(self.root)
            jobs = project.create_jobs(self.statepoints)
            for job in jobs:
                job.doc.update({"x": job.sp.a, "s": "text", "l": [1, {"y": 2}], "n": {"m": None}})
            project.doc.update({"title": "ground", "n": {"l": [1, 2]}})
            project.update_cache()
            if more:
                time.sleep(2.1)  # younger files are not taken into the index
            for query in ({"doc.x": 1}, {"a": 1, "doc.s": "text"}):
                list(signac.Project(self.root).find_jobs(query))
        self.ids: list[str] = [job.id for job in jobs]
        self.victim = self.ids[VICTIM]
        self.healthy = set(self.ids) - {self.victim}
        self.remember()

    def remember(self) -> None:
        """Take what lies there now for what should."""
        self._kept = self._picture()

    def project(self) -> Any:
        """Return the project as a new process sees it."""
        return signac.Project(self.root)

    def path(self, *parts: str) -> str:
        """Return a path in the project."""
        return os.path.join(self.root, *parts)

    def job(self, *parts: str) -> str:
        """Return a path in the job that is damaged."""
        return os.path.join(self.root, "workspace", self.victim, *parts)

    def index_files(self) -> dict[str, bytes]:
        """Return the files of the index."""
        directory = Path(self.path(".signac", "index"))
        return {path.name: path.read_bytes() for path in sorted(directory.iterdir())}

    def put_index(self, files: dict[str, bytes]) -> None:
        """Replace the files of the index."""
        directory = Path(self.path(".signac", "index"))
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir()
        for name, data in files.items():
            (directory / name).write_bytes(data)

    def changed(self, but: Iterable[str] = ()) -> list[str]:
        """Return which files are not as they were; `but` are paths that may be."""
        now = self._picture()
        names = sorted(now.keys() | self._kept.keys())
        return [
            f"changed: {name}"
            for name in names
            if now.get(name) != self._kept.get(name) and not name.startswith(tuple(but) or "\0")
        ]

    def _picture(self) -> dict[str, bytes]:
        found = {}
        for folder, folders, files in os.walk(self.top):
            if folder.endswith(".signac"):
                folders[:] = [name for name in folders if name not in ("index", "locks", "check")]
            if folder.endswith(".signac_scratch"):
                folders[:] = []
                continue
            for name in files:
                path = os.path.join(folder, name)
                if not os.path.islink(path):
                    found[path] = Path(path).read_bytes()
        return found


def write(path: str, data: bytes) -> None:
    """Replace a file as another program would."""
    with open(path, "wb") as file:
        file.write(data)


def read(path: str) -> bytes:
    """Return what a file holds."""
    with open(path, "rb") as file:
        return file.read()
