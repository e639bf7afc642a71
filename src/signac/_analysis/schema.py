"""Which keys the state points of a project have, with which values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from signac._analysis import schema_text
from signac._analysis.order import is_nan
from signac._query.ast import Key
from signac._utility import _to_hashable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signac._engine.selection import Selection

__all__ = ["LeafKey", "ProjectSchema", "detect_schema", "find_leaf_keys"]


class ProjectSchema(Mapping[str, Mapping[type, set[Any]]]):
    """The keys of state points, with the values they have, by type.

    A mapping from each dotted key to a mapping from each type to the set of values of that type.
    Lists appear as tuples. `Project.detect_schema` makes one.

    Parameters
    ----------
    schema : mapping, optional
        What it holds; nothing by default.

    Examples
    --------
    >>> import signac
    >>> with signac.TemporaryProject() as project:
    ...     jobs = project.create_jobs(signac.grid({"T": [0.9, 1.2], "box.L": range(10)}))
    ...     schema = project.detect_schema()
    >>> print(schema)
    {
     'T': 'float([0.9, 1.2], 2)',
     'box.L': 'int([0, 1, 2, ..., 8, 9], 10)',
    }
    >>> schema["T"][float] == {0.9, 1.2}
    True
    """

    def __init__(self, schema: Mapping[str, Mapping[type, Any]] | None = None) -> None:
        self._schema: Mapping[str, Mapping[type, Any]] = {} if schema is None else schema

    def __getitem__(self, key: str) -> Mapping[type, Any]:
        return self._schema[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._schema)

    def __len__(self) -> int:
        return len(self._schema)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(<len={len(self)}>)"

    def __str__(self) -> str:
        return self.format()

    def _repr_html_(self) -> str:
        from signac._analysis import html

        return html.schema_html(repr(self), self, self.format())

    def format(
        self,
        depth: int | None = None,
        precision: int | None = None,
        max_num_range: int | None = None,
    ) -> str:
        """Return a text that shows keys, types and values.

        Parameters
        ----------
        depth : int, optional
            Show nested keys as nested dictionaries, down to this level. By default, or if it is 0,
            each dotted key has a line.
        precision : int, optional
            Round numbers to so many digits.
        max_num_range : int, optional
            Leave out values in the middle if there are more; 5 by default.

        Examples
        --------
        >>> from signac.schema import ProjectSchema
        >>> schema = ProjectSchema({"a.b": {int: set(range(9))}, "a.x": {float: {0.125}}})
        >>> print(schema.format(depth=2, precision=2, max_num_range=3))
        {'a': {'b': 'int([0, ..., 7, 8], 9)', 'x': 'float([0.12], 1)'}}
        """
        most = 5 if max_num_range is None else max_num_range
        if depth is not None and depth > 0:
            return schema_text.format_nested(self._schema, depth, precision, most)
        return schema_text.format_flat(self._schema, precision, most)

    def difference(self, other: Mapping[str, Any], ignore_values: bool = False) -> set[str]:
        """Return the keys that the other schema lacks, or has other values for.

        Parameters
        ----------
        other : ProjectSchema
            What to compare with.
        ignore_values : bool, optional
            Compare the keys only.

        Examples
        --------
        >>> from signac.schema import ProjectSchema
        >>> schema = ProjectSchema({"a": {int: {1, 2}}, "b": {int: {1}}})
        >>> schema.difference(ProjectSchema({"a": {int: {1}}})) == {"a", "b"}
        True
        """
        lacking = set(self) - set(other.keys())
        if ignore_values:
            return lacking
        return lacking | {key for key in self if key in other and self[key] != other[key]}


class _Values(dict[type, set[Any]]):
    """The values of a key by type; a type that does not occur has none."""

    # peer: `schema[key][str]` is an empty set where no value is a string.
    def __missing__(self, kind: type) -> set[Any]:
        return set()


_count_of = itemgetter(1)


class LeafKey:
    """A key of state points, with the values it has where it is no mapping.

    Attributes
    ----------
    path : tuple of str
        The names on the way.
    name : str
        The dotted key.
    tally : list of (value, count)
        The distinct values; an empty mapping is one of them.
    mappings : int
        How many jobs have a mapping there, empty or not.
    jobs : int
        How many jobs have the key.
    """

    __slots__ = ("jobs", "mappings", "name", "path", "tally")

    def __init__(self, path: tuple[str, ...], tally: list[tuple[Any, int]], nested: int) -> None:
        self.path = path
        self.name = ".".join(path)
        empty = [pair for pair in tally if pair[0].__class__ is dict]
        self.tally = [pair for pair in tally if pair not in empty] if empty else tally
        self.mappings = nested + sum(count for _, count in empty)
        self.jobs = self.mappings + sum(map(_count_of, self.tally))

    @property
    def variety(self) -> int:
        """The number of distinct values, all mappings counting as one."""
        return len(self.tally) + bool(self.mappings)

    def by_type(self) -> _Values:
        """Return the values by type, the types in alphabetical order."""
        values = [value for value, _ in self.tally]
        kinds = set(map(type, values))
        if list in kinds:
            values = list(map(_to_hashable, values))
            kinds = set(map(type, values))
        found = _Values()
        for kind in sorted(kinds, key=lambda kind: kind.__name__):
            # perf: one set of all where there is one type (detect-schema).
            own = values if len(kinds) == 1 else [v for v in values if v.__class__ is kind]
            found[kind] = {math.nan if is_nan(v) else v for v in own} if kind is float else set(own)
        return found


def find_leaf_keys(selection: Selection) -> list[LeafKey]:
    """Return the keys of the state points, those with few values first, then by name."""
    paths = selection.keys("sp")
    within = {path[:length] for path in paths for length in range(1, len(path))}
    found = []
    for path in paths:
        key = Key("sp", path)
        nested = 0
        if path in within:  # a mapping in some jobs, and something else in others
            nested = sum(value.__class__ is dict and bool(value) for value in selection.values(key))
        found.append(LeafKey(path, selection.tally(key), nested))
    found.sort(key=lambda leaf: (leaf.variety, leaf.name))
    return found


def detect_schema(selection: Selection, *, exclude_const: bool = False) -> ProjectSchema:
    """Return the schema of some jobs, without keys that have one value in all if they say so."""
    count = len(selection)
    return ProjectSchema(
        {
            leaf.name: leaf.by_type()
            for leaf in find_leaf_keys(selection)
            if not (exclude_const and leaf.variety == 1 and leaf.jobs == count)
        }
    )
