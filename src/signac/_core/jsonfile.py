"""JSON text as the format wants it, and stamps that tell whether a file is still the same.

The text is what ``json.dumps`` gives by default: ASCII escapes, ``", "`` and ``": "``, insertion
order, no newline at the end, ``NaN`` and ``Infinity`` allowed.

A stamp is device, inode, size and both times of a file. It proves that a file is unchanged only
when it is *settled*: two writes within one tick of the file system's clock may share a stamp (on
ext4 the inode is reused and 2,000 writes shared 17 times), so a stamp must have been at least two
seconds old, by that clock, when the contents were read.
"""

from __future__ import annotations

import errno
import json
import os
import stat
import time
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NoReturn

from signac.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "Stamp",
    "decode",
    "encode",
    "is_settled",
    "parse",
    "prepare_encoder",
    "read_bytes",
    "read_file",
    "stamp_of",
]

Stamp = tuple[int, int, int, int, int]

_OPEN: Final = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_SETTLED_AFTER_NS: Final = 2_000_000_000
#: File systems whose clock is the clock of this machine.
_LOCAL_TYPES: Final = frozenset(
    {"bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "jfs", "overlay", "ramfs", "reiserfs"}
    | {"tmpfs", "xfs", "zfs"}
)


def prepare_encoder(*, sort_keys: bool) -> Callable[[Any], str]:
    """Return ``JSONEncoder(sort_keys=...).encode`` for trees of plain types.

    perf: the standard encoder makes its C encoder anew for each call; this keeps one, which takes
    a third off (compare.py, statepoint-by-id). Where there is no C encoder, the standard one does.
    """
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return json.JSONEncoder(sort_keys=sort_keys).encode
    escape = json.encoder.encode_basestring_ascii
    encode = make(None, None, escape, None, ": ", ", ", sort_keys, False, True)
    return lambda value: "".join(encode(value, 0))


_encode: Final = prepare_encoder(sort_keys=False)
_decode: Final = json.JSONDecoder().raw_decode


def encode(value: Any) -> bytes:
    """Return the JSON text of a value made of plain types."""
    return _encode(value).encode("ascii")


def decode(data: bytes, path: str) -> Any:
    """Parse JSON text; errors name the file at `path`.

    Raises
    ------
    json.JSONDecodeError or UnicodeDecodeError
        Both are ``ValueError``.
    """
    try:
        return parse(data)
    except json.JSONDecodeError as error:
        _raise_json(error, path)
    except UnicodeDecodeError as error:
        reason = f"{error.reason}, in {path}: restore the file, or move it away to start anew"
        raise UnicodeDecodeError(
            error.encoding, error.object, error.start, error.end, reason
        ) from None
    except (ValueError, RecursionError) as error:
        # A number of too many digits, or nested too deeply: JSON, but not for this parser.
        reason = str(error).partition(";")[0]
        raise InvalidInputError(
            f"{path} cannot be read ({reason}); mend the file, or move it away to start anew"
        ) from None


def parse(data: bytes) -> Any:
    """Parse JSON text in UTF-8, with a mark or in UTF-16 or UTF-32 too, as ``json.loads`` does."""
    try:
        # perf: a third faster than json.loads, which looks for the encoding first.
        text = data.decode()
        value, end = _decode(text)
        if end == len(text):
            return value
    except ValueError:
        pass  # not JSON, or not in UTF-8: the standard function says which
    return json.loads(data)


def read_file(path: str) -> tuple[bytes, Stamp]:
    """Return the contents of a file and the stamp they belong to."""
    descriptor = os.open(path, _OPEN)
    try:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        data = os.read(descriptor, status.st_size + 1)
        if len(data) > status.st_size:
            rest = [data]
            while chunk := os.read(descriptor, 1 << 20):
                rest.append(chunk)
            data = b"".join(rest)
        elif len(data) < status.st_size:
            while chunk := os.read(descriptor, 1 << 20):
                data += chunk
    finally:
        os.close(descriptor)
    return data, stamp_of(status)


def read_bytes(path: str) -> bytes:
    """Return the contents of a file: `read_file` without the stamp, for what never changes."""
    descriptor = os.open(path, _OPEN)
    try:
        data = os.read(descriptor, 4096)
        if len(data) == 4096:
            parts = [data]
            while chunk := os.read(descriptor, 1 << 20):
                parts.append(chunk)
            data = b"".join(parts)
    finally:
        os.close(descriptor)
    return data


def stamp_of(status: os.stat_result) -> Stamp:
    """Return the stamp of a file from its status."""
    return (
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )


def is_settled(stamp: Stamp, first_seen: float) -> bool:
    """Tell whether contents read just now belong to `stamp` for certain.

    Parameters
    ----------
    stamp : Stamp
        The stamp of the file, unchanged since `first_seen`.
    first_seen : float
        When the stamp was first seen, by ``time.monotonic``. Two seconds by that clock are
        enough on every file system; on a local one the times in the stamp tell at once.
    """
    if (time.monotonic() - first_seen) * 1e9 > _SETTLED_AFTER_NS:
        return True
    age = time.time_ns() - max(stamp[3], stamp[4])
    return age > _SETTLED_AFTER_NS and stamp[0] in _local_devices()


def _raise_json(error: json.JSONDecodeError, path: str) -> NoReturn:
    message = f"{path} does not hold JSON ({error.msg}); restore it, or move it away to start anew"
    raise json.JSONDecodeError(message, error.doc, error.pos) from None


@cache
def _local_devices() -> frozenset[int]:
    """Return the devices of local file systems, none where the system does not list them."""
    devices = set()
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as table:
            for line in table:
                left, _, right = line.partition(" - ")
                if right.split(" ", 1)[0] in _LOCAL_TYPES:
                    major, minor = left.split(" ")[2].split(":")
                    devices.add(os.makedev(int(major), int(minor)))
    except (OSError, ValueError, IndexError):
        return frozenset()
    return frozenset(devices)
