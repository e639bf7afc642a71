"""`submit` of signac-flow: the same scripts as with the released signac, and they run."""

import re
import subprocess
from pathlib import Path

import pytest

from downstream import batch_system, expected
from downstream.study import IDS, clean_environment

SYSTEMS = ["slurm", "pbs", "lsf"]
#: A name for each command whose script is on file, with its stage.
SCRIPTS = {
    "group": ("fresh", f"-o simulate -j {IDS[0, 0.5]}"),
    "directives": ("started", f"-o walk -j {IDS[2, 1.0]}"),
    "aggregate": ("fresh", "-o table"),
    "command": ("half", f"-o note -j {IDS[0, 1.0]}"),
    "flags": ("fresh", f"-o start -j {IDS[0, 0.5]} -- --account=walkers"),
}


@pytest.fixture
def batch(tmp_path, request):
    """Install a batch system; give the environment variables that lead to it."""
    system = getattr(request.node, "callspec", None)
    name = system.params.get("system", "slurm") if system else "slurm"
    return batch_system.install(tmp_path / "batch", name)


def plain(text, study):
    """Leave out what is on the standard output beside the script."""
    return expected.plain(text.replace("Querying scheduler...\n", ""), study)


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("name", SCRIPTS)
def test_script(name, system, at, batch):
    """`submit --pretend` prints, for each batch system, the script that is on file."""
    stage, options = SCRIPTS[name]
    study = at(stage)
    environment = batch | {"FLOW_TEST_ENVIRONMENT": system}
    done = study.flow("submit", "--pretend", *options.split(), environment=environment)
    expected.check(f"submit-{name}-{system}.txt", plain(done.stdout, study))
    assert not batch_system.queued(Path(batch["BATCH_QUEUE"]))


@pytest.mark.parametrize("parallel", [(), ("--parallel",)])
def test_bundle(parallel, at, batch):
    """`submit --bundle` puts several operations into one script, which is the one on file."""
    study = at("fresh")
    options = ("-o", "start", "-f", "seed", "1", "--bundle", *parallel)
    environment = batch | {"FLOW_TEST_ENVIRONMENT": "slurm"}
    done = study.flow("submit", "--pretend", *options, environment=environment)
    name = "bundle-parallel.txt" if parallel else "bundle.txt"
    expected.check(name, expected.without_order(plain(done.stdout, study)))


@pytest.mark.parametrize("system", SYSTEMS)
def test_submitted_jobs_are_known_and_run(system, at, batch):
    """What is submitted shows in the status, is not submitted twice, and does its work."""
    study = at("fresh")
    environment = batch | {"FLOW_TEST_ENVIRONMENT": system}
    options = ("submit", "-o", "simulate", "-j", IDS[0, 0.5], IDS[1, 0.5])
    study.flow(*options, environment=environment)
    queue = Path(batch["BATCH_QUEUE"])
    scripts = batch_system.queued(queue)
    assert len(scripts) == 2
    shown = study.flow("status", "-d", "-o", "simulate", environment=environment).stdout
    marks = dict(re.findall(r"^(\w{32}) +simulate \(3 ops\) \[(\w)\]", shown, re.MULTILINE))
    assert {marks.get(IDS[seed, 0.5]) for seed in (0, 1)} == {"A", "Q"}
    assert {marks[IDS[seed, 1.0]] for seed in range(3)} == {"U"}
    kept = study.project_document()["_status"]
    assert sorted(kept.values()) == sorted({"A": 7, "Q": 6}[mark] for mark in "AQ")
    assert {key.split("/")[1] for key in kept} == {IDS[0, 0.5], IDS[1, 0.5]}
    study.flow(*options, environment=environment)
    assert batch_system.queued(queue) == scripts
    run(scripts, study, batch)
    assert study.having("walk.txt") == {(0, 0.5), (1, 0.5)}
    for script in scripts:
        script.unlink()
    shown = study.flow("status", "-d", "-o", "simulate", environment=environment).stdout
    assert not re.search(r"\[[AQ]\]$", shown, re.MULTILINE)
    assert study.project_document()["_status"] == {}


def run(scripts, study, batch):
    """Run scripts as a node of a cluster would."""
    environment = clean_environment(study.path.parent / "home", **batch)
    for script in scripts:
        subprocess.run(["bash", script], env=environment, check=True, capture_output=True)


def test_submitted_bundle(at, batch):
    """A bundle is remembered under `.bundles`, shows in the status and does its work."""
    study = at("fresh")
    environment = batch | {"FLOW_TEST_ENVIRONMENT": "slurm"}
    study.flow("submit", "-o", "start", "-f", "seed.$lt", "2", "--bundle", "2", "--parallel",
               environment=environment)  # fmt: skip
    scripts = batch_system.queued(Path(batch["BATCH_QUEUE"]))
    bundles = [path for path in (study.path / ".bundles").rglob("*") if path.is_file()]
    assert len(scripts) == len(bundles) == 2
    assert {batch_system.name_of(script) for script in scripts} == {
        path.relative_to(study.path / ".bundles").as_posix() for path in bundles
    }
    status = study.flow("status", environment=environment).stdout
    assert re.search(
        r"^start .*\[Q\]: 2, \[A\]: 2|^start .*\[A\]: 2, \[Q\]: 2", status, re.MULTILINE
    )
    run(scripts, study, batch)
    assert study.having("start.json") == {key for key in IDS if key[0] < 2}


def test_own_template(at, batch):
    """`flow template create` writes a template into the project, and `submit` uses it."""
    study = at("fresh")
    environment = batch | {"FLOW_TEST_ENVIRONMENT": "slurm"}
    study.call("-m", "flow", "template", "create", "--extends", "slurm.sh", environment=batch)
    template = study.path / "templates" / "script.sh"
    template.write_text(
        template.read_text().replace("{% block body %}", "{% block body %}\n# mine")
    )
    assert "# mine" in template.read_text()
    options = ("submit", "--pretend", "-o", "start", "-j", IDS[0, 0.5])
    assert "\n# mine\n" in study.flow(*options, environment=environment).stdout
    study.configure(template_dir="elsewhere")
    assert "\n# mine\n" in study.flow(*options, environment=environment).stdout
    (study.path / ".signac" / "config").write_text("schema_version = 2\ntemplate_dir = elsewhere\n")
    assert "\n# mine\n" not in study.flow(*options, environment=environment).stdout


@pytest.mark.parametrize("system", SYSTEMS)
def test_detected_batch_system(system, at, batch):
    """Without a word about it signac-flow takes the batch system that is installed."""
    study = at("fresh")
    environment = batch | {"FLOW_TEST_ENVIRONMENT": "detected"}
    options = SCRIPTS["group"][1].split()
    done = study.flow("submit", "--pretend", *options, environment=environment)
    expected.check(f"submit-group-{system}.txt", plain(done.stdout, study))


def test_account(at, batch):
    """An account in a nested section of the configuration goes into the script.

    It is set with the command that signac-flow tells.
    """
    study = at("fresh")
    environment = batch | {"FLOW_TEST_ENVIRONMENT": "cluster"}
    options = ("submit", "--pretend", "-o", "start", "-j", IDS[0, 0.5])
    done = study.flow(*options, environment=environment)
    assert "signac config" in done.stdout + done.stderr
    assert "--account" not in done.stdout
    study.call("-m", "signac", "config", "set", "flow.GreatLakesEnvironment.account", "walkers")
    done = study.flow(*options, environment=environment)
    assert "\n#SBATCH --account=walkers\n" in done.stdout
    assert "signac config" not in done.stdout + done.stderr
