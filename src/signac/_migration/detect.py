"""Find out which layout a project has, and how far an interrupted migration came.

A migration leaves a note in ``.signac/migration.json`` from before its first change of layout
until after its last. The state of the files says what is done; the note says what they cannot:
that the workspace had another name, and that the old configuration may go.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signac._config.load import read_config_file
from signac._core import jsonfile, layout
from signac._engine.older import find_older, version_in
from signac.errors import ConfigError, MigrationError
from signac.version import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LOCK", "Found", "Note", "config_of", "look", "note_of"]

#: peer: the released signac holds the same lock while it migrates.
LOCK: Final = ".SIGNAC_PROJECT_MIGRATION_LOCK"
_NOTE: Final = os.path.join(layout.SIGNAC_DIRECTORY, "migration.json")


class Note(NamedTuple):
    """What a migration that is not finished has written down.

    Attributes
    ----------
    config : str
        The name of the old configuration, in the project directory.
    workspace : str
        The path of the workspace, before.
    """

    config: str
    workspace: str


class Found(NamedTuple):
    """A project as it is on the disk.

    Attributes
    ----------
    root : str
        The project directory.
    version : int
        Its layout.
    config : str
        The configuration that counts.
    keys : mapping
        What is in it.
    note : Note or None
        Of a migration that was interrupted.
    """

    root: str
    version: int
    config: str
    keys: Mapping[str, Any]
    note: Note | None


def config_of(root: str) -> str:
    """Return the path of the configuration of the current layout."""
    return os.path.join(root, layout.CONFIG)


def note_of(root: str) -> str:
    """Return the path of the note of a migration."""
    return os.path.join(root, _NOTE)


def look(root: str) -> Found:
    """Look at a project, without changing anything.

    Raises
    ------
    MigrationError
        When there is none, it is newer than this library, or its configuration cannot be read.
    ValueError
        When its version is not a whole number.
    """
    current, note = config_of(root), _read_note(root)
    older = find_older(root)
    if not os.path.isfile(current):
        if older is None:
            raise MigrationError(_nothing(root), root)
        return _checked(Found(root, older.version, older.config, _keys(root, older.config), note))
    keys = _keys(root, current)
    version = version_in(keys, current, SCHEMA_VERSION - 1)
    if version < SCHEMA_VERSION and older is not None:
        if keys:
            raise MigrationError(
                f"{root} has two configurations of older layouts, {older.config} and {current}; "
                "nothing was changed. Move the one that is not right elsewhere",
                root,
            )
        # A power cut emptied the new file.
        return _checked(Found(root, older.version, older.config, _keys(root, older.config), note))
    return _checked(Found(root, version, current, keys, note))


def _checked(found: Found) -> Found:
    if found.version > SCHEMA_VERSION:
        raise MigrationError(
            f"{found.root}: the project has schema version {found.version}, this library knows "
            f"them up to {SCHEMA_VERSION}; update signac",
            found.root,
        )
    return found


def _keys(root: str, config: str) -> Mapping[str, Any]:
    try:
        return read_config_file(config)
    except (ConfigError, OSError, UnicodeError) as error:
        raise MigrationError(f"{config} cannot be read: {error}; nothing was changed", root) from (
            error
        )


def _nothing(root: str) -> str:
    if not os.path.isdir(root):
        return f"{root} is not a directory; give that of a project"
    return (
        f"there is no project in {root}: neither .signac/config nor signac.rc is there; give the "
        "directory of the project itself, those above are not searched"
    )


def _read_note(root: str) -> Note | None:
    try:
        note = jsonfile.parse(jsonfile.read_bytes(note_of(root)))
        config, workspace = note["config"], note["workspace"]
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None
    if not isinstance(config, str) or not isinstance(workspace, str):
        return None
    # A name and no path: what is in the file must not lead elsewhere.
    return Note(os.path.basename(config), workspace)
