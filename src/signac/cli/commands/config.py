"""`config`: show, set or verify the configuration."""

from __future__ import annotations

import argparse
import json
import os
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from signac._config.keys import KEYS, validate_config
from signac._config.load import load_config, read_config_file, user_config_path
from signac._core import layout
from signac._engine.locate import absolute, find_project
from signac._engine.workspace import Workspace
from signac.cli.arguments import add_json
from signac.cli.parser import suggest
from signac.cli.table import Command
from signac.errors import ConfigError, Error, InvalidInputError, ProjectNotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from signac.cli.context import Context

__all__ = ["COMMANDS"]

_FORCE_HELP: Final = "set what projects could not be opened with, or what replaces a section"


def _fill(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-g", "--global", dest="is_global", action="store_true", help="only the file of the user"
    )
    parser.add_argument(
        "-l",
        "--local",
        dest="is_local",
        action="store_true",
        help="only the file of the project in the current directory",
    )
    parser.add_argument("-f", "--force", action="store_true", help=_FORCE_HELP)
    parser.set_defaults(usage=parser.format_usage)
    actions = parser.add_subparsers(dest="action", metavar="{show,set,verify}")
    text = "print the configuration, or a part of it"
    show = actions.add_parser("show", help=text, description=f"{text.capitalize()}.")
    show.add_argument("key", nargs="*", help="a key, such as 'plots.format'; by default all")
    add_json(show)
    text = "set a key in the file of the project, or of the user"
    put = actions.add_parser("set", help=text, description=f"{text.capitalize()}.")
    put.add_argument("key", help="a key, such as 'plots.format'")
    put.add_argument("value", nargs="*", help="its value; several make a list")
    # The same option as that before the action, which must not be unset by its default.
    put.add_argument(
        "-f", "--force", action="store_true", default=argparse.SUPPRESS, help=_FORCE_HELP
    )
    text = "look for what would keep projects from being opened"
    actions.add_parser("verify", help=text, description=f"{text.capitalize()}.")


def _config(context: Context, options: argparse.Namespace) -> int | None:
    if options.action is None:
        context.print(options.usage().rstrip())
        return 2
    if options.is_local and options.is_global:
        raise InvalidInputError("You can specify either -l/--local or -g/--global, not both.")
    if options.action == "verify":
        return _verify(context, options)
    act = _show if options.action == "show" else _set
    act(context, options)
    return None


def _show(context: Context, options: argparse.Namespace) -> None:
    contents = _read(options)
    parts = ".".join(options.key).split(".") if options.key else []
    if contents is None:
        _report_missing(context, options)
        if options.json:
            context.print_json(None if parts else {})
        return
    value = _look_up(context, contents, parts)
    if options.json:
        context.print_json(value)
    elif isinstance(value, dict):
        context.print(*_format(value, len(parts), is_top=True))
    else:
        context.print(str(value))


def _read(options: argparse.Namespace) -> dict[str, Any] | None:
    """Return what the options ask for; None if there is no such file."""
    user = user_config_path()
    if options.is_global:
        # peer: makes up a schema version, which only projects have.
        return read_config_file(user) if os.path.isfile(user) else None
    if options.is_local:
        contents = read_config_file(layout.CONFIG) if os.path.isfile(layout.CONFIG) else None
    else:
        project = _find_project()
        if project is None:
            return read_config_file(user) if os.path.isfile(user) else None
        contents = dict(load_config(project))
    if contents is not None:
        contents.setdefault("schema_version", "1")
    return contents


def _find_project() -> str | None:
    try:
        return find_project(absolute(None), named=False)
    except ProjectNotFoundError:
        return None


def _report_missing(context: Context, options: argparse.Namespace) -> None:
    which = "local or global"
    if options.is_local or options.is_global:
        which = "local" if options.is_local else "global"
    context.note(f"Did not find a {which} configuration file.")
    if options.is_local:
        try:
            project = _find_project()
        except Error:  # one of an older layout
            project = None
        if project is not None:
            context.note(f"The project is at '{project}'; without -l its configuration is taken.")


def _look_up(context: Context, contents: Mapping[str, Any], parts: Sequence[str]) -> Any:
    value: Any = contents
    for number, part in enumerate(parts):
        if not isinstance(value, dict):
            raise InvalidInputError(f"{'.'.join(parts[:number])} is a value, and has no key {part}")
        if part not in value:
            _suggest(context, part, value if number else {**value, **dict.fromkeys(KEYS)})
            return None
        value = value[part]
    return value


def _suggest(
    context: Context, key: str, known: Iterable[str], what: str = "there is no key"
) -> None:
    near = suggest(key, known, "")
    if near != "see ''":
        context.note(f"{what} '{key}'; {near}")


def _format(section: Mapping[str, Any], depth: int, *, is_top: bool = False) -> Iterator[str]:
    """Yield a section as it would be in a file, without comments."""
    # peer: keys of the section that was asked for are not indented, but those of the ones in it.
    indent = "" if is_top else "    " * depth
    for key, value in section.items():
        if not isinstance(value, dict):
            yield f"{indent}{_format_value(key, value)}"
    for key, value in section.items():
        if isinstance(value, dict):
            yield f"{indent}{'[' * (depth + 1)}{key}{']' * (depth + 1)}"
            yield from _format(value, depth + 1)


def _format_value(key: str, value: str | list[str]) -> str:
    import configobj

    try:
        lines: list[str] = configobj.ConfigObj({key: value}, interpolation=False).write()
    except configobj.ConfigObjError:  # what references brought together
        return f"{key} = {json.dumps(value)}"
    return "\n".join(lines)


def _set(context: Context, options: argparse.Namespace) -> None:
    from signac._config.edit import write_value

    if not options.value:
        raise InvalidInputError("No value argument provided!")
    value = options.value[0] if len(options.value) == 1 else options.value
    if options.is_global:
        path = user_config_path()
        fallback = f"{path}.locks"
    else:
        # peer: looks in the current directory only, and fails in those of a project.
        project = find_project(absolute(None), named=False)
        path = os.path.join(project, layout.CONFIG)
        fallback = Workspace.of(project).fallback
    check = partial(_check, context, options, path)
    write_value(path, options.key, value, fallback=fallback, check=check)
    context.note(f"Updated value '{options.key}'='{value}'.")
    context.note(f"Writing configuration to '{path}'.")


def _check(
    context: Context,
    options: argparse.Namespace,
    path: str,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    """Raise if a change of a file does harm, unless that is wanted."""
    key = options.key
    is_project = not options.is_global
    known = _validate(before, path, is_project=is_project)
    problems = [each for each in _validate(after, path, is_project=is_project) if each not in known]
    if _has_section(before, key.split(".")):
        problems.append(f"{path}: {key} is a section, and all that is in it would be lost")
    if problems and not options.force:
        raise ConfigError(
            f"{'; '.join(problems)}. Nothing was written; 'config set --force' writes it"
        )
    if key not in before and key not in KEYS and "." not in key:
        _suggest(context, key, KEYS, "signac reads no key")


def _validate(contents: Mapping[str, Any], path: str, *, is_project: bool) -> list[str]:
    place = os.path.dirname(os.path.dirname(os.path.abspath(path))) if is_project else path
    return validate_config(contents, place, is_project=is_project)


def _has_section(contents: Any, parts: Sequence[str]) -> bool:
    for part in parts:
        contents = contents.get(part) if isinstance(contents, dict) else None
    return isinstance(contents, dict)


def _verify(context: Context, options: argparse.Namespace) -> int | None:
    user = user_config_path()
    files = [] if options.is_local or not os.path.isfile(user) else [(user, False)]
    if options.is_local and os.path.isfile(layout.CONFIG):
        files.append((layout.CONFIG, True))
    elif not (options.is_local or options.is_global):
        project = _find_project()
        files += [] if project is None else [(os.path.join(project, layout.CONFIG), True)]
    if not files:
        _report_missing(context, options)
        return None
    if options.is_local or options.is_global:
        context.note(f"Verification of config file '{files[0][0]}'.")
    problems = [
        problem
        for path, is_project in files
        for problem in _validate(read_config_file(path), path, is_project=is_project)
    ]
    for problem in problems:
        context.note(problem)
    if not problems:
        context.note("Passed.")
    return 1 if problems else None


COMMANDS = {"config": Command(_fill, _config)}
