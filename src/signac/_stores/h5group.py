"""A group inside a store as a mapping."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signac._stores.base import StoredMapping, session_of

if TYPE_CHECKING:
    from signac._stores.h5 import H5Store

__all__ = ["H5Group"]


class H5Group(StoredMapping):
    """A group of a store: a name for a place, looked up at each use.

    If the group is removed, using this object raises `KeyError`; if another one is put there, it
    shows that one. Attributes that are neither keys nor methods are those of the `h5py.Group`
    (``attrs``, ``create_dataset``), which need the store to be open.

    Parameters
    ----------
    store : H5Store
        The store.
    path : str
        The place in it, ``"/a/b"``.

    Examples
    --------
    >>> import signac
    >>> with signac.TemporaryProject() as project:
    ...     project.data["run/parameters"] = {"T": 1.5, "steps": 1000}
    ...     parameters = project.data.run.parameters
    ...     parameters.T = 2.0
    ...     parameters == {"T": 2.0, "steps": 1000}
    True
    """

    __slots__ = ("_signac_store",)

    _signac_store: H5Store

    def __init__(self, store: H5Store, path: str) -> None:
        self._signac_setup(store, path)

    def _signac_setup(self, store: H5Store, path: str) -> None:
        object.__setattr__(self, "_signac_store", store)
        object.__setattr__(self, "_signac_session", session_of(store))
        object.__setattr__(self, "_signac_path", path)

    def _signac_place(self) -> tuple[Any, str]:
        return self._signac_store, self._signac_path

    def __getattr__(self, name: str) -> Any:
        if name.startswith(("__", "_signac_")):
            raise AttributeError(f"'H5Group' object has no attribute {name!r}")
        try:
            return self[name]
        except KeyError:
            pass
        with self._signac_session.reading(strict=True) as h5:
            if h5 is None or self._signac_path not in h5.file:
                raise KeyError(self._signac_path)
            return getattr(h5.file[self._signac_path], name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("__"):
            raise AttributeError(f"'H5Group' object has no attribute {name!r}")
        self[name] = value

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"attributes of a group cannot be deleted, use `del group[{name!r}]`")

    def __repr__(self) -> str:
        return f"{type(self).__name__}(store={self._signac_store!r}, path={self._signac_path!r})"

    def __getstate__(self) -> dict[str, Any]:
        return {"store": self._signac_store, "path": self._signac_path}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._signac_setup(state["store"], state["path"])
