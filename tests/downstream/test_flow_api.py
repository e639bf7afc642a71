"""signac-flow as a library: projects in programs, and the commands that start a workflow."""

import json

import pytest

from downstream import batch_system, expected
from downstream.study import HERE, IDS


def run_program(study, name, *arguments, **more):
    """Run a program of `programs/` beside the workflow."""
    program = study.path / f"{name}.py"
    program.write_bytes((HERE / "programs" / f"{name}.py").read_bytes())
    return study.call(str(program), *arguments, **more)


@pytest.mark.parametrize("part", ["make", "ask", "print_status", "pickles", "run"])
def test_answers_to_a_program(part, at, tmp_path):
    """Ways to a project, questions, pickles and runs in a program give what is on file."""
    study = at("fresh" if part == "run" else "half")
    batch = batch_system.install(tmp_path / "batch")
    parts = ["make", part] if part == "pickles" else [part]
    done = run_program(study, "surface", *parts, environment=batch)
    expected.check(f"surface-{part}.txt", expected.plain(done.stdout, study))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("all", "-d -p"),
        ("some", "-d -p sp.seed doc.rank doc.heat.degrees"),
        ("narrow", "-d --param-max-width 4 -p length doc.heat"),
        ("plain", "-d -a"),
    ],
)
def test_parameters(name, options, at):
    """`status -p` shows state points and documents."""
    study = at("fresh")
    run_program(study, "parameters", "run", "-f", "seed.$lt", "2")
    done = run_program(study, "parameters", "status", *options.split())
    expected.check(f"parameters-{name}.txt", expected.plain(done.stdout, study))


def test_labels_that_are_methods_and_logs(at):
    """Operations of a class with labels as methods run in two processes; logs go into the job."""
    study = at("fresh")
    run_program(study, "parameters", "run", "--parallel", "2")
    for (seed, length), job_id in IDS.items():
        found = study.document(seed, length)["heat"]
        assert found == {"degrees": 300 + seed, "by": [job_id, str(length)]}
        (log,) = study.job(seed, length).glob("*.log")
        assert f"heating {job_id}" in log.read_text()


def test_flow_init(stages, tmp_path):
    """`flow init` makes a project and a workflow, to which operations can be added."""
    study = stages("fresh")
    new = tmp_path / "new"
    new.mkdir()
    done = study.call("-m", "flow", "init", cwd=new)
    assert "project.py" in done.stdout + done.stderr
    assert (new / ".signac" / "config").read_text().split() == ["schema_version", "=", "2"]
    workflow = new / "project.py"
    operation = (
        "@Project.post.true('b')\n@Project.operation\ndef set_b(job):\n    job.doc.b = True\n"
    )
    head, main = workflow.read_text().split("if __name__", 1)
    workflow.write_text(f"{head}{operation}\n\nif __name__{main}")
    study.call("-c", "import signac; signac.get_project().open_job({'a': 1}).init()", cwd=new)
    study.call("project.py", "run", cwd=new)
    (status,) = json.loads(study.call("project.py", "status", "--json", cwd=new).stdout).values()
    assert status["groups"]["set_b"]["completed"] is True
    (document,) = new.glob("workspace/*/signac_job_document.json")
    assert json.loads(document.read_text()) == {"b": True}
    again = study.call("-m", "flow", "init", cwd=new, fails=True)
    assert "already exists" in again.stdout + again.stderr


def test_flow_init_of_a_directory_with_jobs(at):
    """`flow init` keeps the project and the jobs that are there."""
    study = at("fresh")
    before = {path: path.read_bytes() for path in study.path.rglob("*.json")}
    (study.path / "project.py").unlink()
    study.call("-m", "flow", "init")
    assert before == {path: path.read_bytes() for path in study.path.rglob("*.json")}
    assert "0 jobs/aggregates with" in study.flow("status").stdout


def test_workflow_of_signac_flow_itself(stages, tmp_path):
    """The workflow that signac-flow ships for trials of clusters can be set up and shown."""
    study = stages("fresh")
    new = tmp_path / "trial"
    new.mkdir()
    study.call("-m", "flow", "test-workflow", "-n", "3", "-c", "4", "-g", "0", cwd=new)
    status = study.call("project.py", "status", cwd=new).stdout
    assert "3 jobs/aggregates" in status
