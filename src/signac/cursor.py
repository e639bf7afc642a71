"""The jobs that a search found."""

from __future__ import annotations

import time
from functools import partial
from itertools import repeat
from operator import index
from typing import TYPE_CHECKING, Any, TypeVar

from signac._analysis import rows
from signac._analysis.order import arrange, name_key
from signac._core.ids import require_id
from signac._engine import search
from signac._engine.jobstate import home_of
from signac._query.ast import EVERYTHING
from signac._query.normalize import normalize
from signac._query.parse import parse_filter
from signac._summary import Summary
from signac.errors import InvalidInputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from signac._engine.explanation import Explanation
    from signac._engine.selection import Selection
    from signac._query.ast import Key, Query
    from signac.job import Job

__all__ = ["JobsCursor"]

C = TypeVar("C", bound="JobsCursor")


class JobsCursor(Summary):
    """The jobs of a project that match a filter, settled when first looked at.

    It can be iterated again and again, has a length, and takes an index or a slice. Search again
    to see jobs that were added since.

    Parameters
    ----------
    project : Project
        Where to search.
    filter : mapping, iterable of pairs or str, optional
        What to search for; everything when empty. See `Project.find_jobs`.
    strict : bool, optional
        Raise when jobs cannot be read, instead of leaving them out.

    Examples
    --------
    >>> import signac
    >>> with signac.TemporaryProject() as project:
    ...     jobs = project.create_jobs({"a": i} for i in range(3))
    ...     found = project.find_jobs({"a": 1})
    ...     print(len(found), found[0].sp.a)
    1 1
    """

    def __init__(self, project: Any, filter: Any = None, *, strict: bool = False) -> None:  # noqa: A002
        self._project = project
        self._filter = normalize(filter)
        self._strict = strict
        self._steps = ()
        self._forget()

    def _forget(self) -> None:
        self._found: list[str] | None = None
        self._since: float | None = None
        self._found_set: set[str] | None = None
        self._selection: Selection | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_selection"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for job_id in state.get("_found") or ():
            require_id(job_id)
        self.__dict__.update(state)
        self._selection = None

    @property
    def _ids(self) -> list[str]:
        if self._found is None:
            self._settle()
        assert self._found is not None
        return self._found

    @property
    def _id_set(self) -> set[str]:
        if self._found_set is None:
            self._found_set = set(self._ids)
        return self._found_set

    def _query(self) -> Query:
        return EVERYTHING if self._filter is None else parse_filter(self._filter)

    def _settle(self) -> None:
        """Decide once for all which jobs there are."""
        self._since = time.time()
        home = home_of(self._project)
        sorts = any(name == "sort" for name, _ in self._steps)
        if self._filter is not None or self._strict or sorts:
            self._selection = self._find()
            self._found = self._selection.ids
            return
        # Jobs that cannot be read are jobs, as long as nobody asks for their keys.
        known = search.known_jobs(home)
        ids = home.list_ids() if known is None else known.ids
        if self._steps:
            ids = ids[: min(number for _, number in self._steps)]
            known = None
        self._found = ids
        self._selection = known

    def _find(self, *keys: Key) -> Selection:
        by_sorting = {key for name, order in self._steps if name == "sort" for key, _ in order}
        documents = any(key.namespace == "doc" for key in by_sorting.union(keys))
        found = rows.find(home_of(self._project), self._query(), documents=documents)
        if self._strict:
            found.require_sound()
        if not self._steps:
            return found
        columns = {key: found.values(key) for key in by_sorting}
        positions = list(range(len(found)))
        for name, argument in self._steps:
            if name == "limit":
                del positions[argument:]
                continue
            for key, descending in reversed(argument):
                positions = arrange(columns[key], positions, descending=descending)
        return found.subset(positions)

    def _select(self, *keys: Key) -> Selection:
        ids = self._ids
        documents = any(key.namespace == "doc" for key in keys)
        # State points are settled with the ids; documents are as they are now.
        if documents or self._selection is None:
            found = rows.select(home_of(self._project), ids, documents=documents)
            if self._strict:
                found.require_sound()
            if documents:
                return found
            self._selection = found
        return self._selection

    def __len__(self) -> int:
        if self._is_whole():
            return len(self._project)
        return len(self._ids)

    def __contains__(self, job: Any) -> bool:
        if self._is_whole():
            return job in self._project
        return job.id in self._id_set

    def _is_whole(self) -> bool:
        """Tell whether this is about all jobs; then length and membership are of this moment."""
        return self._filter is None and not self._steps and not self._strict

    def __iter__(self) -> Iterator[Job]:
        ids = self._ids
        selection = self._selection
        places: Iterable[Any] = repeat(None)
        if selection is not None and selection.ids == ids:
            places = selection.places()
        return map(self._opener(), ids, places)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            return _Slice(self, key)
        return self._open(self._ids[key])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, JobsCursor):
            return NotImplemented
        return (
            bool(self._project == other._project)
            and self._filter == other._filter
            and self._steps == other._steps
            and self._strict == other._strict
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        strict = ", strict=True" if self._strict else ""
        steps = "".join(_show_step(*step) for step in self._steps)
        return (
            f"{type(self).__name__}(project={self._project!r}, filter={self._filter!r}{strict})"
            f"{steps}"
        )

    def _opener(self) -> Callable[..., Job]:
        return partial(self._project._open_known, since=self._since)

    def _open(self, job_id: str) -> Job:
        return self._opener()(job_id)

    def _derive(self: C, *steps: tuple[str, Any]) -> C:
        derived = object.__new__(type(self))
        derived.__dict__.update(self.__dict__)
        derived._steps = (*self._steps, *steps)
        derived._forget()
        return derived

    def sort(self: C, *keys: str) -> C:
        """Return a cursor for the same jobs in another order.

        Parameters
        ----------
        *keys : str
            Dotted keys: ``a.b`` of the state point, ``doc.x`` of the document; ``-a`` sorts the
            largest first. Later keys decide where earlier ones are equal.

        Returns
        -------
        JobsCursor
            Jobs that lack a key come last. Values of unlike types are sorted by type: null,
            numbers, strings, lists, mappings.

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project:
        ...     jobs = project.create_jobs(signac.grid(T=[0.9, 1.2], seed=range(3)))
        ...     for job in project.find_jobs().sort("-T", "seed").limit(2):
        ...         print(job.sp)
        {'T': 1.2, 'seed': 0}
        {'T': 1.2, 'seed': 1}
        """
        if not keys:
            return self._derive()
        return self._derive(("sort", tuple(map(_parse_sort_key, keys))))

    def limit(self: C, number: int) -> C:
        """Return a cursor for the first jobs only, at most so many.

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project:
        ...     jobs = project.create_jobs({"a": i} for i in range(9))
        ...     print(len(project.find_jobs("a > 2").limit(4)))
        4
        """
        number = index(number)
        if number < 0:
            raise InvalidInputError(f"limit: {number} is negative; give the number of jobs")
        return self._derive(("limit", number))

    def count(self) -> int:
        """Return how many jobs there are, from the first look on the same number.

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project:
        ...     jobs = project.create_jobs({"a": i} for i in range(9))
        ...     print(project.find_jobs("a > 2").count())
        6
        """
        return len(self._ids)

    def first(self) -> Job | None:
        """Return the first job, ``None`` if there is none.

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project:
        ...     jobs = project.create_jobs({"a": i} for i in range(9))
        ...     print(project.find_jobs().sort("-a").first().sp.a)
        8
        """
        return self._open(self._ids[0]) if self._ids else None

    def one(self) -> Job:
        """Return the only job.

        Raises
        ------
        NotFoundError
            When there is none, or more than one (a ``LookupError``).

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project:
        ...     jobs = project.create_jobs({"a": i} for i in range(9))
        ...     print(project.find_jobs({"a": 3}).one() == jobs[3])
        True
        """
        ids = self._ids
        if len(ids) == 1:
            return self._open(ids[0])
        number = f"{len(ids)} jobs match" if ids else "no job matches (0)"
        raise NotFoundError(f"there is not exactly one job: {number} {self!r}")

    def explain(self) -> Explanation:
        """Answer the filter, and tell how that was done; ``print`` what is returned.

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project:
        ...     jobs = project.create_jobs({"a": i} for i in range(9))
        ...     print(project.find_jobs("a > 2").explain().found)
        6
        """
        return search.explain(home_of(self._project), self._query())

    def export_to(
        self,
        target: Any,
        path: Any = None,
        copytree: Callable[[str, str], object] | None = None,
        *,
        manifest: bool = False,
        progress: bool | None = None,
    ) -> dict[str, str]:
        """Export these jobs to a directory or an archive; see `Project.export_to`.

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project:
        ...     jobs = project.create_jobs({"a": i} for i in range(3))
        ...     print(len(project.find_jobs("a > 0").export_to(project.fn("some"))))
        2
        """
        from signac._transfer.exports.run import export

        found = export(self, target, path, copytree, manifest=manifest, progress=progress)
        return dict(found)


class _Slice:
    """Some jobs of a cursor: `next` goes through them once, and each iteration begins anew."""

    def __init__(self, cursor: JobsCursor, key: slice) -> None:
        self._ids = cursor._ids[key]
        self._cursor = cursor
        self._iterator: Iterator[Job] | None = None

    def __iter__(self) -> Iterator[Job]:
        return map(self._cursor._open, self._ids)

    def __next__(self) -> Job:
        if self._iterator is None:
            self._iterator = iter(self)
        return next(self._iterator)

    def __contains__(self, job: Any) -> bool:
        return job.id in self._ids


def _parse_sort_key(text: Any) -> tuple[Key, bool]:
    descending = isinstance(text, str) and text.startswith("-")
    return name_key(text[1:] if descending else text), descending


def _show_step(name: str, argument: Any) -> str:
    if name == "limit":
        return f".limit({argument})"
    keys = (f"-{key}" if descending else str(key) for key, descending in argument)
    return f".sort({', '.join(map(repr, keys))})"
