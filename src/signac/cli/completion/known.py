"""What is known of the jobs of a project: their keys, values and ids, from the index.

perf: this goes past the handles of projects and jobs, whose modules take 15 ms to import.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from signac._analysis.order import name_key, sort_distinct
from signac._engine import search
from signac._engine.home import Home
from signac._engine.locate import find_project
from signac._query.ast import EVERYTHING
from signac._query.parse import parse_filter
from signac._query.tokens import parse_words
from signac.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from signac._engine.selection import Selection
    from signac._query.ast import Namespace, Query

__all__ = ["Known"]

#: Documents of so many jobs are looked at while a person waits.
_MOST_DOCUMENTS: Final = 20_000
#: perf: to sort all values of a large project takes 10 ms.
_MOST_SORTED: Final = 1_000

_SETTINGS: Final = ("durability", "schema_version")


class Known:
    """The jobs of the project of the current directory.

    Raises
    ------
    ProjectNotFoundError
        When there is none.
    """

    def __init__(self) -> None:
        self._path = find_project(os.path.abspath(os.curdir), named=False)
        self._home = Home(self._path)

    def settings(self) -> list[str]:
        """Return the keys of the configuration, dotted, and those that the library reads."""
        from signac._config.load import load_config

        return sorted({*_SETTINGS, *_dotted(load_config(self._path))})

    def ids(self, start: str) -> list[str]:
        """Return the ids that begin like this."""
        return [job_id for job_id in self._home.list_ids() if job_id.startswith(start)]

    def statepoint(self, job_id: str) -> str:
        """Return the state point of a job as it is in its file; nothing if it cannot be read."""
        return (self._home.peek(job_id) or b"").decode(errors="replace")

    def paths(self, namespace: Namespace) -> list[tuple[str, ...]]:
        """Return the keys of all state points, or of all documents."""
        return sorted(self._find(documents=namespace == "doc").keys(namespace))

    def are_few(self) -> bool:
        """Tell whether the documents can be looked at without need."""
        return len(self._find()) <= _MOST_DOCUMENTS

    def values(self, name: str, words: Sequence[str] = ()) -> list[Any]:
        """Return the distinct values of a key among the jobs that a filter finds.

        Many are in no order.

        Parameters
        ----------
        name : str
            The key.
        words : sequence of str
            The words of the filter; one that is faulty counts as none.
        """
        key = name_key(name)
        selection = self._find(words, documents=key.namespace == "doc")
        values = [value for value, _ in selection.tally(key)]
        return values if len(values) > _MOST_SORTED else sort_distinct(values)

    def _find(self, words: Sequence[str] = (), *, documents: bool = False) -> Selection:
        query: Query = EVERYTHING
        if words:
            try:
                query = parse_filter(dict(parse_words(words)))
            except QueryError:
                pass
        return search.find(self._home, query, documents=documents)


def _dotted(config: Mapping[str, Any], start: str = "") -> Iterator[str]:
    for key, value in config.items():
        if isinstance(value, Mapping):
            yield from _dotted(value, f"{start}{key}.")
        else:
            yield f"{start}{key}"
