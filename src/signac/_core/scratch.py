"""Scratch entries: files and directories under construction, and trash on its way out.

They lie in one directory on the file system of the workspace, so that one rename puts them into
place. Their creator holds a ``flock`` on each while it works; an entry whose lock can be taken
was left by a dead process, and `iter_stale` gives it to whoever opens the project next.

A ``flock`` may be honoured on one machine only. So the name of an entry says which process made
it: one of another machine is left alone for a day, whatever its lock says. Where ``flock`` does
not work at all, the process itself is looked for.
"""

from __future__ import annotations

import os
import re
import stat
import time
from typing import TYPE_CHECKING, Final

from signac._core import atomic, owner
from signac._core.locks import fcntl, try_flock

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "Entry",
    "ensure",
    "is_abandoned",
    "iter_stale",
    "name_in",
    "new_directory",
    "new_file",
    "take_stale",
]

#: Of what another machine left, only age tells the living from the dead.
_STALE_AFTER: Final = 24 * 3600.0
_NAME: Final = r"(?s)[0-9a-f]{16}-([0-9a-f-]+)\..*"
_OPEN: Final = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)


class Entry:
    """One scratch entry, locked while `descriptor` is open."""

    __slots__ = ("descriptor", "path")

    def __init__(self, path: str, descriptor: int | None) -> None:
        self.path = path
        self.descriptor = descriptor

    def finish_writing(self) -> None:
        """Close the entry where an open file keeps its name and there is no lock (Windows)."""
        if fcntl is None:
            self.close()

    def close(self) -> None:
        """Let go of the entry."""
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None


def name_in(scratch: str, label: str) -> str:
    """Return a path for a new entry of this process, whose name ends in `label`."""
    return os.path.join(scratch, f"{os.urandom(8).hex()}-{owner.this_one()}.{label}")


def ensure(scratch: str, *, sync: bool = False) -> None:
    """Make the directory for entries, if need be, open to whoever may change the one it is in."""
    if os.path.isdir(scratch):
        return
    atomic.make_directories(scratch, sync=sync)
    mode = stat.S_IMODE(os.stat(os.path.dirname(scratch)).st_mode)
    try:
        if stat.S_IMODE(os.stat(scratch).st_mode) != mode:
            atomic.change_mode(scratch, mode)
    except PermissionError:  # another user made it in the same moment
        return


def new_directory(scratch: str, label: str) -> Entry:
    """Create an empty scratch directory whose name ends in `label`."""
    while True:
        path = name_in(scratch, label)
        try:
            atomic.make_directory(path)
        except FileNotFoundError:
            ensure(scratch)
            continue
        if fcntl is None:
            return Entry(path, None)
        try:
            descriptor = os.open(path, _OPEN)
        except FileNotFoundError:  # swept between the two calls
            continue
        if try_flock(descriptor) and os.path.isdir(path):
            return Entry(path, descriptor)
        os.close(descriptor)


def new_file(scratch: str, label: str, mode: int = 0o666, *, plain: bool = False) -> Entry:
    """Create an empty scratch file open for writing, whose name ends in `label`.

    Another process that sweeps just now may take it before it is locked here; the rename of it
    then fails with ``FileNotFoundError``, and the caller starts again. A `plain` name, of 16
    digits and the label, does not say whose it is.
    """
    while True:
        path = name_in(scratch, label)
        if plain:
            path = os.path.join(scratch, f"{os.urandom(8).hex()}.{label}")
        try:
            descriptor = atomic.create(path, mode)
        except FileNotFoundError:
            ensure(scratch)
            continue
        if try_flock(descriptor):
            return Entry(path, descriptor)
        os.close(descriptor)


def iter_stale(scratch: str) -> Iterator[Entry]:
    """Yield the entries that dead processes left, locked until the next one is asked for.

    A link in place of the directory is not followed: what lies there may be anything.
    """
    if os.path.islink(scratch):
        return
    try:
        names = os.listdir(scratch)
    except OSError:
        return
    for name in names:
        entry = take_stale(os.path.join(scratch, name))
        if entry is None:
            continue
        try:
            yield entry
        finally:
            entry.close()


def take_stale(path: str) -> Entry | None:
    """Return an entry that a dead process left, locked; None if a living one holds it."""
    if os.path.islink(path):
        return Entry(path, None)
    whose = _standing(path)
    if whose == "elsewhere" and not _is_old(path):
        return None
    try:
        descriptor = os.open(path, _OPEN)
    except OSError:
        descriptor = None
    if descriptor is not None and fcntl is not None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if whose != "alive" or os.environ.get("SIGNAC_LOCKS") != "file":
                return Entry(path, descriptor)
        except BlockingIOError:
            os.close(descriptor)
            return None
        except OSError:  # no locks here
            pass
    if descriptor is not None:
        os.close(descriptor)
    if whose == "alive" or not os.path.lexists(path):
        return None
    return Entry(path, None) if whose == "dead" or _is_old(path) else None


def is_abandoned(path: str) -> bool:
    """Tell by its name alone that a file was left by a process that is gone."""
    whose = _standing(path)
    return whose == "dead" or (whose in ("here", "elsewhere") and _is_old(path))


def _standing(path: str) -> owner.Standing | None:
    """Tell what is known of the process that made an entry, None if its name does not say."""
    match = re.fullmatch(_NAME, os.path.basename(path))
    who = owner.parse(match.group(1)) if match else None
    return None if who is None else owner.standing(who)


def _is_old(path: str) -> bool:
    """Tell whether an entry is a day old by the clock of its file system."""
    try:
        made = os.lstat(path).st_mtime
        # The clock here may be wrong; what looks young by it is left alone, whatever the truth.
        return time.time() - made > _STALE_AFTER and _now(path) - made > _STALE_AFTER
    except OSError:
        return False


def _now(path: str) -> float:
    """Return the time by the clock of the file system of an entry."""
    probe = name_in(os.path.dirname(path), "probe")
    atomic.write_in_place(probe, b"")
    try:
        return os.stat(probe).st_mtime
    finally:
        atomic.unlink(probe)
