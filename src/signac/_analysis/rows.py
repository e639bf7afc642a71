"""Get the jobs that a question is about, without those that cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from signac._engine import search
from signac._query.ast import Key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from signac._engine.home import Home
    from signac._engine.selection import Selection
    from signac._query.ast import Query

__all__ = ["ANY_DOCUMENT", "find", "select"]

#: Stands for any key of a document.
ANY_DOCUMENT: Final = Key("doc", ("",))


def find(home: Home, query: Query, *, documents: bool = False) -> Selection:
    """Return the jobs that match; with `documents`, those whose document can be read as well."""
    return search.find(home, query, documents=documents)


def select(home: Home, ids: Iterable[str], *, documents: bool = False) -> Selection:
    """Return some jobs in their order, as `find` does."""
    selection = search.select(home, ids, documents=documents)
    if selection.problems:
        search.log_problems(selection.problems)
    return selection
