"""Damaged projects, one for each thing that a repair can do, made with the standard library."""

import gzip
import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import processes
import rawcheck
import signac
from aging import let_directories_age
from crash import scenes

VICTIM = rawcheck.id_of(scenes.FIRST)
#: The state point of nobody, and of a job that was to become another one.
GHOST: dict[str, Any] = {"ghost": [1, 2]}
NEVER = rawcheck.id_of(GHOST)
TYPED = "0" * 32
#: Enough for an index on the disk.
MANY = 44
_LONG_AGO = 600.0
_UUID = "0b5ae2d2-6c8f-4a39-9b3c-5a3a4b1f2c3d"


@dataclass(frozen=True)
class Mending:
    """A damaged project and what a repair does about it.

    Parameters
    ----------
    name
        For the test id.
    kind
        The action that is expected among those planned.
    damage
        Damages the project at a path that holds `scenes.ordinary`.
    indexed
        There are more jobs, and an index on the disk.
    set_aside
        What cannot be repaired is moved away.
    late
        Damages what an opened project would mend by itself, once it is open.
    target
        The id that the directory of the victim gets.
    superseded
        What a change of the state point replaces, as its owner wanted.
    """

    name: str
    kind: str
    damage: Callable[[str], None]
    indexed: bool = False
    set_aside: bool = False
    late: bool = False
    target: str = VICTIM
    superseded: bytes = b""

    def __str__(self) -> str:
        return self.name

    def prepare(self, root: str) -> None:
        """Make the damaged project."""
        scenes.ordinary(root)
        path = os.path.join(root, "p")
        if self.indexed:
            for number in range(MANY):
                scenes.job(path, {"many": number}, files=False)
            processes.run(lambda: _search(path)).get()
        if not self.late:
            self.damage(path)
            let_directories_age(path)


def _search(path: str) -> None:
    project = signac.get_project(path, search=False)
    assert project.find_jobs({"many": {"$gte": 0}}).count() == MANY
    assert os.listdir(os.path.join(path, ".signac", "index"))


def directory_of(path: str, job_id: str = VICTIM) -> str:
    """Return the directory of a job."""
    return os.path.join(path, "workspace", job_id)


def file_of(path: str, name: str = rawcheck.STATEPOINT, job_id: str = VICTIM) -> str:
    """Return a file of a job."""
    return os.path.join(directory_of(path, job_id), name)


def _write(path: str, data: bytes, *, old: bool = False) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)
    if old:
        moment = time.time() - _LONG_AGO
        os.utime(path, (moment, moment))


def _text(value: Any) -> bytes:
    return json.dumps(value).encode()


def _cache(path: str, entries: dict[str, Any]) -> None:
    data = gzip.compress(_text(entries))
    _write(os.path.join(path, ".signac", "statepoint_cache.json.gz"), data)


def _junk(path: str) -> None:
    _write(file_of(path), b"\0junk of the state point")


def _junk_with_cache(path: str) -> None:
    _cache(path, {VICTIM: scenes.FIRST})
    _junk(path)


def _junk_and_old_next(path: str) -> None:
    _junk_with_cache(path)
    _write(file_of(path, rawcheck.STATEPOINT + ".next"), _text({"never": "came to be"}))


def _junk_with_backup(path: str) -> None:
    _write(file_of(path, rawcheck.STATEPOINT + "~"), _text(scenes.FIRST), old=True)
    _junk(path)


def _one_byte(path: str) -> None:
    data = bytearray(_text(scenes.FIRST))
    data[3] ^= 0x10
    _write(file_of(path), bytes(data))


def _directory(path: str) -> None:
    _cache(path, {VICTIM: scenes.FIRST})
    os.unlink(file_of(path))
    _write(os.path.join(file_of(path), "inside"), b"in a directory in place of the file")


def _link(path: str) -> None:
    _cache(path, {VICTIM: scenes.FIRST})
    os.unlink(file_of(path))
    os.symlink("nowhere", file_of(path))


def _renamed_by_hand(path: str) -> None:
    os.rename(directory_of(path), directory_of(path, TYPED))


def _change_by_the_peer(path: str) -> None:
    os.rename(directory_of(path), directory_of(path, NEVER))
    name = file_of(path, job_id=NEVER)
    os.rename(name, name + "~")
    moment = time.time() - _LONG_AGO
    os.utime(name + "~", (moment, moment))


def _interrupted_change(path: str) -> None:
    os.rename(directory_of(path), directory_of(path, NEVER))
    _write(file_of(path, rawcheck.STATEPOINT + ".next", NEVER), _text(GHOST))


def _unknown_job(path: str) -> None:
    os.unlink(file_of(path))


def _document(path: str) -> None:
    _write(file_of(path, rawcheck.DOCUMENT), b'{"cut": [1, 2')


def _store(path: str) -> None:
    _write(file_of(path, "signac_data.h5"), b"no HDF5 at all")


def _file_as_job(path: str) -> None:
    _write(directory_of(path, NEVER), b"a file with an id as name")


def _link_as_job(path: str) -> None:
    os.symlink("nowhere", directory_of(path, NEVER))


def _temporary(path: str) -> None:
    name = f"._{_UUID}_{rawcheck.DOCUMENT}"
    _write(file_of(path, name), b'{"half": 1', old=True)
    _write(file_of(path, rawcheck.DOCUMENT + "~"), b'{"old": 1}', old=True)


def _damaged_cache(path: str) -> None:
    _write(os.path.join(path, ".signac", "statepoint_cache.json.gz"), b"no gzip")


def _wrong_cache(path: str) -> None:
    _cache(path, {VICTIM: scenes.SECOND})


def _manifest(path: str) -> None:
    _write(os.path.join(path, ".signac", "index", "manifest"), b"no manifest")


def _scratch(path: str) -> None:
    scratch = os.path.join(path, "workspace", ".signac_scratch")
    _write(os.path.join(scratch, "00112233.new", rawcheck.STATEPOINT), b"{")
    _write(os.path.join(scratch, f"44556677.{VICTIM}.clear", "lost.txt"), b"taken out by a clear")
    _write(os.path.join(scratch, "8899aabb.trash", "data.txt"), b"removed")


def _lock(path: str) -> None:
    """Leave the lock file of a process that is killed while it has it."""

    def hold() -> None:
        os.environ["SIGNAC_LOCKS"] = "file"
        job = signac.get_project(path, search=False).open_job(id=VICTIM)
        with job.doc.transaction():
            os.kill(os.getpid(), 9)

    assert processes.run(hold).signal == 9
    assert os.listdir(os.path.join(path, ".signac", "locks"))


def _everything(path: str) -> None:
    """Damage several things at once: each is mended by itself."""
    _junk_with_cache(path)
    _temporary(path)
    _file_as_job(path)
    shutil.rmtree(os.path.join(path, ".signac", "index"), ignore_errors=True)


RESTORE, ASIDE = "restore-statepoint", "set-aside-file"
MENDINGS = [
    Mending("restore-from-index", RESTORE, _junk, indexed=True),
    Mending("restore-from-cache", RESTORE, _junk_with_cache),
    Mending("restore-beside-old-next", RESTORE, _junk_and_old_next),
    Mending("restore-from-backup", RESTORE, _junk_with_backup),
    Mending("restore-one-byte", RESTORE, _one_byte),
    Mending("restore-over-directory", RESTORE, _directory),
    Mending("restore-over-link", RESTORE, _link),
    Mending("restore-missing-from-index", RESTORE, _unknown_job, indexed=True),
    Mending("rename-typed", "rename-directory", _renamed_by_hand),
    Mending("undo-change", "undo-change", _change_by_the_peer),
    Mending(
        "complete-change",
        "complete-change",
        _interrupted_change,
        target=NEVER,
        superseded=_text(scenes.FIRST),
    ),
    Mending("set-aside-job", "set-aside-job", _unknown_job, set_aside=True, target=""),
    Mending("set-aside-document", ASIDE, _document, set_aside=True),
    Mending("set-aside-store", ASIDE, _store, set_aside=True),
    Mending("set-aside-file-as-job", ASIDE, _file_as_job, set_aside=True),
    Mending("set-aside-link-as-job", ASIDE, _link_as_job, set_aside=True),
    Mending("set-aside-temporary", ASIDE, _temporary),
    Mending("set-aside-damaged-cache", "set-aside-cache", _damaged_cache),
    Mending("set-aside-wrong-cache", "set-aside-cache", _wrong_cache),
    Mending("drop-index", "drop-index", _manifest, indexed=True),
    Mending("finish-interrupted", "finish-interrupted", _scratch, late=True),
    Mending("remove-lock", "remove-lock", _lock, late=True),
    Mending("everything", RESTORE, _everything, set_aside=True),
]
