"""Synchronisation of jobs and of projects: the operations whose every mutation is disturbed."""

import itertools
import os
from collections.abc import Callable, Iterable
from typing import Any

import rawcheck
import signac
from crash import scenes
from crash.harness import Operation, Scene
from signac.sync import DocSync, FileSync

SOURCE_DOCUMENT = {"n": 1, "nest": {"k": 1, "l": [1, 2]}, "text": "x" * 50}
# What is copied into a job that is there, each in one step.
PARTS = ("data", "new", "more", "tree")


def _write(directory: str, name: str, text: str) -> None:
    path = os.path.join(directory, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def two_jobs(root: str) -> None:
    """Make projects `s` and `p` with the same job: files that differ, files of `s` alone."""
    for name, document in (("s", SOURCE_DOCUMENT), ("p", {"mine": 1, "nest": {"m": 3}})):
        directory = scenes.job(scenes.project(os.path.join(root, name)), scenes.FIRST, document)
        for file in ("data.txt", "sub/more.txt"):
            _write(directory, file, f"{file} of {name}" * len(name + document.get("text", "")))
    theirs = os.path.join(root, "s", "workspace", rawcheck.id_of(scenes.FIRST))
    for file in ("new.txt", "tree/a", "tree/deep/b"):
        _write(theirs, file, f"{file}")
    _write(os.path.join(root, "p", "workspace", rawcheck.id_of(scenes.FIRST)), "mine.txt", "mine")


def two_projects(root: str) -> None:
    """Make projects `s` and `p`: new jobs, one with another document, one with another file."""
    theirs = scenes.project(os.path.join(root, "s"), document={"title": "s", "nest": {"k": 1}})
    mine = scenes.project(os.path.join(root, "p"), document={"mine": 1, "nest": {"m": 2}})
    for number in range(5):
        directory = scenes.job(theirs, {"a": number}, {"n": number})
        _write(directory, "sub/deep/file", "deep")
    for number in range(3):
        document = {"n": number} if number else {"mine": 1}
        directory = scenes.job(mine, {"a": number}, document)
        _write(directory, "sub/deep/file", "deep")
        if number == 1:
            _write(directory, "data.txt", "an older one")


def only_new(root: str) -> None:
    """Make project `s` with jobs, and project `p` without."""
    path = scenes.project(os.path.join(root, "s"))
    scenes.job(path, scenes.FIRST, scenes.DOCUMENT)
    scenes.job(path, scenes.SECOND)
    scenes.project(os.path.join(root, "p"))


def _job(root: str, name: str) -> Any:
    project = signac.get_project(os.path.join(root, name), search=False)
    return project.open_job(scenes.FIRST)


def sync_job(parts: Iterable[str] = PARTS, **options: Any) -> Callable[[str], Scene]:
    """Return a call that synchronises the job, or some parts of it."""
    left_out = [part for part in PARTS if part not in parts]

    def open_(root: str) -> Scene:
        theirs, mine = _job(root, "s"), _job(root, "p")
        mine.doc()
        return Scene(
            lambda: mine.sync(theirs, FileSync.always, left_out, recursive=True, **options),
            jobs=(mine,),
        )

    return open_


def sync_projects(**options: Any) -> Callable[[str], Scene]:
    """Return a call that synchronises the projects."""

    def open_(root: str) -> Scene:
        theirs, mine = (signac.get_project(os.path.join(root, name), search=False) for name in "sp")
        return Scene(
            lambda: mine.sync(
                theirs, FileSync.always, check_schema=False, recursive=True, **options
            )
        )

    return open_


#: Any of the parts may be there, and the document comes when all are.
SOME_PARTS = tuple(
    sync_job(parts, doc_sync=DocSync.NO_SYNC)
    for number in range(1, len(PARTS) + 1)
    for parts in itertools.combinations(PARTS, number)
)

OPERATIONS = [
    Operation("sync-job", two_jobs, sync_job(), between=SOME_PARTS),
    Operation(
        "sync-job-times",
        two_jobs,
        sync_job(preserve_permissions=True, preserve_times=True, preserve_owner=True),
        between=SOME_PARTS,
    ),
    Operation("sync-new-jobs", only_new, sync_projects(), each=True),
    Operation("sync-projects", two_projects, sync_projects(), each=True),
    Operation("sync-projects-parallel", two_projects, sync_projects(parallel=2), each=True),
]
#: The same again with the other promises about power cuts.
AT_OTHER_LEVELS = ("sync-job", "sync-projects")
