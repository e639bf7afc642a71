"""Read zip archives: the table of contents by the standard library, the contents by this module.

The standard library decompresses bzip2 and LZMA without a bound, trusts the sizes in the table,
and lets members share their bytes; here every piece has a bound, sizes are counted, and members lie
one after the other.
"""

from __future__ import annotations

import os
import stat
import struct
import zlib
from typing import TYPE_CHECKING, Any, Final

from signac._transfer.imports.readers import Damage, Member, find_fault, inflated, normalised
from signac.errors import ImportRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from zipfile import ZipInfo

    from signac._transfer.imports.limits import ImportLimits, Meter

__all__ = ["ZipReader", "find"]

_STORED, _DEFLATED, _BZIP2, _LZMA = 0, 8, 12, 14
_METHODS: Final = frozenset({_STORED, _DEFLATED, _BZIP2, _LZMA})
_ENCRYPTED: Final = 0x1 | 0x40
_PATCHED: Final = 0x20
_UTF8: Final = 0x800
_UNIX: Final = 3
_HEADER: Final = struct.Struct("<4s2B4HL2L2H")
_LONGEST_LINK: Final = 4096
#: Compressed bytes that are read at once.
_PIECE: Final = 1 << 16
#: What the LZMA decoder may need; a table in a member says how much.
_MOST_DICTIONARY: Final = 1 << 26


def find(path: str, limits: ImportLimits) -> ZipReader | None:
    """Open a zip archive; None if the file is none."""
    import zipfile  # 8 ms, needed here only

    with open(path, "rb") as file:
        if not zipfile.is_zipfile(file):
            return None
    return ZipReader(path, limits)


class ZipReader:
    """A zip archive; see `readers.Reader`."""

    #: Programs differ in which of two they take.
    later_wins = False
    on_disk = False

    def __init__(self, path: str, limits: ImportLimits) -> None:
        import zipfile

        self.path = path
        self._limits = limits
        self._file = open(path, "rb")  # noqa: SIM115  # closed by `close`
        try:
            self.volume = os.fstat(self._file.fileno()).st_size
            with Damage(path), zipfile.ZipFile(self._file) as archive:
                self._end = archive.start_dir
                self._members = sorted(archive.infolist(), key=lambda info: info.header_offset)
        except BaseException:
            self._file.close()
            raise

    def close(self) -> None:
        """Close the archive."""
        self._file.close()

    def members(self, meter: Meter) -> Iterator[Member]:
        """Yield all members in the order of their bytes."""
        end = 0
        for info in self._members:
            meter.member()
            meter.compare(info.filename, info.file_size, info.compress_size)
            if info.header_offset < end or info.header_offset >= self._end:
                raise ImportRefusedError(
                    f"{self.path} has {info.filename!r}, whose bytes are those of other members "
                    "too, as in archives that are made to fill a disk; make the archive anew"
                )
            end = info.header_offset + _HEADER.size + len(info.orig_filename) + info.compress_size
            yield self._member(info)

    def chunks(self, member: Member) -> Iterator[bytes]:
        """Yield the contents of a member."""
        info: Any = member.place
        with Damage(self.path):
            self._seek(info)
            count = check = 0
            for chunk in _decompressed(info, self._pieces(info.compress_size)):
                count += len(chunk)
                if count > info.file_size:
                    break
                check = zlib.crc32(chunk, check)
                yield chunk
            if count != info.file_size or check != info.CRC:
                raise ImportRefusedError(
                    f"{self.path} is damaged: {member.name!r} is not what its table of contents "
                    "says; make the archive anew"
                )

    def _member(self, info: ZipInfo) -> Member:
        name = info.orig_filename
        mode = info.external_attr >> 16 if info.create_system == _UNIX else 0
        fault = find_fault(name, self._limits) or _find_fault(info, mode)
        path = "" if fault else normalised(name)
        if fault:
            return Member(name, path, "other", fault=fault)
        if name.endswith("/"):
            return Member(name, path, "directory")
        # peer: nothing of the mode; that a file may be run is worth keeping.
        member = Member(name, path, "file", info.file_size, 0o666 | (mode & 0o111), place=info)
        if not stat.S_ISLNK(mode):
            return member
        if info.file_size > _LONGEST_LINK:
            return Member(name, path, "other", fault="it is a link with too long a target")
        target = b"".join(self.chunks(member))
        return Member(name, path, "link", target=target.decode(errors="surrogateescape"))

    def _seek(self, info: ZipInfo) -> None:
        """Go to where the bytes of a member begin; its own header must have the same name."""
        self._file.seek(info.header_offset)
        header = _HEADER.unpack(self._file.read(_HEADER.size))
        name = self._file.read(header[10]).decode("utf-8" if header[3] & _UTF8 else "cp437")
        if header[0] != b"PK\3\4" or name != info.orig_filename:
            raise ImportRefusedError(
                f"{self.path} calls a member {info.orig_filename!r} in its table of contents and "
                f"{name!r} in its place; make the archive anew"
            )
        self._file.seek(header[11], os.SEEK_CUR)

    def _pieces(self, size: int) -> Iterator[bytes]:
        while size:
            piece = self._file.read(min(size, _PIECE))
            if not piece:
                raise EOFError("the archive ends too early")
            size -= len(piece)
            yield piece


def _find_fault(info: ZipInfo, mode: int) -> str:
    if info.flag_bits & _ENCRYPTED:
        return "it is encrypted"
    if info.compress_type not in _METHODS or info.flag_bits & _PATCHED:
        return f"it is compressed by the method {info.compress_type}, which is not supported"
    kind = stat.S_IFMT(mode)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK):
        return "it is a device or a pipe"
    return ""


def _decompressed(info: ZipInfo, pieces: Iterator[bytes]) -> Iterator[bytes]:
    if info.compress_type == _STORED:
        return pieces
    return inflated(_decompressor(info.compress_type), pieces)


def _decompressor(method: int) -> Callable[[bytes, int], bytes]:
    if method == _DEFLATED:
        inflater = zlib.decompressobj(-15)

        def inflate(data: bytes, most: int) -> bytes:
            return inflater.decompress(inflater.unconsumed_tail + data, most)

        return inflate
    if method == _BZIP2:
        import bz2

        return _until_end(bz2.BZ2Decompressor())
    return _LZMA1().decompress


def _until_end(decompressor: Any) -> Callable[[bytes, int], bytes]:
    """Return a function that gives nothing more when the compressed data is over."""
    return lambda data, most: b"" if decompressor.eof else decompressor.decompress(data, most)


class _LZMA1:
    """The LZMA data of a zip archive, whose parameters come first."""

    def __init__(self) -> None:
        self._beginning = b""
        self._decompress: Callable[[bytes, int], bytes] | None = None

    def decompress(self, data: bytes, most: int) -> bytes:
        if self._decompress is None:
            self._beginning += data
            if len(self._beginning) < 9:
                return b""
            length = int.from_bytes(self._beginning[2:4], "little")
            self._decompress = _until_end(_lzma(self._beginning[4 : 4 + length]))
            data = self._beginning[4 + length :]
        return self._decompress(data, most)


def _lzma(properties: bytes) -> Any:
    import lzma

    first, dictionary = struct.unpack("<BL", properties)
    if dictionary > _MOST_DICTIONARY or first >= 225:
        raise ValueError(f"LZMA with a dictionary of {dictionary} bytes")
    numbers = {"lc": first % 9, "lp": first // 9 % 5, "pb": first // 45}
    filters = [{"id": lzma.FILTER_LZMA1, "dict_size": max(dictionary, 4096), **numbers}]
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters)
