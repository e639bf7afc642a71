"""Check HDF5 files: their head always, everything in them on request.

The head of a file, its superblock, is described in the HDF5 File Format Specification, III.A: it
begins with a signature at byte 0, 512, 1024, 2048, ... and says where the file ends.
"""

from __future__ import annotations

import errno
import os
import stat
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from signac._core import extras
from signac._core.locks import fcntl
from signac._stores.heap import refuse_endless

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Fault", "find_fault"]

_SIGNATURE: Final = b"\x89HDF\r\n\x1a\n"
#: Where the address of the end of the file stands: bytes before the addresses, addresses before it.
_END_OF_FILE: Final = {0: (24, 2), 1: (28, 2), 2: (12, 2), 3: (12, 2)}
#: Which byte holds the size of an address.
_SIZE_OF_ADDRESS: Final = {0: 13, 1: 13, 2: 9, 3: 9}
_SIZES: Final = frozenset({2, 4, 8, 16, 32})
#: The longest superblock with four addresses, the root entry included; no whole file is shorter.
_HEAD: Final = 96
#: Values read at once, some megabytes.
_SLICE: Final = 1 << 20
_OPEN: Final = (
    os.O_RDONLY
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NONBLOCK", 0)
)
_BUSY: Final = {errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK}


class Fault(NamedTuple):
    """What is wrong with a file: a word, and words to follow its name."""

    kind: Literal["damaged", "unreadable", "busy"]
    text: str


_BEING_WRITTEN: Final = Fault("busy", "is being written by another process")


def find_fault(path: str, *, full: bool) -> Fault | None:
    """Return what is wrong with an HDF5 file, None if nothing is or it is gone.

    With `full` everything in it is read, otherwise its head only. A file that somebody has open
    for writing is busy and not damaged, however it looks just now.
    """
    if os.path.isdir(path):
        return Fault("damaged", "is a directory, not an HDF5 file")
    try:
        descriptor = os.open(path, _OPEN)
    except FileNotFoundError:
        return Fault("damaged", "is a link that leads nowhere") if os.path.islink(path) else None
    except OSError as error:
        return Fault("unreadable", f"cannot be read ({error.strerror})")
    try:
        text = _check_head(descriptor)
        # Whoever writes holds a lock, and brings the head up to date at the end.
        if text and not _is_free(descriptor):
            return _BEING_WRITTEN
        text = text and _check_head(descriptor)
    except OSError as error:
        return Fault("unreadable", f"cannot be read ({error.strerror})")
    finally:
        os.close(descriptor)
    if text:
        return Fault("damaged", text)
    return _check_contents(path) if full else None


def _check_head(descriptor: int) -> str:
    """Return what is wrong with signature and size of a file, empty when nothing is."""
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        return "is no regular file"
    size = status.st_size
    if not size:
        return "is empty, which no HDF5 file is"
    start = 0
    while start < size:
        os.lseek(descriptor, start, os.SEEK_SET)
        head = os.read(descriptor, _HEAD)
        if head.startswith(_SIGNATURE):
            return _compare_size(head, size)
        start = start * 2 or 512
    return "is not an HDF5 file"


def _is_free(descriptor: int) -> bool:
    """Tell whether nobody holds the lock that HDF5 takes for writing."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _compare_size(head: bytes, size: int) -> str:
    """Compare the size of a file with the one that its head tells."""
    if len(head) < _HEAD:
        return f"is cut short: {size} bytes are there"
    end = _read_end(head)
    if end is None or size >= end:
        return ""
    return f"is cut short: {size} of {end} bytes are there"


def _read_end(head: bytes) -> int | None:
    """Return the size that a file says it has, None for a head of another form."""
    version = head[8]
    if version not in _END_OF_FILE:
        return None
    size = head[_SIZE_OF_ADDRESS[version]]
    if size not in _SIZES:
        return None
    start, before = _END_OF_FILE[version]
    begin = start + before * size
    return int.from_bytes(head[begin : begin + size], "little")


def _check_contents(path: str) -> Fault | None:
    h5py = extras.load("h5py", "checks of HDF5 files")
    try:
        with h5py.File(path, "r") as file:
            _read_all(file)
    except MemoryError:
        return Fault("unreadable", "cannot be read through (it does not fit into the memory)")
    except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, OSError) and error.errno in _BUSY:
            return _BEING_WRITTEN
        return Fault("damaged", f"cannot be read through ({error})")
    return None


def _read_all(file: Any) -> None:
    """Read all attributes and values of a file; links are not followed out of it."""
    import h5py

    # An object may have many names, and a group be in itself.
    seen = {h5py.h5o.get_info(file.id).addr}
    groups = [file["/"]]
    while groups:
        group = groups.pop()
        _read_attributes(group)
        for name in group:
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                continue
            found = group[name]
            address = h5py.h5o.get_info(found.id).addr
            if address in seen:
                continue
            seen.add(address)
            if isinstance(found, h5py.Group):
                groups.append(found)
            elif isinstance(found, h5py.Dataset):
                _read_attributes(found)
                _read_dataset(found)


def _read_attributes(found: Any) -> None:
    for name in found.attrs:
        found.attrs.get_id(name)


def _read_dataset(found: Any) -> None:
    if not _is_readable(found):
        return
    if not found.shape:
        refuse_endless(found.file.id.get_vfd_handle(), found.id)
        found[()]
        return
    for block in _iter_blocks(found):
        found[block]


def _is_readable(found: Any) -> bool:
    """Tell whether there are values in this file that this program can read."""
    import h5py

    if found.shape is None or found.external or not found.id.get_storage_size():
        return False
    plan = found.id.get_create_plist()
    if plan.get_layout() == h5py.h5d.VIRTUAL:
        return False
    try:
        found.dtype  # noqa: B018  # NumPy has not all types that HDF5 has
    except TypeError:
        return False
    filters = (plan.get_filter(number)[0] for number in range(plan.get_nfilters()))
    return all(map(h5py.h5z.filter_avail, filters))


def _iter_blocks(found: Any) -> Iterator[tuple[slice, ...]]:
    """Yield the parts of a dataset that are stored, some whole chunks at a time."""
    shape: Sequence[int] = found.shape
    block = list(found.chunks or [1] * len(shape))
    for axis in reversed(range(len(shape))):
        size = max(1, prod(block))
        block[axis] = min(block[axis] * max(1, _SLICE // size), max(shape[axis], block[axis]))
    places: Any = None
    if found.chunks and hasattr(found.id, "chunk_iter"):
        # A dataset may be far larger than what was ever written of it.
        stored: dict[tuple[int, ...], None] = {}
        found.id.chunk_iter(lambda chunk: stored.setdefault(_place(chunk.chunk_offset, block)))
        places = stored
    for place in places if places is not None else _grid(shape, block):
        yield tuple(
            slice(at * step, (at + 1) * step) for at, step in zip(place, block, strict=True)
        )


def _grid(shape: Sequence[int], block: Sequence[int]) -> Iterator[tuple[int, ...]]:
    return product(*(range(-(-size // step)) for size, step in zip(shape, block, strict=True)))


def _place(offset: Sequence[int], block: Sequence[int]) -> tuple[int, ...]:
    return tuple(at // step for at, step in zip(offset, block, strict=True))
