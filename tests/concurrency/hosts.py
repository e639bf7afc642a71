"""Several machines on one: children with a host name, processes and a kernel identity of their own.

Each host is a set of namespaces: its own host name, process numbers and ``/proc``, with another
machine id and boot id mounted over what the kernel says. A `flock` works on no host, or, as on
network file systems that honour it on each machine by itself, succeeds and excludes nobody.

What one machine cannot show is a network file system that answers from a cache: here both hosts
see a change at once.
"""

import ctypes
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

import processes
from concurrency import nolocks
from signac._core import owner

NEW_MOUNTS, NEW_NAMES, NEW_PROCESSES = 0x00020000, 0x04000000, 0x20000000
BIND, PRIVATE = 4096, (1 << 18) | 16384
DIE_WITH_PARENT = 1
BOOT_ID = "/proc/sys/kernel/random/boot_id"
MACHINE_ID = "/etc/machine-id"


def require() -> None:
    """Skip the test where there can be no hosts."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("other hosts are made of Linux namespaces, by the superuser")
    nolocks.require()
    outcome = processes.run(lambda: Host("probe").run(socket.gethostname))
    if not outcome.ok:
        pytest.skip(f"namespaces are not allowed here: {outcome}")
    assert outcome.value == "probe"


@dataclass(frozen=True)
class Host:
    """A machine of its own.

    Parameters
    ----------
    name
        The host name; machine id and boot id are made of it and of `boot`.
    boot
        How often it was started: another number is the same machine under another kernel.
    flock
        What `flock` answers: an error number, 0 for success without a lock, None for a real lock.
    """

    name: str
    boot: int = 1
    flock: int | None = nolocks.IGNORED

    def run(self, function: Callable[[], Any]) -> Any:
        """Become the host, in this process, which must be a child, and call a function there."""
        library = ctypes.CDLL(None, use_errno=True)
        _check(library.unshare(NEW_MOUNTS | NEW_NAMES | NEW_PROCESSES), "unshare")

        def inside() -> Any:
            library.prctl(DIE_WITH_PARENT, signal.SIGKILL)
            self._furnish(library)
            return function()

        return processes.start(inside).result(240).get()

    def start(self, function: Callable[[], Any]) -> processes.Child:
        """Start a child that calls a function on this host."""
        return processes.start(lambda: self.run(function))

    def _furnish(self, library: Any) -> None:
        socket.sethostname(self.name)
        _check(library.mount(b"none", b"/", None, PRIVATE, None), "mount private")
        _check(library.mount(b"proc", b"/proc", b"proc", 0, None), "mount /proc")
        for path, text in (
            (BOOT_ID, f"boot {self.boot} of {self.name}"),
            (MACHINE_ID, f"machine {self.name}"),
        ):
            if os.path.exists(path):
                with tempfile.NamedTemporaryFile("w") as file:
                    file.write(text)
                    file.flush()
                    source = file.name.encode()
                    _check(library.mount(source, path.encode(), None, BIND, None), f"mount {path}")
        # What this process knew of the machine it came from.
        owner._machine.cache_clear()
        owner._owner.cache_clear()
        if self.flock is not None:
            nolocks.take_away(self.flock)


def _check(answer: int, what: str) -> None:
    if answer:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
