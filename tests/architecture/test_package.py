"""What is shipped: the package, its types, its version."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import signac
from architecture.sources import PACKAGE, ROOT, package_sources


def _configuration() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_types_are_shipped():
    """`py.typed` lies in the package, and the wheel takes the whole package."""
    assert (PACKAGE / "py.typed").is_file()
    wheel = _configuration()["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel == {"packages": ["src/signac"]}


def test_git_keeps_what_is_shipped():
    """Every source file, and `py.typed`, is known to git: hatch leaves out what git ignores."""
    ignored = subprocess.run(
        ["git", "check-ignore", "--stdin"],
        cwd=ROOT,
        input="\n".join(["src/signac/py.typed", *("src/" + s.name for s in package_sources())]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ignored.stdout == ""


def test_a_built_wheel_holds_the_package(tmp_path):
    """A wheel built from this tree has every source file, `py.typed` and the licence."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"]
    command += ["--no-build-isolation", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run(command, check=True, cwd=tmp_path, capture_output=True)
    (wheel,) = tmp_path.glob("signac-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert "signac/py.typed" in names
    assert {source.name for source in package_sources()} <= names
    assert any(Path(name).name == "LICENSE" for name in names)
    assert all(name.startswith(("signac/", "signac-")) for name in names)


def test_the_version_is_written_once():
    """The version of the distribution is that of `signac.version`."""
    configuration = _configuration()
    assert "version" in configuration["project"]["dynamic"]
    assert configuration["tool"]["hatch"]["version"]["path"] == "src/signac/version.py"
    assert signac.__version__ == signac.version.__version__
