"""What the index has of the documents of the jobs of one segment; `views` uses it.

A document can change at any time, so each is kept with the stamp that its file had when it was
read. What was read goes into a *patch* beside the segment, and into a new segment when much was.
"""

from __future__ import annotations

import time
from struct import Struct
from typing import TYPE_CHECKING, Any, Final

from signac._core import jsonfile
from signac._index.build import Builder
from signac._index.pages import DamagedIndexError
from signac._index.segment import STAMP_SIZE, parse_rows

if TYPE_CHECKING:
    import os

    from signac._index.segment import Segment
    from signac._index.store import Store

__all__ = ["ABSENT", "NEVER", "DocumentTable", "settled_stamp", "stamp_of"]

_pack: Final = Struct("<QQQqq").pack
#: The stamp of a document that is not in the index, or was too young when it was read.
NEVER: Final = bytes(STAMP_SIZE)
#: On another computer's disk the clocks may differ.
_SETTLED_ELSEWHERE_NS: Final = 600_000_000_000
#: What stands for a document that the index does not have.
ABSENT: Final[tuple[bytes, dict[str, Any], bytes]] = (NEVER, {}, b"{}")


class DocumentTable:
    """What the index knows of the documents of one segment.

    Attributes
    ----------
    base : Segment or None
        A row for each row of the state points.
    patch : dict
        For rows that changed since: the stamp and the document.
    unsaved : int
        How many entries of the patch are in memory only.
    mode : int
        Who may read all of these documents, and so the files that hold copies of them.
    """

    def __init__(self) -> None:
        self.base: Segment | None = None
        self.base_name: str | None = None
        self.patch: dict[int, tuple[bytes, dict[str, Any]]] = {}
        self.patch_name: str | None = None
        self.unsaved = 0
        self.mode = 0o666
        self._stamps = b""

    @classmethod
    def load(cls, store: Store, base: str | None, patch: str | None) -> DocumentTable:
        """Open what was saved; what cannot be read is as good as never saved."""
        table = cls()
        try:
            if base is not None:
                table.set_base(store.segment(base), base)
            if patch is not None:
                changes = store.segment(patch)
                table.patch = _read_patch(changes)
                table.mode &= changes.pages.mode
                table.patch_name = patch
        except (OSError, DamagedIndexError):
            return cls()
        return table

    def set_base(self, segment: Segment, name: str | None) -> None:
        """Take a new segment, which makes the patch needless."""
        self._stamps = segment.stamps()
        if name is not None:
            self.mode &= segment.pages.mode
        self.base = segment
        self.base_name = name
        self.patch = {}
        self.patch_name = None
        self.unsaved = 0

    def state(self) -> tuple[Segment | None, bytes, dict[int, tuple[bytes, dict[str, Any]]]]:
        """Return base, stamps and patch, which belong together."""
        return self.base, self._stamps, self.patch

    def stamp(self, row: int) -> bytes:
        """Return the stamp of a row of the base."""
        return self._stamps[STAMP_SIZE * row : STAMP_SIZE * (row + 1)]

    def entry(self, row: int) -> tuple[bytes, dict[str, Any], bytes] | None:
        """Return stamp, document and text of a row, None if it must be read anyhow."""
        if row in self.patch:
            stamp, document = self.patch[row]
            return stamp, document, jsonfile.encode(document)
        if self.base is not None and self.stamp(row) != NEVER:
            raw = self.base.text(row)
            return self.stamp(row), parse_rows([raw])[0], raw
        return None

    def save_patch(self, store: Store) -> bool:
        """Write the patch down if enough is new in it; tell whether it was written."""
        settled = {row: entry for row, entry in self.patch.items() if entry[0] != NEVER}
        if self.unsaved < max(4, len(settled) // 4) or not settled:
            return False
        builder = Builder(with_stamps=True)
        builder.add(
            [row.to_bytes(16, "big") for row in settled],
            [jsonfile.encode(document) for _, document in settled.values()],
            [{}] * len(settled),
            [stamp for stamp, _ in settled.values()],
        )
        _, name = store.add(builder.finish(), mode=self.mode)
        if name is None:
            return False
        self.patch_name = name
        self.unsaved = 0
        return True


def stamp_of(status: os.stat_result) -> bytes:
    """Return the stamp of a file as bytes."""
    return _pack(
        status.st_dev,
        status.st_ino & 0xFFFF_FFFF_FFFF_FFFF,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )


def settled_stamp(stamp: jsonfile.Stamp) -> bytes:
    """Return a stamp as bytes if an equal one proves that the file is the same."""
    age = time.time_ns() - max(stamp[3], stamp[4])
    needed = jsonfile.SETTLED_AFTER_NS if jsonfile.is_local(stamp[0]) else _SETTLED_ELSEWHERE_NS
    return _pack(stamp[0], stamp[1] & 0xFFFF_FFFF_FFFF_FFFF, *stamp[2:]) if age > needed else NEVER


def _read_patch(segment: Segment) -> dict[int, tuple[bytes, dict[str, Any]]]:
    stamps = segment.stamps()
    ids = segment.ids()
    patch = {}
    for position, raw in enumerate(segment.texts(range(segment.rows))):
        row = int.from_bytes(ids[16 * position : 16 * position + 16], "big")
        start = STAMP_SIZE * position
        patch[row] = (stamps[start : start + STAMP_SIZE], parse_rows([raw])[0])
    return patch
