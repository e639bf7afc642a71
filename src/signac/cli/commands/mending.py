"""`check`, `repair`, `recover`: find damage, mend it, complete what was interrupted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signac.cli.arguments import add_dry_run, add_ids, add_json
from signac.cli.table import Command
from signac.cli.wording import as_typed

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from signac.cli.context import Context

__all__ = ["COMMANDS"]


def _fill_check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--full", action="store_true", help="read HDF5 files through, compare index and cache"
    )
    parser.add_argument("--resume", action="store_true", help="go on where a check was interrupted")
    add_json(parser)


def _check(context: Context, options: argparse.Namespace) -> int:
    level: Any = "full" if options.full else "fast"
    report = context.project().find_problems(level=level, resume=options.resume)
    if options.json:
        context.print_json(
            {
                "checked": report.checked,
                "level": report.level,
                "seconds": round(report.seconds, 3),
                "errors": len(report.errors),
                "warnings": len(report.warnings),
                "problems": [found._asdict() for found in report],
            }
        )
    else:
        context.print(*as_typed(str(report)).splitlines())
        if report.errors:
            context.note(f"'{context.program} repair --dry-run' tells what can be done.")
    return 1 if report.errors else 0


def _fill_repair(parser: argparse.ArgumentParser) -> None:
    add_ids(parser)
    parser.add_argument(
        "--set-aside",
        action="store_true",
        help="move what cannot be repaired into the quarantine of the project",
    )
    add_dry_run(parser)
    add_json(parser)


def _repair(context: Context, options: argparse.Namespace) -> int:
    project = context.project()
    # An id that no job has is one of the problems, so it is not looked up.
    plan = project.plan_repair(options.job_id or None, set_aside=options.set_aside)
    if not options.json:
        context.print(*as_typed(str(plan)).splitlines())
    if options.dry_run:
        if options.json:
            context.print_json(
                {"actions": _as_dicts(plan.actions), "unresolved": _as_dicts(plan.unresolved)}
            )
        return 1 if plan.unresolved else 0
    if plan.actions and not context.may_go_on("Carry this out?"):
        return 1
    result = plan.apply()
    if options.json:
        context.print_json(
            {
                "done": _as_dicts(result.done),
                "failed": [{**_as_dict(action), "error": error} for action, error in result.failed],
                "unresolved": _as_dicts(plan.unresolved),
                "quarantine": result.quarantine,
            }
        )
    else:
        _tell_result(context, result)
    left = [found for found in plan.unresolved if found.severity == "error"]
    return 1 if left or result.failed else 0


def _as_dicts(found: Iterable[Any]) -> list[dict[str, Any]]:
    return [_as_dict(each) for each in found]


def _as_dict(found: Any) -> dict[str, Any]:
    """Return a problem or an action without the bytes that it would write."""
    return {name: value for name, value in found._asdict().items() if name != "data"}


def _tell_result(context: Context, result: Any) -> None:
    if result.done:
        context.note(f"{len(result.done)} action(s) done.")
    for action, error in result.failed:
        context.note(f"Error: {action.message}: {error}")
    if result.quarantine:
        context.note(f"What was moved or replaced is kept in {result.quarantine}.")


def _fill_recover(parser: argparse.ArgumentParser) -> None:
    add_dry_run(parser)
    add_json(parser)


def _recover(context: Context, options: argparse.Namespace) -> int:
    """Complete changes of many jobs; opening the project has settled all else already."""
    project = context.project()
    unfinished = [record for record in project.list_changes() if record.state == "unfinished"]
    if options.dry_run:
        if options.json:
            context.print_json([{"name": each.name, "jobs": each.jobs} for each in unfinished])
        else:
            context.print(*(map(str, unfinished) if unfinished else ["Nothing is unfinished."]))
        return 0
    results = project.resume_changes()
    if options.json:
        context.print_json(
            [
                {
                    "name": result.name,
                    "changed": len(result.changed),
                    "failed": {step.old_id: str(error) for step, error in result.failed},
                }
                for result in results
            ]
        )
    else:
        lines = [line for result in results for line in str(result).splitlines()]
        context.print(*(lines or ["Nothing is unfinished."]))
    return 1 if any(result.failed for result in results) else 0


COMMANDS = {
    "check": Command(_fill_check, _check),
    "repair": Command(_fill_repair, _repair),
    "recover": Command(_fill_recover, _recover),
}
