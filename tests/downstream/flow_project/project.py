"""A workflow as users write them: random walks, their mean squares, averages over seeds.

It uses most of what signac-flow 0.29 offers, so that each part meets the data space beneath.
"""

import json
import os
import random

from flow import FlowProject, aggregator
from flow.environment import (
    DefaultLSFEnvironment,
    DefaultPBSEnvironment,
    DefaultSlurmEnvironment,
    StandardEnvironment,
)
from flow.environments.umich import GreatLakesEnvironment
from flow.hooks import TrackOperations

ENVIRONMENTS = {
    "none": StandardEnvironment,
    "slurm": DefaultSlurmEnvironment,
    "pbs": DefaultPBSEnvironment,
    "lsf": DefaultLSFEnvironment,
    "cluster": GreatLakesEnvironment,
}


class Walks(FlowProject):
    """Random walks in one dimension."""


simulate = Walks.make_group("simulate", submit_options="--num-passes=2", run_options="--verbose")
by_length = aggregator.groupby("length", sort_by="seed")
of_seed_0 = aggregator(sort_by="steps", sort_ascending=False, select=lambda job: job.sp.seed == 0)


class Record:
    """A hook that appends its name and the operation to the document of the job."""

    def __init__(self, name):
        self.name = name

    def __call__(self, operation_name, *rest):
        """Take the job, after the error if there is one."""
        words = [self.name, operation_name]
        words += [type(part).__name__ for part in rest if isinstance(part, Exception)]
        rest[-1].doc.setdefault("events", [])
        rest[-1].doc.events.append(" ".join(words))


def number_of_lines(job):
    """Return how many lines the history of the job has."""
    if not job.isfile("history.txt"):
        return 0
    with open(job.fn("history.txt")) as file:
        return len(file.readlines())


def analysed(job):
    """Tell if the job has its mean square."""
    return "mean_square" in job.doc


def all_analysed(*jobs):
    """Tell if all jobs of the aggregate have their mean square."""
    return all("mean_square" in job.doc for job in jobs)


def averaged(*jobs):
    """Tell if the average is in the document of each job."""
    return all("average" in job.doc.get("result", {}) for job in jobs)


@Walks.label
def started(job):
    """Tell if there is a start file."""
    return job.isfile("start.json")


@Walks.label
def length(job):
    """Name the length of the steps, and of those analysed the sign of the mean square."""
    return f"l={job.sp.length}"


@Walks.label("has-walked")
def walked(job):
    """Tell if the walk is there."""
    return job.isfile("walk.txt")


@simulate
@Walks.post.isfile("start.json")
@Walks.operation(directives={"walltime": 0.5, "memory": "1g"})
def start(job):
    """Write the start file."""
    with open(job.fn("start.json"), "w") as file:
        json.dump(job.statepoint(), file)


@simulate
@Walks.pre.after(start)
@Walks.post.true("walked")
@Walks.post.isfile("walk.txt")
@Walks.operation_hooks.on_start(Record("start"))
@Walks.operation_hooks.on_success(Record("success"))
@Walks.operation_hooks.on_exception(Record("exception"))
@Walks.operation_hooks.on_exit(Record("exit"))
@Walks.operation(
    with_job=True,
    directives={"np": 2, "omp_num_threads": 1, "walltime": lambda job: job.sp.steps / 10},
)
def walk(job):
    """Walk inside the job directory."""
    assert os.path.samefile(".", job.path)
    if os.environ.get("FAIL_SEED") == str(job.sp.seed):
        raise RuntimeError("the walker fell")
    generator = random.Random(job.id)
    position = 0.0
    with open("walk.txt", "w") as file:
        for _ in range(job.sp.steps):
            position += generator.choice((-1, 1)) * job.sp.length
            file.write(f"{position}\n")
    job.doc.walked = True


@simulate
@Walks.pre.true("walked")
@Walks.post.isfile("count.txt")
@Walks.operation(cmd=True, with_job=True, directives={"np": 1})
def count(job):
    """Count lines with a command that runs in the job directory."""
    return "wc -l < walk.txt > count.txt"


@Walks.pre.isfile("count.txt")
@Walks.post(lambda job: job.doc.get("history", {}).get("lines") == number_of_lines(job))
@Walks.operation(cmd=True)
def note(job):
    """Note in the history what the command line is given."""
    write = f"echo {job.id} {job.sp.seed} >> {job.fn('history.txt')}"
    python = "import signac; job = signac.get_job(); job.doc['history'] = {'lines': 1}"
    return f'{write} && cd {job.path} && python -c "{python}"'


@Walks.pre.copy_from(count)
@Walks.pre.after(count)
@Walks.post(analysed)
@Walks.operation(directives={"ngpu": lambda job: 1 if job.sp.steps > 4 else 0})
def analyse(job):
    """Compute the mean square."""
    with open(job.fn("walk.txt")) as file:
        squares = [float(line) ** 2 for line in file]
    job.doc.mean_square = sum(squares) / len(squares)
    job.data["squares"] = squares[0]


@Walks.pre(all_analysed)
@Walks.post(averaged)
@Walks.operation(aggregator=by_length)
def average(*jobs):
    """Average over all jobs with the same length of steps."""
    assert len({job.sp.length for job in jobs}) == 1
    assert [job.sp.seed for job in jobs] == sorted(job.sp.seed for job in jobs)
    mean = sum(job.doc.mean_square for job in jobs) / len(jobs)
    for job in jobs:
        job.doc.result = {"average": mean, "of": [other.id for other in jobs]}


@Walks.pre(all_analysed)
@Walks.post.isfile("report.txt")
@Walks.operation(aggregator=aggregator.groupsof(2, sort_by=lambda job: (job.sp.length, job.id)))
def report(*jobs):
    """Write which jobs came together."""
    for job in jobs:
        with open(job.fn("report.txt"), "w") as file:
            file.write(" ".join(other.id for other in jobs))


@Walks.post(lambda *jobs: jobs[0].project.doc.get("steps") is not None)
@Walks.operation(cmd=True, aggregator=of_seed_0)
def table(*jobs):
    """Write the steps of some jobs into the project document, with a command."""
    steps = [job.sp.steps for job in jobs]
    python = f"import signac; signac.get_project('{jobs[0].project.path}').doc['steps'] = {steps}"
    return f'python -c "{python}"'


@Walks.pre.never
@Walks.operation
def unwanted(job):
    """Never run, except by `exec`."""
    job.doc.unwanted = os.getcwd()


@Walks.pre.not_(analysed)
@Walks.post.false("todo")
@Walks.operation
def forget(job):
    """Run while the document says that there is something to do."""
    job.doc.todo = False


def make_project():
    """Open the project as the environment variables of the test want it."""
    here = os.path.dirname(os.path.abspath(__file__))
    name = os.environ.get("FLOW_TEST_ENVIRONMENT", "none")
    environment = None if name == "detected" else ENVIRONMENTS[name]
    project = Walks.get_project(here, environment=environment)
    if "TRACK" in os.environ:
        tracker = TrackOperations(strict_git=False)
        tracker.install_project_hooks(project)
    if "PROJECT_HOOKS" in os.environ:
        project.project_hooks.on_exit.append(Record("project-exit"))
    return project


if __name__ == "__main__":
    make_project().main()
