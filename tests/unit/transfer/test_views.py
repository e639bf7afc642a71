"""Linked views: what the acceptance tests do not show."""

import logging
import os
from pathlib import Path
from typing import Any

import pytest

import signac
from signac._core import faults
from signac.errors import JobsCorruptedError, PathSpecificationError, TransferError
from signac.linked_view import create_linked_view


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a project with three jobs; its parent is the current directory."""
    monkeypatch.chdir(tmp_path)
    project = signac.init_project("project")
    project.create_jobs({"a": i, "b": 0} for i in range(3))
    return project


def entries(top: str = "view") -> dict[str, str | None]:
    """Return everything below a directory, with what links say."""
    found: dict[str, str | None] = {}
    for directory, names, files in os.walk(top):
        for name in names + files:
            path = os.path.join(directory, name)
            link = os.readlink(path) if os.path.islink(path) else None
            found[os.path.relpath(path, top)] = link
    return found


def job_of(project: Any, number: int) -> Any:
    return project.open_job({"a": number, "b": 0})


def test_nothing_is_changed_again(project: Any, caplog: pytest.LogCaptureFixture) -> None:
    """A view that is up to date is only looked at, as the log says."""
    caplog.set_level(logging.INFO, "signac.linked_view")
    first = project.create_linked_view()
    assert "3 links to create, 0 to replace, 0 to remove" in caplog.text
    before = entries()
    with faults.record() as points:
        assert create_linked_view(project) == first
    assert points == []
    assert "is up to date" in caplog.text
    assert entries() == before
    assert {record.name for record in caplog.records} == {"signac.linked_view"}


def test_few_changes(project: Any) -> None:
    """A directory or link takes one call each; a wrong link is replaced by a rename."""
    with faults.record() as points:
        project.create_linked_view()
    assert sorted(name for _, name, _ in points) == ["mkdir"] * 5 + ["symlink"] * 3
    os.unlink("view/a/1/job")
    os.symlink(os.path.relpath(job_of(project, 2).path, "view/a/1"), "view/a/1/job")
    with faults.record() as points:
        project.create_linked_view()
    assert [name for _, name, _ in points if name != "mkdir"] == ["symlink", "rename"]
    assert os.path.samefile("view/a/1/job", job_of(project, 1).path)


def test_no_ids_no_links(project: Any) -> None:
    """An empty selection takes all links away, and makes nothing where there was nothing."""
    assert project.create_linked_view(job_ids=[]) == {}
    assert not os.path.exists("view")
    project.create_linked_view()
    assert project.create_linked_view(job_ids=iter(())) == {}
    assert entries() == {}
    assert not os.path.exists("project/.signac/transfers")


def test_files_of_the_user_stay(project: Any) -> None:
    """Only our links, and directories that are empty without them, are removed."""
    project.create_linked_view()
    Path("view/a/0/notes.txt").write_text("notes")
    Path("view/b").mkdir()
    Path("view/b/job").write_text("a file")
    Path("view/c/job").mkdir(parents=True)
    Path("view/d").mkdir()
    os.symlink("/nowhere", "view/d/job")
    os.symlink(os.path.abspath(job_of(project, 1).path), "view/other")
    project.create_linked_view(job_ids=[])
    left = {"a", "a/0", "a/0/notes.txt", "b", "b/job", "c", "c/job", "d", "d/job", "other"}
    assert set(entries()) == left


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda: Path("view/a/1/job").write_text("x"), FileExistsError),
        (lambda: Path("view/a/1/job").mkdir(), IsADirectoryError),
        (lambda: os.symlink("/", "view/a/1/job"), FileExistsError),
        (lambda: os.symlink("/nowhere", "view/a/1/job"), FileExistsError),
        (lambda: (os.rmdir("view/a/1"), Path("view/a/1").write_text("x")), NotADirectoryError),
        (lambda: (os.rmdir("view/a/1"), os.symlink("0", "view/a/1")), NotADirectoryError),
    ],
    ids=["file", "directory", "link", "dangling", "file above", "link above"],
)
def test_in_the_way(project: Any, make: Any, kind: type[OSError]) -> None:
    """What has the name of a link is named, before anything is changed."""
    os.makedirs("view/a/1")
    make()
    before = entries()
    with pytest.raises(kind, match=r"view/a/1") as caught:
        project.create_linked_view()
    assert os.path.isabs(caught.value.filename)
    assert entries() == before


def test_a_view_of_another_project(project: Any) -> None:
    """Links to the jobs of another project are not ours, even if the jobs are the same."""
    other = signac.init_project("other")
    other.create_jobs(job.sp() for job in project)
    other.create_linked_view("view")
    before = entries()
    with pytest.raises(FileExistsError, match="other"):
        project.create_linked_view()
    project.create_linked_view(job_ids=[])
    assert entries() == before


def test_a_project_that_was_moved(project: Any) -> None:
    """Links into the old place, which is no more, are made again."""
    project.create_linked_view()
    os.rename("project", "moved")
    moved = signac.get_project("moved")
    moved.create_linked_view()
    assert all(os.path.exists(f"view/a/{i}/job/signac_statepoint.json") for i in range(3))


def test_below_linked_directories(project: Any, tmp_path: Path) -> None:
    """Links lead to the jobs wherever prefix and project are reached through links."""
    os.makedirs("deep/er")
    os.symlink("deep/er", "short")
    os.makedirs("elsewhere/far")
    os.rename("project", "elsewhere/far/project")
    os.symlink("elsewhere/far", "near")
    moved = signac.get_project("near/project")
    moved.create_linked_view("short/view")
    for i in range(3):
        assert os.path.samefile(f"deep/er/view/a/{i}/job", job_of(moved, i).path)
    with faults.record() as points:
        moved.create_linked_view("deep/er/view")
        signac.get_project("elsewhere/far/project").create_linked_view("short/view")
    assert points == []


def test_a_workspace_that_is_a_link(project: Any) -> None:
    """Links lead through the workspace of the project, and are known as ours."""
    os.rename("project/workspace", "data")
    os.symlink(os.path.abspath("data"), "project/workspace")
    project.create_linked_view()
    assert os.readlink("view/a/0/job").startswith("../../../project/workspace/")
    project.create_linked_view(job_ids=[])
    assert entries() == {}


def test_inside_the_project(project: Any) -> None:
    """A view may lie anywhere, and may be the directory that the project lies in."""
    project.create_linked_view(".")
    project.create_linked_view("project/view")
    assert os.path.samefile("a/1/job", "project/view/a/1/job")
    project.create_linked_view(".", job_ids=[])
    assert not os.path.exists("a")
    assert len(project) == 3


def test_templates_with_documents(project: Any) -> None:
    """A template may name the document, which is read for it."""
    for job in project:
        job.doc.name = f"n/{job.sp.a}"
    links = project.create_linked_view(path="{job.doc.name}")
    assert sorted(links) == ["n%2F0/job", "n%2F1/job", "n%2F2/job"]


@pytest.mark.parametrize("statepoint", [{"a": "x/y"}, {"a/b": 1}])
def test_separators(project: Any, statepoint: Any) -> None:
    """Separators at the first level are refused, deeper ones are encoded."""
    job = project.open_job(statepoint).init()
    with pytest.raises(PathSpecificationError, match="should not contain /"):
        project.create_linked_view(path=False)
    others = [other.id for other in project if other.id != job.id]
    assert len(project.create_linked_view(job_ids=others)) == 3
    job.remove()
    project.open_job({"n": {"m": "../x"}}).init()
    project.open_job({"n": {"m": "y"}}).init()
    assert "n.m/..%2Fx/job" in project.create_linked_view()


def test_a_damaged_job(project: Any) -> None:
    """The links of all others are made, that of the damaged job stays, and it is named."""
    project.create_linked_view()
    bad = job_of(project, 1)
    Path(bad.fn("signac_statepoint.json")).write_text("junk")
    project.open_job({"a": 3, "b": 0}).init()
    with pytest.raises(JobsCorruptedError) as caught:
        signac.get_project(project.path).create_linked_view()
    assert caught.value.job_ids == [bad.id]
    assert {"a/0/job", "a/1/job", "a/2/job", "a/3/job"} <= set(entries())


def test_some_links_fail(project: Any) -> None:
    """One that cannot be made does not stop the others; the job is named, and again helps."""

    def fail(number: int, name: str, path: str, size: int | None = None) -> None:
        if name == "symlink" and path.endswith("a/1/job"):
            raise OSError(5, "bad disk", path)

    with faults.injecting(fail), pytest.raises(TransferError) as caught:
        project.create_linked_view()
    assert caught.value.job_ids == [job_of(project, 1).id]
    assert caught.value.errno == 5
    assert {"a/0/job", "a/2/job"} <= set(entries())
    project.create_linked_view()
    assert "a/1/job" in entries()


def test_a_link_that_becomes_a_directory(project: Any) -> None:
    """A link of a single job gives way to a directory of the same name."""
    other = signac.init_project("other")
    (job,) = other.create_jobs([{"job": 0}])
    assert list(other.create_linked_view()) == ["job"]
    other.open_job({"job": 1}).init()
    assert sorted(other.create_linked_view()) == ["job/0/job", "job/1/job"]
    assert os.path.samefile("view/job/0/job", job.path)


def test_nested_paths(project: Any) -> None:
    """The link of one job may lie above that of another, but not within it."""
    other = signac.init_project("other")
    other.create_jobs([{"a": 1}, {"a": 2}, *[{"a": 1, "b": b} for b in range(3)]])
    assert {"a/1/job", "a/1/b/2/job"} <= set(other.create_linked_view())
    third = signac.init_project("third")
    third.create_jobs([{"a": 1}, {"a": 2}, *[{"a": 1, "job": n} for n in range(3)]])
    with pytest.raises(PathSpecificationError, match="'a/1/job' is both a leaf and node"):
        third.create_linked_view("third-view")
    assert not os.path.exists("third-view")


@pytest.mark.parametrize("ids", [[5], [None], [b"0"]])
def test_only_ids(project: Any, ids: Any) -> None:
    """What is no text is a TypeError, as are handles of jobs."""
    for wrong in (ids, project, project.find_jobs()):
        with pytest.raises(TypeError, match=r"job\.id"):
            project.create_linked_view(job_ids=wrong)
    assert not os.path.exists("view")
