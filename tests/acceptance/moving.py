"""What tests of export, import, views and copies need: jobs with files, and their pictures."""

import os
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import signac
from acceptance.support import DOCUMENT, STATE_POINT, job_names, tree, write_json
from signac.job import calc_id

CONTAINERS = ["directory", "zip", "tar", "tar.gz", "tar.bz2", "tar.xz"]
ARCHIVES = CONTAINERS[1:]
TWO = ({"a": 0}, {"a": 1})


def bare(directory: str | os.PathLike[str], *statepoints: Mapping[str, Any]) -> Any:
    """Make a project whose jobs have a state point and nothing else."""
    project = signac.init_project(directory)
    for statepoint in statepoints:
        written(project, statepoint)
    return project


def made(directory: str | os.PathLike[str], *statepoints: Mapping[str, Any]) -> Any:
    """Make a project whose jobs have files, a folder, a hidden file and a document."""
    project = signac.init_project(directory)
    add_jobs(project, statepoints)
    return project


def written(project: Any, statepoint: Mapping[str, Any]) -> str:
    """Write the directory of a job as another program would, and return its path."""
    path = os.path.join(project.path, "workspace", calc_id(statepoint))
    os.mkdir(path)
    write_json(statepoint, path, STATE_POINT)
    return path


def add_jobs(project: Any, statepoints: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Add jobs with files to a project."""
    jobs = []
    for statepoint in statepoints:
        path = Path(written(project, statepoint))
        write_json({"which": str(statepoint)}, path, DOCUMENT)
        (path / "file.txt").write_text(f"file of {statepoint}")
        (path / "sub-dir/deep").mkdir(parents=True)
        (path / "sub-dir/deep/file").write_bytes(b"\x00\xff" * 1000)
        (path / ".hidden").write_text("")
        jobs.append(project.open_job(dict(statepoint)))
    return jobs


def target_in(directory: Path, container: str) -> str:
    """Return the name of an export of one kind, in a directory."""
    return str(directory / ("exported" if container == "directory" else f"exported.{container}"))


def picture(project: Any) -> dict[str, dict[str, bytes | None]]:
    """Return every file of every job, read directly."""
    workspace = os.path.join(project.path, "workspace")
    return {name: tree(os.path.join(workspace, name)) for name in job_names(project)}


def statepoints(project: Any) -> list[Any]:
    """Return the state points of a project opened anew, in the order of their text."""
    fresh = signac.get_project(project.path, search=False)
    return sorted((job.statepoint() for job in fresh), key=repr)


def members(archive: str | os.PathLike[str]) -> list[str]:
    """Return the names in an archive as they stand there, sorted."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as opened:
            return sorted(opened.namelist())
    with tarfile.open(archive) as tar:
        return sorted(tar.getnames())


def files_below(directory: Path, files: Mapping[str, str]) -> str:
    """Write files below a directory, with the folders they need, and return the directory."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return str(directory)


def folders_below(directory: Path, names: Sequence[str]) -> str:
    """Make folders with one file each below a directory, and return the directory."""
    return files_below(directory, {f"{name}/file.txt": name for name in names})


def links_below(directory: str | os.PathLike[str]) -> dict[str, str]:
    """Return each symlink below a directory with the real path that it leads to."""
    return {
        str(path.relative_to(directory)): os.path.realpath(path)
        for path in Path(directory).rglob("*")
        if path.is_symlink()
    }
