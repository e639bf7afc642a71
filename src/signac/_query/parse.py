"""From a filter as a mapping to its tree.

Keys are dotted, or nested mappings, or both. They address the state point, unless they begin with
``doc``; ``sp`` may be written out. All keys of a filter must match.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from signac._core.canonical import to_plain
from signac._query.ast import All, Equals, Namespace, Query
from signac.errors import KeyTypeError, QueryError

__all__ = ["parse_filter"]


def parse_filter(query: Mapping[str, Any]) -> Query:
    """Return the tree of a filter.

    Raises
    ------
    QueryError
        For a key that is not a string, or an operator.
    TypeError
        For a value that JSON cannot hold.
    """
    parts: list[Equals] = []
    for key, value in query.items():
        if not isinstance(key, str):
            raise QueryError(f"filter: the key {key!r} is not a string", repr(key))
        parts.extend(_parse_item(key, value))
    return All(tuple(parts))


def _parse_item(key: str, value: Any) -> Iterator[Equals]:
    first, _, rest = key.partition(".")
    namespace: Namespace = "doc" if first == "doc" else "sp"
    if first in ("sp", "doc"):
        if rest:
            yield from _flatten(namespace, tuple(rest.split(".")), value)
        elif isinstance(value, Mapping):
            for inner, item in value.items():
                yield from _flatten(namespace, _split(inner), item)
        else:
            yield from _flatten("sp", (first,), value)
    else:
        yield from _flatten(namespace, _split(key), value)


def _flatten(namespace: Namespace, path: tuple[str, ...], value: Any) -> Iterator[Equals]:
    _refuse_operators(path)
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from _flatten(namespace, path + _split(key), item)
        return
    where = ".".join((namespace, *path))
    try:
        plain = to_plain(value, where)
    except KeyTypeError as error:
        raise KeyTypeError(f"filter: {error}") from None
    yield Equals(namespace, path, plain)


def _split(key: Any) -> tuple[str, ...]:
    return tuple(str(key).split("."))


def _refuse_operators(path: tuple[str, ...]) -> None:
    for part in path:
        if "$" in part:
            where = ".".join(path)
            raise QueryError(
                f"filter: the operator in {where!r} is not supported by this version, which "
                "compares for equality; filter the jobs in Python instead",
                where,
            )
