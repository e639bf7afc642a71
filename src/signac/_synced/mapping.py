"""The live dictionary."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, Mapping, MutableMapping, ValuesView
from typing import Any

from signac._synced.attributes import AttributeAccess
from signac._synced.node import KeyFirst, Node, change, child, convert, plain_of
from signac.errors import InvalidInputError, InvalidKeyError, KeyTypeError

__all__ = ["SyncedDict"]


class SyncedDict(AttributeAccess, Node, MutableMapping[str, Any]):
    """A dictionary in a file: every change is written at once, every look is up to date.

    Keys are strings without dots, and attributes too: ``x.a.b`` is ``x["a"]["b"]``. Nested
    mappings and lists are live as well. Calling it, ``x()``, gives an independent plain ``dict``.
    """

    __slots__ = ("__dict__", "__weakref__")

    def __getitem__(self, key: str) -> Any:
        self.__root__.refresh()
        value = self.__data__[key]
        kind = value.__class__
        if kind is dict or kind is list:
            return child(self, key, value)
        return value

    def __setitem__(self, key: str, value: Any) -> None:
        name = check_key(key)
        plain = convert(self, value, name)

        def assign(data: dict[str, Any]) -> None:
            data[name] = plain

        change(self, assign, plain, replaced=name)

    def __delitem__(self, key: str) -> None:
        def delete(data: dict[str, Any]) -> None:
            del data[key]

        change(self, delete)

    def __iter__(self) -> Iterator[str]:
        self.__root__.refresh()
        return iter(self.__data__)

    def __contains__(self, key: object) -> bool:
        self.__root__.refresh()
        return key in self.__data__

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Node):
            other = plain_of(other)
        elif not isinstance(other, Mapping):
            return NotImplemented
        self.__root__.refresh()
        return bool(self.__data__ == other)

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of a key, or `default` when it is missing."""
        self.__root__.refresh()
        value = self.__data__.get(key, default)
        kind = value.__class__
        if (kind is dict or kind is list) and value is not default:
            return child(self, key, value)
        return value

    def values(self) -> ValuesView[Any]:
        """Return the values as they are now, nested ones as plain ``dict`` and ``list``."""
        return dict.values(plain_of(self))

    def items(self) -> ItemsView[str, Any]:
        """Return the items as they are now, nested values as plain ``dict`` and ``list``."""
        return dict.items(plain_of(self))

    def pop(self, key: str, default: Any = None) -> Any:
        """Remove a key and return its value, or `default` when it is missing."""

        def take(data: dict[str, Any]) -> Any:
            if key not in data:
                return default
            value = child(self, key, data[key])
            del data[key]
            return value

        return change(self, take)

    def popitem(self) -> tuple[str, Any]:
        """Remove and return the last item."""

        def take(data: dict[str, Any]) -> tuple[str, Any]:
            if not data:
                raise KeyError("popitem(): the mapping is empty")
            key = next(reversed(data))
            value = child(self, key, data[key])
            del data[key]
            return key, value

        return change(self, take)

    def setdefault(self, key: str, default: Any = None) -> Any:
        """Return the value of a key, which is set to `default` first when it is missing."""
        self.__root__.refresh()
        if key in self.__data__:
            return self[key]
        name = check_key(key)
        plain = convert(self, default, name)

        def assign(data: dict[str, Any]) -> None:
            data.setdefault(name, plain)

        change(self, assign, plain)
        return self[name]

    def clear(self) -> None:
        """Remove all keys."""
        change(self, dict.clear, blind=self is self.__root__.node)

    def update(self, other: Any = None, /, **keywords: Any) -> None:
        """Set several keys in one change: all of them, or none when one is refused.

        Parameters
        ----------
        other : mapping or iterable of pairs, optional
            Keys and values.
        **keywords
            More keys; they win over `other`.
        """
        if "other" in keywords and other is None and isinstance(keywords["other"], Mapping):
            other = keywords.pop("other")  # peer: the argument has this name there
        plain = convert(self, dict(other or (), **keywords))

        def merge(data: dict[str, Any]) -> None:
            for key, value in plain.items():
                data[key] = merge_order(data.get(key), value)

        change(self, merge, plain)

    def reset(self, data: Any) -> None:
        """Replace the whole contents by those of a mapping; keys that stay keep their order.

        Raises
        ------
        ValueError
            When `data` is not a mapping.
        """
        plain = require_mapping(convert(self, data), data, self.__root__.name)

        def replace(current: dict[str, Any]) -> None:
            merged = merge_order(current, plain)
            current.clear()
            current.update(merged)

        change(self, replace, plain, blind=self is self.__root__.node)

    @KeyFirst
    def transaction(self) -> Any:
        """Make several changes one: ``with job.doc.transaction() as doc: ...``.

        Inside the block nobody else, thread or process, can change the file. At its end all
        changes are written at once, or none if the block raised. Blocks may be nested.

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project:
        ...     job = project.open_job({"a": 0})
        ...     with job.doc.transaction() as doc:
        ...         doc.n = doc.get("n", 0) + 1
        ...         doc.done = True
        ...     print(job.doc)
        {'n': 1, 'done': True}
        """
        return self.__root__.transaction()


def check_key(key: Any) -> str:
    """Return a key as plain ``str``, or raise if it cannot be one."""
    if type(key) is not str:
        if not isinstance(key, str):
            hash(key)  # peer: an unhashable key is a plain TypeError
            raise KeyTypeError(f"the key {key!r} is a {type(key).__name__}; keys must be strings")
        key = str.__str__(key)
    if "." in key:
        raise InvalidKeyError(
            f"the key {key!r} holds a dot; dots separate nested keys, use a nested mapping "
            "or another character"
        )
    return key  # type: ignore[no-any-return]


def require_mapping(plain: Any, data: Any, name: str) -> Any:
    """Return the plain form of `data` if it can be the whole contents of a dictionary."""
    if plain.__class__ is dict:
        return plain
    raise InvalidInputError(
        f"{name}: {type(data).__name__} cannot be its whole contents; give a mapping"
    )


def merge_order(old: Any, new: Any) -> Any:
    """Return `new` with the keys it shares with `old` in the order they had there."""
    if old.__class__ is not dict or new.__class__ is not dict:
        return new
    merged = {key: merge_order(value, new[key]) for key, value in old.items() if key in new}
    for key, value in new.items():
        merged.setdefault(key, value)
    return merged
