"""Child processes of a trial: forked, started together, never left behind."""

import multiprocessing
import os
import pickle
import select
import signal
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

__all__ = ["Child", "Meeting", "name_of", "start", "together"]

#: A child that does not answer for so long hangs.
_PATIENCE = 120.0


class Child:
    """A forked child that runs a function and sends back what it returned.

    A child that raised or died gives a text that begins with "!" in place of a value.
    """

    def __init__(self, pid: int, pipe: int) -> None:
        self.pid = pid
        self._pipe = pipe

    def result(self, timeout: float = _PATIENCE) -> Any:
        """Wait for the child and return its value, or a text with "!" and the reason."""
        chunks = []
        deadline = time.monotonic() + timeout
        hangs = False
        while True:
            ready, _, _ = select.select([self._pipe], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                hangs = True
                os.kill(self.pid, signal.SIGKILL)
                break
            chunk = os.read(self._pipe, 1 << 20)
            if not chunk:
                break
            chunks.append(chunk)
        os.close(self._pipe)
        _, status = os.waitpid(self.pid, 0)
        if hangs:
            return "!hangs"
        if os.WIFSIGNALED(status):
            return f"!signal {os.WTERMSIG(status)}"
        return pickle.loads(b"".join(chunks))

    def kill(self) -> None:
        """Send SIGKILL; `result` is to be asked afterwards."""
        os.kill(self.pid, signal.SIGKILL)


def start(function: Callable[[], Any], gate: tuple[int, int] | None = None) -> Child:
    """Fork a child that runs a function, once the gate is closed by the parent."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return Child(pid, reading)
    try:
        os.close(reading)
        if gate is not None:
            os.close(gate[1])
            os.read(gate[0], 1)
        try:
            answer = function()
        except BaseException as error:
            answer = f"!{name_of(error)}: {error}"
            print(answer[1:], file=sys.stderr, flush=True)
        data = memoryview(pickle.dumps(answer))
        while data:
            data = data[os.write(writing, data) :]
    finally:
        os._exit(0)


def together(functions: Iterable[Callable[[], Any]], timeout: float = _PATIENCE) -> list[Any]:
    """Run functions at the same time, one child each, and return their values in order."""
    gate = os.pipe()
    children = [start(function, gate) for function in functions]
    os.close(gate[0])
    os.close(gate[1])
    return [child.result(timeout) for child in children]


class Meeting:
    """A point where forked children wait for each other; made before they are started."""

    def __init__(self, parties: int) -> None:
        self._barrier = multiprocessing.get_context("fork").Barrier(parties, timeout=_PATIENCE)

    def wait(self) -> None:
        """Wait until all are here."""
        self._barrier.wait()


def name_of(error: BaseException) -> str:
    """Return the name of the class of an exception."""
    return type(error).__name__
