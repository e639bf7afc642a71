"""Ask the person at the terminal: the one place outside the command line that may."""

from __future__ import annotations

__all__ = ["ask"]


def ask(question: str) -> str:
    """Print a question and return the line that is typed."""
    return input(question)
