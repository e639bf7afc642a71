"""What a change of the schema makes of one state point. Opens no file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from signac._core import jsonfile
from signac._core.canonical import copy_plain, to_plain, to_plain_mapping
from signac.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    #: From a plain state point to a new one, or to the value of one key.
    Compute = Callable[[dict[str, Any]], Any]

__all__ = ["Change", "UnfitError", "changed_keys", "parse_change", "reshape"]

Path = tuple[str, ...]
_MISSING: Final = object()


class UnfitError(ValueError):
    """A change does not fit a state point; the message says why."""


@dataclass(frozen=True, slots=True)
class Change:
    """What to do with each state point: remove, then rename, then add, then compute.

    Attributes
    ----------
    remove : tuple of path
        Keys that go.
    rename : tuple of (path, path)
        Keys whose value moves to another one, all of them at once.
    add : tuple of (path, value)
        Keys that come where they are missing.
    whole : callable or None
        Makes a new state point.
    parts : tuple of (path, callable)
        Make the values of keys.
    """

    remove: tuple[Path, ...]
    rename: tuple[tuple[Path, Path], ...]
    add: tuple[tuple[Path, Any], ...]
    whole: Compute | None
    parts: tuple[tuple[Path, Compute], ...]


def parse_change(
    add: Mapping[str, Any] | None,
    rename: Mapping[str, str] | None,
    remove: Iterable[str] | str,
    compute: Any,
) -> Change:
    """Return a change from what a user says.

    Raises
    ------
    InvalidInputError
        When it says nothing, or contradicts itself; the message has all of it.
    """
    wrong: list[str] = []
    _require_mappings({"add": add, "rename": rename}, wrong)
    if wrong:
        raise InvalidInputError("; ".join(wrong))
    names = [remove] if isinstance(remove, str) else list(remove)
    removed = tuple(_path(name, "remove", wrong) for name in names)
    renamed = tuple(
        (_path(old, "rename", wrong), _path(new, "rename", wrong))
        for old, new in (rename or {}).items()
    )
    added = tuple(
        (_path(name, "add", wrong), to_plain(value, f"add[{name!r}]"))
        for name, value in (add or {}).items()
    )
    parts: tuple[tuple[Path, Compute], ...] = ()
    if isinstance(compute, Mapping):
        parts = tuple((_path(key, "compute", wrong), call) for key, call in compute.items())
    elif compute is not None and not callable(compute):
        wrong.append("compute must be a function, or a mapping from keys to functions")
    wrong += [
        f"compute[{_dotted(path)!r}] is not a function" for path, f in parts if not callable(f)
    ]
    wrong += _contradictions(removed, renamed)
    if not wrong and compute is None and not (removed or renamed or added):
        wrong.append("nothing to change: give add, rename, remove or compute")
    if wrong:
        raise InvalidInputError("; ".join(wrong))
    whole = None if compute is None or isinstance(compute, Mapping) else compute
    return Change(removed, renamed, added, whole, parts)


def reshape(change: Change, statepoint: dict[str, Any]) -> dict[str, Any]:
    """Return the new state point, a plain one; the old one stays as it is.

    Raises
    ------
    UnfitError
        When the change does not fit.
    """
    new: dict[str, Any] = copy_plain(statepoint)
    for path in change.remove:
        _pop(new, path)
    taken = [(source, target, _pop(new, source)) for source, target in change.rename]
    for source, target, value in taken:
        if value is not _MISSING:
            if _get(new, target) is not _MISSING:
                raise UnfitError(
                    f"has both {_dotted(source)} and {_dotted(target)}; remove one of them first"
                )
            _put(new, target, value)
    for path, value in change.add:
        if _get(new, path) is _MISSING:
            _put(new, path, copy_plain(value))
    return _compute(change, new)


def changed_keys(old: dict[str, Any], new: dict[str, Any]) -> tuple[str, ...]:
    """Return the keys, dotted, whose values differ, sorted."""
    before, after = dict(_leaves(old, "")), dict(_leaves(new, ""))
    return tuple(
        sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    )


def _require_mappings(given: Mapping[str, Any], wrong: list[str]) -> None:
    for name, value in given.items():
        if value is not None and not isinstance(value, Mapping):
            wrong.append(f"{name} must be a mapping, not {type(value).__name__}")


def _contradictions(removed: tuple[Path, ...], renamed: tuple[tuple[Path, Path], ...]) -> list[str]:
    targets = [target for _, target in renamed]
    twice = {target for target in targets if targets.count(target) > 1}
    found = [f"rename gives two keys the name {_dotted(target)!r}" for target in sorted(twice)]
    gone = {source for source, _ in renamed}.intersection(removed)
    found += [f"{_dotted(path)!r} is to be removed and renamed" for path in sorted(gone)]
    return found


def _path(name: Any, where: str, wrong: list[str]) -> Path:
    if not isinstance(name, str) or not all(name.split(".")):
        wrong.append(f"{where}: {name!r} is not a key; nested keys are written 'a.b'")
        return ()
    return tuple(name.split("."))


def _dotted(path: Path) -> str:
    return ".".join(path)


def _compute(change: Change, statepoint: dict[str, Any]) -> dict[str, Any]:
    if change.whole is not None:
        made = _call(change.whole, statepoint, "compute")
        if not isinstance(made, Mapping):
            raise UnfitError(
                f"compute returned {type(made).__name__}; it must return the new state point"
            )
        whole: dict[str, Any] = _plain(to_plain_mapping, made, "sp")
        return whole
    values = [
        (path, _plain(to_plain, _call(call, statepoint, _dotted(path)), f"sp.{_dotted(path)}"))
        for path, call in change.parts
    ]
    for path, value in values:
        _put(statepoint, path, value)
    return statepoint


def _call(call: Compute, statepoint: dict[str, Any], name: str) -> Any:
    try:
        return call(copy_plain(statepoint))
    except Exception as error:
        raise UnfitError(f"{name} raised {type(error).__name__}: {error}") from error


def _plain(convert: Callable[[Any, str], Any], value: Any, where: str) -> Any:
    try:
        return convert(value, where)
    except InvalidInputError as error:
        raise UnfitError(str(error)) from error


def _get(node: Any, path: Path) -> Any:
    for name in path:
        if not isinstance(node, dict) or name not in node:
            return _MISSING
        node = node[name]
    return node


def _pop(node: Any, path: Path) -> Any:
    parent = _get(node, path[:-1])
    return parent.pop(path[-1], _MISSING) if isinstance(parent, dict) else _MISSING


def _put(node: dict[str, Any], path: Path, value: Any) -> None:
    for depth, name in enumerate(path[:-1], 1):
        below = node.setdefault(name, {})
        if not isinstance(below, dict):
            place = _dotted(path[:depth])
            raise UnfitError(f"{_dotted(path)} cannot be set: {place} is {below!r}, no mapping")
        node = below
    node[path[-1]] = value


def _leaves(node: dict[str, Any], place: str) -> Iterator[tuple[str, bytes]]:
    """Yield keys with the text of their values, so that 1, 1.0 and True differ."""
    for name, value in node.items():
        key = f"{place}{name}"
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{key}.")
        else:
            yield key, jsonfile.encode(value)
