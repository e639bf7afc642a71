"""Read the manual: its fenced blocks, its links and its headings.

The language of a fence says what is done with it:

``python``
    It runs. All blocks of one page share a namespace and a directory.
``output``
    What the Python block before it prints; ``...`` stands for anything.
``error``
    The exception that ends the Python block before it: its type, a colon, its message.
``pycon``
    An interactive session, checked line by line.
``python file=NAME``
    A script: it is written to this file, for the commands below it.
``sh run``
    Commands that bash runs in the same directory, where `python` and `signac` are those of the
    tests. Plain ``sh`` is only shown.

A comment ``<!-- not run: reason -->`` in front of a Python block keeps it from running. A comment
``<!-- with the modules of DIRECTORY -->`` lets the blocks of a page import those of an example.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    *sorted(
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "docs").rglob("*.md")
        if "_build" not in path.parts
    ),
)
PYTHON = frozenset({"python", "py", "python3", "pycon"})
_EXAMPLE = re.compile(r"<!-- with the modules of (\S+) -->")
_NOT_RUN = re.compile(r"<!--\s*not run:(?P<reason>.*?)-->", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block.

    `reason` says why it does not run, empty when it does. `options` are the words after the
    language.
    """

    page: str
    line: int
    language: str
    text: str
    reason: str
    options: tuple[str, ...] = ()

    @property
    def runs(self) -> bool:
        """Whether something is done with it: it is run, or written to a file."""
        if self.language in PYTHON:
            return not self.reason
        return self.language == "sh" and "run" in self.options

    @property
    def file(self) -> str:
        """The file that it is written to, empty for a block that is run itself."""
        named = [word.removeprefix("file=") for word in self.options if word.startswith("file=")]
        return named[0] if named else ""


@cache
def tokens(page: str) -> tuple[Token, ...]:
    """Parse a page."""
    return tuple(MarkdownIt("commonmark").enable("table").parse(read(page)))


def read(page: str) -> str:
    """Return the text of a page."""
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page: str) -> Iterator[Block]:
    """Yield the fenced blocks of a page in order."""
    reason = ""
    for token in tokens(page):
        if token.type == "html_block":
            found = _NOT_RUN.search(token.content)
            reason = found["reason"].strip() if found else ""
        elif token.type == "fence":
            assert token.map is not None
            language, *options = token.info.split() or [""]
            line = token.map[0] + 1
            yield Block(page, line, language, token.content, reason, tuple(options))
            reason = ""
        elif token.nesting >= 0 and token.type != "inline":
            reason = ""


def example(page: str) -> str:
    """Return the directory whose modules the blocks of a page import, empty for none."""
    found = _EXAMPLE.search(read(page))
    return found[1] if found else ""


def links(page: str) -> Iterator[tuple[int, str]]:
    """Yield line and target of every link and image of a page."""
    for token in tokens(page):
        for part in token.children or ():
            target = part.attrGet("href") or part.attrGet("src")
            if target is not None:
                yield (token.map or [0])[0] + 1, str(target)


@cache
def anchors(page: str) -> frozenset[str]:
    """Return the anchors that the headings of a page have where it is shown."""
    found: list[str] = []
    for token, following in pairwise(tokens(page)):
        if token.type == "heading_open":
            text = "".join(part.content for part in following.children or ())
            slug = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
            found.append(slug if slug not in found else f"{slug}-{found.count(slug)}")
    return frozenset(found)
