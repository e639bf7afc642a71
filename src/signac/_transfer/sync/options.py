"""What a call of synchronisation was asked to do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from signac._transfer.sync.rules import DocSync, logger
from signac.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from signac._transfer.sync.rules import Strategy

__all__ = ["Options", "QuickCheck", "parse_options"]

QuickCheck = Literal["time", "second", "size"]


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a call; see `signac.sync.sync_jobs`.

    Attributes
    ----------
    patterns : tuple of re.Pattern
        Names that match at their beginning are left out.
    rule : callable or None
        Merges documents; None if they are not merged.
    copy_documents : bool
        Treat documents of jobs as files.
    quick_check : str
        What two files of one size must share to count as the same without being read.
    """

    strategy: Strategy | None
    patterns: tuple[re.Pattern[str], ...]
    rule: Callable[[Any, Any], Any] | None
    copy_documents: bool
    recursive: bool
    follow: bool
    permissions: bool
    times: bool
    owner: bool
    group: bool
    deep: bool
    quick_check: QuickCheck

    def require_possible(self) -> None:
        """Raise before the first file is copied if the flags contradict each other."""
        # peer: not earlier; a call that copies nothing may have any flags.
        if self.times and not self.permissions:
            raise InvalidInputError(
                "preserve_times=True needs preserve_permissions=True: times are kept with modes"
            )

    def is_excluded(self, name: str) -> bool:
        """Tell whether a name without directories is left out."""
        return any(pattern.match(name) for pattern in self.patterns)


def parse_options(
    *,
    strategy: Any,
    exclude: Any,
    doc_sync: Any,
    recursive: bool,
    follow_symlinks: bool,
    preserve_permissions: bool,
    preserve_times: bool,
    preserve_owner: bool,
    preserve_group: bool,
    deep: bool,
    quick_check: QuickCheck = "time",
) -> Options:
    """Return the options of a call.

    Raises
    ------
    re.error
        When a pattern of `exclude` is none.
    TypeError
        When `doc_sync` is no rule.
    ValueError
        When `quick_check` is none of the known ones.
    """
    if quick_check not in get_args(QuickCheck):
        known = ", ".join(map(repr, get_args(QuickCheck)))
        raise InvalidInputError(f"quick_check={quick_check!r}; give one of {known}")
    if doc_sync is None:
        doc_sync = DocSync.ByKey()
    copy_documents = isinstance(doc_sync, str) and doc_sync == DocSync.COPY
    rule = None if copy_documents or doc_sync is DocSync.NO_SYNC else doc_sync
    if rule is not None and not callable(rule):
        rule = _no_rule(rule)
    return Options(
        strategy=strategy,
        patterns=_parse_patterns(exclude),
        rule=rule,
        copy_documents=copy_documents,
        recursive=bool(recursive),
        follow=bool(follow_symlinks),
        permissions=bool(preserve_permissions),
        times=bool(preserve_times),
        owner=bool(preserve_owner),
        group=bool(preserve_group),
        deep=bool(deep),
        quick_check=quick_check,
    )


def _parse_patterns(
    exclude: str | re.Pattern[str] | Iterable[str | re.Pattern[str]] | None,
) -> tuple[re.Pattern[str], ...]:
    if exclude is None:
        return ()
    patterns = (exclude,) if isinstance(exclude, str | re.Pattern) else tuple(exclude)
    for pattern in patterns:
        logger.log(15, "File name exclude pattern: %r", pattern)
    return tuple(map(re.compile, patterns))


def _no_rule(value: object) -> Callable[[Any, Any], Any]:
    # peer: raised where documents differ and not before.
    def complain(src: Any, dst: Any) -> None:
        raise TypeError(
            f"doc_sync={value!r} is no rule for documents; give a function of two documents, or "
            "one of signac.sync.DocSync"
        )

    return complain
