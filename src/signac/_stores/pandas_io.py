"""pandas objects in HDF5, in the "fixed" layout of PyTables that other programs write and read.

PyTables has an HDF5 library of its own, so both sides meet in memory: the group of a table is
copied between the file, which stays open as it is, and the image of a small file that PyTables
writes or reads.
"""

from __future__ import annotations

import os
from typing import Any, Final

import h5py
from h5py import h5f, h5o

__all__ = ["NAME", "open_image", "read", "to_image"]

#: The name of the table inside an image.
NAME: Final = "value"
_IN_MEMORY: Final = {"driver": "H5FD_CORE", "driver_core_backing_store": 0}


def to_image(value: Any) -> bytes:
    """Return an HDF5 file that holds a DataFrame or Series.

    Raises
    ------
    TypeError
        For another object of pandas.
    NotImplementedError
        When the layout cannot hold a column (categories).
    ImportError
        When PyTables is missing.
    """
    import pandas

    if not isinstance(value, (pandas.DataFrame, pandas.Series)):
        raise TypeError(
            f"pandas {type(value).__name__} cannot be stored in HDF5; only DataFrame and Series can"
        )
    with pandas.HDFStore(_name(), mode="w", **_IN_MEMORY) as target:
        target.put(NAME, value, track_times=False)
        target.flush()
        return bytes(target.root._v_file.get_file_image())  # noqa: SLF001 - PyTables' own name for public access


def open_image(image: bytes) -> Any:
    """Open an HDF5 file that is in memory."""
    return h5py.File(h5f.open_file_image(image))


def read(group: Any) -> Any:
    """Return the pandas object in a group of an open file."""
    import pandas

    with h5py.File(_name(), "w", driver="core", backing_store=False) as copy:
        h5o.copy(group, b".", copy.id, NAME.encode())
        copy.flush()
        image = copy.id.get_file_image()
    options = {**_IN_MEMORY, "driver_core_image": image}
    with pandas.HDFStore(_name(), mode="r", **options) as source:
        return source.get(NAME)


def _name() -> str:
    return os.urandom(8).hex()
