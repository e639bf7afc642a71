"""Synchronise one job with another."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signac._core import atomic, jsonfile, layout
from signac._engine.adopt import adopt_job
from signac._engine.copying import Copied
from signac._engine.jobstate import home_of
from signac._engine.record import read_statepoint
from signac._transfer.sync.compare import compare_files
from signac._transfer.sync.documents import flush, merge_documents, plan_documents
from signac._transfer.sync.files import apply_files
from signac._transfer.sync.options import Options, parse_options
from signac._transfer.sync.outcome import Outcome, raise_problems
from signac._transfer.sync.plan import DocumentPlan, JobPlan
from signac._transfer.sync.rules import MORE, logger
from signac.errors import FileSyncConflict, InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from signac._engine.workspace import Workspace
    from signac._transfer.sync.options import QuickCheck

__all__ = ["Pair", "plan_pair", "sync_jobs", "sync_pair", "tell"]


#: Others may make what is to be copied, once in a while, but not for ever.
_MOST_ATTEMPTS: Final = 20


class Pair(NamedTuple):
    """A job on both sides.

    Attributes
    ----------
    source, destination : str
        The job directories.
    workspace : Workspace
        That of the destination.
    id : str
        The id at the destination.
    handles : callable
        Returns the two job objects, for functions of the caller.
    """

    source: str
    destination: str
    workspace: Workspace
    id: str
    handles: Callable[[], tuple[Any, Any]]

    def documents(self) -> tuple[str, str]:
        """Return the paths of the two documents."""
        return (
            f"{self.source}{os.sep}{layout.DOCUMENT}",
            f"{self.destination}{os.sep}{layout.DOCUMENT}",
        )

    def ask(self, options: Options) -> Callable[[str], Any]:
        """Return what tells whether the source wins for a file."""

        def ask(name: str) -> Any:
            src, dst = self.handles()
            return options.strategy(src, dst, name)  # type: ignore[misc]

        return ask


def sync_jobs(
    src: Any,
    dst: Any,
    strategy: Any = None,
    exclude: Any = None,
    doc_sync: Any = None,
    recursive: bool = False,
    follow_symlinks: bool = True,
    preserve_permissions: bool = False,
    preserve_times: bool = False,
    preserve_owner: bool = False,
    preserve_group: bool = False,
    deep: bool = False,
    dry_run: bool = False,
    *,
    quick_check: QuickCheck = "time",
) -> None:
    """Copy files and document keys of one job to another, which may have other parameters.

    Nothing is deleted at the destination, and nothing is changed at the source. A source that is
    not initialised changes nothing; a destination that is not is made. Each file is replaced in
    one step, the document in another; the same call again completes an interrupted one.

    Parameters
    ----------
    src, dst : Job
        Where to read, and where to write.
    strategy : callable, optional
        Decides for files that differ: one of `FileSync`, or a function of both jobs and the name.
    exclude : str, pattern, or iterable of these, optional
        Names of files, and of directories that only the source has, are left out if they begin
        with a match. Directories on the way do not belong to the name.
    doc_sync : callable, optional
        Merges the documents if they differ: one of `DocSync`, or a function of both documents.
    recursive : bool, optional
        Look into directories. Without it each is skipped, with a warning in the log.
    follow_symlinks : bool, optional
        Copy what links lead to. If False, links are copied as links.
    preserve_permissions, preserve_times, preserve_owner, preserve_group : bool, optional
        What else copies keep; times need permissions. Modes are kept in any case.
    deep : bool, optional
        Compare the contents of all files, also if size and time are the same.
    dry_run : bool, optional
        Change nothing; the log of ``sync`` has at INFO what would be done.
    quick_check : {"time", "second", "size"}, optional
        What two files of one size must share to count as the same without being read: the time to
        the last digit, the time in whole seconds, or nothing else. `deep` reads them all.

    Raises
    ------
    FileSyncConflict
        When files differ without a strategy, or a name is a file on one side and a directory on the
        other. All else in the job is copied, but the document is not merged.
    DocumentSyncConflict
        When keys differ that no rule decides. The document is as it was.
    ValueError
        When both are the same directory.

    Examples
    --------
    >>> import signac
    >>> with signac.TemporaryProject() as project:
    ...     old = project.open_job({"a": 0}).init()
    ...     old.doc.result = 1.5
    ...     new = project.open_job({"a": 0, "b": 1})
    ...     signac.sync.sync_jobs(old, new)
    ...     print(new.doc)
    {'result': 1.5}
    """
    if os.path.realpath(src.path) == os.path.realpath(dst.path):
        raise InvalidInputError(f"{src.path}: source and destination are the same job")
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
    if not os.path.isdir(src.path):
        logger.log(MORE, "Job '%s' is not initialised, there is nothing to synchronise.", src)
        return
    pair = Pair(src.path, dst.path, home_of(dst.project).workspace, dst.id, lambda: (src, dst))
    if dry_run:
        plan = plan_pair(pair, options)
        tell(plan)
        found = [*plan.conflicts, *([plan.document.conflict] if plan.document.conflict else [])]
        raise_problems([(pair.id, conflict) for conflict in found])
        return
    outcome = None if os.path.isdir(dst.path) else _make(pair, dst.statepoint(), options)
    dst.init()
    if outcome is None:
        outcome = sync_pair(pair, options)
    raise_problems([(pair.id, error) for error in outcome.problems])


def _make(pair: Pair, statepoint: dict[str, Any], options: Options) -> Outcome | None:
    """Make a job that is not there with what comes from another; None if it is there by now.

    Before: no such job. After: the job, whole. Dying anywhere leaves no job.
    """
    outcomes = []

    def fill(directory: str) -> None:
        file = os.path.join(directory, layout.STATEPOINT)
        atomic.write_in_place(file, jsonfile.encode(statepoint))
        place = pair.workspace._replace(path=os.path.dirname(directory))
        outcomes.append(sync_pair(pair._replace(destination=directory, workspace=place), options))

    try:
        adopt_job(pair.workspace, pair.id, fill)
    except FileExistsError:
        return None
    return outcomes[0]


def sync_pair(pair: Pair, options: Options) -> Outcome:
    """Synchronise two jobs that are there; problems are in the outcome, and none is raised."""
    logger.debug("Synchronizing job '%s'...", pair.id)
    try:
        copied, problems = _sync(pair, options)
    except Exception as error:  # noqa: BLE001  # one bad job never stops the others
        return Outcome(pair.id, problems=(error,))
    if not problems:
        logger.log(MORE, "Synchronized job '%s'.", pair.id)
    return Outcome(pair.id, copied, problems=problems)


def _sync(pair: Pair, options: Options) -> tuple[Copied, list[Exception]]:
    source, target = pair.documents()
    if options.copy_documents:
        flush(source, target)
    files = volume = 0
    for attempt in range(_MOST_ATTEMPTS):
        comparison = compare_files(pair.source, pair.destination, options, pair.ask(options))
        if not comparison.has_statepoint:
            read_statepoint(pair.workspace, pair.id)
        problems: list[Exception] = list(comparison.conflicts)
        if not (comparison.files or comparison.trees):
            break
        plan = comparison.plan(pair.id)
        done = apply_files(plan, pair.source, pair.destination, pair.workspace, options)
        problems += done.failed
        files, volume = files + done.copied.files, volume + done.copied.volume
        if not done.appeared:
            break
        # Somebody else is at the same: what they made is compared like all that is there.
        if attempt == _MOST_ATTEMPTS - 1:
            problems += (_appeared(pair, name) for name in done.appeared)
    copied = Copied(files, volume)
    # peer: a job whose files are in conflict keeps its document.
    if not problems and options.rule is not None:
        try:
            merge_documents(source, target, pair.workspace, options.rule)
        except Exception as error:  # noqa: BLE001  # the files are copied, and are counted
            problems.append(error)
    return copied, problems


def _appeared(pair: Pair, name: str) -> FileSyncConflict:
    return FileSyncConflict(
        os.path.basename(name),
        os.path.join(pair.destination, name),
        "somebody else makes this again and again while it is copied; synchronise later",
    )


def plan_pair(pair: Pair, options: Options) -> JobPlan:
    """Find out what synchronising two jobs would do."""
    source, target = pair.documents()
    if options.copy_documents:
        flush(source, target)
    comparison = compare_files(pair.source, pair.destination, options, pair.ask(options))
    is_new = not os.path.isdir(pair.destination)
    if not is_new and not comparison.has_statepoint:
        read_statepoint(pair.workspace, pair.id)
    document = DocumentPlan()
    if options.rule is not None:
        document = plan_documents(source, target, options.rule)
    if comparison.trees or not all(step.is_link for step in comparison.files):
        options.require_possible()
    return comparison.plan(pair.id, document, is_new=is_new)


def tell(plan: JobPlan) -> None:
    """Log what a plan says, for a dry run."""
    if plan.is_new:
        logger.info("Would make job '%s'.", plan.id)
    for step in plan.iter_files():
        logger.info("Would copy '%s' to job '%s'.", step.name, plan.id)
    for key in plan.document.keys:
        logger.info("Would change key '%s' of the document of job '%s'.", key, plan.id)
    for name in plan.kept:
        logger.info("Would keep '%s' of job '%s'.", name, plan.id)
