"""`signac import`, `export`, `verify`, `view`: beyond what the released command does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import signac
from cli.command import run

if TYPE_CHECKING:
    from pathlib import Path


def test_export_verify_import(study: signac.Project, tmp_path: Path) -> None:
    """What is exported with a manifest can be verified, and imported elsewhere."""
    exported = run(study.path, "export", "../data.zip", "--manifest", "--json").json()
    assert sorted(exported) == sorted(job.path for job in study)
    assert "everything is there" in run(study.path, "verify", "../data.zip").out
    assert "everything is there" in run(tmp_path, "verify", "-m", "data.zip").out
    next(iter(study)).doc.late = 1
    report = run(study.path, "verify", "../data.zip", "--json", code=1).json()
    assert report["ok"] is False
    assert len(report["changed"]) == 1
    other = signac.init_project(tmp_path / "other")
    imported = run(other.path, "import", "../data.zip", "--json").json()
    assert len(imported) == 6
    assert len(signac.get_project(other.path)) == 6


def test_a_failed_import_is_a_failure(study: signac.Project) -> None:
    """What is there already makes exit code 1, with the way out."""
    run(study.path, "export", "../data")
    output = run(study.path, "import", "../data", code=1)
    assert "--sync" in output.err
    assert output.err.endswith("Import failed.\n")


def test_move_out(study: signac.Project) -> None:
    """--move takes the jobs out of the project."""
    run(study.path, "export", "../out", "--move")
    assert len(signac.get_project(study.path)) == 0
    run(study.path, "import", "../out", "--move")
    assert len(signac.get_project(study.path)) == 6


def test_view_as_data(study: signac.Project) -> None:
    """--json lists the links."""
    links = run(study.path, "view", "-p", "../v", "--json").json()
    assert len(links) == 6
    assert all(link.endswith("job") for link in links)


def test_verify_nothing(study: signac.Project) -> None:
    """A target that is not there is one line that names it."""
    output = run(study.path, "verify", "../none.zip", code=1)
    assert output.err.count("\n") == 1
    assert "none.zip" in output.err
