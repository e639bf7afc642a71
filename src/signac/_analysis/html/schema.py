"""What a notebook shows of the keys that jobs have."""

from __future__ import annotations

import heapq
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from signac._core.markup import clipped, count_of, folded, guard, line, note, span, view
from signac._core.valuetree import cell

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = ["overview", "schema_html"]

_MOST_KEYS: Final = 200
_MOST_IN_OVERVIEW: Final = 60
#: Values that are named one by one; of more, numbers show their range.
_MOST_VALUES: Final = 5
_LONGEST_KEY: Final = 120

Schema = "Mapping[str, Mapping[type, Any]]"


def schema_html(name: str, schema: Mapping[str, Mapping[type, Any]], text: str) -> str:
    """Return the name of a schema, a table of its keys, and its text."""
    table = guard(lambda: _table(schema))
    written = folded("as text", f"<pre>{clipped(text, 200_000)}</pre>")
    return f"<strong>{clipped(name, 200)}</strong>{view(table, written)}"


def overview(schema: Mapping[str, Mapping[type, Any]]) -> str:
    """Return the keys of a schema as a list, with types and values."""
    rows = []
    for key in islice(sorted(schema), _MOST_IN_OVERVIEW):
        kinds = "; ".join(
            f"{_values(found)} {span('type', f'{kind.__name__}, {len(found):,}')}"
            for kind, found in schema[key].items()
        )
        rows.append(f"<li>{_name(key)}: {kinds}</li>")
    if len(schema) > _MOST_IN_OVERVIEW:
        rows.append(f"<li>{note(f'… {len(schema) - _MOST_IN_OVERVIEW:,} more')}</li>")
    return f"<ul>{''.join(rows)}</ul>" if rows else note("no keys")


def _table(schema: Mapping[str, Mapping[type, Any]]) -> str:
    if not schema:
        return line(note("no keys"))
    rows = []
    for key in islice(sorted(schema), _MOST_KEYS):
        kinds = list(schema[key].items())
        for number, (kind, found) in enumerate(kinds):
            label = ""
            if number == 0:
                label = f'<td rowspan="{len(kinds)}">{_name(key)}</td>'
            rows.append(
                f"<tr>{label}<td>{span('type', kind.__name__)}</td><td>{_values(found)}</td>"
                f'<td class="signac-right">{len(found):,}</td></tr>'
            )
    if len(schema) > _MOST_KEYS:
        more = note(f"… {count_of(len(schema) - _MOST_KEYS, 'more key', 'more keys')}")
        rows.append(f'<tr><td colspan="4">{more}</td></tr>')
    head = '<th>key</th><th>type</th><th>values</th><th class="signac-right">number</th>'
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _name(key: str) -> str:
    return span("key", clipped(key, _LONGEST_KEY))


def _values(values: Collection[Any]) -> str:
    """Return all of a few values, the range of many numbers, some of what else there is."""
    nan = [cell(value) for value in values if value != value]
    ordered = [value for value in values if value == value] if nan else values
    try:
        if len(ordered) > _MOST_VALUES and type(next(iter(ordered))) in {int, float}:
            return ", ".join([f"{cell(min(ordered))} … {cell(max(ordered))}", *nan[:1]])
        first = heapq.nsmallest(_MOST_VALUES, ordered)
    except TypeError:
        first = heapq.nsmallest(_MOST_VALUES, ordered, key=repr)
    shown = [cell(_plain(value)) for value in first] + nan[:1]
    if len(ordered) > _MOST_VALUES:
        shown.append("…")
    return ", ".join(shown)


def _plain(value: Any) -> Any:
    """Return a value of a schema, where lists are tuples, as it is in a state point."""
    return list(map(_plain, value)) if isinstance(value, tuple) else value
