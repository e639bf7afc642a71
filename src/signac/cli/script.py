"""Run a script as Python itself does, with the project at hand."""

from __future__ import annotations

import builtins
import os
import select
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["make_main", "run_file", "run_text"]


def make_main(names: Mapping[str, Any], argument: str, directory: str = "") -> dict[str, Any]:
    """Make the module ``__main__`` for code that is about to run; return its namespace.

    Parameters
    ----------
    names : mapping
        What the code finds there.
    argument : str
        The only entry of ``sys.argv``.
    directory : str
        Where modules are looked for first; empty for the working directory.
    """
    module = ModuleType("__main__")
    module.__dict__.update(names, __builtins__=builtins)
    # Pickles and processes that are spawned look for what is defined there.
    sys.modules["__main__"] = module
    sys.argv[:] = [argument]
    if not sys.flags.safe_path:
        sys.path[:1] = [directory]
    return module.__dict__


def run_file(path: str, names: Mapping[str, Any]) -> int:
    """Run a script; return 1 if it ends with an exception, whose traceback is shown, else 0.

    Raises
    ------
    OSError
        When the file cannot be read.
    """
    with open(path, "rb") as file:
        source = file.read()
    absolute = os.path.join(os.getcwd(), path)
    namespace = make_main(names, path, os.path.dirname(os.path.realpath(path)))
    namespace["__file__"] = absolute
    return _run(source, absolute, namespace)


def run_text(source: str, name: str, names: Mapping[str, Any], argument: str) -> int:
    """Run code that is in no file; what tracebacks call it is `name`."""
    import linecache

    # Without a time of modification the lines are kept, and tracebacks can show them.
    lines = [f"{line}\n" for line in source.split("\n")]
    linecache.cache[name] = (len(source), None, lines, name)
    return _run(source, name, make_main(names, argument))


def _run(source: str | bytes, name: str, namespace: dict[str, Any]) -> int:
    try:
        exec(compile(source, name, "exec", dont_inherit=True), namespace)
    except (SystemExit, KeyboardInterrupt):
        raise
    except BaseException as error:  # whatever the code raises is its own
        if isinstance(error, BrokenPipeError) and not _has_reader(sys.stdout):
            raise  # as with every command: that nobody reads on is no failure
        sys.stdout.flush()
        trace = error.__traceback__
        own = None if trace is None else trace.tb_next  # without the frame of this function
        _show(error.with_traceback(own))
        return 1
    return 0


def _show(error: BaseException) -> None:
    if sys.excepthook is sys.__excepthook__:
        import traceback

        traceback.print_exception(error)  # shows lines that are in no file, too
    else:
        sys.excepthook(type(error), error, error.__traceback__)


def _has_reader(stream: TextIO) -> bool:
    """Tell whether anybody is at the other end of a stream."""
    if not hasattr(select, "poll"):  # Windows
        return True
    poll = select.poll()
    poll.register(stream, 0)
    return not any(events & (select.POLLERR | select.POLLHUP) for _, events in poll.poll(0))
