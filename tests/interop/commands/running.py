"""Run the command lines of a case with the released signac and with ours, each in its own copy."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interop.commands.case import ROOT, Case, Line
from interop.commands.scenes import SCENES
from interop.commands.stderr import tidy
from interop.commands.tree import snapshot
from interop.peer import peer_python

_DRIVER = Path(__file__).with_name("driver.py")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one command line did; `<root>` and `<version>` stand for the side's own."""

    rc: int
    stdout: str
    stderr: str


@dataclass(frozen=True, slots=True)
class Played:
    """What a case did: the outcome of each line, and what lies in the scene at the end."""

    outcomes: tuple[Outcome, ...]
    tree: dict[str, str]


class Side:
    """One of the two programs, with a root that has the same length on both sides."""

    def __init__(self, name: str, python: str, base: Path) -> None:
        self.root = base / name
        self._exchange = base / f"{name}-exchange"
        for path in (self.root, self._exchange):
            path.mkdir(parents=True)
        self._clear()
        self._child = subprocess.Popen(
            [python, "-P", os.fspath(_DRIVER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=self._environment(),
            cwd=self.root,
            umask=0o022,
        )
        self._version = self._heard()["version"]

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": f"{self.root}/home",
            "XDG_CONFIG_HOME": f"{self.root}/home/.config",
            "TMPDIR": f"{self.root}/tmp",
            "LC_ALL": "C.UTF-8",
            "COLUMNS": "80",
            "PYTHONHASHSEED": "0",
        }

    def _clear(self) -> None:
        for name in ("home", "place", "tmp"):
            shutil.rmtree(self.root / name, ignore_errors=True)
            (self.root / name).mkdir()

    def prepare(self, scene: str) -> None:
        """Make a fresh copy of a scene."""
        self._clear()
        SCENES[scene](self.root / "place")

    def ask(self, line: Line) -> None:
        """Start a command line; `answer` waits for it."""
        files = {name: self._exchange / name for name in ("stdin", "stdout", "stderr")}
        for path in files.values():
            path.write_bytes(b"")
        if line.stdin is not None:
            given = line.stdin.encode() if isinstance(line.stdin, str) else line.stdin
            files["stdin"].write_bytes(given)
        request = {
            "argv": ["signac", *line.words(str(self.root))],
            "cwd": os.path.normpath(self.root / "place" / line.cwd),
            "environment": dict(line.environment),
            "stdin": os.devnull if line.stdin is None else str(files["stdin"]),
            "stdout": None if line.pipe else str(files["stdout"]),
            "stderr": str(files["stderr"]),
            "interrupt": line.interrupt,
        }
        assert self._child.stdin is not None
        self._child.stdin.write(json.dumps(request).encode() + b"\n")
        self._child.stdin.flush()

    def answer(self) -> Outcome:
        """Wait for the command line that was started last and tell what it did."""
        rc = self._heard()["rc"]
        return Outcome(rc, self._read("stdout"), tidy(self._read("stderr")))

    def _heard(self) -> dict[str, Any]:
        assert self._child.stdout is not None
        said = self._child.stdout.readline()
        assert said, f"the driver {_DRIVER} of {self.root.name} is gone"
        answer: dict[str, Any] = json.loads(said)
        return answer

    def _read(self, name: str) -> str:
        """Return what was written, without the place and the version."""
        text = (self._exchange / name).read_bytes().decode(errors="backslashreplace")
        text = text.replace(str(self.root), ROOT)
        return text.replace(f"signac {self._version}", "signac <version>")

    def tree(self) -> dict[str, str]:
        """Describe what lies in the scene."""
        return snapshot(str(self.root))

    def close(self) -> None:
        """End the driver."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.close()
        self._child.wait(timeout=30)
        self._child.stdout.close()


@contextmanager
def sides(base: Path, ours: str | None = None) -> Iterator[tuple[Side, Side]]:
    """Start the released signac and ours (or what `ours`, an interpreter, has installed)."""
    peer = Side("peer", peer_python(), base)
    try:
        here = Side("ours", ours or sys.executable, base)
        try:
            yield peer, here
        finally:
            here.close()
    finally:
        peer.close()


def play(case: Case, both: tuple[Side, ...]) -> list[Played]:
    """Run a case on every side, the same line at the same time, and tell what each did."""
    for side in both:
        side.prepare(case.scene)
    outcomes: list[tuple[Outcome, ...]] = []
    for line in case.lines:
        for side in both:
            side.ask(line)
        outcomes.append(tuple(side.answer() for side in both))
    return [
        Played(tuple(each[number] for each in outcomes), side.tree())
        for number, side in enumerate(both)
    ]
