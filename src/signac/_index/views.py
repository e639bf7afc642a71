"""The documents of the jobs of one segment, as they are now.

Each one that a search asks for is looked at: if the stamp of its file is the one it had when it was
read into the index, the index answers for it; otherwise it is read.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final, Protocol

from signac._core import atomic, jsonfile, layout
from signac._core.collector import pausing_collector
from signac._core.jsonfile import NOT_OF_THE_FILE
from signac._core.progress import reporting
from signac._index.answer import Rows, matching_rows
from signac._index.build import Builder
from signac._index.columns import iter_leaves, iter_rows, leaf_keys, scatter
from signac._index.documents import ABSENT, NEVER, settled_stamp, stamp_of
from signac._index.segment import STAMP_SIZE
from signac._query.ast import MISSING
from signac._query.evaluate import holds, look_up
from signac._synced.backend import parse_document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from signac._index.parts import Part
    from signac._index.store import Store
    from signac._query.ast import Test

__all__ = ["DocumentView"]

_BATCH: Final = 2_000
#: Fewer changed documents than this, or than a tenth of all, go into a patch.
_FEW: Final = 64


class Shared(Protocol):
    """What views of all parts have in common."""

    store: Store

    def locked(self) -> AbstractContextManager[None]:
        """Keep other threads out for a block."""


class DocumentView:
    """The documents of one segment during one search: each is looked at once.

    Attributes
    ----------
    damaged : dict
        Rows whose document cannot be read, and why.
    examined, read : int
        How many documents were looked at, and how many of them were read from their files.
    """

    def __init__(
        self, part: Part, workspace: str, catalog: Shared, buffered: dict[str, Any]
    ) -> None:
        self._part = part
        self._catalog = catalog
        self._store = catalog.store
        self._workspace = workspace
        with catalog.locked():
            self._table = part.documents(self._store)
            # Other threads may give the table another base; this view keeps to one.
            self._base, self._stamps, self._patch = self._table.state()
        self._own: dict[int, dict[str, Any]] = {}
        self._missing: Rows = set()
        self._fresh: Rows = set()
        self._checked: Rows = set()
        self.damaged: dict[int, Exception] = {}
        self.examined = 0
        self.read = 0
        for job_id, document in buffered.items():
            row = part.row_of(job_id)
            if row is not None:
                self._own[row] = document
                self._checked.add(row)

    def match(self, test: Test, rows: Rows) -> Rows:
        """Return those rows whose document satisfies a condition."""
        self.ensure(rows)
        found: Rows = set()
        if self._fresh and self._base is not None:
            found = matching_rows(self._base, test) & self._fresh & rows
        if self._missing and holds(test, MISSING):
            found |= self._missing & rows
        found.update(row for row, own in self._own.items() if row in rows and holds(test, own))
        return found

    def has_key(self, path: tuple[str, ...]) -> bool:
        """Tell whether any document that was looked at has a key."""
        base = self._base
        if base is not None and (base.is_wide(path) or base.column(path) is not None):
            return True
        return any(look_up(own, path) is not MISSING for own in self._own.values())

    def paths(self) -> list[tuple[str, ...]]:
        """Return the keys in the index, and those at the top of documents that changed since."""
        known = [] if self._base is None else self._base.paths()
        return known + [(name,) for own in self._own.values() for name in own]

    def leaf_keys(self, rows: Sequence[int]) -> dict[tuple[str, ...], int]:
        """Return the keys of values that are no mappings, with how many rows have each."""
        self.ensure(set(rows))
        found: dict[tuple[str, ...], int] = {}
        if self._base is not None:
            fresh = self._fresh.intersection(rows)
            whole = len(fresh) == self._base.rows
            found = leaf_keys(self._base, None if whole else fresh)
        for row in self._own.keys() & set(rows):
            for path in iter_leaves(self._own[row]):
                found[path] = found.get(path, 0) + 1
        return found

    def documents(self, rows: Sequence[int]) -> Iterator[dict[str, Any]]:
        """Yield the documents of some rows, an empty one where there is none."""
        self.ensure(set(rows))
        for start in range(0, len(rows), _BATCH):
            batch = rows[start : start + _BATCH]
            stored = [row for row in batch if row in self._fresh and row not in self._own]
            values: Iterator[dict[str, Any]] = iter(())
            if self._base is not None:
                values = iter_rows(self._base, stored)
            fetched = dict(zip(stored, values, strict=True))
            for row in batch:
                document = fetched.get(row)
                yield jsonfile.copy(self._own.get(row, {})) if document is None else document

    def values(self, path: tuple[str, ...], rows: Sequence[int]) -> list[Any]:
        """Return the value of one key for each row, `MISSING` where it is absent."""
        self.ensure(set(rows))
        base = self._base
        if base is None or len(self._own) > len(rows) // 2 or len(rows) * 8 < base.rows:
            return [look_up(document, path) for document in self.documents(rows)]
        column = scatter(base, path)
        own, fresh = self._own, self._fresh
        if not own and len(fresh) == len(rows) == base.rows:
            return column if rows == range(base.rows) else [column[row] for row in rows]
        return [
            _copy_found(look_up(own[row], path))
            if row in own
            else (column[row] if row in fresh else MISSING)
            for row in rows
        ]

    def ensure(self, rows: Rows) -> None:
        """Look at the documents of these rows, those that were not looked at yet."""
        todo = sorted(rows - self._checked)
        if todo:
            with self._catalog.locked():
                self._examine(todo)

    def _examine(self, todo: list[int]) -> None:
        self._checked.update(todo)
        self.examined += len(todo)
        young: list[int] = []
        if self._base is not None or self._patch:
            todo, young = self._compare(todo)
        self.read += len(todo) + len(young)
        if len(self._patch.keys() | set(todo)) > max(_FEW, self._part.segment.rows // 10):
            self._rebuild(set(todo))
        else:
            self._read_few(todo)
        self._read_few(young)

    def _compare(self, rows: list[int]) -> tuple[list[int], list[int]]:
        """Return the rows whose document is not as the index has it; apart, the too young ones.

        Those are not kept anyhow, so it is no use to make a new segment for them.
        """
        changed: list[int] = []
        young: list[int] = []
        patch, fresh, stamps = self._patch, self._fresh, self._stamps
        with _Statuses(self._workspace) as status_of:
            for row, job_id in zip(rows, self._part.hex_ids(rows), strict=True):
                try:
                    status = status_of(job_id)
                except (FileNotFoundError, NotADirectoryError):
                    self._missing.add(row)
                    continue
                except OSError as error:
                    if error.errno in NOT_OF_THE_FILE:
                        raise
                    self.damaged[row] = error
                    continue
                stamp = stamp_of(status)
                if row in patch:
                    if patch[row][0] == stamp:
                        self._own[row] = patch[row][1]
                        continue
                elif stamps[STAMP_SIZE * row : STAMP_SIZE * (row + 1)] == stamp:
                    fresh.add(row)
                    continue
                settled = settled_stamp(jsonfile.stamp_of(status)) != NEVER
                (changed if settled else young).append(row)
        return changed, young

    def _read_few(self, rows: list[int]) -> None:
        for row, stamp, document, _ in self._read(rows):
            self._own[row] = document
            if stamp != NEVER:
                self._table.patch[row] = (stamp, document)
                self._table.unsaved += 1

    def _read(self, rows: list[int]) -> Iterator[tuple[int, bytes, dict[str, Any], bytes]]:
        """Yield row, stamp, document and text of what can be read."""
        prefix = self._workspace + os.sep
        suffix = os.sep + layout.DOCUMENT
        for row, job_id in zip(rows, self._part.hex_ids(rows), strict=True):
            path = f"{prefix}{job_id}{suffix}"
            try:
                raw, status = jsonfile.read_with_status(path)
                document = parse_document(raw, path)
            except (FileNotFoundError, NotADirectoryError):
                self._missing.add(row)
            except (OSError, ValueError, RecursionError) as error:
                if isinstance(error, OSError) and error.errno in NOT_OF_THE_FILE:
                    raise
                self.damaged[row] = error
            else:
                # Whoever may not read a document may not read it in the index.
                self._table.mode &= status.st_mode
                text = jsonfile.plain_text(raw, document) if document else b"{}"
                yield row, settled_stamp(jsonfile.stamp_of(status)), document or {}, text

    def _rebuild(self, rows: Rows) -> None:
        """Read documents into a new segment, with what the old one has of the others."""
        part, table = self._part, self._table
        builder = Builder(with_stamps=True)
        total = part.segment.rows
        with pausing_collector(), reporting("reading documents", total) as report:
            for low in range(0, total, _BATCH):
                self._add_batch(builder, range(low, min(low + _BATCH, total)), rows)
                report(min(low + _BATCH, total))
        worth_it = part.name is not None and builder.has_settled()
        segment, name = self._store.add(builder.finish(), to_disk=worth_it, mode=table.mode)
        table.set_base(segment, name)
        self._base, self._stamps, self._patch = table.state()
        self._fresh |= rows - self._missing - self.damaged.keys()

    def _add_batch(self, builder: Builder, batch: range, rows: Rows) -> None:
        carried = ((row, self._table.entry(row)) for row in batch if row not in rows)
        entries = {row: entry for row, entry in carried if entry is not None}
        for row, stamp, document, raw in self._read([row for row in batch if row in rows]):
            entries[row] = (stamp, document, raw)
        ordered = [entries.get(row, ABSENT) for row in batch]
        builder.add(
            (),
            [raw for _, _, raw in ordered],
            [document for _, document, _ in ordered],
            [stamp for stamp, _, _ in ordered],
        )


class _Statuses:
    """Gives the status of the document of a job, by way of the open workspace directory."""

    def __init__(self, workspace: str) -> None:
        self._workspace = workspace
        self._descriptor: int | None = None

    def __enter__(self) -> Callable[[str], os.stat_result]:
        suffix = f"/{layout.DOCUMENT}"
        # perf: saves walking the path to the workspace for each job (find-document).
        self._descriptor = atomic.open_directory(self._workspace)
        if self._descriptor is not None:
            directory, stat = self._descriptor, os.stat
            return lambda job_id: stat(job_id + suffix, dir_fd=directory)
        prefix = self._workspace + os.sep
        return lambda job_id: os.stat(prefix + job_id + suffix)

    def __exit__(self, *_: object) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)


def _copy_found(value: Any) -> Any:
    return jsonfile.copy(value) if value.__class__ in (list, dict) else value
