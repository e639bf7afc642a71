"""The jobs of a search as a table, as CSV or as JSON."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from signac._analysis.order import name_key
from signac._query.ast import MISSING, Key
from signac.cli.output import plain

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Sequence

    from signac._engine.selection import Selection
    from signac.cli.context import Context
    from signac.cursor import JobsCursor

__all__ = ["show"]

#: Rows and columns that a table has if nothing is said.
_ROWS: Final = 50
_COLUMNS: Final = 8
_SHORTEST_ID: Final = 8


def show(context: Context, options: argparse.Namespace, cursor: JobsCursor) -> int:
    """Print the jobs in the form that the options ask for; return the exit code."""
    keys = [name_key(key) for words in options.columns or () for key in words.split(",") if key]
    documents = options.show is not None or options.doc is not None
    needed = [*keys, *([Key("doc", ("",))] if documents else [])]
    selection = cursor._select(*needed)  # noqa: SLF001  # the values of all jobs at once
    _report_unknown(context, selection, keys)
    if options.json:
        context.print_json_items(_items(options, selection, keys, documents=documents))
    elif options.csv:
        _write_csv(selection, keys or _leaf_keys(selection, options))
    else:
        _show_table(context, options, cursor, selection, keys)
    return 1 if selection.problems else 0


def _items(
    options: argparse.Namespace, selection: Selection, keys: Sequence[Key], *, documents: bool
) -> Iterator[dict[str, Any]]:
    if keys:
        names = [_name(key) for key in keys]
        for job_id, row in zip(selection.ids, _rows(selection, keys, None), strict=True):
            yield {"id": job_id, **dict(zip(names, row, strict=True))}
        return
    columns: dict[str, Iterable[dict[str, Any]]] = {}
    if not documents or options.show is not None or options.sp is not None:
        columns["statepoint"] = _restrict(selection.statepoints(), options.sp)
    if documents:
        columns["document"] = _restrict(selection.documents(), options.doc)
    for job_id, *values in zip(selection.ids, *columns.values(), strict=True):
        yield {"id": job_id, **dict(zip(columns, values, strict=True))}


def _restrict(values: Iterable[dict[str, Any]], keys: Sequence[str]) -> Iterable[dict[str, Any]]:
    if not keys:
        return values
    return ({key: value[key] for key in keys if key in value} for value in values)


def _write_csv(selection: Selection, keys: Sequence[Key]) -> None:
    import csv

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["id", *map(_name, keys)])
    for job_id, row in zip(selection.ids, _rows(selection, keys, ""), strict=True):
        writer.writerow([job_id, *map(plain, row)])


def _show_table(
    context: Context,
    options: argparse.Namespace,
    cursor: JobsCursor,
    selection: Selection,
    keys: Sequence[Key],
) -> None:
    """Print a table; on a terminal its beginning, with what tells the jobs apart."""
    total = len(selection)
    most, length, hidden = total, None, 0
    if context.is_terminal:
        most = total if options.limit is not None else min(_ROWS, total)
        length = max(_SHORTEST_ID, context.project().min_len_unique_id()) if total else 0
    shown = selection.subset(range(most))
    chosen = list(keys) or _telling_keys(shown, options)
    if not keys and _is_free(options):
        hidden = max(0, len(chosen) - _COLUMNS)
        chosen = chosen[:_COLUMNS]
    if total:
        columns = [shown.values(key) for key in chosen]
        rows = [
            [job_id[:length], *(None if value is MISSING else value for value in values)]
            for job_id, *values in zip(shown.ids, *columns, strict=True)
        ]
        names = list(map(_name, chosen))
        numbers = [name for name, column in zip(names, columns, strict=True) if _is_number(column)]
        context.print_rows(["id", *names], rows, numbers=numbers)
    if context.is_terminal:
        context.note(_foot(total, most, hidden))
        if not total:
            for key, names in cursor.explain().unknown.items():
                if not names:  # otherwise they were told of in the log
                    context.note(
                        f"no job has the key '{key}'; '{context.program} schema' shows all"
                    )


def _is_free(options: argparse.Namespace) -> bool:
    """Tell whether nothing was said about what is to be shown."""
    return options.sp is None and options.doc is None and options.show is None


def _is_number(column: Iterable[Any]) -> bool:
    return all(value is MISSING or type(value) in (int, float) for value in column)


def _foot(total: int, most: int, hidden: int) -> str:
    text = f"{total:,} job{'' if total == 1 else 's'}"
    if most < total:
        text += f", the first {most} shown; '--limit N' shows N, a pipe ('| cat') gets all ids"
    if hidden:
        text += f"; {hidden} more keys, '--columns KEY …' chooses"
    return text


def _telling_keys(shown: Selection, options: argparse.Namespace) -> list[Key]:
    """Return the keys that tell the shown jobs apart, or those that were asked for."""
    if _is_free(options):
        keys = [Key("sp", path) for path in shown.keys("sp")]
        varying = [key for key in keys if len(set(map(repr, shown.values(key)))) > 1]
        return varying or keys
    return _leaf_keys(shown, options)


def _leaf_keys(selection: Selection, options: argparse.Namespace) -> list[Key]:
    """Return the keys that the jobs have, as far as they are asked for."""
    keys: list[Key] = []
    both = options.show is not None
    wants_document = both or options.doc is not None
    if both or options.sp is not None or not wants_document:
        keys += _below("sp", selection, options.sp)
    if wants_document:
        keys += _below("doc", selection, options.doc)
    return keys


def _below(namespace: Any, selection: Selection, tops: Sequence[str] | None) -> list[Key]:
    paths = selection.keys(namespace)
    return [Key(namespace, path) for path in paths if not tops or path[0] in tops]


def _rows(selection: Selection, keys: Sequence[Key], missing: Any) -> Iterator[tuple[Any, ...]]:
    columns = [selection.values(key) for key in keys]
    if not columns:
        return iter([()] * len(selection))
    return (
        tuple(missing if value is MISSING else value for value in row)
        for row in zip(*columns, strict=True)
    )


def _report_unknown(context: Context, selection: Selection, keys: Sequence[Key]) -> None:
    """Tell about columns that no job has, with names that are like them."""
    for key in keys:
        if not len(selection) or any(value is not MISSING for value in selection.values(key)):
            continue
        from signac.cli.parser import suggest

        known = [_name(Key("sp", path)) for path in selection.keys("sp")]
        known += [_name(Key("doc", path)) for path in selection.keys("doc")]
        otherwise = f"{context.program} schema"
        context.note(f"no job has the key '{_name(key)}'; {suggest(_name(key), known, otherwise)}")


def _name(key: Key) -> str:
    path = ".".join(key.path)
    return f"doc.{path}" if key.namespace == "doc" else path
