"""Run a function in a child of its own: it may die, hang, lose its rights, or break the process."""

import ctypes
import json
import logging
import os
import pickle
import resource
import select
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["answer_of", "apart", "at_most", "fresh", "logged", "names_of", "show"]

#: Of the system call capset: its version with two words for each set.
_CAPABILITIES_VERSION = 0x20080522


def apart(
    function: Callable[..., Any],
    *arguments: Any,
    seconds: float = 60,
    powerless: bool = False,
    memory: int | None = None,
) -> dict[str, Any]:
    """Return what a function returned or raised in a forked child.

    Parameters
    ----------
    function : callable
        What it returns must be picklable.
    *arguments
        For the function.
    seconds : float
        After these the child is killed.
    powerless : bool
        Let the child be refused what modes forbid, also where it is the superuser.
    memory : int, optional
        Bytes that the child may have in all.

    Returns
    -------
    dict
        ``{"value": ...}``, ``{"error": [class names], "message": text}``, ``{"died": signal}`` or
        ``{"hung": seconds}``; with ``"seconds"``.
    """
    reading, writing = os.pipe()
    start = time.perf_counter()
    child = os.fork()
    if not child:
        os.close(reading)
        _be_the_child(function, arguments, writing, powerless, memory)
    os.close(writing)
    data = _read_until(reading, start + seconds)
    if data is None:
        os.kill(child, signal.SIGKILL)
    os.close(reading)
    _, status = os.waitpid(child, 0)
    taken = time.perf_counter() - start
    if data is None:
        return {"hung": seconds, "seconds": taken}
    if not data:
        return {"died": os.waitstatus_to_exitcode(status), "seconds": taken}
    return {**pickle.loads(data), "seconds": taken}


def answer_of(function: Callable[..., Any], *arguments: Any) -> dict[str, Any]:
    """Return what a function returned or raised, in the form of `apart`."""
    try:
        return {"value": function(*arguments)}
    except Exception as error:
        return {
            "error": names_of(error),
            "message": _text(error),
            "file": getattr(error, "filename", None),
        }


def names_of(error: BaseException) -> list[str]:
    """Return the names of the class of an error and of its bases, the nearest first."""
    return [base.__name__ for base in type(error).__mro__[:-1]]


def fresh(directory: str, name: str = "") -> str:
    """Make an empty directory below another one and return its path."""
    return tempfile.mkdtemp(prefix=name, dir=directory)


@contextmanager
def logged(level: int = logging.WARNING) -> Iterator[list[str]]:
    """Yield a list that receives the messages logged below ``signac``."""
    messages: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            messages.append(record.getMessage())

    logger = logging.getLogger("signac")
    listener = Listener(level)
    before = logger.level, logger.propagate
    logger.addHandler(listener)
    logger.setLevel(min(level, logger.level or level))
    logger.propagate = False
    try:
        yield messages
    finally:
        logger.removeHandler(listener)
        logger.level, logger.propagate = before


def show(details: Any) -> None:
    """Print what a person would ask next; `child.py` sends it to standard error."""
    print(json.dumps(details, indent=1, default=str))


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise `TimeoutError` in a block that takes longer, as far as Python has the word."""

    def end(*_: object) -> None:
        raise TimeoutError(f"not done after {seconds} s")

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _be_the_child(
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    writing: int,
    powerless: bool,
    memory: int | None,
) -> None:
    status = 1
    try:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        if memory:
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        if powerless and os.getuid() == 0:
            _give_up_capabilities()
        data = pickle.dumps(answer_of(function, *arguments))
        with open(writing, "wb") as pipe:
            pipe.write(data)
        status = 0
    finally:
        os._exit(status)


def _give_up_capabilities() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_VERSION, 0)
    sets = (ctypes.c_uint32 * 6)()
    if libc.capset(header, sets):
        raise OSError(ctypes.get_errno(), "cannot give up the rights of the superuser")


def _read_until(reading: int, deadline: float) -> bytes | None:
    data = b""
    while True:
        left = deadline - time.perf_counter()
        if left <= 0 or not select.select([reading], [], [], left)[0]:
            return None
        part = os.read(reading, 1 << 16)
        if not part:
            return data
        data += part


def _text(error: Exception) -> str:
    try:
        return str(error)
    except Exception as other:  # an error that cannot be printed is one more fault
        return f"<{type(other).__name__} in str()>"
