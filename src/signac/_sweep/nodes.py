"""The tree behind a sweep: frozen nodes, each of which yields assignments of values to paths.

A node can be iterated any number of times. ``bound`` is the number of points, exactly so when
``exact``; both are known without iterating. No path of a point lies inside another one of it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from signac._sweep.axes import Path, dotted, plain
from signac.errors import InvalidInputError

__all__ = ["Assignments", "Chain", "Derived", "Filter", "Node", "Product", "Rows", "nest"]

Assignments = tuple[tuple[Path, Any], ...]


class Node(Protocol):
    """What `Sweep` needs of a part of the tree."""

    @property
    def paths(self) -> tuple[Path, ...]: ...
    @property
    def bound(self) -> int: ...
    @property
    def exact(self) -> bool: ...
    def __iter__(self) -> Iterator[Assignments]: ...


@dataclass(frozen=True, slots=True)
class Rows:
    """Values written down: one row is one point."""

    paths: tuple[Path, ...]
    rows: tuple[tuple[Any, ...], ...]
    exact: bool = True

    @property
    def bound(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Assignments]:
        for values in self.rows:
            yield tuple(zip(self.paths, values, strict=True))


@dataclass(frozen=True, slots=True)
class Product:
    """Every point of the left node with every one of the right, which varies faster."""

    left: Node
    right: Node
    paths: tuple[Path, ...]

    @property
    def bound(self) -> int:
        return self.left.bound * self.right.bound

    @property
    def exact(self) -> bool:
        return self.left.exact and self.right.exact

    def __iter__(self) -> Iterator[Assignments]:
        for first in self.left:
            for second in self.right:
                yield first + second


@dataclass(frozen=True, slots=True)
class Chain:
    """The points of the left node, then those of the right."""

    left: Node
    right: Node
    paths: tuple[Path, ...]

    @property
    def bound(self) -> int:
        return self.left.bound + self.right.bound

    @property
    def exact(self) -> bool:
        return self.left.exact and self.right.exact

    def __iter__(self) -> Iterator[Assignments]:
        yield from self.left
        yield from self.right


@dataclass(frozen=True, slots=True)
class Filter:
    """The points for which the predicate is true."""

    inner: Node
    predicate: Callable[[dict[str, Any]], object]
    exact: bool = False

    @property
    def paths(self) -> tuple[Path, ...]:
        return self.inner.paths

    @property
    def bound(self) -> int:
        return self.inner.bound

    def __iter__(self) -> Iterator[Assignments]:
        for assignments in self.inner:
            if _ask(self.predicate, "the predicate", assignments, bool):
                yield assignments


@dataclass(frozen=True, slots=True)
class Derived:
    """The points with one more value, which follows from the others."""

    inner: Node
    path: Path
    function: Callable[[dict[str, Any]], Any]
    paths: tuple[Path, ...]

    @property
    def bound(self) -> int:
        return self.inner.bound

    @property
    def exact(self) -> bool:
        return self.inner.exact

    def __iter__(self) -> Iterator[Assignments]:
        who = f"the function for {dotted(self.path)!r}"
        for assignments in self.inner:
            value = _ask(self.function, who, assignments, plain)
            yield (*assignments, (self.path, value))


def nest(assignments: Assignments) -> dict[str, Any]:
    """Return a new state point, which shares no list or dict with the sweep."""
    point: dict[str, Any] = {}
    for path, value in assignments:
        inner = point
        for name in path[:-1]:
            inner = inner.setdefault(name, {})
        mutable = isinstance(value, (list, dict, tuple))
        inner[path[-1]] = copy.deepcopy(value) if mutable else value
    return point


def _ask(
    function: Callable[[dict[str, Any]], Any],
    who: str,
    assignments: Assignments,
    read: Callable[[Any], Any],
) -> Any:
    try:
        return read(function(nest(assignments)))
    except Exception as error:
        # The function may have changed the point it was given, so it is built again.
        raise InvalidInputError(
            f"{who} raised {type(error).__name__}: {error}, "
            f"at the state point {nest(assignments)!r}"
        ) from error
