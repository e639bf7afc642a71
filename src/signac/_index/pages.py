"""Read parts of an immutable file whose every 64 KiB block carries a checksum.

The file is read with ``pread`` and not mapped: a file that is cut short under a map kills the
process. A block is verified when it is first read; checking the whole file would cost more than
the search that needs three blocks of it.

Layout: contents, then one CRC-32 for each block of the contents (little-endian, 4 bytes), then a
tail of 32 bytes: length of the contents, two numbers of the caller, CRC-32 of checksums and
numbers, and a mark.
"""

from __future__ import annotations

import os
import stat
import struct
import sys
from array import array
from typing import Final
from zlib import crc32

from signac._core.ids import md5

__all__ = ["DamagedIndexError", "Pages", "checked", "fingerprint", "pack", "unpack"]

_BLOCK: Final = 64 * 1024
_TAIL: Final = struct.Struct("<QQQII")
_MARK: Final = 0x31584449
#: A pipe in place of a file must not be waited for.
_OPEN: Final = (
    os.O_RDONLY
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NONBLOCK", 0)
)
#: Files of at most this size are read as a whole.
_SMALL: Final = 512 * 1024
#: Blocks kept in memory for each file: 2 MiB.
_MOST_KEPT: Final = 32


class DamagedIndexError(Exception):
    """A file of the index is not what was written; it counts as absent."""


def checked(contents: list[bytes], first: int, second: int) -> list[bytes]:
    """Return the pieces of a file: contents, checksums and tail, with two numbers kept in it."""
    sums = array("I")
    total, filled = 0, 0
    length = 0
    for piece in contents:
        view = memoryview(piece)
        length += len(view)
        while view:
            part = view[: _BLOCK - filled]
            view = view[len(part) :]
            total = crc32(part, total)
            filled += len(part)
            if filled == _BLOCK:
                sums.append(total)
                total, filled = 0, 0
    if filled:
        sums.append(total)
    packed = pack(sums)
    numbers = struct.pack("<QQQ", length, first, second)
    tail = _TAIL.pack(length, first, second, crc32(numbers, crc32(packed)), _MARK)
    return [*contents, packed, tail]


def fingerprint(pieces: list[bytes]) -> str:
    """Return the fingerprint of a file from its pieces, as `checked` gives them."""
    return _fingerprint(pieces[-2], pieces[-1][:24])


def _fingerprint(checksums: bytes, numbers: bytes) -> str:
    return str(md5(checksums + numbers).hexdigest()[:16])


def pack(numbers: array[int]) -> bytes:
    """Return numbers as little-endian bytes."""
    if sys.byteorder == "big":
        numbers = array(numbers.typecode, numbers)
        numbers.byteswap()
    return numbers.tobytes()


def unpack(data: bytes) -> array[int]:
    """Return 4-byte numbers from little-endian bytes."""
    numbers = array("I")
    numbers.frombytes(data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


class Pages:
    """Verified access to the contents of one file, on disk or in memory.

    Attributes
    ----------
    numbers : tuple of int
        The two numbers kept in the tail.
    fingerprint : str
        16 hexadecimal digits that tell these contents from others.
    mode : int
        Who may read the file.
    """

    def __init__(self, source: str | bytes) -> None:
        self._descriptor: int | None = None
        self._memory = b""
        self.mode = 0o600
        if isinstance(source, str):
            self._descriptor = os.open(source, _OPEN)
            status = os.fstat(self._descriptor)
            self.mode = stat.S_IMODE(status.st_mode)
            size = status.st_size
            if size <= _SMALL:
                # Small files are held in memory, so that many projects need no descriptors.
                self._memory = self._fetch(0, size)
                os.close(self._descriptor)
                self._descriptor = None
        else:
            self._memory = source
            size = len(source)
        self._kept: dict[int, bytes] = {}
        self._read_tail(size)

    def __del__(self) -> None:
        if getattr(self, "_descriptor", None) is not None:
            try:
                os.close(self._descriptor)  # type: ignore[arg-type]
            except OSError:
                pass  # somebody closed all descriptors of the process

    def read(self, offset: int, length: int) -> bytes:
        """Return part of the contents.

        Raises
        ------
        DamagedIndexError
            When it is not what was written.
        """
        end = offset + length
        if end > self._length:
            raise DamagedIndexError("a part lies beyond the end")
        first = offset // _BLOCK
        if length and (end - 1) // _BLOCK == first:
            start = offset - first * _BLOCK
            return self._block(first)[start : start + length]
        begin = first * _BLOCK
        data = self._fetch(begin, min(-(-end // _BLOCK) * _BLOCK, self._length) - begin)
        view = memoryview(data)
        for at in range(0, len(data), _BLOCK):
            self._verify(first + at // _BLOCK, view[at : at + _BLOCK])
        return data[offset - begin : end - begin]

    def numbers_at(self, offset: int, count: int) -> array[int]:
        """Return `count` 4-byte numbers."""
        return unpack(self.read(offset, 4 * count))

    def _block(self, number: int) -> bytes:
        block = self._kept.get(number)
        if block is None:
            start = number * _BLOCK
            block = self._fetch(start, min(_BLOCK, self._length - start))
            self._verify(number, block)
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[number] = block
        return block

    def _verify(self, number: int, block: bytes | memoryview) -> None:
        if not self._verified[number]:
            if crc32(block) != self._sums[number]:
                raise DamagedIndexError(f"block {number} is damaged")
            self._verified[number] = 1

    def _fetch(self, offset: int, length: int) -> bytes:
        if self._descriptor is None:
            return self._memory[offset : offset + length]
        try:
            data = _read_at(self._descriptor, length, offset)
        except OSError as error:
            raise DamagedIndexError(f"the file cannot be read: {error}") from error
        if len(data) != length:
            raise DamagedIndexError("the file was cut short")
        return data

    def _read_tail(self, size: int) -> None:
        self._length = size
        if size < _TAIL.size:
            raise DamagedIndexError("the file is too short")
        tail = self._fetch(size - _TAIL.size, _TAIL.size)
        length, first, second, total, mark = _TAIL.unpack(tail)
        blocks = -(-length // _BLOCK)
        if mark != _MARK or length + 4 * blocks + _TAIL.size != size:
            raise DamagedIndexError("the file is not an index, or was cut short")
        packed = self._fetch(length, 4 * blocks)
        if crc32(tail[:24], crc32(packed)) != total:
            raise DamagedIndexError("the checksums are damaged")
        self._length = length
        self._sums = unpack(packed)
        self.fingerprint = _fingerprint(packed, tail[:24])
        self._verified = bytearray(blocks)
        self.numbers = (first, second)


def _read_at(descriptor: int, length: int, offset: int) -> bytes:
    if hasattr(os, "pread"):
        data = os.pread(descriptor, length, offset)
        while 0 < len(data) < length:
            more = os.pread(descriptor, length - len(data), offset + len(data))
            if not more:
                break
            data += more
        return data
    os.lseek(descriptor, offset, os.SEEK_SET)
    return os.read(descriptor, length)
