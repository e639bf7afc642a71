"""Answers about many jobs as plain values with their types, so that two programs' can be compared.

Both sides import this file, each in its own environment: it uses the standard library alone.
"""

from typing import Any


def cell(value: Any) -> list[str]:
    """Return type and text of a value; two classes of hashable mappings are one."""
    if type(value).__name__.endswith("AttrList"):
        # In tables that are flattened, the peer's lists of documents are live, ours are tuples.
        value = value()
    if isinstance(value, dict):
        return ["mapping", repr(sorted((key, cell(inner)) for key, inner in value.items()))]
    if isinstance(value, list | tuple):
        return [type(value).__name__, repr([cell(item) for item in value])]
    return [type(value).__name__, repr(value)]


def frame(table: Any) -> dict[str, Any]:
    """Return labels, types and cells of a table of pandas, rows in the order of the index."""
    table = table.sort_index()
    return {
        "index": list(table.index),
        "index_type": str(table.index.dtype),
        "index_name": table.index.name,
        "columns": {
            name: [str(table[name].dtype), *map(cell, table[name].astype(object))]
            for name in sorted(table.columns)
        },
    }


def schema(found: Any) -> dict[str, list[list[list[str]]]]:
    """Return the values of each key, sorted."""
    return {
        key: sorted(sorted(map(cell, values)) for values in kinds.values())
        for key, kinds in found.items()
    }


def neighbors(found: Any) -> list[list[Any]]:
    """Return ids, keys, values and neighbors, sorted by id and key."""
    return sorted(
        [name, key, [[*cell(value), other] for value, other in entry.items()]]
        for name, keys in found.items()
        for key, entry in keys.items()
    )


def groups(found: Any) -> list[list[Any]]:
    """Return each value with the sorted ids of its jobs."""
    return [[cell(label), sorted(job.id for job in group)] for label, group in found]
