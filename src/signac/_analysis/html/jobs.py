"""What a notebook shows of the jobs that a search found."""

from __future__ import annotations

import os
import warnings
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Protocol

from signac._analysis.html.glimpse import file_size, look_at_document
from signac._core import layout
from signac._core.markup import (
    attribute,
    bare,
    clipped,
    code,
    error_line,
    folded,
    guard,
    line,
    note,
    size_text,
    span,
    view,
    without_formulas,
)
from signac._core.valuetree import cell
from signac._synced.shown import is_large
from signac.errors._base import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["jobs_html", "search_html"]

#: Larger projects show a number and a few jobs instead of a frame, which would be slow to make.
_MOST_JOBS: Final = 100
_MOST_ROWS: Final = 20
_MOST_COLUMNS: Final = 12
#: Keys of one job that may become columns.
_MOST_LOOKED_AT: Final = 1_000
_LONGEST_NAME: Final = 40


class SomeJob(Protocol):
    """What a table needs of a job."""

    @property
    def id(self) -> str:
        """The id."""

    @property
    def path(self) -> str:
        """The job directory."""

    @property
    def cached_statepoint(self) -> Mapping[str, Any]:
        """The state point."""


def search_html(text: str, jobs: str) -> str:
    """Return the text of a search, and then its jobs."""
    return bare(text) + jobs


def jobs_html(
    count: Callable[[], int],
    make_frame: Callable[..., Any],
    some_jobs: Callable[[], Iterable[SomeJob]],
) -> str:
    """Return a frame of the jobs or, of more than 100, the first 20 and how many they are.

    Parameters
    ----------
    count : callable
        Returns how many jobs there are.
    make_frame : callable
        Returns all of them as a ``pandas.DataFrame``; takes names of columns, ``usecols``.
    some_jobs : callable
        Returns them one by one.
    """
    try:
        number = count()
        if number <= _MOST_JOBS:
            return _frame(make_frame, some_jobs)
    except ImportError:
        why = "Install pandas to see a table of the jobs: pip install 'signac[pandas]'"
        warnings.warn(why, UserWarning, stacklevel=4)
    except Exception as error:  # noqa: BLE001  # a page never raises
        return view(line(error_line(error)))
    shown = guard(lambda: _table(number, list(islice(some_jobs(), _MOST_ROWS))))
    return f"{shown}<br/><strong>{number}</strong> job(s) found"


def _frame(make_frame: Callable[..., Any], some_jobs: Callable[[], Iterable[SomeJob]]) -> str:
    """Return a frame of all jobs, without documents if these are large."""
    import pandas as pd

    options = {
        "display.max_rows": _MOST_ROWS,
        "display.notebook_repr_html": True,
        "display.large_repr": "truncate",
    }
    size = sum(file_size(_document_of(job)) for job in some_jobs())
    if is_large(size):
        names = {f"sp.{name}" for job in some_jobs() for name in job.cached_statepoint}
        frame = make_frame(usecols=names)
        why = f"without documents, which have {size_text(size)}; to_dataframe() reads them"
        left_out = f"<p>{note(why)}</p>"
    else:
        frame = make_frame()
        left_out = ""
    with pd.option_context(*(part for option in options.items() for part in option)):
        html: str = frame._repr_html_()  # what notebooks themselves ask for
    return without_formulas(visible(html) + left_out)


def _table(number: int, jobs: list[SomeJob]) -> str:
    """Return a table of a few jobs: what is on top of their state points and documents."""
    rows = [_Row(job) for job in jobs]
    names = list(dict.fromkeys(name for row in rows for name in row.statepoint))
    documents = dict.fromkeys(name for row in rows for name in row.document)
    left = len(names) + len(documents) - _MOST_COLUMNS
    names = names[:_MOST_COLUMNS]
    columns = [_Column("sp", name, [row.statepoint for row in rows]) for name in names]
    columns += [
        _Column("doc", name, [row.document for row in rows])
        for name in islice(documents, _MOST_COLUMNS - len(columns))
    ]
    heads = [column.head() for column in columns]
    if left > 0:
        heads.append(f"<th>{note(f'… {left:,} more')}</th>")
    head = f"<tr><th>job</th>{''.join(heads)}</tr>"
    lines = [row.html(columns, len(heads)) for row in rows]
    body = f"<thead>{head}</thead><tbody>{''.join(lines)}</tbody>"
    first = f"the first {len(rows)} of {number:,}" if number > len(rows) else f"{number:,}"
    table = f'<table class="signac-jobs">{body}</table>'
    return view(folded(f"jobs {span('type', first)}", table, is_open=True), before_break=True)


class _Column:
    """One key: numbers stand on the right."""

    def __init__(self, prefix: str, name: str, cells: list[dict[str, Any]]) -> None:
        self.prefix = prefix
        self.name = name
        kinds = {cell[name].__class__ for cell in cells if name in cell}
        self._place = ' class="signac-right"' if kinds <= {int, float} else ""

    def head(self) -> str:
        return f"<th{self._place}>{clipped(f'{self.prefix}.{self.name}', _LONGEST_NAME)}</th>"

    def cell(self, data: dict[str, Any]) -> str:
        return f"<td{self._place}>{cell(data[self.name]) if self.name in data else ''}</td>"


class _Row:
    """One job in a table: the values of its keys, or what is wrong with it."""

    def __init__(self, job: SomeJob) -> None:
        self.id = job.id
        self.errors: dict[str, Exception] = {}
        self.statepoint = self._read("sp", lambda: job.cached_statepoint)
        self.document = self._read("doc", lambda: look_at_document(_document_of(job)).data)

    def _read(self, what: str, read: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
        try:
            return dict(islice(read().items(), _MOST_LOOKED_AT))
        except Exception as error:  # noqa: BLE001  # it stands in the place of the values
            self.errors[what] = error
            return {}

    def html(self, columns: list[_Column], width: int) -> str:
        parts = [f'<td class="signac-id" title="{attribute(self.id)}">{code(self.id)}</td>']
        for column in columns:
            if column.prefix in self.errors:
                break
            data = self.statepoint if column.prefix == "sp" else self.document
            parts.append(column.cell(data))
        if self.errors:
            wrong = "; ".join(map(error_line, self.errors.values()))
            rest = max(width - len(parts) + 1, 1)
            parts.append(f'<td class="signac-wrong" colspan="{rest}">{wrong}</td>')
        return f"<tr>{''.join(parts)}</tr>"


def _document_of(job: SomeJob) -> str:
    return f"{job.path}{os.sep}{layout.DOCUMENT}"
