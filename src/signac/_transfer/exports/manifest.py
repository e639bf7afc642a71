"""The manifest of an export: which job is where, with size, mode and checksum of each file."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signac._core.ids import is_id
from signac._transfer.exports.inventory import Contents, Fact
from signac.errors import InvalidInputError
from signac.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Exported", "make_manifest", "parse_manifest"]

_FORMAT: Final = "signac-manifest"
_VERSION: Final = 1
_CHECKSUM: Final = re.compile("[0-9a-f]{64}").fullmatch


class Exported(NamedTuple):
    """One job in a manifest: its id, where it is in the target, and what is in it."""

    id: str
    path: str
    contents: Contents


def make_manifest(jobs: Iterable[Exported]) -> bytes:
    """Return the text of a manifest."""
    found = {
        "format": _FORMAT,
        "version": _VERSION,
        "creator": f"signac {__version__}",
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "jobs": [_describe(job) for job in sorted(jobs, key=lambda job: job.path)],
    }
    return json.dumps(found, indent=1).encode() + b"\n"


def _describe(job: Exported) -> dict[str, Any]:
    described: dict[str, Any] = {
        "id": job.id,
        "path": job.path,
        "files": {
            name: {"size": fact.size, "mode": f"{fact.mode:04o}", "sha256": fact.sha256}
            for name, fact in sorted(job.contents.files.items())
        },
    }
    if job.contents.links:
        described["links"] = dict(sorted(job.contents.links.items()))
    return described


def parse_manifest(text: bytes, source: str) -> list[Exported]:
    """Return the jobs of a manifest; `source` names it in errors.

    Raises
    ------
    InvalidInputError
        When it is no manifest, or one of a later version.
    """
    try:
        found = json.loads(text)
        if found["format"] != _FORMAT:
            raise InvalidInputError(f"{source} is no manifest of this library; move it away")
        if found["version"] != _VERSION:
            raise InvalidInputError(
                f"{source} has version {found['version']!r}, and this library reads {_VERSION}; "
                "update the library"
            )
        return [_parse_job(job) for job in found["jobs"]]
    except InvalidInputError:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidInputError(
            f"{source} cannot be read as a manifest ({type(error).__name__}: {error}); move it "
            "away, or export again"
        ) from error


def _parse_job(job: Any) -> Exported:
    files = {}
    for name, fact in job["files"].items():
        if not _CHECKSUM(fact["sha256"]):
            raise ValueError(f"the checksum of {name!r} is none")
        files[name] = Fact(int(fact["size"]), int(fact["mode"], 8), fact["sha256"])
    links = {str(name): str(to) for name, to in job.get("links", {}).items()}
    if not is_id(job["id"]) or not isinstance(job["path"], str):
        raise ValueError(f"{job['id']!r} at {job['path']!r} is no job")
    return Exported(job["id"], job["path"], Contents(files, links))
