"""`sync`: bring jobs and documents of another project into this one."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, Any, Final

from signac.cli import syncing
from signac.cli.arguments import add_dry_run, add_selection
from signac.cli.failures import Refusal
from signac.cli.selection import parse_words
from signac.cli.table import Command
from signac.errors import InvalidInputError, JobNotFoundError, ProjectNotFoundError, SyncConflict

if TYPE_CHECKING:
    from collections.abc import Callable

    from signac._transfer.sync.rules import DocSync, FileTransferStats
    from signac.cli.context import Context
    from signac.project import Project

__all__ = ["COMMANDS"]

_ARCHIVE: Final = ("recursive", "links", "perms", "times", "owner", "group")
_SCHEMA_CHECKS: Final = {"all": True, "keys": "keys", "none": False}


def _fill(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", help="the project that jobs come from; it is never changed")
    parser.add_argument(
        "destination", nargs="?", help="the project that is changed; by default the local one"
    )
    _fill_copying(parser.add_argument_group("what copies keep"))
    _fill_comparing(parser.add_argument_group("which files differ"))
    _fill_deciding(parser.add_argument_group("who wins where both sides differ"))
    _fill_output(parser)
    add_selection(parser)


def _fill_copying(group: Any) -> None:
    group.add_argument("-a", "--archive", action="store_true", help="the same as '-rltpog'")
    group.add_argument("-r", "--recursive", action="store_true", help="enter directories")
    group.add_argument("-l", "--links", action="store_true", help="copy links as links")
    group.add_argument("-p", "--perms", action="store_true", help="keep permissions")
    group.add_argument("-o", "--owner", action="store_true", help="keep the owner")
    group.add_argument("-g", "--group", action="store_true", help="keep the group")
    group.add_argument(
        "-t", "--times", action="store_true", help="keep modification times; needs '-p'"
    )
    group.add_argument(
        "-x",
        "--exclude",
        nargs="?",
        const=".*",
        metavar="PATTERN",
        help="leave out files whose name begins with a match of this regular expression (all)",
    )


def _fill_comparing(group: Any) -> None:
    group.add_argument(
        "-I",
        "--ignore-times",
        "--deep",
        dest="deep",
        action="store_true",
        help="compare the contents of all files, also if size and time are the same",
    )
    group.add_argument(
        "--size-only",
        action="store_true",
        help="files of one size are the same, whatever is in them",
    )
    group.add_argument(
        "--round-times", action="store_true", help="compare modification times in whole seconds"
    )


def _fill_deciding(group: Any) -> None:
    group.add_argument(
        "-u", "--update", action="store_true", help="the file modified later, as '-s update'"
    )
    group.add_argument(
        "-s",
        "--strategy",
        choices=("always", "never", "update", "Ask"),
        help="for files: the source always, never, if it was modified later, or as you say",
    )
    group.add_argument(
        "-k",
        "--key",
        metavar="PATTERN",
        help="the source for document keys that begin with a match of this regular expression",
    )
    group.add_argument("--all-keys", action="store_true", help="the source for all document keys")
    group.add_argument("--no-keys", action="store_true", help="the destination for all of them")
    group.add_argument(
        "-m", "--merge", action="store_true", help="projects with different schemas are welcome"
    )
    group.add_argument("--force", action="store_true", help="the same as '-m'")
    group.add_argument(
        "--check-schema",
        choices=tuple(_SCHEMA_CHECKS),
        help="what must be the same in both schemas: keys and values (all), keys, or none",
    )


def _fill_output(parser: argparse.ArgumentParser) -> None:
    add_dry_run(parser)
    # peer: '--d' is short for '--dry-run' there, and would not be unique here.
    parser.add_argument("--d", dest="dry_run", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument(
        "--parallel",
        nargs="?",
        type=int,
        const=True,
        default=False,
        metavar="N",
        help="use N threads, or one for each processor",
    )
    parser.add_argument("--stats", action="store_true", help="print what was transferred")
    parser.add_argument(
        "-H", "--human-readable", action="store_true", help="print sizes with units"
    )
    parser.add_argument(
        "--json", action="store_true", help="print JSON: the statistics, or what '-n' would do"
    )


def _sync(context: Context, options: argparse.Namespace) -> None:
    _refuse_contradictions(options)
    if options.archive:
        for name in _ARCHIVE:
            setattr(options, name, True)
    if options.times and not options.perms:
        raise InvalidInputError(
            "The '-t/--times' option can only be used in combination with '-p/--perms'."
        )
    rule = _rule(options)
    source, destination = _open(context, options)
    selection = _select(context, options, source, destination)
    context.note(f"Synchronizing '{source}' -> '{destination}'...")
    try:
        stats = _run(context, options, source, destination, rule, selection)
    except SyncConflict as conflict:
        syncing.explain(context, options, conflict)
        raise Refusal("Synchronization aborted.") from None
    if options.stats:
        syncing.print_stats(context, options, stats)
    if rule.skipped_keys:
        context.note(f"Skipped key(s): {', '.join(sorted(rule.skipped_keys))}")
    context.note("Done.")


def _refuse_contradictions(options: argparse.Namespace) -> None:
    if (options.key is not None) + options.all_keys + options.no_keys > 1:
        raise InvalidInputError("You can only provide one key argument!")
    if options.update and options.strategy:
        raise InvalidInputError("Can't provide both '-u/--update' and '-s/--strategy'!")
    if options.check_schema and (options.merge or options.force):
        raise InvalidInputError(
            "'-m/--merge' and '--force' do not check the schema; leave out '--check-schema'"
        )
    for pattern in (options.key, options.exclude):
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise InvalidInputError(f"Illegal regular expression '{pattern}': '{error}'.") from None


def _rule(options: argparse.Namespace) -> DocSync.ByKey:
    from signac._transfer.sync.rules import DocSync

    if options.no_keys:
        return DocSync.ByKey(lambda key: False)
    if options.all_keys:
        return DocSync.ByKey(lambda key: True)
    # peer: an empty pattern is none.
    return DocSync.ByKey(options.key or None)


def _open(context: Context, options: argparse.Namespace) -> tuple[Project, Project]:
    from signac.project import get_project

    try:
        destination = (
            context.project() if options.destination is None else get_project(options.destination)
        )
    except ProjectNotFoundError:
        context.note("WARNING: The destination does not appear to be a project path.")
        raise
    return get_project(options.source), destination


def _select(
    context: Context, options: argparse.Namespace, source: Project, destination: Project
) -> set[str] | None:
    """Return the ids of the jobs that are asked for, None for all."""
    if options.job_id and options.filter:
        raise InvalidInputError("Can't provide both 'job-id' and filter arguments!")
    if options.filter:
        found = parse_words(options.filter)
        # peer: the filter is tried on the local project alone, so that no new job is ever found.
        return {job.id for project in (source, destination) for job in project.find_jobs(found)}
    if not options.job_id:
        return None
    selected = set()
    for word in options.job_id:
        try:
            selected.add(source.open_job(id=word).id)
        except JobNotFoundError:
            # peer: such ids are passed over.
            context.note(f"There is no job '{word}' in '{source}'.")
    return selected


def _run(
    context: Context,
    options: argparse.Namespace,
    source: Project,
    destination: Project,
    rule: DocSync.ByKey,
    selection: set[str] | None,
) -> FileTransferStats:
    from signac._transfer.sync.projects import plan_sync, sync_projects

    check = (
        False if options.merge or options.force else _SCHEMA_CHECKS[options.check_schema or "all"]
    )
    wanted: dict[str, Any] = {
        "strategy": _strategy(context, options),
        "exclude": options.exclude,
        "doc_sync": rule,
        "selection": selection,
        "check_schema": check,
        "recursive": options.recursive,
        "follow_symlinks": not options.links,
        "preserve_permissions": options.perms,
        "preserve_times": options.times,
        "preserve_owner": options.owner,
        "preserve_group": options.group,
        # As for rsync, '--size-only' is stronger.
        "deep": options.deep and not options.size_only,
        "quick_check": _quick_check(options),
    }
    if options.dry_run:
        return syncing.rehearse(context, options, plan_sync(source, destination, **wanted))
    stats = sync_projects(
        source,
        destination,
        **wanted,
        parallel=options.parallel,
        collect_stats=True,
        progress=False if options.strategy == "Ask" else None,
    )
    assert stats is not None
    return stats


def _quick_check(options: argparse.Namespace) -> str:
    if options.size_only:
        return "size"
    return "second" if options.round_times else "time"


def _strategy(context: Context, options: argparse.Namespace) -> Callable[..., Any] | None:
    from signac._transfer.sync.rules import FileSync

    name = "update" if options.update else options.strategy
    if name == "Ask":
        return FileSync.Ask(syncing.Person(context))
    strategy: Callable[..., Any] | None = None if name is None else getattr(FileSync, name)
    return strategy


COMMANDS = {"sync": Command(_fill, _sync)}
