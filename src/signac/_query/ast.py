"""The tree of a filter: frozen nodes, made once by the parser, read by every evaluator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "EVERYTHING",
    "MISSING",
    "And",
    "Key",
    "Namespace",
    "Not",
    "Or",
    "Query",
    "Test",
    "iter_tests",
    "uses_documents",
]

Namespace = Literal["sp", "doc"]


class _Missing:
    """The value of a key that is not there; not the same as ``None``."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "MISSING"

    def __reduce__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()


class Key(NamedTuple):
    """A place in the state point or in the document."""

    namespace: Namespace
    path: tuple[str, ...]

    def __str__(self) -> str:
        return ".".join((self.namespace, *self.path))


class _Node:
    """A frozen node, equal to another with the same fields."""

    # perf: `dataclasses` takes 5 ms to import, a tenth of a whole search as a process.
    __slots__ = ()
    _compared: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and _fields(other) == _fields(self)

    def __hash__(self) -> int:
        return hash((type(self).__name__, len(self._compared)))

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._compared)
        return f"{type(self).__name__}({shown})"

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")


class Test(_Node):
    """One condition on the value of one key.

    Attributes
    ----------
    key : Key
        The place of the value.
    operator : str
        ``"eq"``, ``"ne"``, ``"lt"``, ``"lte"``, ``"gt"``, ``"gte"``, ``"in"``, ``"nin"``,
        ``"regex"``, ``"type"``, ``"where"``, ``"near"`` or ``"exists"``.
    argument : Any
        What the operator was given, as plain JSON; the callable or its text for ``where``.
    accept : callable
        Tells whether a value that is present satisfies the condition. It takes any plain JSON
        value, mappings included. For ``exists`` it is not asked: presence decides.
    sees_mappings : bool
        Whether the answer depends on what a mapping holds. If not, all mappings that are not empty
        get the same answer.
    """

    __slots__ = ("accept", "argument", "key", "operator", "sees_mappings")
    _compared = ("key", "operator", "argument")

    key: Key
    operator: str
    argument: Any
    accept: Callable[[Any], bool]
    sees_mappings: bool

    def __init__(
        self,
        key: Key,
        operator: str,
        argument: Any,
        accept: Callable[[Any], bool],
        *,
        sees_mappings: bool = False,
    ) -> None:
        _set(self, key=key, operator=operator, argument=argument, accept=accept)
        _set(self, sees_mappings=sees_mappings)


class And(_Node):
    """All parts hold; without parts it always holds."""

    __slots__ = ("parts",)
    _compared = ("parts",)

    parts: tuple[Query, ...]

    def __init__(self, parts: tuple[Query, ...]) -> None:
        _set(self, parts=parts)


class Or(_Node):
    """At least one part holds."""

    __slots__ = ("parts",)
    _compared = ("parts",)

    parts: tuple[Query, ...]

    def __init__(self, parts: tuple[Query, ...]) -> None:
        _set(self, parts=parts)


class Not(_Node):
    """The part does not hold."""

    __slots__ = ("part",)
    _compared = ("part",)

    part: Query

    def __init__(self, part: Query) -> None:
        _set(self, part=part)


Query = Test | And | Or | Not


def iter_tests(query: Query) -> Iterator[Test]:
    """Yield the conditions of a filter, from left to right."""
    if isinstance(query, Test):
        yield query
    elif isinstance(query, Not):
        yield from iter_tests(query.part)
    else:
        for part in query.parts:
            yield from iter_tests(part)


def uses_documents(query: Query) -> bool:
    """Tell whether documents are needed to decide."""
    return any(test.key.namespace == "doc" for test in iter_tests(query))


def _set(node: _Node, **fields: Any) -> None:
    for name, value in fields.items():
        object.__setattr__(node, name, value)


def _fields(node: Any) -> list[Any]:
    return [getattr(node, name) for name in node._compared]  # noqa: SLF001  # of this module


EVERYTHING: Final = And(())
