"""Merge one document into another: found out in memory, then done in one transaction."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from signac._core import jsonfile
from signac._synced.backend import parse_document
from signac._synced.buffer import PROCESS_BUFFER
from signac._synced.document import JSONDict, open_document
from signac._synced.node import attach
from signac._synced.root import Root
from signac._synced.sequence import SyncedList
from signac._transfer.sync.plan import DocumentPlan
from signac.errors import DocumentSyncConflict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from signac._engine.workspace import Workspace

    Rule = Callable[[Any, Any], Any]

__all__ = ["differ", "flush", "merge_documents", "plan_documents"]


def flush(*paths: str) -> None:
    """Write documents that are in the buffer of this process, so that their files are current."""
    if PROCESS_BUFFER.entries:
        for path in paths:
            PROCESS_BUFFER.flush_file(path)


def differ(source: str, target: str) -> bool:
    """Tell whether two documents differ in their values; one that is not there is empty.

    perf: nothing is parsed if the files have the same bytes (compare.py, sync-again).
    """
    one, other = _read(source), _read(target)
    return one != other and _parse(one, source) != _parse(other, target)


def merge_documents(source: str, target: str, workspace: Workspace, rule: Rule) -> bool:
    """Apply a rule to two documents that differ; True if it was called.

    Before: anything. After: the target is what the rule made of it, in one step. Dying anywhere,
    or an error of the rule, leaves the target as it was.

    Raises
    ------
    DocumentSyncConflict
        Names the document.
    """
    flush(source, target)
    if not differ(source, target):
        return False
    theirs = open_document(source, "doc")
    mine = open_document(
        target,
        "doc",
        scratch=workspace.scratch,
        fallback=workspace.fallback,
        level=workspace.level,
    )
    try:
        with mine.transaction():
            rule(theirs, mine)
    except DocumentSyncConflict as conflict:
        _place(conflict, target)
        raise
    return True


def plan_documents(source: str, target: str, rule: Rule) -> DocumentPlan:
    """Find out what a rule would do, on copies in memory."""
    flush(source, target)
    if not differ(source, target):
        return DocumentPlan()
    before = _parse(_read(target), target)
    mine = _in_memory(_parse(_read(target), target))
    try:
        rule(_in_memory(_parse(_read(source), source)), mine)
    except DocumentSyncConflict as conflict:
        _place(conflict, target)
        return DocumentPlan(conflict=conflict)
    return DocumentPlan(keys=tuple(_iter_changes(before, mine(), "")))


def _read(path: str) -> bytes | None:
    try:
        return jsonfile.read_bytes(path)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _parse(raw: bytes | None, path: str) -> dict[str, Any]:
    return {} if raw is None else parse_document(raw, path) or {}


def _in_memory(plain: dict[str, Any]) -> JSONDict:
    root = Root()
    root.kinds = {dict: JSONDict, list: SyncedList}
    root.node = node = attach(JSONDict, root, plain)
    return node


def _iter_changes(before: Any, after: Any, root: str) -> Iterator[str]:
    """Yield the dotted keys at which two plain mappings differ."""
    for key in {**before, **after}:
        name = f"{root}{key}"
        if key not in before or key not in after:
            yield name
        elif before[key].__class__ is dict and after[key].__class__ is dict:
            yield from _iter_changes(before[key], after[key], f"{name}.")
        elif jsonfile.encode(before[key]) != jsonfile.encode(after[key]):
            yield name


def _place(conflict: DocumentSyncConflict, target: str) -> None:
    conflict.path = conflict.path or os.path.normpath(target)
