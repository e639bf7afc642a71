"""What tells the state points of some jobs apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signac._utility import _to_hashable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["diff_statepoints", "stored_text"]

Path = tuple[str, ...]


def diff_statepoints(statepoints: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return for each state point what is not in all of them, nested as it was.

    Values are the same if they are stored as the same text: ``1``, ``1.0`` and ``true`` differ.
    """
    # peer: there, 1, 1.0 and True are one value, and so jobs with other ids do not differ.
    leaves = [
        {(path, stored_text(value)): value for path, value in _leaves(statepoint)}
        for statepoint in statepoints
    ]
    common = set(leaves[0]).intersection(*leaves) if leaves else set()
    return [
        _nest((path, value) for (path, text), value in found.items() if (path, text) not in common)
        for found in leaves
    ]


def stored_text(value: Any) -> str:
    """Return the text by which values are the same or not: that of JSON, with sorted keys."""
    from json import dumps

    return dumps(value, sort_keys=True)


def _leaves(statepoint: Mapping[str, Any]) -> list[tuple[Path, Any]]:
    """Return keys and values in order; an empty mapping is a value."""
    found: list[tuple[Path, Any]] = []
    todo: list[tuple[Path, Any]] = [((), statepoint)]
    while todo:
        path, value = todo.pop()
        if isinstance(value, dict) and (value or not path):
            todo += [((*path, name), inner) for name, inner in reversed(value.items())]
        else:
            found.append((path, value))
    return found


def _nest(items: Iterable[tuple[Path, Any]]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for path, value in items:
        inner = tree
        for name in path[:-1]:
            inner = inner.setdefault(name, {})
        inner[path[-1]] = {} if isinstance(value, dict) else _to_hashable(value)
    return tree
