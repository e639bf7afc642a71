"""Errors where two sides meet: sync, buffers, locks, open files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signac.errors._base import Error

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "BufferException",
    "BufferedError",
    "DocumentSyncConflict",
    "FileSyncConflict",
    "H5StoreAlreadyOpenError",
    "H5StoreClosedError",
    "LockTimeoutError",
    "MetadataError",
    "SchemaSyncConflict",
    "SyncConflict",
]

#: So many conflicts are described in one message.
_MOST_SHOWN = 10


class SyncConflict(Error, RuntimeError):
    """Two sides differ and no strategy says which one wins.

    Attributes
    ----------
    path : str
        The file, document or project at the destination; empty if it is not known.
    others : tuple of SyncConflict
        What else the same call found; the rest of the work was done.
    """

    kind = "sync-conflict"
    path: str = ""
    others: tuple[SyncConflict, ...] = ()

    @property
    def conflicts(self) -> tuple[SyncConflict, ...]:
        """All conflicts that the call found, this one first."""
        return (self, *self.others)

    def _sentence(self) -> str:
        return super()._text()

    def _text(self) -> str:
        if not self.others:
            return self._sentence()
        shown = [one._sentence() for one in self.conflicts[:_MOST_SHOWN]]  # noqa: SLF001
        if len(self.conflicts) > len(shown):
            shown.append(f"and {len(self.conflicts) - len(shown)} more")
        return (
            f"{len(self.conflicts)} conflicts, see .conflicts of this error; "
            f"all else was synchronised: {'; '.join(shown)}"
        )


class FileSyncConflict(SyncConflict):
    """A file differs on both sides.

    Attributes
    ----------
    filename : str
        Its name, without the directories it lies in; ``path`` has them.
    """

    kind = "file-sync-conflict"

    def __init__(self, filename: str, path: str = "", reason: str = "") -> None:
        super().__init__(filename)
        self.filename = filename
        self.path = path
        self.reason = reason

    def _sentence(self) -> str:
        if self.reason:
            return f"{self.path or self.filename}: {self.reason}"
        where = self.path or repr(self.filename)
        return f"the file {where} differs on both sides; give a strategy to decide"


class DocumentSyncConflict(SyncConflict):
    """Values differ in both documents.

    Attributes
    ----------
    keys : set of str
        The dotted keys of these values.
    """

    kind = "document-sync-conflict"

    def __init__(self, keys: Iterable[str], path: str = "") -> None:
        self.keys = set(keys)
        super().__init__(self.keys)
        self.path = path

    def _sentence(self) -> str:
        names = ", ".join(sorted(map(str, self.keys)))
        where = f" (in {self.path})" if self.path else ""
        return f"these document keys differ on both sides: {names}{where}; give doc_sync to decide"


class SchemaSyncConflict(SyncConflict):
    """The two projects have different schemas.

    Attributes
    ----------
    schema_src, schema_dst : ProjectSchema
        The two schemas.
    """

    kind = "schema-sync-conflict"

    def __init__(self, schema_src: Any, schema_dst: Any) -> None:
        super().__init__(schema_src, schema_dst)
        self.schema_src = schema_src
        self.schema_dst = schema_dst

    def _sentence(self) -> str:
        return (
            "the two projects have different schemas; check_schema=False synchronises anyway, "
            'check_schema="keys" if they differ in values only'
        )


class BufferException(Error, RuntimeError):
    """Base of what can go wrong when buffered documents are written back."""

    kind = "buffer"


class BufferedError(BufferException):
    """Some buffered documents could not be written back; all others were.

    Attributes
    ----------
    files : dict of str to Exception
        File name to what happened there. A `MetadataError` keeps the contents that were not
        written in ``buffer_contents``.
    """

    kind = "buffered"

    def __init__(self, files: Mapping[str, Exception]) -> None:
        self.files = dict(files)
        super().__init__(self.files)

    def _text(self) -> str:
        listed = "; ".join(f"{name}: {error}" for name, error in self.files.items())
        return f"buffered changes were not written: {listed}"


class MetadataError(BufferException):
    """A file changed on disk while its document was changed in the buffer.

    Attributes
    ----------
    filename : str
        The file, which keeps what the other program wrote.
    buffer_contents : bytes
        The JSON text that was not written.
    """

    kind = "metadata"

    def __init__(self, filename: str, buffer_contents: bytes) -> None:
        super().__init__(filename, buffer_contents)
        self.filename = filename
        self.buffer_contents = buffer_contents

    def _text(self) -> str:
        return (
            f"{self.filename} was modified externally while it was buffered; the file is "
            "untouched, the unwritten changes are in .buffer_contents of this error"
        )


class LockTimeoutError(Error, TimeoutError):
    """A lock was held by somebody else for too long; nothing was changed.

    Attributes
    ----------
    path : str
        What is locked.
    holder : str
        Who holds it, as far as the system tells.
    """

    kind = "lock-timeout"

    def __init__(self, path: str, holder: str = "", seconds: float | None = None) -> None:
        super().__init__(path)
        self.path = path
        self.holder = holder
        self.seconds = seconds

    def _text(self) -> str:
        waited = "" if self.seconds is None else f" for {self.seconds:g} s"
        holder = self.holder or "another process"
        return (
            f"{self.path} is locked by {holder}; waited{waited}. Nothing was changed: try again "
            "when it is done, or set SIGNAC_LOCK_TIMEOUT to more seconds"
        )


class H5StoreClosedError(Error, RuntimeError):
    """The HDF5 file must be open for this; ``args[0]`` is its name."""

    kind = "h5-closed"

    def _text(self) -> str:
        name = str(self.args[0]) if self.args else "the store"
        return f"{name} is closed; use it inside `with store:` or after store.open()"


class H5StoreAlreadyOpenError(Error, OSError):
    """The HDF5 file is open already; ``args[0]`` is the store."""

    kind = "h5-already-open"

    def _text(self) -> str:
        name = str(self.args[0]) if self.args else "the store"
        return f"{name} is open already; close it first, or use `with store:`"
