"""Linked views have the layout of the released signac, and each program updates the other's."""

import json
import os
import posixpath
import random
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import signac
from interop.peer import peer_python

Answer = dict[str, Any]
Ask = Callable[..., Answer]

TEMPLATES = [
    None,
    False,
    "{{auto}}",
    "{{auto:_}}",
    "x/{{auto}}",
    "{job.id}",
    "id/{job.id:.12}",
    "{i}/{{auto}}",
    "{i:04d}",
    "v{i}/{job.sp.i}/{{{{auto}}}}",
    "{n.x}/{{auto}}/{job}",
    "{zzz}",
    "{}",
    "{i",
    "same",
]


def some(count: int, ordinary: int) -> list[Any]:
    """Return seeds, of which only the first belong to the ordinary run."""
    return [
        seed if seed < ordinary else pytest.param(seed, marks=pytest.mark.long)
        for seed in range(count)
    ]


@pytest.fixture(scope="module")
def peer() -> Iterator[Ask]:
    """Start the released signac once; return a function that makes a view with it."""
    hidden = ("PYTHONPATH", "PYTHONHOME", "PYTHONWARNINGS", "VIRTUAL_ENV")
    driver = os.fspath(Path(__file__).with_name("views_driver.py"))
    with subprocess.Popen(
        [peer_python(), "-W", "ignore", driver],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={key: value for key, value in os.environ.items() if key not in hidden},
    ) as child:

        def ask(**request: Any) -> Answer:
            assert child.stdin is not None
            assert child.stdout is not None
            child.stdin.write(json.dumps(request) + "\n")
            child.stdin.flush()
            answer: Answer = json.loads(child.stdout.readline())
            return answer

        yield ask
        child.stdin.close()  # type: ignore[union-attr]


def ours(**request: Any) -> Answer:
    """Make the same view here."""
    project = signac.init_project(request["project"])
    jobs = [project.open_job(statepoint).init() for statepoint in request["statepoints"]]
    selected = request["selected"]
    ids = None if selected is None else [jobs[number].id for number in selected]
    try:
        links = project.create_linked_view(request["prefix"], ids, request["path"])
    except Exception as error:
        return {"error": [cls.__name__ for cls in type(error).__mro__]}
    return {"links": {link: os.path.basename(job) for link, job in links.items()}}


def tree(top: str) -> dict[str, str | None]:
    """Return everything below a directory, with what links say."""
    found: dict[str, str | None] = {}
    for directory, names, files in os.walk(top):
        for name in names + files:
            path = os.path.join(directory, name)
            link = os.readlink(path) if os.path.islink(path) else None
            found[os.path.relpath(path, top)] = link
    return found


def generated(seed: int) -> list[Any]:
    """Return state points of an ordinary study, of one or of several schemas."""
    draw = random.Random(seed)
    values = ["p", "q", "with blank", 1.5, -2, 1e-7, None, [1, 2], [[1], "x"], "é~*"]
    found = []
    for number in range(draw.choice((1, 2, 5, 9))):
        statepoint: dict[str, Any] = {"i": number, "c": "const"}
        for name in ("a", "b"):
            if draw.random() < 0.8:
                statepoint[name] = draw.choice(values)
        if draw.random() < 0.7:
            statepoint["n"] = {"x": draw.randrange(3), "y": {"z": draw.choice(values)}}
        elif draw.random() < 0.5:
            statepoint["n"] = draw.randrange(2)
        found.append(statepoint)
    return found


def same(here: Answer, there: Answer) -> None:
    """Require the same answer: the same links, or errors with a builtin class in common.

    Empty components, of an automatic part that is empty, are left out here.
    """
    if "links" in there:
        links = {posixpath.normpath(link): job_id for link, job_id in there["links"].items()}
        assert here["links"] == links
    else:
        assert set(here["error"]) & set(there["error"]) & {"RuntimeError", "ValueError"}


@pytest.mark.parametrize("seed", some(60, 12))
def test_same_layouts(seed: int, peer: Ask, tmp_path: Path) -> None:
    """Links and what they say are those of the released signac, and so are refusals."""
    statepoints = generated(seed)
    for number, path in enumerate([None, *random.Random(seed).sample(TEMPLATES, 3)]):
        request = {
            "project": str(tmp_path / "project"),
            "statepoints": statepoints,
            "path": path,
            "selected": None if number < 3 else list(range(0, len(statepoints), 2)),
        }
        there = peer(prefix=str(tmp_path / f"theirs-{number}"), **request)
        here = ours(prefix=str(tmp_path / f"ours-{number}"), **request)
        same(here, there)
        assert tree(str(tmp_path / f"ours-{number}")) == tree(str(tmp_path / f"theirs-{number}"))


@pytest.mark.parametrize("seed", some(16, 4))
def test_in_turns(seed: int, peer: Ask, tmp_path: Path) -> None:
    """Each program brings up to date what the other made, and finds nothing to do then."""
    draw = random.Random(seed)
    statepoints = [{"i": n, "b": n % 3, "n": {"x": n % 2}} for n in range(8)]
    prefix = str(tmp_path / "view")
    for _ in range(4):
        request = {
            "project": str(tmp_path / "project"),
            "statepoints": statepoints,
            "path": draw.choice([None, False, "{i}/{{auto}}", "{{auto:_}}"]),
            "selected": draw.sample(range(8), draw.randrange(2, 8)),
            "prefix": prefix,
        }
        first, second = draw.sample([ours, peer], 2)
        links = first(**request)
        before = tree(prefix)
        assert second(**request) == links
        assert tree(prefix) == before
        assert sorted(name for name, link in before.items() if link) == sorted(links["links"])
