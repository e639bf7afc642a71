"""What became of a change: results, and the list of all changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from signac.errors import ChangeIncompleteError

if TYPE_CHECKING:
    from datetime import datetime

    from signac._bulk.plan import ChangeStep

__all__ = ["ChangeRecord", "ChangeResult", "Kind", "State"]

Kind = Literal["change", "undo", "redo"]
State = Literal["applied", "unfinished", "undone"]


@dataclass(frozen=True, slots=True)
class ChangeResult:
    """What a change did.

    Attributes
    ----------
    name : str
        The name of the change, for `Project.undo_change`; empty when there was nothing to do.
    changed : tuple of ChangeStep
        What was done now.
    failed : tuple of (ChangeStep, Exception)
        What was not, and why: `Project.resume_changes` tries it again.

    Examples
    --------
    >>> import signac
    >>> with signac.TemporaryProject() as project:
    ...     job = project.open_job({"T": 1}).init()
    ...     print(project.plan_change(remove=["T"]).apply())
    change 0001: 1 jobs changed
    """

    name: str
    changed: tuple[ChangeStep, ...]
    failed: tuple[tuple[ChangeStep, Exception], ...]

    def __str__(self) -> str:
        if not self.name:
            return "nothing to change"
        lines = [f"change {self.name}: {len(self.changed)} jobs changed"]
        if self.failed:
            lines[0] += f", {len(self.failed)} failed"
            lines += [f"  {step.old_id}: {error}" for step, error in self.failed[:10]]
        if len(self.failed) > 10:
            lines.append(f"  and {len(self.failed) - 10} more")
        return "\n".join(lines)

    def raise_failed(self) -> None:
        """Raise if some jobs were not changed.

        Raises
        ------
        ChangeIncompleteError
            ``.failed`` has all of them with the reasons.
        """
        if self.failed:
            failed = {step.old_id: error for step, error in self.failed}
            raise ChangeIncompleteError(str(self), failed)


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """One change of the past.

    Attributes
    ----------
    name : str
        Its name.
    time : datetime
        When it was begun.
    kind : {"change", "undo", "redo"}
        What it is.
    state : {"applied", "unfinished", "undone"}
        What became of it. What is unfinished was interrupted, has failed jobs, or is under way.
    jobs : int
        How many jobs it is about.
    done : int
        How many of them it has changed.

    Examples
    --------
    >>> import signac
    >>> with signac.TemporaryProject() as project:
    ...     job = project.open_job({"T": 1}).init()
    ...     result = project.plan_change(remove=["T"]).apply(name="without-T")
    ...     for record in project.list_changes():
    ...         print(record)
    without-T: change of 1 jobs, applied
    """

    name: str
    time: datetime
    kind: Kind
    state: State
    jobs: int
    done: int

    def __str__(self) -> str:
        done = f" ({self.done} done)" if self.done < self.jobs else ""
        return f"{self.name}: {self.kind} of {self.jobs} jobs, {self.state}{done}"
