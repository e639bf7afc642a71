"""The page on values is true: its tables are checked line by line, and have every rule."""

import array
import collections
import datetime
import decimal
import json
import pathlib
import re
import types
from typing import Any

import numpy
import pandas
import pytest

from badvalues import odd, values
from badvalues.picture import attempts
from docs.pages import read
from signac import errors

pytestmark = pytest.mark.filterwarnings("ignore::signac.errors.NumpyConversionWarning")
NAMES: dict[str, Any] = {
    **vars(odd),
    **{
        module.__name__: module
        for module in (array, collections, datetime, decimal, numpy, pandas, pathlib, types)
    },
    "nested": values.nested,
}


def rows(heading: str) -> list[list[str]]:
    """Return the rows of the table below a heading, the rule filled in where it is left out."""
    below = read("docs/values.md").split(f"## {heading}\n", 1)[1].split("\n## ")[0]
    found: list[list[str]] = []
    for line in below.splitlines():
        if line.startswith("| ") and not line.startswith(("| ---", "| rule")):
            cells = [cell.strip() for cell in line.strip("|").split(" | ")]
            cells[0] = cells[0].strip("| ") or found[-1][0]
            found.append(cells)
    return found


def code(cell: str) -> str:
    """Return what stands between backticks."""
    found = re.fullmatch("`(.*)`", cell)
    assert found, cell
    return found[1]


def test_accepted(project: Any) -> None:
    """Each example is stored, in a state point and in a document, as the page says."""
    found = rows("Accepted")
    assert len(found) >= 18
    for _, example, stored in found:
        job = project.open_job({"x": eval(code(example), NAMES)}).init()
        job.doc.x = eval(code(example), NAMES)
        for name in ("signac_statepoint.json", "signac_job_document.json"):
            text = pathlib.Path(job.fn(name)).read_text(encoding="ascii")
            assert text == f'{{"x": {code(stored)}}}'
        job.remove()


def test_refused(project: Any) -> None:
    """Each example is refused, in a state point and in a document, with these words."""
    found = rows("Refused")
    assert len(found) >= 18
    for _, example, name, words in found:
        if example.startswith("the list"):
            error = attempts(lambda: project.open_job([1]))
        else:
            error = attempts(lambda e=example: project.open_job({"x": eval(code(e), NAMES)}))
            other = attempts(lambda e=example: setattr(project.doc, "x", eval(code(e), NAMES)))
            assert str(other).partition(": ")[2] == str(error).partition(": ")[2]
            assert str(other).startswith("project.doc.x")
            assert str(error).startswith("sp.x")
        assert type(error) is getattr(errors, code(name)), example
        assert words in str(error), example


def test_all_rules_are_there() -> None:
    """The page has the rules that the list of odd values has, and no other."""
    accepted = {case.answer.rule for case in values.ACCEPTED}
    refused = {case.answer.rule for case in values.REFUSED}
    top, depth, digits = "a mapping at the top", "256 levels", "4300 digits"
    assert {row[0] for row in rows("Accepted")} == accepted - {top, depth, digits}
    assert {row[0] for row in rows("Refused")} == refused - {"NumPy values become plain numbers"}


def test_json_of_the_page() -> None:
    """What stands in the column of stored values is JSON."""
    for row in rows("Accepted"):
        json.loads(code(row[2]))
