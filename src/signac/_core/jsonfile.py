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
from functools import cache
from json.scanner import make_scanner
from typing import TYPE_CHECKING, Any, Final, NoReturn

from signac._core.canonical import MOST_LEVELS
from signac.errors import InvalidInputError, KeyTypeError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "NOT_OF_THE_FILE",
    "SETTLED_AFTER_NS",
    "Stamp",
    "copy",
    "decode",
    "encode",
    "is_deep",
    "is_local",
    "is_settled",
    "parse",
    "plain_text",
    "prepare_encoder",
    "read_bytes",
    "read_file",
    "read_with_status",
    "scan",
    "stamp_of",
]

Stamp = tuple[int, int, int, int, int]

#: Parts are assigned deep inside, so files may hold a few levels more; and texts are joined.
_MOST_WRITTEN: Final = MOST_LEVELS + 4
_MOST_READ: Final = _MOST_WRITTEN + 4
_TOO_DEEP: Final = f"nested more than {MOST_LEVELS} levels deep"
#: How often pairs of brackets are taken out before the levels are counted.
_ROUNDS: Final = 16
_NO_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))
#: Without waiting: a pipe that lies where a file should be is read as empty.
_OPEN: Final = (
    os.O_RDONLY
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NONBLOCK", 0)
)
#: Faults of the process or the machine, which say nothing about a file.
NOT_OF_THE_FILE: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM})
SETTLED_AFTER_NS: Final = 2_000_000_000
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
#: Parses JSON text at a position: value and end; raises StopIteration where there is no value.
scan: Final[Callable[[str, int], tuple[Any, int]]] = make_scanner(json.JSONDecoder())  # type: ignore[arg-type]


def encode(value: Any) -> bytes:
    """Return the JSON text of a value made of plain types.

    Raises
    ------
    KeyTypeError
        When it is nested too deeply to be read again.
    """
    try:
        data = _encode(value).encode("ascii")
    except RecursionError:
        raise KeyTypeError(f"{_TOO_DEEP}; nothing was written") from None
    if is_deep(data, value, _MOST_WRITTEN):
        raise KeyTypeError(f"{_TOO_DEEP}; nothing was written")
    return data


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
    except ValueError as error:
        # A number of too many digits, or nested too deeply: JSON, but not for this parser.
        reason = str(error).partition(";")[0]
        raise InvalidInputError(
            f"{path} cannot be read ({reason}); mend the file, or move it away to start anew"
        ) from None


def parse(data: bytes) -> Any:
    """Parse JSON text in UTF-8, with a mark or in UTF-16 or UTF-32 too, as ``json.loads`` does.

    Raises
    ------
    ValueError
        When it is not JSON, not text, or nested too deeply.
    """
    try:
        # perf: a third faster than json.loads, which looks for the encoding first.
        text = data.decode()
        value, end = scan(text, 0)
        if end != len(text):
            value = json.loads(data)
    except (ValueError, StopIteration):
        # Not JSON, or not in UTF-8: the standard function says which.
        value = _parse_other(data)
    except RecursionError:
        raise InvalidInputError(_TOO_DEEP) from None
    if is_deep(data, value):
        raise InvalidInputError(_TOO_DEEP)
    return value


def _parse_other(data: bytes) -> Any:
    try:
        return json.loads(data)
    except RecursionError:
        raise InvalidInputError(_TOO_DEEP) from None


def is_deep(data: bytes, value: Any, most: int = _MOST_READ) -> bool:
    """Tell whether a value, and `data` as its JSON text, has more than so many levels.

    perf: most texts are too short for that. From the others pairs of brackets are taken out a few
    times, which leaves nothing of a usual one (compare.py, document-by-id).
    """
    most_brackets = 2 * most
    if len(data) <= most_brackets or data.count(b"[") + data.count(b"{") <= most:
        return False
    # In UTF-16 half a character may look like a quote.
    brackets = b"" if b"\0" in data else _brackets_of(data)
    for _ in range(_ROUNDS if brackets else 0):
        if len(brackets) <= most_brackets:
            return False
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
        most_brackets -= 4  # up to two levels have gone
    return _levels_of(value, most) > most


def _brackets_of(data: bytes) -> bytes:
    """Return the brackets of JSON text in UTF-8 that are not inside strings."""
    if b"\\" in data:
        data = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    return b"".join(data.split(b'"')[::2]).translate(None, _NO_BRACKETS)


def _levels_of(value: Any, most: int) -> int:
    """Count nested containers without recursion, to one beyond `most`."""
    level, row = 0, [value]
    while row := [item for item in row if item.__class__ is dict or item.__class__ is list]:
        level += 1
        if level > most:
            break
        row = [part for item in row for part in (item.values() if item.__class__ is dict else item)]
    return level


def read_file(path: str) -> tuple[bytes, Stamp]:
    """Return the contents of a file and the stamp they belong to."""
    data, status = read_with_status(path)
    return data, stamp_of(status)


def read_with_status(path: str) -> tuple[bytes, os.stat_result]:
    """Return the contents of a file and the status they belong to."""
    descriptor = os.open(path, _OPEN)
    try:
        status = os.fstat(descriptor)
        _require_regular(status, path)
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
    return data, status


def _require_regular(status: os.stat_result, path: str) -> None:
    """Raise unless what was opened is a file: a device may have no end, a pipe no writer."""
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "this is no file but a pipe or a device", path)


def plain_text(data: bytes, value: Any) -> bytes:
    """Return JSON text of a mapping that may stand inside other text: no mark, not UTF-16.

    `value` is what `data` was parsed to.
    """
    return data if data[:1] == b"{" and b"\0" not in data else encode(value)


def copy(value: Any) -> Any:
    """Return a copy of a plain value, however deeply it is nested."""
    return parse(encode(value))


def read_bytes(path: str) -> bytes:
    """Return the contents of a file: `read_file` without the stamp, for what never changes."""
    descriptor = os.open(path, _OPEN)
    try:
        data = os.read(descriptor, 4096)
        if len(data) == 4096:
            _require_regular(os.fstat(descriptor), path)
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


def is_settled(stamp: Stamp, first_seen: float, read: float, read_ns: int) -> bool:
    """Tell whether contents that were read belong to `stamp` for certain.

    Parameters
    ----------
    stamp : Stamp
        The stamp of the file, unchanged from `first_seen` until it was read.
    first_seen : float
        When the stamp was first seen, by ``time.monotonic``. Two seconds by that clock are
        enough on every file system; on a local one the times in the stamp tell at once.
    read : float
        When the file was read, by the same clock.
    read_ns : int
        The same moment, by ``time.time_ns``.
    """
    if (read - first_seen) * 1e9 > SETTLED_AFTER_NS:
        return True
    age = read_ns - max(stamp[3], stamp[4])
    return age > SETTLED_AFTER_NS and is_local(stamp[0])


def is_local(device: int) -> bool:
    """Tell whether a device certainly holds a file system that keeps the time of this machine."""
    return device in _local_devices()


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
