"""Clones, moves to another file system and linked views, whose every mutation is disturbed."""

import errno
import os
from collections.abc import Callable
from typing import Any

import rawcheck
import signac
from crash import scenes
from crash.harness import Operation, Scene

_ID = rawcheck.id_of(scenes.FIRST)
_rename = os.rename


def _project(root: str, name: str = "p") -> Any:
    return signac.get_project(os.path.join(root, name), search=False)


def _with_links(root: str) -> None:
    """Make projects `p` and `q`, with links in the first job of `p`."""
    scenes.two_projects(root)
    directory = os.path.join(root, "p", "workspace", _ID)
    os.symlink("data.txt", os.path.join(directory, "to-file"))
    os.symlink("nowhere", os.path.join(directory, "dangling"))
    os.makedirs(os.path.join(directory, "empty"))


def _clone(root: str) -> Scene:
    job = _project(root).open_job(scenes.FIRST)
    job.doc()
    return Scene(lambda: _project(root, "q").clone(job), jobs=(job,))


def _separate(root: str) -> None:
    """Make a rename between two projects of the scene what it is between two file systems."""
    start = len(os.path.join(root, ""))

    def rename(source: Any, target: Any, **options: Any) -> None:
        if os.fspath(source)[start : start + 2] != os.fspath(target)[start : start + 2]:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), source, None, target)
        _rename(source, target, **options)

    os.rename = rename


def _move(root: str) -> Scene:
    _separate(root)
    project = _project(root)
    if not os.path.isdir(os.path.join(project.workspace, _ID)):
        return Scene(lambda: None)
    job = project.open_job(scenes.FIRST)
    job.doc()
    return Scene(lambda: job.move(_project(root, "q")), jobs=(job,))


def _copy_only(root: str) -> Scene:
    """Lead to the state in which the job is in both places."""

    def act() -> None:
        os.makedirs(os.path.join(root, "q", "workspace", ".signac_scratch"), exist_ok=True)
        _project(root, "q").clone(_project(root).open_job(scenes.FIRST))

    return Scene(act)


def _two_plain(root: str) -> None:
    """Make projects `p` and `q` as for a clone, without links, which a clone follows."""
    scenes.two_projects(root)


def _view(**options: Any) -> Callable[[str], Scene]:
    def open_(root: str) -> Scene:
        project = _project(root)
        prefix = os.path.join(root, "v")
        return Scene(lambda: project.create_linked_view(prefix, **options))

    return open_


def _with_view(root: str) -> None:
    """Make project `p` with a view that is out of date, with files of the user in it."""
    scenes.ordinary(root)
    workspace = os.path.join("..", "p", "workspace")
    links = {
        "a/10": {"a": 10},  # right
        "a/11": {"a": 12},  # leads to another job
        "a/77/b/1": {"a": 77},  # of a job that is gone
        "a/78": {"a": 78},
    }
    for place, statepoint in links.items():
        os.makedirs(os.path.join(root, "v", place))
        back = os.path.join(*[os.pardir] * (place.count("/") + 1))
        target = os.path.join(back, workspace, rawcheck.id_of(statepoint))
        os.symlink(target, os.path.join(root, "v", place, "job"))
    os.makedirs(os.path.join(root, "v", "mine", "empty"))
    for name in ("a/78/notes.txt", "mine/job"):
        with open(os.path.join(root, "v", name), "w", encoding="utf-8") as file:
            file.write("of the user")


OPERATIONS = [
    Operation("clone", _with_links, _clone),
    Operation("move-over", _two_plain, _move, between=(_copy_only,)),
    Operation("view-new", scenes.ordinary, _view(), each=True, slow=True),
    Operation("view-update", _with_view, _view(), each=True, slow=True),
    Operation("view-none", _with_view, _view(job_ids=[]), each=True, slow=True),
]
