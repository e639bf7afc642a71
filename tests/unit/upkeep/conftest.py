"""A project whose files are made with the standard library."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

import rawcheck
import signac
from signac._engine.jobstate import home_of
from unit.index.planting import plant


class Ground:
    """A project with five jobs, and plain ways to damage it."""

    def __init__(self, root: str) -> None:
        self.path = root
        signac.init_project(root)
        self.statepoints = [{"a": n, "b": {"c": [n, None]}} for n in range(5)]
        self.ids = plant(root, self.statepoints, [{"x": n} for n in range(5)])

    @property
    def project(self) -> Any:
        return signac.Project(self.path)

    @property
    def home(self) -> Any:
        return home_of(self.project)

    def file(self, number: int = 0, name: str = rawcheck.STATEPOINT) -> str:
        return os.path.join(self.path, "workspace", self.ids[number], name)

    def write(self, path: str, data: bytes | Any, *, age: float = 0.0) -> str:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data if isinstance(data, bytes) else json.dumps(data).encode())
        if age:
            status = os.stat(path)
            os.utime(path, (status.st_atime - age, status.st_mtime - age))
        return path

    def read(self, path: str) -> bytes:
        with open(path, "rb") as file:
            return file.read()

    @property
    def quarantined(self) -> dict[str, bytes]:
        """The files in the quarantine, by their names, without the notes."""
        root = os.path.join(self.path, "workspace", ".signac_quarantine")
        return {
            os.path.relpath(os.path.join(top, name), root).partition(os.sep)[2]: self.read(
                os.path.join(top, name)
            )
            for top, _, names in os.walk(root)
            for name in names
            if name != "notes.jsonl" and not os.path.islink(os.path.join(top, name))
        }


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    return Ground(str(tmp_path / "p"))
