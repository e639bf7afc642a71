"""Copies of what is unusual: protected, linked, unfinished, or made by several at once."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

import processes
import signac
from acceptance.moving import CONTAINERS, TWO, add_jobs, made, picture, target_in
from acceptance.support import STATE_POINT, assert_says, job_names, tree
from acceptance.test_weaknesses_30 import as_another_user, let_others_in
from signac.errors import IncompatibleSchemaVersion


@pytest.fixture
def two(tmp_path: Path) -> Any:
    """Return a project with two jobs."""
    return made(tmp_path / "source", *TWO)


@pytest.mark.parametrize("version", [0, 1])
def test_job_of_an_older_project(tmp_path: Path, version: int) -> None:
    """`get_job` inside an older project says that it has to be migrated."""
    project = made(tmp_path / "old", *TWO)
    shutil.rmtree(tmp_path / "old/.signac")
    (tmp_path / "old/signac.rc").write_text(f"project = n\nschema_version = {version}\n")
    before = tree(tmp_path)
    with pytest.raises(IncompatibleSchemaVersion) as caught:
        signac.get_job(project.open_job({"a": 0}).path)
    assert_says(caught.value, "migrate")
    assert tree(tmp_path) == before


def half_a_copy(source: str, destination: str) -> None:
    """Copy some of a directory, and fail."""
    os.makedirs(destination)
    shutil.copy(os.path.join(source, "file.txt"), destination)
    raise ZeroDivisionError


def test_12_failed_function_of_a_clone(project: Any, other_project: Any) -> None:
    """A function that fails in the middle leaves no job, and the call can be repeated."""
    (job,) = add_jobs(project, [{"a": 0}])
    with pytest.raises(ZeroDivisionError):
        other_project.clone(job, copytree=half_a_copy)
    assert job_names(other_project) == set()
    other_project.clone(job)
    assert picture(other_project) == picture(project)


@pytest.mark.parametrize("kind", ["zip", "tar", "gztar"])
def test_scratch_in_archives(tmp_path: Path, project: Any, two: Any, kind: str) -> None:
    """Scratch and trash of a project that was packed as it lies are no jobs."""
    left = Path(two.workspace, ".signac_scratch/dead/job")
    left.mkdir(parents=True)
    (left / STATE_POINT).write_text('{"a": 77}')
    archive = shutil.make_archive(str(tmp_path / "packed"), kind, two.path)
    project.import_from(archive)
    assert job_names(project) == job_names(two)


@pytest.mark.parametrize("container", CONTAINERS)
def test_links_to_shared_files_come_back(
    tmp_path: Path, project: Any, two: Any, container: str
) -> None:
    """A job with a link to an input file outside of it comes back with the content of that file."""
    (tmp_path / "shared").write_text("input")
    for job in two:
        os.symlink(tmp_path / "shared", job.fn("input"))
    two.export_to(target_in(tmp_path, container))
    os.unlink(tmp_path / "shared")
    project.import_from(target_in(tmp_path, container))
    assert job_names(project) == job_names(two)
    assert {Path(job.fn("input")).read_text() for job in project} == {"input"}


def test_linked_directories_with_links_come_back(tmp_path: Path, project: Any, two: Any) -> None:
    """A linked directory of a job may itself hold a link, in a tar as elsewhere."""
    job = two.open_job({"a": 0})
    os.symlink("file", job.fn("sub-dir/deep/link"))
    os.symlink("sub-dir", job.fn("linked"))
    two.export_to(target_in(tmp_path, "tar"))
    project.import_from(target_in(tmp_path, "tar"))
    copy = project.open_job({"a": 0})
    assert (
        Path(copy.fn("linked/deep/link")).read_bytes()
        == Path(job.fn("sub-dir/deep/file")).read_bytes()
    )


@pytest.mark.parametrize("container", ["directory", "zip", "tar"])
def test_imports_at_once(tmp_path: Path, project: Any, container: str) -> None:
    """Of several imports of one origin each job is whole; who comes late is told of the job."""
    source = made(tmp_path / "source", *({"a": n} for n in range(20)))
    source.export_to(target_in(tmp_path, container))

    def work() -> Any:
        return len(signac.get_project(project.path).import_from(target_in(tmp_path, container)))

    outcomes = processes.together([work] * 3)
    assert any(outcome.ok for outcome in outcomes)
    for outcome in outcomes:
        assert outcome.ok or outcome.failure.is_a("DestinationExistsError"), str(outcome)
    assert picture(project) == picture(source)


@pytest.mark.parametrize("use", ["clone", "export", "import"])
def test_directories_without_write_permission(
    tmp_path: Path, project: Any, two: Any, use: str
) -> None:
    """A job whose directories are protected against writing is copied like any other."""
    warm = signac.init_project(tmp_path / "warm")
    two.export_to(str(tmp_path / "exported"), path="{a}")
    warm.import_from(str(tmp_path / "exported"))
    signac.init_project(tmp_path / "warmer").clone(two.open_job({"a": 0}))
    (tmp_path / "out").mkdir()
    for top in (tmp_path / "exported", Path(two.path), Path(project.path), tmp_path / "out"):
        let_others_in(str(top))
        for path in (top, *top.rglob("*")):
            os.chmod(path, 0o777 if path.is_dir() else 0o644)
    for top in (Path(two.open_job({"a": 0}).path), tmp_path / "exported/0"):
        for name in ("sub-dir/deep", "sub-dir", "."):
            os.chmod(top / name, 0o555)

    def work() -> Any:
        here, there = (signac.get_project(where) for where in (two.path, project.path))
        if use == "clone":
            return there.clone(here.open_job({"a": 0})).path
        if use == "import":
            there.import_from(str(tmp_path / "exported"))
            return there.open_job({"a": 0}).path
        here.export_to(str(tmp_path / "out/exported"), path="{a}")
        return str(tmp_path / "out/exported/0")

    path = as_another_user(work)
    assert tree(path) == tree(two.open_job({"a": 0}).path)


def test_import_into_a_writable_workspace(tmp_path: Path, project: Any, two: Any) -> None:
    """To import, the workspace has to be writable, not the configuration."""
    two.export_to(str(tmp_path / "exported"))
    signac.init_project(tmp_path / "warm").import_from(str(tmp_path / "exported"))
    let_others_in(project.path)
    for path in (tmp_path / "exported", *(tmp_path / "exported").rglob("*")):
        os.chmod(path, 0o755 if path.is_dir() else 0o644)
    shutil.rmtree(os.path.join(project.workspace, ".signac_scratch"), ignore_errors=True)
    os.chmod(project.workspace, 0o777)

    def work() -> Any:
        return len(signac.get_project(project.path).import_from(str(tmp_path / "exported")))

    assert as_another_user(work) == 2
    assert picture(project) == picture(two)


def failed_export(source: Any, target: str) -> None:
    """Export two jobs of which the first cannot be copied."""
    pipe = source.open_job({"a": 0}).fn("pipe")
    os.mkfifo(pipe)
    with pytest.raises(OSError):
        source.export_to(target)
    os.unlink(pipe)


@pytest.mark.parametrize("where", ["a/1", "a/0"])
def test_files_of_others_in_an_unfinished_export(two: Any, where: str) -> None:
    """The second call of a failed export deletes nothing that others put into the target."""
    failed_export(two, "exported")
    os.makedirs(f"exported/{where}", exist_ok=True)
    Path(f"exported/{where}/notes").write_text("mine")
    try:
        two.export_to("exported")
    except OSError as error:
        assert_says(error, where)
    assert Path(f"exported/{where}/notes").read_text() == "mine"
