"""One HDF5 file as a mapping."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from signac._stores.base import StoredMapping
from signac._stores.session import Session
from signac.errors import H5StoreAlreadyOpenError, H5StoreClosedError, InvalidInputError

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["H5Store"]


class H5Store(StoredMapping):
    """Arrays, numbers, texts, tables and nested mappings in one HDF5 file.

    Each operation opens the file, acts and closes it again: reading operations for reading only,
    so that they disturb nobody. Inside ``with store:`` the file stays open, which is needed to
    read arrays (they are not loaded before they are sliced) and is faster for several operations.
    A missing file reads as an empty store, the first write creates it.

    While another process has the file open for writing, or for reading when it is to be written,
    operations wait, for ``SIGNAC_LOCK_TIMEOUT`` seconds (60), and then raise `LockTimeoutError`.
    The same holds between the threads of a process; stores of different files are independent.

    Writing changes the file in place. A value is checked before anything is changed, and a full
    disk is noticed before HDF5 writes, but a process that is killed while it writes can leave a
    damaged file. Assigning a whole store (``job.data = mapping``) is safe against that.

    Parameters
    ----------
    filename : str
        Path of the file, made absolute.
    **kwargs
        Arguments for `h5py.File` when the file is opened. ``mode`` is the mode of sessions begun by
        ``with`` and `open`, ``"a"`` by default. With ``"w"`` each session begins with an empty
        file; outside sessions, the file is emptied once, by the first write through this object.

    Examples
    --------
    >>> import numpy as np
    >>> import signac
    >>> with signac.TemporaryProject() as project:
    ...     store = signac.H5Store(project.fn("trajectory.h5"))
    ...     store["positions"] = np.zeros((10, 3))
    ...     store.box = {"length": 5.0, "unit": "sigma"}
    ...     with store:
    ...         positions = store["positions"][:]
    ...     positions.shape, float(store.box.length), list(store)
    ((10, 3), 5.0, ['box', 'positions'])
    """

    __slots__ = ("__weakref__", "_signac_opened_by", "_signac_ticket")

    _signac_opened_by: H5Store | None
    _signac_ticket: object | None

    def __init__(self, filename: str, **kwargs: Any) -> None:
        if not isinstance(filename, str) or not filename:
            raise InvalidInputError(
                f"H5Store filename must be a non-empty string, not {filename!r}"
            )
        self._signac_setup(Session(os.path.abspath(filename), kwargs))

    def _signac_setup(
        self, session: Session, opened_by: H5Store | None = None, ticket: object | None = None
    ) -> None:
        object.__setattr__(self, "_signac_session", session)
        object.__setattr__(self, "_signac_path", "/")
        object.__setattr__(self, "_signac_opened_by", opened_by)
        object.__setattr__(self, "_signac_ticket", ticket)

    def _signac_original(self) -> H5Store:
        return self if self._signac_opened_by is None else self._signac_opened_by

    def _signac_place(self) -> tuple[Any, str]:
        return self._signac_original(), "/"

    @property
    def filename(self) -> str:
        """Absolute path of the file."""
        return self._signac_session.filename

    @property
    def file(self) -> Any:
        """The open `h5py.File`, for everything this class does not do.

        Raises
        ------
        H5StoreClosedError
            When the store is closed.
        """
        opened = self._signac_session.opened
        if opened is None or not opened.h5.file.id.valid:
            raise H5StoreClosedError(self.filename)
        return opened.h5.file

    @property
    def mode(self) -> str:
        """Mode of the open file, ``"r"`` or ``"r+"``.

        Raises
        ------
        H5StoreClosedError
            When the store is closed.
        """
        return str(self.file.mode)

    def open(self, mode: str | None = None) -> H5Store:
        """Open the file until `close`, or until the end of a ``with`` block around the call.

        Parameters
        ----------
        mode : {"r", "r+", "w", "w-", "x", "a"}, optional
            As for `h5py.File`; the mode given to the constructor, or ``"a"``, by default.

        Returns
        -------
        H5Store
            This store, in a form that knows that ``with store.open(): ...`` is to close it. A
            ``with store:`` block inside the session, on the contrary, leaves it open.

        Raises
        ------
        H5StoreAlreadyOpenError
            When it is open; use ``with store:`` where that may be.
        LockTimeoutError
            When another thread or process kept the file locked for the whole time.

        Examples
        --------
        >>> import signac
        >>> with signac.TemporaryProject() as project:
        ...     project.data["n"] = 3
        ...     with project.data.open(mode="r") as data:
        ...         data.mode, int(data["n"])
        ('r', 3)
        """
        ticket = self._signac_session.open(mode)
        if ticket is None:
            raise H5StoreAlreadyOpenError(self)
        twin = object.__new__(type(self))
        twin._signac_setup(self._signac_session, self._signac_original(), ticket)
        return twin

    def close(self) -> None:
        """Write what is left and close the file; no-op when it is closed.

        Raises
        ------
        OSError
            When the disk is full or fails.
        """
        self._signac_session.close()

    def flush(self) -> None:
        """Hand everything written so far to the operating system.

        Raises
        ------
        H5StoreClosedError
            When the store is closed.
        OSError
            When the disk is full or fails.
        """
        if not self._signac_session.flush():
            raise H5StoreClosedError(self.filename)

    def __enter__(self) -> H5Store:
        self._signac_session.enter(self._signac_ticket)
        return self._signac_original()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._signac_session.exit(error)

    def __del__(self) -> None:
        session = getattr(self, "_signac_session", None)
        if session is not None and session.opened is not None and self._signac_opened_by is None:
            session.close()

    def __getattr__(self, name: str) -> Any:
        if name.startswith(("__", "_signac_")):
            raise AttributeError(f"'H5Store' object has no attribute {name!r}")
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"{self!s} has no key or attribute {name!r}") from None

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("__"):
            raise AttributeError(f"'H5Store' object has no attribute {name!r}")
        self[name] = value

    def __delattr__(self, name: str) -> None:
        if name.startswith("__"):
            raise AttributeError(f"'H5Store' object has no attribute {name!r}")
        del self[name]

    def __repr__(self) -> str:
        return f"{type(self).__name__}(filename={_relative(self.filename)!r})"

    def __str__(self) -> str:
        return f"{type(self).__name__}(filename={os.path.basename(self.filename)!r})"

    def __getstate__(self) -> dict[str, Any]:
        """Return name and arguments: a copy of an open store is closed."""
        session = self._signac_session
        options = dict(session.options)
        if session.mode is not None:
            options["mode"] = session.mode
        return {"filename": session.filename, "options": options}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._signac_setup(Session(state["filename"], state["options"]))


def _relative(path: str) -> str:
    """Return a path relative to the working directory, if there is one."""
    try:
        return os.path.relpath(path)
    except (OSError, ValueError):
        return path
