"""The JSON-backed dict."""

import collections
import collections.abc
import copy
import json
import os
import pathlib
import pickle
import threading
import types
from typing import Any

import pytest

import signac
from acceptance.support import assert_says, read_json, temporary_files, tree
from signac import JSONDict
from signac.errors import InvalidKeyError, KeyTypeError

VALUES = [
    None,
    True,
    0,
    -(2**80),
    1.5,
    float("inf"),
    "",
    "ü😀",
    [],
    {},
    [1, [2, {"x": [None]}]],
    {"x": {"y": [{"z": 1}]}},
]


def test_constructor_is_positional(filename: str) -> None:
    """The first four parameters may be given by position."""
    assert JSONDict(filename, False, {"a": 1}, None)() == {"a": 1}
    assert JSONDict(filename=filename, write_concern=True, data=None, parent=None)() == {}


def test_construction_touches_nothing(filename: str, tmp_path: Any) -> None:
    """Neither construction nor reading creates a file."""
    document = JSONDict(filename)
    assert document() == {}
    assert len(document) == 0
    assert not document
    assert "x" not in document
    assert list(document.items()) == []
    assert repr(document) == "{}"
    assert not os.path.exists(filename)


@pytest.mark.parametrize("kind", [str, pathlib.Path])
def test_filename(filename: str, kind: Any) -> None:
    """`filename` is kept as given."""
    document = JSONDict(kind(filename))
    assert document.filename == kind(filename)
    document.x = 1
    assert read_json(filename) == {"x": 1}


def test_filename_can_be_set(document: Any, filename: str, tmp_path: Any) -> None:
    """Setting `filename` binds the object to another file, and moves nothing."""
    document.x = 1
    second = str(tmp_path / "second.json")
    document.filename = second
    assert document.filename == second
    document.y = 2
    assert read_json(second)["y"] == 2
    assert read_json(filename) == {"x": 1}


def test_relative_filename(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative name is looked up in the current directory at each access."""
    document = JSONDict("relative.json")
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        document["x"] = name
    assert read_json(tmp_path, "one", "relative.json") == {"x": "one"}
    assert read_json(tmp_path, "two", "relative.json")["x"] == "two"


@pytest.mark.parametrize(
    "use", [lambda d: d(), lambda d: d["x"], lambda d: len(d), lambda d: d.update(x=1)]
)
def test_without_filename(use: Any) -> None:
    """Without a file name every access is a `TypeError`."""
    with pytest.raises(TypeError):
        use(JSONDict())


def test_initial_data(filename: str) -> None:
    """Initial data are not written, and give way to an existing file."""
    data = {"a": {"b": 1}}
    document = JSONDict(filename, data=data)
    assert document() == {"a": {"b": 1}}
    assert not os.path.exists(filename)
    pathlib.Path(filename).write_text('{"c": 2}')
    assert document() == {"c": 2}
    assert data == {"a": {"b": 1}}


@pytest.mark.parametrize("data", [{"a.b": 1}, {1: 2}, {"a": object()}, {"a": [{"b.c": 1}]}])
def test_bad_initial_data(filename: str, data: Any) -> None:
    """Initial data are validated."""
    with pytest.raises((TypeError, ValueError)) as caught:
        JSONDict(filename, data=data)
    assert_says(caught.value)


@pytest.mark.parametrize("data", [[1], "x", 5])
def test_initial_data_must_be_a_mapping(filename: str, data: Any) -> None:
    """Initial data that are no mapping are refused."""
    with pytest.raises((AttributeError, TypeError, ValueError)):
        JSONDict(filename, data=data)


def test_missing_directory(tmp_path: Any) -> None:
    """In a missing directory reading gives nothing and writing is a `FileNotFoundError`."""
    document = JSONDict(str(tmp_path / "missing" / "d.json"))
    assert document() == {}
    with pytest.raises(FileNotFoundError) as caught:
        document.x = 1
    assert_says(caught.value, "missing")
    assert not (tmp_path / "missing").exists()


@pytest.mark.parametrize("write", [lambda d: d.clear(), lambda d: d.reset({})])
def test_clear_and_reset_create_the_file(document: Any, filename: str, write: Any) -> None:
    """`clear` and `reset` write the file also when there was none."""
    write(document)
    assert pathlib.Path(filename).read_text() == "{}"


def test_reads_never_write(document: Any, filename: str) -> None:
    """No read changes the file."""
    document.x = {"y": [1, 2]}
    before = os.stat(filename)
    for use in (
        lambda: document(),
        lambda: document.x.y[0],
        lambda: document.get("z"),
        lambda: list(document.values()),
        lambda: "x" in document,
        lambda: repr(document),
        lambda: document == {},
        lambda: document.x.y.index(2),
    ):
        use()
    after = os.stat(filename)
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_nothing_is_left_behind(document: Any, tmp_path: Any, filename: str) -> None:
    """Writes leave one file."""
    for number in range(20):
        document[str(number)] = number
    assert temporary_files(tmp_path) == []
    assert [entry for entry in tree(tmp_path) if entry.endswith(".json")] == ["document.json"]


def test_write_concern(filename: str) -> None:
    """Both settings of `write_concern` write the same."""
    for concern in (True, False):
        document = JSONDict(filename, concern)
        document.reset({"x": concern})
        assert read_json(filename) == {"x": concern}


BAD_FILES = {
    "empty": b"",
    "junk": b"junk",
    "truncated": b'{"a": ',
    "list": b"[1]",
    "number": b"5",
    "string": b'"a"',
    "binary": b'{"a": "\xff"}',
    "deep": b'{"a": ' * 100_000,
    "deep list": b"[" * 100_000,
    "digits": b'{"a": ' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_bad_file(document: Any, filename: str, kind: str) -> None:
    """A file that is not a JSON object is a `ValueError` naming it; an item write keeps it."""
    content = BAD_FILES[kind]
    pathlib.Path(filename).write_bytes(content)
    for use in (document, lambda: document["a"], lambda: document.__setitem__("b", 1)):
        with pytest.raises(ValueError) as caught:
            use()
        assert_says(caught.value, filename)
    assert pathlib.Path(filename).read_bytes() == content


@pytest.mark.parametrize("content", [b"", b"junk"])
def test_text_that_is_not_json(document: Any, filename: str, content: bytes) -> None:
    """Text that is not JSON can be caught as the `json` module's own error."""
    pathlib.Path(filename).write_bytes(content)
    with pytest.raises(json.JSONDecodeError):
        document()


@pytest.mark.parametrize("content", [b"", b"junk", b"[1]"])
def test_bad_file_can_be_replaced(document: Any, filename: str, content: bytes) -> None:
    """`reset` and `clear` write without reading, so they work on a corrupt file."""
    pathlib.Path(filename).write_bytes(content)
    document.reset({"a": 1})
    assert read_json(filename) == {"a": 1}
    pathlib.Path(filename).write_bytes(content)
    document.clear()
    assert read_json(filename) == {}


def test_null_counts_as_missing(document: Any, filename: str) -> None:
    """A file that holds `null` reads as empty and can be written."""
    pathlib.Path(filename).write_text("null")
    assert document() == {}
    document.x = 1
    assert read_json(filename) == {"x": 1}


def test_file_with_a_dotted_key(document: Any, filename: str) -> None:
    """A file with a dot in a key is an `InvalidKeyError`."""
    pathlib.Path(filename).write_text('{"a.b": 1}')
    with pytest.raises(InvalidKeyError) as caught:
        document()
    assert_says(caught.value, "a.b")


def test_file_is_a_directory(document: Any, filename: str) -> None:
    """A directory in place of the file is an `IsADirectoryError`."""
    os.mkdir(filename)
    with pytest.raises(IsADirectoryError) as caught:
        document()
    assert_says(caught.value, filename)


@pytest.mark.parametrize(
    ("content", "expected"),
    [('{"a": 1, "a": 2}', {"a": 2}), ('{"a": Infinity}', {"a": float("inf")}), (" {} ", {})],
)
def test_odd_but_good_file(document: Any, filename: str, content: str, expected: Any) -> None:
    """Duplicate keys (the last wins), special floats and blanks are accepted."""
    pathlib.Path(filename).write_text(content)
    assert document() == expected


def test_file_text(document: Any, filename: str) -> None:
    """The file is what `json.dumps` gives, in the order of insertion."""
    document["b"] = {"ü": [None, True, 1.0]}
    document["a"] = "é😀"
    expected = {"b": {"ü": [None, True, 1.0]}, "a": "é😀"}
    assert pathlib.Path(filename).read_text() == json.dumps(expected)


def test_external_change_is_seen(document: Any, filename: str) -> None:
    """Every read sees what another program wrote, however fast."""
    for number in range(50):
        pathlib.Path(filename).write_text(json.dumps({"n": {"x": number % 10}}))
        assert document.n.x == number % 10
        assert document() == {"n": {"x": number % 10}}


def test_is_a_mutable_mapping(document: Any) -> None:
    """It is a `MutableMapping` and not a dict; nested containers are of the same kind."""
    document.n = {"x": {}}
    document.l = [{}]
    assert isinstance(document, collections.abc.MutableMapping)
    assert not isinstance(document, dict)
    for nested in (document.n, document.n.x, document.l[0]):
        assert isinstance(nested, collections.abc.MutableMapping)
        assert not isinstance(nested, dict)
    assert isinstance(document.l, collections.abc.MutableSequence)
    assert not isinstance(document.l, list)


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_set_and_get(document: Any, filename: str, value: Any) -> None:
    """Every JSON value comes back equal, at two levels, here and in another object."""
    document["k"] = value
    document["n"] = {}
    document["n"]["k"] = value
    for found in (document, JSONDict(filename)):
        assert found["k"] == found.k == found.get("k") == value
        assert found["n"]["k"] == found.n.k == value
        assert found() == {"k": value, "n": {"k": value}}
    assert json.dumps(read_json(filename)) == json.dumps({"k": value, "n": {"k": value}})


def test_missing_and_unhashable_keys(document: Any) -> None:
    """A missing item is a `KeyError`, an unhashable key a `TypeError`."""
    with pytest.raises(KeyError) as caught:
        document["missing"]
    assert_says(caught.value, "missing")
    with pytest.raises(KeyError):
        del document["missing"]
    for key in ([], {}):
        with pytest.raises(TypeError):
            document[key]
        with pytest.raises(TypeError):
            document[key] = 1
    assert 5 not in document
    assert document.get("missing") is None
    assert document.get("missing", 5) == 5
    assert document() == {}


def test_get_gives_live_containers(document: Any, filename: str) -> None:
    """`get` returns nested containers live."""
    document.n = {"x": 1}
    document.get("n")["x"] = 2
    assert read_json(filename) == {"n": {"x": 2}}


def test_views(document: Any) -> None:
    """`keys` is live; `values` and `items` hold plain containers."""
    document.update({"a": {"x": 1}, "b": [1]})
    keys = document.keys()
    assert list(keys) == list(document) == ["a", "b"]
    document.c = 1
    assert list(keys) == ["a", "b", "c"]
    assert list(document.values()) == [{"x": 1}, [1], 1]
    assert list(document.items()) == [("a", {"x": 1}), ("b", [1]), ("c", 1)]
    assert [type(value) for value in document.values()] == [dict, list, int]
    assert [type(value) for _, value in document.items()] == [dict, list, int]


def test_iteration_and_mutation(document: Any) -> None:
    """Adding a key while iterating is a `RuntimeError`, as for a dict."""
    document.update(a=1, b=2)
    with pytest.raises(RuntimeError):
        for _ in document:
            document.c = 3


def test_pop(document: Any, filename: str) -> None:
    """`pop` returns and deletes, or gives the default; it never raises."""
    document.update(a=1, n={"x": 1})
    assert document.pop("a") == 1
    assert document.pop("a") is None
    assert document.pop("a", 5) == 5
    assert document.pop("a", default=6) == 6
    assert document.n.pop("x") == 1
    assert read_json(filename) == {"n": {}}


def test_popitem(document: Any, filename: str) -> None:
    """`popitem` takes the last item; of an empty dict it is a `KeyError`."""
    document.update(a=1, b=2)
    assert document.popitem() == ("b", 2)
    assert document.popitem() == ("a", 1)
    with pytest.raises(KeyError):
        document.popitem()
    assert read_json(filename) == {}


def test_setdefault(document: Any, filename: str) -> None:
    """`setdefault` stores what is missing and returns the stored, live value."""
    assert document.setdefault("a", 1) == 1
    assert document.setdefault("a", 2) == 1
    assert document.setdefault("none") is None
    nested = document.setdefault("n", {"x": 1})
    assert nested is document.n
    assert document.setdefault("n", {}) is nested
    nested.x = 2
    assert read_json(filename) == {"a": 1, "none": None, "n": {"x": 2}}


@pytest.mark.parametrize(
    ("arguments", "keywords", "expected"),
    [
        ((), {}, {"z": 0}),
        ((None,), {}, {"z": 0}),
        ((), {"a": 1}, {"z": 0, "a": 1}),
        (({"a": 1},), {"a": 2}, {"z": 0, "a": 2}),
        (([("a", 1), ("z", 2)],), {}, {"z": 2, "a": 1}),
        ((zip("ab", (1, 2), strict=True),), {"c": 3}, {"z": 0, "a": 1, "b": 2, "c": 3}),
        (({"z": {"y": [1]}},), {}, {"z": {"y": [1]}}),
        ((collections.OrderedDict(a=(1, 2)),), {}, {"z": 0, "a": [1, 2]}),
    ],
    ids=range(8),
)
def test_update(document: Any, filename: str, arguments: Any, keywords: Any, expected: Any) -> None:
    """`update` takes a mapping, pairs or nothing, and keywords, which win."""
    document.z = 0
    document.update(*arguments, **keywords)
    assert document() == expected == read_json(filename)


@pytest.mark.parametrize("argument", [5, [1, 2], "ab", [("a",)], object()], ids=range(5))
def test_bad_update(document: Any, argument: Any) -> None:
    """Bad arguments of `update` are refused as by `dict`."""
    document.z = 0
    with pytest.raises((TypeError, ValueError)):
        document.update(argument)
    assert document() == {"z": 0}


def test_update_with_two_mappings(document: Any) -> None:
    """`update` takes one positional argument."""
    with pytest.raises(TypeError):
        document.update({"a": 1}, {"b": 2})
    assert document() == {}


def test_reset(document: Any, filename: str) -> None:
    """`reset` replaces all content."""
    document.update(a=1, b=2)
    document.reset({"c": {"d": 3}})
    assert document() == {"c": {"d": 3}} == read_json(filename)
    document.c.reset({"e": 4})
    assert document() == {"c": {"e": 4}} == read_json(filename)


@pytest.mark.parametrize("value", [None, 5, "ab", [1], [("a", 1)], {1}], ids=repr)
def test_reset_needs_a_mapping(document: Any, filename: str, value: Any) -> None:
    """`reset` refuses what is no mapping, at the root and nested."""
    document.n = {"x": 1}
    for place in (document, document.n):
        with pytest.raises(ValueError) as caught:
            place.reset(value)
        assert_says(caught.value)
    assert document() == {"n": {"x": 1}} == read_json(filename)


def test_clear(document: Any, filename: str) -> None:
    """`clear` empties, at the root and nested."""
    document.update(a=1, n={"x": 1})
    document.n.clear()
    assert read_json(filename) == {"a": 1, "n": {}}
    document.clear()
    assert document() == {} == read_json(filename)


def test_order(document: Any) -> None:
    """Order is that of insertion; overwriting and `update` keep positions, as does `reset`."""
    document.update({"c": 1, "a": 2, "b": 3})
    document["c"] = 4
    document.update({"d": 5, "a": 6})
    assert list(document) == ["c", "a", "b", "d"]
    document.reset({"a": 1, "b": 2})
    document.reset({"z": 1, "a": 2})
    assert list(document) == ["a", "z"]


def test_equality(document: Any, tmp_path: Any) -> None:
    """Contents are compared with any mapping; all else is different."""
    document.reset({"a": [1, {"b": None}]})
    other = JSONDict(str(tmp_path / "other.json"))
    other.reset(document())
    assert document == {"a": [1, {"b": None}]}
    assert {"a": [1, {"b": None}]} == document  # noqa: SIM300
    assert document == other
    assert document == types.MappingProxyType(document())
    assert document.a[1] == {"b": None}
    assert document != {"a": []}
    assert document != [("a", 1)]
    assert document != 5
    assert document is not None
    other.a = 5
    assert document != other


def test_repr_and_str(document: Any) -> None:
    """`repr` and `str` are the text of the plain dict, which evaluates back."""
    document.reset({"a": [1, {"b": None}], "n": {"c": "d"}})
    assert repr(document) == str(document) == repr(document())
    assert eval(repr(document)) == document
    assert repr(document.n) == "{'c': 'd'}"
    assert repr(document.a) == "[1, {'b': None}]"


def test_call_gives_plain_copies(document: Any) -> None:
    """`x()` is an independent plain dict at every level."""
    document.reset({"a": [1, {"b": [2]}]})
    plain = document()
    assert (type(plain), type(plain["a"]), type(plain["a"][1])) == (dict, list, dict)
    assert type(plain["a"][1]["b"]) is list
    plain["a"][1]["b"].append(3)
    plain["c"] = 1
    assert document() == {"a": [1, {"b": [2]}]}
    assert type(document.a[1]()) is dict


def test_dict_is_shallow(document: Any) -> None:
    """`dict(x)` holds live nested containers."""
    document.reset({"n": {"x": 1}})
    dict(document)["n"]["x"] = 2
    assert document() == {"n": {"x": 2}}


def test_other_uses_of_a_mapping(document: Any) -> None:
    """It unpacks and sorts."""
    document.reset({"b": 1, "a": 2})
    assert dict(**document) == {"b": 1, "a": 2}
    assert sorted(document) == ["a", "b"]
    assert len(document) == 2
    assert bool(document) is True


def test_json_dumps_is_refused(document: Any) -> None:
    """`json.dumps(x)` is a `TypeError`; `x()` is what can be dumped."""
    with pytest.raises(TypeError):
        json.dumps(document)
    assert json.dumps(document()) == "{}"


@pytest.mark.parametrize("name", ["copy", "fromkeys"])
def test_names_that_are_not_there(document: Any, name: str) -> None:
    """`copy` and `fromkeys` do not exist, so they can be keys."""
    assert not hasattr(document, name)
    document[name] = 1
    assert getattr(document, name) == 1


@pytest.mark.parametrize(
    "use",
    [
        hash,
        lambda d: d | {},
        lambda d: d.__ior__({}) if hasattr(d, "__ior__") else exec("raise TypeError"),
        lambda d: d < {},
    ],
    ids=["hash", "or", "ior", "order"],
)
def test_operations_that_are_not_there(document: Any, use: Any) -> None:
    """It has no hash, no union and no order."""
    with pytest.raises(TypeError):
        use(document)


@pytest.mark.parametrize(
    "how",
    [copy.copy, copy.deepcopy, lambda document: pickle.loads(pickle.dumps(document))],
    ids=["copy", "deepcopy", "pickle"],
)
def test_copies_are_live(document: Any, filename: str, how: Any) -> None:
    """Copies and pickles are other objects on the same file."""
    document.n = {"x": [1]}
    twin = how(document)
    assert type(twin) is type(document)
    assert twin.filename == document.filename
    twin.n.x.append(2)
    assert document() == twin() == {"n": {"x": [1, 2]}} == read_json(filename)


def test_identity_of_nested_containers(document: Any, filename: str) -> None:
    """A nested container stays the same object while its place holds one of its kind."""
    document.reset({"n": {"x": {"y": 1}}, "l": [{"z": 1}]})
    nested, deep, sequence, element = document.n, document.n.x, document.l, document.l[0]
    document.update({"n": {"x": {"y": 2}}})
    document.reset({"n": {"x": {"y": 3}, "w": 1}, "l": [{"z": 2}, 5]})
    pathlib.Path(filename).write_text('{"n": {"x": {"y": 4}}, "l": [{"z": 3}]}')
    assert document.n is nested
    assert document.n.x is deep
    assert document.l is sequence
    assert document.l[0] is element
    assert (deep.y, element.z) == (4, 3)
    deep.y = 5
    assert read_json(filename)["n"] == {"x": {"y": 5}}


def test_item_assignment_installs_a_new_object(document: Any, filename: str) -> None:
    """Item assignment of a container installs a new object."""
    document.n = {"x": 1}
    old = document.n
    document.n = {"x": 2}
    assert document.n is not old
    assert document.n.x == 2


def test_assigning_live_containers_copies(document: Any, filename: str) -> None:
    """A live container that is assigned is copied, also into itself."""
    document.a = {"x": [1]}
    document.b = document.a
    document.b.x.append(2)
    assert document() == {"a": {"x": [1]}, "b": {"x": [1, 2]}}
    document.c = [document.a, document.b.x]
    document.c[0].x.append(3)
    assert document.a() == {"x": [1]}
    document.reset({"k": 1})
    document["me"] = document
    assert document() == {"k": 1, "me": {"k": 1}} == read_json(filename)


def test_assigned_python_values_are_copied(document: Any) -> None:
    """What a program does later with a value it assigned has no effect."""
    value = {"x": [1]}
    document.a = value
    value["x"].append(2)
    value["y"] = 1
    assert document() == {"a": {"x": [1]}}
    document.a.x.append(3)
    assert value["x"] == [1, 2]


def test_copying_a_value_between_keys(document: Any) -> None:
    """Values may be copied from key to key and from document to document."""
    document.update(a={"x": 1}, b=[1, {"y": 2}])
    document.c = document.b
    document.d = document.b[1]
    assert document.c == document.b
    assert document.d == {"y": 2}


def test_nested_after_external_change(document: Any, filename: str) -> None:
    """Nested containers show what another program wrote, however deep."""
    document.n = {"x": {"y": [1, {"z": 1}]}}
    deep = document.n.x.y[1]
    pathlib.Path(filename).write_text('{"n": {"x": {"y": [1, {"z": 2, "w": 3}], "v": 4}}}')
    assert deep() == {"z": 2, "w": 3}
    deep.u = 5
    assert read_json(filename) == {"n": {"x": {"y": [1, {"z": 2, "w": 3, "u": 5}], "v": 4}}}


@pytest.mark.parametrize("content", ["[1]", "5", '"x"'])
def test_external_change_of_the_root_type(document: Any, filename: str, content: str) -> None:
    """When the file no longer holds an object, loading is a `ValueError`."""
    document.x = 1
    pathlib.Path(filename).write_text(content)
    with pytest.raises(ValueError):
        document()
    with pytest.raises(ValueError):
        document.y = 1
    assert pathlib.Path(filename).read_text() == content


@pytest.mark.parametrize("key", [1, 1.5, None, True, (1, 2), b"x"], ids=repr)
def test_key_must_be_a_string(document: Any, filename: str, key: Any) -> None:
    """A key that is no string is a `KeyTypeError`, in every way of writing and at every depth."""
    document.reset({"k": 1, "l": [], "n": {}})
    writes = [
        lambda: document.__setitem__(key, 1),
        lambda: document.__setitem__("v", {key: 1}),
        lambda: document.__setitem__("v", [{"x": {key: 1}}]),
        lambda: document.update({key: 1}),
        lambda: document.update({"good": 1, "v": {key: 1}}),
        lambda: document.reset({key: 1}),
        lambda: document.setdefault(key, 1),
        lambda: document.setdefault("v", {key: 1}),
        lambda: document.n.__setitem__(key, 1),
        lambda: document.l.append({key: 1}),
        lambda: document.l.extend([1, {key: 1}]),
        lambda: document.l.insert(0, {key: 1}),
        lambda: setattr(document, "v", {key: 1}),
    ]
    before = pathlib.Path(filename).read_bytes()
    for write in writes:
        with pytest.raises(KeyTypeError) as caught:
            write()
        assert isinstance(caught.value, TypeError)
        assert_says(caught.value)
        assert pathlib.Path(filename).read_bytes() == before
        assert document() == {"k": 1, "l": [], "n": {}}


@pytest.mark.parametrize("key", ["a.b", ".", "a.", ".a"])
def test_key_must_not_contain_a_dot(document: Any, filename: str, key: str) -> None:
    """A dot in a key is an `InvalidKeyError`, in every way of writing and at every depth."""
    document.reset({"k": 1, "l": [1], "n": {}})
    writes = [
        lambda: document.__setitem__(key, 1),
        lambda: document.__setitem__("v", {key: 1}),
        lambda: document.__setitem__("v", [{"x": {key: 1}}]),
        lambda: document.update({key: 1}),
        lambda: document.update({"good": 1, "v": {key: 1}}),
        lambda: document.reset({key: 1}),
        lambda: document.setdefault(key, 1),
        lambda: document.n.__setitem__(key, 1),
        lambda: document.l.append({key: 1}),
        lambda: document.l.extend([1, {key: 1}]),
        lambda: document.l.insert(0, [{key: 1}]),
        lambda: document.l.__setitem__(0, {key: 1}),
        lambda: document.l.reset([{key: 1}]),
        lambda: document.l.__iadd__([{key: 1}]),
        lambda: setattr(document, key, 1),
    ]
    before = pathlib.Path(filename).read_bytes()
    for write in writes:
        with pytest.raises(InvalidKeyError) as caught:
            write()
        assert isinstance(caught.value, ValueError)
        assert_says(caught.value, key)
        assert pathlib.Path(filename).read_bytes() == before
        assert document() == {"k": 1, "l": [1], "n": {}}


class Key(str):
    """A subclass of str."""

    __slots__ = ()


@pytest.mark.parametrize(
    "key", ["", " ", "a b", "a/b", "ü😀", "with", "keys", "_x", "__x", "0", "-1", Key("sub")]
)
def test_good_keys(document: Any, filename: str, key: str) -> None:
    """Every other string is a key, at every depth, also of a subclass."""
    document[key] = {key: [{key: 1}]}
    assert document[key][key][0][key] == 1
    assert key in document
    assert JSONDict(filename)() == {key: {key: [{key: 1}]}}
    del document[key][key][0][key]
    assert document() == {key: {key: [{}]}}


def bad_values() -> list[Any]:
    import datetime
    import decimal

    return [
        {1},
        frozenset(),
        (x for x in "ab"),
        {}.keys(),
        {}.values(),
        {}.items(),
        1j,
        datetime.date(2020, 1, 1),
        decimal.Decimal(1),
        object(),
        object,
        len,
        b"x",
        bytearray(b"x"),
        memoryview(b"x"),
    ]


@pytest.mark.parametrize("number", range(15))
def test_bad_values(document: Any, filename: str, number: int) -> None:
    """What JSON cannot hold is a `TypeError` that names the place; nothing changes."""
    bad = bad_values()[number]
    document.reset({"k": 1, "l": [1], "n": {"x": 1}})
    before = pathlib.Path(filename).read_bytes()
    writes = [
        (lambda: document.__setitem__("v", bad), "v"),
        (lambda: setattr(document, "v", [0, bad]), "v[1]"),
        (lambda: document.__setitem__("k", {"deep": [{"er": bad}]}), "k.deep[0].er"),
        (lambda: document.update({"good": 1, "v": bad}), "v"),
        (lambda: document.reset({"good": 1, "v": bad}), "v"),
        (lambda: document.setdefault("v", bad), "v"),
        (lambda: document.n.__setitem__("x", bad), "x"),
        (lambda: document.n.update(y=bad), "y"),
        (lambda: document.l.append(bad), ""),
        (lambda: document.l.extend([2, bad]), ""),
        (lambda: document.l.insert(0, bad), ""),
        (lambda: document.l.__setitem__(0, bad), ""),
        (lambda: document.l.reset([0, bad]), ""),
        (lambda: document.l.__iadd__([bad]), ""),
    ]
    for write, word in writes:
        with pytest.raises(TypeError) as caught:
            write()
        assert_says(caught.value, word)
        assert pathlib.Path(filename).read_bytes() == before
        assert document() == {"k": 1, "l": [1], "n": {"x": 1}}


def good_values() -> list[tuple[Any, Any]]:
    point = collections.namedtuple("Point", "x y")
    return [
        ((1, (2, 3)), [1, [2, 3]]),
        (point(1, {"z": 2}), [1, {"z": 2}]),
        (collections.deque([1, 2]), [1, 2]),
        (collections.UserList([1, [2]]), [1, [2]]),
        (collections.OrderedDict(a=1), {"a": 1}),
        (collections.defaultdict(list, a=[1]), {"a": [1]}),
        (collections.UserDict(a={"b": 1}), {"a": {"b": 1}}),
        (collections.ChainMap({"a": 1}, {"b": 2}), {"a": 1, "b": 2}),
        (types.MappingProxyType({"a": (1,)}), {"a": [1]}),
        (collections.Counter("aab"), {"a": 2, "b": 1}),
        (Key("text"), "text"),
    ]


@pytest.mark.parametrize("number", range(11))
def test_converted_values(document: Any, filename: str, number: int) -> None:
    """Any mapping becomes an object and any sequence an array, at the top and nested."""
    given, expected = good_values()[number]
    document.a = given
    document.n = {"x": [given]}
    document.l = []
    document.l.append(given)
    plain = {"a": expected, "n": {"x": [expected]}, "l": [expected]}
    assert document() == plain == read_json(filename) == JSONDict(filename)()


def test_tuple_compares_as_list(document: Any) -> None:
    """A stored tuple equals the list, not the tuple."""
    document.a = (1, 2)
    assert document.a == [1, 2]
    assert document.a != (1, 2)


def test_attributes(document: Any, filename: str) -> None:
    """Keys are set, read, tested and deleted as attributes, through dicts and lists."""
    document.a = {"b": {"c": 1}}
    document.a.b.c = 2
    document.l = [{"k": [{"m": 1}]}]
    document.l[0].k[0].m = 3
    assert document.a.b.c == 2
    assert document.l[0].k[0].m == 3
    assert hasattr(document, "a")
    assert not hasattr(document, "z")
    assert getattr(document, "z", 5) == 5
    del document.a.b.c
    assert read_json(filename) == {"a": {"b": {}}, "l": [{"k": [{"m": 3}]}]}


def test_missing_attribute(document: Any) -> None:
    """A missing attribute is an `AttributeError`; deleting one can be caught as `KeyError`."""
    with pytest.raises(AttributeError) as caught:
        document.missing
    assert_says(caught.value, "missing")
    with pytest.raises(AttributeError):
        document.missing.deeper = 1
    with pytest.raises(KeyError):
        del document.missing
    document.text = "x"
    with pytest.raises(AttributeError):
        document.text.missing


@pytest.mark.parametrize(
    "name",
    ["keys", "values", "items", "get", "pop", "popitem", "update", "clear", "reset", "setdefault"],
)
def test_keys_hidden_by_methods(document: Any, filename: str, name: str) -> None:
    """A key named like a method is stored by attribute, read by item; the method stays."""
    method = getattr(document, name)
    setattr(document, name, 6)
    assert document[name] == 6
    assert callable(getattr(document, name))
    assert getattr(document, name) == method
    assert read_json(filename) == {name: 6}


def test_names_with_two_underscores(document: Any) -> None:
    """Such names are never keys by attribute, but may be by item."""
    document["__q"] = 1
    assert document["__q"] == 1
    with pytest.raises(AttributeError):
        getattr(document, "__q")
    setattr(document, "__p", 2)
    assert getattr(document, "__p") == 2
    assert document() == {"__q": 1}


def test_names_with_one_underscore(document: Any, filename: str) -> None:
    """Such names are ordinary keys."""
    document._x = 1
    document["_y"] = 2
    assert (document["_x"], document._y) == (1, 2)
    assert read_json(filename) == {"_x": 1, "_y": 2}


def implementation_names() -> list[str]:
    """Return the private names that a synced dict has as attributes."""
    probe = JSONDict("probe.json", data={"n": {}})
    names = set(dir(type(probe))) | set(getattr(probe, "__dict__", ()))
    for kind in type(probe).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        names.update((slots,) if isinstance(slots, str) else slots)
    return sorted(name for name in names if name.startswith("_") and not name.startswith("__"))


def test_implementation_cannot_be_broken_by_assignment(document: Any, filename: str) -> None:
    """Assigning any private name by attribute leaves the object working."""
    document.k = 1
    for name in [*implementation_names(), "_data", "_parent", "_root", "_load", "_save"]:
        try:
            setattr(document, name, 5)
        except (AttributeError, ValueError):
            pass
        else:
            assert document[name] == 5
        assert document.k == 1
        document.k = 1
        assert read_json(filename)["k"] == 1


def test_many_threads_lose_nothing(document: Any, filename: str) -> None:
    """50 threads that write 10 keys each through one object lose none."""
    failures: list[BaseException] = []

    def work(thread: int) -> None:
        try:
            for number in range(10):
                document[f"{thread}-{number}"] = number
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(document) == len(read_json(filename)) == 500


def test_thread_support_can_be_switched(document: Any, filename: str) -> None:
    """Thread support can be switched off and on again, and the container works throughout."""
    try:
        JSONDict.disable_multithreading()
        document.a = 1
        document.n = {"x": [1]}
        document.n.x.append(2)
    finally:
        JSONDict.enable_multithreading()
    document.b = 2
    assert document() == {"a": 1, "n": {"x": [1, 2]}, "b": 2} == read_json(filename)
    test_many_threads_lose_nothing(JSONDict(filename + "2"), filename + "2")


def test_public_name() -> None:
    """The container is public as `signac.JSONDict`."""
    assert signac.JSONDict is JSONDict
