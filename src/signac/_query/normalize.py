"""What a search accepts as a filter, as one plain mapping."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from signac._query.plain import show
from signac.errors import InvalidInputError, QueryError, QueryTypeError

__all__ = ["normalize"]


def normalize(filter: Any) -> dict[str, Any] | None:  # noqa: A002  # what searches call it
    """Return a filter as a plain mapping, ``None`` for one that matches everything.

    A mapping stays as it is written, a live one (``job.sp``) is read. Pairs of key and value
    become a mapping. Text is an expression if Python reads it as a comparison, a boolean operation
    or a negation, and words otherwise.

    Raises
    ------
    InvalidInputError
        If it is none of these; `QueryError` if it is text that cannot be read.
    """
    if not filter:
        return None
    if isinstance(filter, str):
        return _of_text(filter) or None
    if isinstance(filter, Mapping):
        plain: dict[str, Any] = filter() if callable(filter) else dict(filter)
        return plain or None
    if not isinstance(filter, Iterable):
        raise InvalidInputError(
            f"filter: {show(filter)} is not a mapping of keys to values, a sequence of such pairs, "
            "or text"
        )
    return _of_pairs(filter) or None


def _of_text(text: str) -> dict[str, Any]:
    from signac._query.expression import parse_expression_filter
    from signac._query.tokens import parse_words

    found = parse_expression_filter(text)
    return dict(parse_words(text.split())) if found is None else found


def _of_pairs(pairs: Iterable[Any]) -> dict[str, Any]:
    advice = 'give a mapping such as {"a": 0}, or pairs such as [("a", 0)]'
    pairs = list(pairs)
    try:
        return dict(pairs)
    except TypeError:
        raise QueryTypeError(
            f"filter: {show(pairs)} is not a sequence of pairs; {advice}"
        ) from None
    except ValueError:
        raise QueryError(f"filter: {show(pairs)} is not a sequence of pairs; {advice}") from None
