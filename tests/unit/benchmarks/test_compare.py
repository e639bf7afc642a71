"""The comparison with the released signac runs, and says what it measured."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import signac
from interop.peer import VERSION, peer_python

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"

#: What the modules beside `compare.py` know, printed by an interpreter that finds them.
LIST_CASES = """
import json
import child, work_documents, work_find, work_jobs, work_stores, work_tables, work_transfer
from cases import CASES
modules = (work_documents, work_find, work_jobs, work_stores, work_tables, work_transfer)
work = {name: function for module in modules for name, function in module.WORK.items()}
print(json.dumps({
    "measured": sorted(name for name, case in CASES.items() if not case.is_process),
    "written": sorted(work),
    "found": sorted(name for name in work if name in child.find_work(name)),
}))
"""

#: The program, with a command in place of one case that ours alone does not have.
BREAK_OURS = """
import dataclasses
import cases, compare
case = cases.CASES["find-process"]
program = "import signac; assert signac.__version__ < '3', 'not there'"
cases.CASES["find-process"] = dataclasses.replace(case, program=program)
compare.main()
"""

GROWING = (
    "find-process",
    "find-cold",
    "find-equality",
    "lookup-first-id",
    "groupby-sp",
    "schema",
    "neighbors",
    "memory",
)


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


def check_goal(goal: dict, *, judged: bool = True) -> None:
    for side in ("ours", "theirs"):
        assert 0 < goal[side]["cpu"] < 10
        assert 0 < goal[side]["wall"] < 10
    assert 0 < goal["lowest"] <= goal["ratio"] <= goal["highest"]
    if goal["at_least"] is None or not judged:
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


@pytest.mark.long
def test_a_case_of_each_state_of_a_project_is_measured_at_the_size_asked_for(
    tmp_path: Path,
) -> None:
    """Search is measured on copies of one project, each state prepared, and nothing is left."""
    names = ["find-bare", "find-cold", "memory", "find-changed", "neighbors-grid"]
    file, data = tmp_path / "result.json", tmp_path / "data"
    data.mkdir()
    done = run(
        str(BENCHMARKS / "compare.py"),
        *("--jobs", "200", "--rounds", "1", "--json", str(file), "--directory", str(data)),
        *(word for name in names for word in ("--case", name)),
    )
    assert done.returncode == 0, done.stderr
    assert list(data.iterdir()) == []
    cases = json.loads(file.read_text())["cases"]
    assert list(cases) == [f"{name}@200" for name in names]
    for case in cases.values():
        assert case["jobs"] == 200
        assert case["failures"] == {}
        check_goal(case["goals"][0], judged=False)
    assert cases["memory@200"]["goals"][0]["ours"]["memory"] > 0


def test_a_side_that_cannot_do_a_case_is_named_and_the_other_is_measured(tmp_path: Path) -> None:
    """Work that one side lacks ends nothing: the other side is timed, and the run fails last."""
    file = tmp_path / "result.json"
    done = run(
        *("-c", BREAK_OURS, "--jobs", "200", "--rounds", "1", "--json", str(file)),
        *("--case", "find-process", "--directory", str(tmp_path)),
    )
    assert done.returncode == 1
    assert "find-process@200: ours failed: AssertionError: not there" in done.stderr
    case = json.loads(file.read_text())["cases"]["find-process@200"]
    assert list(case["failures"]) == ["ours"]
    assert case["goals"][0]["ours"] is None
    assert case["goals"][0]["ratio"] is None
    assert case["goals"][0]["theirs"]["cpu"] > 0


def test_a_case_that_does_not_exist_is_refused_with_the_names_there_are() -> None:
    """A name that fits no case is an error before anything is written."""
    done = run(str(BENCHMARKS / "compare.py"), "--case", "nothing-like-it")
    assert done.returncode != 0
    assert "find-cold" in done.stderr


def test_the_growth_of_cost_is_drawn(tmp_path: Path) -> None:
    """A picture has a panel for each case, and the same figures give the same bytes."""
    points = [
        {"case": case, "jobs": jobs, "side": side, "cpu": jobs * 1e-6, "wall": 1, "memory": jobs}
        for case in GROWING
        for jobs in (1_000, 10_000)
        for side in ("ours", "peer")
    ]
    data = tmp_path / "growth.json"
    data.write_text(json.dumps({"points": points}))
    pictures = []
    for name in ("one.svg", "two.svg"):
        done = run(str(BENCHMARKS / "plot_growth.py"), str(data), str(tmp_path / name))
        assert done.returncode == 0, done.stderr
        pictures.append((tmp_path / name).read_bytes())
    assert pictures[0] == pictures[1]
    assert pictures[0].count(b'id="axes_') == len(GROWING)


@pytest.mark.long
def test_the_growth_of_cost_is_measured(tmp_path: Path) -> None:
    """Both sides are measured at the sizes asked for, ours alone at others, and nothing is left."""
    file, data = tmp_path / "growth.json", tmp_path / "data"
    data.mkdir()
    done = run(
        *(str(BENCHMARKS / "growth.py"), str(file), "--jobs", "200", "--ours", "400"),
        *("--rounds", "1", "--directory", str(data), "--memory", str(data)),
    )
    assert done.returncode == 0, done.stderr
    assert list(data.iterdir()) == []
    points = json.loads(file.read_text())["points"]
    both = {(case, 200, side) for case in GROWING for side in ("ours", "peer")}
    alone = {(case, 400, "ours") for case in GROWING}
    assert {(p["case"], p["jobs"], p["side"]) for p in points} >= both | alone
