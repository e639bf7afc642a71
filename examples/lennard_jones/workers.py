"""Run a function many times, each time in a process of its own, a few at once."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import wait

# What a new process would import first: the fork server has it in memory already.
PRELOAD = ["numpy", "h5py", "signac.project"]


def in_processes(
    function: Callable[..., None], calls: Iterable[tuple], limit: int
) -> Iterator[tuple[tuple, int]]:
    """Yield the arguments and the exit code of each call when it ends.

    A process that raises or is killed gives a code other than 0 and takes nothing with it. When
    the generator is closed, by an error or by Ctrl-C in the caller, the processes are ended.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOAD)
    waiting = deque(calls)
    running: dict[int, tuple[multiprocessing.Process, tuple]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < limit:
                arguments = waiting.popleft()
                process = context.Process(target=_run, args=(function, arguments))
                process.start()
                running[process.sentinel] = process, arguments
            for sentinel in wait(list(running)):
                process, arguments = running.pop(sentinel)
                process.join()
                yield arguments, process.exitcode
    finally:
        for process, _ in running.values():
            process.kill()
        for process, _ in running.values():
            process.join()


def _run(function: Callable[..., None], arguments: tuple) -> None:
    # Ctrl-C goes to all processes of the terminal; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    function(*arguments)


def _end_with_parent() -> None:
    """End this process at once when the parent is gone, even if it was killed."""
    multiprocessing.parent_process().join()
    os._exit(1)
