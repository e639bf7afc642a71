"""What notebooks and shells show of live dictionaries and lists, at any size and in any state."""

import os
from pathlib import Path

import pytest

import signac
from notebook.cells import shown_by_a_notebook
from notebook.reading import read
from signac._core.valuetree import cell, tree


@pytest.fixture
def document(tmp_path):
    return signac.JSONDict(tmp_path / "document.json")


def test_a_document(document):
    """The class, the number of keys, the file, and each value with its type are shown."""
    document.update({"n": 1, "x": 0.5, "ok": True, "none": None, "text": "a", "tags": ["b", 2]})
    page = read(document._repr_html_())
    assert page.parts["strong"] == ["JSONDict"]
    assert page.parts["path"] == [os.fspath(document.filename)]
    assert page.parts["li"] == [
        "n: 1 int",
        "x: 0.5 float",
        "ok: True bool",
        "none: None",
        'text: "a" str',
        'tags: ["b", 2] list, 2 items',
    ]
    assert page.parts["type"][0] == "6 keys"


def test_parts_of_a_document(document):
    """Nested dictionaries and lists have pages as well, also when they were taken out."""
    document.a = {"b": [1, {"c": 2}]}
    part, items = document.a, document.a.b
    assert read(part._repr_html_()).parts["strong"] == ["JSONDict"]
    assert read(items._repr_html_()).parts["strong"] == ["SyncedList"]
    assert read(items._repr_html_()).parts["li"][0] == "0: 1 int"
    assert "path" not in read(items._repr_html_()).parts
    document.a = 5
    assert read(part._repr_html_()).parts["number"] == ["1", "2"]
    assert read(items._repr_html_()).parts["number"] == ["1", "2"]


def test_nothing_is_written(tmp_path, document):
    """A document that is not there is shown as empty, and stays away."""
    assert "0 keys" in read(document._repr_html_()).text
    assert "TypeError" in read(signac.JSONDict()._repr_html_()).parts["error"][0]  # as its repr
    assert not os.listdir(tmp_path)


def test_depth(document):
    """Containers are open down to the second level, and closed below it; long ones are closed."""
    document.a = {"b": {"c": {"d": 1}}, "long": {f"k{i}": i for i in range(30)}}
    assert read(document._repr_html_()).details == [
        (0, True),
        (1, True),
        (2, False),
        (3, False),
        (2, False),
    ]
    document.long = list(range(300))
    assert read(document._repr_html_()).details[-1] == (1, False)


def test_very_deep():
    """Below a dozen levels containers are counted, not shown."""
    data = {"x": 1}
    for _ in range(200):
        data = {"k": data, "n": [data]}
    page = read(tree({"top": data}))
    assert max(depth for depth, _ in page.details) < 15
    assert len(page.text) < 100_000


@pytest.mark.parametrize("number", [100, 101, 5_000])
def test_many_entries(document, number):
    """Of a container the first hundred entries are shown, and the number of the others."""
    document.reset({f"k{i}": i for i in range(number)})
    page = read(document._repr_html_())
    assert page.parts["key"] == [f"k{i}" for i in range(100)]
    more = [f"… {number - 100:,} more"] if number > 100 else []
    assert page.parts.get("note", []) == more
    document.reset({"x": [{"i": i} for i in range(number)]})
    page = read(document._repr_html_())
    assert page.parts["number"] == [str(i) for i in range(100)]


def test_many_entries_in_all(document):
    """A tree has some hundred entries at most, wherever they are; no part is left unmentioned."""
    document.reset({f"k{i}": {f"m{j}": {"x": j} for j in range(50)} for i in range(90)})
    page = read(document._repr_html_())
    assert len(page.parts["li"]) < 420
    assert page.parts["key"][0] == "k0"
    assert "k89" in page.parts["key"]
    assert page.parts["type"].count("dict, 50 keys") == 90


def test_long_texts_and_keys(document):
    """Long strings and keys are cut, with the number of characters that are left out."""
    document.reset({"k" * 1_000: "v" * 100_000})
    page = read(document._repr_html_())
    assert "800 more characters" in page.parts["key"][0]
    assert "99,600 more characters" in page.parts["string"][0]


def test_numbers():
    """Special numbers are shown, and those with more digits than Python prints are not."""
    data = {"a": float("nan"), "b": float("-inf"), "c": 10**5_000, "d": -0.0, "e": 10**300}
    page = read(tree(data))
    assert page.parts["number"][:4] == ["nan", "-inf", "…", "-0.0"]
    assert page.parts["li"][2] == "c: … int"


def test_cells():
    """In tables values stand on one line; containers of many values are counted."""
    assert read(cell({"a": 1, "b": "x"})).text == '{a: 1, b: "x"}'
    assert read(cell([])).text == "[]"
    assert read(cell([[1]])).text == "list, 1 item"
    assert read(cell(list(range(50)))).text == "list, 50 items"
    assert read(cell("x" * 100)).text.startswith("x" * 60 + "…")


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"{", "JSONDecodeError"),
        (b"[1]", "InvalidInputError"),
        (b'{"a.b": 1}', "InvalidKeyError"),
        (b'{"a": "\xff"}', "UnicodeDecodeError"),
    ],
)
def test_a_damaged_document(document, raw, error):
    """The error is shown in notebooks and in shells; repr and str raise it as before."""
    Path(document.filename).write_bytes(raw)
    html, text = shown_by_a_notebook(document)
    page = read(html)
    assert page.parts["strong"] == ["JSONDict"]
    assert page.parts["error"][0].startswith(f"{error}: ")
    assert text.startswith(f"<JSONDict: {error}: ")
    with pytest.raises(ValueError):
        repr(document)
    with pytest.raises(ValueError):
        document.missing


def test_what_a_notebook_asks_for(document):
    """A notebook gets a page and a text; keys with names of its protocol are still keys."""
    document.a = 1
    html, text = shown_by_a_notebook(document)
    assert read(html).parts["number"] == ["1"]
    assert text == "{'a': 1}"
    assert not hasattr(document, "_ipython_display_")
    document["_repr_png_"] = "x"
    assert document._repr_png_ == "x"
    assert shown_by_a_notebook(document)[0]


def test_state_points(tmp_path):
    """A state point has a page like a document; a job that cannot be read shows why in a shell."""
    project = signac.init_project(tmp_path)
    job = project.open_job({"a": 1, "b": [1.5]}).init()
    assert read(job.sp._repr_html_()).parts["li"] == ["a: 1 int", "b: [1.5] list, 1 item"]
    assert shown_by_a_notebook(job)[1] == repr(job)
    Path(job.fn("signac_statepoint.json")).write_text("junk")
    lost = signac.get_project(tmp_path).open_job(id=job.id)
    html, text = shown_by_a_notebook(lost.sp)
    assert "JobsCorruptedError" in read(html).parts["error"][0]
    assert "JobsCorruptedError" in text
    html, text = shown_by_a_notebook(lost)
    assert lost.id in read(html).text
    assert text.startswith(f"<Job {lost.id}: ")
