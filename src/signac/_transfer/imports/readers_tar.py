"""Read tar archives from beginning to end; the standard library reads headers, no more.

It would read a header as long as it says, and all of it into memory, so it gets a stream with a
bound. Nothing is unpacked by it, so the versions of Python do not matter that unpack whatever an
archive says.
"""

from __future__ import annotations

import os
from typing import IO, TYPE_CHECKING, Any, Final, cast

from signac._transfer.imports.limits import Meter
from signac._transfer.imports.readers import CHUNK, Damage, Kind, Member, find_fault, normalised
from signac._transfer.zstd import require_zstd, zstd_reader
from signac.errors import ImportRefusedError

if TYPE_CHECKING:
    import tarfile
    from collections.abc import Iterator

    from signac._transfer.imports.limits import ImportLimits

__all__ = ["TarReader", "find"]

#: Bytes of headers for one member: its name, its link, times, a map of holes.
_MOST_HEADERS: Final = 1 << 20
#: Entries that hold for all members that follow.
_MOST_GLOBAL: Final = 100
_LATEST: Final = float(1 << 40)
_COMPRESSIONS: Final = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"\x5d\0\0": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}


def find(path: str, beginning: bytes, limits: ImportLimits) -> TarReader | None:
    """Open a tar archive; None if the file is none."""
    import tarfile  # 10 ms, needed here only

    names = (name for start, name in _COMPRESSIONS.items() if beginning.startswith(start))
    reader = TarReader(path, next(names, ""), limits)
    try:
        with Damage(path):
            reader.begin(Meter(limits, path, reader.volume))
    except ImportRefusedError as error:
        reader.close()
        if isinstance(error.__cause__, tarfile.ReadError):
            return None
        raise
    return reader


class TarReader:
    """A tar archive; see `readers.Reader`."""

    #: peer: an archive is updated by new members at its end.
    later_wins = True
    on_disk = True

    def __init__(self, path: str, compression: str, limits: ImportLimits) -> None:
        self.path = path
        self.volume = os.stat(path).st_size
        self._compression = compression
        self._limits = limits
        self._stream: _Stream | None = None
        self._tar: Any = None  # its list of members is no part of its type

    def begin(self, meter: Meter) -> None:
        """Open the archive at its first member."""
        import tarfile

        self.close()
        self._stream = _Stream(_decompressed(self.path, self._compression), meter, self.path)
        with self._stream.bounded():
            self._tar = tarfile.TarFile(fileobj=cast("Any", self._stream), mode="r")

    def close(self) -> None:
        """Close the archive."""
        if self._stream is not None:
            self._stream.close()
        self._stream = self._tar = None

    def members(self, meter: Meter) -> Iterator[Member]:
        """Yield all members in their order."""
        with Damage(self.path):
            self.begin(meter)
        assert self._tar is not None
        assert self._stream is not None
        while True:
            with Damage(self.path), self._stream.bounded():
                info = self._tar.next()
                # It keeps all of them otherwise.
                self._tar.members.clear()
                if len(self._tar.pax_headers) > _MOST_GLOBAL:
                    raise ValueError("more global headers than an archive has")
            if info is None:
                break
            meter.member()
            yield self._member(info)
        with Damage(self.path):
            self._require_end()

    def chunks(self, member: Member) -> Iterator[bytes]:
        """Yield the contents of the last member."""
        assert self._tar is not None
        with Damage(self.path):
            file: Any = self._tar.extractfile(member.place)
            left = member.size
            while left:
                chunk = file.read(min(CHUNK, left))
                if not chunk:
                    raise EOFError("the archive ends too early")
                left -= len(chunk)
                yield chunk

    def _member(self, info: tarfile.TarInfo) -> Member:
        kind = _kind(info)
        fault = find_fault(info.name, self._limits)
        if not fault and kind == "other":
            fault = "it is a device, a pipe or something else that is no file"
        if not fault and not 0 <= info.size < 1 << 62:
            fault = "its size is none"
        mtime = float(info.mtime)
        return Member(
            info.name,
            "" if fault else normalised(info.name),
            "other" if fault else kind,
            size=info.size if kind == "file" else 0,
            mode=info.mode & 0o777 | 0o400,
            mtime=mtime if 0 <= mtime < _LATEST else None,
            target=info.linkname,
            fault=fault,
            place=info,
        )

    def _require_end(self) -> None:
        """Raise if what follows the last member is not the end of an archive."""
        assert self._stream is not None
        if self._stream.last.strip(b"\0"):
            raise ValueError("something that is no member follows the last one")
        # The checksum of the compressed data is at the end of that.
        for _ in range(16):
            if not self._stream.read(1 << 16):
                break


def _kind(info: tarfile.TarInfo) -> Kind:
    if info.isreg():
        return "file"
    if info.isdir():
        return "directory"
    if info.issym():
        return "link"
    return "hard link" if info.islnk() else "other"


class _Stream:
    """What the standard library reads headers from: none is longer than the bound."""

    def __init__(self, file: IO[bytes], meter: Meter, path: str) -> None:
        self._file = file
        self._meter = meter
        self._path = path
        self._left: int | None = None
        self._position = 0
        #: What was read last.
        self.last = b""

    def bounded(self) -> _Stream:
        """Let no more than one set of headers be read in a block."""
        return self

    def __enter__(self) -> None:
        self._left = _MOST_HEADERS

    def __exit__(self, *error: object) -> None:
        self._left = None

    def read(self, size: int = -1) -> bytes:
        if self._left is not None:
            self._left -= size if size >= 0 else _MOST_HEADERS + 1
            if self._left < 0:
                raise ImportRefusedError(
                    f"{self._path} has a header of more than {_MOST_HEADERS} bytes; make the "
                    "archive anew"
                )
        self.last = self._file.read(size)
        self._position += len(self.last)
        return self.last

    def seek(self, position: int, whence: int = os.SEEK_SET) -> int:
        if whence == os.SEEK_SET:
            self._meter.reach(position)
        self._position = self._file.seek(position, whence)
        return self._position

    def tell(self) -> int:
        return self._position

    def close(self) -> None:
        self._file.close()


def _decompressed(path: str, compression: str) -> IO[bytes]:
    if compression == "gzip":
        import gzip

        return cast("IO[bytes]", gzip.open(path))
    if compression == "bzip2":
        import bz2

        return bz2.open(path)
    if compression == "xz":
        import lzma

        return lzma.open(path)
    if compression == "zstd":
        return _zstd(path)
    return open(path, "rb")


def _zstd(path: str) -> IO[bytes]:
    try:
        require_zstd()
    except TypeError as error:
        raise ImportRefusedError(
            f"{path} is compressed by Zstandard, which this Python cannot read; run: "
            "pip install 'signac[zstd]' (or backports.zstd)"
        ) from error
    return cast("IO[bytes]", zstd_reader(open(path, "rb")))  # closed with it
