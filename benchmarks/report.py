"""Show what was measured: a table for people, JSON for programs."""

import os
import platform
from typing import Any

from cases import Goal
from measure import Result, summarize

__all__ = ["describe_machine", "format_table", "to_json"]

_HEAD = (
    "case", "held against", "ours cpu", "wall", "theirs cpu", "wall", "ratio", "spread", "at least",
    "aim", "reached",
)  # fmt: skip


def to_json(results: list[Result]) -> dict[str, Any]:
    """Return all results as plain values; times are seconds of one operation."""
    return {
        result.case.name: {
            "title": result.case.title,
            "rounds": len(result.ours),
            "goals": [
                summary
                for goal in result.case.goals
                if (summary := summarize(result, goal)) is not None
            ],
        }
        for result in results
    }


def format_table(results: list[Result], *, markdown: bool = False) -> str:
    """Return one row for each ratio of each case."""
    rows = [_HEAD]
    for result in results:
        for goal in result.case.goals:
            summary = summarize(result, goal)
            if summary is not None:
                rows.append(_row(result, goal, summary))
    if markdown:
        rows.insert(1, tuple("---" for _ in _HEAD))
        return "\n".join("| " + " | ".join(row) + " |" for row in rows)
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column < 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


def describe_machine(folder: str) -> str:
    """Return the class of the machine: cores, file system, Python; nothing that names it."""
    system = f"{os.cpu_count()} cores, {platform.system()} on {platform.machine()}"
    return f"{system}, {_file_system(folder)}, Python {platform.python_version()}"


def _row(result: Result, goal: Goal, summary: dict[str, Any]) -> tuple[str, ...]:
    ours, theirs = summary["ours"], summary["theirs"]
    sign = ">=" if goal.more_is_better else "<="
    verdict = {True: "yes", False: "NO", None: "-"}[summary["reached"]]
    if summary["aim_reached"]:
        verdict = "aim"
    return (
        result.case.name,
        f"{goal.against}, {goal.measure}",
        _time(ours["cpu"]),
        _time(ours["wall"]),
        _time(theirs["cpu"]),
        _time(theirs["wall"]),
        f"{summary['ratio']:.2f}",
        f"{summary['lowest']:.2f}-{summary['highest']:.2f}",
        "-" if goal.at_least is None else f"{sign} {goal.at_least:g}",
        "-" if goal.aim is None else f"{sign} {goal.aim:g}",
        verdict,
    )


def _time(seconds: float) -> str:
    micro = seconds * 1e6
    if micro < 10:
        return f"{micro:.2f} us"
    return f"{micro:.1f} us" if micro < 1000 else f"{micro / 1000:.2f} ms"


def _file_system(folder: str) -> str:
    """Return the type of the file system that holds a folder, where the system tells."""
    found = ("", "unknown file system")
    try:
        with open("/proc/mounts", encoding="utf-8") as mounts:
            for line in mounts:
                _, point, kind = line.split()[:3]
                inside = (os.path.realpath(folder) + "/").startswith(point.rstrip("/") + "/")
                if inside and len(point) >= len(found[0]):
                    found = (point, kind)
    except OSError:
        pass
    return found[1]
