"""Notebook tables at any size, with everything escaped."""

import shutil
import sys
from pathlib import Path

import pytest

import signac
from notebook.reading import read
from signac._analysis.html import jobs_html
from signac.schema import ProjectSchema

#: Without pandas a page shows less, and says so.
pytestmark = pytest.mark.filterwarnings("ignore:Install pandas")

EVIL = "<script>alert('&')</script>"


def test_everything_is_escaped(make, tmp_path):
    """Markup in paths, filters, keys and values is shown, not run."""
    pytest.importorskip("pandas")
    project = signac.init_project(tmp_path / "<b>evil")
    jobs = project.create_jobs([{EVIL: EVIL, "m": {EVIL: [EVIL]}}, {"a": 1}])
    jobs[0].doc[EVIL] = EVIL
    shown = [
        project._repr_html_(),
        project.find_jobs()._repr_html_(),
        project.find_jobs({"a": EVIL})._repr_html_(),
        project.find_jobs({"a": EVIL}).sort(EVIL)._repr_html_(),
        project.detect_schema()._repr_html_(),
        ProjectSchema({EVIL: {str: {EVIL}}})._repr_html_(),
    ]
    for text in shown:
        assert "<script" not in text
        assert "<b>" not in text
    assert all("&lt;script" in text for text in shown)


@pytest.mark.parametrize("number", [0, 1, 20, 21, 100, 101, 250])
def test_any_size(make, number):
    """Up to 100 jobs are a frame of at most 20 rows, more are 20 rows and a number."""
    if number <= 100:
        pytest.importorskip("pandas")
    project, _ = make({"a": i} for i in range(number))
    for text in (project._repr_html_(), project.find_jobs()._repr_html_()):
        if number > 100:
            assert f"<br/><strong>{number}</strong> job(s) found" in text
            assert "dataframe" not in text
            assert text.count("<tr") == 21
        else:
            assert text.count("<tr") <= 22
            assert "<table" in text
            assert (number <= 20) is (text.count("<tr") == number + 1)


def test_settings_of_the_reader_do_not_matter(make):
    """A table is shown whatever the options of pandas are; these stay as they are."""
    pd = pytest.importorskip("pandas")
    project, _ = make({"a": i} for i in range(30))
    with pd.option_context("display.notebook_repr_html", False, "display.max_rows", 3):
        assert "<table" in project._repr_html_()
        assert pd.get_option("display.max_rows") == 3


def test_without_pandas(make, monkeypatch):
    """Without pandas there is a number, and a warning that says what to install."""
    project, _ = make([{"a": 1}])
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.warns(UserWarning, match="pandas"):
        text = project.find_jobs()._repr_html_()
    assert text.endswith("<br/><strong>1</strong> job(s) found")
    with pytest.raises(ImportError):
        project.to_dataframe()


def test_only_shown_jobs_are_opened(make):
    """Of many jobs the first 20 of the order are shown, and no other is opened."""
    project, _ = make({"a": i, "b": {"c": [i, None]}} for i in range(150))
    taken = []

    def jobs():
        for job in project.find_jobs().sort("-a"):
            taken.append(job)
            yield job

    page = read(jobs_html(lambda: 150, project.to_dataframe, jobs))
    assert len(taken) == 20
    cursor = project.find_jobs().sort("-a")
    assert read(cursor._repr_html_()).parts["tr"] == page.parts["tr"]
    first = cursor[0]
    assert page.parts["tr"][:2] == ["jobsp.asp.b", f"{first.id}149{{c: [149, None]}}"] or (
        page.parts["tr"][1] == f"{first.id}149dict, 1 key"
    )
    assert "the first 20 of 150" in page.text


def test_damaged_jobs_have_a_row(make):
    """Of a job whose document is damaged the parameters are shown, and what is wrong."""
    project, jobs = make(({"a": i} for i in range(101)), [{"x": i} for i in range(101)])
    first, second = sorted(jobs, key=lambda job: job.id)[:2]
    Path(first.fn("signac_job_document.json")).write_text("[")
    Path(second.fn("signac_statepoint.json")).write_text("junk")
    page = read(signac.get_project(project.path).find_jobs()._repr_html_())
    rows = page.parts["tr"]
    assert rows[0] == "jobsp.adoc.x"
    assert rows[1].startswith(f"{first.id}{first.sp.a}JSONDecodeError: ")
    assert rows[2].startswith(f"{second.id}JobsCorruptedError: ")
    assert len(rows) == 21


def test_many_columns(make):
    """A table has at most 12 columns of values, parameters first, and counts the others."""
    project, _ = make({f"k{j:02}": i for j in range(10)} for i in range(101))
    for job in project:
        job.doc.update({f"x{j}": j for j in range(5)})
    page = read(project.find_jobs()._repr_html_())
    assert page.parts["th"][-3:] == ["doc.x0", "doc.x1", "… 3 more"]
    assert len(page.parts["th"]) == 14


def test_large_documents_are_left_out_of_a_frame(make):
    """If reading all documents would take long, the frame has the parameters only, and says so."""
    pytest.importorskip("pandas")
    project, jobs = make({"a": i} for i in range(3))
    for job in jobs:
        with Path(job.fn("signac_job_document.json")).open("w") as file:
            file.write("{}")
            file.truncate(2_000_000)
    page = read(project.find_jobs()._repr_html_())
    assert "without documents, which have 6.0 MB" in page.text
    assert page.parts["dataframe"][0].split() == ["sp.a", *page.parts["dataframe"][0].split()[1:]]


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ({"a": {"$foo": 1}}, "QueryKeyError"),
        ({"a": {"$regex": "("}}, "Query"),
        ({"a.$where": "x"}, "Query"),
    ],
)
def test_a_faulty_filter_is_explained(make, query, error):
    """What is wrong with a filter stands below it; nothing is raised."""
    project, _ = make([{"a": 1}])
    cursor = project.find_jobs(query)
    page = read(cursor._repr_html_())
    assert page.text.startswith(repr(cursor))
    assert error in page.parts["error"][0]


def test_a_lost_workspace_is_explained(make):
    """A workspace that cannot be listed is an error on the page of the project."""
    project, _ = make([{"a": 1}])
    shutil.rmtree(project.workspace)
    Path(project.workspace).write_text("")
    for shown in (project, project.find_jobs()):
        assert read(shown._repr_html_()).parts["error"]


def test_strict_searches_are_explained(make):
    """A strict search of damaged jobs shows their error."""
    project, (job,) = make([{"a": 1}])
    Path(job.fn("signac_statepoint.json")).write_text("junk")
    cursor = signac.get_project(project.path).find_jobs(strict=True)
    assert "JobsCorruptedError" in read(cursor._repr_html_()).parts["error"][0]


def test_long_filters_are_cut(make):
    """The text of a search is cut after some thousand characters."""
    project, _ = make([{"a": 1}])
    html = project.find_jobs({"a": {"$in": list(range(100_000))}})._repr_html_()
    assert len(html) < 20_000
    assert "more characters" in read(html).text


@pytest.mark.parametrize("query", [{"a": {"$gt": 3, "$lt": 9}}, {"b": {"$regex": "\\(a\\)"}}])
def test_filters_are_no_formulas(make, query):
    """A notebook does not set what is between two operators as a formula."""
    project, _ = make({"a": i, "b": "$x$"} for i in range(12))
    cursor = project.find_jobs(query)
    html = cursor._repr_html_()
    assert html.startswith('<span class="tex2jax_ignore mathjax_ignore">')
    assert read(html).text.startswith(repr(cursor))
    read(project._repr_html_())
