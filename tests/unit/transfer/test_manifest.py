"""Manifests of exports, and the comparison of an export with its project."""

import dataclasses
import json
import os
import shutil
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

import signac
from signac._transfer.exports.manifest import make_manifest, parse_manifest
from signac.errors import InvalidInputError
from signac.import_export import verify_manifest
from signac.version import __version__

MANIFEST = "signac_manifest.json"
STATE_POINT = "signac_statepoint.json"
NAMES = ["out", "out.zip", "out.tar", "out.tar.gz"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> signac.Project:
    """Return a project with three jobs, beside an empty current directory."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    project = signac.init_project(tmp_path / "project")
    for number in range(3):
        job = project.open_job({"a": number}).init()
        Path(job.fn("data.txt")).write_text(f"data {number}")
        os.mkdir(job.fn("empty"))
    os.symlink("nowhere", job.fn("dangling"))
    os.symlink("data.txt", job.fn("link"))
    return project


def job_of(project: signac.Project, number: int) -> Any:
    """Return the job with this number."""
    return project.open_job({"a": number})


def manifest_of(name: str) -> Any:
    """Return what the manifest in an export says."""
    if name.endswith(".zip"):
        with zipfile.ZipFile(name) as archive:
            return json.loads(archive.read(MANIFEST))
    if ".tar" in name:
        with tarfile.open(name) as tar:
            file = tar.extractfile(MANIFEST)
            assert file is not None
            return json.load(file)
    return json.loads(Path(name, MANIFEST).read_text())


def unpack(name: str) -> str:
    """Unpack an archive, or return the directory as it is."""
    if name != "out":
        shutil.unpack_archive(name, "unpacked", filter=None if "zip" in name else "fully_trusted")
        return "unpacked"
    return name


@pytest.mark.parametrize("name", NAMES)
def test_what_a_manifest_says(project: signac.Project, name: str) -> None:
    """Creator, time, and for each job id, path, and size, mode and checksum of each file."""
    import hashlib

    job = job_of(project, 1)
    os.chmod(job.fn("data.txt"), 0o640)
    project.export_to(name, manifest=True)
    found = manifest_of(name)
    assert (found["format"], found["version"]) == ("signac-manifest", 1)
    assert found["creator"] == f"signac {__version__}"
    assert found["time"].endswith("Z")
    assert [entry["path"] for entry in found["jobs"]] == ["a/0", "a/1", "a/2"]
    entry = found["jobs"][1]
    assert entry["id"] == job.id
    assert entry["files"]["data.txt"] == {
        "size": 6,
        "mode": "0640",
        "sha256": hashlib.sha256(b"data 1").hexdigest(),
    }
    assert set(entry["files"]) == {"data.txt", STATE_POINT}
    assert found["jobs"][2]["links"]["dangling"] == "nowhere"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("manifest", [True, False])
def test_a_sound_export(project: signac.Project, name: str, manifest: bool) -> None:
    """What was just exported is as the project is, and as the manifest says."""
    project.export_to(name, manifest=manifest)
    report = project.verify_export(name)
    assert report.ok, str(report)
    assert not report.extra
    if manifest:
        assert verify_manifest(Path(name)).ok
    else:
        with pytest.raises(InvalidInputError, match="manifest=True"):
            verify_manifest(name)


@pytest.mark.parametrize("name", NAMES)
def test_an_unpacked_archive_is_sound(project: signac.Project, name: str) -> None:
    """The manifest holds for a directory that was unpacked from an archive too."""
    os.remove(job_of(project, 2).fn("dangling"))  # unzip makes a file of it
    os.remove(job_of(project, 2).fn("link"))
    project.export_to(name, manifest=True)
    report = verify_manifest(unpack(name))
    assert report.ok, str(report)


@pytest.mark.parametrize("name", NAMES)
def test_a_project_that_went_on(project: signac.Project, name: str) -> None:
    """New, changed and removed files and jobs are listed by their paths in the export."""
    project.export_to(name, manifest=True)
    Path(job_of(project, 0).fn("data.txt")).write_text("DATA 0")
    Path(job_of(project, 0).fn("new")).write_text("x")
    os.remove(job_of(project, 1).fn("data.txt"))
    new = job_of(project, 7).init()
    job_of(project, 2).remove()
    report = project.verify_export(name)
    assert report.changed == ("a/0/data.txt",)
    assert report.missing == ("a/0/new",)
    assert set(report.extra) == {"a/1/data.txt", "a/2"}
    assert report.absent == (new.id,)
    assert not report.damaged
    assert not report.ok
    for word in ("changed: a/0/data.txt", "missing: a/0/new", f"absent: job {new.id}"):
        assert word in str(report)
    assert verify_manifest(name).ok


def test_a_damaged_directory(project: signac.Project) -> None:
    """Files that changed, are gone, or came are found with the manifest alone."""
    project.export_to("out", manifest=True)
    Path("out/a/0/data.txt").write_text("xxxx 0")
    os.remove(f"out/a/1/{STATE_POINT}")
    os.remove("out/a/2/dangling")
    Path("out/stranger").write_text("x")
    report = verify_manifest("out")
    assert report.changed == ("a/0/data.txt",)
    assert report.missing == (f"a/1/{STATE_POINT}", "a/2/dangling")
    assert report.extra == ("stranger",)
    against = project.verify_export("out")
    assert set(against.damaged) == {"a/0/data.txt", f"a/1/{STATE_POINT}", "a/2/dangling"}
    assert against.absent == (job_of(project, 1).id,)


@pytest.mark.parametrize("name", ["out.zip", "out.tar", "out.tar.gz", "out.tar.xz", "out.tar.bz2"])
@pytest.mark.parametrize("how", ["cut", "flip"])
def test_a_damaged_archive(project: signac.Project, name: str, how: str) -> None:
    """Damage anywhere in an archive is reported, or named in an error of the library."""
    for job in project:
        Path(job.fn("data.txt")).write_bytes(os.urandom(5000))
    project.export_to(name, manifest=True)
    data = bytearray(Path(name).read_bytes())
    found = 0
    for place in range(len(data) // 10, len(data), len(data) // 10):
        damaged = data[:place] if how == "cut" else bytearray(data)
        if how == "flip":
            damaged[place] ^= 0xFF
        Path(name).write_bytes(damaged)
        try:
            report = project.verify_export(name)
        except InvalidInputError:
            found += 1
        else:
            found += not report.ok
    # The padding between the members of a tar archive, and after them, may have any value.
    assert found >= (4 if name.endswith(".tar") else 8)


def test_exporting_more_keeps_the_manifest_true(project: signac.Project) -> None:
    """Jobs that are added to a directory with a manifest are added to the manifest."""
    os.remove(job_of(project, 2).fn("dangling"))  # `shutil.copytree` cannot copy it
    project.find_jobs({"a": 0}).export_to("out", path="{a}", manifest=True)
    project.find_jobs({"a": 1}).export_to("out", path="{a}")
    project.find_jobs({"a": 2}).export_to("out", path="{a}", copytree=shutil.copytree)
    assert [entry["path"] for entry in manifest_of("out")["jobs"]] == ["0", "1", "2"]


def test_a_manifest_that_is_none(project: signac.Project) -> None:
    """What cannot be read is named, and nothing is exported over it."""
    os.mkdir("out")
    for text in ('{"mine": 1}', "junk", '{"format": "signac-manifest", "version": 9}', "[]"):
        Path("out", MANIFEST).write_text(text)
        with pytest.raises(InvalidInputError, match=MANIFEST):
            project.export_to("out")
        assert os.listdir("out") == [MANIFEST]


def test_manifests_are_read_as_they_are_written(project: signac.Project) -> None:
    """Writing what was read gives the same jobs."""
    project.export_to("out", manifest=True)
    jobs = parse_manifest(Path("out", MANIFEST).read_bytes(), "x")
    assert parse_manifest(make_manifest(jobs), "y") == jobs


@pytest.mark.parametrize(
    "change",
    [
        {"id": "x"},
        {"path": None},
        {"files": {"f": {"size": 1, "mode": "0644", "sha256": "x"}}},
        {"files": {"f": {"size": "a", "mode": "0644", "sha256": "0" * 64}}},
        {"files": []},
        {"links": 3},
    ],
    ids=str,
)
def test_a_damaged_entry(project: signac.Project, change: dict[str, Any]) -> None:
    """Each wrong fact in a manifest is an error of the library."""
    project.export_to("out", manifest=True)
    found = manifest_of("out")
    found["jobs"][0].update(change)
    Path("out", MANIFEST).write_text(json.dumps(found))
    with pytest.raises(InvalidInputError, match=MANIFEST):
        verify_manifest("out")


def test_targets_that_are_no_exports(project: signac.Project) -> None:
    """What is not there, or no archive, is an error that names it."""
    with pytest.raises(FileNotFoundError, match="nothing"):
        project.verify_export("nothing")
    Path("file").write_text("text " * 1000)
    with pytest.raises(InvalidInputError, match="file"):
        project.verify_export("file")
    os.mkdir("empty")
    assert len(project.verify_export("empty").absent) == 3


def test_a_single_job(project: signac.Project) -> None:
    """A job whose files are right in the target is found there."""
    found = project.find_jobs({"a": 1})
    for name in NAMES:
        found.export_to(name, manifest=True)
        assert verify_manifest(name).ok
        report = project.verify_export(name)
        assert len(report.absent) == 2
        assert dataclasses.replace(report, absent=()).ok
        assert not report.extra


def test_a_project_within_a_job(project: signac.Project) -> None:
    """What lies within a job is a file of it, even if it looks like a job."""
    inner = signac.init_project(job_of(project, 0).fn("inner"))
    inner.open_job({"b": 1}).init()
    project.export_to("out.tar.gz")
    report = project.verify_export("out.tar.gz")
    assert report.ok
    assert not report.extra


def test_links_made_by_copytree(project: signac.Project) -> None:
    """Jobs that are links are compared through them."""
    project.export_to("out", copytree=os.symlink, manifest=True)
    assert project.verify_export("out").ok
    assert verify_manifest("out").ok


@pytest.mark.parametrize("target", ["out", "out.tar", "out.zip"])
def test_links_that_lead_out_of_a_job_are_verified(
    target: str, project: signac.Project, tmp_path: Path
) -> None:
    """What is exported in place of a link is what the project is compared with."""
    (tmp_path / "shared").write_text("input")
    for job in project:
        os.symlink(tmp_path / "shared", job.fn("input"))
        os.symlink("input", job.fn("inner"))
    project.export_to(str(tmp_path / target), manifest=True)
    assert project.verify_export(str(tmp_path / target)).ok
