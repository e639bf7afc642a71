"""Decide what a change of the schema does to each job, without changing anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from signac._analysis import rows
from signac._bulk.reshape import UnfitError, changed_keys, reshape
from signac._core import jsonfile
from signac._core.ids import id_of_plain
from signac._core.progress import reporting
from signac._upkeep.report import format_table, html_table, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from signac._bulk.outcome import ChangeResult
    from signac._bulk.reshape import Change
    from signac._engine.home import Home
    from signac._engine.selection import Selection
    from signac._query.ast import Query

__all__ = ["ChangePlan", "ChangeStep", "Collision", "plan_change"]

#: Rows of a table; the number of the others is told.
_SHOWN = 10
_WIDEST = 60
_REPORT_EVERY = 500


@dataclass(frozen=True, slots=True)
class ChangeStep:
    """What happens to one job.

    Attributes
    ----------
    old_id, new_id : str
        Its id before and after.
    old, new : dict
        Its state point before and after.
    keys : tuple of str
        The keys that differ, dotted.
    """

    old_id: str
    new_id: str
    old: dict[str, Any]
    new: dict[str, Any]
    keys: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.old_id[:8]} -> {self.new_id[:8]}  {'; '.join(_differences(self))}"


@dataclass(frozen=True, slots=True)
class Collision:
    """A state point that more than one job would have.

    Attributes
    ----------
    new_id : str
        Its id.
    statepoint : dict
        The state point.
    job_ids : tuple of str
        The jobs that would get it.
    held_by : str or None
        The job that has it and keeps it.
    """

    new_id: str
    statepoint: dict[str, Any]
    job_ids: tuple[str, ...]
    held_by: str | None

    def __str__(self) -> str:
        who = ", ".join(job_id[:8] for job_id in self.job_ids[:_SHOWN])
        if len(self.job_ids) > _SHOWN:
            who += f" and {len(self.job_ids) - _SHOWN} more"
        text = f"would become {_short(self.statepoint)}"
        held = "" if self.held_by is None else f", which job {self.held_by[:8]} has"
        return f"{who} {text}{held}"


@dataclass(frozen=True, slots=True, eq=False)
class ChangePlan:
    """What a change of the schema would do.

    Attributes
    ----------
    steps : tuple of ChangeStep
        The jobs that change, in the order of their ids.
    collisions : tuple of Collision
        State points that several jobs would have; as long as there are any, nothing is changed.
        Jobs that take the place of one another inside the plan are none.
    problems : dict of str to str
        By id, jobs that the change does not fit or whose state point cannot be read, and why.
        As long as there are any, nothing is changed.
    unchanged : tuple of str
        The ids of jobs that were looked at and stay as they are.

    Examples
    --------
    >>> import signac
    >>> with signac.TemporaryProject() as project:
    ...     jobs = project.create_jobs({"T": T} for T in (1, 2))
    ...     plan = project.plan_change(rename={"T": "temperature"})
    ...     print(len(plan.steps), plan.steps[0].keys)
    2 ('T', 'temperature')
    """

    steps: tuple[ChangeStep, ...]
    collisions: tuple[Collision, ...]
    problems: dict[str, str]
    unchanged: tuple[str, ...]
    _home: Home = field(repr=False)
    _query: Query = field(repr=False)

    def __bool__(self) -> bool:
        return bool(self.steps or self.problems)

    def __str__(self) -> str:
        parts = [self._headline()]
        for title, lines in self._tables():
            if lines:
                parts += ["", title, format_table(lines[:_SHOWN])]
                if len(lines) > _SHOWN:
                    parts.append(f"and {len(lines) - _SHOWN} more")
        return "\n".join(parts)

    def __repr__(self) -> str:
        return f"<ChangePlan: {self._headline()}>"

    def _repr_html_(self) -> str:
        parts = [f"<p>{escape(self._headline())}</p>"]
        for title, lines in self._tables():
            if lines:
                parts.append(html_table((title.rstrip(":"), "what"), lines))
        return "".join(parts)

    def _headline(self) -> str:
        text = f"{len(self.steps)} jobs change, {len(self.unchanged)} stay as they are"
        if self.collisions:
            text += f", {len(self.collisions)} collisions"
        if self.problems:
            text += f", {len(self.problems)} problems"
        return text

    def _tables(self) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        yield (
            "changes:",
            [
                (f"{step.old_id[:8]} -> {step.new_id[:8]}", "; ".join(_differences(step)))
                for step in self.steps
            ],
        )
        yield "collisions:", [(found.new_id[:8], str(found)) for found in self.collisions]
        yield "problems:", [(job_id[:8], what) for job_id, what in self.problems.items()]

    def apply(self, *, name: str | None = None, progress: bool | None = None) -> ChangeResult:
        """Change the jobs.

        A journal is written first. One job that cannot be changed does not stop the others. If
        this is interrupted, each job is as before or as planned, and `Project.resume_changes`
        completes it; `Project.undo_change` takes it back.

        Parameters
        ----------
        name : str, optional
            A name for the change, to undo it by.
        progress : bool, optional
            Show a progress bar; by default on a terminal, for what takes over half a second.

        Returns
        -------
        ChangeResult
            ``.changed``, and ``.failed`` with the reasons.

        Raises
        ------
        ChangeRefusedError
            When there are collisions or problems, the project has changed since the plan was
            made, or another change is unfinished. Nothing was changed.

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project:
        ...     job = project.open_job({"T": 1}).init()
        ...     result = project.plan_change(add={"model.name": "lj"}).apply()
        ...     print(len(result.changed), [job.sp() for job in project])
        1 [{'T': 1, 'model': {'name': 'lj'}}]
        """
        from signac._bulk.apply import apply_plan

        return apply_plan(self._home, self, name, progress)

    def _again(self) -> Selection:
        """Return the jobs that the filter finds now."""
        return rows.find(self._home, self._query)


def plan_change(
    home: Home, query: Query, change: Change, progress: bool | None = None
) -> ChangePlan:
    """Return what a change does to the jobs that match a filter."""
    selection = rows.find(home, query)
    problems = {job_id: f"cannot be read: {why}" for job_id, why in selection.problems.items()}
    steps: list[ChangeStep] = []
    unchanged: list[str] = []
    with reporting("planning", len(selection), progress) as report:
        pairs = zip(selection.ids, selection.statepoints(), strict=True)
        for number, (job_id, statepoint) in enumerate(pairs, 1):
            try:
                new = reshape(change, statepoint)
            except UnfitError as error:
                problems[job_id] = str(error)
                continue
            new_id = id_of_plain(new)
            if new_id == job_id:
                unchanged.append(job_id)
            else:
                keys = changed_keys(statepoint, new)
                steps.append(ChangeStep(job_id, new_id, statepoint, new, keys))
            if not number % _REPORT_EVERY:
                report(number)
    collisions = find_collisions(steps, home.list_ids())
    return ChangePlan(tuple(steps), tuple(collisions), problems, tuple(unchanged), home, query)


def find_collisions(steps: Iterable[ChangeStep], all_ids: Iterable[str]) -> list[Collision]:
    """Return the state points that several jobs would have."""
    wanted: dict[str, list[ChangeStep]] = {}
    moving = set()
    for step in steps:
        wanted.setdefault(step.new_id, []).append(step)
        moving.add(step.old_id)
    staying = set(all_ids) - moving
    found = []
    for new_id, those in wanted.items():
        held_by = new_id if new_id in staying else None
        if held_by is not None or len(those) > 1:
            ids = tuple(step.old_id for step in those)
            found.append(Collision(new_id, those[0].new, ids, held_by))
    return found


def _differences(step: ChangeStep) -> Iterator[str]:
    for key in step.keys:
        yield f"{key}: {_at(step.old, key)} -> {_at(step.new, key)}"


def _at(node: Any, key: str) -> str:
    for name in key.split("."):
        if not isinstance(node, dict) or name not in node:
            return "-"
        node = node[name]
    return _short(node)


def _short(value: Any) -> str:
    text = printable(jsonfile.encode(value).decode())
    return text if len(text) <= _WIDEST else f"{text[:_WIDEST]}..."
