"""`completion`: the script with which a shell completes command lines, and its answers."""

from __future__ import annotations

import argparse
import io
import logging
import os
import sys
from typing import TYPE_CHECKING, Any, Final

from signac.cli.table import Command
from signac.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from signac.cli.context import Context

__all__ = ["COMMANDS", "in_time"]

_SHELLS: Final = ("bash", "zsh", "fish")
#: Nobody waits longer for candidates.
_SECONDS: Final = 2.0


class _TooLateError(BaseException):
    """The answer takes too long; no code takes this for an error that it can handle."""


def _fill(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "shell",
        choices=_SHELLS,
        help="the shell, whose start-up file uses the script: "
        "'eval \"$(signac completion bash)\"', in fish 'signac completion fish | source'",
    )
    # What the scripts ask: `--words SHELL`, and the command line from the name of the program on.
    parser.add_argument("--words", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("line", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)


def _completion(context: Context, options: argparse.Namespace) -> None:
    if options.words:
        sys.stderr = io.StringIO()  # the line that is being typed must not be written over
        logging.disable()
        context.print(*in_time(lambda: _answer(options.shell, options.line), _SECONDS))
        return
    if options.line:
        raise InvalidInputError(f"after '{options.shell}' nothing is expected")
    name = f"signac.{options.shell}"
    path = os.path.join(os.path.dirname(__file__), os.pardir, "completion", name)
    with open(path, encoding="utf-8") as file:
        context.out.write(file.read())


def in_time(ask: Callable[[], list[str]], seconds: float) -> list[str]:
    """Return the lines of an answer: none rather than an error, or than one that comes late."""
    import signal

    def ring(*_: Any) -> None:
        raise _TooLateError

    timed = hasattr(signal, "setitimer")  # not on Windows
    try:
        if timed:
            signal.signal(signal.SIGALRM, ring)
            signal.setitimer(signal.ITIMER_REAL, seconds)
        return ask()
    except (Exception, KeyboardInterrupt, SystemExit, _TooLateError):  # noqa: BLE001
        return []
    finally:
        if timed:
            signal.setitimer(signal.ITIMER_REAL, 0)


def _answer(shell: str, line: Sequence[str]) -> list[str]:
    """Return what is to be shown: its kind in the first line, then candidates."""
    from signac.cli.completion.answer import answer
    from signac.cli.completion.bashline import quote, split

    if shell == "bash":
        parts = split(line[0], line[1])
        # Variables that are set for one command stand before its name.
        names = [number for number, word in enumerate(parts.words) if "=" not in word]
        found = answer(parts.words[names[0] + 1 :], parts.current)
        words = [quote(each.word, parts) for each in found.candidates]
        return [found.kind, *words]
    _, *before, current = line
    if shell == "fish":
        current = split(current, "").current
    found = answer(before, current, described=True)
    return [found.kind, *(f"{each.word}\t{_one_line(each.help)}" for each in found.candidates)]


def _one_line(text: str) -> str:
    from signac.errors._base import visible

    line = visible(" ".join(text.split()))
    return line if len(line) <= 100 else f"{line[:99]}…"


COMMANDS = {"completion": Command(_fill, _completion)}
