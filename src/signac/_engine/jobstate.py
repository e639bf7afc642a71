"""What a job handle and its shallow copies share."""

from __future__ import annotations

import logging
import os
import time
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from signac._core import layout
from signac._core.canonical import copy_plain, to_plain_mapping
from signac._core.ids import id_of_plain
from signac._engine import create, moves, rekey, remove
from signac._engine.statepoint import attach_statepoint
from signac._synced.buffer import PROCESS_BUFFER
from signac._synced.document import JSONDict, open_document, root_of
from signac.errors import JobMovedError, JobNotFoundError

if TYPE_CHECKING:
    from signac._engine.home import Home
    from signac._engine.statepoint import StatePointDict
    from signac._engine.workspace import Workspace
    from signac._stores.manager import H5StoreManager

__all__ = ["JobState"]

#: peer: a state point change and a failed init are reported by the job.
logger = logging.getLogger("signac.job")


class JobState:
    """Identity, state point, document and stores of one job in one process.

    Attributes
    ----------
    project : Project
        The project object that opened the job.
    home : Home
        What the jobs of the project share.
    id : str
        Where the job is now.
    given : dict or None
        The state point as it was handed in, if that is not the same as plain JSON.
    since : float
        When this handle was made; a move before that is none of its business.
    seen : bool
        Whether this handle has seen the job directory.
    """

    __slots__ = (
        "_document",
        "_statepoint",
        "_stores",
        "_view",
        "given",
        "home",
        "id",
        "plain",
        "project",
        "seen",
        "since",
    )

    def __init__(self, project: Any, home: Home, job_id: str, plain: dict[str, Any] | None) -> None:
        self.project = project
        self.home = home
        self.id = job_id
        self.plain = plain
        self.given: Any = None
        self.since = time.time()
        self.seen = False
        self._statepoint: StatePointDict | None = None
        self._document: JSONDict | None = None
        self._stores: H5StoreManager | None = None
        self._view: dict[str, Any] | None = None

    @classmethod
    def of_statepoint(cls, project: Any, home: Home, statepoint: Any) -> JobState:
        """Return the state of the job with a state point, which is validated and copied."""
        plain = to_plain_mapping(statepoint, "sp")
        state = cls(project, home, id_of_plain(plain), plain)
        if not _is_same(plain, statepoint):
            state.given = _copy_given(statepoint)
        return state

    def __getstate__(self) -> dict[str, Any]:
        return {
            "project": self.project,
            "id": self.id,
            "plain": self.known_statepoint(),
            "given": self.given,
            "since": self.since,
            "seen": self.seen,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        project = state["project"]
        JobState.__init__(self, project, home_of(project), state["id"], state["plain"])
        self.given = state["given"]
        self.since = state["since"]
        self.seen = state["seen"]

    @property
    def workspace(self) -> Workspace:
        """The paths of the project."""
        return self.home.workspace

    @property
    def path(self) -> str:
        """The job directory."""
        return self.home.workspace.job(self.id)

    @property
    def statepoint(self) -> StatePointDict:
        """The live state point."""
        if self._statepoint is None:
            data = self.plain
            if data is None:
                data = self.home.recall(self.id)
            self._statepoint = attach_statepoint(self, data)
        return self._statepoint

    def known_statepoint(self) -> dict[str, Any] | None:
        """Return the plain state point if this handle knows it; not to be changed."""
        if self.plain is None:
            self.plain = self.home.recall(self.id)
        return self.plain

    def load(self) -> dict[str, Any]:
        """Return the plain state point, from the disk if need be; not to be changed."""
        if self.plain is None:
            self.plain = self.home.statepoint(self.id)
            self.seen = True
        return self.plain

    def view(self) -> dict[str, Any]:
        """Return the state point for a read-only view of this handle's own."""
        if self._view is None:
            plain = self.known_statepoint()
            if plain is None:
                plain = self.home.recall(self.id, from_disk=True)
            if plain is None:
                if not os.path.isdir(self.path):
                    raise JobNotFoundError(self.id, f"there is no job {self.id} in {self.project}")
                plain = self.load()
            self._view = self.given if self.given is not None else copy_plain(plain)
        return self._view

    def init(self, *, force: bool = False) -> None:
        """Make sure that the job is there and its state point file is right."""
        try:
            create.initialise(self.workspace, self.id, self.known_statepoint(), force=force)
        except Exception as error:
            logger.error("%s: the job cannot be initialised: %s", self.id, error)
            raise
        self.found()

    def ensure(self) -> None:
        """Make sure that the job directory is there; its state point file is not looked at.

        Raises
        ------
        JobMovedError
            When another handle changed the state point since this one was made.
        """
        if os.path.isdir(self.path):
            self.seen = True
            return
        self.raise_if_moved()
        self.init()

    def raise_if_moved(self, error: FileNotFoundError | None = None) -> None:
        """Raise `JobMovedError` if the job has another id now, for this handle's eyes."""
        since = 0.0 if self.seen else self.since
        new_id = moves.find_new_id(self.workspace, self.id, since)
        if new_id is not None and new_id != self.id:
            raise JobMovedError(self.id, new_id) from None
        if error is not None:
            raise FileNotFoundError(
                error.errno,
                f"the directory of job {self.id} was removed; job.init() creates it again",
                self.path,
            ) from None

    def apply(self, plain: dict[str, Any]) -> None:
        """Make `plain` the state point; the job moves if it is there."""
        new_id = id_of_plain(plain)
        old_id = self.id
        if new_id == old_id:
            return
        self.flush_document()
        try:
            rekey.change_statepoint(self.workspace, old_id, new_id, plain)
        except FileNotFoundError:
            if os.path.isdir(self.path):
                raise
            self.raise_if_moved()
            self.seen = False
        else:
            self.seen = True
            logger.info("moved %s to %s", old_id, new_id)
        self.since = time.time()
        self._become(self.project, self.home, new_id, plain)
        if self.seen:
            self.home.remember(new_id, plain)

    def move(self, project: Any, home: Home) -> None:
        """Rename the job directory into another project."""
        if self.known_statepoint() is None:
            self.load()
        self.flush_document()
        remove.move_job(self.workspace, self.id, home.workspace)
        assert self.plain is not None
        self._become(project, home, self.id, self.plain)
        home.remember(self.id, self.plain)

    def clear(self) -> None:
        """Remove all files but the state point."""
        PROCESS_BUFFER.discard_file(self._document_path())
        remove.clear_job(self.workspace, self.id)

    def remove(self) -> None:
        """Remove the job directory."""
        PROCESS_BUFFER.discard_file(self._document_path())
        self.known_statepoint()
        remove.remove_job(self.workspace, self.id)
        self.seen = False
        self.since = time.time()
        self._document = None
        self._stores = None

    @property
    def document(self) -> JSONDict:
        """The document; the job is made if it is not there."""
        if self._document is None:
            self.ensure()
            workspace = self.workspace
            self._document = open_document(
                self._document_path(),
                "doc",
                scratch=workspace.scratch,
                fallback=workspace.fallback,
                level=workspace.level,
                on_missing=self.raise_if_moved,
            )
        return self._document

    @property
    def stores(self) -> H5StoreManager:
        """The HDF5 stores; the job is made if it is not there."""
        self.ensure()
        if self._stores is None:
            from signac._stores.manager import H5StoreManager

            self._stores = H5StoreManager(self.path)
        return self._stores

    def flush_document(self) -> None:
        """Write the document if it is in the buffer."""
        PROCESS_BUFFER.flush_file(self._document_path())

    def _become(self, project: Any, home: Home, job_id: str, plain: dict[str, Any]) -> None:
        self.project = project
        self.home = home
        self.id = job_id
        self.plain = plain
        self.given = None
        self._view = None
        self._stores = None
        if self._document is not None:
            root = root_of(self._document)
            root.relocate(self._document_path())
            root.scratch = home.workspace.scratch
            root.fallback = home.workspace.fallback

    def found(self) -> None:
        """Take note that the job is there."""
        self.seen = True
        if self.plain is not None:
            self.home.remember(self.id, self.plain)

    def _document_path(self) -> str:
        return f"{self.path}{os.sep}{layout.DOCUMENT}"


def home_of(project: Any) -> Home:
    """Return what the jobs of a project share."""
    return project._home  # type: ignore[no-any-return]  # noqa: SLF001  # its only reader


def _is_same(plain: dict[str, Any], statepoint: Any) -> bool:
    try:
        return bool(plain == statepoint)
    except Exception:  # noqa: BLE001  # NumPy arrays compare element by element
        return False


def _copy_given(statepoint: Any) -> Any:
    """Return a copy of a state point as it was given, if it is a dict that can be copied."""
    if not isinstance(statepoint, dict):
        return None
    try:
        return deepcopy(statepoint)
    except Exception:  # noqa: BLE001  # any object may refuse; the plain form serves as well
        return None
