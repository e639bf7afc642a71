"""What reaches the disk, and when: no file gets its final name before its content is safe."""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from glob import glob
from typing import Any

import pytest

import processes
import signac
from crash.harness import Operation, Scene, _start
from crash.operations import LOOSE, OPERATIONS
from crash.scenes import FIRST, nothing, ordinary
from signac._core import faults

SCRATCH = ".signac_scratch"
# Disposable, or a place for entries and no entry itself.
EXEMPT = ("moves.log", SCRATCH)
EVERYTHING = -1


@dataclass
class Auditor:
    """Follow the mutations of one call by inode and note what was renamed before it was synced."""

    root: str
    complaints: list[str] = field(default_factory=list)
    renames: int = 0
    syncs: int = 0
    _old: dict[int, str] = field(default_factory=dict)
    _dirty: set[int] = field(default_factory=set)
    _synced: set[int] = field(default_factory=set)
    _renamed: dict[int, int] = field(default_factory=dict)
    _left: list[tuple[int, str]] = field(default_factory=list)
    _synced_directories: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._old = dict(self._entries())

    def _entries(self) -> Iterator[tuple[int, str]]:
        for directory, subdirectories, names in os.walk(self.root):
            for name in subdirectories + names:
                path = os.path.join(directory, name)
                yield os.lstat(path).st_ino, path

    def __call__(self, number: int, operation: str, path: str, size: int | None = None) -> None:
        """See one gate point; what the points before announced is on disk by now."""
        if operation in ("write", "append", "unlink") and os.path.isfile(path):
            inode = os.stat(path).st_ino
            self._old.pop(inode, None)  # new content, or a number that may come back
            if operation != "unlink":
                self._dirty.add(inode)
                self._synced.discard(inode)
        elif operation == "sync":
            self.syncs += 1
            self._dirty.discard(os.stat(path).st_ino)
            self._synced.add(os.stat(path).st_ino)
        elif operation == "sync_directory":
            self.syncs += 1
            self._synced_directories.append((number, os.stat(path).st_ino))
        elif operation == "sync_filesystem":
            self.syncs += 1
            self._synced |= self._dirty
            self._dirty.clear()
            self._synced_directories.append((number, EVERYTHING))
        elif operation == "rename":
            self._rename(number, path)

    def _rename(self, number: int, source: str) -> None:
        self.renames += 1
        self._renamed[os.lstat(source).st_ino] = number
        self._left.append((number, os.path.dirname(source)))
        files = [source]
        if os.path.isdir(source):
            files = [os.path.join(at, name) for at, _, names in os.walk(source) for name in names]
        for file in files:
            inode = os.lstat(file).st_ino
            if inode in self._dirty or (inode not in self._old and inode not in self._synced):
                self.complaints.append(f"{file}: renamed and not synced before")

    def directories(self) -> list[str]:
        """List the directories that were not synced after an entry came or went by a rename."""
        missing = [
            f"{directory}: not synced after an entry left it"
            for number, directory in self._left
            if os.path.basename(directory) != SCRATCH
            and os.path.isdir(directory)
            and not self._synced_after(number, directory)
        ]
        for inode, path in self._entries():
            number = self._renamed.get(inode, 0)
            if not number and (inode in self._old or os.path.basename(path) in EXEMPT):
                continue
            if not self._synced_after(number, os.path.dirname(path)):
                missing.append(f"{path}: its directory was not synced after it came")
        return missing

    def _synced_after(self, number: int, directory: str) -> bool:
        inode = os.stat(directory).st_ino
        return any(
            at > number and one in (EVERYTHING, inode) for at, one in self._synced_directories
        )


def audited(operation: Operation, root: str, configured: str = "") -> dict[str, Any]:
    """Run an operation once under the auditor, in a child, and report.

    With `configured` the configuration of each project gives the level, and nothing else does.
    """

    def child() -> dict[str, Any]:
        waits = os.fsync, os.fdatasync
        scene = _start(operation, root)
        os.fsync, os.fdatasync = waits
        calls: list[str] = []
        for name in ("fsync", "fdatasync"):
            setattr(os, name, _counted(getattr(os, name), calls, name))
        auditor = Auditor(root)
        with faults.injecting(auditor):
            scene.act()
        return {
            "complaints": auditor.complaints,
            "directories": auditor.directories(),
            "syncs": auditor.syncs,
            "calls": len(calls),
            "renames": auditor.renames,
        }

    os.makedirs(root)
    operation.prepare(root)
    if configured:
        operation = replace(operation, level="")
        for config in glob(os.path.join(root, "*", ".signac", "config")):
            with open(config, "a") as file:
                file.write(f"durability = {configured}\n")
    return processes.run(child).get()


def _counted(function: Callable[..., Any], calls: list[str], name: str) -> Callable[..., Any]:
    def counted(*arguments: Any) -> Any:
        calls.append(name)
        return function(*arguments)

    return counted


# These only move or delete what is there.
NO_CONTENT = ("remove", "remove-with-data", "move", "clear", "clear-no-doc", "reset")

RENAMING = [
    operation
    for operation in OPERATIONS
    if operation.name not in ("open-no-workspace", "init-project-again", "store-delete")
]


@pytest.mark.parametrize("operation", RENAMING, ids=str)
def test_safe_syncs_before_each_rename(operation, tmp_path, record_property):
    """At the default level no new file gets its name by a rename before its content is synced."""
    report = audited(operation, str(tmp_path / "scene"))
    record_property("renames audited", report["renames"])
    assert report["complaints"] == []
    assert report["renames"] > 0, "nothing was audited"
    if operation.name not in NO_CONTENT:
        assert report["syncs"] > 0, "new content and no sync"


@pytest.mark.parametrize("operation", RENAMING, ids=str)
def test_durable_syncs_directories_too(operation, tmp_path, record_property):
    """At the level `durable` the directory is synced after the rename as well."""
    operation = replace(operation, level="durable")
    report = audited(operation, str(tmp_path / "scene"))
    record_property("renames audited", report["renames"])
    assert report["complaints"] + report["directories"] == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_fast_syncs_nothing(operation, tmp_path):
    """At the level `fast` nothing waits for the disk, at the gate or around it."""
    operation = replace(operation, level="fast")
    report = audited(operation, str(tmp_path / "scene"))
    assert (report["syncs"], report["calls"]) == (0, 0)


IN_A_PROJECT = [
    operation for operation in OPERATIONS if operation not in LOOSE and operation.prepare != nothing
]


@pytest.mark.parametrize("operation", IN_A_PROJECT, ids=str)
def test_the_project_decides_for_every_operation(operation, tmp_path):
    """A level in the configuration holds for each operation as it does in the environment."""
    fast = audited(operation, str(tmp_path / "fast"), "fast")
    assert (fast["syncs"], fast["calls"]) == (0, 0)
    wanted = audited(replace(operation, level="durable"), str(tmp_path / "environment"))
    durable = audited(operation, str(tmp_path / "config"), "durable")
    assert durable["syncs"] == wanted["syncs"]


def _force(job: Any) -> None:
    os.truncate(job.fn(job.FN_STATE_POINT), 0)
    job.init(force=True)


@pytest.mark.parametrize("level", ["safe", "durable"])
@pytest.mark.parametrize("call", ["update-cache", "init-force"])
def test_derived_files(call, level, tmp_path):
    """The cache of the released signac is synced, since that stops at a damaged one.

    The index is not: what is damaged in it counts as absent.
    """
    calls = {
        "update-cache": lambda project: project.update_cache(),
        "init-force": lambda project: _force(project.open_job(FIRST)),
    }

    def open_(root: str) -> Scene:
        project = signac.get_project(os.path.join(root, "p"), search=False)
        return Scene(lambda: calls[call](project))

    report = audited(Operation(call, ordinary, open_, level=level), str(tmp_path / "scene"))
    index = os.path.join("p", ".signac", "index")
    beside = [line for line in report["complaints"] if f"{index}{os.sep}" not in line]
    if level == "durable":
        beside += [line for line in report["directories"] if index not in line]
    assert beside == []
    assert report["renames"] > 0
    assert report["syncs"] > 0


@pytest.mark.parametrize("name", ["doc-set", "sp-item", "init", "project-doc-set", "data-assign"])
def test_announced_syncs_are_real(name, tmp_path):
    """Each `sync` that the gate announces is an `fsync` of the system."""
    (operation,) = (one for one in OPERATIONS if one.name == name)
    report = audited(operation, str(tmp_path / "scene"))
    assert report["calls"] >= report["syncs"] > 0


@pytest.mark.parametrize("source", ["argument", "environment", "config", "default"])
def test_level_comes_from(source, tmp_path):
    """The block, the environment and the project config choose the level; the default is safe."""
    (operation,) = (one for one in OPERATIONS if one.name == "doc-set")
    root = str(tmp_path / "scene")
    os.makedirs(root)
    operation.prepare(root)
    if source == "config":
        with open(os.path.join(root, "p", ".signac", "config"), "a") as file:
            file.write("durability = fast\n")

    def child() -> int:
        os.environ.pop("SIGNAC_DURABILITY", None)
        if source == "environment":
            os.environ["SIGNAC_DURABILITY"] = "fast"
        scene = operation.open(root)
        auditor = Auditor(root)
        with faults.injecting(auditor):
            if source == "argument":
                with signac.durability("fast"):
                    scene.act()
            else:
                scene.act()
        return auditor.syncs

    syncs = processes.run(child).get()
    assert (syncs > 0) == (source == "default")


# What the interpreter itself reports of changes of the file system, and the points that allow them.
WATCHED = {
    "os.rename": {"rename"},
    "os.mkdir": {"mkdir"},
    "os.remove": {"unlink"},
    "os.rmdir": {"rmdir"},
    "os.chmod": {"chmod"},
    "os.chown": {"chown"},
    "os.link": {"link"},
    "os.symlink": {"symlink"},
    "os.truncate": {"write", "append", "create"},
    "open": {"create", "append", "write"},
}
WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_no_change_beside_the_gate(operation, tmp_path):
    """Every change that the interpreter reports was announced at a numbered point just before."""
    root = str(tmp_path / "scene")
    os.makedirs(root)
    operation.prepare(root)

    def child() -> list[str]:
        scene = _start(operation, root)
        unannounced: list[str] = []
        last = ["nothing"]
        watching = [True]

        def watch(event: str, arguments: tuple[Any, ...]) -> None:
            if event not in WATCHED or not watching[0]:
                return
            if event == "open":
                flags = arguments[2]
                if not isinstance(flags, int) or not flags & WRITE_FLAGS:
                    return
            elif last[0] not in WATCHED[event]:
                unannounced.append(f"{event}{arguments!r} after the point {last[0]}")
                return
            if last[0] not in WATCHED[event]:
                unannounced.append(f"{event}{arguments!r} after the point {last[0]}")

        def announce(number: int, name: str, path: str, size: int | None = None) -> None:
            last[0] = name

        sys.addaudithook(watch)
        with faults.injecting(announce):
            scene.act()
        watching[0] = False
        return unannounced

    assert processes.run(child).get() == []
