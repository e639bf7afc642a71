"""Make a segment: from rows (id, JSON text, parsed values) to the bytes of its file.

A segment holds, for each key, the distinct values in order and the numbers of the rows that have
each; see `segment` for how it is read, and docs/format.md for the bytes.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Sequence
from itertools import accumulate, islice
from operator import gt
from typing import TYPE_CHECKING, Any, Final

from signac._core import jsonfile
from signac._index.grouping import KINDS, MAPPING, group
from signac._index.pages import checked, pack

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["FORMAT", "KINDS", "Builder"]

FORMAT: Final = 1
#: Names in one mapping, over all rows, that get a column each.
_MOST_NAMES: Final = 1_000

#: A key, rows, and the mapping that each of them has there.
_Nested = tuple[tuple[str, ...], Sequence[int], Sequence[dict[str, Any]]]


class Builder:
    """Collects rows, in the order of their ids, and writes them down as a segment.

    Parameters
    ----------
    with_stamps : bool
        Whether each row comes with the stamp of its file, for documents.
    """

    def __init__(self, *, with_stamps: bool = False) -> None:
        self._ids: list[bytes] = []
        self._texts: list[bytes] = []
        self._stamps: list[bytes] | None = [] if with_stamps else None
        self._columns: dict[tuple[str, ...], tuple[list[int], list[Any]]] = {}
        self._names: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
        self._wide: set[tuple[str, ...]] = set()

    def __len__(self) -> int:
        return len(self._texts)

    def add(
        self,
        ids: Iterable[bytes],
        texts: Sequence[bytes],
        values: Sequence[dict[str, Any]],
        stamps: Iterable[bytes] | None = None,
    ) -> None:
        """Add some rows: 16-byte ids, JSON texts, what they hold, and stamps of 40 bytes."""
        first = len(self._texts)
        self._ids.extend(ids)
        self._texts.extend(texts)
        if self._stamps is not None and stamps is not None:
            self._stamps.extend(stamps)
        # A list of what is to be done, because state points may be nested deeply.
        todo: list[_Nested] = [((), range(first, first + len(texts)), values)]
        while todo:
            todo += self._spread(*todo.pop())

    def _spread(
        self, prefix: tuple[str, ...], rows: Sequence[int], mappings: Sequence[dict[str, Any]]
    ) -> list[_Nested]:
        """Distribute the values of mappings to their columns; return the mappings inside them."""
        shapes: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
        for position, mapping in enumerate(mappings):
            shapes[tuple(mapping)].append(position)
        nested = []
        for shape, positions in shapes.items():
            if len(positions) == len(mappings):
                of_shape: Sequence[dict[str, Any]] = mappings
                numbers: Sequence[int] = rows
            else:
                of_shape = [mappings[position] for position in positions]
                numbers = [rows[position] for position in positions]
            # perf: zip transposes in C; a loop over keys costs twice as much (find-bare)
            columns = zip(*[mapping.values() for mapping in of_shape], strict=True)
            for name, column in zip(shape, columns, strict=True):
                if not self._has_column(prefix, name):
                    continue
                found = self._take((*prefix, name), numbers, column)
                if found is not None:
                    nested.append(found)
        return nested

    def _has_column(self, prefix: tuple[str, ...], name: str) -> bool:
        """Tell whether a name is among the first of its mapping; the others get no column."""
        names = self._names[prefix]
        if name in names:
            return True
        if len(names) >= _MOST_NAMES:
            self._wide.add(prefix)
            return False
        names.add(name)
        return True

    def _take(
        self, path: tuple[str, ...], rows: Sequence[int], column: tuple[Any, ...]
    ) -> _Nested | None:
        known = self._columns.setdefault(path, ([], []))
        known[0].extend(rows)
        if dict not in set(map(type, column)):
            known[1].extend(column)
            return None
        known[1].extend(MAPPING if v.__class__ is dict and v else v for v in column)
        nested = [(r, v) for r, v in zip(rows, column, strict=True) if v.__class__ is dict and v]
        if not nested:
            return None
        return path, [row for row, _ in nested], [value for _, value in nested]

    def has_settled(self) -> bool:
        """Tell whether any row came with a stamp that proves something."""
        return any(any(stamp) for stamp in self._stamps or ())

    def finish(self) -> list[bytes]:
        """Return the pieces of the file; the builder is empty afterwards, to save memory."""
        body = _Body()
        directory: dict[str, Any] = {
            "format": FORMAT,
            "rows": len(self._texts),
            "ids": body.add(b"".join(self._ids)),
            "texts": body.add_texts(self._texts, b""),
        }
        self._texts.clear()
        if self._stamps is not None:
            directory["stamps"] = body.add(b"".join(self._stamps))
        directory["wide"] = [list(prefix) for prefix in sorted(self._wide)]
        directory["columns"] = [
            [list(path), *self._write_column(body, *self._columns.pop(path))]
            for path in sorted(self._columns)
        ]
        text = jsonfile.encode(directory)
        return checked([*body.pieces, text], body.length, len(text))

    def _write_column(self, body: _Body, rows: list[int], values: list[Any]) -> list[Any]:
        """Return counts of each kind, and where values, offsets and row numbers lie."""
        if any(map(gt, rows, islice(rows, 1, None))):
            # State points of unlike shapes: their rows were added shape by shape.
            order = sorted(range(len(rows)), key=rows.__getitem__)
            rows, values = [rows[i] for i in order], [values[i] for i in order]
        texts: list[bytes] = []
        sizes: list[int] = []
        ordered: list[int] = []
        counts = []
        for groups in group(rows, values):
            counts.append(len(groups.texts))
            texts += groups.texts
            sizes += groups.sizes
            ordered += groups.rows
        return [
            counts,
            body.add_texts(texts, b","),
            body.add(pack(array("I", accumulate(sizes, initial=0)))),
            body.add(pack(array("I", ordered))),
        ]


class _Body:
    """The contents of a file so far."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.length = 0

    def add(self, piece: bytes) -> int:
        """Add a piece and return where it begins."""
        start = self.length
        self.pieces.append(piece)
        self.length += len(piece)
        return start

    def add_texts(self, texts: list[bytes], separator: bytes) -> list[int]:
        """Add texts and where each begins; return the places of both."""
        gap = len(separator)
        begins = accumulate((len(text) + gap for text in texts), initial=0)
        return [self.add(separator.join([*texts, b""])), self.add(pack(array("I", begins)))]
