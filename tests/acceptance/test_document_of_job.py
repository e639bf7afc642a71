"""The job document as a property of a handle (the container itself has tests of its own)."""

import os
import pathlib
from typing import Any

import pytest

import signac
from acceptance.support import DOCUMENT, assert_says, read_json
from signac.errors import InvalidKeyError, KeyTypeError


def test_document_is_a_json_dict(job: Any) -> None:
    """The document is a `JSONDict` bound to the document file of the job."""
    assert isinstance(job.doc, signac.JSONDict)
    assert os.fspath(job.doc.filename) == job.fn(DOCUMENT)


def test_document_is_made_once(job: Any) -> None:
    """One handle has one document object, whatever is assigned."""
    held = job.doc
    job.doc = {"x": 1}
    assert job.doc is held
    assert held() == {"x": 1}
    job.document = {"y": 2}
    assert job.document is held
    assert held() == {"y": 2}


def test_empty_document(project: Any) -> None:
    """An empty document is false, has no entries and no file; reading creates the job only."""
    job = project.open_job({"a": 0})
    assert not job.doc
    assert len(job.doc) == 0
    assert list(job.doc) == []
    assert job.doc() == {}
    assert job.doc == {}
    assert job in project
    assert not job.isfile(DOCUMENT)


def test_set_get_delete(job: Any) -> None:
    """Entries are set, read, tested and deleted by item and by attribute."""
    job.doc["x"] = 1
    job.doc.y = 2
    assert job.doc.x == job.doc["x"] == job.doc.get("x") == 1
    assert "y" in job.doc
    assert len(job.doc) == 2
    assert job.doc() == {"x": 1, "y": 2} == read_json(job.path, DOCUMENT)
    del job.doc["x"]
    del job.doc.y
    assert job.doc() == {} == read_json(job.path, DOCUMENT)
    with pytest.raises(KeyError):
        job.doc["x"]
    with pytest.raises(AttributeError):
        job.doc.x
    assert job.doc.get("x") is None
    assert job.doc.get("x", 5) == 5


def test_update_and_clear(job: Any) -> None:
    """`update` adds and replaces, `clear` empties."""
    job.doc.update({"x": 1, "y": {"z": 2}}, w=3)
    assert job.doc() == {"x": 1, "y": {"z": 2}, "w": 3}
    job.doc.clear()
    assert job.doc() == {}
    assert job in job.project


def test_nested_set(job: Any) -> None:
    """Nested values are set by attribute and by item, and are stored."""
    job.doc.n = {}
    job.doc.n.x = {"y": 1}
    job.doc["n"]["x"]["z"] = [1, {"p": 2}]
    job.doc.n.x.z[1].p = 3
    job.doc.n.x.z.append(4)
    expected = {"n": {"x": {"y": 1, "z": [1, {"p": 3}, 4]}}}
    assert job.doc() == expected == read_json(job.path, DOCUMENT)


def test_attribute_on_a_string_value(job: Any) -> None:
    """An attribute of a value that is no mapping is that value's own `AttributeError`."""
    job.doc.text = "hello"
    with pytest.raises(AttributeError):
        job.doc.text.x
    assert job.doc.text.upper() == "HELLO"


def test_two_handles(project: Any, job: Any) -> None:
    """Two handles of one job see each other's changes at once."""
    other = project.open_job(id=job.id)
    mine, theirs = job.doc, other.doc
    mine.x = 1
    assert theirs.x == 1
    theirs.x = 2
    theirs.n = {"y": [1]}
    assert mine.x == 2
    mine.n.y.append(2)
    assert theirs.n.y == [1, 2]
    assert mine() == theirs() == {"x": 2, "n": {"y": [1, 2]}}


def test_reopened_handle(job: Any, reopen: Any) -> None:
    """A handle of another session sees the document."""
    job.doc.x = [1, None, {"y": "z"}]
    assert reopen().open_job({"a": 0}).doc() == {"x": [1, None, {"y": "z"}]}


def test_handle_before_the_job_exists(project: Any) -> None:
    """A handle opened before another one created the job sees the document."""
    early = project.open_job({"a": 0})
    project.open_job({"a": 0}).init().doc.x = 1
    assert early.doc.x == 1


@pytest.mark.parametrize("value", ["x", None, [1], [("a", 1)], 5, {1, 2}], ids=repr)
def test_whole_assignment_needs_a_mapping(job: Any, value: Any) -> None:
    """Only a mapping can be assigned; the old content stays."""
    job.doc.keep = 1
    with pytest.raises(ValueError) as caught:
        job.doc = value
    assert_says(caught.value)
    assert job.doc() == {"keep": 1} == read_json(job.path, DOCUMENT)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ({1: 2}, KeyTypeError),
        ({"n": {1: 2}}, KeyTypeError),
        ({"a.b": 1}, InvalidKeyError),
        ({"l": [{"a.b": 1}]}, InvalidKeyError),
        ({"good": 1, "bad": object()}, TypeError),
        ({"good": 1, "bad": [{1}]}, TypeError),
    ],
    ids=range(6),
)
def test_bad_whole_assignment_changes_nothing(job: Any, value: Any, kind: Any) -> None:
    """A mapping with a bad key or value is refused whole."""
    job.doc.keep = 1
    with pytest.raises(kind) as caught:
        job.doc = value
    assert_says(caught.value)
    assert job.doc() == {"keep": 1} == read_json(job.path, DOCUMENT)


@pytest.mark.parametrize(
    ("key", "kind"), [(1, KeyTypeError), (None, KeyTypeError), ("a.b", InvalidKeyError)]
)
def test_bad_item_key(job: Any, key: Any, kind: Any) -> None:
    """The key rules hold for items of the document."""
    with pytest.raises(kind) as caught:
        job.doc[key] = 1
    assert_says(caught.value)
    assert job.doc() == {}


@pytest.mark.parametrize("key", ["0", "", "with", "keys", "_x", "a b", "ä", "__d"])
def test_good_item_key(job: Any, reopen: Any, key: str) -> None:
    """Digits, keywords, names of methods and odd characters are good keys."""
    job.doc[key] = 1
    assert job.doc[key] == 1
    assert reopen().open_job({"a": 0}).doc[key] == 1


def test_assigning_another_document(project: Any, job: Any) -> None:
    """The document of another job is copied."""
    other = project.open_job({"a": 1})
    other.doc = {"x": {"y": [1]}}
    job.doc = other.doc
    job.doc.x.y.append(2)
    assert other.doc() == {"x": {"y": [1]}}
    assert job.doc() == {"x": {"y": [1, 2]}}


def test_plain_copies(job: Any) -> None:
    """`doc()` is an independent plain dict; `dict(doc)` has the same items."""
    job.doc = {"x": {"y": [1]}}
    plain = job.doc()
    assert type(plain) is dict
    assert type(plain["x"]) is dict
    assert type(plain["x"]["y"]) is list
    plain["x"]["y"].append(2)
    assert job.doc() == {"x": {"y": [1]}}
    assert dict(job.doc) == {"x": {"y": [1]}}


def test_document_follows_the_state_point(job: Any, project: Any) -> None:
    """The document travels with the job, and a held document object goes on."""
    held = job.doc
    held.x = 1
    job.sp.a = 1
    assert job.doc.x == 1
    job.doc.y = 2
    assert read_json(job.path, DOCUMENT) == {"x": 1, "y": 2}
    assert project.open_job({"a": 0}) not in project
    assert project.open_job({"a": 0}).doc() == {}


def test_data_and_stores(job: Any) -> None:
    """`data` creates no file when it is looked at, and is one of the stores."""
    assert isinstance(job.stores, signac.H5StoreManager)
    assert isinstance(job.data, signac.H5Store)
    assert not job.isfile("signac_data.h5")
    job.data["x"] = 1
    assert job.isfile("signac_data.h5")
    job.stores.other["y"] = 2
    assert job.isfile("other.h5")


def test_assigning_data(job: Any) -> None:
    """A mapping assigned to `data` replaces the file; an empty or non-mapping value is refused."""
    job.data = {"x": 1, "g": {"y": 2}}
    assert job.data["x"] == 1
    job.data = {"z": 3}
    assert list(job.data) == ["z"]
    for value in ({}, "text"):
        with pytest.raises(ValueError):
            job.data = value
    assert list(job.data) == ["z"]


def test_project_containers(project: Any, reopen: Any) -> None:
    """The project has the same containers, at its own level."""
    assert project.doc is project.document
    assert not os.path.exists(project.fn(project.FN_DOCUMENT))
    project.doc.x = {"y": 1}
    project.document.x.y = 2
    assert reopen().doc() == {"x": {"y": 2}}
    project.doc = {"z": 1}
    assert project.doc() == {"z": 1} == read_json(project.path, "signac_project_document.json")
    with pytest.raises(ValueError):
        project.doc = "x"
    project.data["d"] = 1
    assert project.stores.signac_data["d"] == 1
    assert pathlib.Path(project.fn("signac_data.h5")).is_file()


def test_two_projects_on_one_path(project: Any, reopen: Any) -> None:
    """A second project object sees changes of the project document at once."""
    second = reopen()
    mine, theirs = project.doc, second.doc
    mine.x = 1
    assert theirs.x == 1
    theirs.x = 2
    assert mine.x == 2


OPENED = {
    "held": lambda project, job_id: project.open_job({"a": 0}).init(),
    "by id": lambda project, job_id: project.open_job(id=job_id),
    "iterated": lambda project, job_id: next(iter(project)),
    "found": lambda project, job_id: next(iter(project.find_jobs({"a": 0}))),
}


@pytest.mark.parametrize("opened", OPENED)
def test_reading_where_the_job_was_removed(project: Any, reopen: Any, opened: str) -> None:
    """The document of a job that others removed reads as empty, and does not bring it back.

    A write raises `FileNotFoundError`, whatever way the job was opened.
    """
    made = project.open_job({"a": 0}).init()
    made.doc.x = 1
    second = OPENED[opened](reopen(), made.id)
    made.remove()
    assert second.doc() == {}
    assert second.doc.get("x") is None
    assert "x" not in second.document
    with pytest.raises(FileNotFoundError) as caught:
        second.doc.x = 2
    assert_says(caught.value, made.id, "init()")
    assert not os.path.exists(second.path)
