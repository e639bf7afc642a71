"""Look at many job directories quickly: what is certainly sound needs no closer look."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from signac._core import atomic, layout
from signac._core.ids import id_of_plain, md5
from signac._core.jsonfile import is_deep, scan
from signac._synced.backend import may_have_dots

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from signac._engine.workspace import Workspace

__all__ = ["NOTHING", "USUAL", "glance"]

#: What most jobs have, and nothing else.
USUAL: Final = frozenset({layout.STATEPOINT, layout.DOCUMENT})
#: A longer file is read the careful way.
_USUAL_SIZE: Final = 8192
_CLOEXEC: Final = getattr(os, "O_CLOEXEC", 0)
_DIRECTORY: Final = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | _CLOEXEC
#: Without waiting: a pipe that lies where a file should be is read as empty.
_FILE: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _CLOEXEC

NOTHING: Final[Mapping[str, bytes]] = MappingProxyType({})

Doubt = tuple[str, "list[str] | None", bool, bool]


def glance(
    workspace: Workspace, ids: Sequence[str], texts: Mapping[str, bytes] = NOTHING
) -> Iterator[Doubt]:
    """Yield the jobs that need a closer look.

    Each with the names in its directory, None if they are not known, and whether its state point
    and its document are certainly sound. `texts` are state points that were verified before: a
    file with the same bytes needs not be parsed and hashed again.

    perf: the files are opened from the directory that is open to be listed anyway, and nothing is
    called for a job that is as most are: a third less than by paths (compare.py, check).
    """
    directory = atomic.open_directory(workspace.path)
    if directory is None:
        yield from ((job_id, None, False, False) for job_id in ids)
        return
    as_stored = True
    try:
        for job_id in ids:
            try:
                names, raw, text = _read(job_id, directory)
            except OSError:
                yield job_id, None, False, False
                continue
            if raw == texts.get(job_id):
                sound = True
            else:
                statepoint = _parse(raw)
                # Projects differ in whether keys are stored sorted; then the text is hashed.
                if statepoint is None:
                    sound = False
                elif as_stored and md5(raw).hexdigest() == job_id:
                    sound = True
                else:
                    sound = _hash(statepoint) == job_id
                    as_stored = as_stored and not sound
            known = not text or (_parse(text) is not None and not may_have_dots(text))
            if not (sound and known and USUAL.issuperset(names)):
                yield job_id, names, sound, known
    finally:
        os.close(directory)


def _read(job_id: str, directory: int) -> tuple[list[str], bytes, bytes]:
    """Return the names in a job directory, and the contents of state point and document."""
    place = os.open(job_id, _DIRECTORY, dir_fd=directory)
    try:
        names = os.listdir(place)
        file = os.open(layout.STATEPOINT, _FILE, dir_fd=place)
        try:
            raw = os.read(file, _USUAL_SIZE)
        finally:
            os.close(file)
        text = b""
        if layout.DOCUMENT in names:
            file = os.open(layout.DOCUMENT, _FILE, dir_fd=place)
            try:
                text = os.read(file, _USUAL_SIZE) or b"\0"
            finally:
                os.close(file)
    finally:
        os.close(place)
    return names, raw, text


def _parse(raw: bytes) -> dict[str, Any] | None:
    """Return the mapping that is all of a text, None in any other case."""
    if len(raw) == _USUAL_SIZE:
        return None
    try:
        text = raw.decode()
        value, end = scan(text, 0)
    except (ValueError, StopIteration, RecursionError):
        return None
    if end != len(text) or value.__class__ is not dict or is_deep(raw, value):
        return None
    found: dict[str, Any] = value
    return found


def _hash(statepoint: dict[str, Any]) -> str:
    try:
        return id_of_plain(statepoint)
    except RecursionError:
        return ""
