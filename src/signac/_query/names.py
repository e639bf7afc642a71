"""Make any key a name that Python reads: keywords and letters beyond ASCII."""

from __future__ import annotations

import re
from itertools import product
from keyword import iskeyword
from string import ascii_letters

__all__ = ["Renamed", "rename"]

_TOKEN = re.compile(
    r"""
    (?P<string> [rRbBuUfF]{0,2} (?:
        \"{3} (?: \\. | [^\\] )*? \"{3} | '{3} (?: \\. | [^\\] )*? '{3}
      | " (?: \\. | [^"\\] )* " | ' (?: \\. | [^'\\] )* ' ) )
  | (?P<number> \d [\w.]* | \. \d \w* )
  | (?P<name> (?: [^\W\d] | [^\x00-\x7f\s\d] ) (?: \w | [^\x00-\x7f\s] )* )
  | (?P<blank> \s+ )
  | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL,
)
#: Words of the language; as a key they are written after a dot, as in ``sp.in``.
_WORDS = frozenset({"and", "or", "not", "in", "is", "None", "True", "False"})


class Renamed:
    """A text whose keys are names that Python reads, each as long in UTF-8 as the original.

    Attributes
    ----------
    original, text : str
        Before and after.
    tokens : list of tuple
        Kind, text and column of each token of the original but blanks.
    """

    def __init__(
        self,
        original: str,
        text: str,
        tokens: list[tuple[str, str, int]],
        originals: dict[str, str],
    ) -> None:
        self.original = original
        self.text = text
        self.tokens = tokens
        self._originals = originals

    def restore(self, name: str) -> str:
        """Return the key that a name of the tree stands for."""
        return self._originals.get(name, name)


def rename(text: str) -> Renamed:
    """Return the text with names in place of keys that Python would not read as written.

    Python folds letters such as the micro sign into others, so these are replaced too.
    """
    found = [(str(match.lastgroup), match[0], match.start() + 1) for match in _TOKEN.finditer(text)]
    taken = {part for kind, part, _ in found if kind == "name"}
    replacements: dict[str, str] = {}
    parts = []
    previous = ""
    for kind, part, _ in found:
        replaced = part
        if kind == "name" and _needs_other_name(part, after_dot=previous == "."):
            if part not in replacements:
                replacements[part] = _new_name(len(part.encode("utf-8", "surrogatepass")), taken)
            replaced = replacements[part]
        parts.append(replaced)
        if kind != "blank":
            previous = part
    tokens = [token for token in found if token[0] != "blank"]
    originals = {new: old for old, new in replacements.items()}
    return Renamed(text, "".join(parts), tokens, originals)


def _needs_other_name(name: str, *, after_dot: bool) -> bool:
    if not name.isascii():
        return True
    return iskeyword(name) and (after_dot or name not in _WORDS)


def _new_name(length: int, taken: set[str]) -> str:
    """Return a name of that many characters; every keyword has two at least."""
    for letters in product(ascii_letters, repeat=min(length, 3)):
        name = "".join(letters).ljust(length, "_")
        if name not in taken and not iskeyword(name):
            taken.add(name)
            return name
    raise AssertionError("a filter has fewer names than there are")
