"""What calls raise, and how often, in words."""

from collections.abc import Callable

from forks import name_of

__all__ = ["count_names", "raised_by"]


def raised_by(call: Callable[[], object]) -> str:
    """Return the name of what a call raises, empty if it returns."""
    try:
        call()
    except Exception as error:
        return name_of(error)
    return ""


def count_names(names: list[str]) -> str:
    """Return how often each name occurs, in brackets; empty for no names."""
    kinds = sorted({name for name in names if name}, key=lambda kind: -names.count(kind))
    return f" ({', '.join(f'{kind} {names.count(kind)}' for kind in kinds)})" if kinds else ""
