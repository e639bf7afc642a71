"""Changing the state point: the job moves to its new id with everything it holds."""

import json
import os
import pathlib
from typing import Any

import numpy as np
import pytest

from acceptance.support import (
    DOCUMENT,
    STATE_POINT,
    assert_says,
    job_names,
    read_json,
    temporary_files,
    tree,
)
from signac.errors import (
    DestinationExistsError,
    InvalidKeyError,
    JobMovedError,
    JobsCorruptedError,
    KeyTypeError,
    NumpyConversionWarning,
)
from signac.job import calc_id

START: dict[str, Any] = {"a": 0, "n": {"x": 1, "y": [1, {"z": 2}]}, "l": [1, 2]}

CHANGES: dict[str, tuple[Any, dict[str, Any]]] = {
    "set": (lambda j: setattr(j.sp, "a", 1), {**START, "a": 1}),
    "item": (lambda j: j.sp.__setitem__("a", 1), {**START, "a": 1}),
    "add": (lambda j: setattr(j.sp, "b", None), {**START, "b": None}),
    "setdefault": (lambda j: j.sp.setdefault("b", 0), {**START, "b": 0}),
    "update": (lambda j: j.sp.update({"a": 2}, b=3), {**START, "a": 2, "b": 3}),
    "delete": (lambda j: delattr(j.sp, "a"), {k: START[k] for k in ("n", "l")}),
    "delete item": (lambda j: j.sp.__delitem__("a"), {k: START[k] for k in ("n", "l")}),
    "pop": (lambda j: j.sp.pop("a"), {k: START[k] for k in ("n", "l")}),
    "popitem": (lambda j: j.sp.popitem(), {k: START[k] for k in ("a", "n")}),
    "clear": (lambda j: j.sp.clear(), {}),
    "reset": (lambda j: j.sp.reset({"q": 1}), {"q": 1}),
    "assign": (lambda j: setattr(j, "sp", {"q": 1}), {"q": 1}),
    "assign long name": (lambda j: setattr(j, "statepoint", {"q": 1}), {"q": 1}),
    "reset_statepoint": (lambda j: j.reset_statepoint({"q": 1}), {"q": 1}),
    "update_statepoint": (lambda j: j.update_statepoint({"q": 1}), {**START, "q": 1}),
    "nested set": (
        lambda j: setattr(j.sp.n, "x", 2),
        {**START, "n": {"x": 2, "y": [1, {"z": 2}]}},
    ),
    "nested add": (
        lambda j: j.sp.n.__setitem__("w", {"v": 1}),
        {**START, "n": {**START["n"], "w": {"v": 1}}},
    ),
    "nested delete": (lambda j: delattr(j.sp.n, "y"), {**START, "n": {"x": 1}}),
    "dict in a list": (
        lambda j: setattr(j.sp.n.y[1], "z", 3),
        {**START, "n": {"x": 1, "y": [1, {"z": 3}]}},
    ),
    "append": (lambda j: j.sp.l.append(3), {**START, "l": [1, 2, 3]}),
    "list item": (lambda j: j.sp.l.__setitem__(0, 9), {**START, "l": [9, 2]}),
    "list pop": (lambda j: j.sp.l.pop(), {**START, "l": [1]}),
    "list reverse": (lambda j: j.sp.l.reverse(), {**START, "l": [2, 1]}),
    "list clear": (lambda j: j.sp.l.clear(), {**START, "l": []}),
    "tuple": (lambda j: setattr(j.sp, "a", (1, (2,))), {**START, "a": [1, [2]]}),
    "type": (lambda j: setattr(j.sp, "a", 0.0), {**START, "a": 0.0}),
    "bool": (lambda j: setattr(j.sp, "a", False), {**START, "a": False}),
}


def full(project: Any, statepoint: Any) -> Any:
    """Return a new job that holds a document, a store and files."""
    job = project.open_job(statepoint).init()
    job.doc = {"d": 1}
    job.data["x"] = 5
    os.mkdir(job.fn("folder"))
    pathlib.Path(job.fn("folder/file.txt")).write_text("mine")
    return job


def assert_full(job: Any) -> None:
    assert job.doc() == {"d": 1}
    assert job.data["x"] == 5
    assert pathlib.Path(job.fn("folder/file.txt")).read_text() == "mine"


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("by_id", [False, True], ids=["by sp", "by id"])
def test_change_moves_the_job(project: Any, reopen: Any, change: str, by_id: bool) -> None:
    """Every change of an existing job renames its directory and rewrites the state point file."""
    do, expected = CHANGES[change]
    job = full(project, START)
    if by_id:
        job = reopen().open_job(id=job.id)
    do(job)
    assert json.dumps(job.sp()) == json.dumps(expected)
    assert job.id == calc_id(expected)
    assert job_names(project) == {job.id}
    assert os.path.basename(job.path) == job.id
    assert read_json(job.path, STATE_POINT) == expected
    assert job in project
    assert_full(job)
    assert temporary_files(project.workspace) == []
    found = reopen().open_job(id=job.id)
    assert json.dumps(found.sp()) == json.dumps(expected)
    assert found == job


@pytest.mark.parametrize("change", CHANGES)
def test_change_of_a_job_that_does_not_exist(project: Any, change: str) -> None:
    """Before the job exists a change is in memory only, and the id follows."""
    do, expected = CHANGES[change]
    job = project.open_job(START)
    do(job)
    assert job.id == calc_id(expected)
    assert job.sp() == expected
    assert job_names(project) == set()
    assert project.open_job(job.init().sp()) == job


@pytest.mark.parametrize(
    "same",
    [
        lambda j: setattr(j.sp, "a", 0),
        lambda j: setattr(j, "sp", dict(START)),
        lambda j: setattr(j, "sp", j.sp),
        lambda j: j.update_statepoint({"a": 0}),
        lambda j: j.update_statepoint({}),
        lambda j: j.sp.setdefault("a", 5),
        lambda j: j.sp.update(),
        lambda j: j.sp.pop("missing"),
        lambda j: j.sp.reset(dict(reversed(START.items()))),
    ],
    ids=range(9),
)
def test_change_to_the_same(project: Any, same: Any) -> None:
    """When the id does not change, nothing happens."""
    job = full(project, START)
    before = tree(project.workspace)
    same(job)
    assert job.id == calc_id(START)
    assert tree(project.workspace) == before


def test_same_handle_through_many_changes(project: Any, job: Any) -> None:
    """One handle, and containers held from before, go through any number of changes."""
    job.sp.n = {"x": 0}
    held, nested = job.sp, job.sp.n
    for number in range(1, 6):
        job.sp.a = number
        nested.x = number
        held.b = number
    assert job.sp() == {"a": 5, "n": {"x": 5}, "b": 5}
    assert job.sp is held
    assert job.sp.n is nested
    assert job_names(project) == {job.id}


def test_there_and_back(project: Any, job: Any) -> None:
    """Changing back restores the first id and directory."""
    first, path = job.id, job.path
    job.doc.x = 1
    job.sp.a = -7
    assert job.id != first
    job.sp.a = 0
    assert (job.id, job.path) == (first, path)
    assert job.doc.x == 1
    assert job_names(project) == {first}


def test_rename_a_key(project: Any, job: Any) -> None:
    """`job.sp.b = job.sp.pop("a")` renames a key."""
    job.sp.b = job.sp.pop("a")
    assert job.sp() == {"b": 0}
    assert job.id == calc_id({"b": 0})
    assert job_names(project) == {job.id}


@pytest.mark.parametrize("by_id", [False, True])
def test_destination_exists(project: Any, by_id: bool) -> None:
    """A change onto an existing job raises each time, and changes nothing on disk or in memory."""
    first, second = full(project, {"a": 0}), full(project, {"a": 1})
    if by_id:
        first = project.open_job(id=first.id)
    before = tree(project.workspace)
    changes = [
        lambda: setattr(first.sp, "a", 1),
        lambda: setattr(first.sp, "a", 1),
        lambda: setattr(first, "sp", {"a": 1}),
        lambda: first.update_statepoint({"a": 1}, overwrite=True),
        lambda: first.reset_statepoint({"a": 1}),
        lambda: first.sp.update(a=1),
    ]
    for change in changes:
        with pytest.raises(DestinationExistsError) as caught:
            change()
        assert isinstance(caught.value, RuntimeError)
        assert caught.value.destination == second.id
        assert_says(caught.value, second.id)
        assert first.id == calc_id({"a": 0})
        assert first.sp() == {"a": 0}
        assert first.cached_statepoint == {"a": 0}
        assert tree(project.workspace) == before
    first.sp.b = 5
    assert first.sp() == {"a": 0, "b": 5}
    assert_full(first)
    assert_full(second)


def test_destination_is_an_empty_directory(project: Any) -> None:
    """An empty directory at the destination is replaced."""
    job = full(project, {"a": 0})
    os.mkdir(os.path.join(project.workspace, calc_id({"a": 1})))
    job.sp.a = 1
    assert job_names(project) == {calc_id({"a": 1})}
    assert_full(job)


def test_destination_is_a_file(project: Any) -> None:
    """A plain file at the destination is an error, and disk and handle stay as they were."""
    job = full(project, {"a": 0})
    pathlib.Path(project.workspace, calc_id({"a": 1})).write_text("mine")
    before = tree(project.workspace)
    with pytest.raises(NotADirectoryError) as caught:
        job.sp.a = 1
    assert_says(caught.value, calc_id({"a": 1}))
    assert tree(project.workspace) == before
    assert job.sp() == {"a": 0}
    assert job.id == calc_id({"a": 0})


def test_handle_without_job_takes_an_existing_state_point(project: Any) -> None:
    """A handle to a job that does not exist may become a handle to one that does."""
    existing = full(project, {"a": 1})
    job = project.open_job({"a": 0})
    job.sp.a = 1
    assert job == existing
    assert_full(job)


def test_corrupt_file_and_known_state_point(project: Any, reopen: Any) -> None:
    """A handle that knows the state point changes it though the file is corrupt."""
    job = full(project, {"a": 0})
    pathlib.Path(job.fn(STATE_POINT)).write_text("junk")
    job = reopen().open_job({"a": 0})
    job.sp.a = 1
    assert_full(reopen().open_job(id=calc_id({"a": 1})).init())
    assert job_names(project) == {calc_id({"a": 1})}


def test_assignment_does_not_read_the_old_state_point(project: Any, reopen: Any) -> None:
    """`job.sp = mapping` on a handle opened by id works whatever the old file holds."""
    job = full(project, {"a": 0})
    pathlib.Path(job.fn(STATE_POINT)).write_text("junk")
    job = reopen().open_job(id=job.id)
    job.sp = {"a": 1}
    assert job.sp() == {"a": 1}
    assert_full(reopen().open_job({"a": 1}).init())


def test_change_when_loaded_lazily(project: Any, reopen: Any, job: Any) -> None:
    """The first thing done with a handle opened by id may be a change."""
    for change in (
        lambda j: setattr(j.sp, "b", 1),
        lambda j: j.update_statepoint({"c": 2}),
        lambda j: j.sp.pop("b"),
    ):
        change(reopen().open_job(id=next(iter(job_names(project)))))
    (name,) = job_names(project)
    assert reopen().open_job(id=name).sp() == {"a": 0, "c": 2}


def test_fresh_handle_of_the_old_state_point_is_empty(project: Any, job: Any) -> None:
    """After a change the old state point is that of a job that does not exist."""
    job.doc.x = 1
    job.data["y"] = 2
    job.sp.a = 1
    old = project.open_job({"a": 0})
    assert old not in project
    assert old.doc() == {}
    assert len(old.data) == 0
    assert job.doc() == {"x": 1}
    assert job.data["y"] == 2


def test_registered_under_the_new_id(project: Any, job: Any) -> None:
    """The project knows the job under its new id at once."""
    job.sp.a = 1
    assert project.open_job(id=job.id).sp() == {"a": 1}
    assert project.open_job(id=job.id[:10]) == job


def test_change_while_iterating(project: Any) -> None:
    """Jobs may be changed while a project is iterated; each handle keeps its identity."""
    for number in range(5):
        project.open_job({"a": number}).init().doc.n = number
    handles = []
    for job in project:
        handles.append(job)
        job.sp.b = 0
    assert len(project) == 5
    assert sorted(job.sp.a for job in handles) == list(range(5))
    assert all(job.doc.n == job.sp.a and job in project for job in handles)
    assert set(handles) == set(project)


@pytest.mark.parametrize("value", ["x", None, [1], [("a", 1)], 5], ids=repr)
def test_whole_assignment_needs_a_mapping(job: Any, value: Any) -> None:
    """Only a mapping can be assigned."""
    with pytest.raises(ValueError) as caught:
        job.sp = value
    assert_says(caught.value)
    assert job.sp() == {"a": 0}


@pytest.mark.parametrize(
    ("bad", "kind", "word"),
    [
        ({"good": 1, "bad": object()}, TypeError, "bad"),
        ({"good": 1, "bad": [0, {1}]}, TypeError, "bad[1]"),
        ({"good": 1, "bad": b"x"}, TypeError, "bad"),
        ({"good": 1, "x.y": 2}, InvalidKeyError, "x.y"),
        ({"good": 1, "l": [{"x.y": 2}]}, InvalidKeyError, "x.y"),
        ({"good": 1, 2: 3}, KeyTypeError, "int"),
        ({"good": 1, "n": {2: 3}}, KeyTypeError, "n"),
    ],
    ids=range(7),
)
@pytest.mark.parametrize("how", ["assign", "update", "reset", "update_statepoint", "item"])
def test_invalid_change_changes_nothing(
    project: Any, job: Any, bad: Any, kind: Any, word: str, how: str
) -> None:
    """A change with a bad key or value is refused whole, on disk and in memory."""
    before = tree(project.workspace)
    with pytest.raises(kind) as caught:
        if how == "assign":
            job.sp = bad
        elif how == "update":
            job.sp.update(bad)
        elif how == "reset":
            job.sp.reset(bad)
        elif how == "update_statepoint":
            job.update_statepoint(bad)
        else:
            job.sp["n"] = bad
    assert_says(caught.value, word)
    assert tree(project.workspace) == before
    assert job.sp() == {"a": 0}
    assert job.id == calc_id({"a": 0})
    job.sp.b = 1
    assert job.sp() == {"a": 0, "b": 1}


@pytest.mark.parametrize("key", [[], {}, {1}], ids=repr)
def test_unhashable_key(job: Any, key: Any) -> None:
    """An unhashable key is a `TypeError`."""
    with pytest.raises(TypeError):
        job.sp[key] = 1
    assert job.sp() == {"a": 0}


def test_missing_names(job: Any) -> None:
    """A missing attribute, item and default behave as in a dict with attributes."""
    with pytest.raises(AttributeError):
        job.sp.missing
    with pytest.raises(KeyError):
        job.sp["missing"]
    assert job.sp.get("missing") is None
    assert job.sp.get("missing", 5) == 5
    assert job.sp.pop("missing") is None
    with pytest.raises(AttributeError):
        job.sp.b.c = 0
    job.sp.b = {"c": 0}
    job.sp.b.c = 1
    assert job.sp() == {"a": 0, "b": {"c": 1}}


def test_keyword_like_keys(job: Any) -> None:
    """Keys that are keywords or names of methods are reached by item."""
    job.sp["with"] = 1
    job.sp["pop"] = 2
    job.sp["items"] = 3
    assert (job.sp["with"], job.sp["pop"], job.sp["items"]) == (1, 2, 3)
    assert job.sp.pop("with") == 1
    assert dict(job.sp.items()) == {"a": 0, "pop": 2, "items": 3}


def test_numpy_values(job: Any) -> None:
    """NumPy values are converted with a warning, also over an existing key."""
    with pytest.warns(NumpyConversionWarning):
        job.sp.a = np.array([1, 2])
    with pytest.warns(NumpyConversionWarning):
        job.sp.b = np.int32(3)
    assert job.sp() == {"a": [1, 2], "b": 3}
    assert job.id == calc_id({"a": [1, 2], "b": 3})


def test_state_point_is_no_document(project: Any, job: Any) -> None:
    """The state point container is never buffered and does not reload from disk."""
    import signac

    assert not isinstance(job.sp, signac.JSONDict)
    job.sp()
    with signac.buffered():
        job.sp.b = 1
        assert read_json(job.path, STATE_POINT) == {"a": 0, "b": 1}
    pathlib.Path(job.fn(STATE_POINT)).write_text('{"a": 0, "b": 2}')
    assert job.sp() == {"a": 0, "b": 1}


def test_plain_copy(job: Any) -> None:
    """`job.sp()` is an independent plain dict."""
    job.sp.n = {"x": [1]}
    plain = job.sp()
    assert type(plain) is dict
    assert type(plain["n"]) is dict
    assert type(plain["n"]["x"]) is list
    name = job.id
    plain["n"]["x"].append(2)
    plain["b"] = 1
    assert job.sp() == {"a": 0, "n": {"x": [1]}}
    assert job.id == name


def test_assigning_the_state_point_of_another_job(project: Any, job: Any) -> None:
    """The state point of another job may be assigned; nothing is shared."""
    other = project.open_job({"b": {"c": 1}})
    job.sp = other.sp
    assert job.id == other.id
    job.sp.b.c = 2
    assert other.sp() == {"b": {"c": 1}}


@pytest.mark.parametrize("initialised", [False, True])
def test_update_statepoint(project: Any, initialised: bool) -> None:
    """`update_statepoint` adds keys, accepts equal values, and refuses others without overwrite."""
    job = project.open_job({"a": 0, "n": {"x": 1}, "z": None})
    if initialised:
        job.init()
    job.update_statepoint({"b": 1, "a": 0})
    expected = {"a": 0, "n": {"x": 1}, "z": None, "b": 1}
    assert job.sp() == expected
    for conflict in ({"a": 1}, {"c": 2, "a": 1}, {"n": {"y": 1}}, {"z": 0}, {"n": {}}):
        with pytest.raises(KeyError) as caught:
            job.update_statepoint(conflict)
        assert_says(caught.value)
        assert job.sp() == expected
        assert job.id == calc_id(expected)
    job.update_statepoint({"n": {"y": 1}, "c": 2}, overwrite=True)
    expected = {"a": 0, "n": {"y": 1}, "z": None, "b": 1, "c": 2}
    assert job.sp() == expected
    assert job.id == calc_id(expected)
    assert job_names(project) == ({job.id} if initialised else set())


def test_update_statepoint_names_the_conflict(job: Any) -> None:
    """The refusal names the key."""
    with pytest.raises(KeyError) as caught:
        job.update_statepoint({"a": 1})
    assert_says(caught.value, "a")


@pytest.mark.parametrize("value", [[("a", 1)], None], ids=repr)
def test_update_statepoint_needs_a_mapping(job: Any, value: Any) -> None:
    """What is no mapping is refused."""
    with pytest.raises((AttributeError, TypeError, ValueError)):
        job.update_statepoint(value)
    assert job.sp() == {"a": 0}


def test_document_inside_the_new_directory(project: Any, job: Any) -> None:
    """After a change `doc`, `data`, `stores` and `fn` are those of the new directory."""
    job.doc.x = 1
    held = job.stores
    assert "signac_data" not in held
    job.sp.a = 1
    job.doc.y = 2
    job.data["z"] = 3
    assert sorted(os.listdir(job.path)) == sorted([STATE_POINT, DOCUMENT, "signac_data.h5"])
    assert job_names(project) == {job.id}
    assert os.path.realpath(job.fn("x")).startswith(os.path.realpath(job.path))


def test_only_one_of_two_handles_wins(project: Any, job: Any) -> None:
    """Of two handles of one job that both change it, the second is told that the job moved."""
    first, second = project.open_job({"a": 0}), project.open_job(id=job.id)
    first.sp(), second.sp()
    first.sp.a = 1
    with pytest.raises(JobMovedError) as caught:
        second.sp.a = 2
    assert caught.value.old_id == calc_id({"a": 0})
    assert caught.value.new_id == calc_id({"a": 1})
    assert_says(caught.value, calc_id({"a": 1}))
    assert second.sp() == {"a": 0}
    assert second.id == calc_id({"a": 0})
    assert second not in project
    assert job_names(project) == {first.id}


def test_init_of_a_handle_whose_job_moved(project: Any, job: Any) -> None:
    """An explicit `init` always makes a job of the state point of the handle."""
    second = project.open_job({"a": 0})
    second.sp()
    job.doc.x = 1
    job.sp.a = 1
    assert second.init() in project
    assert second.doc() == {}
    assert job_names(project) == {calc_id({"a": 0}), calc_id({"a": 1})}
    assert job.doc() == {"x": 1}


def test_document_write_of_a_handle_whose_job_moved(project: Any, job: Any) -> None:
    """A document write through a handle of a moved job is refused, and makes no second job."""
    second = project.open_job({"a": 0})
    second.doc.x = 1
    held = second.doc
    job.sp.a = 1
    with pytest.raises(JobMovedError) as caught:
        held.y = 2
    assert caught.value.new_id == job.id
    assert job_names(project) == {job.id}
    assert job.doc() == {"x": 1}


@pytest.mark.parametrize("touched", ["not", "sp", "init", "doc", "by id"])
@pytest.mark.parametrize(
    "use",
    [
        lambda job: setattr(job.doc, "x", 2),
        lambda job: setattr(job, "doc", {"x": 2}),
        lambda job: job.data.__setitem__("x", 1),
        lambda job: setattr(job, "data", {"x": 1}),
        lambda job: job.open(),
    ],
    ids=["doc", "set doc", "data", "set data", "open"],
)
def test_any_use_of_a_handle_whose_job_moved(
    project: Any, job: Any, use: Any, touched: str
) -> None:
    """Whatever a handle did before, after the job moved its uses are refused: no second job."""
    job.doc.x = 1
    second = project.open_job({"a": 0}) if touched != "by id" else project.open_job(id=job.id)
    if touched == "sp":
        second.sp()
    elif touched == "init":
        second.init()
    elif touched == "doc":
        second.doc()
    job.sp.a = 1
    here = os.getcwd()
    with pytest.raises(JobMovedError) as caught:
        use(second)
    assert_says(caught.value, job.id)
    assert os.getcwd() == here
    assert job_names(project) == {job.id}
    assert job.doc() == {"x": 1}


def test_held_document_of_a_job_that_moved(project: Any, job: Any) -> None:
    """A held document of a job that another handle changed never reads as empty."""
    job.doc.x = 1
    second = project.open_job({"a": 0})
    held = second.doc
    assert held.x == 1
    job.sp.a = 1
    for read in (held, lambda: held["x"], lambda: held.get("x"), lambda: "x" in held):
        try:
            value = read()
        except JobMovedError as error:
            assert_says(error, job.id)
        else:
            assert value in ({"x": 1}, 1, True)


@pytest.mark.parametrize("touched", ["sp", "init", "doc"])
@pytest.mark.parametrize(
    "use",
    [
        lambda job: setattr(job.doc, "x", 2),
        lambda job: setattr(job.sp, "a", 5),
        lambda job: job.data.__setitem__("x", 1),
    ],
    ids=["doc", "sp", "data"],
)
def test_handle_whose_job_went_to_another_project(
    project: Any, other_project: Any, job: Any, use: Any, touched: str
) -> None:
    """A handle of a job that was moved to another project is told: no second job, no silence."""
    job.doc.x = 1
    second = project.open_job({"a": 0})
    if touched == "sp":
        second.sp()
    elif touched == "init":
        second.init()
    else:
        second.doc()
    job.move(other_project)
    with pytest.raises((JobMovedError, FileNotFoundError)) as caught:
        use(second)
    assert_says(caught.value, calc_id({"a": 0}))
    assert job_names(project) == set()
    assert second.sp() == {"a": 0}
    assert job.doc() == {"x": 1}


def test_document_write_of_a_handle_whose_job_was_removed(project: Any, job: Any) -> None:
    """A document write through a held document of a removed job is a `FileNotFoundError`."""
    second = project.open_job({"a": 0})
    held = second.doc
    held.x = 1
    job.remove()
    with pytest.raises(FileNotFoundError):
        held.y = 2
    assert job_names(project) == set()


def test_corrupt_file_and_a_change_by_id(project: Any, reopen: Any, job: Any) -> None:
    """A single key cannot be changed when the state point is not known."""
    pathlib.Path(job.fn(STATE_POINT)).write_text("junk")
    second = reopen().open_job(id=job.id)
    with pytest.raises(JobsCorruptedError):
        second.sp.b = 1
    assert job_names(project) == {job.id}
