"""`schema`: the keys of the state points, with their values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signac.cli.arguments import add_json, add_selection
from signac.cli.selection import parse_words
from signac.cli.table import Command
from signac.errors import InvalidInputError

if TYPE_CHECKING:
    import argparse

    from signac._analysis.schema import ProjectSchema
    from signac.cli.context import Context

__all__ = ["COMMANDS"]


def _fill(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-x", "--exclude-const", action="store_true", help="leave out keys with one value only"
    )
    parser.add_argument(
        "-t", "--depth", type=int, default=0, metavar="N", help="show keys as a tree, to a depth"
    )
    parser.add_argument(
        "-p", "--precision", type=int, metavar="N", help="digits of floating-point numbers"
    )
    parser.add_argument(
        "-r",
        "--max-num-range",
        type=int,
        default=5,
        metavar="N",
        help="values shown of each type (5)",
    )
    add_selection(parser)
    add_json(parser)


def _schema(context: Context, options: argparse.Namespace) -> None:
    project = context.project()
    if options.job_id and options.filter:
        raise InvalidInputError("Can't provide both 'job-id' and filter arguments!")
    subset: Any = options.job_id
    if options.filter:
        subset = project.find_jobs(parse_words(options.filter))
    schema = project.detect_schema(exclude_const=options.exclude_const, subset=subset)
    if options.json:
        context.print_json(_as_json(schema))
        return
    context.print(
        schema.format(
            depth=options.depth, precision=options.precision, max_num_range=options.max_num_range
        )
    )


def _as_json(schema: ProjectSchema) -> dict[str, dict[str, list[Any]]]:
    """Return for each key and each type the values, sorted as they are printed."""
    from signac._analysis.order import order_key

    return {
        key: {
            kind.__name__: sorted(map(_plain, values), key=order_key)
            for kind, values in kinds.items()
        }
        for key, kinds in schema.items()
    }


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


COMMANDS = {"schema": Command(_fill, _schema)}
