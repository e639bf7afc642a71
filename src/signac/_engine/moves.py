"""A log of state point changes, so that whoever looks for a job learns where it went.

Two lines for each change, one that announces and one that confirms it: time, old id, and the new
id or the path in another project. The old id once more takes an announced change back. The log is
a convenience: it may be deleted at any time, and is not waited for on the disk.
"""

from __future__ import annotations

import logging
import os
import time
from typing import TYPE_CHECKING, Final, NamedTuple

from signac._core import atomic, jsonfile
from signac._core.ids import is_id

if TYPE_CHECKING:
    from signac._engine.workspace import Workspace

__all__ = ["find_destination", "log_departure", "log_move", "trim"]

logger = logging.getLogger(__name__)

_LOOKS: Final = 3
#: About 6,000 changes; older ones are kept in one more file of this size.
_LONGEST: Final = 2**20
#: Two ids, and a path of 4,096 bytes that are all quoted.
_LONGEST_LINE: Final = 16_384
_LONGEST_PATH: Final = 4096


class _Move(NamedTuple):
    """The last change of one job: when it was logged, where to, and whether it is done."""

    time: float
    target: str
    confirmed: bool


def log_move(workspace: Workspace, old_id: str, new_id: str) -> None:
    """Note that a job has a new id; a failure is only logged."""
    line = f"{time.time():.6f} {old_id} {new_id}\n".encode("ascii")
    try:
        atomic.append(workspace.moves, line)
    except OSError as error:
        logger.warning(
            "cannot note in %s that %s is now %s: %s", workspace.moves, old_id, new_id, error
        )


def log_departure(workspace: Workspace, job_id: str, path: str) -> None:
    """Note that a job went to another project, where its directory is `path`."""
    from urllib.parse import quote

    log_move(workspace, job_id, quote(path, safe="/"))


def find_destination(
    workspace: Workspace, job_id: str, since: float, *, seen: bool = True
) -> tuple[str, str | None] | None:
    """Return where a job went that was moved after `since` (seconds since the epoch).

    With `seen` the job was there at that time, otherwise nothing is known of that.

    Returns
    -------
    tuple of str and str or None, or None
        Its last known id, and its directory if that is in another project.
    """
    for _ in range(_LOOKS):
        moves: dict[str, _Move] = {}
        for name in (workspace.moves + ".old", workspace.moves):
            _read_into(name, moves)
        move = moves.get(job_id)
        if move is None or move.time < since - 1.0:
            return None
        if move.time >= since:
            return _follow(workspace, job_id, moves)
        if move.confirmed:
            return None
        # Announced just before: the confirmation is on its way, unless its process died.
        destination = _follow(workspace, job_id, moves)
        if seen and destination is not None and _is_there(workspace, destination):
            return destination
        time.sleep(0.002)
    return None


def _is_there(workspace: Workspace, destination: tuple[str, str | None]) -> bool:
    job_id, path = destination
    return os.path.isdir(workspace.job(job_id) if path is None else path)


def _follow(
    workspace: Workspace, job_id: str, moves: dict[str, _Move]
) -> tuple[str, str | None] | None:
    start = job_id
    for _ in range(len(moves)):
        job_id = moves[job_id].target
        if not is_id(job_id):
            from urllib.parse import unquote

            path = unquote(job_id)
            name = os.path.basename(path)
            return (name, path) if is_id(name) and len(path) <= _LONGEST_PATH else None
        if job_id == start:
            return None
        if job_id not in moves or os.path.isdir(workspace.job(job_id)):
            break
    return job_id, None


def trim(workspace: Workspace) -> None:
    """Put a long log aside, so that a new one begins."""
    try:
        if os.path.getsize(workspace.moves) > _LONGEST:
            atomic.replace(workspace.moves, workspace.moves + ".old")
    except OSError:
        return


def _read_into(name: str, moves: dict[str, _Move]) -> None:
    try:
        lines = jsonfile.read_bytes(name).decode("ascii", errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        words = line.split(" ") if len(line) < _LONGEST_LINE else ()
        if len(words) != 3 or not is_id(words[1]):
            continue
        try:
            when = float(words[0])
        except ValueError:
            continue
        before = moves.get(words[1])
        announced = before is not None and before.target == words[2] and not before.confirmed
        moves[words[1]] = _Move(when, words[2], announced)
