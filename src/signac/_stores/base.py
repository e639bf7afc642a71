"""What a store and a group in it have in common: a mapping over one place of an HDF5 file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import ExitStack
from functools import cache
from operator import attrgetter
from threading import get_ident
from typing import TYPE_CHECKING, Any, TypeVar, cast

from signac.errors import InvalidKeyError, KeyTypeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from signac._stores.h5file import H5File
    from signac._stores.session import Session

__all__ = ["StoredMapping", "check_key", "path_of", "session_of"]

T = TypeVar("T")


def check_key(key: object, *, nested: bool = False) -> str:
    """Return a key to store something under, without empty parts.

    Keys inside an assigned mapping (`nested`) may hold dots, as other programs write them.
    """
    if not isinstance(key, str):
        raise KeyTypeError(f"keys of an HDF5 store are str, not {type(key).__name__}: {key!r}")
    if not nested and "." in key:
        raise InvalidKeyError(f"keys of an HDF5 store may not contain dots ('.'): {key!r}")
    if "\0" in key:
        raise InvalidKeyError(f"keys of an HDF5 store may not contain NUL characters: {key!r}")
    if not key:
        raise InvalidKeyError("keys of an HDF5 store may not be empty")
    if "/" in key:
        absolute = key.startswith("/") and not nested
        key = "/".join(part for part in key.split("/") if part)
        if not key:
            raise KeyError("/")
        return f"/{key}" if absolute else key
    return key


#: The session and the path of a mapping, for the modules beside this one.
session_of: Callable[[StoredMapping], Session] = attrgetter("_signac_session")
path_of: Callable[[StoredMapping], str] = attrgetter("_signac_path")


class StoredMapping(MutableMapping[str, Any]):
    """A mapping that is kept in a group of an HDF5 file.

    Each operation on a closed store opens the file, acts, and closes it; inside ``with store:``
    the file stays open. Everything read is a copy, except for arrays, which are read by slicing
    while the file is open.
    """

    __slots__ = ("_signac_path", "_signac_session")

    _signac_path: str
    _signac_session: Session

    def __getitem__(self, key: str) -> Any:
        opened = self._signac_session.opened
        if opened is not None and opened.thread == get_ident() and opened.failure is None:
            return self._load(opened.h5, key)
        with self._signac_session.reading(strict=True) as h5:
            if h5 is None:
                self._locate(key)
                raise KeyError(key)
            return self._load(h5, key)

    def __setitem__(self, key: str, value: Any) -> None:
        name = check_key(key)
        with self._signac_session.writing() as h5:
            _store(h5, self._signac_path, name, value)

    def __delitem__(self, key: str) -> None:
        location = self._locate(key)
        if not key.strip("/"):
            check_key(key)
        if not self._signac_session.opened and key not in self:
            raise KeyError(key)
        with self._signac_session.writing() as h5:
            try:
                h5.root.unlink(location)
            except KeyError:
                raise KeyError(key) from None

    def __iter__(self) -> Iterator[str]:
        # The file stays open while the caller works with the keys, which were taken before.
        with self._signac_session.reading(strict=True) as h5:
            yield from [] if h5 is None else self._names(h5)

    def __len__(self) -> int:
        with self._signac_session.reading() as h5:
            return 0 if h5 is None else self._asked(h5, lambda: len(self._group(h5)))

    def __contains__(self, key: object) -> bool:
        if key == "":
            return False
        try:
            location = self._locate(key.decode() if isinstance(key, bytes) else key)
        except KeyError:
            return False
        with self._signac_session.reading() as h5:
            return h5 is not None and self._asked(h5, lambda: location in h5.root)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mapping):
            return NotImplemented
        with ExitStack() as stack:
            stack.enter_context(self._signac_session.reading())
            if isinstance(other, StoredMapping):
                stack.enter_context(session_of(other).reading())
            return _equal_mappings(self, other)

    __hash__ = None  # type: ignore[assignment]

    def setdefault(self, key: str, value: Any) -> Any:  # type: ignore[override]
        """Return the value at `key`, after storing `value` there if there was none.

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project:
        ...     int(project.data.setdefault("n", 3)), int(project.data.setdefault("n", 4))
        (3, 3)
        """
        name = check_key(key)
        try:
            return self[key]
        except KeyError:
            pass
        with self._signac_session.writing() as h5:
            if key not in self:
                _store(h5, self._signac_path, name, value)
            return self._load(h5, key)

    def update(self, other: Any = (), /, **values: Any) -> None:
        """Store the items of a mapping or of pairs, opening the file once."""
        with ExitStack() as stack:
            if isinstance(other, StoredMapping):
                stack.enter_context(session_of(other).reading())
            items: Iterable[tuple[str, Any]] = dict(other, **values).items()
            names = [(check_key(key), value) for key, value in items]
            if names:
                h5 = stack.enter_context(self._signac_session.writing())
                for name, value in names:
                    _store(h5, self._signac_path, name, value)

    def clear(self) -> None:
        """Remove all keys; the file stays."""
        if not len(self):
            return
        with self._signac_session.writing() as h5:
            group = self._group(h5)
            for name in self._names(h5):
                group.unlink(name.encode())

    def _load(self, h5: H5File, key: str) -> Any:
        codec = _codec()
        try:
            value = codec.load(h5, self._locate(key))
        except Exception as error:
            explained = codec.explain(error, h5, self._locate(key), key)
            if explained is error:
                raise
            raise explained from None
        return self._make_group(key) if value is codec.GROUP else value

    def _make_group(self, key: str) -> Any:
        from signac._stores.h5group import H5Group

        store, path = self._signac_place()
        parts = [*path.split("/"), *key.split("/")] if key[:1] != "/" else key.split("/")
        return H5Group(store, "/" + "/".join(part for part in parts if part))

    def _signac_place(self) -> tuple[Any, str]:
        """Return the store and the path in it."""
        raise NotImplementedError  # stores and groups have it

    def _locate(self, key: object) -> bytes:
        """Return the path of a key from the root of the file."""
        if not isinstance(key, str):
            raise KeyTypeError(f"keys of an HDF5 store are str, not {type(key).__name__}: {key!r}")
        if "\0" in key:
            raise KeyError(key)
        if key[:1] == "/":  # peer: from the root, in a group too
            return key.encode()
        return (f"{self._signac_path}/{key}" if self._signac_path != "/" else key or "/").encode()

    def _group(self, h5: H5File) -> Any:
        """Return the group in an open file; raise KeyError when it is gone."""
        return _codec().open_group(h5, self._signac_path)

    def _names(self, h5: H5File) -> list[str]:
        return self._asked(h5, lambda: cast("list[str]", _codec().names(self._group(h5))))

    def _asked(self, h5: H5File, ask: Callable[[], T]) -> T:
        """Return an answer about a group; an error of a damaged file names the file."""
        try:
            return ask()
        except RuntimeError as error:
            explained = _codec().explain(error, h5, self._signac_path.encode(), self._signac_path)
            if explained is error:
                raise
            raise explained from None


@cache
def _codec() -> Any:
    """Load numpy and h5py when the first value is read or written."""
    from signac._stores import h5codec

    return h5codec


def _store(h5: H5File, path: str, name: str, value: Any) -> None:
    codec = _codec()
    if name[0] == "/":
        codec.store(h5, h5.root, name[1:].encode(), value)
    else:
        codec.store(h5, codec.open_group(h5, path), name.encode(), value)


def _equal_mappings(left: Mapping[str, Any], right: Mapping[str, Any]) -> bool:
    keys = list(left)
    if len(keys) != len(right) or any(key not in right for key in keys):
        return False
    return all(_equal(left[key], right[key]) for key in keys)


def _equal(left: Any, right: Any) -> bool:
    """Compare two values by content, arrays and tables too."""
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return _equal_mappings(left, right)
    for one, two in ((left, right), (right, left)):
        if hasattr(one, "equals") and type(one) is type(two):  # pandas
            return bool(one.equals(two))
        if getattr(one, "shape", ()) != ():
            return _equal_arrays(one, two)
    return bool(left == right)


def _equal_arrays(left: Any, right: Any) -> bool:
    import numpy

    same = left is right or (hasattr(left, "id") and getattr(right, "id", None) == left.id)
    return same or numpy.array_equal(left[()], numpy.asarray(right))
