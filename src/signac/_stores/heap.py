"""Look at a global heap, where HDF5 keeps texts, before libhdf5 does.

libhdf5 never ends on a heap in which a free space has a size of zero, which one rotten bit may
make of another size, and nothing can interrupt it. The form of a global heap collection is in the
HDF5 File Format Specification, III.E: a signature, a version, three bytes, its size, and then its
objects: index, references, four bytes, size, and contents up to a multiple of eight bytes.
"""

from __future__ import annotations

import os
from struct import Struct
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["refuse_endless"]

#: How a text of its own lies in a file: its length, the address of its heap, its index in there.
_REFERENCE: Final = Struct("<IQI")
_HEAD: Final = Struct("<4sB3xQ")
_OBJECT: Final = Struct("<HHxxxxQ")
_SIGNATURE: Final = b"GCOL"
#: A longer heap holds one long text, and is left to libhdf5.
_LONGEST: Final = 1 << 20


def refuse_endless(descriptor: int, found: Any, flush: Callable[[], object] | None = None) -> None:
    """Refuse to read a single text whose heap libhdf5 would read for ever.

    Parameters
    ----------
    descriptor : int
        Of the file.
    found : h5py.h5d.DatasetID
        A dataset without dimensions.
    flush : callable, optional
        Brings what was written to the file, when that may not be there yet.

    Raises
    ------
    RuntimeError
        As h5py does when it finds a fault itself.
    """
    place = found.get_offset()
    if not place or found.get_storage_size() != _REFERENCE.size or not hasattr(os, "pread"):
        return
    reference = os.pread(descriptor, _REFERENCE.size, place)
    if len(reference) != _REFERENCE.size:
        return
    address = _REFERENCE.unpack(reference)[1]
    if not 0 < address < 1 << 62 or not _is_endless(descriptor, address):
        return
    if flush is not None:
        flush()
        if not _is_endless(descriptor, address):
            return
    raise RuntimeError("the heap with its text is damaged")


def _is_endless(descriptor: int, address: int) -> bool:
    head = os.pread(descriptor, _HEAD.size, address)
    if len(head) != _HEAD.size:
        return False
    signature, _, size = _HEAD.unpack(head)
    if signature != _SIGNATURE or size > _LONGEST:
        return False
    data = os.pread(descriptor, size, address)
    at = _HEAD.size
    while at + _OBJECT.size <= len(data):
        index, _, length = _OBJECT.unpack_from(data, at)
        step = length if not index else _OBJECT.size + (length + 7) // 8 * 8
        if not step:
            return True
        at += step
    return False
