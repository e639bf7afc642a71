"""The live list."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, MutableSequence, Sequence
from typing import Any

from signac._synced.node import Node, change, child, convert, plain_of
from signac.errors import InvalidInputError

__all__ = ["SyncedList"]


class SyncedList(Node, MutableSequence[Any]):
    """A list in a document: every change is written at once, every look is up to date.

    Nested mappings and lists are live. A slice is a plain ``list`` whose containers are live.
    Calling it gives an independent plain ``list``.
    """

    __slots__ = ("__dict__", "__weakref__")

    def __getitem__(self, index: Any) -> Any:
        self.__root__.refresh()
        value = self.__data__[index]
        if index.__class__ is slice:
            return [child(self, id(item), item) for item in value]
        return child(self, id(value), value)

    def __setitem__(self, index: Any, value: Any) -> None:
        if isinstance(index, slice):
            value = list(value)
        plain = convert(self, value, f"[{index}]")

        def assign(data: list[Any]) -> None:
            data[index] = plain

        change(self, assign, plain)

    def __delitem__(self, index: Any) -> None:
        def delete(data: list[Any]) -> None:
            del data[index]

        change(self, delete)

    def __iter__(self) -> Iterator[Any]:
        self.__root__.refresh()
        index = 0
        while index < len(self.__data__):
            value = self.__data__[index]
            yield child(self, id(value), value)
            index += 1

    def __reversed__(self) -> Iterator[Any]:
        self.__root__.refresh()
        for value in reversed(self.__data__):
            yield child(self, id(value), value)

    def __contains__(self, value: object) -> bool:
        return value in plain_of(self)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, SyncedList):
            other = plain_of(other)
        elif not isinstance(other, list):
            return NotImplemented
        self.__root__.refresh()
        return bool(self.__data__ == other)

    def __lt__(self, other: Any) -> bool:
        return plain_of(self) < _as_list(other) if _is_list(other) else NotImplemented

    def __le__(self, other: Any) -> bool:
        return plain_of(self) <= _as_list(other) if _is_list(other) else NotImplemented

    def __gt__(self, other: Any) -> bool:
        return plain_of(self) > _as_list(other) if _is_list(other) else NotImplemented

    def __ge__(self, other: Any) -> bool:
        return plain_of(self) >= _as_list(other) if _is_list(other) else NotImplemented

    def __iadd__(self, values: Iterable[Any]) -> SyncedList:
        self.extend(values)
        return self

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        import numpy

        return numpy.array(plain_of(self), dtype=dtype)

    def insert(self, index: int, value: Any) -> None:
        """Insert a value before an index."""
        plain = convert(self, value, f"[{index}]")
        change(self, lambda data: data.insert(index, plain), plain)

    def append(self, value: Any) -> None:
        """Add a value at the end."""
        plain = convert(self, value, "[-1]")
        change(self, lambda data: data.append(plain), plain)

    def extend(self, values: Iterable[Any]) -> None:
        """Add several values at the end, in one change."""
        plain = convert(self, list(values))
        change(self, lambda data: data.extend(plain), plain)

    def pop(self, index: int = -1) -> Any:
        """Remove and return the value at an index."""

        def take(data: list[Any]) -> Any:
            value = data[index]
            taken = child(self, id(value), value)
            del data[index]
            return taken

        return change(self, take)

    def remove(self, value: Any) -> None:
        """Remove the first item that equals a value."""
        plain = convert(self, value)
        change(self, lambda data: data.remove(plain))

    def reverse(self) -> None:
        """Reverse the order."""
        change(self, list.reverse)

    def index(self, value: Any, start: int = 0, stop: int = sys.maxsize) -> int:
        """Return the index of the first item that equals a value."""
        return int(plain_of(self).index(_plain(value), start, stop))

    def count(self, value: Any) -> int:
        """Count the items that equal a value."""
        return int(plain_of(self).count(_plain(value)))

    def clear(self) -> None:
        """Remove all items."""
        change(self, list.clear)

    def reset(self, data: Any) -> None:
        """Replace the whole contents by those of a sequence.

        Raises
        ------
        ValueError
            When `data` is not a list or another sequence.
        """
        name = self.__root__.name
        plain = convert(self, data) if _may_be_sequence(data) else None
        if plain.__class__ is not list:
            raise InvalidInputError(
                f"{name}: {type(data).__name__} cannot be the whole contents of a list"
            )

        def replace(current: list[Any]) -> None:
            current[:] = plain

        change(self, replace, plain)


def _may_be_sequence(data: Any) -> bool:
    if isinstance(data, (str, Mapping)):
        return False
    return isinstance(data, Sequence) or hasattr(data, "dtype")


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, SyncedList))


def _as_list(value: Any) -> list[Any]:
    return list(plain_of(value)) if isinstance(value, SyncedList) else list(value)


def _plain(value: Any) -> Any:
    return plain_of(value) if isinstance(value, Node) else value
