"""The base of all errors."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final

__all__ = ["Error", "Explained", "visible"]

#: What drives a terminal instead of being shown, reverses what is read, or cannot be printed.
_DRIVING: Final = (
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def visible(text: str) -> str:
    """Return a text in which what would drive a terminal is escaped; lines stay lines."""
    if text.isprintable():
        return text
    return re.sub(_DRIVING, lambda found: ascii(found[0])[1:-1], text)


def rebuild(cls: type[Error], args: tuple[Any, ...], facts: dict[str, Any]) -> Error:
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
        text = visible(self._text())
        return text or f"{type(self).__name__} (kind: {self.kind})"

    def _text(self) -> str:
        """Words for a person; facts beyond ``args`` are attributes."""
        return str(self.args[0]) if self.args else ""

    def __reduce__(self) -> tuple[Any, ...]:
        return rebuild, (type(self), self.args, dict(self.__dict__))


class Explained(Error):
    """An error whose ``args[0]`` is a bare fact, with the sentence kept beside it."""

    def __init__(self, fact: object, message: str = "") -> None:
        super().__init__(fact)
        self.message = message

    def _text(self) -> str:
        return self.message or super()._text()
