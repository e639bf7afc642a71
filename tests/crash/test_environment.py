"""Read-only, full, missing and closed places: a typed error names the file, and nothing changes."""

import errno
import os
import subprocess
from typing import Any

import numpy as np
import pytest

import processes
import rawcheck
import signac
from crash import scenes
from crash.ground import (
    as_user,
    close_for_writing,
    fill,
    first_of,
    project_of,
    small_disk,
    tree,
)


def _doc(root: str) -> None:
    first_of(root).doc.n = 2


def _doc_nested(root: str) -> None:
    first_of(root).doc.nest.k = 2


def _doc_transaction(root: str) -> None:
    with first_of(root).doc.transaction() as doc:
        doc["n"] = 2


def _doc_clear(root: str) -> None:
    first_of(root).doc.clear()


def _project_doc(root: str) -> None:
    project_of(root).doc.n = 2


def _init(root: str) -> None:
    project_of(root).open_job({"new": 1}).init()


def _bulk(root: str) -> None:
    project_of(root).create_jobs([{"new": n} for n in range(3)], progress=False)


def _statepoint(root: str) -> None:
    first_of(root).sp.a = 5


def _remove(root: str) -> None:
    first_of(root).remove()


def _clear(root: str) -> None:
    first_of(root).clear()


def _move(root: str) -> None:
    first_of(root).move(signac.get_project(os.path.join(root, "q"), search=False))


def _data(root: str) -> None:
    first_of(root).data = {"x": np.arange(5)}


def _data_item(root: str) -> None:
    first_of(root).data["x"] = np.arange(5)


def _init_project(root: str) -> None:
    signac.init_project(os.path.join(root, "p", "inner"))


WRITES = [
    _doc,
    _doc_nested,
    _doc_transaction,
    _doc_clear,
    _project_doc,
    _init,
    _bulk,
    _statepoint,
    _remove,
    _clear,
    _move,
    _data,
    _data_item,
    _init_project,
]


def read_everything(root: str) -> None:
    """Read all there is, as programs do that only look."""
    project = project_of(root)
    assert len(project) == 5
    assert {job.sp.a for job in project} == {0, 1, 10, 11, 12}
    assert all(job in project for job in project)
    assert [job.id for job in project.find_jobs({"a": 0})] == [first_of(root).id]
    job = project.open_job(id=first_of(root).id)
    assert (job.sp(), job.doc()) == (scenes.FIRST, scenes.DOCUMENT)
    assert job.init() == job
    assert job.isfile("data.txt")
    assert project.doc() == {"title": "p", "nest": {"k": 1}}
    assert len(job.data) == 0
    assert first_of(root).doc.get("n") == 1
    with job:
        assert os.path.exists("data.txt")


def require_typed(outcome: processes.Outcome, root: str, *numbers: int) -> None:
    """Require an OSError of one of the numbers whose message names a file of the project."""
    assert outcome.failure is not None, outcome
    assert outcome.failure.is_a("OSError", "signac.errors.Error"), outcome.failure.text
    if outcome.failure.is_a("OSError"):
        assert outcome.failure.facts.get("errno") in numbers, outcome.failure.text
    assert os.path.join(root, "p") in outcome.failure.message, outcome.failure.text


def test_a_read_only_project_can_be_read(place):
    """Without any right to write, everything can be read and nothing is tried beside."""
    scenes.two_projects(place)
    close_for_writing(place)
    before = tree(place)
    as_user(lambda: read_everything(place)).get()
    assert tree(place) == before


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.__name__.strip("_"))
def test_a_read_only_project_refuses_writes(write, place):
    """Every change raises PermissionError with the path, and no byte and no name changes."""
    scenes.two_projects(place)
    close_for_writing(place)
    before = tree(place)
    outcome = as_user(lambda: write(place))
    require_typed(outcome, place, errno.EACCES, errno.EPERM)
    assert outcome.failure is not None
    assert outcome.failure.is_a("PermissionError"), outcome.failure.text
    assert tree(place) == before


def test_a_pending_change_is_finished_in_memory_where_nothing_can_be_written(place):
    """A state point change that was cut off is read as done, in a project that is read-only."""
    scenes.ordinary(place)
    changed = {**scenes.FIRST, "a": 5}
    old = os.path.join(place, "p", "workspace", rawcheck.id_of(scenes.FIRST))
    new = os.path.join(place, "p", "workspace", rawcheck.id_of(changed))
    os.rename(old, new)
    scenes.write(os.path.join(new, rawcheck.STATEPOINT + ".next"), changed)
    close_for_writing(place)
    before = tree(place)

    def child() -> Any:
        project = project_of(place)
        job = project.open_job(id=os.path.basename(new))
        assert [one.id for one in project.find_jobs({"a": 5})] == [job.id]
        assert sorted(one.sp.a for one in project) == [1, 5, 10, 11, 12]
        return job.sp(), job.doc()

    assert as_user(child).get() == (changed, scenes.DOCUMENT)
    assert tree(place) == before
    for directory, _, names in os.walk(os.path.join(place, "p")):
        os.chmod(directory, 0o755)
        for name in names:
            os.chmod(os.path.join(directory, name), 0o644)
    processes.run(lambda: [job.init() for job in project_of(place)]).get()
    assert rawcheck.problems(os.path.join(place, "p")) == []
    assert rawcheck.snapshot(os.path.join(place, "p"))[os.path.basename(new)][0] == changed


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.__name__.strip("_"))
def test_a_read_only_file_system(write, tmp_path):
    """On a file system that is mounted read-only (EROFS) the same holds for the superuser."""
    with small_disk(str(tmp_path / "disk")) as disk:
        scenes.two_projects(disk)
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        before = tree(disk)
        processes.run(lambda: read_everything(disk)).get()
        outcome = processes.run(lambda: write(disk))
        require_typed(outcome, disk, errno.EROFS)
        assert tree(disk) == before


NEEDS_SPACE = [_doc, _doc_transaction, _project_doc, _init, _bulk, _statepoint, _data]


@pytest.mark.parametrize("write", NEEDS_SPACE, ids=lambda write: write.__name__.strip("_"))
def test_a_full_disk(write, tmp_path):
    """A full disk gives ENOSPC naming the file and changes nothing; with space again it passes."""
    with small_disk(str(tmp_path / "disk")) as disk:
        scenes.two_projects(disk)
        path = os.path.join(disk, "p")
        before = rawcheck.snapshot(path), rawcheck.project_document(path)
        ballast = fill(disk)
        outcome = processes.run(lambda: write(disk))
        require_typed(outcome, disk, errno.ENOSPC)
        assert (rawcheck.snapshot(path), rawcheck.project_document(path)) == before
        processes.run(lambda: read_everything(disk)).get()
        assert rawcheck.problems(path) == []
        os.unlink(ballast)
        processes.run(lambda: write(disk)).get()
        assert (rawcheck.snapshot(path), rawcheck.project_document(path)) != before
        assert rawcheck.problems(path) == []


def test_a_full_disk_can_be_made_empty_again(tmp_path):
    """Removing jobs needs no space: it works on a full disk."""
    with small_disk(str(tmp_path / "disk")) as disk:
        scenes.ordinary(disk)
        fill(disk)
        processes.run(lambda: _remove(disk)).get()
        path = os.path.join(disk, "p")
        assert len(rawcheck.snapshot(path)) == 4
        assert rawcheck.problems(path) == []


# A workspace that is not there.


def test_a_plain_missing_workspace_is_made_again(place):
    """People delete it on purpose: the next opening, or the next job, makes it again."""
    scenes.no_workspace(place)
    project = project_of(place)
    assert os.path.isdir(project.workspace)
    assert list(project) == []
    os.rmdir(project.workspace) if not os.listdir(project.workspace) else None
    subprocess.run(["rm", "-rf", project.workspace], check=True)
    assert (list(project), len(project)) == ([], 0)
    project.open_job({"a": 1}).init()
    assert len(rawcheck.snapshot(project.path)) == 1


def _open(root: str) -> None:
    project_of(root)


@pytest.mark.parametrize("call", [_open, _init, _bulk], ids=lambda call: call.__name__.strip("_"))
def test_a_dangling_workspace_link_is_refused(call, place):
    """A workspace on a disk that is not there: WorkspaceError with the path, nothing is made."""
    scenes.no_workspace(place)
    os.symlink(
        os.path.join(place, "other-disk", "workspace"), os.path.join(place, "p", "workspace")
    )
    before = tree(place)
    outcome = processes.run(lambda: call(place))
    assert outcome.failure is not None, outcome
    # The peer raises FileExistsError here; both are an OSError.
    assert outcome.failure.is_a("signac.errors.WorkspaceError", "FileExistsError"), outcome.failure
    assert os.path.join(place, "p", "workspace") in outcome.failure.message
    assert tree(place) == before


@pytest.mark.parametrize("call", ["init", "create_jobs", "len", "list", "find_jobs", "doc"])
def test_a_workspace_that_goes_while_open_is_refused(call, place):
    """The same when the disk goes while the project is open: neither 0 jobs nor a new workspace."""
    scenes.ordinary(place)
    workspace = os.path.join(place, "p", "workspace")
    os.rename(workspace, os.path.join(place, "disk"))
    os.symlink(os.path.join(place, "disk"), workspace)

    def child() -> None:
        project = project_of(place)
        job = project.open_job(scenes.FIRST)
        job.doc()
        os.rename(os.path.join(place, "disk"), os.path.join(place, "gone"))
        {
            "init": lambda: project.open_job({"a": 99}).init(),
            "create_jobs": lambda: project.create_jobs([{"a": 99}], progress=False),
            "len": lambda: len(project),
            "list": lambda: list(project),
            "find_jobs": lambda: list(project.find_jobs({"a": 1})),
            "doc": lambda: job.doc.__setitem__("x", 1),
        }[call]()

    outcome = processes.run(child)
    assert outcome.failure is not None, outcome
    kinds = ("signac.errors.WorkspaceError", "FileExistsError")
    kinds += ("FileNotFoundError",) if call == "doc" else ()
    assert outcome.failure.is_a(*kinds), outcome.failure.text
    assert place in outcome.failure.message
    assert not os.path.exists(os.path.join(place, "disk"))
    assert len(os.listdir(os.path.join(place, "gone"))) >= 5


@pytest.mark.parametrize("call", [_open, _init], ids=lambda call: call.__name__.strip("_"))
def test_an_unmounted_workspace_is_refused(call, place):
    """A workspace that was a mount point and is an empty directory now: WorkspaceError."""
    path = scenes.project(os.path.join(place, "p"))
    with small_disk(os.path.join(path, "workspace")):
        processes.run(lambda: project_of(place).open_job({"a": 1}).init().doc.update(x=1)).get()
        assert len(rawcheck.snapshot(path)) == 1
    assert os.listdir(os.path.join(path, "workspace")) == []
    outcome = processes.run(lambda: call(place))
    assert outcome.failure is not None, "an empty mount point was taken for an empty project"
    assert outcome.failure.is_a("signac.errors.WorkspaceError"), outcome.failure.text
    assert os.path.join(path, "workspace") in outcome.failure.message
    assert os.listdir(os.path.join(path, "workspace")) == []


def test_a_file_in_place_of_the_workspace_is_refused(place):
    """A plain file named `workspace` is an OSError with its path, and stays."""
    scenes.no_workspace(place)
    workspace = os.path.join(place, "p", "workspace")
    with open(workspace, "w") as file:
        file.write("mine")
    with pytest.raises(OSError) as caught:
        project_of(place)
    assert workspace in str(caught.value)
    with open(workspace) as file:
        assert file.read() == "mine"
