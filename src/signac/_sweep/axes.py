"""Read axes from arguments: names become paths, values become columns of plain Python values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sized
from itertools import islice
from typing import Any, Final

from signac.errors import InvalidInputError, InvalidKeyError, KeyTypeError

__all__ = ["MOST_VALUES", "Path", "dotted", "join_paths", "parse_names", "plain", "read_axes"]

Path = tuple[str, ...]
#: Values of one axis: more than any study has, few enough to notice one without end.
MOST_VALUES: Final = 5_000_000


def read_axes(
    axes: Mapping[str, Iterable[Any]] | None, more: Mapping[str, Iterable[Any]]
) -> tuple[tuple[Path, ...], tuple[tuple[Any, ...], ...]]:
    """Return the paths of all axes and, in the same order, their values."""
    named = parse_names(axes, more)
    paths: tuple[Path, ...] = ()
    for path, _ in named:
        paths = join_paths(paths, (path,))
    return paths, tuple(_read_column(dotted(path), values) for path, values in named)


def parse_names(first: Mapping[str, Any] | None, more: Mapping[str, Any]) -> list[tuple[Path, Any]]:
    """Pair paths with their arguments: dotted names nest in the mapping, not among keywords."""
    if first is not None and not isinstance(first, Mapping):
        raise InvalidInputError(
            f"axes are given as a mapping or as keywords, not as {type(first).__name__}"
        )
    named = [(_parse_name(key), value) for key, value in (first or {}).items()]
    for key, value in more.items():
        if "." in key:
            raise InvalidKeyError(
                f"the keyword {key!r} holds a dot; for nested keys give a mapping: {{{key!r}: ...}}"
            )
        named.append((_parse_name(key), value))
    return named


def _parse_name(key: object) -> Path:
    if not isinstance(key, str):
        raise KeyTypeError(f"the name of an axis must be a string, not {key!r}")
    path = tuple(key.split("."))
    if not all(path):
        raise InvalidKeyError(f"the name {key!r} is empty or has an empty part")
    return path


def join_paths(mine: tuple[Path, ...], other: tuple[Path, ...]) -> tuple[Path, ...]:
    """Return both together, or raise when a point cannot hold them all."""
    for new in other:
        for old in mine:
            if new == old:
                raise InvalidInputError(f"the key {dotted(new)!r} is given twice")
            if new[: len(old)] == old or old[: len(new)] == new:
                short, long = sorted((new, old), key=len)
                raise InvalidInputError(
                    f"the key {dotted(short)!r} cannot hold both a value and {dotted(long)!r}"
                )
    return mine + other


def _read_column(name: str, values: Iterable[Any]) -> tuple[Any, ...]:
    if isinstance(values, (str, bytes, bytearray)):
        raise InvalidInputError(
            f"the axis {name!r} is the text {values!r}, not a list of values; "
            f"for this one value write [{values!r}]"
        )
    if isinstance(values, Mapping):
        raise InvalidInputError(
            f"the axis {name!r} is a mapping, not a list of values; "
            "for this one value put it in a list, for nested keys use dotted names"
        )
    try:
        too_many = isinstance(values, Sized) and len(values) > MOST_VALUES
    except OverflowError:  # a range may be longer than any list
        too_many = True
    except TypeError:  # an array without dimensions
        too_many = False
    if too_many:
        raise _too_many(name)
    try:
        iterator = iter(plain(values))
    except TypeError:
        raise InvalidInputError(
            f"the axis {name!r} is {values!r}, not a list of values; for one value write a list"
        ) from None
    column = tuple(islice(map(plain, iterator), MOST_VALUES + 1))
    if len(column) > MOST_VALUES:
        raise _too_many(name)
    if not column:
        raise InvalidInputError(f"the axis {name!r} is empty, so the sweep would have no points")
    return column


def _too_many(name: str) -> InvalidInputError:
    return InvalidInputError(f"the axis {name!r} has more than {MOST_VALUES} values")


def plain(value: Any) -> Any:
    """Return plain Python numbers and lists for NumPy ones; anything else as it is."""
    to_list = getattr(value, "tolist", None)
    if callable(to_list) and not isinstance(value, type):
        return to_list()
    if type(value) in (list, tuple):
        return type(value)(map(plain, value))
    if type(value) is dict:
        return {key: plain(inner) for key, inner in value.items()}
    return value


def dotted(path: Path) -> str:
    """Return the path as it is written in an argument."""
    return ".".join(path)
