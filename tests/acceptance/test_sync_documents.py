"""The documents of jobs and projects: every rule for keys, every conflict, and what stays."""

import json
import pathlib
from typing import Any

import pytest

import signac
from acceptance.support import DOCUMENT, PROJECT_DOCUMENT, assert_says, read_json, temporary_files
from acceptance.syncing import logged, names, put, unchanged
from signac.errors import DocumentSyncConflict, FileSyncConflict, SyncConflict
from signac.sync import DocSync, FileSync


@pytest.fixture
def src(other_project: Any) -> Any:
    return other_project.open_job({"a": 0}).init()


@pytest.fixture
def dst(project: Any) -> Any:
    return project.open_job({"a": 0}).init()


@pytest.fixture(params=["job", "project"])
def owners(request: Any, src: Any, dst: Any) -> Any:
    """Two jobs, or two projects: source and destination."""
    if request.param == "job":
        return src, dst
    return src.project, dst.project


def stored(owner: Any) -> Any:
    """Return the document of a job or a project as it is on disk."""
    name = PROJECT_DOCUMENT if isinstance(owner, signac.Project) else DOCUMENT
    path = pathlib.Path(owner.fn(name))
    return json.loads(path.read_text()) if path.exists() else {}


def sync(owners: Any, **kwargs: Any) -> None:
    source, destination = owners
    with unchanged(getattr(source, "project", source).path):
        assert destination.sync(source, **kwargs) is None


# What happens to each key.

MERGES: list[tuple[Any, Any, Any, Any]] = [
    # The default: keys that are missing come in, mappings are entered.
    (None, {"a": 1}, {}, {"a": 1}),
    (None, {}, {"a": 1}, {"a": 1}),
    (None, {"a": 1}, {"a": 1}, {"a": 1}),
    (
        None,
        {"a": 1, "n": {"a": 1}},
        {"b": 5, "n": {"c": 3}},
        {"a": 1, "b": 5, "n": {"a": 1, "c": 3}},
    ),
    (None, {"n": {"m": {"k": 1}}}, {"n": {"m": {"l": 2}}}, {"n": {"m": {"k": 1, "l": 2}}}),
    (None, {"n": {}}, {"n": {"a": 1}}, {"n": {"a": 1}}),
    (None, {"l": [1, {"b": 2}]}, {"l": [1, {"b": 2}]}, {"l": [1, {"b": 2}]}),
    (None, {"x": None, "l": [], "n": {}}, {}, {"x": None, "l": [], "n": {}}),
    (DocSync.ByKey(), {"a": 1, "n": {"b": 2}}, {"n": {"c": 3}}, {"a": 1, "n": {"b": 2, "c": 3}}),
    # Not at all.
    (DocSync.NO_SYNC, {"a": 1, "b": 2}, {"a": 5}, {"a": 5}),
    (False, {"a": 1}, {}, {}),
    # The source has the word, for whole values.
    (
        DocSync.update,
        {"a": 1, "n": {"x": 1}},
        {"a": 2, "n": {"y": 1}, "z": 3},
        {"a": 1, "n": {"x": 1}, "z": 3},
    ),
    (DocSync.update, {"a": {"x": 1}}, {"a": 2}, {"a": {"x": 1}}),
    (DocSync.update, {"a": 2}, {"a": {"x": 1}}, {"a": 2}),
    (DocSync.update, {}, {"a": 1}, {"a": 1}),
    # By pattern, from the start of the dotted name.
    (
        DocSync.ByKey("a"),
        {"a": 1, "nested": {"a": 1}},
        {"a": 2, "nested": {"a": 2}},
        {"a": 1, "nested": {"a": 2}},
    ),
    (
        DocSync.ByKey("nested"),
        {"a": 1, "nested": {"a": 1}},
        {"a": 2, "nested": {"a": 2}},
        {"a": 2, "nested": {"a": 1}},
    ),
    (
        DocSync.ByKey("nested.a"),
        {"a": 1, "nested": {"a": 1}},
        {"a": 2, "nested": {"a": 2}},
        {"a": 2, "nested": {"a": 1}},
    ),
    (
        DocSync.ByKey(r"(nested\.)?a"),
        {"a": 1, "nested": {"a": 1}},
        {"a": 2, "nested": {"a": 2}},
        {"a": 1, "nested": {"a": 1}},
    ),
    (DocSync.ByKey("zzz"), {"a": 1, "b": 3}, {"a": 2}, {"a": 2, "b": 3}),
    (DocSync.ByKey("a"), {"ab": 1}, {"ab": 2}, {"ab": 1}),
    (DocSync.ByKey("a"), {"a": 2}, {"a": {"x": 1}}, {"a": 2}),
    (DocSync.ByKey("a"), {"a": [1, 2]}, {"a": [1]}, {"a": [1, 2]}),
    # By a function of the dotted name.
    (
        DocSync.ByKey(lambda key: key.endswith("b")),
        {"a": 1, "b": 2, "n": {"b": 1, "a": 1}},
        {"a": 2, "b": 3, "n": {"b": 5, "a": 5}},
        {"a": 2, "b": 2, "n": {"b": 1, "a": 5}},
    ),
    (
        DocSync.ByKey(lambda key: True),
        {"a": 1, "n": {"a": 1}},
        {"a": 2, "n": {"a": 2}},
        {"a": 1, "n": {"a": 1}},
    ),
]


@pytest.mark.parametrize(("doc_sync", "source", "destination", "merged"), MERGES)
def test_merge(owners: Any, doc_sync: Any, source: Any, destination: Any, merged: Any) -> None:
    """Each rule gives its document; nothing is deleted, nothing is left beside it."""
    owners[0].doc = source
    owners[1].doc = destination
    sync(owners, doc_sync=doc_sync)
    assert stored(owners[1]) == merged
    assert owners[1].doc() == merged
    assert temporary_files(owners[1].path) == []


@pytest.mark.parametrize(
    ("source", "destination", "keys"),
    [
        ({"a": 1}, {"a": 2}, {"a"}),
        ({"a": 1, "b": 2, "c": 3}, {"a": 2, "b": 3, "c": 3}, {"a", "b"}),
        ({"n": {"p": 1}}, {"n": {"p": 2}}, {"n.p"}),
        ({"a": 1, "n": {"a": 1, "b": 1}}, {"a": 2, "n": {"a": 3}}, {"a", "n.a"}),
        ({"a": 1}, {"a": {"x": 1}}, {"a"}),
        ({"l": [1, 2]}, {"l": [1]}, {"l"}),
        ({"l": [{"x": 1}]}, {"l": [{"x": 2}]}, {"l"}),
        ({"a": None}, {"a": 0}, {"a"}),
        ({"a": "1"}, {"a": 1}, {"a"}),
    ],
)
@pytest.mark.parametrize("doc_sync", ["default", "ByKey"])
def test_conflict(
    owners: Any, doc_sync: str, source: Any, destination: Any, keys: set[str]
) -> None:
    """Without a rule for a key that differs, the conflict names all keys and nothing changes."""
    owners[0].doc = {**source, "new": 1, "anew": 2}
    owners[1].doc = {**destination, "mine": 1}
    options = {} if doc_sync == "default" else {"doc_sync": DocSync.ByKey()}
    before = stored(owners[1])
    with pytest.raises(DocumentSyncConflict) as caught:
        sync(owners, **options)
    assert set(caught.value.keys) == keys
    assert_says(caught.value, *keys)
    assert isinstance(caught.value, SyncConflict)
    assert isinstance(caught.value, RuntimeError)
    assert stored(owners[1]) == owners[1].doc() == before
    assert temporary_files(owners[1].path) == []


def test_equal_numbers_do_not_conflict(owners: Any) -> None:
    """Values that Python calls equal are no conflict, and the destination keeps its own."""
    owners[0].doc = {"a": 1, "b": 1}
    owners[1].doc = {"a": 1.0, "b": True}
    sync(owners)
    assert repr(stored(owners[1])) == "{'a': 1.0, 'b': True}"


# Keys that were skipped.


@pytest.mark.parametrize(
    ("rule", "skipped"),
    [
        ("a", {"nested.a"}),
        ("nested", {"a"}),
        (r"(nested\.)?a", set()),
        ("zzz", {"a", "nested.a"}),
        (lambda key: "." in key, {"a"}),
    ],
)
def test_skipped_keys(owners: Any, rule: Any, skipped: set[str]) -> None:
    """Keys that the rule does not overwrite are collected, under their dotted names."""
    by_key = DocSync.ByKey(rule)
    assert by_key.skipped_keys == set()
    owners[0].doc = {"a": 1, "nested": {"a": 1, "b": 4}, "same": 1}
    owners[1].doc = {"a": 2, "nested": {"a": 2}, "same": 1}
    sync(owners, doc_sync=by_key)
    assert set(by_key.skipped_keys) == skipped


def test_skipped_keys_of_many_jobs(project: Any, other_project: Any) -> None:
    """One rule collects the keys of all documents it was used for."""
    for number, key in enumerate("xyz"):
        other_project.open_job({"a": number}).init().doc = {key: 1, "new": 1}
        project.open_job({"a": number}).init().doc = {key: 2}
    by_key = DocSync.ByKey("zzz")
    project.sync(other_project, doc_sync=by_key)
    assert set(by_key.skipped_keys) == {"x", "y", "z"}
    assert all(job.doc.new == 1 for job in project)


def test_rule_is_asked_for_conflicts_only(owners: Any) -> None:
    """The function of `ByKey` is called with the dotted names of keys that differ."""
    asked = []
    owners[0].doc = {"new": 1, "same": 1, "a": 1, "n": {"b": 1, "new": 1, "same": 1}}
    owners[1].doc = {"same": 1, "a": 2, "n": {"b": 2, "same": 1}}
    sync(owners, doc_sync=DocSync.ByKey(lambda key: asked.append(key) or True))
    assert sorted(asked) == ["a", "n.b"]


def test_text_of_the_rule() -> None:
    """`str` of a rule names the class and its argument."""
    assert str(DocSync.ByKey()) == "ByKey(None)"
    assert str(DocSync.ByKey("x")).startswith("ByKey(")


# The rules are functions.


def test_rules_on_mappings() -> None:
    """The rules work on any two mappings."""
    mine = {"b": 1, "n": {"y": 1}}
    DocSync.update({"a": 1, "n": {"x": 1}}, mine)
    assert mine == {"a": 1, "b": 1, "n": {"x": 1}}
    mine = {"b": 1, "n": {"y": 1}}
    DocSync.ByKey()({"a": 1, "n": {"x": 1}}, mine)
    assert mine == {"a": 1, "b": 1, "n": {"x": 1, "y": 1}}
    by_key = DocSync.ByKey("a")
    mine = {"a": 2, "b": 3}
    by_key({"a": 1, "b": 5}, mine)
    assert mine == {"a": 1, "b": 3}
    assert by_key.skipped_keys == {"b"}
    with pytest.raises(DocumentSyncConflict) as caught:
        DocSync.ByKey()({"a": 1}, {"a": 2})
    assert set(caught.value.keys) == {"a"}


def test_constants() -> None:
    """Two of the rules are plain values, which programs write themselves."""
    assert DocSync.NO_SYNC is False
    assert DocSync.COPY == "copy"


# A function of one's own.


@pytest.mark.parametrize(
    ("source", "destination", "called"),
    [
        ({"a": 1}, {"a": 2}, True),
        ({"a": 1}, {}, True),
        ({}, {"a": 1}, True),
        ({"a": 1}, {"a": 1}, False),
        ({}, {}, False),
    ],
)
def test_own_function(owners: Any, source: Any, destination: Any, called: bool) -> None:
    """A function gets both documents if they differ, and what it does to the second is kept."""
    owners[0].doc = source
    owners[1].doc = destination
    calls = []

    def merge(theirs: Any, mine: Any) -> None:
        calls.append((dict(theirs), dict(mine)))
        mine["own"] = {"k": [1, 2]}
        mine.update({"more": 1})

    sync(owners, doc_sync=merge)
    assert calls == ([(source, destination)] if called else [])
    extra = {"own": {"k": [1, 2]}, "more": 1} if called else {}
    assert stored(owners[1]) == owners[1].doc() == {**destination, **extra}
    assert temporary_files(owners[1].path) == []


def test_own_function_reads(owners: Any) -> None:
    """The second argument is a document that can be read."""
    owners[0].doc = {"n": {"x": 1}, "b": 2}
    owners[1].doc = {"old": 1, "n": {"y": 2}}

    def merge(theirs: Any, mine: Any) -> None:
        assert "old" in mine
        assert mine["old"] == 1
        assert sorted(mine.keys()) == ["n", "old"]
        for key in theirs:
            if key not in mine:
                mine[key] = theirs[key]

    sync(owners, doc_sync=merge)
    assert stored(owners[1]) == {"old": 1, "n": {"y": 2}, "b": 2}


def test_own_function_that_raises(owners: Any) -> None:
    """If the function raises, the document is as it was, and the error comes out."""
    owners[0].doc = {"a": 1}
    owners[1].doc = {"a": 2, "n": {"k": 1}}

    def merge(theirs: Any, mine: Any) -> None:
        mine["own"] = 1
        mine["a"] = theirs["a"]
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        sync(owners, doc_sync=merge)
    assert stored(owners[1]) == owners[1].doc() == {"a": 2, "n": {"k": 1}}
    assert temporary_files(owners[1].path) == []


def test_own_function_for_a_project(project: Any, other_project: Any) -> None:
    """The function is used for the project document first, then for those of the jobs."""
    other_project.doc.x = 1
    other_project.open_job({"a": 0}).init().doc.y = 1
    project.open_job({"a": 0}).init()
    calls = []
    project.sync(other_project, doc_sync=lambda theirs, mine: calls.append(dict(theirs)))
    assert calls == [{"x": 1}, {"y": 1}]


@pytest.mark.parametrize("rule", [True, "always", 5])
def test_what_is_no_rule(owners: Any, rule: Any) -> None:
    """What is no rule is a `TypeError`, and changes nothing."""
    owners[0].doc = {"a": 1}
    with pytest.raises(TypeError) as caught:
        owners[1].sync(owners[0], doc_sync=rule)
    assert_says(caught.value)
    assert stored(owners[1]) == {}


# The document as a file.


def test_copy_without_a_strategy(src: Any, dst: Any) -> None:
    """Under `COPY` documents that differ are files that differ."""
    src.doc.a = 1
    dst.doc.a = 22
    with pytest.raises(FileSyncConflict) as caught:
        dst.sync(src, doc_sync=DocSync.COPY)
    assert caught.value.filename == DOCUMENT
    assert stored(dst) == {"a": 22}


@pytest.mark.parametrize(
    ("strategy", "result"), [(FileSync.never, {"a": 22, "mine": 1}), (FileSync.always, {"a": 1})]
)
def test_copy_under_a_strategy(src: Any, dst: Any, strategy: Any, result: Any) -> None:
    """Under `COPY` the strategy decides over the document as a whole."""
    src.doc.a = 1
    dst.doc = {"a": 22, "mine": 1}
    dst.sync(src, strategy=strategy, doc_sync="copy")
    assert stored(dst) == dst.doc() == result


def test_copy_of_a_new_document(src: Any, dst: Any) -> None:
    """Under `COPY` a document that only the source has is copied, unless it is left out."""
    src.doc.a = 1
    dst.sync(src, doc_sync=DocSync.COPY, exclude="signac")
    assert stored(dst) == {}
    dst.sync(src, doc_sync=DocSync.COPY)
    assert stored(dst) == dst.doc() == {"a": 1}


def test_copy_leaves_the_project_document(project: Any, other_project: Any) -> None:
    """Under `COPY` the project document is not synced; those of the jobs are."""
    other_project.doc.x = 1
    project.doc.x = 2
    other_project.open_job({"a": 0}).init().doc.y = 1
    project.open_job({"a": 0}).init()
    project.sync(other_project, doc_sync=DocSync.COPY)
    assert stored(project) == {"x": 2}
    assert read_json(project.open_job({"a": 0}).path, DOCUMENT) == {"y": 1}


@pytest.mark.parametrize("strategy", [None, FileSync.always, FileSync.never, FileSync.update])
def test_document_is_no_file_otherwise(src: Any, dst: Any, strategy: Any) -> None:
    """Except under `COPY` neither strategies nor patterns apply to the document."""
    src.doc = {"new": 1}
    dst.doc = {"mine": 2}
    dst.sync(src, strategy=strategy, exclude=".*")
    assert stored(dst) == {"new": 1, "mine": 2}
    dst.sync(src, strategy=strategy, doc_sync=DocSync.NO_SYNC)
    assert stored(dst) == {"new": 1, "mine": 2}


# The order, and what is around.


def test_files_come_first(src: Any, dst: Any) -> None:
    """A conflict in the document comes after the files of the job, which stay."""
    put(src, "file")
    src.doc.a = 1
    dst.doc.a = 2
    with pytest.raises(DocumentSyncConflict):
        dst.sync(src)
    assert dst.isfile("file")


def test_project_document_alone(project: Any, other_project: Any) -> None:
    """The project document is synced even if no job is."""
    other_project.doc.x = 1
    project.sync(other_project, selection=[])
    assert stored(project) == {"x": 1}


def test_conflict_in_the_project_document(project: Any, other_project: Any) -> None:
    """A conflict in the project document leaves it as it was."""
    other_project.doc = {"x": 1, "new": 1}
    project.doc.x = 2
    with pytest.raises(DocumentSyncConflict) as caught:
        project.sync(other_project)
    assert set(caught.value.keys) == {"x"}
    assert stored(project) == {"x": 2}


def test_held_documents_follow(src: Any, dst: Any) -> None:
    """Documents that programs hold show what was synced, and go on working."""
    dst.doc.mine = {"k": 1}
    held, nested = dst.doc, dst.doc.mine
    src.doc = {"new": [1], "mine": {"l": 2}}
    dst.sync(src)
    assert held() == {"mine": {"k": 1, "l": 2}, "new": [1]}
    assert nested() == {"k": 1, "l": 2}
    nested.k = 5
    held.new.append(2)
    assert stored(dst) == {"mine": {"k": 5, "l": 2}, "new": [1, 2]}


def test_source_written_just_before(src: Any, dst: Any) -> None:
    """What another program wrote into the source a moment ago is what is synced."""
    src.doc.a = 1
    dst.sync(src)
    pathlib.Path(src.fn(DOCUMENT)).write_text('{"a": 1, "b": 2}')
    dst.sync(src)
    assert stored(dst) == {"a": 1, "b": 2}


def test_document_of_a_new_job(src: Any, project: Any) -> None:
    """A job that is copied whole has its document, whatever the rule."""
    src.doc = {"a": 1}
    for rule in (None, False, "copy", DocSync.update, DocSync.ByKey("zz")):
        project.sync(src.project, doc_sync=rule)
        job = project.open_job({"a": 0})
        assert stored(job) == {"a": 1}
        job.remove()


def test_keys_are_logged(src: Any, dst: Any, caplog: Any) -> None:
    """Keys that are set and keys that are skipped are logged on `sync` at the level `MORE`."""
    caplog.set_level(1)
    src.doc = {"key_that_is_new": 1, "key_that_differs": 1}
    dst.doc = {"key_that_differs": 2}
    dst.sync(src, doc_sync=DocSync.ByKey("zzz"))
    messages = logged(caplog, 15)
    assert any("key_that_is_new" in message for message in messages)
    assert any("key_that_differs" in message for message in messages)


def test_nothing_to_do(src: Any, dst: Any) -> None:
    """Documents that are equal are not written again."""
    for job in (src, dst):
        job.doc = {"a": 1, "n": {"k": [1]}}
        put(job, "file", "same")
    with unchanged(src.path, dst.path):
        dst.sync(src)
        dst.sync(src, doc_sync=DocSync.ByKey("a"))
    assert names(dst) == {DOCUMENT, "file"}
