"""Find jobs by what is in their state points and documents, by way of the index."""

from __future__ import annotations

import logging
import time
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from signac._core.collector import pausing_collector
from signac._core.ids import is_id
from signac._engine.hints import report_unknown
from signac._engine.selection import Selection
from signac._index.answer import Evaluation, matching_rows
from signac._index.pages import DamagedIndexError
from signac._query.ast import EVERYTHING, uses_documents

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from signac._engine.explanation import Explanation
    from signac._engine.home import Home
    from signac._index.catalog import Refreshed
    from signac._index.parts import Part
    from signac._index.views import DocumentView
    from signac._query.ast import Query

__all__ = ["explain", "find", "known_jobs", "log_problems", "select"]

#: peer: damaged jobs are reported by the project.
logger = logging.getLogger("signac.project")

_MOST_SHOWN = 5
_MOST_NAMED = 100
#: Each try drops a damaged file of the index; there are rarely more than a dozen files.
_MOST_TRIES = 1_000
#: One job is looked up by its id in the time that it takes to go through so many.
_FEW = 64


class _Search(NamedTuple):
    """What one pass over the index gave."""

    refreshed: Refreshed
    chunks: list[tuple[Part, Sequence[int]]]
    views: list[DocumentView]
    problems: dict[str, Exception]


class _Project:
    """What selections need of the project that they belong to."""

    __slots__ = ("_home",)

    def __init__(self, home: Home) -> None:
        self._home = home

    def document_views(self, parts: Sequence[Part]) -> list[DocumentView]:
        """Return the documents of parts of the index."""
        return self._home.document_views(parts)

    def find_again(self, ids: list[str]) -> Selection:
        """Return the same jobs from an index that is made anew."""
        with self._home.catalog.locked():
            self._home.catalog.drop_all()
        return select(self._home, ids)


def find(home: Home, query: Query, *, documents: bool = False) -> Selection:
    """Return the jobs that match, in the order of their ids.

    Jobs that vanish meanwhile are left out. So are jobs that cannot be read; all are named in
    one log record, and in ``problems`` of what is returned.

    Parameters
    ----------
    home : Home
        The project.
    query : Query
        The filter.
    documents : bool
        Look at the documents of all that match, now: the selection keeps them as they are, and
        is without the jobs whose document cannot be read.
    """
    search = _search(home, query, documents=documents)
    if search.problems:
        log_problems(search.problems)
    report_unknown(query, search.chunks, search.views, home.told)
    views = search.views if documents else None
    return Selection(
        _Project(home), search.chunks, _order_by_id(search.chunks), search.problems, views
    )


def select(home: Home, ids: Iterable[str], *, documents: bool = False) -> Selection:
    """Return those of some jobs that are there and can be read, in the order given.

    Those that cannot be read are in ``problems`` of what is returned, and not logged. For
    `documents` see `find`.
    """
    ids = list(ids)
    wanted = set(ids)
    search = _search(home, EVERYTHING, documents=documents, among=list(filter(is_id, ids)))
    problems = {key: error for key, error in search.problems.items() if key in wanted}
    views = search.views if documents else None
    order = _order_by_id(search.chunks)
    everything = Selection(_Project(home), search.chunks, order, problems, views)
    known = everything.ids
    if known == ids:
        return everything
    positions = {job_id: i for i, job_id in enumerate(known) if job_id in wanted}
    return everything.subset([positions[job_id] for job_id in ids if job_id in positions])


def known_jobs(home: Home) -> Selection | None:
    """Return all jobs if the index knows them without reading anything, else None."""
    catalog = home.catalog
    with catalog.locked():
        try:
            if not catalog.is_current() or catalog.unread:
                return None
            chunks = [(part, _answer(part, part.removed, EVERYTHING)) for part in catalog.parts]
            return Selection(_Project(home), chunks, _order_by_id(chunks))
        except DamagedIndexError:
            return None


def explain(home: Home, query: Query) -> Explanation:
    """Answer a filter and tell how that was done."""
    from signac._engine.explanation import Explanation

    started = time.perf_counter()
    search = _search(home, query)
    seconds = time.perf_counter() - started
    return Explanation(
        query=repr(query),
        jobs=len(home.catalog),
        found=sum(len(rows) for _, rows in search.chunks),
        listed=search.refreshed.listed,
        statepoints_read=search.refreshed.read,
        documents_examined=sum(view.examined for view in search.views),
        documents_read=sum(view.read for view in search.views),
        segments=len(search.chunks),
        on_disk=home.catalog.is_saved(),
        damaged=sorted(search.problems),
        unknown=report_unknown(query, search.chunks, search.views, home.told),
        seconds=seconds,
    )


def _search(
    home: Home, query: Query, *, documents: bool = False, among: Sequence[str] | None = None
) -> _Search:
    """Answer a filter from the index, again and again until no damaged file is in the way."""
    catalog = home.catalog
    for _ in range(_MOST_TRIES):
        part: Part | None = None
        try:
            with catalog.locked(), pausing_collector():
                refreshed = catalog.refresh()
                problems = dict(catalog.unread)
                # Parts stay as they are, but for what is removed: other threads may search too.
                parts = [(part, part.removed) for part in catalog.parts]
            part = None
            views: list[DocumentView] = []
            if documents or uses_documents(query):
                views = home.document_views([part for part, _ in parts])
            chunks: list[tuple[Part, Sequence[int]]] = []
            with pausing_collector():
                for number, (part, removed) in enumerate(parts):
                    view = views[number] if views else None
                    rows = _answer(part, removed, query, view, among)
                    if documents and view is not None:
                        rows = _with_documents(rows, view)
                    part.hex_ids(())  # from here on ids are known, even if the file is damaged
                    chunks.append((part, rows))
                    if view is not None:
                        problems.update(_damaged(home, part, view))
        except DamagedIndexError:
            with catalog.locked():
                if part is None:
                    catalog.drop_all()
                else:
                    catalog.drop(part)
            continue
        if views:
            with catalog.locked():
                catalog.save_documents()
        return _Search(refreshed, chunks, views, problems)
    raise RuntimeError("the index cannot be read nor made anew; delete .signac/index")


def _answer(
    part: Part,
    removed: frozenset[int],
    query: Query,
    view: DocumentView | None = None,
    among: Sequence[str] | None = None,
) -> Sequence[int]:
    """Return the rows of one part that match, in order."""
    if query == EVERYTHING:
        if among is not None and len(among) * _FEW < part.segment.rows:
            found = (part.row_of(job_id) for job_id in among)
            return sorted({row for row in found if row is not None})
        rows = range(part.segment.rows)
        if among is not None and len(among) < len(rows) - len(removed):
            wanted = set(among)
            ids = part.hex_ids(rows)
            return [row for row in rows if ids[row] in wanted and row not in removed]
        return [row for row in rows if row not in removed] if removed else rows
    evaluation = Evaluation(
        lambda: set(range(part.segment.rows)) - removed,
        partial(matching_rows, part.segment),
        view.match if view is not None else _no_documents,
    )
    matching = evaluation.rows(query) - removed
    if view is not None and view.damaged:
        matching -= view.damaged.keys()
    answer = sorted(matching)
    if answer and answer[-1] >= part.segment.rows:
        raise DamagedIndexError("a column names rows that are not there")
    return answer


def _with_documents(rows: Sequence[int], view: DocumentView) -> Sequence[int]:
    """Look at the documents of rows, and leave out those that cannot be read."""
    view.ensure(set(rows))
    if not view.damaged:
        return rows
    return [row for row in rows if row not in view.damaged]


def _no_documents(test: Any, rows: set[int]) -> set[int]:
    raise AssertionError(f"{test} was not announced")


def _damaged(home: Home, part: Part, view: DocumentView) -> dict[str, Exception]:
    """Return the jobs whose document cannot be read, without those that vanished."""
    ids = part.hex_ids(view.damaged)
    errors = zip(ids, view.damaged.values(), strict=True)
    return {job_id: error for job_id, error in errors if home.has_job(job_id)}


def _order_by_id(chunks: Sequence[tuple[Part, Sequence[int]]]) -> list[int] | None:
    """Return the order of all rows by id, None if they are in that order."""
    filled = [(part, rows) for part, rows in chunks if len(rows)]
    ends = [(part.hex_ids(rows[:1]), part.hex_ids(rows[-1:])) for part, rows in filled]
    if all(before[1] < after[0] for before, after in pairwise(ends)):
        return None
    ids = [job_id for part, rows in chunks for job_id in part.hex_ids(rows)]
    return sorted(range(len(ids)), key=ids.__getitem__)


def log_problems(problems: dict[str, Exception]) -> None:
    """Name all damaged jobs in one record, with what is wrong with the first few."""
    shown = [f"{job_id} ({error})" for job_id, error in list(problems.items())[:_MOST_SHOWN]]
    shown += list(problems)[_MOST_SHOWN:_MOST_NAMED]
    if len(problems) > _MOST_NAMED:
        shown.append(f"and {len(problems) - _MOST_NAMED} more")
    logger.error("%d damaged jobs are left out of the search: %s", len(problems), "; ".join(shown))
