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

A comment ``<!-- not run: reason -->`` in front of a Python block keeps it from running.
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
    *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")),
)
PYTHON = frozenset({"python", "py", "python3", "pycon"})
_NOT_RUN = re.compile(r"<!--\s*not run:(?P<reason>.*?)-->", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block.

    `reason` says why it does not run, empty when it does.
    """

    page: str
    line: int
    language: str
    text: str
    reason: str


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
            words = token.info.split()
            yield Block(page, token.map[0] + 1, words[0] if words else "", token.content, reason)
            reason = ""
        elif token.nesting >= 0 and token.type != "inline":
            reason = ""


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
