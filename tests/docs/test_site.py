"""The manual as a site: it builds without a warning, and everything has a place in it."""

import importlib
import importlib.util
import inspect
import re
import subprocess
import sys
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import signac
from architecture.sources import PACKAGE
from docs.pages import PAGES, ROOT, read

DOCS = ROOT / "docs"
#: Names that are written in the manual when their part of the library is.
AWAITED = {"downstream"}


def _extension(name: str) -> Any:
    """Return a module that the manual is built with."""
    spec = importlib.util.spec_from_file_location(f"manual_{name}", DOCS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _listed() -> list[str]:
    """Return every entry of the contents, in order."""
    contents = _extension("contents")
    groups = [*contents.CONTENTS.values(), *contents.BELOW.values()]
    return ["index", *(contents.name_of(entry) for group in groups for entry in group)]


def test_every_page_is_in_the_contents_once():
    """The sidebar has every page of the manual in one place, and no page that is not there."""
    pages = {name.removeprefix("docs/").removesuffix(".md") for name in PAGES if "docs/" in name}
    listed = Counter(_listed())
    assert not [name for name, count in listed.items() if count > 1]
    assert pages - set(listed) == set()
    assert set(listed) - pages <= AWAITED


def test_the_first_page_links_every_group():
    """The first page links all pages of each group, for those who read without the sidebar."""
    linked = set(re.findall(r"\]\(([\w/-]+)\.md\)", read("docs/index.md")))
    contents = _extension("contents")
    wanted = {contents.name_of(page) for group in contents.CONTENTS.values() for page in group}
    assert wanted - linked <= AWAITED


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[a](jobs.md#files)", "[a](jobs.md#files)"),
        ("[a](../CHANGELOG.md)", "[a](/changes.md)"),
        ("[the program](../benchmarks/compare.py)", "the program (`benchmarks/compare.py`)"),
        ("[`benchmarks/compare.py`](../benchmarks/compare.py)", "`benchmarks/compare.py`"),
        ("![a](../examples/x.png)", "![a](../examples/x.png)"),
        ("```text\n[a](../x.md)\n```", "```text\n[a](../x.md)\n```"),
    ],
)
def test_links_out_of_the_manual(text, shown):
    """On the site, a link to what is no page is its text and path; other links stay."""
    assert _extension("contents").readable(text, DOCS) == shown


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("signac.Project.find", True),
        ("JobsCorruptError", True),
        ("signac._core.ids", False),
        ("signac.cursor.C", False),
        ("LookupError", False),
        ("FileNotFoundError", False),
        ("os.PathLike", False),
        ("mapping", False),
    ],
)
def test_names_that_must_resolve(name, ours):
    """A docstring that names what the library does not have fails the build; other words do not."""
    assert _extension("docstrings").is_ours(name) is ours


def _explained(site: Path) -> Counter[str]:
    """Return the names that the reference explains, from the list that the build leaves."""
    data = (site / "objects.inv").read_bytes()
    body = zlib.decompress(data.split(b"\n", 4)[4]).decode()
    return Counter(line.split()[0] for line in body.splitlines() if " py:" in line)


def _value(name: str) -> Any:
    """Return what a dotted name stands for."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            value = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for part in parts[end:]:
            lookup = getattr if inspect.ismodule(value) else inspect.getattr_static
            value = lookup(value, part)
        return value
    raise AssertionError(name)


def _public_names() -> dict[str, Any]:
    """Return the names that a program can import, with what they stand for."""
    modules = [
        path.stem if path.suffix == ".py" else path.name
        for path in sorted(PACKAGE.iterdir())
        if path.name != "cli" and re.match(r"[a-z]\w*(\.py)?$", path.name)
    ]
    found = {f"signac.{name}": getattr(signac, name) for name in signac.__all__}
    for name in modules:
        module = importlib.import_module(f"signac.{name}")
        found |= {f"signac.{name}.{entry}": getattr(module, entry) for entry in module.__all__}
    return found


def _members(name: str, value: Any) -> set[str]:
    """Return the public members that the library gives a class, fields that its text has aside."""
    if not inspect.isclass(value) or issubclass(value, BaseException):
        return set()
    return {
        f"{name}.{member}"
        for base in value.__mro__
        if base.__module__.startswith("signac")
        for member in vars(base)
        if not member.startswith("_")
        and not re.search(rf"^ +(\w+, )*{member}\b(, \w+)* : ", value.__doc__ or "", re.MULTILINE)
    }


def _missing(explained: Counter[str]) -> set[str]:
    """Return the public names that the reference does not explain under any of their paths."""
    paths: dict[tuple[str, int], list[str]] = {}
    for name in explained:
        paths.setdefault((name.rpartition(".")[2], id(_value(name))), []).append(name)
    missing = set()
    for name, value in _public_names().items():
        known = paths.get((name.rpartition(".")[2], id(value)), [])
        lacking = [_members(path, value) - set(explained) for path in known]
        missing |= min(lacking, key=len, default={name})
    return missing


def _foreign(site: Path) -> set[str]:
    """Return what the pages would load from elsewhere."""
    tag = re.compile(r'<(?:script|link|img|iframe)\b[^>]*(?:src|href)="((?:https?:)?//[^"]*)')
    return {
        target for page in site.rglob("*.html") for target in tag.findall(page.read_text("utf-8"))
    }


@pytest.mark.long
def test_the_site(tmp_path):
    """It builds offline without a warning, with each public name explained in one place.

    Every page is there, the search knows the words, and no page loads anything from elsewhere.
    """
    command = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--keep-going", "--quiet"]
    site = tmp_path / "site"
    result = subprocess.run(
        [*command, "--builder", "html", str(DOCS), str(site)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    for page in PAGES:
        if page.startswith("docs/"):
            assert (site / page.removeprefix("docs/")).with_suffix(".html").is_file(), page
    assert "transact" in (site / "searchindex.js").read_text(encoding="utf-8")
    assert not _foreign(site)
    explained = _explained(site)
    assert [name for name, count in explained.items() if count > 1] == []
    assert _missing(explained) == set()
