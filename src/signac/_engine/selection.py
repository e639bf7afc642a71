"""The jobs that a search found, with the values of their keys."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate, chain, islice, repeat
from operator import sub
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from signac._core import jsonfile
from signac._core.collector import pausing_collector
from signac._index.build import Builder
from signac._index.columns import counts, leaf_keys, pick
from signac._index.pages import DamagedIndexError
from signac._index.parts import Part
from signac._index.segment import Segment, parse_rows
from signac._query.ast import MISSING
from signac.errors import JobsCorruptedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from signac._index.segment import Column
    from signac._index.views import DocumentView
    from signac._query.ast import Key, Namespace

__all__ = ["Selection", "Shelf"]

T = TypeVar("T")

#: State points that are fetched from the index together.
_BATCH: Final = 500


class Shelf:
    """The state points of some rows of a segment: all of them are fetched when one is needed.

    If not `together`, each is fetched alone, because they are not needed one after the other.
    """

    __slots__ = ("_segment", "_together", "_values", "rows")

    def __init__(self, segment: Segment, rows: Sequence[int], *, together: bool = True) -> None:
        self._segment = segment
        self._together = together
        self._values: list[dict[str, Any] | None] | None = None
        self.rows = rows

    def text(self, position: int) -> bytes:
        """Return the JSON text of the row at a position in `rows`."""
        return self._segment.text(self.rows[position])

    def statepoint(self, position: int) -> dict[str, Any]:
        """Return the state point of the row at a position, a new one each time."""
        value: dict[str, Any] | None = None
        if self._values is None and self._together:
            self._values = list(parse_rows(self._segment.texts(self.rows)))
        if self._values is not None:
            value, self._values[position] = self._values[position], None
        if value is None:
            value = parse_rows([self.text(position)])[0]
        return value


class Renewable(Protocol):
    """What a selection needs of the project that it belongs to."""

    def document_views(self, parts: Sequence[Part]) -> list[DocumentView]:
        """Return the documents of parts of the index."""

    def find_again(self, ids: list[str]) -> Selection:
        """Return the same jobs from an index that is made anew."""


class Selection:
    """Some jobs of a project, in an order, at the time of a search.

    Their state points are those of that time; documents too if it looked at them, otherwise they
    are as they are when they are asked for. Should a file of the index turn out to be damaged, what
    is asked for is read anew.

    Parameters
    ----------
    source : Renewable
        Gives the documents, and the same jobs again should the index turn out to be damaged.
    chunks : sequence of (Part, sequence of int)
        Rows of the index.
    order : list of int, optional
        The order of the jobs: positions among all rows of the chunks, one chunk after the other.
    problems : dict, optional
        Damaged jobs that the search left out, and why.
    views : list of DocumentView, optional
        The documents of each chunk; without, they are looked at when they are asked for.
    """

    def __init__(
        self,
        source: Renewable,
        chunks: Sequence[tuple[Part, Sequence[int]]],
        order: list[int] | None = None,
        problems: dict[str, Exception] | None = None,
        views: list[DocumentView] | None = None,
    ) -> None:
        self.problems = problems or {}
        self._kept_views = views
        self._source = source
        self._chunks = chunks
        self._order = order
        self._ids: list[str] | None = None

    @property
    def ids(self) -> list[str]:
        """The ids of the jobs."""
        if self._ids is None:
            self._ids = self._arrange([part.hex_ids(rows) for part, rows in self._chunks])
        return self._ids

    def __len__(self) -> int:
        if self._order is not None:
            return len(self._order)
        return sum(len(rows) for _, rows in self._chunks)

    def require_sound(self) -> None:
        """Raise if jobs were left out because they cannot be read.

        Raises
        ------
        JobsCorruptedError
            Names all of them, and what is wrong.
        """
        if self.problems:
            told = {job_id: str(error) for job_id, error in self.problems.items()}
            raise JobsCorruptedError(told, told)

    def subset(self, positions: Iterable[int]) -> Selection:
        """Return the jobs at these positions, in this order."""
        order = self._order
        chosen = [order[i] for i in positions] if order is not None else list(positions)
        if len(self._chunks) == 1:
            part, rows = self._chunks[0]
            chunk = (part, [rows[i] for i in chosen])
            return Selection(self._source, [chunk], None, self.problems, self._kept_views)
        ends = list(accumulate(len(rows) for _, rows in self._chunks))
        taken: list[list[int]] = [[] for _ in ends]
        found = []
        for position in chosen:
            number = bisect_right(ends, position)
            rows = self._chunks[number][1]
            found.append((number, len(taken[number])))
            taken[number].append(rows[position - ends[number]])  # counted from the end
        begins = list(accumulate(map(len, taken), initial=0))
        chunks = [(part, rows) for (part, _), rows in zip(self._chunks, taken, strict=True)]
        order = [begins[number] + index for number, index in found]
        return Selection(self._source, chunks, order, self.problems, self._kept_views)

    def values(self, key: Key) -> list[Any]:
        """Return the value of one key for each job, `MISSING` where it is absent."""
        return self._surely(lambda: self._values(key))

    def tally(self, key: Key) -> list[tuple[Any, int]]:
        """Return the distinct values of a leaf key and how many jobs have each.

        ``1``, ``1.0`` and ``True`` are distinct; mappings that are not empty are no values.
        """
        return self._surely(lambda: self._tally(key))

    def keys(self, namespace: Namespace) -> dict[tuple[str, ...], int]:
        """Return the leaf keys and how many jobs have each; an empty mapping is a leaf."""
        return self._surely(lambda: self._keys(namespace))

    def statepoints(self) -> Iterator[dict[str, Any]]:
        """Yield the state point of each job."""
        return self._each(lambda: (shelf.statepoint(i) for shelf, i in self.places()))

    def texts(self) -> Iterator[bytes]:
        """Yield the state point of each job as JSON text."""
        return self._each(lambda: (shelf.text(i) for shelf, i in self.places()))

    def documents(self) -> Iterator[dict[str, Any]]:
        """Yield the document of each job, an empty one where there is none."""
        return self._each(self._documents)

    def places(self) -> Iterator[tuple[Shelf, int]]:
        """Yield for each job where the text of its state point is, without reading it."""
        if self._order is None:
            for part, rows in self._chunks:
                for start in range(0, len(rows), _BATCH):
                    shelf = Shelf(part.segment, rows[start : start + _BATCH])
                    for position in range(len(shelf.rows)):
                        yield shelf, position
            return
        shelves = [Shelf(part.segment, rows, together=False) for part, rows in self._chunks]
        ends = list(accumulate(len(rows) for _, rows in self._chunks))
        for position in self._order:
            number = bisect_right(ends, position)
            shelf = shelves[number]
            yield shelf, position - ends[number] + len(shelf.rows)

    def openings(self) -> list[tuple[str, tuple[Shelf, int]]]:
        """Return id and place of each job, for those who take jobs out of order."""
        found = []
        for part, rows in self._chunks:
            shelf = Shelf(part.segment, rows, together=False)
            places = zip(repeat(shelf), range(len(rows)), strict=False)
            found.append(list(zip(part.hex_ids(rows), places, strict=True)))
        return self._arrange(found)

    def sorted_openings(
        self, key: Key
    ) -> tuple[Iterator[Any], Iterator[tuple[str, tuple[Shelf, int]]]] | None:
        """Return the values of a state point key in order, and id and place of the job of each.

        None where the index does not have that order: when values are not all of one type, or
        this is not the whole project.
        """
        if key.namespace != "sp" or len(self._chunks) != 1 or not self._is_whole():
            return None
        part, rows = self._chunks[0]
        column = part.segment.column(key.path)
        if column is None or rows != range(len(rows)) or self._order is not None:
            return None
        return self._surely(lambda: _sorted_openings(part, column))

    def _values(self, key: Key) -> list[Any]:
        with pausing_collector():
            if key.namespace == "sp":
                found = [pick(part.segment, key.path, rows) for part, rows in self._chunks]
            else:
                found = [view.values(key.path, rows) for view, rows in self._views()]
        return self._arrange(found)

    def _tally(self, key: Key) -> list[tuple[Any, int]]:
        wide = any(part.segment.is_wide(key.path) for part, _ in self._chunks)
        if key.namespace == "sp" and self._is_whole() and not wide:
            if len(self._chunks) == 1:
                return counts(self._chunks[0][0].segment, key.path)
            each = (counts(part.segment, key.path) for part, _ in self._chunks)
            return _add_up(chain.from_iterable(each))
        return _add_up((value, 1) for value in self._values(key))

    def _keys(self, namespace: Namespace) -> dict[tuple[str, ...], int]:
        if namespace == "doc":
            each = [view.leaf_keys(rows) for view, rows in self._views()]
        else:
            each = [_leaf_keys(part, rows) for part, rows in self._chunks]
        found: dict[tuple[str, ...], int] = {}
        for keys in each:
            for path, count in keys.items():
                found[path] = found.get(path, 0) + count
        return found

    def _documents(self) -> Iterable[dict[str, Any]]:
        found = [view.documents(rows) for view, rows in self._views()]
        if self._order is None:
            return chain.from_iterable(found)
        return self._arrange([list(documents) for documents in found])

    def _each(self, ask: Callable[[], Iterable[T]]) -> Iterator[T]:
        """Yield answers; the index is made anew if it is damaged."""
        done = 0
        while done < len(self):
            try:
                for answer in islice(ask(), done, None):
                    done += 1
                    yield answer
            except DamagedIndexError:
                self._renew()

    def _surely(self, ask: Callable[[], T]) -> T:
        """Return an answer; the index is made anew if it is damaged."""
        while True:
            try:
                return ask()
            except DamagedIndexError:
                self._renew()

    def _renew(self) -> None:
        """Find the same jobs in an index that is made anew."""
        found = self._source.find_again(self.ids).completed(self.ids)
        self._chunks, self._order = found._chunks, found._order  # noqa: SLF001  # of this class
        self._kept_views = None

    def completed(self, ids: list[str]) -> Selection:
        """Return these jobs in this order; those that are not in here, as jobs without keys."""
        known = self.ids
        if known == ids:
            return self
        lost = sorted(set(ids).difference(known))
        builder = Builder()
        builder.add(map(bytes.fromhex, lost), [b"{}"] * len(lost), [{}] * len(lost))
        part = Part(Segment(b"".join(builder.finish())), None)
        order = None
        if self._order is not None:
            order = [*self._order, *range(len(known), len(known) + len(lost))]
        chunks = [*self._chunks, (part, range(len(lost)))]
        positions = {job_id: i for i, job_id in enumerate([*known, *lost])}
        everything = Selection(self._source, chunks, order, self.problems)
        return everything.subset([positions[job_id] for job_id in ids])

    def _views(self) -> list[tuple[DocumentView, Sequence[int]]]:
        views = self._kept_views
        if views is None:
            views = self._source.document_views([part for part, _ in self._chunks])
        return [(view, rows) for view, (_, rows) in zip(views, self._chunks, strict=True)]

    def _is_whole(self) -> bool:
        return all(len(rows) == part.segment.rows for part, rows in self._chunks)

    def _arrange(self, found: list[list[Any]]) -> list[Any]:
        """Put values, one list for each chunk, into the order of the jobs."""
        joined = found[0] if len(found) == 1 else list(chain.from_iterable(found))
        if self._order is None:
            return joined
        return [joined[position] for position in self._order]


def _add_up(pairs: Iterable[tuple[Any, int]]) -> list[tuple[Any, int]]:
    """Add the counts of values that are the same, type included."""
    sums: dict[Any, list[Any]] = {}
    for value, count in pairs:
        if value is MISSING:
            continue
        kind = value.__class__
        if kind is dict or kind is list:
            if kind is dict and value:
                continue
            key: Any = jsonfile.encode(value)
        else:
            # repr tells 0.0 and -0.0 apart, and makes all NaN one value.
            key = (kind, repr(value) if kind is float else value)
        entry = sums.setdefault(key, [value, 0])
        entry[1] += count
    return [(value, count) for value, count in sums.values()]


def _sorted_openings(
    part: Part, column: Column
) -> tuple[Iterator[Any], Iterator[tuple[str, tuple[Shelf, int]]]] | None:
    kind = "string" if column.bounds["number"][0] == column.bounds["number"][1] else "number"
    if column.bounds[kind] != (0, column.size):
        return None
    values = column.values(0, column.size)
    # Equal values would be in the order of their types, and not in that of their jobs.
    if len(set(map(type, values))) > 1 or (kind == "number" and values.count(0) > 1):
        return None
    offsets = column.offsets()
    rows = column.all_rows()
    labels = chain.from_iterable(map(repeat, values, map(sub, offsets[1:], offsets)))
    shelf = Shelf(part.segment, range(part.segment.rows), together=False)
    ids = part.hex_ids()
    places = zip(repeat(shelf), rows, strict=False)
    return labels, zip(map(ids.__getitem__, rows), places, strict=True)


def _leaf_keys(part: Part, rows: Sequence[int]) -> dict[tuple[str, ...], int]:
    whole = len(rows) == part.segment.rows
    return leaf_keys(part.segment, None if whole else set(rows))
