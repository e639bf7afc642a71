"""What signac-flow answers to a program: run in the directory of the workflow."""

import io
import json
import os
import pickle
import sys

import cloudpickle
from flow import FlowProject, IgnoreConditions, get_aggregate_id
from flow.environment import DefaultSlurmEnvironment
from project import Walks, averaged, make_project

import signac

here = os.getcwd()
project = Walks.get_project(path=here, environment=DefaultSlurmEnvironment)
jobs = sorted(project, key=lambda job: (job.sp.length, job.sp.seed))
job = jobs[0]


def show(title, value):
    """Print one answer; objects are shown by their JSON form."""
    print(f"{title}: {json.dumps(value, sort_keys=True, default=str)}")


def make():
    """Show the ways to a project."""
    show("kinds", [type(signac.Project).__name__, isinstance(project, signac.Project)])
    ways = [Walks(here), Walks(path=here), Walks.get_project(here), Walks.get_project(job.path)]
    ways += [Walks.init_project(here), Walks.init_project(path=here), make_project()]
    show("equal", [way == project and type(way) is Walks for way in ways])
    show("repr", [repr(project), str(project), project.path])
    own = Walks.get_project(here, entrypoint={"path": "/x/y.py", "executable": "/x/python"})
    with open("pretended.txt", "w") as file:
        stdout, sys.stdout = sys.stdout, file
        own.run(jobs=[job], names=["forget"], pretend=True)
        sys.stdout = stdout
    with open("pretended.txt") as file:
        show("entrypoint", file.read())
    try:
        Walks.get_project(os.path.dirname(here), search=False)
    except LookupError as error:
        show("nowhere", isinstance(error, LookupError))
    project.mine = "kept"


def ask():
    """Show operations, groups, labels and the graph of the workflow."""
    show("operations", sorted(project.operations))
    show("groups", sorted(project.groups))
    show("labels", [sorted(map(str, project.labels(job))) for job in jobs])
    show("completed", sorted(project.completed_operations(job)))
    show("status", project.get_job_status(job))
    show("graph", project.detect_operation_graph())
    show("condition", averaged(*jobs))
    show("aggregate", get_aggregate_id(tuple(jobs[:2])))
    show("hooks", [job.project is project, job._project is project, jobs[1].project is project])


def print_status():
    """Show the status in a file of the program."""
    file = io.StringIO()
    project.print_status(jobs=jobs[:2], detailed=True, file=file, hide_progress=True)
    print(file.getvalue())


def pickles():
    """Show that projects, jobs and functions survive pickling with what was set on them."""
    dump, load = cloudpickle.dumps, cloudpickle.loads
    other = load(dump(project))
    show("project", [type(other) is Walks, other == project, other.mine, len(other)])
    show("job", [load(dump(one)) == one for one in jobs])
    show("job's project", [load(dump(job)).project == project, load(dump(job)).sp()])
    plain = signac.get_project(here)
    plain.mine = "kept"
    plain = pickle.loads(pickle.dumps(plain))
    show("plain", [plain.mine, pickle.loads(pickle.dumps(plain.open_job(id=job.id))) in project])
    method = load(dump(project.labels))
    show("method", sorted(map(str, method(job))))
    show("conditions", load(dump(averaged))(*jobs))


def run():
    """Show what running from a program does."""
    project.run(jobs=jobs[:2], names=["start"])
    project.run(jobs=jobs[2:4], names=["start"], np=2)
    project.run(jobs=jobs[:5], names=["start"], num=1, order="by-job", num_passes=2)
    show("started", [one.isfile("start.json") for one in jobs].count(True))
    project.run(jobs=jobs[:1], names=["walk"], ignore_conditions=IgnoreConditions.ALL)
    show("walked", job.doc())
    project.submit(jobs=jobs[-1:], names=["start"], pretend=True)


if __name__ == "__main__":
    assert issubclass(Walks, FlowProject)
    for part in sys.argv[1:]:
        globals()[part]()
