"""The rows of the table: what is tried, what counts, what ours has to reach, what holds it.

A module named `rows_*.py` in this folder has a list `ROWS`; `find_rows` puts them all together.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Row", "find_rows", "order_of", "pick_rows"]

#: A trial gets an empty directory and a size, "quick" or "full", and returns
#: `{"figure": short text, "numbers": {name: number}}`.
Trial = Callable[[str, str], dict[str, Any]]


@dataclass(frozen=True)
class Row:
    """One row.

    Attributes
    ----------
    number : str
        As in the table of design, "1"; text that sorts after the numbers for what has none.
    title : str
        What is tried, one line.
    trial : callable
        Runs in a child process, under the interpreter that is measured.
    unit : str
        What the figure counts, such as "lost of all acknowledged keys".
    goal : str
        The figure to reach, one line.
    at_most : dict
        For names among the numbers: the largest value with which ours reaches the goal.
    tests : tuple of str
        What holds the row for ever: "tests/folder/test_file.py" or "...py::test_name".
    note : str
        What a reader must know to understand the figures.
    """

    number: str
    title: str
    trial: Trial
    unit: str
    goal: str = ""
    at_most: dict[str, float] = field(default_factory=dict)
    tests: tuple[str, ...] = ()
    note: str = ""

    def is_reached(self, numbers: dict[str, float]) -> bool | None:
        """Tell whether numbers of ours reach the goal; None where the row has no number for it."""
        if not self.at_most:
            return None
        return all(numbers[name] <= limit for name, limit in self.at_most.items())


def order_of(number: str) -> tuple[int, str]:
    """Return the key that sorts rows by number, and those without one last."""
    digits = "".join(letter for letter in number if letter.isdecimal())
    return (int(digits) if number[:1].isdecimal() else 1000, number)


def find_rows() -> list[Row]:
    """Return all rows of all `rows_*.py`, sorted."""
    rows: list[Row] = []
    for path in sorted(Path(__file__).parent.glob("rows_*.py")):
        rows += importlib.import_module(path.stem).ROWS
    numbers = [row.number for row in rows]
    twice = {number for number in numbers if numbers.count(number) > 1}
    if twice:
        raise ValueError(f"rows given twice: {', '.join(sorted(twice))}")
    return sorted(rows, key=lambda row: order_of(row.number))


def pick_rows(words: list[str] | None) -> list[Row]:
    """Return the rows named by numbers or ranges such as "22-25"; all without words."""
    rows = find_rows()
    if not words:
        return rows
    wanted: list[Row] = []
    for word in words:
        first, _, last = word.partition("-")
        if first.isdecimal() and last.isdecimal():
            low, high = int(first), int(last)
            found = [row for row in rows if low <= order_of(row.number)[0] <= high]
        else:
            found = [row for row in rows if row.number == word]
        if not found:
            raise ValueError(f"no row {word!r}; there are: {', '.join(r.number for r in rows)}")
        wanted += [row for row in found if row not in wanted]
    return wanted
