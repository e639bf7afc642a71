"""What went wrong, in one line for a person."""

from __future__ import annotations

from signac.cli.wording import as_typed

__all__ = ["Refusal", "explain"]


class Refusal(Exception):  # not an error of the library
    """A command that stops for a reason that is no error; the message is shown as a warning."""


def explain(error: BaseException) -> str:
    """Return what an error says: the file or key, what is wrong, the next step.

    Examples
    --------
    >>> from signac.cli.failures import explain
    >>> explain(KeyError("there is no job 'abc'"))
    "there is no job 'abc'"
    >>> explain(FileNotFoundError(2, "No such file or directory", "data.zip"))
    'data.zip: No such file or directory'
    """
    if isinstance(error, KeyError) and len(error.args) == 1 and _is_builtin(error):
        text = str(error.args[0])
    elif isinstance(error, OSError) and error.filename is not None and _is_builtin(error):
        other = "" if error.filename2 is None else f" -> {_name(error.filename2)}"
        text = f"{_name(error.filename)}{other}: {error.strerror}"
    else:
        text = str(error)
    text = as_typed(text) if text.strip() else type(error).__name__
    return text if _is_ours(error) else f"{_prefix(error)}{text}"


def _is_builtin(error: BaseException) -> bool:
    return type(error).__module__ == "builtins"


def _is_ours(error: BaseException) -> bool:
    from signac.errors import Error

    return isinstance(error, (Refusal, Error, OSError, ValueError, LookupError))


def _prefix(error: BaseException) -> str:
    """Name the class of an error that no part of this library explains."""
    return f"{type(error).__name__}: "


def _name(path: str | bytes | int) -> str:
    return path if isinstance(path, str) else repr(path)
