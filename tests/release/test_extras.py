"""What needs a package that is not there says which, and how to get it; all else works."""

import subprocess
import sys
from pathlib import Path

import pytest

import signac

BROKEN = 'raise ImportError("libhdf5.so.310: cannot open shared object file")\n'
#: Everything but the last line works without arrays.
WITHOUT_ARRAYS = """
import signac
project = signac.init_project("study")
job = project.open_job({"a": 1}).init()
job.doc.b = 2
assert len(project.find_jobs("doc.b == 2")) == 1
project.export_to("out.zip")
project.check()
job.sp.a = 2
job.data["array"] = [1.0]
"""


@pytest.fixture
def project(tmp_path: Path) -> signac.Project:
    project = signac.init_project(tmp_path / "study")
    project.open_job({"a": 1}).init().doc.b = 2
    return project


def lose(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Make it look as if packages were not installed."""
    for name in names:
        monkeypatch.setitem(sys.modules, name, None)


def last_line(code: str, path: Path, **packages: str) -> str:
    """Run a few lines beside packages of these names, and return how they fail."""
    for name, text in packages.items():
        (path / "packages" / name).mkdir(parents=True)
        (path / "packages" / name / "__init__.py").write_text(text)
    code = f"import sys; sys.path.insert(0, {str(path / 'packages')!r})\n{code}"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=path, capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    return result.stderr.splitlines()[-1]


def test_tables_of_jobs_name_their_extra(project, monkeypatch):
    """`to_dataframe` without pandas raises ModuleNotFoundError with the command."""
    lose(monkeypatch, "pandas")
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'signac\[pandas\]'") as caught:
        project.find_jobs().to_dataframe()
    assert caught.value.name == "pandas"
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'signac\[pandas\]'"):
        project.to_dataframe()


def test_pages_of_notebooks_name_the_extra(project, monkeypatch):
    """Without pandas a page shows less, and a warning has the command."""
    lose(monkeypatch, "pandas")
    with pytest.warns(UserWarning, match=r"pip install 'signac\[pandas\]'"):
        assert "job(s) found" in project._repr_html_()


@pytest.mark.parametrize("lost", ["pandas", "tables"])
def test_stored_tables_name_their_extra(lost, project, monkeypatch):
    """A DataFrame in `job.data` needs pandas and PyTables; what else is there can be read."""
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("tables")
    (job,) = project
    frame = pandas.DataFrame({"x": [1.0, 2.0]})
    job.data["table"] = frame
    job.data["number"] = 1.5
    lose(monkeypatch, lost)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'signac\[pandas\]'"):
        job.data["table"]
    assert job.data["number"] == 1.5
    if lost == "tables":
        with pytest.raises(ModuleNotFoundError, match=r"PyTables.*'signac\[pandas\]'"):
            job.data["another"] = frame


def test_zstandard_names_its_extra(project, tmp_path, monkeypatch):
    """Writing and reading an archive ``.zst`` names the extra where nothing can compress."""
    lose(monkeypatch, "compression.zstd", "backports.zstd", "zstandard")
    with pytest.raises(TypeError, match=r"pip install 'signac\[zstd\]'"):
        project.export_to(tmp_path / "out.tar.zst")
    archive = tmp_path / "foreign.tar.zst"
    archive.write_bytes(b"\x28\xb5\x2f\xfd" + bytes(100))
    with pytest.raises(signac.errors.Error, match=r"pip install 'signac\[zstd\]'"):
        project.import_from(archive)


def test_a_missing_h5py_is_named(tmp_path):
    """Without h5py everything works but arrays, and these name the command."""
    code = "import sys; sys.modules['h5py'] = None\n" + WITHOUT_ARRAYS
    assert last_line(code, tmp_path) == (
        "ModuleNotFoundError: HDF5 stores need h5py, which is not installed; run: pip install h5py"
    )


def test_a_broken_h5py_is_named(tmp_path):
    """An h5py that cannot be loaded is named with the reason and the command, by its users only."""
    assert last_line(WITHOUT_ARRAYS, tmp_path, h5py=BROKEN) == (
        "ImportError: HDF5 stores need h5py, which is installed but cannot be loaded (libhdf5.so."
        "310: cannot open shared object file); run: pip install --force-reinstall h5py"
    )


def test_a_package_that_lacks_another_is_broken(tmp_path):
    """If h5py is there and NumPy is not, h5py is not taken for missing."""
    line = last_line(WITHOUT_ARRAYS, tmp_path, h5py="import numpy", numpy="import not_there")
    assert "h5py, which is installed but cannot be loaded (No module named 'not_there')" in line
