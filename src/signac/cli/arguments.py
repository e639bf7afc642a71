"""Arguments that several commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

__all__ = [
    "add_dry_run",
    "add_filter",
    "add_ids",
    "add_json",
    "add_layout",
    "add_search",
    "add_selection",
]

FILTER_HELP = (
    "a filter: keys and values in turn ('a 1 doc.x'), JSON, or one expression ('a > 1 and doc.x')"
)


def add_ids(parser: argparse.ArgumentParser, *, required: bool = False) -> None:
    """Add ids of jobs as positional arguments."""
    parser.add_argument(
        "job_id",
        nargs="+" if required else "*",
        help="ids of jobs, which may be abbreviated" + ("" if required else "; by default all"),
    )


def add_filter(parser: argparse.ArgumentParser) -> None:
    """Add ``-f`` with the words of a filter."""
    parser.add_argument("-f", "--filter", nargs="+", metavar="WORD", help=FILTER_HELP)


def add_search(parser: argparse.ArgumentParser) -> None:
    """Add the words of a filter as positional arguments."""
    parser.add_argument("filter", nargs="*", metavar="WORD", help=FILTER_HELP)


def add_selection(parser: argparse.ArgumentParser) -> None:
    """Add ``-f`` and ``-j``, which select jobs."""
    add_filter(parser)
    parser.add_argument("-j", "--job-id", nargs="+", metavar="ID", help="only jobs with these ids")


def add_layout(parser: argparse.ArgumentParser, *, sort: bool = True) -> None:
    """Add how mappings are printed: pretty, indented, sorted."""
    parser.add_argument(
        "-p",
        "--pretty",
        nargs="?",
        type=int,
        const=3,
        metavar="DEPTH",
        help="print Python values, down to a depth (3)",
    )
    parser.add_argument(
        "-i", "--indent", nargs="?", type=int, const=2, metavar="N", help="indent JSON (by 2)"
    )
    if sort:
        parser.add_argument("-s", "--sort", action="store_true", help="sort the keys of JSON")


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add ``--json``."""
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def add_dry_run(parser: argparse.ArgumentParser) -> None:
    """Add ``-n/--dry-run``."""
    parser.add_argument(
        "-n", "--dry-run", action="store_true", help="tell what would be done, change nothing"
    )
