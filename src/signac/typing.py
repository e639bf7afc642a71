"""Public aliases, and the protocols by which lower layers know upper ones."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Protocol

__all__ = ["JSONValue", "JobLike", "PathLike", "ProjectLike", "Statepoint"]

PathLike = str | os.PathLike[str]
JSONValue = Any
Statepoint = Mapping[str, Any]


class ProjectLike(Protocol):
    """What an engine knows of a project."""

    @property
    def path(self) -> str:
        """The project directory."""

    def open_job(self, statepoint: Any = None, id: str | None = None) -> Any:  # noqa: A002
        """Return a job."""


class JobLike(Protocol):
    """What is needed to tell one job from another."""

    @property
    def id(self) -> str:
        """The id."""

    @property
    def path(self) -> str:
        """The job directory."""
