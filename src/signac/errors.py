"""Every error the library raises, sorted by what a handler would do about it.

::

    Error
    ├── InvalidInputError (ValueError)          mend the argument
    │   ├── QueryError                          .where
    │   ├── InvalidKeyError                     a key holds a dot
    │   ├── KeyTypeError (TypeError)            a key or value JSON cannot hold
    │   └── StatepointParsingError (RuntimeError)
    ├── NotFoundError (LookupError)             look somewhere else
    │   ├── ProjectNotFoundError
    │   ├── JobNotFoundError (KeyError)
    │   └── AmbiguousIdError                    .matches
    ├── DestinationExistsError (RuntimeError)   .destination
    ├── JobsCorruptedError (RuntimeError)       .job_ids, .problems
    ├── JobMovedError (RuntimeError)            .old_id, .new_id
    ├── SyncConflict (RuntimeError)             FileSyncConflict, DocumentSyncConflict, SchemaSyncConflict
    ├── BufferException (RuntimeError)          BufferedError .files, MetadataError .filename
    ├── ConfigError (RuntimeError)
    ├── IncompatibleSchemaVersion
    ├── WorkspaceError (OSError)                .error
    ├── LockTimeoutError (TimeoutError)         .path, .holder
    └── H5StoreClosedError (RuntimeError), H5StoreAlreadyOpenError (OSError)

Names and builtin bases are those of the released signac, so programs that catch them keep
working. Each class has a stable ``kind``, each instance a message that is never empty, and every
one of them pickles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "AmbiguousIdError",
    "BufferException",
    "BufferedError",
    "ConfigError",
    "DestinationExistsError",
    "DocumentSyncConflict",
    "Error",
    "FileSyncConflict",
    "H5StoreAlreadyOpenError",
    "H5StoreClosedError",
    "IncompatibleSchemaVersion",
    "InvalidInputError",
    "InvalidKeyError",
    "JobMovedError",
    "JobNotFoundError",
    "JobsCorruptedError",
    "KeyTypeError",
    "LockTimeoutError",
    "MetadataError",
    "NotFoundError",
    "NumpyConversionWarning",
    "ProjectNotFoundError",
    "QueryError",
    "SchemaSyncConflict",
    "StatepointParsingError",
    "SyncConflict",
    "WorkspaceError",
]


def _rebuild(cls: type[Error], args: tuple[Any, ...], facts: dict[str, Any]) -> Error:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(facts)
    return error


class Error(Exception):
    """Base of all errors of this library.

    Attributes
    ----------
    kind : str
        Stable name of the class of problem, for programs that store or compare it.

    Examples
    --------
    >>> import signac.errors
    >>> try:
    ...     raise signac.errors.ConfigError("no such key: 'workspace_dir'")
    ... except signac.errors.Error as error:
    ...     print(error.kind, "-", error)
    config - no such key: 'workspace_dir'
    """

    kind: ClassVar[str] = "error"

    def __str__(self) -> str:
        text = self._text()
        return text or f"{type(self).__name__} (kind: {self.kind})"

    def _text(self) -> str:
        """Words for a person; facts beyond ``args`` are attributes."""
        return str(self.args[0]) if self.args else ""

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.args, dict(self.__dict__))


class _Explained(Error):
    """An error whose ``args[0]`` is a bare fact, with the sentence kept beside it."""

    def __init__(self, fact: object, message: str = "") -> None:
        super().__init__(fact)
        self.message = message

    def _text(self) -> str:
        return self.message or super()._text()


class InvalidInputError(Error, ValueError):
    """An argument has the wrong form; nothing was changed."""

    kind = "invalid-input"


class QueryError(InvalidInputError):
    """A filter cannot be evaluated.

    Attributes
    ----------
    where : str
        The place inside the filter, as a dotted key.
    """

    kind = "query"

    def __init__(self, message: str, where: str = "") -> None:
        super().__init__(message)
        self.where = where


class InvalidKeyError(InvalidInputError):
    """A key holds a dot; dots separate the levels of nested keys in searches."""

    kind = "invalid-key"


class KeyTypeError(InvalidInputError, TypeError):
    """A key is not a string, or a state point holds a value that JSON cannot."""

    kind = "key-type"


class StatepointParsingError(InvalidInputError, RuntimeError):
    """A state point cannot be read from a path, a file or an archive."""

    kind = "statepoint-parsing"


class NotFoundError(Error, LookupError):
    """What was asked for does not exist."""

    kind = "not-found"


class ProjectNotFoundError(NotFoundError):
    """There is no project at, or above, the path."""

    kind = "project-not-found"


class JobNotFoundError(_Explained, NotFoundError, KeyError):
    """No job of the project has this id; ``args[0]`` is the id that was asked for."""

    kind = "job-not-found"


class AmbiguousIdError(_Explained, NotFoundError):
    """Several jobs begin with the abbreviated id; ``args[0]`` is the abbreviation.

    Attributes
    ----------
    matches : list of str
        The full ids that begin with it.
    """

    kind = "ambiguous-id"

    def __init__(self, prefix: str, matches: Iterable[str] = (), message: str = "") -> None:
        super().__init__(prefix, message)
        self.matches = list(matches)


class DestinationExistsError(_Explained, RuntimeError):
    """A job cannot take a place that another job holds; nothing was changed.

    Attributes
    ----------
    destination : str or Job
        The id of the other job when a state point was changed, the job itself otherwise.
    """

    kind = "destination-exists"

    def __init__(self, destination: Any, message: str = "") -> None:
        super().__init__(destination, message)
        self.destination = destination


class JobsCorruptedError(Error, RuntimeError):
    """The state point files of these jobs are missing, unreadable or of another job.

    Attributes
    ----------
    job_ids : list of str
        All jobs concerned.
    problems : dict of str to str
        What is wrong with each, as far as it is known.
    """

    kind = "jobs-corrupted"

    def __init__(self, job_ids: Iterable[str], problems: Mapping[str, str] | None = None) -> None:
        self.job_ids = list(job_ids)
        self.problems = dict(problems or {})
        super().__init__(self.job_ids)

    def _text(self) -> str:
        if not self.problems:
            return str(self.job_ids)
        return "; ".join(f"{job_id}: {what}" for job_id, what in self.problems.items())


class JobMovedError(_Explained, RuntimeError):
    """Another handle or process changed the state point of this job.

    Attributes
    ----------
    old_id, new_id : str
        Where the job was, and where its directory is now; ``project.open_job(id=new_id)`` opens it.
    """

    kind = "job-moved"

    def __init__(self, old_id: str, new_id: str) -> None:
        super().__init__(
            old_id,
            f"job {old_id} is now {new_id}: its state point was changed through another handle; "
            f"nothing was changed here, go on with project.open_job(id={new_id!r})",
        )
        self.old_id = old_id
        self.new_id = new_id


class SyncConflict(Error, RuntimeError):
    """Two sides differ and no strategy says which one wins."""

    kind = "sync-conflict"


class FileSyncConflict(SyncConflict):
    """A file differs on both sides.

    Attributes
    ----------
    filename : str
        Its name, relative to the job directory.
    """

    kind = "file-sync-conflict"

    def __init__(self, filename: str) -> None:
        super().__init__(filename)
        self.filename = filename

    def _text(self) -> str:
        return f"the file {self.filename!r} differs on both sides; give a strategy to decide"


class DocumentSyncConflict(SyncConflict):
    """Values differ in both documents.

    Attributes
    ----------
    keys : set of str
        The dotted keys of these values.
    """

    kind = "document-sync-conflict"

    def __init__(self, keys: Iterable[str]) -> None:
        self.keys = set(keys)
        super().__init__(self.keys)

    def _text(self) -> str:
        names = ", ".join(sorted(map(str, self.keys)))
        return f"these document keys differ on both sides: {names}; give doc_sync to decide"


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

    def _text(self) -> str:
        return "the two projects have different schemas; check_schema=False synchronises anyway"


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
            f"{self.filename} was modified externally while it was buffered; the file is untouched, "
            "the unwritten changes are in .buffer_contents of this error"
        )


class ConfigError(Error, RuntimeError):
    """A configuration file cannot be read or holds an invalid value."""

    kind = "config"


class IncompatibleSchemaVersion(Error):  # noqa: N818  # peer: the name programs catch
    """The project has another layout version than this library reads."""

    kind = "schema-version"


class WorkspaceError(Error, OSError):
    """The workspace directory cannot be used.

    Attributes
    ----------
    error : Exception or str
        What the system said.
    """

    kind = "workspace"

    def __init__(self, error: Any, message: str = "") -> None:
        super().__init__(error)
        self.error = error
        self.message = message

    def _text(self) -> str:
        return self.message or str(self.error)


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
            f"{self.path} is locked by {holder}; waited{waited}. Nothing was changed: try again when "
            "it is done, or set SIGNAC_LOCK_TIMEOUT to more seconds"
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


class NumpyConversionWarning(UserWarning):
    """A NumPy value was stored as the plain Python value it is equal to."""
