"""Run cells as a notebook does, and make a page or a notebook of them.

``python tests/notebook/cells.py page.html`` shows the cells of the page on notebooks, and
``python tests/notebook/cells.py page.ipynb`` writes them down for a real notebook.
"""

import ast
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
MANUAL = ROOT / "docs" / "notebooks.md"

#: Colors of a notebook in a dark theme, for the browser's own preference.
_PAGE = """<!doctype html>
<meta charset="utf-8">
<style>
body { font: 14px/1.5 system-ui, sans-serif; margin: 2em; max-width: 60em }
.cell { background: rgba(128, 128, 128, 0.12); padding: .5em 1em; white-space: pre-wrap }
.result { margin: .5em 1em 1.5em }
:root { color-scheme: light dark }
</style>
"""


class _Printer:
    """The part of the printer of an interactive shell that objects use."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def text(self, text: str) -> None:
        self.parts.append(text)

    def pretty(self, value: Any) -> None:
        self.parts.append(repr(value))


def shown_by_a_notebook(value: Any) -> tuple[str, str]:
    """Return the HTML and the text that a notebook shows; no HTML if it finds no method for it."""
    method = _method(value, "_repr_html_")
    pretty = _method(value, "_repr_pretty_")
    printer = _Printer()
    if pretty is None:
        printer.text(repr(value))
    else:
        pretty(printer, False)
    return ("" if method is None else method()), "".join(printer.parts)


def _method(value: Any, name: str) -> Any:
    """Look for a method as IPython does: an object that has every attribute has none of them."""
    try:
        canary = getattr(value, "_ipython_canary_method_should_not_exist_", None)
        method = getattr(value, name, None)
    except Exception:
        return None
    return method if canary is None and callable(method) else None


def cells_of_the_manual() -> list[str]:
    """Return the Python blocks of the page on notebooks."""
    blocks = MANUAL.read_text(encoding="utf-8").split("```python\n")[1:]
    return [block.split("\n```")[0] for block in blocks]


def run(cells: list[str]) -> Iterator[tuple[str, Any]]:
    """Run cells in one namespace; yield each with the value of its last line, before the next."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for cell in cells:
        tree = ast.parse(cell)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "cell", "exec"), namespace)
        value = None
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), "cell", "eval"), namespace)
        yield cell, value


def page(cells: list[str]) -> str:
    """Return an HTML page with cells and what they show."""
    parts = [_PAGE]
    for cell, value in run(cells):
        parts.append(f'<div class="cell">{escape(cell)}</div>')
        if value is not None:
            html, text = shown_by_a_notebook(value)
            parts.append(f'<div class="result">{html or f"<pre>{escape(text)}</pre>"}</div>')
    return "\n".join(parts)


def notebook(cells: list[str]) -> str:
    """Return a notebook with cells that were not run yet."""
    made = [
        {
            "cell_type": "code",
            "id": f"cell-{number}",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": cell,
        }
        for number, cell in enumerate(cells)
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made}, indent=1)


def main(target: str) -> None:
    """Write a page or, if its name ends so, a notebook."""
    path = Path(target).absolute()
    cells = cells_of_the_manual()
    if path.suffix == ".ipynb":
        path.write_text(notebook(cells), encoding="utf-8")
        return
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        path.write_text(page(cells), encoding="utf-8")
        os.chdir(path.parent)


if __name__ == "__main__":
    main(sys.argv[1])
