"""Projects: the class, and the functions that find or make one."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from signac.cursor import JobsCursor
from signac.dataspace import JOB_ID_LENGTH, Project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signac.job import Job
    from signac.typing import PathLike

__all__ = [
    "JOB_ID_LENGTH",
    "JOB_ID_REGEX",
    "JobsCursor",
    "Project",
    "TemporaryProject",
    "get_job",
    "get_project",
    "init_project",
]

JOB_ID_REGEX = "[a-f0-9]{32}"
# peer: this is the name in tracebacks, pickles and documentation.
Project.__module__ = __name__


def init_project(path: PathLike | None = None) -> Project:
    """Make a project in a directory, or open the one that is there.

    Parameters
    ----------
    path : str or os.PathLike, optional
        The directory, which is made if need be; the current directory by default.

    Raises
    ------
    IncompatibleSchemaVersion
        When there is a project of another layout version.

    Examples
    --------
    >>> import tempfile, signac
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     project = signac.init_project(directory)
    """
    return Project.init_project(path)


def get_project(path: PathLike | None = None, search: bool = True, **kwargs: Any) -> Project:
    """Open the project at a path, or the nearest one above it.

    Parameters
    ----------
    path : str or os.PathLike, optional
        An existing path; the current directory by default.
    search : bool, optional
        If False, the project must be at the path itself.
    **kwargs
        Go to the class.

    Raises
    ------
    ProjectNotFoundError
        When there is none (a ``LookupError``).

    Examples
    --------
    >>> import signac
    >>> with signac.TemporaryProject() as project:
    ...     print(signac.get_project(project.workspace) == project)
    True
    """
    return Project.get_project(path, search=search, **kwargs)


def get_job(path: PathLike | None = None) -> Job:
    """Open the job whose directory a path is in.

    Parameters
    ----------
    path : str or os.PathLike, optional
        A path in, or below, a job directory; the current directory by default. A ``LookupError``
        tells that it is in no job.

    Examples
    --------
    >>> import signac
    >>> with signac.TemporaryProject() as project:
    ...     job = project.open_job({"a": 0}).init()
    ...     print(signac.get_job(job.path) == job)
    True
    """
    return Project.get_job(path)


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
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(**kwargs) as path:
        yield (cls or Project).init_project(path)
