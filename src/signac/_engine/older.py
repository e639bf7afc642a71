"""Recognise projects of older layouts, those included whose migration was interrupted.

Layouts 0 and 1 keep their configuration in ``signac.rc`` (or ``.signacrc``) in the project
directory. A migration writes the new configuration last and removes the old one afterwards, so
there is one of the two at any time.
"""

from __future__ import annotations

import os
import re
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signac._config.keys import outdated
from signac._config.load import read_config_file, user_config_path
from signac._core import layout
from signac._core.ids import is_id
from signac.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["HIDDEN_CONFIG", "OLD_CONFIG", "OldProject", "find_older", "refuse_older", "version_in"]

#: The config file of layouts 0 and 1.
OLD_CONFIG: Final = "signac.rc"
#: Its other name, which is also that of the configuration of a user, in the home directory.
HIDDEN_CONFIG: Final = ".signacrc"
#: What only the configuration of a project has.
_TELLING: Final = ("project", "schema_version")
_LINE: Final = r"(?m)^[ \t]*(project|schema_version)[ \t]*=[ \t]*[\"']?([^\"'#\n]*)"
_MOST_NAMES: Final = 1000


class OldProject(NamedTuple):
    """A project of layout 0 or 1.

    Attributes
    ----------
    path : str
        The project directory.
    config : str
        Its configuration file.
    version : int
        The layout that the file says, 0 if it does not say any.
    keys : mapping or None
        The contents of the file, None if it does not parse.
    """

    path: str
    config: str
    version: int
    keys: Mapping[str, Any] | None


def find_older(path: str) -> OldProject | None:
    """Return the project of an older layout whose configuration lies in a directory.

    Raises
    ------
    ValueError
        When its ``schema_version`` is not a whole number.
    """
    for name in (OLD_CONFIG, HIDDEN_CONFIG):
        config = os.path.join(path, name)
        if not os.path.isfile(config):
            continue
        keys, parsed = _read(config)
        if _is_of_a_project(path, name, keys):
            return OldProject(path, config, version_in(keys, config, 0), keys if parsed else None)
    return None


def refuse_older(path: str) -> None:
    """Raise `IncompatibleSchemaVersion` if a project of an older layout is at a path."""
    old = find_older(path)
    if old is not None:
        raise outdated(path, old.version)


def version_in(keys: Mapping[str, Any], config: str, default: int) -> int:
    """Return the layout version that a configuration says.

    Raises
    ------
    ValueError
        When it is not a whole number.
    """
    value = keys.get("schema_version", default)
    try:
        return int(value)
    except (TypeError, ValueError):
        raise ValueError(
            f"{config}: schema_version {str(value)[:60]!r} is not a whole number; a project of "
            "the releases 0.x and 1.x has `schema_version = 1`, or no such line"
        ) from None


def _read(config: str) -> tuple[dict[str, Any], bool]:
    """Return the contents of a configuration, and whether it parses."""
    try:
        return read_config_file(config), True
    except (ConfigError, UnicodeError):
        with open(config, encoding="utf-8", errors="replace") as file:
            found = re.findall(_LINE, file.read(1 << 18))
        return {key: value.strip() for key, value in found}, False


def _is_of_a_project(path: str, name: str, keys: Mapping[str, Any]) -> bool:
    """Tell the configuration of a project from one that only adds preferences.

    peer: one without the key ``project``, as an interrupted migration leaves it, is not seen by
    the released signac, which then makes a fresh project beside the old jobs.
    """
    if name == HIDDEN_CONFIG:
        return "project" in keys and not _is_same(os.path.join(path, name), user_config_path())
    if any(key in keys for key in _TELLING):
        return True
    workspace = keys.get("workspace_dir", layout.WORKSPACE)
    return isinstance(workspace, str) and _holds_jobs(os.path.join(path, workspace))


def _is_same(path: str, other: str) -> bool:
    return os.path.realpath(path) == os.path.realpath(other)


def _holds_jobs(directory: str) -> bool:
    try:
        with os.scandir(directory) as entries:
            return any(is_id(entry.name) for entry in islice(entries, _MOST_NAMES))
    except (OSError, ValueError):
        return False
