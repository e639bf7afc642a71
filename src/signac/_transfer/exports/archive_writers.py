"""What writes exported jobs into archives: new ones, and those that the user opened."""

from __future__ import annotations

import io
from typing import IO, TYPE_CHECKING, Any, Final

from signac._transfer.exports.formats import (
    SourceProblem,
    TarFormat,
    ZipFormat,
    write_entry,
    write_text,
)
from signac._transfer.exports.output import Output
from signac._transfer.exports.writers import MANIFEST, Written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from signac._core.durability import Durability
    from signac._transfer.exports.formats import Format
    from signac._transfer.exports.writers import Entry

__all__ = ["ArchiveWriter", "OpenArchiveWriter"]

_BUFFER: Final = 1 << 20


class OpenArchiveWriter:
    """Writes into an archive that the user opened, and leaves it open."""

    def __init__(self, archive: Any, *, hashing: bool) -> None:
        import tarfile

        self._hashing = hashing
        is_tar = isinstance(archive, tarfile.TarFile)
        self._format: Format = TarFormat(archive) if is_tar else ZipFormat(archive)

    def write(self, entries: Sequence[Entry]) -> Iterator[Written]:
        """Write jobs; of one that cannot be read to its end a part may be in the archive."""
        for entry in entries:
            try:
                yield Written(entry, write_entry(self._format, entry, hashing=self._hashing))
            except SourceProblem as problem:
                yield Written(entry, error=problem.error)

    def finish(self, make_manifest: Callable[[], bytes] | None, *, complete: bool) -> None:
        """Write the manifest."""
        if make_manifest is not None:
            write_text(self._format, MANIFEST, make_manifest())

    def drop(self) -> None:
        """Undo nothing: the archive is the user's."""


class ArchiveWriter:
    """Writes a new archive that takes its name when it is complete.

    Parameters
    ----------
    path : str
        The archive; its directory must be there.
    open_format : function
        Makes an archive in an open file.
    carry_over : function, optional
        Writes what an older archive holds beside the jobs that were written.
    """

    def __init__(
        self,
        path: str,
        open_format: Callable[[IO[bytes]], Format],
        level: Durability,
        *,
        hashing: bool,
        carry_over: Callable[[Format, Sequence[Written]], None] | None = None,
    ) -> None:
        self._path = path
        self._open_format = open_format
        self._level = level
        self._hashing = hashing
        self._carry_over = carry_over
        self._done: list[Written] = []
        self._open()

    def _open(self) -> None:
        self._output = Output(self._path)
        self._buffer = io.BufferedWriter(self._output, _BUFFER)
        self._format: Any = None
        try:
            self._format = self._open_format(self._buffer)
        except BaseException:
            self.drop()
            raise

    def write(self, entries: Sequence[Entry]) -> Iterator[Written]:
        """Write jobs; one that fails half-way lets the archive begin again without it."""
        for entry in entries:
            written, partial = self._write_one(entry)
            if partial:
                yield from self._begin_again()
            yield written

    def _begin_again(self) -> Iterator[Written]:
        """Write everything again that was complete; yield what is not complete any more."""
        partial = True
        while partial:
            self.drop()
            self._open()
            again, self._done = self._done, []
            for number, one in enumerate(again):
                written, partial = self._write_one(one.entry)
                if written.error is not None:
                    yield written
                if partial:
                    self._done += again[number + 1 :]
                    break
            else:
                return

    def _write_one(self, entry: Entry) -> tuple[Written, bool]:
        """Return what became of a job, and whether only a part of it is in the archive."""
        try:
            written = Written(entry, write_entry(self._format, entry, hashing=self._hashing))
        except SourceProblem as problem:
            return Written(entry, error=problem.error), problem.partial
        self._done.append(written)
        return written, False

    def finish(self, make_manifest: Callable[[], bytes] | None, *, complete: bool) -> None:
        """Write the end, and let the archive take its name."""
        if not complete and not self._done:
            self.drop()  # an older archive is better than an empty one
            return
        if self._carry_over is not None:
            self._carry_over(self._format, self._done)
        if make_manifest is not None:
            write_text(self._format, MANIFEST, make_manifest())
        self._format.close()
        self._buffer.flush()
        self._output.commit(self._level)

    def drop(self) -> None:
        """Leave what was there before."""
        self._output.drop()
        # Into nothing, now: an archive that is thrown away would write when it is collected.
        for thing in (self._format, self._buffer):
            try:
                if thing is not None:
                    thing.close()
            except Exception:  # noqa: BLE001  # of half a member, for example
                continue
