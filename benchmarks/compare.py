"""Run the same work with this signac and with the released one, in turns, and print the ratios.

The released signac is found at SIGNAC_PEER_PYTHON, else in `.venv-peer` (`make peer` builds it).
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

from cases import CASES
from measure import Bench
from report import describe_machine, format_table, to_json

_ROOT = Path(__file__).parents[1]


def main() -> None:
    options = _parse()
    start = time.monotonic()
    cases = [CASES[name] for name in options.case or CASES]
    rounds = options.rounds or (2 if options.quick else 5)
    with Bench(sys.executable, _peer_python(), options.directory, quick=options.quick) as bench:
        machine = describe_machine(bench.folder)
        results = bench.run(cases, rounds, _tell)
        versions = dict(bench.versions)
    _tell("")
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


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--case", action="append", choices=CASES, help="only this; repeatable")
    parser.add_argument("--rounds", type=int, help="times that each case is run (default 5)")
    parser.add_argument("--quick", action="store_true", help="small sizes, 2 rounds: a minute")
    parser.add_argument("--json", metavar="FILE", help="write the results to a file, too")
    parser.add_argument("--markdown", action="store_true", help="print the table in Markdown")
    parser.add_argument(
        "--directory", help="where the data goes and is removed from: an ordinary disk, not memory"
    )
    return parser.parse_args()


def _peer_python() -> str:
    named = os.environ.get("SIGNAC_PEER_PYTHON")
    path = Path(named) if named else _ROOT / ".venv-peer" / "bin" / "python"
    if not path.is_file():
        sys.exit(
            f"the released signac is missing: no interpreter at {path}; `make peer` builds it, "
            "or point SIGNAC_PEER_PYTHON at one"
        )
    return str(path)


def _tell(words: str) -> None:
    """Show on a terminal what is being done."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{words}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
