"""What a write keeps: mode, owner, group and links of the file it replaces."""

import os
from collections.abc import Callable
from typing import Any

import pytest

import processes
import rawcheck
import signac
from crash import scenes
from crash.ground import (
    NOBODY,
    first_of,
    project_of,
)
from signac._core import faults

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="needs the superuser")

# What a write keeps.


def _documents(root: str) -> dict[str, tuple[str, Any]]:
    job = first_of(root)
    return {
        "job": (job.fn(rawcheck.DOCUMENT), job.doc),
        "project": (os.path.join(root, "p", rawcheck.PROJECT_DOCUMENT), project_of(root).doc),
        "loose": (
            os.path.join(root, "loose.json"),
            signac.JSONDict(os.path.join(root, "loose.json")),
        ),
    }


def _by_transaction(document: Any) -> None:
    with document.transaction() as inside:
        inside["n"] = 5


def _by_buffer(document: Any) -> None:
    with signac.buffered():
        document["n"] = 5


WAYS: dict[str, Callable[[Any], object]] = {
    "set": lambda document: document.__setitem__("n", 5),
    "reset": lambda document: document.reset({"n": 5}),
    "transaction": _by_transaction,
    "buffered": _by_buffer,
}


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o660, 0o664, 0o444])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("which", ["job", "project", "loose"])
def test_a_write_keeps_the_mode(which, way, mode, place):
    """Row 52: a secret stays secret and a group keeps its right to write."""
    scenes.ordinary(place)
    scenes.write(os.path.join(place, "loose.json"), {"n": 1})
    file, document = _documents(place)[which]
    os.chmod(file, mode)
    WAYS[way](document)
    assert rawcheck._read_json(file)["n"] == 5
    assert oct(os.stat(file).st_mode & 0o7777) == oct(mode)


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o444])
def test_a_change_of_the_state_point_keeps_the_modes(mode, place):
    """Row 52: the state point file and the document stay as closed as they were."""
    scenes.ordinary(place)
    job = first_of(place)
    for name in (rawcheck.STATEPOINT, rawcheck.DOCUMENT):
        os.chmod(job.fn(name), mode)
    job.sp["other"] = 5
    for name in (rawcheck.STATEPOINT, rawcheck.DOCUMENT):
        assert oct(os.stat(job.fn(name)).st_mode & 0o7777) == oct(mode)


def test_a_secret_is_at_no_moment_readable_by_others(place):
    """Row 52: a temporary file is as closed as the one it replaces before anything is in it."""
    scenes.ordinary(place)
    job = first_of(place)
    secrets = [job.fn(rawcheck.DOCUMENT), job.fn(rawcheck.STATEPOINT)]
    for path in secrets:
        os.chmod(path, 0o600)
    seen: list[str] = []
    with faults.injecting(lambda *_: seen.extend(_open_files_with(b"secret", place))):
        job.doc["secret"] = 1
        job.sp["secret"] = 1
    assert seen == []


def _open_files_with(word: bytes, place: str) -> list[str]:
    """Return the files with a word in them that others may read."""
    found = []
    for directory, _, names in os.walk(place):
        for path in (os.path.join(directory, name) for name in names):
            if os.path.isfile(path) and os.stat(path).st_mode & 0o077:
                with open(path, "rb") as file:
                    if word in file.read():
                        found.append(path)
    return found


@root_only
@pytest.mark.parametrize("which", ["job", "project", "loose"])
def test_a_write_keeps_owner_and_group(which, place):
    """Row 52: where the writer may, the owner and the group stay."""
    scenes.ordinary(place)
    scenes.write(os.path.join(place, "loose.json"), {"n": 1})
    file, document = _documents(place)[which]
    os.chown(file, NOBODY, 1234)
    os.chmod(file, 0o640)
    document["n"] = 5
    status = os.stat(file)
    assert (status.st_uid, status.st_gid, status.st_mode & 0o7777) == (NOBODY, 1234, 0o640)


@pytest.mark.parametrize("target", ["absolute", "relative", "chain"])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("which", ["job", "project", "loose"])
def test_a_linked_document_stays_a_link(which, way, target, place):
    """Row 52: the write goes to the file behind the link, and the link stays."""
    scenes.ordinary(place)
    scenes.write(os.path.join(place, "loose.json"), {"n": 1})
    file, document = _documents(place)[which]
    real = os.path.join(place, "elsewhere", "real.json")
    os.makedirs(os.path.dirname(real))
    os.rename(file, real)
    os.chmod(real, 0o640)
    text = {
        "absolute": real,
        "relative": os.path.relpath(real, os.path.dirname(file)),
        "chain": os.path.join(place, "second-link"),
    }[target]
    os.symlink(text, file)
    if target == "chain":
        os.symlink(real, text)
    assert document()
    WAYS[way](document)
    assert os.readlink(file) == text
    assert rawcheck._read_json(real)["n"] == 5
    assert oct(os.stat(real).st_mode & 0o7777) == oct(0o640)
    assert os.listdir(os.path.dirname(real)) == ["real.json"]


@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_new_files_follow_the_umask(mask, place):
    """What is created new has the rights that the user's umask gives, as any other file."""
    path = os.path.join(place, "p")

    def child() -> None:
        os.umask(mask)
        job = signac.init_project(path).open_job({"a": 1}).init()
        job.doc.x = 1
        job.sp.a = 2
        project_of(place).doc.x = 1
        project_of(place).create_jobs([{"b": 1}], progress=False)

    processes.run(child).get()
    for directory, subdirectories, names in os.walk(path):
        for name in subdirectories:
            mode = os.stat(os.path.join(directory, name)).st_mode & 0o777
            assert oct(mode) == oct(0o777 & ~mask), os.path.join(directory, name)
        for name in names:
            mode = os.stat(os.path.join(directory, name)).st_mode & 0o777
            assert oct(mode) == oct(0o666 & ~mask), os.path.join(directory, name)


@root_only
def test_a_shared_workspace_hands_down_its_group(place):
    """In a directory with the setgid bit, new jobs and documents belong to its group."""
    path = scenes.project(os.path.join(place, "p"))
    workspace = os.path.join(path, "workspace")
    os.chown(workspace, 0, 1234)
    os.chmod(workspace, 0o2775)
    job = project_of(place).open_job({"a": 1}).init()
    job.doc.x = 1
    job.doc.x = 2
    job.sp.a = 2
    project_of(place).create_jobs([{"b": 1}], progress=False)
    for directory, subdirectories, names in os.walk(workspace):
        for name in subdirectories + names:
            assert os.stat(os.path.join(directory, name)).st_gid == 1234, (directory, name)
    assert os.stat(job.path).st_mode & 0o2000
