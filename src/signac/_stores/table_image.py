"""Make the image of a table harmless before PyTables reads it.

PyTables unpickles the rows of arrays of objects, and every attribute that is bytes and ends with a
full stop. Here each of them is read with the restricted reader, and what that gave is pickled
again in its place: PyTables then meets no pickle that this package did not write itself, so it
does not matter how its unpickler, its HDF5 library or its rules differ from the ones used here.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, Final

import h5py
import numpy
from h5py import h5a, h5d, h5g, h5l, h5o, h5s, h5t

from signac._stores.unpickle import Malformed, Refused, dump, read

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Refused", "check", "clean", "refuse_foreign_storage"]

#: Kinds of PyTables by the type of data they are for. PyTables believes the attribute, and reads
#: rows of any other type beyond the memory it has for them.
_ROWS: Final = "VLARRAY"
_RECORDS: Final = "TABLE"
_ARRAYS: Final = (
    "ARRAY",
    "CARRAY",
    "EARRAY",
    "CACHEARRAY",
    "INDEXARRAY",
    "LASTROWARRAY",
)
_GROUPS: Final = ("GROUP", "TINDEX", "DINDEX", "INDEX")
_PLAIN_TYPES: Final = frozenset(
    [h5t.INTEGER, h5t.FLOAT, h5t.STRING, h5t.BITFIELD, h5t.ENUM, h5t.TIME, h5t.OPAQUE]
)
_BYTE: Final = (h5t.STD_U8LE, h5t.STD_U8BE)
#: A dataset may announce this many bytes, or so many times what is stored of it, whichever is more.
_ANNOUNCED: Final = 1 << 28
_COMPRESSION: Final = 10_000
#: A file outside the time zone database, in the form in which pandas names zones of dateutil.
_FOREIGN_ZONE: Final = re.compile(
    r"dateutil/(?!/usr/(?:share|lib|share/lib)/zoneinfo/|/etc/zoneinfo/)[^\w]|dateutil/.*\.\."
)


def refuse_foreign_storage(group: Any) -> None:
    """Refuse a group with links, or with datasets whose data lie in other files.

    This is asked of the file itself: copying a dataset would read these other files.
    """
    for place, found in _walk(group):
        if not isinstance(found, h5d.DatasetID):
            continue
        properties = found.get_create_plist()
        if properties.get_external_count() or properties.get_layout() == h5d.VIRTUAL:
            raise Refused(f"data of another file, at {place}")


def clean(group: Any) -> None:
    """Rewrite all pickles in a group of an image, or refuse it.

    Raises
    ------
    Refused
        When the group holds anything that pandas does not write, or a pickle holds anything but
        plain values.
    """
    _visit(group, change=True, rows=True)


def check(group: Any, *, rows: bool) -> None:
    """Refuse a group that `clean` would refuse, and change nothing.

    Arrays of objects are left out unless `rows`.
    """
    _visit(group, change=False, rows=rows)


def _visit(group: Any, *, change: bool, rows: bool) -> None:
    for place, found in _walk(group):
        try:
            names: list[bytes] = []
            h5a.iterate(found, names.append)
            for name in names:
                _require_text(name)
                _clean_attribute(found, name, change=change)
            if isinstance(found, h5d.DatasetID):
                _clean_dataset(found, change=change, rows=rows)
            elif _text(found, b"CLASS") not in (None, *_GROUPS):
                raise Refused("a group of an unknown class")
        except Refused as refused:
            raise Refused(f"{refused}, at {place}") from None
        except Malformed as error:
            raise Refused(f"a damaged pickle ({error}), at {place}") from None


def _require_text(name: bytes) -> None:
    """Refuse a name that is no text: PyTables crashes on it."""
    try:
        name.decode()
    except UnicodeDecodeError:
        raise Refused(f"something with the name {name!r:.80}, which is no text") from None


def _walk(group: Any) -> Iterator[tuple[str, Any]]:
    """Yield a group and everything below it, once each."""
    waiting, seen = [("the table", group)], set()
    while waiting:
        place, found = waiting.pop()
        info = h5o.get_info(found)
        if (info.fileno, info.addr) in seen:
            continue
        seen.add((info.fileno, info.addr))
        yield place, found
        if not isinstance(found, h5g.GroupID):
            continue
        for name in h5py.Group(found):
            encoded = name.encode("utf-8", "surrogateescape")
            _require_text(encoded)
            if found.links.get_info(encoded).type != h5l.TYPE_HARD:
                raise Refused(f"a link, at {name!r}")
            child = h5o.open(found, encoded)
            if not isinstance(child, (h5g.GroupID, h5d.DatasetID)):
                raise Refused(f"a named type, at {name!r}")
            waiting.append((repr(name), child))


def _clean_attribute(owner: Any, name: bytes, *, change: bool) -> None:
    """Pickle again what PyTables might take for a pickle: bytes that end with a full stop."""
    attribute = h5a.open(owner, name)
    kind = attribute.get_type()
    if kind.get_class() != h5t.STRING or attribute.get_space().get_simple_extent_ndims():
        return
    data = _bytes_of(owner, name)
    if data is None:
        return
    if _FOREIGN_ZONE.search(data.decode("latin-1")):
        raise Refused("a time zone in another file")
    if kind.get_cset() == h5t.CSET_UTF8:
        return
    found = data.rstrip(b"\0")
    if not found.endswith(b"."):
        new = found
    else:
        try:
            value = read(found)
        except Malformed:
            # Bytes that only look so: as a pickle of themselves, they stay what they are.
            value = numpy.bytes_(found)
        _check_value(name, value)
        new = dump(value, 0)
    if change and new != data:
        _replace_attribute(owner, name, new)


def _bytes_of(owner: Any, name: bytes) -> bytes | None:
    """Return the bytes of a text as they are in the file, which PyTables does not convert."""
    attribute = h5a.open(owner, name)
    kind = attribute.get_type()
    if attribute.get_space().get_simple_extent_type() == h5s.NULL:
        return None
    if kind.is_variable_str():
        kept = h5py.Dataset(owner) if isinstance(owner, h5d.DatasetID) else h5py.Group(owner)
        value = kept.attrs[name]
        return value.encode("utf-8", "surrogateescape") if isinstance(value, str) else bytes(value)
    raw = numpy.empty((), dtype=f"V{kind.get_size()}")
    attribute.read(raw, mtype=kind)
    return raw.tobytes()


def _check_value(name: bytes, value: Any) -> None:
    """Refuse what PyTables or pandas would take at its word."""
    if name == b"shape":
        # pandas makes an array of this shape, and writes one only when it is empty.
        if type(value) is not tuple or any(type(length) is not int for length in value):
            raise Refused("a shape that is none")
        if math.prod(value):
            raise Refused(f"a shape of {math.prod(value)} values without data")
    elif _FOREIGN_ZONE.search(repr(value)):
        raise Refused("a time zone in another file")


def _replace_attribute(owner: Any, name: bytes, data: bytes) -> None:
    kind = h5t.C_S1.copy()
    kind.set_size(max(len(data), 1))
    kind.set_strpad(h5t.STR_NULLPAD)
    h5a.delete(owner, name)
    attribute = h5a.create(owner, name, kind, h5s.create(h5s.SCALAR))
    attribute.write(numpy.array(data, dtype=f"V{max(len(data), 1)}"), mtype=kind)


def _clean_dataset(found: Any, *, change: bool, rows: bool) -> None:
    kind, family = found.get_type(), found.get_type().get_class()
    called = _text(found, b"CLASS")
    if family == h5t.VLEN:
        if called != _ROWS or kind.get_super() not in _BYTE:
            raise Refused("rows of an unknown kind")
        if rows:
            _clean_rows(found, change=change)
        return
    is_record = family == h5t.COMPOUND and not _is_complex(kind)
    if called not in (_ARRAYS if not is_record else (_RECORDS,)):
        raise Refused(f"an array that calls itself {called}")
    _check_type(kind)
    announced = math.prod(found.shape or ()) * kind.get_size()
    if announced > max(_ANNOUNCED, _COMPRESSION * found.get_storage_size()):
        raise Refused(f"an array that announces {announced} bytes and does not hold them")


def _is_complex(kind: Any) -> bool:
    names = [kind.get_member_name(number) for number in range(kind.get_nmembers())]
    return names == [b"r", b"i"]


def _check_type(kind: Any) -> None:
    """Refuse types that hold pointers or other files' addresses."""
    family = kind.get_class()
    if family == h5t.COMPOUND:
        for number in range(kind.get_nmembers()):
            _check_type(kind.get_member_type(number))
    elif family == h5t.ARRAY:
        _check_type(kind.get_super())
    elif family not in _PLAIN_TYPES or (family == h5t.STRING and kind.is_variable_str()):
        raise Refused("values of an unknown type")


def _clean_rows(rows: Any, *, change: bool) -> None:
    """Pickle the one object again that pandas keeps in an array of rows."""
    if rows.rank != 1 or rows.shape[0] > 1 or _text(rows, b"PSEUDOATOM") != "object":
        raise Refused("rows that pandas does not write")
    if not rows.shape[0]:
        return
    data = h5py.Dataset(rows)
    old = data[0].tobytes()
    new = dump(read(old))
    if change and new != old:
        data[0] = numpy.frombuffer(new, "u1")


def _text(owner: Any, name: bytes) -> str | None:
    """Return an attribute that must be text, None when there is none."""
    if not h5a.exists(owner, name):
        return None
    attribute = h5a.open(owner, name)
    kind = attribute.get_type()
    if kind.get_class() != h5t.STRING or attribute.get_space().get_simple_extent_ndims():
        raise Refused(f"an attribute {name.decode()} that is no text")
    found = _bytes_of(owner, name)
    return None if found is None else found.rstrip(b"\0").decode("latin-1")
