"""Filters as words, as on the command line: keys and values in turn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from signac._query.expression import parse_expression_filter
from signac._query.plain import show
from signac._query.tokens import is_json_like, parse_json, parse_words, tell
from signac.errors import InvalidInputError

__all__ = ["parse_filter", "parse_filter_arg", "parse_simple"]


def parse_filter_arg(args: Sequence[str] | None) -> Any:
    """Return the filter that the arguments of a command stand for, ``None`` if there are none.

    One argument may be a filter in JSON, or an expression. Otherwise they are words, and how they
    were understood is told on stderr.

    Parameters
    ----------
    args : sequence of str or None
        The arguments.

    Raises
    ------
    QueryError
        For words that make no filter.

    Examples
    --------
    >>> from signac.filterparse import parse_filter_arg
    >>> parse_filter_arg(['{"a": {"$lt": 3}}'])
    {'a': {'$lt': 3}}
    >>> parse_filter_arg(["a", "1", "doc.x", "/^done/"])
    {'a': 1, 'doc.x': {'$regex': '^done'}}
    >>> parse_filter_arg(["a > 1 and doc.x"])["a"]
    {'$gt': 1}
    """
    if args is None or not len(args):
        return None
    if len(args) == 1 and is_json_like(args[0]):
        return parse_json(args[0])
    found = parse_expression_filter(args[0]) if len(args) == 1 else None
    if found is None:
        found = dict(parse_simple(args))
    from json import dumps

    tell(f"Interpreted filter arguments as '{dumps(found)}'.")
    return found


def parse_simple(tokens: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """Yield pairs of key and condition from words: keys and values in turn.

    Parameters
    ----------
    tokens : sequence of str
        The words. A last key without a value asks whether the key is there, as does the value
        ``!``. A value in braces or brackets is JSON, one in slashes a regular expression.

    Raises
    ------
    QueryError
        For words that make no filter.

    Examples
    --------
    >>> from signac.filterparse import parse_simple
    >>> dict(parse_simple(["a", "1", "b.$in", "[1, 2]", "c"]))
    {'a': 1, 'b.$in': [1, 2], 'c': {'$exists': True}}
    """
    return parse_words(tokens)


def parse_filter(filter: Any) -> Iterator[Any]:  # noqa: A002  # peer: the name programs use
    """Yield the pairs of key and condition of a filter in any form.

    Parameters
    ----------
    filter : str, mapping or iterable of pairs
        Text is split into words at blanks.

    Raises
    ------
    InvalidInputError
        For anything else, when the first pair is asked for.

    Examples
    --------
    >>> from signac.filterparse import parse_filter
    >>> list(parse_filter("a 1 doc.x"))
    [('a', 1), ('doc.x', {'$exists': True})]
    >>> list(parse_filter({"a": {"$lt": 3}}))
    [('a', {'$lt': 3})]
    """
    if isinstance(filter, str):
        yield from parse_words(filter.split())
    elif isinstance(filter, Mapping):
        yield from filter.items()
    elif isinstance(filter, Iterable):
        yield from filter
    else:
        raise InvalidInputError(
            f"filter: {show(filter)} is not a mapping, a sequence of pairs, or text"
        )
