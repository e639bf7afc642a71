"""Run the same work with this signac and with the released one, in turns, and print the ratios.

The released signac is found at SIGNAC_PEER_PYTHON, else in `.venv-peer` (`make peer` builds it).
"""

import argparse
import json
import os
import sys
import time
from fnmatch import fnmatch
from pathlib import Path

from cases import CASES
from goals import Case
from measure import Bench
from report import describe_machine, format_failures, format_table, to_json

__all__ = ["find_peer", "jobs_of", "tell"]

_ROOT = Path(__file__).parents[1]


def main() -> None:
    options = _parse()
    start = time.monotonic()
    cases = _choose(options.case)
    rounds = options.rounds or (2 if options.quick else 5)
    sizes = options.jobs or ([1_000] if options.quick else [10_000])
    pythons = {"ours": sys.executable}
    if options.only != "ours":
        pythons["peer"] = find_peer()
    if options.only == "peer":
        del pythons["ours"]
    with Bench(pythons, options.directory, quick=options.quick, seconds=options.seconds) as bench:
        machine = describe_machine(bench.folder)
        results = bench.run([case for case in cases if not case.state], rounds, tell)
        results += bench.run_sizes([case for case in cases if case.state], sizes, rounds, tell)
        versions = dict(bench.versions)
    tell("")
    seconds = time.monotonic() - start
    print(f"{machine}; {rounds} rounds in {seconds:.0f} s; time of one operation")
    print(format_table(results, markdown=options.markdown))
    if options.json:
        document = {
            "machine": machine,
            "versions": versions,
            "quick": options.quick,
            "seconds": seconds,
            "cases": to_json(results),
        }
        Path(options.json).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    failures = format_failures(results)
    if failures:
        sys.exit(failures)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--case", action="append", help="only this, or those like 'find-*'; repeatable"
    )
    parser.add_argument("--rounds", type=int, help="times that each case is run (default 5)")
    parser.add_argument(
        "--jobs",
        type=jobs_of,
        action="append",
        help="size of the project for search and tables, a multiple of 100 and at least 200; "
        "repeatable (default 10000)",
    )
    parser.add_argument(
        "--seconds",
        type=float,
        default=30.0,
        help="after these a case of search or tables has no further round (default 30)",
    )
    parser.add_argument("--only", choices=("ours", "peer"), help="times of one side, no ratios")
    parser.add_argument("--quick", action="store_true", help="small sizes, 2 rounds: a minute")
    parser.add_argument("--json", metavar="FILE", help="write the results to a file, too")
    parser.add_argument("--markdown", action="store_true", help="print the table in Markdown")
    parser.add_argument(
        "--directory", help="where the data goes and is removed from: an ordinary disk, not memory"
    )
    return parser.parse_args()


def _choose(patterns: list[str] | None) -> list[Case]:
    chosen = []
    for pattern in patterns or ["*"]:
        fitting = [case for name, case in CASES.items() if fnmatch(name, pattern)]
        if not fitting:
            sys.exit(f"there is no case {pattern!r}; there are: {', '.join(CASES)}")
        chosen += [case for case in fitting if case not in chosen]
    return chosen


def jobs_of(word: str) -> int:
    """Return a size as written on the command line."""
    jobs = int(word)
    if jobs < 200 or jobs % 100:
        raise argparse.ArgumentTypeError(f"{word} is not a multiple of 100 that is at least 200")
    return jobs


def find_peer() -> str:
    """Return the interpreter that has the released signac."""
    named = os.environ.get("SIGNAC_PEER_PYTHON")
    path = Path(named) if named else _ROOT / ".venv-peer" / "bin" / "python"
    if not path.is_file():
        sys.exit(
            f"the released signac is missing: no interpreter at {path}; `make peer` builds it, "
            "or point SIGNAC_PEER_PYTHON at one"
        )
    return str(path)


def tell(words: str) -> None:
    """Show on a terminal what is being done."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{words}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
