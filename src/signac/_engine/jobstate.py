"""What a job handle and its shallow copies share."""

from __future__ import annotations

import errno
import logging
import os
import threading
import time
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from signac._core import layout
from signac._core.canonical import copy_plain, to_plain_mapping
from signac._core.ids import id_of_plain, require_id
from signac._engine import create, moves, rekey, relocate, remove
from signac._engine.statepoint import attach_statepoint, copy_given
from signac._index.pages import DamagedIndexError
from signac._synced.buffer import PROCESS_BUFFER
from signac._synced.document import JSONDict, open_document, root_of
from signac.errors import JobMovedError, JobNotFoundError, JobsCorruptedError, JobVanishedError

if TYPE_CHECKING:
    from signac._engine.home import Home
    from signac._engine.selection import Shelf
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
        When this handle was made, or just before it last found the job; a move before that is
        none of its business.
    seen : bool
        Whether this handle has seen the job directory.
    text : bytes or None
        The state point file as it was when the job was opened, not looked at yet.
    place : (Shelf, int) or None
        Where the index has the state point.
    """

    # perf: where a job starts; set in the class, because most of the jobs that one iterates over
    # are asked for one thing (compare.py, groupby-sp).
    given: Any = None
    seen = False
    text: bytes | None = None
    place: tuple[Shelf, int] | None = None
    _mutex: threading.RLock | None = None
    _statepoint: StatePointDict | None = None
    _document: JSONDict | None = None
    _stores: H5StoreManager | None = None

    def __init__(
        self,
        project: Any,
        home: Home,
        job_id: str,
        plain: dict[str, Any] | None,
        since: float | None = None,
    ) -> None:
        self.project = project
        self.home = home
        self.id = job_id
        self.plain = plain
        self.since = time.time() if since is None else since

    @property
    def mutex(self) -> threading.RLock:
        """Keeps other threads out of this handle."""
        mutex = self._mutex
        return self._make_mutex() if mutex is None else mutex

    def _make_mutex(self) -> threading.RLock:
        # The wait has an end, because a forked child may find the lock taken for good.
        taken = self.home.mutex.acquire(timeout=1.0)
        try:
            if self._mutex is None:
                self._mutex = threading.RLock()
            return self._mutex
        finally:
            if taken:
                self.home.mutex.release()

    @classmethod
    def of_statepoint(cls, project: Any, home: Home, statepoint: Any) -> JobState:
        """Return the state of the job with a state point, which is validated and copied."""
        plain = to_plain_mapping(statepoint, "sp")
        state = cls(project, home, id_of_plain(plain), plain)
        state.given = copy_given(statepoint, plain)
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
        job_id = require_id(state["id"])
        JobState.__init__(self, project, home_of(project), job_id, state["plain"])
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
            with self.mutex:
                if self._statepoint is None:
                    self._statepoint = attach_statepoint(self, self.known_statepoint())
        return self._statepoint

    def known_statepoint(self) -> dict[str, Any] | None:
        """Return the plain state point if this handle knows it; not to be changed."""
        if self.plain is None:
            if self.place is not None:
                self.plain = self._fetch()
            if self.plain is None:
                self.plain = self.home.recall(self.id)
        return self.plain

    def _fetch(self) -> dict[str, Any] | None:
        """Return a new copy of the state point from the index, if it is still readable there."""
        assert self.place is not None
        shelf, position = self.place
        try:
            return shelf.statepoint(position)
        except (OSError, DamagedIndexError):
            self.place = None
            return None

    def load(self) -> dict[str, Any]:
        """Return the plain state point, from the disk if need be; not to be changed."""
        if self.known_statepoint() is None:
            now = time.time()
            try:
                self.plain = self.home.statepoint(self.id, self.text)
            except JobVanishedError:
                self.raise_if_moved()
                raise
            self.text = None
            self.seen = True
            self.since = now
        assert self.plain is not None
        return self.plain

    def view(self) -> dict[str, Any]:
        """Return a copy of the state point, as it was handed in or as plain JSON."""
        if self.given is not None:
            given: dict[str, Any] = deepcopy(self.given)
            return given
        if self.plain is None and self.place is not None:
            fetched = self._fetch()
            if fetched is not None:
                return fetched
        plain = self.known_statepoint()
        if plain is None:
            try:
                plain = self.load()
            except (JobsCorruptedError, JobMovedError):
                plain = self.plain = self.home.recall(self.id, from_disk=True)
                if plain is None and not os.path.isdir(self.path):
                    raise JobNotFoundError(
                        self.id, f"there is no job {self.id} in {self.project}"
                    ) from None
                if plain is None:
                    raise
        copied: dict[str, Any] = copy_plain(plain)
        return copied

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
            When another handle changed the state point since this one last found the job.
        FileNotFoundError
            When this handle has seen the job, and somebody else removed it.
        """
        now = time.time()
        if os.path.isdir(self.path):
            self.seen = True
            self.since = now
            return
        self.raise_if_moved(FileNotFoundError(errno.ENOENT, "") if self.seen else None)
        self.init()

    def raise_if_moved(self, error: FileNotFoundError | None = None) -> None:
        """Raise `JobMovedError` if the job has another id now, for this handle's eyes."""
        # Another thread may be changing the state point of this very handle: wait for its end. The
        # wait is short, because that thread may be waiting for a lock that this one holds.
        if self.mutex.acquire(timeout=1.0):
            self.mutex.release()
        if os.path.isdir(self.path):
            return
        destination = moves.find_destination(self.workspace, self.id, self.since, seen=self.seen)
        if destination is not None:
            raise JobMovedError(self.id, *destination) from None
        if error is not None:
            raise FileNotFoundError(
                error.errno,
                f"the directory of job {self.id} was removed; job.init() creates it again",
                self.path,
            ) from None

    def apply(self, plain: dict[str, Any]) -> OSError | None:
        """Make `plain` the state point; the job moves if it is there.

        Returns an error that came when the change was complete, for the caller to raise.
        """
        new_id = id_of_plain(plain)
        if new_id == self.id:
            return None
        self.flush_document()
        with self.mutex:
            return self._move_to(new_id, plain)

    def _move_to(self, new_id: str, plain: dict[str, Any]) -> OSError | None:
        old_id = self.id
        now = time.time()
        late = None
        try:
            late = rekey.change_statepoint(self.workspace, old_id, new_id, plain)
        except FileNotFoundError:
            if os.path.isdir(self.path):
                raise
            self.raise_if_moved(FileNotFoundError(errno.ENOENT, "") if self.seen else None)
        else:
            self.seen = True
            logger.info("moved %s to %s", old_id, new_id)
        self.since = now
        self._become(self.project, self.home, new_id, plain)
        if self.seen:
            self.home.remember(new_id, plain)
        return late

    def move(self, project: Any, home: Home) -> None:
        """Move the job directory into another project."""
        if self.known_statepoint() is None:
            self.load()
        self.flush_document()
        assert self.plain is not None
        with self.mutex:
            late = relocate.move_job(self.workspace, self.id, home.workspace)
            self._become(project, home, self.id, self.plain)
        home.remember(self.id, self.plain)
        if late is not None:
            raise late

    def clear(self) -> None:
        """Remove all files but the state point."""
        PROCESS_BUFFER.discard_file(self._document_path())
        if not remove.clear_job(self.workspace, self.id) and self.seen:
            self.raise_if_moved()

    def remove(self) -> None:
        """Remove the job directory."""
        PROCESS_BUFFER.discard_file(self._document_path())
        self.known_statepoint()
        if not remove.remove_job(self.workspace, self.id) and self.seen:
            self.raise_if_moved()
        self.seen = False
        self.since = time.time()
        self.__dict__.pop("_document", None)
        self._stores = None

    @property
    def document(self) -> JSONDict:
        """The document; the job is made if it is not there.

        A job that was there and was removed by others is not made again.
        """
        document = self._document
        if document is None:
            # perf: if it was listed a moment ago no look is needed (compare.py, iterate-doc).
            if self.place is None:
                try:
                    self.ensure()
                except FileNotFoundError:
                    if not self.seen:
                        raise
                    # peer: its document is empty; a write says that the job is gone.
            # Atomic, so that all threads get the same one.
            document = self.__dict__.setdefault("_document", self._open_document())
        return document

    def _open_document(self) -> JSONDict:
        workspace = self.workspace
        return open_document(
            self._document_path(),
            "doc",
            scratch=workspace.scratch,
            fallback=workspace.fallback,
            level=workspace.level,
            on_missing=self.raise_if_moved,
        )

    @property
    def stores(self) -> H5StoreManager:
        """The HDF5 stores; the job is made if it is not there."""
        from signac._stores.manager import open_stores

        self.ensure()
        with self.mutex:
            if self._stores is None:
                workspace = self.workspace
                self._stores = open_stores(self.path, workspace.scratch, workspace.level)
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
        self.place = None
        self._stores = None
        if self._document is not None:
            root = root_of(self._document)
            root.relocate(self._document_path())
            root.scratch = home.workspace.scratch
            root.fallback = home.workspace.fallback

    def found(self) -> None:
        """Take note that the job is there."""
        self.seen = True
        self.since = time.time()
        if self.plain is not None:
            self.home.remember(self.id, self.plain)

    def _document_path(self) -> str:
        return f"{self.path}{os.sep}{layout.DOCUMENT}"


def home_of(project: Any) -> Home:
    """Return what the jobs of a project share."""
    return project._home  # type: ignore[no-any-return]  # noqa: SLF001  # its only reader
