"""The public dictionary in a file, `signac.JSONDict`, and buffered mode around it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from signac._core.canonical import to_plain_mapping
from signac._synced.backend import FileRoot
from signac._synced.buffer import PROCESS_BUFFER
from signac._synced.mapping import SyncedDict
from signac._synced.node import attach
from signac._synced.root import Kinds
from signac._synced.sequence import SyncedList

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from signac._core.durability import Durability

__all__ = [
    "BufferedMode",
    "JSONDict",
    "buffered",
    "get_buffer_capacity",
    "get_current_buffer_size",
    "is_buffered",
    "open_document",
    "set_buffer_capacity",
]


class JSONDict(SyncedDict):
    """A dictionary that lives in a JSON file.

    Every change is written at once, atomically and under a lock, so any number of threads and
    processes can change different keys without losing one. Reading takes no lock, and an
    unchanged file is not read again.

    Parameters
    ----------
    filename : str or os.PathLike
        The file. It need not exist: it appears with the first change.
    write_concern : bool, optional
        Kept for programs written for the released signac; writes are always atomic.
    data : mapping, optional
        Contents in memory, shown while there is no file. They are not written.
    parent : optional
        Not used.

    Notes
    -----
    Keys are strings without dots. Values are what JSON holds: numbers, strings, booleans,
    ``None``, lists and mappings of them. Tuples become lists, NumPy values plain numbers.
    A read and a write, as in ``d.n += 1``, are two operations; `transaction` makes them one.

    Examples
    --------
    >>> import os, tempfile
    >>> from signac import JSONDict
    >>> directory = tempfile.TemporaryDirectory()
    >>> d = JSONDict(os.path.join(directory.name, "settings.json"))
    >>> d.cutoff = 2.5
    >>> d["box"] = {"x": 10, "y": 10}
    >>> d.box.x = 12
    >>> print(d)
    {'cutoff': 2.5, 'box': {'x': 12, 'y': 10}}
    >>> directory.cleanup()
    """

    __slots__ = ()

    def __init__(
        self,
        filename: str | os.PathLike[str] | None = None,
        write_concern: bool = False,
        data: Mapping[str, Any] | None = None,
        parent: Any = None,
    ) -> None:
        root = FileRoot(filename, "document", _KINDS)  # type: ignore[arg-type]
        plain = {} if data is None else _initial(data)
        for name, value in (("__root__", root), ("__data__", plain), ("__children__", None)):
            object.__setattr__(self, name, value)
        root.node = self

    @property
    def filename(self) -> Any:
        """The file, as it was given."""
        return self.__root__.path  # type: ignore[attr-defined]

    @filename.setter
    def filename(self, value: str | os.PathLike[str]) -> None:
        root = self.__root__
        root.relocate(value)  # type: ignore[attr-defined]
        root.reload_soon()  # type: ignore[attr-defined]

    @property
    def buffered(self) -> BufferedMode:
        """A context in which changes of this document are kept in memory until its end.

        Raises at the end of the block `MetadataError` if the file was changed by others. Only
        a whole document can be buffered; on a nested mapping this has no effect.
        """
        root = self.__root__
        if isinstance(root, FileRoot) and root.node is self:
            return BufferedMode(root=root)
        return BufferedMode(idle=True)

    def __copy__(self) -> Any:
        root = self.__root__
        if isinstance(root, FileRoot) and root.node is self:
            return _reopen(type(self), root.path, _settings(root))
        return super().__copy__()

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        root = self.__root__
        if isinstance(root, FileRoot) and root.node is self:
            return self.__copy__()
        return super().__deepcopy__(memo)

    def __reduce__(self) -> tuple[Any, ...]:
        root = self.__root__
        if isinstance(root, FileRoot) and root.node is self:
            return _reopen, (type(self), root.path, _settings(root))
        return super().__reduce__()

    @classmethod
    def buffer_backend(cls, buffer_capacity: int | None = None) -> BufferedMode:
        """Return `signac.buffered`."""
        return buffered(buffer_capacity)

    @classmethod
    def backend_is_buffered(cls) -> bool:
        """Return `signac.is_buffered`."""
        return is_buffered()

    @classmethod
    def get_buffer_capacity(cls) -> int:
        """Return `signac.get_buffer_capacity`."""
        return get_buffer_capacity()

    @classmethod
    def set_buffer_capacity(cls, new_capacity: int) -> None:
        """Call `signac.set_buffer_capacity`."""
        set_buffer_capacity(new_capacity)

    @classmethod
    def get_current_buffer_size(cls) -> int:
        """Return `signac.get_current_buffer_size`."""
        return get_current_buffer_size()

    @classmethod
    def enable_multithreading(cls) -> None:
        """Do nothing: changes are always safe between threads."""

    @classmethod
    def disable_multithreading(cls) -> None:
        """Do nothing: changes are always safe between threads, and it costs little."""


_KINDS: Final[Kinds] = {dict: JSONDict, list: SyncedList}


class BufferedMode:
    """A buffered block, of the whole process or of one document.

    It is true while its buffer is on, may be entered again and again, and may be called, so that
    ``doc.buffered`` and ``doc.buffered()`` are the same.
    """

    def __init__(
        self, capacity: int | None = None, root: FileRoot | None = None, idle: bool = False
    ) -> None:
        self._capacity = capacity
        self._root = root
        self._idle = idle
        self._entered: list[AbstractContextManager[None]] = []

    def __call__(self) -> BufferedMode:
        return self

    def __bool__(self) -> bool:
        if self._root is not None:
            return self._root.buffer_depth > 0
        return not self._idle and PROCESS_BUFFER.depth > 0

    def __enter__(self) -> None:
        if self._idle:
            return
        block = (
            PROCESS_BUFFER.buffered(self._capacity)
            if self._root is None
            else PROCESS_BUFFER.buffered_root(self._root)
        )
        block.__enter__()
        self._entered.append(block)

    def __exit__(self, *exception: Any) -> None:
        if self._entered:
            self._entered.pop().__exit__(*exception)


def open_document(
    path: str,
    name: str,
    *,
    scratch: str | None = None,
    fallback: str | None = None,
    level: Durability | None = None,
    on_missing: Callable[[FileNotFoundError | None], None] | None = None,
) -> JSONDict:
    """Return the document in a file of a project; see `FileRoot` for the parameters."""
    root = FileRoot(
        path,
        name,
        _KINDS,
        scratch=scratch,
        fallback=fallback,
        level=level,
        on_missing=on_missing,
    )
    root.node = node = attach(JSONDict, root, {})
    return node


def root_of(document: JSONDict) -> FileRoot:
    """Return what stands behind a whole document."""
    return document.__root__  # type: ignore[return-value]


def buffered(buffer_capacity: int | None = None) -> BufferedMode:
    """Return a block in which documents change in memory and are written at its end.

    The buffer belongs to the whole process; blocks may be nested, the outermost one writes. A
    file that another program changed meanwhile is left alone, and `BufferedError` carries what
    was not written.

    Parameters
    ----------
    buffer_capacity : int, optional
        Bytes of JSON text after which everything is written and the buffer starts anew, for this
        block. The default is `get_buffer_capacity`.

    Examples
    --------
    >>> import signac
    >>> with signac.TemporaryProject() as project:
    ...     job = project.open_job({"a": 0}).init()
    ...     with signac.buffered():
    ...         for i in range(1000):
    ...             job.doc[f"k{i}"] = i
    ...     print(len(job.doc))
    1000
    """
    return BufferedMode(buffer_capacity)


def is_buffered() -> bool:
    """Tell whether the process is inside ``with signac.buffered()``.

    Examples
    --------
    >>> import signac
    >>> signac.is_buffered()
    False
    """
    return PROCESS_BUFFER.depth > 0


def get_buffer_capacity() -> int:
    """Return how many bytes of JSON text the buffer holds before it is written.

    Examples
    --------
    >>> import signac
    >>> signac.get_buffer_capacity()
    33554432
    """
    return PROCESS_BUFFER.capacity


def set_buffer_capacity(new_capacity: int) -> None:
    """Set how many bytes of JSON text the buffer holds; more than that is written at once.

    Examples
    --------
    >>> import signac
    >>> signac.set_buffer_capacity(2**25)
    """
    PROCESS_BUFFER.set_capacity(new_capacity)


def get_current_buffer_size() -> int:
    """Return the bytes of JSON text in the buffer, of read and of changed documents.

    Examples
    --------
    >>> import signac
    >>> signac.get_current_buffer_size()
    0
    """
    return PROCESS_BUFFER.size()


def _initial(data: Mapping[str, Any]) -> dict[str, Any]:
    data.items  # noqa: B018  # peer: AttributeError for what is not a mapping
    return to_plain_mapping(data, "document")


def _settings(root: FileRoot) -> dict[str, Any]:
    return {"name": root.name, "scratch": root.scratch, "fallback": root.fallback}


def _reopen(kind: type[JSONDict], path: str, settings: dict[str, Any]) -> JSONDict:
    root = FileRoot(path, kinds=_KINDS, **settings)
    root.node = node = attach(kind, root, {})
    return node
