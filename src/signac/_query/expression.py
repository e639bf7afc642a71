"""Filters as one expression, such as ``p > 2 and doc.converged and seed in [1, 2]``.

The text is read as a syntax tree and becomes a filter mapping; nothing of it is run.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from signac.errors import QuerySyntaxError

__all__ = ["parse_expression_filter"]

#: What an expression has at least one of. Words that have none need no Python parser.
_SIGNS = r"[<>=!≤≥≠]|\b(?:and|or|not|in|is)\b"
_SYMBOLS = frozenset(
    {"=", "==", "===", "!=", "<>", "<", ">", "<=", ">=", "=>", "=<", "≤", "≥", "≠"}
)
_VALID_PAIRS = frozenset({"==", "!=", "<=", ">="})
_ADVICE = {
    "=": "write == to compare",
    "&&": "write 'and'",
    "||": "write 'or'",
    "!": "write 'not'",
    "<>": "write != for different",
    "=>": "write >=",
    "=<": "write <=",
    "≤": "write <=",
    "≥": "write >=",
    "≠": "write !=",
}
_ASSIGNMENT = r"[^\W\d][\w.]*=[^=]"


def parse_expression_filter(text: str) -> dict[str, Any] | None:
    """Return the mapping that an expression stands for, ``None`` if the text is not one.

    It is one if Python reads it as a comparison, a boolean operation or a negation.

    Raises
    ------
    QuerySyntaxError
        For an expression that no filter can express, and for text that is meant as one.
    """
    if not re.search(_SIGNS, text):
        return None
    import ast

    from signac._query.names import rename
    from signac._query.plain import show
    from signac._query.reading import Reader
    from signac._query.syntax import LONGEST, parse_expression

    text = re.sub(r"[\r\n]", " ", text).strip()
    if len(text) > LONGEST:
        if not _is_meant_as_expression(text):
            return None
        raise QuerySyntaxError(
            f"filter: {show(text)}: an expression of {len(text)} characters is too long, the limit "
            f"is {LONGEST}; give a mapping",
            show(text),
        )
    renamed = rename(text)
    where = show(text)
    try:
        tree = parse_expression(renamed.text, where)
    except QuerySyntaxError as error:
        if not _is_meant_as_expression(text):
            return None
        raise _explain(error, renamed.tokens, where) from None
    is_not = isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not)
    if is_not or isinstance(tree, (ast.Compare, ast.BoolOp)):
        return Reader(renamed, where).read(tree)
    if _is_meant_as_expression(text):
        raise QuerySyntaxError(
            f"filter: {where}: this is no condition; join conditions with 'and', 'or', 'not'",
            where,
        )
    return None


def _is_meant_as_expression(text: str) -> bool:
    """Tell whether words make sense only as an expression: they compare with a sign."""
    words = text.split()
    return not _SYMBOLS.isdisjoint(words[1:-1]) or any(
        re.match(_ASSIGNMENT, word) for word in words[::2]
    )


def _explain(
    error: QuerySyntaxError, tokens: list[tuple[str, str, int]], where: str
) -> QuerySyntaxError:
    """Say what to write instead, where the mistake is a common one."""
    signs = [(text, column) for kind, text, column in tokens if kind == "other" or text in _ADVICE]
    skipped = 0
    for (text, column), (after, place) in pairwise([*signs, ("", 0)]):
        pair = text + after if place == column + 1 else text
        advice = _ADVICE.get(pair, _ADVICE.get(text, ""))
        if pair in _VALID_PAIRS:
            skipped = place
        elif advice and column != skipped:
            return QuerySyntaxError(f"filter: {where}: column {column}: {advice}", where, column)
    return error
