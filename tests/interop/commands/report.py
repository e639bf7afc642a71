"""Compare the command lines of the released signac and ours, and print what differs.

    python tests/interop/commands/report.py [PATTERN ...] [--wording] [--peer]

PATTERN restricts the cases by name. `--wording` shows the messages that are only worded otherwise,
`--peer` runs the released signac against itself: there must be no difference at all.
"""

import argparse
import sys
import tempfile
import time
from fnmatch import fnmatchcase
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from interop.commands.case import Case
from interop.commands.cases import all_cases
from interop.commands.compare import Difference, compare
from interop.commands.differences import LISTED
from interop.commands.listing import judge
from interop.commands.running import play, sides
from interop.peer import peer_python

COUNTS = ("cases", "command lines", "identical", "wording", "listed", "unlisted", "stale entries")


def main() -> int:
    """Run the cases and return 1 if there is a difference that is not listed."""
    arguments = _arguments()
    counts = dict.fromkeys(COUNTS, 0)
    began = time.monotonic()
    ours = peer_python() if arguments.peer else None
    with tempfile.TemporaryDirectory() as base, sides(Path(base), ours) as both:
        for case in all_cases():
            if any(fnmatchcase(case.name, pattern) for pattern in arguments.patterns or ["*"]):
                differences = compare(case, *play(case, both))
                unlisted, stale = _judge(case.name, differences, alone=arguments.peer)
                _count(counts, len(case.lines), differences, unlisted)
                counts["stale entries"] += len(stale)
                wording = [one for one in differences if one.is_wording and arguments.wording]
                _show(case, unlisted + wording, stale)
    for name, count in counts.items():
        print(f"{name}: {count}")
    print(f"seconds: {time.monotonic() - began:.1f}")
    return 1 if counts["unlisted"] or counts["stale entries"] else 0


def _judge(
    name: str, differences: list[Difference], *, alone: bool
) -> tuple[list[Difference], list[str]]:
    """Return what nothing explains; between the peer and itself nothing is explained."""
    return (differences, []) if alone else judge(name, differences, LISTED)


def _show(case: Case, differences: list[Difference], stale: list[str]) -> None:
    for one in differences:
        where = case.lines[one.number - 1].text if one.number else "at the end"
        print(f"== {case.name} [{case.scene}] {one.number}: {where}\n{one}\n")
    for entry in stale:
        print(f"== {case.name} [{case.scene}] nothing differs in {entry}\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("patterns", nargs="*", metavar="PATTERN")
    parser.add_argument("--wording", action="store_true")
    parser.add_argument("--peer", action="store_true")
    return parser.parse_args()


def _count(
    counts: dict[str, int], lines: int, differences: list[Difference], unlisted: list[Difference]
) -> None:
    """Count each command line once, by the worst that is to be said about it."""
    counts["cases"] += 1
    counts["command lines"] += lines
    kinds = {}
    for one in differences:
        kind = "unlisted" if one in unlisted else "wording" if one.is_wording else "listed"
        number = one.number or lines
        if kinds.get(number) != "unlisted" and (kind != "wording" or number not in kinds):
            kinds[number] = kind
    for kind in kinds.values():
        counts[kind] += 1
    counts["identical"] += lines - len(kinds)


if __name__ == "__main__":
    sys.exit(main())
