"""Build the distribution, and install it in environments that know nothing of the source tree."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONSTRAINTS = ROOT / "requirements" / "constraints.txt"
#: The interpreters to try, one for each supported version: `make test-release` names them.
PYTHONS = tuple(os.environ.get("SIGNAC_PYTHONS", sys.executable).split())
#: Any time will do, as long as it is always the same.
EPOCH = "1767225600"
RUNNER = ("pytest", "pytest-timeout", "pytest-xdist", "hypothesis")


def run(*command: str | Path, cwd: Path, code: int = 0, **variables: str) -> str:
    """Run a program outside the source tree, and return what it prints."""
    environment = {name: text for name, text in os.environ.items() if name not in CLEARED}
    result = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**environment, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    words = " ".join(map(str, command))
    assert result.returncode == code, f"{words}\nexit code {result.returncode}\n{result.stdout}"
    return result.stdout


#: What would lead from an environment back to this tree, or to the settings of a person.
CLEARED = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PYTEST_ADDOPTS", "SIGNAC_DURABILITY")


def source_files(*, new: bool = True) -> list[str]:
    """Return the files of the tree that git does not ignore, or knows already."""
    command = ["git", "ls-files", "-z", "--cached"]
    command += ["--others", "--exclude-standard"] if new else []
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return sorted(name for name in set(listed.split("\0")) if name and (ROOT / name).is_file())


def copy_tree(target: Path) -> Path:
    """Copy the files that git does not ignore, without their times."""
    for name in source_files():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target / name)
    return target


@dataclass(frozen=True)
class Distribution:
    """A wheel and an archive of the source."""

    wheel: Path
    sdist: Path

    @classmethod
    def build(cls, tree: Path, target: Path) -> "Distribution":
        """Build both from a tree."""
        command = [sys.executable, "-m", "hatchling", "build", "-d", target]
        run(*command, cwd=tree, SOURCE_DATE_EPOCH=EPOCH)
        return cls.found(target)

    @classmethod
    def found(cls, target: Path) -> "Distribution":
        """Return what lies in a directory, and nothing else does."""
        (wheel,), (sdist,) = target.glob("*.whl"), target.glob("*.tar.gz")
        assert len(list(target.iterdir())) == 2
        return cls(wheel, sdist)


@dataclass(frozen=True)
class Environment:
    """A virtual environment, and a directory to work in."""

    path: Path
    home: Path

    @classmethod
    def make(cls, python: str, path: Path) -> "Environment":
        """Make an empty one."""
        home = path / "home"
        home.mkdir(parents=True)
        run(python, "-m", "venv", path / "venv", cwd=home)
        return cls(path / "venv", home)

    @property
    def python(self) -> Path:
        """The interpreter."""
        return self.path / "bin" / "python"

    def install(self, *what: str, pinned: bool = True) -> None:
        """Install with pip, in the versions of the lock unless told otherwise."""
        command = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", *what]
        lock = str(CONSTRAINTS) if pinned else ""
        self.run(*command, PIP_CONSTRAINT=lock, PIP_BUILD_CONSTRAINT=lock)

    def run(self, *words: str | Path, code: int = 0, **variables: str) -> str:
        """Run the interpreter in the directory to work in."""
        return run(self.python, *words, cwd=self.home, code=code, HOME=str(self.home), **variables)

    def command(self, *words: str, code: int = 0) -> str:
        """Run the command that was installed."""
        return run(self.path / "bin" / "signac", *words, cwd=self.home, code=code)

    def test(self, tests: Path, *what: str) -> str:
        """Run tests from an unpacked archive of the source, which has no source any more."""
        assert not (tests / "src").exists()
        words = ["-m", "pytest", "-q", "-n", "2", "--dist", "worksteal", *what]
        words += ["-m", "not long and not release"]
        words += ["--basetemp", str(self.path.parent / "tmp")]
        return run(self.python, *words, cwd=tests, HOME=str(self.home))
