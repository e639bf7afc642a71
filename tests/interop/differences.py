"""The filters that the released peer and ours answer differently, each kind with its reason."""

import builtins
import re
from collections.abc import Iterator
from typing import Any

REASONS = {
    "incomparable": "the peer raises when one stored value cannot be compared, or is none that the "
    "function of $where can take; here such a value does not match",
    "nan": "the peer raises RuntimeError for most operators where a NaN is stored; here NaN is a "
    "value that equals nothing",
    "not-doc": "around a document key the peer's $not does not look at documents unless another "
    "document key stands outside; here it is the complement",
    "two-spellings": "of {'a': .., 'sp.a': ..} the peer keeps the last and silently drops the "
    "other; here both must hold",
    "mapping": "the peer refuses a mapping as the argument of $eq and $ne, or an empty one as a "
    "value, and finds none by $in; here it is compared as it is",
    "huge": "an int beyond 2**53 is compared by the peer with floats after rounding; here exactly",
    "bool": "where 1, 1.0 and True are all stored the peer takes them for one value of one type; "
    "here each has its own",
    "faulty": "a faulty filter raises here always, in the peer only once it comes to the fault",
}
#: What ours raises where the peer raises something of no class in common.
OTHER_ERRORS = {"NameError": "SyntaxError", "TypeError": "ValueError"}
_SP = re.compile(r"^sp\.")


def kind_of(filter_: Any, theirs: Any, ours: Any) -> str | None:
    """Name the kind of a difference, or return None if it is none of those that are listed.

    `theirs` and `ours` are lists of ids, or for an error the names of its classes.
    """
    if _raised(ours):
        if not _raised(theirs):
            return "faulty" if "QueryError" in ours else None
        return "faulty" if _same_error(theirs, ours) else None
    if _raised(theirs):
        return _kind_of_error(filter_, theirs)
    arguments = list(_arguments(filter_))
    if _drops_a_document(filter_):
        return "not-doc"
    if _has_two_spellings(filter_):
        return "two-spellings"
    if any(isinstance(value, dict) for _, value in arguments):
        return "mapping"
    if any(type(value) is int and value > 2**53 for _, value in arguments):
        return "huge"
    if any(operator == "$type" for operator, _ in arguments):
        return "bool"
    return None


def _raised(answer: Any) -> bool:
    return isinstance(answer, tuple)


def _same_error(theirs: tuple[str, ...], ours: tuple[str, ...]) -> bool:
    if "QueryError" not in ours:
        return False
    name = next(name for name in theirs if hasattr(builtins, name) or name == "error")
    return name in ours or OTHER_ERRORS.get(name) in ours


def _kind_of_error(filter_: Any, theirs: tuple[str, ...]) -> str | None:
    operators = {operator for operator, _ in _arguments(filter_)}
    if theirs[0] == "RuntimeError":
        return "nan"
    if theirs[0] in ("KeyError", "TypeError") and _has_mapping(filter_):
        return "mapping"
    compared = operators & {"$lt", "$lte", "$gt", "$gte", "$near", "$in", "$nin", "$where"}
    if theirs[0] == "TypeError" and compared:
        return "incomparable"
    return "incomparable" if "$where" in operators else None


def _arguments(filter_: Any) -> Iterator[tuple[str, Any]]:
    """Yield each operator with its argument; those of $in and $nin one by one."""
    for key, value in filter_.items():
        operator = key.rpartition(".")[2]
        if operator in ("$and", "$or"):
            for part in value:
                yield from _arguments(part)
        elif operator == "$not":
            yield from _arguments(value)
        elif operator in ("$in", "$nin") and isinstance(value, list | tuple):
            yield from ((operator, item) for item in value)
        elif operator.startswith("$"):
            yield operator, value
        elif isinstance(value, dict) and value:
            yield from _arguments(value)
        else:
            yield "$eq", value


def _has_mapping(filter_: Any) -> bool:
    return any(isinstance(value, dict) for _, value in _arguments(filter_))


def _drops_a_document(filter_: Any) -> bool:
    """Tell whether a document key stands inside $not and none outside."""
    inside, outside = _documents(filter_, inside=False)
    return inside and not outside


def _documents(filter_: Any, *, inside: bool) -> tuple[bool, bool]:
    found = [False, False]
    for key, value in filter_.items():
        parts = value if key in ("$and", "$or") else [value] if key == "$not" else []
        for part in parts:
            within, without = _documents(part, inside=inside or key == "$not")
            found = [found[0] or within, found[1] or without]
        if key == "doc" or key.startswith("doc."):
            found[0 if inside else 1] = True
    return found[0], found[1]


def _has_two_spellings(filter_: Any) -> bool:
    keys = [_SP.sub("", key) for key in filter_ if not key.startswith("$")]
    parts = [
        part
        for key, value in filter_.items()
        for part in (value if key in ("$and", "$or") else [value] if key == "$not" else [])
    ]
    return len(keys) > len(set(keys)) or any(_has_two_spellings(part) for part in parts)
