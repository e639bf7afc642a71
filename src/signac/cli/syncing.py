"""What a synchronisation tells and asks: what it would do, where both sides differ, who wins."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from signac.cli.output import human_size
from signac.errors import (
    DocumentSyncConflict,
    FileSyncConflict,
    InvalidInputError,
    SchemaSyncConflict,
)

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Sequence

    from signac._transfer.sync.plan import DocumentPlan, JobPlan, SyncPlan
    from signac._transfer.sync.rules import FileTransferStats
    from signac.cli.context import Context
    from signac.errors import SyncConflict

__all__ = ["Person", "explain", "print_stats", "rehearse"]

_FILE_HINT = """
Use the `-s/--strategy` option to specify a file synchronization strategy,
or the `-u/--update` option to overwrite all files which have a more recent
modification time stamp."""
_KEY_HINT = """
Use the `-k/--key` option to specify a regular expression pattern matching
all keys that should be overwritten, `--all-keys` to overwrite all conflicting
keys, or `--no-keys` to overwrite none of the conflicting keys."""


def explain(context: Context, options: argparse.Namespace, conflict: SyncConflict) -> None:
    """Tell where both sides differ, and which options decide; `conflict` is the first."""
    if isinstance(conflict, SchemaSyncConflict):
        _explain_schemas(context, conflict, keys_only=options.check_schema == "keys")
        return
    files = [one for one in conflict.conflicts if isinstance(one, FileSyncConflict)]
    documents = [one for one in conflict.conflicts if isinstance(one, DocumentSyncConflict)]
    _explain_files(context, [one.path or one.filename for one in files if not one.reason])
    _explain_documents(context, documents)
    clashes = [f"{one.path}: {one.reason}" for one in files if one.reason]
    others = [*clashes, *getattr(conflict, "__notes__", ())]
    if others:
        context.note("")
    for line in others:
        context.note(line)
    if not options.dry_run:
        documents_too = "; a job with such a file keeps its document" if files else ""
        context.note(f"\nEverything else was synchronized{documents_too}.")


def _explain_schemas(context: Context, conflict: SchemaSyncConflict, *, keys_only: bool) -> None:
    source, destination = conflict.schema_src, conflict.schema_dst
    here = source.difference(destination, ignore_values=True)
    there = destination.difference(source, ignore_values=True)
    differ = source.difference(destination) - here
    context.note("Synchronizing two projects with different schema requires the -m/--merge option.")
    if here:
        context.note(f"Keys found only in the source schema: {_listed(here)}")
    if there:
        context.note(f"Keys found only in the destination schema: {_listed(there)}")
    if differ and not keys_only:
        context.note(f"Keys having different values in source and destination: {_listed(differ)}")
    if not (here or there):
        context.note("The keys are the same; '--check-schema keys' compares no values.")


def _explain_files(context: Context, paths: Sequence[str]) -> None:
    if not paths:
        return
    context.note("\nSynchronization conflict occurred, no strategy defined to synchronize files:")
    for path in paths:
        context.note(path)
    context.note(_FILE_HINT)


def _explain_documents(context: Context, conflicts: Sequence[DocumentSyncConflict]) -> None:
    if not conflicts:
        return
    context.note("\nSynchronization conflict occurred, no strategy defined to synchronize keys:")
    for conflict in conflicts:
        context.note(f"{_listed(conflict.keys)} ({conflict.path})")
    context.note(_KEY_HINT)


def _listed(keys: Iterable[str]) -> str:
    return ", ".join(sorted(keys))


def rehearse(context: Context, options: argparse.Namespace, plan: SyncPlan) -> FileTransferStats:
    """Tell what a synchronisation would do.

    Raises
    ------
    SyncConflict, JobsCorruptedError, OSError
        What the synchronisation would raise.
    """
    from signac._transfer.sync.outcome import raise_problems

    if options.json and not options.stats:
        context.print_json(_as_json(plan))
    else:
        # peer: standard output has the statistics alone.
        for line in _describe(plan):
            context.note(line)
    conflicts = [(conflict.path, conflict) for conflict in plan.conflicts]
    raise_problems([*conflicts, *plan.problems])
    return plan.stats


def _describe(plan: SyncPlan) -> Iterator[str]:
    if plan.document.keys:
        yield f"project: document keys {', '.join(plan.document.keys)}"
    for job in plan.jobs:
        for line in _describe_job(job):
            yield f"{job.id}: {line}"
    new = sum(job.is_new for job in plan.jobs)
    changed = sum(
        bool(job.files or job.trees or job.document.keys) for job in plan.jobs if not job.is_new
    )
    left = len(plan.jobs) - new - changed + plan.unchanged
    yield f"Would create {new} and change {changed} job(s), and leave {left} as they are."


def _describe_job(job: JobPlan) -> Iterator[str]:
    if job.is_new:
        yield f"new job, {sum(1 for _ in job.iter_files())} file(s)"
        return
    for step in job.files:
        yield f"{'copy' if step.is_new else 'overwrite'} {step.name}"
    for tree in job.trees:
        yield f"copy directory {tree.name}, {len(tree.files)} file(s)"
    for name in job.kept:
        yield f"keep {name}"
    for name in job.skipped:
        yield f"skip directory {name}, '-r' enters it"
    if job.document.keys:
        yield f"document keys {', '.join(job.document.keys)}"


def _as_json(plan: SyncPlan) -> dict[str, Any]:
    return {
        "source": plan.source,
        "destination": plan.destination,
        "document": _document_as_json(plan.document),
        "jobs": [
            {
                "id": job.id,
                "new": job.is_new,
                "copy": [step.name for step in job.iter_files() if step.is_new],
                "overwrite": [step.name for step in job.iter_files() if not step.is_new],
                "keep": list(job.kept),
                "skip": list(job.skipped),
                "conflicts": [conflict.path for conflict in job.conflicts],
                "document": _document_as_json(job.document),
            }
            for job in plan.jobs
        ],
        "unchanged": plan.unchanged,
        "problems": [{"id": job_id, "problem": str(error)} for job_id, error in plan.problems],
        "num_files": plan.stats.num_files,
        "volume": plan.stats.volume,
    }


def _document_as_json(plan: DocumentPlan) -> dict[str, list[str]]:
    conflict = plan.conflict
    keys = conflict.keys if isinstance(conflict, DocumentSyncConflict) else ()
    return {"keys": list(plan.keys), "conflicts": sorted(keys)}


def print_stats(context: Context, options: argparse.Namespace, stats: FileTransferStats) -> None:
    """Print what was transferred, or would be."""
    volume: int | str = human_size(stats.volume) if options.human_readable else stats.volume
    # peer: the header precedes JSON too.
    context.print("", f"# Transfer statistics {'(dry run)' if options.dry_run else ''}")
    if options.json:
        context.print(json.dumps({"num_files": stats.num_files, "volume": volume}))
        return
    context.print(
        "",
        f"Number of files transferred: {stats.num_files}",
        f"Total transfer volume:       {volume}",
        "",
    )


class Person:
    """Who answers which files are overwritten."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._gone = False

    def __call__(self, question: str) -> str:
        """Return the answer to a question that ends in ``[y/N]``."""
        if self._context.options.yes:
            return "y"
        if not self._gone:
            try:
                return "y" if self._context.confirm(question.removesuffix(" [y/N] ")) else "n"
            except InvalidInputError:
                self._gone = True
        raise InvalidInputError(
            "there was no answer on standard input; the files that were asked about stay as they "
            "are. '-s always', '-s never' or '-u' decide without questions"
        )
