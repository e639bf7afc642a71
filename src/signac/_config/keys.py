"""What the known configuration keys mean."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from signac._core.durability import parse_durability
from signac.errors import ConfigError, IncompatibleSchemaVersion
from signac.version import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from signac._core.durability import Durability

__all__ = ["KEYS", "check_schema_version", "parse_level", "validate_config"]

#: The keys that this library reads.
KEYS: Final = ("schema_version", "durability")
_REFERENCE: Final = r"%\(([^)]*)\)s"


def check_schema_version(config: Mapping[str, Any], path: str) -> None:
    """Refuse a project whose layout this library does not read.

    Raises
    ------
    IncompatibleSchemaVersion
        When the version is older or newer than `signac.version.SCHEMA_VERSION`.
    ConfigError
        When the value is a list or a section.
    ValueError
        When it is not a whole number.
    """
    value = config.get("schema_version", "1")
    if not isinstance(value, str):
        raise ConfigError(
            f"{path}: schema_version in .signac/config must be one "
            f"whole number, not {_show(value)}; mend the line: `schema_version = 2`"
        )
    try:
        version = int(value)
    except ValueError:
        raise ValueError(
            f"{path}: schema_version {_show(value)} is not a whole number; mend the "
            "line in .signac/config: `schema_version = 2`"
        ) from None
    if "schema_version" not in config:
        raise IncompatibleSchemaVersion(
            f"{path}: .signac/config has no line schema_version, which counts as version 1; this "
            f"library reads {SCHEMA_VERSION}. If the file was damaged, put the line "
            f"`schema_version = {SCHEMA_VERSION}` back; otherwise run "
            f"signac.migration.apply_migrations({path!r}), or `signac migrate`"
        )
    if version != SCHEMA_VERSION:
        raise outdated(path, version)


def _show(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}..."


def outdated(path: str, version: int) -> IncompatibleSchemaVersion:
    """Return the error for a project of another layout."""
    advice = f"signac.migration.apply_migrations({path!r}), or `signac migrate`, brings it to that"
    return IncompatibleSchemaVersion(
        f"{path}: the project has schema version {version}, this library reads {SCHEMA_VERSION}; "
        + (advice if version < SCHEMA_VERSION else "update signac")
    )


def parse_level(config: Mapping[str, Any], path: str) -> Durability | None:
    """Return the durability that a project's config asks for."""
    value = config.get("durability")
    if value is None:
        return None
    return parse_durability(value, f"{path}: durability")


def validate_config(config: Mapping[str, Any], path: str, *, is_project: bool) -> list[str]:
    """Return all that keeps a project with this configuration from being opened.

    Parameters
    ----------
    config : mapping
        The contents of one file, references replaced as far as that can be done.
    path : str
        The project, or the file, for messages.
    is_project : bool
        Whether the file is that of a project, and not that of the user.
    """
    problems = []
    for check in (check_schema_version, parse_level) if is_project else (parse_level,):
        try:
            check(config, path)
        except (IncompatibleSchemaVersion, ConfigError, ValueError) as error:
            problems.append(str(error))
    # peer: opening such a project raises there.
    problems += (
        f"{path}: {key} has %({name})s, and there is no key '{name}' whose value could be put in"
        for key, name in _find_unresolved(config)
    )
    return problems


def _find_unresolved(section: Mapping[str, Any], root: str = "") -> Iterator[tuple[str, str]]:
    for key, value in section.items():
        if isinstance(value, dict):
            yield from _find_unresolved(value, f"{root}{key}.")
            continue
        for text in value if isinstance(value, list) else [value]:
            yield from ((f"{root}{key}", name) for name in re.findall(_REFERENCE, text))
