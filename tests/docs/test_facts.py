"""Lists in the manual are complete: errors, variables, keys, vectors."""

import json
import re

import pytest

import signac
from architecture.sources import package_sources
from docs.pages import read
from signac._upkeep.report import KINDS
from signac.cli.table import COMMANDS


def _rows(page: str, heading: str) -> list[list[str]]:
    """Return the cells of the first table below a heading."""
    below = read(page).split(f"## {heading}\n", 1)[1]
    rows = []
    for line in below.splitlines():
        if line.startswith("|"):
            rows.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
        elif rows:
            break
    return rows[2:]


def test_every_error_is_explained():
    """Each class of `signac.errors` stands in the tree and in a table, with cause and next step."""
    page = read("docs/errors.md")
    explained = set(re.findall(r"^\| `(\w+)`.*", page, re.MULTILINE))
    tree = page.split("```text\n", 1)[1].split("```", 1)[0]
    for name in signac.errors.__all__:
        if name in {"Error", "NumpyConversionWarning", "BufferException"}:
            assert f"`{name}`" in page or f"signac.errors.{name}" in page or name in tree
        elif issubclass(getattr(signac.errors, name), signac.errors.SyncConflict):
            assert name in tree
        else:
            assert name in explained, name
            assert name in tree, name


def test_the_tree_of_errors_is_true():
    """The indented tree shows the base class of each error, and the builtin one in brackets."""
    page = read("docs/errors.md")
    tree = page.split("```text\n", 1)[1].split("```", 1)[0]
    parents: list[str] = []
    for line in tree.splitlines():
        found = re.match(r"([│├└─ ]*)(\w+)(?: \((?:and )?(\w+)\))?", line)
        assert found is not None
        depth = len(found[1]) // 4
        error = getattr(signac.errors, found[2])
        parents[depth:] = [found[2]]
        if depth:
            assert issubclass(error, getattr(signac.errors, parents[depth - 1])), line
        if found[3]:
            assert found[3] in {base.__name__ for base in error.__mro__}, line


def test_every_kind_of_problem_is_explained():
    """The tables of the page on checks have every kind of problem, and no other."""
    page = read("docs/check-and-repair.md")
    rows = re.findall(r"^\| (`[a-z`, -]+`) \|", page, re.MULTILINE)
    named = {word for row in rows for word in re.findall(r"[a-z]+(?:-[a-z]+)+", row)}
    assert named == set(KINDS)


def test_every_environment_variable_is_explained():
    """Each variable that the source reads is in the manual, and none is that does not exist."""
    used = {
        name
        for source in package_sources()
        for name in re.findall(r"(?<![\w.])(SIGNAC_\w+|HDF5_USE_\w+)", source.text)
    } - {"SIGNAC_DIRECTORY"}
    explained = {
        row[0].strip("`") for row in _rows("docs/configuration.md", "Environment variables")
    }
    assert used == explained


def test_every_level_of_durability_is_explained():
    """The table of durability has exactly the levels there are, and marks the default."""
    from signac._core.durability import DEFAULT

    names = [row[0] for row in _rows("docs/reliability.md", "Durability")]
    assert names == ["`fast`", f"`{DEFAULT}` (default)", "`durable`"]
    for name in ("fast", "safe", "durable"):
        with signac.durability(name):
            pass


def test_every_logger_is_there():
    """Each logger in the table is one that the source creates, and logs at that level."""
    known = {}
    for source in package_sources():
        if "getLogger(" in source.text:
            given = re.search(r'getLogger\("([\w.]+)"\)', source.text)
            name = given[1] if given else source.name.removesuffix(".py").replace("/", ".")
            known.setdefault(name, set()).update(re.findall(r"logger\.(\w+)\(", source.text))
    for level, logger, _ in _rows("docs/configuration.md", "Logging"):
        assert level.strip("`").lower() in known[logger.strip("`")], (level, logger)


def test_every_command_is_explained():
    """Each command has a section in the generated reference, and a row in its table."""
    page = read("docs/commands.md")
    for entry in COMMANDS:
        assert f"\n## signac {entry.name}\n" in page
        assert f"| [`{entry.name}`](#signac-{entry.name}) | " in page


def _vectors() -> list[tuple[str, str]]:
    table = read("docs/format.md").split("## The id\n", 1)[1]
    return re.findall(r"^\| `(.*)` \| `([0-9a-f]{32})` \|$", table, re.MULTILINE)


@pytest.mark.parametrize(("text", "job_id"), _vectors())
def test_the_vectors_are_true(text, job_id):
    """Each JSON text of the table has the id beside it, and is the text that is hashed."""
    statepoint = json.loads(text)
    assert signac.job.calc_id(statepoint) == job_id
    assert json.dumps(statepoint, sort_keys=True) == text


def test_there_are_all_vectors():
    """The table has the 24 vectors that fix the algorithm."""
    assert len(_vectors()) == 24
