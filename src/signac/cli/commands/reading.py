"""`statepoint`, `document`, `diff`, `neighbors`: what jobs are, printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signac.cli.arguments import add_filter, add_ids, add_json, add_layout
from signac.cli.output import format_mapping, format_pretty
from signac.cli.selection import open_jobs, selected_jobs, work_on
from signac.cli.table import Command

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable

    from signac.cli.context import Context
    from signac.job import Job

__all__ = ["COMMANDS"]


def _fill_statepoint(parser: argparse.ArgumentParser) -> None:
    add_ids(parser)
    add_layout(parser)
    add_json(parser)


def _statepoint(context: Context, options: argparse.Namespace) -> int:
    jobs = selected_jobs(context.project(), options.job_id, None)
    return _print_all(context, options, jobs, lambda job: job.statepoint(), "statepoint")


def _fill_document(parser: argparse.ArgumentParser) -> None:
    add_ids(parser)
    add_layout(parser)
    add_filter(parser)
    add_json(parser)


def _document(context: Context, options: argparse.Namespace) -> int:
    jobs = selected_jobs(context.project(), options.job_id, options.filter)
    return _print_all(context, options, jobs, lambda job: job.document(), "document")


def _print_all(
    context: Context,
    options: argparse.Namespace,
    jobs: Iterable[Job],
    read: Callable[[Job], Any],
    name: str,
) -> int:
    if options.json:
        items: list[dict[str, Any]] = []
        code = work_on(context, jobs, lambda job: items.append({"id": job.id, name: read(job)}))
        context.print_json_items(items)
        return code

    def show(job: Job) -> None:
        context.print(
            format_mapping(
                read(job), pretty=options.pretty, indent=options.indent, sort=options.sort
            )
        )

    return work_on(context, jobs, show)


def _fill_diff(parser: argparse.ArgumentParser) -> None:
    add_ids(parser)
    add_layout(parser, sort=False)
    add_filter(parser)
    add_json(parser)


def _diff(context: Context, options: argparse.Namespace) -> int:
    from signac.diff import diff_jobs

    jobs: list[Job] = []

    def keep(job: Job) -> None:
        job.statepoint()
        jobs.append(job)

    code = work_on(context, selected_jobs(context.project(), options.job_id, options.filter), keep)
    jobs = list(dict.fromkeys(jobs))
    different = diff_jobs(*jobs)
    if options.json:
        context.print_json_items({"id": job.id, "diff": different[job.id]} for job in jobs)
        return code
    for job in jobs:
        context.print(job.id, format_pretty(different[job.id], None))
    return code


def _fill_neighbors(parser: argparse.ArgumentParser) -> None:
    add_ids(parser)
    parser.add_argument(
        "--ignore",
        nargs="+",
        default=[],
        metavar="KEY",
        help="keys that may differ besides, such as the seed of random numbers",
    )
    add_json(parser)


def _neighbors(context: Context, options: argparse.Namespace) -> None:
    project = context.project()
    jobs = open_jobs(project, options.job_id)
    known = project.get_neighbors(ignore=options.ignore) if jobs else {}
    found = {
        job.id: {key: dict(near) for key, near in known[job.id].items() if near} for job in jobs
    }
    if options.json:
        context.print_json_items(
            {
                "id": job_id,
                "neighbors": {
                    key: [{"value": value, "id": near} for value, near in values.items()]
                    for key, values in keys.items()
                },
            }
            for job_id, keys in found.items()
        )
        return
    for keys in found.values():
        context.print(format_pretty(keys, None))


COMMANDS = {
    "statepoint": Command(_fill_statepoint, _statepoint),
    "document": Command(_fill_document, _document),
    "diff": Command(_fill_diff, _diff),
    "neighbors": Command(_fill_neighbors, _neighbors),
}
