"""Child processes: one that takes turns, and one that is timed as a whole."""

import json
import os
import subprocess
import tempfile
import time
from typing import Any

__all__ = ["ChildError", "Player", "time_process"]


class ChildError(Exception):
    """A child failed; the message is the last line that it wrote to standard error."""


class Player:
    """A child that does one part of its work each time it is told to.

    Parameters
    ----------
    command : list of str
        What to run.
    environment : dict
        Its environment variables.
    """

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._errors = tempfile.TemporaryFile(mode="w+")  # noqa: SIM115  # closed in close()
        self._process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        try:
            self.version: str = self._read()
        except ChildError:
            self.close()
            raise

    def __enter__(self) -> "Player":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child: it leaves its loop when standard input ends."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
        self._errors.close()

    def play(self) -> dict[str, Any] | None:
        """Do the next part; the last one returns the result."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write("\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # it died, and said why
        result: dict[str, Any] | None = self._read()
        return result

    def _read(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            self._errors.seek(0)
            raise ChildError(_last_line(self._errors.read()))
        return json.loads(line)


def time_process(
    command: list[str], environment: dict[str, str], directory: str | None = None
) -> dict[str, float]:
    """Return seconds of CPU and wall time of a whole process.

    Where the last line that it printed is a number, this is ``memory``.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(
            command,
            env=environment,
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        if process.returncode:
            raise ChildError(_last_line(errors.read().decode(errors="replace")))
        times = {"cpu": usage.ru_utime + usage.ru_stime, "wall": wall}
        printed = _last_line(output.read().decode(errors="replace"))
    if printed.isdecimal() and len(printed) < 32:  # 32 digits could be an id
        times["memory"] = float(printed)
    return times


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else ""
