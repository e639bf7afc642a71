"""A log of state point changes, so that whoever looks for a job learns where it went.

One line for each change: time, old id, new id. The log is a convenience: it may be deleted at
any time, and is not waited for on the disk.
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

__all__ = ["find_new_id", "log_move", "trim"]

logger = logging.getLogger(__name__)

#: About 12,000 changes; older ones are kept in one more file of this size.
_LONGEST: Final = 2**20


def log_move(workspace: Workspace, old_id: str, new_id: str) -> None:
    """Note that a job has a new id; a failure is only logged."""
    line = f"{time.time():.6f} {old_id} {new_id}\n".encode("ascii")
    try:
        atomic.append(workspace.moves, line)
    except OSError as error:
        logger.warning(
            "cannot note in %s that %s is now %s: %s", workspace.moves, old_id, new_id, error
        )


def find_new_id(workspace: Workspace, job_id: str, since: float) -> str | None:
    """Return where a job is now that was moved after `since` (seconds since the epoch)."""
    moves: dict[str, tuple[float, str]] = {}
    for name in (workspace.moves + ".old", workspace.moves):
        _read_into(name, moves)
    if job_id not in moves or moves[job_id][0] < since:
        return None
    seen = {job_id}
    while job_id in moves:
        job_id = moves[job_id][1]
        if os.path.isdir(workspace.job(job_id)):
            return job_id
        if job_id in seen:
            return None
        seen.add(job_id)
    return None


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
        if len(words) == 3 and is_id(words[1]) and is_id(words[2]):
            try:
                moves[words[1]] = (float(words[0]), words[2])
            except ValueError:
                continue
