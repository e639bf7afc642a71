"""What a check found, as data that can be printed, counted and acted on."""

from __future__ import annotations

import os
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, overload

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "KINDS",
    "Action",
    "CheckReport",
    "Level",
    "Problem",
    "format_table",
    "html_table",
    "printable",
    "problem",
]

Level = Literal["fast", "full"]
Severity = Literal["error", "warning"]

#: What a project can suffer from. An error means data that is damaged or cannot be reached; a
#: warning means something that costs nothing yet, or is put right by itself.
KINDS: Final[dict[str, Severity]] = {
    "statepoint-missing": "error",
    "statepoint-damaged": "error",
    "statepoint-mismatch": "error",
    "statepoint-unreadable": "error",
    "document-damaged": "error",
    "document-unreadable": "error",
    "directory-unreadable": "error",
    "store-damaged": "error",
    "store-unreadable": "error",
    "job-not-directory": "error",
    "job-link-broken": "error",
    "job-unknown": "error",
    "config-damaged": "error",
    "workspace-missing": "error",
    "scratch-blocked": "error",
    "statepoint-pending": "warning",
    "store-busy": "warning",
    "temporary-file": "warning",
    "backup-file": "warning",
    "scratch-leftover": "warning",
    "cache-damaged": "warning",
    "cache-wrong": "warning",
    "index-damaged": "warning",
    "index-wrong": "warning",
    "jobs-missing": "warning",
    "wrong-name": "warning",
    "stray-entry": "warning",
    "lock-leftover": "warning",
    "user-config-damaged": "warning",
}
#: Lines of a report that are printed; the object has them all.
_MOST_LINES: Final = 100


class Problem(NamedTuple):
    """One thing that is wrong in a project.

    Attributes
    ----------
    kind : str
        A stable word for programs, ``statepoint-missing``; the manual has the list.
    job : str or None
        The id of the job, None if it concerns the project.
    path : str
        The file or directory.
    message : str
        What is wrong with it and what to do next.
    severity : {"error", "warning"}
        Errors are data that is damaged or out of reach; warnings cost nothing yet.
    """

    kind: str
    job: str | None
    path: str
    message: str
    severity: Severity


class Action(NamedTuple):
    """One thing that a repair does.

    Attributes
    ----------
    kind : str
        A stable word for programs, ``restore-statepoint``; the manual has the list.
    job : str or None
        The id of the job, None if it concerns the project.
    path : str
        The file or directory that is changed.
    message : str
        What is done, for a person.
    target : str or None
        The id that the directory gets, if it gets another one.
    data : bytes or None
        What is written.
    """

    kind: str
    job: str | None
    path: str
    message: str
    target: str | None = None
    data: bytes | None = None


def problem(kind: str, job: str | None, path: str, message: str) -> Problem:
    """Return a problem of a kind, with the severity that belongs to it."""
    return Problem(kind, job, path, printable(message), KINDS[kind])


def printable(text: str) -> str:
    """Return a text with everything escaped that is no visible character.

    Names of files may hold what moves the cursor of a terminal, or no text at all.
    """
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode()
        for char in text
    )


class CheckReport(Sequence[Problem]):
    """What `Project.find_problems` found: a sequence of problems, empty for a sound project.

    Attributes
    ----------
    checked : int
        How many job directories were looked at.
    level : {"fast", "full"}
        How closely.
    seconds : float
        How long it took.

    Examples
    --------
    >>> import os, signac
    >>> with signac.TemporaryProject() as project:
    ...     job = project.open_job({"a": 0}).init()
    ...     job.doc.x = 1
    ...     with open(job.fn(job.FN_DOCUMENT), "w") as file:
    ...         size = file.write('{"x": ')
    ...     report = project.find_problems()
    ...     print(len(report), report[0].kind, report.jobs == [job.id])
    1 document-damaged True
    """

    def __init__(
        self,
        problems: Iterable[Problem],
        checked: int,
        level: Level,
        seconds: float,
        root: str = "",
    ) -> None:
        self._problems = tuple(sorted(problems, key=_order))
        self.checked = checked
        self.level = level
        self.seconds = seconds
        self._root = root

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What is damaged or out of reach."""
        return tuple(found for found in self._problems if found.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What costs nothing yet."""
        return tuple(found for found in self._problems if found.severity == "warning")

    @property
    def jobs(self) -> list[str]:
        """The sorted ids of the jobs that have an error."""
        return sorted({found.job for found in self.errors if found.job is not None})

    def __len__(self) -> int:
        return len(self._problems)

    @overload
    def __getitem__(self, index: int) -> Problem: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Problem, ...]: ...
    def __getitem__(self, index: int | slice) -> Problem | tuple[Problem, ...]:
        return self._problems[index]

    def __str__(self) -> str:
        lines = ((found.kind, found.message) for found in self._problems)
        return f"{self._headline()}\n{format_table(lines, self._root)}".rstrip()

    def __repr__(self) -> str:
        return f"<CheckReport: {self._headline()}>"

    def _repr_html_(self) -> str:
        headline = f"<p>{escape(self._headline())}</p>"
        if not self._problems:
            return headline
        return headline + html_table(("kind", "job", "path", "problem"), map(_row, self._problems))

    def _headline(self) -> str:
        errors, warnings = len(self.errors), len(self.warnings)
        found = f"{errors} errors, {warnings} warnings" if self._problems else "nothing wrong"
        return f"{self.checked} jobs checked ({self.level}, {self.seconds:.1f} s): {found}"


def format_table(lines: Iterable[tuple[str, str]], root: str = "") -> str:
    """Return lines of a word and a text, in two columns, cut after the first hundred.

    Paths below `root`, the project, are shortened: a person looks at it there.
    """
    rows = list(lines)
    width = max((len(word) for word, _ in rows), default=0)
    near = printable(root) + os.sep if root else ""
    text = []
    for word, rest in rows[:_MOST_LINES]:
        shown = printable(rest)
        text.append(f"{word:{width}}  {shown.replace(near, '') if near else shown}")
    if len(rows) > _MOST_LINES:
        text.append(f"and {len(rows) - _MOST_LINES} more")
    return "\n".join(text)


def html_table(head: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> str:
    """Return an HTML table, everything in it escaped, cut after the first hundred rows."""
    lines = [_html_row("th", head)]
    all_rows = list(rows)
    lines += [_html_row("td", row) for row in all_rows[:_MOST_LINES]]
    if len(all_rows) > _MOST_LINES:
        lines.append(
            f"<tr><td colspan={len(head)}>and {len(all_rows) - _MOST_LINES} more</td></tr>"
        )
    return f"<table>{''.join(lines)}</table>"


def _html_row(tag: str, cells: tuple[Any, ...]) -> str:
    inside = "".join(f"<{tag}>{escape(printable(str(cell or '')))}</{tag}>" for cell in cells)
    return f"<tr>{inside}</tr>"


def _order(found: Problem) -> tuple[str, str, str]:
    return found.job or "", found.path, found.kind


def _row(found: Problem) -> tuple[str | None, ...]:
    return found[:4]
