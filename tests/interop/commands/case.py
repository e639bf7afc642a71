"""What a case is: a scene, and the command lines that are run in it one after the other.

A command line is written as in a shell, without the word `signac`. `<NAME>` stands for the id of
the job of that name in `scenes.STATEPOINTS`, `<NAME:8>` for the first eight characters of it, and
`<root>` for the directory that holds the scene.
"""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import rawcheck
from interop.commands.statepoints import STATEPOINTS

ROOT = "<root>"
_NAME = re.compile(r"<([a-z]+\d+)(?::(\d+))?>")


@dataclass(frozen=True, slots=True)
class Line:
    """One command line.

    Parameters
    ----------
    text
        The words after `signac`.
    stdin
        What the program can read; None is the null device.
    cwd
        The working directory, relative to the place of the scene.
    order
        Where the order of the jobs is free: how stdout is sorted before it is compared, a name of
        `compare.ORDERS`.
    environment
        Variables that are added.
    pipe
        Whether stdout is a pipe that nobody reads.
    interrupt
        Whether Ctrl-C is pressed as soon as something is asked, and the end of stdin comes then.
    """

    text: str
    stdin: str | bytes | None = None
    cwd: str = "."
    order: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    pipe: bool = False
    interrupt: bool = False

    def words(self, root: str) -> list[str]:
        """Return the arguments, with the names filled in."""
        return [fill(word, root) for word in shlex.split(self.text)]


@dataclass(frozen=True, slots=True)
class Case:
    """Command lines that are run in one copy of a scene."""

    name: str
    scene: str
    lines: tuple[Line, ...]


def case(
    name: str,
    scene: str,
    *lines: str | Line,
    stdin: str | bytes | None = None,
    cwd: str | None = None,
    order: str | None = None,
) -> Case:
    """Return a case; the keywords hold for every line that says nothing else itself."""
    made = []
    for given in lines:
        line = Line(given) if isinstance(given, str) else given
        made.append(
            replace(
                line,
                stdin=stdin if line.stdin is None else line.stdin,
                cwd=cwd if cwd is not None and line.cwd == "." else line.cwd,
                order=line.order or order,
            )
        )
    return Case(name, scene, tuple(made))


def each(prefix: str, scene: str, lines: Mapping[str, str | Line], **keywords: str) -> list[Case]:
    """Return a case of one command line for each entry."""
    return [case(f"{prefix}-{name}", scene, line, **keywords) for name, line in lines.items()]


def fill(text: str, root: str) -> str:
    """Put ids and the root where they are named."""

    def id_of(match: re.Match[str]) -> str:
        name, length = match.groups()
        id_ = rawcheck.id_of(STATEPOINTS[name])
        return id_[: int(length)] if length else id_

    return _NAME.sub(id_of, text).replace(ROOT, root)
