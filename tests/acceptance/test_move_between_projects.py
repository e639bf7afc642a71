"""Moving jobs from one project into another: beyond what a single job shows."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import signac
from acceptance.moving import add_jobs, links_below, picture
from acceptance.support import assert_says, job_names, tree
from signac.errors import DestinationExistsError

SHARED = "/dev/shm"


@pytest.fixture
def full(project: Any) -> Any:
    """Return a job with files and data."""
    (job,) = add_jobs(project, [{"a": 0}])
    return job


@pytest.fixture
def far_project(project: Any) -> Iterator[Any]:
    """Return a project on another file system."""
    if not os.path.isdir(SHARED) or os.stat(SHARED).st_dev == os.stat(project.path).st_dev:
        pytest.skip("no second file system here")
    with tempfile.TemporaryDirectory(dir=SHARED) as directory:
        yield signac.init_project(directory)


def test_move_all(project: Any, other_project: Any) -> None:
    """A loop moves every job; both projects know at once."""
    add_jobs(project, [{"a": n} for n in range(5)])
    before = picture(project)
    for job in project.find_jobs({"a": {"$gte": 2}}):
        job.move(other_project)
    assert len(project) == 2
    assert len(other_project) == 3
    assert sorted(job.sp.a for job in project.find_jobs()) == [0, 1]
    assert sorted(job.sp.a for job in other_project.find_jobs({"a": {"$gt": 0}})) == [2, 3, 4]
    assert {**picture(project), **picture(other_project)} == before


def test_move_keeps_inodes(other_project: Any, full: Any) -> None:
    """On one file system a move is a rename: no file is copied."""
    inodes = {name: os.lstat(full.fn(name)).st_ino for name in tree(full.path)}
    full.move(other_project)
    assert {name: os.lstat(full.fn(name)).st_ino for name in tree(full.path)} == inodes


def test_links_move_as_links(other_project: Any, full: Any) -> None:
    """Links of a job stay links, also when they lead nowhere."""
    os.symlink("file.txt", full.fn("link"))
    os.symlink("/nowhere", full.fn("dangling"))
    full.move(other_project)
    assert os.readlink(full.fn("link")) == "file.txt"
    assert os.readlink(full.fn("dangling")) == "/nowhere"


def test_held_document(other_project: Any, full: Any) -> None:
    """The document of the moved handle is that of the new place."""
    full.doc.before = 1
    full.move(other_project)
    full.doc.after = 2
    assert other_project.open_job({"a": 0}).doc() == {
        "which": "{'a': 0}",
        "before": 1,
        "after": 2,
    }


def test_stores_after_a_move(other_project: Any, full: Any) -> None:
    """Data written before can be read, and more can be written, after a move."""
    full.data["x"] = 2
    full.move(other_project)
    full.data["y"] = 3
    job = other_project.open_job({"a": 0})
    assert (job.data["x"], job.data["y"]) == (2, 3)
    assert full.data["x"] == 2


def test_conflict_leaves_both(project: Any, other_project: Any, full: Any) -> None:
    """When the destination has the job, nothing changes on either side."""
    there = other_project.open_job({"a": 0}).init()
    before = picture(project), picture(other_project)
    with pytest.raises(DestinationExistsError) as caught:
        full.move(other_project)
    assert caught.value.destination == there
    assert caught.value.destination.project == other_project
    assert (picture(project), picture(other_project)) == before


def test_views_after_a_move(project: Any, other_project: Any) -> None:
    """A view follows jobs that moved away when it is made again."""
    add_jobs(project, [{"a": n} for n in range(3)])
    project.create_linked_view("view")
    project.open_job({"a": 1}).move(other_project)
    assert sorted(project.create_linked_view("view")) == ["a/0/job", "a/2/job"]
    assert sorted(links_below("view")) == ["a/0/job", "a/2/job"]


def test_move_to_a_project_that_is_no_project(full: Any) -> None:
    """What is no project is an `AttributeError`, and the job stays."""
    for thing in (None, "x", 5):
        with pytest.raises(AttributeError) as caught:
            full.move(thing)
        assert_says(caught.value)
    assert full in full.project


class TestAcrossFileSystems:
    """Another file system is as good as the same one."""

    def test_move(self, project: Any, far_project: Any, full: Any) -> None:
        """A job moves to another file system with every file, and is gone here."""
        before = picture(project)
        os.utime(full.fn("file.txt"), (1e9, 1e9))
        full.move(far_project)
        assert picture(far_project) == before
        assert job_names(project) == set()
        assert full.project is far_project
        assert full.doc() == {"which": "{'a': 0}"}
        assert os.stat(full.fn("file.txt")).st_mtime == 1e9
        full.move(project)
        assert picture(project) == before
        assert job_names(far_project) == set()

    def test_move_onto_an_existing_job(self, project: Any, far_project: Any, full: Any) -> None:
        """An existing job on the other file system is kept."""
        there = far_project.open_job({"a": 0}).init()
        before = picture(project), picture(far_project)
        with pytest.raises(DestinationExistsError) as caught:
            full.move(far_project)
        assert caught.value.destination == there
        assert (picture(project), picture(far_project)) == before

    def test_clone(self, project: Any, far_project: Any, full: Any) -> None:
        """A job is cloned to another file system with every file."""
        before = picture(project)
        copy = far_project.clone(full)
        assert picture(far_project) == before
        assert picture(project) == before
        assert copy.doc() == full.doc()

    def test_export_and_import(self, project: Any, far_project: Any, full: Any) -> None:
        """Jobs are exported to, and imported from, another file system."""
        target = os.path.join(far_project.path, "exported")
        project.export_to(target, path="{a}")
        assert tree(os.path.join(target, "0")) == tree(full.path)
        far_project.import_from(target)
        assert picture(far_project) == picture(project)

    def test_import_that_moves(self, project: Any, far_project: Any, full: Any) -> None:
        """`shutil.move` brings jobs over from another file system."""
        before = picture(project)
        target = os.path.join(far_project.path, "exported")
        project.export_to(target, path="{a}", copytree=shutil.move)
        assert job_names(project) == set()
        project.import_from(target, copytree=shutil.move)
        assert picture(project) == before

    def test_view(self, project: Any, far_project: Any) -> None:
        """A view may lie on another file system."""
        add_jobs(project, [{"a": n} for n in range(2)])
        view = os.path.join(far_project.path, "view")
        project.create_linked_view(view)
        assert set(links_below(view).values()) == {job.path for job in project}
        assert Path(view, "a/0/job/file.txt").exists()
