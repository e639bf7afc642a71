"""Make directories look as if nobody had been at work in them for a while."""

import os
import time

__all__ = ["let_directories_age"]

_LONG_AGO = 3600.0


def let_directories_age(project: str) -> None:
    """Give the directories in a workspace an old time of change."""
    workspace = os.path.join(project, "workspace")
    moment = time.time() - _LONG_AGO
    for name in os.listdir(workspace):
        path = os.path.join(workspace, name)
        if os.path.isdir(path) and not name.startswith("."):
            os.utime(path, (moment, moment))
