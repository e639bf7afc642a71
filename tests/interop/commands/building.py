"""Projects written with the standard library alone: the parts that the scenes are made of."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import rawcheck

#: When every file of a scene was last changed, unless the scene says otherwise.
LONG_AGO = 1_000_000_000
Content = str | bytes


def project(path: Path, config: str = "", document: dict[str, Any] | None = None) -> Path:
    """Make a project without jobs; `config` is added to its configuration."""
    write(path / ".signac" / "config", f"schema_version = 2\n{config}")
    (path / "workspace").mkdir()
    if document is not None:
        write(path / rawcheck.PROJECT_DOCUMENT, json.dumps(document))
    return path


def job(
    path: Path,
    statepoint: dict[str, Any],
    document: dict[str, Any] | None = None,
    files: Mapping[str, Content] | None = None,
    workspace: str = "workspace",
) -> Path:
    """Make a job in the project at the path and return its directory."""
    directory = path / workspace / rawcheck.id_of(statepoint)
    directory.mkdir(parents=True)
    write(directory / rawcheck.STATEPOINT, json.dumps(statepoint))
    if document is not None:
        write(directory / rawcheck.DOCUMENT, json.dumps(document))
    for name, content in (files or {}).items():
        write(directory / name, content)
    return directory


def write(path: Path, content: Content, when: int = LONG_AGO) -> Path:
    """Write a file, with its directories, as of long ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    os.utime(path, (when, when))
    return path
