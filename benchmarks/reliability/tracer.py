"""Follow the file-modifying system calls of a child by ptrace, and disturb one of them.

Nothing is known here of the program that is followed: a call counts by its number in the table of
the kernel and by the path it works on. Linux on x86-64 only; elsewhere `Tracer` raises.
"""

import ctypes
import errno
import os
import pickle
import platform
import signal
import sys
from collections.abc import Callable
from typing import NamedTuple

__all__ = ["ALLOCATING", "MODES", "SYNCING", "WRITING", "Call", "Fault", "Tracer"]

_TRACEME, _CONT, _GETREGS, _SETREGS, _SYSCALL = 0, 7, 12, 13, 24
_SETOPTIONS, _GET_SYSCALL_INFO = 0x4200, 0x420E
#: SYSGOOD, FORK, VFORK, CLONE; EXITKILL: no tracee outlives the tracer.
_OPTIONS = 1 | 2 | 4 | 8 | 0x100000
_ENTRY, _EXIT = 1, 2
_WALL = 0x40000000
_RAX, _RDX, _ORIG_RAX = 10, 12, 15
_AT_FDCWD = -100

#: Calls by number: name, and where its path is. "p0": a path in argument 0; "a0": a directory and
#: a path from argument 0 on; "f0": an open file in argument 0. The second is that of a new name.
_CALLS = {
    2: ("open", "p0", ""),
    257: ("open", "a0", ""),
    85: ("open", "p0", ""),
    1: ("write", "f0", ""),
    18: ("write", "f0", ""),
    20: ("writev", "f0", ""),
    296: ("writev", "f0", ""),
    40: ("writev", "f0", ""),
    326: ("writev", "f2", ""),
    82: ("rename", "p0", "p1"),
    264: ("rename", "a0", "a2"),
    316: ("rename", "a0", "a2"),
    86: ("link", "p0", "p1"),
    265: ("link", "a0", "a2"),
    87: ("unlink", "p0", ""),
    263: ("unlink", "a0", ""),
    84: ("rmdir", "p0", ""),
    83: ("mkdir", "p0", ""),
    258: ("mkdir", "a0", ""),
    88: ("symlink", "p1", ""),
    266: ("symlink", "a1", ""),
    76: ("truncate", "p0", ""),
    77: ("truncate", "f0", ""),
    285: ("allocate", "f0", ""),
    90: ("chmod", "p0", ""),
    91: ("chmod", "f0", ""),
    268: ("chmod", "a0", ""),
    74: ("sync", "f0", ""),
    75: ("sync", "f0", ""),
    306: ("syncfs", "f0", ""),
}
#: Calls that need space on the disk.
ALLOCATING = {"create", "write", "writev", "link", "mkdir", "symlink", "allocate"}
WRITING = {"write"}
SYNCING = {"sync", "syncfs"}
#: Killed before the call; killed after half of what it writes; no space from this call on; one I/O
#: error; half is written, and the program is told so.
MODES = ("kill", "cut", "full", "error", "short")

_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.restype = ctypes.c_long
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


class _Info(ctypes.Structure):
    _fields_ = [
        ("op", ctypes.c_uint8),
        ("pad", ctypes.c_uint8 * 3),
        ("arch", ctypes.c_uint32),
        ("ip", ctypes.c_uint64),
        ("sp", ctypes.c_uint64),
        ("nr", ctypes.c_uint64),
        ("args", ctypes.c_uint64 * 6),
    ]


class Call(NamedTuple):
    """One file-modifying call below the root, seen before it is done."""

    name: str
    path: str
    target: str
    size: int


class Fault(NamedTuple):
    """What to do at the call with a number, counted from 0."""

    number: int
    mode: str


def fitting_modes(call: Call) -> list[str]:
    """Return the modes in which a call can be disturbed."""
    modes = ["kill", "error"]
    if call.name in ALLOCATING:
        modes.append("full")
    if call.name in WRITING and call.size > 1:
        modes += ["cut", "short"]
    return modes


class Tracer:
    """Run one function in a child, counting its calls below a directory.

    Parameters
    ----------
    root : str
        Calls elsewhere are neither counted nor disturbed.
    fault : Fault, optional
        The one disturbance.
    observe : callable, optional
        Called with each `Call` before it is done.
    """

    def __init__(
        self,
        root: str,
        fault: Fault | None = None,
        observe: Callable[[Call], None] | None = None,
    ) -> None:
        if not sys.platform.startswith("linux") or platform.machine() != "x86_64":
            raise OSError("faults are injected by ptrace, on Linux and x86-64 only")
        self.root = os.path.realpath(root) + "/"
        self.fault = fault
        self.observe = observe
        self.calls: list[Call] = []
        self._errors: dict[int, int] = {}
        self._dying: set[int] = set()

    def run(self, prepare: Callable[[], Callable[[], object]]) -> str:
        """Call `prepare` in a child, then what it returned, followed.

        Returns
        -------
        str
            Empty if the call returned, "killed", or the name of what it raised.
        """
        reading, writing = os.pipe()
        pid = os.fork()
        if not pid:
            os.close(reading)
            _be_followed(prepare, writing)
        os.close(writing)
        self._follow(pid)
        with os.fdopen(reading, "rb") as pipe:
            words = pipe.read()
        return str(pickle.loads(words)) if words else "killed"

    def _follow(self, pid: int) -> None:
        """Go from stop to stop until the child and all its threads are gone."""
        os.waitpid(pid, _WALL)
        _ptrace(_SETOPTIONS, pid, 0, _OPTIONS)
        _ptrace(_SYSCALL, pid)
        alive = {pid}
        while alive:
            thread, status = os.waitpid(-1, _WALL)
            if os.WIFEXITED(status) or os.WIFSIGNALED(status):
                alive.discard(thread)
                continue
            alive.add(thread)
            number = os.WSTOPSIG(status)
            deliver = 0
            if number == signal.SIGTRAP | 0x80:
                self._see(thread)
            elif number not in (signal.SIGTRAP, signal.SIGSTOP):
                deliver = number
            try:
                _ptrace(_SYSCALL, thread, 0, deliver)
            except ProcessLookupError:
                pass  # it was killed here

    def _see(self, thread: int) -> None:
        info = _Info()
        _ptrace(_GET_SYSCALL_INFO, thread, ctypes.sizeof(info), ctypes.addressof(info))
        if info.op == _EXIT:
            if thread in self._errors:
                _set_register(thread, _RAX, -self._errors.pop(thread))
            if thread in self._dying:
                os.kill(thread, signal.SIGKILL)
        elif info.op == _ENTRY and info.nr in _CALLS:
            call = self._describe(thread, info)
            if call is not None:
                self._count(thread, call)

    def _describe(self, thread: int, info: _Info) -> Call | None:
        """Return what a call does, None if it changes nothing below the root."""
        name, first, second = _CALLS[info.nr]
        path = _path(thread, info, first)
        if not path.startswith(self.root):
            return None
        if name == "open":
            flags = int(info.args[2 if first == "a0" else 1])
            if flags & os.O_TRUNC and os.path.lexists(path):
                name = "truncate"
            elif flags & os.O_CREAT and not os.path.lexists(path):
                name = "create"
            else:
                return None
        target = _path(thread, info, second) if second else ""
        size = int(info.args[2]) if name == "write" else 0
        return Call(name, path, target, size)

    def _count(self, thread: int, call: Call) -> None:
        if self.observe is not None:
            self.observe(call)
        number = len(self.calls)
        self.calls.append(call)
        fault = self.fault
        if fault is None or number < fault.number:
            return
        if fault.mode == "full":
            if call.name in ALLOCATING:
                self._refuse(thread, errno.ENOSPC)
        elif number == fault.number:
            if fault.mode == "kill":
                os.kill(thread, signal.SIGKILL)
            elif fault.mode == "error":
                self._refuse(thread, errno.EIO)
            else:
                _set_register(thread, _RDX, call.size // 2)
                if fault.mode == "cut":
                    self._dying.add(thread)

    def _refuse(self, thread: int, error: int) -> None:
        self._errors[thread] = error
        _set_register(thread, _ORIG_RAX, -1)  # no call: the kernel does nothing


def _be_followed(prepare: Callable[[], Callable[[], object]], pipe: int) -> None:
    """Run in the child: get ready, let the parent follow, act, say how it went, and leave."""
    try:
        act = prepare()
        _ptrace(_TRACEME, 0)
        os.kill(os.getpid(), signal.SIGSTOP)
        try:
            act()
            words = ""
        except BaseException as error:
            words = type(error).__name__
        os.write(pipe, pickle.dumps(words))
    except BaseException as error:  # the ground itself is bad
        os.write(pipe, pickle.dumps(f"not prepared: {error!r}"))
        _ptrace(_TRACEME, 0)
        os.kill(os.getpid(), signal.SIGSTOP)
    finally:
        os._exit(0)


def _ptrace(request: int, pid: int, address: int = 0, data: int = 0) -> None:
    if _libc.ptrace(request, pid, address, data) < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"ptrace {request}: {os.strerror(number)}")


def _set_register(thread: int, register: int, value: int) -> None:
    registers = (ctypes.c_ulonglong * 27)()
    _ptrace(_GETREGS, thread, 0, ctypes.addressof(registers))
    registers[register] = value & 0xFFFFFFFFFFFFFFFF
    _ptrace(_SETREGS, thread, 0, ctypes.addressof(registers))


def _path(thread: int, info: _Info, where: str) -> str:
    """Return the absolute path of an argument."""
    place = int(where[1])
    if where[0] == "f":
        return _link(f"/proc/{thread}/fd/{ctypes.c_int(info.args[place]).value}")
    directory = f"/proc/{thread}/cwd"
    if where[0] == "a":
        number = ctypes.c_int(info.args[place]).value
        place += 1
        if number != _AT_FDCWD:
            directory = f"/proc/{thread}/fd/{number}"
    name = _text(thread, info.args[place])
    return name if name.startswith("/") else os.path.join(_link(directory), name)


def _link(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""


def _text(thread: int, address: int) -> str:
    """Return the text that ends with a zero byte at an address of the child."""
    with open(f"/proc/{thread}/mem", "rb", buffering=0) as memory:
        memory.seek(address)
        return os.fsdecode(memory.read(4096).split(b"\0", 1)[0])
