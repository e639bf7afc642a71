"""Schemas as mappings and as text, where the released signac has no answer."""

import pickle

import pytest

from signac.schema import ProjectSchema


def test_types_that_do_not_occur(make):
    """Asking for a type that no value has gives an empty set, and leaves the schema as it is."""
    project, _ = make({"a": i} for i in range(3))
    schema = project.detect_schema()
    before = schema.format()
    assert schema["a"][str] == set()
    assert schema.format() == before
    assert list(schema["a"]) == [int]
    assert schema == project.detect_schema()


def test_copies(make):
    """A schema can be pickled under its public name."""
    project, _ = make([{"a": 1}, {"a": [1, {"b": [2]}]}])
    schema = project.detect_schema()
    assert ProjectSchema.__module__ == "signac.schema"
    again = pickle.loads(pickle.dumps(schema))
    assert again == schema
    assert again["a"][str] == set()


def test_nan_is_one_value(make):
    """All NaN are one value, and a schema with it is equal to the next one."""
    project, _ = make({"v": float("nan"), "i": i % 2, "j": i} for i in range(4))
    schema = project.detect_schema()
    assert schema == project.detect_schema()
    assert "'v': 'float([nan], 1)'" in schema.format()
    assert list(project.detect_schema(exclude_const=True)) == ["i", "j"]


def test_booleans_are_no_integers(make):
    """`1`, `1.0` and `True` are three values of three types."""
    project, _ = make({"v": v} for v in (1, 1.0, True, 0))
    assert (
        project.detect_schema().format()
        == "{\n 'v': 'bool([True], 1), float([1.0], 1), int([0, 1], 2)',\n}"
    )


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"e": {int: {5}}, "e.q": {int: {1}}}, "{'e': 'int([5], 1)'}"),
        ({"e.q": {int: {1}}, "e": {int: {5}}}, "{'e': 'int([5], 1)'}"),
        ({"e": {}, "e.q": {int: {1}}}, "{'e': {'q': 'int([1], 1)'}}"),
        ({"e": {}, "e.q": {}, "e.q.r": {int: {1}}}, "{'e': {'q': {'r': 'int([1], 1)'}}}"),
        ({"e": {}}, "{'e': ''}"),
    ],
)
def test_keys_below_keys(schema, text):
    """In the nested form a key with values hides those below it; one without values does not."""
    assert ProjectSchema(schema).format(depth=9) == text


def test_values_that_cannot_be_compared(make):
    """Values of one type that Python cannot sort are sorted by their text."""
    project, _ = make({"v": v} for v in ([3, "a"], [2], ["b"], [None]))
    assert "tuple([('b',), (2,), (3, 'a'), (None,)], 4)" in project.detect_schema().format()
