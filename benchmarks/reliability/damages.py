"""Ways in which a project can be damaged, as data: each spoils one thing beside healthy jobs.

A project as `build` makes it has healthy jobs with state points, documents and HDF5 files, one more
that is damaged, and a project document. `derive` adds the cache file and, with ours, the index.
"""

import gzip
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from damage_scene import STATEPOINT, Scene

__all__ = ["DAMAGES", "LEVELS", "Damage"]

#: What is damaged, in the order of the list.
LEVELS: Final = {
    "job": "one job damaged",
    "workspace": "a stray entry in the workspace",
    "derived": "cache or index damaged",
    "project": "the project itself damaged",
}


@dataclass(frozen=True)
class Damage:
    """What is done to a scene.

    Attributes
    ----------
    name, level : str
        For people; and one of `LEVELS`.
    spoil : callable
        Does it to a scene; returns False where the thing to be damaged does not exist.
    harmless : bool
        Whether nothing is lost or wrong for the program, so that `check` need not raise.
    traceless : bool
        Whether nothing but cache and index can tell, so that it is not tried without these.
    own_call : str
        The one call that is about the damaged thing itself, and may say so.
    """

    name: str
    level: str
    spoil: Callable[[Scene], bool | None]
    harmless: bool = False
    traceless: bool = False
    own_call: str = ""


def _write(path: str, data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(data)


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _with(place: str, data: bytes) -> Callable[[Scene], None]:
    return lambda scene: _write(getattr(scene, place), data)


def _truncate(place: str, length: int) -> Callable[[Scene], None]:
    return lambda scene: os.truncate(getattr(scene, place), length)


def _remove(place: str) -> Callable[[Scene], None]:
    def spoil(scene: Scene) -> None:
        path = getattr(scene, place)
        shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)

    return spoil


def _become_directory(place: str) -> Callable[[Scene], None]:
    def spoil(scene: Scene) -> None:
        os.unlink(getattr(scene, place))
        os.mkdir(getattr(scene, place))

    return spoil


def _become_dangling(place: str) -> Callable[[Scene], None]:
    def spoil(scene: Scene) -> None:
        _remove(place)(scene)
        os.symlink("/nowhere/at/all", getattr(scene, place))

    return spoil


def _become_fifo(place: str) -> Callable[[Scene], None]:
    def spoil(scene: Scene) -> None:
        os.unlink(getattr(scene, place))
        os.mkfifo(getattr(scene, place))

    return spoil


def _become_loop(place: str) -> Callable[[Scene], None]:
    def spoil(scene: Scene) -> None:
        _remove(place)(scene)
        os.symlink(getattr(scene, place), getattr(scene, place))

    return spoil


def _close(place: str, mode: int = 0) -> Callable[[Scene], None]:
    return lambda scene: os.chmod(getattr(scene, place), mode)


def _beside(name: Callable[[Scene], str], kind: str) -> Callable[[Scene], None]:
    def spoil(scene: Scene) -> None:
        path = scene.beside(name(scene))
        if kind == "directory":
            os.mkdir(path)
        elif kind == "file":
            _write(path, b"x")
        elif kind == "dangling":
            os.symlink("/nowhere/at/all", path)
        else:
            shutil.copytree(scene.job, path)

    return spoil


def _flip_digit(scene: Scene) -> None:
    """Let one bit rot that leaves valid JSON behind: another value."""
    _write(scene.statepoint, _read(scene.statepoint).replace(b'"a": 39', b'"a": 38', 1))


def _flip_byte(place: str, at: int = 1) -> Callable[[Scene], None]:
    def spoil(scene: Scene) -> None:
        data = bytearray(_read(getattr(scene, place)))
        data[at] ^= 0x80
        _write(getattr(scene, place), bytes(data))

    return spoil


def _swap(scene: Scene) -> None:
    other = os.path.join(scene.workspace, scene.ids[0], STATEPOINT)
    _write(scene.statepoint, _read(other))


def _interrupt_change(scene: Scene) -> None:
    """Leave what the released program leaves when it is killed during a state point change."""
    os.rename(scene.statepoint, scene.statepoint + "~")
    os.rename(scene.job, scene.beside("0123456789abcdef" * 2))


def _rename(name: str) -> Callable[[Scene], None]:
    return lambda scene: os.rename(scene.job, scene.beside(name))


def _cache_with(edit: Callable[[dict[str, Any], Scene], None]) -> Callable[[Scene], None]:
    def spoil(scene: Scene) -> None:
        entries = json.loads(gzip.decompress(_read(scene.cache)))
        edit(entries, scene)
        _write(scene.cache, gzip.compress(json.dumps(entries).encode()))

    return spoil


def _index_files(scene: Scene) -> list[str]:
    folder = os.path.join(scene.project, ".signac", "index")
    return [
        os.path.join(directory, name)
        for directory, _, names in os.walk(folder)
        for name in sorted(names)
    ]


def _index_with(change: Callable[[str], None]) -> Callable[[Scene], bool]:
    def spoil(scene: Scene) -> bool:
        files = _index_files(scene)
        for path in files:
            change(path)
        return bool(files)

    return spoil


def _rot(path: str) -> None:
    data = bytearray(_read(path))
    for at in range(0, len(data), 37):
        data[at] ^= 0x55
    _write(path, bytes(data))


def _job_elsewhere(scene: Scene) -> None:
    elsewhere = os.path.join(scene.project, "elsewhere")
    os.rename(scene.job, elsewhere)
    os.symlink(elsewhere, scene.job)


def _job_behind_closed_door(scene: Scene) -> None:
    elsewhere = os.path.join(scene.project, "elsewhere")
    os.mkdir(elsewhere)
    os.rename(scene.job, os.path.join(elsewhere, "job"))
    os.symlink(os.path.join(elsewhere, "job"), scene.job)
    os.chmod(elsewhere, 0)


def _reformat(scene: Scene) -> None:
    _write(scene.statepoint, json.dumps(json.loads(_read(scene.statepoint)), indent=4).encode())


def _workspace_moved(scene: Scene) -> None:
    os.rename(scene.workspace, scene.workspace + ".away")


def _workspace_dangling(scene: Scene) -> None:
    os.rename(scene.workspace, scene.workspace + ".away")
    os.symlink("/nowhere/at/all", scene.workspace)


def _workspace_file(scene: Scene) -> None:
    os.rename(scene.workspace, scene.workspace + ".away")
    _write(scene.workspace, b"x")


_DEEP = b"[" * 100_000 + b"]" * 100_000
_JOB: Final = {
    "state point missing": _remove("statepoint"),
    "state point empty": _with("statepoint", b""),
    "state point of NULs": _with("statepoint", bytes(40)),
    "state point cut off": _truncate("statepoint", 7),
    "state point not JSON": _with("statepoint", b"{a: 5}"),
    "state point with text behind": _with("statepoint", b'{"a": 39, "b": {"c": 1}} x'),
    "state point a list": _with("statepoint", b"[1, 2]"),
    "state point a number": _with("statepoint", b"5"),
    "state point null": _with("statepoint", b"null"),
    "state point {}": _with("statepoint", b"{}"),
    "state point with a rotten digit": _flip_digit,
    "state point with a rotten byte": _flip_byte("statepoint"),
    "state point of another type": _with("statepoint", b'{"a": 39.0, "b": {"c": 1}}'),
    "state point of another job": _swap,
    "state point not UTF-8": _with("statepoint", b'{"a": "\xff\xfe"}'),
    "state point 100,000 deep": _with("statepoint", b'{"a": ' + _DEEP + b"}"),
    "state point of 5,000 digits": _with("statepoint", b'{"a": 1' + b"0" * 5_000 + b"}"),
    "state point a directory": _become_directory("statepoint"),
    "state point a dangling link": _become_dangling("statepoint"),
    "state point a link to itself": _become_loop("statepoint"),
    "state point a pipe": _become_fifo("statepoint"),
    "state point not readable": _close("statepoint"),
    "job directory empty": lambda scene: (shutil.rmtree(scene.job), os.mkdir(scene.job))[1],
    "job directory not readable": _close("job"),
    "job directory not searchable": _close("job", 0o600),
    "job directory a file": lambda scene: (shutil.rmtree(scene.job), _write(scene.job, b"x"))[1],
    "job directory a dangling link": _become_dangling("job"),
    "job directory a link to itself": _become_loop("job"),
    "job directory a link to where nobody may look": _job_behind_closed_door,
    "job under another id": _rename("0" * 32),
    "killed state point change of the released program": _interrupt_change,
    "document empty": _with("document", b""),
    "document of NULs": _with("document", bytes(40)),
    "document cut off": _truncate("document", 9),
    "document not JSON": _with("document", b"{'n': 5}"),
    "document a list": _with("document", b"[1]"),
    "document a number": _with("document", b"5"),
    "document with dotted keys": _with("document", b'{"n": 5, "x.y": 1}'),
    "document with deep dotted keys": _with("document", b'{"n": 5, "s": [{"x.y": 1}]}'),
    "document not UTF-8": _with("document", b'{"n": "\xff"}'),
    "document 100,000 deep": _with("document", b'{"n": ' + _DEEP + b"}"),
    "document a directory": _become_directory("document"),
    "document a dangling link": _become_dangling("document"),
    "document a pipe": _become_fifo("document"),
    "document not readable": _close("document"),
    "HDF5 file empty": _with("store", b""),
    "HDF5 file not HDF5": _with("store", b"not HDF5 at all" * 100),
    "HDF5 file cut off": _truncate("store", 600),
    "HDF5 file with a rotten byte": _flip_byte("store", 9),
    "HDF5 file not readable": _close("store"),
}
_WORKSPACE: Final = {
    "<id>.bak": _beside(lambda scene: scene.victim + ".bak", "copy"),
    "<id>_backup": _beside(lambda scene: scene.victim + "_backup", "copy"),
    "33 hex digits": _beside(lambda scene: "ab" * 16 + "c", "directory"),
    "64 hex digits": _beside(lambda scene: "ab" * 32, "directory"),
    "file of 33 hex digits": _beside(lambda scene: "ab" * 16 + "c", "file"),
    "upper case id": _beside(lambda scene: scene.victim.upper(), "copy"),
    "id and a newline": _beside(lambda scene: scene.victim + "\n", "copy"),
    "file with an id as name": _beside(lambda scene: "ab" * 16, "file"),
    "dangling link with an id as name": _beside(lambda scene: "ab" * 16, "dangling"),
    "empty directory with an id as name": _beside(lambda scene: "ab" * 16, "directory"),
    "copy under another id": _beside(lambda scene: "ab" * 16, "copy"),
    "stray directory": _beside(lambda scene: "notes", "directory"),
    "stray file": _beside(lambda scene: "notes.txt", "file"),
}
_HARMLESS: Final = {
    "job directory a link to elsewhere": _job_elsewhere,
    "state point reformatted": _reformat,
    "temporary file of the released program": lambda scene: _write(
        os.path.join(scene.job, "._0b5f_signac_job_document.json"), b"{"
    ),
    "backup of a state point": lambda scene: shutil.copy(scene.statepoint, scene.statepoint + "~"),
}
_DERIVED: Final = {
    "cache empty": _with("cache", b""),
    "cache not gzip": _with("cache", b"not gzip"),
    "cache cut off": _truncate("cache", 40),
    "cache not JSON": _with("cache", gzip.compress(b"{", mtime=0)),
    "cache a list": _with("cache", gzip.compress(b"[1]", mtime=0)),
    "cache with a list for a job": _cache_with(lambda e, s: e.update({s.victim: [1]})),
    "cache with another state point": _cache_with(lambda e, s: e.update({s.victim: {"a": 99}})),
    "cache with two state points exchanged": _cache_with(
        lambda e, s: e.update({s.victim: e[s.ids[0]], s.ids[0]: e[s.victim]})
    ),
    "cache with a job that is not there": _cache_with(lambda e, s: e.update({"f" * 32: {"a": 7}})),
    "cache with a name that is no id": _cache_with(lambda e, s: e.update({"../x": {"a": 7}})),
    "cache a directory": _become_directory("cache"),
    "cache not readable": _close("cache"),
    "index rotten": _index_with(_rot),
    "index empty files": _index_with(lambda path: _write(path, b"")),
    "index cut off": _index_with(lambda path: os.truncate(path, os.path.getsize(path) // 2)),
    "index not readable": _index_with(lambda path: os.chmod(path, 0)),
}
_PROJECT: Final = {
    "project document not JSON": _with("project_document", b"{"),
    "project document a list": _with("project_document", b"[1]"),
    "project document not readable": _close("project_document"),
    "config empty": _with("config", b""),
    "config not a config": _with("config", b"[[[ \x00"),
    "config not readable": _close("config"),
    "config missing": _remove("config"),
    "workspace missing": _workspace_moved,
    "workspace a dangling link": _workspace_dangling,
    "workspace a file": _workspace_file,
    "workspace not readable": _close("workspace"),
}

DAMAGES: Final = tuple(
    Damage(
        name,
        level,
        spoil,
        harmless=kinds is _HARMLESS,
        traceless=level == "derived" or name == "workspace missing",
        own_call="update_cache" if name == "cache a directory" else "",
    )
    for level, kinds in (
        ("job", _JOB),
        ("workspace", _WORKSPACE),
        ("workspace", _HARMLESS),
        ("derived", _DERIVED),
        ("project", _PROJECT),
    )
    for name, spoil in kinds.items()
)
