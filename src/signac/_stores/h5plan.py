"""What will be written for a Python value, decided before anything is written.

`Workshop.plan` turns a value into a tree of plans and raises for everything that HDF5 cannot
hold; `put` writes a plan. So a value that replaces another one is never half there.
"""

from __future__ import annotations

import array
import os
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import h5py
import numpy
from h5py import h5d, h5g, h5i, h5o, h5p, h5s, h5t

from signac._stores.base import StoredMapping, check_key, path_of, session_of

if TYPE_CHECKING:
    from signac._stores.h5file import H5File

__all__ = [
    "TEXT_TYPE",
    "Copy",
    "Leaf",
    "Plan",
    "Special",
    "Tree",
    "Workshop",
    "as_leaf",
    "contains",
    "needs_old",
    "put",
    "size_of",
    "write_data",
]

_SCALAR: Final = h5s.create(h5s.SCALAR)
_NULL: Final = h5s.create(h5s.NULL)
_TEXT: Final = h5py.string_dtype()
TEXT_TYPE: Final = h5t.py_create(_TEXT, logical=True)
_EMPTY_TYPE: Final = h5t.py_create(numpy.dtype("f4"), logical=True)
#: Rough cost of an object beside its data, to estimate the room for a value.
_OVERHEAD: Final = 1024


def _dataset_properties(time: int) -> Any:
    properties = h5p.create(h5p.DATASET_CREATE)
    properties.set_obj_track_times(False)
    properties.set_alloc_time(time)
    return properties


def _link_properties(encoding: int) -> Any:
    properties = h5p.create(h5p.LINK_CREATE)
    properties.set_create_intermediate_group(True)
    properties.set_char_encoding(encoding)
    return properties


#: The place in the file is known before anything is written, so room can be reserved first.
_DATASET: Final = _dataset_properties(h5d.ALLOC_TIME_EARLY)
#: Text takes its place when it is written: HDF5 would write to an early one at once.
_TEXT_DATASET: Final = _dataset_properties(h5d.ALLOC_TIME_LATE)
_ASCII_LINK: Final = _link_properties(h5t.CSET_ASCII)
_UTF8_LINK: Final = _link_properties(h5t.CSET_UTF8)
_types: dict[Any, Any] = {}


@dataclass(slots=True)
class Leaf:
    """One dataset with its data in memory; without data for None."""

    data: Any
    type_id: Any
    space: Any


@dataclass(slots=True)
class Copy:
    """An object of an HDF5 file, the same or another, to be copied with all below it."""

    source: Any
    size: int


@dataclass(slots=True)
class Tree:
    """A group of plans."""

    members: list[tuple[bytes, Plan]]


@dataclass(slots=True)
class Special:
    """A soft or external link, which h5py makes."""

    value: Any


Plan = Leaf | Copy | Tree | Special


class Workshop:
    """Turns a value into a plan, and keeps open what the plan takes its data from."""

    def __init__(self) -> None:
        self._resources = ExitStack()
        self._bench: Any = None
        #: Types that h5py stored although the format does not promise them, in order.
        self.unofficial: list[type] = []

    def __enter__(self) -> Workshop:
        return self

    def __exit__(self, *details: object) -> None:
        self._resources.close()

    def plan(self, value: Any) -> Plan:
        """Return what has to be written for `value`.

        Raises
        ------
        TypeError, ValueError
            When the value, or one inside it, cannot be stored.
        """
        leaf = as_leaf(value)
        if leaf is not None:
            return leaf
        if isinstance(value, StoredMapping):
            return self._plan_stored(value)
        if isinstance(value, (h5py.Dataset, h5py.Group)):
            return _plan_copy(value.id)
        if isinstance(value, Mapping):
            members = [(check_key(key, nested=True), value[key]) for key in value]
            return Tree([(name.encode(), self.plan(member)) for name, member in members])
        if type(value).__module__.partition(".")[0] == "pandas" or _is_pandas(value):
            return self._plan_pandas(value)
        if not _is_official(value):
            self.unofficial.append(type(value))
        if isinstance(value, (h5py.SoftLink, h5py.ExternalLink)):
            return Special(value)
        return self._plan_other(value)

    def _plan_stored(self, value: StoredMapping) -> Plan:
        h5 = self._resources.enter_context(session_of(value).reading())
        if h5 is None:
            if path_of(value) == "/":
                return Tree([])
            raise KeyError(path_of(value))
        return _plan_copy(h5o.open(h5.root, path_of(value).encode()))

    def _plan_pandas(self, value: Any) -> Plan:
        from signac._stores import pandas_io

        image = pandas_io.open_image(pandas_io.to_image(value))
        self._resources.callback(image.close)
        return _plan_copy(image[pandas_io.NAME].id)

    def _plan_other(self, value: Any) -> Plan:
        """Let h5py convert the value, in memory."""
        if self._bench is None:
            self._bench = self._resources.enter_context(_new_in_memory())
        if isinstance(value, numpy.dtype):
            self._bench["type"] = value
            found = self._bench["type"].id
            del self._bench["type"]
        else:
            found = self._bench.create_dataset(None, data=value).id
        return _plan_copy(found)


def as_leaf(value: Any) -> Leaf | None:
    """Return the plan of a plain scalar or array, None for everything else."""
    kind = type(value)
    if isinstance(value, (float, int)) and not isinstance(value, numpy.generic):
        data = numpy.asarray(value)
        if data.dtype.kind not in "biuf":
            raise TypeError(f"integer {value} does not fit into 64 bits; HDF5 cannot hold it")
    elif kind is str:
        if "\0" in value:
            raise ValueError("HDF5 cannot hold a text with a NUL character; store it as bytes")
        value.encode()  # a lone surrogate raises here
        return Leaf(numpy.array(value, dtype=_TEXT), TEXT_TYPE, _SCALAR)
    elif kind is bytes:
        data = numpy.array(value, dtype=f"S{len(value) or 1}")
    elif value is None:
        return Leaf(None, _EMPTY_TYPE, _NULL)
    elif kind is numpy.ndarray or isinstance(value, (numpy.generic, array.array)):
        data = numpy.asarray(value, order="C")
        if data.dtype.kind not in "biufcS" or data.dtype.metadata is not None:
            return None
        if data.dtype.itemsize == 0:
            return None
    else:
        return None
    space = h5s.create_simple(data.shape) if data.shape else _SCALAR
    return Leaf(data, _type_of(data.dtype), space)


def put(h5: H5File, group: Any, name: bytes, plan: Plan) -> None:
    """Write a plan under a name that is free; the name appears when all of it is written."""
    if isinstance(plan, Leaf):
        _put_leaf(h5, group, name, plan)
    elif isinstance(plan, Copy):
        h5.expect(plan.size)
        h5o.copy(plan.source, b".", group, name, lcpl=_link_for(name))
    elif isinstance(plan, Special):
        h5py.Group(group)[name] = plan.value
    else:
        tree = h5g.create(group, None)
        for key, member in plan.members:
            if contains(tree, key):
                tree.unlink(key)
            put(h5, tree, key, member)
        h5o.link(tree, group, name, lcpl=_link_for(name))


def contains(group: Any, name: bytes) -> bool:
    """Tell whether there is something at a name or path below `group`."""
    if not name or b"/" in name:
        return bool(name in group)
    return bool(group.links.exists(name))


def needs_old(group: Any, plan: Plan) -> bool:
    """Tell whether the plan takes something from the file itself, or may still fail."""
    if isinstance(plan, Tree):
        return any(b"/" in key or needs_old(group, member) for key, member in plan.members)
    if isinstance(plan, Copy):
        return bool(h5o.get_info(plan.source).fileno == h5o.get_info(group).fileno)
    return isinstance(plan, Special)


def size_of(plan: Plan) -> int:
    if isinstance(plan, Tree):
        return _OVERHEAD + sum(_OVERHEAD + size_of(member) for _, member in plan.members)
    if isinstance(plan, Leaf):
        if plan.type_id is TEXT_TYPE:
            return 4 * len(plan.data.item())
        return 0 if plan.data is None else int(plan.data.nbytes)
    return plan.size if isinstance(plan, Copy) else 0


def _new_in_memory() -> Any:
    """Return an empty HDF5 file that never reaches a disk."""
    return h5py.File(os.urandom(8).hex(), "w", driver="core", backing_store=False)


def _put_leaf(h5: H5File, group: Any, name: bytes, leaf: Leaf) -> None:
    h5.expect(size_of(leaf))
    properties = _TEXT_DATASET if leaf.type_id is TEXT_TYPE else _DATASET
    new = h5d.create(group, None, leaf.type_id, leaf.space, properties)
    try:
        h5.reserve(data=True)
    except OSError:
        del new  # gives its place back; the traceback would keep it
        raise
    write_data(h5, new, leaf)
    h5o.link(new, group, name, lcpl=_link_for(name))


def write_data(h5: H5File, dataset: Any, leaf: Leaf) -> None:
    """Write the data of a plan into a dataset of the same type and shape."""
    if leaf.data is None or not leaf.data.size:
        return
    try:
        dataset.write(h5s.ALL, h5s.ALL, leaf.data)
        if leaf.type_id is TEXT_TYPE:
            h5.reserve()
        # HDF5 cannot report a failure when it closes a dataset, and does not survive one.
        dataset.flush()
    except Exception:
        h5.abandon()
        raise


def _type_of(dtype: Any) -> Any:
    found = _types.get(dtype)
    if found is None:
        found = _types[dtype] = h5t.py_create(dtype, logical=True)
    return found


def _link_for(name: bytes) -> Any:
    return _ASCII_LINK if name.isascii() else _UTF8_LINK


def _plan_copy(source: Any) -> Copy:
    if not source.valid:
        raise ValueError(
            "the array or group comes from a store that is closed now; "
            "keep its store open while it is assigned"
        )
    if isinstance(source, h5d.DatasetID):
        return Copy(source, source.get_storage_size())
    return Copy(source, h5i.get_file_id(source).get_filesize())


def _is_official(value: Any) -> bool:
    """Tell whether a value that h5py converts is stored without loss."""
    if isinstance(value, numpy.ndarray):
        return type(value).__module__ == "numpy"  # masks and attributes of subclasses are lost
    return isinstance(value, (numpy.generic, array.array, str))


def _is_pandas(value: Any) -> bool:
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(value, (pandas.DataFrame, pandas.Series))
