"""Errors about jobs and projects: missing, moved, occupied, damaged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signac.errors._base import Error, Explained

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "AmbiguousIdError",
    "DestinationExistsError",
    "ForeignProjectError",
    "JobMovedError",
    "JobNotFoundError",
    "JobVanishedError",
    "JobsCorruptedError",
    "NotFoundError",
    "ProjectNotFoundError",
    "WorkspaceError",
    "WorkspaceOccupiedError",
]


class NotFoundError(Error, LookupError):
    """What was asked for does not exist."""

    kind = "not-found"


class ProjectNotFoundError(NotFoundError):
    """There is no project at, or above, the path."""

    kind = "project-not-found"


class ForeignProjectError(ProjectNotFoundError):
    """The project above belongs to another user, in a directory in which everybody can write.

    Attributes
    ----------
    path : str
        The project.
    owner : str
        Whose it is.
    directory : str
        The directory in which everybody can write.
    """

    kind = "foreign-project"

    def __init__(self, path: str, owner: str, directory: str) -> None:
        super().__init__(path, owner, directory)
        self.path = path
        self.owner = owner
        self.directory = directory

    def _text(self) -> str:
        return (
            f"the project found above, {self.path}, belongs to {self.owner}, and everybody can "
            f"write in {self.directory}: it was not opened. If you trust it, give its path: "
            f"signac.get_project({self.path!r})"
        )


class JobNotFoundError(Explained, NotFoundError, KeyError):
    """No job of the project has this id; ``args[0]`` is the id that was asked for."""

    kind = "job-not-found"


class AmbiguousIdError(Explained, NotFoundError):
    """Several jobs begin with the abbreviated id; ``args[0]`` is the abbreviation.

    Attributes
    ----------
    matches : list of str
        The full ids that begin with it.
    """

    kind = "ambiguous-id"

    def __init__(self, prefix: str, matches: Iterable[str] = (), message: str = "") -> None:
        super().__init__(prefix, message)
        self.matches = list(matches)


class DestinationExistsError(Explained, RuntimeError):
    """A job cannot take a place that another job holds; nothing was changed.

    Attributes
    ----------
    destination : str or Job
        The id of the other job when a state point was changed, the job itself otherwise.
    """

    kind = "destination-exists"

    def __init__(self, destination: Any, message: str = "") -> None:
        super().__init__(destination, message)
        self.destination = destination


class JobsCorruptedError(Error, RuntimeError):
    """The state point files of these jobs are missing, unreadable or of another job.

    Attributes
    ----------
    job_ids : list of str
        All jobs concerned.
    problems : dict of str to str
        What is wrong with each, as far as it is known; what is wrong with the project itself
        stands under ``"project"``.
    report : CheckReport or None
        Everything that a check found.
    """

    kind = "jobs-corrupted"

    def __init__(
        self,
        job_ids: Iterable[str],
        problems: Mapping[str, str] | None = None,
        *,
        report: Any = None,
    ) -> None:
        self.job_ids = list(job_ids)
        self.problems = dict(problems or {})
        self.report = report
        super().__init__(self.job_ids)

    def _text(self) -> str:
        if not self.problems:
            return str(self.job_ids)
        return "; ".join(f"{job_id}: {what}" for job_id, what in self.problems.items())


class JobVanishedError(JobNotFoundError, JobsCorruptedError):
    """The directory of a job is gone, so its state point cannot be read any more.

    It is both: the job is not found, and the released signac calls it corrupted.
    """

    kind = "job-vanished"

    def __init__(self, job_id: str, message: str = "") -> None:
        Exception.__init__(self, job_id)
        self.message = message
        self.job_ids = [job_id]
        self.problems = {job_id: message}
        self.report = None


class JobMovedError(Explained, RuntimeError):
    """Another handle or process changed the state point of this job.

    Attributes
    ----------
    old_id, new_id : str
        Where the job was, and where it is now; ``project.open_job(id=new_id)`` opens it.
    path : str or None
        The job directory, if it is in another project now.
    """

    kind = "job-moved"

    def __init__(self, old_id: str, new_id: str, path: str | None = None) -> None:
        where = f"project.open_job(id={new_id!r})" if path is None else f"signac.get_job({path!r})"
        what = "its state point was changed" if path is None else f"it was moved to {path}"
        super().__init__(
            old_id,
            f"job {old_id} is now {new_id}: {what} through another handle; nothing was changed "
            f"here, go on with {where}",
        )
        self.old_id = old_id
        self.new_id = new_id
        self.path = path


class WorkspaceError(Error, OSError):
    """The workspace directory cannot be used.

    Attributes
    ----------
    error : Exception or str
        What the system said.
    """

    kind = "workspace"

    def __init__(self, error: Any, message: str = "") -> None:
        super().__init__(error)
        self.error = error
        self.message = message

    def _text(self) -> str:
        return self.message or str(self.error)


class WorkspaceOccupiedError(WorkspaceError, FileExistsError):
    """A file, or a link that leads nowhere, is where the workspace should be."""

    kind = "workspace-occupied"
