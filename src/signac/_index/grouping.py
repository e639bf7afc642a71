"""Find the distinct values of a column, in order, and the rows that have each.

perf: building an index is half the time of the first search in a project, and this is half of
that (compare.py, find-bare); hence one pass for what can be done in one pass.
"""

from __future__ import annotations

import marshal
from collections import defaultdict
from collections.abc import Callable
from itertools import chain
from json.encoder import encode_basestring_ascii
from math import copysign
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signac._core import jsonfile

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["KINDS", "MAPPING", "Groups", "group"]

#: The order of values in a column. NaN equals nothing, mappings are no values of their own.
KINDS: Final = ("null", "number", "nan", "string", "list", "empty", "mapping")

#: Values looked at to tell whether a column is worth asking whether all of it differ.
_SAMPLE: Final = 200


class _Mapping:
    """Stands for a mapping that is not empty; its values are in columns of their own."""


MAPPING: Final = _Mapping()


class Groups(NamedTuple):
    """Distinct values in order, as JSON text; how many rows have each; and these rows."""

    texts: list[bytes]
    sizes: list[int]
    rows: list[int]


_NOTHING: Final = Groups([], [], [])
#: Types of which all values are the same, with the kind and the text.
_SINGLE: Final = (
    (type(None), "null", b"null"),
    (dict, "empty", b"{}"),
    (_Mapping, "mapping", b"{}"),
)
#: In this order where they are equal.
_NUMBERS: Final = (bool, int, float)

#: Rows, and the value of each.
_Pairs = tuple[list[int], list[Any]]
_Encoder = Callable[[list[Any]], list[bytes]]


def group(rows: list[int], values: list[Any]) -> list[Groups]:
    """Return the groups of each of `KINDS`."""
    split = _split(rows, values)
    found = dict.fromkeys(KINDS, _NOTHING)
    numbers = [kind for kind in _NUMBERS if kind in split]
    if numbers == [float] or len(numbers) > 1:
        found["number"], found["nan"] = _group_unlike([(k, *split[k]) for k in numbers])
    elif numbers:
        found["number"] = _group_alike(*split[numbers[0]], _ENCODERS[numbers[0]])
    if str in split:
        found["string"] = _group_alike(*split[str], _encode_strings)
    if list in split:
        own, lists = split[list]
        names = _name_lists(lists)
        texts = dict(zip(names, lists, strict=True))
        found["list"] = _group_alike(own, names, lambda ns: [jsonfile.encode(texts[n]) for n in ns])
    for kind, name, text in _SINGLE:
        if kind in split:
            own = list(split[kind][0])
            found[name] = Groups([text], [len(own)], own)
    return [found[kind] for kind in KINDS]


def _split(rows: list[int], values: list[Any]) -> dict[type, _Pairs]:
    """Separate the values by type."""
    types = set(map(type, values))
    if len(types) == 1:
        return {types.pop(): (rows, values)}
    split: dict[type, _Pairs] = {kind: ([], []) for kind in types}
    append = {kind: (own[0].append, own[1].append) for kind, own in split.items()}
    for row, value in zip(rows, values, strict=True):
        append_row, append_value = append[value.__class__]
        append_row(row)
        append_value(value)
    return split


def _group_alike(rows: list[int], values: list[Any], encode: _Encoder) -> Groups:
    """Group values of one type that are equal only if they are the same."""
    if _all_differ(values):
        place = dict(zip(values, rows, strict=True))
        ordered = sorted(place)
        return Groups(encode(ordered), [1] * len(ordered), list(map(place.__getitem__, ordered)))
    groups = _collect(rows, values)
    ordered = sorted(groups)
    found = [groups[value] for value in ordered]
    return Groups(encode(ordered), list(map(len, found)), list(chain.from_iterable(found)))


def _group_unlike(numbers: list[tuple[type, list[int], list[Any]]]) -> tuple[Groups, Groups]:
    """Group numbers that may be equal without being the same, and NaN, which has no place.

    ``1``, ``1.0`` and ``True`` are equal, and so are ``0.0`` and ``-0.0``.
    """
    entries: list[tuple[Any, type, list[int]]] = []
    nans: list[int] = []
    for kind, rows, values in numbers:
        groups = _collect(rows, values)
        if kind is float:
            for value in [value for value in groups if value != value]:  # NaN
                nans += groups.pop(value)
            if 0.0 in groups:
                zeros = _split_zero(groups.pop(0.0), rows, values)
                entries += [(value, kind, found) for value, found in zeros]
        entries += [(value, kind, found) for value, found in groups.items()]
    entries.sort(key=lambda entry: entry[0])
    kinds = {kind for _, kind, _ in entries}
    if len(kinds) == 1:
        texts = _ENCODERS[kinds.pop()]([value for value, _, _ in entries])
    else:
        texts = [_ENCODERS[kind]([value])[0] for value, kind, _ in entries]
    found = [own for _, _, own in entries]
    return (
        Groups(texts, list(map(len, found)), list(chain.from_iterable(found))),
        Groups([b"NaN"], [len(nans)], sorted(nans)) if nans else _NOTHING,
    )


def _split_zero(
    zeros: list[int], rows: list[int], values: list[Any]
) -> Iterable[tuple[float, list[int]]]:
    wanted = set(zeros)
    signs = {r: copysign(1.0, v) for r, v in zip(rows, values, strict=True) if r in wanted}
    for value in (-0.0, 0.0):
        found = [row for row, sign in signs.items() if sign == copysign(1.0, value)]
        if found:
            yield value, found


def _all_differ(values: list[Any]) -> bool:
    some = values[:_SAMPLE]
    return len(set(some)) == len(some) and len(set(values)) == len(values)


def _collect(rows: list[int], values: list[Any]) -> dict[Any, list[int]]:
    """Return the rows of each value."""
    if values.count(values[0]) == len(values):
        return {values[0]: list(rows)}
    groups: defaultdict[Any, list[int]] = defaultdict(list)
    for row, value in zip(rows, values, strict=True):
        groups[value].append(row)
    return groups


def _name_lists(lists: list[Any]) -> list[bytes]:
    """Return bytes that are the same for lists with the same text."""
    try:
        # Version 2 has no references: its bytes tell apart what JSON text tells apart.
        return [marshal.dumps(value, 2) for value in lists]
    except ValueError:  # nested too deeply for it
        return list(map(jsonfile.encode, lists))


def _encode_strings(texts: list[str]) -> list[bytes]:
    return [encode_basestring_ascii(text).encode("ascii") for text in texts]


def _encode_bools(values: list[bool]) -> list[bytes]:
    return [b"true" if value else b"false" for value in values]


def _encode_ints(values: list[int]) -> list[bytes]:
    return repr(values)[1:-1].encode("ascii").split(b", ")


def _encode_floats(values: list[float]) -> list[bytes]:
    text = repr(values)[1:-1]
    if "n" in text:
        text = text.replace("inf", "Infinity")
    return text.encode("ascii").split(b", ")


_ENCODERS: Final[dict[type, _Encoder]] = {
    bool: _encode_bools,
    int: _encode_ints,
    float: _encode_floats,
}
