"""Python values to HDF5 objects and back, on the low-level interface of h5py."""

from __future__ import annotations

import os
import warnings
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import h5py
import numpy
from h5py import h5a, h5d, h5f, h5g, h5l, h5o, h5s, h5t

from signac._stores.h5file import as_io_error
from signac._stores.h5plan import (
    TEXT_TYPE,
    Copy,
    Leaf,
    Plan,
    Special,
    Workshop,
    as_leaf,
    contains,
    needs_old,
    put,
    size_of,
    write_data,
)
from signac._stores.heap import refuse_endless
from signac.errors import Error

if TYPE_CHECKING:
    from collections.abc import Callable

    from signac._stores.h5file import H5File

__all__ = ["GROUP", "copy_members", "explain", "load", "names", "open_group", "store"]

#: What `load` gives for a group: the caller makes an object for it.
GROUP: Final = object()
_PANDAS_MARK: Final = b"pandas_type"


def load(h5: H5File, path: bytes) -> Any:
    """Return the value at `path`: arrays by reference, `GROUP` for a group.

    Raises
    ------
    KeyError
        When there is nothing.
    """
    found = h5o.open(h5.id, path)
    if type(found) is h5d.DatasetID:
        shape = found.shape
        if shape is None:
            return None
        if shape:
            return h5py.Dataset(found, readonly=not h5.writable)
        return _load_scalar(found, h5)
    if type(found) is h5g.GroupID:
        if h5a.exists(found, _PANDAS_MARK):
            from signac._stores import pandas_io

            return pandas_io.read(found)
        return GROUP
    return h5py.Datatype(found)


def explain(error: Exception, h5: H5File, path: bytes, key: str) -> Exception:
    """Return what to raise when `path` cannot be read: `KeyError` only when nothing is there.

    What libhdf5 finds wrong with a file comes out of h5py in many classes, without its name.
    """
    if isinstance(error, (Error, ImportError, MemoryError, Warning)):
        return error
    failure = as_io_error(error, h5.path)
    if failure is not None:
        return failure
    if isinstance(error, KeyError) and not _is_linked(h5, path):
        return KeyError(key)
    if isinstance(error, OSError) and h5.path in str(error):
        return error
    return OSError(
        f"{h5.path}: the value at {key!r} cannot be read ({error}); the file is damaged, restore it"
    )


def _is_linked(h5: H5File, path: bytes) -> bool:
    try:
        return bool(h5.root.links.get_info(path).type == h5l.TYPE_HARD)
    except (KeyError, RuntimeError, ValueError):
        return False


def store(h5: H5File, group: Any, name: bytes, value: Any) -> None:
    """Store `value` under `name` in `group`, in place of what is there.

    A value that cannot be stored raises before anything is changed.
    """
    leaf = as_leaf(value)
    fresh = not contains(group, name)
    if leaf is not None:
        if fresh:
            put(h5, group, name, leaf)
        elif not _overwrite(h5, group, name, leaf):
            _replace(h5, group, name, leaf)
        return
    with Workshop() as workshop:
        plan = workshop.plan(value)
        if fresh:
            put(h5, group, name, plan)
        elif not _is_same(group, name, plan):
            _replace(h5, group, name, plan)
        h5.reserve()
    for kind in workshop.unofficial:
        warnings.warn(
            f"Storage for object of type '{kind}' appears to have succeeded, "
            "but this type is not officially supported!",
            stacklevel=5,
        )


def open_group(h5: H5File, path: str) -> Any:
    """Return the group at `path`; raise KeyError when there is none."""
    if path == "/":
        return h5.root
    found = h5o.open(h5.root, path.encode())
    if not isinstance(found, h5g.GroupID):
        raise KeyError(f"{path} is not a group any more")
    return found


def names(group: Any) -> list[str]:
    """Return the names in a group, sorted by their UTF-8 bytes as HDF5 does."""
    return list(h5py.Group(group))


def copy_members(source: H5File, path: str, target: H5File) -> None:
    """Copy what is in a group of `source`, with its attributes, to the empty file `target`."""
    name = os.urandom(16).hex().encode()
    h5o.copy(open_group(source, path), b".", target.root, name)
    whole = h5o.open(target.root, name)
    for member in [entry.encode() for entry in names(whole)]:
        whole.links.move(member, target.root, member)
    target.root.unlink(name)
    copied, attributes = h5py.Group(whole).attrs, h5py.Group(target.root).attrs
    for key in copied:
        attributes.create(key, copied[key], dtype=copied.get_id(key).dtype)


def _load_scalar(found: Any, h5: H5File) -> Any:
    dtype = found.dtype
    if dtype.kind == "O" or dtype.metadata is not None:
        kind = found.get_type()
        # Of a sequence that is neither one of values (0) nor a text (1), libhdf5 dies.
        if kind.get_class() == h5t.VLEN and kind.encode()[3] & 15 > 1:
            raise RuntimeError("a sequence of an unknown kind")
        if h5.descriptor is not None:
            flush = partial(h5f.flush, h5.id) if h5.writable else None
            refuse_endless(h5.descriptor, found, flush)
        value = h5py.Dataset(found)[()]
        text = h5py.check_string_dtype(dtype)
        if text is not None and text == ("utf-8", None) and isinstance(value, bytes):
            return value.decode()
        return value
    data = numpy.empty((), dtype)
    found.read(h5s.ALL, h5s.ALL, data)
    return data[()]


def _overwrite(h5: H5File, group: Any, name: bytes, leaf: Leaf) -> bool:
    """Write into the existing dataset when nobody could tell the difference from a new one.

    HDF5 forgets free space when a file is closed, so a file would grow with each replacement.
    """
    try:
        found = h5o.open(group, name)
    except KeyError:  # a soft link to nothing
        return False
    if (
        type(found) is not h5d.DatasetID
        or leaf.data is None
        or leaf.type_id is TEXT_TYPE
        or found.shape != leaf.data.shape
        or found.dtype != leaf.data.dtype
        or found.dtype.metadata is not None
    ):
        return False
    properties = found.get_create_plist()
    plain = properties.get_layout() == h5d.CONTIGUOUS and not properties.get_external_count()
    info = h5o.get_info(found)
    if (
        not plain
        or info.rc != 1
        or h5a.get_num_attrs(found)
        or h5f.get_obj_count(h5.id, h5f.OBJ_DATASET) != 1
        or group.links.get_info(name).type != h5l.TYPE_HARD
    ):
        return False
    write_data(h5, found, leaf)
    return True


def _replace(h5: H5File, group: Any, name: bytes, plan: Plan) -> None:
    if not needs_old(group, plan) and h5.has_room(size_of(plan), _freed_by(group, name)):
        # The old value goes first, so that the new one takes its place in the file.
        group.unlink(name)
        put(h5, group, name, plan)
        return
    restore = _hold(group, name)
    new = None if isinstance(plan, Special) else _build(h5, group, plan)
    group.unlink(name)
    try:
        if new is None:
            put(h5, group, name, plan)
        else:
            h5o.link(new, group, name)
    except BaseException:
        restore()
        raise


def _build(h5: H5File, group: Any, plan: Plan) -> Any:
    """Write a plan without a name, and return the object."""
    aside = h5g.create(group, None)
    put(h5, aside, b"new", plan)
    h5.reserve()
    return h5o.open(aside, b"new")


def _hold(group: Any, name: bytes) -> Callable[[], None]:
    """Return a function that puts back what is at a name now."""
    if group.links.get_info(name).type == h5l.TYPE_HARD:
        found = h5o.open(group, name)
        return lambda: h5o.link(found, group, name)
    link = h5py.Group(group).get(name, getlink=True)
    return lambda: h5py.Group(group).__setitem__(name, link)


def _is_same(group: Any, name: bytes, plan: Plan) -> bool:
    """Tell whether an object would be replaced by itself."""
    if not isinstance(plan, Copy):
        return False
    try:
        return bool(h5o.open(group, name) == plan.source)
    except KeyError:
        return False


def _freed_by(group: Any, name: bytes) -> int:
    try:
        found = h5o.open(group, name)
    except KeyError:
        return 0
    return int(found.get_storage_size()) if isinstance(found, h5d.DatasetID) else 0
