"""A segment: rows in the order of their ids, and for each key the rows that have each value.

A search in it reads a few blocks: two bisections find where equal values begin and end, and the
row numbers between lie side by side.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any, Final

from signac._core import jsonfile
from signac._index.build import FORMAT
from signac._index.grouping import KINDS
from signac._index.pages import DamagedIndexError, Pages

if TYPE_CHECKING:
    from array import array
    from collections.abc import Sequence

__all__ = ["ID_SIZE", "STAMP_SIZE", "Column", "Segment", "parse", "parse_rows"]

ID_SIZE: Final = 16
STAMP_SIZE: Final = 40
#: Decoded values kept in memory for each segment.
_MOST_DECODED: Final = 100_000
#: Larger than any file or number of rows.
_LARGEST: Final = 2**62
#: What values of each of `grouping.KINDS` are.
_TYPES: Final[dict[str, frozenset[type]]] = {
    "null": frozenset({type(None)}),
    "number": frozenset({bool, int, float}),
    "nan": frozenset({float}),
    "string": frozenset({str}),
    "list": frozenset({list}),
    "empty": frozenset({dict}),
    "mapping": frozenset({dict}),
}


class Column:
    """The values of one key, sorted by kind and value, and the rows that have them.

    Attributes
    ----------
    path : tuple of str
        The key.
    bounds : dict
        For each of `grouping.KINDS`, where its values begin and end.
    rows : int
        How many rows have the key.
    """

    def __init__(self, segment: Segment, path: tuple[str, ...], entry: list[Any]) -> None:
        counts, (text, begins), self._offsets, self._rows = entry
        _require_numbers(*counts, text, begins, self._offsets, self._rows)
        self._texts: tuple[int, int] = (text, begins)
        self.path = path
        self._segment = segment
        self._pages = segment.pages
        self.bounds: dict[str, tuple[int, int]] = {}
        start = 0
        for kind, count in zip(KINDS, counts, strict=True):
            self.bounds[kind] = (start, start + count)
            start += count
        self.size = start
        self._decoded: dict[tuple[int, int], list[Any]] = {}

    def value(self, number: int) -> Any:
        """Return one distinct value."""
        text, begins = self._texts
        start, end = self._pages.numbers_at(begins + 4 * number, 2)
        found = parse(self._pages.read(text + start, end - start - 1))
        self._check([found], number, number + 1)
        return found

    def values(self, low: int, high: int) -> list[Any]:
        """Return distinct values; the list is shared and not to be changed."""
        if low >= high:
            return []
        known = self._decoded.get((low, high))
        if known is None:
            text, begins = self._texts
            start = self._pages.numbers_at(begins + 4 * low, 1)[0]
            end = self._pages.numbers_at(begins + 4 * high, 1)[0]
            joined = self._pages.read(text + start, end - start - 1)
            known = parse(b"".join((b"[", joined, b"]")))
            if len(known) != high - low:
                raise DamagedIndexError("a column does not hold what its directory says")
            self._check(known, low, high)
            if self._segment.may_keep(len(known)):
                self._decoded[low, high] = known
        return known

    def _check(self, values: list[Any], low: int, high: int) -> None:
        """Hold that values are of the kinds that the directory says: they will be compared."""
        types: set[type] = set()
        for kind, (start, end) in self.bounds.items():
            if start < high and low < end:
                types |= _TYPES[kind]
        if not types.issuperset(map(type, values)):
            raise DamagedIndexError("a column holds values of another kind than it says")

    def find(self, kind: str, value: Any) -> tuple[int, int]:
        """Return where the values of a kind that equal `value` begin and end."""
        low, high = self.bounds[kind]
        known = self._decoded.get((low, high))
        begin = self._bisect(low, high, value, known)
        end = begin
        # 1, 1.0 and True are equal and lie side by side; there are never more of one value.
        while end < high and (known[end - low] if known else self.value(end)) == value:
            end += 1
        return begin, end

    def find_first(self, kind: str, value: Any, *, after: bool) -> int:
        """Return where values not less than `value` begin, or, with `after`, greater ones."""
        low, high = self.bounds[kind]
        if after:
            return self.find(kind, value)[1]
        return self._bisect(low, high, value, self._decoded.get((low, high)))

    def _bisect(self, low: int, high: int, value: Any, known: list[Any] | None) -> int:
        if known is not None:
            return low + bisect_left(known, value)
        while low < high:
            middle = (low + high) // 2
            if self.value(middle) < value:
                low = middle + 1
            else:
                high = middle
        return low

    def rows_of(self, low: int, high: int) -> array[int]:
        """Return the rows that have the distinct values from `low` to `high`."""
        start = self._pages.numbers_at(self._offsets + 4 * low, 1)[0]
        end = self._pages.numbers_at(self._offsets + 4 * high, 1)[0]
        return self._pages.numbers_at(self._rows + 4 * start, end - start)

    def all_rows(self) -> array[int]:
        """Return all rows that have the key."""
        return self.rows_of(0, self.size)

    def offsets(self) -> array[int]:
        """Return where the rows of each distinct value begin, and the end of the last."""
        return self._pages.numbers_at(self._offsets, self.size + 1)

    @property
    def rows(self) -> int:
        """How many rows have the key."""
        return int(self._pages.numbers_at(self._offsets + 4 * self.size, 1)[0])


class Segment:
    """One immutable file of the index, or the same bytes in memory.

    Attributes
    ----------
    rows : int
        How many rows it has.
    wide : frozenset of tuple
        Keys of mappings with too many names for a column each.

    Raises
    ------
    DamagedIndexError
        When it is not what was written; from every method.
    OSError
        When it is not there.
    """

    def __init__(self, source: str | bytes) -> None:
        self.pages = Pages(source)
        start, length = self.pages.numbers
        directory = parse(self.pages.read(start, length))
        try:
            self._take(directory)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DamagedIndexError(f"the index has another form: {error!r}") from None
        self._columns: dict[tuple[str, ...], Column] = {}
        self._budget = _MOST_DECODED

    def _take(self, directory: dict[str, Any]) -> None:
        if directory["format"] != FORMAT:
            raise ValueError(directory["format"])
        self.rows: int = directory["rows"]
        self._ids: int = directory["ids"]
        self._texts, self._begins = directory["texts"]
        self._stamps: int | None = directory.get("stamps")
        _require_numbers(self.rows, self._ids, self._texts, self._begins, self._stamps or 0)
        self._entries = {_path(entry[0]): entry[1:] for entry in directory["columns"]}
        self.wide = frozenset(map(_path, directory["wide"]))

    def may_keep(self, count: int) -> bool:
        """Take from what may be kept in memory, if it suffices."""
        if count > self._budget:
            return False
        self._budget -= count
        return True

    def is_wide(self, path: tuple[str, ...]) -> bool:
        """Tell whether a key has no column because it is one of too many; then rows tell."""
        return bool(self.wide) and any(
            path[:i] in self.wide and path[: i + 1] not in self._entries for i in range(len(path))
        )

    def paths(self) -> list[tuple[str, ...]]:
        """Return all keys, those of mappings and of what they hold."""
        return list(self._entries)

    def column(self, path: tuple[str, ...]) -> Column | None:
        """Return the values of a key, None if no row has it."""
        column = self._columns.get(path)
        if column is None:
            entry = self._entries.get(path)
            if entry is None:
                return None
            try:
                column = self._columns[path] = Column(self, path, entry)
            except (TypeError, ValueError) as error:
                raise DamagedIndexError(f"a column has another form: {error!r}") from None
        return column

    def ids(self) -> bytes:
        """Return the ids of all rows, 16 bytes each, in order."""
        return self.pages.read(self._ids, ID_SIZE * self.rows)

    def id_at(self, row: int) -> bytes:
        """Return one id."""
        return self.pages.read(self._ids + ID_SIZE * row, ID_SIZE)

    def stamps(self) -> bytes:
        """Return the stamps of all rows, `STAMP_SIZE` bytes each."""
        if self._stamps is None:
            raise DamagedIndexError("a segment of documents has no stamps")
        return self.pages.read(self._stamps, STAMP_SIZE * self.rows)

    def first_row(self, key: bytes) -> int:
        """Return the first row whose id is not less than `key`."""
        low, high = 0, self.rows
        while low < high:
            middle = (low + high) // 2
            if self.id_at(middle) < key:
                low = middle + 1
            else:
                high = middle
        return low

    def text(self, row: int) -> bytes:
        """Return the JSON text of one row."""
        start, end = self.pages.numbers_at(self._begins + 4 * row, 2)
        return self.pages.read(self._texts + start, end - start)

    def texts(self, rows: Sequence[int]) -> list[bytes]:
        """Return the JSON texts of some rows; rows that follow one another are read at once."""
        if not rows:
            return []
        low, high = min(rows), max(rows) + 1
        if high - low > 4 * len(rows):
            return [self.text(row) for row in rows]
        begins = self.pages.numbers_at(self._begins + 4 * low, high - low + 1)
        first = begins[0]
        data = self.pages.read(self._texts + first, begins[-1] - first)
        return [data[begins[r - low] - first : begins[r - low + 1] - first] for r in rows]


def parse(text: bytes) -> Any:
    """Parse JSON text of an index.

    Raises
    ------
    DamagedIndexError
        When it is not JSON.
    """
    try:
        return jsonfile.parse(text)
    except ValueError as error:
        raise DamagedIndexError(f"a value cannot be parsed: {error}") from None


def parse_rows(texts: list[bytes]) -> list[dict[str, Any]]:
    """Parse JSON texts of an index, each a mapping.

    perf: one text for all is parsed in half the time (compare.py, iterate-sp).

    Raises
    ------
    DamagedIndexError
        When one is something else.
    """
    rows: list[dict[str, Any]] = parse(b"[%b]" % b",".join(texts))
    if len(rows) != len(texts) or not {dict}.issuperset(map(type, rows)):
        raise DamagedIndexError("a row is not a mapping")
    return rows


def _require_numbers(*values: Any) -> None:
    for value in values:
        if type(value) is not int or not 0 <= value < _LARGEST:
            raise ValueError(f"{value!r:.60} is not a number of bytes or rows")


def _path(names: Any) -> tuple[str, ...]:
    path = tuple(names)
    if type(names) is not list or not {str}.issuperset(map(type, path)):
        raise ValueError(f"{names!r:.60} is not a key")
    return path
