"""Plain values as HTML: trees that fold, with the type of each value."""

from __future__ import annotations

from itertools import islice
from typing import Any, Final

from signac._core.markup import clipped, count_of, note, span, text_of

__all__ = ["cell", "extent", "tree"]

#: Entries of one mapping or list, and of a whole tree: a page stays small, whatever it shows.
_MOST_IN_ONE: Final = 100
_MOST_IN_ALL: Final = 300
#: What is nested deeper is counted, not shown.
_DEEPEST: Final = 12
#: Longer parts are closed at first.
_MOST_OPEN: Final = 25
_LONGEST_TEXT: Final = 400
_LONGEST_KEY: Final = 200
#: A list of few simple values is shown on one line, and so is the beginning of a longer one.
_MOST_ON_A_LINE: Final = 20
_LONGEST_LINE: Final = 72
_LONGEST_CELL: Final = 60
_HINTED: Final = 4


def tree(data: Any) -> str:
    """Return a mapping or list as nested lists that fold."""
    return _Tree().container(data, 0) if len(data) else note("empty")


def extent(data: Any) -> str:
    """Return how large a mapping or list is, in words."""
    if data.__class__ is dict:
        return count_of(len(data), "key")
    return count_of(len(data), "item")


def cell(value: Any) -> str:
    """Return a value for a table, on one line."""
    if value.__class__ is str:
        return clipped(value, _LONGEST_CELL)
    kind = value.__class__
    if kind is dict or kind is list:
        line = _line(value, _LONGEST_CELL)
        return note(f"{kind.__name__}, {extent(value)}") if line is None else line
    return _scalar(value)


class _Tree:
    """One tree, while it is made; counts how many entries there still may be."""

    def __init__(self) -> None:
        self.left = _MOST_IN_ALL

    def container(self, data: Any, depth: int) -> str:
        room = min(len(data), _MOST_IN_ONE, self.left)
        self.left -= room
        if data.__class__ is dict:
            pairs = [(_key(key), value) for key, value in list(islice(data.items(), room))]
        else:
            pairs = [(note(f"{i}"), value) for i, value in enumerate(data[:room])]
        rows = [f"<li>{self.entry(label, value, depth)}</li>" for label, value in pairs]
        if len(data) > room:
            rows.append(f"<li>{note(f'… {len(data) - room:,} more')}</li>")
        return f"<ul>{''.join(rows)}</ul>"

    def entry(self, label: str, value: Any, depth: int) -> str:
        kind = value.__class__
        if kind is not dict and kind is not list:
            return f"{label}: {_scalar(value)}{_type(value)}"
        line = _line(value, _LONGEST_LINE) if kind is list or not value else None
        if line is not None:
            return f"{label}: {line}{_type(value)}"
        hint = _hint(value)
        title = f"{label}{hint and f': {hint}'}{_type(value)}"
        if depth >= _DEEPEST or not self.left:
            return title
        is_open = " open" if depth < 1 and len(value) <= _MOST_OPEN else ""
        inside = self.container(value, depth + 1)
        return f"<details{is_open}><summary>{title}</summary>{inside}</details>"


def _key(key: Any) -> str:
    return span("key", clipped(str(key), _LONGEST_KEY))


def _type(value: Any) -> str:
    """Return the type of a value in small letters; that of None is no news."""
    if value is None:
        return ""
    words = type(value).__name__
    if value.__class__ is dict or value.__class__ is list:
        words += f", {extent(value)}"
    return " " + span("type", words)


def _scalar(value: Any) -> str:
    kind = value.__class__
    if kind is str:
        return span("string", f'"{clipped(value, _LONGEST_TEXT)}"')
    if kind is bool or value is None:
        return span("word", str(value))
    try:
        words = repr(value)
    except ValueError:  # more digits than Python prints
        words = "…"
    return span("number", clipped(words, _LONGEST_TEXT))


def _line(data: Any, most: int) -> str | None:
    """Return a mapping or list of few simple values as one line, None if it is not that."""
    if not data:
        return "{}" if data.__class__ is dict else "[]"
    if len(data) > _MOST_ON_A_LINE:
        return None
    is_mapping = data.__class__ is dict
    values = list(data.values()) if is_mapping else list(data)
    if any(value.__class__ is dict or value.__class__ is list for value in values):
        return None
    plain = [_plain(value) for value in values]
    length = sum(map(len, plain)) + 2 * len(plain)
    if is_mapping:
        length += sum(len(key) + 2 for key in data)
    if length > most:
        return None
    shown = [_scalar(value) for value in values]
    if not is_mapping:
        return f"[{', '.join(shown)}]"
    pairs = zip(data, shown, strict=True)
    return f"{{{', '.join(f'{text_of(key)}: {value}' for key, value in pairs)}}}"


def _plain(value: Any) -> str:
    """Return about what a simple value is shown as, for its length."""
    try:
        return str(value)
    except ValueError:
        return "…"


def _hint(data: Any) -> str:
    """Return the beginning of a list of numbers that is folded; nothing of other containers."""
    if data.__class__ is dict or any(
        value.__class__ is not int and value.__class__ is not float for value in data[:_HINTED]
    ):
        return ""
    shown = ", ".join(_scalar(value) for value in data[:_HINTED])
    return f"[{shown}, …]"
