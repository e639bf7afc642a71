"""Errors of filters that programs catch by a builtin class."""

from __future__ import annotations

import re
from json import JSONDecodeError

from signac.errors._inputs import QueryError

__all__ = [
    "QueryAttributeError",
    "QueryIndexError",
    "QueryJSONError",
    "QueryKeyError",
    "QueryPatternError",
    "QuerySyntaxError",
    "QueryTypeError",
]


class QueryKeyError(QueryError, KeyError):
    """A filter names an operator that is not there, or names one at a wrong place."""

    kind = "query-key"


class QueryTypeError(QueryError, TypeError):
    """A filter holds a value of a type that cannot stand there."""

    kind = "query-type"


class QueryAttributeError(QueryError, AttributeError):
    """A part of a filter that must be a filter of its own is no mapping."""

    kind = "query-attribute"


class QueryIndexError(QueryError, IndexError):
    """A word of a filter is empty."""

    kind = "query-index"


class QuerySyntaxError(QueryError, SyntaxError):
    """An expression or a lambda cannot be read.

    Attributes
    ----------
    column : int
        Where in the text, counted from 1; 0 if that is not known.
    """

    kind = "query-syntax"

    def __init__(self, message: str, where: str = "", column: int = 0) -> None:
        super().__init__(message, where)
        self.column = column

    @property
    def msg(self) -> str:  # type: ignore[override]
        """The message; a traceback shows this attribute of every syntax error."""
        return str(self)


class QueryPatternError(QueryError, re.error):
    """A regular expression cannot be read.

    Attributes
    ----------
    msg, pattern, pos, lineno, colno
        What ``re`` says about the pattern.
    """

    kind = "query-pattern"

    def __init__(
        self, message: str, where: str = "", pattern: str | None = None, pos: int | None = None
    ) -> None:
        re.error.__init__(self, message, pattern, pos)
        self.args = (message,)
        self.where = where


class QueryJSONError(QueryError, JSONDecodeError):
    """A word of a filter looks like JSON and is not.

    Attributes
    ----------
    msg, doc, pos, lineno, colno
        What ``json`` says about the text.
    """

    kind = "query-json"

    def __init__(self, message: str, where: str = "", doc: str = "", pos: int = 0) -> None:
        JSONDecodeError.__init__(self, message, doc, pos)
        self.args = (message,)
        self.where = where
