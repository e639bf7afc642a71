"""Projects that live as long as a ``with`` block."""

from __future__ import annotations

from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["TemporaryProject"]


@contextmanager
def TemporaryProject(cls: Any = None, **kwargs: Any) -> Iterator[Any]:  # noqa: N802  # peer: the name
    """Make a project in a temporary directory, which is removed at the end of the block.

    Parameters
    ----------
    cls : type, optional
        The class of the project, `Project` by default.
    **kwargs
        Go to ``tempfile.TemporaryDirectory``: ``dir``, ``prefix`` and others.

    Examples
    --------
    >>> import signac
    >>> with signac.TemporaryProject() as project:
    ...     print(len(project))
    0
    """
    if cls is None:
        import signac

        cls = signac.Project
    with TemporaryDirectory(**kwargs) as path:
        yield cls.init_project(path)
