"""Read the HTML of a notebook as a browser does, and say what is in it."""

import re
from html.parser import HTMLParser

from signac._core.markup import STYLE

#: What pages are made of, with the attributes that each element may have.
OURS: dict[str, frozenset[str]] = {
    **dict.fromkeys(("summary", "ul", "li", "thead", "tbody", "tr", "code", "pre"), frozenset()),
    **dict.fromkeys(("strong", "p", "br", "style"), frozenset()),
    **dict.fromkeys(("div", "span", "table", "th"), frozenset({"class"})),
    "td": frozenset({"class", "colspan", "rowspan", "title"}),
    "details": frozenset({"open"}),
}
#: What pandas adds in a frame.
OF_PANDAS: dict[str, frozenset[str]] = {
    "style": frozenset({"scoped"}),
    "table": frozenset({"border", "class"}),
    "tr": frozenset({"style"}),
}
#: Beside our own classes those that keep a notebook from looking for formulas.
_CLASSES = re.compile(r"(signac-[a-z-]+ ?)*(tex2jax_ignore mathjax_ignore)?|dataframe")


class Page(HTMLParser):
    """One page: its text, the text of each kind of part, and what is wrong with it.

    Attributes
    ----------
    text : str
        All that a person can read.
    parts : dict
        From the last word of a class, such as ``key``, or from an element to the texts of all
        parts of that kind.
    details : list of (int, bool)
        For each part that folds how deep it is nested in others, and whether it is open.
    foreign : list of str
        Elements and attributes that no page is made of, those that do not nest, and text that a
        notebook takes for a formula.
    """

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.parts: dict[str, list[str]] = {}
        self.details: list[tuple[int, bool]] = []
        self.foreign: list[str] = []
        self._open: list[tuple[str, list[str], int]] = []
        self._style = ""
        self.feed(html)
        self.close()
        self.foreign += [f"<{tag}> is never closed" for tag, _, _ in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name: value or "" for name, value in attrs}
        allowed = OURS.get(tag)
        if allowed is None:
            self.foreign.append(f"<{tag}>")
        else:
            extra = names.keys() - allowed - OF_PANDAS.get(tag, frozenset())
            self.foreign += [f"{tag} {name}" for name in sorted(extra)]
        if not _CLASSES.fullmatch(names.get("class", "dataframe")):
            self.foreign.append(f"class {names['class']}")
        if tag == "details":
            depth = sum(name == "details" for name, _, _ in self._open)
            self.details.append((depth, "open" in names))
        if tag != "br":
            kinds = [word.removeprefix("signac-") for word in names.get("class", "").split()]
            self._open.append((tag, [tag, *kinds], len(self.text)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)  # a browser takes no notice of the stroke in <br/>

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1][0] != tag:
            self.foreign.append(f"</{tag}> out of place")
            return
        _, kinds, start = self._open.pop()
        for kind in kinds:
            self.parts.setdefault(kind, []).append(self.text[start:])
        if tag == "style":
            if f"<style>{self._style}</style>" != STYLE and "dataframe" not in self._style:
                self.foreign.append("a style of others")
            self._style = ""

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][0] == "style":
            self._style += data
            return
        self.text += data
        kept = any({"tex2jax_ignore", "pre", "code"} & set(kinds) for _, kinds, _ in self._open)
        if not kept and (data.count("$") > 1 or "\\" in data):
            self.foreign.append(f"a formula: {data}")

    def handle_comment(self, data: str) -> None:
        self.foreign.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.foreign.append(f"<!{decl}>")

    def unknown_decl(self, data: str) -> None:
        self.foreign.append(f"<![{data}]>")

    def handle_pi(self, data: str) -> None:
        self.foreign.append(f"<?{data}>")


def read(html: str) -> Page:
    """Return a page that is made of nothing but what is ours."""
    page = Page(html)
    assert not page.foreign, page.foreign
    html.encode()  # a notebook stores it as UTF-8
    return page
