"""The manual says what happens: every block runs, every link leads somewhere."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import signac
from docs.pages import PAGES, PYTHON, ROOT, Block, anchors, blocks, links, read
from docs.running import check_blocks, example_at_hand


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


@pytest.mark.parametrize("page", PAGES)
def test_every_block_runs(page, place):
    """Each Python block of a page runs after those before it, and prints what the page shows."""
    with example_at_hand(page):
        check_blocks(list(blocks(page)))


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
            assert before.language in {"python", "sh"}, where
            assert before.runs, where
            assert not before.file, where
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


@pytest.mark.parametrize("program", ["generate_api.py", "generate_commands.py"])
def test_the_reference_is_fresh(program):
    """`docs/api.md` and `docs/commands.md` are what their programs make of the source."""
    command = [sys.executable, str(ROOT / "docs" / program), "--check"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def _page(*parts: tuple[str, str]) -> list[Block]:
    found = []
    for number, (info, text) in enumerate(parts):
        language, *options = info.split()
        found.append(Block("page", 10 * number, language, text, "", tuple(options)))
    return found


def test_the_blocks_of_a_page_share_a_namespace(place):
    """What one block defines the next one uses, and `...` in an output stands for anything."""
    assert (
        check_blocks(_page(("python", "x = 1"), ("python", "print(x, 99)"), ("output", "1 ...\n")))
        == 2
    )


@pytest.mark.parametrize(
    "parts",
    [
        [("python", "1 / 0")],
        [("python", "print(1)"), ("output", "2\n")],
        [("python", "pass"), ("error", "ValueError: x\n")],
        [("python", "raise ValueError('y')"), ("error", "ValueError: x\n")],
        [("pycon", ">>> 1 + 1\n3\n")],
        [("sh run", "false | true")],
        [("sh run", "echo 1"), ("output", "2\n")],
    ],
)
def test_a_wrong_page_fails(parts, place):
    """A block that raises, prints something else, or does not raise what is shown, is found."""
    with pytest.raises(AssertionError):
        check_blocks(_page(*parts))


def test_a_script_is_run_by_commands(place):
    """A block with a file name is that file for the commands below it, which see the project."""
    script = "import signac\nprint(len(signac.get_project()))"
    page = _page(("python file=count.py", script), ("sh run", "python count.py"), ("output", "0\n"))
    assert check_blocks(page) == 2


def test_commands_that_are_only_shown_do_not_run(place):
    """A plain `sh` block is not run."""
    assert check_blocks(_page(("sh", "touch made"))) == 0
    assert not (place / "made").exists()
