"""`$where`: a function of the value, given as a function or as the text of a lambda.

Text is read, never run: see `signac._query.closures` for what it may hold.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from signac._query.plain import show
from signac.errors import QueryError, QuerySyntaxError, QueryTypeError

__all__ = ["freeze", "predicate"]


def predicate(argument: Any, where: str) -> Callable[[Any], bool]:
    """Return the test that a ``$where`` stands for.

    It is called with the stored value, a list as a tuple. What a function raises is raised to the
    caller of the search. A value of another type or form than a text expects does not match; a
    division by zero is raised.

    Raises
    ------
    QueryError
        For text that is no lambda of one argument, or goes beyond what text may do.
    """
    if isinstance(argument, str):
        return _of_text(argument, where)
    if callable(argument):
        return lambda value: bool(argument(freeze(value)))
    raise QueryTypeError(
        f'filter: {where}: give a function, or the text of one such as "lambda x: x > 2", '
        f"not {show(argument)}",
        where,
    )


def freeze(value: Any) -> Any:
    """Return a value as functions see it: lists as tuples, mappings as copies."""
    if value.__class__ is list:
        return tuple(map(freeze, value))
    if value.__class__ is dict:
        return {key: freeze(item) for key, item in value.items()}
    return value


def _of_text(text: str, where: str) -> Callable[[Any], bool]:
    import ast

    from signac._query import bounded
    from signac._query.closures import ERRORS_OF_VALUES, Compiler
    from signac._query.syntax import parse_expression

    text = text.strip()
    tree = parse_expression(text, where)
    if isinstance(tree, ast.Name) and tree.id in bounded.FUNCTIONS:
        function: Callable[[Any], Any] = bounded.FUNCTIONS[tree.id]
    elif isinstance(tree, ast.Lambda):
        function = Compiler(_variable(tree, where), text, where).build(tree.body)
    else:
        raise QuerySyntaxError(
            f'filter: {where}: {show(text)} is no function; write "lambda x: x > 2"', where, 1
        )

    def accept(value: Any) -> bool:
        try:
            return bool(function(freeze(value)))
        except bounded.Refused as error:
            raise QueryError(
                f"filter: {where}: {show(text)} on the value {show(value)}: {error}", where
            ) from None
        except ERRORS_OF_VALUES:
            return False

    return accept


def _variable(tree: Any, where: str) -> str:
    arguments = tree.args
    names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
    others = (arguments.vararg, arguments.kwarg, *arguments.kwonlyargs, *arguments.defaults)
    if len(names) != 1 or any(others):
        raise QuerySyntaxError(
            f'filter: {where}: the function takes one argument, as in "lambda x: x > 2"', where, 1
        )
    return str(names[0])
