"""Write jobs into zip and tar archives."""

from __future__ import annotations

import errno
import os
import stat
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Final, Protocol

from signac._core import layout
from signac._engine.record import read_statepoint
from signac._transfer.exports.inventory import (
    CHUNK,
    Contents,
    Fact,
    Member,
    Reader,
    list_members,
    open_reader,
)
from signac.errors import JobsCorruptedError

if TYPE_CHECKING:
    import tarfile
    import zipfile
    from collections.abc import Iterator

    from signac._transfer.exports.writers import Entry

__all__ = [
    "Format",
    "SourceProblem",
    "TarFormat",
    "ZipFormat",
    "write_entry",
    "write_text",
]

#: What the library keeps in a job directory for a moment, and the file that is written by itself.
_LEFT_OUT: Final = frozenset({layout.STATEPOINT, layout.STATEPOINT_NEXT})
#: The times that a zip archive can hold.
_FIRST_YEAR, _LAST_YEAR = 1980, 2107


class SourceProblem(Exception):  # never seen outside
    """A job cannot be read; the archive itself is well, but may hold a part of the job."""

    def __init__(self, error: Exception, *, partial: bool = True) -> None:
        super().__init__(error)
        self.error = error
        self.partial = partial


class Format(Protocol):
    """How members are written into one kind of archive."""

    #: Whether what links lead to is written, and not the links; None: where they leave the job.
    follows: bool | None
    #: Whether names of any bytes can be written, and all directories are.
    is_tar: bool

    def directory(self, name: str, status: os.stat_result) -> None:
        """Write a directory."""

    def file(self, name: str, status: os.stat_result, reader: Reader) -> None:
        """Write a file."""

    def link(self, name: str, status: os.stat_result, destination: str) -> None:
        """Write a symbolic link."""

    def close(self) -> None:
        """Write what belongs to the end."""


class ZipFormat:
    """Zip: files and what links lead to, directories only if they are empty."""

    follows: bool | None = True
    is_tar = False

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def directory(self, name: str, status: os.stat_result) -> None:
        """Write an empty directory; the others are in the names of the files."""
        info = self._info(name + "/", status)
        info.external_attr |= 0x10
        self._archive.writestr(info, b"")

    def file(self, name: str, status: os.stat_result, reader: Reader) -> None:
        """Write a file."""
        info = self._info(name, status)
        info.file_size = reader.size
        info.compress_type = self._archive.compression
        info._compresslevel = self._archive.compresslevel  # type: ignore[attr-defined] # noqa: SLF001
        with self._archive.open(info, "w") as target:
            while data := reader.read(CHUNK):
                target.write(data)

    def link(self, name: str, status: os.stat_result, destination: str) -> None:
        """Write a link that leads nowhere, in the way of the zip programs of Unix."""
        self._archive.writestr(self._info(name, status), os.fsencode(destination))

    def _info(self, name: str, status: os.stat_result) -> zipfile.ZipInfo:
        from zipfile import ZipInfo

        moment = time.localtime(status.st_mtime)[:6]
        if not _FIRST_YEAR <= moment[0] <= _LAST_YEAR:
            year = min(max(moment[0], _FIRST_YEAR), _LAST_YEAR)
            moment = (year, 1, 1, 0, 0, 0)
        info = ZipInfo(name, moment)
        info.create_system = 3  # where modes have a meaning
        info.external_attr = (status.st_mode & 0xFFFF) << 16
        return info

    def close(self) -> None:
        """Write the table of contents."""
        self._archive.close()


class TarFormat:
    """Tar: directories, files, and symbolic links as links, unless they lead out of the job."""

    follows: bool | None = None
    is_tar = True

    def __init__(self, archive: tarfile.TarFile, below: Any = None, *, own: bool = False) -> None:
        self.archive = archive
        #: The names of what was written, if the archive is our own.
        self.names: set[str] = set()
        self._below = below
        self._own = own
        self._people: dict[tuple[str, int], str] = {}

    def directory(self, name: str, status: os.stat_result) -> None:
        """Write a directory."""
        from tarfile import DIRTYPE

        self.add(self._info(name, status, DIRTYPE))

    def file(self, name: str, status: os.stat_result, reader: Reader) -> None:
        """Write a file; one with several names is written once for each of them."""
        from tarfile import REGTYPE

        info = self._info(name, status, REGTYPE)
        info.size = reader.size
        self.add(info, reader)

    def link(self, name: str, status: os.stat_result, destination: str) -> None:
        """Write a symbolic link."""
        from tarfile import SYMTYPE

        info = self._info(name, status, SYMTYPE)
        info.linkname = destination
        self.add(info)

    def add(self, info: tarfile.TarInfo, content: Any = None) -> None:
        """Write a member."""
        self.archive.addfile(info, content)
        if self._own:
            # The archive keeps all that it wrote, which nobody asks for: 1 GB for a million files.
            self.archive.getmembers().clear()
            self.names.add(info.name)

    def _info(self, name: str, status: os.stat_result, kind: bytes) -> tarfile.TarInfo:
        from tarfile import TarInfo

        info = TarInfo(name)
        info.type = kind
        info.mode = stat.S_IMODE(status.st_mode)
        info.mtime = status.st_mtime
        info.uid, info.gid = status.st_uid, status.st_gid
        info.uname, info.gname = self._name("user", info.uid), self._name("group", info.gid)
        return info

    def _name(self, kind: str, number: int) -> str:
        if (kind, number) not in self._people:
            try:
                import grp
                import pwd

                find = pwd.getpwuid if kind == "user" else grp.getgrgid
                self._people[kind, number] = find(number)[0]
            except (ImportError, KeyError):
                self._people[kind, number] = ""
        return self._people[kind, number]

    def close(self) -> None:
        """Write the end of the archive, and what compresses it."""
        self.archive.close()
        if self._below is not None:
            self._below.close()


def write_entry(format_: Format, entry: Entry, *, hashing: bool) -> Contents:
    """Write one job into an archive and return what was written.

    Raises
    ------
    SourceProblem
        When the job cannot be read; the archive may hold a part of it then.
    """
    with _reading(partial=False):
        statepoint, text = _statepoint_of(entry)
        members = list(list_members(entry.path, follow=format_.follows, leave_out=_LEFT_OUT))
        _require_writable(format_, entry, members)
    base = entry.rel + "/" if entry.rel else ""
    files: dict[str, Fact] = {}
    links: dict[str, str] = {}
    if format_.is_tar and entry.rel:
        format_.directory(entry.rel, os.stat(entry.path))
    filled = {name.rpartition("/")[0] for name in (member.name for member in members)}
    for member in members:
        if member.kind == "directory":
            if format_.is_tar or member.name not in filled:
                format_.directory(base + member.name, member.status)
        elif member.kind == "link":
            with _reading():
                links[member.name] = os.readlink(member.path)
            format_.link(base + member.name, member.status, links[member.name])
        else:
            files[member.name] = _write_file(format_, base + member.name, member, hashing=hashing)
    reader = Reader(entry.path, len(text), text=text, hashing=hashing)
    format_.file(base + layout.STATEPOINT, statepoint, reader)
    files[layout.STATEPOINT] = reader.fact(statepoint.st_mode)
    return Contents(files, links) if hashing else Contents({}, {})


def write_text(format_: Format, name: str, text: bytes) -> None:
    """Write a file that is not of any job."""
    now = int(time.time())
    status = os.stat_result((stat.S_IFREG | 0o644, 0, 0, 1, 0, 0, len(text), now, now, now))
    format_.file(name, status, Reader(name, len(text), text=text))


def _write_file(format_: Format, name: str, member: Member, *, hashing: bool) -> Fact:
    with ExitStack() as stack:
        with _reading():
            reader, status = open_reader(member.path, stack, hashing=hashing)
        format_.file(name, status, reader)
    if reader.error is not None:
        raise SourceProblem(reader.error)
    return reader.fact(status.st_mode)


def _statepoint_of(entry: Entry) -> tuple[os.stat_result, bytes]:
    """Return status and text of the state point, a change of it seen as complete."""
    if not os.path.isdir(entry.path):
        raise FileNotFoundError(
            errno.ENOENT, "the job is not there; job.init() makes it", entry.path
        )
    _, text = read_statepoint(entry.workspace, entry.id)
    try:
        return os.stat(entry.workspace.statepoint(entry.id)), text
    except FileNotFoundError:
        return os.stat(entry.workspace.statepoint_next(entry.id)), text


def _require_writable(format_: Format, entry: Entry, members: list[Member]) -> None:
    """Find before anything is written what would fail in the middle."""
    for member in members:
        if member.kind == "file" and not os.access(member.path, os.R_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), member.path)
    if format_.is_tar:
        return
    for name in (entry.rel, *(member.name for member in members)):
        try:
            name.encode()
        except UnicodeEncodeError:
            raise OSError(
                errno.EILSEQ,
                "a zip archive holds names in UTF-8 only; export to a tar archive",
                os.path.join(entry.path, name),
            ) from None


@contextmanager
def _reading(*, partial: bool = True) -> Iterator[None]:
    """Tell what goes wrong with a job from what goes wrong with the archive."""
    try:
        yield
    except (OSError, JobsCorruptedError) as error:
        raise SourceProblem(error, partial=partial) from error
