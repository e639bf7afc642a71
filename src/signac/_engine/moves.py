"""A log of state point changes, so that whoever looks for a job learns where it went.

Two lines for each change, one that announces and one that confirms it: time, old id, and the new
id or the path in another project. The old id once more takes an announced change back. The log is
a convenience: it may be deleted at any time, and is not waited for on the disk.
"""

from __future__ import annotations

import logging
import os
import time
from typing import TYPE_CHECKING, Final

from signac._core import atomic
from signac._core.ids import is_id

if TYPE_CHECKING:
    from signac._engine.workspace import Workspace

__all__ = ["find_destination", "log_departure", "log_move", "trim"]

logger = logging.getLogger(__name__)

#: About 6,000 changes; older ones are kept in one more file of this size.
_LONGEST: Final = 2**20
_LOOKS: Final = 3


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
    workspace: Workspace, job_id: str, since: float
) -> tuple[str, str | None] | None:
    """Return where a job went that was moved after `since` (seconds since the epoch).

    Returns
    -------
    tuple of str and str or None, or None
        Its last known id, and its directory if that is in another project.
    """
    for _ in range(_LOOKS):
        moves: dict[str, tuple[float, str]] = {}
        for name in (workspace.moves + ".old", workspace.moves):
            _read_into(name, moves)
        if job_id not in moves or moves[job_id][0] < since - 1.0:
            return None
        if moves[job_id][0] >= since:
            return _follow(workspace, job_id, moves)
        # Announced just before this handle was made: the confirmation may be on its way.
        time.sleep(0.002)
    return None


def _follow(
    workspace: Workspace, job_id: str, moves: dict[str, tuple[float, str]]
) -> tuple[str, str | None] | None:
    start = job_id
    for _ in range(len(moves)):
        job_id = moves[job_id][1]
        if not is_id(job_id):
            from urllib.parse import unquote

            path = unquote(job_id)
            return os.path.basename(path), path
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


def _read_into(name: str, moves: dict[str, tuple[float, str]]) -> None:
    try:
        with open(name, "rb") as file:
            lines = file.read().decode("ascii", errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        words = line.split(" ")
        if len(words) == 3 and is_id(words[1]):
            try:
                moves[words[1]] = (float(words[0]), words[2])
            except ValueError:
                continue
