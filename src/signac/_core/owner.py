"""Which process left something behind, and whether it may still be at work.

A process is known by the kernel it runs on, its number, and the time it started, which tells it
from a later process with the same number. Only processes that are seen from here can be told
dead; of one on another machine, or in another container, nobody knows.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import time
from typing import Final, Literal, NamedTuple

__all__ = [
    "Owner",
    "Standing",
    "command_of",
    "describe_process",
    "find_flock_holder",
    "find_opener",
    "host_name",
    "parse",
    "standing",
    "this_one",
]

#: ``here``: on this kernel, but out of sight, as in another container: only a lock tells.
Standing = Literal["alive", "dead", "here", "elsewhere"]

_TEXT: Final = r"([0-9a-f]{8})-([0-9a-f]{8})-([0-9a-f]{8})-([0-9a-f]{1,8})-([0-9a-f]*)"
#: No kernel, no namespace: what is not known of a system.
_NONE: Final = "00000000"
_LONGEST_COMMAND: Final = 200
#: On Windows, to ask for a process is to disturb it.
_SEES_OTHERS: Final = os.name != "nt"


class Owner(NamedTuple):
    """One process on one machine.

    Attributes
    ----------
    host : str
        Digest of the names of the machine.
    boot : str
        Digest of what the kernel calls itself since it was started.
    space : str
        Digest of the namespace of process numbers.
    pid : int
        The number of the process.
    start : str
        When it started, in units of its own; empty where the system does not tell.
    """

    host: str
    boot: str
    space: str
    pid: int
    start: str

    def __str__(self) -> str:
        return f"{self.host}-{self.boot}-{self.space}-{self.pid:x}-{self.start}"


def this_one() -> Owner:
    """Return this process."""
    return _owner(os.getpid(), host_name())


def parse(text: object) -> Owner | None:
    """Return the process that `str` of an `Owner` names, None for anything else."""
    match = re.fullmatch(_TEXT, text) if isinstance(text, str) else None
    if match is None:
        return None
    host, boot, space, pid, start = match.groups()
    return Owner(host, boot, space, int(pid, 16), start)


def standing(owner: Owner) -> Standing:
    """Tell what is known of a process from here."""
    me = this_one()
    if owner.boot != me.boot or (me.boot == _NONE and owner.host != me.host):
        # The same machine under another kernel was started again since; without an identity of
        # its own it may be another one of the same name.
        rebooted = owner.host == me.host and bool(_machine()) and _NONE not in (owner.boot, me.boot)
        return "dead" if rebooted else "elsewhere"
    if owner.space != me.space or not (_SEES_OTHERS or owner.pid == me.pid):
        return "here"
    return "alive" if _is_alive(owner) else "dead"


def describe_process(pid: int) -> str:
    """Return a process id with its program and since when it runs, where the system tells."""
    command = command_of(pid)
    words = f"process {pid} ({command})" if command else f"process {pid}"
    fields = _stat(pid)
    started = _started(fields)
    if started:
        words += f", running since {started}"
    if fields and fields[0] in "Tt":
        words += ", stopped just now (kill -CONT lets it go on)"
    return words


def find_flock_holder(status: os.stat_result) -> str:
    """Name the process that holds the ``flock`` of a file or directory, where the system tells."""
    try:
        with open("/proc/locks", encoding="ascii") as table:
            rows = [line.split() for line in table]
    except OSError:
        return ""
    device = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}"
    # Some file systems report another device there than to `stat`: then the number alone counts.
    for place in (f"{device}:{status.st_ino}", f":{status.st_ino}"):
        for row in rows:
            if len(row) > 5 and row[1] == "FLOCK" and row[5].endswith(place):
                pid = int(row[4]) if row[4].isdigit() else 0
                return describe_process(pid) if pid else ""
    return "a process that cannot be seen from here, in a container or on another machine"


def find_opener(path: str) -> str:
    """Name another process of this machine that has a file open, where the system tells."""
    target = os.path.realpath(path)
    try:
        pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return ""
    return next(
        (describe_process(p) for p in pids if p != os.getpid() and _has_open(p, target)), ""
    )


def command_of(pid: int) -> str:
    """Return the command line of a process, empty where the system does not tell."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            words = file.read(_LONGEST_COMMAND).replace(b"\0", b" ")
    except OSError:
        return ""
    return words.decode(errors="replace").strip()


@functools.lru_cache(maxsize=2)
def _owner(pid: int, node: str) -> Owner:
    fields = _stat(pid)
    return Owner(
        _digest(f"{node} {_machine()}"),
        _digest(_read("/proc/sys/kernel/random/boot_id")),
        _digest(_namespace()),
        pid,
        f"{int(fields[19]):x}" if fields else "",
    )


def host_name() -> str:
    """Return what this machine is called."""
    return os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")


@functools.cache
def _machine() -> str:
    return _read("/etc/machine-id") or _read("/var/lib/dbus/machine-id")


def _namespace() -> str:
    try:
        return os.readlink("/proc/self/ns/pid")
    except OSError:
        return ""


def _digest(text: str) -> str:
    if not text:
        return _NONE
    return hashlib.md5(f"signac {text}".encode(), usedforsecurity=False).hexdigest()[:8]


def _has_open(pid: int, target: str) -> bool:
    directory = f"/proc/{pid}/fd"
    try:
        names = os.listdir(directory)
    except OSError:  # it is another user's, or gone
        return False
    for name in names:
        try:
            if os.readlink(f"{directory}/{name}") == target:
                return True
        except OSError:  # closed since
            continue
    return False


def _is_alive(owner: Owner) -> bool:
    if owner.pid <= 0:
        return False
    if not _SEES_OTHERS:
        return True
    try:
        os.kill(owner.pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        pass
    fields = _stat(owner.pid)
    if not fields:  # the system does not tell of the processes of others
        return True
    return fields[0] not in "ZX" and owner.start in ("", f"{int(fields[19]):x}")


def _stat(pid: int) -> list[str]:
    """Return what the system tells of a process, from its state on."""
    try:
        if os.readlink("/proc/self") != str(os.getpid()):  # of another namespace
            return []
    except OSError:
        return []
    return _read(f"/proc/{pid}/stat").rpartition(")")[2].split()


def _started(fields: list[str]) -> str:
    match = re.search(r"^btime (\d+)$", _read("/proc/stat"), re.MULTILINE) if fields else None
    if match is None:
        return ""
    seconds = int(match.group(1)) + int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().strip()
    except OSError:
        return ""
