"""The questions that a project answers about its jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signac._analysis import rows
from signac._engine.jobstate import home_of
from signac._query.ast import EVERYTHING
from signac.cursor import JobsCursor

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from signac._analysis.neighbors import Neighbors
    from signac._analysis.schema import ProjectSchema
    from signac.job import Job

__all__ = ["Searching"]


class Searching:
    """Searches, groups, tables, schema and neighbors: what looks at many jobs and changes none.

    A base class, so that the class of projects is not too long to be read.
    """

    @property
    def path(self) -> str:
        """The absolute path of the project directory."""
        raise NotImplementedError  # the class of projects has it

    @property
    def workspace(self) -> str:
        """The absolute path of the directory that holds the job directories."""
        raise NotImplementedError  # the class of projects has it

    def __len__(self) -> int:
        raise NotImplementedError  # the class of projects has it

    def find_jobs(self, filter: Any = None, *, strict: bool = False) -> JobsCursor:  # noqa: A002
        """Search for jobs by their state points and documents.

        Parameters
        ----------
        filter : mapping, iterable of pairs or str, optional
            Keys and the values they must have. Keys may be nested, or dotted; ``doc.x`` is the
            key ``x`` of the document, ``sp.x`` and ``x`` that of the state point. Operators are
            keys too: ``{"a": {"$lt": 3}}``. Text is an expression, ``"a < 3 and doc.x"``, or words
            as on the command line, ``"a 3 doc.x"``. Without a filter all jobs are found.
        strict : bool, optional
            Raise `JobsCorruptedError` when jobs cannot be read, which are otherwise left out and
            named in the log.

        Returns
        -------
        JobsCursor
            The jobs, sorted by id. The search is done when they are first looked at; then it
            raises `QueryError` for a faulty filter.

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project:
        ...     for job in project.create_jobs(signac.grid(a=[0, 1], b=[0, 1])):
        ...         job.doc.sum = job.sp.a + job.sp.b
        ...     print(len(project.find_jobs({"a": 0})), len(project.find_jobs("doc.sum >= 1")))
        2 3
        """
        return JobsCursor(self, filter, strict=strict)

    def __iter__(self) -> Iterator[Job]:
        return iter(self.find_jobs())

    def groupby(
        self, key: Any = None, default: Any = None, *, strict: bool = False
    ) -> Iterator[tuple[Any, Iterator[Job]]]:
        """Yield each value of a key with the jobs that have it; see `JobsCursor.groupby`.

        With `strict`, damaged jobs raise, as in `find_jobs`.
        """
        return self.find_jobs(strict=strict).groupby(key, default=default)

    def to_dataframe(self, *args: Any, strict: bool = False, **kwargs: Any) -> Any:
        """Return a ``pandas.DataFrame`` with a row for each job; see `JobsCursor.to_dataframe`.

        With `strict`, damaged jobs raise, as in `find_jobs`.
        """
        return self.find_jobs(strict=strict).to_dataframe(*args, **kwargs)

    def detect_schema(
        self,
        exclude_const: bool = False,
        subset: Iterable[Any] | None = None,
        *,
        strict: bool = False,
    ) -> ProjectSchema:
        """Return the keys that the state points have, with their values.

        Parameters
        ----------
        exclude_const : bool, optional
            Leave out keys that have one value, the same in all jobs.
        subset : iterable of Job or str, optional
            Look at these jobs only, or at those with these ids.
        strict : bool, optional
            Raise `JobsCorruptedError` when jobs cannot be read, which are otherwise left out and
            named in the log.

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project:
        ...     jobs = project.create_jobs(signac.grid(T=[0.9, 1.2], model=["spc"], seed=range(9)))
        ...     print(project.detect_schema(exclude_const=True))
        {
         'T': 'float([0.9, 1.2], 2)',
         'seed': 'int([0, 1, 2, ..., 7, 8], 9)',
        }
        """
        from signac._analysis.schema import detect_schema

        home = home_of(self)
        if subset is None:
            selection = rows.find(home, EVERYTHING)
        else:
            selection = rows.select(home, _ids_of(subset))
        if strict:
            selection.require_sound()
        return detect_schema(selection, exclude_const=exclude_const)

    def get_neighbors(self, ignore: str | Iterable[str] = (), *, strict: bool = False) -> Neighbors:
        """Return for each job and key the jobs that differ in this key only, and least.

        Parameters
        ----------
        ignore : str or iterable of str, optional
            Dotted keys that are taken as if no job had them, because they change together with
            another.
        strict : bool, optional
            Raise `JobsCorruptedError` when jobs cannot be read, which are otherwise left out and
            named in the log.

        Returns
        -------
        dict
            From id to dotted key to value to the id of the neighbor: that with the next lower
            value and that with the next higher one, as far as there are such jobs. Only keys with
            more than one value are considered. Values of unlike types are sorted by the name of
            the type; lists appear as tuples.

        Raises
        ------
        InvalidInputError
            When jobs do not differ but for the ignored keys (a ``ValueError``).

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project:
        ...     jobs = project.create_jobs({"T": T, "seed": 7} for T in (0.9, 1.0, 1.2))
        ...     neighbors = project.get_neighbors()[jobs[1].id]
        ...     print(neighbors == {"T": {0.9: jobs[0].id, 1.2: jobs[2].id}})
        True
        """
        from signac._analysis.neighbors import find_neighbors

        selection = rows.find(home_of(self), EVERYTHING)
        if strict:
            selection.require_sound()
        return find_neighbors(selection, ignore)

    def _repr_html_(self) -> str:
        from signac._analysis import html

        jobs = self.find_jobs()._jobs_html()
        return html.project_html(self.path, self.workspace, self.__len__, home_of(self), jobs)


def _ids_of(subset: Iterable[Any]) -> Iterable[str]:
    """Return the ids of jobs, each once; what is neither job nor id is left out."""
    if isinstance(subset, JobsCursor):
        return subset._ids
    ids = (item if isinstance(item, str) else getattr(item, "id", None) for item in subset)
    return dict.fromkeys(job_id for job_id in ids if isinstance(job_id, str))
