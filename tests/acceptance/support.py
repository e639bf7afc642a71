"""What several acceptance tests need: the raw picture of a directory, and checks of messages."""

import json
import os
import re
from pathlib import Path
from typing import Any

STATE_POINT = "signac_statepoint.json"
DOCUMENT = "signac_job_document.json"
PROJECT_DOCUMENT = "signac_project_document.json"


def job_names(project: Any) -> set[str]:
    """Return the names in the workspace that have the form of a job id, read directly."""
    workspace = os.path.join(project.path, "workspace")
    return {name for name in os.listdir(workspace) if re.fullmatch("[0-9a-f]{32}", name)}


def tree(top: str | os.PathLike[str]) -> dict[str, bytes | None]:
    """Return every entry below a directory with the content of the regular files."""
    found: dict[str, bytes | None] = {}
    for path in sorted(Path(top).rglob("*")):
        regular = path.is_file() and not path.is_symlink()
        found[str(path.relative_to(top))] = path.read_bytes() if regular else None
    return found


def read_json(*parts: str | os.PathLike[str]) -> Any:
    """Return the content of a JSON file, read without the library."""
    return json.loads(Path(*parts).read_text())


def write_json(value: Any, *parts: str | os.PathLike[str]) -> None:
    """Write a JSON file as another program would, in place."""
    Path(*parts).write_text(json.dumps(value))


def assert_says(error: BaseException, *words: str) -> None:
    """Hold that a message is not empty and contains the given key paths or file names."""
    message = str(error)
    assert message.strip(), f"{type(error).__name__} has an empty message"
    for word in words:
        assert word in message, f"{word!r} is not in {message!r}"


def temporary_files(top: str | os.PathLike[str]) -> list[str]:
    """Return the entries below a directory that look like files left in the middle of a write."""
    return [
        name
        for name in tree(top)
        if re.match(r"\._|.*(~|\.next|\.tmp|\.trash)$", os.path.basename(name))
    ]
