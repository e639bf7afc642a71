"""What all handles of one project share: its paths and the state points known so far."""

from __future__ import annotations

import logging
import os
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from signac._core import jsonfile
from signac._core.ids import has_id, is_id_prefix
from signac._engine.record import read_statepoint
from signac._engine.workspace import Workspace, iter_ids
from signac._index.legacy_cache import LegacyCache
from signac.errors import AmbiguousIdError, JobNotFoundError, WorkspaceError

if TYPE_CHECKING:
    from signac._core.durability import Durability

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

    __slots__ = ("_known", "_legacy", "workspace")

    def __init__(self, project: str, level: Durability | None = None) -> None:
        self.workspace = Workspace.of(project, level)
        self._known: dict[str, bytes] = {}
        self._legacy = LegacyCache(project)

    def remember(self, job_id: str, statepoint: dict[str, Any]) -> None:
        """Keep a plain state point."""
        self._remember(job_id, jsonfile.encode(statepoint))

    def _remember(self, job_id: str, raw: bytes) -> None:
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[job_id] = raw

    def recall(self, job_id: str, *, from_disk: bool = False) -> dict[str, Any] | None:
        """Return a state point known in memory or, `from_disk`, in the cache file."""
        raw = self._known.get(job_id)
        if raw is not None:
            return _parse(raw)
        return self._legacy.get(job_id) if from_disk else None

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
        matches = []
        if is_id_prefix(prefix):
            matches = [job_id for job_id in self.list_ids() if job_id.startswith(prefix)]
        if not matches:
            where = self.workspace.path
            raise JobNotFoundError(
                prefix, f"no job in {where} has an id that begins with {prefix!r}"
            )
        if len(matches) > 1:
            raise AmbiguousIdError(
                prefix,
                sorted(matches),
                f"{len(matches)} jobs have ids that begin with {prefix!r}; give at least "
                f"{self.unique_length()} characters",
            )
        return matches[0]

    def unique_length(self) -> int:
        """Return how many characters tell all ids apart; 0 for less than two jobs."""
        pairs = pairwise(sorted(self.list_ids()))
        return 1 + max((len(os.path.commonprefix(pair)) for pair in pairs), default=-1)

    def list_ids(self) -> list[str]:
        """Return the ids of all jobs; a workspace that is gone has none, which is logged."""
        workspace = self.workspace
        try:
            return list(iter_ids(workspace))
        except FileNotFoundError:
            if os.path.isdir(workspace.project):
                logger.info("the workspace %s does not exist", workspace.path)
            else:
                logger.warning("the project %s does not exist", workspace.project)
            return []
        except WorkspaceError as error:
            logger.error("%s", error)
            raise


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
