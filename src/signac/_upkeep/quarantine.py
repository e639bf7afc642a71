"""Keep what repairs move or replace: ``workspace/.signac_quarantine/<time>.<random>/``.

Beside what was moved lies ``notes.jsonl``, with a line for each step, written before it: what was
done, where the thing was, and where it is now.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from typing import TYPE_CHECKING, Final

from signac._core import atomic, jsonfile, layout

if TYPE_CHECKING:
    from signac._engine.workspace import Workspace
    from signac._upkeep.report import Action

__all__ = ["Quarantine"]

#: What a hard link answers across file systems, and where there are none.
_NO_LINKS: Final = frozenset(
    {errno.EXDEV, errno.EPERM, errno.EACCES, errno.EMLINK, errno.EOPNOTSUPP, errno.ENOSYS}
)
_CHUNK: Final = 1 << 20


class Quarantine:
    """The place of one repair, made when it is needed first."""

    def __init__(self, workspace: Workspace) -> None:
        self._root = os.path.join(workspace.path, layout.QUARANTINE)
        self.path: str | None = None
        self._ending = b""

    def take(self, path: str, action: Action) -> None:
        """Move a file, link or directory here."""
        target = self._place(path, action)
        self.note(action, path, target)
        try:
            atomic.move(path, target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            _copy(path, target)
            atomic.unlink(path)

    def keep(self, path: str, action: Action) -> None:
        """Give a file or link that is about to be replaced a second name here."""
        target = self._place(path, action)
        self.note(action, path, target)
        if os.path.islink(path):
            _copy(path, target)
            return
        try:
            atomic.hard_link(path, target)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            _copy(path, target)

    def note(self, action: Action, path: str, target: str | None) -> None:
        """Write down what is about to be done."""
        directory = self._open()
        line = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "action": action.kind,
            "job": action.job,
            "from": path,
            "to": target,
            "what": action.message,
        }
        # A line that was cut, by a full disk, must not spoil the next one.
        text = self._ending + jsonfile.encode(line) + b"\n"
        self._ending = b"\n"
        atomic.append(os.path.join(directory, "notes.jsonl"), text)
        self._ending = b""

    def _place(self, path: str, action: Action) -> str:
        """Return a free name for what was at a path."""
        directory = os.path.join(self._open(), action.job or "project")
        atomic.make_directories(directory)
        target = os.path.join(directory, os.path.basename(path))
        number = 1
        while os.path.lexists(target):
            target = os.path.join(directory, f"{os.path.basename(path)}.{number}")
            number += 1
        return target

    def _open(self) -> str:
        if self.path is None:
            name = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()) + "." + os.urandom(4).hex()
            path = os.path.join(self._root, name)
            if os.path.islink(self._root):
                raise OSError(errno.ELOOP, "the quarantine is a link, move it away", self._root)
            atomic.make_directories(path)
            self.path = path
        return self.path


def _copy(path: str, target: str) -> None:
    """Copy a file or link to another file system; what cannot be copied whole is not there."""
    if os.path.islink(path):
        atomic.symbolic_link(os.readlink(path), target)
        return
    status = os.stat(path)
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EXDEV, "is on another file system than the workspace; move it", path)
    descriptor = atomic.create(target, stat.S_IMODE(status.st_mode))
    try:
        with open(path, "rb") as source:
            while chunk := source.read(_CHUNK):
                atomic.write(descriptor, chunk, target)
        atomic.sync_descriptor(descriptor, target)
    except OSError:
        atomic.unlink(target)
        raise
    finally:
        os.close(descriptor)
