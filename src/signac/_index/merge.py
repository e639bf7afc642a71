"""Keep the number of segments small: join small ones, drop the rows of jobs that are gone."""

from __future__ import annotations

from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, Final

from signac._core.collector import pausing_collector
from signac._index.build import Builder
from signac._index.documents import ABSENT
from signac._index.parts import Part
from signac._index.segment import parse_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signac._index.documents import DocumentTable
    from signac._index.store import Store

__all__ = ["MOST_ROWS", "choose", "join"]

#: Rows of one segment; bounds the memory needed to build it.
MOST_ROWS: Final = 100_000
#: Segments of about the same size that are joined.
_FAN_IN: Final = 4
_BATCH: Final = 2_000


def choose(parts: Sequence[Part]) -> list[Part]:
    """Return the parts that are better joined into one, or rewritten; none if all is well.

    A part joins when it is at most twice as large as all smaller ones together, so that each row
    is rewritten a few times while its project grows, not each time that a job is added.
    """
    group: list[Part] = []
    total = 0
    for part in sorted(parts, key=len):
        if (group and len(part) > 2 * total) or total + len(part) > MOST_ROWS:
            break
        group.append(part)
        total += len(part)
    if len(group) >= _FAN_IN:
        return group
    return [part for part in parts if 3 * len(part.removed) > part.segment.rows][:1]


def join(parts: Sequence[Part], store: Store, *, to_disk: bool) -> Part:
    """Return one part with the jobs of several."""
    places = []
    for number, part in enumerate(parts):
        live = sorted(part.rows())
        places += [(key, number, row) for key, row in zip(part.hex_ids(live), live, strict=True)]
    places.sort()
    tables = [part.documents(store) for part in parts]
    statepoints = Builder()
    documents = Builder(with_stamps=True)
    with_documents = any(table.base is not None or table.patch for table in tables)
    with pausing_collector():
        for start in range(0, len(places), _BATCH):
            batch = places[start : start + _BATCH]
            texts = [parts[number].segment.text(row) for _, number, row in batch]
            ids = [bytes.fromhex(key) for key, _, _ in batch]
            statepoints.add(ids, texts, parse_rows(texts))
            if with_documents:
                _add_documents(documents, tables, batch)
    joined = Part(*store.add(statepoints.finish(), to_disk=to_disk))
    if with_documents:
        mode = reduce(and_, (table.mode for table in tables))
        base = store.add(documents.finish(), to_disk=to_disk, mode=mode)
        joined.documents(store).mode = mode
        joined.documents(store).set_base(*base)
        joined.save_documents(store)
    return joined


def _add_documents(
    builder: Builder, tables: list[DocumentTable], batch: list[tuple[str, int, int]]
) -> None:
    entries = [tables[number].entry(row) or ABSENT for _, number, row in batch]
    builder.add(
        (),
        [raw for _, _, raw in entries],
        [document for _, document, _ in entries],
        [stamp for stamp, _, _ in entries],
    )
