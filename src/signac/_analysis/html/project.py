"""What a notebook shows of a project."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from signac._analysis.html.glimpse import file_size
from signac._analysis.html.job import document_part
from signac._analysis.html.schema import overview
from signac._analysis.schema import detect_schema
from signac._core import layout
from signac._core.markup import bare, count_of, error_line, folded, guard, line, note, span, view
from signac._engine import search
from signac._synced.shown import is_large

if TYPE_CHECKING:
    from collections.abc import Callable

    from signac._engine.home import Home

__all__ = ["project_html"]

#: Jobs whose state points are read if need be, and those of an index that is up to date.
_MOST_READ: Final = 10_000
_MOST_KNOWN: Final = 100_000
#: State points that are measured to tell how large all of them are.
_SAMPLE: Final = 5
#: Keys times jobs.
_MOST_VALUES: Final = 1_000_000


def project_html(path: str, workspace: str, count: Callable[[], int], home: Home, jobs: str) -> str:
    """Return the paths and the size of a project, its schema and document, and then its jobs."""
    wrong = ""
    try:
        number = count()
        size = str(number)
    except Exception as error:  # noqa: BLE001  # a page never raises
        number, size = 0, "unknown"
        wrong = line(error_line(error))
    parts = [wrong, guard(lambda: _schema(home, number)) if number else ""]
    document = f"{path}{os.sep}{layout.PROJECT_DOCUMENT}"
    if os.path.lexists(document):
        parts.append(document_part(document))
    return (
        f"<p><strong>Project:</strong> {bare(path)}<br>"
        f"<strong>Workspace:</strong> {bare(workspace)}<br>"
        f"<strong>Size:</strong> {size}</p>{view(*parts) if any(parts) else ''}{jobs}"
    )


def _schema(home: Home, number: int) -> str:
    """Return the keys of the jobs, if that is quickly done."""
    selection = search.known_jobs(home) if number <= _MOST_KNOWN else None
    if selection is None and number <= _MOST_READ:
        ids = home.list_ids()
        sizes = [file_size(home.workspace.statepoint(job_id)) for job_id in ids[:_SAMPLE]]
        if not is_large(len(ids) * max(sizes, default=0)):
            selection = search.select(home, ids)
    if selection is None:
        return line(f"schema {note('detect_schema() shows it')}")
    keys = len(selection.keys("sp"))
    if keys * len(selection) > _MOST_VALUES:
        words = f"{count_of(keys, 'key')}; detect_schema() shows them"
        return line(f"schema {note(words)}")
    schema = detect_schema(selection)
    inside = overview(schema)
    if selection.problems:
        lost = count_of(len(selection.problems), "job")
        inside += f"<div>{note(f'without {lost} that cannot be read; check() names them')}</div>"
    return folded(f"schema {span('type', count_of(len(schema), 'key'))}", inside)
