"""Decide what would repair a project, without changing anything.

The id of a job is the truth: what is written is only what hashes to it. Nothing is overwritten
or deleted but what is derived from the jobs; `_upkeep.apply` keeps the rest in a quarantine.
"""

from __future__ import annotations

import os
from html import escape
from typing import TYPE_CHECKING

from signac._core.ids import is_id
from signac._upkeep.check import find_problems, look_at_jobs, look_twice
from signac._upkeep.derived import check_cache, check_index
from signac._upkeep.report import Action, format_table, html_table, problem
from signac._upkeep.solve import Solver
from signac.errors import JobsCorruptedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from signac._engine.home import Home
    from signac._upkeep.apply import RepairResult
    from signac._upkeep.report import Problem

__all__ = ["RepairPlan", "plan_repair", "raise_unresolved"]


class RepairPlan:
    """What `Project.repair` would do, and what it cannot.

    Attributes
    ----------
    actions : tuple of Action
        What can be done, each with kind, job, path and message.
    unresolved : tuple of Problem
        What cannot be repaired, or must not without being asked; the message says why, and what
        a person can do.

    Examples
    --------
    >>> import signac
    >>> with signac.TemporaryProject() as project:
    ...     job = project.open_job({"a": 0}).init()
    ...     print(project.plan_repair())
    nothing to repair
    """

    def __init__(
        self, home: Home, actions: Iterable[Action], unresolved: Iterable[Problem]
    ) -> None:
        self._home = home
        self.actions = tuple(actions)
        self.unresolved = tuple(unresolved)

    def __bool__(self) -> bool:
        return bool(self.actions or self.unresolved)

    def __str__(self) -> str:
        if not self:
            return "nothing to repair"
        root = self._home.workspace.project
        parts = [self._headline()]
        if self.actions:
            lines = ((action.kind, action.message) for action in self.actions)
            parts += ["", format_table(lines, root)]
        if self.unresolved:
            left = ((found.kind, found.message) for found in self.unresolved)
            parts += ["", "left to you:", format_table(left, root)]
        return "\n".join(parts)

    def __repr__(self) -> str:
        return f"<RepairPlan: {self._headline()}>"

    def _repr_html_(self) -> str:
        parts = [f"<p>{escape(self._headline())}</p>"]
        if self.actions:
            rows = ((action.kind, action.job, action.message) for action in self.actions)
            parts.append(html_table(("action", "job", "what"), rows))
        if self.unresolved:
            left = ((found.kind, found.job, found.message) for found in self.unresolved)
            parts.append(html_table(("left to you", "job", "why"), left))
        return "".join(parts)

    def _headline(self) -> str:
        return f"{len(self.actions)} actions, {len(self.unresolved)} problems that stay"

    def apply(self, *, progress: bool | None = None) -> RepairResult:
        """Do what is planned, as far as it is still needed.

        One failure does not stop the rest. If this is interrupted, nothing is lost, and a new
        plan completes it.

        Returns
        -------
        RepairResult
            ``.done``, ``.failed``, and ``.quarantine``, the directory of what was moved.
        """
        from signac._upkeep.apply import apply_plan

        return apply_plan(self._home, self.actions, progress)


def plan_repair(
    home: Home,
    job_ids: Iterable[str] | None,
    *,
    set_aside: bool = False,
    progress: bool | None = None,
) -> RepairPlan:
    """Return what would repair some jobs, or the whole project."""
    problems, unresolved = _look(home, job_ids, progress)
    solver = Solver(home, set_aside=set_aside)
    actions: list[Action] = []
    for of_one_job in _by_job(problems):
        done, left = solver.solve(of_one_job)
        actions += done
        unresolved += left
    return RepairPlan(home, actions, unresolved)


def raise_unresolved(plan: RepairPlan, result: RepairResult) -> None:
    """Raise if a repair left anything damaged.

    Raises
    ------
    JobsCorruptedError
        With all jobs concerned, and why each could not be repaired.
    """
    told: dict[str, str] = {}
    jobs: list[str] = []
    left = [(found.job, found.message) for found in plan.unresolved if found.severity == "error"]
    left += [(action.job, f"{action.message}: {error}") for action, error in result.failed]
    for job_id, message in left:
        name = job_id or "project"
        told[name] = f"{told[name]}; {message}" if name in told else message
        if job_id is not None and job_id not in jobs:
            jobs.append(job_id)
    if told:
        raise JobsCorruptedError(jobs, told)


def _look(
    home: Home, job_ids: Iterable[str] | None, progress: bool | None
) -> tuple[list[Problem], list[Problem]]:
    """Return what is wrong, and first of all the ids that are of no job."""
    workspace = home.workspace
    if job_ids is None:
        found = [
            one
            for one in find_problems(home, "fast", progress=progress)
            if not one.kind.startswith(("cache-", "index-"))
        ]
        found += look_twice(lambda: check_cache(workspace, "full"))
        found += look_twice(lambda: check_index(workspace, "full"))
        return found, []
    ids = [job_ids] if isinstance(job_ids, str) else list(dict.fromkeys(map(str, job_ids)))
    there = [name for name in ids if is_id(name) and os.path.isdir(workspace.job(name))]
    unknown = [
        problem(
            "job-unknown", name, os.path.join(workspace.path, name), f"there is no job {name!r}"
        )
        for name in ids
        if name not in set(there)
    ]
    return look_at_jobs(workspace, there, "fast"), unknown


def _by_job(problems: Iterable[Problem]) -> Iterable[list[Problem]]:
    """Return the problems of each job together, and those of the project one by one."""
    groups: dict[str, list[Problem]] = {}
    for number, found in enumerate(problems):
        groups.setdefault(found.job or f"#{number}", []).append(found)
    return groups.values()
