"""What notebooks show of projects, cursors and schemas (reference, section 9)."""

import html
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import signac
from acceptance.finding import fill


def rows(text: str) -> int:
    """Return how many rows the tables of a page show, without the line of the names."""
    return text.count("<tr") - 1


def head(project: Any, size: int) -> str:
    return (
        f"<p><strong>Project:</strong> {project.path}<br><strong>Workspace:</strong> "
        f"{project.workspace}<br><strong>Size:</strong> {size}</p>"
    )


def test_project(project: Any) -> None:
    """A project shows its paths, its size and its jobs."""
    jobs = fill(project, [{"a": 1}, {"a": 2, "b": "x"}], [{"d": 5}])
    text = project._repr_html_()
    assert text.startswith(head(project, 2))
    assert '<table border="1" class="dataframe">' in text
    assert all(job.id in text for job in jobs)
    assert all(f"<th>{name}</th>" in text for name in ("sp.n", "sp.a", "sp.b", "doc.d"))
    assert rows(text) == 2


def test_cursor(project: Any) -> None:
    """A cursor shows its representation and its jobs."""
    jobs = fill(project, [{"a": 1}, {"a": 2}])
    text = project.find_jobs()._repr_html_()
    assert html.unescape(text).startswith(repr(project.find_jobs()))
    assert all(job.id in text for job in jobs)
    cursor = project.find_jobs({"a": 1})
    text = cursor._repr_html_()
    assert html.unescape(text).startswith(repr(cursor))
    assert jobs[0].id in text
    assert jobs[1].id not in text
    assert rows(text) == 1


def test_empty(project: Any) -> None:
    """Without jobs the page is shown all the same."""
    assert project._repr_html_().startswith(head(project, 0))
    cursor = project.find_jobs({"a": 1})
    assert html.unescape(cursor._repr_html_()).startswith(repr(cursor))


def test_heterogeneous(project: Any) -> None:
    """State points and documents of any shape can be shown."""
    values = [None, 1, "x", [1, [2]], {"b": {"c": 1}}, {}, [], True, 10**30, float("inf")]
    fill(project, [{"a": value, f"k{n}": n} for n, value in enumerate(values)], [{"d": [1]}])
    assert rows(project._repr_html_()) == len(values)
    assert rows(project.find_jobs({"n": {"$lt": 5}})._repr_html_()) == 5


def test_many_jobs(project: Any) -> None:
    """At most 20 rows are shown, and above 100 jobs their number, without a frame of pandas."""
    fill(project, [{} for _ in range(101)])
    for query, number in [
        ({"n": {"$lt": 20}}, 20),
        ({"n": {"$lt": 21}}, 21),
        ({"n.$lt": 100}, 100),
    ]:
        text = project.find_jobs(query)._repr_html_()
        assert "<table" in text
        assert rows(text) <= 21
        assert rows(text) >= min(number, 10)
        assert "job(s) found" not in text
    assert rows(project.find_jobs({"n": {"$lt": 20}})._repr_html_()) == 20
    text = project._repr_html_()
    assert text.startswith(head(project, 101))
    assert text.endswith("<br/><strong>101</strong> job(s) found")
    text = project.find_jobs()._repr_html_()
    assert text.endswith("<br/><strong>101</strong> job(s) found")
    assert "dataframe" not in text
    assert rows(text) == 20


def test_the_number_is_that_of_the_cursor(project: Any) -> None:
    """The number of jobs is that of the cursor, not of the project."""
    fill(project, [{"a": n % 2} for n in range(210)])
    assert "<strong>105</strong> job(s) found" in project.find_jobs({"a": 1})._repr_html_()


def test_schema(project: Any) -> None:
    """A schema shows its representation and its text."""
    fill(project, [{"a": 1, "b": {"c": "x"}}, {"a": 2}])
    schema = project.detect_schema()
    text = schema._repr_html_()
    assert text.startswith("<strong>ProjectSchema(&lt;len=3&gt;)</strong>")
    assert html.unescape(text).startswith(f"<strong>{schema!r}</strong>")
    assert f"<pre>{schema.format()}</pre>" in html.unescape(text)


def test_jobs_have_a_page(project: Any) -> None:
    """Jobs, which have no page in the released signac, show their id."""
    job = fill(project, [{"a": 1}])[0]
    assert job.id in job._repr_html_()


EVIL = "<script>alert('1')</script>"


def is_escaped(text: str) -> bool:
    return "script" in text and "<script" not in text


@pytest.mark.parametrize("size", [1, 101])
def test_filters_and_values_are_escaped(project: Any, size: int) -> None:
    """Nothing from a filter, a state point or a document reaches the page as it is."""
    statepoints = [{"a": EVIL, EVIL: [EVIL]} for _ in range(size)]
    fill(project, statepoints, [{"d": EVIL, EVIL: {"x": EVIL}}])
    assert is_escaped(project.find_jobs({"a": EVIL})._repr_html_())
    assert "<script" not in project._repr_html_()
    assert is_escaped(project.detect_schema()._repr_html_())
    assert is_escaped(project.find_jobs({EVIL: {"$exists": True}})._repr_html_())


@pytest.mark.parametrize("size", [0, 1, 101])
def test_paths_are_escaped(tmp_path: Path, size: int) -> None:
    """Nothing from a path reaches the page as it is."""
    project = signac.init_project(tmp_path / "<b>bold<script>x<&'\"")
    fill(project, [{} for _ in range(size)])
    for text in (project._repr_html_(), project.find_jobs()._repr_html_()):
        assert is_escaped(text)
        assert "<b>bold" not in text
    assert html.unescape(project._repr_html_()).startswith(head(project, size))


def test_without_pandas(project: Any) -> None:
    """Without pandas the number of jobs is shown, with a `UserWarning` that names the package."""
    fill(project, [{"a": 1}, {"a": 2}])
    code = (
        "import sys, warnings\n"
        "sys.modules['pandas'] = None\n"
        "import signac\n"
        "p = signac.get_project(sys.argv[1])\n"
        "for thing, number in ((p, 2), (p.find_jobs(), 2), (p.find_jobs({'a': 1}), 1)):\n"
        "    with warnings.catch_warnings(record=True) as caught:\n"
        "        warnings.simplefilter('always')\n"
        "        text = thing._repr_html_()\n"
        "    assert text.endswith(f'<br/><strong>{number}</strong> job(s) found'), text\n"
        "    texts = [str(w.message) for w in caught if w.category is UserWarning]\n"
        "    assert any('pandas' in text for text in texts)\n"
        "p.detect_schema()._repr_html_()\n"
    )
    subprocess.run([sys.executable, "-c", code, project.path], check=True)


def test_damaged_jobs_do_not_matter(project: Any, reopen: Any) -> None:
    """A page is shown beside damaged jobs too."""
    jobs = fill(project, [{"a": 1}, {"a": 2}, {"a": 3}], [{"d": 1}, {"d": 2}])
    Path(jobs[0].fn("signac_statepoint.json")).write_text("junk")
    Path(jobs[1].fn("signac_job_document.json")).write_text("junk")
    text = reopen()._repr_html_()
    assert re.search(r"<strong>Size:</strong> 3</p>", text)
    assert jobs[2].id in text
