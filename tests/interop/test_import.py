"""Archives and directories that the released signac made are imported here, with what it takes."""

import json
import os
import random
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import signac
from crash import scenes
from interop import import_driver
from interop.peer import peer_python

Peer = Callable[[dict[str, Any]], dict[str, Any]]

CONTAINERS = ["out", "out.zip", "out.tar", "out.tar.gz", "out.tar.bz2", "out.tar.xz"]
STATEPOINTS: list[dict[str, Any]] = [
    {"a": 1, "b": {"c": 0.5}, "name": "x"},
    {"a": 10, "b": {"c": 1.0}, "name": "x y"},
    {"a": 100, "b": {"c": -2}, "name": "é"},
    {"a": -1, "b": {"c": None}, "name": "long" * 40},
    {"a": True, "b": {"c": [1, 2]}, "name": "-"},
]


@pytest.fixture(scope="module")
def peer() -> Iterator[Peer]:
    """Return a function that lets the released signac run a case."""
    child = subprocess.Popen(
        [peer_python(), "-u", str(Path(import_driver.__file__))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    stdin, stdout = child.stdin, child.stdout

    def ask(case: dict[str, Any]) -> dict[str, Any]:
        stdin.write(json.dumps(case) + "\n")
        stdin.flush()
        answer: dict[str, Any] = json.loads(stdout.readline())
        return answer

    yield ask
    stdin.close()
    stdout.close()
    child.wait(timeout=20)


def tree(workspace: str) -> dict[str, bytes]:
    """Return the contents of all files of all jobs."""
    found = {}
    for directory, names, files in os.walk(workspace):
        names[:] = [name for name in names if name != ".signac_scratch"]
        for name in files:
            path = Path(directory, name)
            found[os.path.relpath(path, workspace)] = path.read_bytes()
    return found


def fill(path: Path) -> str:
    """Make a project with jobs and return its path."""
    project = scenes.project(str(path))
    for number, statepoint in enumerate(STATEPOINTS):
        scenes.job(project, statepoint, {"n": number} if number % 2 else None)
    return project


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("path", [None, False, "a/{a}/id/{job.id}"])
def test_exports_of_the_released_signac(
    peer: Peer, container: str, path: Any, tmp_path: Path
) -> None:
    """What the released signac exports is imported here, with every file as it was."""
    source = fill(tmp_path / "source")
    target = str(tmp_path / container)
    answer = peer({"do": "export", "project": source, "target": target, "path": path})
    assert len(answer["ok"]) == len(STATEPOINTS), answer
    project = signac.init_project(tmp_path / "here")
    assert len(project.import_from(target)) == len(STATEPOINTS)
    assert tree(project.workspace) == tree(os.path.join(source, "workspace"))


def test_an_archive_that_was_exported_again(peer: Peer, tmp_path: Path) -> None:
    """The released signac adds to a tar archive what is in it already: the later files count."""
    source = fill(tmp_path / "source")
    case = {"do": "export", "project": source, "target": str(tmp_path / "x.tar"), "path": False}
    assert "ok" in peer(case)
    changed = next(Path(source, "workspace").glob("*/data.txt"))
    changed.write_text("changed")
    assert "ok" in peer(case)
    project = signac.init_project(tmp_path / "here")
    project.import_from(case["target"])
    assert tree(project.workspace) == tree(os.path.join(source, "workspace"))


@pytest.mark.parametrize("container", CONTAINERS)
def test_imports_by_the_released_signac(peer: Peer, container: str, tmp_path: Path) -> None:
    """What is imported here from an archive, and exported again, the released signac imports."""
    source = fill(tmp_path / "source")
    target = str(tmp_path / container)
    peer({"do": "export", "project": source, "target": target, "path": False})
    project = signac.init_project(tmp_path / "here")
    project.import_from(target)
    again = str(tmp_path / "again" / container)
    os.makedirs(os.path.dirname(again))
    project.export_to(again, path=False)
    other = str(tmp_path / "there")
    answer = peer({"do": "import", "project": other, "origin": again, "schema": None})
    assert len(answer["ok"]) == len(STATEPOINTS), answer
    assert tree(os.path.join(other, "workspace")) == tree(os.path.join(source, "workspace"))


PARTS = [
    "0",
    "1",
    "-1",
    "+2",
    "1.5",
    ".5",
    "5.",
    "1e5",
    "x",
    "a_b",
    "a-b",
    "a.b",
    "é",
    "True",
    "no",
]
FIELDS = ["{a:int}", "{a:float}", "{a:bool}", "{a}", "{a:str}", "{a.b:int}", "v{a:int}", "{a}_{c}"]


def both(
    peer: Peer, origin: Path, root: Path, schema: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Import by a schema there and here; return sources and state points, or the classes."""
    there = str(root / "there")
    answer = peer({"do": "import", "project": there, "origin": str(origin), "schema": schema})
    here = signac.init_project(root / "here")
    try:
        found = here.import_from(str(origin), schema=schema)
    except Exception as error:
        return answer, {"error": [kind.__name__ for kind in type(error).__mro__]}
    answer["files"] = tree(os.path.join(there, "workspace"))
    names = sorted(os.path.relpath(source, origin) for source in found)
    return answer, {"ok": names, "files": tree(here.workspace)}


@pytest.mark.parametrize("seed", range(4))
def test_patterns(peer: Peer, seed: int, tmp_path: Path) -> None:
    """A pattern that ends in a field identifies the same directories with the same state points."""
    draw = random.Random(seed)
    for number in range(6):
        root = tmp_path / str(number)
        origin = root / "origin"
        for _ in range(draw.randrange(1, 8)):
            first, second = draw.choice(["x", "y"]), draw.choice(PARTS)
            prefix = draw.choice(["", "v"])
            (origin / first / (prefix + second) / draw.choice(["", "s"])).mkdir(
                parents=True, exist_ok=True
            )
        schema = draw.choice(["x/", "./x/", "{z}/", "x//"]) + draw.choice(FIELDS)
        there, here = both(peer, origin, root, schema)
        if "error" in here:
            assert "error" in there, (schema, there, here)
            shared = set(here["error"]) & set(there["error"])
            assert shared - {"Exception", "BaseException", "object", "Error"}, (schema, there, here)
        else:
            assert here.get("ok") == there.get("ok"), (schema, there)
            assert here["files"] == there["files"], schema
