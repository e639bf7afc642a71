"""A pseudo-terminal that a test types on, and reads as a person would."""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import termios
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import TracebackType

__all__ = ["Terminal"]

#: Seconds to wait for what is expected; a busy machine needs some.
_PATIENCE = 60


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    # A run in the background of a shell hands on that Ctrl-C is to be ignored.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, words: Sequence[str], directory: Path | str, **variables: str) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SIGNAC")}
        given = {"TERM": "dumb", "LC_ALL": "C.UTF-8", "HOME": str(directory), "INPUTRC": os.devnull}
        self._screen, inside = os.openpty()
        fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 120, 0, 0))
        self._process = subprocess.Popen(
            words,
            cwd=directory,
            env={**kept, **given, **variables},
            stdin=inside,
            stdout=inside,
            stderr=inside,
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        os.close(inside)
        self.seen = ""
        self._read = 0

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._screen)
        self._process.kill()
        self._process.wait()

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._screen, text.encode())

    def interrupt(self) -> None:
        """Press Ctrl-C, once Python waits for keys again: before, it keeps it for the next."""
        time.sleep(0.3)
        self.type("\x03")

    def expect(self, pattern: str) -> str:
        """Wait until a pattern is on the screen, after all that was expected before."""
        end = time.monotonic() + _PATIENCE
        while True:
            found = re.search(pattern, self.seen[self._read :], re.MULTILINE)
            if found is not None:
                self._read += found.end()
                return found[0]
            if time.monotonic() > end or not self._look(end - time.monotonic()):
                raise AssertionError(f"{pattern!r} is not in {self.seen[self._read :]!r}")

    def leave(self) -> int:
        """Wait until the program has ended; return its exit code."""
        while self._look(_PATIENCE):
            pass
        return self._process.wait(_PATIENCE)

    def _look(self, seconds: float) -> bool:
        """Read what is new; False if nothing can come any more."""
        ready, _, _ = select.select([self._screen], [], [], max(seconds, 0))
        if not ready:
            return False
        try:
            data = os.read(self._screen, 65536)
        except OSError:  # Linux: the other side is closed
            return False
        self.seen += data.decode(errors="replace").replace("\r\n", "\n")
        return bool(data)
