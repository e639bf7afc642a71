"""Every error the library raises, sorted by what a handler would do about it.

::

    Error
    ├── InvalidInputError (ValueError)          mend the argument
    │   ├── QueryError                          .where
    │   │   ├── QueryKeyError (KeyError)        an operator that is not there, or misplaced
    │   │   ├── QueryTypeError (TypeError)      a value of a wrong type
    │   │   ├── QueryAttributeError (AttributeError)
    │   │   ├── QueryIndexError (IndexError)    an empty word
    │   │   ├── QueryJSONError (json.JSONDecodeError)
    │   │   ├── QueryPatternError (re.error)
    │   │   └── QuerySyntaxError (SyntaxError)  .column
    │   ├── InvalidKeyError                     a key holds a dot
    │   ├── KeyTypeError (TypeError)            a key or value JSON cannot hold
    │   ├── PathSpecificationError (RuntimeError)
    │   ├── ImportArgumentError (re.error)      and KeyError, TypeError, AssertionError
    │   ├── ImportRefusedError (RuntimeError)   .problems
    │   └── StatepointParsingError (RuntimeError)
    │       └── StatepointJSONError (json.JSONDecodeError)
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
    ├── MigrationError (RuntimeError)           .root
    ├── ChangeRefusedError (RuntimeError)       .collisions, .job_ids
    ├── ChangeIncompleteError (RuntimeError)    .failed, .job_ids
    ├── WorkspaceError (OSError)                .error
    │   └── WorkspaceOccupiedError (FileExistsError)
    ├── LockTimeoutError (TimeoutError)         .path, .holder
    ├── TransferError (OSError)                 .failed: some jobs of many
    └── H5StoreClosedError (RuntimeError), H5StoreAlreadyOpenError (OSError)

Names and builtin bases are those of the released signac, so programs that catch them keep
working. Each class has a stable ``kind``, each instance a message that is never empty, and every
one of them pickles.
"""

from __future__ import annotations

from signac.errors._base import Error
from signac.errors._changes import ChangeIncompleteError, ChangeRefusedError, MigrationError
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
from signac.errors._imports import ImportArgumentError, ImportRefusedError, StatepointJSONError
from signac.errors._inputs import (
    ConfigError,
    IncompatibleSchemaVersion,
    InvalidInputError,
    InvalidKeyError,
    KeyTypeError,
    NumpyConversionWarning,
    PathSpecificationError,
    QueryError,
    StatepointParsingError,
    UnsafeDataError,
)
from signac.errors._jobs import (
    AmbiguousIdError,
    DestinationExistsError,
    ForeignProjectError,
    JobMovedError,
    JobNotFoundError,
    JobsCorruptedError,
    JobVanishedError,
    NotFoundError,
    ProjectNotFoundError,
    WorkspaceError,
    WorkspaceOccupiedError,
)
from signac.errors._queries import (
    QueryAttributeError,
    QueryIndexError,
    QueryJSONError,
    QueryKeyError,
    QueryPatternError,
    QuerySyntaxError,
    QueryTypeError,
)
from signac.errors._transfer import TransferError

__all__ = [
    "AmbiguousIdError",
    "BufferException",
    "BufferedError",
    "ChangeIncompleteError",
    "ChangeRefusedError",
    "ConfigError",
    "DestinationExistsError",
    "DocumentSyncConflict",
    "Error",
    "FileSyncConflict",
    "ForeignProjectError",
    "H5StoreAlreadyOpenError",
    "H5StoreClosedError",
    "ImportArgumentError",
    "ImportRefusedError",
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
    "MigrationError",
    "NotFoundError",
    "NumpyConversionWarning",
    "PathSpecificationError",
    "ProjectNotFoundError",
    "QueryAttributeError",
    "QueryError",
    "QueryIndexError",
    "QueryJSONError",
    "QueryKeyError",
    "QueryPatternError",
    "QuerySyntaxError",
    "QueryTypeError",
    "SchemaSyncConflict",
    "StatepointJSONError",
    "StatepointParsingError",
    "SyncConflict",
    "TransferError",
    "UnsafeDataError",
    "WorkspaceError",
    "WorkspaceOccupiedError",
]

# Users see one module, whatever file a class is in.
for _name in __all__:
    globals()[_name].__module__ = __name__
del _name
