"""What a notebook shows of one job."""

from __future__ import annotations

import os
import stat
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from signac._analysis.html.glimpse import look_at_document, statepoint_of
from signac._core import layout
from signac._core.markup import (
    code,
    count_of,
    error_line,
    folded,
    guard,
    line,
    note,
    size_text,
    span,
    text_of,
    view,
)
from signac._core.valuetree import extent, tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from signac._engine.jobstate import JobState

__all__ = ["document_part", "job_html"]

_MOST_FILES: Final = 50
_MOST_OPEN: Final = 12
#: In a directory with more entries than this, only so many are looked at.
_MOST_ENTRIES: Final = 20_000


def job_html(state: JobState, name: str) -> str:
    """Return id, path, state point, document and files of a job, which need not be there.

    Parameters
    ----------
    state : JobState
        The job.
    name : str
        The name of the class of its handle.
    """
    path = state.path
    where = f'<div class="signac-path">{code(path)}</div>'
    head = f"<strong>{text_of(name)}</strong> {code(state.id)}{where}"
    parts = [f'<div class="signac-head">{head}</div>']
    parts.append(_part("state point", lambda: (statepoint_of(state), ""), is_open=True))
    try:
        status = os.lstat(path)
    except OSError:
        parts.append(line(note("not on disk: init() makes it")))
        return view(*parts)
    if stat.S_ISLNK(status.st_mode):
        target = guard(lambda: text_of(os.readlink(path)))
        parts.append(line(f"{note('the directory is a link to')} {target}"))
        return view(*parts)
    parts.append(document_part(f"{path}{os.sep}{layout.DOCUMENT}", is_open=True))
    parts.append(guard(lambda: _files(path)))
    return view(*parts)


def document_part(path: str, *, is_open: bool = False) -> str:
    """Return the document in a file as a part that folds."""
    return _part("document", lambda: look_at_document(path), is_open=is_open)


def _part(title: str, read: Callable[[], tuple[dict[str, Any], str]], *, is_open: bool) -> str:
    """Return a mapping as a part that folds; what cannot be shown of it is said on one line."""
    try:
        data, why = read()
    except Exception as error:  # noqa: BLE001  # it stands in the place of the contents
        return line(f"{title} {error_line(error)}")
    if why:
        return line(f"{title} {note(why)}")
    if not data:
        return line(f"{title} {note('empty')}")
    inside = guard(lambda: tree(data))
    return folded(f"{title} {span('type', extent(data))}", inside, is_open=is_open)


def _files(path: str) -> str:
    """Return the names and sizes of what is in a directory, without what lies deeper."""
    with os.scandir(path) as entries:
        found = list(islice(entries, _MOST_ENTRIES + 1))
    more = len(found) > _MOST_ENTRIES
    found = sorted(found[:_MOST_ENTRIES], key=lambda entry: entry.name)
    number = f"more than {_MOST_ENTRIES:,} files" if more else count_of(len(found), "file")
    rows = [
        f'<tr><td>{code(entry.name)}</td><td class="signac-right">{_size(entry)}</td></tr>'
        for entry in found[:_MOST_FILES]
    ]
    if len(found) > _MOST_FILES:
        left = "many" if more else f"{len(found) - _MOST_FILES:,}"
        rows.append(f'<tr><td colspan="2">{note(f"… {left} more")}</td></tr>')
    table = f"<table><tbody>{''.join(rows)}</tbody></table>"
    return folded(f"files {span('type', number)}", table, is_open=len(found) <= _MOST_OPEN)


def _size(entry: os.DirEntry[str]) -> str:
    """Return the size of a file, or what else it is."""
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError as error:
        return error_line(error)
    if stat.S_ISREG(status.st_mode):
        return size_text(status.st_size)
    if stat.S_ISLNK(status.st_mode):
        return note("link")
    return note("directory" if stat.S_ISDIR(status.st_mode) else "no file")
