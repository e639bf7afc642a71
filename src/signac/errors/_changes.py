"""Errors of what changes a whole project: migrations, and state points of many jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signac.errors._base import Error

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["ChangeIncompleteError", "ChangeRefusedError", "MigrationError"]


class MigrationError(Error, RuntimeError):
    """A project was not brought to the current layout.

    Attributes
    ----------
    root : str
        The project directory.
    """

    kind = "migration"

    def __init__(self, message: str, root: str = "") -> None:
        super().__init__(message)
        self.root = root


class ChangeRefusedError(Error, RuntimeError):
    """A change of many state points cannot be made as it was planned; nothing was changed.

    Attributes
    ----------
    collisions : list of Collision
        State points that several jobs would have.
    job_ids : list of str
        The jobs concerned.
    """

    kind = "change-refused"

    def __init__(
        self, message: str, *, collisions: Iterable[Any] = (), job_ids: Iterable[str] = ()
    ) -> None:
        super().__init__(message)
        self.collisions = list(collisions)
        self.job_ids = list(job_ids)


class ChangeIncompleteError(Error, RuntimeError):
    """Some of many jobs were not changed; all others were.

    Attributes
    ----------
    failed : dict of str to Exception
        By id, what was in the way.
    job_ids : list of str
        The jobs concerned.
    """

    kind = "change-incomplete"

    def __init__(self, message: str, failed: Mapping[str, Exception] | None = None) -> None:
        super().__init__(message)
        self.failed = dict(failed or {})
        self.job_ids = list(self.failed)
