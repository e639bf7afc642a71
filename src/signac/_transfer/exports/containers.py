"""The kinds of targets, told by their names, and how archives are opened."""

from __future__ import annotations

import os
from typing import IO, TYPE_CHECKING, Any, Final, Literal

from signac._transfer.exports.formats import TarFormat, ZipFormat
from signac._transfer.zstd import require_zstd, zstd_writer

if TYPE_CHECKING:
    import tarfile
    from collections.abc import Callable, Sequence

    from signac._transfer.exports.formats import Format
    from signac._transfer.exports.writers import Written

__all__ = ["Kind", "carry_over", "find_kind", "open_format"]

Kind = Literal["directory", "zip", "tar", "gz", "bz2", "xz", "zst", "open"]
_EXTENSIONS: Final[dict[str, Kind]] = {
    "": "directory",
    ".zip": "zip",
    ".tar": "tar",
    ".gz": "gz",
    ".bz2": "bz2",
    ".xz": "xz",
    ".zst": "zst",
}


def find_kind(target: Any) -> Kind:
    """Return what a target is.

    Raises
    ------
    TypeError
        When it is neither a path with a known extension nor an open archive.
    """
    if not isinstance(target, str):
        from tarfile import TarFile
        from zipfile import ZipFile

        if isinstance(target, TarFile | ZipFile):
            return "open"
        raise TypeError(
            f"{target!r} is nothing to export to: give a path, or an open ZipFile or TarFile"
        )
    extension = os.path.splitext(target)[1]
    kind = _EXTENSIONS.get(extension)
    if kind is None and os.path.isdir(target):
        return "directory"
    if kind is None:
        known = ", ".join(filter(None, _EXTENSIONS))
        raise TypeError(
            f"Unknown extension {extension!r} of {target}: an archive ends in one of {known}, "
            "a directory has none or ends in a slash"
        )
    if kind == "zst":
        require_zstd()
    return kind


def open_format(kind: Kind) -> Callable[[IO[bytes]], Format]:
    """Return a function that makes an archive in an open file."""
    if kind == "zip":
        return _new_zip
    if kind == "zst":
        return _new_zstd
    return lambda stream: TarFormat(_new_tar(stream, "" if kind == "tar" else kind), own=True)


def _new_zip(stream: IO[bytes]) -> Format:
    from zipfile import ZIP_DEFLATED, ZipFile

    return ZipFormat(ZipFile(stream, "w", ZIP_DEFLATED))


def _new_tar(stream: IO[bytes], compression: str) -> tarfile.TarFile:
    import tarfile

    modes: dict[str, Any] = {"": "w", "gz": "w:gz", "bz2": "w:bz2", "xz": "w:xz"}
    return tarfile.open(fileobj=stream, mode=modes[compression])


def _new_zstd(stream: IO[bytes]) -> Format:
    import tarfile

    below = zstd_writer(stream)
    return TarFormat(tarfile.open(fileobj=below, mode="w|"), below, own=True)


def carry_over(path: str) -> Callable[[Format, Sequence[Written]], None] | None:
    """Return a function that copies what a tar archive holds, None if there is no archive.

    peer: an uncompressed archive is added to; members that are there keep their content unless
    they are exported again, a whole job at a time.
    """
    import tarfile

    if not os.path.exists(path) or not os.path.getsize(path):
        return None

    def copy(format_: Format, written: Sequence[Written]) -> None:
        assert isinstance(format_, TarFormat)
        with tarfile.open(path, "r:") as archive:
            _copy_members(archive, format_, written)

    return copy


def _copy_members(old: tarfile.TarFile, new: TarFormat, written: Sequence[Written]) -> None:
    import tarfile

    from signac._core.layout import STATEPOINT
    from signac._transfer.exports.writers import MANIFEST

    jobs = {one.entry.rel for one in written}
    names = new.names | {MANIFEST}
    before = {
        name[: -len(STATEPOINT)].rstrip("/")
        for name in old.getnames()
        if name.rpartition("/")[2] == STATEPOINT
    }
    latest = {member.name: member for member in old.getmembers()}
    for member in latest.values():
        if member.name in names or _job_of(member.name, before) in jobs:
            continue
        if member.isreg() or member.islnk():
            # A hard link may lead to a member that is not kept: its content is.
            content = old.extractfile(member)
            if content is None:
                continue
            size = content.seek(0, os.SEEK_END)
            content.seek(0)
            plain = member.islnk() or member.issparse() or member.size != size
            if plain:
                member.type, member.linkname, member.pax_headers = tarfile.REGTYPE, "", {}
                member.size = size
            new.add(member, content)
        else:
            new.add(member)


def _job_of(name: str, jobs: set[str]) -> str | None:
    """Return the job directory, of those that are known, that a member lies in."""
    while True:
        if name in jobs:
            return name
        if not name:
            return None
        name = name.rpartition("/")[0]
