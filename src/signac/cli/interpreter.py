"""The interactive Python prompt: with IPython where it is installed, otherwise Python's own."""

from __future__ import annotations

import re
import sys
from code import InteractiveConsole
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from signac.cli import history
from signac.cli.script import make_main

if TYPE_CHECKING:
    from collections.abc import Mapping

    from signac.cli.context import Context
    from signac.project import Project

__all__ = ["interact"]


def interact(
    context: Context, names: Mapping[str, Any], banner: str, *, plain: bool = False
) -> int:
    """Read lines from standard input and run them until it ends; return the exit code.

    Parameters
    ----------
    names : mapping
        What the lines find. The history is that of `project` among them.
    banner : str
        What is said first, on standard error.
    plain : bool
        Do without IPython.
    """
    namespace = make_main(names, "")
    person = context.is_terminal and sys.stdin.isatty()
    application = None if plain or not person else _load_ipython(context)
    context.note(banner)
    if application is not None:
        _run_ipython(application, namespace)
    elif person:
        _run_console_of(names["project"], namespace)
    else:
        InteractiveConsole(namespace).interact("", "")
    return 0


def _load_ipython(context: Context) -> Any:
    if find_spec("IPython") is None:
        return None
    try:
        IPython = import_module("IPython")  # noqa: N806
    except Exception as error:  # noqa: BLE001  # an installation that is damaged, in any way
        context.note(f"IPython cannot be used: {error}")
        return None
    return IPython


def _run_ipython(application: Any, namespace: dict[str, Any]) -> None:
    config = import_module("traitlets.config").Config()
    config.TerminalIPythonApp.display_banner = False
    application.start_ipython(argv=[], user_ns=namespace, config=config)


def _run_console_of(project: Project, namespace: dict[str, Any]) -> None:
    """Run the prompt of Python with completion and the history of the project."""
    try:
        import readline
    except ImportError:  # Windows
        InteractiveConsole(namespace).interact("", "")
        return
    _bind(readline, namespace)
    for line in history.read_lines(project):
        try:
            readline.add_history(line)
        except ValueError:  # no text, in this locale
            continue
    console = _Console(namespace)
    try:
        console.interact("", "")
    finally:
        readline.set_completer(None)
        history.add_lines(project, console.typed)


def _bind(readline: Any, namespace: dict[str, Any]) -> None:
    try:
        readline.read_init_file()
    except OSError:  # there is none
        pass
    libedit = "libedit" in (readline.__doc__ or "")
    readline.parse_and_bind("bind ^I rl_complete" if libedit else "tab: complete")
    readline.set_completer(_completer(namespace))


def _completer(namespace: dict[str, Any]) -> Any:
    from rlcompleter import Completer

    class KeyCompleter(Completer):
        """Completes the keys of state points and documents too, which are attributes there."""

        def attr_matches(self, text: str) -> list[str]:
            found = super().attr_matches(text)
            parts = re.fullmatch(r"(\w+(?:\.\w+)*)\.(\w*)", text)
            if parts is not None:
                found += _keys(namespace, parts[1], parts[2])
            return found

    return KeyCompleter(namespace).complete


def _keys(namespace: dict[str, Any], expression: str, start: str) -> list[str]:
    from signac._synced.mapping import SyncedDict

    try:
        first, *names = expression.split(".")
        value = namespace[first]
        for name in names:
            value = getattr(value, name)
        keys = list(value) if isinstance(value, SyncedDict) else []
    except Exception:  # noqa: BLE001  # what cannot be read has no keys to offer
        return []
    good = (key for key in keys if key.isidentifier() and not hasattr(type(value), key))
    return [f"{expression}.{key}" for key in good if key.startswith(start)]


class _Console(InteractiveConsole):
    """Remembers the lines that were typed."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        super().__init__(namespace)
        self.typed: list[str] = []

    def raw_input(self, prompt: str = "") -> str:
        line = super().raw_input(prompt)
        if line.strip() and line not in self.typed[-1:]:
            self.typed.append(line)
        return line
