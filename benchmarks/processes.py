"""Child processes: one that takes turns, and one that is timed as a whole."""

import json
import os
import subprocess
import tempfile
import time
from typing import Any

__all__ = ["Player", "time_process"]


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
        self.version: str = self._read()

    def __enter__(self) -> "Player":
        return self

    def __exit__(self, *exception: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        self._errors.close()

    def play(self) -> dict[str, Any] | None:
        """Do the next part; the last one returns the result."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        result: dict[str, Any] | None = self._read()
        return result

    def _read(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            self._errors.seek(0)
            raise SystemExit(f"{' '.join(self._process.args)} failed:\n{self._errors.read()}")
        return json.loads(line)


def time_process(command: list[str], environment: dict[str, str]) -> dict[str, float]:
    """Return seconds of CPU and wall time of a whole process."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command} failed")
    return {"cpu": usage.ru_utime + usage.ru_stime, "wall": wall}
