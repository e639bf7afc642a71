"""What a search says about all its jobs together: numbers, groups and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signac._analysis import aggregate, groupby, rows
from signac._analysis.order import name_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from signac._engine.selection import Selection
    from signac._query.ast import Key
    from signac.job import Job

__all__ = ["Summary"]


class Summary:
    """Questions about the jobs of a search, answered without opening them.

    A base class, so that the class of searches itself is about being a collection of jobs.
    """

    _steps: tuple[tuple[str, Any], ...]

    @property
    def _ids(self) -> list[str]:
        raise NotImplementedError  # the class of searches has it

    def _select(self, *keys: Key) -> Selection:
        """Return the settled jobs; those that cannot be read for these keys are left out."""
        raise NotImplementedError  # the class of searches has it

    def _find(self, *keys: Key) -> Selection:
        """Search again, and leave out as `_select` does."""
        raise NotImplementedError  # the class of searches has it

    def _opener(self) -> Callable[..., Job]:
        """Return a function from an id, and perhaps a place in the index, to the job."""
        raise NotImplementedError  # the class of searches has it

    def __iter__(self) -> Iterator[Job]:
        raise NotImplementedError  # the class of searches has it

    def _ask(self, key: str) -> tuple[Selection, Key]:
        named = name_key(key)
        return self._select(named), named

    def distinct(self, key: str) -> list[Any]:
        """Return the values that a key has, sorted, each once; ``1``, ``1.0`` and ``True`` differ.

        Keys are dotted: ``a.b`` of the state point, ``doc.x`` of the document. Values of unlike
        types are sorted by type. A mapping is no value, but its keys have some.

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project:
        ...     jobs = project.create_jobs(signac.grid(T=[1.2, 0.9], seed=range(3)))
        ...     print(project.find_jobs().distinct("T"))
        [0.9, 1.2]
        """
        return aggregate.distinct(*self._ask(key))

    def min(self, key: str) -> float | None:
        """Return the smallest number that a key has, ``None`` if it has none.

        Jobs that lack the key are left out, and so is what is no number: booleans, NaN, text.

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project:
        ...     jobs = project.create_jobs(signac.grid(T=[1.2, 0.9], seed=range(3)))
        ...     found = project.find_jobs()
        ...     print(found.min("T"), found.max("T"), found.sum("seed"), found.mean("seed"))
        0.9 1.2 6 1.0
        """
        return aggregate.least(*self._ask(key))

    def max(self, key: str) -> float | None:
        """Return the largest number that a key has, ``None`` if it has none; see `min`."""
        return aggregate.greatest(*self._ask(key))

    def mean(self, key: str) -> float | None:
        """Return the mean of the numbers that a key has, ``None`` if it has none; see `min`."""
        return aggregate.average(*self._ask(key))

    def sum(self, key: str) -> float:
        """Return the sum of the numbers that a key has, 0 if it has none; see `min`."""
        return aggregate.add_up(*self._ask(key))

    def count_by(self, *keys: str) -> dict[Any, int]:
        """Return how many jobs have each value of a key, or each tuple of values of several.

        The counts are in the order of the values. Jobs that lack a key are left out; lists appear
        as tuples.

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project:
        ...     for job in project.create_jobs(signac.grid(T=[0.9, 1.2], seed=range(3))):
        ...         job.doc.state = "done" if job.sp.seed else "failed"
        ...     print(project.find_jobs().count_by("doc.state"))
        ...     print(project.find_jobs({"T": 0.9}).count_by("T", "doc.state"))
        {'done': 4, 'failed': 2}
        {(0.9, 'done'): 2, (0.9, 'failed'): 1}
        """
        named = [name_key(key) for key in keys]
        return aggregate.count_by(self._select(*named), named)

    def groupby(self, key: Any = None, default: Any = None) -> Iterator[tuple[Any, Iterator[Job]]]:
        """Yield each value of a key with the jobs that have it, in the order of the values.

        As with `itertools.groupby`, going on to the next group ends the one before it: make a list
        of the jobs first if you need them later.

        Parameters
        ----------
        key : str, iterable of str or callable, optional
            A dotted key: ``a.b`` of the state point, ``doc.x`` of the document. Several keys make
            tuples of values, those of state points first. A function is given each job. Without a
            key, each job is a group of its own, under its id.
        default : object, optional
            What stands for missing values; without it, jobs that lack a key are left out.

        Raises
        ------
        TypeError
            When two of the values cannot be compared.

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project:
        ...     jobs = project.create_jobs(signac.grid(T=[0.9, 1.2], seed=range(3)))
        ...     for temperature, group in project.groupby("T"):
        ...         print(temperature, sorted(job.sp.seed for job in group))
        0.9 [0, 1, 2]
        1.2 [0, 1, 2]
        """
        if key is None or callable(key):
            if default is not None:
                import warnings

                warnings.warn(
                    "groupby: the default is only for keys, it is ignored",
                    UserWarning,
                    stacklevel=2,
                )
            yield from self._group_by_call(key)
            return
        names = _names_of(key)
        # peer: values of state points come first, in whatever order the keys are written.
        named = sorted(map(name_key, names), key=lambda named: named.namespace != "sp")
        # peer: groups are searched anew, even if the jobs of this search are settled.
        selection = self._select(*named) if self._steps else self._find(*named)
        yield from groupby.group_by_keys(
            selection,
            named,
            default,
            self._opener(),
            single=isinstance(key, str),
            name=" and ".join(map(repr, names)),
        )

    def _group_by_call(self, key: Any) -> Iterator[tuple[Any, Iterator[Job]]]:
        if key is None:
            ids = self._ids
            grouped = groupby.group_items(ids, ids, "the id")
            return ((label, map(self._opener(), group)) for label, group in grouped)
        jobs = list(self)
        return groupby.group_items([key(job) for job in jobs], jobs, "the function")

    def to_dataframe(
        self,
        sp_prefix: str = "sp.",
        doc_prefix: str = "doc.",
        usecols: Any = None,
        flatten: bool = False,
    ) -> Any:
        """Return a ``pandas.DataFrame`` with a row for each job and a column for each key.

        Its index are the ids. Columns are in the order in which they are first seen, missing
        values are NaN. Documents are read only if a column may come from them.

        Parameters
        ----------
        sp_prefix, doc_prefix : str, optional
            What the names of columns begin with.
        usecols : iterable of str or callable, optional
            The names of the columns that are wanted, or a function that is given a name and tells
            whether it is.
        flatten : bool, optional
            Give nested keys columns of their own, with dotted names; lists become tuples.

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project:
        ...     jobs = project.create_jobs(signac.grid({"T": [0.9, 1.2], "box.L": [5, 6]}))
        ...     frame = project.to_dataframe(usecols=["sp.T", "sp.box.L"], flatten=True)
        >>> sorted(frame["sp.T"] * frame["sp.box.L"])
        [4.5, 5.4, 6.0, 7.199999999999999]
        """
        from signac._analysis import frame

        columns = frame.Columns(sp_prefix, doc_prefix, usecols, flatten)
        needed = (rows.ANY_DOCUMENT,) if columns.wants_some("doc") else ()
        return frame.build_frame(self._select(*needed), columns)

    def _repr_html_(self) -> str:
        from signac._analysis import html

        return html.search_html(repr(self), self._jobs_html())

    def _jobs_html(self) -> str:
        from signac._analysis import html

        return html.jobs_html(lambda: len(self._ids), self.to_dataframe, self.__iter__)


def _names_of(key: Any) -> list[str]:
    if isinstance(key, str):
        return [key]
    try:
        return list(key)
    except TypeError:
        raise TypeError(
            f"groupby: a key is a string, several strings or a function, not {type(key).__name__}"
        ) from None
