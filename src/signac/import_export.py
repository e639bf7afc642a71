"""Export jobs to directories and archives, and import them; the functions behind the methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signac._transfer.exports.run import export
from signac._transfer.exports.verify import ExportReport, verify_manifest
from signac._transfer.imports.limits import ImportLimits
from signac._transfer.imports.run import import_jobs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from signac._transfer.imports.run import Schema
    from signac.typing import PathLike

__all__ = [
    "ExportReport",
    "ImportLimits",
    "export_jobs",
    "export_to_directory",
    "export_to_tarfile",
    "export_to_zipfile",
    "import_into_project",
    "verify_manifest",
]

ExportReport.__module__ = __name__
ImportLimits.__module__ = __name__
verify_manifest.__module__ = __name__


def export_jobs(
    jobs: Iterable[Any],
    target: Any,
    path: Any = None,
    copytree: Callable[[str, str], object] | None = None,
) -> Iterator[tuple[str, str]]:
    """Export jobs one after the other; see `Project.export_to`.

    Parameters
    ----------
    jobs : iterable of Job
        The jobs, which may be of several projects.
    target, path, copytree
        As there.

    Yields
    ------
    (str, str)
        The job directory, and where it is in the target. An archive is in its place only when
        the last one was taken.

    Examples
    --------
    >>> import signac
    >>> from signac.import_export import export_jobs
    >>> with signac.TemporaryProject() as project:
    ...     jobs = project.create_jobs({"a": i} for i in range(2))
    ...     for source, destination in export_jobs(jobs, project.fn("out")):
    ...         print(destination)
    a/0
    a/1
    """
    return export(jobs, target, path, copytree)


def export_to_directory(
    jobs: Iterable[Any],
    target: Any,
    path: Any = None,
    copytree: Callable[[str, str], object] | None = None,
) -> Iterator[tuple[str, str]]:
    """Export jobs to a directory, whatever its name; see `export_jobs`.

    Examples
    --------
    >>> import signac
    >>> from signac.import_export import export_to_directory
    >>> with signac.TemporaryProject() as project:
    ...     jobs = project.create_jobs({"a": i} for i in range(2))
    ...     print(len(list(export_to_directory(jobs, project.fn("out.v2")))))
    2
    """
    return export(jobs, target, path, copytree, kind="directory")


def export_to_tarfile(
    jobs: Iterable[Any], tarfile: Any, path: Any = None
) -> Iterator[tuple[str, str]]:
    """Export jobs to an open ``TarFile``, or to the name of an archive; see `export_jobs`.

    Examples
    --------
    >>> import signac, tarfile
    >>> from signac.import_export import export_to_tarfile
    >>> with signac.TemporaryProject() as project:
    ...     jobs = project.create_jobs({"a": i} for i in range(2))
    ...     with tarfile.open(project.fn("out.tar"), "w") as archive:
    ...         exported = list(export_to_tarfile(jobs, archive))
    ...         print(archive.getnames()[0])
    a/0
    """
    return export(jobs, tarfile, path)


def export_to_zipfile(
    jobs: Iterable[Any], zipfile: Any, path: Any = None
) -> Iterator[tuple[str, str]]:
    """Export jobs to an open ``ZipFile``, or to the name of an archive; see `export_jobs`.

    Examples
    --------
    >>> import signac, zipfile
    >>> from signac.import_export import export_to_zipfile
    >>> with signac.TemporaryProject() as project:
    ...     jobs = project.create_jobs({"a": i} for i in range(2))
    ...     with zipfile.ZipFile(project.fn("out.zip"), "w") as archive:
    ...         exported = list(export_to_zipfile(jobs, archive))
    ...         print(archive.namelist()[0])
    a/0/signac_statepoint.json
    """
    return export(jobs, zipfile, path)


def import_into_project(
    origin: PathLike | None,
    project: Any,
    schema: Schema = None,
    copytree: Callable[[str, str], object] | None = None,
) -> Iterator[tuple[str, str]]:
    """Import jobs one batch after the other; see `Project.import_from`.

    Parameters
    ----------
    origin, schema, copytree
        As there.
    project : Project
        Where the jobs go.

    Yields
    ------
    (str, str)
        Source and job directory of each job that is made.

    Examples
    --------
    >>> import signac
    >>> from signac.import_export import import_into_project
    >>> with signac.TemporaryProject() as project, signac.TemporaryProject() as other:
    ...     jobs = project.create_jobs({"a": i} for i in range(2))
    ...     exported = project.export_to(project.fn("out"))
    ...     for source, job_path in import_into_project(project.fn("out"), other, "a/{a:int}"):
    ...         print(job_path == other.open_job({"a": 0}).path)
    True
    False
    """
    return import_jobs(origin, project, schema, copytree)
