"""Do damage with raw operations of the standard library."""

import gzip
import json
import os
import shutil
import socket
import stat
import time
from typing import Any

from damage import forgery
from damage.damages import Damage
from damage.scene import STATE_POINTS, Scene


def do(damage: Damage, scene: Scene) -> None:
    """Do all steps of a damage to a project."""
    for operation, path, *arguments in damage.steps:
        apply(scene, operation, scene.expand(path), *arguments)


def apply(scene: Scene, operation: str, path: str, *arguments: Any) -> None:
    """Do one step; the times of the directories around it change as they would."""
    if operation == "each":
        if os.path.isdir(path):  # a small project has no index on disk
            for name in sorted(os.listdir(path)):
                if name.endswith(".seg"):
                    apply(scene, arguments[0], os.path.join(path, name), *arguments[1:])
        return
    if operation == "remove-and":
        os.unlink(path)
        apply(scene, arguments[0], path, *arguments[1:])
        return
    if operation in ("copy", "copytree", "rename", "link"):
        _two_paths(operation, path, scene.expand(arguments[0]))
        return
    if operation in ("statepoint", "wrong-cache", "old-cache", "wrong-index", "foreign-index"):
        _of_scene(scene, operation, path, *arguments)
        return
    _CHANGES[operation](path, *arguments)


def _two_paths(operation: str, path: str, other: str) -> None:
    if operation == "copy":
        shutil.copyfile(other, path)
    elif operation == "copytree":
        shutil.copytree(other, path)
    elif operation == "rename":
        os.rename(path, other)
    else:
        os.symlink(other, path)


def _of_scene(scene: Scene, operation: str, path: str, *arguments: Any) -> None:
    if operation == "statepoint":
        _write(path, json.dumps(STATE_POINTS[arguments[0]]).encode())
    elif operation == "wrong-cache":
        forgery.wrong_cache(scene)
    elif operation == "old-cache":
        forgery.old_cache(scene)
    elif operation == "wrong-index":
        forgery.wrong_index(scene)
    else:
        forgery.foreign_index(scene)


def _write(path: str, data: bytes) -> None:
    with open(os.fsencode(path), "wb") as file:
        file.write(data)


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _append(path: str, data: bytes) -> None:
    _write(path, _read(path) + data)


def _twice(path: str) -> None:
    _write(path, _read(path) * 2)


def _cut(path: str, length: int) -> None:
    os.truncate(path, length if length >= 0 else os.path.getsize(path) + length)


def _nul(path: str, start: int = 0) -> None:
    data = _read(path)
    _write(path, data[:start] + bytes(len(data) - start))


def _replace(path: str, old: bytes, new: bytes, count: int = 1) -> None:
    data = _read(path)
    assert old in data, f"{path} has no {old!r}: {data!r}"
    _write(path, data.replace(old, new, count))


def _overwrite(path: str, start: int, data: bytes) -> None:
    whole = bytearray(_read(path))
    whole[start : start + len(data)] = data
    _write(path, bytes(whole))


def _socket(path: str) -> None:
    here = os.getcwd()
    os.chdir(os.path.dirname(path))  # a path of a socket holds 107 characters at most
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(os.path.basename(path))
    finally:
        os.chdir(here)


def _gzip(path: str, value: Any, raw: bytes | None = None) -> None:
    _write(path, gzip.compress(json.dumps(value).encode() if raw is None else raw, mtime=0))


def _device(path: str) -> None:
    """Make an endless device of the test's own, or a pipe where that needs the superuser."""
    try:
        os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 5))
    except PermissionError:
        os.mkfifo(path)


def _discard(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)


def _mkdir(path: str) -> None:
    os.makedirs(path, exist_ok=True)


def _age(path: str) -> None:
    then = time.time() - 7200
    os.utime(path, (then, then))


_CHANGES: dict[str, Any] = {
    "write": _write,
    "append": _append,
    "twice": _twice,
    "cut": _cut,
    "nul": _nul,
    "replace": _replace,
    "overwrite": _overwrite,
    "socket": _socket,
    "gzip": _gzip,
    "discard": _discard,
    "mkdir": _mkdir,
    "age": _age,
    "device": _device,
    "remove": os.unlink,
    "fifo": os.mkfifo,
    "mode": os.chmod,
}
