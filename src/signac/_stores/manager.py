"""The HDF5 files of one directory as a mapping from names to stores."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from signac._core.layout import STORE_SUFFIX
from signac._stores.base import StoredMapping, check_key
from signac._stores.h5 import H5Store
from signac.errors import InvalidKeyError, KeyTypeError

if TYPE_CHECKING:
    from signac._core.durability import Durability

__all__ = ["H5StoreManager", "open_stores"]


class H5StoreManager:
    """The stores of a directory: ``stores.name`` is the `H5Store` of the file ``name.h5``.

    Attributes are names of stores, so there are no methods ``get``, ``items``, ``values`` or
    ``pop``; ``keys()``, iteration, ``in`` and ``len`` tell which files exist. Assigning a mapping
    or another store replaces the whole file, in one step that cannot be seen half done, and is
    refused for empty content.

    Parameters
    ----------
    prefix : str or os.PathLike
        The directory. It must exist before something is stored.

    Examples
    --------
    >>> import numpy as np
    >>> import signac
    >>> with signac.TemporaryProject() as project:
    ...     job = project.open_job({"T": 1.0}).init()
    ...     job.stores.trajectory = {"positions": np.zeros((10, 3))}
    ...     job.stores.copy = job.stores.trajectory
    ...     sorted(job.stores)
    ['copy', 'trajectory']
    """

    __slots__ = (
        "__weakref__",
        "_signac_level",
        "_signac_prefix",
        "_signac_scratch",
        "_signac_stores",
    )

    _signac_level: Durability | None
    _signac_prefix: str
    _signac_scratch: str | None
    _signac_stores: dict[str, H5Store]

    cls: ClassVar[type[H5Store]] = H5Store
    suffix: ClassVar[str] = STORE_SUFFIX

    def __init__(self, prefix: str | os.PathLike[str]) -> None:
        object.__setattr__(self, "_signac_prefix", os.path.abspath(os.fspath(prefix)))
        object.__setattr__(self, "_signac_scratch", None)
        object.__setattr__(self, "_signac_level", None)
        object.__setattr__(self, "_signac_stores", {})

    @property
    def prefix(self) -> str:
        """Absolute path of the directory."""
        return self._signac_prefix

    def keys(self) -> Iterator[str]:
        """Return an iterator over the names of the existing stores."""
        return iter(self)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def __contains__(self, key: object) -> bool:
        return key in self._names()

    def __getitem__(self, key: str) -> H5Store:
        path = self._path(key)
        found = self._signac_stores.get(key)
        if found is None:
            found = self.cls(path)
            found._signac_session.level = self._signac_level  # noqa: SLF001 - of one family
            found = self._signac_stores.setdefault(key, found)
        return found

    def __setitem__(self, key: str, value: Any) -> None:
        path = self._path(key)
        if "." in key:
            raise InvalidKeyError(f"keys of the H5StoreManager may not contain dots ('.'): {key!r}")
        content = _check_content(value)
        if not os.path.isdir(self.prefix):
            os.stat(self.prefix)
            raise NotADirectoryError(self.prefix)
        from signac._stores.wholefile import replace_store

        replace_store(path, content, self._signac_scratch, self._signac_level)
        self._signac_stores.pop(key, None)

    def __delitem__(self, key: str) -> None:
        from signac._stores.wholefile import remove_store

        path = self._path(key)
        try:
            remove_store(path)
        except FileNotFoundError:
            raise KeyError(key) from None
        self._signac_stores.pop(key, None)

    def __getattr__(self, name: str) -> H5Store:
        _check_attribute(name)
        return self[name]

    def __setattr__(self, name: str, value: Any) -> None:
        _check_attribute(name)
        self[name] = value

    def __delattr__(self, name: str) -> None:
        _check_attribute(name)
        del self[name]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, H5StoreManager):
            return NotImplemented
        here, there = os.path.realpath(self.prefix), os.path.realpath(other.prefix)
        return here == there and self.suffix == other.suffix

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        try:
            prefix = os.path.relpath(self.prefix)
        except (OSError, ValueError):
            prefix = self.prefix
        return f"{type(self).__name__}(prefix={prefix!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return open_stores, (self.prefix, self._signac_scratch, self._signac_level, type(self))

    def _names(self) -> list[str]:
        with os.scandir(self.prefix) as entries:
            found = [
                entry.name[: -len(self.suffix)]
                for entry in entries
                if entry.name.endswith(self.suffix) and entry.is_file()
            ]
        return sorted(found)

    def _path(self, key: Any) -> str:
        """Return the file of a key, which lies in the directory."""
        if not isinstance(key, str):
            raise KeyTypeError(f"names of stores are str, not {type(key).__name__}: {key!r}")
        separators = [os.sep, "/", "\0", *([os.altsep] if os.altsep else [])]
        if key in (".", "..") or any(separator in key for separator in separators):
            raise InvalidKeyError(
                f"{key!r} does not name a store of {self.prefix}: names hold no path separators"
            )
        return os.path.join(self.prefix, key + self.suffix)


def open_stores(
    prefix: str,
    scratch: str | None,
    level: Durability | None = None,
    kind: type[H5StoreManager] = H5StoreManager,
) -> H5StoreManager:
    """Return the stores of a directory of a project, whose new files are built in `scratch`.

    `level` is the durability that the project's config asks for.
    """
    stores = kind(prefix)
    object.__setattr__(stores, "_signac_scratch", scratch)
    object.__setattr__(stores, "_signac_level", level)
    return stores


def _check_attribute(name: str) -> None:
    if name.startswith(("__", "_signac_")):
        raise AttributeError(f"'H5StoreManager' object has no attribute {name!r}")


def _check_content(value: Any) -> Mapping[str, Any]:
    """Return what is assigned as a mapping with keys that a store takes."""
    if isinstance(value, StoredMapping):
        if not len(value):
            raise ValueError("cannot assign empty value!")
        return value
    content = dict(value)
    if not content:
        raise ValueError("cannot assign empty value!")
    for key in content:
        check_key(key)
    return content
