"""Read a Python expression as a syntax tree; nothing of it is ever run by Python itself."""

from __future__ import annotations

import ast
import warnings

from signac.errors import QuerySyntaxError

__all__ = ["LONGEST", "MOST_LEVELS", "column_of", "is_deep", "parse_expression"]

#: Characters of an expression or a lambda.
LONGEST = 10_000
#: Trees are walked by recursion; Python allows a thousand calls in each other.
MOST_LEVELS = 100


def parse_expression(text: str, where: str) -> ast.expr:
    """Return the syntax tree of an expression.

    Raises
    ------
    QuerySyntaxError
        If it is not one, or is too long.
    """
    if len(text) > LONGEST:
        raise QuerySyntaxError(
            f"filter: {where}: the text has {len(text)} characters, more than {LONGEST}", where
        )
    try:
        tree = _parse(text)
    except SyntaxError as error:
        column = error.offset or 0
        reason = f"column {column}: {error.msg}" if column else error.msg
        raise QuerySyntaxError(f"filter: {where}: {reason}", where, column) from None
    except (ValueError, MemoryError, RecursionError) as error:
        raise QuerySyntaxError(f"filter: {where}: cannot be read: {error}", where) from None
    if is_deep(tree):
        raise QuerySyntaxError(f"filter: {where}: nested too deeply", where)
    return tree


def column_of(node: ast.AST, text: str) -> int:
    """Return where a part of an expression begins in its text, in characters from 1."""
    line = text.splitlines()[node.lineno - 1]  # type: ignore[attr-defined]
    ahead = line.encode("utf-8", "surrogatepass")[: node.col_offset]  # type: ignore[attr-defined]
    return len(ahead.decode("utf-8", "surrogatepass")) + 1


def is_deep(tree: ast.AST) -> bool:
    """Tell whether a tree has more levels than a walk by recursion bears."""
    todo = [(tree, 0)]
    while todo:
        node, level = todo.pop()
        if level > MOST_LEVELS:
            return True
        todo.extend((child, level + 1) for child in ast.iter_child_nodes(node))
    return False


def _parse(text: str) -> ast.expr:
    if "\\" not in text:
        return ast.parse(text, mode="eval").body
    # Python warns of an escape such as "\d"; in a pattern it is meant as it stands.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text, mode="eval").body
