"""`status`: what a project holds, and what is wrong with it, at a glance."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from signac.cli.arguments import add_json
from signac.cli.output import human_size, plain
from signac.cli.table import Command

if TYPE_CHECKING:
    import argparse

    from signac.cli.context import Context
    from signac.project import Project

__all__ = ["COMMANDS"]

#: Of larger projects the size is estimated, and a check has to be asked for.
_MOST_MEASURED: Final = 2_000
_MOST_CHECKED: Final = 10_000
_MOST_KEYS: Final = 30
_MOST_EXAMPLES: Final = 4


def _fill(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--full", action="store_true", help="measure and check all jobs, however many there are"
    )
    add_json(parser)


def _status(context: Context, options: argparse.Namespace) -> int:
    project = context.project()
    facts = _gather(project, full=options.full)
    if options.json:
        context.print_json(facts)
    else:
        _show(context, facts)
    problems = facts["problems"]
    return 1 if problems and problems["errors"] else 0


def _gather(project: Project, *, full: bool) -> dict[str, Any]:
    from signac._upkeep.size import measure

    ids = project.find_jobs()._ids  # noqa: SLF001  # perf: no handle is made for an id
    size = measure(project.workspace, ids, None if full else _MOST_MEASURED)
    problems = None
    if full or len(ids) <= _MOST_CHECKED:
        report = project.find_problems()
        problems = {
            "errors": len(report.errors),
            "warnings": len(report.warnings),
            "kinds": dict(Counter(found.kind for found in report)),
        }
    unfinished = [each.name for each in project.list_changes() if each.state == "unfinished"]
    return {
        "project": project.path,
        "workspace": project.workspace,
        "jobs": len(ids),
        "files": size.files,
        "bytes": size.size,
        "measured": size.looked_at,
        "keys": _describe_keys(project, "sp"),
        "document_keys": _describe_keys(project, "doc") if len(ids) <= _MOST_CHECKED else None,
        "problems": problems,
        "unfinished_changes": unfinished,
    }


def _describe_keys(project: Project, namespace: Any) -> list[dict[str, Any]]:
    """Return for each key in how many jobs it is, its types, number of values and range."""
    from signac._analysis.order import sort_distinct
    from signac._query.ast import Key

    names = () if namespace == "sp" else (Key("doc", ("",)),)
    selection = project.find_jobs()._select(*names)  # noqa: SLF001  # the index knows the counts
    keys = []
    for path, count in sorted(selection.keys(namespace).items()):
        values = [value for value, _ in selection.tally(Key(namespace, path))]
        numbers = [value for value in values if type(value) in (int, float)]
        keys.append(
            {
                "key": ".".join(path),
                "jobs": count,
                "types": sorted({type(value).__name__ for value in values}),
                "values": len(values),
                "min": min(numbers, default=None),
                "max": max(numbers, default=None),
                "examples": [] if numbers else sort_distinct(values)[:_MOST_EXAMPLES],
            }
        )
    return keys


def _show(context: Context, facts: dict[str, Any]) -> None:
    jobs = facts["jobs"]
    about = "" if facts["measured"] == jobs else f", estimated from {facts['measured']:,} jobs"
    context.print(
        f"Project:    {facts['project']}",
        f"Jobs:       {jobs:,}",
        f"Size:       {human_size(facts['bytes'])} in {facts['files']:,} files{about}",
        f"Problems:   {_tell_problems(context, facts)}",
    )
    for name in facts["unfinished_changes"]:
        context.print(f"Unfinished: change {name}; '{context.program} recover' completes it")
    for title, keys in (("key", facts["keys"]), ("document key", facts["document_keys"])):
        if keys:
            _show_keys(context, title, keys, jobs)


def _tell_problems(context: Context, facts: dict[str, Any]) -> str:
    problems = facts["problems"]
    if problems is None:
        return f"not looked for among so many jobs; '{context.program} check' does"
    if not problems["kinds"]:
        return "none"
    kinds = ", ".join(f"{count} {kind}" for kind, count in problems["kinds"].items())
    return f"{kinds}; '{context.program} check' tells more"


def _show_keys(context: Context, title: str, keys: list[dict[str, Any]], jobs: int) -> None:
    rows = [
        [each["key"], ", ".join(each["types"]), each["values"], _range(each)]
        for each in keys[:_MOST_KEYS]
    ]
    columns = [title, "type", "values", "range"]
    if any(each["jobs"] != jobs for each in keys[:_MOST_KEYS]):
        columns.append("only in")
        for row, each in zip(rows, keys, strict=False):
            row.append("" if each["jobs"] == jobs else f"{each['jobs']:,} jobs")
    context.print_rows(columns, rows, numbers=("values",))
    if len(keys) > _MOST_KEYS:
        context.print(f"and {len(keys) - _MOST_KEYS} more keys")


def _range(each: dict[str, Any]) -> Any:
    if each["min"] is None:
        shown = ", ".join(map(plain, each["examples"]))
        return shown if len(each["examples"]) == each["values"] else f"{shown}, …"
    if each["min"] == each["max"]:
        return each["min"]
    return f"{each['min']} … {each['max']}"


COMMANDS = {"status": Command(_fill, _status)}
