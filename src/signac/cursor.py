"""The jobs that a search found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from signac._engine import search
from signac._engine.jobstate import home_of
from signac._query.parse import parse_filter
from signac.errors import InvalidInputError, QueryError
from signac.job import Job

__all__ = ["JobsCursor"]


class JobsCursor:
    """The jobs of a project that match a filter, settled when first looked at.

    It can be iterated again and again, has a length, and takes an index or a slice. Search again
    to see jobs that were added since.

    Parameters
    ----------
    project : Project
        Where to search.
    filter : mapping or iterable of pairs, optional
        What to search for; everything when empty. See `Project.find_jobs`.

    Examples
    --------
    >>> import signac
    >>> with signac.TemporaryProject() as project:
    ...     jobs = project.create_jobs({"a": i} for i in range(3))
    ...     found = project.find_jobs({"a": 1})
    ...     print(len(found), found[0].sp.a)
    1 1
    """

    def __init__(self, project: Any, filter: Any = None) -> None:  # noqa: A002
        self._project = project
        self._filter = _normalise(filter)
        self._found: list[str] | None = None
        self._found_set: set[str] | None = None

    @property
    def _ids(self) -> list[str]:
        if self._found is None:
            query = None if self._filter is None else parse_filter(self._filter)
            self._found = search.find_ids(home_of(self._project), query)
        return self._found

    @property
    def _id_set(self) -> set[str]:
        if self._found_set is None:
            self._found_set = set(self._ids)
        return self._found_set

    def __len__(self) -> int:
        if self._filter is None:
            return len(self._project)
        return len(self._ids)

    def __contains__(self, job: Any) -> bool:
        if self._filter is None:
            return job in self._project
        return job.id in self._id_set

    def __iter__(self) -> Iterator[Job]:
        for job_id in self._ids:
            yield self._open(job_id)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            return _Slice(self, key)
        if isinstance(key, int) and not isinstance(key, bool):
            return self._open(self._ids[key])
        raise TypeError(f"a cursor takes an index or a slice, not {type(key).__name__}")

    def __eq__(self, other: Any) -> bool:
        return bool(self._project == other._project and self._filter == other._filter)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{type(self).__name__}(project={self._project!r}, filter={self._filter!r})"

    def _open(self, job_id: str) -> Job:
        job: Job = self._project._open_known(job_id)
        return job


class _Slice:
    """Some jobs of a cursor, in one pass or many."""

    def __init__(self, cursor: JobsCursor, key: slice) -> None:
        self._cursor = cursor
        self._key = key
        self._iterator: Iterator[Job] | None = None

    def __iter__(self) -> Iterator[Job]:
        self._iterator = self._jobs()
        return self

    def __next__(self) -> Job:
        if self._iterator is None:
            self._iterator = self._jobs()
        return next(self._iterator)

    def __contains__(self, job: Any) -> bool:
        return job.id in self._cursor._ids[self._key]

    def _jobs(self) -> Iterator[Job]:
        for job_id in self._cursor._ids[self._key]:
            yield self._cursor._open(job_id)


def _normalise(filter_: Any) -> dict[str, Any] | None:
    """Return a filter as a dict, None for one that matches everything."""
    if not isinstance(filter_, (Mapping, Iterable, type(None))) and filter_:
        raise InvalidInputError(f"filter: {filter_!r} is not a mapping of keys to values")
    if not filter_:
        return None
    if isinstance(filter_, str):
        raise QueryError(
            "filter: text is not supported by this version; give a mapping such as {'a': 1}"
        )
    if isinstance(filter_, Mapping):
        return filter_() if callable(filter_) else dict(filter_)
    try:
        return dict(filter_)
    except (TypeError, ValueError):
        raise InvalidInputError(
            f"filter: {filter_!r} is not a mapping, nor a sequence of pairs of key and value"
        ) from None
