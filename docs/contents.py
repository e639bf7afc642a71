"""The contents of the manual, and how its Markdown becomes pages of the site.

The pages are plain Markdown that a code host shows as well. What only Sphinx understands is added
here while the site is built: the table of contents, pages that lie at the root of the source, and
what becomes of links that lead out of the manual.
"""

import os
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from pygments.lexers.special import TextLexer

DOCS = Path(__file__).resolve().parent
#: Group by group, in reading order; some with a title of their own for the sidebar.
CONTENTS: dict[str, tuple[str, ...]] = {
    "Start": ("quickstart", "tutorial"),
    "How to": (
        "tables-and-plots",
        "many-processes",
        "finding",
        "Change parameters later <changing-parameters>",
        "Store arrays and tables <data>",
        "Mend a damaged project <check-and-repair>",
        "sharing",
        "two-machines",
        "two-people",
        "notebooks",
        "command-line",
        "shell",
        "beside-released",
        "downstream",
        "Bring older projects up to date <older-projects>",
    ),
    "Handbook": (
        "projects",
        "jobs",
        "documents",
        "values",
        "sweeps",
        "searching",
        "copies-and-views",
        "export",
        "import",
        "synchronising",
    ),
    "Concepts": (
        "layout",
        "identity",
        "safety",
        "concurrency",
        "index-of-jobs",
        "reliability",
    ),
    "Reference": (
        "api",
        "commands",
        "errors",
        "configuration",
        "format",
        "compatibility",
    ),
    "Coming from": (
        "The released signac <from-signac>",
        "Spreadsheets <from-spreadsheets>",
        "Experiment trackers <from-trackers>",
        "Directories by hand, Hydra <from-directories>",
        "Databases <from-databases>",
    ),
    "Figures": ("benchmarks", "reliability-figures"),
    "Behind it": ("design/index", "contributing", "changes"),
}
#: Pages whose own pages are listed below them.
BELOW: dict[str, tuple[str, ...]] = {
    "api": (
        "api/project",
        "api/job",
        "api/cursor",
        "api/document",
        "api/store",
        "api/sweep",
        "api/transfer",
        "api/upkeep",
        "api/errors",
        "api/modules",
    ),
    "design/index": tuple(
        f"design/{path.stem}" for path in sorted((DOCS / "design").glob("[0-9]*.md"))
    ),
}
#: Pages of the site that show a file from the root of the source.
MIRRORS = {"changes": "CHANGELOG.md", "contributing": "CONTRIBUTING.md"}
_LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^()\s]+)\)")
_FENCE = re.compile(r"^(```.*?^```)", re.MULTILINE | re.DOTALL)


def name_of(entry: str) -> str:
    """Return the page of an entry of the contents."""
    return entry.rpartition("<")[2].removesuffix(">")


def toctree(pages: tuple[str, ...], caption: str = "") -> str:
    """Return a hidden table of contents of these pages."""
    options = [":hidden:", *([f":caption: {caption}"] if caption else [])]
    entries = [re.sub(r"^(?=[\w/-]+$)|(?<=<)", "/", page) for page in pages]
    return "\n".join(["", "```{toctree}", *options, "", *entries, "```", ""])


def readable(text: str, directory: Path) -> str:
    """Return the Markdown of a file with the links that the site can follow.

    Mirrored files have theirs written as seen from `docs`. A link to a file that is no page
    becomes its text and the path.
    """

    def replace(found: re.Match[str]) -> str:
        shown, target = found[1], found[2]
        path, mark, anchor = target.partition("#")
        if not path or re.match(r"[a-z]+:", target):
            return found[0]
        place = Path(os.path.normpath(directory / path))
        mirrored = {DOCS.parent / name: page for page, name in MIRRORS.items()}
        if place in mirrored:
            return f"[{shown}](/{mirrored[place]}.md{mark}{anchor})"
        if place.is_relative_to(DOCS):
            if directory.is_relative_to(DOCS):
                return found[0]
            return f"[{shown}](/{place.relative_to(DOCS)}{mark}{anchor})"
        named = f"`{place.relative_to(DOCS.parent)}`"
        return named if shown.strip("`") in str(place) else f"{shown} ({named})"

    parts = _FENCE.split(text)
    return "".join(part if part.startswith("```") else _LINK.sub(replace, part) for part in parts)


def prepare(app: Any, docname: str, source: list[str]) -> None:
    """Make a page of Markdown a page of the site."""
    directory = (DOCS / docname).parent
    if docname in MIRRORS:
        directory = DOCS.parent
        source[0] = (directory / MIRRORS[docname]).read_text(encoding="utf-8")
        app.env.note_dependency(str(directory / MIRRORS[docname]))
    source[0] = readable(source[0], directory)
    if docname == app.config.root_doc:
        source[0] += "".join(
            toctree(tuple(page for page in pages if name_of(page) in app.env.found_docs), group)
            for group, pages in CONTENTS.items()
        )
    elif docname in BELOW:
        source[0] += toctree(BELOW[docname])


def break_long_names(app: Any, doctree: nodes.document) -> None:
    """Let the path of a file in a table break at its joints, so that columns keep their width."""
    for entry in doctree.findall(nodes.entry):
        for literal in list(entry.findall(nodes.literal)):
            text = literal.astext()
            if len(text) > 24 and " " not in text:
                literal.clear()
                for part in re.split(r"(?<=[/_])(?=\w)|(?<=::)", text):
                    literal += [nodes.Text(part), nodes.raw("", "<wbr>", format="html")]


def setup(app: Any) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("source-read", prepare)
    app.connect("doctree-read", break_long_names)
    for name in ("output", "error", "text"):
        app.add_lexer(name, TextLexer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
