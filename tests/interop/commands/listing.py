"""How a list of differences is read: which entry explains which difference of which case."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from interop.commands.compare import Difference

#: The pattern of an empty text.
NOTHING = r"\A\Z"


@dataclass(frozen=True, slots=True)
class Listed:
    """Parts of some cases that are meant to differ, and why.

    Parameters
    ----------
    cases
        Names of cases, or patterns of them, with blanks between.
    parts
        For each part, `stdout` or, for one line of the case, `2:stdout`, a regular expression that
        is found in what ours gives there. It keeps a listed difference from being a licence for
        every other.
    reason
        Why it differs, in one sentence.
    always
        False where the two agree or differ by the order in which the file system lists a directory.
    """

    cases: str
    parts: Mapping[str, str]
    reason: str
    always: bool = True

    def is_of(self, case: str) -> bool:
        """Tell whether the entry is about the case."""
        return any(fnmatchcase(case, pattern) for pattern in self.cases.split())

    def explains(self, part: str, difference: Difference) -> bool:
        """Tell whether a part of the entry is about this difference of its case."""
        number, _, name = part.rpartition(":")
        return (
            difference.part == name
            and number in ("", str(difference.number))
            and re.search(self.parts[part], difference.ours, re.MULTILINE) is not None
        )


def judge(
    case: str, differences: Sequence[Difference], listed: Sequence[Listed]
) -> tuple[list[Difference], list[str]]:
    """Return the differences that nothing explains, and what explains nothing."""
    explained: set[int] = set()
    stale = []
    for entry in listed:
        for part in entry.parts if entry.is_of(case) else ():
            found = {i for i, one in enumerate(differences) if entry.explains(part, one)}
            explained |= found
            if not found and entry.always:
                stale.append(f"{part}: {entry.reason}")
    unlisted = [
        one
        for number, one in enumerate(differences)
        if number not in explained and not one.is_wording
    ]
    return unlisted, stale
