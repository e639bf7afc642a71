"""All traffic between a command and the person, or the program, that called it."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, Final, TextIO

from signac.errors import InvalidInputError
from signac.errors._base import visible

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    from signac.project import Project

__all__ = ["Context"]

_ANSWERS: Final = {"": False, "n": False, "no": False, "y": True, "yes": True}


class Context:
    """Streams, the project, and the global options.

    Results go to standard output, everything else to standard error.

    Parameters
    ----------
    program : str
        What the command calls itself.
    options : argparse.Namespace
        The global options: ``debug``, ``verbosity``, ``yes``.
    """

    def __init__(self, program: str, options: argparse.Namespace) -> None:
        self.program = program
        self.options = options

    @property
    def out(self) -> TextIO:
        """Standard output."""
        return sys.stdout

    @property
    def is_terminal(self) -> bool:
        """Whether a person looks at standard output."""
        return sys.stdout.isatty()

    @property
    def can_ask(self) -> bool:
        """Whether there is a person to answer."""
        return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()

    def project(self) -> Project:
        """Return the project of the current directory, or the next one above it."""
        from signac.project import get_project

        return get_project()

    def print(self, *lines: str) -> None:
        """Write lines of a result; on a terminal nothing in them can drive it."""
        for line in lines:
            _write(sys.stdout, visible(line) if self.is_terminal else line)

    def note(self, line: str) -> None:
        """Tell what is going on, on standard error."""
        _write(sys.stderr, visible(line))

    def print_json(self, value: Any) -> None:
        """Write one JSON document as the result."""
        _write(sys.stdout, json.dumps(value, indent=2))

    def print_json_items(self, items: Iterable[Any]) -> None:
        """Write one JSON document that is an array, an item on each line, as they come."""
        before = "["
        for item in items:
            sys.stdout.write(f"{before}\n{json.dumps(item)}")
            before = ","
        _write(sys.stdout, "[]" if before == "[" else "\n]")

    def print_rows(
        self,
        columns: Sequence[str],
        rows: Iterable[Sequence[Any]],
        *,
        numbers: Iterable[str] = (),
    ) -> None:
        """Write a table: with rules on a terminal, as plain columns elsewhere."""
        from signac.cli.output import format_columns, print_table

        if self.is_terminal:
            print_table(columns, rows, numbers=numbers)
        else:
            self.print(*format_columns(columns, rows))

    def confirm(self, question: str) -> bool:
        """Ask a yes-or-no question until it is answered; an empty answer means no.

        Raises
        ------
        InvalidInputError
            When standard input ends without an answer.
        """
        # peer: questions go to standard output.
        while True:
            sys.stdout.write(f"{visible(question)} [y/N] ")
            sys.stdout.flush()
            answer = sys.stdin.readline() if sys.stdin is not None else ""
            if not answer:
                raise InvalidInputError(
                    "there was no answer on standard input, nothing was done; "
                    f"'{self.program} -y …' answers all questions with yes"
                )
            word = answer.strip().lower()
            if word in _ANSWERS:
                return _ANSWERS[word]
            self.print("Please respond with 'yes' or 'no' (or 'y' or 'n').")

    def may_go_on(self, question: str) -> bool:
        """Ask before something is rewritten, if a person is there; programs are not asked."""
        if self.options.yes or not (self.can_ask and self.is_terminal):
            return True
        return self.confirm(question)

    def read_all(self, what: str) -> str:
        """Return what comes on standard input."""
        if sys.stdin is None:
            raise InvalidInputError(f"{what} is read from standard input, which is closed")
        try:
            return sys.stdin.read()
        except UnicodeDecodeError as error:
            raise InvalidInputError(f"{what} on standard input is not UTF-8: {error}") from None


def _write(stream: TextIO, line: str) -> None:
    try:
        stream.write(f"{line}\n")
    except UnicodeEncodeError:
        # A path may hold bytes that no encoding has, and a terminal may know ASCII only.
        stream.flush()
        encoding = stream.encoding or "ascii"
        text = f"{line}\n".encode(encoding, "surrogateescape" if _is_utf8(encoding) else "replace")
        stream.buffer.write(text)
        stream.buffer.flush()


def _is_utf8(encoding: str) -> bool:
    return encoding.lower().replace("-", "") == "utf8"
