"""Errors of arguments, files and settings that a person can mend."""

from __future__ import annotations

from signac.errors._base import Error

__all__ = [
    "ConfigError",
    "IncompatibleSchemaVersion",
    "InvalidInputError",
    "InvalidKeyError",
    "KeyTypeError",
    "NumpyConversionWarning",
    "PathSpecificationError",
    "QueryError",
    "StatepointParsingError",
    "UnsafeDataError",
]


#: Characters of a message; a filter, which may be much longer, is repeated in it.
_LONGEST = 4_000


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

    def _text(self) -> str:
        text = super()._text()
        return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


class InvalidKeyError(InvalidInputError):
    """A key holds a dot; dots separate the levels of nested keys in searches."""

    kind = "invalid-key"


class KeyTypeError(InvalidInputError, TypeError):
    """A key is not a string, or a state point holds a value that JSON cannot."""

    kind = "key-type"


class StatepointParsingError(InvalidInputError, RuntimeError):
    """A state point cannot be read from a path, a file or an archive."""

    kind = "statepoint-parsing"


class PathSpecificationError(InvalidInputError, RuntimeError):
    """The paths of jobs cannot be made like this, or are not unique; nothing was written.

    Attributes
    ----------
    key : str or None
        The key of a template that a job does not have, if that is what is wrong.
    """

    kind = "path-specification"

    def __init__(self, message: str, key: str | None = None) -> None:
        super().__init__(message)
        self.key = key


class ConfigError(Error, RuntimeError):
    """A configuration file cannot be read or holds an invalid value."""

    kind = "config"


class UnsafeDataError(Error, ValueError):
    """A table in an HDF5 file holds a Python object that is no plain value; it was not read.

    Attributes
    ----------
    filename : str
        The file.
    key : str
        The table in it.
    found : str
        What was refused: the name of a class or function, and where it is.
    """

    kind = "unsafe-data"

    def __init__(self, filename: str, key: str, found: str) -> None:
        super().__init__(filename, key, found)
        self.filename = filename
        self.key = key
        self.found = found

    def _text(self) -> str:
        return (
            f"the table {self.key!r} in {self.filename} was not read: it holds {self.found}. "
            "Tables may hold numbers, texts, dates, durations, arrays and containers of these. If "
            f"you trust the file, pandas.read_hdf({self.filename!r}, {self.key!r}) reads it, and "
            "runs whatever code is in it"
        )


class IncompatibleSchemaVersion(Error):  # peer: the name programs catch
    """The project has another layout version than this library reads."""

    kind = "schema-version"


class NumpyConversionWarning(UserWarning):
    """A NumPy value was stored as the plain Python value it is equal to."""
