"""Linked views of projects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from signac.project import Project
    from signac.typing import PathLike

__all__ = ["create_linked_view"]


def create_linked_view(
    project: Project,
    prefix: PathLike | None = None,
    job_ids: Iterable[str] | None = None,
    path: Any = None,
) -> dict[str, str]:
    """Make or update a linked view; see `Project.create_linked_view`.

    Examples
    --------
    >>> import signac
    >>> from signac.linked_view import create_linked_view
    >>> with signac.TemporaryProject() as project:
    ...     jobs = project.create_jobs({"a": i} for i in range(2))
    ...     print(sorted(create_linked_view(project, project.fn("view"))))
    ['a/0/job', 'a/1/job']
    """
    return project.create_linked_view(prefix, job_ids, path)
