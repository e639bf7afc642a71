"""What all handles of one project share: its paths and the state points known so far."""

from __future__ import annotations

import logging
import os
import threading
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from signac._core import jsonfile, layout
from signac._core.ids import has_id, is_id, is_id_prefix
from signac._engine.record import read_quickly, read_statepoint
from signac._engine.workspace import Workspace, list_jobs
from signac._index.catalog import Catalog
from signac._index.legacy_cache import LegacyCache
from signac._index.pages import DamagedIndexError
from signac._index.views import DocumentView
from signac._synced.buffer import PROCESS_BUFFER
from signac.errors import (
    AmbiguousIdError,
    JobNotFoundError,
    JobsCorruptedError,
    JobVanishedError,
    WorkspaceError,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from signac._core.durability import Durability
    from signac._index.parts import Part

__all__ = ["Home"]

#: peer: problems of the workspace are reported by the project.
logger = logging.getLogger("signac.project")

#: State points kept in memory, as text, which the garbage collector does not walk: enough for
#: any study one looks at, small enough for a million jobs.
_MOST_KNOWN: Final = 200_000


class Home:
    """Paths and known state points of one project.

    An id is the hash of its state point, so what is known of an id never goes stale.
    """

    __slots__ = (
        "_known",
        "_legacy",
        "_prefer_cache",
        "_reading",
        "catalog",
        "mutex",
        "told",
        "workspace",
    )

    def __init__(self, project: str, level: Durability | None = None) -> None:
        self.workspace = Workspace.of(project, level)
        self._known: dict[str, bytes] = {}
        self._legacy = LegacyCache(project)
        self._prefer_cache = False
        self._reading = False
        self.mutex = threading.Lock()
        #: Unknown keys of filters that were logged, with similar ones.
        self.told: dict[str, list[str]] = {}
        self.catalog = Catalog(self, os.path.join(project, layout.INDEX))

    def remember(self, job_id: str, statepoint: dict[str, Any]) -> None:
        """Keep a plain state point."""
        self._remember(job_id, jsonfile.encode(statepoint))

    def _remember(self, job_id: str, raw: bytes) -> None:
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[job_id] = raw

    def forget_others(self, ids: Iterable[str]) -> None:
        """Keep in memory only the state points of these jobs."""
        for job_id in self._known.keys() - set(ids):
            self._known.pop(job_id, None)

    def recall(self, job_id: str, *, from_disk: bool = False) -> dict[str, Any] | None:
        """Return a state point known in memory or, `from_disk`, in the cache file."""
        raw = self._known.get(job_id)
        if raw is not None:
            return _parse(raw)
        if not from_disk:
            return None
        try:
            return self._legacy.get(job_id)
        finally:
            if not self._reading:
                self._legacy.release()

    def peek(self, job_id: str) -> bytes | None:
        """Return the text of a state point file as it is, None if it cannot be read.

        perf: to look whether a job is there costs as much as to read this (statepoint-by-id).
        """
        try:
            return jsonfile.read_bytes(self.workspace.statepoint(job_id))
        except OSError:
            return None

    def statepoint(self, job_id: str, text: bytes | None = None) -> dict[str, Any]:
        """Return the state point of a job, from memory, from `text` if right, or from its file."""
        raw = self._known.get(job_id)
        if raw is not None:
            return _parse(raw)
        if text is not None:
            found = _verified(text, job_id)
            if found is not None:
                self._remember(job_id, text)
                return found
        statepoint, raw = read_statepoint(self.workspace, job_id)
        self._remember(job_id, raw)
        return statepoint

    def resolve(self, prefix: str) -> str:
        """Return the one id that begins with `prefix`.

        Raises
        ------
        JobNotFoundError, AmbiguousIdError
            When there is none, or more than one.
        """
        matches = self._with_prefix(prefix) if is_id_prefix(prefix) else []
        if not matches:
            where = self.workspace.path
            raise JobNotFoundError(
                prefix, f"no job in {where} has an id that begins with {prefix!r}"
            )
        if len(matches) > 1:
            matches = [job_id for job_id in self.list_ids() if job_id.startswith(prefix)]
            raise AmbiguousIdError(
                prefix,
                matches,
                f"{len(matches)} jobs have ids that begin with {prefix!r}; give at least "
                f"{self.unique_length()} characters",
            )
        return matches[0]

    def _with_prefix(self, prefix: str) -> list[str]:
        """Return two ids that begin with `prefix`, or as many as there are."""
        with self.catalog.locked():
            try:
                if self.catalog.is_current():
                    return self.catalog.with_prefix(prefix, 2)
            except DamagedIndexError:
                pass
        return [job_id for job_id in self.list_ids() if job_id.startswith(prefix)]

    def unique_length(self) -> int:
        """Return how many characters tell all ids apart; 0 for less than two jobs."""
        pairs = pairwise(self.list_ids())
        return 1 + max((len(os.path.commonprefix(pair)) for pair in pairs), default=-1)

    def list_ids(self) -> list[str]:
        """Return the sorted ids of all jobs; a workspace that is gone has none, as the log says."""
        with self.catalog.locked():
            try:
                if self.catalog.is_current():
                    return self.catalog.ids()
            except DamagedIndexError:
                pass
        ids, _ = self.list_jobs()
        ids.sort()
        return ids

    def count(self) -> int:
        """Return the number of jobs."""
        with self.catalog.locked():
            if self.catalog.is_current():
                return len(self.catalog)
        return len(self.list_jobs()[0])

    @property
    def workspace_path(self) -> str:
        """The directory that holds the job directories."""
        return self.workspace.path

    def list_jobs(self) -> tuple[list[str], bool]:
        """Return the ids of all jobs in no order, and whether some are symbolic links."""
        workspace = self.workspace
        try:
            return list_jobs(workspace)
        except FileNotFoundError:
            if os.path.isdir(workspace.project):
                logger.info("the workspace %s does not exist", workspace.path)
            else:
                logger.warning("the project %s does not exist", workspace.project)
            return [], False
        except WorkspaceError as error:
            logger.error("%s", error)
            raise

    def read_jobs(
        self, ids: Sequence[str]
    ) -> tuple[list[tuple[str, dict[str, Any], bytes]], dict[str, Exception]]:
        """Return id, state point and text of jobs, and why some cannot be read.

        Jobs that vanished are in neither.
        """
        found = []
        problems: dict[str, Exception] = {}
        self._reading = True
        for job_id, statepoint, raw in self._read_quickly(ids):
            if statepoint is not None:
                found.append((job_id, statepoint, raw))
                continue
            try:
                found.append((job_id, *self._read_carefully(job_id)))
            except JobVanishedError:
                continue
            except (JobsCorruptedError, PermissionError) as error:
                if os.path.isdir(self.workspace.job(job_id)):
                    problems[job_id] = error
        return found, problems

    def _read_quickly(
        self, ids: Sequence[str]
    ) -> Iterator[tuple[str, dict[str, Any] | None, bytes]]:
        if not self._prefer_cache:
            yield from read_quickly(self.workspace, ids)
            return
        for job_id in ids:
            statepoint = self._legacy.get(job_id)
            yield job_id, statepoint, b"" if statepoint is None else jsonfile.encode(statepoint)

    def _read_carefully(self, job_id: str) -> tuple[dict[str, Any], bytes]:
        try:
            statepoint, raw = read_statepoint(self.workspace, job_id)
            return statepoint, jsonfile.plain_text(raw, statepoint)
        except JobsCorruptedError:
            known = self.recall(job_id, from_disk=True)
            if known is None:
                raise
            return known, jsonfile.encode(known)

    def prefer_cache(self) -> None:
        """Take state points from the cache file of the released signac where it has them."""
        self._prefer_cache = self._legacy.is_handy()

    def finish_reading(self) -> None:
        """Let go of what reading many jobs needed."""
        self._reading = self._prefer_cache = False
        self._legacy.release()

    def document_views(self, parts: Sequence[Part]) -> list[DocumentView]:
        """Return the documents of parts of the index, for one search."""
        buffered = self._buffered_documents()
        path = self.workspace.path
        return [DocumentView(part, path, self.catalog, buffered) for part in parts]

    def _buffered_documents(self) -> dict[str, Any]:
        """Return the documents of jobs that this process holds in its buffer."""
        contents = PROCESS_BUFFER.contents()
        if not contents:
            return {}
        starts = {self.workspace.path + os.sep, os.path.realpath(self.workspace.path) + os.sep}
        end = os.sep + layout.DOCUMENT
        found = {}
        for paths, data in contents:
            for path in paths:
                for start in starts:
                    if path.startswith(start) and path.endswith(end):
                        found[path[len(start) : -len(end)]] = data or {}
        return {name: data for name, data in found.items() if is_id(name)}

    def has_job(self, job_id: str) -> bool:
        """Tell whether the directory of a job is there."""
        return os.path.isdir(self.workspace.job(job_id))


def _verified(raw: bytes, job_id: str) -> dict[str, Any] | None:
    try:
        statepoint = jsonfile.parse(raw)
    except (ValueError, RecursionError):
        return None
    if statepoint.__class__ is dict and has_id(raw, statepoint, job_id):
        return statepoint
    return None


def _parse(raw: bytes) -> dict[str, Any]:
    statepoint: dict[str, Any] = jsonfile.parse(raw)
    return statepoint
