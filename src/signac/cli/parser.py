"""Argument parsing: argparse, with parsers filled when they are used, and suggestions."""

from __future__ import annotations

import argparse
import os
import re
import sys
from typing import TYPE_CHECKING, Any, NoReturn

from signac.cli.table import COMMANDS, load
from signac.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from signac.cli.table import Entry

__all__ = ["Parser", "make_parser", "suggest"]


class _Formatter(argparse.HelpFormatter):
    """Help as wide as the terminal, found out without a module that takes 2 ms to import."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_width() - 2)


def _width() -> int:
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        return int(columns)
    try:
        return os.get_terminal_size(1).columns or 80
    except OSError:
        return 80


class Parser(argparse.ArgumentParser):
    """A parser that is filled when it is first used, and that suggests what may be meant.

    Parameters
    ----------
    fill : callable, optional
        Adds the arguments. Only the parser of the command that runs is ever filled.
    """

    def __init__(
        self, *, fill: Callable[[argparse.ArgumentParser], object] | None = None, **options: Any
    ) -> None:
        super().__init__(formatter_class=_Formatter, **options)
        self._fill = fill

    def fill(self) -> None:
        """Add the arguments, once."""
        fill, self._fill = self._fill, None
        if fill is not None:
            fill(self)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse, after the arguments were added."""
        self.fill()
        found, extras = super().parse_known_args(args, namespace)
        if extras:
            self._refuse(extras)
        return found, extras

    def error(self, message: str) -> NoReturn:
        """Print the usage and a message with the next step, and exit with 2."""
        found = re.match(r"argument [^:]*: invalid choice: '(.*?)' \(choose from (.*)\)$", message)
        if found:
            word, choices = found[1], re.findall(r"[\w-]+", found[2])
            message = f"there is no '{word}'; {suggest(word, choices, self._next_step())}"
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog}: error: {message}\n")

    def _refuse(self, extras: Sequence[str]) -> NoReturn:
        message = f"unrecognized arguments: {' '.join(extras)}"
        word = next((word for word in extras if word.startswith("-")), None)
        if word is None:
            self.error(f"{message}; see '{self._next_step()}'")
        options = [text for text in self._option_string_actions if text.startswith("--")]
        self.error(f"{message}; {suggest(word.partition('=')[0], options, self._next_step())}")

    def _next_step(self) -> str:
        return f"{self.prog} --help"


def suggest(word: str, known: Iterable[str], otherwise: str) -> str:
    """Return a sentence with the nearest of the known words, or with where to look."""
    from difflib import get_close_matches

    near = get_close_matches(word, list(known), 3, 0.6)
    if not near:
        return f"see '{otherwise}'"
    if len(near) == 1:
        return f"did you mean '{near[0]}'?"
    return f"did you mean any of {', '.join(repr(each) for each in near)}?"


def make_parser(program: str, words: Sequence[str] | None = None) -> Parser:
    """Return the parser of the whole command line.

    Parameters
    ----------
    program : str
        What the command calls itself.
    words : sequence of str, optional
        What is going to be parsed: if it names a command, the others are left out.
    """
    parser = Parser(
        prog=program,
        description="Keep the data of a parameter study in order: jobs addressed by their "
        "parameters, in plain files.",
        epilog=f"'{program} COMMAND --help' tells about a command.",
    )
    parser.add_argument("--debug", action="store_true", help="log everything, show tracebacks")
    parser.add_argument(
        "--version",
        action="version",
        version=f"signac {__version__}",
        help="print the version and exit",
    )
    parser.add_argument(
        "-v",
        "--verbosity",
        action="count",
        default=0,
        help="log more; repeat it for still more",
    )
    parser.add_argument("-y", "--yes", action="store_true", help="answer all questions with yes")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    for entry in _wanted(words):
        commands.add_parser(
            entry.name,
            help=entry.help,
            description=f"{entry.help[0].upper()}{entry.help[1:]}.",
            fill=_filler(entry),
        )
    return parser


def _wanted(words: Sequence[str] | None) -> Sequence[Entry]:
    """Return the command that words name, or all commands. Global options have no values."""
    name = next((word for word in words or () if not word.startswith("-")), None)
    return [entry for entry in COMMANDS if entry.name == name] or COMMANDS


def _filler(entry: Entry) -> Callable[[argparse.ArgumentParser], object]:
    def fill(parser: argparse.ArgumentParser) -> None:
        command = load(entry)
        parser.set_defaults(run=command.run)
        command.fill(parser)

    return fill
