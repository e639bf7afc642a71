"""The tree of a filter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["All", "Equals", "Namespace", "Query"]

Namespace = Literal["sp", "doc"]


@dataclass(frozen=True, slots=True)
class Equals:
    """The value at a place equals `value`."""

    namespace: Namespace
    path: tuple[str, ...]
    value: Any


@dataclass(frozen=True, slots=True)
class All:
    """All parts hold; without parts it always holds."""

    parts: tuple[Equals, ...]


Query = All
