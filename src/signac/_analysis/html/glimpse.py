"""Look at a job without making it, without following links, and without reading large files."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Any, NamedTuple

from signac._core.markup import size_text
from signac._synced.document import open_document
from signac._synced.shown import contents, is_large

if TYPE_CHECKING:
    from signac._engine.jobstate import JobState

__all__ = ["Glimpse", "file_size", "look_at_document", "statepoint_of"]


class Glimpse(NamedTuple):
    """What a document holds, or a note that says why it was not looked at."""

    data: dict[str, Any]
    note: str = ""


def file_size(path: str) -> int:
    """Return the size of a file, 0 if it is not there or not a file."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return 0
    return status.st_size if stat.S_ISREG(status.st_mode) else 0


def statepoint_of(state: JobState) -> dict[str, Any]:
    """Return the state point of a job as plain JSON; not to be changed."""
    plain = state.known_statepoint()
    return state.view() if plain is None else plain


def look_at_document(path: str) -> Glimpse:
    """Return the document in a file, from the buffer if it is there.

    Raises
    ------
    ValueError, OSError
        When it is damaged, or cannot be read.
    """
    try:
        status = os.lstat(path)
    except OSError:
        pass  # not there, or what is wrong is found when it is read
    else:
        if stat.S_ISLNK(status.st_mode):
            return Glimpse({}, f"a link to {os.readlink(path)}, which is not followed here")
        if stat.S_ISREG(status.st_mode) and is_large(status.st_size):
            return Glimpse({}, f"{size_text(status.st_size)}, too large to be read for this page")
    return Glimpse(contents(open_document(path, "doc")))
