"""Compare what the two programs did in a case."""

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass

from interop.commands.case import Case, Line
from interop.commands.running import Outcome, Played
from interop.commands.stderr import items, wording

#: The parts that are compared, of a command line and, the last, of the whole case.
PARTS = ("rc", "stdout", "stderr", "tree")
_ID = re.compile(r"[0-9a-f]{32}$")
_HEADINGS = re.compile(r"^(usage|positional arguments|options):", re.MULTILINE)


def _lines(text: str) -> str:
    return "".join(sorted(text.splitlines(keepends=True)))


def _blocks(begins: Callable[[str], object]) -> Callable[[str], str]:
    """Return a function that sorts blocks of lines, each from a first line to the next."""

    def arrange(text: str) -> str:
        blocks: list[str] = []
        for line in text.splitlines(keepends=True):
            if blocks and not begins(line):
                blocks[-1] += line
            else:
                blocks.append(line)
        return "".join(sorted(blocks))

    return arrange


_TYPES = re.compile(r"\w+\(\[[^\n]*?\], \d+\)(?:, \w+\(\[[^\n]*?\], \d+\))+")


def _types(text: str) -> str:
    """Sort the types of each key of a schema."""
    return _TYPES.sub(lambda m: ", ".join(sorted(re.split(r"(?<=\d\)), ", m[0]))), text)


#: How stdout is put in order where the order of the jobs is free.
ORDERS: dict[str, Callable[[str], str]] = {
    "lines": _lines,
    "jobs": _blocks(_ID.match),
    "records": _blocks(lambda line: line.startswith("{")),
    "types": _types,
}


@dataclass(frozen=True, slots=True)
class Difference:
    """A part in which the programs differ: of line `number` (from 1), or 0 for the tree."""

    number: int
    part: str
    peer: str
    ours: str
    is_wording: bool = False

    def __str__(self) -> str:
        if self.part == "rc":
            return f"rc {self.peer} -> {self.ours}"
        lines = difflib.unified_diff(
            self.peer.splitlines(), self.ours.splitlines(), "peer", "ours", lineterm="", n=2
        )
        return "\n".join([self.part, *lines])


def compare(case: Case, peer: Played, ours: Played) -> list[Difference]:
    """List the parts in which the programs differ."""
    found = []
    for number, line in enumerate(case.lines, 1):
        theirs, own = peer.outcomes[number - 1], ours.outcomes[number - 1]
        found += _line(number, line, theirs, own)
    if peer.tree != ours.tree:
        found.append(Difference(0, "tree", *_only_different(peer.tree, ours.tree)))
    return found


def _line(number: int, line: Line, peer: Outcome, ours: Outcome) -> list[Difference]:
    found = []
    if peer.rc != ours.rc:
        found.append(Difference(number, "rc", str(peer.rc), str(ours.rc)))
    theirs, own = (_stdout(line, each) for each in (peer, ours))
    if theirs != own:
        found.append(Difference(number, "stdout", theirs, own))
    said, here = items(peer.stderr), items(ours.stderr)
    if said != here:
        same = peer.rc == ours.rc and list(map(wording, said)) == list(map(wording, here))
        texts = ("\n".join(map(str, each)) for each in (said, here))
        found.append(Difference(number, "stderr", *texts, is_wording=same))
    return found


def _stdout(line: Line, outcome: Outcome) -> str:
    """Return what must be equal: all, but of a usage message its headings alone."""
    if outcome.stdout.startswith("usage: "):
        return "\n".join(_HEADINGS.findall(outcome.stdout))
    return ORDERS[line.order](outcome.stdout) if line.order else outcome.stdout


def _only_different(peer: dict[str, str], ours: dict[str, str]) -> tuple[str, str]:
    """Write down the entries of two trees that are not equal."""
    names = sorted(name for name in peer | ours if peer.get(name) != ours.get(name))
    peer_text, ours_text = (
        "\n".join(f"{name}: {tree.get(name, 'missing')}" for name in names) for tree in (peer, ours)
    )
    return peer_text, ours_text
