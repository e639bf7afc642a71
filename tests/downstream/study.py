"""A copy of the workflow in `flow_project`, and its commands as processes of their own.

Everything on disk is read with the standard library alone.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
#: Jobs by seed and length of steps; the ids are the same on every machine.
IDS = {
    (0, 0.5): "c859d18600d42e32c1670408d50939d3",
    (0, 1.0): "bd7da7cdee847bdb3c49d859c02e602b",
    (1, 0.5): "328fce55c1e73f30c8b62cdfddecc0c8",
    (1, 1.0): "155adbefc42ae3a0b59de71f459f002c",
    (2, 0.5): "1a50af99d9c4b113070f56b203c7c3fa",
    (2, 1.0): "010bed02082ee480138d6754c1488d29",
}
TIMEOUT = 120
_ID = re.compile("[0-9a-f]{32}")


class CommandError(AssertionError):
    """A command that did not end as it should."""


def clean_environment(home: Path, **more: str) -> dict[str, str]:
    """Return environment variables without settings of the person who runs the tests."""
    kept = {name: os.environ[name] for name in ("LANG", "TMPDIR", "TZ") if name in os.environ}
    binaries = os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"])
    return kept | {"HOME": str(home), "PATH": binaries, "PYTHONUTF8": "1"} | more


def without_frames(stderr: str) -> str:
    """Leave out the frames of tracebacks."""
    return "".join(line for line in stderr.splitlines(keepends=True) if not line.startswith("  "))


@dataclass
class Study:
    """A project directory with a workflow."""

    path: Path
    environment: dict[str, str] = field(default_factory=dict)

    @classmethod
    def make(cls, path: Path) -> "Study":
        """Copy the workflow and make its jobs."""
        path.mkdir(parents=True)
        for source in (HERE / "flow_project").glob("*.py"):
            shutil.copy(source, path)
        study = cls(path)
        study.call("make_jobs.py")
        return study

    def copy(self, path: Path) -> "Study":
        """Copy the whole project, in whatever state it is."""
        shutil.copytree(self.path, path)
        return Study(path)

    def call(
        self,
        *arguments: str,
        fails: bool = False,
        cwd: Path | None = None,
        environment: dict[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run Python on the arguments in the project directory and require success, or failure."""
        home = self.path.parent / "home"
        home.mkdir(exist_ok=True)
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=cwd or self.path,
            env=clean_environment(home, **self.environment, **(environment or {})),
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
        if bool(done.returncode) != fails:
            said = done.stdout + without_frames(done.stderr)
            raise CommandError(f"{arguments} left with {done.returncode}\n{said}")
        return done

    def flow(
        self, *arguments: str, fails: bool = False, environment: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of the workflow: `status`, `run`, `submit` and others."""
        return self.call("project.py", *arguments, fails=fails, environment=environment)

    def configure(self, **settings: str) -> None:
        """Write the `flow` section of the configuration file of the project."""
        lines = ["schema_version = 2", "[flow]", *(f"{key} = {settings[key]}" for key in settings)]
        (self.path / ".signac" / "config").write_text("\n".join(lines) + "\n")

    def job(self, seed: int, length: float) -> Path:
        """Return the directory of a job."""
        return self.path / "workspace" / IDS[seed, length]

    def directories(self) -> set[Path]:
        """Return the directories of all jobs."""
        return {path for path in (self.path / "workspace").iterdir() if _ID.fullmatch(path.name)}

    def document(self, seed: int, length: float) -> dict[str, object]:
        """Return the document of a job."""
        return read_json(self.job(seed, length) / "signac_job_document.json")

    def project_document(self) -> dict[str, object]:
        """Return the document of the project."""
        return read_json(self.path / "signac_project_document.json")

    def having(self, name: str) -> set[tuple[int, float]]:
        """Return which jobs have a file."""
        return {key for key in IDS if (self.job(*key) / name).is_file()}


def read_json(path: Path) -> dict[str, object]:
    """Read a JSON file, or nothing where there is none."""
    return json.loads(path.read_text()) if path.is_file() else {}
