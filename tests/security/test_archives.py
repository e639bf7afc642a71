"""Hostile archives and directories: imported or refused, they do nothing else."""

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import signac
from security.hostile_archives import BOMBS, GROWING, HARMLESS, LARGE, REFUSED
from signac.errors import Error
from signac.import_export import ImportLimits

MOST = 64 << 20
#: What an error about a bomb says.
WORDS = "made to fill a disk|header of more than|damaged"
SECRET = b"-----the secret-----"


class Sandbox:
    """A directory with a project, a hostile origin, and what it may aim at, all in `tmp_path`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "secret").mkdir()
        (root / "secret" / "key").write_bytes(SECRET)
        (root / "victim").mkdir()
        (root / "victim" / "mine").write_text("mine")
        self.place = root / "a" / "b"
        self.place.mkdir(parents=True)
        self.project = signac.init_project(root / "p" / "q")
        self.project.open_job({"there": 1}).init()

    def outside(self) -> dict[str, Any]:
        """Return everything but the workspace, with contents."""
        workspace = os.path.realpath(self.project.workspace)
        found: dict[str, Any] = {}
        for directory, names, files in os.walk(self.root):
            names[:] = [name for name in names if os.path.join(directory, name) != workspace]
            for name in (*names, *files):
                path = os.path.join(directory, name)
                is_file = stat.S_ISREG(os.lstat(path).st_mode)
                found[path] = Path(path).read_bytes() if is_file else os.lstat(path).st_mode
        notes = os.path.join(self.project.path, ".signac", "transfers")
        return {path: value for path, value in found.items() if not path.startswith(notes)}

    def jobs(self) -> list[str]:
        """Return the names in the workspace, those of scratch included."""
        scratch = os.path.join(self.project.workspace, ".signac_scratch")
        inside = os.listdir(scratch) if os.path.isdir(scratch) else []
        return sorted({*os.listdir(self.project.workspace), *inside} - {".signac_scratch"})


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    """Return a sandbox."""
    return Sandbox(Path(os.path.realpath(tmp_path)))


@pytest.mark.parametrize("case", REFUSED)
def test_refused_without_effect(case: str, sandbox: Sandbox) -> None:
    """A hostile origin is refused by name; nothing is written anywhere, nothing is left."""
    origin = REFUSED[case](sandbox.place)
    before, jobs = sandbox.outside(), sandbox.jobs()
    with pytest.raises(Error) as caught:
        sandbox.project.import_from(origin)
    assert str(caught.value)
    assert SECRET.decode() not in str(caught.value)
    assert sandbox.outside() == before
    assert sandbox.jobs() == jobs


@pytest.mark.parametrize("case", HARMLESS)
def test_imported_without_effect(case: str, sandbox: Sandbox) -> None:
    """What is odd and harms nobody is imported, into the job and nowhere else."""
    origin = HARMLESS[case](sandbox.place)
    before = sandbox.outside()
    imported = sandbox.project.import_from(origin)
    assert list(imported) == ["j"]
    assert sandbox.outside() == before
    assert len(sandbox.jobs()) == 2
    job = sandbox.project.open_job({"a": 1})
    assert sorted(sandbox.project.find_jobs({"a": 1})) == [job]
    for directory, inner, names in os.walk(job.path):
        assert "signac_statepoint.json.next" not in names
        for name in names + [one for one in inner if os.path.islink(os.path.join(directory, one))]:
            status = os.lstat(os.path.join(directory, name))
            assert not status.st_mode & (stat.S_ISUID | stat.S_ISGID | stat.S_ISVTX)
            assert stat.S_ISLNK(status.st_mode) or not status.st_mode & stat.S_IWOTH
            if stat.S_ISLNK(status.st_mode):
                end = os.path.realpath(os.path.join(directory, name))
                assert os.path.commonpath([end, os.path.realpath(job.path)]) == job.path
            if stat.S_ISREG(status.st_mode):
                assert SECRET not in Path(directory, name).read_bytes()


def test_the_set_is_large() -> None:
    """There are at least as many hostile origins as were promised."""
    assert len(REFUSED) + len(HARMLESS) + len(BOMBS) >= 40


def test_names_that_fold_together(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names that are one on this file system are refused, both of them named."""
    from signac._transfer.imports import run as import_

    monkeypatch.setattr(import_, "is_folding", lambda directory: True)
    origin = HARMLESS["tar names that differ in case"](sandbox.place)
    with pytest.raises(RuntimeError, match=r"'j/f' and 'j/F'(.|\n)*'j/\u00e9' and 'j/e\u0301'"):
        sandbox.project.import_from(origin)
    assert len(sandbox.jobs()) == 1


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_limits(kind: str, sandbox: Sandbox) -> None:
    """Each limit can be lowered and raised, and the message says which one it was."""
    origin = HARMLESS[f"{kind} a config inside a job"](sandbox.place)
    for name, limit in {"size": 10, "members": 2, "depth": 2, "statepoint": 5}.items():
        with pytest.raises(RuntimeError, match=name):
            sandbox.project.import_from(origin, limits=ImportLimits(**{name: limit}))
        assert len(sandbox.jobs()) == 1
    none = ImportLimits(size=None, ratio=None, members=None, depth=None, statepoint=None)
    assert list(sandbox.project.import_from(origin, limits=none)) == ["j"]


def test_directories_that_grow(sandbox: Sandbox) -> None:
    """Links to directories that hold links to directories are counted before they are followed."""
    origin = GROWING(sandbox.place)
    with pytest.raises(RuntimeError, match="members"):
        sandbox.project.import_from(origin, limits=ImportLimits(members=10_000))
    assert len(sandbox.jobs()) == 1


MEASURE = """
import json, os, sys
import signac
project = signac.get_project(sys.argv[1])
def status(key):
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(key)) * 1024
# What any import loads, and not what the archive makes of it.
import bz2, gzip, json, lzma, tarfile, zipfile
import signac._transfer.imports.run
for origin in sys.argv[2:]:
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    before = status("VmRSS")
    try:
        project.import_from(origin)
        said = ""
    except (RuntimeError, OSError) as error:
        said = str(error)
    print(json.dumps([status("VmHWM") - before, said]), flush=True)
"""


def measure(sandbox: Sandbox, *origins: Path) -> list[tuple[int, str]]:
    """Import in one child; return the memory that each needed above the baseline, and the error."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, sandbox.project.path, *map(str, origins)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


@pytest.mark.skipif(not os.path.exists("/proc/self/clear_refs"), reason="measured by Linux only")
def test_bombs(sandbox: Sandbox) -> None:
    """What would unpack to too much is stopped early, in little memory, and leaves nothing."""
    origins = []
    for number, build in enumerate((*BOMBS.values(), *LARGE.values())):
        place = sandbox.place / str(number)
        place.mkdir()
        origins.append(build(place))
    found = measure(sandbox, *origins)
    assert len(found) == len(origins)
    for name, (memory, said) in zip((*BOMBS, *LARGE), found, strict=True):
        assert memory < MOST, (name, memory)
        assert re.search(WORDS, said) or name in LARGE, (name, said)
    assert len(sandbox.jobs()) == 1 + 2 * len(LARGE)


@pytest.mark.long
@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_many_files(kind: str, sandbox: Sandbox) -> None:
    """20,000 files are imported in little memory."""
    from security.hostile_archives import make_tar, make_zip

    many = [(f"j/d{number % 100}/{number}", b"x") for number in range(20_000)]
    path = sandbox.place / "x"
    if kind == "zip":
        make_zip(path, *many)
    else:
        make_tar(path, *many, mode="w:gz")
    ((memory, said),) = measure(sandbox, path)
    assert not said
    assert memory < MOST
    job = sandbox.project.open_job({"a": 1})
    assert sum(len(names) for _, _, names in os.walk(job.path)) == 20_002
