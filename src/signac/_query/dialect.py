r"""Rewrite a pattern of `re` so that the `regex` package reads it as `re` does.

The two differ in what ``\w``, ``\s``, ``\d`` and ``\b`` mean beyond ASCII, and the package knows
more syntax: fuzzy counts in braces, and named classes in sets.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from functools import cache
from itertools import groupby

from signac._query.shape import flags_of, tokens_of

__all__ = ["rewrite"]

_ASCII = {
    "w": "0-9A-Z_a-z",
    "s": r"\t-\r\x1c-\x20",
    "d": "0-9",
}
#: Before Python 3.14 an empty string has no place that is no edge of a word.
_NOT_EMPTY = "" if re.search(r"\B", "") else r"(?!\A\Z)"
_ANY = r"[\x00-\U0010ffff]"
_IN_SET = re.compile(r"\\N\{[^}]*\}|\\.|.", re.DOTALL)


def rewrite(pattern: str, *, ascii_only: bool) -> str:
    """Return the pattern for the `regex` package.

    Parameters
    ----------
    pattern : str
        One that `re` can read.
    ascii_only : bool
        Whether pattern and strings hold ASCII only, so that short sets do.
    """
    tokens = list(tokens_of(pattern))
    flags = "".join(flags_of(text) for kind, text in tokens if kind == "open")
    if any(kind == "open" and text[-1] == ":" and "x" in text for kind, text in tokens):
        return pattern
    if "a" in flags:
        return "".join(_literal(kind, text) for kind, text in tokens)
    sets = _ASCII if ascii_only else _sets()
    return "".join(_translate(kind, text, sets) for kind, text in tokens)


def _translate(kind: str, text: str, sets: dict[str, str]) -> str:
    if kind == "escape":
        name = text[1]
        if name in sets:
            return f"[{sets[name]}]"
        if name.lower() in sets:
            return f"[^{sets[name.lower()]}]"
        if name in "bB":
            word = f"[{sets['w']}]"
            edge = f"(?:(?<={word})(?!{word})|(?<!{word})(?={word}))"
            return edge if name == "b" else f"(?:(?!{edge}){_NOT_EMPTY})"
        return text
    if kind == "set":
        return _translate_set(text, sets)
    return _literal(kind, text)


def _translate_set(text: str, sets: dict[str, str]) -> str:
    start = 2 if text.startswith("[^") else 1
    members = []
    without = []  # classes such as \W, which a set cannot hold with the letters folded
    for part in _IN_SET.findall(text[start:-1]):
        name = part[1:]
        if part == "[":
            members.append(r"\[")
        elif part[0] == "\\" and name in sets:
            members.append(sets[name])
        elif part[0] == "\\" and name.lower() in sets:
            without.append(f"[^{sets[name.lower()]}]")
        else:
            members.append(part)
    if not without:
        return f"{text[:start]}{''.join(members)}]"
    inside = "".join(members)
    if inside:
        without.append(f"[\\{inside}]" if inside[0] == "^" else f"[{inside}]")
    either = "|".join(without)
    return f"(?:{either})" if start == 1 else f"(?:(?!{either}){_ANY})"


def _literal(kind: str, text: str) -> str:
    if kind == "set":
        parts = _IN_SET.findall(text[1:])
        return "[" + "".join(r"\[" if part == "[" else part for part in parts)
    if kind == "repeat" and text.startswith("{,"):
        return "{0" + text[1:]
    if text == r"\B":
        return f"(?:{text}{_NOT_EMPTY})"
    return r"\{" if kind == "plain" and text == "{" else text


_MEANING: dict[str, Callable[[str], bool]] = {
    "w": lambda char: char.isalnum() or char == "_",
    "s": str.isspace,
    "d": str.isdecimal,
}


@cache
def _sets() -> dict[str, str]:
    """Return the characters of each class as `re` knows them."""
    return {name: _ranges(meaning) for name, meaning in _MEANING.items()}


def _ranges(meaning: Callable[[str], bool]) -> str:
    parts = []
    for belongs, codes in groupby(range(sys.maxunicode + 1), key=lambda code: meaning(chr(code))):
        if belongs:
            run = list(codes)
            parts.append(rf"\U{run[0]:08x}-\U{run[-1]:08x}")
    return "".join(parts)
