"""Run one operation in a forked child that is killed at a chosen mutation of the disk."""

import os
import signal
import traceback
from collections.abc import Callable

from signac._core import faults

PATIENCE = 60  # seconds after which a child is taken to hang


def run_and_die(
    operation: Callable[[], object], mutation: int | None, cut: int | None = None
) -> bool:
    """Run an operation in a child that dies at a mutation; tell whether it died there.

    Parameters
    ----------
    mutation
        The number of the mutation, from 1; with None the child runs to the end.
    cut
        If that mutation is a write, let this many bytes of it arrive first.
    """
    child = os.fork()
    if child == 0:
        code = 1
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(PATIENCE)

            def die(number: int, what: str, _path: str, size: int | None) -> faults.Cut | None:
                if number != mutation:
                    return None
                if cut is not None and what in ("write", "append"):
                    return faults.Cut(min(cut, size or 0), None)
                return os.kill(os.getpid(), signal.SIGKILL)

            with faults.injecting(die):
                operation()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL, "the child hangs"
        return True
    assert os.WEXITSTATUS(status) == 0, "the operation failed by itself, see its traceback"
    return False
