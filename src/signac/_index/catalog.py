"""What is in a workspace, known without reading it: the index of one project in one process.

`Catalog.refresh` makes it current. If the workspace directory has the status it had when it was
last listed, nothing was added or removed since, and one ``stat`` is all; otherwise the workspace is
listed and only the state points of new jobs are read. An id is the hash of its state point, so
what is known of an id never goes stale.
"""

from __future__ import annotations

import os
import threading
import time
from bisect import bisect_left
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from signac._core.collector import pausing_collector
from signac._core.progress import reporting
from signac._index import manifest as manifests
from signac._index import merge
from signac._index.build import Builder
from signac._index.manifest import Listing, Manifest, PartEntry
from signac._index.pages import DamagedIndexError
from signac._index.parts import Part
from signac._index.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from signac._core.jsonfile import Stamp

__all__ = ["Catalog", "Refreshed", "Source"]

#: A project with fewer jobs is listed and read faster than its index.
_SMALLEST: Final = 32
_BATCH: Final = 2_000
#: Seconds for one state point; a disk that takes longer is slower than one large cache file.
_SLOW_READ: Final = 100e-6


class Source(Protocol):
    """What the catalog asks the layer above, which knows how jobs are read."""

    @property
    def workspace_path(self) -> str:
        """The directory that holds the job directories."""

    def list_jobs(self) -> tuple[list[str], bool]:
        """Return the ids of all jobs, and whether some are symbolic links."""

    def read_jobs(
        self, ids: Sequence[str]
    ) -> tuple[list[tuple[str, dict[str, Any], bytes]], dict[str, Exception]]:
        """Return id, state point and text of jobs, and why some cannot be read."""

    def prefer_cache(self) -> None:
        """Take state points from the cache file of the released signac where it has them."""

    def finish_reading(self) -> None:
        """Let go of what reading many jobs needed."""


class Refreshed(NamedTuple):
    """What `Catalog.refresh` did.

    Attributes
    ----------
    listed : bool
        Whether the workspace was listed; otherwise its status was enough.
    read : int
        How many state points were read from their files.
    """

    listed: bool = False
    read: int = 0


class Catalog:
    """The index of one project.

    Attributes
    ----------
    parts : list of Part
        Together they have each job once whose state point is known.
    unread : dict
        Jobs whose state point could not be read, and why.
    cache : tuple of str
        Digests of the cache file of the released signac and of the ids in it, if known.
    """

    def __init__(self, source: Source, directory: str) -> None:
        self._source = source
        self.store = Store(directory)
        self._lock = threading.RLock()
        self._process = os.getpid()
        self.parts: list[Part] = []
        self.unread: dict[str, Exception] = {}
        self.cache: tuple[str, ...] = ()
        self._listing: Listing | None = None
        self._published = Manifest()
        self._seen: Stamp | None = None

    def __len__(self) -> int:
        return sum(map(len, self.parts)) + len(self.unread)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep the other threads out for a block."""
        if self._process != os.getpid():
            # Forked: whoever held the lock is not in this process.
            self._lock = threading.RLock()
            self._process = os.getpid()
        with self._lock:
            yield

    def refresh(self) -> Refreshed:
        """Bring the catalog up to date."""
        if self.is_current():
            return Refreshed(read=self._retry_unread())
        return Refreshed(listed=True, read=self._list())

    def is_current(self) -> bool:
        """Tell whether the set of jobs is known, from this process or from the index on disk."""
        stamp = self._stamp()
        if stamp is None:
            return False
        if self._listing is not None and self._listing.proves(stamp):
            return True
        self._load()
        return self._listing is not None and self._listing.proves(stamp)

    def ids(self) -> list[str]:
        """Return the ids of all jobs that are known, sorted."""
        found: list[str] = []
        for part in self.parts:
            if part.removed:
                gone = part.removed
                found += [key for row, key in enumerate(part.hex_ids()) if row not in gone]
            else:
                found += part.hex_ids()
        found += self.unread
        found.sort()
        return found

    def with_prefix(self, prefix: str, most: int) -> list[str]:
        """Return up to `most` of the known ids that begin with `prefix`."""
        found = [job_id for job_id in self.unread if job_id.startswith(prefix)]
        for part in self.parts:
            found += part.with_prefix(prefix, most)
        return sorted(found)[:most]

    def drop(self, part: Part) -> None:
        """Forget what turned out to be damaged: first the documents, then the state points."""
        if part.opened_documents is not None or any(part.saved_documents):
            part.forget_documents()
            return
        if part in self.parts:
            self.parts.remove(part)
        self._listing = None

    def drop_all(self) -> None:
        """Forget everything."""
        self.parts, self.unread, self._listing = [], {}, None

    def is_saved(self) -> bool:
        """Tell whether all of it is on disk."""
        return bool(self.parts) and all(part.name is not None for part in self.parts)

    def _stamp(self) -> tuple[int, ...] | None:
        try:
            return manifests.stamp_of_directory(os.stat(self._source.workspace_path))
        except OSError:
            return None

    def _load(self) -> None:
        """Take over the manifest on disk if it is another than the one known."""
        loaded = manifests.load(self.store.directory, self._seen)
        if loaded is not None:
            self._adopt(*loaded)

    def _adopt(self, manifest: Manifest, seen: Stamp) -> None:
        self._seen = seen
        known = {part.name: part for part in self.parts if part.name is not None}
        parts = [self._open(entry, known.get(entry.segment)) for entry in manifest.parts]
        self.parts = [part for part in parts if part is not None]
        self.unread = {job_id: Exception("not read yet") for job_id in manifest.unread}
        self._published = manifest
        self.cache = manifest.cache
        self._listing = manifest.listing if len(self.parts) == len(parts) else None

    def _open(self, entry: PartEntry, part: Part | None) -> Part | None:
        if part is None:
            try:
                part = Part(self.store.segment(entry.segment), entry.segment)
            except (OSError, DamagedIndexError):
                return None
        try:
            part.take(entry)
        except DamagedIndexError:
            return None
        return part

    def _list(self) -> int:
        """List the workspace and read what is new; return how many state points were read."""
        before = self._stamp()
        at = time.time_ns()
        ids, links = self._source.list_jobs()
        if before is None:
            # The workspace is gone, perhaps for a while only: what is on disk stays.
            self.parts, self.unread, self._listing, self._seen = [], {}, None, None
            return 0
        left = set(ids)
        del ids
        for part in self.parts:
            known = part.hex_ids()
            gone = set(known).difference(left)
            part.remove(frozenset(bisect_left(known, job_id) for job_id in gone))
            left.difference_update(known)
        self.parts = [part for part in self.parts if len(part)]
        self._listing = None
        new = sorted(left)
        del left
        self.unread = {}
        count = len(new)
        self._read(new)
        if before == self._stamp():
            self._listing = Listing(before, at, links)
        self._tidy()
        self.publish()
        return count

    def _retry_unread(self) -> int:
        """Look again at jobs that could not be read: their files may be mended by now."""
        tried = sorted(self.unread)
        if not tried:
            return 0
        count = len(tried)
        # Should this be interrupted, what is known is not all there is.
        listing, self._listing = self._listing, None
        self.unread = {}
        self._read(tried)
        self._listing = listing
        if len(self.unread) < count:
            self._tidy()
            self.publish()
        return count

    def _read(self, ids: list[str]) -> None:
        """Read the state points of jobs into new parts; empties the list of their ids."""
        try:
            self._read_all(ids)
        finally:
            self._source.finish_reading()

    def _read_all(self, ids: list[str]) -> None:
        total = len(ids)
        to_disk = len(self) + total >= _SMALLEST
        started = time.monotonic()
        with pausing_collector(), reporting("reading state points", total) as report:
            while ids:
                builder = Builder()
                # In chunks, so that at most one segment is in memory while it is made.
                chunk = ids[: merge.MOST_ROWS]
                del ids[: merge.MOST_ROWS]
                for low in range(0, len(chunk), _BATCH):
                    self._read_batch(builder, chunk[low : low + _BATCH])
                    report(min(total - len(ids) - len(chunk) + low + _BATCH, total - len(ids)))
                    if low == 0 and time.monotonic() - started > _BATCH * _SLOW_READ:
                        self._source.prefer_cache()
                if len(builder):
                    self.parts.append(Part(*self.store.add(builder.finish(), to_disk=to_disk)))
                if ids:
                    self.publish(interim=True)  # if interrupted, this is not done again

    def _read_batch(self, builder: Builder, ids: Sequence[str]) -> None:
        found, problems = self._source.read_jobs(ids)
        self.unread.update(problems)
        if found:
            keys, values, texts = zip(*found, strict=True)
            builder.add(map(bytes.fromhex, keys), texts, values)

    def _tidy(self) -> None:
        """Join small parts; write down what was kept in memory while the project was small."""
        to_disk = len(self) >= _SMALLEST and self.store.writable
        group = [part for part in self.parts if to_disk and part.name is None]
        while group := group or merge.choose(self.parts):
            try:
                joined = merge.join(group, self.store, to_disk=to_disk)
            except DamagedIndexError:
                return  # the search that follows finds out which part it is
            self.parts = [part for part in self.parts if part not in group]
            self.parts.append(joined)
            group = []

    def publish(self, *, interim: bool = False) -> None:
        """Write the manifest if it says anything new; `interim` when more is to come."""
        if len(self) < _SMALLEST or (not interim and self._was_overtaken()):
            self.store.release()
            return
        self._forget_lost_files()
        saved = [part for part in self.parts if part.name is not None]
        listing = self._listing
        if listing is not None and (len(saved) < len(self.parts) or not listing.is_settled()):
            listing = None
        manifest = Manifest(
            tuple(part.entry() for part in saved),
            listing,
            tuple(sorted(self.unread)) if listing is not None else (),
            self.cache,
        )
        unchanged = manifest._replace(listing=self._published.listing)
        if unchanged == self._published and listing in (None, self._published.listing):
            self.store.release()
            return
        stamp = self.store.publish(manifest)
        if stamp is not None:
            self._seen = stamp
            self._published = manifest

    def _was_overtaken(self) -> bool:
        """Take over what another process published meanwhile, if it is true of this moment."""
        loaded = manifests.load(self.store.directory, self._seen)
        stamp = self._stamp()
        if loaded is None or stamp is None:
            return False
        listing = loaded[0].listing
        if listing is None or not listing.proves(stamp):
            return False
        before = self.parts, self.unread, self.cache, self._listing, self._published, self._seen
        removed = [part.removed for part in self.parts]
        self._adopt(*loaded)
        if self._listing is not None:
            return True
        # A file that it names is damaged or gone: what this process knows is better.
        self.parts, self.unread, self.cache, self._listing, self._published, self._seen = before
        for part, rows in zip(self.parts, removed, strict=True):
            part.remove(rows)
        return False

    def _forget_lost_files(self) -> None:
        """Name no file that another process took for garbage."""
        present = self.store.names()
        for part in self.parts:
            part.forget_lost_files(present)

    def save_documents(self) -> None:
        """Write down what searches learned of documents."""
        changed = [part for part in self.parts if part.save_documents(self.store)]
        if changed:
            self.publish()
