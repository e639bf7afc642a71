"""What reaches the disk, and when: no file gets its final name before its content is safe."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

import processes
import signac
from crash.harness import Operation, _start
from crash.operations import OPERATIONS
from signac._core import faults

SCRATCH = ".signac_scratch"
EXEMPT = ("moves.log",)


@dataclass
class Auditor:
    """Follow the mutations of one call by inode and note what was renamed before it was synced."""

    root: str
    old: set[int] = field(default_factory=set)
    dirty: set[int] = field(default_factory=set)
    synced: set[int] = field(default_factory=set)
    renamed: list[tuple[int, str]] = field(default_factory=list)
    synced_directories: list[tuple[int, int]] = field(default_factory=list)
    syncs: int = 0
    renames: int = 0
    complaints: list[str] = field(default_factory=list)
    _pending: str | None = None
    _number: int = 0

    def __post_init__(self) -> None:
        for directory, subdirectories, names in os.walk(self.root):
            for name in subdirectories + names:
                self.old.add(os.lstat(os.path.join(directory, name)).st_ino)

    def __call__(self, number: int, operation: str, path: str, size: int | None = None) -> None:
        """See one gate point; what the one before did is on disk by now."""
        self.finish()
        self._number = number
        path = os.fspath(path)
        if operation in ("write", "append"):
            self._forget(path)
            self.dirty |= self._inode(path)
        elif operation in ("sync", "sync_directory", "sync_filesystem"):
            self.syncs += 1
            self._sync(number, operation, path)
        elif operation in ("rename", "link"):
            self._forget(path)
            self._pending = path
        elif operation == "unlink":
            self._forget(path)

    def _sync(self, number: int, operation: str, path: str) -> None:
        if operation == "sync_filesystem":
            self.synced |= self.dirty
            self.dirty.clear()
            self.synced_directories.append((number, -1))
            return
        inode = self._inode(path)
        if operation == "sync":
            self.dirty -= inode
            self.synced |= inode
        else:
            self.synced_directories += [(number, one) for one in inode]

    @staticmethod
    def _inode(path: str) -> set[int]:
        try:
            return {os.stat(path).st_ino}
        except FileNotFoundError:
            return set()

    def _forget(self, path: str) -> None:
        """An inode that goes may come back as another file."""
        if not os.path.isdir(path):
            self.old -= self._inode(path)

    def finish(self) -> None:
        """Look at the target of the last rename, now that it has happened."""
        target, self._pending = self._pending, None
        if target is None or not os.path.lexists(target):
            return
        self.renames += 1
        self.renamed.append((self._number, target))
        files = [target]
        if os.path.isdir(target):
            files = [os.path.join(at, name) for at, _, names in os.walk(target) for name in names]
        for file in files:
            inode = os.lstat(file).st_ino
            if inode in self.dirty or (inode not in self.old and inode not in self.synced):
                self.complaints.append(f"{file}: got its name in a rename, not synced")

    def directories(self) -> list[str]:
        """List the renames after which the directory was never synced."""
        missing = []
        for number, target in self.renamed:
            parent = os.path.dirname(target)
            if os.path.basename(parent) == SCRATCH:
                parent = os.path.dirname(parent)
            inode = self._inode(parent)
            if not any(at > number and one in {-1, *inode} for at, one in self.synced_directories):
                missing.append(f"{target}: the directory was not synced after the rename")
        return missing


def audited(operation: Operation, root: str) -> dict[str, Any]:
    """Run an operation once under the auditor, in a child, and report."""

    def child() -> dict[str, Any]:
        scene = _start(operation, root)
        calls: list[str] = []
        for name in ("fsync", "fdatasync"):
            setattr(os, name, _counted(getattr(os, name), calls, name))
        auditor = Auditor(root)
        with faults.injecting(auditor):
            scene.act()
        auditor.finish()
        return {
            "complaints": auditor.complaints,
            "directories": auditor.directories(),
            "syncs": auditor.syncs,
            "calls": len(calls),
            "renames": auditor.renames,
        }

    os.makedirs(root)
    operation.prepare(root)
    return processes.run(child).get()


def _counted(function: Callable[..., Any], calls: list[str], name: str) -> Callable[..., Any]:
    def counted(*arguments: Any) -> Any:
        calls.append(name)
        return function(*arguments)

    return counted


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
    if operation.name not in ("remove", "remove-with-data", "move"):
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
