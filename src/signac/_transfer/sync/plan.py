"""What a synchronisation is going to do, as plain data."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from signac._transfer.sync.rules import FileTransferStats

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signac.errors import SyncConflict

__all__ = ["DocumentPlan", "FileStep", "JobPlan", "SyncPlan", "Tree"]


class FileStep(NamedTuple):
    """A file to be copied.

    Attributes
    ----------
    name : str
        Its path in the job directory.
    volume : int
        Its bytes.
    is_link : bool
        Whether a link is made, and not a file copied.
    is_new : bool
        Whether the destination has nothing of this name.
    """

    name: str
    volume: int
    is_link: bool = False
    is_new: bool = True


class Tree(NamedTuple):
    """A directory to be copied whole.

    Attributes
    ----------
    name : str
        Its path in the job directory; empty for the job directory itself.
    directories : tuple of str
        The directories in it, those that hold others first.
    files : tuple of FileStep
        The files in it; names are paths in the directory.
    """

    name: str
    directories: tuple[str, ...]
    files: tuple[FileStep, ...]


@dataclass(frozen=True, slots=True)
class DocumentPlan:
    """What happens to one document.

    Attributes
    ----------
    keys : tuple of str
        The dotted keys that are set, changed or removed.
    conflict : SyncConflict or None
        Why nothing happens to it.
    """

    keys: tuple[str, ...] = ()
    conflict: SyncConflict | None = None


@dataclass(frozen=True, slots=True)
class JobPlan:
    """What happens to one job.

    Attributes
    ----------
    id : str
        The id at the destination.
    is_new : bool
        Whether the destination does not have the job; then it is copied whole.
    files : tuple of FileStep
        Files that are copied.
    trees : tuple of Tree
        Directories that are copied whole, with all that is in them.
    skipped : tuple of str
        Directories that are not looked into, because `recursive` is off.
    kept : tuple of str
        Files that differ, where the strategy keeps those of the destination.
    conflicts : tuple of SyncConflict
        Files that differ without a strategy, and names that are a file on one side and a directory
        on the other.
    document : DocumentPlan
        What happens to the document.
    """

    id: str
    is_new: bool = False
    files: tuple[FileStep, ...] = ()
    trees: tuple[Tree, ...] = ()
    skipped: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    conflicts: tuple[SyncConflict, ...] = ()
    document: DocumentPlan = field(default_factory=DocumentPlan)

    def __bool__(self) -> bool:
        """Tell whether anything happens, or is kept from happening."""
        return bool(
            self.is_new
            or self.files
            or self.trees
            or self.skipped
            or self.kept
            or self.conflicts
            or self.document.keys
            or self.document.conflict
        )

    def iter_files(self) -> Iterator[FileStep]:
        """Yield all files that are copied, with their paths in the job directory."""
        yield from self.files
        for tree in self.trees:
            for step in tree.files:
                yield step._replace(name=os.path.join(tree.name, step.name))


@dataclass(frozen=True, slots=True)
class SyncPlan:
    """What `sync_projects` is going to do.

    Attributes
    ----------
    source, destination : str
        The directories of the projects.
    document : DocumentPlan
        What happens to the project document.
    jobs : tuple of JobPlan
        The jobs to which anything happens, or where something is skipped or in conflict.
    unchanged : int
        The number of jobs that are the same on both sides.
    problems : tuple of (str, Exception)
        Jobs, by id, that cannot be looked at, and why.

    Examples
    --------
    >>> import signac
    >>> from signac.sync import plan_sync
    >>> with signac.TemporaryProject() as here, signac.TemporaryProject() as there:
    ...     here.open_job({"a": 0}).init().doc.n = 1
    ...     plan = plan_sync(here, there)
    ...     print(len(there), plan.stats)
    ...     print([step.name for step in plan.jobs[0].iter_files()])
    0 FileTransferStats(num_files=2, volume=16)
    ['signac_job_document.json', 'signac_statepoint.json']
    """

    source: str
    destination: str
    document: DocumentPlan
    jobs: tuple[JobPlan, ...]
    unchanged: int
    problems: tuple[tuple[str, Exception], ...] = ()

    @property
    def stats(self) -> FileTransferStats:
        """The files that would be copied, and their bytes."""
        volumes = [
            step.volume for job in self.jobs for step in job.iter_files() if not step.is_link
        ]
        return FileTransferStats(len(volumes), sum(volumes))

    @property
    def conflicts(self) -> tuple[SyncConflict, ...]:
        """Everything that no strategy decides, the project document first."""
        found = [self.document.conflict] if self.document.conflict else []
        for job in self.jobs:
            found += job.conflicts
            found += [job.document.conflict] if job.document.conflict else []
        return tuple(found)
