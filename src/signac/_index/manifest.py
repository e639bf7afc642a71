"""The manifest: which segments make up the index, and when the workspace was listed.

It is replaced as a whole, so a reader sees one state or the next. Segments are immutable and have
names of their own; one that the manifest does not name is garbage. Every file can be deleted at any
moment: what is missing or damaged counts as absent.
"""

from __future__ import annotations

import os
import re
import stat
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple
from zlib import crc32

from signac._core import atomic, jsonfile, scratch
from signac._core.ids import is_id
from signac._core.jsonfile import SETTLED_AFTER_NS, is_local
from signac._core.locks import fcntl
from signac._core.replace import discard
from signac._index.pages import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "Listing",
    "Manifest",
    "PartEntry",
    "holding",
    "load",
    "remove_garbage",
    "remove_unfinished",
    "save",
    "stamp_of_directory",
    "write_segment",
]

_FORMAT: Final = 1
_NAME: Final = "manifest"
#: A random number, and the fingerprint of the contents.
_NAMES: Final = r"[0-9a-f]{16}\.[0-9a-f]{16}\.seg"
_UNFINISHED: Final = r"[0-9a-f]{16}[-0-9a-f]*\.(tmp|statepoint_cache\.json\.gz)"


class Listing(NamedTuple):
    """The status of the workspace directory when its entries were known.

    Attributes
    ----------
    stamp : tuple of int
        Device, inode, both times, number of links and size; unchanged by the listing.
    at : int
        When the listing began, in nanoseconds since the epoch.
    links : bool
        Whether jobs are symbolic links, whose targets can vanish without a trace in here.
    """

    stamp: tuple[int, ...]
    at: int
    links: bool

    def proves(self, stamp: tuple[int, ...]) -> bool:
        """Tell whether a directory with this status certainly has the entries that were listed."""
        return self.stamp == stamp and self.is_settled()

    def is_settled(self) -> bool:
        """Tell whether an equal status proves anything at all."""
        changed = max(self.stamp[2], self.stamp[3])
        return not self.links and self.at - changed > SETTLED_AFTER_NS and is_local(self.stamp[0])


class PartEntry(NamedTuple):
    """One segment of state points, with what belongs to it.

    Attributes
    ----------
    segment : str
        Name of the file.
    removed : tuple of int
        Rows of jobs that are gone.
    documents, patch : str or None
        Files with the documents of these jobs, and with those that changed since.
    """

    segment: str
    removed: tuple[int, ...] = ()
    documents: str | None = None
    patch: str | None = None


class Manifest(NamedTuple):
    """What is in the index.

    Attributes
    ----------
    parts : tuple of PartEntry
        Together they have each job once.
    listing : Listing or None
        When the parts and `unread` were exactly the jobs there.
    unread : tuple of str
        Ids of jobs whose state point could not be read.
    cache : tuple of str
        Digests of the cache file of the released signac and of the ids in it; empty if unknown.
    """

    parts: tuple[PartEntry, ...] = ()
    listing: Listing | None = None
    unread: tuple[str, ...] = ()
    cache: tuple[str, ...] = ()

    def names(self) -> set[str]:
        """Return the names of all files it refers to."""
        return {
            name
            for part in self.parts
            for name in (part.segment, part.documents, part.patch)
            if name is not None
        }


def stamp_of_directory(status: os.stat_result) -> tuple[int, ...]:
    """Return what tells that the entries of a directory changed."""
    return (
        status.st_dev,
        status.st_ino,
        status.st_mtime_ns,
        status.st_ctime_ns,
        status.st_nlink,
        status.st_size,
    )


def load(directory: str, known: jsonfile.Stamp | None) -> tuple[Manifest, jsonfile.Stamp] | None:
    """Return the manifest and its stamp, None if there is none or it still has the known stamp."""
    path = os.path.join(directory, _NAME)
    try:
        if known is not None and jsonfile.stamp_of(os.stat(path)) == known:
            return None
        raw, stamp = jsonfile.read_file(path)
    except OSError:
        return None
    try:
        return _parse(raw), stamp
    except (ValueError, TypeError, KeyError, IndexError, RecursionError):
        return None


def save(directory: str, manifest: Manifest) -> jsonfile.Stamp:
    """Replace the manifest and return the stamp of the new one.

    Raises
    ------
    OSError
        When the project may not be written; the old one is there still.
    """
    body = jsonfile.encode([_FORMAT, *manifest])
    entry = _new_file(directory, "tmp", 0o666)
    try:
        assert entry.descriptor is not None
        atomic.write(entry.descriptor, b"%08x\n%b" % (crc32(body), body), entry.path)
        entry.finish_writing()
        path = os.path.join(directory, _NAME)
        atomic.replace(entry.path, path)
        return jsonfile.stamp_of(os.stat(entry.descriptor or path))
    except BaseException:
        discard(entry)
        raise
    finally:
        entry.close()


def write_segment(directory: str, pieces: list[bytes], mode: int = 0o666) -> scratch.Entry:
    """Write a segment; it is garbage once the entry is closed, unless a manifest names it.

    Its name is made of a random number and of the fingerprint of its contents, so that another
    segment under this name, from a backup that mixes files, is not taken for it.
    """
    entry = _new_file(directory, fingerprint(pieces) + ".seg", mode)
    try:
        assert entry.descriptor is not None
        for piece in pieces:
            atomic.write(entry.descriptor, piece, entry.path)
    except BaseException:
        discard(entry)
        raise
    return entry


def _new_file(directory: str, label: str, mode: int) -> scratch.Entry:
    """Create a file of the index, which the group may replace if the project belongs to it."""
    above = os.stat(os.path.dirname(directory)).st_mode
    shared = above & stat.S_IWGRP
    try:
        if atomic.make_directory(directory) and shared:
            atomic.change_mode(directory, stat.S_IMODE(above))
    except FileExistsError:
        pass
    entry = scratch.new_file(directory, label, mode & 0o666 | 0o600, plain=True)
    if shared and mode & 0o060 == 0o060 and entry.descriptor is not None:
        own = stat.S_IMODE(os.fstat(entry.descriptor).st_mode)
        if own & 0o060 != 0o060:
            atomic.change_mode(entry.path, own | 0o060)
    return entry


@contextmanager
def holding(directory: str, names: Iterable[str]) -> Iterator[bool]:
    """Keep segments from being removed as garbage; False if one is gone, or going.

    Whoever publishes a manifest holds what it names. Otherwise another process, whose manifest
    does without a segment, could remove it in the moment before it is named again.
    """
    with ExitStack() as stack:
        yield all(_hold(os.path.join(directory, name), stack) for name in names)


def _hold(path: str, stack: ExitStack) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    except OSError:
        return False
    stack.callback(os.close, descriptor)
    if fcntl is None:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # no locks here: `remove_garbage` goes by age
        return True
    return os.fstat(descriptor).st_nlink > 0


def remove_garbage(directory: str, kept: Iterable[str]) -> None:
    """Remove the files that no manifest names and no living process is writing."""
    names = {_NAME, *kept}
    try:
        # The directory may be a link, so only what is surely of the index is removed.
        garbage = [
            name
            for name in os.listdir(directory)
            if name not in names and (re.fullmatch(_NAMES, name) or re.fullmatch(_UNFINISHED, name))
        ]
    except OSError:
        return
    for name in garbage:
        entry = scratch.take_stale(os.path.join(directory, name))
        if entry is None:
            continue
        # Another process may have named it since.
        loaded = load(directory, None)
        if loaded is None or name not in loaded[0].names():
            discard(entry)
        else:
            entry.close()


def remove_unfinished(directory: str) -> None:
    """Remove the files that dead processes had not named yet; segments are left to the next search.

    Whoever opens the project does this, so what a killed `update_cache` left does not wait for a
    search that has something to write.
    """
    try:
        names = os.listdir(directory)
    except OSError:
        return
    for name in names:
        if re.fullmatch(_UNFINISHED, name):
            entry = scratch.take_stale(os.path.join(directory, name))
            if entry is not None:
                discard(entry)


def _parse(raw: bytes) -> Manifest:
    check, _, body = raw.partition(b"\n")
    if int(check, 16) != crc32(body):
        raise ValueError("checksum")
    form, parts, listing, unread, cache = jsonfile.parse(body)
    if form != _FORMAT:
        raise ValueError("format")
    for segment, gone, *files in parts:
        if not all(re.fullmatch(_NAMES, name) for name in (segment, *filter(None, files))):
            raise ValueError("a name")
        if not all(row.__class__ is int and row >= 0 for row in gone):
            raise ValueError("a row")
    if not all(is_id(name) for name in unread):
        raise ValueError("an id")
    if not all(text.__class__ is str for text in cache):
        raise ValueError("a digest")
    return Manifest(
        tuple(PartEntry(segment, tuple(gone), *files) for segment, gone, *files in parts),
        None if listing is None else Listing(tuple(listing[0]), listing[1], listing[2]),
        tuple(unread),
        tuple(cache),
    )
