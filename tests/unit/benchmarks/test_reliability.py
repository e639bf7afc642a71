"""The figures of reliability can be measured again, and each row names tests that are there."""

import ast
import json
import os
import platform
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from interop.peer import peer_python

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "benchmarks" / "reliability"

#: What the program knows of its rows, and what it says of the saved results.
LIST_ROWS = """
import json
from rows import find_rows
document = json.load(open("results.json"))
def results(row):
    return document["rows"].get(row.number, {})
def reached(row):
    measured = results(row).get("ours", {})
    return "numbers" in measured and row.is_reached(measured["numbers"])
print(json.dumps([
    {
        "number": row.number,
        "tests": row.tests,
        "judged": bool(row.at_most),
        "results": results(row),
        "reached": reached(row),
    }
    for row in find_rows()
]))
"""


def run(*arguments: str) -> str:
    environment = {**os.environ, "SIGNAC_PEER_PYTHON": peer_python()}
    done = subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        cwd=FOLDER,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@cache
def rows() -> list[dict[str, Any]]:
    return list(json.loads(run("-c", LIST_ROWS)))


def functions_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_each_row_is_held_by_tests():
    """Every row names at least one test, and each named file and function exists."""
    missing = []
    for row in rows():
        if not row["tests"]:
            missing.append(f"row {row['number']} names no test")
        for name in row["tests"]:
            file, _, function = name.partition("::")
            path = ROOT / file
            if not path.is_file() or (function and function not in functions_of(path)):
                missing.append(f"row {row['number']}: {name}")
    assert missing == []


def test_both_programs_were_measured():
    """The saved results have a figure of both programs for each row, at the full size."""
    missing = [
        (row["number"], side)
        for row in rows()
        for side in ("ours", "peer")
        if row["results"].get(side, {}).get("size") != "full"
        or not row["results"][side].get("figure")
    ]
    assert missing == []


def test_ours_reaches_each_goal():
    """In the saved results no row that has a number to reach misses it."""
    assert [row["number"] for row in rows() if row["judged"] and not row["reached"]] == []


def test_the_page_is_that_of_the_results(tmp_path):
    """`docs/reliability-figures.md` is what the program makes of the saved results."""
    run("measure.py", "--report", "--page", str(tmp_path / "page.md"))
    page = ROOT / "docs" / "reliability-figures.md"
    assert page.read_text(encoding="utf-8") == (tmp_path / "page.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("row", "number", "least"),
    [
        ("12", "wrong_handles", 1),
        pytest.param(
            "23",
            "unclean",
            5,
            marks=pytest.mark.skipif(
                not sys.platform.startswith("linux") or platform.machine() != "x86_64",
                reason="faults are injected by ptrace, on Linux and x86-64 only",
            ),
        ),
    ],
)
def test_a_trial_tells_the_programs_apart(row, number, least, tmp_path):
    """Measured now: ours reaches the goal, and the same trial sees the fault of the peer."""
    results = tmp_path / "results.json"
    run("measure.py", "--row", row, "--results", str(results))
    measured = json.loads(results.read_text(encoding="utf-8"))["rows"][row]
    assert measured["ours"]["numbers"][number] == 0
    assert measured["peer"]["numbers"][number] >= least
