"""`view`: a directory of links to the jobs, named by their parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signac.cli.arguments import add_json, add_selection
from signac.cli.selection import selected_jobs
from signac.cli.table import Command

if TYPE_CHECKING:
    import argparse

    from signac.cli.context import Context

__all__ = ["COMMANDS"]


def _fill(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "path",
        nargs="?",
        default="{{auto}}",
        help="where the links are, such as 'a/{a}/{{auto}}'; by default by the keys that differ",
    )
    parser.add_argument(
        "-p",
        "--prefix",
        nargs="?",
        const="view",
        default="view",
        metavar="DIR",
        help="the directory of the view ('view')",
    )
    add_selection(parser)
    add_json(parser)


def _view(context: Context, options: argparse.Namespace) -> None:
    project = context.project()
    ids = None
    if options.job_id or options.filter:
        ids = [job.id for job in selected_jobs(project, options.job_id, options.filter)]
    links = project.create_linked_view(prefix=options.prefix, job_ids=ids, path=options.path)
    if options.json:
        context.print_json(links)


COMMANDS = {"view": Command(_fill, _view)}
