"""`find`: jobs by their parameters and results, as ids, values, a table, CSV or JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from signac.cli.arguments import add_json, add_search
from signac.cli.output import format_pretty
from signac.cli.selection import parse_words, work_on
from signac.cli.table import Command
from signac.errors import InvalidInputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from signac.cli.context import Context
    from signac.cursor import JobsCursor
    from signac.job import Job

__all__ = ["COMMANDS"]

_WHOLE: Final = 3


def _fill(parser: argparse.ArgumentParser) -> None:
    add_search(parser)
    parser.add_argument(
        "-s",
        "--show",
        nargs="?",
        const=_WHOLE,
        type=int,
        metavar="N",
        help="print state point and document of each job",
    )
    parser.add_argument(
        "--sp", nargs="*", metavar="KEY", help="print the state points, or these keys of them"
    )
    parser.add_argument(
        "--doc", nargs="*", metavar="KEY", help="print the documents, or these keys of them"
    )
    parser.add_argument(
        "-p",
        "--pretty",
        nargs="?",
        const=_WHOLE,
        type=int,
        metavar="DEPTH",
        help="print Python values down to a depth (3)",
    )
    parser.add_argument(
        "-1", "--one-line", action="store_true", help="print each mapping as one line of JSON"
    )
    wanted = parser.add_argument_group("order and form")
    wanted.add_argument(
        "--sort",
        nargs="+",
        action="extend",
        metavar="KEY",
        help="sort by keys such as T or doc.energy; '--sort=-T' puts the largest first",
    )
    wanted.add_argument("--limit", type=int, metavar="N", help="only the first N jobs")
    wanted.add_argument(
        "--columns",
        nargs="+",
        action="extend",
        metavar="KEY",
        help="a table of these keys, such as T or doc.energy",
    )
    wanted.add_argument("--csv", action="store_true", help="print comma-separated values")
    add_json(wanted)  # type: ignore[arg-type]
    wanted.add_argument("--count", action="store_true", help="print only how many jobs there are")
    wanted.add_argument(
        "--explain", action="store_true", help="tell on standard error how the search was done"
    )


def _find(context: Context, options: argparse.Namespace) -> int | None:
    cursor = _search(context, options)
    if options.explain:
        context.note(str(cursor.explain()))
    if options.count:
        context.print(str(cursor.count()))
    elif options.csv or options.json or options.columns or _is_for_eyes(context, options):
        from signac.cli import listing

        return listing.show(context, options, cursor)
    else:
        return _print_lines(context, options, cursor)
    return None


def _search(context: Context, options: argparse.Namespace) -> JobsCursor:
    if options.csv and options.json:
        raise InvalidInputError("'--csv' and '--json' are two forms; choose one")
    if options.limit is not None and options.limit < 0:
        raise InvalidInputError(f"--limit {options.limit} is negative; give the number of jobs")
    cursor = context.project().find_jobs(parse_words(options.filter))
    if options.sort:
        keys = [key for words in options.sort for key in words.split(",") if key]
        cursor = cursor.sort(*keys)
    if options.limit is not None:
        cursor = cursor.limit(options.limit)
    return cursor


def _is_for_eyes(context: Context, options: argparse.Namespace) -> bool:
    """Tell whether a table serves better: on a terminal, unless a form was asked for."""
    return context.is_terminal and not options.one_line and options.pretty is None


def _print_lines(context: Context, options: argparse.Namespace, cursor: JobsCursor) -> int:
    """Print in the form that programs read: an id on each line, then what was asked for."""
    parts = _parts(options)
    if not parts:
        for job_id in cursor._ids:  # noqa: SLF001  # perf: no handle is made for an id
            context.print(job_id)
        return 0
    length = 0
    if options.one_line and len(cursor):
        length = max(6, context.project().min_len_unique_id())
    depth = _WHOLE if options.pretty is None else options.pretty

    def show(job: Job) -> None:
        values = [_restrict(read(job), keys) for read, keys in parts]
        context.print(job.id)
        for value in values:
            if options.one_line:
                # peer: the line of a document bears the same mark.
                context.print(f"{job.id[:length]} sp \t{json.dumps(value, sort_keys=True)}")
            else:
                context.print(format_pretty(value, depth))

    return work_on(context, cursor, show)


def _parts(
    options: argparse.Namespace,
) -> list[tuple[Callable[[Job], dict[str, Any]], Sequence[str]]]:
    """Return what is printed of each job: how to read it, and the keys that are wanted."""
    shows = options.show is not None
    parts: list[tuple[Callable[[Job], dict[str, Any]], Sequence[str]]] = []
    if shows or options.sp is not None:
        parts.append((lambda job: job.statepoint(), options.sp or ()))
    if shows or options.doc is not None:
        parts.append((lambda job: job.document(), options.doc or ()))
    return parts


def _restrict(value: dict[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    return {key: value[key] for key in keys if key in value} if keys else value


COMMANDS = {"find": Command(_fill, _find)}
