"""Export jobs: plan where each goes, then write them into a directory or an archive."""

from __future__ import annotations

import errno
import os
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signac._core import atomic, layout
from signac._core.durability import effective
from signac._core.progress import reporting
from signac._engine.jobstate import home_of
from signac._synced.buffer import PROCESS_BUFFER
from signac._transfer.exports.archive_writers import ArchiveWriter, OpenArchiveWriter
from signac._transfer.exports.containers import Kind, carry_over, find_kind, open_format
from signac._transfer.exports.manifest import Exported, make_manifest, parse_manifest
from signac._transfer.exports.writers import (
    JOURNAL,
    MANIFEST,
    CallingWriter,
    DirectoryWriter,
    Entry,
)
from signac._transfer.journal import Journal
from signac._transfer.paths.spec import plan_paths
from signac.errors import InvalidInputError, JobsCorruptedError, TransferError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from signac._core.durability import Durability
    from signac._transfer.exports.writers import Writer

__all__ = ["export"]

#: Names at the root of a target that are not for jobs.
_RESERVED: Final = frozenset({JOURNAL, layout.SCRATCH, MANIFEST})


class _Source(NamedTuple):
    """One job to export."""

    entry: Entry
    statepoint: Mapping[str, Any]
    handle: Any


class _Plan(NamedTuple):
    """Everything that is decided before anything is written."""

    kind: Kind
    target: Any
    entries: tuple[Entry, ...]
    failed: dict[str, Exception]
    level: Durability
    copytree: Callable[[str, str], object] | None
    journal: Journal | None
    known: tuple[Exported, ...]
    manifest: bool


def export(
    jobs: Iterable[Any],
    target: Any,
    path: Any = None,
    copytree: Callable[[str, str], object] | None = None,
    *,
    manifest: bool = False,
    progress: bool | None = None,
    kind: Kind | None = None,
) -> Iterator[tuple[str, str]]:
    """Export jobs and yield where each was and where it is, relative to the target.

    Before: no job at any of the destinations, or copies that an interrupted call of the same
    kind made. After: every job that can be read is in the target. Dying anywhere leaves an
    archive as it was, and in a directory some jobs whole and the others not there; the same call
    then completes it.

    Raises
    ------
    FileExistsError
        When there is something at a destination; nothing was written.
    TransferError, JobsCorruptedError
        When some jobs could not be read; all others were exported.
    """
    plan = _plan(jobs, target, path, copytree, manifest=manifest, kind=kind)
    if plan.kind == "directory" and not plan.entries:
        _raise(plan.failed)
        return
    writer = _open_writer(plan)
    known = {job.path: job for job in plan.known}
    exported = dict(known)
    failed = dict(plan.failed)
    complete = False
    try:
        with reporting("exporting", len(plan.entries), progress) as report:
            for number, written in enumerate(writer.write(plan.entries)):
                entry = written.entry
                if written.error is not None or written.contents is None:
                    failed[entry.id] = written.error or OSError(errno.EIO, "unknown", entry.path)
                    exported.pop(entry.rel, None)  # written once, and not to be read again
                    if entry.rel in known:
                        exported[entry.rel] = known[entry.rel]
                    continue
                exported[entry.rel] = Exported(entry.id, entry.rel, written.contents)
                report(number + 1)
                yield entry.path, entry.rel
        make = partial(make_manifest, exported.values()) if plan.manifest else None
        writer.finish(make, complete=not failed)
        complete = True
    finally:
        if not complete:
            writer.drop()
    _raise(failed)


def _raise(failed: dict[str, Exception]) -> None:
    """Raise one error for all jobs that failed, if there are any."""
    if not failed:
        return
    # peer: a program that catches damaged jobs catches them here too.
    if all(isinstance(error, JobsCorruptedError) for error in failed.values()):
        problems = {job_id: str(error) for job_id, error in failed.items()}
        for error in failed.values():
            if isinstance(error, JobsCorruptedError):
                problems.update(error.problems)
        raise JobsCorruptedError(failed, problems)
    raise TransferError(failed)


def _plan(
    jobs: Iterable[Any],
    target: Any,
    path: Any,
    copytree: Callable[[str, str], object] | None,
    *,
    manifest: bool,
    kind: Kind | None,
) -> _Plan:
    given = os.fspath(target) if isinstance(target, os.PathLike) else target
    kind = kind or find_kind(given)
    if copytree is not None and kind != "directory":
        raise InvalidInputError(
            "The copytree argument can only be used in combination with directories as targets."
        )
    sources, failed = _gather(jobs)
    paths = plan_paths(
        [(source.entry.id, source.statepoint, source.handle) for source in sources],
        path,
        callables=True,
    )
    entries = tuple(source.entry._replace(rel=paths[source.entry.id]) for source in sources)
    _require_free_names(entries)
    levels = {entry.workspace.level for entry in entries}
    plan = _Plan(
        kind=kind,
        target=given,
        entries=entries,
        failed=failed,
        level=effective(levels.pop() if len(levels) == 1 else None),
        copytree=copytree,
        journal=None,
        known=(),
        manifest=manifest,
    )
    if kind == "open":
        return plan
    _require_outside(given, entries)
    if kind == "directory":
        return _plan_directory(plan)
    return _plan_archive(plan)


def _gather(jobs: Iterable[Any]) -> tuple[list[_Source], dict[str, Exception]]:
    """Return what is known of the jobs, and why some cannot be read."""
    handles = {(home_of(job.project).workspace.path, job.id): job for job in jobs}
    if len({job_id for _, job_id in handles}) < len(handles):
        raise InvalidInputError("jobs of several projects have the same id; export them one by one")
    by_project: dict[str, list[Any]] = {}
    for (workspace, _), job in handles.items():
        by_project.setdefault(workspace, []).append(job)
    sources: dict[str, _Source] = {}
    failed: dict[str, Exception] = {}
    buffered = bool(PROCESS_BUFFER.contents())
    for group in by_project.values():
        home = home_of(group[0].project)
        found, problems = home.read_jobs([job.id for job in group])
        failed.update(problems)
        statepoints = {job_id: statepoint for job_id, statepoint, _ in found}
        for job in group:
            if buffered:
                PROCESS_BUFFER.flush_file(os.path.join(job.path, layout.DOCUMENT))
            if job.id in statepoints:
                entry = Entry(job.id, job.path, home.workspace, "")
                sources[job.id] = _Source(entry, statepoints[job.id], job)
            elif job.id not in failed:
                failed[job.id] = FileNotFoundError(
                    errno.ENOENT, "the job is not there; job.init() makes it", job.path
                )
    order = [job_id for _, job_id in handles]
    return [sources[job_id] for job_id in order if job_id in sources], failed


def _plan_directory(plan: _Plan) -> _Plan:
    known = _known_in_directory(plan.target)
    plan = plan._replace(known=known, manifest=plan.manifest or bool(known))
    if plan.copytree is not None:
        return plan  # peer: the function decides what to do with what is there
    target = os.path.abspath(plan.target)
    whole = any(not entry.rel for entry in plan.entries)
    root = os.path.dirname(target) if whole else target
    call = {
        "export": os.path.realpath(target),
        "from": sorted({entry.workspace.path for entry in plan.entries}),
    }
    journal = Journal(os.path.join(root, JOURNAL), call)
    try:
        _require_free(target, plan.entries, journal.unfinished)
    except FileExistsError:
        _tidy(root)
        raise
    return plan._replace(target=target, journal=journal)


def _tidy(root: str) -> None:
    """Remove what is left of an export that died when it had nothing to do any more."""
    for name in (layout.SCRATCH, JOURNAL):
        try:
            atomic.remove_directory(os.path.join(root, name))
        except OSError:  # not there, or in use
            continue


def _plan_archive(plan: _Plan) -> _Plan:
    # A link stays a link: what it leads to is replaced.
    target = os.path.realpath(plan.target)
    if os.path.isdir(target):
        raise IsADirectoryError(
            errno.EISDIR, "there is a directory of this name; choose another one", plan.target
        )
    if not os.path.isdir(os.path.dirname(target)):
        raise FileNotFoundError(
            errno.ENOENT, "the directory of the archive is not there", os.path.dirname(target)
        )
    known: tuple[Exported, ...] = ()
    if plan.kind == "tar":
        from signac._transfer.exports.readback import find_manifest

        text = find_manifest(target) if os.path.exists(target) else None
        known = () if text is None else tuple(parse_manifest(text, f"{target}:{MANIFEST}"))
    return plan._replace(target=target, known=known, manifest=plan.manifest or bool(known))


def _known_in_directory(target: str) -> tuple[Exported, ...]:
    path = os.path.join(target, MANIFEST)
    try:
        with open(path, "rb") as file:
            return tuple(parse_manifest(file.read(), path))
    except (FileNotFoundError, NotADirectoryError):
        return ()


def _open_writer(plan: _Plan) -> Writer:
    if plan.kind == "open":
        return OpenArchiveWriter(plan.target, hashing=plan.manifest)
    if plan.copytree is not None:
        return CallingWriter(plan.target, plan.copytree, plan.level, hashing=plan.manifest)
    if plan.journal is not None:
        root = os.path.dirname(os.path.dirname(plan.journal.path))
        return DirectoryWriter(plan.target, root, plan.journal, plan.level, hashing=plan.manifest)
    return ArchiveWriter(
        plan.target,
        open_format(plan.kind),
        plan.level,
        hashing=plan.manifest,
        carry_over=carry_over(plan.target) if plan.kind == "tar" else None,
    )


def _require_free_names(entries: Sequence[Entry]) -> None:
    for entry in entries:
        first = entry.rel.partition("/")[0]
        if first in _RESERVED:
            raise InvalidInputError(
                f"job {entry.id} would go to {entry.rel!r}, and {first!r} is a name of this "
                "library; give another path"
            )


def _require_outside(target: str, entries: Sequence[Entry]) -> None:
    """Raise if a job would be exported into itself."""
    within = set()
    here = os.path.realpath(target)
    while here not in within:
        within.add(here)
        here = os.path.dirname(here)
    places = {entry.workspace.path: os.path.realpath(entry.workspace.path) for entry in entries}
    for entry in entries:
        if os.path.join(places[entry.workspace.path], entry.id) in within:
            raise InvalidInputError(
                f"{target} lies within job {entry.id}, which is to be exported; choose a target "
                "outside of the jobs"
            )


def _require_free(target: str, entries: Sequence[Entry], unfinished: frozenset[str]) -> None:
    """Raise if anything is in the way, before anything is written."""
    taken = []
    parents: dict[str, bool] = {}
    for entry in entries:
        path = os.path.join(target, entry.rel) if entry.rel else target
        if entry.rel not in unfinished and os.path.lexists(path):
            taken.append(path)
            continue
        for parent in _parents(entry.rel, target):
            if parent not in parents:
                parents[parent] = os.path.isdir(parent) or not os.path.lexists(parent)
            if not parents[parent]:
                raise NotADirectoryError(
                    errno.ENOTDIR, "this is no directory; move it away", parent
                )
    if taken:
        more = f", and {len(taken) - 1} more" if len(taken) > 1 else ""
        raise FileExistsError(
            errno.EEXIST,
            "there is something at the destination already; nothing was exported: choose another "
            f"target, or move this away{more}",
            taken[0],
        )


def _parents(rel: str, target: str) -> Iterator[str]:
    yield target
    end = rel.find("/")
    while end > 0:
        yield os.path.join(target, rel[:end])
        end = rel.find("/", end + 1)
