"""Remember what a transfer is about to make, so that the same call completes an interrupted one.

A transfer refuses what is there already. So that it can be run again after it was killed, it first
writes down the names that were free, and which call it is; the note goes away at its end. A later
call that is the same takes the names in the note of a dead process for its own.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import time
from typing import TYPE_CHECKING, Any, Final

from signac._core import atomic, jsonfile, owner
from signac._core.replace import replace_file, sweep_beside

if TYPE_CHECKING:
    from collections.abc import Iterable

    from signac._core.durability import Durability

__all__ = ["Journal"]

logger = logging.getLogger(__name__)

_FORGOTTEN_AFTER: Final = 24 * 3600.0
_MOST_ATTEMPTS: Final = 100


class Journal:
    """The note of one transfer.

    Parameters
    ----------
    directory : str
        Where notes are kept; made when it is needed, removed when it is empty.
    call : mapping
        What makes a call the same one: plain JSON.

    Attributes
    ----------
    unfinished : frozenset of str
        Names that an interrupted transfer of the same call was about to make. Those that are there
        now were made by it.
    """

    def __init__(self, directory: str, call: dict[str, Any]) -> None:
        text = json.dumps(call, sort_keys=True)
        self._directory = directory
        self._call = call
        name = hashlib.sha256(text.encode()).hexdigest()[:16]
        self.path = os.path.join(directory, f"{name}.json")
        self.unfinished = self._read()

    def begin(
        self,
        names: Iterable[str],
        level: Durability | None = None,
        *,
        scratch: str | None = None,
    ) -> None:
        """Write down which names the transfer is going to make, those unfinished included.

        In the `scratch` of a project the next open removes what a killed process left half written.
        Where notes may not be written, a transfer goes without: it can only not be run again.
        """
        note = {
            "call": self._call,
            "owner": str(owner.this_one()),
            "names": sorted({*names, *self.unfinished}),
        }
        for _ in range(_MOST_ATTEMPTS):
            try:
                atomic.make_directories(self._directory)
                replace_file(self.path, jsonfile.encode(note), scratch=scratch, level=level)
                return
            except FileNotFoundError:  # another transfer just ended, and there were no other notes
                continue
            except PermissionError as error:
                logger.info("%s: no note of this transfer: %s", self._directory, error)
                return
        replace_file(self.path, jsonfile.encode(note), scratch=scratch, level=level)

    def end(self) -> None:
        """Forget the transfer: everything is made."""
        sweep_beside(self.path)
        try:
            atomic.unlink(self.path)
            atomic.remove_directory(self._directory)
        except OSError:  # not there, or notes of other transfers
            return

    def _read(self) -> frozenset[str]:
        try:
            note = jsonfile.parse(jsonfile.read_bytes(self.path))
            if note["call"] != self._call or not self._is_over(note["owner"]):
                return frozenset()
            return frozenset(name for name in note["names"] if isinstance(name, str))
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            return frozenset()

    def _is_over(self, whose: object) -> bool:
        """Tell whether a transfer cannot be at work any more: its process is gone, or this one."""
        who = owner.parse(whose)
        if who is None:
            return False
        if who == owner.this_one() or owner.standing(who) == "dead":
            return True
        # Of a process that cannot be seen from here only the age of its note tells.
        seen = owner.standing(who) == "alive"
        return not seen and time.time() - os.stat(self.path).st_mtime > _FORGOTTEN_AFTER
