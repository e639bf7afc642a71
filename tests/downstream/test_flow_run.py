"""`run` and `exec` of signac-flow leave on disk what the workflow says."""

import json
import random
import re

import pytest

from downstream.study import IDS

WALKED = ["start walk", "success walk", "exit walk"]
FELL = ["start walk", "exception walk CalledProcessError", "exit walk"]
FILES = {
    "signac_statepoint.json",
    "signac_job_document.json",
    "signac_data.h5",
    "start.json",
    "walk.txt",
    "count.txt",
    "history.txt",
    "report.txt",
}


def walk_of(seed: int, length: float) -> list[float]:
    """Return the positions that the walk of a job must have."""
    generator = random.Random(IDS[seed, length])
    position, found = 0.0, []
    for _ in range(3 + seed + int(length)):
        position += generator.choice((-1, 1)) * length
        found.append(position)
    return found


def mean_square(seed: int, length: float) -> float:
    """Return the mean square that must be in the document of a job."""
    squares = [position**2 for position in walk_of(seed, length)]
    return sum(squares) / len(squares)


def check_done(study):
    """Require that everything is there that the whole workflow makes, and nothing else."""
    pairs = set()
    for (seed, length), job_id in IDS.items():
        job = study.job(seed, length)
        assert {path.name for path in job.iterdir()} == FILES
        statepoint = {"seed": seed, "length": length, "steps": 3 + seed + int(length)}
        assert json.loads((job / "start.json").read_text()) == statepoint
        assert json.loads((job / "signac_statepoint.json").read_text()) == statepoint
        walk = [float(line) for line in (job / "walk.txt").read_text().split()]
        assert walk == walk_of(seed, length)
        assert int((job / "count.txt").read_text()) == len(walk)
        assert (job / "history.txt").read_text() == f"{job_id} {seed}\n"
        mates = [IDS[other, length] for other in range(3)]
        average = sum(mean_square(other, length) for other in range(3)) / 3
        assert study.document(seed, length) == {
            "todo": False,
            "rank": int(2 * seed + length),
            "events": WALKED,
            "walked": True,
            "history": {"lines": 1},
            "mean_square": pytest.approx(mean_square(seed, length)),
            "result": {"average": pytest.approx(average), "of": mates},
        }
        pairs.add((job / "report.txt").read_text())
    assert pairs == in_twos()
    assert study.project_document() == {"steps": [4, 3]}


def in_twos() -> set[str]:
    """Return the reports: jobs in groups of two, by length of steps, then id."""
    ordered = [job_id for (_, length), job_id in sorted(IDS.items(), key=lambda x: (x[0][1], x[1]))]
    return {f"{ordered[i]} {ordered[i + 1]}" for i in (0, 2, 4)}


def test_run_does_everything(stages):
    """`run` executes all operations in the order of their conditions, aggregates included."""
    check_done(stages("done"))


def test_nothing_is_left_to_run(at):
    """A second `run` does nothing: no file and no document changes."""
    study = at("done")
    before = {path: path.read_bytes() for path in study.path.rglob("*") if path.is_file()}
    done = study.flow("run")
    assert done.stdout == ""
    after = {path: path.read_bytes() for path in study.path.rglob("*") if path.is_file()}
    changed = {path.name for path in before | after if before.get(path) != after.get(path)}
    assert {name for name in changed if not name.endswith(".pyc")} == set()


@pytest.mark.parametrize("buffered", [False, True])
def test_run_in_two_processes(at, buffered):
    """`run --parallel 2` gives the same as `run`, buffered or not."""
    study = at("started")
    if buffered:
        study.configure(use_buffered_mode="True")
    study.flow("run", "--parallel", "2")
    check_done(study)


def test_run_buffered(at):
    """`run` in buffered mode gives the same as without."""
    study = at("started")
    study.configure(use_buffered_mode="on")
    study.flow("run")
    check_done(study)


def test_run_of_a_group(at):
    """`run -o` with a group runs the operations of the group in order, and no other."""
    study = at("fresh")
    study.flow("run", "-o", "simulate", "-f", "seed", "1")
    assert study.having("count.txt") == study.having("start.json") == {(1, 0.5), (1, 1.0)}
    assert study.document(1, 0.5) == {"todo": True, "rank": 2, "events": WALKED, "walked": True}
    assert study.project_document() == {}


@pytest.mark.parametrize(
    ("options", "jobs"),
    [
        (f"-o walk -j {IDS[2, 0.5]}", {(2, 0.5)}),
        ("-o walk -j 010 155", {(2, 1.0), (1, 1.0)}),
        ("-o walk -f seed 1", {(1, 0.5), (1, 1.0)}),
        ("-o walk -f doc.rank.$gte 3 length 0.5", {(2, 0.5)}),
        ('-o walk -f {"doc.rank":{"$in":[0,1]}}', {(0, 0.5), (0, 1.0)}),
        ("-o wal.* -f seed 2 length 1.0", {(2, 1.0)}),
    ],
)
def test_run_of_some_jobs(options, jobs, at):
    """`-o`, `-j` and `-f`, with state points and documents, select what is run."""
    study = at("started")
    study.flow("run", *options.split())
    assert study.having("walk.txt") == jobs
    assert study.having("count.txt") == set()


def test_run_of_a_number(at):
    """`-n` limits how many operations are run; later calls go on."""
    study = at("fresh")
    for count in (2, 4, 6, 6):
        study.flow("run", "-o", "start", "-n", "2")
        assert len(study.having("start.json")) == count


@pytest.mark.parametrize("order", ["none", "by-job", "cyclic", "random"])
def test_run_in_an_order(order, at):
    """Every `--order` gives the same in the end, with a bar of progress."""
    study = at("fresh")
    study.flow("run", "--order", order, "--progress", "-o", "start", "forget")
    assert study.having("start.json") == set(IDS)
    assert not any(study.document(*key)["todo"] for key in IDS)


def test_pretended_run(stages):
    """`run --pretend` prints the commands, one for each operation that is eligible."""
    study = stages("half")
    lines = study.flow("run", "--pretend", "-o", "walk", "count", "note").stdout.splitlines()
    assert len(lines) == 6
    assert sum(" exec walk " in line for line in lines) == 4
    for length in (0.5, 1.0):
        job = study.job(0, length)
        assert any(line.startswith(f"echo {job.name} 0 >> {job}/history.txt") for line in lines)


def test_failure_of_an_operation(at):
    """An operation that raises stops the run; hooks note it, and the rest can go on."""
    study = at("started")
    done = study.flow("run", "-o", "walk", "-f", "seed", "1", fails=True, environment=fall(1))
    assert "the walker fell" in done.stderr
    assert study.having("walk.txt") == set()
    documents = [study.document(1, length) for length in (0.5, 1.0)]
    assert sorted(len(document.get("events", [])) for document in documents) == [0, 3]
    assert FELL in [document.get("events") for document in documents]
    study.flow("run", "-f", "seed", "1")
    assert study.having("history.txt") == {(1, 0.5), (1, 1.0)}
    assert study.document(1, 0.5)["events"] in (WALKED, FELL + WALKED)


def fall(seed: int) -> dict[str, str]:
    """Return the environment variables that make the walkers of a seed fall."""
    return {"FAIL_SEED": str(seed)}


def test_failure_in_two_processes(at):
    """A failure in one process of a parallel run is reported, and other jobs keep their results."""
    study = at("started")
    options = ("-o", "walk", "-f", "seed.$gt", "0", "length", "0.5", "-p", "2")
    done = study.flow("run", *options, fails=True, environment=fall(1))
    assert "the walker fell" in done.stderr
    assert study.having("walk.txt") <= {(2, 0.5)}
    study.flow("run", "--parallel", "2")
    assert study.having("report.txt") == set(IDS)


def test_exec(at):
    """`exec` runs one operation of some jobs in this process, whatever its conditions say."""
    study = at("fresh")
    study.flow("exec", "unwanted", IDS[0, 0.5], IDS[1, 1.0])
    study.flow("exec", "walk", "1a50")
    study.flow("exec", "forget")
    where = {"unwanted": str(study.path)}
    assert study.document(0, 0.5) == {"todo": False, "rank": 0} | where
    assert study.document(1, 1.0) == {"todo": False, "rank": 3} | where
    assert study.document(2, 1.0) == {"todo": False, "rank": 5}
    assert study.having("walk.txt") == {(2, 0.5)}


def test_exec_of_an_aggregate(at):
    """`exec` takes the id of an aggregate."""
    study = at("done")
    for length in (0.5, 1.0):
        for seed in range(3):
            (study.job(seed, length) / "report.txt").unlink()
    found = re.findall(r"(agg-\w+)\s+report", study.flow("status", "-d", "-a").stdout)
    assert len(found) == 3
    study.flow("exec", "report", found[0])
    assert len(study.having("report.txt")) == 2


@pytest.mark.parametrize("job_id", ["f" * 32, "ffff", "1"])
def test_exec_of_an_unknown_job(job_id, stages):
    """`exec` refuses an id that no job has, and a beginning that two jobs share."""
    done = stages("fresh").flow("exec", "start", job_id, fails=True)
    assert "LookupError" in done.stderr
    assert job_id in done.stderr


def test_history_of_operations(at):
    """The hook of signac-flow that tracks operations writes its log into the job directory."""
    study = at("started")
    options = ("run", "-o", "walk", "-f", "length", "0.5", "seed", "1")
    study.flow(*options, fails=True, environment={"TRACK": "1"} | fall(1))
    study.flow(*options, environment={"TRACK": "1"})
    log = (study.job(1, 0.5) / "signac_execution_history.log").read_text().splitlines()
    entries = [json.loads(line) for line in log]
    assert [entry["stage"] for entry in entries] == ["prior", "after", "prior", "after"]
    assert [entry["error"] is None for entry in entries] == [True, False, True, True]
    for entry in entries:
        assert entry["job_id"] == IDS[1, 0.5]
        assert entry["operation"] == "walk"
        assert entry["project"] == {"path": str(study.path), "schema_version": "2"}


def test_hooks_of_the_project(at):
    """Hooks installed on the project see the jobs of all operations, beside those of operations."""
    study = at("started")
    options = ("-o", "walk", "count", "-f", "seed", "2")
    study.flow("run", *options, environment={"PROJECT_HOOKS": "1"})
    events = [*WALKED[:2], "project-exit walk", WALKED[2], "project-exit count"]
    for length in (0.5, 1.0):
        assert study.document(2, length)["events"] == events


def test_conditions_are_ignored_on_request(at):
    """`--ignore-conditions` runs what has been done, or is not ready."""
    study = at("half")
    study.flow("run", "-o", "start", "-j", "c859", "--ignore-conditions", "post")
    study.flow("run", "-o", "unwanted", "--ignore-conditions", "all")
    assert all("unwanted" in study.document(*key) for key in IDS)
    study.flow("run", "-o", "count", "-j", "010b", "--ignore-conditions", "pre", fails=True)


def test_run_from_elsewhere(at):
    """`--switch-to-project-root` runs operations in the project directory."""
    study = at("started")
    options = ("run", "--switch-to-project-root", "-o", "walk", "count", "note")
    study.call(str(study.path / "project.py"), *options, "-f", "seed", "0", cwd=study.job(0, 0.5))
    assert study.having("history.txt") == {(0, 0.5), (0, 1.0)}


def test_job_that_is_made_later(at):
    """A new job joins: it is run, and the average of its group is computed anew."""
    study = at("done")
    program = (
        "import signac; signac.get_project().open_job(dict(seed=9, length=0.5, steps=2)).init()"
    )
    study.call("-c", program)
    study.flow("run")
    (new,) = study.directories() - {study.job(*key) for key in IDS}
    document = json.loads((new / "signac_job_document.json").read_text())
    mates = [IDS[seed, 0.5] for seed in range(3)]
    assert document["result"]["of"] == [*mates, new.name]
    assert study.document(0, 0.5)["result"] == document["result"]
    assert study.document(0, 1.0)["result"]["of"] == [IDS[seed, 1.0] for seed in range(3)]
