"""What a state point becomes: its canonical value, its id, and the place of what is wrong in it."""

import copy
import dataclasses
import enum
import json
import random
from collections import ChainMap, OrderedDict, UserDict, namedtuple
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import jsonvalues
import rawcheck
import signac
from signac.errors import InvalidKeyError, KeyTypeError
from signac.job import calc_id

COMMON = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow],
)

Place = tuple[str | int, ...]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[signac.Project]:
    """Yield a project that opening must not touch: it is still empty at the end of the module."""
    project = signac.init_project(tmp_path_factory.mktemp("canonical"))
    yield project
    assert [name for name in Path(project.workspace).iterdir() if name.name[0] != "."] == []


def permuted(value: Any, seed: int) -> Any:
    draw = random.Random(seed)
    if isinstance(value, dict):
        return {key: permuted(value[key], seed) for key in draw.sample(list(value), len(value))}
    if isinstance(value, list | tuple):
        return type(value)(permuted(item, seed) for item in value)
    return value


def shown(place: Place) -> str:
    """Return a place as messages spell it: `sp.a[3].b`."""
    return "sp" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)


def planted(draw: Any, bad: Any) -> tuple[dict[str, Any], Place]:
    """Return a state point with one bad value somewhere, and the place where it is."""
    value, place = bad, ()
    for _ in range(draw(st.integers(0, 4))):
        if draw(st.booleans()):
            name = draw(jsonvalues.names)
            others = draw(st.dictionaries(jsonvalues.names, jsonvalues.scalars, max_size=3))
            value, place = {**others, name: value}, (name, *place)
        else:
            before = draw(st.lists(jsonvalues.scalars, max_size=4))
            after = draw(st.lists(jsonvalues.scalars, max_size=2))
            whole = [*before, value, *after]
            value = tuple(whole) if draw(st.booleans()) else whole
            place = (len(before), *place)
    name = draw(jsonvalues.names)
    others = draw(st.dictionaries(jsonvalues.names, jsonvalues.values, max_size=3))
    return {**others, name: value}, (name, *place)


@COMMON
@given(statepoint=jsonvalues.mappings)
def test_state_point_is_its_json_round_trip(
    project: signac.Project, statepoint: dict[str, Any]
) -> None:
    """`job.statepoint()` is what JSON gives back for the input; a second trip changes nothing."""
    once = project.open_job(statepoint).statepoint()
    assert json.dumps(once) == json.dumps(json.loads(json.dumps(statepoint)))
    twice = project.open_job(json.loads(json.dumps(once)))
    assert json.dumps(twice.statepoint()) == json.dumps(once)
    assert twice.id == project.open_job(statepoint).id == rawcheck.id_of(statepoint)


@COMMON
@given(statepoint=jsonvalues.mappings, seed=st.integers(0, 2**32))
def test_id_does_not_depend_on_key_order(
    project: signac.Project, statepoint: dict[str, Any], seed: int
) -> None:
    """Permuting keys at every level leaves the id alone, and lists and tuples are one thing."""
    expected = rawcheck.id_of(statepoint)
    assert calc_id(statepoint) == calc_id(permuted(statepoint, seed)) == expected
    assert project.open_job(permuted(statepoint, seed)).id == expected
    assert calc_id(json.loads(json.dumps(statepoint))) == expected


@COMMON
@given(left=jsonvalues.mappings, right=jsonvalues.mappings)
def test_ids_differ_where_the_texts_differ(left: dict[str, Any], right: dict[str, Any]) -> None:
    """Two state points share an id exactly when their canonical texts are equal."""
    assert (calc_id(left) == calc_id(right)) == rawcheck.same(left, right)


@COMMON
@given(statepoint=jsonvalues.mappings)
def test_input_is_never_changed_and_never_kept(
    project: signac.Project, statepoint: dict[str, Any]
) -> None:
    """Opening changes nothing in the input; changing the input later changes nothing in the job."""
    before = copy.deepcopy(statepoint)
    job = project.open_job(statepoint)
    job.statepoint()
    assert repr(statepoint) == repr(before)
    _spoil(statepoint)
    assert rawcheck.same(job.statepoint(), before)
    assert job.id == rawcheck.id_of(before)
    _spoil(job.statepoint())
    assert rawcheck.same(job.statepoint(), before)


@COMMON
@given(data=st.data(), bad=jsonvalues.refused)
def test_bad_value_is_named_with_its_place(
    project: signac.Project, data: st.DataObject, bad: Any
) -> None:
    """A value that JSON cannot hold is refused at once, with its place and type in the message."""
    statepoint, place = planted(data.draw, bad)
    before = repr(statepoint)
    with pytest.raises(KeyTypeError) as caught:
        project.open_job(statepoint)
    assert shown(place) in str(caught.value)
    assert isinstance(caught.value, TypeError)
    assert type(bad).__name__ in str(caught.value)
    assert repr(statepoint) == before


@COMMON
@given(data=st.data(), key=jsonvalues.bad_keys | jsonvalues.dotted_keys)
def test_bad_key_is_named_with_its_place(
    project: signac.Project, data: st.DataObject, key: Any
) -> None:
    """A key that is no string, or has a dot, is refused at once, with its place in the message."""
    inner = {**data.draw(st.dictionaries(jsonvalues.names, jsonvalues.scalars, max_size=2)), key: 1}
    statepoint, place = planted(data.draw, inner)
    before = repr(statepoint)
    expected = InvalidKeyError if isinstance(key, str) else KeyTypeError
    with pytest.raises(expected) as caught:
        project.open_job(statepoint)
    assert shown(place) in str(caught.value)
    assert (key if isinstance(key, str) else repr(key)) in str(caught.value)
    assert repr(statepoint) == before
    with pytest.raises(expected) as caught:
        project.open_job(inner)
    assert str(caught.value).strip()


@COMMON
@given(content=st.dictionaries(jsonvalues.keys, jsonvalues.values, max_size=4))
def test_any_mapping_is_taken_as_the_dictionary_it_holds(
    project: signac.Project, content: dict[str, Any]
) -> None:
    """Every kind of mapping, at the top or inside, has the id of the plain dictionary."""
    expected, nested = rawcheck.id_of(content), rawcheck.id_of({"n": [content]})
    for kind in (OrderedDict, UserDict, ChainMap, MappingProxyType):
        assert project.open_job(kind(content)).id == expected
        assert project.open_job({"n": [kind(content)]}).id == nested


class Colour(enum.Enum):
    RED = "red"
    MANY = (1, 2)


class Level(enum.IntEnum):
    LOW = 1


class Word(enum.StrEnum):
    HELLO = "hello"


Pair = namedtuple("Pair", "x y")


@COMMON
@given(value=jsonvalues.values, inner=jsonvalues.mappings)
def test_dataclasses_are_taken_as_their_fields(
    project: signac.Project, value: Any, inner: dict[str, Any]
) -> None:
    """A dataclass is its fields in order, nested too, at the top or as a value."""

    @dataclasses.dataclass
    class Inner:
        content: Any

    @dataclasses.dataclass(frozen=True, slots=True)
    class Outer:
        value: Any
        inner: Inner

    plain = {"value": value, "inner": {"content": inner}}
    job = project.open_job(Outer(value, Inner(inner)))
    assert job.id == rawcheck.id_of(plain)
    assert json.dumps(job.statepoint()) == json.dumps(plain)
    assert project.open_job({"p": Outer(value, Inner(inner))}).id == rawcheck.id_of({"p": plain})


@COMMON
@given(value=jsonvalues.scalars)
def test_attrs_and_pydantic_are_taken_as_their_fields(project: signac.Project, value: Any) -> None:
    """Attrs classes and pydantic models are their fields, as dataclasses are."""
    attrs = pytest.importorskip("attrs")
    pydantic = pytest.importorskip("pydantic")
    made = attrs.make_class("Made", ["value", "other"])(value, [1, (2,)])
    model = pydantic.create_model("Model", value=(Any, ...), other=(Any, ...))
    expected = rawcheck.id_of({"value": value, "other": [1, [2]]})
    assert project.open_job(made).id == expected
    assert project.open_job(model(value=value, other=[1, (2,)])).id == expected
    assert project.open_job({"p": [made]}).id == rawcheck.id_of(
        {"p": [{"value": value, "other": [1, [2]]}]}
    )


@pytest.mark.parametrize(
    ("given_value", "plain"),
    [
        (Colour.RED, "red"),
        (Colour.MANY, [1, 2]),
        (Level.LOW, 1),
        (Word.HELLO, "hello"),
        (PurePosixPath("a/b"), "a/b"),
        (Path("x"), "x"),
        (Pair(1, Pair(2, 3)), [1, [2, 3]]),
        ([Colour.RED, {"p": PurePosixPath("/")}], ["red", {"p": "/"}]),
    ],
)
def test_enums_paths_and_named_tuples_become_their_value(
    project: signac.Project, given_value: Any, plain: Any
) -> None:
    """An enum is its value, a path its POSIX text, a named tuple a list, wherever it stands."""
    job = project.open_job({"a": given_value, "n": [given_value]})
    assert job.id == rawcheck.id_of({"a": plain, "n": [plain]})
    assert json.dumps(job.statepoint()) == json.dumps({"a": plain, "n": [plain]})


@pytest.mark.parametrize("top", [[1], "text", 5, {1}, 1.5, True, [("a", 1)], b"x"])
def test_a_state_point_is_a_mapping(project: signac.Project, top: Any) -> None:
    """Something that is no mapping is refused when the job is opened, with a message."""
    with pytest.raises((TypeError, ValueError)) as caught:
        project.open_job(top)
    assert str(caught.value).strip()


def test_cyclic_and_very_deep_values_are_refused_cleanly(project: signac.Project) -> None:
    """A cycle or a nesting beyond the limit gives a typed error, never a RecursionError."""
    cycle: dict[str, Any] = {"a": []}
    cycle["a"].append(cycle)
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"k": deep}
    for statepoint in (cycle, deep):
        with pytest.raises((TypeError, ValueError)) as caught:
            project.open_job(statepoint)
        assert str(caught.value).strip()
    _unlink(deep)
    with pytest.raises((TypeError, ValueError)):
        project.open_job({"a": 10**5000})


def _unlink(chain: dict[str, Any]) -> None:
    """Take a long chain apart, so that freeing it does not recurse."""
    while chain:
        chain = chain.pop("k")


def _spoil(value: Any) -> None:
    """Change every container of a value in place."""
    if isinstance(value, dict):
        for item in value.values():
            _spoil(item)
        value["spoiled"] = value.get("spoiled", 0)
        value.pop(next(iter(value)))
        value["new"] = "spoiled"
    elif isinstance(value, list | tuple):
        for item in value:
            _spoil(item)
        if isinstance(value, list):
            value.append("spoiled")
