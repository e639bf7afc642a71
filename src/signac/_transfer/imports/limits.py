"""How much an archive may unpack to, and the count of what it really does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from signac.errors import ImportRefusedError

__all__ = ["ImportLimits", "Meter"]

#: Small archives of zeros are no threat: from so many bytes on the ratio counts.
_FLOOR: Final = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportLimits:
    """What an import accepts before it calls an origin hostile; None switches a limit off.

    Attributes
    ----------
    size : int or None
        Bytes that an archive may unpack to.
    ratio : float or None
        How many times larger than the archive that may be, and a member than its compressed form;
        counts from 64 MiB on.
    members : int or None
        Files and directories in an archive. About 200 bytes of memory are needed for each.
    depth : int or None
        Directories within one another.
    statepoint : int or None
        Bytes of a state point file.

    Examples
    --------
    >>> from signac.import_export import ImportLimits
    >>> ImportLimits(size=None).ratio
    500.0
    """

    size: int | None = 100 << 30
    ratio: float | None = 500.0
    members: int | None = 10_000_000
    depth: int | None = 100
    statepoint: int | None = 1 << 20


class Meter:
    """Counts members and bytes, and raises at the first beyond the limits.

    Parameters
    ----------
    limits : ImportLimits
        What is accepted.
    archive : str
        The file, for messages.
    volume : int
        Its size.
    """

    __slots__ = ("_archive", "_bytes", "_limits", "_members", "_volume")

    def __init__(self, limits: ImportLimits, archive: str, volume: int) -> None:
        self._limits = limits
        self._archive = archive
        self._volume = max(volume, 1)
        self._members = 0
        self._bytes = 0

    def member(self, count: int = 1) -> None:
        """Count members."""
        self._members += count
        most = self._limits.members
        if most is not None and self._members > most:
            self._refuse(f"has more than {most} members", "members")

    def add(self, count: int) -> None:
        """Count bytes, those in files or those that had to be read to find them."""
        self._bytes += count
        self.reach(self._bytes)

    def reach(self, total: int) -> None:
        """Raise if so many bytes in all are too many."""
        size, ratio = self._limits.size, self._limits.ratio
        if size is not None and total > size:
            self._refuse(f"unpacks to more than {size} bytes", "size")
        if ratio is not None and total > _FLOOR and total > ratio * self._volume:
            self._refuse(f"unpacks to more than {ratio:g} times its size", "ratio")

    def compare(self, name: str, size: int, packed: int) -> None:
        """Raise if one member unpacks to too much."""
        ratio = self._limits.ratio
        if ratio is not None and size > _FLOOR and size > ratio * max(packed, 1):
            self._refuse(f"has {name!r}, which unpacks to more than {ratio:g} times", "ratio")

    def _refuse(self, what: str, limit: str) -> None:
        raise ImportRefusedError(
            f"{self._archive} {what}, as archives do that are made to fill a disk; nothing more "
            f"was written. If you trust it: limits=ImportLimits({limit}=None)"
        )
