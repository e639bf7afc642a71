"""The comparison with the released signac runs, and says what it measured."""

import json
import os
import subprocess
import sys
from pathlib import Path

import signac
from interop.peer import VERSION, peer_python

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"

#: What the modules beside `compare.py` know, printed by an interpreter that finds them.
LIST_CASES = """
import json
import child, work_documents, work_jobs, work_stores
from cases import CASES
work = {**work_documents.WORK, **work_jobs.WORK, **work_stores.WORK}
print(json.dumps({
    "measured": sorted(name for name, case in CASES.items() if not case.program),
    "written": sorted(work),
    "found": sorted(name for name in work if name in child.find_work(name)),
}))
"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SIGNAC_PEER_PYTHON": peer_python()}
    return subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        cwd=BENCHMARKS,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_two_quick_cases_are_measured_and_reported(tmp_path: Path) -> None:
    """A run measures both sides, judges each ratio by its target, and leaves nothing behind."""
    file, data = tmp_path / "result.json", tmp_path / "data"
    data.mkdir()
    done = run(
        str(BENCHMARKS / "compare.py"),
        *("--quick", "--rounds", "1", "--case", "import", "--case", "document-set"),
        *("--json", str(file), "--directory", str(data)),
    )
    assert done.returncode == 0, done.stderr
    assert list(data.iterdir()) == []
    result = json.loads(file.read_text())
    assert result["versions"] == {"ours": signac.__version__, "peer": VERSION}
    assert list(result["cases"]) == ["import", "document-set"]
    against = [goal["against"] for goal in result["cases"]["document-set"]["goals"]]
    assert against == ["peer", "limit", "floor"]
    for name, case in result["cases"].items():
        for goal in case["goals"]:
            check_goal(goal)
            assert any(
                line.startswith(f"{name} ") and f"{goal['ratio']:.2f}" in line
                for line in done.stdout.splitlines()
            ), done.stdout


def check_goal(goal: dict) -> None:
    for side in ("ours", "theirs"):
        assert 0 < goal[side]["cpu"] < 10
        assert 0 < goal[side]["wall"] < 10
    assert 0 < goal["lowest"] <= goal["ratio"] <= goal["highest"]
    if goal["at_least"] is None:
        assert goal["reached"] is None
    elif goal["against"] == "peer":
        assert goal["reached"] == (goal["ratio"] >= goal["at_least"])
    else:
        assert goal["reached"] == (goal["ratio"] <= goal["at_least"])


def test_every_case_has_its_work() -> None:
    """No case is listed without a program for it, and none is written that is never run."""
    done = run("-c", LIST_CASES)
    assert done.returncode == 0, done.stderr
    cases = json.loads(done.stdout)
    assert cases["measured"] == cases["written"] == cases["found"]


def test_a_missing_peer_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    """Without the released signac nothing is measured: the program stops and names the remedy."""
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / "compare.py"), "--case", "import"],
        env={**os.environ, "SIGNAC_PEER_PYTHON": str(tmp_path / "nothing")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode != 0
    assert "make peer" in done.stderr
