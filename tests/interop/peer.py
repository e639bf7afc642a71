"""The released peer in its own environment, driven over JSON lines by one long-lived child.

    with Peer() as peer:
        peer.init_project(path=root)
        peer.init(path=root, statepoint={"a": 1})

Every command of `peer_driver.py` is a method. An exception in the peer raises `PeerError`, whose
`names` are the class names of the exception there. The peer is found at `SIGNAC_PEER_PYTHON`, else
in `.venv-peer` at the root of the repository; a missing peer is a failure, never a skip, because a
run without it proves nothing about compatibility.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from interop.wire import decode, encode

VERSION = "2.4.1"
COMMANDS = frozenset(
    (
        "version",
        "ids",
        "init_project",
        "open_project",
        "forget",
        "init",
        "hold",
        "jobs",
        "contains",
        "find",
        "check",
        "update_cache",
        "schema",
        "frame",
        "neighbors",
        "groups",
        "diff",
        "job_id",
        "statepoint",
        "change",
        "assign",
        "update_statepoint",
        "document",
        "act",
        "move",
        "write_file",
        "read_file",
        "store_set",
        "store_get",
        "store_keys",
    )
)
_DRIVER = Path(__file__).with_name("peer_driver.py")
_ROOT = Path(__file__).parents[2]


class PeerError(Exception):
    """The peer raised; `names` are the names of the class and its bases."""

    def __init__(self, names: list[str], message: str) -> None:
        super().__init__(message)
        self.names = names


def peer_python() -> str:
    """Return the interpreter of the peer's environment, or fail the test with what to do."""
    named = os.environ.get("SIGNAC_PEER_PYTHON")
    path = Path(named) if named else _ROOT / ".venv-peer" / "bin" / "python"
    if not path.is_file():
        pytest.fail(
            f"the released peer is missing: no interpreter at {path}; `make peer` builds it "
            "(or point SIGNAC_PEER_PYTHON at one)",
            pytrace=False,
        )
    return str(path)


class Peer:
    """One child process with the released peer, and its commands as methods."""

    def __init__(self) -> None:
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the child
        hidden = ("PYTHONPATH", "PYTHONHOME", "PYTHONWARNINGS", "VIRTUAL_ENV")
        self._child = subprocess.Popen(
            [peer_python(), "-u", os.fspath(_DRIVER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            env={key: value for key, value in os.environ.items() if key not in hidden},
            text=True,
            encoding="ascii",
        )
        found = self.call("version")
        if found != VERSION:
            self.close()
            pytest.fail(f"the peer is {found}, these tests are written for {VERSION}")

    def call(self, command: str, **arguments: Any) -> Any:
        """Run one command and return its value; raise `PeerError` if the peer raised."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        try:
            self._child.stdin.write(encode({"command": command, **arguments}) + "\n")
            self._child.stdin.flush()
            line = self._child.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self._stderr.seek(0)
            said = self._stderr.read().decode(errors="replace")
            raise RuntimeError(f"the peer's driver died during {command}: {said[-2000:]}")
        answer = decode(line)
        if "error" in answer:
            raise PeerError(answer["error"], answer["message"])
        return answer["ok"]

    def __getattr__(self, command: str) -> Any:
        if command not in COMMANDS:
            raise AttributeError(command)

        def run(**arguments: Any) -> Any:
            return self.call(command, **arguments)

        return run

    def close(self) -> None:
        """End the child: it leaves its loop when stdin ends."""
        if self._child.stdin is not None and not self._child.stdin.closed:
            try:
                self._child.stdin.close()
            except BrokenPipeError:
                pass  # the child died before it read its last command
        try:
            self._child.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        if self._child.stdout is not None:
            self._child.stdout.close()
        self._stderr.close()

    def __enter__(self) -> "Peer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def running_peer() -> Iterator[Peer]:
    """Yield a peer: the body of the `peer` fixtures."""
    with Peer() as peer:
        yield peer
