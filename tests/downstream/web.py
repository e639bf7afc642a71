"""A dashboard that is served on the loopback, and its pages as a person sees them.

Pages are fetched and read with the standard library.
"""

import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from pathlib import Path

from downstream.study import HERE, Study, clean_environment

PROGRAMS = ("dashboard.py", "make_pictures.py")
_SHOWN = {"a": "href", "img": "src", "video": "src", "source": "src", "form": "action"}
_FIELDS = {"input", "textarea", "select", "button"}


@dataclass
class Form:
    """A form of a page."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass
class Page:
    """One answer of the server: `lines` has what is shown, with targets of links and images."""

    url: str
    status: int
    kind: str
    body: bytes
    lines: list[str] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All that is shown, one piece a line."""
        return "".join(f"{line}\n" for line in self.lines)

    def form(self, *names: str) -> Form:
        """Return the first form that has all these fields."""
        for form in self.forms:
            if set(names) <= set(form.fields):
                return form
        raise AssertionError(f"{self.url} has no form with {names}: {self.forms}")


class _Reader(HTMLParser):
    """Put what a page shows into its lines and forms."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self._silent = 0
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {key: value or "" for key, value in attrs}
        self._silent += tag in {"script", "style"}
        if tag in _SHOWN and _SHOWN[tag] in named:
            self._page.lines.append(f"<{tag} {named[_SHOWN[tag]]}>")
        if tag == "form":
            form = Form(named.get("action", ""), named.get("method", "get").lower())
            self._page.forms.append(form)
        elif tag in _FIELDS and "name" in named:
            self._field(tag, named)

    def _field(self, tag: str, named: dict[str, str]) -> None:
        box = named.get("type") in {"checkbox", "radio"}
        if box:
            named.setdefault("value", "on")
        ticked = not box or "checked" in named
        shown = f"{named['name']}={named.get('value', '')}{'' if ticked else ' (off)'}"
        self._page.lines.append(f"<{tag} {shown}>")
        if ticked and self._page.forms:
            self._page.forms[-1].fields[named["name"]] = named.get("value", "")
        self._area = named["name"] if tag == "textarea" else None

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in {"script", "style"}
        if tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._page.forms[-1].fields[self._area] = data
        words = " ".join(data.split())
        if words and not self._silent:
            self._page.lines.append(words)


class Site:
    """The dashboard as a client of the server sees it."""

    def __init__(self, port: int, log: Path) -> None:
        self.port = port
        self.address = f"http://localhost:{port}"
        self.log = log
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar)

    def stranger(self) -> "Site":
        """Return another client of the same server, which has no cookies."""
        return Site(self.port, self.log)

    def get(self, path: str, status: int | None = 200) -> Page:
        """Fetch a page and require its status, or none."""
        return self._open(urllib.parse.urljoin(self.address, path), None, status)

    def search(self, words: str) -> Page:
        """Ask the search field of the dashboard."""
        return self.get("/search?" + urllib.parse.urlencode({"q": words}))

    def send(self, form: Form, base: Page, **values: str) -> Page:
        """Send a form of a page with some values changed."""
        data = urllib.parse.urlencode(form.fields | values)
        url = urllib.parse.urljoin(base.url, form.action)
        if form.method == "get":
            return self._open(f"{url}?{data}", None, 200)
        return self._open(url, data.encode(), 200)

    def _open(self, url: str, data: bytes | None, status: int | None) -> Page:
        try:
            with self._opener.open(url, data, timeout=30) as answer:
                found = answer.url, answer.status, answer.headers.get_content_type(), answer.read()
        except urllib.error.HTTPError as error:
            with error:
                found = url, error.code, error.headers.get_content_type(), error.read()
        page = Page(*found)
        assert status in (None, page.status), f"{url}: {page.status}\n{self.said()}"
        if page.kind == "text/html":
            _Reader(page).feed(page.body.decode())
        return page

    def said(self) -> str:
        """Return what the server wrote, without frames of tracebacks."""
        lines = self.log.read_text().splitlines(keepends=True)
        return "".join(line for line in lines if not line.startswith("  "))


def prepare(study: Study) -> None:
    """Add the dashboard and its pictures to a workflow that is done."""
    for name in PROGRAMS:
        (study.path / name).write_bytes((HERE / "dashboard" / name).read_bytes())
    study.call("make_pictures.py")


@contextmanager
def serve(study: Study, **environment: str) -> Iterator[Site]:
    """Serve the dashboard of a project until the end of the block."""
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    log = study.path.parent / f"server-{port}.log"
    with log.open("w") as file:
        server = subprocess.Popen(
            [sys.executable, "dashboard.py", "run", "--port", str(port)],
            cwd=study.path,
            env=clean_environment(study.path.parent / "home", **environment),
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(server, port, log)
        yield Site(port, log)
    finally:
        server.terminate()
        server.wait(30)


def _wait(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait until the server answers."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text()
        with socket.socket() as probe:
            if probe.connect_ex(("localhost", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(f"no answer\n{log.read_text()}")


def without_address(page: Page) -> str:
    """Return what a page shows, without the port."""
    return re.sub(r"http://localhost:\d+", "http://localhost", page.text)
