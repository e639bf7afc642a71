"""The page of a schema, and the overview of one on the page of a project."""

import math
import random
import time
from pathlib import Path

import pytest

from notebook.reading import read
from signac._analysis import schema_text
from signac.schema import ProjectSchema

#: Without pandas a page shows less, and says so.
pytestmark = pytest.mark.filterwarnings("ignore:Install pandas")


def cells(schema):
    """Return the rows of the table of a schema."""
    page = read(schema._repr_html_())
    return [text for text in page.parts["tr"] if not text.startswith("keytype")]


@pytest.mark.parametrize(
    ("kinds", "row"),
    [
        ({int: {3, 1, 2}}, "kint1, 2, 33"),
        ({int: set(range(-5, 20))}, "kint-5 … 1925"),
        ({float: {0.5, math.inf, -1.5}}, "kfloat-1.5, 0.5, inf3"),
        ({float: {*map(float, range(9)), math.nan}}, "kfloat0.0 … 8.0, nan10"),
        ({float: {math.nan}}, "kfloatnan1"),
        ({str: {"b", "a"}}, "kstra, b2"),
        ({str: set("abcdefgh")}, "kstra, b, c, d, e, …8"),
        ({bool: {True, False}}, "kboolFalse, True2"),
        ({type(None): {None}}, "kNoneTypeNone1"),
        ({tuple: {(1, (2, 3)), ()}}, "ktuple[], list, 2 items2"),
        ({tuple: {(1, "a"), ("a", 1)}}, 'ktuple["a", 1], [1, "a"]2'),
        ({dict: {"{}"}}, "kdict{}1"),
    ],
)
def test_values(kinds, row):
    """A few values are named, of many numbers the range, of other values the first."""
    assert cells(ProjectSchema({"k": kinds})) == [row]


def test_types_of_a_key_share_its_name():
    """A key with values of several types has a row for each type, and its name once."""
    schema = ProjectSchema({"b": {int: {1}, str: {"x"}}, "a": {int: {1}}})
    assert cells(schema) == ["aint11", "bint11", "strx1"]
    assert 'rowspan="2"' in schema._repr_html_()


@pytest.mark.parametrize(("number", "more"), [(0, None), (200, None), (202, "… 2 more keys")])
def test_many_keys(number, more):
    """At most 200 keys are in the table; the text has all of them."""
    schema = ProjectSchema({f"k{i:03}": {int: {i}} for i in range(number)})
    page = read(schema._repr_html_())
    assert len(page.parts.get("key", [])) == min(number, 200)
    assert [text for text in page.parts.get("note", []) if "more" in text] == [more] * bool(more)
    assert page.parts["pre"] == [schema.format()]
    assert page.text.startswith(repr(schema))


@pytest.mark.parametrize("most", [3, 5, 8, 2_000])
def test_the_text_of_many_values_is_that_of_all_sorted(most):
    """The ends of many values are found without sorting them, and are the same."""
    random.seed(most)
    kinds = {
        int: {random.randrange(-(10**6), 10**6) for _ in range(1_500)},
        float: {random.random() for _ in range(1_500)} | {math.nan, math.inf},
        str: {str(random.random()) for _ in range(1_500)},
        tuple: {(random.random(),) for _ in range(1_500)},
    }
    schema = ProjectSchema({"k": kinds})
    quick = schema.format(max_num_range=most)
    before, schema_text._MANY = schema_text._MANY, 10**9
    try:
        assert schema.format(max_num_range=most) == quick
    finally:
        schema_text._MANY = before


def test_many_values_are_shown_quickly():
    """A key with a value of its own in each of 200,000 jobs takes no noticeable time."""
    schema = ProjectSchema({"x": {float: {random.random() for _ in range(200_000)}}})
    before = time.process_time()
    page = read(schema._repr_html_())
    assert time.process_time() - before < 1
    assert "200,000" in page.text


def test_project_overview(make):
    """The page of a project has its keys, folded, with types, values and numbers."""
    project, _ = make({"a": i, "b": {"c": "xyz"[i % 3]}} for i in range(30))
    page = read(project._repr_html_())
    assert page.parts["key"] == ["a", "b.c"]
    assert page.parts["li"] == ["a: 0 … 29 int, 30", "b.c: x, y, z str, 3"]
    assert (0, False) in page.details


def test_project_overview_with_damage(make):
    """The overview says how many jobs it is without."""
    project, jobs = make({"a": i} for i in range(4))
    Path(jobs[0].fn("signac_statepoint.json")).write_text("junk")
    fresh = type(project)(project.path)
    page = read(fresh._repr_html_())
    assert "without 1 job that cannot be read" in page.text
    assert page.parts["li"] == ["a: 1, 2, 3 int, 3"]


def test_project_overview_is_left_out_when_it_would_take_long(make, monkeypatch):
    """If state points are large or have very many keys, the overview says which call shows them."""
    project, _ = make({"n": i, "text": "x" * 50_000} for i in range(101))
    assert "schema detect_schema() shows it" in read(project._repr_html_()).text
    project, _ = make({"n": i, "m": i} for i in range(4))
    assert read(project._repr_html_()).parts["key"] == ["m", "n"]
    monkeypatch.setattr("signac._analysis.html.project._MOST_VALUES", 7)
    assert "2 keys; detect_schema() shows them" in read(project._repr_html_()).text


def test_project_document(make):
    """The document of a project is folded beside the schema, if there is one."""
    pytest.importorskip("pandas")
    project, _ = make([{"a": 1}])
    assert [depth for depth, _ in read(project._repr_html_()).details] == [0]
    project.doc.title = "<study>"
    page = read(project._repr_html_())
    assert page.parts["string"] == ['"<study>"']
    Path(project.fn("signac_project_document.json")).write_text("{")
    assert "JSONDecodeError" in read(project._repr_html_()).parts["error"][0]
