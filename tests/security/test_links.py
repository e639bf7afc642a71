"""Projects of somebody else whose directories are links into places of the reader."""

import contextlib
import os
import shutil
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import signac
from signac.job import calc_id

JOB = calc_id({"a": 1})
OTHER = calc_id({"a": 2})
#: Files of the reader; some have names that the library uses itself.
FILES = (
    "thesis.txt",
    "deep/er/notes.txt",
    "manifest",
    "config",
    "x.lock",
    "y.lock.break",
    "z.own",
    "signac_data.h5",
    "check.json",
    f"0123456789abcdef.{JOB}.clear/private.txt",
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A directory of the reader, on the same file system."""
    home = tmp_path / "home"
    for name in FILES:
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(f"content of {name}")
    return home


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with two jobs."""
    project = signac.init_project(tmp_path / "project")
    for number in (1, 2):
        project.open_job({"a": number}).init().doc.x = number
    project.update_cache()
    return tmp_path / "project"


def contents(home: Path) -> dict[str, str]:
    return {
        str(path.relative_to(home)): path.read_text(errors="replace")
        for path in home.rglob("*")
        if path.is_file()
    }


def use(root: Path) -> list[str]:
    """Do everything that somebody would do with a project; return what it raised."""
    raised = []
    project: Any = signac.get_project(root)
    steps: list[Callable[[], Any]] = [
        lambda: len(project),
        lambda: list(project.find_jobs({"a": 1, "doc.x": 1})),
        lambda: project.open_job({"a": 7}).init().doc.update(x=1),
        lambda: project.open_job({"a": 7}).update_statepoint({"b": 1}),
        project.update_cache,
        lambda: project.open_job({"a": 7, "b": 1}).clear(),
        lambda: project.open_job({"a": 7, "b": 1}).reset(),
        lambda: project.open_job({"a": 7, "b": 1}).remove(),
        lambda: project.find_problems(level="full"),
        lambda: project.repair(set_aside=True),
        lambda: signac.get_project(root),
    ]
    for step in steps:
        try:
            step()
        except (signac.errors.Error, OSError) as error:
            raised.append(f"{type(error).__name__}: {error}")
    return raised


PLACES = [
    "workspace/.signac_scratch",
    "workspace/.signac_quarantine",
    ".signac/index",
    ".signac/locks",
    ".signac/check",
    ".signac/scratch",
]


@pytest.mark.parametrize("locks", ["directory", "file"])
@pytest.mark.parametrize("place", PLACES)
def test_a_directory_of_ours_is_a_link(
    root: Path, home: Path, place: str, locks: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the library tidies up by itself is never what a link leads to."""
    monkeypatch.setenv("SIGNAC_LOCKS", locks)
    before = contents(home)
    target = root / place
    if target.is_dir():
        shutil.rmtree(target)
    target.symlink_to(home)
    use(root)
    after = contents(home)
    assert {name: after.get(name) for name in before} == before


@pytest.mark.parametrize(
    "place",
    [
        ".signac/moves.log",
        ".signac/statepoint_cache.json.gz",
        ".signac/index/manifest",
        "signac_project_document.json~",
        f"workspace/{JOB}/signac_statepoint.json.next",
        f"workspace/{JOB}/signac_statepoint.json~",
    ],
)
def test_a_file_of_ours_is_a_link(root: Path, home: Path, place: str) -> None:
    """A derived file that is a link is not written through."""
    before = contents(home)
    target = root / place
    target.parent.mkdir(exist_ok=True)
    target.unlink(missing_ok=True)
    target.symlink_to(home / "thesis.txt")
    use(root)
    assert contents(home) == before


def plant(root: Path, name: str, kind: str, home: Path) -> Path:
    """Put what a dead process might have left into scratch."""
    scratch = root / "workspace" / ".signac_scratch"
    scratch.mkdir(exist_ok=True)
    entry = scratch / name
    if kind == "link":
        entry.symlink_to(home)
    elif kind == "directory":
        entry.mkdir()
        (entry / "planted.txt").write_text("planted")
        (entry / "link").symlink_to(home)
    else:
        entry.write_text('{"a": 1}')
    return entry


NAMES = [
    f"0123456789abcdef.{JOB}.clear",
    f"0123456789abcdef.{OTHER}.{JOB}.rekey",
    "0123456789abcdef.trash",
    "0123456789abcdef.json",
    "..x.clear",
    f"0123456789abcdef.{'../' * 3}home.clear".replace("/", "\\"),
    "0123456789abcdef.. .clear",
    f"0123456789abcdef.{JOB.upper()}.clear",
    f"0123456789abcdef.{JOB}0.clear",
    "thesis.txt",
]


@pytest.mark.parametrize("kind", ["link", "directory", "file"])
@pytest.mark.parametrize("name", NAMES)
def test_entries_in_scratch(root: Path, home: Path, name: str, kind: str) -> None:
    """An entry that leads elsewhere, or names something else than a job, touches nothing there."""
    before = contents(home)
    plant(root, name, kind, home)
    project = signac.get_project(root)
    assert contents(home) == before
    assert len(project) == 2
    assert sorted(job.sp.a for job in project) == [1, 2]
    assert {name for name in os.listdir(root.parent) if name != "home"} == {"project"}


def test_files_put_back_into_a_linked_job(root: Path, home: Path) -> None:
    """Files of an interrupted `clear` are not moved to where a job directory leads."""
    before = contents(home)
    shutil.rmtree(root / "workspace" / JOB)
    (root / "workspace" / JOB).symlink_to(home)
    entry = plant(root, f"0123456789abcdef.{JOB}.clear", "directory", home)
    signac.get_project(root)
    assert contents(home) == before
    assert (entry / "planted.txt").read_text() == "planted"


@pytest.mark.parametrize("call", ["clear", "reset", "remove", "move", "update_statepoint", "sweep"])
def test_a_job_directory_that_is_a_link(root: Path, home: Path, tmp_path: Path, call: str) -> None:
    """Calls on a job that is a link act on the link, or refuse; what it leads to stays."""
    shutil.copy(root / "workspace" / JOB / "signac_statepoint.json", home)
    before = contents(home)
    shutil.rmtree(root / "workspace" / JOB)
    (root / "workspace" / JOB).symlink_to(home)
    project = signac.get_project(root)
    job = project.open_job({"a": 1})
    other = signac.init_project(tmp_path / "other")
    calls: dict[str, Callable[[], Any]] = {
        "clear": job.clear,
        "reset": job.reset,
        "remove": job.remove,
        "move": lambda: job.move(other),
        "update_statepoint": lambda: job.update_statepoint({"a": 9}, overwrite=True),
        "sweep": lambda: signac.get_project(root),
    }
    with contextlib.suppress(OSError, signac.errors.Error, RuntimeError):
        calls[call]()
    after = contents(home)
    kept = {name: text for name, text in before.items() if name != "signac_statepoint.json"}
    assert {name: after.get(name) for name in kept} == kept


def test_links_inside_a_job_are_removed_not_followed(root: Path, home: Path) -> None:
    """`remove`, `clear` and `reset` take away the links in a job directory, not what they name."""
    before = contents(home)
    project = signac.get_project(root)
    for call in ("clear", "reset", "remove"):
        job = project.open_job({"call": call}).init()
        os.makedirs(job.fn("deep"))
        os.symlink(home, job.fn("link"))
        os.symlink(home, job.fn("deep/link"))
        os.symlink(home / "thesis.txt", job.fn("file"))
        getattr(job, call)()
        assert not os.path.lexists(job.fn("link"))
        assert not os.path.lexists(job.fn("file"))
    assert contents(home) == before


@pytest.mark.parametrize("times", [pytest.param(1, marks=pytest.mark.long), 2])
def test_a_cache_file_that_unpacks_to_gigabytes(root: Path, times: int) -> None:
    """A small cache file that would fill the memory counts as damaged."""
    block = zlib.compressobj(9, wbits=31)
    pieces = [block.compress(b'{"a": "' + b" " * 2**20)]
    pieces += [block.compress(b" " * 2**22) for _ in range(100 // times)] + [block.flush()]
    cache = root / ".signac" / "statepoint_cache.json.gz"
    cache.write_bytes(b"".join(pieces) * times)
    program = (
        "import resource, sys, signac\n"
        "resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))\n"
        "project = signac.get_project(sys.argv[1])\n"
        "print(len(project.find_jobs({'a': 1})), len(project.find_problems()))\n"
        "project.update_cache()\n"
        "print(len(project.find_problems()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(root)], capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["1", "1", "0"], done.stderr
