"""Draw the cost of search against the number of jobs, from the JSON of `growth.py`."""

import argparse
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

_OURS, _PEER, _TEXT, _GRID = "#1f6feb", "#c2571a", "#333333", "#e4e4e4"
_NAMES = {"ours": (_OURS, "this signac"), "peer": (_PEER, "signac 2.4.1")}
_PANELS = (
    ("find-process", "find 1 %, whole process", "cpu"),
    ("find-cold", "find 1 %, first call of a process", "cpu"),
    ("find-equality", "find 1 %, second call", "cpu"),
    ("lookup-first-id", "first open_job(id=…)", "cpu"),
    ("groupby-sp", "groupby one key, all groups", "cpu"),
    ("schema", "detect_schema()", "cpu"),
    ("neighbors", "get_neighbors(), few to find", "cpu"),
    ("memory", "memory of one find", "memory"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", help="what growth.py wrote")
    parser.add_argument("picture", help="an SVG or PNG file")
    options = parser.parse_args()
    points = json.loads(Path(options.data).read_text(encoding="utf-8"))["points"]
    draw(points, options.picture)


def draw(points: list[dict[str, Any]], picture: str) -> None:
    """Draw one panel for each case; the same data gives the same bytes."""
    style = {
        "font.size": 9,
        "font.family": "sans-serif",
        "svg.hashsalt": "growth",
        "svg.fonttype": "path",
        "text.color": _TEXT,
        "axes.labelcolor": _TEXT,
        "xtick.color": _TEXT,
        "ytick.color": _TEXT,
    }
    with plt.rc_context(style):
        figure, grid = plt.subplots(2, 4, figsize=(12, 5.6), sharex=True, layout="constrained")
        for axes, (case, title, measure) in zip(grid.flat, _PANELS, strict=True):
            _panel(axes, [point for point in points if point["case"] == case], measure)
            axes.set_title(title, fontsize=9.5, loc="left", fontweight="bold")
        for axes in grid[-1]:
            axes.set_xlabel("jobs")
        for axes in grid[:, 0]:
            axes.set_ylabel("CPU time")
        grid[1, 3].set_ylabel("over import")
        handles, labels = grid[0, 0].get_legend_handles_labels()
        figure.legend(
            handles, labels, loc="outside upper left", ncols=2, frameon=False, fontsize=10
        )
        metadata = {"Date": None} if picture.endswith(".svg") else None
        figure.savefig(picture, dpi=130, metadata=metadata)
        plt.close(figure)


def _panel(axes: Axes, points: list[dict[str, Any]], measure: str) -> None:
    lines = {}
    for side, (color, name) in _NAMES.items():
        line = sorted((p["jobs"], p[measure]) for p in points if p["side"] == side)
        lines[side] = dict(line)
        axes.plot(*zip(*line, strict=True), "o-", color=color, label=name, markersize=4, lw=1.8)
    axes.set(xscale="log", yscale="log", xlim=(180, 1.6e6))
    axes.xaxis.set_major_locator(LogLocator(10))
    axes.xaxis.set_major_formatter(FuncFormatter(_count))
    axes.yaxis.set_major_formatter(FuncFormatter(_bytes if measure == "memory" else _seconds))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_locator(NullLocator())
    axes.grid(color=_GRID, lw=0.8)
    axes.spines[["top", "right"]].set_visible(False)
    values = [cost for line in lines.values() for cost in line.values()]
    axes.set_ylim(_decade(min(values), math.floor), _decade(max(values), math.ceil))
    _mark_ratio(axes, lines)


def _mark_ratio(axes: Axes, lines: dict[str, dict[int, float]]) -> None:
    """Say how many times the two lie apart where both were measured last."""
    both = lines["ours"].keys() & lines["peer"].keys()
    if not both:
        return
    jobs = max(both)
    low, high = sorted((lines["ours"][jobs], lines["peer"][jobs]))
    ratio = lines["peer"][jobs] / lines["ours"][jobs]
    axes.plot((jobs, jobs), (low, high), ":", color="#888888", lw=1.2, zorder=1)
    axes.annotate(
        f"{_rounded(ratio)}\N{MULTIPLICATION SIGN}",
        (jobs, (low * high) ** 0.5),
        xytext=(-5, 0),
        textcoords="offset points",
        ha="right",
        va="center",
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
        fontsize=9,
    )


def _decade(value: float, rounding: Callable[[float], int]) -> float:
    return 10.0 ** rounding(math.log10(value))


def _rounded(ratio: float) -> str:
    return f"{ratio:.1f}" if ratio < 10 else f"{float(f'{ratio:.2g}'):,.0f}"


def _count(value: float, _: object = None) -> str:
    if value >= 1e6:
        return f"{value / 1e6:g}M"
    return f"{value / 1e3:g}k" if value >= 1e3 else f"{value:g}"


def _seconds(value: float, _: object = None) -> str:
    for size, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if value >= 0.999 * size:
            return f"{value / size:g} {unit}"
    return f"{value * 1e9:g} ns"


def _bytes(value: float, _: object = None) -> str:
    return f"{value / 1e9:g} GB" if value >= 1e9 else f"{value / 1e6:g} MB"


if __name__ == "__main__":
    main()
