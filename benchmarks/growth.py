"""Measure how cost grows with the number of jobs, both sides, and ours up to a million.

Writes JSON; `plot_growth.py` draws it. The largest sizes, of ours alone and without documents, lie
in memory where there is a file system for it.
"""

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from cases import CASES
from compare import find_peer, jobs_of, tell
from goals import Case
from measure import Bench, Result
from report import describe_machine, format_failures

#: Directory and file of a job, and the bytes that they take in memory at the most.
_INODES = 2
_BYTES = 7_000
#: Cases with the sizes above which a side is left out: the peer's neighbors are quadratic.
_MOST = {"neighbors": {"peer": 1_000, "ours": 100_000}}
_CASES = (
    "find-bare",
    "memory-bare",
    "find-process",
    "find-cold",
    "find-equality",
    "lookup-first-id",
    "groupby-sp",
    "schema",
    "memory",
    "neighbors",
)
#: At these only the cases above.
_SMALL = (250, 500)


def main() -> None:
    options = _parse()
    start = time.monotonic()
    pythons = {"ours": sys.executable, "peer": find_peer()}
    points: list[dict[str, Any]] = []
    failures = []
    machine = ""
    for size, sides, directory in _plan(options):
        names = [name for name in _CASES if size not in _SMALL or name in _MOST]
        fast, limited = _divide(names, size, sides)
        chosen = {side: pythons[side] for side in sides}
        with Bench(chosen, directory, seconds=options.seconds) as bench:
            machine = machine or describe_machine(bench.folder)
            documents = len(sides) > 1
            both = [_unlimited(name) for name in fast]
            results = bench.run_sizes(both, [size], options.rounds, tell, documents=documents)
        if limited:
            with Bench({"ours": pythons["ours"]}, directory, seconds=options.seconds) as bench:
                alone = [_unlimited(name) for name in limited]
                results += bench.run_sizes(alone, [size], options.rounds, tell, documents=documents)
        points += _points(results)
        failures.append(format_failures(results))
        tell("")
        _show(points[-20:], size)
    document = {
        "machine": machine,
        "seconds": time.monotonic() - start,
        "titles": {name: CASES[name].title for name in _CASES},
        "points": points,
    }
    Path(options.json).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    if any(failures):
        sys.exit("\n".join(words for words in failures if words))


def _plan(options: argparse.Namespace) -> Iterable[tuple[int, tuple[str, ...], str | None]]:
    """Yield sizes, the sides that are measured, and where."""
    for size in options.jobs or (*_SMALL, 1_000, 10_000, 100_000):
        yield size, ("ours", "peer"), options.directory
    for size in options.ours or (1_000_000,):
        directory = options.memory if os.path.isdir(options.memory) else options.directory
        lacking = _lacking(directory, size)
        if lacking:
            print(f"{size} jobs are left out: {directory} {lacking}", file=sys.stderr)
        else:
            yield size, ("ours",), directory


def _lacking(directory: str | None, size: int) -> str | None:
    """Return what a directory has too little of for so many jobs without documents."""
    directory = directory or "."
    free = os.statvfs(directory).f_favail
    if free and free < 1.05 * _INODES * size:
        return f"has {free} free inodes"
    left = shutil.disk_usage(directory).free
    return f"has {left / 1e9:.1f} GB left" if left < _BYTES * size else None


def _divide(names: Iterable[str], size: int, sides: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Part cases in those that all sides do at a size and those for ours alone."""
    fast, limited = [], []
    for name in names:
        most = _MOST.get(name, {})
        able = [side for side in sides if size <= most.get(side, size)]
        if len(able) == len(sides):
            fast.append(name)
        elif "ours" in able:
            limited.append(name)
    return fast, limited


def _unlimited(name: str) -> Case:
    return replace(CASES[name], largest=None)


def _points(results: Iterable[Result]) -> list[dict[str, Any]]:
    points = []
    for result in results:
        for side in ("ours", "peer"):
            runs = getattr(result, side)
            if runs:
                best = {name: sorted(r[name] for r in runs)[len(runs) // 2] for name in runs[0]}
                point = {"case": result.case.name, "jobs": result.jobs, "side": side}
                points.append({**point, "rounds": len(runs), **best})
    return points


def _show(points: Iterable[dict[str, Any]], size: int) -> None:
    for point in points:
        if point["jobs"] == size:
            cost = f"{point['cpu'] * 1e3:12.3f} ms"
            if "memory" in point:
                cost = f"{point['memory'] / 2**20:12.1f} MiB"
            print(f"{size:>9} {point['side']} {point['case']:<16} {cost}", flush=True)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("json", metavar="FILE", help="where the figures are written")
    parser.add_argument("--jobs", type=jobs_of, action="append", help="sizes of both sides")
    parser.add_argument("--ours", type=jobs_of, action="append", help="sizes of ours alone")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=30.0, help="as for compare.py")
    parser.add_argument("--directory", help="where the data goes and is removed from")
    parser.add_argument("--memory", default="/dev/shm", help="the same for ours alone")
    return parser.parse_args()


if __name__ == "__main__":
    main()
