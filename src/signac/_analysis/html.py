"""What notebooks show of projects, searches and schemas."""

from __future__ import annotations

import warnings
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["jobs_html", "project_html", "schema_html", "search_html"]

#: Larger projects show a number instead of a table, which would be slow to make.
MOST_JOBS = 100
MOST_ROWS = 20


def project_html(path: str, workspace: str, count: int, jobs: str) -> str:
    """Return the paths and the size of a project, and then its jobs."""
    return (
        f"<p><strong>Project:</strong> {escape(path, quote=False)}<br>"
        f"<strong>Workspace:</strong> {escape(workspace, quote=False)}<br>"
        f"<strong>Size:</strong> {count}</p>{jobs}"
    )


def search_html(text: str, jobs: str) -> str:
    """Return the text of a search, and then its jobs."""
    return escape(text, quote=False) + jobs


def schema_html(text: str, table: str) -> str:
    """Return the text of a schema, and then its keys and values."""
    text, table = escape(text, quote=False), escape(table, quote=False)
    return f"<strong>{text}</strong><pre>{table}</pre>"


def jobs_html(count: int, make_frame: Callable[[], Any]) -> str:
    """Return a table of the jobs, or how many they are."""
    if count <= MOST_JOBS:
        try:
            frame = make_frame()
        except ImportError:
            warnings.warn("Install pandas to see a table of the jobs.", UserWarning, stacklevel=3)
        else:
            return _table(frame)
    return f"<br/><strong>{count}</strong> job(s) found"


def _table(frame: Any) -> str:
    import pandas as pd

    options = {
        "display.max_rows": MOST_ROWS,
        "display.notebook_repr_html": True,
        "display.large_repr": "truncate",
    }
    with pd.option_context(*(part for option in options.items() for part in option)):
        html: str = frame._repr_html_()  # what notebooks themselves ask for
    return html
