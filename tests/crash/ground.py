"""The ground for the environment tests: a place others may enter, users, small disks, pictures."""

import functools
import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import processes
import signac
from crash import scenes

NOBODY = 65534


@contextmanager
def open_place() -> Iterator[str]:
    """Give a new directory that any user may enter (that of pytest is closed to others)."""
    root = os.path.realpath(tempfile.mkdtemp(prefix="signac-test-", dir="/var/tmp"))
    os.chmod(root, 0o755)
    try:
        yield root
    finally:
        for directory, _, _ in os.walk(root):
            os.chmod(directory, 0o755)
        shutil.rmtree(root)


@functools.cache
def _load() -> None:
    """Load what is imported at first use: an unprivileged child may not read the interpreter."""
    with signac.TemporaryProject() as project:
        project.open_job({"a": 0}).init().doc.n = 1
        assert len(project.find_jobs({"doc.n": 1})) == 1
        with pytest.raises(KeyError):
            project.open_job(id="f" * 32)


def as_user(call: Callable[[], Any]) -> processes.Outcome:
    """Run a call in a child without the privileges of the superuser."""
    _load()

    def child() -> Any:
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        return call()

    return processes.run(child)


def close_for_writing(root: str) -> None:
    """Take from everybody the right to change anything below a directory."""
    for directory, _, names in os.walk(root, topdown=False):
        for name in names:
            path = os.path.join(directory, name)
            os.chmod(path, stat.S_IMODE(os.stat(path).st_mode) & ~0o222)
        os.chmod(directory, 0o555)


def tree(root: str) -> dict[str, Any]:
    """Return all names below a directory with kind, mode, content and time of change."""
    found = {}
    for directory, subdirectories, names in os.walk(root):
        for name in subdirectories + names:
            path = os.path.join(directory, name)
            status = os.lstat(path)
            data: bytes | None = None
            if stat.S_ISREG(status.st_mode):
                with open(path, "rb") as file:
                    data = file.read()
            found[os.path.relpath(path, root)] = (status.st_mode, data, status.st_mtime_ns)
    return found


@contextmanager
def small_disk(place: str, size: str = "512k") -> Iterator[str]:
    """Mount a small file system in memory; skip the test where that is not allowed."""
    os.makedirs(place, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", place]
    if os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("mounting needs the superuser")
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting is not allowed here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=False, capture_output=True)


def fill(directory: str) -> str:
    """Fill the file system of a directory and return the file to delete again."""
    path = os.path.join(directory, "ballast")
    with open(path, "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            pass
    return path


def project_of(root: str) -> Any:
    """Open project `p` of a scene."""
    return signac.get_project(os.path.join(root, "p"), search=False)


def first_of(root: str) -> Any:
    """Open the first job of project `p`."""
    return project_of(root).open_job(scenes.FIRST)
