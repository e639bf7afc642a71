"""What the known configuration keys mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signac._core.durability import parse_durability
from signac.errors import ConfigError, IncompatibleSchemaVersion
from signac.version import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from signac._core.durability import Durability

__all__ = ["check_schema_version", "parse_level"]


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
        raise ConfigError(f"{path}: schema_version must be one whole number, not {value!r}")
    try:
        version = int(value)
    except ValueError:
        raise ValueError(f"{path}: schema_version {value!r} is not a whole number") from None
    if version < SCHEMA_VERSION:
        raise outdated(path, version)
    if version > SCHEMA_VERSION:
        raise IncompatibleSchemaVersion(
            f"{path}: the project has schema version {version}, this library reads "
            f"{SCHEMA_VERSION}; update signac"
        )


def outdated(path: str, version: int) -> IncompatibleSchemaVersion:
    """Return the error for a project of an older layout."""
    return IncompatibleSchemaVersion(
        f"{path}: the project has schema version {version}, this library reads {SCHEMA_VERSION}; "
        "run `signac migrate` of a release that can migrate it"
    )


def parse_level(config: Mapping[str, Any], path: str) -> Durability | None:
    """Return the durability that a project's config asks for."""
    value = config.get("durability")
    if value is None:
        return None
    return parse_durability(value, f"{path}: durability")
