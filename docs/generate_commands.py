"""Write docs/commands.md: every command with its arguments, taken from the parsers.

python docs/generate_commands.py            writes the page
python docs/generate_commands.py --check    fails if the page is not what it would write
"""

# ruff: noqa: SLF001 -- argparse has no public way to walk through a parser
import argparse
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

PAGE = Path(__file__).with_name("commands.md")
HEAD = """\
# Commands

This page is made from the parsers by `docs/generate_commands.py`. `signac COMMAND --help` prints
the same. [Command line](command-line.md) has examples, and the rules that all commands share.

## signac
"""


def escape(text: str) -> str:
    """Return a text as it stands in the cell of a table."""
    return re.sub(r"([|*_<\[])", r"\\\1", " ".join(text.split()))


def usage(parser: argparse.ArgumentParser) -> str:
    """Return the usage without its first word, each further line below the first argument."""
    text = parser.format_usage().removeprefix("usage: ").rstrip()
    indent = len(parser.prog) + 1
    lines = text.splitlines()
    return "\n".join([lines[0], *(" " * indent + line.strip() for line in lines[1:])])


def shown(action: argparse.Action) -> str:
    """Return an argument as one types it."""
    if not action.option_strings:
        return f"`{_value(action)}`"
    if action.nargs == 0:
        return ", ".join(f"`{option}`" for option in action.option_strings)
    return ", ".join(f"`{option} {_value(action)}`" for option in action.option_strings)


def _value(action: argparse.Action) -> str:
    if action.metavar is None and action.choices is not None:
        name = "{" + ",".join(map(str, action.choices)) + "}"
    else:
        default = action.dest.upper() if action.option_strings else action.dest
        name = action.metavar or default
        name = " ".join(name) if isinstance(name, tuple) else name
    if action.nargs in ("*", "...", "A..."):
        return f"[{name} ...]"
    if action.nargs == "+":
        return f"{name} [...]"
    return f"[{name}]" if action.nargs == "?" else name


def explained(action: argparse.Action, program: str) -> str:
    """Return the help of an argument with its default filled in."""
    values = {**vars(action), "prog": program}
    text = (action.help or "") % values
    if action.metavar is not None and action.choices is not None:
        text += f" ({', '.join(map(str, action.choices))})"
    return escape(text)


def rows(actions: list[argparse.Action], program: str) -> Iterator[str]:
    """Yield a table of arguments."""
    yield "| argument | |"
    yield "| --- | --- |"
    for action in actions:
        cell = shown(action).replace("|", "\\|")
        yield f"| {cell} | {explained(action, program)} |"
    yield ""


def subparsers(parser: argparse.ArgumentParser) -> argparse._SubParsersAction | None:
    """Return the action that holds the commands of a parser, if it has any."""
    found = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return found[0] if found else None


def described(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Yield text, usage and arguments of one parser."""
    if parser.description:
        yield escape(parser.description)
        yield ""
    yield "```text"
    yield usage(parser)
    yield "```"
    yield ""
    actions = [
        action
        for action in parser._actions
        if not isinstance(action, argparse._HelpAction | argparse._SubParsersAction)
        and action.help != argparse.SUPPRESS
    ]
    if actions:
        yield from rows(actions, parser.prog)
    below = subparsers(parser)
    if parser.epilog and below is None:
        yield escape(parser.epilog)
        yield ""


def sections(parser: argparse.ArgumentParser, level: int = 2) -> Iterator[str]:
    """Yield the section of each command of a parser, and those of its own commands below it."""
    below = subparsers(parser)
    for command in below.choices.values() if below else ():
        fill = getattr(command, "fill", None)
        if fill is not None:
            fill()
        yield f"{'#' * level} {command.prog}"
        yield ""
        yield from described(command)
        yield from sections(command, level + 1)


def overview(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Yield a table of all commands."""
    below = subparsers(parser)
    yield "| command | |"
    yield "| --- | --- |"
    for entry in below._choices_actions if below else ():
        anchor = f"{parser.prog} {entry.dest}".lower().replace(" ", "-")
        yield f"| [`{entry.dest}`](#{anchor}) | {escape(entry.help or '')} |"
    yield ""


def generate() -> str:
    """Return the page."""
    os.environ["COLUMNS"] = "92"
    from signac.cli.parser import make_parser

    parser = make_parser("signac")
    parts = [*described(parser), *overview(parser), *sections(parser)]
    return HEAD + "\n" + "\n".join(parts).rstrip() + "\n"


def main() -> None:
    """Write the page, or compare it."""
    page = generate()
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(page, encoding="utf-8")
    elif not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != page:
        sys.exit("docs/commands.md is not up to date: run `python docs/generate_commands.py`")


if __name__ == "__main__":
    main()
