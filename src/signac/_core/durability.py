"""How much a power cut may take: three levels, chosen per block, per process or per project.

=========  =====================================  ===========================================
level      a killed process                       a power cut
=========  =====================================  ===========================================
`fast`     every file is old or new               recent files may be empty or missing
`safe`     every file is old or new               every file is old or new (needs ordered
                                                  metadata: ext4, XFS, btrfs, APFS); the last
                                                  seconds may be the old state
`durable`  every file is old or new               what was acknowledged is on the disk
=========  =====================================  ===========================================

The innermost ``with signac.durability(...)`` wins, then the environment variable
``SIGNAC_DURABILITY``, then the key ``durability`` of the project's config, then `safe`.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Literal, get_args

from signac.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["DEFAULT", "Durability", "durability", "effective", "parse_durability"]

Durability = Literal["fast", "safe", "durable"]
DEFAULT: Durability = "safe"
VARIABLE = "SIGNAC_DURABILITY"

_block: ContextVar[Durability | None] = ContextVar("signac_durability", default=None)


def parse_durability(text: object, source: str) -> Durability:
    """Return `text` as a level; `source` names where it was given."""
    if text in get_args(Durability):
        return text  # type: ignore[return-value]
    levels = ", ".join(get_args(Durability))
    raise InvalidInputError(f"{source}: {text!r} is not a durability level; choose one of {levels}")


@contextmanager
def durability(level: Durability) -> Iterator[None]:
    """Choose what a power cut may take, for the changes made inside this block.

    Parameters
    ----------
    level : {"fast", "safe", "durable"}
        ``fast`` does not wait for the disk: a killed process still never leaves half a file,
        a power cut may. ``safe``, the default, waits for the contents of each file before it
        takes its name. ``durable`` also waits for the name.

    Examples
    --------
    >>> import signac
    >>> with signac.TemporaryProject() as project, signac.durability("durable"):
    ...     project.open_job({"a": 0}).init().doc["done"] = True
    """
    token = _block.set(parse_durability(level, "signac.durability"))
    try:
        yield
    finally:
        _block.reset(token)


def effective(project_level: Durability | None = None) -> Durability:
    """Return the level that holds here and now."""
    block = _block.get()
    if block is not None:
        return block
    process = os.environ.get(VARIABLE)
    if process:
        return parse_durability(process, f"environment variable {VARIABLE}")
    return project_level or DEFAULT
