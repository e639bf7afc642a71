"""Command lines as bash sees them: words out of what was typed, and candidates back into it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Line", "quote", "split"]

_UNSAFE: Final = re.compile(r"[^\w@%+=:,./-]")
#: bash goes back to these, and not only behind them, to find what it replaces.
_SPECIAL: Final = "$@"


class Line(NamedTuple):
    """A command line up to the cursor.

    Attributes
    ----------
    words : list of str
        The whole words, the name of the command first, without their quotes.
    current : str
        What there is of the word at the cursor, without quotes.
    kept : int
        How many characters of the current word bash leaves as they are; it replaces the others.
    mark : str
        The quotation mark that is open at the cursor, or nothing.
    """

    words: list[str]
    current: str
    kept: int
    mark: str


def split(text: str, breaks: str) -> Line:
    """Take a command line apart.

    Parameters
    ----------
    text : str
        The line up to the cursor.
    breaks : str
        ``COMP_WORDBREAKS``: where bash begins to replace inside a word.

    Examples
    --------
    >>> from signac.cli.completion.bashline import split
    >>> split("signac find 'a b' name urn:x", " :")
    Line(words=['signac', 'find', 'a b', 'name'], current='urn:x', kept=4, mark='')
    """
    words: list[str] = []
    current: str | None = None
    mark, kept, kept_outside = "", 0, 0
    for character, role in _characters(text):
        if role != "syntax":
            current = (current or "") + character
            if role == "plain" and character in breaks:
                kept = len(current) - (character in _SPECIAL)
        elif character.isspace():
            if current is not None:
                words.append(current)
            current, kept = None, 0
        elif mark:
            mark, kept = "", kept_outside
        else:
            current = current or ""
            mark, kept_outside, kept = character, kept, len(current)
    return Line(words, current or "", kept, mark)


def _characters(text: str) -> Iterator[tuple[str, str]]:
    """Yield characters that are plain, quoted, or syntax: blanks and marks around words."""
    mark = ""
    escaped = False
    for position, character in enumerate(text):
        following = text[position + 1 : position + 2]
        if escaped:
            escaped = False
            yield character, "quoted"
        elif character == "\\" and (not mark or (mark == '"' and following in tuple('"\\$`'))):
            escaped = True
        elif mark:
            is_end = character == mark
            mark = "" if is_end else mark
            yield character, "syntax" if is_end else "quoted"
        elif character in "'\"":
            mark = character
            yield character, "syntax"
        else:
            yield character, "syntax" if character in " \t\n" else "plain"


def quote(word: str, line: Line) -> str:
    r"""Return what bash is to put in place of the current word.

    Examples
    --------
    >>> from signac.cli.completion.bashline import quote, split
    >>> quote("wca rep", split("signac find kind w", ""))
    'wca\\ rep'
    >>> quote("wca rep", split('signac find kind "w', ""))
    'wca rep'
    """
    text = word[line.kept :]
    if line.mark == "'":
        return text.replace("'", "'\\''")
    if line.mark == '"':
        return re.sub(r'([\\"$`])', r"\\\1", text)
    if not line.kept and text[:1] in ("{", "[", '"'):
        return "'" + text.replace("'", "'\\''") + "'"
    return _UNSAFE.sub(r"\\\g<0>", text)
