"""Show what was measured: a table for people, JSON for programs."""

import os
import platform
from typing import Any

from goals import Goal
from measure import Result
from summary import summarize

__all__ = ["describe_machine", "format_failures", "format_table", "to_json"]

_HEAD = (
    "case", "held against", "ours cpu", "wall", "theirs cpu", "wall", "ratio", "spread", "at least",
    "aim", "reached",
)  # fmt: skip


def to_json(results: list[Result]) -> dict[str, Any]:
    """Return all results as plain values; times are seconds of one operation, memory bytes."""
    return {
        result.name: {
            "title": result.case.title,
            "jobs": result.jobs or None,
            "rounds": max(len(result.ours), len(result.peer)),
            "failures": result.failures,
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


def format_failures(results: list[Result]) -> str:
    """Return one line for each side of a case that could not do the work; empty if none."""
    return "\n".join(
        f"{result.name}: {side} failed: {words}"
        for result in results
        for side, words in result.failures.items()
    )


def _row(result: Result, goal: Goal, summary: dict[str, Any]) -> tuple[str, ...]:
    sign = ">=" if goal.more_is_better else "<="
    verdict = {True: "yes", False: "NO", None: "-"}[summary["reached"]]
    if summary["aim_reached"]:
        verdict = "aim"
    return (
        result.name,
        f"{goal.against}, {goal.measure}",
        *_cells(goal, summary["ours"]),
        *_cells(goal, summary["theirs"]),
        *_ratios(summary),
        "-" if goal.at_least is None else f"{sign} {goal.at_least:g}",
        "-" if goal.aim is None else f"{sign} {goal.aim:g}",
        verdict,
    )


def _cells(goal: Goal, medians: dict[str, float] | None) -> tuple[str, str]:
    if medians is None:
        return "-", "-"
    if goal.measure == "memory":
        return f"{medians['memory'] / 2**20:.1f} MiB", "-"
    return _time(medians["cpu"]), _time(medians["wall"])


def _ratios(summary: dict[str, Any]) -> tuple[str, str]:
    if summary["ratio"] is None:
        return "-", "-"
    numbers = (summary["ratio"], summary["lowest"], summary["highest"])
    ratio, lowest, highest = (f"{number:.{2 if number < 100 else 0}f}" for number in numbers)
    return ratio, f"{lowest}-{highest}"


def _time(seconds: float) -> str:
    micro = seconds * 1e6
    if micro < 10:
        return f"{micro:.2f} us"
    if micro < 1000:
        return f"{micro:.1f} us"
    return f"{micro / 1000:.2f} ms" if seconds < 10 else f"{seconds:.1f} s"


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
