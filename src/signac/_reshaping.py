"""Changes of the schema of a project: keys of many state points as one operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signac._engine.jobstate import home_of
from signac._query.ast import EVERYTHING
from signac._query.normalize import normalize
from signac._query.parse import parse_filter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from signac._bulk.outcome import ChangeRecord, ChangeResult
    from signac._bulk.plan import ChangePlan

__all__ = ["Reshaping"]


class Reshaping:
    """Plan, make and undo changes of many state points.

    A base class, so that the class of projects is not too long to be read.
    """

    def plan_change(
        self,
        filter: Any = None,  # noqa: A002
        *,
        add: Mapping[str, Any] | None = None,
        rename: Mapping[str, str] | None = None,
        remove: Iterable[str] | str = (),
        compute: Callable[[dict[str, Any]], Any]
        | Mapping[str, Callable[[dict[str, Any]], Any]]
        | None = None,
        progress: bool | None = None,
    ) -> ChangePlan:
        """Return what a change of keys would do to many jobs; nothing is changed yet.

        Keys are removed first, then renamed, then added, then computed. Nested keys are written
        ``"a.b"``.

        Parameters
        ----------
        filter : mapping or str, optional
            The jobs, as in `find_jobs`; all of them by default.
        add : mapping, optional
            Keys and the values that they get where they are missing.
        rename : mapping, optional
            From old keys to new ones, where the old one is there; ``{"a": "b", "b": "a"}`` swaps.
        remove : iterable of str, optional
            Keys that go, where they are there.
        compute : callable or mapping, optional
            A function from a state point, a plain dictionary, to a new one; or from keys to
            functions that get the state point and return the value of the key.
        progress : bool, optional
            Show a progress bar; by default on a terminal, for what takes over half a second.

        Returns
        -------
        ChangePlan
            ``.steps``, ``.collisions``, ``.problems`` and ``.unchanged``; printed, a table. Its
            ``apply()`` makes the change.

        Raises
        ------
        InvalidInputError
            When the change says nothing, or contradicts itself.

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project:
        ...     jobs = project.create_jobs({"T": T, "seed": 1} for T in (280, 300))
        ...     plan = project.plan_change(
        ...         rename={"T": "temperature"}, compute={"beta": lambda sp: 1 / sp["temperature"]}
        ...     )
        ...     print(len(plan.steps), len(plan.collisions))
        ...     result = plan.apply()
        ...     print(sorted(project.detect_schema()))
        2 0
        ['beta', 'seed', 'temperature']
        """
        from signac._bulk.plan import plan_change
        from signac._bulk.reshape import parse_change

        wanted = normalize(filter)
        query = EVERYTHING if wanted is None else parse_filter(wanted)
        change = parse_change(add, rename, remove, compute)
        return plan_change(home_of(self), query, change, progress)

    def resume_changes(self, *, progress: bool | None = None) -> list[ChangeResult]:
        """Complete changes that were interrupted, and try again what has failed in them.

        Returns
        -------
        list of ChangeResult
            One for each change that was unfinished, the oldest first.

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project:
        ...     project.resume_changes()
        []
        """
        from signac._bulk.apply import resume_changes

        return resume_changes(home_of(self), progress)

    def undo_change(self, name: str | None = None, *, progress: bool | None = None) -> ChangeResult:
        """Give the jobs of a change their old state points back.

        Jobs that were changed or removed since, and those whose old state point another job has
        now, are left as they are.

        Parameters
        ----------
        name : str, optional
            The change, see `list_changes`; the last one that is not undone by default. The name of
            an undo makes the change again.
        progress : bool, optional
            Show a progress bar; by default on a terminal, for what takes over half a second.

        Returns
        -------
        ChangeResult
            ``.changed``, and ``.failed`` with the jobs that were left, and why.

        Raises
        ------
        NotFoundError
            When there is nothing to undo.
        ChangeRefusedError
            When another change is unfinished.

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project:
        ...     job = project.open_job({"a": 0}).init()
        ...     result = project.plan_change(rename={"a": "b"}).apply()
        ...     result = project.undo_change()
        ...     print(len(result.changed), job in project)
        1 True
        """
        from signac._bulk.apply import undo_change

        return undo_change(home_of(self), name, progress)

    def list_changes(self) -> list[ChangeRecord]:
        """Return all changes that were made by plans, the oldest first.

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project:
        ...     job = project.open_job({"a": 0}).init()
        ...     result = project.plan_change(add={"b": 1}).apply()
        ...     for record in project.list_changes():
        ...         print(record.name, record.kind, record.state, record.jobs)
        0001 change applied 1
        """
        from signac._bulk.apply import list_changes

        return list_changes(home_of(self))

    def find_new_id(self, old_id: str) -> str:
        """Return the id that a job has now, from an id that it had before changes by plans.

        Parameters
        ----------
        old_id : str
            The whole id. If it was used for one job after the other, the first one counts.

        Raises
        ------
        JobNotFoundError
            When the job is not there any more, or there was none (a ``KeyError``).

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project:
        ...     job = project.open_job({"a": 0}).init()
        ...     result = project.plan_change(add={"b": 1}).apply()
        ...     print(project.open_job(id=project.find_new_id(job.id)).sp)
        {'a': 0, 'b': 1}
        """
        from signac._bulk.apply import find_new_id

        return find_new_id(home_of(self), old_id)
