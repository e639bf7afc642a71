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
    │   │   └── JobVanishedError (and JobsCorruptedError)
    │   └── AmbiguousIdError                    .matches
    ├── DestinationExistsError (RuntimeError)   .destination
    ├── JobsCorruptedError (RuntimeError)       .job_ids, .problems
    ├── JobMovedError (RuntimeError)            .old_id, .new_id
    ├── SyncConflict (RuntimeError)             of a file, a document or a schema
    ├── BufferException (RuntimeError)          BufferedError .files, MetadataError .filename
    ├── ConfigError (RuntimeError)
    ├── IncompatibleSchemaVersion
    ├── WorkspaceError (OSError)                .error
    │   └── WorkspaceOccupiedError (FileExistsError)
    ├── LockTimeoutError (TimeoutError)         .path, .holder
    └── H5StoreClosedError (RuntimeError), H5StoreAlreadyOpenError (OSError)

Names and builtin bases are those of the released signac, so programs that catch them keep
working. Each class has a stable ``kind``, each instance a message that is never empty, and every
one of them pickles.
"""

from __future__ import annotations

from signac.errors._base import Error
from signac.errors._conflicts import (
    BufferedError,
    BufferException,
    DocumentSyncConflict,
    FileSyncConflict,
    H5StoreAlreadyOpenError,
    H5StoreClosedError,
    LockTimeoutError,
    MetadataError,
    SchemaSyncConflict,
    SyncConflict,
)
from signac.errors._inputs import (
    ConfigError,
    IncompatibleSchemaVersion,
    InvalidInputError,
    InvalidKeyError,
    KeyTypeError,
    NumpyConversionWarning,
    QueryError,
    StatepointParsingError,
)
from signac.errors._jobs import (
    AmbiguousIdError,
    DestinationExistsError,
    JobMovedError,
    JobNotFoundError,
    JobsCorruptedError,
    JobVanishedError,
    NotFoundError,
    ProjectNotFoundError,
    WorkspaceError,
    WorkspaceOccupiedError,
)

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
    "JobVanishedError",
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
    "WorkspaceOccupiedError",
]

# Users see one module, whatever file a class is in.
for _name in __all__:
    globals()[_name].__module__ = __name__
del _name
