"""Turn the syntax tree of an expression into a filter mapping."""

from __future__ import annotations

import ast
import copy
import math
from typing import Any

from signac._query.closures import Compiler
from signac._query.names import Renamed
from signac._query.plain import to_plain
from signac._query.syntax import column_of
from signac.errors import QuerySyntaxError, QueryTypeError

__all__ = ["Reader"]

_ORDER = {ast.Lt: "$lt", ast.LtE: "$lte", ast.Gt: "$gt", ast.GtE: "$gte"}
_FLIPPED = {ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE}
#: Names that stand for values where a value is expected.
_VALUES = {"inf": math.inf, "nan": math.nan, "true": True, "false": False, "null": None}
#: Values that count as false; what equals them does too: 0 and 0.0.
_FALSY: tuple[Any, ...] = (None, False, "", [], {})
_LONGEST_RANGE = 10**5
_VARIABLE = "x"

Filter = dict[str, Any]


class Reader:
    """Reads the tree of one text.

    Parameters
    ----------
    renamed : Renamed
        The text.
    where : str
        What the text is called in errors.
    """

    def __init__(self, renamed: Renamed, where: str) -> None:
        self.renamed = renamed
        self.where = where

    def read(self, node: ast.expr) -> Filter:
        """Return the filter that a condition stands for.

        Raises
        ------
        QuerySyntaxError
            For what a filter cannot express.
        """
        if isinstance(node, ast.BoolOp):
            parts = [self.read(part) for part in node.values]
            return _join_all(parts) if isinstance(node.op, ast.And) else {"$or": parts}
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return self._negation(node.operand)
        if isinstance(node, ast.Compare):
            return self._comparisons(node)
        key = self._key(node)
        if key is not None:
            return {key: {"$nin": copy.deepcopy(list(_FALSY))}}
        return self._call(node) or self._predicate(node)

    def _negation(self, node: ast.expr) -> Filter:
        inner = self.read(node)
        if list(inner.values()) == [{"$exists": True}]:
            return {key: {"$exists": False} for key in inner}
        return {"$not": inner}

    def _comparisons(self, node: ast.Compare) -> Filter:
        sides = [node.left, *node.comparators]
        return _join_all(
            [
                self._comparison(left, how, right)
                for left, how, right in zip(sides, node.ops, sides[1:], strict=False)
            ]
        )

    def _comparison(self, left: ast.expr, how: ast.cmpop, right: ast.expr) -> Filter:
        kind = type(how)
        if not self._keys(left) and self._keys(right):
            if kind not in (ast.In, ast.NotIn, ast.Is, ast.IsNot):
                left, right = right, left
                kind = _FLIPPED.get(kind, kind)
        elif not self._keys(left) and not self._keys(right) and self._is_value_name(left):
            return self._condition(str(self._path(left)), kind, right)
        key = self._key(left)
        if key is None or self._keys(right):
            link = ast.Compare(left=left, ops=[kind()], comparators=[right])
            return self._predicate(ast.copy_location(link, left))
        return self._condition(key, kind, right)

    def _condition(self, key: str, kind: type[ast.cmpop], right: ast.expr) -> Filter:
        if kind in (ast.Is, ast.IsNot):
            return self._identity(key, kind, right)
        if isinstance(right, ast.Set) and kind in (ast.In, ast.NotIn):
            right = ast.copy_location(ast.List(elts=right.elts, ctx=ast.Load()), right)
        value = self._constant(right)
        if kind is ast.Eq:
            return {key: {"$eq": value} if isinstance(value, dict) else value}
        if kind is ast.NotEq:
            return {key: {"$ne": value}}
        if kind in _ORDER:
            if value is None or isinstance(value, dict):
                raise self._refusal(right, "nothing is less or greater than this; write ==")
            return {key: {_ORDER[kind]: value}}
        if not isinstance(value, (list, str)):
            raise self._refusal(right, "'in' takes a list, as in: seed in [1, 2]")
        return {key: {"$in" if kind is ast.In else "$nin": value}}

    def _identity(self, key: str, kind: type[ast.cmpop], right: ast.expr) -> Filter:
        value = self._constant(right)
        if value is not None and not isinstance(value, bool):
            raise self._refusal(right, "'is' takes None, True or False; write ==")
        if value is None:
            return {key: value if kind is ast.Is else {"$ne": value}}
        same = {key: {"$type": "bool", "$eq": value}}
        return same if kind is ast.Is else {key: {"$exists": True}, "$not": same}

    def _call(self, node: ast.expr) -> Filter | None:
        """Read ``exists(key)``, ``match(key, pattern)`` and ``near(key, x, ...)``."""
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            return None
        name = node.func.id
        if name not in ("exists", "match", "near"):
            return None
        counts = {"exists": (1,), "match": (2,), "near": (2, 3, 4)}[name]
        if node.keywords or len(node.args) not in counts:
            example = {
                "exists": "exists(a.b)",
                "match": 'match(name, "^gold")',
                "near": "near(T, 1.5) or near(T, 1.5, relative, absolute)",
            }[name]
            raise self._refusal(node, f"write {example}")
        first, *others = node.args
        key = first.value if isinstance(first, ast.Constant) else self._key(first)
        if not isinstance(key, str):
            raise self._refusal(first, f"{name} takes a key, as in {name}(a.b)")
        values = [self._constant(other) for other in others]
        if name == "exists":
            return {key: {"$exists": True}}
        return {key: {"$regex": values[0]} if name == "match" else {"$near": values}}

    def _predicate(self, node: ast.expr) -> Filter:
        """Read any other condition on one key as a `$where`."""
        for part in ast.walk(node):
            if isinstance(part, ast.BinOp) and isinstance(part.op, (ast.BitAnd, ast.BitOr)):
                word = "and" if isinstance(part.op, ast.BitAnd) else "or"
                raise self._refusal(part.right, f"write '{word}' to join conditions")
        keys = self._keys(node)
        if not keys:
            raise self._refusal(node, "there is no key to compare")
        if len(keys) > 1:
            raise self._refusal(
                node,
                f"{' and '.join(map(repr, keys))} are compared with each other, which an "
                f"expression cannot; if {keys[-1]} is text, write it in quotes; else ask the whole "
                "state point, as in "
                "{\"sp.$where\": \"lambda x: x['a'] > x['b']\"}",
            )
        body = _Replacement(self).visit(copy.deepcopy(node))
        Compiler(_VARIABLE, self.renamed.original, self.where).build(body)
        (key,) = keys
        return {key: {"$where": f"lambda {_VARIABLE}: {ast.unparse(body)}"}}

    def _constant(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Call) and _is_range(node):
            return self._range(node)
        plain = _Literal().visit(copy.deepcopy(node))
        function = Compiler(None, self.renamed.original, self.where).build(plain)
        try:
            return to_plain(function(None), self.where)
        except QueryTypeError:
            raise self._refusal(node, "this is no value of a filter; give a list") from None
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise self._refusal(node, f"cannot be computed: {error}") from None

    def _range(self, node: ast.Call) -> list[int]:
        numbers = [self._constant(part) for part in node.args]
        try:
            found = range(*numbers)
        except (TypeError, ValueError) as error:
            raise self._refusal(node, str(error)) from None
        if len(found) > _LONGEST_RANGE:
            raise self._refusal(node, "the range is too long; compare with < and >")
        return list(found)

    def _keys(self, node: ast.expr) -> list[str]:
        """Return the keys that an expression names, each once."""
        found = _Keys(self)
        found.visit(node)
        return list(dict.fromkeys(found.keys))

    def _key(self, node: ast.expr) -> str | None:
        """Return the dotted key that a node is, if it is one."""
        return None if self._is_value_name(node) else self._path(node)

    def _path(self, node: ast.expr) -> str | None:
        if isinstance(node, ast.Name):
            return self.renamed.restore(node.id)
        if isinstance(node, ast.Attribute):
            owner = self._path(node.value)
            return None if owner is None else f"{owner}.{self.renamed.restore(node.attr)}"
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            owner, name = self._path(node.value), node.slice.value
            return None if owner is None or not isinstance(name, str) else f"{owner}.{name}"
        return None

    def _is_value_name(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id in _VALUES

    def _refusal(self, node: ast.AST, reason: str) -> QuerySyntaxError:
        column = column_of(node, self.renamed.original)
        return QuerySyntaxError(
            f"filter: {self.where}: column {column}: {reason}", self.where, column
        )


class _Keys(ast.NodeVisitor):
    """Collects the keys of an expression; functions and methods are none."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.keys: list[str] = []

    def visit(self, node: ast.AST) -> None:
        key = self.reader._key(node) if isinstance(node, ast.expr) else None  # noqa: SLF001
        if key is not None:
            self.keys.append(key)
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                self.visit(node.func.value)
            for part in (*node.args, *node.keywords):
                self.visit(part)
        else:
            self.generic_visit(node)


class _Replacement(ast.NodeTransformer):
    """Puts the variable of a lambda in the place of the key, and values in that of their names."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def visit(self, node: ast.AST) -> Any:
        if isinstance(node, ast.expr) and self.reader._key(node) is not None:  # noqa: SLF001
            return ast.copy_location(ast.Name(id=_VARIABLE, ctx=ast.Load()), node)
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                node.func.value = self.visit(node.func.value)
            node.args = [self.visit(part) for part in node.args]
            return node
        if isinstance(node, ast.Name):
            return _value_of(node)
        return self.generic_visit(node)


class _Literal(ast.NodeTransformer):
    """Puts values in the place of their names."""

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return _value_of(node)


def _is_range(node: ast.Call) -> bool:
    named = isinstance(node.func, ast.Name) and node.func.id == "range"
    return named and bool(node.args) and not node.keywords


def _value_of(node: ast.Name) -> ast.expr:
    if node.id not in _VALUES:
        return node
    return ast.copy_location(ast.Constant(_VALUES[node.id]), node)


def _join_all(parts: list[Filter]) -> Filter:
    """Return one filter for several that must all hold, flat if their keys allow."""
    joined: Filter = {}
    for part in parts:
        for key, value in part.items():
            known = joined.get(key, {})
            if key not in joined:
                joined[key] = dict(value) if _is_operation(key, value) else value
            elif _is_operation(key, known) and _is_operation(key, value):
                if known.keys() & value.keys():
                    return {"$and": parts}
                known.update(value)
            else:
                return {"$and": parts}
    return joined


def _is_operation(key: str, value: Any) -> bool:
    return not key.startswith("$") and isinstance(value, dict)
