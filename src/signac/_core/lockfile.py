"""Lock files, for file systems where a directory cannot be locked.

A lock file is created exclusively and names the process that holds it. One of a process of this
host that is gone is taken over; one of another host, or of another container, is left to a
person, and the error names it.

Two that find the same dead holder must not both remove its file, since the second would remove
what the first put there. So whoever removes one holds a second lock file, ``<name>.break``, and
looks again. If that is left by a dead process too, the same holds for it.
"""

from __future__ import annotations

import errno
import hashlib
import json
import logging
import os
import time
from typing import Any, Final

from signac._core import atomic, owner, scratch
from signac._core.owner import describe_process

__all__ = [
    "describe_process",
    "find_holder",
    "is_stale",
    "name_for",
    "release",
    "sweep",
    "try_acquire",
]

logger = logging.getLogger(__name__)

#: What `link` answers on a file system without hard links.
_NO_LINKS: Final = {errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS}
#: A lock file without a holder was cut by a power cut, or is being written: seconds to tell.
_EMPTY_FOR: Final = 60.0
_OPEN: Final = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
_GUARD: Final = ".break"
_OWN: Final = ".own"


def name_for(path: str, fallback: str) -> str:
    """Return the lock file of the directory at `path`.

    It depends on where the directory is seen from `fallback`, since another machine may have both
    under another path.
    """
    place = os.path.relpath(os.path.realpath(path), os.path.realpath(fallback))
    digest = hashlib.md5(place.encode(errors="surrogateescape"), usedforsecurity=False)
    label = os.path.basename(os.path.realpath(path))[:32]
    return os.path.join(fallback, f"{label}-{digest.hexdigest()[:8]}.lock")


def try_acquire(name: str) -> bool:
    """Create the lock file; False when a process has it that may be alive.

    Raises
    ------
    OSError
        When no file can be created there; it names the lock file.
    """
    if os.path.lexists(name) and not is_stale(name):
        return False
    with atomic.naming(name):
        atomic.make_directories(os.path.dirname(name))
        if _create(name):
            return True
        return is_stale(name) and _take_over(name) and _create(name)


def release(name: str) -> None:
    """Remove the lock file, unless a person did, and somebody else has one there now."""
    holder = _read(name)
    if isinstance(holder, dict) and holder.get("owner") != str(owner.this_one()):
        logger.warning("%s was deleted while this process held it, and is another's now", name)
        return
    try:
        atomic.unlink(name)
    except FileNotFoundError:
        pass


def is_stale(name: str) -> bool:
    """Tell whether a lock file belongs to a process of this host that is gone, or to nobody."""
    if name.endswith(_OWN):
        return scratch.is_abandoned(name)
    holder = _read(name)
    if isinstance(holder, dict):
        who = owner.parse(holder.get("owner"))
        return who is not None and owner.standing(who) == "dead"
    if holder is None:
        return False
    # No program leaves a part of a lock file: a power cut did, or the file system has no links.
    return (bool(holder) and not holder.startswith(b"{")) or _age(name) > _EMPTY_FOR


def find_holder(name: str) -> str:
    """Say who holds the lock file, and what to do if that is nobody."""
    holder = _read(name)
    if holder is None and not os.path.lexists(name):
        return ""
    who = owner.parse(holder.get("owner")) if isinstance(holder, dict) else None
    if who is None or not isinstance(holder, dict):
        return f"the lock file {name}, which names nobody; if no program is at work, delete it"
    since = f"since {holder.get('since')}, by the lock file {name}"
    if owner.standing(who) == "alive":
        return f"{describe_process(who.pid)}, {since}"
    host = str(holder.get("host"))
    if host == owner.host_name():
        host += " (another container, or another machine of that name)"
    program = f"process {who.pid} ({holder.get('program')}) on {host}"
    return f"{program}, {since}; if that process is gone, delete this file"


def sweep(directory: str) -> None:
    """Remove the lock files that dead processes of this host left; never raises."""
    if os.path.islink(directory):  # what lies there may be anything
        return
    try:
        names = os.listdir(directory)
    except OSError:
        return
    for name in names:
        path = os.path.join(directory, name)
        try:
            if not is_stale(path):
                continue
            if name.endswith(_OWN):
                atomic.unlink(path)
            elif name.endswith((".lock", _GUARD)):
                _take_over(path)
        except OSError as error:
            logger.info("%s is left for later: %s", path, error)


def _create(name: str) -> bool:
    """Make the lock file of this process, whole from the first moment; False if one is there."""
    data = _me()
    own = _own_name(name)
    try:
        atomic.write_in_place(own, data)
        atomic.hard_link(own, name)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS or not os.path.lexists(own):
            raise
        return _create_in_place(name, data)
    finally:
        try:
            atomic.unlink(own)
        except FileNotFoundError:
            pass
    return True


def _create_in_place(name: str, data: bytes) -> bool:
    try:
        descriptor = atomic.create(name)
    except FileExistsError:
        return False
    try:
        atomic.write(descriptor, data, name)
    except BaseException:
        atomic.unlink(name)
        raise
    finally:
        os.close(descriptor)
    return True


def _take_over(name: str) -> bool:
    """Remove a stale lock file; False when others are at it, or it is not stale any more."""
    guard = name + _GUARD
    if not (_create(guard) or (is_stale(guard) and _take_over(guard) and _create(guard))):
        return False
    try:
        # crash: only whoever has the guard removes a stale file, so it is the one looked at.
        if not is_stale(name):
            return not os.path.lexists(name)
        logger.info("%s was left by a process that is gone, and is taken over", name)
        atomic.unlink(name)
        return True
    finally:
        release(guard)


def _own_name(name: str) -> str:
    """Return a name for a file that only this process uses, for a moment."""
    directory, label = os.path.split(name)
    return scratch.name_in(directory, label + _OWN)


def _me() -> bytes:
    who = owner.this_one()
    return json.dumps(
        {
            "owner": str(who),
            "host": owner.host_name(),
            "program": owner.command_of(who.pid),
            "since": time.strftime("%Y-%m-%d %H:%M:%S %z"),
        }
    ).encode()


def _age(name: str) -> float:
    """Return how many seconds ago a file was changed, by the clock of its file system."""
    probe = _own_name(name)
    try:
        then = os.stat(name).st_mtime
        if time.time() - then <= _EMPTY_FOR:
            return 0.0
        atomic.write_in_place(probe, b"")
        try:
            return os.stat(probe).st_mtime - then
        finally:
            atomic.unlink(probe)
    except OSError:
        return 0.0


def _read(name: str) -> dict[str, Any] | bytes | None:
    """Return what a lock file says; its bytes if that is nothing, None if it cannot be read."""
    try:
        descriptor = os.open(name, _OPEN)
    except OSError:
        return None
    try:
        data = os.read(descriptor, 1 << 16)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    try:
        holder = json.loads(data)
    except (ValueError, RecursionError):
        return data
    return holder if isinstance(holder, dict) else data
