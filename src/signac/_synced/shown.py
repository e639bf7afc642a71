"""What notebooks and interactive shells show of live dictionaries and lists."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Any, Final

from signac._core.markup import (
    code,
    error_line,
    folded,
    guard,
    line,
    note,
    size_text,
    span,
    text_of,
    view,
)
from signac._core.valuetree import extent, tree

if TYPE_CHECKING:
    from signac._synced.node import Node

__all__ = ["contents", "html_of", "is_large", "print_node"]

#: Bytes. To read more would make the cell of a notebook wait.
_LARGE: Final = 4_000_000


def html_of(node: Node) -> str:
    """Return a tree that folds; an error takes its place if the contents cannot be read."""
    name = f"<strong>{text_of(type(node).__name__)}</strong>"
    path = getattr(node.__root__, "path", None)
    where = ""
    if path is not None and node is node.__root__.node:
        where = f'<div class="signac-path">{code(os.fsdecode(path))}</div>'

    def make() -> str:
        size = _unread_size(node)
        if is_large(size):
            why = note(f"{size_text(size)}, too large to be read for this page")
            return line(f"{name} {why}") + where
        try:
            data = contents(node)
        except Exception as error:  # noqa: BLE001  # it stands in the place of the contents
            return line(f"{name} {error_line(error)}")
        title = f"{name} {span('type', extent(data))}"
        return folded(title, where + tree(data), is_open=True)

    return view(guard(make))


def contents(node: Node) -> Any:
    """Return what a node shows, up to date; not to be changed."""
    node.__root__.refresh()
    return node.__data__


def is_large(size: int) -> bool:
    """Tell whether a file of so many bytes is too large to be read just to be shown."""
    return size > _LARGE


def print_node(node: Node, printer: Any) -> None:
    """Print a node in an interactive shell as a plain dictionary or list, over several lines.

    An error is printed in its place if the contents cannot be read.
    """
    size = _unread_size(node)
    if is_large(size):
        printer.text(f"<{type(node).__name__}: {size_text(size)}, call it to read it>")
        return
    try:
        plain = node()
    except Exception as error:  # noqa: BLE001  # a shell shows it in the place of the contents
        printer.text(f"<{type(node).__name__}: {type(error).__name__}: {error}>")
    else:
        printer.pretty(plain)


def _unread_size(node: Node) -> int:
    """Return the size of the file that would have to be read, 0 if it was read before."""
    root = node.__root__
    path = getattr(root, "path", None)
    if path is None or getattr(root, "raw", None) is not None:
        return 0
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return 0
    return status.st_size if stat.S_ISREG(status.st_mode) else 0
