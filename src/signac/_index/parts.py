"""A part of the index: one segment of state points, without the jobs that are gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signac._index.documents import DocumentTable
from signac._index.manifest import PartEntry
from signac._index.pages import DamagedIndexError
from signac._index.segment import ID_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from signac._index.answer import Rows
    from signac._index.segment import Segment
    from signac._index.store import Store

__all__ = ["Part"]


class Part:
    """Jobs whose state points are in one segment.

    Attributes
    ----------
    segment : Segment
        Their state points.
    name : str or None
        The file of the segment, None if it is in memory only.
    removed : frozenset of int
        Rows of jobs that are gone.
    saved_documents : tuple
        The names of the files of documents and of the patch, None for what is not there.
    """

    def __init__(self, segment: Segment, name: str | None) -> None:
        self.segment = segment
        self.name = name
        self.removed: frozenset[int] = frozenset()
        self.saved_documents: tuple[str | None, str | None] = (None, None)
        self._documents: DocumentTable | None = None
        self._ids: bytes | None = None

    def __len__(self) -> int:
        return self.segment.rows - len(self.removed)

    def rows(self) -> Rows:
        """Return the rows of all jobs that are there."""
        rows = set(range(self.segment.rows))
        rows -= self.removed
        return rows

    def hex_ids(self, rows: Iterable[int] | None = None) -> list[str]:
        """Return the ids of some rows, or of all, those of removed jobs included."""
        if self._ids is None:
            self._ids = self.segment.ids()
        ids = self._ids
        if rows is None or rows == range(self.segment.rows):
            text = ids.hex()
            return [text[start : start + 32] for start in range(0, len(text), 32)]
        return [ids[ID_SIZE * row : ID_SIZE * (row + 1)].hex() for row in rows]

    def row_of(self, job_id: str) -> int | None:
        """Return the row of a job, None if it has none here."""
        key = bytes.fromhex(job_id)
        row = self.segment.first_row(key)
        if row < self.segment.rows and self.segment.id_at(row) == key and row not in self.removed:
            return row
        return None

    def with_prefix(self, prefix: str, most: int) -> list[str]:
        """Return up to `most` ids that begin with `prefix`."""
        low = bytes.fromhex(prefix.ljust(2 * ID_SIZE, "0"))
        found: list[str] = []
        for row in range(self.segment.first_row(low), self.segment.rows):
            job_id = self.segment.id_at(row).hex()
            if not job_id.startswith(prefix) or len(found) >= most:
                break
            if row not in self.removed:
                found.append(job_id)
        return found

    def documents(self, store: Store) -> DocumentTable:
        """Return what the index knows of the documents."""
        if self._documents is None:
            self._documents = DocumentTable.load(store, *self.saved_documents)
        return self._documents

    def take(self, entry: PartEntry) -> None:
        """Take over what a manifest says of this part."""
        if any(row >= self.segment.rows for row in entry.removed):
            raise DamagedIndexError("the manifest does not belong to the segment")
        self.removed = frozenset(entry.removed)
        if self.saved_documents != (entry.documents, entry.patch):
            self.saved_documents = (entry.documents, entry.patch)
            self._documents = None

    def remove(self, rows: frozenset[int]) -> None:
        """Note which jobs are gone; those that came back count again."""
        self.removed = rows

    def entry(self) -> PartEntry:
        """Return what a manifest says of this part."""
        assert self.name is not None
        return PartEntry(self.name, tuple(sorted(self.removed)), *self.saved_documents)

    def forget_documents(self) -> None:
        """Let the documents be read anew."""
        self._documents = None
        self.saved_documents = (None, None)

    def forget_lost_files(self, present: set[str]) -> None:
        """Note which files are there no more; what they held is still open."""
        if self.name not in present:
            self.name = None
        if any(name is not None and name not in present for name in self.saved_documents):
            self.saved_documents = (None, None)
            if self._documents is not None:
                self._documents.base_name = self._documents.patch_name = None

    def save_documents(self, store: Store) -> bool:
        """Write down what is new of the documents; tell whether the manifest must say so."""
        table = self._documents
        if table is None or self.name is None:
            return False
        table.save_patch(store)
        saved = (table.base_name, table.patch_name)
        if saved == self.saved_documents:
            return False
        self.saved_documents = saved
        return True

    @property
    def opened_documents(self) -> DocumentTable | None:
        """What is known of the documents, if a search asked for it."""
        return self._documents
