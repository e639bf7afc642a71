"""`import`, `export`, `verify`: jobs in directories and archives."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

from signac.cli.arguments import add_json, add_selection
from signac.cli.failures import Refusal
from signac.cli.selection import open_jobs, parse_words
from signac.cli.table import Command
from signac.errors import DestinationExistsError, InvalidInputError, SyncConflict

if TYPE_CHECKING:
    import argparse

    from signac.cli.context import Context
    from signac.project import Project

__all__ = ["COMMANDS"]


def _fill_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "origin",
        nargs="?",
        default=os.curdir,
        help="a directory, or a zip or tar archive; by default the current directory",
    )
    parser.add_argument(
        "schema_path",
        nargs="?",
        metavar="schema",
        help="which paths are jobs, such as 'a/{a:int}/{b}', for data without state point files",
    )
    parser.add_argument(
        "--move", action="store_true", help="move what is imported; for directories only"
    )
    parser.add_argument(
        "--sync", action="store_true", help="synchronise with jobs that are there already"
    )
    parser.add_argument(
        "--sync-interactive", action="store_true", help="synchronise by hand, in Python"
    )
    add_json(parser)


def _import(context: Context, options: argparse.Namespace) -> int | None:
    _require_sensible(options)
    project = context.project()
    context.note("Prepare data space for import...")
    if options.sync_interactive:
        return _synchronise_by_hand(context, options, project)
    try:
        imported = _import_jobs(context, options, project)
    except DestinationExistsError as error:
        context.note(f"Destination '{error.destination}' already exists.")
        context.note("Consider using '--sync' or '--sync-interactive'!")
    except SyncConflict as error:
        context.note(f"Synchronization failed with error: {error}")
        context.note("Consider using '--sync-interactive'!")
    else:
        context.note(f"Imported {len(imported)} job(s)." if imported else "Nothing to import.")
        if options.json:
            context.print_json(imported)
        return None
    context.note("Import failed.")
    return 1


def _import_jobs(context: Context, options: argparse.Namespace, project: Project) -> dict[str, str]:
    if not options.sync:
        copytree = shutil.move if options.move else None
        return project.import_from(options.origin, options.schema_path, copytree=copytree)
    from signac._transfer.imports.run import import_scratch

    with import_scratch(project) as directory:
        other = type(project).init_project(directory)
        imported = other.import_from(options.origin, options.schema_path)
        context.note("Synchronizing project with temporary project...")
        project.sync(other, recursive=True)
    return imported


def _require_sensible(options: argparse.Namespace) -> None:
    if not options.move:
        return
    if options.sync or options.sync_interactive:
        raise InvalidInputError(
            "Cannot use '--move' in combination with '--sync' or '--sync-interactive'."
        )
    if os.path.isfile(options.origin):
        raise InvalidInputError("Cannot use '--move' when importing from a file.")


def _synchronise_by_hand(context: Context, options: argparse.Namespace, project: Project) -> int:
    import signac
    from signac.cli.interpreter import interact
    from signac.project import TemporaryProject

    with TemporaryProject() as other:
        imported = other.import_from(options.origin, options.schema_path)
        banner = (
            f"{len(imported)} job(s) are in 'tmp_project'.\n"
            "Bring them into 'project', for example with project.sync(tmp_project)."
        )
        names = {"project": project, "pr": project, "tmp_project": other, "signac": signac}
        code = interact(context, names, banner)
        context.note(f"Imported {len(imported)} job(s).")
        return code


def _fill_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", help="a directory, or an archive: .zip, .tar, .tar.gz, …")
    parser.add_argument(
        "schema_path",
        nargs="?",
        metavar="path",
        help="where in the target, such as 'a/{a}/{{auto}}'; by default by the keys that differ",
    )
    parser.add_argument(
        "--move", action="store_true", help="move the jobs out of the project; for directories only"
    )
    parser.add_argument(
        "--manifest", action="store_true", help="add a list of all files with checksums"
    )
    add_selection(parser)
    add_json(parser)


def _export(context: Context, options: argparse.Namespace) -> None:
    from signac._transfer.exports.containers import find_kind
    from signac._transfer.exports.run import export
    from signac.errors import PathSpecificationError

    project = context.project()
    try:
        kind = find_kind(options.target)
    except TypeError as error:  # peer: the class for a name without a known extension
        raise InvalidInputError(str(error)) from None
    if options.move and kind != "directory":
        raise InvalidInputError(
            "The '--move' argument can only be used when exporting to directories."
        )
    jobs = _jobs_to_export(project, options)
    copytree = shutil.move if options.move else None
    manifest = options.manifest
    try:
        found = export(jobs, options.target, options.schema_path, copytree, manifest=manifest)
        exported = dict(found)
    except PathSpecificationError as error:
        if error.key is None:
            raise
        raise Refusal(f"An error occurred while evaluating the schema path: {error}") from error
    context.note(f"Exported {len(exported)} job(s)." if exported else "No jobs to export.")
    if options.json:
        context.print_json(exported)


def _jobs_to_export(project: Project, options: argparse.Namespace) -> Any:
    if options.job_id and options.filter:
        raise InvalidInputError("Can't provide both 'job-id' and filter arguments!")
    if options.job_id:
        return open_jobs(project, options.job_id)
    return project.find_jobs(parse_words(options.filter))


def _fill_verify(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", help="a directory or an archive that jobs were exported to")
    parser.add_argument(
        "-m",
        "--manifest",
        action="store_true",
        help="compare it with the manifest in it; no project is needed",
    )
    add_json(parser)


def _verify(context: Context, options: argparse.Namespace) -> int:
    if options.manifest:
        from signac.import_export import verify_manifest

        report = verify_manifest(options.target)
    else:
        report = context.project().verify_export(options.target)
    if options.json:
        from dataclasses import asdict

        context.print_json({"ok": report.ok, **asdict(report)})
    else:
        context.print(*str(report).splitlines())
    return 0 if report.ok else 1


COMMANDS = {
    "import": Command(_fill_import, _import),
    "export": Command(_fill_export, _export),
    "verify": Command(_fill_verify, _verify),
}
