"""Read configuration files.

The format is that of ``configobj``: ``key = value``, comments with ``#``, lists by commas, quotes,
``[sections]`` and ``[[subsections]]``, ``%(name)s`` for the value of another key. A reference that
leads nowhere stays as it is written.
"""

from __future__ import annotations

import os
from typing import Any

from signac._config.config import Config
from signac._core import layout
from signac.errors import ConfigError

__all__ = ["load_config", "read_config_file", "user_config_path"]


def load_config(project: str) -> Config:
    """Return the user's configuration overlaid by that of the project at a path."""
    merged: dict[str, Any] = {}
    user = user_config_path()
    if os.path.isfile(user):
        _merge(merged, read_config_file(user))
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
    """
    import configobj

    try:
        parsed = configobj.ConfigObj(path, encoding="utf-8", file_error=True, interpolation=True)
    except configobj.ConfigObjError as error:
        raise ConfigError(f"Failed to read configuration file {path}: {error}") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"Failed to read configuration file {path}: {error}") from None
    return _plain_section(parsed)


def _plain_section(section: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for key in section.scalars:
        plain[key] = _value(section, key)
    for key in section.sections:
        plain[key] = _plain_section(section[key])
    return plain


def _value(section: Any, key: str) -> Any:
    import configobj

    try:
        return section[key]
    except (configobj.InterpolationError, ValueError):
        return dict.__getitem__(section, key)


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
