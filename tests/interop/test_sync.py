"""Synchronisation of generated jobs and projects, here and in the released signac.

What both do must be the same, except for what `docs/compatibility.md` lists: of that nothing is
generated here (files against directories, names that the released signac passes over, conflict
keys below two levels, mappings against other values, links that lead nowhere).
"""

import json
import os
import random
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

import rawcheck
from crash import scenes
from interop import sync_driver
from interop.peer import peer_python

NAMES = ["a.txt", "b.dat", "c", "foo", "food", ".hidden"]
DIRECTORIES = ["d", "deep/er", "full"]
OLD = 1_000_000_000
PATTERNS = [None, "f", ["a", "d"], r".*\.dat", [".*"], "x"]
RULES = ["default", "bykey", "never", "copy", "update", "key:a", "key:n.x", "key:zz", "key:.*"]
STRATEGIES = [None, "always", "never", "update"]


def _document(draw: random.Random) -> dict[str, Any]:
    keys = draw.sample(["a", "ab", "b", "c"], draw.randrange(4))
    document: dict[str, Any] = {key: draw.choice([1, 2, "text", None, [1, 2]]) for key in keys}
    if draw.random() < 0.6:
        document["n"] = {key: draw.choice([1, 2]) for key in draw.sample("xyz", 2)}
    return document


def _fill(draw: random.Random, directory: str) -> None:
    """Write some files, with few different contents and times."""
    for place in ["", *draw.sample(DIRECTORIES, draw.randrange(3))]:
        for name in draw.sample(NAMES, draw.randrange(1, 4)):
            path = Path(directory, place, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(draw.choice(["one", "two", "three"]))
            path.chmod(draw.choice([0o644, 0o600, 0o755]))
            time = OLD + draw.randrange(3)
            os.utime(path, (time, time))
    # A link at the destination makes two names of one file, and the order of copies matters.
    if draw.random() < 0.3 and "theirs" in directory:
        link = Path(directory, "link")
        names = [name for name in sorted(os.listdir(directory)) if not name.endswith(".json")]
        link.symlink_to(draw.choice(names))
        if not link.is_file():
            link.unlink()


def _project(draw: random.Random, path: str, numbers: list[int]) -> None:
    scenes.project(path, document=_document(draw))
    for number in numbers:
        document = _document(draw) if draw.random() < 0.8 else None
        _fill(draw, scenes.job(path, {"a": number}, document, files=False))


def picture(path: str) -> dict[str, Any]:
    """Return names, kinds, modes, old times and contents below a project."""
    found: dict[str, Any] = {}
    for directory, directories, files in os.walk(path):
        directories[:] = [name for name in directories if not name.startswith(".signac")]
        for name in (*directories, *files):
            full = os.path.join(directory, name)
            status = os.lstat(full)
            content: Any = None
            if stat.S_ISLNK(status.st_mode):
                content = os.readlink(full)
            elif name.endswith(".json"):
                content = json.loads(Path(full).read_bytes())
            elif stat.S_ISREG(status.st_mode):
                content = Path(full).read_bytes()
            # The times of directories into which files were copied are those of the copying.
            time = int(status.st_mtime) if status.st_mtime < OLD + 10 else "new"
            found[os.path.relpath(full, path)] = (oct(status.st_mode), time, content)
    return found


def generate(seed: int, root: Path) -> dict[str, Any]:
    """Write two projects, and return a call."""
    draw = random.Random(seed)
    whole = draw.random() < 0.5
    mine, theirs = str(root / "mine"), str(root / "theirs")
    _project(draw, theirs, [0, 1, 2] if whole else [0])
    _project(draw, mine, [1, 2, 3] if whole else [draw.choice([0, 7])])
    options: dict[str, Any] = {
        "exclude": draw.choice(PATTERNS),
        "recursive": draw.random() < 0.6,
        "follow_symlinks": draw.random() < 0.8,
        "preserve_permissions": draw.random() < 0.4,
        "preserve_times": draw.random() < 0.3,
    }
    if whole:
        options["check_schema"] = draw.random() < 0.1
        options["collect_stats"] = draw.random() < 0.7
        options["parallel"] = draw.choice([False, False, 2])
        if draw.random() < 0.3:
            options["selection"] = [rawcheck.id_of({"a": n}) for n in (1, 0)[: draw.randrange(3)]]
    else:
        options["deep"] = draw.random() < 0.3
    (there,) = os.listdir(root / "mine" / "workspace") if not whole else ("",)
    return {
        "mine": mine,
        "theirs": theirs,
        "job": None if whole else [there, rawcheck.id_of({"a": 0})],
        "options": options,
        "strategy": draw.choice(STRATEGIES),
        "rule": draw.choice(RULES),
        "spy": draw.random() < 0.5,
    }


def _compare(number: int, tmp_path: Path, first: int) -> list[str]:
    cases = []
    for seed in range(first, first + number):
        root = tmp_path / str(seed)
        root.mkdir()
        case = generate(seed, root)
        twin = tmp_path / f"{seed}-peer"
        shutil.copytree(root, twin, symlinks=True)
        cases.append((case, {**case, "mine": str(twin / "mine"), "theirs": str(twin / "theirs")}))
    child = subprocess.run(
        [peer_python(), sync_driver.__file__],
        input="".join(json.dumps(twin) + "\n" for _, twin in cases),
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
        capture_output=True,
        text=True,
        check=True,
    )
    wrong = []
    for (case, twin), line in zip(cases, child.stdout.splitlines(), strict=True):
        before = picture(case["theirs"])
        theirs, ours = json.loads(line), sync_driver.run(case)
        found = [f"the source was changed: {case}"] if picture(case["theirs"]) != before else []
        found += _differences(case, twin, ours, theirs)
        wrong += [f"{Path(case['mine']).parent.name}: {one} in {case}" for one in found]
    return wrong


def _differences(case: Any, twin: Any, ours: Any, theirs: Any) -> list[str]:
    if ours["error"] is not None or theirs["error"] is not None:
        # The released signac stops at the first conflict, in an order of its own.
        same = ours["error"] == theirs["error"] or not (
            case["job"] or ours["error"] is None or theirs["error"] is None
        )
        found = [] if same else [f"{ours} is not {theirs}"]
        if same and case["job"] and "keys" in theirs and ours["keys"] != theirs["keys"]:
            found.append(f"{ours} is not {theirs}")
        if same and case["job"] and theirs.get("filename", "") not in ["", *ours["conflicts"]]:
            found.append(f"{ours} has not {theirs}")
        return found
    found = [] if ours == theirs else [f"{ours} is not {theirs}"]
    mine, other = picture(case["mine"]), picture(twin["mine"])
    return found + [
        f"{name}: {mine.get(name)} is not {other.get(name)}"
        for name in sorted(mine.keys() | other.keys())
        if mine.get(name) != other.get(name)
    ]


@pytest.mark.parametrize(
    ("first", "number"), [(0, 60), pytest.param(1000, 500, marks=pytest.mark.long)]
)
def test_generated_pairs(first: int, number: int, tmp_path: Path) -> None:
    """The same trees, results, errors, questions to strategies and skipped keys."""
    wrong = _compare(number, tmp_path, first)
    assert not wrong, f"{len(wrong)} differences:\n" + "\n".join(wrong[:10])
