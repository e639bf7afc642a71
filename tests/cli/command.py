"""Run the command line as people do: as a process, into a pipe or on a terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Output", "on_terminal", "run"]

_PROGRAM = [sys.executable, "-m", "signac"]


@dataclass(frozen=True)
class Output:
    """What came of a command."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    def json(self) -> Any:
        return json.loads(self.out)


def _environment(home: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SIGNAC")}
    return {**kept, "HOME": home, "COLUMNS": "100", "LC_ALL": "C.UTF-8"}


def run(directory: Path | str, *words: str, stdin: str = "", code: int | None = 0) -> Output:
    """Run a command whose output goes into pipes; `code` None allows any exit code."""
    done = subprocess.run(
        [*_PROGRAM, *words],
        cwd=directory,
        input=stdin.encode(),
        capture_output=True,
        env=_environment(str(directory)),
        timeout=120,
        check=False,
    )
    output = Output(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert "Traceback" not in output.err or "--debug" in words or "shell" in words, output.err
    assert code is None or output.code == code, output
    return output


def on_terminal(directory: Path | str, *words: str, keys: str = "") -> tuple[int, str]:
    """Run a command on a pseudo-terminal; return its exit code and everything on the screen."""
    import pty

    child, screen = pty.fork()
    if child == 0:  # pragma: no cover  # another process
        os.chdir(directory)
        os.execve(sys.executable, [*_PROGRAM, *words], _environment(str(directory)))
    os.write(screen, keys.encode())
    seen = b""
    while True:
        try:
            data = os.read(screen, 65536)
        except OSError:  # Linux: the other side is closed
            break
        if not data:
            break
        seen += data
    os.close(screen)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), seen.decode().replace("\r\n", "\n")
