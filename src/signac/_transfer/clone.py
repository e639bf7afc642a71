"""Copy a job into another project."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Any

from signac._core import jsonfile
from signac._core.durability import effective
from signac._engine.adopt import adopt_job, copy_job, is_taken, take_back
from signac._engine.create import require_workspace
from signac.errors import JobsCorruptedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from signac._engine.workspace import Workspace

__all__ = ["clone_job"]


def clone_job(
    source: Workspace,
    job_id: str,
    target: Workspace,
    copytree: Callable[[str, str], Any] | None = None,
    *,
    known: dict[str, Any] | None = None,
) -> None:
    """Copy a job of one workspace into another one.

    Before: no such job there. After: the whole job. Dying anywhere leaves none, and running again
    makes it, unless a function of the user copies: that works on the final place, as it always
    did, because it may as well move the job or link it, and scratch is no place for the only copy.

    Parameters
    ----------
    copytree : function, optional
        Called with the paths of both directories instead.
    known : dict, optional
        The state point, in case its file is damaged.

    Raises
    ------
    FileNotFoundError
        When the job is not there.
    FileExistsError
        When there is one in the other workspace.
    """
    if not os.path.isdir(source.job(job_id)):
        raise FileNotFoundError(errno.ENOENT, "there is no such job", source.job(job_id))
    if copytree is None or _is_default(copytree):
        adopt_job(target, job_id, lambda directory: _fill(source, job_id, directory, known))
        return
    require_workspace(target, effective(target.level))
    if is_taken(target, job_id):
        raise FileExistsError(errno.EEXIST, "there is a job already", target.job(job_id))
    try:
        copytree(source.job(job_id), target.job(job_id))
    except BaseException:
        take_back(source.job(job_id), target.job(job_id))
        raise


def _is_default(copytree: Callable[[str, str], Any]) -> bool:
    """Tell whether a function is what is done by default: it copies and does nothing else."""
    name = getattr(copytree, "__module__", ""), getattr(copytree, "__qualname__", "")
    return name == ("shutil", "copytree")


def _fill(source: Workspace, job_id: str, directory: str, known: dict[str, Any] | None) -> None:
    try:
        copy_job(source, job_id, directory)
    except JobsCorruptedError:
        if known is None or not os.path.isdir(source.job(job_id)):
            raise
        # The handle knows better than the file.
        copy_job(source, job_id, directory, jsonfile.encode(known))
