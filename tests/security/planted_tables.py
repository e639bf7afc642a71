"""Tables of pandas in which somebody has changed what pandas does not look at."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy
import pandas
from h5py import h5a, h5d, h5p, h5s, h5t

KEY = "table"
TABLE = pandas.DataFrame({"text": ["x", None, "z"], "number": [1.0, 2.0, 3.0]})


def good(path: Path) -> None:
    """Write a table with numbers and texts."""
    TABLE.to_hdf(path, key=KEY, mode="w")


def plant_row(path: Path, data: bytes) -> None:
    """Put bytes in place of the pickle that holds the column of texts."""
    with h5py.File(path, "r+") as file:
        (rows,) = [one for one in file[KEY].values() if "PSEUDOATOM" in one.attrs]
        rows[0] = numpy.frombuffer(data, "u1")


def plant_attribute(
    path: Path, where: str, name: str, data: bytes, padding: int = h5t.STR_NULLTERM
) -> None:
    """Put bytes into an attribute, as PyTables does with a pickle."""
    kind = h5t.C_S1.copy()
    kind.set_size(len(data))
    kind.set_strpad(padding)
    with h5py.File(path, "r+") as file:
        owner = file[KEY][where].id if where else file[KEY].id
        if h5a.exists(owner, name.encode()):
            h5a.delete(owner, name.encode())
        attribute = h5a.create(owner, name.encode(), kind, h5s.create(h5s.SCALAR))
        attribute.write(numpy.array(data, dtype=f"V{len(data)}"), mtype=kind)


def attribute_text(path: Path, where: str, name: str, text: str) -> None:
    """Set an attribute to a text."""
    with h5py.File(path, "r+") as file:
        owner = file[KEY][where] if where else file[KEY]
        owner.attrs[name] = numpy.bytes_(text) if text.isascii() else text


def replace(path: Path, name: str, make: Callable[[Any, bytes], None]) -> None:
    """Put another dataset in place of one, with the attributes of the first."""
    with h5py.File(path, "r+") as file:
        group = file[KEY]
        kept = {
            key: (group[name].attrs[key], group[name].attrs.get_id(key).dtype)
            for key in group[name].attrs
            if not isinstance(group[name].attrs[key], h5py.Empty)
        }
        del group[name]
        make(group.id, name.encode())
        for key, (value, dtype) in kept.items():
            group[name].attrs.create(key, value, dtype=dtype)


def external(victim: Path) -> Callable[[Any, bytes], None]:
    """Return what makes a dataset whose data are the bytes of another file."""

    def make(group: Any, name: bytes) -> None:
        properties = h5p.create(h5p.DATASET_CREATE)
        properties.set_external(str(victim).encode(), 0, 24)
        h5d.create(group, name, h5t.IEEE_F64LE, h5s.create_simple((3, 1)), dcpl=properties)

    return make


def virtual(victim: Path) -> Callable[[Any, bytes], None]:
    """Return what makes a dataset whose data are a dataset of another HDF5 file."""

    def make(group: Any, name: bytes) -> None:
        layout = h5py.VirtualLayout((3, 1), "f8")
        layout[:] = h5py.VirtualSource(str(victim), "x", shape=(3, 1))
        h5py.Group(group).create_virtual_dataset(name.decode(), layout)

    return make


def huge(group: Any, name: bytes) -> None:
    """Make a dataset of a terabyte with nothing in it."""
    h5py.Group(group).create_dataset(name.decode(), (1 << 37, 1), "f8", chunks=(1 << 16, 1))


def rows_of_numbers(group: Any, name: bytes) -> None:
    """Make rows of 8-byte numbers, where bytes belong."""
    rows = h5py.Group(group).create_dataset(name.decode(), (1,), h5py.vlen_dtype("f8"))
    rows[0] = numpy.arange(3.0)


def records(group: Any, name: bytes) -> None:
    """Make records, where numbers belong."""
    h5py.Group(group)[name.decode()] = numpy.zeros(3, dtype=[("a", "f8"), ("b", "f8")])


def texts(group: Any, name: bytes) -> None:
    """Make texts of variable length, which are pointers in memory."""
    h5py.Group(group)[name.decode()] = ["a", "b", "c"]


def references(group: Any, name: bytes) -> None:
    """Make references to other objects of the file."""
    there = h5py.Group(group)
    found = there.create_dataset(name.decode(), (3, 1), h5py.ref_dtype)
    found[0] = there.ref
