"""Tables of jobs, built column by column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signac._core import extras
from signac._core.progress import reporting
from signac._query.ast import MISSING, Key
from signac._utility import _to_hashable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from signac._engine.selection import Selection
    from signac._query.ast import Namespace

__all__ = ["Columns", "build_frame"]

_CONTAINERS = frozenset({dict, list})
_NAMESPACES: tuple[Namespace, ...] = ("sp", "doc")


class Columns:
    """Which columns a table has, and what they are called.

    Parameters
    ----------
    sp_prefix, doc_prefix : str
        What the names of state point and document keys begin with.
    usecols : iterable of str or callable, optional
        The names that are wanted, or a function that tells whether a name is.
    flatten : bool
        Give each nested key a column of its own.
    """

    def __init__(self, sp_prefix: str, doc_prefix: str, usecols: Any, flatten: bool) -> None:
        self._prefixes: dict[Namespace, str] = {"sp": sp_prefix, "doc": doc_prefix}
        self.flatten = flatten
        self._decide: Callable[[str], Any] | None = None
        self._named: frozenset[Any] | None = None
        if callable(usecols):
            self._decide = usecols
        elif usecols is not None:
            # peer: a single string is a collection of its characters.
            self._named = frozenset(usecols)

    def wants_some(self, namespace: Namespace) -> bool:
        """Tell whether a name of a namespace may be wanted."""
        if self._named is None:
            return True
        prefix = self._prefixes[namespace]
        return any(isinstance(name, str) and name.startswith(prefix) for name in self._named)

    def wants(self, name: str) -> bool:
        """Tell whether a name is wanted."""
        if self._named is not None:
            return name in self._named
        return self._decide is None or bool(self._decide(name))

    def name(self, key: Key) -> str:
        """Return the name of the column of a key."""
        return self._prefixes[key.namespace] + ".".join(key.path)

    def keys(self, selection: Selection, namespace: Namespace) -> Iterable[Key]:
        """Return the keys that have a column, wanted or not."""
        paths: Iterable[tuple[str, ...]] = selection.keys(namespace)
        if not self.flatten:
            paths = dict.fromkeys(path[:1] for path in paths)
        return [Key(namespace, path) for path in paths]

    def keys_of(self, namespace: Namespace, data: dict[str, Any]) -> Iterator[Key]:
        """Yield the keys of one state point or document in order."""
        if not self.flatten:
            for name in data:
                yield Key(namespace, (name,))
            return
        todo: list[tuple[tuple[str, ...], Any]] = [
            ((name,), value) for name, value in reversed(data.items())
        ]
        while todo:
            path, value = todo.pop()
            if value.__class__ is dict and value:
                todo += [((*path, name), inner) for name, inner in reversed(value.items())]
            else:
                yield Key(namespace, path)


def build_frame(selection: Selection, columns: Columns) -> Any:
    """Return a ``pandas.DataFrame`` with a row for each job.

    Columns are in the order in which they are first seen, going through the jobs. Without columns,
    it has no rows either.
    """
    pd = extras.load("pandas", "tables of jobs")
    import numpy as np

    found = _read(selection, columns)
    if not found:
        return pd.DataFrame()
    count = len(selection)
    arrays = {}
    for name in _order(selection, columns, found):
        cells = [np.nan if value is MISSING else value for value in found.pop(name)]
        # peer: kinds of numbers are inferred from objects, so 1 and None stay what they are.
        arrays[name] = np.fromiter(cells, object, count)
    return pd.DataFrame(arrays, index=list(selection.ids), copy=False).infer_objects()


def _read(selection: Selection, columns: Columns) -> dict[str, list[Any]]:
    """Return the values of each column that is wanted and has any."""
    keys = [
        key
        for namespace in _NAMESPACES
        if columns.wants_some(namespace)
        for key in columns.keys(selection, namespace)
    ]
    wanted = [(name, key) for key in keys if columns.wants(name := columns.name(key))]
    found: dict[str, list[Any]] = {}
    with reporting("reading columns", len(wanted)) as report:
        for done, (name, key) in enumerate(wanted, 1):
            cells = _cells(key, selection.values(key), flatten=columns.flatten)
            if name in found:  # peer: the document wins
                cells = [
                    old if new is MISSING else new
                    for old, new in zip(found[name], cells, strict=True)
                ]
            found[name] = cells
            report(done)
    return found


def _cells(key: Key, values: list[Any], *, flatten: bool) -> list[Any]:
    """Return what stands in the table."""
    if not flatten or _CONTAINERS.isdisjoint({value.__class__ for value in values}):
        return values
    # peer: lists of state points become tuples, those of documents stay lists.
    make = _to_hashable if key.namespace == "sp" else _unchanged
    return [_flat_cell(value, make) for value in values]


def _flat_cell(value: Any, make: Callable[[Any], Any]) -> Any:
    if value.__class__ is dict:
        return MISSING if value else {}  # what a mapping holds has columns of its own
    return make(value)


def _unchanged(value: Any) -> Any:
    return value


def _order(selection: Selection, columns: Columns, found: dict[str, list[Any]]) -> list[str]:
    """Return the names of columns in the order in which they are first seen."""
    firsts = {
        next((i for i, value in enumerate(cells) if value is not MISSING), 0)
        for cells in found.values()
    }
    opening = selection.subset(sorted(firsts))
    rows: list[Iterator[dict[str, Any]]] = [opening.statepoints()]
    if columns.wants_some("doc"):
        rows.append(opening.documents())
    names = [
        columns.name(key)
        for row in zip(*rows, strict=True)
        for namespace, data in zip(_NAMESPACES, row, strict=False)
        for key in columns.keys_of(namespace, data)
    ]
    # A document may have lost a key since its values were read.
    return [name for name in dict.fromkeys([*names, *found]) if name in found]
