"""Write jobs out of an archive, each of them whole."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Final

from signac._core import atomic, layout, scratch
from signac._engine.adopt import adopt_jobs
from signac._engine.copying import copy_entry, copy_tree
from signac._transfer.imports.archive import iter_members, root_of
from signac._transfer.imports.directory import write_statepoint
from signac._transfer.imports.readers import write_file
from signac.errors import ImportRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from signac._engine.workspace import Workspace
    from signac._transfer.imports.archive import Contents, Jobs
    from signac._transfer.imports.limits import Meter
    from signac._transfer.imports.plan import Source
    from signac._transfer.imports.readers import Member, Reader

    #: What was to be made, and what failed, by id.
    Batch = tuple[list[Source], dict[str, Exception]]

__all__ = ["BATCH", "unpack", "write_jobs"]

#: Jobs that share a sync.
BATCH: Final = 200


def write_jobs(
    reader: Reader,
    contents: Contents,
    jobs: Jobs,
    wanted: Collection[str],
    workspace: Workspace,
    meter: Meter,
) -> Iterator[Batch]:
    """Make the wanted jobs, in the order of the archive; see `adopt_jobs`.

    Files are written as they come, each job into scratch. Only jobs whose members are mixed are
    put there together first.
    """
    writer = _Writer(reader, contents, jobs, workspace, meter)
    batch: list[Source] = []
    for group in jobs.groups:
        chosen = [source for source in group if source.job_id in wanted]
        if len(group) == 1:
            batch += chosen
            if len(batch) < BATCH:
                continue
        if batch:
            yield batch, writer.adopt(batch)
            batch = []
        if len(group) > 1 and chosen:
            yield chosen, writer.adopt_mixed(group, chosen)
    if batch:
        yield batch, writer.adopt(batch)


def unpack(reader: Reader, contents: Contents, directory: str, meter: Meter) -> None:
    """Write all files of an archive below a directory, without its links."""
    for path, kind in contents.kinds.items():
        if path and kind == -1:
            atomic.make_directory(os.path.join(directory, path))
    for member in iter_members(reader, meter, contents):
        if member.kind == "file":
            _write(reader, member, os.path.join(directory, member.path), contents, meter)


class _Writer:
    def __init__(
        self,
        reader: Reader,
        contents: Contents,
        jobs: Jobs,
        workspace: Workspace,
        meter: Meter,
    ) -> None:
        self._reader = reader
        self._contents = contents
        self._jobs = jobs
        self._workspace = workspace
        self._meter = meter
        self._members = iter_members(reader, meter, contents)

    def adopt(self, batch: list[Source]) -> dict[str, Exception]:
        """Make jobs whose members come one job after the other."""
        return adopt_jobs(
            self._workspace, [(source.job_id, partial(self._fill, source)) for source in batch]
        )

    def adopt_mixed(self, group: list[Source], chosen: list[Source]) -> dict[str, Exception]:
        """Make jobs whose members are mixed."""
        entry = scratch.new_directory(self._workspace.scratch, "import")
        try:
            places = {
                source.path: os.path.join(entry.path, str(number))
                for number, source in enumerate(group)
            }
            for path in places.values():
                atomic.make_directory(path)
            self._write_all(places)
            for path in places:
                self._land(path, places)
            return adopt_jobs(
                self._workspace,
                [(source.job_id, partial(_move_all, places[source.path])) for source in chosen],
            )
        finally:
            try:
                atomic.remove_tree(entry.path)
            except OSError:  # the next open does it
                pass
            entry.close()

    def _fill(self, source: Source, directory: str) -> None:
        places = {source.path: directory}
        self._write_all(places)
        self._land(source.path, places)

    def _write_all(self, places: dict[str, str]) -> None:
        """Write state points, directories and files of jobs, each into its place."""
        left = 0
        for root, directory in places.items():
            text = self._jobs.roots[root].text
            if text is not None:
                write_statepoint(text, directory)
            for path in self._jobs.directories.get(root, ()):
                atomic.make_directory(_below(directory, root, path))
            left += self._jobs.counts[root]
        while left:
            member = next(self._members, None)
            if member is None:
                raise ImportRefusedError(
                    f"{self._reader.path} could not be read to its end; run the same call again"
                )
            found = root_of(member.path, self._jobs.roots)
            if member.kind != "file" or found not in places:
                continue
            left -= 1
            path = _below(places[found], found, member.path)
            if path != os.path.join(places[found], layout.STATEPOINT_NEXT):
                _write(self._reader, member, path, self._contents, self._meter)

    def _land(self, root: str, places: dict[str, str]) -> None:
        """Put copies of what the links of a job lead to in their place."""
        for landing in self._jobs.landings.get(root, ()):
            path = _below(places[root], root, landing.path)
            if landing.source is None:
                atomic.symbolic_link(landing.target, path)
                continue
            other = root_of(landing.source, self._jobs.roots)
            assert other is not None
            source = _below(places[other], other, landing.source)
            copy: Callable[[str, str], object] = copy_entry
            if os.path.isdir(source):
                copy = copy_tree
                for inner, _, names in os.walk(source):
                    self._meter.member(1 + len(names))
                    for name in names:
                        self._meter.add(os.lstat(os.path.join(inner, name)).st_size)
            copy(source, path)


def _below(directory: str, root: str, path: str) -> str:
    return os.path.join(directory, path[len(root) + 1 :] if root else path)


def _write(reader: Reader, member: Member, path: str, contents: Contents, meter: Meter) -> None:
    if member.path in contents.late and os.path.lexists(path):
        atomic.unlink(path)
    write_file(member, reader.chunks(member), path, meter)


def _move_all(source: str, directory: str) -> None:
    for name in os.listdir(source):
        atomic.move(os.path.join(source, name), os.path.join(directory, name))
