"""Find out how the files of two job directories differ. Nothing here changes anything."""

from __future__ import annotations

import os
import stat
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from signac._core import layout
from signac._engine.copying import same_content
from signac._transfer.sync.plan import DocumentPlan, FileStep, JobPlan, Tree
from signac._transfer.sync.rules import FileSync, logger
from signac.errors import FileSyncConflict, SyncConflict

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from signac._transfer.sync.options import Options

__all__ = ["Comparison", "compare_files", "tell_of_backup", "walk"]

#: What the released signac leaves beside a document when it dies.
BACKUP: Final = layout.DOCUMENT + "~"
#: Not for synchronisation: the state point is what the job is, the others pass.
_OF_THE_LIBRARY: Final = frozenset({layout.STATEPOINT, layout.STATEPOINT_NEXT, BACKUP})
#: Files up to this size are read at once.
_SMALL: Final = 1 << 16
_OPEN: Final = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_name_of: Final = attrgetter("name")


class Comparison:
    """The files of a job on both sides, compared level by level.

    Attributes
    ----------
    has_document : tuple of bool
        Whether source and destination have a document.
    has_statepoint : bool
        Whether the destination has a state point file.
    """

    def __init__(
        self, source: str, destination: str, options: Options, ask: Callable[[str], Any]
    ) -> None:
        self.source = source
        self.destination = destination
        self.options = options
        self._ask = ask
        self.files: list[FileStep] = []
        self.trees: list[Tree] = []
        self.skipped: list[str] = []
        self.kept: list[str] = []
        self.conflicts: list[SyncConflict] = []
        self.has_document = (False, False)
        self.has_statepoint = False

    def compare_top(self) -> None:
        """Compare the job directories."""
        with os.scandir(self.source) as entries:
            mine = {entry.name: entry for entry in entries}
        try:
            with os.scandir(self.destination) as entries:
                theirs = {entry.name: entry for entry in entries}
        except FileNotFoundError:
            theirs = {}
        self.has_statepoint = layout.STATEPOINT in theirs
        self.has_document = (layout.DOCUMENT in mine, layout.DOCUMENT in theirs)
        if BACKUP in theirs:
            tell_of_backup(os.path.join(self.destination, BACKUP))
        left = [
            entry
            for name, entry in mine.items()
            if name not in _OF_THE_LIBRARY and not name.startswith(layout.TEMPORARY_PREFIX)
        ]
        if not self.options.copy_documents:
            left = [entry for entry in left if entry.name != layout.DOCUMENT]
        if left:
            self._compare_level("", left, theirs, (self.source,))

    def plan(
        self, job_id: str, document: DocumentPlan | None = None, *, is_new: bool = False
    ) -> JobPlan:
        """Return what was found."""
        return JobPlan(
            id=job_id,
            is_new=is_new,
            files=tuple(self.files),
            trees=tuple(self.trees),
            skipped=tuple(self.skipped),
            kept=tuple(self.kept),
            conflicts=tuple(self.conflicts),
            document=document or DocumentPlan(),
        )

    def _compare_level(
        self,
        inner: str,
        mine: list[os.DirEntry[str]],
        theirs: dict[str, os.DirEntry[str]],
        above: tuple[str, ...],
    ) -> None:
        mine.sort(key=_name_of)
        directories = []
        for entry in mine:
            if is_directory(entry, self.options.follow, above):
                directories.append(entry)
                continue
            if self.options.patterns and self.options.is_excluded(entry.name):
                logger.debug("File named '%s' is skipped (excluded).", entry.name)
                continue
            self._compare_file(inner + entry.name, entry, theirs.get(entry.name))
        for entry in directories:
            self._compare_directory(inner + entry.name, entry, theirs.get(entry.name), above)

    def _compare_file(
        self, name: str, mine: os.DirEntry[str], other: os.DirEntry[str] | None
    ) -> None:
        as_link = mine.is_symlink() and not (self.options.follow and os.path.isfile(mine.path))
        if other is None:
            volume = 0 if as_link else mine.stat().st_size
            self.files.append(FileStep(name, volume, as_link))
            return
        if not other.is_symlink() and other.is_dir():
            self._clash(name, "a file at the source, a directory at the destination")
            return
        # Documents are small, and two of one size may be written within one tick of the clock.
        deep = self.options.deep or name == layout.DOCUMENT
        size = _differing_size(mine.path, other.path, "deep" if deep else self.options.quick_check)
        if size is None:
            return
        if self._source_wins(name):
            self.files.append(FileStep(name, 0 if as_link else size, as_link, is_new=False))

    def _compare_directory(
        self,
        name: str,
        mine: os.DirEntry[str],
        other: os.DirEntry[str] | None,
        above: tuple[str, ...],
    ) -> None:
        options = self.options
        common = other is not None and other.is_dir()
        if not common and options.patterns and options.is_excluded(mine.name):
            logger.debug("Directory named '%s' is skipped (excluded).", mine.name)
            return
        if not options.recursive:
            # peer: a warning, since most people mean to copy it.
            logger.warning("Skip directory '%s'; recursive=True copies it.", mine.path)
            self.skipped.append(name)
        elif common:
            self._descend(name, above)
        elif other is not None:
            self._clash(name, "a directory at the source, a file at the destination")
        else:
            self.trees.append(walk(mine.path, name, follow=options.follow))

    def _descend(self, name: str, above: tuple[str, ...]) -> None:
        here = os.path.join(self.source, name)
        with os.scandir(here) as entries:
            mine = list(entries)
        with os.scandir(os.path.join(self.destination, name)) as entries:
            theirs = {entry.name: entry for entry in entries}
        self._compare_level(name + os.sep, mine, theirs, (*above, here))

    def _source_wins(self, name: str) -> bool:
        if self.options.strategy is None:
            path = os.path.join(self.destination, name)
            self.conflicts.append(FileSyncConflict(os.path.basename(name), path))
            return False
        if self._ask(name):
            return True
        logger.debug("Skip file '%s'.", name)
        self.kept.append(name)
        return False

    def _clash(self, name: str, sides: str) -> None:
        """Report a name that is a file on one side only; nothing is ever deleted for it."""
        if self.options.strategy is FileSync.never:
            self.kept.append(name)
            return
        path = os.path.join(self.destination, name)
        reason = f"this is {sides}; rename one of them"
        self.conflicts.append(FileSyncConflict(os.path.basename(name), path, reason))


def walk(path: str, name: str = "", *, follow: bool, leave_out: Collection[str] = ()) -> Tree:
    """List a directory that is to be copied whole.

    Parameters
    ----------
    path, name : str
        The directory, and its path in the job directory.
    follow : bool
        Take what links lead to, if it is there and the directory is not in it, and not the links.
    leave_out : collection of str
        Names at the top that are not listed.
    """
    directories: list[str] = []
    files: list[FileStep] = []
    pending: list[tuple[str, tuple[str, ...]]] = [("", ())]
    while pending:
        inner, above = pending.pop()
        here = os.path.join(path, inner) if inner else path
        above = (*above, here)
        if inner:
            directories.append(inner)
        with os.scandir(here) as entries:
            found = sorted(entries, key=_name_of)
        for entry in found:
            if not inner and entry.name in leave_out:
                continue
            relative = os.path.join(inner, entry.name)
            if is_directory(entry, follow, above):
                pending.append((relative, above))
            elif entry.is_symlink() and not (follow and os.path.isfile(entry.path)):
                files.append(FileStep(relative, 0, is_link=True))
            else:
                files.append(FileStep(relative, entry.stat().st_size))
    return Tree(name, tuple(directories), tuple(files))


def is_directory(entry: os.DirEntry[str], follow: bool, above: tuple[str, ...]) -> bool:
    """Tell whether to look into something: a directory, or a link to one that is no loop."""
    if not entry.is_symlink():
        return entry.is_dir()
    if not follow or not os.path.isdir(entry.path):
        return False
    return _key_of(entry.path) not in map(_key_of, above)


def _key_of(path: str) -> tuple[int, int]:
    status = os.stat(path)
    return status.st_dev, status.st_ino


def _differing_size(mine: str, other: str, check: str) -> int | None:
    """Return the size of a file of the source that differs, None if both sides are the same."""
    try:
        one, two = os.stat(mine), os.stat(other)
    except FileNotFoundError:
        # A link that leads nowhere, on either side.
        same = (
            os.path.islink(mine)
            and os.path.islink(other)
            and os.readlink(mine) == os.readlink(other)
        )
        return None if same else 0
    if not (stat.S_ISREG(one.st_mode) and stat.S_ISREG(two.st_mode)):
        return None if os.path.samestat(one, two) else 0
    if one.st_size != two.st_size:
        return one.st_size
    # peer: files of one size and time count as the same, unless `deep` asks for a look.
    if check == "size" or (check != "deep" and _is_one_time(one, two, check)):
        return None
    return None if _is_same_content(mine, other, one.st_size) else one.st_size


def _is_one_time(one: os.stat_result, two: os.stat_result, check: str) -> bool:
    times = one.st_mtime_ns, two.st_mtime_ns
    if check == "second":
        times = times[0] // 10**9, times[1] // 10**9
    return times[0] == times[1]


def _is_same_content(mine: str, other: str, size: int) -> bool:
    # perf: a third of the time for small files, which most are (compare.py, sync-again).
    if size <= _SMALL:
        one = _read_small(mine, size)
        if len(one) == size:
            return one == _read_small(other, size)
    return same_content(mine, other)


def _read_small(path: str, size: int) -> bytes:
    descriptor = os.open(path, _OPEN)
    try:
        return os.read(descriptor, size + 1)
    finally:
        os.close(descriptor)


def tell_of_backup(path: str) -> None:
    """Report what an interrupted call of the released signac left beside a document."""
    logger.warning(
        "%s was left by an interrupted synchronisation of the released signac; it may hold the "
        "document as it was before that. Look at it, then remove it.",
        path,
    )


def compare_files(
    source: str, destination: str, options: Options, ask: Callable[[str], Any]
) -> Comparison:
    """Compare two job directories; `ask` says which side a name is taken from."""
    comparison = Comparison(source, destination, options, ask)
    comparison.compare_top()
    return comparison
