"""How much jobs take on disk."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from signac._core.progress import reporting

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Size", "measure"]


class Size(NamedTuple):
    """Files and bytes of jobs.

    Attributes
    ----------
    files, size : int
        Files, and their lengths in bytes. If not all jobs were looked at, estimated from those
        that were.
    looked_at : int
        How many jobs were.
    """

    files: int
    size: int
    looked_at: int


def measure(
    workspace: str, ids: Sequence[str], most: int | None = None, *, progress: bool | None = None
) -> Size:
    """Return the size of jobs, from at most some of them, which are taken evenly.

    Links are not followed, and what vanishes or cannot be read counts nothing.
    """
    step = 1 if most is None else max(1, -(-len(ids) // most))
    chosen = ids[::step]
    files = size = 0
    with reporting("measuring", len(chosen), progress) as report:
        for number, job_id in enumerate(chosen):
            found = _measure_tree(os.path.join(workspace, job_id))
            files += found[0]
            size += found[1]
            report(number + 1)
    if chosen and len(chosen) < len(ids):
        files = round(files * len(ids) / len(chosen))
        size = round(size * len(ids) / len(chosen))
    return Size(files, size, len(chosen))


def _measure_tree(root: str) -> tuple[int, int]:
    files = size = 0
    waiting = [root]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        files += 1
                        size += entry.stat(follow_symlinks=False).st_size
        except OSError:
            continue
    return files, size
