"""`shell`: Python with the project at hand, as a prompt or for a script."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from signac.cli.arguments import add_selection
from signac.cli.selection import open_jobs, selected_jobs
from signac.cli.table import Command
from signac.errors import InvalidInputError, ProjectNotFoundError
from signac.version import __version__

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from signac.cli.context import Context
    from signac.job import Job
    from signac.project import Project

__all__ = ["COMMANDS"]


def _fill(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        nargs="?",
        metavar="FILE",
        help="a script to run; '-' runs what comes on standard input; without it, a prompt",
    )
    parser.add_argument("-c", "--command", metavar="CODE", help="run this code, and no prompt")
    add_selection(parser)
    parser.add_argument(
        "--plain",
        "--no-ipython",
        action="store_true",
        help="the prompt of Python itself, also where IPython is installed",
    )


def _shell(context: Context, options: argparse.Namespace) -> int | None:
    if options.command is not None and options.file is not None:
        raise InvalidInputError("give either a script or '-c CODE', not both")
    try:
        project = context.project()
    except ProjectNotFoundError:
        # peer: this is no failure.
        context.print(
            f"signac {__version__}",
            "No project within this directory.",
            f"'{context.program} init' makes the current directory a project.",
        )
        return 0
    names = _names(project, _select(project, options))
    _leave_logging(options)
    if options.command is not None:
        from signac.cli.script import run_text

        return run_text(options.command, "<string>", names, "-c")
    if options.file == "-":
        from signac.cli.script import run_text

        return run_text(context.read_all("the script"), "<stdin>", names, "-")
    if options.file is not None:
        from signac.cli.script import run_file

        return run_file(options.file, names)
    from signac.cli.interpreter import interact

    return interact(context, names, _banner(project, names["job"]), plain=options.plain)


def _select(project: Project, options: argparse.Namespace) -> Sequence[Job]:
    if options.job_id and not options.filter:
        return list({job.id: job for job in open_jobs(project, options.job_id)}.values())
    return selected_jobs(project, options.job_id, options.filter)  # type: ignore[return-value]


def _names(project: Project, jobs: Sequence[Job]) -> dict[str, Any]:
    """Return what the code finds: the project twice, the jobs, the job if there is one, signac."""
    import signac

    job = jobs[0] if len(jobs) == 1 else _job_here(project)
    return {"signac": signac, "project": project, "pr": project, "jobs": _each(jobs), "job": job}


def _leave_logging(options: argparse.Namespace) -> None:
    """Let the code set up its own log, unless the person asked for that of the command."""
    if options.debug or options.verbosity:
        return
    import logging

    root = logging.getLogger()
    for handler in root.handlers[:]:
        root.removeHandler(handler)


def _each(jobs: Sequence[Job]) -> Iterator[Job]:
    """Yield the jobs; in a large project they are looked for only if somebody asks."""
    yield from jobs


def _job_here(project: Project) -> Job | None:
    """Return the job in whose directory the command was started."""
    try:
        job = project.get_job(os.curdir)
    except (LookupError, OSError):
        return None
    return job if job.project == project else None


def _banner(project: Project, job: Job | None) -> str:
    here = "" if job is None else f"Job:      {job.id}\n"
    return (
        f"Python {sys.version}\n"
        f"signac {__version__}\n\n"
        f"Project:  {project.path}\n{here}"
        f"Size:     {len(project):,}\n\n"
        "At hand: project (or pr), jobs (an iterator), job, signac. help(project) tells more."
    )


COMMANDS = {"shell": Command(_fill, _shell)}
