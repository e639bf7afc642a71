"""Filters as words: keys and values in turn, as given on a command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from signac._query.plain import show
from signac.errors import QueryError, QueryIndexError, QueryJSONError, QueryTypeError
from signac.errors._base import visible

__all__ = ["is_json_like", "parse_json", "parse_words", "tell"]

_CONSTANTS = {"true": True, "false": False, "null": None}
_LOOKALIKES = {"True": "true", "False": "false", "None": "null", "none": "null"}


def parse_words(words: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """Yield the pairs of key and condition that words stand for.

    Raises
    ------
    QueryIndexError
        For an empty word.
    QueryError
        For JSON in the place of a key; `QueryJSONError` for JSON that cannot be read.
    """
    for index in range(0, len(words), 2):
        key = words[index]
        value = words[index + 1] if index + 1 < len(words) else None
        yield _parse_pair(key, value)


def parse_json(text: str) -> Any:
    """Return the value of JSON text."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        # peer: told on stderr as well, where programs look for it.
        tell(f"Failed to parse query argument. Ensure that '{text}' is valid JSON!")
        raise QueryJSONError(
            f"filter: {show(text)} is not valid JSON: {error}", text, error.doc, error.pos
        ) from None
    except (RecursionError, ValueError) as error:
        raise QueryError(f"filter: {show(text)} cannot be read as JSON: {error}", text) from None


def is_json_like(text: str) -> bool:
    """Tell whether a word is meant as a JSON mapping or list."""
    return bool(text) and text[0] + text[-1] in ("{}", "[]")


def tell(text: str) -> None:
    """Write a line for the person who gave the words."""
    sys.stderr.write(f"{visible(text)}\n")


def _parse_pair(key: Any, value: Any) -> tuple[str, Any]:
    for word in (key,) if value is None else (key, value):
        if word == "":
            raise QueryIndexError(
                "filter: a word is empty; words are keys and values in turn, and an empty string "
                'is searched with JSON, as in {"a": ""}'
            )
        if not isinstance(word, str):
            raise QueryTypeError(f"filter: {show(word)} is not a word")
    if is_json_like(key):
        raise QueryError(
            "Please check your filter arguments. Using a JSON expression as a key is not allowed: "
            f"'{key}'.",
            key,
        )
    return key, _parse_value(value)


def _parse_value(text: str | None) -> Any:
    if text is None or text == "!":
        return {"$exists": True}
    if is_json_like(text):
        return parse_json(text)
    if text.startswith("/") and text.endswith("/"):
        return {"$regex": text[1:-1]}
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text in _LOOKALIKES:
        tell(f"Did you mean {_LOOKALIKES[text]}?")
    for number in (int, float):
        try:
            return number(text)
        except ValueError:
            continue
    return text
