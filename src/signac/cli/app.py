"""From words on the command line to an exit code."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

__all__ = ["main"]

#: Objects that may be made before a collection of cycles; an import makes tens of thousands.
_COLLECT_AFTER: Final = 100_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after the name of the program; those of this process by default.

    Returns
    -------
    int
        The exit code: 0, or 1 for a failure, or 2 for wrong arguments.

    Examples
    --------
    >>> from signac.cli.app import main
    >>> main(["config"])  # doctest: +ELLIPSIS
    usage: ...
    2
    """
    if arguments is None:
        # perf: collections during imports, and at the end, took 12 of 86 ms (commands-find).
        gc.set_threshold(_COLLECT_AFTER, 10, 10)
    from signac.cli.parser import make_parser

    program = os.path.basename(sys.argv[0])
    if program in ("", "__main__.py", "-c"):
        program = "signac"
    words = sys.argv[1:] if arguments is None else list(arguments)
    parser = make_parser(program, words)
    try:
        options = parser.parse_args(words)
        run = getattr(options, "run", None)
        if run is None:
            # peer: the usage alone, which says little to a person.
            (parser.print_help if sys.stdout.isatty() else parser.print_usage)(sys.stdout)
            return 2
        return _run(program, options)
    except BrokenPipeError:
        return _close_output()
    finally:
        _flush()
        if arguments is None:
            gc.freeze()


def _run(program: str, options: argparse.Namespace) -> int:
    from signac.cli.context import Context
    from signac.cli.failures import Refusal, explain

    _start_logging(options)
    context = Context(program, options)
    try:
        code = options.run(context, options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        context.note("Interrupted.")
        _show_traceback(options)
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001  # one line for a person, whatever it is
        _flush()
        kind = "Warning" if isinstance(error, Refusal) else "Error"
        context.note(f"{kind}: {explain(error)}")
        _show_traceback(options)
    else:
        return int(code or 0)
    return 1


def _show_traceback(options: argparse.Namespace) -> None:
    if options.debug:
        import traceback

        traceback.print_exc()


def _start_logging(options: argparse.Namespace) -> None:
    import logging

    level = logging.DEBUG
    if not options.debug:
        # MORE, between INFO and DEBUG, is the level of single files in a synchronisation.
        level = {0: logging.WARNING, 1: logging.INFO, 2: 15}.get(options.verbosity, logging.DEBUG)
        if level == 15:
            logging.addLevelName(15, "MORE")
    logging.basicConfig(level=level, stream=sys.stderr)

    class Typed(logging.Formatter):
        def format(self, record: logging.LogRecord) -> str:
            from signac.cli.wording import as_typed

            return as_typed(super().format(record))

    for handler in logging.getLogger().handlers:
        handler.setFormatter(Typed(logging.BASIC_FORMAT))


def _close_output() -> int:
    """Let go of a standard output that nobody reads any more; that is no failure."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    return 0


def _flush() -> None:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _close_output()
    except (OSError, ValueError):  # closed, or the disk is full: said already, or nobody to tell
        pass
