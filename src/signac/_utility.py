"""The one name of the released signac's private utilities that another program imports.

signac-dashboard makes values comparable with the keys of a schema through `_to_hashable`.
"""

from __future__ import annotations

from typing import Any

__all__ = ["_to_hashable"]


class _HashableDict(dict[str, Any]):
    """A dictionary that can be a member of a set, by its items."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(sorted((key, _to_hashable(value)) for key, value in self.items())))


def _to_hashable(value: Any) -> Any:
    """Return a list as a tuple, recursively, a dictionary as a hashable one that is equal to it."""
    if type(value) is list:
        return tuple(_to_hashable(item) for item in value)
    if type(value) is dict:
        return _HashableDict(value)
    return value
