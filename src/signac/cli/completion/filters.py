"""Words of filters: keys, operators and values, as they are written on a command line."""

from __future__ import annotations

import contextlib
import json
import math
import re
from typing import TYPE_CHECKING, Any, Final

from signac._query.operators import OPERATORS
from signac._query.tokens import is_json_like, parse_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from signac.cli.completion.known import Known

__all__ = ["filter_words", "key_names", "value_words"]

_TYPES: Final = ("int", "float", "bool", "str", "list", "null")
_LOGICAL: Final = ("$and", "$or", "$not")
#: Operators with values of the key itself.
_WITH_VALUES: Final = frozenset({"$eq", "$ne", "$lt", "$lte", "$gt", "$gte"})
_EXPRESSION: Final = re.compile(r"\s(?:[<>=!]=?|and|or|not|in)\s")
_LONGEST: Final = 200


def filter_words(known: Known, given: Sequence[str], text: str, *, guarded: bool) -> Iterator[str]:
    """Yield what may stand at a place in the words of a filter.

    Parameters
    ----------
    given : sequence of str
        The words before: keys and values in turn.
    text : str
        What there is of the word.
    guarded : bool
        Whether a word may begin with a hyphen.
    """
    if len(given) % 2:
        if not is_json_like(given[0]) and not _EXPRESSION.search(given[0]):
            yield from _values(known, given, guarded=guarded)
    elif not given and re.search(r"[\s(]", text):
        yield from _expressions(known, text)
    elif text.startswith("$"):
        yield from _LOGICAL
    else:
        base, dot, operator = text.rpartition(".")
        if dot and (not operator or operator.startswith("$")):
            yield from (f"{base}.{name}" for name in OPERATORS)
        if not operator.startswith("$"):
            yield from key_names(known, text)


def key_names(known: Known, text: str) -> Iterator[str]:
    """Yield the names of keys, of the state points and of the documents.

    In a large project the keys of documents have to be asked for, by their beginning ``doc.``.
    """
    for path in known.paths("sp"):
        name = ".".join(path)
        if "$" not in name:
            # A key that looks like something else is written in full.
            full = path[0] in ("sp", "doc") or not name[:1].isidentifier()
            yield f"sp.{name}" if full else name
    if text.startswith("doc.") or known.are_few():
        yield from (f"doc.{'.'.join(path)}" for path in known.paths("doc") if "$" not in path[-1])
    else:
        yield "doc."


def value_words(values: Sequence[Any], *, guarded: bool) -> Iterator[str]:
    """Yield words that a filter reads as these values, those that can be written as words.

    Examples
    --------
    >>> from signac.cli.completion.filters import value_words
    >>> list(value_words([None, 0.5, "lj", "1", [1, 2], -3], guarded=False))
    ['null', '0.5', 'lj', '{"$eq":"1"}', '[1,2]', '{"$eq":-3}']
    """
    for value in values:
        word = _word(value)
        if word is not None and word.startswith("-") and not guarded:
            is_number = not isinstance(value, str) and word != "-inf"
            word = f'{{"$eq":{word if is_number else _json(value)}}}'
        if word is not None and len(word) <= _LONGEST:
            yield word


def _values(known: Known, given: Sequence[str], *, guarded: bool) -> Iterator[str]:
    key, _, operator = given[-1].partition("$")
    key = key.removesuffix(".")
    if operator == "exists":
        yield from ("true", "false")
    elif operator == "type":
        yield from _TYPES
    elif key and (not operator or f"${operator}" in _WITH_VALUES):
        found = known.values(key, given[:-1])
        words = value_words(found, guarded=guarded)
        # The argument of an operator is the value itself, and never an operator again.
        yield from (word for word in words if not (operator and word.startswith("{")))


def _expressions(known: Known, text: str) -> Iterator[str]:
    """Yield expressions whose last word is completed to a key."""
    start = text[: len(text) - len(re.search(r"[\w.]*$", text)[0])]  # type: ignore[index]
    for name in key_names(known, text[len(start) :]):
        if all(part.isidentifier() for part in name.split(".")):
            yield start + name


def _word(value: Any) -> str | None:
    """Return the word that a filter reads as a value, None if there is none."""
    if value.__class__ is float:  # perf: a key may have as many numbers as there are jobs
        return None if math.isnan(value) else repr(value)  # NaN equals nothing
    try:
        if value.__class__ is int:
            return str(value)
        word = value if isinstance(value, str) else _json(value)
        return word if _means(word, value) else _json({"$eq": value})
    except ValueError:  # an integer of thousands of digits
        return None


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _means(word: str, value: Any) -> bool:
    """Tell whether a filter reads a word as a value."""
    with contextlib.suppress(ValueError, LookupError):
        ((_, read),) = parse_words(["key", word])
        return read == value and type(read) is type(value)
    return False
