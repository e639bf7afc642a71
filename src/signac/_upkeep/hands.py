"""Let several processes glance at jobs at once: most of the time goes into opening files.

The children only read. What they say comes over a socket; a part that a child did not finish is
looked at by this process. Nothing of the program that asked runs in them: neither its handlers of
signals, nor what it does at its end.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import sys
import threading
import warnings
from typing import TYPE_CHECKING, Final

from signac._upkeep.glance import NOTHING, glance

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from signac._engine.workspace import Workspace
    from signac._upkeep.glance import Doubt

__all__ = ["glance_together"]

logger = logging.getLogger(__name__)

#: Jobs for each process, at least: it takes 20 ms to look at them, and 2 to make a process.
_FEWEST: Final = 1_000
_MOST_HANDS: Final = 4
_CHUNK: Final = 1 << 16
#: Seconds without a word after which a child is taken to hang.
_PATIENCE: Final = 10.0


def glance_together(
    workspace: Workspace, ids: Sequence[str], texts: Mapping[str, bytes] = NOTHING
) -> list[Doubt]:
    """Return what `glance` finds, in the same order.

    perf: on two cores the time is nearly halved (compare.py, check).
    """
    size = -(-len(ids) // _count_hands(len(ids))) if ids else 1
    parts = [ids[low : low + size] for low in range(0, len(ids), size)]
    children: list[_Child] = []
    try:
        children += (_Child(workspace, part, texts) for part in parts[1:])
        found = [doubt for part in parts[:1] for doubt in glance(workspace, part, texts)]
        for child, part in zip(children, parts[1:], strict=True):
            answer = child.listen()
            found += glance(workspace, part, texts) if answer is None else answer
    finally:
        for child in children:
            child.dismiss()
    return found


def _count_hands(jobs: int) -> int:
    """Return how many processes are worth it; one where making others is not safe."""
    if sys.platform != "linux" or threading.active_count() > 1:
        return 1
    if "mpi4py" in sys.modules:  # MPI over fast networks does not survive copies of a process
        return 1
    return max(1, min(len(os.sched_getaffinity(0)), _MOST_HANDS, jobs // _FEWEST))


class _Child:
    """A copy of this process that looks at some jobs and says what it found."""

    def __init__(
        self, workspace: Workspace, ids: Sequence[str], texts: Mapping[str, bytes]
    ) -> None:
        self._ours: socket.socket | None = None
        self._process = -1
        try:
            self._start(workspace, ids, texts)
        except OSError as error:  # too many processes or files, or too little memory
            logger.info("no process could be made to check jobs: %s", error)
        except BaseException:
            self.dismiss()
            raise

    def _start(self, workspace: Workspace, ids: Sequence[str], texts: Mapping[str, bytes]) -> None:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
            try:
                with warnings.catch_warnings():
                    # Threads of numerical libraries wait for work; the child gives them none.
                    warnings.simplefilter("ignore", DeprecationWarning)
                    self._process = os.fork()
                if self._process == 0:
                    ours.close()  # so that the child sees when its parent is gone
                    _work(theirs, before, workspace, ids, texts)
            finally:
                signal.pthread_sigmask(signal.SIG_SETMASK, before)
            self._ours = ours.dup()
        self._ours.settimeout(_PATIENCE)

    def listen(self) -> list[Doubt] | None:
        """Return what the child found, None if it did not get to the end."""
        if self._ours is None:
            return None
        parts = []
        try:
            while part := self._ours.recv(_CHUNK):
                parts.append(part)
            said = json.loads(b"".join(parts))
        except (OSError, ValueError):
            return None
        return [(job_id, names, sound, known) for job_id, names, sound, known in said]

    def dismiss(self) -> None:
        """End the child, if it has not ended."""
        if self._ours is not None:
            self._ours.close()
        if self._process <= 0:
            return
        try:
            # Otherwise its number may be of another process by now.
            if os.waitpid(self._process, os.WNOHANG) == (0, 0):
                os.kill(self._process, signal.SIGKILL)
                os.waitpid(self._process, 0)
        except (ProcessLookupError, ChildProcessError):
            return  # the program that this is a part of waits for all its children itself


def _work(
    theirs: socket.socket,
    mask: set[signal.Signals | int],
    workspace: Workspace,
    ids: Sequence[str],
    texts: Mapping[str, bytes],
) -> None:
    """Say what was found, and end without anything that this process would do at its end."""
    try:
        for number in signal.valid_signals():
            if callable(signal.getsignal(number)):
                signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        theirs.sendall(json.dumps(list(glance(workspace, ids, texts))).encode())
    except BaseException:  # noqa: BLE001  # whatever it is, the other process looks itself
        os._exit(1)
    os._exit(0)
