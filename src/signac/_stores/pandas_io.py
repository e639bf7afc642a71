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

from signac._core import extras
from signac._stores import table_image
from signac.errors import UnsafeDataError

__all__ = ["NAME", "open_image", "read", "to_image"]

#: The name of the table inside an image.
NAME: Final = "value"
_PLAIN: Final = frozenset((str, float, int, bool, type(None)))
_IN_MEMORY: Final = {"driver": "H5FD_CORE", "driver_core_backing_store": 0}


def to_image(value: Any) -> bytes:
    """Return an HDF5 file that holds a DataFrame or Series.

    Raises
    ------
    TypeError
        For another object of pandas, and for one that holds Python objects other than plain
        values: they would not be read again.
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
    extras.load("tables", "DataFrames in HDF5")
    with pandas.HDFStore(_name(), mode="w", **_IN_MEMORY) as target:
        target.put(NAME, value, track_times=False)
        target.flush()
        image = bytes(target.root._v_file.get_file_image())  # noqa: SLF001 - PyTables' own name for public access
    try:
        with open_image(image) as written:
            table_image.check(written[NAME].id, rows=_holds_objects(value))
    except table_image.Refused as refused:
        raise TypeError(
            f"this table cannot be stored: it holds {refused}; tables may hold numbers, texts, "
            "dates, durations, arrays and containers of these"
        ) from None
    return image


def open_image(image: bytes) -> Any:
    """Open an HDF5 file that is in memory."""
    return h5py.File(h5f.open_file_image(image))


def read(group: Any) -> Any:
    """Return the pandas object in a group of an open file.

    Raises
    ------
    UnsafeDataError
        When it holds Python objects other than plain values.
    """
    pandas = extras.load("pandas", "DataFrames in HDF5")
    extras.load("tables", "DataFrames in HDF5")
    try:
        image = _copy(group)
    except table_image.Refused as refused:
        place = h5py.Group(group)
        raise UnsafeDataError(place.file.filename, place.name, str(refused)) from None
    options = {**_IN_MEMORY, "driver_core_image": image}
    with pandas.HDFStore(_name(), mode="r", **options) as source:
        # `get` would put another `pickle.loads` in place for all threads of this process.
        return source.select(NAME)


def _holds_objects(value: Any) -> bool:
    """Tell whether any array of objects holds more than the commonest plain values."""
    parts = [value] if value.ndim == 1 else [column for _, column in value.items()]
    for axis in value.axes:
        parts += axis.levels if axis.nlevels > 1 else [axis]
    return any(part.dtype == object and not _PLAIN.issuperset(map(type, part)) for part in parts)


def _copy(group: Any) -> bytes:
    """Return the image of a file with a copy of a group in which no foreign pickle is left."""
    table_image.refuse_foreign_storage(group)
    with h5py.File(_name(), "w", driver="core", backing_store=False) as copy:
        h5o.copy(group, b".", copy.id, NAME.encode())
        table_image.clean(h5o.open(copy.id, NAME.encode()))
        copy.flush()
        return bytes(copy.id.get_file_image())


def _name() -> str:
    return os.urandom(8).hex()
