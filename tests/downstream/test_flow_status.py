"""`status` and `next` of signac-flow print what they print with the released signac."""

import json
import re
import subprocess

import pytest

from downstream import expected
from downstream.study import IDS, without_frames

#: A name for each command whose output is on file, with the stages at which it is given.
STATUS = {
    "status": ("fresh half done", ""),
    "detailed": ("fresh half done", "-d"),
    "full": ("fresh half done", "--full"),
    "json": ("fresh half done", "--json"),
    "markdown": ("half", "-d --output-format markdown"),
    "html": ("half", "-d --output-format html"),
    "pretty": ("half", "--pretty -d"),
    "expanded": ("half", "-d --expand"),
    "incomplete": ("half", "-d -a --only-incomplete-operations"),
    "no-overview": ("half", "-d -a --no-overview"),
    "short-overview": ("half", "-m 1 --eligible-jobs-max-lines 1"),
    "one-job": ("half", f"-d -j {IDS[0, 0.5]}"),
    "abbreviated": ("half", "-d -j 010b c8"),
    "filter": ("half", "-d -f seed 1"),
    "filter-operator": ("half", "-d -f seed.$gt 0 length 0.5"),
    "filter-document": ("half", "-d -f doc.rank 3"),
    "filter-json": ("half", '-d -f {"doc.rank":{"$lt":2}}'),
    "filter-both": ("half", "-d -f doc.walked true seed 0"),
    "filter-regex": ("done", "-d -f doc.events.0.$regex x seed 0"),
    "filter-nothing": ("half", "-d -f seed 99"),
    "operation": ("half", "-d -o walk start"),
    "group": ("half", "-d -o simulate"),
}
CASES = [(name, stage) for name, (stages, _) in STATUS.items() for stage in stages.split()]
PROGRESS = re.compile(r"Fetching (status|labels):")


def words(done: subprocess.CompletedProcess[str]) -> str:
    """Return what a command said, without bars of progress."""
    return done.stdout + "".join(
        f"stderr: {line}\n"
        for line in re.split(r"[\r\n]", without_frames(done.stderr))
        if line and not PROGRESS.match(line)
    )


@pytest.mark.parametrize(("name", "stage"), CASES)
def test_status(name, stage, stages):
    """Each form of `status`, at each stage, is word for word the one on file."""
    study = stages(stage)
    done = study.flow("status", *STATUS[name][1].split())
    expected.check(f"status-{name}-{stage}.txt", expected.plain(words(done), study))


@pytest.mark.parametrize("way", ["none", "thread", "process"])
@pytest.mark.parametrize("buffered", ["False", "True"])
def test_status_in_parallel(way, buffered, at):
    """The status is the same from one thread, many threads and many processes, buffered or not."""
    study = at("half")
    study.configure(status_parallelization=way, use_buffered_mode=buffered)
    done = study.flow("status", "-d")
    expected.check("status-detailed-half.txt", expected.plain(words(done), study))


def test_status_from_inside_a_job(stages):
    """`status` finds the project from a directory of a job."""
    study = stages("half")
    done = study.call("../../project.py", "status", cwd=study.job(0, 0.5))
    expected.check("status-status-half.txt", expected.plain(words(done), study))


def test_configuration_is_read(at):
    """Settings of the `flow` section reach signac-flow: an unknown one is named."""
    study = at("fresh")
    study.configure(status_parallelization="bogus")
    done = study.flow("status", fails=True)
    assert "status_parallelization is invalid" in done.stderr
    study.configure(eligible_jobs_max_lines="1")
    assert "more operations omitted" in study.flow("status").stdout


def test_numbers_of_the_status(stages):
    """What the status counts is what lies on disk."""
    study = stages("half")
    status = json.loads(study.flow("status", "--json").stdout)
    for key, job_id in IDS.items():
        groups = status[job_id]["groups"]
        assert groups["start"]["completed"] is (key in study.having("start.json"))
        assert groups["walk"]["completed"] is (key in study.having("walk.txt"))
        assert groups["walk"]["eligible"] is (key not in study.having("walk.txt"))
        assert groups["count"]["completed"] is (key in study.having("count.txt"))
    assert study.having("walk.txt") == study.having("count.txt") == {(0, 0.5), (0, 1.0)}


@pytest.mark.parametrize(
    ("operation", "stage", "count"),
    [("start", "fresh", 6), ("walk", "half", 4), ("note", "half", 2), ("start", "done", 0)],
)
def test_next(operation, stage, count, stages):
    """`next` lists the jobs that may run an operation."""
    lines = stages(stage).flow("next", operation).stdout.split()
    assert len(lines) == len(set(lines)) == count
    assert set(lines) <= set(IDS.values())


def test_next_of_an_unknown_operation(stages):
    """`next` says so when an operation is not there."""
    done = stages("fresh").flow("next", "nothing")
    assert "The requested flow operation 'nothing' does not exist." in done.stdout + done.stderr


@pytest.mark.parametrize("option", ["--stack", "-1"])
def test_forms_that_fail_with_the_released_signac_too(option, stages):
    """Two forms of signac-flow 0.29 trip over their own template, whatever lies beneath."""
    done = stages("half").flow("status", "-d", option, fails=True)
    assert "TemplateSyntaxError: expected token 'in', got '['" in done.stderr


def test_parameters_of_aggregates(stages):
    """`-p` is refused by signac-flow for a project with aggregates; see `test_flow_api.py`."""
    done = stages("half").flow("status", "-d", "-p", "seed", fails=True)
    assert "Cannot show parameters for aggregates." in done.stderr
