"""What a project tells of its health, and how it is repaired."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signac._engine.jobstate import home_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from signac._upkeep.plan import RepairPlan
    from signac._upkeep.report import CheckReport, Level

__all__ = ["Mending"]


class Mending:
    """Check and repair: a base class, so that the class of projects is not too long to be read."""

    def find_problems(
        self, *, level: Level = "fast", progress: bool | None = None, resume: bool = False
    ) -> CheckReport:
        """Return everything that is wrong in the project, as data; change nothing.

        Parameters
        ----------
        level : {"fast", "full"}, optional
            ``fast`` reads every state point and document and the head of every HDF5 file;
            ``full`` reads HDF5 files through, and compares index and cache entry by entry.
        progress : bool, optional
            Show a progress bar; by default on a terminal, for what takes over half a second.
        resume : bool, optional
            Go on where a check of this level was interrupted.

        Returns
        -------
        CheckReport
            A sequence of problems, each with kind, job, path, message and severity; empty for a
            sound project.

        Examples
        --------
        >>> import os, signac
        >>> with signac.TemporaryProject() as project:
        ...     job = project.open_job({"a": 0}).init()
        ...     os.remove(job.fn(job.FN_STATE_POINT))
        ...     for problem in project.find_problems():
        ...         print(problem.kind, problem.job == job.id)
        statepoint-missing True
        """
        from signac._upkeep.check import find_problems

        return find_problems(home_of(self), level, progress=progress, resume=resume)

    def check(
        self, *, level: Level = "fast", progress: bool | None = None, resume: bool = False
    ) -> None:
        """Raise if anything in the project is damaged, naming all of it.

        What costs nothing yet, such as files that an interrupted program left, is logged. For the
        parameters see `find_problems`.

        Raises
        ------
        JobsCorruptedError
            ``.job_ids`` has the damaged jobs (none if only the project itself is damaged),
            ``.problems`` what is wrong with each, ``.report`` everything that was found.

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project:
        ...     job = project.open_job({"a": 0}).init()
        ...     project.check()
        """
        from signac._upkeep.check import raise_errors

        raise_errors(self.find_problems(level=level, progress=progress, resume=resume))

    def plan_repair(
        self,
        job_ids: Iterable[str] | None = None,
        *,
        set_aside: bool = False,
        progress: bool | None = None,
    ) -> RepairPlan:
        """Return what `repair` would do, as data; change nothing.

        Parameters
        ----------
        job_ids : iterable of str, optional
            Look at the jobs with these ids only; by default at the whole project.
        set_aside : bool, optional
            Move what cannot be repaired into the quarantine: damaged documents and HDF5 files,
            and whole jobs whose state point is known nowhere.
        progress : bool, optional
            Show a progress bar; by default on a terminal, for what takes over half a second.

        Returns
        -------
        RepairPlan
            ``.actions`` and ``.unresolved``; its ``apply()`` does it.

        Examples
        --------
        >>> import os, signac
        >>> with signac.TemporaryProject() as project:
        ...     job = project.open_job({"a": 0}).init()
        ...     project.update_cache()
        ...     os.remove(job.fn(job.FN_STATE_POINT))
        ...     for action in project.plan_repair().actions:
        ...         print(action.kind)
        1
        restore-statepoint
        """
        from signac._upkeep.plan import plan_repair

        return plan_repair(home_of(self), job_ids, set_aside=set_aside, progress=progress)

    def repair(
        self,
        job_ids: Iterable[str] | None = None,
        *,
        set_aside: bool = False,
        progress: bool | None = None,
    ) -> None:
        """Put right what can be put right without losing anything.

        The id of a job is the truth: a state point is written again only if its hash is the id.
        Whatever is moved or replaced is kept in ``workspace/.signac_quarantine``, with notes. For
        the parameters, and to see first what would be done, see `plan_repair`.

        Raises
        ------
        JobsCorruptedError
            When jobs are left that cannot be repaired. ``.job_ids`` has all of them,
            ``.problems`` why, and what a person can do. Everything else was repaired.

        Examples
        --------
        >>> import os, signac
        >>> with signac.TemporaryProject() as project:
        ...     job = project.open_job({"a": 0}).init()
        ...     project.update_cache()
        ...     os.remove(job.fn(job.FN_STATE_POINT))
        ...     project.repair()
        ...     project.check()
        1
        """
        from signac._upkeep.plan import raise_unresolved

        plan = self.plan_repair(job_ids, set_aside=set_aside, progress=progress)
        raise_unresolved(plan, plan.apply(progress=progress))
