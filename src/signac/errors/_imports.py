"""Errors of what is about to be imported."""

from __future__ import annotations

import re
from json import JSONDecodeError
from typing import TYPE_CHECKING

from signac.errors._inputs import InvalidInputError, StatepointParsingError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ImportArgumentError", "ImportRefusedError", "StatepointJSONError"]


class ImportArgumentError(InvalidInputError, KeyError, TypeError, AssertionError, re.error):
    """The schema of an import cannot be understood, or does not go with the origin.

    It is a ``re.error`` for a pattern, a ``KeyError`` for an unknown type in it, a ``TypeError``
    for a schema of another kind, and an ``AssertionError`` for `copytree` with an archive, as in
    the released signac.
    """

    kind = "import-argument"

    def __init__(self, message: str) -> None:
        re.error.__init__(self, message)
        self.args = (message,)


class ImportRefusedError(InvalidInputError, RuntimeError):
    """An origin is nothing that can be imported, or holds what must not be; nothing was written.

    Attributes
    ----------
    problems : tuple of str
        Everything that was found.
    """

    kind = "import-refused"

    def __init__(self, message: str, problems: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems) or (message,)


class StatepointJSONError(StatepointParsingError, JSONDecodeError):
    """A state point file that is to be imported does not hold JSON."""

    kind = "statepoint-json"

    def __init__(self, message: str) -> None:
        JSONDecodeError.__init__(self, message, "", 0)
        self.args = (message,)
