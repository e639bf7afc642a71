"""HTML for notebooks: escaped text, parts that fold, and the style that all of them share.

There are no scripts, and nothing is fetched. What is shown is readable without the style, where a
page does not let it through. Colors are mixed from the color of the text around, so they fit light
and dark pages alike.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from signac.errors._base import visible

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "STYLE",
    "attribute",
    "bare",
    "clipped",
    "code",
    "count_of",
    "error_line",
    "folded",
    "guard",
    "line",
    "note",
    "size_text",
    "span",
    "text_of",
    "view",
    "without_formulas",
]

#: A notebook has a style sheet of its own for tables and lists; the class is named twice so that
#: these rules come before it.
STYLE: Final = """\
<style>
.signac-view.signac-view{--signac-line:color-mix(in srgb,currentColor 16%,transparent);\
--signac-soft:color-mix(in srgb,currentColor 72%,transparent);\
--signac-shade:color-mix(in srgb,currentColor 5%,transparent);\
font-size:13px;line-height:1.55;margin:.5em 0;max-width:100%}
.signac-view.signac-view p,.signac-view.signac-view div{margin:0}
.signac-view.signac-view details{margin:.25em 0}
.signac-view.signac-view summary{cursor:pointer;list-style-position:outside;margin-left:1.2em}
.signac-view.signac-view summary::marker{color:var(--signac-soft);font-size:.85em}
.signac-view.signac-view .signac-body{margin:.1em 0 .4em 1.2em;overflow-x:auto}
.signac-view.signac-view .signac-head{font-size:14px;padding-bottom:.25em;margin-bottom:.35em;\
border-bottom:1px solid var(--signac-line)}
.signac-view.signac-view .signac-line{margin:.25em 0 .25em 1.2em}
.signac-view.signac-before-break{margin-bottom:-.9em}
.signac-view.signac-view .signac-path,.signac-view.signac-view .signac-type,\
.signac-view.signac-view .signac-note{color:var(--signac-soft)}
.signac-view.signac-view .signac-path{font-size:13px;overflow-wrap:anywhere}
.signac-view.signac-view .signac-type{font-size:.85em;margin-left:.6em}
.signac-view.signac-view code{font-family:var(--jp-code-font-family,var(\
--vscode-editor-font-family,ui-monospace,Menlo,Consolas,monospace));font-size:.95em;\
background:none;color:inherit;padding:0;border:0}
.signac-view.signac-view ul{list-style:none;margin:0;padding:0 0 0 .15em}
.signac-view.signac-view ul ul{margin-left:.25em;padding-left:1.15em;\
border-left:1px solid var(--signac-line)}
.signac-view.signac-view li{margin:0;padding:0;white-space:pre-wrap;overflow-wrap:anywhere}
.signac-view.signac-view li summary{margin-left:0;list-style-position:inside}
.signac-view.signac-view li details{margin:0}
.signac-view.signac-view .signac-key{font-weight:600}
.signac-view.signac-view .signac-number{color:color-mix(in srgb,currentColor 45%,#3b82f6)}
.signac-view.signac-view .signac-string{color:color-mix(in srgb,currentColor 42%,#22a34a)}
.signac-view.signac-view .signac-word{color:color-mix(in srgb,currentColor 45%,#b65ce0)}
.signac-view.signac-view .signac-error{color:color-mix(in srgb,currentColor 45%,#e5534b);\
white-space:pre-wrap;overflow-wrap:anywhere}
.signac-view.signac-view table{display:table;width:auto;table-layout:auto;margin:.2em 0;\
border-collapse:collapse;border:0;font-size:inherit;color:inherit;background:none}
.signac-view.signac-view table tr{background:none;border:0}
.signac-view.signac-view table tbody tr:nth-child(even){background:var(--signac-shade)}
.signac-view.signac-view table th,.signac-view.signac-view table td{border:0;padding:.2em .9em;\
text-align:left;vertical-align:top;max-width:28em;overflow-wrap:anywhere;background:none;\
color:inherit;font-variant-numeric:tabular-nums}
.signac-view.signac-view table thead th{border-bottom:1px solid var(--signac-line);\
font-weight:600;white-space:nowrap}
.signac-view.signac-view table .signac-right{text-align:right}
.signac-view.signac-view table .signac-type{margin-left:0}
.signac-view.signac-view .signac-jobs td{white-space:nowrap}
.signac-view.signac-view .signac-jobs .signac-wrong{white-space:normal}
.signac-view.signac-view .signac-id{max-width:8em;overflow:hidden;text-overflow:ellipsis}
.signac-view.signac-view .signac-id code{white-space:nowrap;overflow-wrap:normal}
.signac-view.signac-view pre{margin:.2em 0;padding:0;background:none;color:inherit;\
font-size:.95em;line-height:1.45;white-space:pre-wrap;overflow-wrap:anywhere}
</style>"""

#: Notebooks set what stands between two dollar signs as a formula, which a filter is not. These
#: classes keep them from it, the older one and the newer one.
_NO_FORMULAS: Final = "tex2jax_ignore mathjax_ignore"
_LONGEST_ERROR: Final = 1_000
_UNITS: Final = ("kB", "MB", "GB", "TB", "PB", "EB")


def text_of(value: object) -> str:
    """Return a text as HTML that shows it, and is nothing but text."""
    return escape(visible(str(value)), quote=False)


def attribute(value: str) -> str:
    """Return a text for the inside of the quotes of an attribute."""
    return escape(visible(value))


def clipped(value: str, most: int) -> str:
    """Return at most so many characters of a text as HTML, and say how many are left out."""
    if len(value) <= most:
        return text_of(value)
    return f"{text_of(value[:most])}… {note(f'{len(value) - most:,} more characters')}"


def span(name: str, inside: str) -> str:
    """Return HTML of one kind: ``key``, ``type``, ``number``, ``error`` and so on."""
    return f'<span class="signac-{name}">{inside}</span>'


def note(words: str) -> str:
    """Return words that are not part of the data."""
    return span("note", text_of(words))


def code(value: str) -> str:
    """Return a name as it would be typed."""
    return f"<code>{text_of(value)}</code>"


def error_line(error: BaseException) -> str:
    """Return an error as it would end a traceback."""
    try:
        words = str(error)
    except Exception as second:  # noqa: BLE001  # errors of others may do anything
        words = f"its message cannot be shown: {type(second).__name__}"
    return span("error", clipped(f"{type(error).__name__}: {words}", _LONGEST_ERROR))


def folded(title: str, inside: str, *, is_open: bool = False) -> str:
    """Return a part that opens and closes below its title."""
    state = " open" if is_open else ""
    body = f'<div class="signac-body">{inside}</div>'
    return f"<details{state}><summary>{title}</summary>{body}</details>"


def line(inside: str) -> str:
    """Return a line of a page that does not fold, below the titles of those that do."""
    return f'<div class="signac-line">{inside}</div>'


def view(*parts: str, before_break: bool = False) -> str:
    """Return parts as one piece of a page, with the style that they need.

    A ``<br/>`` that follows would be an empty line: say so.
    """
    name = "signac-view signac-before-break" if before_break else "signac-view"
    return f'<div class="{name} {_NO_FORMULAS}">{STYLE}{"".join(parts)}</div>'


def count_of(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: ``1 key``, ``3 keys``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def size_text(size: int) -> str:
    """Return a number of bytes for a person: ``870 B``, ``1.3 kB``."""
    if size < 1_000:
        return f"{size} B"
    shown = size / 1_000
    units = iter(_UNITS)
    unit = next(units)
    while shown >= 999.5:
        shown /= 1_000
        unit = next(units)
    return f"{shown:.1f} {unit}" if shown < 99.95 else f"{shown:.0f} {unit}"


def without_formulas(html: str) -> str:
    """Return a part of a page in which a notebook looks for no formulas."""
    return f'<div class="{_NO_FORMULAS}">{html}</div>'


def bare(value: str, most: int = 4_000) -> str:
    """Return a text as HTML; only if it might be taken for a formula, an element is around it."""
    shown = clipped(value, most)
    if value.count("$") < 2 and "\\" not in value:
        return shown
    return f'<span class="{_NO_FORMULAS}">{shown}</span>'


def guard(make: Callable[[], str]) -> str:
    """Return what a function makes of the data, or the error that it raised.

    A page with an error in it says more than a cell without a page.
    """
    try:
        return make()
    except Exception as error:  # noqa: BLE001  # whatever it is, the rest of the page is shown
        return line(error_line(error))
