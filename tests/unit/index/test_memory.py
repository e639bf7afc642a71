"""What a search costs: memory, and files that are opened and directories that are listed."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import signac
from unit.index.conftest import JOBS
from unit.index.planting import document_of, index_files, plant, rewrite

MEMORY = """
import sys
import signac

project = signac.Project(sys.argv[1])
found = [project.find_jobs(eval(text)).count() for text in sys.argv[2:]]
with open("/proc/self/status") as status:
    peak = [line.split()[1] for line in status if line.startswith("VmHWM")]
print(int(peak[0]) / 1024, *found)
"""
#: Jobs, and the most MiB for the first search and for one more: an import takes some 25 of them.
SIZES = [
    (5_000, 60, 50),
    pytest.param(100_000, 250, 80, marks=[pytest.mark.long, pytest.mark.timeout(600)]),
]


def peak(path: str, *filters: Any) -> tuple[float, list[int]]:
    """Search in a new process; return its peak memory in MiB and how many jobs each found."""
    command = [sys.executable, "-c", MEMORY, path, *map(repr, filters)]
    words = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(words[0]), list(map(int, words[1:]))


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="needs /proc")
@pytest.mark.parametrize(("jobs", "first", "later"), SIZES)
def test_peak_memory(
    tmp_path: Path, jobs: int, first: int, later: int, record_property: Any
) -> None:
    """The search that builds the index, and those of new processes after it, need little memory."""
    if os.statvfs(tmp_path).f_ffree < 3 * jobs:
        pytest.skip(f"the file system of {tmp_path} has too few free inodes")
    path = str(tmp_path)
    signac.init_project(path)
    plant(
        path,
        (
            {"n": n, "f": n / 7, "s": f"text {n % 100}", "a": n % 10, "b": n % 2 == 0}
            | {"m": {"x": n % 50, "y": None}, "l": [n % 3, 1.5]}
            for n in range(jobs)
        ),
    )
    took, found = peak(path, {"a": 3})
    assert found == [jobs // 10]
    record_property("first search, MiB", round(took))
    assert took < first
    # One each of those that read much: a tenth of the jobs, a range, texts, lists, what is absent.
    filters = [{"a": 3}, {"n": {"$gte": jobs - 5}}, {"s": {"$regex": "7$"}}, {"l": [0, 1.5]}]
    filters += [{"none.$exists": False}, {"f": {"$near": 1.0}}, {"$not": {"b": True}}]
    took, found = peak(path, *filters)
    expected = [jobs // 10, 5, jobs // 10, -(-jobs // 3), jobs, 1, jobs // 2]
    assert found == expected
    record_property("several searches, MiB", round(took))
    assert took < later + 30
    took, found = peak(path, {"n": 5, "m.x": 5})
    assert found == [1]
    record_property("one search, MiB", round(took))
    assert took < later


AUDIT = """
import json
import sys
import signac

events = []


def hook(event, args):
    if event in ("open", "os.listdir", "os.scandir"):
        events.append((event, str(args[0])))
    elif event.split(".")[0] in ("socket", "subprocess") or event in ("os.fork", "os.exec"):
        events.append((event, ""))


project = signac.Project(sys.argv[1])
sys.addaudithook(hook)
answers = [eval(text) for text in sys.argv[2:]]
seen = list(events)
json.dump([answers, seen], sys.stdout)
"""


def watched(path: str, *questions: str) -> tuple[list[Any], list[tuple[str, str]]]:
    """Put questions to `project` in a new process; return the answers and what it opened."""
    command = [sys.executable, "-c", AUDIT, path, *questions]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    answers, events = json.loads(done.stdout)
    # Modules that are imported on the way are no matter here.
    events = [(e, p) for e, p in events if not p.startswith((sys.prefix, sys.base_prefix))]
    return answers, [(e, p) for e, p in events if not p.endswith((".py", ".pyc", "/signac"))]


QUESTIONS = {
    "project.find_jobs({'a': 1}).count()": 10,
    "len(project.find_jobs('n >= 70 and s == \\'text 2\\''))": 2,
    "project.find_jobs({'m.k': {'$in': [1, 2]}}).distinct('a')": list(range(8)),
    "sum(job.sp.n for job in project.find_jobs({'n': {'$lt': 5}}))": 10,
    "len(project.detect_schema())": 4,
    "[label for label, _ in project.groupby('a')]": list(range(8)),
    "len(project)": JOBS,
}


def test_a_search_with_an_index(resting: str) -> None:
    """With an index at rest a search opens the index, and no state point; it lists nothing."""
    assert signac.Project(resting).find_jobs({"a": 1}).count() == 10
    index = os.path.dirname(index_files(resting)[0])
    for question, answer in QUESTIONS.items():
        answers, events = watched(resting, question)
        assert answers == [answer]
        opened = [path for event, path in events if event == "open"]
        assert all(event == "open" for event, _ in events), events
        assert {os.path.dirname(path) for path in opened} <= {index, "/proc/self"}, question
        assert len([path for path in opened if path.startswith(index)]) <= 2
    # All of them in one process open each file once.
    answers, events = watched(resting, *QUESTIONS)
    assert answers == list(QUESTIONS.values())
    in_index = [path for _, path in events if path.startswith(index)]
    assert len(in_index) == len(set(in_index)) == 2


def test_a_search_in_documents(resting: str) -> None:
    """With documents in the index none is opened but those that changed."""
    query = "project.find_jobs({'doc.x': {'$gte': 70}}).count()"
    assert signac.Project(resting).find_jobs({"doc.x": {"$gte": 70}}).count() == 10
    answers, events = watched(resting, query)
    workspace = os.path.join(resting, "workspace")
    assert answers == [10]
    assert [path for _, path in events if path.startswith(workspace + os.sep)] == []
    assert [event for event, _ in events if event != "open"] == []
    changed = sorted(job.id for job in signac.Project(resting).find_jobs({"n": {"$lt": 3}}))
    for job_id in changed:
        rewrite(resting, job_id, {"x": 100})
    answers, events = watched(resting, query)
    assert answers == [13]
    opened = [path for _, path in events if path.startswith(workspace + os.sep)]
    assert opened == [document_of(resting, job_id) for job_id in changed]


def test_a_search_after_an_addition(resting: str) -> None:
    """After an addition the workspace is listed once, and the state point of the new job read."""
    assert signac.Project(resting).find_jobs({"a": 1}).count() == 10
    (added,) = plant(resting, [{"n": 1000, "a": 1}])
    answers, events = watched(resting, "project.find_jobs({'a': 1}).count()")
    assert answers == [11]
    workspace = os.path.join(resting, "workspace")
    assert [e for e in events if e[0] == "os.scandir"] == [("os.scandir", workspace)]
    points = [path for event, path in events if path.endswith("signac_statepoint.json")]
    assert len(points) == 1
    assert added in points[0]


def test_the_first_search(planted: Any) -> None:
    """The first search opens each state point once."""
    answers, events = watched(planted.path, "project.find_jobs({'a': 1}).count()")
    assert answers == [10]
    points = [path for event, path in events if path.endswith("signac_statepoint.json")]
    assert len(points) == len(set(points)) == JOBS
    assert not [path for _, path in events if path.endswith("signac_job_document.json")]
