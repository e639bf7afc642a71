"""Export to directories: whole jobs or none, all problems before anything is written."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

import signac
from signac._core import faults
from signac._transfer.exports.writers import JOURNAL, MANIFEST
from signac.errors import InvalidInputError, JobsCorruptedError, TransferError
from signac.import_export import export_jobs

STATE_POINT = "signac_statepoint.json"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> signac.Project:
    """Return a project with three jobs, beside an empty current directory."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    project = signac.init_project(tmp_path / "project")
    for number in range(3):
        job = project.open_job({"a": number}).init()
        job.doc.n = number
        Path(job.fn("data.txt")).write_text(f"data {number}")
        os.mkdir(job.fn("empty"))
    return project


def tree(path: str | Path) -> dict[str, Any]:
    """Return the files below a directory with their contents, and the directories."""
    found: dict[str, Any] = {}
    for directory, directories, files in os.walk(path):
        for name in directories:
            found[os.path.relpath(os.path.join(directory, name), path)] = None
        for name in files:
            full = Path(directory, name)
            found[os.path.relpath(full, path)] = (
                ("link", os.readlink(full)) if full.is_symlink() else full.read_bytes()
            )
    return found


def job_of(project: signac.Project, number: int) -> Any:
    """Return the job with this number."""
    return project.open_job({"a": number})


class Interrupted(Exception):
    """What ends an export half-way."""


def interrupt(project: signac.Project, target: str, at: str, **options: Any) -> None:
    """Export until the first change that has `at` in its operation and path."""

    def stop(number: int, operation: str, path: str, size: int | None) -> None:
        if at in f"{operation} {path}":
            raise Interrupted

    with faults.injecting(stop), pytest.raises(Interrupted):
        project.export_to(target, **options)


def test_jobs_are_copied_with_everything(project: signac.Project) -> None:
    """Files, empty directories, modes and times are those of the job."""
    job = job_of(project, 0)
    os.chmod(job.fn("data.txt"), 0o640)
    os.utime(job.fn("data.txt"), (1e9, 1e9 + 0.25))
    project.export_to("out")
    assert tree("out/a/0") == tree(job.path)
    status = os.stat("out/a/0/data.txt")
    assert (status.st_mode & 0o777, status.st_mtime) == (0o640, 1e9 + 0.25)


def test_nothing_is_written_if_a_destination_is_taken(project: signac.Project) -> None:
    """A conflict with the last job is found before the first one is exported."""
    os.makedirs("out/a/2")
    with pytest.raises(FileExistsError, match="a/2"):
        project.export_to("out")
    assert tree("out") == {"a": None, "a/2": None}


def test_a_file_in_the_way_of_a_directory(project: signac.Project) -> None:
    """A file where a directory of the path should be is named, and nothing is written."""
    os.mkdir("out")
    Path("out/a").write_text("mine")
    with pytest.raises(NotADirectoryError, match="out/a"):
        project.export_to("out")
    assert tree("out") == {"a": b"mine"}


@pytest.mark.parametrize("at", ["rename", "copystat", f"unlink {os.curdir}"])
def test_the_same_call_completes_an_interrupted_one(project: signac.Project, at: str) -> None:
    """After an interruption anywhere the same call makes what is missing, and leaves no trace."""
    where = os.path.abspath("out")
    at = at.replace(f" {os.curdir}", f" {where}")
    interrupt(project, "out", at, manifest=True)
    project.export_to("out", manifest=True)
    assert sorted(os.listdir("out")) == ["a", MANIFEST]
    for number in range(3):
        assert tree(f"out/a/{number}") == tree(job_of(project, number).path)
    with pytest.raises(FileExistsError):
        project.export_to("out")


def test_another_call_does_not_take_what_an_interrupted_one_made(
    project: signac.Project, tmp_path: Path
) -> None:
    """Only the same source completes an export; to others the destination is taken."""
    interrupt(project, "out", "unlink " + os.path.abspath("out"))
    other = signac.init_project(tmp_path / "other")
    for number in range(3):
        other.open_job({"a": number}).init()
    with pytest.raises(FileExistsError):
        other.export_to("out")


def test_a_job_that_changed_meanwhile_is_named(project: signac.Project) -> None:
    """What an interrupted call exported stays if the job is not the same any more.

    Nobody knows whether the job changed or what was exported. Moved away, the call completes.
    """
    interrupt(project, "out", "unlink " + os.path.abspath("out"))
    job_of(project, 1).doc.n = "later"
    before = tree("out/a/1")
    with pytest.raises(TransferError, match=r"move it away.*out/a/1") as caught:
        project.export_to("out")
    assert list(caught.value.failed) == [job_of(project, 1).id]
    assert tree("out/a/1") == before
    os.rename("out/a/1", "elsewhere")
    project.export_to("out")
    for number in range(3):
        assert tree(f"out/a/{number}") == tree(job_of(project, number).path)
    assert os.listdir("out") == ["a"]


def test_a_damaged_job_does_not_stop_the_others(project: signac.Project) -> None:
    """Jobs without a state point are named at the end; mended, the same call completes."""
    bad = job_of(project, 1)
    text = Path(bad.fn(STATE_POINT)).read_text()
    os.remove(bad.fn(STATE_POINT))
    with pytest.raises(JobsCorruptedError) as caught:
        signac.Project(project.path).export_to("out", path=False, manifest=True)
    assert caught.value.job_ids == [bad.id]
    assert "is missing" in str(caught.value)
    done = {job_of(project, number).id for number in (0, 2)}
    assert set(os.listdir("out")) == {*done, JOURNAL, MANIFEST}
    Path(bad.fn(STATE_POINT)).write_text(text)
    assert len(signac.Project(project.path).export_to("out", path=False, manifest=True)) == 3
    assert set(os.listdir("out")) == {*done, bad.id, MANIFEST}
    assert project.verify_export("out").ok


def test_a_job_that_cannot_be_read_does_not_stop_the_others(project: signac.Project) -> None:
    """What cannot be copied is named with its path, and the others are exported."""
    bad = job_of(project, 0)
    os.mkfifo(bad.fn("pipe"))
    with pytest.raises(TransferError) as caught:
        project.export_to("out")
    assert set(caught.value.failed) == {bad.id}
    assert bad.fn("pipe") in str(caught.value)
    assert os.listdir("out/a") in (["1", "2"], ["2", "1"])
    assert JOURNAL in os.listdir("out")


def test_a_job_that_is_not_there(project: signac.Project) -> None:
    """A handle without a job is named with its path."""
    jobs = [job_of(project, 0), job_of(project, 9)]
    with pytest.raises(TransferError) as caught:
        list(export_jobs(jobs, "out", path=False))
    assert caught.value.job_ids == [jobs[1].id]
    assert os.path.isfile(os.path.join("out", jobs[0].id, "data.txt"))


def test_a_job_is_exported_once(project: signac.Project) -> None:
    """A job that is given twice is one job."""
    jobs = [job_of(project, 0), job_of(project, 1), job_of(project, 0)]
    assert len(list(export_jobs(iter(jobs), "out"))) == 2


@pytest.mark.parametrize("target", ["out", "deep/out", "out/"])
@pytest.mark.parametrize("manifest", [True, False])
def test_a_single_job_goes_right_into_the_target(
    project: signac.Project, target: str, manifest: bool
) -> None:
    """The target, relative or not, becomes the job; there is nothing beside it afterwards."""
    found = project.find_jobs({"a": 1})
    assert list(found.export_to(target, manifest=manifest).values()) == [""]
    expected = {**tree(job_of(project, 1).path)}
    seen = tree(target)
    assert (seen.pop(MANIFEST, None) is not None) == manifest
    assert seen == expected
    assert len(os.listdir(".")) == 1
    assert len(os.listdir(os.path.dirname(target.rstrip("/")) or ".")) == 1
    with pytest.raises(FileExistsError):
        found.export_to(target)


def test_an_interrupted_single_job_is_completed(project: signac.Project) -> None:
    """The same call completes it, manifest included."""
    found = project.find_jobs({"a": 1})

    def stop(number: int, operation: str, path: str, size: int | None) -> None:
        if operation == "rename" and MANIFEST in path:
            raise Interrupted

    with faults.injecting(stop), pytest.raises(Interrupted):
        found.export_to("out", manifest=True)
    assert MANIFEST not in os.listdir("out")
    found.export_to("out", manifest=True)
    assert MANIFEST in os.listdir("out")
    assert os.listdir(".") == ["out"]


@pytest.mark.parametrize("name", ["out", "out.zip", "out.tar"])
def test_a_target_within_a_job_is_refused(project: signac.Project, name: str) -> None:
    """A job cannot be exported into itself."""
    job = job_of(project, 1)
    before = tree(job.path)
    with pytest.raises(InvalidInputError, match=job.id):
        project.export_to(job.fn(name))
    assert tree(job.path) == before


@pytest.mark.parametrize("name", [".signac_scratch", JOURNAL, MANIFEST])
def test_names_of_the_library_are_refused(project: signac.Project, name: str) -> None:
    """No job goes where the library keeps its own files."""
    with pytest.raises(InvalidInputError, match="name of this library"):
        project.export_to("out", path=f"{name}/{{a}}")
    assert not os.path.exists("out")


def test_buffered_documents_are_exported(project: signac.Project) -> None:
    """What is in the buffer of this process is in the export."""
    with signac.buffered():
        job_of(project, 0).doc.n = "buffered"
        project.export_to("out")
    assert b"buffered" in Path("out/a/0/signac_job_document.json").read_bytes()


def test_links_that_cannot_be_followed(project: signac.Project) -> None:
    """A link that leads nowhere, or above itself, is exported as a link."""
    job = job_of(project, 0)
    os.symlink("nowhere", job.fn("dangling"))
    os.symlink(".", job.fn("loop"))
    project.export_to("out")
    assert os.readlink("out/a/0/dangling") == "nowhere"
    assert os.readlink("out/a/0/loop") == "."


def test_copytree_may_add_to_what_is_there(project: signac.Project) -> None:
    """A function of the user decides what it does with an existing destination."""
    os.makedirs("out/a/1")
    Path("out/a/1/mine").write_text("mine")
    project.export_to("out", copytree=lambda s, d: shutil.copytree(s, d, dirs_exist_ok=True))
    assert Path("out/a/1/mine").read_text() == "mine"
    assert Path("out/a/1/data.txt").read_text() == "data 1"


def test_copytree_that_fails_for_one_job(project: signac.Project) -> None:
    """An error of the system for one job does not stop the others."""

    def copytree(source: str, destination: str) -> None:
        if source == job_of(project, 1).path:
            raise PermissionError(13, "no", source)
        shutil.copytree(source, destination)

    with pytest.raises(TransferError) as caught:
        project.export_to("out", copytree=copytree)
    assert caught.value.job_ids == [job_of(project, 1).id]
    assert sorted(os.listdir("out/a")) == ["0", "2"]


def test_leftovers_of_dead_exports_go(project: signac.Project) -> None:
    """What a killed process left in scratch is removed by the next export."""
    if os.fork() == 0:
        try:

            def kill(number: int, operation: str, path: str, size: int | None) -> None:
                if operation == "rename" and "signac_scratch" in path:
                    os._exit(0)

            with faults.injecting(kill):
                project.export_to("out")
        finally:
            os._exit(1)
    assert os.wait()[1] == 0
    assert ".signac_scratch" in os.listdir("out")
    project.export_to("out")
    assert os.listdir("out") == ["a"]


def test_many_jobs(tmp_path: Path) -> None:
    """Jobs in several batches all arrive, in the order in which they were given."""
    project = signac.init_project(tmp_path / "project")
    project.create_jobs({"i": i} for i in range(300))
    jobs = list(project)
    pairs = list(export_jobs(jobs, tmp_path / "out"))
    assert [source for source, _ in pairs] == [job.path for job in jobs]
    assert len(os.listdir(tmp_path / "out" / "i")) == 300


def test_a_directory_with_an_extension(project: signac.Project) -> None:
    """A directory that is there is one, whatever its name; that of an archive is refused."""
    for name in ("out.v1", "out.zip"):
        os.mkdir(name)
    assert len(project.export_to("out.v1")) == 3
    assert os.listdir("out.v1") == ["a"]
    with pytest.raises(IsADirectoryError, match=r"out\.zip"):
        project.export_to("out.zip")
    assert os.listdir("out.zip") == []


def test_copytree_for_a_single_job(project: signac.Project) -> None:
    """A relative target of one job is handed to the function as it was given."""
    calls: list[tuple[str, str]] = []
    job = job_of(project, 1)
    project.find_jobs({"a": 1}).export_to("out", copytree=lambda s, d: calls.append((s, d)))
    assert calls == [(job.path, "out")]


def test_stores_that_are_open(project: signac.Project) -> None:
    """A store that this process has open is exported with what was written so far."""
    job = job_of(project, 0)
    job.data.x = 1.5
    with job.data:
        job.data.y = 5
        project.export_to("out")
        project.export_to("out.tar")
        project.export_to("out.zip")
    other = signac.init_project("other")
    copy = other.open_job({"a": 0}).init()
    shutil.copy("out/a/0/signac_data.h5", copy.path)
    with copy.data:
        assert copy.data.x == 1.5


def test_no_value_leads_out_of_the_target(tmp_path: Path) -> None:
    """Whatever a state point holds, everything that is written lies in the target."""
    sandbox = tmp_path / "one" / "two" / "three"
    sandbox.mkdir(parents=True)
    project = signac.init_project(tmp_path / "project")
    values = ["..", ".", "", "../../x", f"{tmp_path}/x", "a/b", "{auto}", "{job.id}", "a\\b", "x\n"]
    for value in [*values, *([value] for value in values), *({"n": value} for value in values)]:
        project.open_job({"a": value}).init()
    before = tree(tmp_path / "project")
    for name in ("out", "out.zip", "out.tar"):
        assert len(project.export_to(sandbox / name)) == 3 * len(values)
        report = project.verify_export(sandbox / name)
        assert report.ok, str(report)
    assert sorted(os.listdir(sandbox)) == ["out", "out.tar", "out.zip"]
    assert sorted(os.listdir(tmp_path)) == ["one", "project"]
    assert os.listdir(tmp_path / "one") == ["two"]
    assert tree(tmp_path / "project") == before
    assert len(list((sandbox / "out").rglob(STATE_POINT))) == 3 * len(values)
