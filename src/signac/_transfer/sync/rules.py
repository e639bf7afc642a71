"""Who wins when source and destination differ: strategies for files, rules for documents."""

from __future__ import annotations

import logging
import os
import re
import threading
from collections.abc import Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signac._transfer.sync import terminal
from signac.errors import DocumentSyncConflict

if TYPE_CHECKING:
    from collections.abc import Callable

    #: Says whether a file of the source replaces that of the destination.
    Strategy = Callable[[Any, Any, str], Any]

__all__ = ["MORE", "DocSync", "FileSync", "FileTransferStats", "logger"]

#: peer: the name of the logger, and a level between DEBUG and INFO.
MORE: Final = 15
logging.addLevelName(MORE, "MORE")
logging.MORE = MORE  # type: ignore[attr-defined]
logger: Final = logging.getLogger("sync")


class FileTransferStats(NamedTuple):
    """What a synchronisation copied.

    Attributes
    ----------
    num_files : int
        The number of files, those of new jobs included.
    volume : int
        Their bytes.
    """

    num_files: int
    volume: int


class FileSync:
    """Strategies for files that differ on both sides.

    A strategy is called with the job of the source, the job of the destination and the name of the
    file in them, and tells whether the file of the source replaces the other. Any function will
    do; these are ready-made.

    Examples
    --------
    >>> from signac.sync import FileSync
    >>> FileSync.keys()
    ('always', 'never', 'update', 'Ask')
    """

    @classmethod
    def keys(cls) -> tuple[str, ...]:
        """Return the names of the strategies."""
        return ("always", "never", "update", "Ask")

    @staticmethod
    def always(src: Any, dst: Any, fn: str) -> bool:
        """Replace the file of the destination."""
        return True

    @staticmethod
    def never(src: Any, dst: Any, fn: str) -> bool:
        """Keep the file of the destination."""
        return False

    @staticmethod
    def update(src: Any, dst: Any, fn: str) -> bool:
        """Replace the file of the destination if that of the source was modified later."""
        return os.path.getmtime(src.fn(fn)) > os.path.getmtime(dst.fn(fn))

    class Ask:
        """Ask a person once for each name, and remember the answers.

        Parameters
        ----------
        ask : callable, optional
            Takes the question and returns the answer; by default the terminal.

        Examples
        --------
        >>> from signac.sync import FileSync
        >>> strategy = FileSync.Ask(lambda question: "yes")
        >>> strategy(None, None, "out.txt")
        True
        """

        def __init__(self, ask: Callable[[str], str] = terminal.ask) -> None:
            self.yes: set[str] = set()
            self.no: set[str] = set()
            self._ask = ask
            self._mutex = threading.Lock()

        def __call__(self, src: Any, dst: Any, fn: str) -> bool:
            """Tell whether a person wants files of this name to be replaced."""
            with self._mutex:
                if fn not in self.yes and fn not in self.no:
                    (self.yes if self._answer(fn) else self.no).add(fn)
                return fn in self.yes

        def _answer(self, fn: str) -> bool:
            question = f"Overwrite files named '{fn}'? [y/N] "
            while True:
                answer = self._ask(question).strip().lower()
                if answer in ("y", "yes"):
                    return True
                if answer in ("", "n", "no"):
                    return False
                question = f"Please answer y or n. Overwrite files named '{fn}'? [y/N] "


class DocSync:
    """Rules for documents that differ.

    A rule is called with the document of the source and that of the destination, and changes the
    second one. Any function will do; if it raises, the document stays as it was.

    Examples
    --------
    >>> from signac.sync import DocSync
    >>> mine = {"a": 1, "n": {"x": 1}}
    >>> DocSync.ByKey()({"n": {"y": 2}}, mine)
    >>> mine
    {'a': 1, 'n': {'x': 1, 'y': 2}}
    """

    #: Leave documents alone.
    NO_SYNC: Final = False
    #: Treat the document of a job as a file, under the strategy for files.
    COPY: Final = "copy"

    @staticmethod
    def update(src: Mapping[str, Any], dst: MutableMapping[str, Any]) -> None:
        """Set each key of the source in the destination."""
        for key in src:
            if key not in dst or dst[key] != src[key]:
                _set(dst, key, src[key], key)

    class ByKey:
        """Add the keys that are missing, enter mappings, and ask a rule about values that differ.

        Parameters
        ----------
        key_strategy : str or callable, optional
            Which values of the source win: a regular expression that the dotted key must begin
            with, or a function of the dotted key. Without it a value that differs is a conflict.

        Attributes
        ----------
        skipped_keys : set of str
            The dotted keys that differ and were kept, in all documents so far.

        Examples
        --------
        >>> from signac.sync import DocSync
        >>> rule = DocSync.ByKey("energy")
        >>> mine = {"energy": 1, "owner": "me"}
        >>> rule({"energy": 2, "owner": "you"}, mine)
        >>> print(mine, rule.skipped_keys)
        {'energy': 2, 'owner': 'me'} {'owner'}
        """

        def __init__(self, key_strategy: str | Callable[[str], Any] | None = None) -> None:
            self.key_strategy = key_strategy
            self.skipped_keys: set[str] = set()

        def __str__(self) -> str:
            return f"ByKey({self.key_strategy!r})"

        def __call__(
            self, src: Mapping[str, Any], dst: MutableMapping[str, Any], root: str = ""
        ) -> None:
            """Merge the source into the destination; `root` begins the dotted keys."""
            skipped: list[str] = []
            self._merge(src, dst, root, skipped)
            self.skipped_keys.update(skipped)
            if skipped and self.key_strategy is None:
                raise DocumentSyncConflict(skipped)
            if skipped:
                logger.log(MORE, "Skipped keys: %s", ", ".join(skipped))

        def _merge(
            self,
            src: Mapping[str, Any],
            dst: MutableMapping[str, Any],
            root: str,
            skipped: list[str],
        ) -> None:
            for key in src:
                name, new = f"{root}{key}", src[key]
                if key not in dst:
                    _set(dst, key, new, name)
                    continue
                old = dst[key]
                if old == new:
                    continue
                if isinstance(new, Mapping) and isinstance(old, MutableMapping):
                    self._merge(new, old, f"{name}.", skipped)
                elif self._wins(name):
                    _set(dst, key, new, name)
                else:
                    skipped.append(name)

        def _wins(self, name: str) -> bool:
            rule = self.key_strategy
            if rule is None:
                return False
            return bool(re.match(rule, name) if isinstance(rule, str) else rule(name))


def _set(dst: MutableMapping[str, Any], key: str, value: Any, name: str) -> None:
    logger.log(MORE, "Set %r=%r.", name, value)
    # A live part of one document must not become a part of another.
    dst[key] = value() if callable(value) else value


# Users see one module, whatever file a class is in.
for _class in (FileTransferStats, FileSync, DocSync):
    _class.__module__ = "signac.sync"
del _class
