"""`change`: keys of many state points, with a preview, a journal and a way back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from signac.cli.arguments import add_dry_run, add_json, add_search
from signac.cli.selection import parse_words
from signac.cli.table import Command
from signac.errors import InvalidInputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from signac._bulk.outcome import ChangeResult
    from signac._bulk.plan import ChangePlan
    from signac.cli.context import Context
    from signac.project import Project

__all__ = ["COMMANDS"]


def _fill(parser: argparse.ArgumentParser) -> None:
    add_search(parser)
    what = parser.add_argument_group("what is changed")
    what.add_argument(
        "--add",
        nargs="+",
        action="extend",
        metavar="KEY=VALUE",
        help="add keys where they are missing; values are JSON, or text",
    )
    what.add_argument("--rename", nargs="+", action="extend", metavar="OLD=NEW", help="rename keys")
    what.add_argument("--remove", nargs="+", action="extend", metavar="KEY", help="remove keys")
    what.add_argument("--name", help="a name for the change, to undo it by")
    add_dry_run(parser)
    past = parser.add_argument_group("changes of the past")
    past.add_argument("--list", action="store_true", help="list them")
    past.add_argument(
        "--undo", nargs="?", const="", metavar="NAME", help="take the last one back, or this one"
    )
    past.add_argument(
        "--new-id", metavar="ID", help="print the id that a job has now, from one it had before"
    )
    add_json(parser)


def _change(context: Context, options: argparse.Namespace) -> int:
    project = context.project()
    if options.list:
        return _list(context, options, project)
    if options.new_id:
        context.print(project.find_new_id(options.new_id))
        return 0
    if options.undo is not None:
        return _tell_result(context, options, project.undo_change(options.undo or None))
    plan = project.plan_change(
        parse_words(options.filter),
        add={key: _parse_value(text) for key, text in _pairs("--add", options.add)},
        rename=dict(_pairs("--rename", options.rename)),
        remove=options.remove or (),
    )
    if options.dry_run:
        return _tell_plan(context, options, plan)
    if not options.json:
        context.print(*str(plan).splitlines())
    if plan.steps and not context.may_go_on("Carry this out?"):
        return 1
    return _tell_result(context, options, plan.apply(name=options.name))


def _pairs(option: str, words: Sequence[str] | None) -> list[tuple[str, str]]:
    pairs = []
    for word in words or ():
        key, sign, value = word.partition("=")
        if not sign or not key:
            raise InvalidInputError(f"{option} {word!r}: give a key, '=', and what follows")
        pairs.append((key, value))
    return pairs


def _parse_value(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def _list(context: Context, options: argparse.Namespace, project: Project) -> int:
    records = project.list_changes()
    if options.json:
        context.print_json(
            [
                {
                    "name": each.name,
                    "time": each.time.isoformat(),
                    "kind": each.kind,
                    "state": each.state,
                    "jobs": each.jobs,
                    "done": each.done,
                }
                for each in records
            ]
        )
    else:
        context.print(*(f"{each.time:%Y-%m-%d %H:%M}  {each}" for each in records))
    return 0


def _tell_plan(context: Context, options: argparse.Namespace, plan: ChangePlan) -> int:
    if options.json:
        context.print_json(
            {
                "changes": {step.old_id: step.new_id for step in plan.steps},
                "collisions": [str(found) for found in plan.collisions],
                "problems": plan.problems,
                "unchanged": len(plan.unchanged),
            }
        )
    else:
        context.print(*str(plan).splitlines())
    return 1 if plan.collisions or plan.problems else 0


def _tell_result(context: Context, options: argparse.Namespace, result: ChangeResult) -> int:
    if options.json:
        context.print_json(
            {
                "name": result.name,
                "changed": {step.old_id: step.new_id for step in result.changed},
                "failed": {step.old_id: str(error) for step, error in result.failed},
            }
        )
    else:
        context.print(*str(result).splitlines())
        if result.name and result.changed:
            context.note(f"'{context.program} change --undo {result.name}' takes it back.")
    return 1 if result.failed else 0


COMMANDS = {"change": Command(_fill, _change)}
