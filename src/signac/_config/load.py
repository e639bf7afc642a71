"""Read configuration files.

The format is that of ``configobj``: ``key = value``, comments with ``#``, lists by commas, quotes,
``[sections]`` and ``[[subsections]]``, ``%(name)s`` for the value of another key. A reference that
leads nowhere, or to more than a line can hold, stays as it is written.
"""

from __future__ import annotations

import io
import logging
import math
import os
import re
import stat
from typing import Any, Final

from signac._config.config import Config
from signac._core import layout
from signac.errors import ConfigError

logger = logging.getLogger(__name__)

_SIMPLE_SIZE: Final = 4096
_MOST_BYTES: Final = 2**18
_LONGEST_LINE: Final = 4096
_LONGEST_SECTION: Final = 512
_MOST_BRACKETS: Final = 64
#: Characters of what the parser says, which may hold a whole line.
_SHOWN: Final = 300
_REFERENCE: Final = r"%\(([^)]*)\)s"
_SIMPLE: Final = re.compile(r"(?:[ \t]*(?:[A-Za-z_]\w*[ \t]*=[ \t]*[\w.+-]+[ \t]*)?\n)*").fullmatch

__all__ = [
    "load_config",
    "parse_config",
    "parse_sections",
    "read_bytes",
    "read_config_file",
    "user_config_path",
]


def load_config(project: str) -> Config:
    """Return the user's configuration overlaid by that of the project at a path.

    That of the user only adds preferences, so one that cannot be read is logged and left out.
    """
    merged: dict[str, Any] = {}
    user = user_config_path()
    if os.path.isfile(user):
        try:
            _merge(merged, read_config_file(user))
        except (ConfigError, OSError) as error:
            logger.error("the configuration of the user is left out: %s", error)
    _merge(merged, read_config_file(os.path.join(project, layout.CONFIG)))
    return _freeze(merged)


def user_config_path() -> str:
    """Return the path of the user's configuration file, which need not exist."""
    return os.path.join(os.path.expanduser("~"), layout.USER_CONFIG)


def read_config_file(path: str) -> dict[str, Any]:
    """Return the contents of one configuration file as plain dictionaries.

    Raises
    ------
    ConfigError
        When it does not parse; the message names the file and the line.
    OSError
        When it cannot be read.
    """
    _refuse_pipe(path)
    plain = _read_simple(path)
    return parse_config(read_bytes(path), path) if plain is None else plain


def read_bytes(path: str) -> bytes:
    """Return the contents of a configuration file, or enough to see that they are too long."""
    _refuse_pipe(path)
    with open(path, "rb") as file:
        return file.read(_MOST_BYTES + 1)


def parse_config(data: bytes, path: str) -> dict[str, Any]:
    """Return contents as plain dictionaries, references replaced; `path` is for messages."""
    return _plain_section(parse_sections(data, path, interpolation=True))


def parse_sections(data: bytes, path: str, *, interpolation: bool = False) -> Any:
    """Return contents as a ``ConfigObj``, which knows comments and order."""
    import configobj

    _refuse_long_lines(data, path)
    try:
        return configobj.ConfigObj(io.BytesIO(data), encoding="utf-8", interpolation=interpolation)
    except (configobj.ConfigObjError, UnicodeDecodeError) as error:
        said = str(error).rstrip(".")
        said = said if len(said) <= _SHOWN else f"{said[:_SHOWN]}..."
        raise ConfigError(
            f"Failed to read configuration file {path}: {said}; mend that line. "
            "One of a project needs no more than the line `schema_version = 2`"
        ) from None


def _refuse_pipe(path: str) -> None:
    if stat.S_ISFIFO(os.stat(path).st_mode):
        raise ConfigError(f"{path} is no file but a pipe; move it away")


def _refuse_long_lines(data: bytes, path: str) -> None:
    """Keep from the parser what it would need minutes for: its time grows with the square.

    With the brackets that begin a section it grows even faster.
    """
    if len(data) > _MOST_BYTES:
        raise ConfigError(f"{path} has more than {_MOST_BYTES} bytes; a configuration is short")
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.lstrip().startswith(b"[") and (
            len(line) > _LONGEST_SECTION or line.count(b"[") > _MOST_BRACKETS
        ):
            raise ConfigError(f"{path}: the name of a section in line {number} is too long")
        if len(line) > _LONGEST_LINE:
            raise ConfigError(f"{path}: line {number} has more than {_LONGEST_LINE} bytes")


def _read_simple(path: str) -> dict[str, Any] | None:
    """Return the contents of a file of ``word = word`` lines alone, None for any other file.

    perf: most projects have one such line, and configobj takes 3 ms to import (find-process).
    """
    try:
        with open(path, encoding="ascii") as file:
            lines = file.read(_SIMPLE_SIZE + 1)
    except (OSError, ValueError):
        return None
    found = _SIMPLE(lines)
    if found is None or len(lines) > _SIMPLE_SIZE:
        return None
    pairs = [line.split("=") for line in lines.splitlines() if line.strip()]
    plain = {key.strip(): value.strip() for key, value in pairs}
    return plain if len(plain) == len(pairs) else None


def _plain_section(section: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    lengths: dict[str, float] = {}
    for key in section.scalars:
        plain[key] = _value(section, key, lengths)
    for key in section.sections:
        plain[key] = _plain_section(section[key])
    return plain


def _value(section: Any, key: str, lengths: dict[str, float]) -> Any:
    import configobj

    raw = dict.__getitem__(section, key)
    try:
        if _length(section, raw, lengths) > _LONGEST_LINE:
            return raw
        return section[key]
    except (configobj.InterpolationError, ValueError, TypeError, RecursionError):
        return raw


def _length(section: Any, value: Any, lengths: dict[str, float]) -> float:
    """Return how long a value is with all references in it replaced, without replacing them.

    Forty lines, each with two references to the one before, would make a value that no memory
    holds. What leads in a circle is endless.
    """
    if isinstance(value, list):
        return sum(_length(section, item, lengths) for item in value)
    if not isinstance(value, str):
        return 0
    total: float = len(value)
    for name in re.findall(_REFERENCE, value):
        if name not in lengths:
            lengths[name] = math.inf
            lengths[name] = _length(section, _look_up(section, name), lengths)
        total += lengths[name]
    return total


def _look_up(section: Any, name: str) -> Any:
    """Return the value that a reference in a section means: its own, or that of one around it."""
    while True:
        for place in (section, dict.get(section, "DEFAULT")):
            value = dict.get(place, name) if isinstance(place, dict) else None
            if value is not None and not isinstance(value, dict):
                return value
        if section.parent is section:
            return None
        section = section.parent


def _merge(into: dict[str, Any], other: dict[str, Any]) -> None:
    for key, value in other.items():
        known = into.get(key)
        if isinstance(known, dict) and isinstance(value, dict):
            _merge(known, value)
        else:
            into[key] = value


def _freeze(section: dict[str, Any]) -> Config:
    return Config(
        {
            key: _freeze(value) if isinstance(value, dict) else value
            for key, value in section.items()
        }
    )
