"""Whatever keys, values, names and errors hold is shown as text, and never as markup."""

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import signac
from notebook.reading import read
from signac._core.markup import view
from signac._core.valuetree import tree
from signac.errors._base import visible
from signac.schema import ProjectSchema

MARKS = [
    "<script>alert(1)</script>",
    "</span></li></ul></details><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' autofocus onfocus='alert(1)",
    "</style><style>*{display:none}",
    "</pre><svg/onload=alert(1)>",
    "<!-- ",
    "<![CDATA[<b>",
    "<?php ?>",
    "&lt;b&gt; &amp;amp; &#60;",
    "\ud800 \u202e \x1b[31m \x00",
    "a\nb\tc",
    "$x^2$ \\(x\\) \\[x\\] $$x$$",
]
texts = st.sampled_from(MARKS) | st.text(max_size=20) | st.text("<>&\"'/=! ab\n", max_size=12)
keys = texts.map(lambda text: text.replace(".", "·"))
scalars = texts | st.integers() | st.floats() | st.booleans() | st.none()
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)
mappings = st.dictionaries(keys, values, min_size=1, max_size=4)


def _names(value: Any) -> list[str]:
    """Return all keys of a value, as a person sees them."""
    if isinstance(value, dict):
        return [name for key, item in value.items() for name in (visible(key), *_names(item))]
    return [name for item in value for name in _names(item)] if isinstance(value, list) else []


def _strings(value: Any) -> list[str]:
    """Return all strings of a value, in quotes, as a person sees them."""
    if isinstance(value, str):
        return [f'"{visible(value)}"']
    inner = value.values() if isinstance(value, dict) else value
    return (
        [text for item in inner for text in _strings(item)]
        if isinstance(value, dict | list)
        else []
    )


@given(mappings)
@example({mark.replace(".", ""): [mark, {mark.replace(".", ""): mark}] for mark in MARKS})
def test_a_tree_shows_what_it_holds(data: dict[str, Any]) -> None:
    """Each key and each string of a tree is shown once, and nothing of it is markup."""
    page = read(view(tree(data)))
    assert sorted(page.parts.get("key", [])) == sorted(_names(data))
    assert sorted(page.parts.get("string", [])) == sorted(_strings(data))


@given(st.dictionaries(keys, st.sets(texts, min_size=1, max_size=4), min_size=1, max_size=4))
def test_a_schema_shows_what_it_holds(values: dict[str, set[str]]) -> None:
    """Each key and value of a schema is shown in its table and in its text."""
    schema = ProjectSchema({key: {str: found} for key, found in values.items()})
    page = read(schema._repr_html_())
    assert page.parts["pre"] == [schema.format()]
    assert sorted(page.parts["key"]) == sorted(map(visible, values))
    for text in set().union(*values.values()):
        assert visible(text) in page.text


@settings(max_examples=25, deadline=None)
@given(mappings, mappings, texts)
def test_jobs_show_what_they_hold(
    statepoint: dict[str, Any], document: dict[str, Any], value: str
) -> None:
    """Pages of a project, a search, a job and its parts show their data as text."""
    with tempfile.TemporaryDirectory() as directory, signac.durability("fast"):
        project: Any = signac.init_project(directory)
        job = project.open_job(statepoint).init()
        job.doc = document
        for shown in (project, project.find_jobs(), project.find_jobs({"$not": {"x": value}})):
            assert job.id in read(shown._repr_html_()).text
        page = read(job._repr_html_())
        assert sorted(page.parts["key"]) == sorted(_names(job.sp()) + _names(job.doc()))
        assert sorted(page.parts.get("string", [])) == sorted(
            _strings(job.sp()) + _strings(job.doc())
        )
        assert sorted(read(job.doc._repr_html_()).parts["key"]) == sorted(_names(job.doc()))
        assert sorted(read(job.sp._repr_html_()).parts["key"]) == sorted(_names(job.sp()))
        assert value is not None


def test_many_jobs_show_what_they_hold(tmp_path: Path) -> None:
    """The table of many jobs, and the overview of their keys, are nothing but text."""
    keys = [mark.replace(".", "") for mark in MARKS]
    with signac.durability("fast"):
        project: Any = signac.init_project(tmp_path)
        statepoint = dict(zip(keys[:5], MARKS, strict=False))
        project.create_jobs({**statepoint, "n": n} for n in range(101))
        for job, _ in zip(project, range(20), strict=False):
            job.doc.update(zip(keys[5:], MARKS[5:], strict=True))
    pages = [read(shown._repr_html_()) for shown in (project, project.find_jobs())]
    for page in pages:
        assert all(page.text.count(visible(mark)[:40]) >= 20 for mark in MARKS[:11])
        assert all(f"sp.{visible(key)}"[:40] in page.text for key in keys[:5])
        assert all(f"doc.{visible(key)}"[:40] in page.text for key in keys[5:11])
    assert set(map(visible, keys[:5])) < set(pages[0].parts["key"])


@pytest.mark.parametrize("mark", [mark for mark in MARKS if "\x00" not in mark])
def test_names_of_files_and_messages_are_text(tmp_path: Path, mark: str) -> None:
    """Names of files, targets of links, paths, class names and messages of errors are text."""
    name = mark.replace("/", "\u2215")
    place = tmp_path / name
    project: Any = signac.init_project(place)
    job = project.open_job({"a": 1}).init()
    Path(job.fn(name)).write_text("x")
    Path(job.fn("link")).symlink_to(name)
    page = read(job._repr_html_())
    assert visible(name) in page.parts["code"]
    assert visible(job.path) in page.parts["code"]
    Path(job.fn("signac_job_document.json")).write_text(mark)
    assert visible(str(place)) in read(job._repr_html_()).parts["error"][0]
    assert visible(str(place)) in read(job.doc._repr_html_()).parts["error"][0]
    os.unlink(job.fn("signac_job_document.json"))
    Path(job.fn("signac_job_document.json")).symlink_to(name)
    assert visible(name) in read(job._repr_html_()).text
    evil = type(name, (signac.job.Job,), {})
    assert visible(name) in read(evil(project, {"a": 1})._repr_html_()).parts["strong"]
    bad = project.find_jobs({f"a.${name.replace('.', '')}": 1})
    assert read(bad._repr_html_()).parts["error"]
