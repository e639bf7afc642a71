"""Open an archive, whatever it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signac._transfer.imports import readers_tar, readers_zip
from signac._transfer.imports.readers import Damage
from signac.errors import ImportRefusedError

if TYPE_CHECKING:
    from signac._transfer.imports.limits import ImportLimits
    from signac._transfer.imports.readers import Reader

__all__ = ["open_archive"]


def open_archive(path: str, limits: ImportLimits) -> Reader:
    """Open a zip or tar archive, which is told by its contents and not by its name.

    Raises
    ------
    ImportRefusedError
        When it is neither, or is damaged.
    """
    with open(path, "rb") as file:
        beginning = file.read(512)
    found: Reader | None = None
    with Damage(path):
        # A tar archive may end in a member that is a zip archive, and a zip archive may begin with
        # anything.
        if not beginning.startswith((b"PK\3\4", b"PK\5\6")):
            found = readers_tar.find(path, beginning, limits)
        found = found or readers_zip.find(path, limits)
    if found is None:
        raise ImportRefusedError(
            f"{path} is of an unknown file type, neither a zip nor a tar archive; give a "
            "directory or an archive"
        )
    return found
