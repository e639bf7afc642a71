"""Say the next step as it is typed in a terminal, where a message says it in Python."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["as_typed"]

#: What messages of the library say, and what does the same on the command line.
_TYPED: Final = (
    (r"signac\.migration\.apply_migrations\([^)]*\), or ", ""),
    (r"\brepair\(set_aside=True\)", "'signac repair --set-aside'"),
    (r"\brecursive=True\b", "'--recursive'"),
    (r"\bcheck_schema=False\b", "'--merge'"),
    (r"\bcheck_schema=\"keys\"", "'--check-schema keys'"),
)


def as_typed(text: str) -> str:
    """Return a message whose next step can be typed.

    Examples
    --------
    >>> from signac.cli.wording import as_typed
    >>> as_typed("move it into the quarantine with repair(set_aside=True)")
    "move it into the quarantine with 'signac repair --set-aside'"
    """
    for pattern, typed in _TYPED:
        if "(" in text or "=" in text:
            text = re.sub(pattern, typed, text)
    return text
