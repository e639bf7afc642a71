"""The syntax of regular expressions, as far as it decides how long a search may take."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["MOST_WAYS", "Shape", "flags_of", "shape_of", "tokens_of"]

#: Ways to match that `re` may have to try: some tenths of a second at worst.
MOST_WAYS = 10**7
_MOST_LOOPS = 23

_PARTS = r"""
    (?P<escape> \\N\{[^}]*\} | \\. )
  | (?P<set> \[ \^? \]? (?: \\. | [^\]\\] )* \] )
  | (?P<comment> \(\?\# [^)]* \) %s )
  | (?P<open> \( (?: \? (?: P<\w+> | P=\w+ | P> | <[=!] | \(\w+\) | [aiLmsux-]*[:)] | [=!>] ) )? )
  | (?P<close> \) )
  | (?P<repeat> (?: [*+?] | \{ (?: \d+ ,? \d* | ,\d* ) \} ) [?+]? )
  | (?P<bar> \| )
  | (?P<plain> . )
"""
_TOKEN = re.compile(_PARTS % "", re.VERBOSE | re.DOTALL)
_VERBOSE_TOKEN = re.compile(_PARTS % r"| \s+ | \#[^\n]*", re.VERBOSE | re.DOTALL)
_VERBOSE = re.compile(r"\(\?[aiLmsu]*x[aiLmsux]*\)")


class Shape(NamedTuple):
    """What decides how long a search for a pattern may take.

    Attributes
    ----------
    is_simple : bool
        Whether `re` tries at most ``choices * (length + 1) ** loops`` ways. It is not if a group
        is repeated, or refers to what another matched.
    choices : int
        Alternatives and limited repetitions, multiplied.
    loops : int
        Repetitions without limit, and one for the place where the match begins.
    """

    is_simple: bool
    choices: int
    loops: int


def shape_of(pattern: str) -> Shape:
    """Return how long a search may take, from the pattern alone; it must be valid."""
    simple, choices, loops = True, 1, 1
    alternatives = [1]
    previous = ""
    for kind, text in tokens_of(pattern):
        if kind == "open":
            simple = simple and not _is_hard(text)
            if not _is_flags(text):
                alternatives.append(1)
        elif kind == "close":
            choices *= alternatives.pop()
        elif kind == "bar":
            alternatives[-1] += 1
        elif kind == "escape":
            simple = simple and not text[1].isdigit()
        elif kind == "repeat":
            simple = simple and previous != "close"
            counts = _counts(text)
            loops += counts is None
            choices *= counts or 1
        if choices > MOST_WAYS or loops > _MOST_LOOPS:
            return Shape(is_simple=False, choices=choices, loops=loops)
        if kind != "comment":
            previous = kind
    return Shape(simple, choices * alternatives[0], loops)


def tokens_of(pattern: str) -> Iterator[tuple[str, str]]:
    """Yield kind and text of each part of a pattern that `re` can read."""
    token = _VERBOSE_TOKEN if _VERBOSE.match(pattern) else _TOKEN
    for match in token.finditer(pattern):
        assert match.lastgroup is not None
        yield match.lastgroup, match[0]


def _is_flags(opening: str) -> bool:
    """Tell whether ``(?i)`` and the like: a group without content."""
    return opening.endswith(")") and not opening.startswith("(?(")


def _is_hard(opening: str) -> bool:
    """Tell whether a group refers to another, or changes how its inside is to be read."""
    return opening.startswith(("(?P=", "(?(")) or (opening[-1] == ":" and "x" in opening)


def flags_of(opening: str) -> str:
    return (
        opening[2:-1] if opening[:2] == "(?" and opening[-1] in ":)" and opening[2] != "(" else ""
    )


def _counts(repeat: str) -> int | None:
    """Return how many numbers of repetitions there are, None if there is no limit."""
    if repeat[0] in "*+":
        return None
    if repeat[0] == "?":
        return 2
    low, comma, high = repeat[1 : repeat.index("}")].partition(",")
    if not comma:
        return 1
    return int(high) - int(low or 0) + 1 if high else None
