"""What writes exported jobs: into a directory, or through a function of the user."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from signac._core import atomic, layout, scratch
from signac._core.replace import replace_file
from signac._engine.adopt import copy_job
from signac._engine.copying import loosen, sync_tree
from signac._engine.create import put_into_place
from signac._engine.record import read_statepoint
from signac._transfer.exports.inventory import Contents, list_members, take
from signac.errors import JobsCorruptedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from signac._core.durability import Durability
    from signac._engine.workspace import Workspace
    from signac._transfer.journal import Journal

__all__ = [
    "JOURNAL",
    "MANIFEST",
    "CallingWriter",
    "DirectoryWriter",
    "Entry",
    "Writer",
    "Written",
]

#: Lists what was exported, at the root of the target.
MANIFEST: Final = "signac_manifest.json"
#: Holds notes of exports that did not come to their end, there too.
JOURNAL: Final = ".signac_transfer"
#: From so many jobs on, a larger batch makes nothing faster.
_BATCH: Final = 128
#: With these no other job can be written either.
_HOPELESS: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})
_PASSING: Final = frozenset({layout.STATEPOINT, layout.STATEPOINT_NEXT, MANIFEST})


class Entry(NamedTuple):
    """One job to export: where it is, and where it goes, relative to the target."""

    id: str
    path: str
    workspace: Workspace
    rel: str


class Written(NamedTuple):
    """What became of one job: what was written of it, or why it was not."""

    entry: Entry
    contents: Contents | None = None
    error: Exception | None = None


class Writer(Protocol):
    """Writes jobs into one target."""

    def write(self, entries: Sequence[Entry]) -> Iterator[Written]:
        """Write jobs one after the other; one that cannot be read does not stop the others."""

    def finish(self, make_manifest: Callable[[], bytes] | None, *, complete: bool) -> None:
        """Let the target be what was asked for; not `complete` if jobs are missing in it."""

    def drop(self) -> None:
        """Undo what is not of use without the rest."""


class DirectoryWriter:
    """Copies jobs into scratch within the target, and renames each into its place when it is whole.

    Dying anywhere leaves some jobs whole and the others not there, the journal that tells which
    names are being made, and scratch that the next export into this directory removes.
    """

    def __init__(
        self, target: str, root: str, journal: Journal, level: Durability, *, hashing: bool
    ) -> None:
        self._target = target
        self._journal = journal
        self._level = level
        self._hashing = hashing
        self._scratch = os.path.join(root, layout.SCRATCH)

    def write(self, entries: Sequence[Entry]) -> Iterator[Written]:
        """Write jobs in batches that share a sync, the first ones soon."""
        self._journal.begin((entry.rel for entry in entries), self._level)
        for stale in scratch.iter_stale(self._scratch):
            _discard(stale.path)
        start, size = 0, 1
        while start < len(entries):
            yield from self._write_batch(entries[start : start + size])
            start, size = start + size, min(2 * size, _BATCH)

    def _write_batch(self, batch: Sequence[Entry]) -> list[Written]:
        holder = scratch.new_directory(self._scratch, "export")
        try:
            written = [
                self._build(entry, os.path.join(holder.path, str(number)))
                for number, entry in enumerate(batch)
            ]
            sync_tree(holder.path, self._level)
            for number, one in enumerate(written):
                path = os.path.join(holder.path, str(number))
                if one.error is None and os.path.isdir(path):
                    written[number] = self._place(one, path)
        finally:
            _discard(holder.path)
            holder.close()
        return written

    def _build(self, entry: Entry, place: str) -> Written:
        target = self._target_of(entry)
        try:
            if not os.path.isdir(entry.path):
                raise FileNotFoundError(
                    errno.ENOENT, "the job is not there; job.init() makes it", entry.path
                )
            if not (os.path.lexists(target) and _is_copy(entry, target)):
                atomic.make_directory(place)
                copy_job(entry.workspace, entry.id, place)
                target = place
            return Written(entry, take(target) if self._hashing else Contents({}, {}))
        except OSError as error:
            _discard(place)
            seen = _as_seen(error, place, self._target_of(entry))
            if error.errno in _HOPELESS:
                raise seen from error
            return Written(entry, error=seen)
        except JobsCorruptedError as error:
            _discard(place)
            return Written(entry, error=error)

    def _place(self, one: Written, path: str) -> Written:
        """Rename a job into its place; what is there, and no copy of the job, stays."""
        target = self._target_of(one.entry)
        try:
            with atomic.naming(target):
                atomic.make_directories(os.path.dirname(target), sync=self._level == "durable")
                mode = loosen(path)
                if os.path.lexists(target) or not put_into_place(path, target):
                    raise FileExistsError(
                        errno.EEXIST,
                        "there is something that differs from the job; move it away, and run the "
                        "same call again",
                        target,
                    )
                if mode is not None:
                    atomic.change_mode(target, mode)
                if self._level == "durable":
                    atomic.sync_directory(os.path.dirname(target))
        except OSError as error:
            if error.errno in _HOPELESS:
                raise
            return Written(one.entry, error=error)
        return one

    def _target_of(self, entry: Entry) -> str:
        return os.path.join(self._target, entry.rel) if entry.rel else self._target

    def finish(self, make_manifest: Callable[[], bytes] | None, *, complete: bool) -> None:
        """Write the manifest; a journal stays if jobs are missing, so that they can follow."""
        if make_manifest is not None and os.path.isdir(self._target):
            path = os.path.join(self._target, MANIFEST)
            replace_file(path, make_manifest(), scratch=self._scratch, level=self._level)
        # crash: in this order, so that whoever finds scratch finds the journal too.
        self.drop()
        if complete:
            self._journal.end()

    def drop(self) -> None:
        """Remove the place for scratch; jobs that are written are whole and stay."""
        try:
            atomic.remove_directory(self._scratch)
        except OSError:  # not there, or somebody else is at work
            pass


class CallingWriter:
    """Lets a function of the user write each job to its final place."""

    def __init__(
        self,
        target: str,
        copytree: Callable[[str, str], object],
        level: Durability,
        *,
        hashing: bool,
    ) -> None:
        self._target = target
        self._copytree = copytree
        self._level = level
        self._hashing = hashing

    def write(self, entries: Sequence[Entry]) -> Iterator[Written]:
        """Call the function for each job; what it raises beyond system errors is raised."""
        for entry in entries:
            # peer: the target as it was given, so a relative one stays relative.
            target = os.path.join(self._target, entry.rel) if entry.rel else self._target
            try:
                atomic.make_directories(os.path.dirname(target) or os.curdir)
                self._copytree(entry.path, target)
                contents = take(target, follow=True) if self._hashing else Contents({}, {})
            except OSError as error:
                if error.errno in _HOPELESS:
                    raise
                yield Written(entry, error=error)
            else:
                yield Written(entry, contents)

    def finish(self, make_manifest: Callable[[], bytes] | None, *, complete: bool) -> None:
        """Write the manifest."""
        if make_manifest is not None and os.path.isdir(self._target):
            replace_file(os.path.join(self._target, MANIFEST), make_manifest(), level=self._level)

    def drop(self) -> None:
        """Undo nothing: what the function did is its own."""


def _is_copy(entry: Entry, copy: str) -> bool:
    """Tell whether a directory looks like the copy of a job: names, sizes and times."""
    try:
        ours, theirs = (
            {
                member.name: (member.status.st_size, member.status.st_mtime_ns)
                if member.kind == "file"
                else member.kind
                for member in list_members(root, follow=root == entry.path, leave_out=_PASSING)
            }
            for root in (entry.path, copy)
        )
        with open(os.path.join(copy, layout.STATEPOINT), "rb") as file:
            return ours == theirs and file.read() == read_statepoint(entry.workspace, entry.id)[1]
    except OSError:
        return False


def _as_seen(error: OSError, place: str, target: str) -> OSError:
    """Return an error that names the destination and not the scratch directory."""
    name = error.filename
    if not isinstance(name, str) or not name.startswith(place) or error.errno is None:
        return error
    return OSError(error.errno, error.strerror, target + name[len(place) :])


def _discard(path: str) -> None:
    """Remove what is not needed; a failure leaves it to the next sweep."""
    try:
        atomic.remove_tree(path)
    except OSError:
        pass
