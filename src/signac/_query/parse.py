"""From a filter as a mapping to its tree.

Keys are dotted, or nested mappings, or both, and may end in an operator. They address the state
point, unless they begin with ``doc``; ``sp`` may be written out. All keys of a filter must match.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from signac._query.ast import And, Key, Namespace, Not, Or, Query, Test
from signac._query.operators import OPERATORS
from signac._query.plain import show, to_key
from signac.errors import (
    QueryAttributeError,
    QueryError,
    QueryKeyError,
    QueryTypeError,
)

__all__ = ["parse_filter", "parse_key"]

_LOGICAL = frozenset({"$and", "$or", "$not"})
#: Operators that no mapping satisfies, so they need a key.
_NEED_KEY = frozenset({"$lt", "$lte", "$gt", "$gte", "$near"})
#: Evaluators are recursive; Python allows a thousand calls in each other.
_MOST_LEVELS = 200
_LONGEST_PATH = 1000


def parse_filter(query: Mapping[str, Any]) -> Query:
    """Return the tree of a filter.

    Raises
    ------
    QueryError
        For a filter that cannot be evaluated. It also derives from the builtin class that says
        what is wrong: `KeyError` for an operator, `TypeError` for a value, `re.error` for a
        pattern, `AttributeError` for a filter that is no mapping.
    """
    if not isinstance(query, Mapping):
        raise QueryAttributeError(f"filter: {show(query)} is not a mapping of keys to values")
    try:
        tree = _parse(query)
        if _depth(tree) > _MOST_LEVELS:
            _refuse_depth()
    except RecursionError:
        _refuse_depth()
    return tree


def parse_key(text: str) -> Key:
    """Return the place that a dotted key names, such as ``a.b``, ``sp.a.b`` or ``doc.x``.

    Raises
    ------
    QueryError
        If it is not a string, or holds an operator.
    """
    if not isinstance(text, str):
        raise QueryTypeError(f"key: {text!r} is not a string", repr(text))
    if "$" in text:
        raise QueryKeyError(f"key: {text!r} holds an operator; give the key alone", text)
    names = tuple(text.split("."))
    if names[0] in ("sp", "doc"):
        return Key("doc" if names[0] == "doc" else "sp", names[1:])
    return Key("sp", names)


def _parse(query: Mapping[str, Any]) -> Query:
    """Parse with stacks of our own: filters made by programs are nested deeply."""
    todo: list[tuple[Any, ...]] = [("filter", query, "")]
    done: list[Query] = []
    while todo:
        step, content, where = todo.pop()
        if step == "filter":
            todo.append(("and", len(content), where))
            for key, value in reversed(list(content.items())):
                todo.append(("item", (key, value), where))
        elif step == "item":
            key, value = content
            if not isinstance(key, str):
                _refuse_top_key(key, where)
            if key in _LOGICAL:
                _plan_logical(key, value, f"{where}{key}", todo)
            else:
                done.append(_join("and", _parse_tests(key, value, where)))
        else:
            parts = done[len(done) - content :]
            del done[len(done) - content :]
            done.append(_join(step, parts))
    (tree,) = done
    return tree


def _plan_logical(operator: str, value: Any, where: str, todo: list[tuple[Any, ...]]) -> None:
    """Put the filters inside ``$and``, ``$or`` or ``$not`` on the list of what is to be parsed."""
    if operator == "$not":
        parts = [(value, where)]
    elif not isinstance(value, (list, tuple)):
        raise QueryError(
            f"filter: {where}: give a list of filters, not {type(value).__name__}", where
        )
    elif not value:
        raise QueryError(f"filter: {where}: the list of filters is empty", where)
    else:
        parts = [(part, f"{where}[{index}]") for index, part in enumerate(value)]
    todo.append((operator[1:], len(parts), where))
    for part, place in reversed(parts):
        if not isinstance(part, Mapping):
            raise QueryAttributeError(
                f"filter: {place}: a filter is a mapping of keys to values, not {show(part)}", place
            )
        todo.append(("filter", part, f"{place}."))


def _join(how: str, parts: list[Query]) -> Query:
    """Return one node, without needless levels."""
    if how == "not":
        (part,) = parts
        return part.part if isinstance(part, Not) else Not(part)
    if len(parts) == 1:
        return parts[0]
    kind = And if how == "and" else Or
    flat: list[Query] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, kind) else (part,))
    return kind(tuple(flat))


def _parse_tests(key: str, value: Any, place: str) -> list[Query]:
    """Return the conditions of one entry of a filter."""
    names = tuple(key.split("."))
    namespace: Namespace = "doc" if names[0] == "doc" else "sp"
    if names[0] in ("sp", "doc"):
        names = names[1:]
    tests: list[Query] = []
    todo: list[tuple[tuple[str, ...], Any]] = [(names, value)]
    while todo:
        path, value = todo.pop()
        if len(path) > _LONGEST_PATH:
            _refuse_depth()
        if isinstance(value, Mapping) and value and not _is_operator(path):
            where = place + ".".join((namespace, *path))
            for inner, item in reversed(list(value.items())):
                todo.append(((*path, *to_key(inner, where).split(".")), item))
        else:
            tests.append(_parse_test(namespace, path, value, place))
    return tests


def _is_operator(path: tuple[str, ...]) -> bool:
    """Tell whether a path ends in an operator that takes a mapping as its argument."""
    return bool(path) and path[-1] in ("$eq", "$ne") and not any("$" in name for name in path[:-1])


def _parse_test(namespace: Namespace, path: tuple[str, ...], value: Any, place: str) -> Test:
    where = place + ".".join((namespace, *path))
    operator = "$eq"
    if any("$" in name for name in path):
        operator = path[-1]
        _validate_operator(path, where)
        path = path[:-1]
    if not path and operator in _NEED_KEY:
        raise QueryTypeError(
            f'filter: {where}: {operator} needs a key, as in {{"a": {{"{operator}": …}}}}', where
        )
    condition = OPERATORS[operator](value, where)
    return Test(
        Key(namespace, path),
        operator[1:],
        condition.argument,
        condition.accept,
        sees_mappings=condition.sees_mappings,
    )


def _validate_operator(path: tuple[str, ...], where: str) -> None:
    name = path[-1]
    if not name.startswith("$") or any("$" in other for other in (*path[:-1], name[1:])):
        raise QueryKeyError(
            f"filter: {where}: an operator stands at the end of a key and begins with $, "
            'as in "a.$lt"; there is one in each key',
            where,
        )
    if name in _LOGICAL:
        raise QueryKeyError(
            f"filter: {where}: {name} takes whole filters and stands above the keys, as in "
            f'{{"{name}": {"{…}" if name == "$not" else "[{…}, {…}]"}}}',
            where,
        )
    if name not in OPERATORS:
        from difflib import get_close_matches

        near = get_close_matches(name, [*OPERATORS, *_LOGICAL], n=1)
        advice = f"did you mean {near[0]}?" if near else f"there are {', '.join(OPERATORS)}"
        raise QueryKeyError(f"filter: {where}: no such operator; {advice}", where)


def _refuse_top_key(key: Any, place: str) -> NoReturn:
    where = place + show(key)
    raise QueryError(f"filter: {where}: the key is a {type(key).__name__}, not a string", where)


def _refuse_depth() -> NoReturn:
    raise QueryError("filter: nested too deeply, or it contains itself")


def _depth(tree: Query) -> int:
    deepest = 0
    todo = [(tree, 1)]
    while todo:
        node, level = todo.pop()
        deepest = max(deepest, level)
        if isinstance(node, Not):
            todo.append((node.part, level + 1))
        elif not isinstance(node, Test):
            todo.extend((part, level + 1) for part in node.parts)
    return deepest
