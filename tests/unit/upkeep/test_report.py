"""Reports: sorted, printed in two columns, and harmless on terminals and in notebooks."""

import random

import pytest

from signac._upkeep.report import (
    KINDS,
    CheckReport,
    format_table,
    html_table,
    printable,
    problem,
)

A, B = "a" * 32, "b" * 32
HOSTILE = [
    "\x1b[2J\x1b[31mred",
    "a\nb\rc\td",
    "\udcff\ud800",
    "\u202ecod.exe",
    "\x07\x00\x7f\x9b",
    "<script>alert(1)</script>&\"'",
]


def report(problems: list) -> CheckReport:
    return CheckReport(problems, 7, "fast", 0.25, "/p")


def test_order() -> None:
    """Problems are sorted by job, path and kind, those of the project first."""
    wanted = [
        problem("stray-entry", None, "/p/w/x", "x"),
        problem("backup-file", A, "/p/w/a/d~", "x"),
        problem("statepoint-missing", A, "/p/w/a/s", "x"),
        problem("temporary-file", A, "/p/w/a/s", "x"),
        problem("document-damaged", B, "/p/w/b/d", "x"),
    ]
    mixed = random.Random(1).sample(wanted, len(wanted))
    found = report(mixed)
    assert list(found) == wanted
    assert found[1:3] == tuple(wanted[1:3])
    assert (len(found), bool(found), bool(report([]))) == (5, True, False)
    assert found.index(wanted[3]) == 3


def test_parts() -> None:
    """Errors and warnings are told apart by their kind; jobs are those with an error."""
    found = report([problem(kind, A if n % 2 else None, "/x", "m") for n, kind in enumerate(KINDS)])
    assert [one.kind for one in found.errors if KINDS[one.kind] != "error"] == []
    assert [one.kind for one in found.warnings if KINDS[one.kind] != "warning"] == []
    assert len(found.errors) + len(found.warnings) == len(KINDS)
    assert found.jobs == [A]
    assert report([problem("backup-file", B, "/x", "m")]).jobs == []


def test_text() -> None:
    """The text has a headline, kinds in a column, and paths as seen from the project."""
    found = report(
        [
            problem("document-damaged", A, "/p/workspace/a/d", "/p/workspace/a/d is cut"),
            problem("stray-entry", None, "/p/workspace/x", "/p/workspace/x is no job"),
        ]
    )
    assert str(found).splitlines() == [
        "7 jobs checked (fast, 0.2 s): 1 errors, 1 warnings",
        "stray-entry       workspace/x is no job",
        "document-damaged  workspace/a/d is cut",
    ]
    assert repr(found) == "<CheckReport: 7 jobs checked (fast, 0.2 s): 1 errors, 1 warnings>"
    assert str(report([])) == "7 jobs checked (fast, 0.2 s): nothing wrong"


def test_long_reports() -> None:
    """What is printed ends after a hundred lines; the object has them all."""
    found = report([problem("stray-entry", None, f"/p/{n:03}", f"number {n}") for n in range(250)])
    assert len(found) == 250
    lines = str(found).splitlines()
    assert len(lines) == 102
    assert lines[-1] == "and 150 more"
    assert found._repr_html_().count("<tr>") == 102
    assert "and 150 more" in found._repr_html_()


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_names(number: int) -> None:
    """A name cannot move the cursor, end a line, break the encoding, or bring in a tag."""
    name = HOSTILE[number]
    found = report([problem("stray-entry", None, f"/p/{name}", f"/p/{name} is no job")])
    assert found[0].path == f"/p/{name}"
    for text in (str(found), found[0].message, found._repr_html_()):
        assert text.replace("\n", "").isprintable()
        text.encode()
    assert len(str(found).splitlines()) == 2
    assert "<script" not in found._repr_html_()
    assert "<script" not in html_table(("<script>",), [(name,)])
    assert format_table([("kind", name)]).isprintable()


def test_printable() -> None:
    """Visible characters of any script stay; others can be told from each other."""
    assert printable("größe 中 é 😀") == "größe 中 é 😀"
    assert printable("a\x1bb") == "a\\x1bb"
    assert len({printable(name) for name in HOSTILE}) == len(HOSTILE)


def test_hostile_root() -> None:
    """The path of the project is left out of the text even if it is an odd one."""
    assert format_table([("kind", "/a\nb/x is")], "/a\nb") == "kind  x is"
