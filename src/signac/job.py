"""The handle of one job."""

from __future__ import annotations

import logging
import os
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from signac._core import layout
from signac._core.ids import calc_id, require_id
from signac._engine.datadir import DataDirectory
from signac._engine.jobstate import JobState, home_of
from signac.errors import DestinationExistsError, InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from signac._engine.statepoint import StatePointDict
    from signac._stores.manager import H5StoreManager
    from signac._synced.document import JSONDict
    from signac.typing import PathLike, ProjectLike

__all__ = ["Job", "calc_id"]

logger = logging.getLogger(__name__)


class Job(DataDirectory):
    """One set of parameters, the *state point*, and the directory with all its data.

    A job is usually made by `Project.open_job`. The object is only a handle: the directory is
    there after `init`, or after the first use of `document`, `data` or ``with job``.

    A job is path-like: ``open(job / "out.txt", "w")`` opens a file in its directory. Two handles
    are equal if they mean the same directory. A shallow copy shares everything with its original;
    deep copies and pickles are independent handles to the same job.

    Parameters
    ----------
    project : Project
        The project of the job.
    statepoint : mapping, optional
        The parameters.
    id_ : str, optional
        The id of an existing job, instead of its parameters.
    directory_known : bool, optional
        Promise that the directory is there.

    Examples
    --------
    >>> import signac
    >>> with signac.TemporaryProject() as project:
    ...     job = project.open_job({"a": 0}).init()
    ...     job.doc.done = True
    ...     print(job.id, job.sp.a, job.doc)
    9bfd29df07674bc4aa960cf661b5acd2 0 {'done': True}
    """

    FN_STATE_POINT = layout.STATEPOINT
    FN_DOCUMENT = layout.DOCUMENT

    #: Where `open` was called, innermost last.
    _left: Sequence[str] = ()

    def __init__(
        self,
        project: ProjectLike,
        statepoint: Any = None,
        id_: str | None = None,
        directory_known: bool = False,
    ) -> None:
        home = home_of(project)
        if id_ is None:
            if statepoint is None:
                raise InvalidInputError("a job needs a state point or an id")
            self._state = JobState.of_statepoint(project, home, statepoint)
        else:
            self._state = JobState(project, home, require_id(id_), None)
            if statepoint is not None:
                self._state.plain = JobState.of_statepoint(project, home, statepoint).plain
        self._state.seen = directory_known

    @property
    def _project(self) -> Any:
        return self._state.project

    @property
    def _id(self) -> str:
        return self._state.id

    @property
    def id(self) -> str:
        """The id, 32 hexadecimal digits: the hash of the state point."""
        return self._state.id

    @property
    def path(self) -> str:
        """The absolute path of the job directory, which need not be there."""
        return self._state.path

    @property
    def project(self) -> Any:
        """The project object that opened the job."""
        return self._state.project

    def __str__(self) -> str:
        return self._state.id

    def __repr__(self) -> str:
        state = self._state
        plain = state.known_statepoint()
        if plain is None:
            plain = state.view()
        return f"{type(self).__name__}(project={state.project!r}, statepoint={plain!r})"

    def _repr_html_(self) -> str:
        from signac._analysis import html

        return html.job_html(self._state, type(self).__name__)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        try:
            text = repr(self)
        except Exception as error:  # noqa: BLE001  # a shell shows it beside the id
            text = f"<{type(self).__name__} {self.id}: {error}>"
        printer.text(text)

    def __hash__(self) -> int:
        return hash(self.id)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, type(self)):
            return NotImplemented
        if self.id != other.id:
            return False
        return self.path == other.path or os.path.realpath(self.path) == os.path.realpath(
            other.path
        )

    def __fspath__(self) -> str:
        return self._state.path

    def __truediv__(self, name: PathLike) -> Path:
        from pathlib import Path

        return Path(self._state.path) / name

    def __copy__(self) -> Job:
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin.__dict__.pop("_left", None)
        return twin

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_left"}

    def init(self, force: bool = False, validate_statepoint: bool = True) -> Job:
        """Make sure that the job is there, and return it.

        The directory appears whole, with its state point file, in one step; any number of
        processes may do this at once.

        Parameters
        ----------
        force : bool, optional
            Replace a state point file that is damaged.
        validate_statepoint : bool, optional
            If False, an existing directory is accepted without a look at its state point file.

        Raises
        ------
        JobsCorruptedError
            When the state point file is damaged, or missing and not known.

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project:
        ...     job = project.open_job({"a": 0}).init()
        ...     print(job in project)
        True
        """
        if validate_statepoint or not os.path.isdir(self.path):
            self._state.init(force=force)
        else:
            self._state.seen = True
        return self

    @property
    def statepoint(self) -> StatePointDict:
        """The parameters of the job, live: changing them moves the job to its new id.

        Raises on a change `DestinationExistsError` if another job has these parameters, and
        `JobMovedError` if the job was moved through another handle; nothing is changed then.
        Calling it gives a plain ``dict``.

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project:
        ...     job = project.open_job({"a": 0}).init()
        ...     job.sp.b = {"c": 1}
        ...     print(job.sp.b.c, job.statepoint())
        1 {'a': 0, 'b': {'c': 1}}
        """
        return self._state.statepoint

    @statepoint.setter
    def statepoint(self, new: Mapping[str, Any]) -> None:
        self._state.statepoint.reset(new)

    sp = statepoint

    @property
    def cached_statepoint(self) -> Mapping[str, Any]:
        """The parameters as a read-only mapping, from memory or a cache where possible."""
        return MappingProxyType(self._state.view())

    def update_statepoint(self, update: Mapping[str, Any], overwrite: bool = False) -> None:
        """Add keys to the state point; the job moves to its new id.

        Parameters
        ----------
        update : mapping
            Keys and values. Nested mappings are values, they are not merged.
        overwrite : bool, optional
            Allow to change the values of keys that are there.

        Raises
        ------
        KeyError
            When a key is there with another value, unless `overwrite`; nothing is changed.
        DestinationExistsError
            When another job has the resulting state point.
        """
        update.items  # noqa: B018  # peer: AttributeError for what has no items
        current = self.statepoint()
        added = self.statepoint.__root__.convert(update)
        for key, value in added.items():
            if not overwrite and key in current and calc_id(current[key]) != calc_id(value):
                raise KeyError(
                    f"sp.{key} is {current[key]!r} and would become {value!r}; "
                    "overwrite=True allows that"
                )
        self.statepoint = {**current, **added}

    def _get_document(self) -> JSONDict:
        return self._state.document

    def _get_stores(self) -> H5StoreManager:
        return self._state.stores

    def open(self) -> None:
        """Change into the job directory, which is made if need be; ``with job:`` does both."""
        before = os.getcwd()
        self._state.ensure()
        logger.info("enter %s", self.path)
        os.chdir(self.path)
        self._left = (*self._left, before)

    def close(self) -> None:
        """Change back to where `open` was called; does nothing if it was not."""
        if self._left:
            *self._left, back = self._left
            os.chdir(back)
            logger.info("leave %s", self.id)

    def __enter__(self) -> Job:
        self.open()
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def clear(self) -> None:
        """Remove all files, the document and the data; the job stays. In one step, or not at all.

        Does nothing if the job is not there.
        """
        self._state.clear()

    def reset(self) -> None:
        """`clear` and `init` the job."""
        self.clear()
        self.init()

    def remove(self) -> None:
        """Remove the job with everything in it. In one step, or not at all.

        Does nothing if the job is not there; raises `JobMovedError` if this handle has
        seen it, and it is elsewhere now.

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project:
        ...     job = project.open_job({"a": 0}).init()
        ...     job.remove()
        ...     print(len(project))
        0
        """
        self._state.remove()

    def move(self, project: Any) -> None:
        """Move the job into another project; the handle goes with it.

        On one file system that is one step. To another one the job is copied and compared byte by
        byte before it is removed here; killed anywhere, it is whole in one of the projects or in
        both, and the same call completes the move.

        Raises
        ------
        RuntimeError
            When the job is not there.
        DestinationExistsError
            When the other project has the job; ``.destination`` is that job.
        """
        home = home_of(project)
        if os.path.realpath(home.workspace.path) == os.path.realpath(self._state.workspace.path):
            return
        try:
            self._state.move(project, home)
        except FileExistsError:
            destination = project.open_job(id=self.id)
            raise DestinationExistsError(
                destination, f"{destination.path}: the other project has this job already"
            ) from None
        except FileNotFoundError:
            if os.path.isdir(self.path):
                raise
            self._state.raise_if_moved()
            raise RuntimeError(
                f"job {self.id} is not initialised, there is nothing to move"
            ) from None

    def sync(
        self,
        other: Any,
        strategy: Any = None,
        exclude: Any = None,
        doc_sync: Any = None,
        **kwargs: Any,
    ) -> None:
        """Copy files and document keys of another job to this one; see `signac.sync.sync_jobs`.

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project:
        ...     old = project.open_job({"a": 0}).init()
        ...     old.doc.result = 1.5
        ...     new = project.open_job({"a": 0, "b": 1})
        ...     new.sync(old)
        ...     print(new.doc)
        {'result': 1.5}
        """
        from signac._transfer.sync.jobs import sync_jobs

        sync_jobs(other, self, strategy, exclude, doc_sync, **kwargs)

    def get_id(self) -> str:
        """Return `id`; the older spelling."""
        return self.id

    def workspace(self) -> str:
        """Return `path`; the older spelling."""
        return self.path

    @property
    def ws(self) -> str:
        """The older spelling of `path`."""
        return self.path

    def reset_statepoint(self, new_statepoint: Mapping[str, Any]) -> None:
        """Replace the whole state point: the older spelling of ``job.statepoint = ...``."""
        self.statepoint = new_statepoint
