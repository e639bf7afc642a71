"""`init`, `update-cache`, `migrate`: whole projects."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from signac.cli.arguments import add_dry_run
from signac.cli.table import Command

if TYPE_CHECKING:
    import argparse

    from signac.cli.context import Context

__all__ = ["COMMANDS"]


def _fill_nothing(parser: argparse.ArgumentParser) -> None:
    """Take no arguments."""


def _init(context: Context, options: argparse.Namespace) -> None:
    from signac.project import init_project

    init_project()
    context.note("Initialized project.")


def _update_cache(context: Context, options: argparse.Namespace) -> None:
    project = context.project()
    context.note("Updating cache...")
    number = project.update_cache()
    if number is not None:
        context.note(f"Updated cache (size={number}).")
    else:
        context.note("Cache is up to date.")


def _fill_migrate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-r",
        "--root-directory",
        default=os.curdir,
        metavar="DIR",
        help="the directory of the project itself; by default the current one",
    )
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask")
    add_dry_run(parser)


def _migrate(context: Context, options: argparse.Namespace) -> int | None:
    from signac.errors import MigrationError
    from signac.migration import apply_migrations, plan_migrations
    from signac.version import SCHEMA_VERSION

    root = options.root_directory
    plan = plan_migrations(root)
    if not plan:
        context.note(
            f"The schema version of the project ({SCHEMA_VERSION}) is up to date. Nothing to do."
        )
        return None
    if options.dry_run:
        context.print(str(plan))
        return 1 if plan.problems else 0
    if plan.problems:
        raise MigrationError("; ".join(plan.problems))
    question = (
        f"Do you want to migrate this project's schema version from '{plan.version}' to "
        f"'{SCHEMA_VERSION}'? WARNING: THIS PROCESS IS IRREVERSIBLE!"
    )
    if options.yes or context.options.yes or context.confirm(question):
        apply_migrations(root)
    return None


COMMANDS = {
    "init": Command(_fill_nothing, _init),
    "update-cache": Command(_fill_nothing, _update_cache),
    "migrate": Command(_fill_migrate, _migrate),
}
