"""The handle of a project: a directory of jobs."""

from __future__ import annotations

import os
import stat
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from signac._config.keys import check_schema_version, parse_level
from signac._config.load import load_config
from signac._core import layout, locks
from signac._core.canonical import find_non_finite
from signac._core.ids import is_id
from signac._core.progress import reporting
from signac._engine import create, locate, recover
from signac._engine.datadir import DataDirectory
from signac._engine.home import Home
from signac._engine.jobstate import JobState
from signac._engine.workspace import ensure_workspace
from signac._exchange import Exchange
from signac._mending import Mending
from signac._reshaping import Reshaping
from signac._searching import Searching
from signac._synced.document import JSONDict, open_document
from signac.errors import InvalidInputError, JobNotFoundError, KeyTypeError
from signac.job import Job

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from signac._config.config import Config
    from signac._engine.selection import Shelf
    from signac._stores.manager import H5StoreManager
    from signac.typing import PathLike

__all__ = ["JOB_ID_LENGTH", "Project"]

JOB_ID_LENGTH = 32

P = TypeVar("P", bound="Project")


class Project(Searching, Mending, Exchange, Reshaping, DataDirectory):
    """A directory of jobs.

    Open one with `signac.get_project` or make one with `signac.init_project`.

    Parameters
    ----------
    path : str or os.PathLike, optional
        The project directory; the current directory by default. Directories above it are not
        searched.

    Raises
    ------
    ProjectNotFoundError
        When there is no project at the path.
    IncompatibleSchemaVersion
        When the project has another layout version.

    Examples
    --------
    >>> import tempfile, signac
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     project = signac.init_project(directory)
    ...     for temperature in (0.9, 1.2):
    ...         job = project.open_job({"temperature": temperature}).init()
    ...     print(len(project))
    2
    """

    FN_DOCUMENT = layout.PROJECT_DOCUMENT
    FN_CACHE = layout.STATEPOINT_CACHE

    def __init__(self, path: PathLike | None = None) -> None:
        self._path = locate.absolute(path)
        locate.require_project(self._path)
        self._config = load_config(self._path)
        check_schema_version(self._config, self._path)
        self._connect()
        locks.default_timeout()  # a value that cannot be read is refused now, not at the first wait
        ensure_workspace(self._home.workspace)
        recover.sweep(self._home.workspace)

    def _connect(self) -> None:
        """Set what belongs to this process."""
        self._home = Home(self._path, parse_level(self._config, self._path))
        self._document: JSONDict | None = None
        self._stores: H5StoreManager | None = None

    def __getstate__(self) -> dict[str, Any]:
        state = dict(self.__dict__)
        for name in ("_home", "_document", "_stores"):
            state.pop(name, None)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._connect()

    def __str__(self) -> str:
        return self.path

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.path!r})"

    def __eq__(self, other: object) -> bool:
        return repr(self) == repr(other)

    __hash__ = None  # type: ignore[assignment]

    @classmethod
    def init_project(cls: type[P], path: PathLike | None = None) -> P:
        """Make a project, or open the one that is there; see `signac.init_project`."""
        directory = locate.absolute(path)
        locate.make_project(directory)
        return cls(path=directory)

    @classmethod
    def get_project(
        cls: type[P], path: PathLike | None = None, search: bool = True, **kwargs: Any
    ) -> P:
        """Open a project; see `signac.get_project`."""
        directory = locate.absolute(path)
        if search or not os.path.exists(directory):
            directory = locate.find_project(directory, named=path is not None)
        return cls(path=directory, **kwargs)

    @classmethod
    def get_job(cls, path: PathLike | None = None) -> Job:
        """Open the job whose directory a path is in; see `signac.get_job`."""
        directory, job_id = locate.find_job(locate.absolute(path))
        return cls.get_project(directory)._open_known(job_id)

    @property
    def path(self) -> str:
        """The absolute path of the project directory."""
        return self._path

    @property
    def workspace(self) -> str:
        """The absolute path of the directory that holds the job directories."""
        return os.path.join(self._path, layout.WORKSPACE)

    @property
    def config(self) -> Config:
        """The configuration, read-only: that of the project over that of the user."""
        return self._config

    def _get_document(self) -> JSONDict:
        if self._document is None:
            workspace = self._home.workspace
            self._document = open_document(
                self.fn(self.FN_DOCUMENT),
                "project.doc",
                scratch=workspace.scratch,
                fallback=workspace.fallback,
                level=workspace.level,
            )
        return self._document

    def _get_stores(self) -> H5StoreManager:
        if self._stores is None:
            from signac._stores.manager import open_stores

            workspace = self._home.workspace
            self._stores = open_stores(self.path, workspace.scratch, workspace.level)
        return self._stores

    def open_job(
        self,
        statepoint: Any = None,
        id: str | None = None,  # noqa: A002
        *,
        strict: bool = False,
    ) -> Job:
        """Return the job with a state point, or with an id.

        Parameters
        ----------
        statepoint : mapping, dataclass, attrs or pydantic object, optional
            The parameters. They are checked and copied; nothing on disk is touched.
        id : str, optional
            The id of an existing job, or a beginning of it that no other job shares.
        strict : bool, optional
            Refuse NaN and infinities, which standard JSON does not know and no search finds.

        Raises
        ------
        KeyTypeError, InvalidKeyError
            When the state point cannot be stored; the message names the place, ``sp.a[3].b``.
        JobNotFoundError
            When there is no job with this id (a ``KeyError``).
        AmbiguousIdError
            When several ids begin like this (a ``LookupError``); ``.matches`` has them.

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project:
        ...     job = project.open_job({"a": 0}).init()
        ...     print(project.open_job(id="9bfd") == job)
        True
        """
        if (statepoint is None) == (id is None):
            raise InvalidInputError("open_job takes either a state point or an id, and one of them")
        if id is None:
            job = Job(self, statepoint)
            found = find_non_finite(job._state.plain) if strict else None
            if found is not None:
                raise KeyTypeError(f"sp{found} is not standard JSON; use None or a string")
            return job
        if not isinstance(id, str):
            raise TypeError(f"an id is a string, not {type(id).__name__}")
        if len(id) < JOB_ID_LENGTH:
            return Job(self, id_=self._home.resolve(id), directory_known=True)
        if is_id(id):
            now = time.time()
            text = self._home.peek(id)
            if text is not None or self._contains_job_id(id):
                job = Job(self, id_=id, directory_known=True)
                job._state.text = text
                job._state.since = now
                return job
            known = self._home.recall(id, from_disk=True)
            if known is not None:
                return Job(self, known, id)
        raise JobNotFoundError(id, f"there is no job with id {id[:80]!r} in {self.path}")

    def _open_known(
        self, job_id: str, place: tuple[Shelf, int] | None = None, since: float | None = None
    ) -> Job:
        """Return a job that was listed, through the `open_job` of a subclass.

        `place` is where the index has its state point, and `since` when the listing began.
        """
        if type(self).open_job is not Project.open_job:
            try:
                return self.open_job(id=job_id)
            except JobNotFoundError:  # removed since it was listed
                pass
        job = Job.__new__(Job)  # perf: what `Job` does for an id that is known to be there
        state = job._state = JobState(self, self._home, job_id, None, since)
        state.seen = True
        state.place = place
        return job

    def create_jobs(self, statepoints: Iterable[Any], *, progress: bool | None = None) -> list[Job]:
        """Make sure that a job is there for each state point, and return them in this order.

        Much faster than one by one, because a thousand jobs share one wait for the disk. Jobs
        that exist are kept as they are, so an interrupted call is completed by calling it again.

        Parameters
        ----------
        statepoints : iterable of mappings
            The parameters, for example `signac.grid`. All of them are checked before anything is
            written.
        progress : bool, optional
            Show a progress bar; by default on a terminal, for what takes over half a second.

        Returns
        -------
        list of Job
            One for each state point, equal ones for equal state points.

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project:
        ...     jobs = project.create_jobs(signac.grid(T=[0.9, 1.2], seed=range(3)))
        ...     print(len(jobs), len(project))
        6 6
        """
        jobs = [self.open_job(statepoint) for statepoint in statepoints]
        wanted = {job.id: job._state.load() for job in jobs}
        with reporting("creating jobs", len(wanted), progress) as report:
            create.create_jobs(self._home.workspace, list(wanted.items()), report)
        for job in jobs:
            job._state.found()
        return jobs

    def __len__(self) -> int:
        return self._home.count()

    def __contains__(self, job: Any) -> bool:
        return self._contains_job_id(job.id)

    def _contains_job_id(self, job_id: str) -> bool:
        if not is_id(job_id):
            return False
        try:
            mode = os.stat(self._home.workspace.job(job_id)).st_mode
        except (OSError, ValueError):
            return False
        return stat.S_ISDIR(mode)

    def min_len_unique_id(self) -> int:
        """Return how many characters tell all ids apart; 0 for less than two jobs.

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project:
        ...     jobs = project.create_jobs({"a": i} for i in range(10))
        ...     print(project.min_len_unique_id())
        2
        """
        return self._home.unique_length()

    def update_cache(self, *, strict: bool = False) -> int | None:
        """Write the state points of all jobs to the cache file that the released signac reads.

        This library does not need it: its index is kept up to date by itself.

        Parameters
        ----------
        strict : bool, optional
            Raise `JobsCorruptedError`, and write nothing, when jobs cannot be read, which are
            otherwise left out and named in the log.

        Returns
        -------
        int or None
            The number of jobs in the file, None if it was up to date.
        """
        from signac._engine.cachefile import update_cache

        return update_cache(self._home, strict=strict)

    @contextmanager
    def temporary_project(self, dir: PathLike | None = None) -> Iterator[Any]:  # noqa: A002
        """Make a project of the same class for a ``with`` block, in the workspace or in `dir`."""
        from tempfile import TemporaryDirectory

        ensure_workspace(self._home.workspace)
        with TemporaryDirectory(dir=dir or self.workspace) as path:
            yield type(self).init_project(path)
