"""A progress bar for what may take over a second; silent unless a person watches."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["reporting"]

#: Shorter work than this shows no bar.
_PATIENCE: Final = 0.5


@contextmanager
def reporting(what: str, total: int, wanted: bool | None = None) -> Iterator[Callable[[int], None]]:
    """Yield a function that is told how much of `total` is done.

    Parameters
    ----------
    what : str
        Words in front of the bar.
    total : int
        The number that means done.
    wanted : bool, optional
        Show the bar or not; by default only when standard error is a terminal.
    """
    if wanted is None:
        wanted = sys.stderr is not None and sys.stderr.isatty()
    if not wanted:
        yield _ignore
        return
    bar = _Bar(what, total)
    try:
        yield bar.report
    finally:
        bar.stop()


class _Bar:
    def __init__(self, what: str, total: int) -> None:
        self._what = what
        self._total = total
        self._start = time.monotonic()
        self._progress: Any = None
        self._task: Any = None

    def report(self, done: int) -> None:
        if self._progress is None:
            if time.monotonic() - self._start < _PATIENCE:
                return
            self._show()
        self._progress.update(self._task, completed=done)

    def stop(self) -> None:
        if self._progress is not None:
            self._progress.stop()

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        self._task = self._progress.add_task(self._what, total=self._total)
        self._progress.start()


def _ignore(done: int) -> None:
    """Take a report that nobody wants to see."""
