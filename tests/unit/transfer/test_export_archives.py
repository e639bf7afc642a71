"""Export to archives: whole or not there, with everything that a format can hold."""

import io
import os
import stat
import subprocess
import sys
import tarfile
import types
import zipfile
from pathlib import Path
from typing import Any

import pytest

import signac
from signac._core import faults
from signac._transfer.exports import formats as archives
from signac.errors import JobsCorruptedError, TransferError
from signac.import_export import export_jobs, export_to_tarfile, export_to_zipfile

STATE_POINT = "signac_statepoint.json"
NAMES = ["out.zip", "out.tar", "out.tar.gz", "out.tar.bz2", "out.tar.xz"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> signac.Project:
    """Return a project with three jobs, beside an empty current directory."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    project = signac.init_project(tmp_path / "project")
    for number in range(3):
        job = project.open_job({"a": number}).init()
        Path(job.fn("data.txt")).write_text(f"data {number}")
    return project


def job_of(project: signac.Project, number: int) -> Any:
    """Return the job with this number."""
    return project.open_job({"a": number})


def contents(path: str) -> dict[str, bytes]:
    """Return the files in an archive; a name that occurs twice fails."""
    found: dict[str, bytes] = {}
    if path.endswith(".zip"):
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            names = [info for info in archive.infolist() if not info.is_dir()]
            found = {info.filename: archive.read(info) for info in names}
            assert len(found) == len(names)
        return found
    with tarfile.open(path) as tar:
        members = tar.getmembers()
        assert len({member.name for member in members}) == len(members)
        for member in members:
            content = tar.extractfile(member) if member.isreg() else None
            if content is not None:
                found[member.name] = content.read()
    return found


def expected(project: signac.Project, *numbers: int) -> dict[str, bytes]:
    """Return the files that an archive of these jobs has."""
    return {
        f"a/{number}/{name}": Path(job_of(project, number).fn(name)).read_bytes()
        for number in numbers
        for name in os.listdir(job_of(project, number).path)
    }


@pytest.mark.parametrize("name", NAMES)
def test_an_archive_is_whole_or_not_there(project: signac.Project, name: str) -> None:
    """A full disk at any write leaves the old archive, and nothing beside it."""
    Path(name).write_bytes(b"old" if name != "out.tar" else b"")
    old = Path(name).read_bytes()
    with faults.record() as points:
        project.export_to(name, path="first/{a}")
    os.remove(name)
    Path(name).write_bytes(old)
    for target, operation, _ in points:
        if operation not in {"create", "write", "sync", "rename"}:
            continue

        def fail(
            number: int, operation: str, path: str, size: int | None, target: int = target
        ) -> None:
            if number == target:
                raise OSError(28, "No space left on device", path)

        with faults.injecting(fail), pytest.raises(OSError, match="No space"):
            project.export_to(name)
        assert Path(name).read_bytes() == old
        assert os.listdir(".") == [name]
    project.export_to(name)
    assert contents(name) == expected(project, 0, 1, 2)


@pytest.mark.parametrize("name", NAMES)
def test_a_generator_that_is_left_writes_nothing(project: signac.Project, name: str) -> None:
    """Whoever stops after some jobs has no archive, and nothing beside it."""
    pairs = export_jobs(list(project), name)
    next(pairs)
    pairs.close()  # type: ignore[attr-defined]
    assert os.listdir(".") == []


@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_job_does_not_stop_the_others(project: signac.Project, name: str) -> None:
    """The archive has all other jobs, and the error names the one."""
    bad = job_of(project, 1)
    os.remove(bad.fn(STATE_POINT))
    with pytest.raises(JobsCorruptedError) as caught:
        signac.Project(project.path).export_to(name, path="a/{a}")
    assert caught.value.job_ids == [bad.id]
    assert contents(name) == expected(project, 0, 2)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_shrinks_is_of_no_archive(
    project: signac.Project, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job that cannot be read to its end is not in the archive at all; the others are."""
    bad = job_of(project, 1)
    original = archives.open_reader

    def opening(path: str, *args: Any, **options: Any) -> Any:
        reader, status = original(path, *args, **options)
        if path == bad.fn("data.txt"):
            reader.size += 10
            reader._left += 10
        return reader, status

    monkeypatch.setattr(archives, "open_reader", opening)
    with pytest.raises(TransferError) as caught:
        project.export_to(name)
    assert set(caught.value.failed) == {bad.id}
    assert "became shorter" in str(caught.value)
    assert contents(name) == expected(project, 0, 2)


@pytest.mark.parametrize("name", NAMES)
def test_no_job_could_be_read(project: signac.Project, name: str) -> None:
    """If every job fails, the old archive stays."""
    project.export_to(name)
    before = Path(name).read_bytes()
    for job in project:
        os.mkfifo(job.fn("pipe"))
    with pytest.raises(TransferError):
        project.export_to(name)
    assert Path(name).read_bytes() == before


def test_names_that_zip_cannot_hold(project: signac.Project) -> None:
    """A name that is not UTF-8 stops its job only, and a tar archive takes it."""
    bad = job_of(project, 0)
    name = os.fsencode(bad.path) + b"/\xff"
    with open(name, "wb") as file:
        file.write(b"x")
    with pytest.raises(TransferError, match="tar archive"):
        project.export_to("out.zip")
    assert contents("out.zip") == expected(project, 1, 2)
    project.export_to("out.tar")
    assert contents("out.tar")["a/0/" + os.fsdecode(b"\xff")] == b"x"


def test_zip_keeps_what_it_can(project: signac.Project) -> None:
    """Empty directories, linked directories as content, links that lead nowhere, modes."""
    job = job_of(project, 0)
    os.mkdir(job.fn("empty"))
    os.mkdir(job.fn("full"))
    Path(job.fn("full/file")).write_text("x")
    os.symlink("full", job.fn("linked"))
    os.symlink("nowhere", job.fn("dangling"))
    os.chmod(job.fn("data.txt"), 0o640)
    project.export_to("out.zip")
    with zipfile.ZipFile("out.zip") as archive:
        names = archive.namelist()
        assert [name for name in names if name.endswith("/")] == ["a/0/empty/"]
        assert archive.read("a/0/linked/file") == b"x"
        link = archive.getinfo("a/0/dangling")
        assert stat.S_ISLNK(link.external_attr >> 16)
        assert archive.read(link) == b"nowhere"
        assert archive.getinfo("a/0/data.txt").external_attr >> 16 == stat.S_IFREG | 0o640


@pytest.mark.parametrize("moment", [0, 4e9, 1e10])
@pytest.mark.parametrize("name", ["out.zip", "out.tar"])
def test_times_of_any_year(project: signac.Project, name: str, moment: float) -> None:
    """A time that a zip archive cannot hold does not stop the export."""
    os.utime(job_of(project, 0).fn("data.txt"), (moment, moment))
    project.export_to(name)
    assert contents(name) == expected(project, 0, 1, 2)


def test_tar_keeps_times_and_modes(project: signac.Project) -> None:
    """Times with their fraction, modes, and both names of a file with two."""
    job = job_of(project, 0)
    os.link(job.fn("data.txt"), job.fn("second"))
    os.utime(job.fn("data.txt"), (1e9, 1e9 + 0.25))
    os.chmod(job.fn("data.txt"), 0o600)
    project.export_to("out.tar")
    with tarfile.open("out.tar") as archive:
        for name in ("data.txt", "second"):
            member = archive.getmember(f"a/0/{name}")
            assert member.isreg()
            assert (member.mtime, member.mode) == (1e9 + 0.25, 0o600)


def test_exporting_again_to_a_tar(project: signac.Project) -> None:
    """Jobs are replaced as a whole, with nothing twice; everything else stays."""
    job = job_of(project, 0)
    Path(job.fn("old")).write_text("x")
    Path("mine").write_text("mine")
    with tarfile.open("out.tar", "w") as archive:
        archive.add("mine")
        archive.add("mine", "twin")
    os.link("mine", "hard")
    project.export_to("out.tar", manifest=True)
    os.remove(job.fn("old"))
    Path(job.fn("new")).write_text("y")
    signac.init_project("other").open_job({"a": 9}).init()
    signac.Project("other").export_to("out.tar", path="a/{a}")
    project.find_jobs("a < 2").export_to("out.tar")
    found = contents("out.tar")
    assert found.pop("mine") == b"mine"
    assert found.pop("twin") == b"mine"
    assert found.pop(f"a/9/{STATE_POINT}") == b'{"a": 9}'
    assert b"a/9" in found.pop("signac_manifest.json")
    assert found == expected(project, 0, 1, 2)
    assert signac.import_export.verify_manifest("out.tar").ok


def test_hard_links_of_a_tar_that_is_added_to(project: signac.Project) -> None:
    """A second name of a file keeps its content when the first one is replaced."""
    job = job_of(project, 0)
    os.link(job.fn("data.txt"), "hard")
    with tarfile.open("out.tar", "w") as archive:
        archive.add(job.fn("data.txt"), "a/0/data.txt")
        archive.add("hard", "hard")
        assert archive.getmember("hard").islnk()
    Path(job.fn("data.txt")).write_text("changed")
    os.remove("hard")
    project.export_to("out.tar")
    assert contents("out.tar")["hard"] == b"data 0"
    assert contents("out.tar")["a/0/data.txt"] == b"changed"


def test_a_failed_job_keeps_its_old_copy_in_a_tar(project: signac.Project) -> None:
    """What a tar has of a job stays if the job cannot be read now."""
    project.export_to("out.tar")
    before = contents("out.tar")
    os.mkfifo(job_of(project, 1).fn("pipe"))
    with pytest.raises(TransferError):
        project.export_to("out.tar")
    assert contents("out.tar") == before


def test_what_is_no_tar_is_not_added_to(project: signac.Project) -> None:
    """A file that is no tar archive is kept, and named."""
    Path("out.tar").write_text("mine" * 500)
    with pytest.raises(tarfile.ReadError, match=r"out\.tar"):
        project.export_to("out.tar")
    assert Path("out.tar").read_text() == "mine" * 500
    assert os.listdir(".") == ["out.tar"]


def test_links_and_modes_of_the_archive_itself(project: signac.Project) -> None:
    """A link to an archive stays one, and its mode is kept."""
    os.mkdir("disk")
    Path("disk/real.zip").write_text("old")
    os.chmod("disk/real.zip", 0o600)
    os.symlink("disk/real.zip", "out.zip")
    project.export_to("out.zip")
    assert os.readlink("out.zip") == "disk/real.zip"
    assert stat.S_IMODE(os.stat("disk/real.zip").st_mode) == 0o600
    assert contents("out.zip") == expected(project, 0, 1, 2)
    assert sorted(os.listdir("disk")) == ["real.zip"]


def test_open_archives_go_on_after_a_job_that_fails(project: signac.Project) -> None:
    """An archive of the user stays readable, and has all other jobs."""
    os.mkfifo(job_of(project, 1).fn("pipe"))
    for name in ("mine.zip", "mine.tar"):
        opened: Any = zipfile.ZipFile if "zip" in name else tarfile.open
        export: Any = export_to_zipfile if "zip" in name else export_to_tarfile
        with opened(name, "w") as archive, pytest.raises(TransferError):
            list(export(list(project), archive))
        assert contents(name) == expected(project, 0, 2)


def test_an_archive_in_memory(project: signac.Project) -> None:
    """An archive that is open need not be a file."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        project.export_to(archive, manifest=True)
        assert archive.getinfo("a/0/data.txt").compress_type == zipfile.ZIP_STORED
        assert "signac_manifest.json" in archive.namelist()


def test_zstandard(project: signac.Project, tmp_path: Path) -> None:
    """What is written with Zstandard is verified and read again."""
    pytest.importorskip("zstandard")
    project.export_to("out.tar.zst", manifest=True)
    assert Path("out.tar.zst").read_bytes()[:4] == b"\x28\xb5\x2f\xfd"
    assert project.verify_export("out.tar.zst").ok
    other = signac.init_project(tmp_path / "other")
    other.import_from("out.tar.zst")
    assert {job.id: job.doc() for job in other} == {job.id: job.doc() for job in project}


def test_zstandard_needs_a_library(
    project: signac.Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without one the error says what to install; with one there is a tar archive inside."""
    import gzip

    for name in ("compression.zstd", "backports.zstd", "zstandard"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(TypeError, match=r"backports\.zstd"):
        project.export_to("out.tar.zst")
    assert os.listdir(".") == []
    double = types.ModuleType("backports.zstd")
    double.ZstdFile = lambda stream, mode: gzip.GzipFile(  # type: ignore[attr-defined]
        fileobj=stream, mode=mode + "b"
    )
    monkeypatch.setitem(sys.modules, "backports", types.ModuleType("backports"))
    monkeypatch.setitem(sys.modules, "backports.zstd", double)
    project.export_to("out.tar.zst")
    os.rename("out.tar.zst", "out.tar.gz")
    assert contents("out.tar.gz") == expected(project, 0, 1, 2)


PROGRAM = """
import resource, sys, signac
def used():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
project = signac.Project(sys.argv[1])
project.export_to(sys.argv[2] + "small.zip", path="s/{a}", manifest=True)
before = used()
for job in project:
    with open(job.fn("large"), "wb") as file:
        file.truncate(64 << 20)
    break
for name in ("out.zip", "out.tar", "out"):
    project.export_to(sys.argv[2] + name, path="s/{a}")
    project.verify_export(sys.argv[2] + name)
print((used() - before) // 1024)
"""


def test_memory_is_bounded(project: signac.Project, tmp_path: Path) -> None:
    """A file of 64 MB is never in memory as a whole."""
    output = subprocess.check_output(
        [sys.executable, "-c", PROGRAM, project.path, f"{tmp_path}/here/"], text=True
    )
    assert int(output) < 24


def test_functions_take_names(project: signac.Project) -> None:
    """The functions for open archives take the name of one too."""
    assert len(list(export_to_zipfile(list(project), "out.zip"))) == 3
    assert len(list(export_to_tarfile(list(project), Path("out.tar")))) == 3
    assert contents("out.zip") == contents("out.tar") == expected(project, 0, 1, 2)
