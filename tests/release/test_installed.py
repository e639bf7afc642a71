"""The wheel, installed where nothing of the source tree can be imported, on each Python."""

import tomllib
from pathlib import Path

import pytest

import signac
from release.building import PYTHONS, ROOT, RUNNER, Environment, run

pytestmark = [pytest.mark.release, pytest.mark.timeout(3600)]

HERE = Path(__file__).parent
#: What compares with the released signac, or measures this tree.
ELSEWHERE = "--ignore=tests/unit/benchmarks"
NAMES = [Path(python).parts[-3] if "versions" in python else "here" for python in PYTHONS]
on_each_python = pytest.mark.parametrize("python", PYTHONS, ids=NAMES)

IMPORT_ALL = """
import importlib, pkgutil, signac
for module in pkgutil.walk_packages(signac.__path__, "signac."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
"""
TYPED = """
import signac
project: signac.Project = signac.init_project("x")
reveal_type(project.find_jobs())
"""


@pytest.fixture
def bare(python, installed) -> Environment:
    """Return an environment with nothing but what the wheel itself asks for."""
    return installed(python)


@pytest.fixture
def full(python, installed) -> Environment:
    """Return an environment with all extras."""
    return installed(python, "[test]", "mypy")


@on_each_python
def test_only_what_is_needed_comes_along(bare):
    """The hard dependencies fit together; no package of an extra is there; the tree is not."""
    bare.run("-m", "pip", "check")
    names = bare.run("-m", "pip", "list", "--format", "freeze")
    for package in ("pandas", "tables", "matplotlib", "zstandard", "pytest", "setuptools-scm"):
        assert f"\n{package}==" not in f"\n{names}"
    place = bare.run("-c", "import signac; print(signac.__file__)").strip()
    assert place.startswith(str(bare.path))
    assert str(ROOT) not in bare.run("-c", "import sys; print(sys.path)")


@on_each_python
@pytest.mark.parametrize("options", ["", "-I", "-OO", "-I -X dev -bb -W error", "-O -P"])
def test_a_project_under_each_option(bare, options):
    """Isolated, optimised or with all warnings as errors: a first project works."""
    optimised = options.count("O")
    expected = f"{signac.__version__} {optimised}\n"
    assert bare.run(*options.split(), HERE / "smoke.py") == expected


@on_each_python
@pytest.mark.parametrize("options", ["-W error", "-I -W error -bb -X dev", "-OO -W error"])
def test_the_import_is_silent(bare, options):
    """`import signac` gives no warning, whatever is asked for."""
    assert bare.run(*options.split(), "-c", "import signac") == ""


@on_each_python
def test_the_command_is_there(bare):
    """`signac` and `python -m signac` are the same program, and tell their version and help."""
    version = f"signac {signac.__version__}\n"
    assert bare.command("--version") == bare.run("-m", "signac", "--version") == version
    assert bare.run("-I", "-m", "signac", "--version") == version
    text = bare.command("--help")
    assert text.startswith("usage: signac ")
    assert bare.run("-OO", "-m", "signac", "--help").startswith("usage: ")
    bare.command("no-such-command", code=2)


@on_each_python
def test_the_command_works_on_a_project(bare):
    """The first commands of a manual work from an installed wheel."""
    place = bare.home / "study"
    place.mkdir()
    signac_command = bare.path / "bin" / "signac"
    run(signac_command, "init", cwd=place)
    made = run(signac_command, "job", "--create", '{"a": 1}', cwd=place).split()[-1]
    assert run(signac_command, "find", '{"a": 1}', cwd=place) == f"{made}\n"
    assert "1" in run(signac_command, "status", cwd=place)
    run(signac_command, "check", cwd=place)


@on_each_python
def test_without_extras_all_else_works(python, installed, tests):
    """The unit tests pass with the hard dependencies alone, but those of an extra."""
    environment = installed(python, "", *RUNNER)
    said = environment.test(tests, "tests/unit", "tests/release", ELSEWHERE)
    assert " passed" in said


@on_each_python
def test_with_all_extras_everything_works(full, tests):
    """Unit, property and command line tests, and the front page, pass with all extras."""
    full.run("-m", "pip", "check")
    said = full.test(tests, "tests/unit", "tests/property", "tests/cli", ELSEWHERE)
    assert " passed" in said
    page = full.test(tests, "tests/docs/test_manual.py", "-k", "test_every_block_runs and README")
    assert "1 passed" in page
    assert full.run("-W", "error", "-c", IMPORT_ALL) == ""


@on_each_python
def test_types_are_found_by_a_checker(full, tmp_path):
    """A type checker sees the types of the installed package."""
    (tmp_path / "program.py").write_text(TYPED)
    said = run(full.python, "-m", "mypy", "--strict", "program.py", cwd=tmp_path)
    assert 'Revealed type is "signac.cursor.JobsCursor"' in said


def test_the_example_needs_its_extra_for_the_figure_only(tests, installed):
    """Without matplotlib the study runs and its tables are printed; then the extra is named."""
    environment = installed(PYTHONS[0])
    example, place = tests / "examples" / "lennard_jones", environment.home / "fluid"
    environment.run(example / "study.py", "--quick", "--path", place)
    said = environment.run(example / "analyse.py", "--path", place, code=1)
    assert "One phase: " in said
    assert said.splitlines()[-1] == (
        "no figure, since there is no matplotlib; run: pip install 'signac[example]'"
    )


def test_an_extra_is_installed_by_the_command_of_the_message(installed):
    """What the message says brings the extra, and leaves this version in place."""
    environment = installed(PYTHONS[-1], "", "pip")  # one of its own, which is changed here
    table = "import signac; print(len(signac.init_project().find_jobs().to_dataframe()))"
    said = environment.run("-c", table, code=1)
    command = said[said.index("pip install") :].split()
    assert [word.strip("'") for word in command] == ["pip", "install", "signac[pandas]"]
    environment.install("signac[pandas]")
    assert environment.run("-c", table) == "0\n"
    assert environment.command("--version") == f"signac {signac.__version__}\n"


def test_the_archive_of_the_source_can_be_installed(built, tmp_path):
    """A source archive is built and installed by pip, and the result works."""
    environment = Environment.make(PYTHONS[0], tmp_path)
    environment.install(str(built.sdist))
    environment.run("-m", "pip", "check")
    assert environment.run(HERE / "smoke.py") == f"{signac.__version__} 0\n"


def test_nothing_is_left_behind(built, tmp_path):
    """An uninstalled package is gone, with its command and its compiled files."""
    environment = Environment.make(PYTHONS[0], tmp_path)
    environment.install(str(built.wheel))
    environment.run(HERE / "smoke.py")
    environment.run("-m", "pip", "uninstall", "--yes", "--quiet", "signac")
    assert not list(environment.path.rglob("*signac*"))


@pytest.mark.parametrize("python", [one for one in PYTHONS if "3.11" in one])
def test_the_oldest_versions_that_are_allowed(python, tests, installed):
    """The lower bounds are true: the unit tests pass with exactly these versions."""
    wanted = tomllib.loads((tests / "pyproject.toml").read_text("utf-8"))["project"]
    extras = wanted["optional-dependencies"]
    lowest = [*wanted["dependencies"], *extras["pandas"], *extras["zstd"]]
    assert all(">=" in one for one in lowest)
    exact = [one.replace(">=", "==") for one in lowest]
    environment = installed(python, "", *exact, *RUNNER, pinned=False)
    said = environment.test(tests, "tests/unit", ELSEWHERE)
    assert " passed" in said
