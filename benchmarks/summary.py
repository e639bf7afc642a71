"""Put the rounds of a case together: medians, ratios, verdicts."""

import statistics
from typing import Any

from goals import Goal
from measure import Result

__all__ = ["summarize"]


def summarize(result: Result, goal: Goal) -> dict[str, Any] | None:
    """Return medians, the ratio with its spread, and whether the targets are reached.

    The ratio is the median of the ratios of the rounds, because the two runs of one round lie
    next to each other in time and see the same machine. Where the peer is asked for and one side
    was not measured, there is no ratio; without the rival there is nothing.
    """
    ours = result.rival if goal.against == "limit" else result.ours
    theirs = result.peer if goal.more_is_better else result.rival
    if not (ours and theirs) and (goal.against != "peer" or not (ours or theirs)):
        return None
    ratios = [
        _divide(goal, mine, his) for mine, his in zip(ours, theirs, strict=False) if mine and his
    ]
    ratio = statistics.median(ratios) if ratios else None
    judged = ratio if result.jobs >= result.case.judged_from else None
    return {
        "against": goal.against,
        "measure": goal.measure,
        "ours": _medians(ours),
        "theirs": _medians(theirs),
        "ratio": ratio,
        "lowest": min(ratios, default=None),
        "highest": max(ratios, default=None),
        "at_least": goal.at_least,
        "aim": goal.aim,
        "reached": _reached(goal, judged, goal.at_least),
        "aim_reached": _reached(goal, judged, goal.aim),
    }


def _divide(goal: Goal, mine: dict[str, float], his: dict[str, float]) -> float:
    above, below = (his, mine) if goal.more_is_better else (mine, his)
    # Memory that did not grow at all counts as one page.
    return above[goal.measure] / (below[goal.measure] or 4096.0)


def _medians(runs: list[dict[str, float]]) -> dict[str, float] | None:
    if not runs:
        return None
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def _reached(goal: Goal, ratio: float | None, target: float | None) -> bool | None:
    return None if target is None or ratio is None else goal.reaches(ratio, target)
