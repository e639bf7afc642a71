"""The manual says what happens: every block runs, every link leads somewhere."""

import contextlib
import doctest
import io
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import signac
from docs.pages import PAGES, PYTHON, ROOT, Block, anchors, blocks, links, read

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go to a fresh project, without settings of the person who runs the tests."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("SIGNAC_DURABILITY", "SIGNAC_LOCK_TIMEOUT", "SIGNAC_LOCKS"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "home").mkdir()
    study = tmp_path / "study"
    signac.init_project(study)
    monkeypatch.chdir(study)
    return study


def _matches(expected: str, got: str) -> bool:
    """Compare as doctest does: `...` stands for anything, runs of blanks are one."""
    return doctest.OutputChecker().check_output(expected, got, FLAGS)


def _run(block: Block, namespace: dict[str, Any]) -> tuple[str, BaseException | None]:
    """Run one block as if it stood at its line of the page."""
    source = "\n" * block.line + block.text
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        try:
            exec(compile(source, block.page, "exec"), namespace)
        except Exception as error:
            return printed.getvalue(), error
    return printed.getvalue(), None


def _run_session(block: Block, namespace: dict[str, Any]) -> None:
    parser = doctest.DocTestParser()
    test = parser.get_doctest(block.text, namespace, block.page, block.page, block.line)
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
    runner.run(test, out=report.append, clear_globs=False)
    namespace.update(test.globs)
    assert not runner.failures, "".join(report)


def _check(found: list[Block]) -> int:
    """Run the Python blocks of one page in one namespace; return how many ran."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    ran = 0
    for index, block in enumerate(found):
        if block.language not in PYTHON or block.reason:
            continue
        ran += 1
        if block.language == "pycon":
            _run_session(block, namespace)
            continue
        printed, error = _run(block, namespace)
        here = f"{block.page}:{block.line}"
        following = found[index + 1] if index + 1 < len(found) else None
        if following is not None and following.language == "error":
            assert error is not None, f"{here}: no exception, the page shows one"
            got = f"{type(error).__name__}: {error}"
            assert _matches(following.text, got + "\n"), f"{here}: raised\n{got}"
        elif error is not None:
            raise AssertionError(f"{here}: {type(error).__name__}: {error}") from error
        if following is not None and following.language == "output":
            assert _matches(following.text, printed), f"{here}: printed\n{printed}"
    return ran


@pytest.mark.parametrize("page", PAGES)
def test_every_block_runs(page, place):
    """Each Python block of a page runs after those before it, and prints what the page shows."""
    _check(list(blocks(page)))


@pytest.mark.parametrize("page", PAGES)
def test_what_does_not_run_says_why(page):
    """A block that is not run gives its reason; output and errors belong to a block that runs."""
    before: Block | None = None
    for block in blocks(page):
        where = f"{page}:{block.line}"
        if block.reason:
            assert len(block.reason) > 10, f"{where}: {block.reason!r} is no reason"
        if block.language in {"output", "error"}:
            assert before is not None, where
            assert before.language == "python", where
            assert not before.reason, where
        assert block.language, f"{where}: the fence names no language; `text` is one"
        before = block


@pytest.mark.parametrize("page", PAGES)
def test_every_comment_belongs_to_a_block(page):
    """A `not run` comment stands directly in front of a Python block."""
    excused = sum(bool(block.reason) and block.language in PYTHON for block in blocks(page))
    assert excused == len(re.findall(r"^<!-- not run:", read(page), re.MULTILINE))


@pytest.mark.parametrize("page", PAGES)
def test_every_internal_link_resolves(page):
    """A link to a file of the repository, or to a heading, leads somewhere."""
    broken = []
    for line, target in links(page):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        destination = (ROOT / page).parent / path if path else ROOT / page
        if not destination.exists():
            broken.append(f"{page}:{line} {target}")
        elif anchor and destination.suffix == ".md":
            name = destination.resolve().relative_to(ROOT).as_posix()
            if anchor not in anchors(name):
                broken.append(f"{page}:{line} {target}")
    assert not broken


@pytest.mark.parametrize("page", [name for name in PAGES if name.startswith("docs/")])
def test_every_page_is_reachable(page):
    """Every page of the manual is linked from its first page, directly or by way of others."""
    seen: set[str] = set()
    todo = ["docs/index.md"]
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        for _, target in links(name):
            path = target.partition("#")[0]
            destination = ((ROOT / name).parent / path).resolve()
            if path.endswith(".md") and destination.is_file():
                todo.append(destination.relative_to(ROOT).as_posix())
    assert page in seen


@pytest.mark.parametrize("page", PAGES)
def test_every_named_test_is_there(page):
    """A test that a page names as evidence exists, file and function."""
    missing = []
    for path, name in re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", read(page)):
        file = ROOT / path
        if not file.is_file() or (name and f"def {name}(" not in file.read_text(encoding="utf-8")):
            missing.append(f"{path}::{name}")
    assert not missing


def test_the_reference_is_fresh():
    """`docs/api.md` is what `docs/generate_api.py` makes of the source."""
    command = [sys.executable, str(ROOT / "docs" / "generate_api.py"), "--check"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def _page(*parts: tuple[str, str]) -> list[Block]:
    return [
        Block("page", 10 * number, language, text, "")
        for number, (language, text) in enumerate(parts)
    ]


def test_the_blocks_of_a_page_share_a_namespace(place):
    """What one block defines the next one uses, and `...` in an output stands for anything."""
    assert (
        _check(_page(("python", "x = 1"), ("python", "print(x, 99)"), ("output", "1 ...\n"))) == 2
    )


@pytest.mark.parametrize(
    "parts",
    [
        [("python", "1 / 0")],
        [("python", "print(1)"), ("output", "2\n")],
        [("python", "pass"), ("error", "ValueError: x\n")],
        [("python", "raise ValueError('y')"), ("error", "ValueError: x\n")],
        [("pycon", ">>> 1 + 1\n3\n")],
    ],
)
def test_a_wrong_page_fails(parts, place):
    """A block that raises, prints something else, or does not raise what is shown, is found."""
    with pytest.raises(AssertionError):
        _check(_page(*parts))
