"""Find jobs in a directory, and copy them."""

from __future__ import annotations

import logging
import os
import stat
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from signac._core import atomic, jsonfile, layout
from signac._core.ids import id_of_plain, is_id
from signac._engine.copying import copy_tree
from signac._transfer.imports.limits import Meter
from signac._transfer.imports.plan import OWN, Source, Sources, parse_statepoint
from signac.errors import ImportRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signac._engine.workspace import Workspace
    from signac._transfer.imports.limits import ImportLimits
    from signac._transfer.imports.plan import Identify, Problems

    #: Device and inode of the directories above one another.
    Inodes = tuple[tuple[int, int], ...]

__all__ = ["copy_source", "find_in_directory", "write_statepoint"]

logger = logging.getLogger("signac.import_export")


def find_in_directory(
    origin: str,
    workspace: Workspace,
    identify: Identify | None,
    limits: ImportLimits,
    problems: Problems,
    *,
    links: bool,
) -> list[Source]:
    """Return the directories below an origin that become jobs, each without what lies in it.

    Links to directories are not followed. The jobs of the workspace itself are left out. With
    `links`, those in the jobs are looked at: one that leads out of the origin is a problem.
    """
    return _Walk(origin, workspace, identify, limits, problems, links=links).run()


def copy_source(source: Source, directory: str) -> None:
    """Copy a source, and write its state point file if it has none."""
    if source.text is not None:
        write_statepoint(source.text, directory)
    out = {layout.STATEPOINT_NEXT}
    if source.text is not None:
        out.add(layout.STATEPOINT)
    copy_tree(source.path, directory, leave_out=out)


def write_statepoint(text: bytes, directory: str) -> None:
    """Write the state point file of a job that is being built."""
    atomic.write_in_place(os.path.join(directory, layout.STATEPOINT), text)


class _Walk:
    def __init__(
        self,
        origin: str,
        workspace: Workspace,
        identify: Identify | None,
        limits: ImportLimits,
        problems: Problems,
        *,
        links: bool,
    ) -> None:
        self._origin = origin
        self._root = os.path.realpath(origin)
        self._workspace = os.path.realpath(workspace.path)
        self._identify = identify
        self._limits = limits
        self._problems = problems
        self._links = links
        self._sources = Sources(problems)
        self._seen: set[str] = set()

    def run(self) -> list[Source]:
        if self._is_own(self._root):
            return []
        pending = [""]
        while pending:
            below = pending.pop()
            path = os.path.join(self._origin, below) if below else self._origin
            try:
                with os.scandir(path) as entries:
                    found = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                # peer: passed over, without a word.
                logger.warning("%s was not searched for jobs: %s", path, error.strerror)
                continue
            if self._is_source(path, below, any(one.name == layout.STATEPOINT for one in found)):
                continue
            inner = (one.name for one in found if one.is_dir(follow_symlinks=False))
            names = [os.path.join(below, name) for name in inner if name not in OWN]
            pending += (name for name in reversed(names) if not self._is_workspace(name))
        return self._sources.found

    def _is_workspace(self, below: str) -> bool:
        return os.path.join(self._root, below) == self._workspace

    def _is_own(self, root: str) -> bool:
        """Tell whether the origin is the workspace, or inside one of its jobs."""
        if root == self._workspace:
            return True
        start = self._workspace + os.sep
        return root.startswith(start) and is_id(root[len(start) :].split(os.sep)[0])

    def _is_source(self, path: str, below: str, has_file: bool) -> bool:
        """Tell whether a directory is a job, or would be if nothing were wrong with it."""
        if self._identify is None:
            return has_file and self._by_file(path)
        statepoint = self._identify(path, below.replace(os.sep, "/") or ".")
        if statepoint is None:
            return False
        file = None
        if has_file:
            name = os.path.join(path, layout.STATEPOINT)
            try:
                plain, _ = self._read(path)
            except (ValueError, TypeError, OSError) as error:
                self._problems.add_error(error)
                return True
            file = (repr(name), "" if plain is None else id_of_plain(plain))
        self._sources.identify(path, path, statepoint, file)
        self._look_at_links(path)
        return True

    def _by_file(self, path: str) -> bool:
        try:
            plain, text = self._read(path)
        except (ValueError, TypeError, OSError) as error:
            self._problems.add_error(error)
            return True
        if plain is None:
            return False
        self._sources.add(Source(path, path, id_of_plain(plain), text))
        self._look_at_links(path)
        return True

    def _read(self, path: str) -> tuple[dict[str, Any] | None, bytes | None]:
        """Return the state point of a directory, and the text to write if that file is not right.

        A change of it may have been interrupted: then the new one lies beside it.
        """
        name = os.path.basename(self._root if path == self._origin else path)
        plain = self._read_file(os.path.join(path, layout.STATEPOINT))
        if plain is None or not is_id(name) or id_of_plain(plain) == name:
            return plain, None
        pending = os.path.join(path, layout.STATEPOINT_NEXT)
        if os.path.isfile(pending):
            changed = self._read_file(pending)
            if changed is not None and id_of_plain(changed) == name:
                return changed, jsonfile.encode(changed)
        return plain, None

    def _read_file(self, path: str) -> dict[str, Any] | None:
        if os.path.islink(path) and not self._is_inside(os.path.realpath(path)):
            raise ImportRefusedError(_outside(path))
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            raise ImportRefusedError(f"{path!r} is no file; remove it")
        most = self._limits.statepoint
        if most is not None and status.st_size > most:
            raise ImportRefusedError(
                f"{path!r} has more than {most} bytes, which is no state point; if it is one: "
                "limits=ImportLimits(statepoint=None)"
            )
        return parse_statepoint(jsonfile.read_bytes(path), repr(path))

    def _is_inside(self, real: str) -> bool:
        return real == self._root or real.startswith(self._root.rstrip(os.sep) + os.sep)

    def _look_at_links(self, job: str) -> None:
        """Add everything in a job directory that cannot or must not be copied to the problems."""
        pending = [job] if self._links else []
        has_linked = False
        while pending:
            directory = pending.pop()
            try:
                with os.scandir(directory) as entries:
                    found = list(entries)
            except OSError as error:
                self._problems.add_error(error)
                continue
            for entry in found:
                if entry.is_symlink():
                    has_linked = has_linked or entry.is_dir()
                    pending += self._behind(entry.path, job)
                elif entry.is_dir(follow_symlinks=False):
                    pending.append(entry.path)
                elif not entry.is_file(follow_symlinks=False):
                    self._problems.add(f"{entry.path!r} is a device or a pipe; remove it")
        if has_linked and not self._problems:
            self._measure(job)

    def _measure(self, job: str) -> None:
        """Add a job to the problems that its links to directories make too large a copy."""
        meter = Meter(replace(self._limits, ratio=None), job, 1)
        pending: list[tuple[str, Inodes]] = [(job, ())]
        try:
            while pending:
                pending += self._measure_one(*pending.pop(), meter)
        except ImportRefusedError as error:
            self._problems.add_error(error)

    def _measure_one(
        self, directory: str, above: Inodes, meter: Meter
    ) -> Iterator[tuple[str, Inodes]]:
        """Count what is in a directory; yield what a copy descends into."""
        try:
            status = os.stat(directory)
            above += ((status.st_dev, status.st_ino),)
            with os.scandir(directory) as entries:
                for entry in entries:
                    meter.member()
                    try:
                        inner = entry.stat()
                    except OSError:  # nothing behind it, or too many links on the way
                        continue
                    if not stat.S_ISDIR(inner.st_mode):
                        meter.add(inner.st_size)
                    elif not entry.is_symlink() or (inner.st_dev, inner.st_ino) not in above:
                        yield entry.path, above
        except OSError:  # the copy says what it is
            return

    def _behind(self, link: str, job: str) -> list[str]:
        """Judge a link; return the directory it leads to, if nobody has looked at that yet."""
        real = os.path.realpath(link)
        if not os.path.exists(link):
            target = os.readlink(link)
            end = os.path.normpath(os.path.join(os.path.dirname(link), target))
            if os.path.isabs(target) or not end.startswith(os.path.normpath(job) + os.sep):
                self._problems.add(
                    f"{link!r} is a link that leads nowhere, out of its job; remove it"
                )
        elif not self._is_inside(real):
            self._problems.add(_outside(link))
        elif os.path.isdir(real):
            if real not in self._seen:
                self._seen.add(real)
                return [real]
        elif not os.path.isfile(real):
            self._problems.add(f"{link!r} is a link to a device or a pipe; remove it")
        return []


def _outside(link: str) -> str:
    return (
        f"{link!r} is a link to {os.path.realpath(link)!r}, outside the origin, and is not "
        "followed; put a copy in its place, or import from a directory above both"
    )
