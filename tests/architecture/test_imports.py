"""What is loaded, and when: a process that only looks at names pays for nothing else."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import signac

HEAVY = {"numpy", "h5py", "pandas", "tables", "rich", "matplotlib"}
PROBE = """
import json, sys
before = set(sys.modules)
{code}
print(json.dumps(sorted({{name.partition(".")[0] for name in set(sys.modules) - before}})))
"""


def loaded_by(code: str, path: Path) -> set[str]:
    """Return the top-level modules that a few lines load in a process of their own."""
    result = subprocess.run(
        [sys.executable, "-c", PROBE.format(code=code)],
        cwd=path,
        check=True,
        capture_output=True,
        text=True,
    )
    return set(json.loads(result.stdout))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    project = signac.init_project(tmp_path)
    project.open_job({"a": 1}).init().doc.b = 2
    return tmp_path


def test_a_plain_import_loads_nothing_heavy(tmp_path):
    """`import signac` loads neither arrays, tables, terminal, config parser nor C bridge."""
    loaded = loaded_by("import signac", tmp_path)
    assert "signac" in loaded
    assert not loaded & (HEAVY | {"configobj", "ctypes"})


@pytest.mark.parametrize(
    "code",
    [
        "import signac; signac.Project()",
        "import signac; signac.get_project()",
        "import signac; job = next(iter(signac.get_project())); job.sp.a, job.doc.b",
        "import signac; list(signac.get_project().find_jobs({'a': 1, 'doc.b': 2}))",
        "import signac; signac.get_project().open_job({'a': 3}).init().doc.c = 1",
        "import signac; signac.get_project().create_jobs(signac.grid(a=range(4)))",
    ],
)
def test_work_with_jobs_loads_nothing_heavy(code, place):
    """Opening a project, its jobs and documents loads no numpy, h5py, pandas or rich."""
    loaded = loaded_by(code, place)
    assert "signac" in loaded
    assert not loaded & HEAVY


def test_the_probe_sees_what_is_loaded(place):
    """Arrays do load h5py, and the probe sees it."""
    code = "import signac; next(iter(signac.get_project())).data['x'] = [1.0]"
    assert {"h5py", "numpy"} <= loaded_by(code, place)


@pytest.mark.parametrize(
    "name",
    [
        "cursor",
        "diff",
        "errors",
        "filterparse",
        "h5store",
        "job",
        "project",
        "schema",
        "sweep",
        "typing",
        "version",
    ],
)
def test_modules_are_attributes_after_a_plain_import(name, tmp_path):
    """`signac.job.Job` and the like work after `import signac` alone."""
    code = f"import signac; assert signac.{name}.__name__ == 'signac.{name}'"
    assert "signac" in loaded_by(code, tmp_path)


def test_the_class_of_jobs_is_an_attribute_after_a_plain_import(tmp_path):
    """Programs write `isinstance(x, signac.job.Job)` with nothing but `import signac`."""
    assert "signac" in loaded_by("import signac; signac.job.Job", tmp_path)
