"""Synchronise the jobs and the document of one project with another."""

from __future__ import annotations

import operator
import os
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from signac._core.progress import reporting
from signac._engine.adopt import adopt_jobs
from signac._engine.copying import Copied
from signac._transfer.sync.compare import tell_of_backup
from signac._transfer.sync.documents import flush, merge_documents
from signac._transfer.sync.files import copy_whole_job
from signac._transfer.sync.jobs import sync_pair, tell
from signac._transfer.sync.options import parse_options
from signac._transfer.sync.outcome import Outcome, raise_problems
from signac._transfer.sync.prepare import Run, plan_projects, prepare
from signac._transfer.sync.rules import MORE, FileTransferStats, logger
from signac.errors import InvalidInputError, SyncConflict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from signac._transfer.sync.options import QuickCheck
    from signac._transfer.sync.plan import SyncPlan

__all__ = ["plan_sync", "sync_projects"]

#: New jobs that are built together and share one sync.
_BATCH: Final = 100
#: Jobs that a thread takes at once.
_TURN: Final = 20
_PROJECT: Final = "project document"


def sync_projects(
    source: Any,
    destination: Any,
    strategy: Any = None,
    exclude: Any = None,
    doc_sync: Any = None,
    selection: Iterable[Any] | None = None,
    check_schema: bool | str = True,
    recursive: bool = False,
    follow_symlinks: bool = True,
    preserve_permissions: bool = False,
    preserve_times: bool = False,
    preserve_owner: bool = False,
    preserve_group: bool = False,
    deep: bool = False,
    dry_run: bool = False,
    parallel: bool | int = False,
    collect_stats: bool = False,
    *,
    quick_check: QuickCheck = "time",
    progress: bool | None = None,
) -> FileTransferStats | None:
    """Copy jobs, files and document keys of one project to another.

    Nothing is deleted at the destination, and nothing is changed at the source. New jobs appear
    whole, with everything that is in them; those on both sides are synchronised as `sync_jobs`
    does. One job that cannot be synchronised does not stop the others: what happened is raised
    when the rest is done. The same call again completes an interrupted one.

    Parameters
    ----------
    source, destination : Project
        Where to read, and where to write.
    strategy, exclude, doc_sync, recursive, follow_symlinks, deep : optional
        See `sync_jobs`. They do not apply to jobs that the destination does not have.
    preserve_permissions, preserve_times, preserve_owner, preserve_group : bool, optional
        See `sync_jobs`.
    selection : iterable of Job or str, optional
        Only these jobs, or those of these full ids; the others are left alone.
    check_schema : bool or "keys", optional
        Refuse projects with different schemas: with other keys or other values in state points.
        ``"keys"`` compares the keys only. An empty project goes with any.
    dry_run : bool, optional
        Change nothing; the log of ``sync`` has at INFO what would be done. See `plan_sync`.
    parallel : bool or int, optional
        Use so many threads; True for one for each processor.
    collect_stats : bool, optional
        Return the number of files that were copied, and their bytes.
    quick_check : {"time", "second", "size"}, optional
        What two files of one size must share to count as the same without being read: the time to
        the last digit, the time in whole seconds, or nothing else. `deep` reads them all.
    progress : bool, optional
        Show a progress bar; by default on a terminal.

    Raises
    ------
    SchemaSyncConflict
        Before anything is changed.
    FileSyncConflict, DocumentSyncConflict
        The first conflict; ``.conflicts`` has all.
    JobsCorruptedError, TransferError, OSError
        When jobs cannot be read or written. Other errors come from functions of the caller.
    ValueError
        When both are the same project.

    Examples
    --------
    >>> import signac
    >>> with signac.TemporaryProject() as here, signac.TemporaryProject() as there:
    ...     here.open_job({"a": 0}).init().doc.n = 1
    ...     print(signac.sync.sync_projects(here, there, collect_stats=True))
    ...     print(there.open_job({"a": 0}).doc)
    FileTransferStats(num_files=2, volume=16)
    {'n': 1}
    """
    options = parse_options(
        strategy=strategy,
        exclude=exclude,
        doc_sync=doc_sync,
        recursive=recursive,
        follow_symlinks=follow_symlinks,
        preserve_permissions=preserve_permissions,
        preserve_times=preserve_times,
        preserve_owner=preserve_owner,
        preserve_group=preserve_group,
        deep=deep,
        quick_check=quick_check,
    )
    run = prepare(source, destination, options, selection, check_schema)
    if dry_run:
        return _rehearse(run, collect_stats=collect_stats)
    threads = _number_of_threads(parallel)
    if run.note is not None:
        workspace = run.there.workspace
        run.note.begin(["jobs"], workspace.level, scratch=workspace.scratch)
    problems = _sync_project_document(run)
    totals = _Totals(len(run.new) + len(run.common))
    with reporting("synchronising jobs", totals.number, progress) as report:
        for outcomes in _in_turn(_units(run), threads):
            totals.add(outcomes)
            report(totals.done)
    logger.info("Cloned %i and synchronized %i job(s).", totals.cloned, totals.synchronised)
    # What is in conflict is there; what could not be copied may follow by the same call.
    if run.note is not None and all(isinstance(one, SyncConflict) for _, one in totals.problems):
        run.note.end()
    raise_problems([*problems, *sorted(totals.problems, key=lambda one: one[0])])
    return FileTransferStats(totals.files, totals.volume) if collect_stats else None


def plan_sync(
    source: Any,
    destination: Any,
    strategy: Any = None,
    exclude: Any = None,
    doc_sync: Any = None,
    selection: Iterable[Any] | None = None,
    check_schema: bool | str = True,
    recursive: bool = False,
    follow_symlinks: bool = True,
    preserve_permissions: bool = False,
    preserve_times: bool = False,
    preserve_owner: bool = False,
    preserve_group: bool = False,
    deep: bool = False,
    *,
    quick_check: QuickCheck = "time",
) -> SyncPlan:
    """Return what `sync_projects` would do, without doing it.

    Conflicts, and jobs that cannot be read, are in the plan and not raised. Rules for documents
    are tried out on copies in memory.

    Parameters
    ----------
    source, destination : Project
        Where to read, and where to write.
    strategy, exclude, doc_sync, selection, check_schema : optional
        See `sync_projects`.
    recursive, follow_symlinks, deep, quick_check : optional
        See `sync_projects`.
    preserve_permissions, preserve_times, preserve_owner, preserve_group : bool, optional
        See `sync_projects`.

    Raises
    ------
    SchemaSyncConflict, ValueError
        See `sync_projects`.

    Examples
    --------
    >>> import signac
    >>> with signac.TemporaryProject() as here, signac.TemporaryProject() as there:
    ...     for project in here, there:
    ...         project.open_job({"a": 0}).init().doc.n = len(project.path)
    ...     here.open_job({"a": 0}).doc.m = 1
    ...     plan = signac.sync.plan_sync(here, there, doc_sync=signac.sync.DocSync.ByKey("n"))
    ...     print(plan.stats, plan.jobs[0].document.keys[-1])
    FileTransferStats(num_files=0, volume=0) m
    """
    options = parse_options(
        strategy=strategy,
        exclude=exclude,
        doc_sync=doc_sync,
        recursive=recursive,
        follow_symlinks=follow_symlinks,
        preserve_permissions=preserve_permissions,
        preserve_times=preserve_times,
        preserve_owner=preserve_owner,
        preserve_group=preserve_group,
        deep=deep,
        quick_check=quick_check,
    )
    return plan_projects(prepare(source, destination, options, selection, check_schema))


def _sync_project_document(run: Run) -> list[tuple[str, Exception]]:
    if run.options.rule is None:
        return []
    source, target = run.documents()
    if os.path.lexists(target + "~"):
        tell_of_backup(target + "~")
    try:
        merge_documents(source, target, run.there.workspace, run.options.rule)
    except Exception as error:  # noqa: BLE001  # the jobs are synchronised all the same
        return [(_PROJECT, error)]
    return []


class _Totals:
    """What was done so far."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.done = self.cloned = self.synchronised = 0
        self.files = self.volume = 0
        self.problems: list[tuple[str, Exception]] = []

    def add(self, outcomes: Sequence[Outcome]) -> None:
        """Take note of some jobs."""
        for outcome in outcomes:
            self.done += 1
            self.files += outcome.copied.files
            self.volume += outcome.copied.volume
            if outcome.problems:
                self.problems += [(outcome.id, error) for error in outcome.problems]
            elif outcome.cloned:
                self.cloned += 1
            else:
                self.synchronised += 1
            logger.info("Project sync progress: %i/%i", self.done, self.number)


def _units(run: Run) -> list[Callable[[], list[Outcome]]]:
    """Return pieces of the work, each a function."""
    return [
        *(partial(_clone, run, ids) for ids in _pieces(run.new, _BATCH)),
        *(partial(_sync_some, run, ids) for ids in _pieces(run.common, _TURN)),
    ]


def _pieces(ids: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def _in_turn(units: list[Callable[[], list[Outcome]]], threads: int) -> Iterator[list[Outcome]]:
    """Yield what pieces of work return, in their order."""
    if not threads:
        for unit in units:
            yield unit()
        return
    from concurrent.futures import ThreadPoolExecutor

    logger.log(MORE, "Parallelizing over %i threads for synchronization.", threads)
    with ThreadPoolExecutor(threads) as pool:
        # Blocks of the caller, of durability for one, hold in the threads too.
        waiting = [pool.submit(copy_context().run, unit) for unit in units]
        try:
            for future in waiting:
                yield future.result()
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _number_of_threads(parallel: bool | int) -> int:
    if parallel is True:
        return os.cpu_count() or 1
    threads = operator.index(parallel or 0)
    if threads < 0:
        raise InvalidInputError(f"parallel={parallel}: give a number of threads, or True")
    return threads


def _sync_some(run: Run, ids: list[str]) -> list[Outcome]:
    return [sync_pair(run.pair(job_id), run.options) for job_id in ids]


def _clone(run: Run, ids: list[str]) -> list[Outcome]:
    """Make jobs that the destination does not have."""
    copied: dict[str, Copied] = {}

    def fill(job_id: str, target: str) -> None:
        flush(run.pair(job_id).documents()[0])
        copied[job_id] = copy_whole_job(run.here.workspace, job_id, target, run.options)

    try:
        failed = adopt_jobs(run.there.workspace, [(one, partial(fill, one)) for one in ids])
    except Exception as error:  # noqa: BLE001  # of the whole batch; the others are still tried
        failed = dict.fromkeys(ids, error)
    return [_cloned(run, one, copied.get(one), failed.get(one)) for one in ids]


def _cloned(run: Run, job_id: str, copied: Copied | None, error: Exception | None) -> Outcome:
    if error is None:
        logger.log(MORE, "Cloned job '%s'.", job_id)
        return Outcome(job_id, copied or Copied(0, 0), cloned=True)
    if not run.here.has_job(job_id):
        logger.info("job %s was removed from the source meanwhile", job_id)
        return Outcome(job_id)
    if isinstance(error, FileExistsError) and run.there.has_job(job_id):
        return sync_pair(run.pair(job_id), run.options)  # somebody else made it meanwhile
    return Outcome(job_id, problems=(error,))


def _rehearse(run: Run, *, collect_stats: bool) -> FileTransferStats | None:
    plan = plan_projects(run)
    for key in plan.document.keys:
        logger.info("Would change key '%s' of the project document.", key)
    for job in plan.jobs:
        tell(job)
    new = sum(job.is_new for job in plan.jobs)
    logger.info("Would clone %i and change %i job(s).", new, len(plan.jobs) - new)
    conflicts = [(conflict.path, conflict) for conflict in plan.conflicts]
    raise_problems([*conflicts, *plan.problems])
    return plan.stats if collect_stats else None
