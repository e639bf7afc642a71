"""Turn the syntax tree of an expression in one variable into a function.

Nothing is compiled by Python: each node becomes a closure over those of its parts. Only constants,
operators, indexing, and a fixed set of functions and methods are known; none of them reaches
attributes, modules, files, or anything beyond the value itself.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

from signac._query import bounded
from signac._query.syntax import column_of
from signac.errors import QuerySyntaxError

__all__ = ["Compiler", "Function"]

Function = Callable[[Any], Any]

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: bounded.add,
    ast.Sub: operator.sub,
    ast.Mult: bounded.multiply,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: bounded.modulo,
    ast.Pow: bounded.power,
    ast.LShift: bounded.shift_left,
    ast.RShift: operator.rshift,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.Not: operator.not_,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Invert: operator.invert,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
}
_PLAIN = (bool, int, float, str, type(None))
_METHOD_NAMES = frozenset(name for methods in bounded.METHODS.values() for name in methods)
#: What a value of another type or form than the text expects makes go wrong. A division by zero is
#: not among them: it is raised, as in the peer.
ERRORS_OF_VALUES = (AttributeError, LookupError, OverflowError, TypeError, ValueError)


class Compiler:
    """Makes the function of an expression in one variable.

    Parameters
    ----------
    variable : str or None
        The name that stands for the value.
    text, where : str
        The whole text and its place in the filter, for errors.
    """

    def __init__(self, variable: str | None, text: str, where: str) -> None:
        self.variable = variable
        self.text = text
        self.where = where

    def build(self, node: ast.expr) -> Function:
        """Return the function; raise `QuerySyntaxError` for what is not supported."""
        function = self._build(node)
        if isinstance(node, (ast.Constant, ast.Name)) or self._varies(node):
            return function
        try:
            value = function(None)
        except (bounded.Refused, bounded.Unlike) as error:
            raise self.refusal(node, str(error)) from None
        except (ZeroDivisionError, *ERRORS_OF_VALUES):
            return function  # for every value, when it is asked
        return lambda _: value

    def refusal(self, node: ast.AST, reason: str) -> QuerySyntaxError:
        """Return the error of a construct that is not supported."""
        column = column_of(node, self.text)
        return QuerySyntaxError(
            f"filter: {self.where}: column {column}: {reason}", self.where, column
        )

    def _varies(self, node: ast.expr) -> bool:
        return any(
            isinstance(part, ast.Name) and part.id == self.variable for part in ast.walk(node)
        )

    def _build(self, node: ast.expr) -> Function:
        name = _BUILDERS.get(type(node))
        if name is None:
            raise self.refusal(
                node, f"{_describe(node)} is not supported in text; give a function from Python"
            )
        function: Function = getattr(self, name)(node)
        return function

    def _constant(self, node: ast.Constant) -> Function:
        value = node.value
        if not isinstance(value, _PLAIN):
            raise self.refusal(node, f"{type(value).__name__} is no value of a filter")
        return lambda _: value

    def _name(self, node: ast.Name) -> Function:
        if node.id == self.variable:
            return lambda value: value
        if node.id in bounded.TYPES:
            kind = bounded.TYPES[node.id]
            return lambda _: kind
        raise self.refusal(node, f"{node.id!r} is not known here; give a function from Python")

    def _boolean(self, node: ast.BoolOp) -> Function:
        parts = [self.build(part) for part in node.values]
        stop_at = isinstance(node.op, ast.Or)

        def run(value: Any) -> Any:
            result = None
            for part in parts:
                result = part(value)
                if bool(result) is stop_at:
                    break
            return result

        return run

    def _unary(self, node: ast.UnaryOp) -> Function:
        apply, part = _UNARY[type(node.op)], self.build(node.operand)
        return lambda value: apply(part(value))

    def _binary(self, node: ast.BinOp) -> Function:
        if type(node.op) not in _BINARY:
            raise self.refusal(node, "matrix multiplication is not supported in text")
        is_text = isinstance(node.left, ast.Constant) and isinstance(node.left.value, str)
        if is_text and isinstance(node.op, ast.Mod):
            raise self.refusal(node, "strings are not formatted in text")
        apply = _BINARY[type(node.op)]
        left, right = self.build(node.left), self.build(node.right)
        return lambda value: apply(left(value), right(value))

    def _compare(self, node: ast.Compare) -> Function:
        first = self.build(node.left)
        links: list[tuple[Callable[[Any, Any], Any], Function]] = []
        for how, part in zip(node.ops, node.comparators, strict=True):
            if isinstance(how, (ast.Is, ast.IsNot)) and not _is_unique(part):
                raise self.refusal(part, "'is' compares with None, True or False; write ==")
            links.append((_COMPARE[type(how)], self.build(part)))
        if len(links) == 1:
            ((compare, only),) = links
            return lambda value: compare(first(value), only(value))

        def run(value: Any) -> Any:
            left, result = first(value), None
            for compare, part in links:
                right = part(value)
                result = compare(left, right)
                if not result:
                    break
                left = right
            return result

        return run

    def _choice(self, node: ast.IfExp) -> Function:
        test, then, other = (self.build(part) for part in (node.test, node.body, node.orelse))
        return lambda value: then(value) if test(value) else other(value)

    def _sequence(self, node: ast.Tuple | ast.List | ast.Set) -> Function:
        kind = {ast.Tuple: tuple, ast.List: list, ast.Set: set}[type(node)]
        parts = [self.build(part) for part in node.elts]
        return lambda value: kind([part(value) for part in parts])

    def _mapping(self, node: ast.Dict) -> Function:
        pairs = []
        for key, item in zip(node.keys, node.values, strict=True):
            if key is None:
                raise self.refusal(item, "** is not supported in text")
            pairs.append((self.build(key), self.build(item)))
        return lambda value: {key(value): item(value) for key, item in pairs}

    def _item(self, node: ast.Subscript) -> Function:
        owner, key = self.build(node.value), self._index(node.slice)
        return lambda value: bounded.get_item(owner(value), key(value))

    def _index(self, node: ast.expr) -> Function:
        if not isinstance(node, ast.Slice):
            return self.build(node)
        nothing: Function = lambda _: None  # noqa: E731
        start, stop, step = (
            nothing if part is None else self.build(part)
            for part in (node.lower, node.upper, node.step)
        )
        return lambda value: slice(start(value), stop(value), step(value))

    def _call(self, node: ast.Call) -> Function:
        if node.keywords:
            raise self.refusal(node.keywords[0].value, "keywords are not supported in text")
        parts = [self.build(part) for part in node.args]
        if isinstance(node.func, ast.Attribute):
            name, owner = node.func.attr, self.build(node.func.value)
            if name not in _METHOD_NAMES:
                raise self.refusal(node.func, f"the method {name!r} is not supported in text")
            return lambda value: bounded.call_method(
                name, owner(value), [part(value) for part in parts]
            )
        if not isinstance(node.func, ast.Name) or node.func.id not in bounded.FUNCTIONS:
            raise self.refusal(
                node.func,
                f"{ast.unparse(node.func)!r} cannot be called in text; there are "
                f"{', '.join(bounded.FUNCTIONS)}, and methods of strings",
            )
        function = bounded.FUNCTIONS[node.func.id]
        return lambda value: function(*[part(value) for part in parts])


def _is_unique(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return node.value is None or node.value is True or node.value is False
    return isinstance(node, ast.Name) and node.id in bounded.TYPES


def _describe(node: ast.expr) -> str:
    """Name a construct as a person would."""
    names = {
        ast.Attribute: "an attribute",
        ast.Lambda: "a function in a function",
        ast.JoinedStr: "a formatted string",
        ast.NamedExpr: "an assignment",
        ast.Starred: "*",
        ast.Await: "await",
        ast.Yield: "yield",
        ast.YieldFrom: "yield",
        ast.ListComp: "a loop",
        ast.SetComp: "a loop",
        ast.DictComp: "a loop",
        ast.GeneratorExp: "a loop",
    }
    return names.get(type(node), type(node).__name__)


_BUILDERS: dict[type[ast.expr], str] = {
    ast.BinOp: "_binary",
    ast.BoolOp: "_boolean",
    ast.Call: "_call",
    ast.Compare: "_compare",
    ast.Constant: "_constant",
    ast.Dict: "_mapping",
    ast.IfExp: "_choice",
    ast.List: "_sequence",
    ast.Name: "_name",
    ast.Set: "_sequence",
    ast.Subscript: "_item",
    ast.Tuple: "_sequence",
    ast.UnaryOp: "_unary",
}
