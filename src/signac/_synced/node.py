"""The common part of live dictionaries and lists.

A node has three slots with names that begin with two underscores, so that no key can be confused
with them: the root, the plain dictionary or list it shows, and the nodes made for the containers
in it. A child node is made when it is first asked for and kept, so ``x.n is x.n``; when the file
is read again, or a whole mapping is assigned, children are bound to the new containers at the
same place, and those whose place is gone are detached.
"""

from __future__ import annotations

from functools import update_wrapper
from typing import TYPE_CHECKING, Any, TypeVar

from signac._core.canonical import copy_plain
from signac._synced.root import DetachedRoot, Kinds, Root

if TYPE_CHECKING:
    from collections.abc import Callable
__all__ = [
    "KeyFirst",
    "Node",
    "Snapshot",
    "attach",
    "change",
    "child",
    "convert",
    "navigate",
    "path_in_tree",
    "plain_of",
    "rebind",
]

_set = object.__setattr__
_PLAIN_SCALARS = frozenset({str, float, bool, type(None)})
_WORD = 2**63

T = TypeVar("T")
NodeType = TypeVar("NodeType", bound="Node")


class Node:
    """A live view of one container of a tree."""

    __slots__ = ("__children__", "__data__", "__root__")

    __root__: Root
    __data__: Any
    __children__: dict[Any, Node] | None

    def __call__(self) -> Any:
        """Return an independent copy made of plain ``dict`` and ``list``."""
        return plain_of(self)

    def __repr__(self) -> str:
        return repr(plain_of(self))

    def __str__(self) -> str:
        return str(plain_of(self))

    def _repr_html_(self) -> str:
        from signac._synced import shown

        return shown.html_of(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        from signac._synced import shown

        shown.print_node(self, printer)

    def __len__(self) -> int:
        self.__root__.refresh()
        return len(self.__data__)

    def __copy__(self) -> Any:
        root = self.__root__
        if isinstance(root, DetachedRoot):
            return attach(type(self), root, plain_of(self))
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return _rebuilt(self, memo)

    def __reduce__(self) -> tuple[Any, ...]:
        root = self.__root__
        if isinstance(root, DetachedRoot):
            return _make_detached, (type(self), root.name, root.kinds, plain_of(self))
        return navigate, (root.node, path_in_tree(self))

    __hash__ = None  # type: ignore[assignment]


class KeyFirst:
    """A method whose name this library took after programs may have used it as a key.

    If the mapping has such a key, attribute access gives the value of the key, as it always did;
    otherwise the method.
    """

    def __init__(self, method: Callable[..., Any]) -> None:
        self.method = method
        update_wrapper(self, method)  # type: ignore[arg-type]

    def __get__(self, node: Any, owner: type | None = None) -> Any:
        if node is None:
            return self.method
        name = self.method.__name__
        root = node.__root__
        root.refresh()
        if name in node.__data__:
            return node[name]
        return self.method.__get__(node, owner)


def attach(kind: type[NodeType], root: Root, data: Any) -> NodeType:
    """Make a node of a root without calling its constructor."""
    node = object.__new__(kind)
    # perf: attribute assignment on a mapping stores a key; this goes straight to the slots.
    _set(node, "__root__", root)
    _set(node, "__data__", data)
    _set(node, "__children__", None)
    return node


def plain_of(node: Node) -> Any:
    """Return an independent plain copy of what a node shows."""
    node.__root__.refresh()
    return copy_plain(node.__data__)


def child(node: Node, key: Any, value: Any) -> Any:
    """Return `value`, or the node of it when it is a container.

    `key` is the key in a mapping, and ``id(value)`` in a list.
    """
    kind = value.__class__
    if kind is not dict and kind is not list:
        return value
    children = node.__children__
    if children is None:
        children = {}
        _set(node, "__children__", children)
    else:
        known = children.get(key)
        if known is not None and known.__data__ is value:
            return known
    made = attach(node.__root__.kinds[kind], node.__root__, value)
    children[key] = made
    return made


def convert(node: Node, value: Any, place: str = "") -> Any:
    """Return `value` as plain JSON; an error names its whole place in the tree of the node.

    `place` is where the value goes in the node: a key or ``[index]``.
    """
    kind = type(value)  # not __class__: an object may lie about that
    if kind in _PLAIN_SCALARS or (kind is int and -_WORD < value < _WORD):
        return value
    return node.__root__.convert(value, lambda: _place(node, place))


def _place(node: Node, place: str) -> str:
    """Return a place in a node as a place in its tree; it is worked out for errors only."""
    if place and place[0] != "[":
        place = f".{place}"
    try:
        steps = path_in_tree(node)
    except LookupError:
        return place
    names = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return "".join(names) + place


def change(
    node: Node,
    mutate: Callable[[Any], T],
    added: Any = None,
    *,
    replaced: Any = None,
    blind: bool = False,
) -> T:
    """Apply one change to the container of a node, and make it last or undo it.

    `mutate` receives the plain container, up to date. If it raises, or the change cannot be
    written, the container is as it was. `replaced` is the key whose old value, if it was a
    container, is detached and not brought up to date. A `blind` change replaces everything.
    """
    while True:
        root = node.__root__
        root.begin(blind=blind)
        try:
            if node.__root__ is root:
                return _change_begun(node, root, mutate, added, replaced)
        finally:
            root.end()


def _change_begun(
    node: Node, root: Root, mutate: Callable[[Any], T], added: Any, replaced: Any
) -> T:
    data = node.__data__
    saved = data.copy() if root.fallible else None
    try:
        result = mutate(data)
        root.commit(added)
    except BaseException:
        if saved is not None:
            _restore(data, saved)
        raise
    if node.__children__:
        held = node.__children__.pop(replaced, None)
        if held is not None:
            _detach(held)
        rebind(node, node.__data__)
    return result


def rebind(node: Node, data: Any) -> None:
    """Let a node and its children show the containers of `data`; detach those without a place."""
    old = node.__data__
    _set(node, "__data__", data)
    children = node.__children__
    if not children:
        return
    if data.__class__ is list:
        _set(node, "__children__", _rebind_items(old, data, children))
        return
    for key, held in list(children.items()):
        value = data.get(key)
        if value.__class__ is held.__data__.__class__:
            rebind(held, value)
        else:
            del children[key]
            _detach(held)


def _rebind_items(old: list[Any], data: list[Any], children: dict[Any, Node]) -> dict[Any, Node]:
    """Bind list elements: by identity if they are still there, else by position."""
    present = {id(item) for item in data}
    positions = {} if old is data else {id(item): index for index, item in enumerate(old)}
    kept = {}
    for identity, held in children.items():
        value = held.__data__
        if identity not in present:
            index = positions.get(identity, len(data))
            value = data[index] if index < len(data) else None
        if value.__class__ is held.__data__.__class__ and id(value) not in kept:
            rebind(held, value)
            kept[id(value)] = held
        else:
            _detach(held)
    return kept


class Snapshot:
    """Which nodes of a tree are held, and where, so that an undone change leaves them there."""

    __slots__ = ("children", "node")

    def __init__(self, node: Node) -> None:
        self.node = node
        self.children: list[tuple[Any, Snapshot]] = []
        data = node.__data__
        is_list = data.__class__ is list
        places = {id(item): index for index, item in enumerate(data)} if is_list else {}
        for key, held in (node.__children__ or {}).items():
            place = places.get(key) if is_list else key
            if place is not None:
                self.children.append((place, Snapshot(held)))

    def restore(self, root: Root, data: Any) -> None:
        """Bind the nodes to their places in `data`, which has the old contents."""
        node = self.node
        _set(node, "__root__", root)
        _set(node, "__data__", data)
        children: dict[Any, Node] = {}
        for place, held in self.children:
            value = data[place]
            held.restore(root, value)
            children[id(value) if data.__class__ is list else place] = held.node
        _set(node, "__children__", children or None)


def path_in_tree(node: Node) -> list[Any]:
    """Return the keys and indices that lead from the top of the tree to a node."""
    path = _search(node.__root__.node.__data__, node.__data__)
    if path is None:
        raise LookupError("this part was replaced or removed; take it from its document again")
    return path


def navigate(node: Node, path: list[Any]) -> Any:
    """Follow keys and indices from a node."""
    found: Any = node
    for step in path:
        found = found[step]
    return found


def _search(data: Any, wanted: Any) -> list[Any] | None:
    if data is wanted:
        return []
    items = data.items() if data.__class__ is dict else enumerate(data)
    for key, value in items:
        if value.__class__ is dict or value.__class__ is list:
            path = _search(value, wanted)
            if path is not None:
                return [key, *path]
    return None


def _detach(node: Node) -> None:
    root = node.__root__
    _set_roots(node, DetachedRoot(root.name, root.kinds))


def _set_roots(node: Node, root: Root) -> None:
    _set(node, "__root__", root)
    for held in (node.__children__ or {}).values():
        _set_roots(held, root)


def _restore(data: Any, saved: Any) -> None:
    if data.__class__ is dict:
        data.clear()
        data.update(saved)
    else:
        data[:] = saved


def _make_detached(kind: type[Node], name: str, kinds: Kinds, data: Any) -> Node:
    return attach(kind, DetachedRoot(name, kinds), data)


def _rebuilt(node: Node, memo: dict[int, Any]) -> Any:
    from copy import deepcopy

    root = node.__root__
    if isinstance(root, DetachedRoot):
        return _make_detached(type(node), root.name, root.kinds, plain_of(node))
    return navigate(deepcopy(root.node, memo), path_in_tree(node))
