"""What is said on stderr, taken apart into items, so that only what is free may differ.

Free are: the frames of a traceback, how long something took, progress bars, the text of a usage
message, records of a level below WARNING, where in the source a warning of Python came from, the
version of Python, and the order of keys that the released signac takes out of a set.
The texts after `Error:` and `Warning:`, to the end of the message, of log records and of warnings
of Python may differ too, but that is counted.
"""

import re
from dataclasses import dataclass

_TRACEBACK = re.compile(r"^Traceback \(most recent call last\):\n(?:[ ]+.*\n|\n)*", re.MULTILINE)
_PLACED_WARNING = re.compile(r"^(\S+:\d+: )(\w+Warning: .*\n)(?:  .*\n)?", re.MULTILINE)
_PYTHON_WARNING = re.compile(r"(\w+Warning): (.*)")
_BAR = re.compile(r"(?:\r[^\n]*)+\n?|^[^\n]*━[^\n]*\n", re.MULTILINE)
_DURATION = re.compile(r"\b\d+(?:\.\d+)?(?:e-?\d+)? (seconds|s)\b")
_RECORD = re.compile(r"(DEBUG|INFO|MORE|Level 15|WARNING|ERROR|CRITICAL):[\w.]+:(.*)")
_TITLED = re.compile(r"(Error|Warning): (.*)")
_USAGE = re.compile(r"usage: ")
_USAGE_ERROR = re.compile(r"signac[\w -]*: error: ")
_PYTHON = re.compile(r"Python 3\.\d+\.\d+.*")
_KEYS = re.compile(r"(Skipped key\(s\): )?([\w.]+(?:, [\w.]+)+)")
_QUIET = ("DEBUG", "INFO", "MORE", "Level 15")
_TRACEBACK_HEAD = re.compile(r"Traceback \(most recent call last\):")
FRAMES = "Traceback (most recent call last):\n"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that was said: what kind it is, and its text where the text counts."""

    kind: str
    text: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}" if self.text else self.kind


def tidy(text: str) -> str:
    """Leave out the frames of tracebacks and the places of warnings."""
    text = _TRACEBACK.sub(FRAMES, text if text.endswith("\n") or not text else text + "\n")
    return _PLACED_WARNING.sub(r"\2", text)


def items(text: str) -> list[Item]:
    """Take apart what was said, and leave out what is free."""
    found: list[Item] = []
    lines = _DURATION.sub(r"T \1", _BAR.sub("", tidy(text))).splitlines()
    while lines:
        line = lines.pop(0)
        if line == FRAMES.rstrip("\n"):
            found.append(Item("traceback", _exception(lines)))
        elif _USAGE.match(line):
            while lines and not _USAGE_ERROR.match(line):
                line = lines.pop(0)
            found.append(Item("usage error" if _USAGE_ERROR.match(line) else "usage"))
        elif record := _RECORD.match(line):
            _continued(lines)
            if record[1] not in _QUIET:
                found.append(Item(f"log {record[1]}", record[2]))
        elif titled := _TITLED.match(line):
            found.append(Item(titled[1], "\n".join([titled[2], *_rest(lines)])))
        elif warning := _PYTHON_WARNING.fullmatch(line):
            found.append(Item(f"Python {warning[1]}", warning[2]))
        else:
            found.append(Item("line", _plain(line)))
    return found


def wording(item: Item) -> str:
    """Return what must be equal even where the wording is free."""
    free = item.kind in ("Error", "Warning", "traceback")
    return item.kind if free or item.kind.startswith(("log ", "Python ")) else str(item)


def _plain(line: str) -> str:
    """Leave out the version of Python and sort keys that come out of a set."""
    if keys := _KEYS.fullmatch(line):
        return (keys[1] or "") + ", ".join(sorted(keys[2].split(", ")))
    return "Python <version>" if _PYTHON.fullmatch(line) else line


def _exception(lines: list[str]) -> str:
    """Take the lines of the exception below a traceback and return them."""
    taken = [lines.pop(0)] if lines else []
    return "\n".join(taken)


def _continued(lines: list[str]) -> list[str]:
    """Take the further lines of a message: those that begin with a blank."""
    taken = []
    while lines and lines[0].startswith(" "):
        taken.append(lines.pop(0))
    return taken


def _rest(lines: list[str]) -> list[str]:
    """Take the further lines of the last message, up to what is a message of its own."""
    taken = []
    while lines and not any(
        pattern.match(lines[0]) for pattern in (_TITLED, _RECORD, _PYTHON_WARNING, _TRACEBACK_HEAD)
    ):
        taken.append(lines.pop(0))
    return taken
