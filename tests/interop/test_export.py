"""The released signac imports what is exported here, with the same ids, files and documents."""

import json
import os
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

import signac
from interop.peer import peer_python

#: Imports each target into a project of its own; runs in the environment of the released signac.
PROGRAM = """
import json, os, sys, signac
found = {}
for number, target in enumerate(sys.argv[2:]):
    project = signac.init_project(os.path.join(sys.argv[1], f"imported{number}"))
    project.import_from(target)
    found[target] = project.path
print(json.dumps(found))
"""
#: Exports with the released signac, to compare the members.
EXPORT = """
import json, os, sys, signac, tarfile, zipfile
os.chdir(sys.argv[1])
project = signac.get_project(sys.argv[2])
found = {}
for name in ("peer", "peer.zip", "peer.tar", "peer.tar.gz"):
    pairs = project.export_to(name, path=json.loads(sys.argv[3]))
    found[name] = sorted([os.path.basename(source), to] for source, to in pairs.items())
print(json.dumps(found))
"""
TARGETS = ["out", "out.zip", "out.tar", "out.tar.gz", "out.tar.bz2", "out.tar.xz"]


def run(program: str, *arguments: str) -> Any:
    """Run a program with the released signac and return what it prints as JSON."""
    output = subprocess.check_output([peer_python(), "-c", program, *arguments], text=True)
    return json.loads(output)


def tree(path: str) -> dict[str, bytes | None]:
    """Return the files below a directory with their contents, and the directories."""
    found: dict[str, bytes | None] = {}
    for directory, directories, files in os.walk(path):
        directories[:] = [name for name in directories if name != ".signac_scratch"]
        for name in directories:
            found[os.path.relpath(os.path.join(directory, name), path)] = None
        for name in files:
            full = Path(directory, name)
            found[os.path.relpath(full, path)] = full.read_bytes()
    return found


def without_state_points(files: dict[str, bytes | None]) -> dict[str, Any]:
    """Compare state points by value: the released signac writes them again."""
    return {
        name: json.loads(content)
        if content and name.endswith("signac_statepoint.json")
        else content
        for name, content in files.items()
    }


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> signac.Project:
    """Return a project with files, documents, empty directories, nested keys and long names."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    project = signac.init_project(tmp_path / "project")
    for number in (1, 10, 100):
        job = project.open_job({"a": number, "n": {"b": [1, None], "c": "é" * 60}}).init()
        job.doc.n = {"x": number}
        os.makedirs(job.fn("sub/deep"))
        os.mkdir(job.fn("empty"))
        Path(job.fn("sub/deep/file")).write_bytes(bytes(range(256)))
        Path(job.fn("f" * 150)).write_text("long")
    return project


@pytest.mark.parametrize("path", [None, False, "x/{{auto}}/id/{job.id}"], ids=str)
@pytest.mark.parametrize("manifest", [True, False])
def test_the_released_signac_imports_it(
    project: signac.Project, tmp_path: Path, path: Any, manifest: bool
) -> None:
    """Ids, files and documents are equal, from a directory and each archive."""
    for target in TARGETS:
        project.export_to(target, path=path, manifest=manifest)
    before = without_state_points(tree(project.workspace))
    for target, imported in run(PROGRAM, str(tmp_path), *TARGETS).items():
        seen = without_state_points(tree(os.path.join(imported, "workspace")))
        if target == "out.zip":
            if path is None:
                continue  # it takes `a/1` for the beginning of `a/10`, and mixes the jobs
            # It knows no directories in a zip: an empty one becomes an empty file.
            seen = {name: content or None for name, content in seen.items()}
        assert seen == before, target


@pytest.mark.parametrize("path", [None, False, "x/{a}", "{{auto:_}}"], ids=str)
def test_places_are_those_of_the_released_signac(
    project: signac.Project, tmp_path: Path, path: Any
) -> None:
    """Both write the same jobs to the same places, and the same members but empty directories."""
    theirs = run(EXPORT, str(tmp_path / "here"), project.path, json.dumps(path))
    for name, pairs in theirs.items():
        ours = name.replace("peer", "ours")
        exported = project.export_to(ours, path=path)
        assert sorted([os.path.basename(source), to] for source, to in exported.items()) == pairs
    assert tree("ours") == tree("peer")
    with zipfile.ZipFile("ours.zip") as mine, zipfile.ZipFile("peer.zip") as other:
        names = {name for name in mine.namelist() if not name.endswith("/")}
        assert names == set(other.namelist())
        assert all(mine.read(name) == other.read(name) for name in names)


def test_the_tar_of_the_released_signac_is_added_to(
    project: signac.Project, tmp_path: Path
) -> None:
    """Jobs in an archive of the released signac are replaced whole, and others stay."""
    run(EXPORT, str(tmp_path / "here"), project.path, json.dumps(None))
    project.find_jobs({"a": 10}).export_to("peer.tar", path="a/{a}")
    imported = run(PROGRAM, str(tmp_path), "peer.tar")["peer.tar"]
    seen = without_state_points(tree(os.path.join(imported, "workspace")))
    assert seen == without_state_points(tree(project.workspace))


@pytest.mark.parametrize("path", [None, False])
def test_exports_of_the_released_signac_are_verified(
    project: signac.Project, tmp_path: Path, path: Any
) -> None:
    """What the released signac exported can be compared with the project."""
    for name in run(EXPORT, str(tmp_path / "here"), project.path, json.dumps(path)):
        assert project.verify_export(name).ok
