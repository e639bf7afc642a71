"""Whose project it is that a search upward has found.

A project can hold a file of configuration and data that the reader did not choose. Projects that
a group shares are ordinary, so they are used; but where everybody can make a directory, as in
``/tmp``, one that somebody has put there above the work of others is a trap.
"""

from __future__ import annotations

import functools
import logging
import os
import stat

from signac._core import layout
from signac.errors import ForeignProjectError

__all__ = ["admit"]

logger = logging.getLogger("signac.project")


def admit(project: str) -> None:
    """Log a project that belongs to another user; refuse it in a world-writable directory.

    Raises
    ------
    ForeignProjectError
        When anybody could have put it there, and another user did.
    """
    owner = _foreign_owner(project)
    if owner is None:
        return
    for directory in (project, os.path.dirname(project)):
        # A sticky bit keeps others from removing files, not from adding a project.
        if os.stat(directory).st_mode & stat.S_IWOTH:
            raise ForeignProjectError(project, _name(owner), directory)
    _tell(project, _name(owner))


def _foreign_owner(project: str) -> int | None:
    """Return who made a project, if it was another user than this one."""
    if not hasattr(os, "geteuid"):  # Windows
        return None
    mine = os.geteuid()
    directory = os.path.join(project, layout.SIGNAC_DIRECTORY)
    config = os.path.join(project, layout.CONFIG)
    for status in (os.lstat(directory), os.lstat(config), os.stat(config)):
        if status.st_uid != mine:
            return status.st_uid
    return None


@functools.lru_cache(maxsize=256)
def _tell(project: str, owner: str) -> None:
    """Log that a project is another user's, once in a process."""
    logger.info("the project %s, found above, belongs to %s", project, owner)


def _name(user: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user {user}"
