r"""`$regex`: search as `re.search` does, without the chance to hang.

Python's engine cannot be interrupted, and some patterns take it longer than the age of the
universe. Most patterns cannot: where the number of ways to match is small for the string at hand,
`re` is asked. Otherwise the `regex` package is, which can be given a time; the pattern is rewritten
where that package would read it otherwise than `re`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from time import monotonic
from typing import Any

from signac._query.plain import show
from signac._query.shape import MOST_WAYS, shape_of
from signac.errors import QueryError, QueryPatternError

__all__ = ["searcher"]

#: Seconds for one value, and for all values of one search that take long.
SECONDS_EACH = 0.5
SECONDS_IN_ALL = 20.0
_LONG = 0.01
_LONGEST = 100_000
#: Of a pattern with many ways to match: `regex` looks at the clock too seldom in longer ones
#: (6,000 characters took 38 s for one of a single character).
_LONGEST_TIMED = 2_000


def searcher(pattern: str, where: str) -> Callable[[str], bool]:
    """Return the function that tells whether a string matches somewhere.

    Raises
    ------
    QueryPatternError
        For a pattern that `re` cannot read.
    """
    if len(pattern) > _LONGEST:
        raise QueryPatternError(
            f"filter: {where}: a pattern of {len(pattern)} characters is too long", where
        )
    try:
        search = re.compile(pattern).search
    except re.error as error:
        raise QueryPatternError(
            f"filter: {where}: the pattern {show(pattern)}: {error}", where, pattern, error.pos
        ) from None
    except (OverflowError, RecursionError, MemoryError, ValueError) as error:
        raise QueryPatternError(
            f"filter: {where}: the pattern {show(pattern)}: {error}", where, pattern
        ) from None
    shape = shape_of(pattern)
    timed: list[_Timed] = []  # perf: the import takes 20 ms, and few searches need it

    def is_found(text: str) -> bool:
        if shape.is_simple and shape.choices * (len(text) + 1) ** shape.loops <= MOST_WAYS:
            return search(text) is not None
        if not timed:
            timed.append(_Timed(pattern, where))
        return timed[0].search(text)

    return is_found


class _Timed:
    """A pattern for the `regex` package, with a limit of time."""

    def __init__(self, pattern: str, where: str) -> None:
        import regex

        self.pattern = pattern
        self.where = where
        if len(pattern) > _LONGEST_TIMED:
            raise self._refusal(f"of {len(pattern)} characters may take too long")
        self.seconds = SECONDS_IN_ALL
        self._flags = regex.VERSION0
        self._compiled: dict[bool, Any] = {}

    def search(self, text: str) -> bool:
        compiled = self._compile(plain=text.isascii())
        start = monotonic()
        try:
            found = compiled.search(text, timeout=SECONDS_EACH) is not None
        except TimeoutError:
            raise self._refusal(f"takes more than {SECONDS_EACH:g} s on {show(text)}") from None
        spent = monotonic() - start
        if spent > _LONG:
            self.seconds -= spent
            if self.seconds < 0:
                raise self._refusal(f"takes more than {SECONDS_IN_ALL:g} s in all")
        return found

    def _compile(self, *, plain: bool) -> Any:
        if plain not in self._compiled:
            import regex

            from signac._query.dialect import rewrite

            ascii_only = plain and self.pattern.isascii()
            rewritten = rewrite(self.pattern, ascii_only=ascii_only)
            self._compiled[plain] = regex.compile(rewritten, self._flags)
        return self._compiled[plain]

    def _refusal(self, reason: str) -> QueryError:
        return QueryError(
            f"filter: {self.where}: searching for the pattern {show(self.pattern)} {reason}; "
            "give a pattern with fewer ways to match, without repeated groups",
            self.where,
        )
