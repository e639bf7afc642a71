"""File systems whose `flock` does not work, for one process: the kernel answers each call itself.

A filter of system calls (seccomp) is what stands nearest to such a file system: every `flock` of
the process and its children fails with the given error, or, for the error number 0, succeeds and
locks nothing, as on a network file system that honours locks on each machine by itself.
"""

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Callable

import pytest

# The number of the system call, and what the kernel calls the machine.
MACHINES = {"x86_64": (73, 0xC000003E), "aarch64": (32, 0xC00000B7)}
ALLOW, FAIL, NUMBER, MACHINE = 0x7FFF0000, 0x00050000, 0, 4
LOAD, IF_EQUAL, RETURN = 0x20, 0x15, 0x06
NO_NEW_PRIVILEGES, SET_SECCOMP, WITH_FILTER = 38, 22, 2
IGNORED = 0


def require() -> None:
    """Skip the test where `flock` cannot be taken away."""
    if sys.platform != "linux" or platform.machine() not in MACHINES:
        pytest.skip("filters of system calls are for Linux, on machines that are known here")


def take_away(error: int) -> None:
    """Let each `flock` of this process, from now on, answer with an error number."""
    call, machine = MACHINES[platform.machine()]
    steps = [
        (LOAD, 0, 0, MACHINE),
        (IF_EQUAL, 0, 2, machine),
        (LOAD, 0, 0, NUMBER),
        (IF_EQUAL, 1, 0, call),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, FAIL | error),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code))
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")
    if library.prctl(SET_SECCOMP, WITH_FILTER, ctypes.create_string_buffer(program), 0, 0):
        raise OSError(ctypes.get_errno(), "seccomp")


def without_flock(
    function: Callable[[], object], error: int = errno.ENOLCK
) -> Callable[[], object]:
    """Return a function that does the same where `flock` answers with an error number."""

    def run() -> object:
        take_away(error)
        return function()

    return run


def check_that_it_works() -> None:
    """Skip the test where filters are not allowed, and show that they do what they say."""
    import fcntl

    import processes

    require()

    def child(error: int) -> int:
        take_away(error)
        descriptor = os.open("/", os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as failure:
            return failure.errno or -1
        return 0

    for error in (errno.ENOLCK, errno.EOPNOTSUPP, IGNORED):
        outcome = processes.run(lambda error=error: child(error))
        if outcome.failure is not None and outcome.failure.is_a("OSError"):
            pytest.skip(f"filters of system calls are not allowed here: {outcome}")
        assert outcome.get() == error
