"""How data leaves and enters a project: copies, synchronisation, export, import, views."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from signac._engine.jobstate import home_of
from signac.cursor import JobsCursor
from signac.errors import DestinationExistsError, InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from signac._transfer.exports.verify import ExportReport
    from signac._transfer.imports.limits import ImportLimits
    from signac._transfer.imports.run import Schema
    from signac._transfer.sync.rules import FileTransferStats
    from signac.job import Job
    from signac.typing import PathLike

__all__ = ["Exchange"]


class Exchange:
    """Moving data: a base class, so that the class of projects is not too long to be read."""

    def open_job(self, statepoint: Any = None, id: str | None = None) -> Any:  # noqa: A002
        """Return the job with a state point, or with an id."""
        raise NotImplementedError  # the class of projects has it

    @classmethod
    def init_project(cls, path: PathLike | None = None) -> Any:
        """Make a project, or open the one that is there."""
        raise NotImplementedError  # the class of projects has it

    def sync(
        self,
        other: Any,
        strategy: Any = None,
        exclude: Any = None,
        doc_sync: Any = None,
        selection: Iterable[Any] | None = None,
        **kwargs: Any,
    ) -> FileTransferStats | None:
        """Copy jobs, files and document keys of another project to this one.

        Parameters
        ----------
        other : Project
            Where to read; nothing is changed there.
        strategy, exclude, doc_sync, selection : optional
            See `signac.sync.sync_projects`, which this calls.
        **kwargs
            Its other options.

        Raises
        ------
        SyncConflict
            When something differs that nothing decides; all else is synchronised.

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project, signac.TemporaryProject() as other:
        ...     other.open_job({"a": 0}).init().doc.n = 1
        ...     project.sync(other)
        ...     print(project.open_job({"a": 0}).doc)
        {'n': 1}
        """
        from signac._transfer.sync.projects import sync_projects

        return sync_projects(other, self, strategy, exclude, doc_sync, selection, **kwargs)

    def export_to(
        self,
        target: Any,
        path: Any = None,
        copytree: Callable[[str, str], object] | None = None,
        *,
        manifest: bool = False,
        progress: bool | None = None,
    ) -> dict[str, str]:
        """Export all jobs to a directory or an archive; the jobs stay where they are.

        Parameters
        ----------
        target : str, os.PathLike, ZipFile or TarFile
            The name tells what it is: without an extension, or with a slash at the end, a
            directory; ``.zip``; ``.tar``, to which is added what is not in it; ``.gz``, ``.bz2``,
            ``.xz`` or ``.zst`` for a compressed tar archive. Archives that are open are left open.
        path : None, False, str or function, optional
            Where in the target: by the keys in which the jobs differ, by id, by a template such as
            ``"a/{a}/{{auto}}"``, or by what a function of the job returns.
        copytree : function, optional
            Called for each job with its directory and the final destination, instead of copying;
            ``shutil.move`` moves the jobs out. For directories only.
        manifest : bool, optional
            Add ``signac_manifest.json``, with the size and checksum of each file.
        progress : bool, optional
            Show a progress bar; by default on a terminal, for what takes over half a second.

        Returns
        -------
        dict of str to str
            From each job directory to where it is in the target.

        Raises
        ------
        FileExistsError
            When there is something at a destination; nothing was written.
        TransferError
            When some jobs could not be read: ``.failed`` tells why. All others were exported.
            `JobsCorruptedError` when it is their state points.

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project:
        ...     jobs = project.create_jobs({"a": i} for i in range(3))
        ...     exported = project.export_to(project.fn("data.zip"))
        ...     print(exported[jobs[1].path])
        a/1
        """
        jobs = JobsCursor(self)
        return jobs.export_to(target, path, copytree, manifest=manifest, progress=progress)

    def import_from(
        self,
        origin: PathLike | None = None,
        schema: Schema = None,
        sync: Any = None,
        copytree: Callable[[str, str], object] | None = None,
        *,
        limits: ImportLimits | None = None,
        progress: bool | None = None,
    ) -> dict[str, str]:
        """Make jobs of what is in a directory or an archive.

        Everything is looked at before anything is written: all problems come in one error, and
        nothing has happened then. Each job appears whole. The same call completes one that was
        interrupted.

        Parameters
        ----------
        origin : str or os.PathLike, optional
            A directory, or a zip or tar archive, which is told by its contents; the current
            directory by default.
        schema : str or function, optional
            Which directories become jobs: those with a state point file, by default; those whose
            path fits a pattern such as ``"a/{a:int}/b.c/{b.c}"``; or those for which a function of
            the path returns a state point and not None.
        sync : bool or dict, optional
            Synchronise with what is imported, so that jobs may be there already; a dict has
            arguments of `sync`.
        copytree : function, optional
            Called for each job with its source and its job directory, instead of copying;
            ``shutil.move`` moves. For directories only.
        limits : ImportLimits, optional
            How much an archive may unpack to.
        progress : bool, optional
            Show a progress bar; by default on a terminal, for what takes over half a second.

        Returns
        -------
        dict of str to str
            From each source to the job directory.

        Raises
        ------
        ImportRefusedError
            When the origin is no archive, or holds what leads out of it: names, links, devices.
        StatepointParsingError
            When a state point cannot be read, is there twice, or is another one by the schema.
        DestinationExistsError
            When a job is there already.
        TransferError
            When some jobs could not be written: ``.failed`` tells why. All others were.

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project, signac.TemporaryProject() as other:
        ...     jobs = other.create_jobs({"a": i} for i in range(3))
        ...     exported = other.export_to(other.fn("data.zip"))
        ...     imported = project.import_from(other.fn("data.zip"))
        ...     print(sorted(imported), len(project))
        ['a/0', 'a/1', 'a/2'] 3
        """
        from signac._transfer.imports.run import import_jobs, import_scratch

        if not sync:
            found = import_jobs(origin, self, schema, copytree, limits=limits, progress=progress)
            return dict(found)
        with import_scratch(self) as directory:
            other = type(self).init_project(directory)
            found = import_jobs(origin, other, schema, limits=limits, progress=progress)
            imported = dict(found)
            self.sync(other, **({} if sync is True else sync))
            return imported

    def verify_export(
        self, target: str | os.PathLike[str], *, progress: bool | None = None
    ) -> ExportReport:
        """Compare an exported directory or archive with the jobs as they are now.

        Parameters
        ----------
        target : str or os.PathLike
            What jobs were exported to, with a manifest or without.
        progress : bool, optional
            Show a progress bar; by default on a terminal, for what takes over half a second.

        Returns
        -------
        ExportReport
            ``.ok``, and what is missing, changed, extra or cannot be read.

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project:
        ...     jobs = project.create_jobs({"a": i} for i in range(3))
        ...     exported = project.export_to(project.fn("data.zip"))
        ...     jobs[1].doc.late = True
        ...     print(project.verify_export(project.fn("data.zip")).missing)
        ('a/1/signac_job_document.json',)
        """
        from signac._transfer.exports.verify import verify_project

        home = home_of(self)
        return verify_project(home.workspace, home.list_ids(), target, progress=progress)

    def clone(self, job: Job, copytree: Callable[[str, str], object] | None = None) -> Job:
        """Copy a job of another project into this one, and return the new job.

        The copy appears whole, with everything in it. Symbolic links are followed, those that lead
        nowhere are copied as they are.

        Parameters
        ----------
        job : Job
            The job to copy.
        copytree : function, optional
            Called with the paths of both job directories, instead of copying; what it makes appears
            as it makes it.

        Raises
        ------
        DestinationExistsError
            When this project has the job already; ``.destination`` is that job.
        ValueError
            When the job to copy is not there.

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project, signac.TemporaryProject() as other:
        ...     job = other.open_job({"a": 0}).init()
        ...     job.doc.n = 1
        ...     print(project.clone(job).doc, len(other))
        {'n': 1} 1
        """
        from signac._transfer.clone import clone_job

        state = job._state  # noqa: SLF001  # what a handle knows of its job
        state.flush_document()
        home = home_of(self)
        try:
            known = state.known_statepoint()
            if copytree is not None and os.path.isdir(job.path):
                known = state.load()  # the function may move the job
            clone_job(state.workspace, job.id, home.workspace, copytree, known=known)
        except FileExistsError:
            if not home.has_job(job.id):
                raise
            there = self.open_job(id=job.id)
            raise DestinationExistsError(
                there, f"{there.path}: this project has this job already"
            ) from None
        except FileNotFoundError:
            if os.path.isdir(job.path):
                raise
            state.raise_if_moved()
            raise InvalidInputError(
                f"job {job.id} is not initialised, there is nothing to clone: {job.path}"
            ) from None
        clone: Job = self.open_job(state.load())
        return clone

    def create_linked_view(
        self,
        prefix: PathLike | None = None,
        job_ids: Iterable[str] | None = None,
        path: Any = None,
    ) -> dict[str, str]:
        """Make a directory of links that lead to the jobs by the values of their keys.

        Calling it again brings the view up to date: links to jobs that are gone, or not selected,
        are removed, together with directories that are empty then. Nothing else is ever removed.

        Parameters
        ----------
        prefix : str or os.PathLike, optional
            The directory; by default ``view`` in the current directory.
        job_ids : iterable of str, optional
            The ids of the jobs, which may be abbreviated; all jobs by default.
        path : None, False or str, optional
            Where the links are: by the keys in which the jobs differ, by id, or by a template such
            as ``"a/{a}/{{auto}}"``.

        Returns
        -------
        dict of str to str
            From each link, relative to `prefix`, to the job directory.

        Raises
        ------
        PathSpecificationError
            When paths are not unique, or a key or text of a state point holds a separator (a
            ``RuntimeError``); nothing was changed.
        FileExistsError, IsADirectoryError, NotADirectoryError
            When something else has the name of a link, or of a directory on the way to it.
        TransferError
            When some of the links could not be made; all others were.

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project:
        ...     jobs = project.create_jobs({"a": i, "b": 0} for i in range(3))
        ...     view = project.create_linked_view(project.fn("view"))
        ...     print(sorted(view))
        ['a/0/job', 'a/1/job', 'a/2/job']
        """
        from signac._transfer.views.view import create_view

        where = "view" if prefix is None else os.fspath(prefix)
        return create_view(home_of(self), where, job_ids, path, lambda one: self.open_job(id=one))
