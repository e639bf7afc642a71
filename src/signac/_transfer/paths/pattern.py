"""Read state points from paths, by a pattern such as ``a/{a:int}/b.c/{b.c}``."""

from __future__ import annotations

import os
import posixpath
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signac._transfer.paths.components import decode_component
from signac.errors import ImportArgumentError, PathSpecificationError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["PathPattern", "parse_pattern"]


class _Kind(NamedTuple):
    """What a field accepts, and the value it stands for."""

    accepts: str
    value: Callable[[str], Any]


def _text(name: str) -> str:
    return decode_component(name) if "%" in name else name


def _truth(name: str) -> bool:
    # peer: any other text counts as true.
    return name.lower() not in ("false", "0")


#: A value that `components.encode_component` had to change is read back; the released signac
#: takes no name with a percent sign.
_KINDS: Final = {
    "str": _Kind(r"(?:\w|%[0-9A-F]{2}|%empty|%str)+", _text),
    "int": _Kind(r"[+-]?[0-9]+", int),
    "float": _Kind(r"[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)", float),
    "bool": _Kind(r"\w+", _truth),
}
_FIELD: Final = re.compile(r"\{([\w.]+)(?::([a-z]+))?\}")


class PathPattern:
    """A pattern that was read: `parse` gives the state point that a path stands for."""

    __slots__ = ("_expression", "_fields")

    def __init__(self, expression: str, fields: list[tuple[list[str], _Kind]]) -> None:
        self._expression = re.compile(expression)
        self._fields = fields

    def parse(self, path: str) -> dict[str, Any] | None:
        """Return the state point of a path with ``/``; None if the pattern does not match it."""
        found = self._expression.fullmatch(path)
        if found is None:
            return None
        statepoint: dict[str, Any] = {}
        for (keys, kind), text in zip(self._fields, found.groups(), strict=True):
            inner = statepoint
            for key in keys[:-1]:
                inner = inner.setdefault(key, {})
            try:
                inner[keys[-1]] = kind.value(text)
            except (ValueError, PathSpecificationError):  # too many digits, or only a beginning
                return None
        return statepoint


def parse_pattern(pattern: str, origin: str | None = None) -> PathPattern:
    """Read a pattern: text, and fields ``{key}`` or ``{key:type}``.

    Parameters
    ----------
    pattern : str
        Relative to the origin. Dots in a key lead to nested mappings. Types are ``str`` (letters,
        digits and underscores; the default), ``int``, ``float`` and ``bool``. Everything outside
        fields must be there as it is.
    origin : str, optional
        The directory that paths are relative to; the pattern may begin with it.

    Raises
    ------
    ImportArgumentError
        When there is no field, two fields have the same key, or a type is unknown.

    Examples
    --------
    >>> from signac._transfer.paths.pattern import parse_pattern
    >>> parse_pattern("a/{a:int}/b.c/{b.c}").parse("a/5/b.c/x")
    {'a': 5, 'b': {'c': 'x'}}
    """
    text = _relative(pattern, origin)
    expression, fields, end = "", [], 0
    for field in _FIELD.finditer(text):
        kind = _KINDS.get(field[2] or "str")
        if kind is None:
            raise ImportArgumentError(
                f"the type {field[2]!r} in the schema {pattern!r} is unknown; use "
                f"{', '.join(_KINDS)}"
            )
        expression += re.escape(text[end : field.start()]) + f"({kind.accepts})"
        fields.append((field[1].split("."), kind))
        end = field.end()
    if not fields:
        raise ImportArgumentError(
            f"the schema {pattern!r} has no field, so it gives no state point; write for example "
            "'a/{a:int}', or leave the schema out to read the state point files"
        )
    _require_apart([keys for keys, _ in fields], pattern)
    return PathPattern(expression + re.escape(text[end:]), fields)


def _relative(pattern: str, origin: str | None) -> str:
    """Return the part of a pattern below the origin, without what does not matter in paths."""
    text = posixpath.normpath(pattern.replace(os.sep, "/") if os.sep != "/" else pattern)
    if origin is None:
        return text
    for start in (os.path.normpath(origin), os.path.abspath(origin)):
        start = start.replace(os.sep, "/").rstrip("/") + "/"
        if text.startswith(start) and start != "./":
            return text[len(start) :]
    return text


def _require_apart(names: list[list[str]], pattern: str) -> None:
    """Raise if a key occurs twice, or is a value here and a mapping there."""
    for number, one in enumerate(names):
        for other in names[number + 1 :]:
            shorter = min(len(one), len(other))
            if one[:shorter] == other[:shorter]:
                keys = sorted({".".join(one), ".".join(other)})
                raise ImportArgumentError(
                    f"in the schema {pattern!r} the key {' and '.join(map(repr, keys))} can have "
                    "one value only; give each key one field"
                )
