"""Tables and values as text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from signac.errors._base import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = [
    "format_columns",
    "format_mapping",
    "format_pretty",
    "human_size",
    "plain",
    "print_table",
    "short",
]

_LONGEST_CELL = 60


def format_mapping(
    value: Any, *, pretty: int | None, indent: int | None, sort: bool = False
) -> str:
    """Return a mapping as Python values down to a depth, or as JSON."""
    if pretty:
        return format_pretty(value, pretty)
    return json.dumps(value, indent=indent, sort_keys=sort)


def format_pretty(value: Any, depth: int | None) -> str:
    """Return a mapping as Python values, sorted and wrapped at 80 columns."""
    from pprint import pformat  # perf: 10 ms, which a list of ids does not need

    return pformat(value, depth=depth)


def human_size(number: float) -> str:
    """Return a number of bytes in the largest unit that leaves a digit before the point.

    Examples
    --------
    >>> from signac.cli.output import human_size
    >>> human_size(512), human_size(1536)
    ('512.0 B', '1.5 KiB')
    """
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if abs(number) < 1024:
            return f"{number:.1f} {unit}"
        number /= 1024
    return f"{number:.1f} PiB"


def plain(value: Any) -> str:
    """Return a value as one line: text as it is, anything else as JSON, nothing for None."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def short(value: Any) -> str:
    """Return a value for a cell of a table that a person looks at."""
    if value.__class__ is float:
        return f"{value:.6g}"
    text = visible(" ⏎ ".join(line.strip() for line in plain(value).splitlines()))
    return text if len(text) <= _LONGEST_CELL else f"{text[: _LONGEST_CELL - 1]}…"


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], *, numbers: Iterable[str] = ()
) -> None:
    """Write a table to standard output, as wide as the terminal.

    Parameters
    ----------
    numbers : iterable of str
        The columns that are aligned on the right.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for name in columns:
        right = name in set(numbers)
        table.add_column(Text(visible(name)), justify="right" if right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(short(cell)) for cell in row))
    Console(highlight=False).print(table)


def format_columns(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Yield a table as plain lines, for those who do not look at a terminal."""
    cells = [list(columns), *(list(map(plain, row)) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        text = "  ".join(f"{cell:{width}}" for cell, width in zip(line, widths, strict=True))
        yield text.rstrip()
