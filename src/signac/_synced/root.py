"""What stands behind a synced tree: where it is read from and written to.

A tree is made of nodes (`node.Node`), thin live views of plain dictionaries and lists. All nodes
of a tree share one root. A node calls the root before it looks (`refresh`) and around a change
(`begin`, `commit`, `end`), and knows nothing of files.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from signac._core.canonical import to_plain

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from signac._synced.node import Node

__all__ = ["DetachedRoot", "Kinds", "Root"]

Kinds = dict[type, "type[Node]"]

logger = logging.getLogger(__name__)


class Root:
    """A tree in memory; the base of those in files.

    Attributes
    ----------
    name : str
        What the tree is called in errors about bad values, such as ``doc``.
    node : Node
        The topmost node.
    kinds : dict
        The node class for ``dict`` and the one for ``list``.
    fallible : bool
        Whether `commit` can fail, so that a node must be able to undo its change.
    """

    __slots__ = ("kinds", "node")

    name = "value"
    kinds: Kinds
    fallible = False
    node: Node

    def refresh(self) -> None:
        """Bring the nodes up to date before one of them is read."""

    def begin(self, *, blind: bool = False) -> None:
        """Start a change: nobody else may change the tree until `end`.

        A `blind` change replaces everything, so it also works on a damaged file.
        """

    def commit(self, added: Any = None) -> None:
        """Make the change last; `added` is the plain value that came in, if any."""

    def end(self) -> None:
        """Finish a change, whether it was committed or not."""

    def convert(self, value: Any, place: Callable[[], str] = str) -> Any:
        """Return `value` as plain JSON, or raise with its place in the tree."""
        return to_plain(value, lambda: self.name + place())

    def transaction(self) -> AbstractContextManager[Node]:
        """Make several changes one."""
        raise TypeError(f"this {self.name} has no file, so it has no transactions")


class DetachedRoot(Root):
    """The root of a tree that was replaced in, or removed from, another tree.

    Its nodes keep their contents; changes stay in memory.
    """

    def __init__(self, name: str, kinds: Kinds) -> None:
        self.name = name
        self.kinds = kinds

    def commit(self, added: Any = None) -> None:
        """Say that the change reaches no file."""
        logger.warning(
            "a part of %s was changed after it had been replaced or removed there; "
            "the change is not written to any file",
            self.name,
        )
