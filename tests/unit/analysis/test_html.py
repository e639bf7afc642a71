"""Notebook tables at any size, with everything escaped."""

import sys

import pytest

import signac
from signac.schema import ProjectSchema

EVIL = "<script>alert('&')</script>"


def test_everything_is_escaped(make, tmp_path):
    """Markup in paths, filters, keys and values is shown, not run."""
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
    """Up to 100 jobs are a table of at most 20 rows, more are a number."""
    project, _ = make({"a": i} for i in range(number))
    for text in (project._repr_html_(), project.find_jobs()._repr_html_()):
        if number > 100:
            assert f"<br/><strong>{number}</strong> job(s) found" in text
            assert "<table" not in text
        else:
            assert text.count("<tr") <= 22
            assert "<table" in text
            assert (number <= 20) is (text.count("<tr") == number + 1)


def test_settings_of_the_reader_do_not_matter(make):
    """A table is shown whatever the options of pandas are; these stay as they are."""
    import pandas as pd

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
