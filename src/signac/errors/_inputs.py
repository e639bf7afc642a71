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
    "QueryError",
    "StatepointParsingError",
]


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


class ConfigError(Error, RuntimeError):
    """A configuration file cannot be read or holds an invalid value."""

    kind = "config"


class IncompatibleSchemaVersion(Error):  # peer: the name programs catch
    """The project has another layout version than this library reads."""

    kind = "schema-version"


class NumpyConversionWarning(UserWarning):
    """A NumPy value was stored as the plain Python value it is equal to."""
