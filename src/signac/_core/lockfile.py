"""Lock files, for file systems where a directory cannot be locked.

A lock file is created exclusively and holds host, process id and start time of the process. One
of a process of this host that is gone is taken over; one of another host is left to a person, and
the error names it.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
from typing import Any

from signac._core import atomic

__all__ = ["describe_process", "find_holder", "name_for", "release", "try_acquire"]


def name_for(path: str, fallback: str) -> str:
    """Return the lock file of the directory at `path`."""
    real = os.path.realpath(path)
    digest = hashlib.md5(real.encode(errors="surrogateescape"), usedforsecurity=False)
    return os.path.join(fallback, f"{os.path.basename(real)[:32]}-{digest.hexdigest()[:8]}.lock")


def try_acquire(name: str) -> bool:
    """Create the lock file; False when a living process has it."""
    me = _me()
    text = json.dumps(me).encode()
    # crash: written under a name of its own, so that the lock file never stands there empty.
    own = f"{name}.{me['pid']}.{os.urandom(4).hex()}"
    atomic.make_directories(os.path.dirname(name))
    atomic.write_in_place(own, text)
    try:
        return _link(own, name) or (_is_stale(name) and _take_over(name) and _link(own, name))
    finally:
        atomic.unlink(own)


def release(name: str) -> None:
    """Remove the lock file."""
    try:
        atomic.unlink(name)
    except FileNotFoundError:
        pass


def find_holder(name: str) -> str:
    """Say who holds the lock file."""
    holder = _read(name)
    if holder is None:
        return ""
    if holder.get("host") == socket.gethostname():
        return f"{describe_process(int(holder.get('pid', 0)))}, lock file {name}"
    return (
        f"process {holder.get('pid')} on {holder.get('host')}; if that process is gone, "
        f"delete the lock file {name}"
    )


def describe_process(pid: int) -> str:
    """Return the process id with its command line, where the system tells."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            words = file.read(200).replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        words = ""
    return f"process {pid} ({words})" if words else f"process {pid}"


def _link(own: str, name: str) -> bool:
    try:
        atomic.hard_link(own, name)
    except FileExistsError:
        return False
    return True


def _take_over(name: str) -> bool:
    """Remove a stale lock file; only one of several takers succeeds."""
    aside = f"{name}.{os.urandom(4).hex()}.stale"
    try:
        atomic.move(name, aside)
    except FileNotFoundError:
        return True
    if not _is_stale(aside):  # somebody else took over between the look and the rename
        _link(aside, name)
        atomic.unlink(aside)
        return False
    atomic.unlink(aside)
    return True


def _is_stale(name: str) -> bool:
    holder = _read(name)
    if holder is None or holder.get("host") != socket.gethostname():
        return False
    pid = int(holder.get("pid", 0))
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return _start_time(pid) != holder.get("start")


def _me() -> dict[str, Any]:
    pid = os.getpid()
    return {"host": socket.gethostname(), "pid": pid, "start": _start_time(pid)}


def _start_time(pid: int) -> str:
    """Return the start time of a process, so that a reused process id is not mistaken for it."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[19].decode()
    except (OSError, IndexError):
        return ""


def _read(name: str) -> dict[str, Any] | None:
    try:
        with open(name, "rb") as file:
            holder = json.loads(file.read())
    except (OSError, ValueError):
        return None
    return holder if isinstance(holder, dict) else None
