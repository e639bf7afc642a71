"""`job`, `rm`, `move`, `clone`: single jobs, named by state point or id."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from signac.cli.arguments import add_dry_run, add_ids, add_json
from signac.cli.selection import open_jobs
from signac.cli.table import Command
from signac.errors import DestinationExistsError, InvalidInputError

if TYPE_CHECKING:
    import argparse

    from signac.cli.context import Context
    from signac.job import Job
    from signac.project import Project

__all__ = ["COMMANDS"]


def _fill_job(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "statepoint",
        nargs="?",
        default="-",
        help="the state point in JSON; from standard input if it is '-' or missing",
    )
    parser.add_argument(
        "-w", "--workspace", action="store_true", help="without effect, as in the released signac"
    )
    parser.add_argument("-p", "--path", action="store_true", help="print the path, not the id")
    parser.add_argument("-c", "--create", action="store_true", help="create the job")
    add_json(parser)


def _job(context: Context, options: argparse.Namespace) -> None:
    project = context.project()
    text = options.statepoint
    if text == "-":
        text = context.read_all("the state point")
    job = project.open_job(_parse_statepoint(context, text))
    if options.create:
        job.init()
    if options.json:
        there = job in project
        context.print_json(
            {"id": job.id, "path": job.path, "exists": there, "statepoint": job.statepoint()}
        )
        return
    context.print(job.path if options.path else job.id)


def _parse_statepoint(context: Context, text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        context.note(f"Error while reading state point: '{text.removesuffix(chr(10))}'")
        raise InvalidInputError(
            f"the state point is not JSON: {error}; an example is '{{\"a\": 1}}'"
        ) from None
    if not isinstance(value, dict):
        raise InvalidInputError(
            f"a state point is a mapping such as '{{\"a\": 1}}', not {text.strip()!r}"
        )
    return value


def _fill_rm(parser: argparse.ArgumentParser) -> None:
    add_ids(parser, required=True)
    parser.add_argument(
        "-c", "--clear", action="store_true", help="remove files and document, keep the job"
    )
    parser.add_argument("-i", "--interactive", action="store_true", help="ask for each job")
    add_dry_run(parser)


def _rm(context: Context, options: argparse.Namespace) -> None:
    # peer: removed the first ones before it found that a later id is wrong.
    jobs = open_jobs(context.project(), options.job_id)
    verb, past = ("clear", "cleared") if options.clear else ("remove", "removed")
    for job in jobs:
        if options.dry_run:
            context.print(f"{job.id} would be {past}")
        elif not options.interactive or _is_sure(context, verb, job):
            if options.clear:
                job.clear()
            else:
                job.remove()


def _is_sure(context: Context, verb: str, job: Job) -> bool:
    question = f"Are you sure you want to {verb} job with id '{job.id}'?"
    return context.options.yes or context.confirm(question)


def _fill_transfer(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("project", help="the directory of the other project")
    add_ids(parser, required=True)
    add_dry_run(parser)


def _move(context: Context, options: argparse.Namespace) -> None:
    _transfer(context, options, "Moved", lambda job, project: job.move(project))


def _clone(context: Context, options: argparse.Namespace) -> None:
    _transfer(context, options, "Cloned", lambda job, project: project.clone(job))


def _transfer(context: Context, options: argparse.Namespace, done: str, transfer: Any) -> None:
    from signac.project import get_project

    jobs = open_jobs(context.project(), options.job_id)
    destination: Project = get_project(options.project)
    for job in jobs:
        if options.dry_run:
            there = destination._contains_job_id(job.id)  # noqa: SLF001  # whatever its state point
            context.print(f"{job.id} {'is there already' if there else 'would be ' + done.lower()}")
            continue
        try:
            transfer(job, destination)
        except DestinationExistsError:
            context.note(f"Destination already exists: '{job.id}' in '{destination.path}'.")
        else:
            context.note(f"{done} '{job.id}' to '{destination.path}'.")


COMMANDS = {
    "job": Command(_fill_job, _job),
    "rm": Command(_fill_rm, _rm),
    "move": Command(_fill_transfer, _move),
    "clone": Command(_fill_transfer, _clone),
}
