"""Rows 39 and 40: the power is cut under a file system on a loop device while a program works.

The cut is `FS_IOC_SHUTDOWN` without a flush of the journal, the call with which file systems are
tested: what is only in memory, data and names, never reaches the device. Needs the superuser.
"""

import fcntl
import os
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import raw
from forks import start
from trials_faults import use

import signac

__all__ = ["defaults", "no_heuristic"]

_SHUTDOWN = 0x8004587D
_WITHOUT_JOURNAL = 2
_LEVELS = ("safe", "durable") if hasattr(signac, "durability") else ("",)


def defaults(scratch: str, size: str) -> dict[str, Any]:
    """Row 39: ext4 as it is by default."""
    return _cut_all(scratch, size, "defaults")


def no_heuristic(scratch: str, size: str) -> dict[str, Any]:
    """Row 40: ext4 that does not guess that a rename replaces a file."""
    return _cut_all(scratch, size, "noauto_da_alloc")


def _cut_all(scratch: str, size: str, options: str) -> dict[str, Any]:
    cuts, seconds = (8, 6.0) if size == "full" else (1, 2.0)
    figures = []
    numbers: dict[str, int] = {}
    for level in _LEVELS:
        total: dict[str, int] = {"cuts": cuts}
        for number in range(cuts):
            folder = os.path.join(scratch, f"{level}{number}")
            for key, value in _cut(folder, options, seconds, level).items():
                total[key] = total.get(key, 0) + value
        name = f"_{level}" if level else ""
        numbers.update({key + name: value for key, value in total.items()})
        figures.append(
            f"{level + ': ' if level else ''}of {total['jobs']} acknowledged jobs "
            f"{total['damaged']} damaged, {total['gone']} gone; long-lived documents: "
            f"{total['documents']} of {2 * cuts} damaged, {total['keys_lost']} of {total['keys']} "
            f"keys lost; {total['raises']} of {cuts} projects raise"
        )
    return {"figure": ". ".join(figures), "numbers": numbers}


def _cut(folder: str, options: str, seconds: float, level: str) -> dict[str, int]:
    """Let a child work on a new file system, cut the power, and look at what is left."""
    with _file_system(folder, options) as (place, loop):
        path = raw.make_project(os.path.join(place, "p"), {"start": 1})
        raw.make_job(path, {"long": True}, {"start": 1})
        os.sync()
        reading, writing = os.pipe()
        child = start(partial(_work, path, level, writing))
        os.close(writing)
        words = _listen(reading, seconds)
        folder_descriptor = os.open(place, os.O_RDONLY)
        fcntl.ioctl(folder_descriptor, _SHUTDOWN, struct.pack("I", _WITHOUT_JOURNAL))
        os.close(folder_descriptor)
        child.kill()
        child.result()
        os.close(reading)
        _run("umount", place)
        _run("mount", "-o", options, loop, place)
        acknowledged = [int(word) for word in words.decode().split("\n")[:-1]]
        counts = _count(path, acknowledged)
        counts["raises"] = int(bool(start(partial(use, path)).result()))
        return counts


def _work(path: str, level: str, pipe: int) -> None:
    """Create jobs with documents and set keys of two long-lived documents, until killed."""
    if level:
        os.environ["SIGNAC_DURABILITY"] = level
    project = signac.get_project(path)
    long = project.open_job({"long": True})
    number = 0
    while True:
        project.open_job({"n": number}).doc.value = number
        if number % 10 == 0:
            long.doc[f"k{number}"] = number
            project.doc[f"k{number}"] = number
        os.write(pipe, b"%d\n" % number)
        number += 1


def _listen(pipe: int, seconds: float) -> bytes:
    end = time.monotonic() + seconds
    words = b""
    os.set_blocking(pipe, False)
    while time.monotonic() < end:
        time.sleep(0.05)
        try:
            words += os.read(pipe, 1 << 20)
        except BlockingIOError:
            continue
    return words


def _count(path: str, acknowledged: list[int]) -> dict[str, int]:
    """Count by the raw files what of the acknowledged work is damaged and what is gone."""
    counts = {"jobs": len(acknowledged), "damaged": 0, "gone": 0}
    for number in acknowledged:
        directory = raw.job_path(path, {"n": number})
        if not os.path.isdir(directory):
            counts["gone"] += 1
        elif _read(directory, raw.STATEPOINT) != {"n": number}:
            counts["damaged"] += 1
        elif os.path.exists(os.path.join(directory, raw.DOCUMENT)):
            document = _read(directory, raw.DOCUMENT)
            counts["damaged"] += document is None
            counts["gone"] += document is not None and document.get("value") != number
        else:
            counts["gone"] += 1
    long = raw.job_path(path, {"long": True})
    found = [_read(long, raw.DOCUMENT), _read(path, raw.PROJECT_DOCUMENT)]
    keys = [f"k{number}" for number in acknowledged if number % 10 == 0]
    counts["documents"] = sum(document is None for document in found)
    counts["keys"] = 2 * len(keys)
    counts["keys_lost"] = sum(key not in (document or {}) for document in found for key in keys)
    return counts


def _read(directory: str, name: str) -> Any:
    try:
        return raw.read_json(os.path.join(directory, name))
    except (OSError, ValueError):
        return None


@contextmanager
def _file_system(folder: str, options: str) -> Iterator[tuple[str, str]]:
    place, image = os.path.join(folder, "mounted"), os.path.join(folder, "image")
    os.makedirs(place)
    with open(image, "wb") as file:
        file.truncate(1 << 30)
    _run("mkfs.ext4", "-q", "-N", "262144", "-E", "lazy_itable_init=1", image)
    loop = _run("losetup", "-f", "--show", image)
    try:
        _run("mount", "-o", options, loop, place)
        yield place, loop
    finally:
        subprocess.run(["umount", "-l", place], check=False, capture_output=True)
        subprocess.run(["losetup", "-d", loop], check=False, capture_output=True)
        os.unlink(image)


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout.strip()
